"""The search for a frontier: the most harm for every own cost, by gradients of the equilibrium.

Each point minimises W[targets] - rate x W[senders] over the intensities, both in percent, `rate` being what a point
of own cost has to bring. The two ends come first; then a point between the two neighbours that lie furthest apart, at
the rate of the line between them, until there are enough. With several elasticity sets the worst counts, smoothly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from countervail.analysis.best_answers import alike
from countervail.derivative import gradient, point
from countervail.model.welfare import welfare
from countervail.solver import equilibrium

if TYPE_CHECKING:
    from countervail.analysis.frontier_instruments import Instruments
    from countervail.model.equilibrium import Equilibrium
    from countervail.model.parameters import Model
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

SAME = 1e-3  # of the frontier's length: nearer points are one
SHARPNESS = 60.0  # of the smooth worst case, over the spread of the sets
MOST_STEPS = 10
SLOPE = 1e-8  # accuracy of a slope on the way; points themselves are solved in full
SIDE_BY_SIDE = 2  # points looked for at the same time, whatever the machine, so that it changes no result


@dataclass(frozen=True, eq=False)
class Found:
    """A point of the frontier.

    Arguments:
        rate: harm in percent that a percent of own cost brings here, at the margin. intensity: [instrument] fractions.
        target, sender: welfare of the targets and of the senders, percent; of several sets, of each.
    """

    rate: float
    intensity: Floats
    target: Floats
    sender: Floats

    @property
    def place(self) -> tuple[float, float]:
        """Own cost and harm, percent; the worst over the sets."""
        return float(-self.sender.min()), float(-self.target.max())


@dataclass
class Search:
    """Minimises for any rate; counts what it solves.

    Arguments:
        instruments: what can be chosen. worlds: one, or several that differ in elasticities.
        weights: [2, country] of the targets' and the senders' welfare.
    """

    instruments: Instruments
    worlds: Sequence[World]
    model: Model
    weights: Floats
    solves: int = 0
    residual: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def best(self, rate: float, start: Floats) -> Found:
        """The intensities that are best at a rate, from a start.

        Raises:
            SolveError: an intensity on the way has no equilibrium.
        """

        met: dict[bytes, Found] = {}

        units = alike(self.instruments.traded)

        def value(x: Floats) -> tuple[float, Floats]:
            level, slope, here = self.value(x / units, rate)
            met.clear()  # the search ends where it has just been, or nearly
            met[x.tobytes()] = here
            return level, slope / units

        bounds = [(0.0, self.instruments.most * unit) for unit in units]
        found = minimize(
            value,
            np.clip(start, 0.0, self.instruments.most) * units,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": MOST_STEPS, "ftol": 1e-7, "gtol": 1e-6},
        )
        end = np.asarray(found.x)
        return met.get(end.tobytes()) or self.at(end / units, rate)

    def at(self, intensity: Floats, rate: float = np.nan) -> Found:
        """What some intensities do."""
        shock = self.instruments.shock(intensity)
        both = [self.weights @ welfare(self._solved(world, shock)) for world in self.worlds]
        target, sender = np.array(both).T
        return Found(rate, intensity, target, sender)

    def value(self, intensity: Floats, rate: float) -> tuple[float, Floats, Found]:
        """W[targets] - rate x W[senders], its slopes, and the point; of several worlds, smoothly the largest."""
        shock = self.instruments.shock(intensity)
        combined = (self.weights[0] - rate * self.weights[1])[:, None]
        values, points, both = [], [], []
        for world in self.worlds:
            eq = self._solved(world, shock)
            change = welfare(eq)
            both.append(self.weights @ change)
            values.append(float(combined[:, 0] @ change))
            points.append(eq)
        target, sender = np.array(both).T
        value, share = _smooth_largest(np.array(values))
        slope = np.zeros(self.instruments.size)
        for eq, part in zip(points, share, strict=True):
            if part > 1e-4:
                slope += part * self.instruments.slopes(
                    gradient(point(eq, shock), combined, tolerance=SLOPE), intensity
                )
        return value, slope, Found(rate, intensity.copy(), target, sender)

    def _solved(self, world: World, shock: Shock) -> Equilibrium:
        eq = equilibrium(world, shock, self.model)
        with self._lock:
            self.solves += 1
            self.residual = max(self.residual, eq.residual)
        return eq


def search(hunt: Search, points: int, progress: Progress | None = None) -> list[Found]:
    """A frontier of at most so many points, the cheapest first.

    Raises:
        SolveError: CV302 and the like where an intensity has no equilibrium.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return _search(hunt, points, pool, progress)


