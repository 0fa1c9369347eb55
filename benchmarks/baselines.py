"""The textbook solver: damped wages outside, prices and spending inside, as in Alvarez and Lucas (2007).

The baseline that every benchmark is measured against, and the second implementation of the golden tests. It is the
usual algorithm done well: vectorised NumPy, every sum over economies or sectors a batched BLAS product, prices and
spending started from where the last round of wages left them, one fixed damping factor. It knows the `fixed` closure
on a world that trade links as a whole, and shares no code with the package beyond the two dataclasses it reads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.policy.shock import Shock
from countervail.world.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Start:
    """Where an inner loop begins or ended; P-hat, X' [d, s] in million USD."""

    price: Floats
    expenditure: Floats


def start(world: World) -> Start:
    """The base year itself."""
    return Start(np.ones_like(world.output), world.expenditure)


@dataclass(frozen=True, eq=False)
class Baseline:
    """Hats and new levels as in theory.md; `iterations` counts rounds of wages, `inner` the sweeps inside them.

    `excess` [d] is the value of the labour demanded beyond what there is, over its value; `residual` the largest.
    """

    wage: Floats
    price: Floats
    unit_cost: Floats
    expenditure: Floats
    output: Floats
    income: Floats
    excess: Floats
    iterations: int
    inner: int

    @property
    def residual(self) -> float:
        return float(np.abs(self.excess).max())


class Textbook:
    """One world under one shock, laid out for products by sector and by economy."""

    def __init__(self, world: World, shock: Shock) -> None:
        n, j = world.output.shape
        theta = world.trade_elasticity
        at = np.unravel_index(shock.cells, (n, n, j))
        tariff, wedge, buyer = world.tariff.copy(), np.ones((n, n, j)), np.zeros((n, n, j), bool)
        tariff[at], wedge[at], buyer[at] = shock.tariff, shock.wedge, shock.rent_to_buyer
        weight = world.trade_share.copy()
        weight[at] *= (
            shock.passing * (shock.trade_cost * (tariff * wedge / world.tariff)[at]) ** -theta[at[2]]
        )
        # of a unit that d pays: what o's sales are worth, what d's treasury takes, what rents give to either side
        sold = weight / (tariff * wedge)
        kept = sold * ((tariff - 1.0) * wedge + np.where(buyer, wedge - 1.0, 0.0))
        earned = sold * np.where(buyer, 0.0, wedge - 1.0)
        self.world, self.theta = world, theta
        self.into, self.sold = (
            weight.transpose(2, 1, 0).copy(),
            sold.transpose(2, 0, 1).copy(),
        )  # s, d, o; s, o, d
        self.kept, self.earned = kept.transpose(2, 1, 0).copy(), earned.transpose(2, 0, 1).copy()
        self.inputs = world.input_share.transpose(0, 2, 1).copy()  # d, t, s
        self.log_z = np.log(shock.productivity)
        self.bought = world.expenditure > 0.0
        self.flow = world.transfer + shock.transfer

    def at_wages(self, wage: Floats, begin: Start, tolerance: float, most: int = 5000) -> Baseline:
        """Eq. 1-6 at given wages: prices first, then spending and income; leaves Eq. 7 open, as `excess`."""
        world, theta = self.world, self.theta
        labour = world.value_added_share * np.log(wage)[:, None] - self.log_z
        log_price, inner = np.log(begin.price), 0
        for _ in range(most):
            inner += 1
            log_cost = labour + (self.inputs @ log_price[:, :, None])[:, :, 0]
            middle = log_cost.mean(axis=0)  # so that a large theta cannot overflow
            power = np.exp(-theta * (log_cost - middle))
            total = (self.into @ power.T[:, :, None])[:, :, 0].T
            total[~self.bought] = 1.0
            fresh = np.where(self.bought, middle - np.log(total) / theta, 0.0)
            gap, log_price = float(np.abs(fresh - log_price).max()), fresh
            if not gap >= tolerance:  # also when it is no number
                break
        spending, earned = begin.expenditure, wage * world.value_added
        transfer = self.flow * earned.sum() / world.value_added.sum()
        for _ in range(most):
            inner += 1
            demand = np.where(self.bought, spending / total, 0.0).T[:, :, None]
            output = power * (self.sold @ demand)[:, :, 0].T
            border = ((self.kept @ power.T[:, :, None]) * demand)[:, :, 0].sum(axis=0)
            border += (power * (self.earned @ demand)[:, :, 0].T).sum(axis=1)
            income = earned + border + transfer
            fresh = world.final_share * income[:, None] + (world.input_share @ output[:, :, None])[:, :, 0]
            gap = float((np.abs(fresh - spending) / np.where(self.bought, world.expenditure, 1.0)).max())
            spending = fresh
            if not gap >= tolerance:
                break
        excess = (world.value_added_share * output).sum(axis=1) / earned - 1.0
        cost = np.exp(log_cost)
        return Baseline(wage, np.exp(log_price), cost, spending, output, income, excess, 0, inner)


def textbook(
    world: World, shock: Shock, damping: float = 0.3, tolerance: float = 1e-10, most: int = 5000
) -> Baseline:
    """Solve by damped wages: w <- w (1 + damping excess), rescaled so that world value added stays (Eq. 8).

    Arguments:
        damping: share of the excess demand for labour that goes into wages; fixed throughout.
        tolerance: of the largest excess; the inner loops go to a tenth of it.

    Raises:
        ArithmeticError: no equilibrium after `most` rounds, or excess demand that is not a number.
    """
    problem = Textbook(world, shock)
    share = world.value_added / world.value_added.sum()
    wage = np.ones_like(share)
    at, inner = start(world), 0
    for iteration in range(1, most + 1):
        at = problem.at_wages(wage, Start(at.price, at.expenditure), tolerance / 10)
        inner += at.inner
        if at.residual < tolerance:
            values = {
                name: getattr(at, name) for name in ("price", "unit_cost", "expenditure", "output", "income")
            }
            return Baseline(wage, **values, excess=at.excess, iterations=iteration, inner=inner)
        wage = wage * (1.0 + damping * at.excess)
        if not wage.min() > 0.0:  # also when it is no number
            break
        wage = wage / (share @ wage)
    raise ArithmeticError(
        f"no equilibrium with damping {damping}: excess {at.residual:.2g} after {iteration} rounds"
    )


def best_damping(world: World, shock: Shock, tolerance: float = 1e-4) -> float:
    """The fixed damping that needs the fewest inner sweeps to a rough tolerance: doubled until worse, then refined."""

    def sweeps(damping: float) -> float:
        try:
            return textbook(world, shock, damping, tolerance, most=400).inner
        except ArithmeticError:
            return np.inf

    tried = {0.05: sweeps(0.05)}
    while max(tried) == min(tried, key=tried.__getitem__) and max(tried) < 8.0:
        tried[2.0 * max(tried)] = sweeps(2.0 * max(tried))
    middle = min(tried, key=tried.__getitem__)
    tried |= {factor * middle: sweeps(factor * middle) for factor in (0.6, 0.8, 1.25, 1.6)}
    return min(tried, key=tried.__getitem__)
