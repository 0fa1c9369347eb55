"""The command `uncertainty`: how sure harm and offset are, which assumption matters, what single switches change."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import (
    ClosureName,
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


@app.command(epilog="Example: countervail uncertainty united-front --draws 500 --effects 64 --switches")
def uncertainty(
    scenario: ScenarioName,
    draws: Annotated[int, typer.Option(help="Joint draws of everything that is assumed.")] = 1000,
    effects: Annotated[
        int, typer.Option(help="Base points of a design that says which assumption matters; 0 for none.")
    ] = 0,
    switches: Annotated[
        bool, typer.Option("--switches", help="Also change features of the model one by one.")
    ] = False,
    spread: Annotated[
        float, typer.Option(help="Standard deviation of log elasticities around their set.")
    ] = 0.2,
    correlation: Annotated[float, typer.Option(help="Of these deviations between sectors.")] = 0.5,
    rates: Annotated[float, typer.Option(help="Standard deviation of log rates of sanctions.")] = 0.25,
    leakage: Annotated[float, typer.Option(help="Standard deviation of log leakages.")] = 0.25,
    sizes: Annotated[float, typer.Option(help="Standard deviation of log sizes of responses.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Of the draws.", min=0)] = 0,
    threads: Annotated[int, typer.Option(help="Groups of draws solved at the same time.", min=1)] = 2,
    world: WorldName = None,
    model: ModelName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Bands and probabilities over joint draws of elasticities, rates, leakage and sizes of responses."""
    from countervail.analysis.uncertainty import offset_uncertainty
    from countervail.analysis.uncertainty_draws import Assumptions
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import clean, console, progress
    from countervail.writer import check_folder

    asked = read_scenario(scenario, world, model, settings)
    if out is not None:
        check_folder(out)
    assumptions = Assumptions(None, spread, correlation, rates, leakage, sizes)
    with progress(quiet, pace=True) as told:
        found = offset_uncertainty(
            read_world(asked.world, None),
            asked,
            read_model(asked.model, closure),
            assumptions=assumptions,
            draws=draws,
            seed=seed,
            effects=effects,
            switches=switches,
            threads=threads,
            progress=told,
        )
    heads = {
        "label": "",
        "p05_percent": "5 %\nof draws",
        "median_percent": "median",
        "p95_percent": "95 %\nof draws",
    }
    print_exhibit(found.bands, heads | {"stated_percent": "as\nstated"}, rows=30)
    print_exhibit(
        found.probabilities,
        {
            "statement": "",
            "probability_percent": "% of draws",
            "low_percent": "at least",
            "high_percent": "at most",
        },
    )
    for exhibit in found.extra:
        print_exhibit(exhibit)
    console().print(clean(found.convergence))
    write_exhibits(out, found.exhibits)
