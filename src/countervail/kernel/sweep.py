"""One exact sweep of Eq. 1-7: from wages, costs and spending to what each equation makes of them.

Axes here are sector, origin, destination: one good after the other, so that its shares are read once for prices and,
still in the cache, once for sales. `weight[s, o, d]` is pi * l * k-hat^(-theta): the share of o in d's spending at
unchanged costs, not yet divided by their sum. A scenario is a sparse list of edits to the base weights. Unknowns carry
a first axis of lanes, one scenario a lane (`kernel.linear`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from countervail.kernel.linear import (
    INNER,
    Matrix,
    across,
    apply,
    by_economy,
    by_sector,
    exponential,
    logarithm,
)

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
# A sum of which edits leave less than this share is summed again without the cancelled terms.
KEPT = 0.02


class Economy(NamedTuple):
    """What does not change with policy: parameters and base levels of one world. Money in million USD."""

    value_added_share: Floats  # d, t: beta
    final_share: Floats  # d, s: alpha
    theta: Floats  # s; a task may bring its own
    value_added: Floats  # d: VA
    expenditure: Floats  # d, s: X
    inputs: Floats  # d, s, t: gamma


class Links(NamedTuple):
    """Trade at base costs, in single or double precision.

    `net` is weight / tau, what sellers receive of a unit of d's spending weight, for sectors with tariffs only:
    sector s is its row `row[s]`, or -1 where weight and net are the same.
    """

    weight: Matrix  # s, o, d
    net: Matrix  # row, o, d
    row: Ints  # s


def net_of_tariffs(links: Links) -> Floats:
    """weight / tau of all sectors, axes s, o, d."""
    net: Floats = links.weight.copy()
    net[links.row >= 0] = links.net
    return net


class Tasks(NamedTuple):
    """Shocks to one economy: sparse edits of the base links, a row of `start` a scenario, sorted by sector.

    Scenario k edits, in sector s, the cells start[k, s] ... start[k, s + 1]. `received` is weight / (mu' tau'), `more`
    and `more_received` what the edit adds to the base's numbers; `rent` is (mu' - 1) received where the rent goes to
    the origin, else 0. `z_*` lists the changed productivities of scenario k from
    z_start[k] on. D' = flow + slope w-hat, less each part's sum in proportion to VA' (closures).
    """

    start: Ints  # k, s + 1
    origin: Ints
    destination: Ints
    weight: Floats
    received: Floats
    more: Floats
    more_received: Floats
    rent: Floats
    pays_rent: NDArray[np.bool_]  # k: whether any rent of its cells goes to the origin
    z_start: Ints  # k + 1
    z_origin: Ints
    z_sector: Ints
    z_log: Floats  # ln z-hat
    theta: Floats  # k, s: its trade elasticities
    flow: Floats  # k, d
    slope: Floats  # k, d
    part: Ints  # k, d: number of the part of the world that d trades with


class State(NamedTuple):
    """The unknowns of each lane, and what a sweep makes of them. The first axis is the lane."""

    log_wage: Floats  # d
    log_cost: Floats  # o, s: ln c-hat
    log_spending: Floats  # d, s: ln (X' / X)
    # filled by the sweep
    log_cost_next: Floats  # o, s: Eq. 1 evaluated
    log_price: Floats  # d, s: Eq. 2
    spending: Floats  # d, s: X' of the state
    spending_next: Floats  # d, s: Eq. 5 evaluated
    output: Floats  # o, s
    income: Floats  # d
    revenue: Floats  # d: tariff revenue plus rents kept at the border
    rent: Floats  # o: rents received by origins
    transfer: Floats  # d
    labour_gap: Floats  # d: (sum_t beta Y' - w-hat VA) / VA
    level: Floats  # d: ln of value added of d's part over its base (Eq. 8)


class Anchor(NamedTuple):
    """What the last exact sweep found, in single precision: what later, nearby evaluations are relative to."""

    power: Singles  # s, lane, o: c-hat^(-theta), over its largest
    total: Singles  # s, lane, d: sum_o weight power
    net: Singles  # s, lane, d: sum_o received power
    demand: Singles  # s, lane, d: X' / total
    sold: Singles  # s, lane, o: sum_d received demand
    spending: Singles  # lane, d s: X'
    cost_gap: Singles  # lane, o s: Eq. 1 less ln c-hat
    spending_gap: Singles  # lane, d s: Eq. 5 less X'


class Scratch(NamedTuple):
    """Room for working arrays in double precision."""

    power: Floats  # s, lane, o: c-hat^(-theta) over its largest
    demand: Floats  # s, lane, d: X' / total
    total: Floats  # s, lane, d: sum_o weight power, later ln P-hat of Eq. 2
    output: Floats  # s, lane, o: Y'
    net: Floats  # lane, d: sum_o received power
    plain: Floats  # lane, o or d: a sum before edits
    sold: Floats  # lane, o: sum_d received demand
    top: Floats  # lane, J: ln of the largest c-hat^(-theta)
    price: Floats  # lane, J: one economy's
    cost: Floats  # lane, J
    made: Floats  # lane, J
    used: Floats  # lane, J


def new_state(economies: int, sectors: int, lanes: int = 1) -> State:
    """The no-change state, with room for what a sweep computes."""
    cell, country = (lanes, economies, sectors), (lanes, economies)
    shapes = (country, *(cell,) * 7, *(country,) * 6)
    return State(*(np.zeros(shape) for shape in shapes))


def new_anchor(economies: int, sectors: int, lanes: int) -> Anchor:
    """Room for an anchor."""
    shapes = ((sectors, lanes, economies),) * 5 + ((lanes, economies * sectors),) * 3
    return Anchor(*(np.zeros(shape, np.float32) for shape in shapes))


def new_scratch(economies: int, sectors: int, lanes: int) -> Scratch:
    """Working arrays for `sweep`."""
    shapes = ((sectors, lanes, economies),) * 4 + ((lanes, economies),) * 3 + ((lanes, sectors),) * 5
    return Scratch(*(np.zeros(shape) for shape in shapes))


@njit(**INNER)
def flat(cells: NDArray[Any]) -> NDArray[Any]:
    """Cells (lane, economy, sector) with the last two axes as one."""
    return cells.reshape((cells.shape[0], cells.shape[1] * cells.shape[2]))


@njit(**INNER)
def sweep(
    economy: Economy, links: Links, tasks: Tasks, lane: Ints, state: State, scratch: Scratch, anchor: Anchor
) -> None:
    """Evaluate Eq. 1-7 at the state's wages, costs and spending, in every lane.

    `lane[b]` is the scenario in lane b, or -1 for none. What leaves the domain shows as infinity or NaN in its own
    lane.
    """
    lanes, economies, sectors = state.log_cost.shape
    for b in range(lanes):
        for d in range(economies):
            for s in range(sectors):
                state.spending[b, d, s] = state.log_spending[b, d, s]
    exponential(state.spending.ravel())
    for b in range(lanes):
        state.revenue[b], state.rent[b] = 0.0, 0.0
        for d in range(economies):
            for s in range(sectors):
                state.spending[b, d, s] *= economy.expenditure[d, s]
    by_sector(flat(state.log_cost), scratch.power)
    by_sector(flat(state.spending), scratch.demand)
    _sectors(economy, links, tasks, lane, state, scratch, anchor)
    by_economy(scratch.total, flat(state.log_price))
    by_economy(scratch.output, flat(state.output))
    _incomes(economy, tasks, lane, state)
    _costs_and_spending(economy, tasks, lane, state, scratch, anchor)


@njit(**INNER)
def _sectors(
    economy: Economy, links: Links, tasks: Tasks, lane: Ints, state: State, scratch: Scratch, anchor: Anchor
) -> None:
    """Eq. 2-4, one good after the other: prices from costs, sales from spending, and the border revenue of Eq. 6."""
    lanes, economies, sectors = state.log_cost.shape
    net, sold, plain = scratch.net, scratch.sold, scratch.plain
    for s in range(sectors):
        row, power, total, demand = links.row[s], scratch.power[s], scratch.total[s], scratch.demand[s]
        output = scratch.output[s]
        for b in range(lanes):
            # c-hat^(-theta) is divided by its largest value, so that a theta of 65 cannot overflow
            theta, top = tasks.theta[max(lane[b], 0), s], -np.inf
            for o in range(economies):
                power[b, o] *= -theta
                top = max(top, power[b, o])
            for o in range(economies):
                power[b, o] -= top
            scratch.top[b, s] = top
        exponential(power.ravel())
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
                for d in range(economies):
                    plain[b, d] = total[b, d]
                add_sources(tasks, first, last, power[b], total[b], net[b])
                for d in range(economies):
                    if min(total[b, d], net[b, d]) < KEPT * plain[b, d]:
                        _sum_sources_again(links, tasks, first, last, s, d, power[b], total[b], net[b])
            for d in range(economies):
                bought = economy.expenditure[d, s] > 0.0
                spending = demand[b, d]
                total[b, d] = total[b, d] if bought else 1.0
                net[b, d] = net[b, d] if bought else 1.0
                demand[b, d] = spending / total[b, d] if bought else 0.0
                state.revenue[b, d] += spending - demand[b, d] * net[b, d]
        across(demand, links.net[row] if row >= 0 else links.weight[s], sold)
        for b in range(lanes):
            first, last = tasks.start[max(lane[b], 0), s], tasks.start[max(lane[b], 0), s + 1]
            if first < last:
                for o in range(economies):
                    plain[b, o] = sold[b, o]
                add_sales(tasks, first, last, demand[b], sold[b])
                for i in range(first, last if tasks.pays_rent[max(lane[b], 0)] else first):
                    if tasks.rent[i] != 0.0:
                        o, d = tasks.origin[i], tasks.destination[i]
                        rent = tasks.rent[i] * power[b, o] * demand[b, d]
                        state.revenue[b, d] -= rent
                        state.rent[b, o] += rent
                for o in range(economies):
                    if sold[b, o] < KEPT * plain[b, o]:
                        _sum_sales_again(links, tasks, first, last, s, o, demand[b], sold[b])
            for o in range(economies):
                output[b, o] = power[b, o] * sold[b, o]
        for b in range(lanes):
            for d in range(economies):
                anchor.power[s, b, d], anchor.total[s, b, d] = power[b, d], total[b, d]
                anchor.net[s, b, d], anchor.demand[s, b, d] = net[b, d], demand[b, d]
                anchor.sold[s, b, d] = sold[b, d]
        logarithm(total.ravel())
        for b in range(lanes):
            theta, top = tasks.theta[max(lane[b], 0), s], scratch.top[b, s]
            for d in range(economies):
                total[b, d] = -(total[b, d] + top) / theta if economy.expenditure[d, s] > 0.0 else 0.0


@njit(**INNER)
def add_sources(tasks: Tasks, first: int, last: int, power: Matrix, total: Matrix, net: Matrix) -> None:
    """What edits add to sums over origins; cells of one destination are added up before they are stored."""
    at, more, more_net = tasks.destination[first], 0.0, 0.0
    for i in range(first, last):
        d, p = tasks.destination[i], power[tasks.origin[i]]
        if d != at:
            total[at] += more
            net[at] += more_net
            at, more, more_net = d, 0.0, 0.0
        more += tasks.more[i] * p
        more_net += tasks.more_received[i] * p
    total[at] += more
    net[at] += more_net


@njit(**INNER)
def add_sales(tasks: Tasks, first: int, last: int, demand: Matrix, sold: Matrix) -> None:
    """What edits add to sums over destinations."""
    at, more = tasks.origin[first], 0.0
    for i in range(first, last):
        o = tasks.origin[i]
        if o != at:
            sold[at] += more
            at, more = o, 0.0
        more += tasks.more_received[i] * demand[tasks.destination[i]]
    sold[at] += more


@njit(**INNER)
def _sum_sources_again(
    links: Links,
    tasks: Tasks,
    first: int,
    last: int,
    s: int,
    d: int,
    power: Floats,
    total: Floats,
    net: Floats,
) -> None:
    """Sums over d's origins that edits have all but cancelled, added up afresh from what is left."""
    weight, row = links.weight[s, :, d].copy(), links.row[s]
    paid = links.net[row, :, d].copy() if row >= 0 else weight.copy()
    for j in range(first, last):
        if tasks.destination[j] == d:
            weight[tasks.origin[j]], paid[tasks.origin[j]] = tasks.weight[j], tasks.received[j]
    total[d], net[d] = 0.0, 0.0
    for o in range(weight.size):
        total[d] += weight[o] * power[o]
        net[d] += paid[o] * power[o]


