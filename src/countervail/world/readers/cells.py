"""What every reader needs: rows of a CSV with named columns, a tariff file, and uses turned into a Table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import Bools, Floats, Integers, largest_cell
from countervail.world.packaged import rows as packaged_rows
from countervail.world.report import Note

if TYPE_CHECKING:
    import pandas as pd


def read_rows(path: Path, labels: Sequence[str], number: str) -> pd.DataFrame:
    """The rows of a long CSV: label columns as text, one number column, each combination of labels once.

    Arguments:
        path: a UTF-8 CSV with a header line; other columns are left out.
        labels: names of the label columns.
        number: name of the number column.

    Returns:
        DataFrame with these columns in this order.

    Raises:
        WorldError: CV214 no such file, CV218 columns or text that cannot be read, CV219 a repeated row,
            CV220 a value that is not a finite number; with file and line.
    """
    import pandas as pd

    wanted = [*labels, number]
    frame = read_text(path)
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        raise WorldError(
            "CV218",
            f"the column {', '.join(missing)} is missing",
            where=str(path),
            found=", ".join(map(str, frame.columns)),
            expected=", ".join(wanted),
            next_step="Rename the columns of the header line.",
        )
    frame = frame.loc[:, wanted].copy()
    for column in labels:
        frame[column] = frame[column].str.strip()
    empty = (frame[list(labels)] == "").any(axis=1).to_numpy()
    if empty.any():
        raise line_error("CV218", path, _row(frame, empty), "a label is empty", "", "a code in each")
    values = pd.to_numeric(frame[number], errors="coerce")
    bad = ~np.isfinite(values.to_numpy(dtype=float))
    if bad.any():
        first = int(np.argmax(bad))
        found = f"'{frame[number].iloc[first]}' in column {number}"
        raise line_error("CV220", path, _row(frame, bad), "a value is not a number", found, "a finite number")
    frame[number] = values.astype(float)
    repeated = frame.duplicated(subset=list(labels)).to_numpy()
    if repeated.any():
        first = int(np.argmax(repeated))
        found = " ".join(frame[list(labels)].iloc[first])
        raise line_error(
            "CV219", path, _row(frame, repeated), "a cell is given twice", found, "each cell once"
        )
    return frame


def read_text(path: Path) -> pd.DataFrame:
    """A CSV file with every entry as text ("NA" stays "NA"), blank lines left out but counted in the index.

    Raises:
        WorldError: CV214 no such file, CV218 when it is no CSV text.
    """
    frame = _read_csv(path, dtype=str, skip_blank_lines=False).fillna("")
    return frame[~(frame == "").all(axis=1)]


def read_square(path: Path) -> pd.DataFrame:
    """A CSV file with row labels in its first column and column labels in its first line.

    Raises:
        WorldError: CV214 no such file, CV218 when it is no CSV text.
    """
    return _read_csv(path, index_col=0, low_memory=False)


def _read_csv(path: Path, **options: Any) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        raise WorldError("CV214", "there is no such file", where=str(path), next_step="Check the path.")
    try:
        frame: pd.DataFrame = pd.read_csv(path, keep_default_na=False, **options)
    except (ValueError, OSError) as problem:
        raise WorldError(
            "CV218",
            "the file cannot be read as CSV",
            where=str(path),
            found=str(problem).strip(),
            expected="UTF-8 text, commas between columns, a header line",
            next_step="Save it again as CSV.",
        ) from problem
    return frame


def positions(values: pd.Series[str], known: Sequence[str], path: Path) -> Integers:
    """The position of each label among the known ones.

    Arguments:
        values: a column of `read_rows`; its index counts the lines after the header.
        known: the labels it may hold.
        path: the file, for the error.

    Raises:
        WorldError: CV218, with file, line and the stranger.
    """
    place = {label: i for i, label in enumerate(known)}
    found = np.array([place.get(value, -1) for value in values], dtype=np.int64)
    if (found < 0).any():
        first = int(np.argmax(found < 0))
        raise line_error(
            "CV218",
            path,
            int(values.index[first]),
            f"an unknown label in column {values.name}",
            f"'{values.iloc[first]}'",
            f"one of {', '.join(known[:6])}{', ...' if len(known) > 6 else ''}",
        )
    return found


def read_tariffs(path: Path | None, countries: Sequence[str], sectors: Sequence[str]) -> tuple[Floats, Note]:
    """Tariffs from a long CSV with the columns origin, destination, sector, rate; none without a file.

    Arguments:
        path: the file, or None for a table without tariffs.
        countries, sectors: the labels of the table.

    Returns:
        [origin, destination, sector] rates (0.05 = 5 %), 0 for a cell not listed, and a note that says
        how many were.

    Raises:
        WorldError: CV214, CV218, CV219, CV220.
    """
    rates = np.zeros((len(countries), len(countries), len(sectors)))
    if path is None:
        return rates, Note("note", "Tariffs", "No tariff file was given: every tariff is 0.")
    frame = read_rows(path, ("origin", "destination", "sector"), "rate")
    cells = (
        positions(frame["origin"], countries, path),
        positions(frame["destination"], countries, path),
        positions(frame["sector"], sectors, path),
    )
    rates[cells] = frame["rate"].to_numpy()
    note = Note(
        "note", "Tariffs", f"{len(frame):,} rates from {path.name}; cells not listed there bear none."
    )
    return rates, note


def raise_to_intermediate(
    intermediate: Floats, final: Floats, countries: Sequence[str], sectors: Sequence[str]
) -> tuple[Floats, tuple[Note, ...]]:
    """Total flows, where final use below 0 (stocks running down) counts as 0: a share cannot be negative.

    Arguments:
        intermediate: [origin, destination, sector], sales for intermediate use.
        final: [origin, destination, sector], sales for final use, stock changes included.
        countries, sectors: labels, for the note.

    Returns:
        [origin, destination, sector] flows, and a note when a cell was raised.
    """
    below = np.maximum(-final, 0.0)
    flow = intermediate + np.maximum(final, 0.0)
    cells = int((below > 0).sum())
    if not cells:
        return flow, ()
    where, size = largest_cell(below, countries, countries, sectors)
    text = (
        f"Flows raised to their intermediate part where final use is below 0; largest {where} ({size:,.6g})."
    )
    return flow, (Note("repaired", "Final use below 0", text, cells, float(below.sum())),)


def goods_flags(sectors: Sequence[str], goods: Sequence[str] | None) -> Bools:
    """Which sectors are goods: the list given, or what the OECD ICIO codes say.

    Raises:
        WorldError: CV221 when no list is given and a code is not known, or the list names strangers.
    """
    if goods is None:
        kinds = {row["sector"]: row["kind"] for row in packaged_rows("sectors.csv")}
        strange = [sector for sector in sectors if sector not in kinds]
        if strange:
            raise WorldError(
                "CV221",
                "it is not known which sectors are goods",
                found=", ".join(strange[:6]),
                expected="OECD ICIO codes, or a list of the goods sectors",
                next_step="Pass goods=[...]: the sectors that cross borders as goods and can bear tariffs.",
            )
        return np.array([kinds[sector] == "goods" for sector in sectors])
    strange = [sector for sector in goods if sector not in sectors]
    if strange:
        raise WorldError(
            "CV221",
            "the list of goods names sectors that the table does not have",
            found=", ".join(strange),
            expected=f"among {', '.join(sectors[:6])}{', ...' if len(sectors) > 6 else ''}",
            next_step="Correct the list.",
        )
    return np.array([sector in goods for sector in sectors])


def line_error(code: str, path: Path, row: int, what: str, found: str, expected: str) -> WorldError:
    """An error at a row of the file, counted from 0 after the header, which is line 1."""
    return WorldError(
        code,
        what,
        where=f"{path}, line {row + 2}",
        found=found,
        expected=expected,
        next_step="Correct the line.",
    )


def _row(frame: pd.DataFrame, bad: Bools) -> int:
    """The row of the file that the first bad entry came from; blank lines are counted."""
    return int(frame.index[int(np.argmax(bad))])
