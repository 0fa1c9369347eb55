"""The command `frontier`: the most harm for an own cost."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import (
    ClosureName,
    ElasticityName,
    ModelName,
    OutFolder,
    Quiet,
    ScenarioName,
    Settings,
    WorldName,
    read_model,
    read_scenario,
    read_world,
)

Most = Annotated[float, typer.Option(help="The largest intensity or rate, a fraction.")]


@app.command(epilog="Example: countervail frontier united-front --points 10")
def frontier(
    scenario: ScenarioName,
    points: Annotated[int, typer.Option(help="Points of the frontier.")] = 20,
    tariffs: Annotated[
        bool, typer.Option("--tariffs", help="Tariffs on imports instead of frictions.")
    ] = False,
    services: Annotated[bool, typer.Option("--services", help="Services too, each like a good.")] = False,
    robust: Annotated[bool, typer.Option("--robust", help="For the worst of the elasticity sets.")] = False,
    most: Most = 1.0,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Goods, directions and intensities that hurt the target most for a given own cost."""
    from countervail.analysis.frontier import sanctions_frontier
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    with progress(quiet) as told:
        found = sanctions_frontier(
            read_world(asked.world, elasticity),
            asked,
            read_model(asked.model, closure),
            points=points,
            kind="tariff" if tariffs else "friction",
            most=most,
            services=services,
            robust=robust,
            progress=told,
        )
    print_exhibit(found.curve, rows=points + 1)
    print_exhibit(found.rates, rows=10)
    write_exhibits(out, found.exhibits)
