"""The commands `bypass` and `secondary`: what goes around a ban, and what third parties choose."""

from __future__ import annotations

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


@app.command(epilog="Example: countervail bypass technology-bypass --set 'responses.0.through=[TUR]'")
def bypass(
    scenario: ScenarioName,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
) -> None:
    """What goes around the bans of a scenario, and through which third countries."""
    from countervail.analysis.bypass import bypass_flows
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.solver import solve
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    found = bypass_flows(solve(read_world(asked.world, elasticity), asked, read_model(asked.model, closure)))
    print_exhibit(
        found,
        {
            "origin": "from",
            "hub": "through",
            "destination": "to",
            "sector": "good",
            "base_million_usd": "before\nmillion USD",
            "through_hub_million_usd": "through the hub\nmillion USD",
            "leakage_percent": "leakage\n%",
        },
    )
    write_exhibits(out, [found])


@app.command(epilog="Example: countervail secondary secondary-sanctions --out results/choices")
def secondary(
    scenario: ScenarioName,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """What third parties choose under secondary sanctions when each does what costs it less."""
    from countervail.analysis.secondary import secondary_choices
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    loaded, chosen = read_world(asked.world, elasticity), read_model(asked.model, closure)
    with progress(quiet) as told:
        found = secondary_choices(loaded, asked, chosen, progress=told)
    print_exhibit(found)
    write_exhibits(out, [found])
    if out is not None and found.scenario is not None:
        (out / "scenario.yaml").write_text(found.scenario.to_yaml(), encoding="utf-8")
        typer.echo(f"The scenario with the choices made: {out / 'scenario.yaml'}")