def _search(hunt: Search, points: int, pool: ThreadPoolExecutor, progress: Progress | None) -> list[Found]:
    size, most = hunt.instruments.size, hunt.instruments.most
    all_out = hunt.best(0.0, np.full(size, most))
    mildest = hunt.at(np.zeros(size), np.inf)
    own_best = hunt.best(_steepest(all_out), np.full(size, 0.05 * most))
    found = [mildest, all_out]
    if own_best.place[0] < mildest.place[0]:
        found[0] = own_best  # barriers that pay: own welfare rises
    elif _apart(own_best, found[0], found) > SAME:
        found.insert(1, own_best)
    closed: list[Found] = []
    while len(found) < points:
        if progress is not None:
            progress("points of the frontier", len(found), points)
        gaps = sorted(
            (-_apart(left, right, found), n)
            for n, (left, right) in enumerate(pairwise(found))
            if not any(left is one for one in closed)
        )
        wide = [n for apart, n in gaps if -apart >= SAME][: min(SIDE_BY_SIDE, points - len(found))]
        if not wide:
            break
        ends = [(found[n], found[n + 1]) for n in wide]
        for (left, right), between in zip(
            ends, pool.map(lambda pair: _between(hunt, *pair), ends), strict=True
        ):
            if min(_apart(between, left, found), _apart(between, right, found)) < SAME:
                closed.append(left)  # the frontier is straight here
                continue
            better = _undominated([*found, between])
            if any(one is between for one in better):
                found = better
            else:
                closed.append(left)  # a point that others beat: nothing is to be found here at any rate
    if progress is not None:
        progress("points of the frontier", points, points)
    return found


def _between(hunt: Search, left: Found, right: Found) -> Found:
    """The best point at the rate of the line between two neighbours."""
    (cost, harm), (cost_more, harm_more) = left.place, right.place
    rate = (harm_more - harm) / (cost_more - cost) if cost_more > cost else 0.0
    return hunt.best(max(rate, 0.0), 0.5 * (left.intensity + right.intensity))


def _undominated(found: Sequence[Found]) -> list[Found]:
    """Points sorted by own cost, without those that another one beats."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda item: (item.place[0], -item.place[1])):
        if not kept or one.place[1] > kept[-1].place[1]:
            kept.append(one)
    return kept


def _apart(one: Found, other: Found, found: Sequence[Found]) -> float:
    """Distance of two points over the extent of the frontier."""
    places = np.array([item.place for item in found])
    extent = np.maximum(np.ptp(places, axis=0), 1e-12)
    return float(np.hypot(*((np.array(one.place) - np.array(other.place)) / extent)))


def _steepest(all_out: Found) -> float:
    """A rate at which only what costs next to nothing is worth it."""
    cost, harm = all_out.place
    return 100.0 * harm / cost if cost > 0 and harm > 0 else 100.0


def _smooth_largest(values: Floats) -> tuple[float, Floats]:
    """A smooth maximum of some numbers, and the share of each in its slope."""
    if values.size == 1:
        return float(values[0]), np.ones(1)
    top = values.max()
    scale = SHARPNESS / max(float(np.ptp(values)), 1e-9)
    weight = np.exp(scale * (values - top))
    return float(top + np.log(weight.mean()) / scale), np.asarray(weight / weight.sum())
