"""Questions: what a request may ask, checked by the same models as the files."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from countervail.errors import OutputError, ScenarioError
from countervail.model.parameters import Closure, Model, model_named
from countervail.policy.complaint import Origin
from countervail.policy.scenario import LISTS, Scenario
from countervail.web.limits import MOST_MEASURES, MOST_RESPONSES, too_large
from countervail.world.catalog import WORLDS, load_world
from countervail.world.world import World


class Question(BaseModel):
    """A scenario as its file has it, and the settings of the command line."""

    model_config = ConfigDict(extra="forbid")

    scenario: dict[str, Any] = Field(
        description="The scenario as an object with the fields of a scenario file."
    )
    elasticity: str = Field("combined", max_length=40, description="A named set of trade elasticities.")
    closure: Closure = Field("fixed", description="What happens to trade imbalances.")
    model: str | None = Field(
        None, max_length=40, description="A preset instead of the scenario's own model."
    )


class AboutOne(Question):
    """A question about one economy."""

    economy: str = Field(max_length=60, description="Name or ISO3 code.")


class AboutPair(Question):
    """A question about trade from one economy to another."""

    origin: str = Field(max_length=60)
    destination: str = Field(max_length=60)


class AboutSupply(AboutOne):
    """A question about who supplies a good to an economy."""

    goods: str = Field(max_length=60, description="A sector or a goods list.")


class AboutStudy(Question):
    """A question that another command of the command line answers."""

    study: str = Field(max_length=40, description="The command's name, as the catalogue lists them.")
    options: dict[str, str | float | bool | list[str]] = Field(
        default_factory=dict, description="Its options by name."
    )


class TwoQuestions(BaseModel):
    """Two scenarios to compare: the first minus the second."""

    model_config = ConfigDict(extra="forbid")

    first: Question
    second: Question


class FileText(BaseModel):
    """The text of a scenario file."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=200_000)


def understood(question: Question) -> tuple[World, Scenario, Model]:
    """World, scenario and model of a question; files are never opened.

    Raises:
        ScenarioError: the scenario makes no sense. OutputError: CV470 it is too large, CV472 it names a file or a world
            that does not ship with the package. WorldError, SolveError: no such elasticity set or model.
    """
    scenario = scenario_of(question.scenario)
    return (
        world_for(scenario.world, question.elasticity),
        scenario,
        replace(model_named(question.model or scenario.model), closure=question.closure),
    )


@lru_cache(maxsize=6)
def world_for(name: str, elasticity: str) -> World:
    """An embedded world, kept between requests: what the solver prepares once is kept with it."""
    return load_world(name, elasticity=elasticity)


def scenario_of(data: dict[str, Any]) -> Scenario:
    """The scenario of a request.

    Raises:
        ScenarioError, OutputError: as `understood`.
    """
    if "extends" in data:
        raise OutputError(
            "CV472",
            "A scenario sent to the server cannot extend another",
            found=str(data["extends"])[:80],
            next_step="Write its measures out, or compose the files on the command line.",
        )
    counts = {which: len(data[which]) for which in LISTS if isinstance(data.get(which), list)}
    if sum(counts.values()) > MOST_MEASURES or counts.get("responses", 0) > MOST_RESPONSES:
        raise too_large(
            f"{sum(counts.values())} measures, {counts.get('responses', 0)} of them responses",
            f"at most {MOST_MEASURES}, of them {MOST_RESPONSES} responses",
            "Run this scenario on the command line.",
        )
    scenario = Scenario.from_dict(data, Origin("scenario"))
    if scenario.world not in WORLDS:
        raise OutputError(
            "CV472",
            "The server has only the worlds that ship with the package",
            found=scenario.world[:80],
            expected=", ".join(WORLDS),
            next_step="Choose one of these, or use the command line with a file of your own.",
        )
    return scenario


def scenario_in(text: str) -> Scenario:
    """The scenario in the text of a file.

    Raises:
        ScenarioError: with line and field. OutputError: as `understood`.
    """
    if any(line.startswith("extends:") for line in text.splitlines()):
        return scenario_of({"extends": "another scenario"})
    try:
        return scenario_of(Scenario.from_yaml(text, "file").to_dict())
    except RecursionError:
        raise ScenarioError("CV102", "the file is nested too deeply", where="file") from None
