"""Excel: a workbook with a cover and one sheet a table, and a workbook in which a scenario is written and read back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail.errors import ScenarioError
from countervail.policy.complaint import Complaint, Origin
from countervail.policy.document import read_yaml, scalar
from countervail.report.style import require
from countervail.writer import FORMULA_STARTS, no_formula

if TYPE_CHECKING:
    import pandas as pd

    from countervail.policy.scenario import Scenario

MOST_ROWS = 1_048_000
MOST_CELLS = 200_000
LISTS = ("given", "sanctions", "responses")
FIRST = ("list", "measure", "name", "by", "on", "between", "seller", "buyer", "goods")
HELP = (
    "One row a measure: `list` is given, sanctions or responses; `measure` is its kind, such as embargo or corridor.",
    "Every other column is a field of the measures; leave a cell empty where a measure lacks the field.",
    "Several names go into one cell as [RUS, BLR]. Sizes are written as in a file: 10 % or 0.1.",
    "On the sheet `scenario` each row is one entry of the file: name, world, sources, blocs and so on.",
)


def write_workbook(tables: Mapping[str, pd.DataFrame], cover: Mapping[str, str], path: Path) -> None:
    """Write a cover sheet and one sheet a table.

    Arguments:
        tables: by name. A table longer than a sheet holds stays out, and the cover says so.
        cover: what the first sheet says, label to text.

    Raises:
        OutputError: CV451 openpyxl is not installed.
    """
    require("openpyxl")
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    front = book.active
    front.title = "About"
    long = [name for name, table in tables.items() if len(table) > MOST_ROWS or table.size > MOST_CELLS * 10]
    lines = dict(cover)
    if long:
        lines["Not in this workbook"] = f"{', '.join(long)}: too long for a sheet; write Parquet instead"
    for label, text in lines.items():
        front.append([no_formula(label), no_formula(text)])
    front.column_dimensions["A"].width, front.column_dimensions["B"].width = 24, 110
    for row in front.iter_rows():
        row[0].font = Font(bold=True)
        row[1].alignment = Alignment(wrap_text=True, vertical="top")
    taken = {"About"}
    for name, table in tables.items():
        if name not in long:
            _sheet(book, _sheet_name(name, taken), table)
    book.save(path)


def write_scenario(scenario: Scenario, path: Path) -> None:
    """Write a scenario as a workbook that `read_scenario_workbook` reads back equal; also the template to start from.

    Raises:
        OutputError: CV451 openpyxl is not installed.
    """
    require("openpyxl")
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    content = scenario.to_dict()
    book = Workbook()
    sheet = book.active
    sheet.title = "measures"
    rows = [
        (which, kind, fields)
        for which in LISTS
        for one in content.get(which, [])
        for kind, fields in one.items()
    ]
    fields = [field for _, _, found in rows for field in found]
    columns = [*FIRST, *(field for field in dict.fromkeys(fields) if field not in FIRST)]
    sheet.append(columns)
    for which, kind, found in rows:
        line = {"list": which, "measure": kind} | {key: _cell(value) for key, value in found.items()}
        sheet.append([line.get(column) for column in columns])
    other = book.create_sheet("scenario")
    for key, value in content.items():
        if key not in LISTS:
            other.append([key, _cell(value)])
    notes = book.create_sheet("help")
    for text in HELP:
        notes.append([text])
    for page in (sheet, other):
        for cells in page.iter_cols():
            longest = max((len(str(cell.value)) for cell in cells if cell.value is not None), default=8)
            page.column_dimensions[cells[0].column_letter].width = min(60, longest + 2)
            for cell in cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.data_type = cell.data_type if cell.data_type != "f" else "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "C2"
    book.save(path)


def read_scenario_workbook(path: str | Path) -> Scenario:
    """The scenario in a workbook made by `write_scenario`.

    Raises:
        ScenarioError: CV128 the file is no such workbook, or what it says makes no scenario.
        OutputError: CV451 openpyxl is not installed.

    Example:
        >>> scenario = cv.read_scenario_workbook("mine.xlsx")  # doctest: +SKIP
    """
    require("openpyxl")
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    from countervail.policy.scenario import Scenario

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        measures = list(book["measures"].iter_rows(values_only=True, max_row=2000, max_col=200))
        entries = list(book["scenario"].iter_rows(values_only=True, max_row=500, max_col=2))
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise ScenarioError(
            "CV128",
            "This is not a workbook with a scenario",
            where=str(path),
            found=str(error),
            expected="an .xlsx file with the sheets `measures` and `scenario`",
            next_step="Start from a workbook that cv.write(scenario, 'mine.xlsx') makes.",
        ) from None
    try:
        content = _content(measures, entries, str(path))
    except Complaint as complaint:
        raise ScenarioError(
            "CV128",
            "A cell of the workbook cannot be read",
            where=str(path),
            found=complaint.found or complaint.what,
            expected="a number, a word, or a list in brackets such as [RUS, BLR]",
            next_step="Correct the cell.",
        ) from None
    return Scenario.from_dict(content, Origin(str(path)))


def _content(measures: list[tuple[Any, ...]], entries: list[tuple[Any, ...]], path: str) -> dict[str, Any]:
    """The plain data of a scenario from the rows of its two sheets."""
    content: dict[str, Any] = {
        str(key): _value(value) for key, value, *_ in entries if key is not None and value is not None
    }
    columns = [str(column) if column is not None else "" for column in (measures[0] if measures else ())]
    for row in measures[1:]:
        line = {
            column: _value(value)
            for column, value in zip(columns, row, strict=False)
            if column and value is not None
        }
        if line:
            which, kind = str(line.pop("list", "")), str(line.pop("measure", ""))
            if which not in LISTS or not kind:
                raise ScenarioError(
                    "CV128",
                    "A row of the sheet `measures` does not say which list it belongs to, or its measure",
                    where=path,
                    found=f"list {which!r}, measure {kind!r}",
                    expected=f"list one of {', '.join(LISTS)}, and the kind of measure",
                    next_step="Fill the first two columns of every row.",
                )
            content.setdefault(which, []).append({kind: line})
    return content


def _sheet(book: Any, name: str, table: pd.DataFrame) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.append([str(column) for column in table.columns])
    for row in table.astype(object).itertuples(index=False):
        sheet.append([_plain(value) for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, column in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        text = (
            table[column].astype(str).str.len().max()
            if table[column].dtype.kind not in "fiu" and len(table)
            else 12
        )
        sheet.column_dimensions[letter].width = min(60, max(len(str(column)), int(text)) + 2)
        if table[column].dtype.kind == "f":
            for cell in sheet[letter][1:]:
                cell.number_format = (
                    "#,##0.00;\u2212#,##0.00" if abs(cell.value or 0) < 1000 else "#,##0;\u2212#,##0"
                )
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _sheet_name(name: str, taken: set[str]) -> str:
    """At most 31 characters, none that Excel forbids, each once."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", name)[:31] or "table"
    unique, count = plain, 2
    while unique in taken:
        unique, count = f"{plain[:28]}-{count}", count + 1
    taken.add(unique)
    return unique


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return no_formula(value) if isinstance(value, str) else value


def _cell(value: Any) -> Any:
    """A field as one cell: numbers and words as they are, lists and mappings as a file has them on one line."""
    if isinstance(value, str):
        plain = scalar(value) == value and not value.startswith(("[", "{", '"', *FORMULA_STARTS))
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return json.dumps(value, ensure_ascii=False)
    return value


def _value(cell: Any) -> Any:
    """What a cell says: a number, or its text as a value of a YAML file."""
    if not isinstance(cell, str):
        return cell
    if cell.strip().startswith(("[", "{", '"')):
        return read_yaml(f"cell: {cell}")[0]["cell"]
    return scalar(cell.strip())
