"""The command `alignment`: how far the sides of a scenario are one, by votes and the sanctions record."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.coalition import names
from countervail.cli.options import (
    OutFolder,
    ScenarioName,
    Settings,
    WorldName,
    read_scenario,
    read_world,
)


@app.command(epilog="Example: countervail alignment united-front --economies G7,CHN,IND")
def alignment(
    scenario: ScenarioName,
    economies: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...", help="Whose matrix to show; senders' five largest and targets by default."
        ),
    ] = None,
    year: Annotated[int, typer.Option(help="Of the votes, 2000 to 2024.")] = 2024,
    world: WorldName = None,
    out: OutFolder = None,
    settings: Settings = None,
) -> None:
    """Who votes with whom, who has moved, and whom votes and trade suggest as joiner or as hub."""
    from countervail.analysis.alignment import alignment_matrix, alignment_prospects, alignment_ranking
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.policy.assemble import sides_of
    from countervail.policy.scope import Scope
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, None, settings)
    loaded = read_world(asked.world, None)
    prospects = alignment_prospects(loaded, asked, year)
    sides = sides_of(asked, Scope(loaded, asked.blocs, asked.goods))
    senders = [loaded.countries[n] for n in sides.senders]
    chosen = names(economies)
    if chosen is None:
        largest = sorted(senders, key=lambda code: -loaded.income[loaded.index(code)])[:5]
        chosen = (*largest, *(loaded.countries[n] for n in sides.targets))
    found = [
        alignment_matrix(loaded, chosen, year),
        alignment_ranking(loaded, senders, year),
        *prospects,
    ]
    for exhibit in found:
        print_exhibit(exhibit)
    write_exhibits(out, found)
