"""Reader for a table of one's own: a long CSV with one row a flow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from countervail.errors import WorldError
from countervail.world.readers.cells import (
    goods_flags,
    line_error,
    positions,
    raise_to_intermediate,
    read_rows,
    read_tariffs,
)
from countervail.world.report import Note
from countervail.world.table import Table

FINAL = "final"


def read_long_csv(
    path: str | Path,
    *,
    year: int,
    name: str | None = None,
    tariffs: str | Path | None = None,
    goods: Sequence[str] | None = None,
    million_usd: float = 1.0,
    sources: Sequence[str] = (),
) -> Table:
    """Read a multi-region table from a CSV with the columns origin, destination, sector, use, value.

    `use` is the sector that uses the good, or "final". Home sales are rows with origin = destination. A cell
    that is not listed is 0; a cell listed twice is an error. Economies and sectors stand in the order in
    which they first appear as origin and as sector.

    Arguments:
        path: the CSV file.
        year: the year of the flows.
        name: how the table is called; the file's name by default.
        tariffs: CSV with the columns origin, destination, sector, rate (0.05 = 5 %); no tariffs by default.
        goods: codes of the goods sectors; not needed for OECD ICIO codes.
        million_usd: million USD in one unit of `value`.
        sources: where the numbers come from.

    Returns:
        Table, with notes on what was filled.

    Raises:
        WorldError: CV214, CV218 to CV221 for the files, CV201 to CV205 for the table.

    Example:
        A file `mine.csv` that starts with the lines
        `origin,destination,sector,use,value` and `AAA,BBB,wine,final,12.5`.
    """
    source = Path(path)
    frame = read_rows(source, ("origin", "destination", "sector", "use"), "value")
    countries = tuple(dict.fromkeys(frame["origin"]))
    sectors = tuple(dict.fromkeys(frame["sector"]))
    if FINAL in sectors:
        raise WorldError(
            "CV218",
            "a sector is called 'final'",
            where=str(source),
            expected="'final' only in the column use",
            next_step="Rename the sector.",
        )
    n, j = len(countries), len(sectors)
    uses = np.zeros((n, n, j, j + 1))
    cells = (
        positions(frame["origin"], countries, source),
        positions(frame["destination"], countries, source),
        positions(frame["sector"], sectors, source),
        positions(frame["use"], (*sectors, FINAL), source),
    )
    values = frame["value"].to_numpy() * million_usd
    below = (values < 0) & (cells[3] < j)
    if below.any():
        first = int(np.argmax(below))
        raise line_error(
            "CV202",
            source,
            int(frame.index[first]),
            "an intermediate use is negative",
            f"{values[first]:g}",
            "0 or more",
        )
    uses[cells] = values
    by_use = uses[..., :j]
    flow, repaired = raise_to_intermediate(by_use.sum(axis=3), uses[..., j], countries, sectors)
    rates, about_tariffs = read_tariffs(Path(tariffs) if tariffs is not None else None, countries, sectors)
    listed = Note(
        "note",
        "Cells of the file",
        f"{len(frame):,} of {uses.size:,} possible cells are listed in {source.name}; the others count as 0.",
    )
    return Table(
        name=name or source.stem,
        year=year,
        countries=countries,
        sectors=sectors,
        flow=flow,
        intermediate=by_use.sum(axis=0),
        tariff=rates,
        goods=goods_flags(sectors, goods),
        sources=tuple(sources) or (source.name,),
        notes=(listed, *repaired, about_tariffs),
    )
