"""What is uncertain, and draws of it: elasticities, rates, leakage, sizes of the responses, all at once.

An elasticity is that of a set of the literature, each as likely, times a deviation that sectors share in part; a
size is the stated one times a deviation. Deviations are lognormal with median 1, cut where the measure has its limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from countervail.errors import OutputError
from countervail.policy.settings import find_measure
from countervail.run.draws import Distribution

if TYPE_CHECKING:
    from countervail.policy.conditions import Place
    from countervail.policy.measure import Measure
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

SET, WITHIN = "which set of elasticities", "elasticities within the set"
RATES, LEAKAGE, SIZES = "rates of the sanctions", "leakage of the bans", "sizes of the responses"
_EDGE = 1e-9


@dataclass(frozen=True)
class Assumptions:
    """How uncertain each kind of assumption is; all of it assumption in turn.

    Arguments:
        sets: elasticity sets to draw from, each as likely; all of the world's by default, its own where it has none.
        spread: standard deviation of the logarithm of an elasticity around that of its set.
        correlation: of these deviations between sectors, 0 to 1.
        rates, leakage, responses: standard deviation of the logarithm of the rates of sanctions, of their leakage
            and of the sizes of responses, around those stated.
        own: a distribution for single fields instead, by key such as "responses.0.saving".

    Raises:
        OutputError: CV431 a spread below 0 or a correlation outside 0 to 1.
    """

    sets: tuple[str, ...] | None = None
    spread: float = 0.2
    correlation: float = 0.5
    rates: float = 0.25
    leakage: float = 0.25
    responses: float = 0.5
    own: Mapping[str, Distribution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("spread", "rates", "leakage", "responses"):
            if not 0 <= getattr(self, name) <= 3:
                raise _refused(name, getattr(self, name), "a standard deviation of 0 to 3")
        if not 0 <= self.correlation <= 1:
            raise _refused("correlation", self.correlation, "0 to 1")
        if self.sets is not None and not self.sets:
            raise _refused("sets", "none", "at least one elasticity set")

    def sentences(self) -> tuple[str, ...]:
        """What is assumed, a sentence each."""
        near = (
            f"a deviation of {100 * self.spread:.0f} % that sectors share to {100 * self.correlation:.0f} %"
        )
        sizes = (
            f"{100 * self.rates:.0f} % (rates of sanctions), {100 * self.leakage:.0f} % (leakage)",
            f"and {100 * self.responses:.0f} % (responses)",
        )
        return (
            f"Elasticities are drawn from the sets of the literature, each as likely, with {near}.",
            f"Stated sizes deviate by {' '.join(sizes)}, a standard deviation each; spreads are assumptions.",
        )


def _refused(name: str, found: object, expected: str) -> OutputError:
    return OutputError(
        "CV431",
        "An assumption about uncertainty makes no sense",
        where=name,
        found=str(found),
        expected=expected,
        next_step="Change it; docs/uncertainty.md explains each.",
    )


@dataclass(frozen=True, eq=False)
class Size:
    """A field of a measure that is drawn."""

    place: Place
    measure: Measure
    field: str
    drawn: Distribution
    sign: float = 1.0
    label: str = ""

    def title(self, group: str) -> str:
        """What it is, for people: the measure and its field, or the key it was given by."""
        return f"{self.label}: {self.field.replace('_', ' ')}" if self.label else group

    def holding(self, measure: Measure, value: float) -> Measure:
        """A measure with another value of this field."""
        if isinstance(getattr(measure, self.field), float):
            return measure.model_copy(update={self.field: value})  # inside its range, so nothing to check
        return measure.with_size(value)


@dataclass(frozen=True, eq=False)
class Space:
    """All that is drawn, as columns of a unit cube.

    Arguments:
        sets: names of elasticity sets. theta: [set, s] their elasticities.
        sizes: fields that are drawn, a column each.
        groups: of every column, what it belongs to.
        fixed: measures without a size that could be drawn, by name.
    """

    assumptions: Assumptions
    sets: tuple[str, ...]
    theta: Floats
    sizes: tuple[Size, ...]
    groups: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The groups that vary, in order."""
        return tuple(dict.fromkeys(self.groups))

    def elasticities(self, unit: Floats) -> Floats:
        """[draw, s] trade elasticities at points of the cube."""
        at, chosen = 0, np.zeros(len(unit), dtype=int)
        if SET in self.groups:
            chosen = np.minimum((unit[:, 0] * len(self.sets)).astype(int), len(self.sets) - 1)
            at = 1
        theta: Floats = self.theta[chosen]
        if WITHIN in self.groups:
            score = stats.norm.ppf(np.clip(unit[:, at : at + 1 + theta.shape[1]], _EDGE, 1 - _EDGE))
            shared = self.assumptions.correlation
            deviation = np.sqrt(shared) * score[:, :1] + np.sqrt(1 - shared) * score[:, 1:]
            theta = theta * np.exp(self.assumptions.spread * deviation)
        return theta

    def measures(self, unit: Floats) -> list[dict[Place, Measure]]:
        """By draw, the measures that differ from those stated, at points of the cube."""
        first = len(self.groups) - len(self.sizes)
        found: list[dict[Place, Measure]] = [{} for _ in unit]
        for n, size in enumerate(self.sizes):
            values = size.drawn.at(unit[:, first + n])
            for changed, value in zip(found, values, strict=True):
                held = changed.get(size.place, size.measure)  # of a measure two fields may be drawn
                changed[size.place] = size.holding(held, size.sign * float(value))
        return found


