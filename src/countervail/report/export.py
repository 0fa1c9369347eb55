"""Any result into a file: the suffix says the form."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.report.applicable import exhibits_of
from countervail.writer import environment, write_csv, write_file, write_folder, write_parquet

if TYPE_CHECKING:
    import pandas as pd

    from countervail.policy.scenario import Scenario

TABLES = (".csv", ".parquet", ".xlsx", ".dta")
PICTURES = (".svg", ".png")
PAGES = (".html", ".pdf", ".docx", ".md", ".tex")


class Writable(Protocol):
    """What `write` can put into a file or a folder: an Outcome, a Difference, a Ledger, an Exhibit."""

    def to_frames(self) -> dict[str, pd.DataFrame]: ...

    def provenance(self) -> dict[str, Any]: ...


def write(
    result: Writable | Scenario,
    path: str | os.PathLike[str],
    *,
    names: Mapping[str, str] | str | os.PathLike[str] | None = None,
) -> tuple[Path, ...]:
    """Write a result to a file whose suffix says the form, or all its tables to a folder.

    Arguments:
        result: an Outcome, Difference, Ledger or Exhibit; a Scenario (.yaml, or .xlsx to be filled in and read back).
        path: .csv, .parquet, .dta (the main table), .xlsx (all tables, a cover with settings and caveats), .svg, .png
            (the picture), .html, .pdf (the report of a ledger; the picture with its table of an exhibit), .docx, .md,
            .tex; no suffix for a folder with all tables as CSV and Parquet.
        names: other display names, by the names in the tables; or a CSV file with the columns name and display.

    Returns:
        The files written.

    Raises:
        OutputError: CV401 the place cannot be written, CV402 no such format, CV451 a library is not installed,
            CV452 the result has no picture, CV455 the file of names cannot be read.

    Example:
        >>> cv.write(ledger, "united-front.xlsx")  # doctest: +SKIP
    """
    from countervail.policy.scenario import Scenario

    target = Path(path)
    suffix = target.suffix.lower()
    if isinstance(result, Scenario):
        return (write_file(target, _of_scenario(result, suffix, target)),)
    if suffix == "":
        return write_folder(target, result.to_frames(), result.provenance() | environment())
    put = _form(
        result, suffix, names if isinstance(names, Mapping) else display_names(names) if names else {}
    )
    if put is None:
        raise _no_form(target, suffix, (*TABLES, *PICTURES, *PAGES))
    return (write_file(target, put),)


def display_names(path: str | os.PathLike[str]) -> dict[str, str]:
    """Display names from a CSV file with the columns name and display.

    Raises:
        OutputError: CV455 no such file, or other columns.
    """
    import csv

    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["name"]: row["display"] for row in rows}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise OutputError(
            "CV455",
            "The file of display names cannot be read",
            where=str(path),
            found=f"no column {error}" if isinstance(error, KeyError) else str(error),
            expected="a CSV file with the columns name and display",
            next_step="Write one name a line, such as: Türkiye,Turkey",
        ) from None


def _form(result: Writable, suffix: str, names: Mapping[str, str]) -> Callable[[Path], None] | None:
    """A function that writes the result in the form of a suffix; None where there is no such form."""
    from countervail.report import document, grids, workbook
    from countervail.report.plot import picture

    def main() -> pd.DataFrame:
        table = next(iter(result.to_frames().values()))
        return (
            table.replace({column: dict(names) for column in table.select_dtypes(["object", "string"])})
            if names
            else table
        )

    def text(make: Callable[..., str]) -> Callable[[Path], None]:
        def put(place: Path) -> None:
            place.write_text(
                "\n".join(make(one, names) for one in exhibits_of(result)), encoding="utf-8", newline="\n"
            )

        return put

    forms: dict[str, Callable[[Path], None]] = {
        ".csv": lambda place: write_csv(main(), place),
        ".parquet": lambda place: write_parquet(main(), place),
        ".dta": lambda place: document.write_stata(main(), place),
        ".xlsx": lambda place: workbook.write_workbook(result.to_frames(), cover(result), place),
        ".svg": lambda place: _bytes(place, picture(result, "svg")),
        ".png": lambda place: _bytes(place, picture(result, "png")),
        ".docx": lambda place: document.write_word(exhibits_of(result), place, names),
        ".md": text(grids.markdown),
        ".tex": text(grids.latex),
        ".html": lambda place: _page(result, place, names),
        ".pdf": lambda place: _print(result, place, names),
    }
    return forms.get(suffix)


def cover(result: Any) -> dict[str, str]:
    """What stands on the first sheet of a workbook: the finding, scenario, data, settings, caveats, what to cite."""
    from countervail.citation import cite

    record = result.provenance()
    lines = {
        "Finding": getattr(result, "sentence", "")
        or getattr(result, "title", "")
        or getattr(result, "headline", "")
    }
    lines["About"] = getattr(result, "headline", "") or getattr(result, "subtitle", "")
    lines["Unit"] = getattr(result, "unit", "percent is percent, money is million USD of the base year")
    caveats = [*getattr(result, "caveats", ()), *getattr(result, "missing", {}).values()]
    lines |= {f"Caveat {place}": text for place, text in enumerate(caveats, start=1)}
    if hasattr(result, "world"):
        lines["Data"] = "; ".join(result.world.sources)
        lines["Cite"] = cite(result)
    lines["Version"] = f"countervail {record.get('version', '')}".strip()
    return {label: text for label, text in lines.items() if text}


def _page(result: Any, place: Path, names: Mapping[str, str]) -> None:
    from countervail.report import page, pointed

    text = page.html(result, names) if not isinstance(result, Exhibit) else pointed.page(result)
    place.write_text(text, encoding="utf-8", newline="\n")


def _print(result: Any, place: Path, names: Mapping[str, str]) -> None:
    from countervail.report import page

    place.write_bytes(
        page.pdf(page.html(result, names) if not isinstance(result, Exhibit) else page.single(result))
    )


def _of_scenario(scenario: Scenario, suffix: str, target: Path) -> Callable[[Path], None]:
    from countervail.report import workbook

    forms: dict[str, Callable[[Path], None]] = {
        ".yaml": lambda place: _text(place, scenario.to_yaml()),
        ".yml": lambda place: _text(place, scenario.to_yaml()),
        ".xlsx": lambda place: workbook.write_scenario(scenario, place),
    }
    if suffix not in forms:
        raise _no_form(target, suffix, tuple(forms))
    return forms[suffix]


def _bytes(place: Path, content: bytes) -> None:
    place.write_bytes(content)


def _text(place: Path, text: str) -> None:
    place.write_text(text, encoding="utf-8", newline="\n")


def _no_form(target: Path, suffix: str, forms: tuple[str, ...]) -> OutputError:
    return OutputError(
        "CV402",
        "This format cannot be written",
        where=str(target),
        found=suffix or "no suffix",
        expected=f"{', '.join(forms)}, or a folder",
        next_step="Choose one of these.",
    )