@njit(**INNER)
def _sum_sales_again(
    links: Links, tasks: Tasks, first: int, last: int, s: int, o: int, demand: Floats, sold: Floats
) -> None:
    """The same for o's sums over destinations."""
    row = links.row[s]
    paid = links.net[row, o].copy() if row >= 0 else links.weight[s, o].copy()
    for j in range(first, last):
        if tasks.origin[j] == o:
            paid[tasks.destination[j]] = tasks.received[j]
    sold[o] = 0.0
    for d in range(paid.size):
        sold[o] += paid[d] * demand[d]


@njit(**INNER)
def closures(
    economy: Economy, tasks: Tasks, k: int, log_wage: Floats, earned: Floats, transfer: Floats, level: Floats
) -> None:
    """Value added, D' under the closure less what a part owes to others, and Eq. 8, at given wages; axis d each."""
    economies = log_wage.size
    owed, mine, old = np.zeros(economies), np.zeros(economies), np.zeros(economies)
    for d in range(economies):
        wage, p = np.exp(log_wage[d]), tasks.part[k, d]
        earned[d] = wage * economy.value_added[d]
        transfer[d] = tasks.flow[k, d] + tasks.slope[k, d] * wage
        owed[p] += transfer[d]
        mine[p] += earned[d]
        old[p] += economy.value_added[d]
    for d in range(economies):
        p = tasks.part[k, d]
        transfer[d] -= owed[p] * earned[d] / mine[p]
        level[d] = np.log(mine[p] / old[p])


