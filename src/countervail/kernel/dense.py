"""The world at given wages, by dense linear algebra: prices, then spending, then what wages are off by.

For given wages the price system lP = f(lP) is increasing and concave with a Jacobian of row sums below one, so
Newton's method converges from anywhere (the monotone Newton theorem); spending is then one linear system. A matrix that
was factored near by serves again for as long as it halves what is left. Plain NumPy, apart from the fast path's code on
purpose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from countervail.kernel.sweep import Economy, Floats, Ints, Links, Tasks, net_of_tariffs

PRICE_STEPS = 120
PRICE_TOLERANCE = 1e-13
LOOSEST = 1e-11  # residual of prices where rounding allows no less
SLOW = 0.3  # a step that leaves more than this share asks for a matrix of its own
POLISHING = 12  # corrections of spending
SETTLED = 1e-15  # correction of spending, relative, after which it is as exact as its matrix allows
ROUNDED = 1e-13  # correction from which on nothing but rounding is left

Factored = tuple[Floats, Ints]


class Shocked(NamedTuple):
    """One task laid out densely. Axes s, o, d unless said."""

    weight: Floats
    received: Floats
    origin_rent: Floats  # mu' - 1 where the rent goes to the origin, else 0
    log_productivity: Floats  # o, s
    flow: Floats  # d
    slope: Floats  # d
    part: Ints  # d
    paid_in: Ints  # d: the part of the world in whose money `flow` is: D' moves with its VA', which is Eq. 8 at last


class Wages(NamedTuple):
    """The world at given wages: prices and spending solved, labour demand not yet equal to supply."""

    log_cost: Floats  # o, s
    log_price: Floats  # d, s
    spending: Floats  # d, s
    output: Floats  # o, s
    income: Floats  # d
    revenue: Floats  # d
    rent: Floats  # d
    transfer: Floats  # d
    gap: Floats  # d: labour demanded less supplied over supplied, in value
    # d: ln of money that flows in over what flows out, or where that is more than labour earns, of labour demanded over
    # supplied; NaN where one of the two is not above zero
    pressure: Floats
    inside: Linear


class Linear(NamedTuple):
    """What the derivatives at these wages need."""

    share: Floats  # s, o, d: pi'
    sold: Floats  # s, o, d: b' per unit of X'
    rents: Floats  # s, o, d: rent per unit of X', to o
    kept: Floats  # d, s: revenue per unit of X'
    inflow: Floats  # d: exports, rents on them, and what is received
    outflow: Floats  # d: imports, rents on them, and what is paid
    demanded: Floats  # d: labour demanded over supplied
    foreign: NDArray[np.bool_]  # d: whether more is paid abroad than labour earns
    transfer: Floats  # d, k: derivative of D' in ln wages
    prices: Factored | None  # LU of the price system, here or near by
    spending: Factored | None  # LU of the spending system, here or near by


def lay_out(base: Links, inputs_sectors: int, tasks: Tasks, k: int) -> Shocked:
    """Scenario k of the tasks as dense arrays."""
    weight, received = base.weight.copy(), net_of_tariffs(base)
    origin_rent = np.zeros_like(weight)
    for s in range(inputs_sectors):
        cells = slice(tasks.start[k, s], tasks.start[k, s + 1])
        o, d = tasks.origin[cells], tasks.destination[cells]
        weight[s, o, d], received[s, o, d] = tasks.weight[cells], tasks.received[cells]
        paid = np.where(tasks.received[cells] > 0.0, tasks.received[cells], 1.0)
        origin_rent[s, o, d] = tasks.rent[cells] / paid
    shift = np.zeros((weight.shape[1], inputs_sectors))
    cells = slice(tasks.z_start[k], tasks.z_start[k + 1])
    shift[tasks.z_origin[cells], tasks.z_sector[cells]] = tasks.z_log[cells]
    return Shocked(
        weight, received, origin_rent, shift, tasks.flow[k], tasks.slope[k], tasks.part[k], tasks.part[k]
    )


def at_wages(
    economy: Economy,
    inputs: Floats,
    task: Shocked,
    log_wage: Floats,
    log_price: Floats,
    near: Linear | None = None,
) -> Wages | None:
    """Solve Eq. 1-6 for given wages; None where a number leaves the domain.

    Arguments:
        inputs: gamma, axes d, s, t. log_price: where to begin. near: the same at wages near by, whose matrices may do.
    """
    n, _ = economy.expenditure.shape
    theta, alpha, beta = economy.theta, economy.final_share, economy.value_added_share
    bought = economy.expenditure > 0.0
    own = beta * log_wage[:, None] - task.log_productivity
    with np.errstate(divide="ignore"):
        log_weight = np.log(task.weight)
    factor = None if near is None else near.prices
    fresh, before, last = False, np.inf, log_price
    for _ in range(PRICE_STEPS):
        log_cost = own + (log_price[:, None, :] @ inputs)[:, 0, :]
        # each sum over origins is taken relative to its own largest term: prices may differ by any factor
        exponent = log_weight - (theta * log_cost).T[:, :, None]  # s, o, d
        top = exponent.max(axis=1, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        sources = np.exp(exponent - top)
        total = sources.sum(axis=1)  # s, d
        if not (total.T[bought] > 0.0).all():
            return None
        filled = np.where(total > 0.0, total, 1.0)
        share = sources / filled[:, None, :]
        answer = np.where(bought, -((np.log(filled) + top[:, 0]) / theta[:, None]).T, 0.0)
        off = log_price - answer
        if not np.isfinite(off).all():
            return None
        error = float(np.abs(off * np.maximum(theta, 1.0)).max())
        if error < PRICE_TOLERANCE:
            break
        if factor is not None and not fresh and error > before:
            log_price, factor, before = last, None, np.inf  # the matrix from elsewhere led astray
            continue
        if factor is None or error > SLOW * before:
            factor, fresh = _factored_prices(share, inputs, bought), True
        else:
            fresh = False
        last, before = log_price, error
        log_price = log_price - lu_solve(factor, off.ravel(), check_finite=False).reshape(off.shape)
    else:
        if error > LOOSEST:
            return None
    # spending: X = alpha (w VA + D' + R X + rents X) + gamma b X
    sold = share * per_unit_of(task)  # s, o, d: b per unit of X[d, s]
    earned = np.exp(log_wage) * economy.value_added
    transfer, transfer_slope = _transfers(task, earned, log_wage, economy.value_added)
    rents = sold * task.origin_rent  # s, o, d
    kept = (1.0 - sold.sum(axis=1) - rents.sum(axis=1)).T * bought  # revenue per unit of X
    old = None if near is None else near.spending
    inside = Linear(
        share, sold, rents, kept, earned, earned, earned, bought[:, 0], transfer_slope, factor, old
    )
    spending, again = _spending(alpha, inputs, inside, alpha * (earned + transfer)[:, None])
    output = (sold * spending.T[:, None, :]).sum(axis=2).T
    rent = (rents * spending.T[:, None, :]).sum(axis=(0, 2))
    revenue = (kept * spending).sum(axis=1)
    income = earned + revenue + rent + transfer
    # where next to nothing is traded, what is sold at home would hide by rounding what wages are off by
    crossing = (sold + rents) * spending.T[:, None, :]
    crossing[:, np.arange(n), np.arange(n)] = 0.0
    exports, imports = crossing.sum(axis=(0, 2)), crossing.sum(axis=(0, 1))
    inflow, outflow = exports + np.maximum(transfer, 0.0), imports + np.maximum(-transfer, 0.0)
    alone = (exports == 0.0) & (imports == 0.0)
    # and where it is a multiple of what labour earns, that would be hidden
    demanded, foreign = (beta * output).sum(axis=1) / earned, outflow > earned
    gap = np.where(alone, 0.0, np.where(foreign, demanded - 1.0, (exports - imports + transfer) / earned))
    with np.errstate(divide="ignore", invalid="ignore"):
        pressure = np.where(alone, 0.0, np.log(np.where(foreign, demanded, inflow / outflow)))
    pressure = np.where(np.isfinite(pressure), pressure, np.nan)
    inside = inside._replace(
        inflow=inflow, outflow=outflow, demanded=demanded, foreign=foreign, spending=again
    )
    return Wages(
        log_cost, log_price, spending, output, income, revenue, rent, transfer, gap, pressure, inside
    )


def pressure_slope(economy: Economy, inputs: Floats, log_wage: Floats, here: Wages) -> tuple[Floats, Wages]:
    """Derivative of each economy's pressure in each ln wage, axes d, k, with prices and spending following.

    Returns:
        It, and the same wages with both matrices made here.
    """
    n, j = economy.expenditure.shape
    alpha, beta = economy.final_share, economy.value_added_share
    bought = economy.expenditure > 0.0
    prices = _factored_prices(here.inside.share, inputs, bought)
    at = here.inside._replace(prices=prices, spending=_factored_spending(alpha, inputs, here.inside))
    assert at.spending is not None
    earned = np.exp(log_wage) * economy.value_added
    direct = (at.share * beta.T[:, :, None]).transpose(2, 0, 1).reshape(n * j, n)
    price_k = lu_solve(prices, direct, check_finite=False).reshape(n, j, n)
    price_k *= bought[:, :, None]
    cost_k = beta[:, :, None] * np.eye(n)[:, None, :] + inputs.transpose(0, 2, 1) @ price_k
    steep = economy.theta[:, None, None]
    cost_s, price_s = steep * cost_k.transpose(1, 0, 2), steep * price_k.transpose(1, 0, 2)
    sales, rents = at.sold * here.spending.T[:, None, :], at.rents * here.spending.T[:, None, :]
    sales_k = sales @ price_s - sales.sum(axis=2)[:, :, None] * cost_s  # s, o, k
    rent_k = (rents @ price_s - rents.sum(axis=2)[:, :, None] * cost_s).sum(axis=0)
    leaving = sales + rents
    revenue_k = (leaving.transpose(0, 2, 1) @ cost_s - leaving.sum(axis=1)[:, :, None] * price_s).sum(axis=0)
    income_k = np.diag(earned) + at.transfer + revenue_k + rent_k
    shifted = alpha[:, :, None] * income_k[:, None, :] + inputs @ sales_k.transpose(1, 0, 2)
    spending_k = lu_solve(at.spending, shifted.reshape(n * j, n), check_finite=False).reshape(n, j, n)
    # what crosses borders: b' and rents on it
    per_unit = at.sold + at.rents
    index = np.arange(n)
    per_unit[:, index, index] = 0.0
    leaving[:, index, index] = 0.0
    spending_s = spending_k.transpose(1, 0, 2)
    exports_k = (leaving @ price_s - leaving.sum(axis=2)[:, :, None] * cost_s + per_unit @ spending_s).sum(0)
    imports_k = leaving.sum(axis=1)[:, :, None] * price_s - leaving.transpose(0, 2, 1) @ cost_s
    imports_k = (imports_k + per_unit.sum(axis=1)[:, :, None] * spending_s).sum(axis=0)
    received = (here.transfer > 0.0)[:, None]
    in_k, out_k = exports_k + received * at.transfer, imports_k - ~received * at.transfer
    over = np.where(at.inflow > 0.0, at.inflow, np.inf), np.where(at.outflow > 0.0, at.outflow, np.inf)
    demand_k = np.einsum("dt,tdk->dk", beta, sales_k + at.sold @ spending_s)
    at_home = demand_k / (at.demanded * earned)[:, None] - np.eye(n)
    slope: Floats = np.where(at.foreign[:, None], at_home, in_k / over[0][:, None] - out_k / over[1][:, None])
    return slope, here._replace(inside=at)


def _factored_prices(share: Floats, inputs: Floats, bought: NDArray[np.bool_]) -> Factored:
    """1 - d f[d, s] / d lP[o, k], which is pi'[s, o, d] gamma[o, k, s]."""
    n, j = bought.shape
    links = (
        -(share * bought.T[:, None, :]).transpose(2, 0, 1)[:, :, :, None] * inputs.transpose(2, 0, 1)[None]
    )
    return _factored(links.reshape(n * j, n * j))


