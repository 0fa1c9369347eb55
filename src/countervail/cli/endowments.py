"""The command `resources`: what each side brings, and what a scenario does to its standing on world markets."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import (
    ClosureName,
    ElasticityName,
    ModelName,
    OutFolder,
    ScenarioName,
    Settings,
    WorldName,
    read_model,
    read_scenario,
    read_world,
)


@app.command(epilog="Example: countervail resources united-front --economies RUS,CHN,EU27")
def resources(
    scenario: ScenarioName,
    economies: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...", help="Economies and blocs to compare; the scenario's sides by default."
        ),
    ] = None,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
) -> None:
    """Comparative advantage, fit of baskets, factor content of trade, dependence by input, and competitiveness."""
    from countervail.analysis.endowments import resources as found_resources
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    named = None if economies is None else [name.strip() for name in economies.split(",") if name.strip()]
    found = found_resources(
        read_world(asked.world, elasticity), asked, read_model(asked.model, closure), economies=named
    )
    columns = {
        "comparative_advantage": {
            "party": "",
            "good": "good",
            "advantage": "advantage",
            "share_of_exports_percent": "of its exports\n%",
            "exports_million_usd": "exports\nm USD",
        },
        "input_dependence": {
            "buyer": "buyer",
            "supplier": "supplier",
            "input": "input",
            "share_of_input_percent": "of the input\n%",
            "share_of_output_percent": "of output\n%",
        },
        "competitiveness": {
            "party": "",
            "market_share_base_percent": "share of world\nexports, %",
            "market_share_percent": "after\n%",
            "exports_change_percent": "exports\n%",
            "terms_of_trade_percent": "terms of\ntrade, %",
            "relative_unit_cost_percent": "unit cost against\nrivals, %",
        },
    }
    for exhibit in found:
        print_exhibit(exhibit, columns.get(exhibit.name), rows=12)
    write_exhibits(out, found)
