"""What a small shift away from the last exact sweep does, in single precision.

Every equation is written in differences from the anchor, not linearised: exp(x) - 1 and ln(1 + x) keep all digits of
a small x, so what is rounded off is a share of the shift and not of the levels. Single precision links, half the
memory and twice the numbers at a time, thus carry the iteration six digits beyond each exact sweep.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from countervail.kernel.linear import (
    INNER,
    across,
    apply,
    by_economy,
    by_sector,
    exponential_less_one,
    logarithm_of_one_and,
    longest,
)
from countervail.kernel.precondition import Preconditioner
from countervail.kernel.sweep import (
    Anchor,
    Economy,
    Floats,
    Ints,
    Links,
    Singles,
    State,
    Tasks,
    add_sales,
    add_sources,
    closures,
)

LONGEST_STEP = 1.0  # no logarithm moves by more than this in one step


class Shift(NamedTuple):
    """How far each lane is from its anchor, and what that does. Differences from the anchor but for `size`."""

    wage: Singles  # lane, d: of ln w-hat
    cost: Singles  # lane, o s: of ln c-hat
    spending: Singles  # lane, d s: of ln X'
    # filled by `respond`
    more_spending: Singles  # lane, d s: of X'
    price: Singles  # lane, d s: of ln P-hat of Eq. 2
    output: Singles  # lane, o s: of Y'
    revenue: Singles  # lane, d
    rent: Singles  # lane, o
    # working arrays
    power: Singles  # s, lane, o
    total: Singles  # s, lane, d
    made: Singles  # s, lane, o
    net: Singles  # lane, d
    demand: Singles  # lane, d
    sold: Singles  # lane, o
    first: Singles  # lane, J
    second: Singles  # lane, J
    third: Singles  # lane, J
    gap: Singles  # lane, d
    more: Singles  # lane, d
    level: Singles  # lane, d
    income: Singles  # lane, d
    rank: Singles  # lane, r
    cells: Singles  # lane, d s


def new_shift(economies: int, sectors: int, lanes: int, rank: int) -> Shift:
    """No shift, with room for what it does."""
    country, cell, sector = (lanes, economies), (lanes, economies * sectors), (lanes, sectors)
    block = (sectors, lanes, economies)
    shapes: tuple[tuple[int, ...], ...] = (country, *(cell,) * 5, *(country,) * 2, *(block,) * 3)
    shapes += (*(country,) * 3, *(sector,) * 3, *(country,) * 4, (lanes, rank), cell)
    return Shift(*(np.zeros(shape, np.float32) for shape in shapes))


@njit(**INNER)
def settle(shift: Shift) -> None:
    """Begin anew at an anchor: no shift, and nothing that it does."""
    shift.wage[:], shift.cost[:], shift.spending[:] = 0.0, 0.0, 0.0
    shift.more_spending[:], shift.price[:], shift.output[:] = 0.0, 0.0, 0.0
    shift.revenue[:], shift.rent[:] = 0.0, 0.0


@njit(**INNER)
def respond(links: Links, tasks: Tasks, lane: Ints, anchor: Anchor, shift: Shift, fresh: bool) -> float:
    """Eq. 2-4 and the border revenue of Eq. 6: what the shift does to prices, output and revenue.

    `fresh` says that the anchor is the base before any edit, so that edits count in full and not only for what the
    shift does to them. Returns the least share that is then left of any sum: what is nearly cancelled has no digits.

    Loops write to one array each: with more, the compiler gives up proving that they do not overlap, and stops
    working on sixteen numbers at a time.
    """
    sectors, lanes, economies = anchor.power.shape
    one = np.float32(1.0)
    net, demand, sold = shift.net, shift.demand, shift.sold
    whole_power, whole_demand, kept = shift.gap, shift.more, one
    shift.revenue[:], shift.rent[:] = 0.0, 0.0
    by_sector(shift.cost, shift.power)
    for s in range(sectors):
        for b in range(lanes):
            theta = np.float32(-tasks.theta[max(lane[b], 0), s])
            for o in range(economies):
                shift.power[s, b, o] *= theta
    exponential_less_one(shift.power.ravel())
    _product(shift.power.ravel(), anchor.power.ravel())
    for b in range(lanes):
        for i in range(shift.spending.shape[1]):
            shift.more_spending[b, i] = shift.spending[b, i]
    exponential_less_one(shift.more_spending.ravel())
    _product(shift.more_spending.ravel(), anchor.spending.ravel())
    by_sector(shift.more_spending, shift.made)  # until it is overwritten by what is made
    for s in range(sectors):
        row, power, total, made = links.row[s], shift.power[s], shift.total[s], shift.made[s]
        apply(power, links.weight[s], total)
        if row >= 0:
            apply(power, links.net[row], net)
        else:
            for b in range(lanes):
                for d in range(economies):
                    net[b, d] = total[b, d]
        for b in range(lanes):
            first, last = tasks.start[max(lane[b], 0), s], tasks.start[max(lane[b], 0), s + 1]
            if first < last:
                if fresh:
                    for o in range(economies):
                        whole_power[b, o] = anchor.power[s, b, o] + power[b, o]
                add_sources(tasks, first, last, whole_power[b] if fresh else power[b], total[b], net[b])
        before, whole = anchor.demand[s], anchor.total[s]
        for b in range(lanes):
            for d in range(economies):
                share = total[b, d] / whole[b, d]
                total[b, d] = share if share > -one else -one
            if fresh:
                for d in range(economies):
                    kept = min(kept, one + total[b, d])
        for b in range(lanes):
            for d in range(economies):
                demand[b, d] = (made[b, d] / whole[b, d] - before[b, d] * total[b, d]) / (one + total[b, d])
        for b in range(lanes):
            if row >= 0 or tasks.start[max(lane[b], 0), s] < tasks.start[max(lane[b], 0), s + 1]:
                for d in range(economies):
                    shift.revenue[b, d] += made[b, d] - (
                        demand[b, d] * anchor.net[s, b, d] + (before[b, d] + demand[b, d]) * net[b, d]
                    )
        across(demand, links.net[row] if row >= 0 else links.weight[s], sold)
        for b in range(lanes):
            first, last = tasks.start[max(lane[b], 0), s], tasks.start[max(lane[b], 0), s + 1]
            if first < last:
                if fresh:
                    for d in range(economies):
                        whole_demand[b, d] = before[b, d] + demand[b, d]
                add_sales(tasks, first, last, whole_demand[b] if fresh else demand[b], sold[b])
            if fresh:
                for o in range(economies):
                    if anchor.sold[s, b, o] > 0.0:
                        kept = min(kept, one + sold[b, o] / anchor.sold[s, b, o])
            for i in range(first, last if tasks.pays_rent[max(lane[b], 0)] else first):
                if tasks.rent[i] != 0.0:
                    o, d = tasks.origin[i], tasks.destination[i]
                    after = anchor.power[s, b, o] + power[b, o]
                    moved = one if fresh else power[b, o]
                    rent = np.float32(tasks.rent[i]) * (moved * before[b, d] + after * demand[b, d])
                    shift.revenue[b, d] -= rent
                    shift.rent[b, o] += rent
        for b in range(lanes):
            for o in range(economies):
                made[b, o] = anchor.power[s, b, o] * sold[b, o] + power[b, o] * (
                    anchor.sold[s, b, o] + sold[b, o]
                )
    logarithm_of_one_and(shift.total.ravel())
    for s in range(sectors):
        for b in range(lanes):
            theta = np.float32(-1.0 / tasks.theta[max(lane[b], 0), s])
            for d in range(economies):
                shift.total[s, b, d] *= theta
    by_economy(shift.total, shift.price)
    by_economy(shift.made, shift.output)
    return float(kept)


@njit(**INNER)
def _product(x: Singles, y: Singles) -> None:
    """x = x y in place."""
    for i in range(x.size):
        x[i] *= y[i]


@njit(**INNER)
def _incomes(
    economy: Economy, pre: Preconditioner, tasks: Tasks, lane: Ints, state: State, shift: Shift, wage: Floats
) -> None:
    """Eq. 6-8 at the shifted wages: by how much income differs, the labour gap and the level."""
    lanes, economies, sectors = state.log_cost.shape
    earned, transfer, level = np.zeros(economies), np.zeros(economies), np.zeros(economies)
    for b in range(lanes):
        if lane[b] < 0:
            continue
        for d in range(economies):
            wage[d] = state.log_wage[b, d] + shift.wage[b, d]
        closures(economy, tasks, lane[b], wage, earned, transfer, level)
        for d in range(economies):
            before = np.exp(state.log_wage[b, d]) * economy.value_added[d]
            more = (earned[d] - before) + (transfer[d] - state.transfer[b, d])
            demanded = np.float32(0.0)
            for t in range(sectors):
                demanded += pre.value_added_share[d, t] * shift.output[b, d * sectors + t]
            shift.level[b, d] = level[d]
            shift.income[b, d] = more + shift.revenue[b, d] + shift.rent[b, d]
            shift.gap[b, d] = (
                state.labour_gap[b, d] + (demanded - (earned[d] - before)) / economy.value_added[d]
            )


@njit(**INNER)
def direction(
    economy: Economy,
    pre: Preconditioner,
    tasks: Tasks,
    lane: Ints,
    state: State,
    anchor: Anchor,
    shift: Shift,
    step: Singles,
) -> None:
    """The preconditioned step from the residuals at the shift, one vector a lane: wages, costs, spending."""
    lanes, economies, sectors = state.log_cost.shape
    spending = economies + economies * sectors  # where it begins in the step
    _incomes(economy, pre, tasks, lane, state, shift, np.zeros(economies))
    x, y, z = shift.first, shift.second, shift.third
    tiny = np.float32(1e-30)
    for b in range(lanes):
        for i in range(economies * sectors):
            shift.cells[b, i] = max(anchor.spending[b, i] + shift.more_spending[b, i], tiny)
    for d in range(economies):
        begin = d * sectors
        # costs and spending within the economy
        for b in range(lanes):
            wage = shift.wage[b, d]
            for s in range(sectors):
                i = begin + s
                x[b, s] = anchor.cost_gap[b, i] - shift.cost[b, i] + pre.value_added_share[d, s] * wage
            for s in range(sectors):
                y[b, s] = shift.price[b, begin + s] + pre.home[d, s] * x[b, s]
        apply(y, pre.cost_block[d], z)
        for b in range(lanes):
            income = shift.income[b, d]
            for s in range(sectors):
                step[b, economies + begin + s] = x[b, s] + z[b, s]
            for s in range(sectors):
                i = begin + s
                x[b, s] = (
                    anchor.spending_gap[b, i] - shift.more_spending[b, i] + pre.final_share[d, s] * income
                )
            for s in range(sectors):
                y[b, s] = shift.output[b, begin + s] + pre.home_net[d, s] * x[b, s]
        apply(y, pre.spending_block[d], z)
        # what that will add to the demand for labour, here and elsewhere
        for b in range(lanes):
            for s in range(sectors):
                i = begin + s
                answer = (x[b, s] + z[b, s]) / shift.cells[b, i]
                shift.cells[b, i] = answer if anchor.spending[b, i] > 0.0 else np.float32(0.0)
            for s in range(sectors):
                step[b, spending + begin + s] = shift.cells[b, begin + s]
            more = np.float32(0.0)
            for s in range(sectors):
                more += pre.labour.own[d, s] * shift.cells[b, begin + s]
            shift.gap[b, d] += more
    across(shift.cells, pre.labour.common, shift.rank)
    across(shift.rank, pre.labour.seen, shift.more)
    for b in range(lanes):
        for d in range(economies):
            shift.gap[b, d] += shift.more[b, d]
    # wages answer the gap; all costs and spending follow the wages
    wage = shift.more
    apply(shift.gap, pre.wage_answer, wage)
    for b in range(lanes):
        far = np.float32(LONGEST_STEP)
        for d in range(economies):
            wage[b, d] -= shift.level[b, d]
            far = max(far, abs(wage[b, d]))
        # where trade is thin the linear answer of wages is far too long; costs and spending keep their full step
        for d in range(economies):
            wage[b, d] *= np.float32(LONGEST_STEP) / far
            step[b, d] = wage[b, d]
    apply(wage, pre.cost_by_wage.seen, shift.rank)
    apply(shift.rank, pre.cost_by_wage.common, shift.cells)
    for b in range(lanes):
        for d in range(economies):
            for s in range(sectors):
                i = d * sectors + s
                step[b, economies + i] += shift.cells[b, i] + pre.cost_by_wage.own[d, s] * wage[b, d]
    apply(wage, pre.spending_by_wage.seen, shift.rank)
    apply(shift.rank, pre.spending_by_wage.common, shift.cells)
    for b in range(lanes):
        for d in range(economies):
            for s in range(sectors):
                i = d * sectors + s
                more = shift.cells[b, i] + pre.spending_by_wage.own[d, s] * wage[b, d]
                step[b, spending + i] += more if anchor.spending[b, i] > 0.0 else np.float32(0.0)


@njit(**INNER)
def advance(shift: Shift, taken: Singles, b: int, cap: float) -> None:
    """Add what was taken to lane b's shift; no logarithm moves by more than `cap`."""
    economies, cells = shift.wage.shape[1], shift.cost.shape[1]
    long = longest(taken)
    if long > cap:
        for i in range(taken.size):
            taken[i] *= np.float32(cap / long)
    for i in range(economies):
        shift.wage[b, i] += taken[i]
    for i in range(cells):
        shift.cost[b, i] += taken[economies + i]
    for i in range(cells):
        shift.spending[b, i] += taken[economies + cells + i]


@njit(**INNER)
def apply_shift(state: State, shift: Shift, b: int) -> None:
    """Add lane b's shift to its unknowns, where the next exact sweep will be."""
    cost, spending = state.log_cost[b].ravel(), state.log_spending[b].ravel()
    for d in range(shift.wage.shape[1]):
        state.log_wage[b, d] += shift.wage[b, d]
    for i in range(cost.size):
        cost[i] += shift.cost[b, i]
    for i in range(spending.size):
        spending[i] += shift.spending[b, i]
