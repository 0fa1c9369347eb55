"""The menus of a game: two sides, each with named options that are lists of measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from countervail.errors import OutputError
from countervail.policy.catalog import load_scenario
from countervail.policy.complaint import Complaint, Origin, did_you_mean, kind_of, located, quoted
from countervail.policy.document import UnreadableText, read_yaml
from countervail.policy.measure import Measure, read_names
from countervail.policy.retaliation import KINDS, read_measures
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.shelf import text_of

FIELDS = ("name", "scenario", "sides")
SIDE_FIELDS = ("members", "options")
MOST_OPTIONS = 20
Options = Mapping[str, tuple[Measure, ...]]


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a game.

    Arguments:
        name: in words. members: economies and blocs whose welfare, weighted by income, is its payoff.
        options: name to measures; an empty list does nothing.
    """

    name: str
    members: tuple[str, ...]
    options: Options


@dataclass(frozen=True, eq=False)
class Game:
    """Two sides with stated menus, on the ground of a scenario.

    Arguments:
        name: a title.
        scenario: its world, model, blocs, goods and what is given; options may take its sanctions or responses over.
        first, second: the sides; options of the first take the place of the scenario's sanctions, those of the second
            of its responses.

    Raises:
        OutputError: CV440 a field, a side or a menu that makes no sense. ScenarioError: a measure that makes none.

    Example:
        >>> game = Game.from_yaml('''
        ... name: Tariffs
        ... scenario: {name: Peace, world: icio2021}
        ... sides:
        ...   America: {members: USA, options: {peace: [], war: [tariff: {by: USA, on: CHN, rate: 10 %}]}}
        ...   China: {members: CHN, options: {peace: [], war: [tariff: {by: CHN, on: USA, rate: 10 %}]}}
        ... ''')
        >>> game.second.name, list(game.second.options)
        ('China', ['peace', 'war'])
    """

    name: str
    scenario: Scenario
    first: Side
    second: Side

    @classmethod
    def from_yaml(cls, text: str, path: str = "game") -> Game:
        """A game from the text of a file."""
        try:
            data, lines = read_yaml(text)
        except UnreadableText as error:
            where = path if error.line is None else f"{path}:{error.line}"
            raise error.error(where) from None
        return cls.from_dict(data, Origin(path, lines))

    @classmethod
    def from_dict(cls, data: Any, origin: Origin | None = None) -> Game:
        """A game from plain data, as a file has it."""
        origin = origin or Origin("game")
        fields = _fields(data, FIELDS, "a game", origin, ())
        told = fields["scenario"]
        scenario = load_scenario(told) if isinstance(told, str) else Scenario.from_dict(told)
        if not isinstance(fields["sides"], Mapping) or len(fields["sides"]) != 2:
            count = len(fields["sides"]) if isinstance(fields["sides"], Mapping) else kind_of(fields["sides"])
            raise _refused(
                "A game needs two sides", origin, ("sides",), str(count), "two sides, each by its name"
            )
        sides = [_side(str(name), item, scenario, origin) for name, item in fields["sides"].items()]
        return cls(str(fields["name"]), scenario, *sides)

    def joint(self) -> tuple[Scenario, list[tuple[int, ...]], list[tuple[int, ...]]]:
        """A scenario with every measure of every menu, and which of its sanctions and responses each option takes.

        Raises:
            ScenarioError: two different measures have one name.
        """
        own, mine = _together(self.first.options)
        other, theirs = _together(self.second.options)
        return replace(self.scenario, name=self.name, sanctions=own, responses=other), mine, theirs


def load_game(path: str | Path) -> Game:
    """A game from a YAML file.

    Raises:
        OutputError: CV440 it is no game. ScenarioError: CV101 no such file, or a measure that makes no sense.

    Example:
        >>> game = cv.load_game("menus.yaml")  # doctest: +SKIP
    """
    with located(Origin(str(path))):
        text, source = text_of(Path(path))
    return Game.from_yaml(text, source)


def _together(options: Options) -> tuple[tuple[Measure, ...], list[tuple[int, ...]]]:
    """All measures of a menu, each once, and the positions of each option's."""
    every: list[Measure] = []
    for measures in options.values():
        every += [measure for measure in measures if measure not in every]
    return tuple(every), [
        tuple(every.index(measure) for measure in measures) for measures in options.values()
    ]


def _side(name: str, item: Any, scenario: Scenario, origin: Origin) -> Side:
    here = ("sides", name)
    fields = _fields(item, SIDE_FIELDS, f"the side '{name}'", origin, here)
    menu = fields["options"]
    if not isinstance(menu, Mapping) or not 2 <= len(menu) <= MOST_OPTIONS:
        found = f"{len(menu)} options" if isinstance(menu, Mapping) else kind_of(menu)
        what = f"A side chooses among 2 to {MOST_OPTIONS} options"
        raise _refused(what, origin, (*here, "options"), found, "options by name, each a list of measures")
    with located(origin, *here, "members"):
        members = read_names(fields["members"])
    options: dict[str, tuple[Measure, ...]] = {}
    for label, measures in menu.items():
        if isinstance(measures, str) and measures in LISTS:
            options[str(label)] = getattr(scenario, measures)
            continue
        with located(origin, *here, "options", str(label)):
            if isinstance(measures, str):
                raise Complaint(
                    "CV106",
                    "not a list of measures",
                    found=quoted(measures),
                    expected="a list of measures, or the word " + " or ".join(LISTS),
                    next_step="Write the measures, or name one of the scenario's own lists.",
                )
            options[str(label)] = read_measures(measures or [], KINDS)
    return Side(name, members, options)


def _fields(
    data: Any, known: tuple[str, ...], what: str, origin: Origin, path: tuple[str, ...]
) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise _refused(
            f"{what[0].upper()}{what[1:]} should have fields", origin, path, kind_of(data), ", ".join(known)
        )
    for key in data:
        if key not in known:
            raise _refused(
                f"{what[0].upper()}{what[1:]} has no field '{key}'",
                origin,
                (*path, str(key)),
                quoted(data[key]),
                "one of " + ", ".join(known),
                did_you_mean(str(key), known, "Take it out."),
            )
    for key in known:
        if data.get(key) is None:
            raise _refused(
                f"{what[0].upper()}{what[1:]} lacks its field '{key}'", origin, path, "nothing", key
            )
    return dict(data)


def _refused(
    what: str,
    origin: Origin,
    path: tuple[str, ...],
    found: str,
    expected: str,
    next_step: str = "Change it; docs/frontier.md shows a game.",
) -> OutputError:
    return OutputError(
        "CV440", what, where=origin.where(path), found=found, expected=expected, next_step=next_step
    )
