"""What the options of several commands have in common, and what they turn into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countervail.errors import OutputError

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

ScenarioName = Annotated[
    str,
    typer.Argument(
        help="A scenario of the library, or the path of a YAML file; several with commas are put together."
    ),
]
WorldName = Annotated[
    str | None, typer.Option("--world", "-w", help="A world by name or file, instead of the scenario's own.")
]
ModelName = Annotated[
    str | None, typer.Option("--model", "-m", help="A model by name, instead of the scenario's own.")
]
ClosureName = Annotated[
    str, typer.Option("--closure", help="What happens to trade imbalances: fixed, share or zero.")
]
ElasticityName = Annotated[
    str | None, typer.Option("--elasticity", "-e", help="A set of trade elasticities; combined by default.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="KEY=VALUE", help="Change one value of the scenario; may be repeated."
    ),
]
OutFolder = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the tables.")]
NoRange = Annotated[bool, typer.Option("--no-range", help="Leave out the range over elasticity sets.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")]


def read_scenario(name: str, world: str | None, model: str | None, settings: list[str] | None) -> Scenario:
    """The scenario with the changes of the command line.

    Raises:
        ScenarioError: no such scenario, or one that makes no sense.
        OutputError: CV405 a setting without key or value.
    """
    from countervail.policy.catalog import load_scenario

    changes: dict[str, Any] = {
        key: value for key, value in (("world", world), ("model", model)) if value is not None
    }
    for setting in settings or ():
        key, sign, value = setting.partition("=")
        if not sign or not key.strip():
            raise OutputError(
                "CV405",
                "A setting is not understood",
                where="--set",
                found=repr(setting),
                expected="KEY=VALUE, such as 'responses.0.saving=10 %'",
                next_step="Write the key, an equals sign and the value, in quotes where there are blanks.",
            )
        changes[key.strip()] = value.strip()
    several = [part.strip() for part in name.split(",") if part.strip()]
    found = load_scenario(several if len(several) > 1 and not Path(name).exists() else name)
    return found.with_settings(changes) if changes else found


def read_world(name: str, elasticity: str | None) -> World:
    """An embedded world by name, or one from a file.

    Raises:
        WorldError: no such world or elasticity set, or a damaged file.
    """
    from countervail.world.catalog import WORLDS, load_world
    from countervail.world.world import World

    is_file = name not in WORLDS and (Path(name).suffix in {".npz", ".zarr"} or Path(name).exists())
    if not is_file:
        return load_world(name) if elasticity is None else load_world(name, elasticity=elasticity)
    found = World.load(name)
    return found if elasticity is None else found.with_elasticity(elasticity)


def read_model(name: str | Mapping[str, Any], closure: str) -> Model:
    """A preset, or the changed copy that a scenario describes, with a closure.

    Raises:
        SolveError: no such model.
        OutputError: CV407 no such closure.
    """
    from countervail.model.parameters import CLOSURES, model_named

    for known in CLOSURES:
        if known == closure:
            return replace(model_named(name), closure=known)
    raise OutputError(
        "CV407",
        "There is no such closure",
        where="--closure",
        found=repr(closure),
        expected=", ".join(CLOSURES),
        next_step="Choose one of these.",
    )


def default_folder(name: str, scenario: Scenario) -> Path:
    """results/ and the name of the library scenario, otherwise the scenario's title."""
    from countervail.policy.catalog import scenario_names

    if name in dict(scenario_names()):
        return Path("results") / name
    return Path("results") / (re.sub(r"\W+", "-", scenario.name.lower()).strip("-_") or "scenario")
