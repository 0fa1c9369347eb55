"""Reader for the OECD's Inter-Country Input-Output tables as published: one square CSV a year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import Floats, Integers
from countervail.world.readers.cells import goods_flags, raise_to_intermediate, read_square, read_tariffs
from countervail.world.report import Note
from countervail.world.table import Table

if TYPE_CHECKING:
    import pandas as pd

FINAL_USE = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "NONRES", "FD", "P33")
"""Final demand: households, non-profits, government, fixed capital, stocks, purchases abroad."""
TAXES = ("TLS", "TXS", "TAXSUB")
VALUE_ADDED = ("VA", "VALU")
OUTPUT = ("OUT", "OUTPUT", "TOTAL")
PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
"""Processing and other firms of China and Mexico, which the extended tables keep apart."""
TOLERANCE = 1e-3
"""Published tables are rounded: totals may differ from their parts by this share."""


@dataclass(frozen=True)
class _Axes:
    """Economies and sectors in the order of the rows, and where each row and column of the file goes."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    rows: tuple[int, ...]
    users: tuple[int, ...]
    finals: tuple[int, ...]
    final_country: tuple[int, ...]
    row_cell: tuple[tuple[int, int], ...]
    user_cell: tuple[tuple[int, int], ...]


def read_oecd_icio(
    path: str | Path,
    *,
    year: int | None = None,
    name: str | None = None,
    tariffs: str | Path | None = None,
    goods: Sequence[str] | None = None,
) -> Table:
    """Read an OECD ICIO table: rows `ARG_A01`, then TLS, VA and OUT; columns the same, final demand, OUT.

    Taxes less subsidies on inputs (TLS) stay part of value added, because the model has none. The two halves
    of China and Mexico in the extended tables (CN1, CN2, MX1, MX2) are added up. Final use below 0 (stocks)
    counts as 0 and is noted.

    Arguments:
        path: the CSV as the OECD publishes it, million USD at basic prices.
        year: the year; read from the file's name ("2022.csv", "ICIO2021_2018.csv") by default.
        name: how the table is called; "icio" and the year by default.
        tariffs: CSV with the columns origin, destination, sector, rate (0.05 = 5 %); no tariffs by default.
        goods: codes of the goods sectors; not needed for the 50 codes of the 2025 edition.

    Returns:
        Table.

    Raises:
        WorldError: CV214, CV218, CV220 for the file, CV222 when its totals are not the sums of their parts,
            CV201 to CV205 for the table itself.
    """
    source = Path(path)
    frame = read_square(source)
    axes = _axes(frame, source)
    values = _numbers(frame, source)
    _check_totals(values, frame, axes, source)

    n, j = len(axes.countries), len(axes.sectors)
    rows, users, finals = list(axes.rows), list(axes.users), list(axes.finals)
    origin, sector = np.array(axes.row_cell, dtype=np.int64).T
    destination, user = np.array(axes.user_cell, dtype=np.int64).T
    block = values[np.ix_(rows, users)]
    by_row = np.zeros((len(rows), n))
    np.add.at(by_row.T, destination, block.T)
    intermediate_flow = _by_cell(by_row, origin, sector, n, j)
    inputs = np.zeros((j, n, j))
    np.add.at(inputs, (sector[:, None], destination[None, :], user[None, :]), block)
    final_by_row = np.zeros((len(rows), n))
    np.add.at(final_by_row.T, np.array(axes.final_country), values[np.ix_(rows, finals)].T)
    final = _by_cell(final_by_row, origin, sector, n, j)

    flow, repaired = raise_to_intermediate(intermediate_flow, final, axes.countries, axes.sectors)
    rates, about_tariffs = read_tariffs(
        Path(tariffs) if tariffs is not None else None, axes.countries, axes.sectors
    )
    when = _year(source) if year is None else year
    return Table(
        name=name or f"icio{when}",
        year=when,
        countries=axes.countries,
        sectors=axes.sectors,
        flow=flow,
        intermediate=np.ascontiguousarray(inputs.transpose(1, 0, 2)),
        tariff=rates,
        goods=goods_flags(axes.sectors, goods),
        sources=(f"OECD Inter-Country Input-Output tables ({source.name})",),
        notes=(*_taxes_note(values, frame, axes), *repaired, about_tariffs),
    )


def _axes(frame: pd.DataFrame, source: Path) -> _Axes:
    """Sort rows and columns into economies and sectors, final demand and totals."""
    rows = [i for i, label in enumerate(frame.index) if _parts(label) is not None]
    pairs = [_parts(frame.index[i]) or ("", "") for i in rows]
    countries = tuple(dict.fromkeys(PARTS.get(country, country) for country, _ in pairs))
    sectors = tuple(dict.fromkeys(sector for _, sector in pairs))
    if not rows:
        raise _layout_error(source, f"first column {list(map(str, frame.index[:3]))}", "rows like 'ARG_A01'")
    place = {country: i for i, country in enumerate(countries)}
    kind = {sector: i for i, sector in enumerate(sectors)}

    users, finals, final_country, user_cell = [], [], [], []
    for i, label in enumerate(frame.columns):
        parts = _parts(label)
        if parts is None:
            if str(label) not in OUTPUT:
                raise _layout_error(source, f"column '{label}'", "'ARG_A01', 'ARG_HFCE' or 'OUT'")
            continue
        country, code = PARTS.get(parts[0], parts[0]), parts[1]
        if country not in place or (code not in kind and code not in FINAL_USE):
            raise _layout_error(
                source, f"column '{label}'", "an economy of the rows, a sector or final demand"
            )
        if code in FINAL_USE:
            finals.append(i)
            final_country.append(place[country])
        else:
            users.append(i)
            user_cell.append((place[country], kind[code]))
    row_cell = [(place[PARTS.get(country, country)], kind[sector]) for country, sector in pairs]
    missing = set(row_cell) ^ set(user_cell)
    if missing or not finals:
        d, s = min(missing) if missing else (0, 0)
        found = f"{countries[d]}_{sectors[s]} only as a row or as a column" if missing else "no final demand"
        raise _layout_error(source, found, "a square table with final demand columns")
    strange = [str(label) for i, label in enumerate(frame.index) if i not in set(rows)]
    unknown = [label for label in strange if not _is_total(label)]
    if unknown:
        raise _layout_error(source, f"row '{unknown[0]}'", "'ARG_A01', TLS, VA or OUT")
    return _Axes(
        countries,
        sectors,
        tuple(rows),
        tuple(users),
        tuple(finals),
        tuple(final_country),
        tuple(row_cell),
        tuple(user_cell),
    )