@njit(**INNER)
def _incomes(economy: Economy, tasks: Tasks, lane: Ints, state: State) -> None:
    """Eq. 6 and 7."""
    lanes, economies, sectors = state.log_cost.shape
    earned = np.zeros(economies)
    for b in range(lanes):
        if lane[b] < 0:
            continue
        closures(economy, tasks, lane[b], state.log_wage[b], earned, state.transfer[b], state.level[b])
        for d in range(economies):
            state.income[b, d] = earned[d] + state.revenue[b, d] + state.rent[b, d] + state.transfer[b, d]
            demanded = 0.0
            for t in range(sectors):
                demanded += economy.value_added_share[d, t] * state.output[b, d, t]
            state.labour_gap[b, d] = (demanded - earned[d]) / economy.value_added[d]


@njit(**INNER)
def _costs_and_spending(
    economy: Economy, tasks: Tasks, lane: Ints, state: State, scratch: Scratch, anchor: Anchor
) -> None:
    """Eq. 1 and 5, one economy after the other: the two that its input shares enter."""
    lanes, economies, sectors = state.log_cost.shape
    price, cost, made, used = scratch.price, scratch.cost, scratch.made, scratch.used
    for d in range(economies):
        for b in range(lanes):
            for s in range(sectors):
                price[b, s], made[b, s] = state.log_price[b, d, s], state.output[b, d, s]
        apply(price, economy.inputs[d], cost)
        across(made, economy.inputs[d], used)
        for b in range(lanes):
            wage, income = state.log_wage[b, d], state.income[b, d]
            for s in range(sectors):
                state.log_cost_next[b, d, s] = economy.value_added_share[d, s] * wage + cost[b, s]
                state.spending_next[b, d, s] = used[b, s] + economy.final_share[d, s] * income
    for b in range(lanes):
        if lane[b] >= 0:
            for i in range(tasks.z_start[lane[b]], tasks.z_start[lane[b] + 1]):
                state.log_cost_next[b, tasks.z_origin[i], tasks.z_sector[i]] -= tasks.z_log[i]
        for d in range(economies):
            for s in range(sectors):
                i = d * sectors + s
                anchor.spending[b, i] = state.spending[b, d, s]
                anchor.cost_gap[b, i] = state.log_cost_next[b, d, s] - state.log_cost[b, d, s]
                anchor.spending_gap[b, i] = state.spending_next[b, d, s] - state.spending[b, d, s]
