"""What one scenario has that another has not, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

LISTS = ("given", "sanctions", "responses")


class Written(Protocol):
    """What is compared of a scenario."""

    @property
    def name(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def labels(self, which: str) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Change:
    """One difference.

    Arguments:
        where: "name" or "responses: green corridors: saving".
        first, second: what stands there, None where nothing does.
    """

    where: str
    first: Any
    second: Any


@dataclass(frozen=True)
class ScenarioDifference:
    """Every field in which two scenarios differ. Measures are matched by name, otherwise by kind and place.

    Example:
        >>> load_scenario("united-front") - load_scenario("russia-2022")  # doctest: +SKIP
    """

    first: str
    second: str
    changes: tuple[Change, ...]

    def __repr__(self) -> str:
        if not self.changes:
            return f"{self.first} and {self.second} say the same"
        return "\n".join(
            [f"{self.first}, then {self.second}", *(f"  {_line(change)}" for change in self.changes)]
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(one.where)}</td><td>{escape(_said(one.first))}</td><td>{escape(_said(one.second))}</td></tr>"
            for one in self.changes
        )
        head = f"<tr><th></th><th>{escape(self.first)}</th><th>{escape(self.second)}</th></tr>"
        return f"<table>{head}{rows}</table>"


def difference(first: Written, second: Written) -> ScenarioDifference:
    """Compare two scenarios field by field."""
    one, other = first.to_dict(), second.to_dict()
    changes = [
        Change(key, one.get(key), other.get(key))
        for key in dict.fromkeys([*one, *other])
        if key not in LISTS and one.get(key) != other.get(key)
    ]
    for which in LISTS:
        here, there = _by_label(first, which), _by_label(second, which)
        for label in dict.fromkeys([*here, *there]):
            changes += _measure(f"{which}: {label}", here.get(label), there.get(label))
    return ScenarioDifference(first.name, second.name, tuple(changes))


def _by_label(scenario: Written, which: str) -> dict[str, Mapping[str, Any]]:
    return dict(zip(scenario.labels(which), scenario.to_dict().get(which, []), strict=True))


def _measure(where: str, one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> list[Change]:
    """Differences of two measures of one label; the whole measure where only one has it or the kinds differ."""
    if one == other:
        return []
    if one is None or other is None or set(one) != set(other):
        return [Change(where, one, other)]
    ((_, here),), ((_, there),) = one.items(), other.items()
    return [
        Change(f"{where}: {key}", here.get(key), there.get(key))
        for key in dict.fromkeys([*here, *there])
        if here.get(key) != there.get(key)
    ]


def _line(change: Change) -> str:
    return f"{change.where}: {_said(change.first)} -> {_said(change.second)}"


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_said(inner)}" for key, inner in value.items())
    return ", ".join(map(_said, value)) if isinstance(value, list | tuple) else str(value)