def _parts(label: object) -> tuple[str, str] | None:
    """ "ARG_C10T12" -> ("ARG", "C10T12"); None for a total like TLS or ARG_TAXSUB."""
    match = re.fullmatch(r"([A-Z][A-Z0-9]{2})_(\w+)", str(label).strip())
    if match is None or match.group(2) in (*TAXES, *VALUE_ADDED, *OUTPUT):
        return None
    return match.group(1), match.group(2)


def _is_total(label: str) -> bool:
    return label.strip().rpartition("_")[2] in (*TAXES, *VALUE_ADDED, *OUTPUT)


def _numbers(frame: pd.DataFrame, source: Path) -> Floats:
    """All cells as numbers.

    Raises:
        WorldError: CV220, with the row and column of the first cell that is none.
    """
    import pandas as pd

    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(numbers)
    if bad.any():
        i, k = (int(x) for x in np.argwhere(bad)[0])
        raise WorldError(
            "CV220",
            "a value is not a number",
            where=f"{source}, line {i + 2}, column {frame.columns[k]}",
            found=repr(str(frame.iloc[i, k])),
            expected="a finite number",
            next_step="Correct the cell.",
        )
    return np.ascontiguousarray(numbers)


def _check_totals(values: Floats, frame: pd.DataFrame, axes: _Axes, source: Path) -> None:
    """Output as a column and as a row is the sum of its parts, where the file gives it."""
    parts = values[list(axes.rows)][:, [*axes.users, *axes.finals]].sum(axis=1)
    for k, label in enumerate(frame.columns):
        if str(label) in OUTPUT:
            names = [str(frame.index[i]) for i in axes.rows]
            _compare(parts, values[list(axes.rows), k], names, "sales of {} and column " + str(label), source)
    totals = [i for i in range(len(frame)) if i not in set(axes.rows)]
    columns = list(axes.users)
    costs = values[np.ix_(list(axes.rows), columns)].sum(axis=0)
    for i in totals:
        label = str(frame.index[i]).rpartition("_")[2]
        if label in OUTPUT:
            names = [str(frame.columns[k]) for k in columns]
            _compare(costs, values[i, columns], names, "costs of {} and row " + str(frame.index[i]), source)
        else:
            costs = costs + values[i, columns]


def _compare(parts: Floats, total: Floats, names: Sequence[str], what: str, source: Path) -> None:
    gap = np.abs(parts - total) / np.maximum(np.maximum(np.abs(parts), np.abs(total)), 1.0)
    worst = int(np.argmax(gap))
    if gap[worst] > TOLERANCE:
        raise WorldError(
            "CV222",
            "the table does not add up",
            where=f"{source}, {what.format(names[worst])}",
            found=f"{parts[worst]:,.6g} against {total[worst]:,.6g}",
            expected=f"equal within {TOLERANCE:.1%}",
            next_step="Use the file as published, with all rows and columns.",
        )


def _taxes_note(values: Floats, frame: pd.DataFrame, axes: _Axes) -> tuple[Note, ...]:
    rows = [i for i, label in enumerate(frame.index) if str(label).rpartition("_")[2] in TAXES]
    if not rows:
        return ()
    amount = float(values[np.ix_(rows, list(axes.users))].sum())
    text = "Taxes less subsidies on inputs are part of value added here, because the model has no such tax."
    return (Note("approximation", "Taxes less subsidies", text, None, amount),)


def _by_cell(by_row: Floats, origin: Integers, sector: Integers, n: int, j: int) -> Floats:
    """[file row, destination] -> [origin, destination, sector]."""
    out = np.zeros((n, j, n))
    np.add.at(out, (origin, sector), by_row)
    return np.ascontiguousarray(out.transpose(0, 2, 1))


def _year(source: Path) -> int:
    found = re.findall(r"(?:19|20)\d\d", source.stem)
    if not found:
        raise WorldError(
            "CV218",
            "the file's name does not tell the year",
            where=str(source),
            expected="a name such as 2022.csv",
            next_step="Pass year=2022.",
        )
    return int(found[-1])


def _layout_error(source: Path, found: str, expected: str) -> WorldError:
    return WorldError(
        "CV218",
        "this is not the layout of an OECD ICIO table",
        where=str(source),
        found=found,
        expected=expected,
        next_step="Use the CSV as published, or read_long_csv for another table.",
    )
