"""The command `coalition`: who does what in a united front, what it costs each, and what would change it."""

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

COLUMNS = {
    "burden_sharing": {
        "name": "",
        "welfare_percent": "without\n%",
        "equal_transfer_million_usd": "transfer\nm USD",
        "equal_welfare_percent": "with it\n%",
        "per_head_transfer_million_usd": "per head\nm USD",
    },
    "response_gains": {
        "name": "",
        "gain_percent": "gain\n%",
        "gain_million_usd": "gain\nm USD",
        "share_of_joint_gain_percent": "of joint\ngain, %",
        "share_of_joint_income_percent": "of joint\nincome, %",
        "equal_transfer_million_usd": "equal\ntransfer, m USD",
    },
}


@app.command(epilog="Example: countervail coalition russia-2014 --candidates CHN,IND --potential")
def coalition(
    scenario: ScenarioName,
    members: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...", help="Economies and blocs, each one member; the scenario's own by default."
        ),
    ] = None,
    candidates: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...", help="Who could join; the target's five largest partners by default."
        ),
    ] = None,
    potential: Annotated[
        bool, typer.Option("--potential", help="Also compare with an embargo and with all the world.")
    ] = False,
    costs: Annotated[
        bool, typer.Option("--costs", help="Also show how the own cost grows with the size of the coalition.")
    ] = False,
    burden: Annotated[
        bool, typer.Option("--burden", help="Also find the transfers that share the burden.")
    ] = False,
    floor: Annotated[
        float | None, typer.Option(help="With --burden: welfare no member shall be below, percent.")
    ] = None,
    parties: Annotated[
        bool, typer.Option("--parties", help="Also show what the parties to the responses gain.")
    ] = False,
    responses: Annotated[bool, typer.Option("--responses", help="Let the responses act too.")] = False,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: OutFolder = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Value, own cost and leaving of each member; alone, together, with each candidate, and all the world."""
    from countervail.analysis.burden import burden_sharing
    from countervail.analysis.coalition_costs import coalition_costs
    from countervail.analysis.coalition_potential import horizontal_potential, vertical_potential
    from countervail.analysis.coalition_shares import coalition_values
    from countervail.analysis.coalition_steps import coalition_stages
    from countervail.analysis.response_parties import response_gains
    from countervail.cli.exhibit_page import print_exhibit, write_exhibits
    from countervail.cli.show import progress
    from countervail.writer import check_folder

    if out is not None:
        check_folder(out)
    asked = read_scenario(scenario, world, model, settings)
    loaded, chosen = read_world(asked.world, elasticity), read_model(asked.model, closure)
    own, joining = names(members), names(candidates)
    with progress(quiet) as told:
        found = [
            coalition_values(loaded, asked, chosen, members=own, responses=responses, progress=told),
            coalition_stages(
                loaded,
                asked,
                chosen,
                members=own,
                candidates=joining,
                responses=responses,
                progress=told,
            ),
        ]
        if potential:
            found.append(vertical_potential(loaded, asked, chosen, progress=told))
            found.append(horizontal_potential(loaded, asked, chosen, members=own, progress=told))
        if costs:
            found.append(
                coalition_costs(loaded, asked, chosen, members=own, responses=responses, progress=told)
            )
        if burden:
            shared = burden_sharing(
                loaded, asked, chosen, members=own, floor=floor, responses=responses, progress=told
            )
            found.append(shared)
        if parties:
            found.append(response_gains(loaded, asked, chosen, progress=told))
    print_exhibit(
        found[0],
        {
            "name": "",
            "target_value_percent": "share of\nharm, %",
            "target_alone_percent": "alone\n%",
            "target_if_leaves_percent": "target gains\nif it leaves, %",
            "own_welfare_percent": "own\nwelfare, %",
            "own_gain_from_leaving_percent": "own gain\nfrom leaving, %",
        },
    )
    print_exhibit(
        found[1],
        {
            "stage": "",
            "target_percent": "target\n%",
            "change_of_harm_percent": "change of\nharm, %",
            "acting_percent": "those\nacting, %",
            "about_percent": "its own\n%",
        },
        rows=60,
    )
    for exhibit in found[2:]:
        print_exhibit(exhibit, COLUMNS.get(exhibit.name), rows=40)
    write_exhibits(out, found)


def names(text: str | None) -> tuple[str, ...] | None:
    """Names separated by commas; None where none are given."""
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())
