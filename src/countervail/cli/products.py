"""The commands `exposure` and `products`: who has what to lose with a target, and one embargo at a time."""

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
    read_model,
    read_world,
)

Target = Annotated[str, typer.Argument(metavar="TARGET", help="An economy or a bloc, several with commas.")]
World = Annotated[str, typer.Option("--world", "-w", help="A world by name or file.")]


@app.command(epilog="Example: countervail exposure RUS")
def exposure(target: Target, world: World = "icio2021", out: OutFolder = None) -> None:
    """Who trades how much with a target before any policy, directly and through inputs."""
    from countervail.analysis import baseline
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    found = baseline.trade_exposure(read_world(world, None), names(target) or ())
    print_exhibit(found)
    write_exhibits(out, [found])


@app.command(epilog="Example: countervail products RUS --economies EU27,USA,CHN --direction import")
def products(
    target: Target,
    economies: Annotated[
        str | None,
        typer.Option(metavar="A,B,...", help="Who acts, each alone; the target's twelve largest partners."),
    ] = None,
    goods: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Sectors and goods lists; eleven groups by default.")
    ] = None,
    direction: Annotated[
        str, typer.Option(help="import, export or both, as seen from the economies.")
    ] = "both",
    world: World = "icio2021",
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """The embargo of each product group by each economy alone, exact and linear."""
    from countervail.analysis.products import DIRECTIONS, product_embargoes
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.errors import OutputError
    from countervail.writer import check_folder

    wanted = next((known for known in DIRECTIONS if known == direction), None)
    if wanted is None:
        raise OutputError(
            "CV405",
            "A setting is not understood",
            where="--direction",
            found=repr(direction),
            expected=", ".join(DIRECTIONS),
            next_step="Choose one of these.",
        )
    if out is not None:
        check_folder(out)
    loaded, chosen = read_world(world, elasticity), read_model(model or "long_run", closure)
    with progress(quiet) as told:
        found = product_embargoes(
            loaded,
            names(target) or (),
            chosen,
            economies=names(economies),
            goods=names(goods),
            direction=wanted,
            progress=told,
        )
    for exhibit in found:
        print_exhibit(exhibit)
    write_exhibits(out, found)
