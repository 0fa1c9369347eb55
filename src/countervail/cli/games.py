"""The commands `game` and `payoffs`: rates answered by rates, and two sides with stated menus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.coalition import names
from countervail.cli.options import (
    ClosureName,
    ElasticityName,
    ModelName,
    OutFolder,
    Quiet,
    WorldName,
    read_model,
    read_world,
)


@app.command(epilog="Example: countervail game USA,CHN --by-good")
def game(
    players: Annotated[
        str, typer.Argument(metavar="A,B,...", help="Economies and blocs; one alone asks for its best rates.")
    ],
    levers: Annotated[
        str, typer.Option(metavar="L,...", help="tariff, friction (both on imports), export_tax.")
    ] = "tariff",
    by_good: Annotated[
        bool, typer.Option("--by-good", help="A rate for every good, not one for all.")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...", help="Of one player: whose trade the rates are on; everybody's by default."
        ),
    ] = None,
    most: Annotated[float, typer.Option(help="The largest rate, a fraction.")] = 3.0,
    world: Annotated[str, typer.Option("--world", "-w", help="A world by name or file.")] = "icio2021",
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Best answer upon best answer, to a Nash equilibrium or a cycle, beside what cooperation would bring."""
    from countervail.analysis.game import optimal_rates, tariff_war
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    who = [name.upper() for name in names(players) or ()]
    loaded, chosen = read_world(world, elasticity), read_model(model or "long_run", closure)
    kinds = tuple(names(levers) or ())
    with progress(quiet) as told:
        if len(who) == 1:
            found = optimal_rates(loaded, who[0], on=names(on), levers=kinds, most=most, model=chosen)
        else:
            found = tariff_war(
                loaded, who, levers=kinds, by_good=by_good, most=most, model=chosen, progress=told
            )
    columns = {
        "economy": "",
        "rate_percent": "rate\n%",
        "welfare_percent": "in the\nwar, %",
        "welfare_alone_percent": "alone\n%",
        "free_trade_percent": "free\ntrade, %",
        "joint_optimum_percent": "joint\noptimum, %",
        "cooperation_gain_million_usd": "gain over the\nwar, m USD",
    }
    print_exhibit(found, columns if len(who) > 1 else None, rows=30)
    write_exhibits(out, [found])


@app.command(epilog="Example: countervail payoffs examples/front-against-front.yaml")
def payoffs(
    game: Annotated[Path, typer.Argument(help="A YAML file with the sides and their menus.")],
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """The payoff matrix of two sides with stated menus: equilibria, best answers, dominated options."""
    from countervail.analysis.payoff_matrix import payoffs as found_payoffs
    from countervail.analysis.payoff_menu import load_game
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = load_game(game)
    loaded = read_world(world or asked.scenario.world, elasticity)
    chosen = read_model(model or asked.scenario.model, closure)
    with progress(quiet) as told:
        found = found_payoffs(loaded, asked, chosen, progress=told)
    own, other = found.roles["value"], found.roles["second"]
    print_exhibit(
        found,
        {
            "first_option": asked.first.name,
            "second_option": asked.second.name,
            own: f"{asked.first.name}\n%",
            other: f"{asked.second.name}\n%",
            "nash": "stable",
        },
        rows=60,
    )
    write_exhibits(out, [found])
