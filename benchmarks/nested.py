"""The textbook solver of the general system (theory.md, Eq. 9-11b): damped factor prices outside, goods inside.

The baseline of the benchmarks of other horizons and the second implementation of their golden tests. Power means are
taken as they are written, wages move by the excess demand for each factor in each cell, one fixed damping factor. It
takes its layout of borders from the core's textbook solver, and shares no code with the package's nests or kernel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from benchmarks.baselines import Textbook
from numpy.typing import NDArray

from countervail.model.factors import Factors, supply_of
from countervail.model.parameters import Model
from countervail.policy.shock import Shock
from countervail.world.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Nested:
    """Hats and new levels as in theory.md; `gap` is the largest excess demand for a factor in a cell, in logarithms."""

    wage: Floats  # f, d, t
    price: Floats
    unit_cost: Floats
    expenditure: Floats
    output: Floats
    income: Floats
    value_added: Floats  # d: VA'
    consumer_price: Floats
    gap: float
    rounds: int


def power_mean(share: Floats, hats: Floats, epsilon: float, axis: int) -> Floats:
    """(sum share hats^(1 - eps))^(1 / (1 - eps)), the geometric mean at 1; shares sum to 1."""
    if epsilon == 1.0:
        return np.exp((share * np.log(hats)).sum(axis=axis))
    return (share * hats ** (1.0 - epsilon)).sum(axis=axis) ** (1.0 / (1.0 - epsilon))


def nested(
    world: World,
    shock: Shock,
    model: Model,
    factors: Factors,
    damping: float = 0.3,
    tolerance: float = 1e-11,
    most: int = 40_000,
) -> Nested:
    """Solve by damped factor prices under closure `fixed`.

    Arguments:
        world: with the trade elasticities of the model's horizon. factors: of that world.

    Raises:
        ArithmeticError: no equilibrium after `most` rounds, or excess demand that is not a number.
    """
    border = Textbook(world, shock)
    beta, gamma, alpha = world.value_added_share, world.input_share, world.final_share
    uses = (beta < 1.0)[:, None, :]
    g = np.where(uses, gamma / np.where(uses, 1.0 - beta[:, None, :], 1.0), 1.0 / world.n_sectors)
    eps_v, eps_m, eps_c = (
        model.value_added_substitution,
        model.input_substitution,
        model.consumption_substitution,
    )
    theta, kappa = world.trade_elasticity, factors.mobility
    value = factors.share * beta * world.output
    live = value > 0.0
    money = value.sum()
    value = value * supply_of(world, model, factors, shock)
    log_wage, price, spending = np.zeros_like(value), np.ones_like(world.output), world.expenditure
    for round_ in range(1, most + 1):
        wage = np.exp(log_wage)
        paid = _paid(value, wage, kappa)
        shift = money / paid.sum()  # Eq. 8: all factor prices together
        wage, paid, log_wage = wage * shift, paid * shift, log_wage + np.log(shift)
        hired = np.prod(wage**factors.share, axis=0)
        for _ in range(2000):
            before = price
            bundle = np.where(beta < 1.0, power_mean(g, price[:, :, None], eps_m, 1), 1.0)
            nest = power_mean(np.stack([beta, 1.0 - beta]), np.stack([hired, bundle]), eps_v, 0)
            cost = nest / shock.productivity
            total = (border.into @ (cost**-theta).T[:, :, None])[:, :, 0].T
            price = np.where(border.bought, np.where(border.bought, total, 1.0) ** (-1.0 / theta), 1.0)
            if np.abs(price / before - 1.0).max() < tolerance / 10:
                break
        beta_new = beta * (hired / nest) ** (1.0 - eps_v)
        gamma_new = gamma * ((bundle / nest) ** (1.0 - eps_v) * bundle ** (eps_m - 1.0))[:, None, :]
        gamma_new = gamma_new * price[:, :, None] ** (1.0 - eps_m)
        living = power_mean(alpha, price, eps_c, 1)
        alpha_new = alpha * (price / living[:, None]) ** (1.0 - eps_c)
        earned = paid.sum(axis=(0, 2))
        power = (cost**-theta).T[:, :, None]
        for _ in range(2000):
            before = spending
            demand = np.where(border.bought, spending / np.where(border.bought, total, 1.0), 0.0).T[
                :, :, None
            ]
            output = (power * (border.sold @ demand))[:, :, 0].T
            at_border = ((border.kept @ power) * demand)[:, :, 0].sum(axis=0)
            at_border = at_border + (power * (border.earned @ demand))[:, :, 0].sum(axis=0)
            income = earned + at_border + border.flow
            spending = alpha_new * income[:, None] + (gamma_new @ output[:, :, None])[:, :, 0]
            if (np.abs(spending - before) <= tolerance / 10 * np.abs(before)).all():
                break
        wanted = factors.share * beta_new * output
        gap = np.log(np.where(live, wanted, 1.0) / np.where(live, paid, 1.0))
        pooled = np.where(kappa > 0.0, _pool_gap(wanted, paid, kappa > 0.0), 0.0)
        free = np.isinf(kappa)
        worst = np.where(free, np.where(live, pooled, 0.0), gap)
        if np.abs(worst).max() < tolerance:
            return Nested(
                wage,
                price,
                cost,
                spending,
                output,
                income,
                earned,
                living,
                float(np.abs(worst).max()),
                round_,
            )
        own = np.where(free, 0.0, (gap - pooled) / (1.0 + np.where(free, 0.0, kappa)))
        log_wage = log_wage + damping * (pooled + own)
        if not np.isfinite(log_wage).all():
            break
    raise ArithmeticError(
        f"no equilibrium with damping {damping}: gap {np.abs(worst).max():.2g} after {round_} rounds"
    )


def _paid(value: Floats, wage: Floats, kappa: Floats) -> Floats:
    """w-hat L-hat VA of each factor and cell: Eq. 11, and the whole of it where factors stay."""
    stays, free = kappa == 0.0, np.isinf(kappa)
    finite = np.where(free, 0.0, kappa)
    pool = np.where(stays, 0.0, value)
    total = pool.sum(axis=2, keepdims=True)
    # cells that pool have one kappa each factor; Phi^(1 + kappa) is their mean
    lifted = wage ** (1.0 + finite)
    mean = (pool * lifted).sum(axis=2, keepdims=True) / np.where(total > 0.0, total, 1.0)
    phi = np.where(total > 0.0, mean, 1.0) ** (1.0 / (1.0 + finite))
    return np.where(stays | free, value * wage, value * lifted * phi**-finite)


def _pool_gap(wanted: Floats, paid: Floats, pool: NDArray[np.bool_]) -> Floats:
    """ln of what is wanted over what is paid among the cells that factors move between, axes f, d, 1."""
    more, less = (np.where(pool, part, 0.0).sum(axis=2, keepdims=True) for part in (wanted, paid))
    some = (more > 0.0) & (less > 0.0)
    found: Floats = np.log(np.where(some, more, 1.0) / np.where(some, less, 1.0))
    return found
