"""The command `layers`: what two economies are to each other, today and after a scenario."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import (
    ClosureName,
    ElasticityName,
    ModelName,
    OutFolder,
    Settings,
    WorldName,
    read_model,
    read_scenario,
    read_world,
)


@app.command(epilog="Example: countervail layers CHN RUS --after united-front")
def layers(
    first: Annotated[str, typer.Argument(metavar="A", help="An economy.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    after: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Also show what is left after a scenario.")
    ] = None,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
) -> None:
    """Trade, inputs, markets, energy, essentials, technology, votes and tariffs: who needs whom more."""
    from countervail.analysis.layers import layers_of_cooperation
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    scenario = None if after is None else read_scenario(after, world, model, settings)
    loaded = read_world(world or ("icio2021" if scenario is None else scenario.world), elasticity)
    chosen = None if scenario is None else read_model(scenario.model, closure)
    found = layers_of_cooperation(loaded, first, second, scenario, chosen)
    columns = {
        "layer": "",
        "side": "",
        "share_percent": "share\n%",
        "rank": "rank of\nthe other",
        "asymmetry": "own share over\nthe other's",
    }
    print_exhibit(found, columns, rows=40)
    write_exhibits(out, [found])
