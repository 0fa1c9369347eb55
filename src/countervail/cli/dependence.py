"""The commands `dependence` and `corridors`: on whom an economy depends, and how its essentials could get through."""

from __future__ import annotations

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
    ScenarioName,
    Settings,
    WorldName,
    read_model,
    read_scenario,
    read_world,
)


@app.command(epilog="Example: countervail dependence DEU")
def dependence(
    economy: Annotated[
        str, typer.Argument(metavar="ECONOMY", help="An economy or bloc, several with commas.")
    ],
    world: Annotated[str, typer.Option("--world", "-w", help="A world by name or file.")] = "icio2021",
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Suppliers and goods: shares direct and through inputs, concentration, and the loss when each is cut off."""
    from countervail.analysis.dependence import critical_goods, supplier_dependence
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    loaded, chosen = read_world(world, elasticity), read_model(model or "long_run", closure)
    who = names(economy) or ()
    with progress(quiet) as told:
        suppliers = supplier_dependence(loaded, who, chosen, progress=told)
        goods = critical_goods(loaded, who, chosen, progress=told)
    print_exhibit(
        suppliers,
        {
            "name": "",
            "imports_percent": "imports\n%",
            "through_inputs_percent": "through\ninputs, %",
            "exact_loss_percent": "exact\nloss, %",
            "extraction_percent": "extraction\n%",
        },
    )
    print_exhibit(
        goods,
        {
            "sector": "",
            "foreign_percent": "foreign\n%",
            "concentration": "concen-\ntration",
            "largest_supplier": "largest supplier",
            "trade_elasticity": "elasticity",
            "loss_without_largest_percent": "loss without\nit, %",
            "critical": "critical",
        },
    )
    write_exhibits(out, [suppliers, goods])


@app.command(epilog="Example: countervail corridors essentials-corridors --restored 20")
def corridors(
    scenario: ScenarioName,
    restored: Annotated[float, typer.Option(help="Percent of the lost essentials to restore.")] = 20.0,
    goods: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="What corridors may carry; essentials by default.")
    ] = None,
    origins: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Who may sell through them; the senders by default.")
    ] = None,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Which essentials a scenario makes dearer and scarcer, and the cheapest corridors that restore a share of them."""
    from countervail.analysis.corridors import CARRIED, cheapest_corridors
    from countervail.analysis.household import ESSENTIALS, household_essentials
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    loaded, chosen = read_world(asked.world, elasticity), read_model(asked.model, closure)
    carried = names(goods)
    hurt = household_essentials(loaded, asked, chosen, goods=carried or ESSENTIALS)
    print_exhibit(
        hurt,
        {
            "name": "",
            "consumption_percent": "essentials\n%",
            "food_over_income_percent": "food over\nincome, %",
            "medicine_over_income_percent": "medicine\n%",
            "energy_over_income_percent": "energy\n%",
            "food_takes_points_of_budget": "food takes\npoints more",
        },
        rows=12,
    )
    with progress(quiet) as told:
        found = cheapest_corridors(
            loaded,
            asked,
            chosen,
            restored=restored / 100,
            goods=carried or CARRIED,
            origins=names(origins),
            progress=told,
        )
    print_exhibit(
        found,
        {
            "corridor": "",
            "chosen": "chosen",
            "base_imports_million_usd": "base imports\nm USD",
            "restores_percent_of_loss": "restores, %\nof the loss",
            "costs_percent_of_harm": "costs, %\nof the harm",
        },
    )
    write_exhibits(out, [hurt, found])
