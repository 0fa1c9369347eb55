"""Exhibits on a terminal: the finding, the columns that carry it, source and caveats; and into files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import typer

from countervail.cli.show import clean, console, table
from countervail.words import number

if TYPE_CHECKING:
    from countervail.exhibit import Exhibit

SHOWN = 20
MOST_COLUMNS = 6


def print_exhibit(
    exhibit: Exhibit, columns: Mapping[str, str] | None = None, rows: int = SHOWN, frame: str = ""
) -> None:
    """Print a finding and its table.

    Arguments:
        columns: column to head, in this order, those that there are; those of the picture and a few more by default.
        rows: how many are shown. frame: one of the exhibit's further tables instead of its own.
    """
    page = console()
    found = exhibit.more[frame] if frame else exhibit.table
    if exhibit.kind == "matrix" and columns is None:
        found, columns = _as_matrix(exhibit)
    chosen = dict(columns) if columns is not None else _usual(exhibit, found)
    chosen = {column: said for column, said in chosen.items() if column in found}
    page.print(clean(exhibit.title), style="bold")
    lines = [[_cell(value) for value in row] for row in found[list(chosen)].head(rows).to_numpy(object)]
    words = [k for k, column in enumerate(chosen) if not pd.api.types.is_numeric_dtype(found[column])]
    table(page, f"{exhibit.subtitle} ({exhibit.unit})", list(chosen.values()), lines, words)
    if len(found) > rows:
        page.print(f"{len(found) - rows} more rows; --out writes all of them.")
    page.print(clean(" ".join([f"Source: {exhibit.source}.", *exhibit.caveats])))
    page.print()


def print_frame(
    exhibit: Exhibit, frame: str, title: str, columns: Mapping[str, str], rows: int = SHOWN
) -> None:
    """Print one of the exhibit's further tables, under a title of its own.

    Arguments:
        columns: column to head, in this order. rows: how many are shown.
    """
    found = exhibit.more[frame]
    lines = [[_cell(value) for value in row] for row in found[list(columns)].head(rows).to_numpy(object)]
    words = [k for k, column in enumerate(columns) if not pd.api.types.is_numeric_dtype(found[column])]
    table(console(), title, list(columns.values()), lines, words)


def write_exhibits(folder: Path | None, exhibits: Sequence[Exhibit]) -> None:
    """Write all tables of some exhibits to a folder, and name the files; nothing where there is no folder."""
    from countervail.writer import environment, write_folder

    if folder is None:
        return
    frames: dict[str, Any] = {}
    record: dict[str, Any] = {}
    for exhibit in exhibits:
        frames |= exhibit.to_frames()
        record[exhibit.name] = exhibit.provenance()
    files = write_folder(folder, frames, record | environment())
    typer.echo(f"Files in {folder}: {', '.join(path.name for path in files)}")


def _as_matrix(exhibit: Exhibit) -> tuple[pd.DataFrame, dict[str, str]]:
    """The table with rows and columns as a page shows a matrix, as many columns as fit."""
    row, column, value = (exhibit.roles[part] for part in ("row", "column", "value"))
    found = exhibit.table.pivot_table(index=row, columns=column, values=value, sort=False).reset_index()
    shown = list(found.columns)[: MOST_COLUMNS + 3]
    return found, {str(name): "" if name == row else str(name).replace(" ", "\n") for name in shown}


def _usual(exhibit: Exhibit, found: pd.DataFrame) -> dict[str, str]:
    """The columns that play a part, then others, up to a page's width."""
    parts = [column for column in exhibit.roles.values() if column in found.columns]
    parts = [column for column in dict.fromkeys(parts) if column != exhibit.roles.get("code")]
    others = [column for column in found.columns if column not in parts and "code" not in column]
    return {column: head(column) for column in [*parts, *others][:MOST_COLUMNS]}


def head(column: str) -> str:
    """A column's name as a head: words, the unit below them.

    Example:
        >>> head("target_value_percent")
        'target value\\n%'
    """
    for ending, unit in (("_percent", "%"), ("_million_usd", "m USD"), ("_usd_per_head", "USD a head")):
        if column.endswith(ending):
            return f"{column.removesuffix(ending).replace('_', ' ')}\n{unit}"
    return column.replace("_", " ")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, float) else str(value)
