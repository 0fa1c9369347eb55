"""Axes of a sweep: grids, lists, samples, coalitions, and their products and unions, counted but never spelt out.

Every block knows how many points it has and gives any of them by number, so that a plan of millions of
scenarios takes no memory. A point is a mapping from key to value; keys are settings of the scenario or one of
`SWITCHES`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, Protocol

from countervail.policy.sizes import percent_text
from countervail.run.draws import Distribution, Method, cube

Point = Mapping[str, Any]
SWITCHES = ("elasticity", "elasticity_factor", "closure", "active")
"""Keys that are no settings of the scenario: the set of trade elasticities, a factor on all of them, the closure,
and which lists act: all, sanctions (no responses) or given (neither)."""


class Block(Protocol):
    """Some points, in a fixed order."""

    @property
    def size(self) -> int: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    def point(self, number: int) -> Point: ...
    def values(self, key: str) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of its keys, the last key fastest."""

    axes: Mapping[str, tuple[Any, ...]]

    @property
    def size(self) -> int:
        return math.prod(len(values) for values in self.axes.values())

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.axes)

    def point(self, number: int) -> Point:
        found: dict[str, Any] = {}
        for key in reversed(self.keys):
            number, place = divmod(number, len(self.axes[key]))
            found[key] = self.axes[key][place]
        return {key: found[key] for key in self.axes}

    def values(self, key: str) -> Sequence[Any]:
        return self.axes[key]


@dataclass(frozen=True)
class Listed:
    """Points written out one by one."""

    points: tuple[Point, ...]

    @property
    def size(self) -> int:
        return len(self.points)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for point in self.points for key in point))

    def point(self, number: int) -> Point:
        return self.points[number]

    def values(self, key: str) -> Sequence[Any]:
        return [point[key] for point in self.points if key in point]


@dataclass(frozen=True)
class Sample:
    """Points drawn at random, the same in every run.

    Arguments:
        of: key to how it is drawn. draws: how many. seed, method: see `draws.cube`.
    """

    of: Mapping[str, Distribution]
    draws: int
    seed: int = 0
    method: Method = "sobol"
    drawn: Mapping[str, list[Any]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        unit = cube(self.draws, len(self.of), self.seed, self.method)
        drawn = {
            key: [percent_text(value) for value in kind.at(unit[:, n])]
            if kind.in_percent
            else kind.at(unit[:, n])
            for n, (key, kind) in enumerate(self.of.items())
        }
        object.__setattr__(self, "drawn", drawn)  # drawn once, so that all who share the plan share its draws

    @property
    def size(self) -> int:
        return self.draws

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.of)

    def point(self, number: int) -> Point:
        return {key: values[number] for key, values in self.drawn.items()}

    def values(self, key: str) -> Sequence[Any]:
        return self.drawn[key]


@dataclass(frozen=True)
class Coalitions:
    """All coalitions of some candidates, small ones first, each in the order of the candidates.

    Arguments:
        key: the setting that holds the members, such as blocs.west.
        of: candidates: economies or blocs. least, most: members of a coalition.
    """

    key: str
    of: tuple[str, ...]
    least: int
    most: int

    @cached_property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """Every coalition."""
        sizes = range(self.least, self.most + 1)
        return tuple(chosen for count in sizes for chosen in combinations(self.of, count))

    @property
    def size(self) -> int:
        return sum(math.comb(len(self.of), count) for count in range(self.least, self.most + 1))

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def point(self, number: int) -> Point:
        return {self.key: list(self.members[number])}

    def values(self, key: str) -> Sequence[Any]:
        return [list(chosen) for chosen in self.members]


@dataclass(frozen=True)
class Product:
    """Every point of each block with every point of the others, the last block fastest."""

    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        return math.prod(block.size for block in self.blocks)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for block in self.blocks for key in block.keys)

    def point(self, number: int) -> Point:
        found: list[Point] = []
        for block in reversed(self.blocks):
            number, place = divmod(number, block.size)
            found.append(block.point(place))
        return {key: value for point in reversed(found) for key, value in point.items()}

    def values(self, key: str) -> Sequence[Any]:
        return next(block.values(key) for block in self.blocks if key in block.keys)


@dataclass(frozen=True)
class Union:
    """The points of each block after those of the one before."""

    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        return sum(block.size for block in self.blocks)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for block in self.blocks for key in block.keys))

    def point(self, number: int) -> Point:
        for block in self.blocks:
            if number < block.size:
                return block.point(number)
            number -= block.size
        raise IndexError(number)

    def values(self, key: str) -> Sequence[Any]:
        return [value for block in self.blocks if key in block.keys for value in block.values(key)]
