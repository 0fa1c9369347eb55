"""The command report: the page and the PDF of a folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import Quiet, read_model, read_world

if TYPE_CHECKING:
    from countervail.analysis.ledger import Ledger


@app.command(epilog="Example: countervail report results/united-front")
def report(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `countervail run` has written.")
    ],
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also write the PDF.")] = True,
    names: Annotated[
        Path | None,
        typer.Option("--names", help="A CSV file with the columns name and display: other names for tables."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write report.html and report.pdf into a folder of results: the answer, the exhibits, how to reproduce it."""
    from countervail.analysis.ledger import offset_ledger
    from countervail.cli.show import progress
    from countervail.report.export import display_names
    from countervail.report.results import read_folder

    asked = read_folder(folder)
    called = {} if names is None else display_names(names)
    world, model = (
        read_world(asked.scenario.world, asked.elasticity),
        read_model(asked.scenario.model, asked.closure),
    )
    with progress(quiet) as told:
        found = offset_ledger(world, asked.scenario, model, progress=told)
    if found.fingerprint != asked.fingerprint:
        typer.echo(
            "The data or the model have changed since these results were written: the report is of today.",
            err=True,
        )
    write_report(found, folder, pdf, called)


def write_report(ledger: Ledger, folder: Path, pdf: bool, names: dict[str, str] | None = None) -> None:
    """Write the page, and the PDF from the same source, and name them."""
    from countervail.report import page
    from countervail.writer import write_file

    text = page.html(ledger, names)
    files = [write_file(folder / "report.html", lambda place: _put(place, text.encode()))]
    if pdf:
        printed = page.pdf(text)
        files.append(write_file(folder / "report.pdf", lambda place: _put(place, printed)))
    for path in files:
        typer.echo(f"Report: {path}")


def _put(place: Path, content: bytes) -> None:
    place.write_bytes(content)
