"""The application that commands are added to, and what holds for all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail import __version__

app = typer.Typer(
    name="countervail",
    help="What do these sanctions cost, whom, and how much of it do the countermeasures offset?",
    epilog="Start with: countervail run united-front",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"countervail {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass
