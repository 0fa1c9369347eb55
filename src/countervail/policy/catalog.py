"""Scenarios by name or file, and the list of those that ship with the package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from countervail.policy.complaint import Complaint
from countervail.policy.compose import Document, composed, read_document
from countervail.policy.scenario import Scenario
from countervail.policy.shelf import library, text_of
from countervail.policy.sourced import sourced_share


def load_scenario(name_or_path: str | Path | Sequence[str | Path]) -> Scenario:
    """A scenario of the library by name, otherwise of a file; or several of them as one.

    Arguments:
        name_or_path: "united-front", or the path of a YAML file. Of a list, later ones build on earlier ones:
            measures add up, and one with the name of an earlier one takes its place; every file counts once.

    Raises:
        ScenarioError: no such scenario or file (CV101), no YAML (CV102), files that extend each other (CV127),
            or whatever is wrong inside.

    Example:
        >>> load_scenario("us-china-tariffs-25").world
        'icio2022'
    """
    wanted = [name_or_path] if isinstance(name_or_path, str | Path) else list(name_or_path)
    documents = [_document(item) for item in wanted]
    if not documents:
        raise Complaint(
            "CV117", "no scenario to load", found="an empty list", next_step="Name at least one."
        ).error("load_scenario")
    merged = composed(documents)
    return Scenario.from_dict(merged.data, merged.origin)


def scenario_names() -> list[tuple[str, str]]:
    """The scenarios of the library: name and first sentence of the story.

    Example:
        >>> [name for name, _ in scenario_names()][0]
        'energy-embargo'
    """
    return [(name, first_sentence(load_scenario(name).story)) for name in library()]


@dataclass(frozen=True)
class Listed:
    """A scenario of the library in one line.

    Arguments:
        name: as `load_scenario` takes it. line: the first sentence of its story.
        sourced: the share of its claims that cite a source, 0 to 1.
    """

    name: str
    line: str
    sourced: float


def scenario_list() -> list[Listed]:
    """The scenarios of the library with the share of their claims that cite a source.

    Example:
        >>> [entry.sourced for entry in scenario_list() if entry.name == "full-decoupling"]
        [0.0]
    """
    loaded = [(name, load_scenario(name)) for name in library()]
    return [Listed(name, first_sentence(item.story), sourced_share(item)) for name, item in loaded]


def _document(name_or_path: str | Path) -> Document:
    try:
        return read_document(*text_of(name_or_path))
    except Complaint as problem:
        raise problem.error(str(name_or_path)) from None


def first_sentence(story: str) -> str:
    """The first sentence of a paragraph."""
    end = re.search(r"[.?!](?=\s)", story)
    return story[: end.end()] if end else story
