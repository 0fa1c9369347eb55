"""Word and Stata: an exhibit as a page with its picture and table, and as a data set."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from countervail.exhibit import Exhibit
from countervail.report.grids import heads, readable
from countervail.report.pictured import CHARTS
from countervail.report.plot import picture
from countervail.report.style import require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

MOST_ROWS = 60
_STATA_NAME, _STATA_LABEL, _STATA_TEXT = 32, 80, 2045


def write_word(exhibits: Sequence[Exhibit], path: Path, names: Mapping[str, str] | None = None) -> None:
    """Write exhibits to a Word document: finding, picture, table, source and caveats of each.

    Raises:
        OutputError: CV451 python-docx is not installed.
    """
    require("docx")
    from docx import Document
    from docx.shared import Cm, Pt

    page = Document()
    for exhibit in exhibits:
        page.add_heading(exhibit.title, level=1)
        page.add_paragraph(f"{exhibit.subtitle} ({exhibit.unit})")
        if exhibit.kind in CHARTS and len(exhibit.table):
            page.add_picture(io.BytesIO(picture(exhibit, "png")), width=Cm(16))
        shown = readable(exhibit.table.head(MOST_ROWS), names)
        titles = [f"{words} {f'({unit})' if unit else ''}".strip() for words, unit in heads(shown).values()]
        table = page.add_table(rows=1, cols=len(titles))
        table.style = "Light List"
        for cell, text in zip(table.rows[0].cells, titles, strict=True):
            cell.text = text
        for row in shown.itertuples(index=False):
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        rest = len(exhibit.table) - len(shown)
        notes = [f"{rest} more rows are in the tables."] if rest else []
        note = page.add_paragraph(" ".join([*notes, f"Source: {exhibit.source}.", *exhibit.caveats]))
        for run in note.runs:
            run.font.size = Pt(8)
    page.save(str(path))


def write_stata(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a Stata data set (version 118, Unicode); full column names become variable labels."""
    made, labels = table.copy(), {}
    for column in table.columns:
        name = re.sub(r"\W", "_", str(column))[:_STATA_NAME] or "v"
        while name in labels:
            name = f"{name[: _STATA_NAME - 2]}_2"
        labels[name] = str(column)[:_STATA_LABEL]
        if made[column].dtype.kind not in "iufb":
            made[column] = made[column].astype(object).map(lambda value: str(value)[:_STATA_TEXT])
    made.columns = list(labels)
    made.to_stata(path, write_index=False, version=118, variable_labels=labels)