def space_of(world: World, scenario: Scenario, assumptions: Assumptions) -> Space:
    """What is drawn for a scenario on a world.

    Raises:
        WorldError: CV206 an elasticity set that the world does not have.
        OutputError: CV431 a key of `own` that leads nowhere, or nothing that varies.
    """
    names = assumptions.sets or tuple(entry.name for entry in world.elasticity_sets)
    theta = np.stack(
        [world.with_elasticity(name).trade_elasticity for name in names] or [world.trade_elasticity]
    )
    groups: list[str] = [SET] if len(theta) > 1 else []
    if assumptions.spread > 0:
        groups += [WITHIN] * (1 + world.n_sectors)
    sizes, fixed = _sizes(scenario, assumptions)
    groups += [group for group, _ in sizes]
    if not groups:
        raise _refused("assumptions", "nothing varies", "a spread above 0, several sets, or a distribution")
    return Space(
        assumptions,
        names or (world.elasticity,),
        theta,
        tuple(size for _, size in sizes),
        tuple(groups),
        fixed,
    )


def _sizes(scenario: Scenario, assumptions: Assumptions) -> tuple[list[tuple[str, Size]], tuple[str, ...]]:
    own = {_place(scenario, key): (key, drawn) for key, drawn in assumptions.own.items()}
    found: list[tuple[str, Size]] = []
    fixed: list[str] = []
    for which in ("sanctions", "responses"):
        for n, (label, measure) in enumerate(
            zip(scenario.labels(which), getattr(scenario, which), strict=True)
        ):
            before = len(found)
            for name, value, limit in _fields(measure):
                if ((which, n), name) in own:
                    continue
                group, spread = SIZES, assumptions.responses
                if which == "sanctions":
                    leaks = name == "leakage"
                    group, spread = (LEAKAGE, assumptions.leakage) if leaks else (RATES, assumptions.rates)
                if spread > 0 and value != 0:
                    drawn = Distribution("lognormal", (abs(value), spread), within=(0.0, limit))
                    found.append(
                        (group, Size((which, n), measure, name, drawn, float(np.sign(value)), label))
                    )
            if len(found) == before and measure.quantified:
                fixed.append(label)
    for ((which, n), name), (key, drawn) in own.items():
        found.append((key, Size((which, n), getattr(scenario, which)[n], name, drawn)))
    return found, tuple(fixed)


def _fields(measure: Measure) -> Sequence[tuple[str, float, float]]:
    """Fields with a size: name, stated value, largest value that makes sense."""
    found = []
    leakage = getattr(measure, "leakage", None)
    if isinstance(leakage, float):
        found.append(("leakage", leakage, 1.0))
    rate = getattr(measure, "rate", None)
    if measure.size != "rate" and isinstance(
        rate, float
    ):  # of a tariff, which break-even searches leave alone
        found.append(("rate", rate, np.inf))
    stated = measure.size is not None and getattr(measure, measure.size) is not None
    if stated and measure.size != "leakage":
        found.append((str(measure.size), measure.size_value or 0.0, measure.size_limit))
    return found


def _place(scenario: Scenario, key: str) -> tuple[Place, str]:
    which, _, rest = key.partition(".")
    place, name = (
        find_measure(scenario.labels(which), rest) if which in ("sanctions", "responses") else (None, "")
    )
    known = [] if place is None else [entry for entry, _, _ in _fields(getattr(scenario, which)[place])]
    if place is None or name not in known:
        raise _refused(
            key, "no such field", "sanctions or responses, a position or name, and a field with a size"
        )
    return (which, place), name
