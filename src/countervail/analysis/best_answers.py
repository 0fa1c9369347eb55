"""Best answers of players who set rates: gradients of the equilibrium, one hill at a time, and rounds to an end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from countervail.derivative import gradient, point
from countervail.model.welfare import welfare
from countervail.solver import equilibrium

if TYPE_CHECKING:
    from countervail.analysis.tariff_levers import Levers
    from countervail.model.equilibrium import Equilibrium
    from countervail.model.parameters import Model

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEAR = 1e-4  # rates that differ by less are the same
MOST_ROUNDS = 40
MOST_STEPS = 100
FLAT = 1e-7  # slope of welfare, percent per unit of a scaled rate, at which a search ends
SLOPE = 1e-8  # accuracy of a slope on the way


def alike(traded: Floats) -> Floats:
    """Units in which rates on different amounts of trade bend welfare alike; at most a thousandth apart."""
    units: Floats = np.sqrt(np.maximum(traded / traded.max(), 1e-6))
    return units


@dataclass
class Table:
    """The table the players sit at: what rates do, each solved once and counted.

    Arguments:
        levers: all rates. weights: [player, country] of each player's welfare. most: the largest rate, a fraction.
    """

    levers: Levers
    model: Model
    weights: Floats
    most: float
    solves: int = 0
    residual: float = 0.0
    _last: dict[bytes, Equilibrium] = field(default_factory=dict)

    def at(self, rates: Floats) -> Equilibrium:
        """The equilibrium at all rates, fractions."""
        key = rates.tobytes()
        if key not in self._last:
            eq = equilibrium(self.levers.world, self.levers.shock(rates), self.model)
            self.solves += 1
            self.residual = max(self.residual, eq.residual)
            self._last = {key: eq}
        return self._last[key]

    def payoffs(self, rates: Floats) -> Floats:
        """[player] welfare, percent of its income."""
        gains: Floats = self.weights @ welfare(self.at(rates))
        return gains

    def slopes(self, rates: Floats, weights: Floats) -> Floats:
        """[slot] what a weighted sum of welfare answers to each rate, percent per unit.

        Raises:
            SolveError: CV309 a model that is not of the long run.
        """
        here = point(self.at(rates), self.levers.shock(rates))
        return self.levers.slopes(gradient(here, weights, tolerance=SLOPE), rates)

    def best(self, rates: Floats, free: Integers, weights: Floats) -> Floats:
        """All rates, with those at `free` moved to where a weighted sum of welfare is largest, from where they are.

        The search follows the slope from two places, the rates given and a tenth of the largest, and takes the better
        end. Models without derivatives allow one free rate only, searched by value.

        Raises:
            SolveError: rates on the way have no equilibrium; CV309 several rates under a model without derivatives.
        """

        # welfare bends by a rate as by the trade it is on: in these units all rates are of one size
        scale = alike(self.levers.traded[free])

        def loss(x: Floats) -> tuple[float, Floats]:
            trial = rates.copy()
            trial[free] = x / scale
            value = float(weights @ welfare(self.at(trial)))
            return -value, -self.slopes(trial, weights)[free] / scale

        if free.size == 1 and not self.model.is_core:
            return self._searched(rates, free, weights)
        best: tuple[float, Floats] | None = None
        for start in (rates[free], np.full(free.size, 0.1 * self.most)):
            found = minimize(
                loss,
                start * scale,
                jac=True,
                method="L-BFGS-B",
                bounds=[(0.0, self.most * size) for size in scale],
                options={"maxiter": MOST_STEPS, "ftol": 1e-12, "gtol": FLAT},
            )
            if best is None or found.fun < best[0] - 1e-10:
                best = float(found.fun), np.clip(np.asarray(found.x) / scale, 0.0, self.most)
        assert best is not None
        moved = rates.copy()
        moved[free] = best[1]
        return moved

    def _searched(self, rates: Floats, free: Integers, weights: Floats) -> Floats:
        def at(rate: float) -> Floats:
            trial = rates.copy()
            trial[free] = rate
            return trial

        def loss(rate: float) -> float:
            return -float(weights @ welfare(self.at(at(rate))))

        found = minimize_scalar(loss, bounds=(0.0, self.most), method="bounded", options={"xatol": NEAR / 10})
        return at(0.0 if loss(0.0) <= float(found.fun) else float(found.x))


@dataclass(frozen=True, eq=False)
class Ending:
    """How best answers to best answers end.

    Arguments:
        rates: the last ones. how: "settled", "cycle" or "no end". length: rounds, or those of the cycle.
    """

    rates: Floats
    how: str
    length: int


def rounds(table: Table, players: Sequence[Integers], told: Callable[[int], None] | None = None) -> Ending:
    """Each player in turn gives its best answer, until no rate moves any more or the rates come round again.

    Arguments:
        players: the positions of each player's rates.
    """
    rates = np.zeros(len(table.levers.slots))
    met: list[tuple[int, ...]] = []
    for turn in range(MOST_ROUNDS):
        before = rates
        for p, free in enumerate(players):
            rates = table.best(rates, free, table.weights[p])
        if told is not None:
            told(turn + 1)
        if np.abs(rates - before).max() < NEAR:
            return Ending(rates, "settled", turn + 1)
        mark = tuple(round(float(rate) / NEAR) for rate in rates)
        if mark in met:
            return Ending(rates, "cycle", len(met) - met.index(mark))
        met.append(mark)
    return Ending(rates, "no end", MOST_ROUNDS)
