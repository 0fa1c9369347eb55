"""Equilibrium: what the world answers, as arrays, before labels are put on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.model.parameters import Model, long_run

if TYPE_CHECKING:
    from countervail.policy.limits import Limit
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Hats are new over base, primes new levels in million USD; axes as in theory.md.

    `base` is the world that the hats are relative to: the calibrated one, or under closure `zero` the same world
    re-solved without imbalances. `residuals` are the largest relative residuals by equation, recomputed by
    `model.equations`; `residual` is the largest of them.
    """

    base: World
    wage: Floats  # d: w-hat; with factors that do not move freely VA'/VA of the economy, Phi (Eq. 11a)
    price: Floats  # d, s: P-hat
    unit_cost: Floats  # o, s: c-hat
    expenditure: Floats  # d, s: X'
    output: Floats  # o, s: Y'
    income: Floats  # d: I'
    tariff_revenue: Floats  # d: R'
    rent: Floats  # d: rents from wedges, paid (negative) or received
    transfer: Floats  # d: D'
    part: NDArray[np.int64]  # d: which part of the world d is in, if trade no longer links all
    residuals: dict[str, float]
    iterations: int
    method: str
    notes: tuple[str, ...] = ()
    model: Model = long_run
    factor_wage: Floats | None = None  # f, d, t: w-hat of each factor by sector (Eq. 11); None: `wage` in all
    wedges: Floats | None = (
        None  # ln mu' of each condition of the shock, 0 for those on transfers; None without any
    )
    limits: tuple[Limit, ...] = ()  # the conditions of the shock
    shock: Shock | None = None  # with the solved wedges and transfers in place; None without conditions

    @property
    def residual(self) -> float:
        """The largest relative residual of Eq. 1-8."""
        return max(self.residuals.values())

    @property
    def parts(self) -> int:
        """How many parts of the world still trade only among themselves; 1 when all are linked."""
        return int(self.part.max()) + 1
