"""The command `dependence`: on whom an economy depends, and in which goods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countervail.cli.app import app
from countervail.cli.coalition import names
from countervail.cli.options import ClosureName, ElasticityName, ModelName, Quiet, read_model, read_world


@app.command(epilog="Example: countervail dependence DEU")
def dependence(
    economy: Annotated[
        str, typer.Argument(metavar="ECONOMY", help="An economy or bloc, several with commas.")
    ],
    world: Annotated[str, typer.Option("--world", "-w", help="A world by name or file.")] = "icio2021",
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the tables.")] = None,
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