def _factored_spending(alpha: Floats, inputs: Floats, at: Linear) -> Factored:
    """1 - d X[d, s] / d X[k, t]: gamma[d, s, t] sold[t, d, k] and alpha[d, s] (kept[d, t] if k = d, rents[t, d, k])."""
    n, j = alpha.shape
    system = -(inputs[:, :, None, :] * at.sold.transpose(1, 2, 0)[:, None, :, :])  # d, s, k, t
    if at.rents.any():
        system -= alpha[:, :, None, None] * at.rents.transpose(1, 2, 0)[:, None, :, :]
    index = np.arange(n)
    system[index, :, index, :] -= alpha[:, :, None] * at.kept[:, None, :]
    return _factored(system.reshape(n * j, n * j))


def _factored(system: Floats) -> Factored:
    """LU of one plus this matrix, which is overwritten."""
    size = system.shape[0]
    system[np.arange(size), np.arange(size)] += 1.0
    found: Factored = lu_factor(system, overwrite_a=True, check_finite=False)
    return found


def _spending(alpha: Floats, inputs: Floats, at: Linear, given: Floats) -> tuple[Floats, Factored]:
    """What is spent where `given` is spent from wages and transfers, corrected until rounding, axes d, s."""

    def missing(spending: Floats) -> Floats:
        spent = spending.T[:, None, :]
        output = (at.sold * spent).sum(axis=2).T
        from_borders = (at.kept * spending).sum(axis=1) + (at.rents * spent).sum(axis=(0, 2))
        out: Floats = (
            given + alpha * from_borders[:, None] + (inputs @ output[:, :, None])[:, :, 0] - spending
        )
        return out

    for known in (at.spending, None):
        factor = _factored_spending(alpha, inputs, at) if known is None else known
        spending, left, before = np.zeros_like(given), given, np.inf
        for _ in range(POLISHING):
            more = lu_solve(factor, left.ravel(), check_finite=False).reshape(given.shape)
            size = float(np.abs(more).max() / max(np.abs(spending).max(), np.abs(more).max(), 1e-300))
            if not size <= SLOW * before:
                break
            spending, before = spending + more, size
            if size < SETTLED:
                break
            left = missing(spending)
        if before < ROUNDED or known is None:
            break
    return spending, factor


