"""The safe path: nested Newton for worlds and shocks where the fast iteration fails.

For given wages the price system lP = f(lP) is increasing and concave with a Jacobian of row sums below one, so
Newton's method converges from anywhere (the monotone Newton theorem); spending is then one linear system. What is
left is N wages, found by Newton with exact derivatives, held back where it goes astray, and, where that
stalls, along a path of growing shocks. Dense linear algebra: slow and sure. Plain NumPy, apart from the fast
path's code on purpose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from countervail.kernel.sweep import Economy, Floats, Ints, Links, State, Tasks, net_of_tariffs

PRICE_STEPS, WAGE_STEPS, REFUSALS = 80, 40, 8
WORSE = 1.2  # a step may raise the largest gap by this factor
PRICE_TOLERANCE = 1e-13
LOOSEST = 1e-11  # residual of prices where rounding allows no less
LONGEST = 1.5  # of a step in ln wages
RUINED = 9e-4  # of base income: where the path ends without an equilibrium of the whole shock
SMALLEST_STRIDE = 1e-7  # of the shock, along the path
NEARER = 0.9  # of the way to where an income would be zero


class Shocked(NamedTuple):
    """One task laid out densely. Axes s, o, d unless said."""

    weight: Floats
    received: Floats
    origin_rent: Floats  # mu' - 1 where the rent goes to the origin, else 0
    log_productivity: Floats  # o, s
    flow: Floats  # d
    slope: Floats  # d
    part: Ints  # d


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
    gap: Floats  # d: ln of labour demanded over supplied, in value; NaN where demand is not above zero
    inside: Linear


class Linear(NamedTuple):
    """What the derivatives at these wages need."""

    share: Floats  # s, o, d: pi'
    sold: Floats  # s, o, d: b' per unit of X'
    rents: Floats  # s, o, d: rent per unit of X', to o
    prices: tuple[Floats, Ints]  # LU of the price system
    spending: tuple[Floats, Ints]  # LU of the spending system
    transfer: Floats  # d, k: derivative of D' in ln wages


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
    return Shocked(weight, received, origin_rent, shift, tasks.flow[k], tasks.slope[k], tasks.part[k])


def at_wages(
    economy: Economy, inputs: Floats, task: Shocked, log_wage: Floats, log_price: Floats
) -> Wages | None:
    """Solve Eq. 1-6 for given wages; None where a number leaves the domain. `inputs` is gamma, axes d, s, t."""
    n, j = economy.expenditure.shape
    theta, alpha, beta = economy.theta, economy.final_share, economy.value_added_share
    bought = economy.expenditure > 0.0
    identity = np.eye(n * j)
    own = beta * log_wage[:, None] - task.log_productivity
    with np.errstate(divide="ignore"):
        log_weight = np.log(task.weight)
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
        # d f[d, s] / d lP[o, k] = pi'[s, o, d] gamma[o, k, s]
        links = (share * bought.T[:, None, :]).transpose(2, 0, 1)[:, :, :, None] * inputs.transpose(2, 0, 1)[
            None
        ]
        factor = lu_factor(identity - links.reshape(n * j, n * j), overwrite_a=True, check_finite=False)
        error = np.abs(off * np.maximum(theta, 1.0)).max()
        if error < PRICE_TOLERANCE:
            break
        log_price = log_price - lu_solve(factor, off.ravel(), check_finite=False).reshape(n, j)
    else:
        if error > LOOSEST:
            return None
    # spending: X = alpha (w VA + D' + R X + rents X) + gamma b X
    sold = share * _per_unit(task)  # s, o, d: b per unit of X[d, s]
    earned = np.exp(log_wage) * economy.value_added
    transfer, transfer_slope = _transfers(task, earned, log_wage, economy.value_added)
    to_origin = sold * task.origin_rent  # s, o, d
    kept = 1.0 - sold.sum(axis=1) - to_origin.sum(axis=1)  # s, d: revenue per unit of X
    kept *= bought.T
    # d X[d, s] / d X[k, t] = gamma[d, s, t] sold[t, d, k] + alpha[d, s] (kept[t, d] if k = d, rents[t, d, k])
    system = -(inputs[:, :, None, :] * sold.transpose(1, 2, 0)[:, None, :, :])  # d, s, k, t
    system -= alpha[:, :, None, None] * to_origin.transpose(1, 2, 0)[:, None, :, :]
    index = np.arange(n)
    system[index, :, index, :] -= alpha[:, :, None] * kept.T[:, None, :]
    spend = lu_factor(identity + system.reshape(n * j, n * j), overwrite_a=True, check_finite=False)
    spending = lu_solve(spend, (alpha * (earned + transfer)[:, None]).ravel(), check_finite=False).reshape(
        n, j
    )
    output = (sold * spending.T[:, None, :]).sum(axis=2).T
    rent = (to_origin * spending.T[:, None, :]).sum(axis=(0, 2))
    revenue = (kept * spending.T).sum(axis=0)
    income = earned + revenue + rent + transfer
    demanded = (beta * output).sum(axis=1) / earned
    gap = np.log(np.where(demanded > 0.0, demanded, np.nan))
    inside = Linear(share, sold, to_origin, factor, spend, transfer_slope)
    return Wages(log_cost, log_price, spending, output, income, revenue, rent, transfer, gap, inside)


def gap_slope(economy: Economy, inputs: Floats, log_wage: Floats, here: Wages) -> Floats:
    """Derivative of each economy's labour gap in each ln wage, axes d, k, with prices and spending following."""
    n, j = economy.expenditure.shape
    alpha, beta, at = economy.final_share, economy.value_added_share, here.inside
    earned = np.exp(log_wage) * economy.value_added
    direct = (at.share * beta.T[:, :, None]).transpose(2, 0, 1).reshape(n * j, n)
    price_k = lu_solve(at.prices, direct, check_finite=False).reshape(n, j, n)
    price_k *= (economy.expenditure > 0.0)[:, :, None]
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
    output_k = (sales_k + at.sold @ spending_k.transpose(1, 0, 2)).transpose(1, 0, 2)
    demand_k = np.einsum("dt,dtk->dk", beta, output_k)
    slope: Floats = demand_k / (np.exp(here.gap) * earned)[:, None] - np.eye(n)
    return slope


