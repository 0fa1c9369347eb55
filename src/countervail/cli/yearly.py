"""The commands `path` and `risk`: a scenario year by year, and in years in which something else happens too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
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


@app.command(epilog="Example: countervail path energy-embargo --years 10")
def path(
    scenario: ScenarioName,
    years: Annotated[
        str, typer.Option("--years", "-y", help="How many years, or the calendar years: 10, 2022-2031.")
    ] = "10",
    first: Annotated[
        str | None,
        typer.Option(
            "--first", help="The model of the first year; the scenario's own, or short_run, by default."
        ),
    ] = None,
    last: Annotated[str, typer.Option("--last", help="The model of the end, by name.")] = "long_run",
    closing: Annotated[
        float, typer.Option("--closing", help="Share of the way left that elasticities go in a year.")
    ] = 0.3,
    speed: Annotated[
        float,
        typer.Option("--speed", help="Growth of a sector's factors for each per cent of higher return."),
    ] = 0.3,
    discount: Annotated[float, typer.Option("--discount", help="Discount of a year, a fraction.")] = 0.03,
    no_responses: Annotated[
        bool, typer.Option("--no-responses", help="Do not follow each response alone.")
    ] = False,
    world: WorldName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Loss by year while elasticities rise, factors move and measures are phased in."""
    from countervail.analysis.adjustment import Adjustment
    from countervail.analysis.loss_path import path as found_path
    from countervail.analysis.yearly import read_years
    from countervail.cli.exhibit_page import print_exhibit, print_frame, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, first, settings)
    own = Adjustment.of(asked).first if first is None else read_model(asked.model, closure)
    begin = replace(own, closure=read_model(last, closure).closure)
    adjustment = Adjustment(begin, read_model(last, closure), closing, speed)
    loaded = read_world(asked.world, elasticity)
    with progress(quiet) as told:
        found = found_path(
            loaded,
            asked,
            adjustment,
            years=read_years(years),
            discount=discount,
            responses=not no_responses,
            progress=None if told is None else lambda done, total: told("years", done, total),
        )
    print_exhibit(
        found,
        {
            "party": "",
            "year": "year",
            "harm_percent": "sanctions\n%",
            "offset_percent": "won back\n%",
            "net_percent": "net\n%",
            "net_million_usd": "net\nm USD",
        },
        rows=60,
    )
    print_frame(
        found,
        "path_summary",
        "all years together",
        {
            "party": "",
            "cumulated_percent_of_a_year": "in all, % of\na year's income",
            "cumulated_million_usd": "in all\nm USD",
            "discounted_million_usd": "discounted\nm USD",
            "volatility_percent": "volatility\n%",
        },
    )
    if len(found.more["path_halves"]):
        print_frame(
            found,
            "path_halves",
            "what each response alone wins back for the targets",
            {
                "response": "response",
                "first_year_percent": "first year\n%",
                "last_year_percent": "last year\n%",
                "half_recovered_in": "half of that\nreached in",
            },
        )
    write_exhibits(out, [found])


@app.command(epilog="Example: countervail risk united-front --draws 400 --hazard 'energy price'")
def risk(
    scenario: ScenarioName,
    draws: Annotated[int, typer.Option("--draws", "-n", help="How many years are drawn.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Of the random numbers.")] = 0,
    tail: Annotated[float, typer.Option("--tail", help="Share of years that counts as the worst.")] = 0.05,
    hazard: Annotated[
        list[str] | None,
        typer.Option("--hazard", help="One of the named set; may be repeated. All by default."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--hazards", help="A YAML file with hazards of your own, instead.")
    ] = None,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Real income in years with bad harvests, energy shocks, closed ports or a pandemic, with and without responses."""
    from countervail.analysis.tail_risk import risk as found_risk
    from countervail.cli.exhibit_page import print_exhibit, print_frame, write_exhibits
    from countervail.cli.show import progress
    from countervail.policy.hazard import hazards_named, read_hazards
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    known = hazards_named(hazard) if file is None else read_hazards(file)
    loaded, done = read_world(asked.world, elasticity), 0
    with progress(quiet) as told:

        def step(more: int) -> None:
            nonlocal done
            done += more
            if told is not None:
                told("years", done, 2 * draws)

        found = found_risk(
            loaded,
            asked,
            read_model(asked.model, closure),
            hazards=known,
            draws=draws,
            seed=seed,
            tail=tail,
            progress=step,
        )
    print_exhibit(
        found,
        {
            "party": "",
            "mean_without_percent": "mean, sanctions\nalone, %",
            "mean_with_percent": "with\nresponses, %",
            "worst_without_percent": "worst years,\nalone, %",
            "worst_with_percent": "with\nresponses, %",
            "removed_share_percent": "removed of\nthe worst, %",
        },
        frame="risk_summary",
    )
    print_frame(
        found,
        "risk_hazards",
        "what may happen in a year",
        {
            "hazard": "hazard",
            "chance_percent": "chance\n%",
            "years_struck_percent": "came in\n% of years",
            "source": "chance and size",
        },
    )
    write_exhibits(out, [found])