def _transfers(task: Shocked, earned: Floats, log_wage: Floats, value_added: Floats) -> tuple[Floats, Floats]:
    """D' under the closure, less each part's sum in proportion to VA', and its derivative in ln wages."""
    inside = _members(task.paid_in)
    level = (inside @ earned) / (inside @ value_added)
    level_k = (inside * earned) / (inside @ value_added)[:, None]
    plain = task.flow * level[task.paid_in] + task.slope * np.exp(log_wage)
    plain_k = task.flow[:, None] * level_k[task.paid_in] + np.diag(task.slope * np.exp(log_wage))
    member = _members(task.part)
    owed, owed_k = member @ plain, member @ plain_k
    total, total_k = member @ earned, member * earned
    rate = owed / total
    rate_k = owed_k / total[:, None] - (rate / total)[:, None] * total_k
    transfer = plain - rate[task.part] * earned
    transfer_k = plain_k - rate[task.part][:, None] * np.diag(earned) - earned[:, None] * rate_k[task.part]
    return transfer, transfer_k


def _members(part: Ints) -> Floats:
    """Which economies are in each part, axes part, d."""
    member: Floats = (part[None, :] == np.arange(int(part.max()) + 1)[:, None]).astype(np.float64)
    return member


def per_unit_of(task: Shocked) -> Floats:
    """What a seller receives of a unit of spending, 1 where nothing is sold; axes s, o, d."""
    received: Floats = np.where(task.weight > 0.0, task.received, 1.0)
    received /= np.where(task.weight > 0.0, task.weight, 1.0)
    return received