def solve_safely(
    economy: Economy, base: Links, tasks: Tasks, k: int, still: int, state: State, tolerance: float
) -> tuple[bool, float, float]:
    """Solve scenario k and write the answer into the one-lane state.

    Arguments:
        still: number of the task that changes nothing, where the path begins.

    Returns:
        Whether it was solved, the largest residual, and the share of the shock reached along the path (1 when
        solved; below 1 it is where the path ended, and the state is the equilibrium there).
    """
    n, j = economy.expenditure.shape
    start, end = lay_out(base, j, tasks, still), lay_out(base, j, tasks, k)
    solution = _wages(economy, economy.inputs, end, np.zeros(n), np.zeros((n, j)), tolerance)
    if solution is not None:
        _write(state, *solution)
        return True, float(np.abs(solution[1].gap).max()), 1.0
    parts = np.bincount(end.part, economy.value_added)
    owed = (np.bincount(end.part, end.flow) / parts)[end.part] * economy.value_added
    along = end if parts.size == 1 else end._replace(flow=end.flow - owed)
    reached, stride = 0.0, 0.5
    here = _wages(economy, economy.inputs, start, np.zeros(n), np.zeros((n, j)), tolerance)
    base_income = here[1].income if here is not None else np.ones(n)
    turn = np.zeros(n)  # of ln wages along the path, from the last two equilibria on it
    while here is not None and reached < 1.0 and stride > SMALLEST_STRIDE:
        if (here[1].income / base_income).min() < RUINED:
            break
        share = min(reached + stride, 1.0)
        task = end if share == 1.0 else _between(start, along, share)
        ahead = here[0] + (share - reached) * turn
        found = _wages(economy, economy.inputs, task, ahead, here[1].log_price, tolerance)
        if found is None:
            stride *= 0.25
            continue
        turn = (found[0] - here[0]) / (share - reached)
        # an income on its way to zero goes there straight at last: come near, do not overshoot
        falling = (here[1].income - found[1].income) / (share - reached)
        left = found[1].income - np.maximum((1.0 - NEARER) * found[1].income, 0.5 * RUINED * base_income)
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(falling > 0.0, left / falling, np.inf).min()
        here, reached, stride = found, share, min(2.0 * stride, max(room, 10.0 * SMALLEST_STRIDE))
    if here is None:
        return False, np.inf, 0.0
    _write(state, *here)
    return reached == 1.0, float(np.abs(here[1].gap).max()), reached


def _wages(
    economy: Economy, inputs: Floats, task: Shocked, log_wage: Floats, log_price: Floats, tolerance: float
) -> tuple[Floats, Wages] | None:
    """Newton on ln wages, held back towards tatonnement (wages rise with the labour gap) where it goes astray.

    A step is an implicit step of that process over a time of `pace`: short and cautious, or long and Newton's own.
    """
    parts = int(task.part.max()) + 1
    member = task.part[None, :] == np.arange(parts)[:, None]  # part, d
    level = (member * economy.value_added).sum(axis=1)
    log_wage = _on_numeraire(economy, task, member, level, log_wage)
    here = at_wages(economy, inputs, task, log_wage, log_price)
    pace = 1e6
    for _ in range(WAGE_STEPS):
        if here is None or not np.isfinite(here.gap).all():
            return None
        worst = np.abs(here.gap).max()
        if worst < tolerance:
            healthy = (here.income > 0.0).all() and (here.spending[economy.expenditure > 0.0] > 0.0).all()
            return (log_wage, here) if healthy else None
        earned = np.exp(log_wage) * economy.value_added
        # the level of each part's wages is the numeraire, not a labour market: pin it
        pinned = gap_slope(economy, inputs, log_wage, here) - member.T @ (member * earned / level[:, None])
        for _ in range(REFUSALS):
            step = -np.linalg.lstsq(pinned - np.eye(pinned.shape[0]) / pace, here.gap, rcond=None)[0]
            step *= min(1.0, LONGEST / max(np.abs(step).max(), 1e-300))
            trial = _on_numeraire(economy, task, member, level, log_wage + step)
            there = at_wages(economy, inputs, task, trial, here.log_price)
            if there is not None and np.abs(there.gap).max() < WORSE * worst:  # False for NaN
                break
            pace = min(pace, 10.0) * 0.1
        else:
            return None
        pace *= min(max(worst / max(np.abs(there.gap).max(), 1e-300), 0.3), 10.0)
        log_wage, here = trial, there
    return None


def _on_numeraire(economy: Economy, task: Shocked, member: Floats, level: Floats, log_wage: Floats) -> Floats:
    """Shift each part's wages so that its value added is that of the base (Eq. 8)."""
    new = (member * np.exp(log_wage) * economy.value_added).sum(axis=1)
    shifted: Floats = log_wage - np.log(new / level)[task.part]
    return shifted


def _transfers(task: Shocked, earned: Floats, log_wage: Floats, value_added: Floats) -> tuple[Floats, Floats]:
    """D' under the closure, less each part's sum in proportion to VA', and its derivative in ln wages."""
    n = earned.size
    plain = task.flow + task.slope * np.exp(log_wage)
    plain_k = np.diag(task.slope * np.exp(log_wage))
    member = (task.part[None, :] == np.arange(int(task.part.max()) + 1)[:, None]).astype(float)
    owed, owed_k = member @ plain, member @ plain_k
    total, total_k = member @ earned, member * earned
    rate = owed / total
    rate_k = owed_k / total[:, None] - (rate / total)[:, None] * total_k
    transfer = plain - rate[task.part] * earned
    transfer_k = plain_k - rate[task.part][:, None] * np.diag(earned) - earned[:, None] * rate_k[task.part]
    return transfer, transfer_k.reshape(n, n)


def _between(start: Shocked, end: Shocked, share: float) -> Shocked:
    """A part of the shock: weights along a geometric path (linear to or from zero), the rest in proportion.

    Short of the end all economies still trade, so what parts of the world will no longer be able to pay each other
    is phased out as a flow.
    """
    both = (start.weight > 0.0) & (end.weight > 0.0)
    old, new = np.where(both, start.weight, 1.0), np.where(both, end.weight, 1.0)
    weight = np.where(
        both, old ** (1.0 - share) * new**share, (1.0 - share) * start.weight + share * end.weight
    )
    # what is banned at the end is taxed as at the start until then
    net = np.where(both, _per_unit(start) ** (1.0 - share) * _per_unit(end) ** share, _per_unit(start))

    def mixed(old: Floats, new: Floats) -> Floats:
        out: Floats = (1.0 - share) * old + share * new
        return out

    return end._replace(
        weight=weight,
        received=weight * net,
        origin_rent=np.where(both, (1.0 + end.origin_rent) ** share - 1.0, 0.0),
        log_productivity=mixed(start.log_productivity, end.log_productivity),
        flow=mixed(start.flow, end.flow),
        slope=mixed(start.slope, end.slope),
        part=start.part,
    )


def _per_unit(task: Shocked) -> Floats:
    """What a seller receives of a unit of spending, 1 where nothing is sold; axes s, o, d."""
    received: Floats = np.where(task.weight > 0.0, task.received, 1.0)
    received /= np.where(task.weight > 0.0, task.weight, 1.0)
    return received


def _write(state: State, log_wage: Floats, here: Wages) -> None:
    """Put the answer where the fast path would have left it."""
    state.log_wage[0], state.log_price[0], state.log_cost[0] = log_wage, here.log_price, here.log_cost
    state.spending[0], state.output[0], state.income[0] = here.spending, here.output, here.income
    state.revenue[0], state.rent[0], state.transfer[0] = here.revenue, here.rent, here.transfer
