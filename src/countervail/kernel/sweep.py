"""One pass of the long-run system (Eq. 1-7) over arrays, compiled, for one scenario or several at once.

Trade is sector-major inside the kernel, so that one sector's N x N block is read once for prices and once for sales.
`weight[s, o, d]` is pi * l * k-hat^(-theta): the share of o in d's spending at unchanged costs, not yet divided by
their sum. A scenario is a sparse list of edits to the base weights. Unknowns carry a first axis of lanes, one
scenario a lane (`kernel.linear`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from countervail.kernel.linear import INNER, Matrix, apply, exponential, logarithm, turn

Floats = NDArray[np.float64]
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


class Links(NamedTuple):
    """The large matrices, in single or double precision, each laid out for a product from the left.

    `paid` is weight / tau, what sellers receive of a unit of d's spending weight; `net` holds the same for sectors
    with tariffs only, the other way round: sector s is its row `row[s]`, or -1.
    """

    weight: Matrix  # s, o, d
    paid: Matrix  # s, d, o
    net: Matrix  # row, o, d
    row: Ints  # s
    inputs: Matrix  # d, s, t: gamma
    users: Matrix  # d, t, s: gamma


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
    log_price: Floats  # d, s
    log_spending: Floats  # d, s: ln (X' / X)
    # filled by the sweep
    log_cost: Floats  # o, s
    log_price_next: Floats  # d, s: Eq. 2 evaluated
    spending: Floats  # d, s: X' of the state
    spending_next: Floats  # d, s: Eq. 5 evaluated
    output: Floats  # o, s
    income: Floats  # d
    revenue: Floats  # d: tariff revenue plus rents kept at the border
    rent: Floats  # o: rents received by origins
    transfer: Floats  # d
    labour_gap: Floats  # d: (sum_t beta Y' - w-hat VA) / VA
    level: Floats  # d: ln of value added of d's part over its base (Eq. 8)


class Scratch(NamedTuple):
    """Room for one block of a product, in the precision of the links, and for working arrays, sector by sector."""

    country_in: Matrix  # lane, N
    country_out: Matrix
    sector_in: Matrix  # lane, J
    sector_out: Matrix
    cost: Floats  # lane, s, o: ln c-hat
    spending: Floats  # lane, s, d: X'
    price: Floats  # lane, s, d: ln P-hat of Eq. 2
    output: Floats  # lane, s, o: Y'
    power: Floats  # lane, o: c-hat^(-theta)
    total: Floats  # lane, d: sum_o weight power
    plain: Floats  # lane, o or d: a sum before edits
    net: Floats  # lane, d: sum_o received power
    demand: Floats  # lane, d: X' / total
    sold: Floats  # lane, o: sum_d received demand


def new_state(economies: int, sectors: int, lanes: int = 1) -> State:
    """The no-change state, with room for what a sweep computes."""
    cell, country = (lanes, economies, sectors), (lanes, economies)
    shapes = (country, *(cell,) * 7, *(country,) * 6)
    return State(*(np.zeros(shape) for shape in shapes))


def new_scratch(economies: int, sectors: int, lanes: int, precision: type) -> Scratch:
    """Working arrays for `sweep` with links of that precision."""

    def block(width: int) -> Matrix:
        return np.zeros((lanes, width), precision)

    def cells() -> Floats:
        return np.zeros((lanes, sectors, economies))

    def country() -> Floats:
        return np.zeros((lanes, economies))

    return Scratch(
        country_in=block(economies),
        country_out=block(economies),
        sector_in=block(sectors),
        sector_out=block(sectors),
        cost=cells(),
        spending=cells(),
        price=cells(),
        output=cells(),
        power=country(),
        total=country(),
        plain=country(),
        net=country(),
        demand=country(),
        sold=country(),
    )


@njit(**INNER)
def sweep(
    economy: Economy, base: Links, links: Links, tasks: Tasks, lane: Ints, state: State, scratch: Scratch
) -> None:
    """Evaluate Eq. 1-7 at the state's wages, prices and spending, in every lane.

    `lane[b]` is the scenario in lane b, or -1 for none. `base` holds the links in double precision (for edits),
    `links` those to multiply with. What leaves the domain shows as infinity or NaN in its own lane.
    """
    _costs(economy, links, tasks, lane, state, scratch)
    state.revenue[:] = 0.0
    state.rent[:] = 0.0
    for b in range(lane.size):
        turn(state.log_cost[b], scratch.cost[b])
        turn(state.spending[b], scratch.spending[b])
    _sectors(economy, base, links, tasks, lane, state, scratch)
    for b in range(lane.size):
        turn(scratch.price[b], state.log_price_next[b])
        turn(scratch.output[b], state.output[b])
    _incomes(economy, tasks, lane, state)
    _spending(economy, links, state, scratch)


@njit(**INNER)
def _costs(economy: Economy, links: Links, tasks: Tasks, lane: Ints, state: State, scratch: Scratch) -> None:
    """Eq. 1, and the spending that the state's logs stand for."""
    lanes, economies, sectors = state.log_price.shape
    x, y = scratch.sector_in, scratch.sector_out
    for o in range(economies):
        for b in range(lanes):
            for s in range(sectors):
                x[b, s] = state.log_price[b, o, s]
        apply(x, links.inputs[o], y)
        for b in range(lanes):
            wage = state.log_wage[b, o]
            for t in range(sectors):
                state.log_cost[b, o, t] = economy.value_added_share[o, t] * wage + y[b, t]
    for b in range(lanes):
        if lane[b] >= 0:
            for i in range(tasks.z_start[lane[b]], tasks.z_start[lane[b] + 1]):
                state.log_cost[b, tasks.z_origin[i], tasks.z_sector[i]] -= tasks.z_log[i]
    state.spending[:] = state.log_spending
    exponential(state.spending.ravel())
    for b in range(lanes):
        for d in range(economies):
            for s in range(sectors):
                state.spending[b, d, s] *= economy.expenditure[d, s]


@njit(**INNER)
def _sectors(
    economy: Economy, base: Links, links: Links, tasks: Tasks, lane: Ints, state: State, scratch: Scratch
) -> None:
    """Eq. 2-4, one good after the other: prices from costs, sales from spending, and the border revenue of Eq. 6."""
    lanes, economies, sectors = state.log_price.shape
    power, total, plain, net = scratch.power, scratch.total, scratch.plain, scratch.net
    demand, sold = scratch.demand, scratch.sold
    x, y = scratch.country_in, scratch.country_out
    top, theta = np.empty(lanes), np.empty(lanes)
    for s in range(sectors):
        row = links.row[s]
        # c-hat^(-theta) is divided by its largest value, so that a theta of 65 cannot overflow
        for b in range(lanes):
            theta[b] = tasks.theta[lane[b], s] if lane[b] >= 0 else 1.0
            top[b] = -np.inf
            for o in range(economies):
                power[b, o] = -theta[b] * scratch.cost[b, s, o]
                top[b] = max(top[b], power[b, o])
            for o in range(economies):
                power[b, o] -= top[b]
        exponential(power.ravel())
        for b in range(lanes):
            for o in range(economies):
                x[b, o] = power[b, o]
        apply(x, links.weight[s], y)
        for b in range(lanes):
            for d in range(economies):
                total[b, d] = y[b, d]
                plain[b, d] = y[b, d]
        if row >= 0:
            apply(x, links.net[row], y)
        for b in range(lanes):
            for d in range(economies):
                net[b, d] = y[b, d]
            first = tasks.start[lane[b], s] if lane[b] >= 0 else 0
            last = tasks.start[lane[b], s + 1] if lane[b] >= 0 else 0
            for i in range(first, last):
                o, d = tasks.origin[i], tasks.destination[i]
                total[b, d] += tasks.more[i] * power[b, o]
                net[b, d] += tasks.more_received[i] * power[b, o]
            if first < last:
                cancelled = False
                for d in range(economies):
                    cancelled |= min(total[b, d], net[b, d]) < KEPT * plain[b, d]
                if cancelled:
                    _sum_sources_again(base, tasks, first, last, s, b, scratch)
            for d in range(economies):
                demand[b, d] = scratch.spending[b, s, d] / total[b, d]
        for d in range(economies):
            if economy.expenditure[d, s] == 0.0:
                for b in range(lanes):
                    demand[b, d], total[b, d], net[b, d] = 0.0, 1.0, 1.0
        for b in range(lanes):
            for d in range(economies):
                x[b, d] = demand[b, d]
        apply(x, links.paid[s], y)
        for b in range(lanes):
            for o in range(economies):
                sold[b, o] = y[b, o]
                plain[b, o] = y[b, o]
            first = tasks.start[lane[b], s] if lane[b] >= 0 else 0
            last = tasks.start[lane[b], s + 1] if lane[b] >= 0 else 0
            for i in range(first, last):
                o, d = tasks.origin[i], tasks.destination[i]
                sold[b, o] += tasks.more_received[i] * demand[b, d]
                if tasks.rent[i] != 0.0:
                    rent = tasks.rent[i] * power[b, o] * demand[b, d]
                    state.revenue[b, d] -= rent
                    state.rent[b, o] += rent
            if first < last:
                cancelled = False
                for o in range(economies):
                    cancelled |= sold[b, o] < KEPT * plain[b, o]
                if cancelled:
                    _sum_sales_again(base, tasks, first, last, s, b, scratch)
            for d in range(economies):
                scratch.output[b, s, d] = power[b, d] * sold[b, d]
                state.revenue[b, d] += scratch.spending[b, s, d] - demand[b, d] * net[b, d]
        logarithm(total.ravel())
        for b in range(lanes):
            for d in range(economies):
                scratch.price[b, s, d] = -(total[b, d] + top[b]) / theta[b]
        for d in range(economies):
            if economy.expenditure[d, s] == 0.0:
                scratch.price[:, s, d] = 0.0


@njit(**INNER)
def _sum_sources_again(
    base: Links, tasks: Tasks, first: int, last: int, s: int, b: int, scratch: Scratch
) -> None:
    """Sums over origins that edits have all but cancelled, added up afresh from what is left."""
    power, total, plain, net = scratch.power, scratch.total, scratch.plain, scratch.net
    for i in range(first, last):
        d = tasks.destination[i]
        if min(total[b, d], net[b, d]) < KEPT * plain[b, d]:
            weight, paid = base.weight[s, :, d].copy(), base.paid[s, d].copy()
            for j in range(first, last):
                if tasks.destination[j] == d:
                    weight[tasks.origin[j]] = tasks.weight[j]
                    paid[tasks.origin[j]] = tasks.received[j]
            total[b, d], net[b, d], plain[b, d] = 0.0, 0.0, 0.0  # done: nothing is below a share of zero
            for o in range(weight.size):
                total[b, d] += weight[o] * power[b, o]
                net[b, d] += paid[o] * power[b, o]


@njit(**INNER)
def _sum_sales_again(
    base: Links, tasks: Tasks, first: int, last: int, s: int, b: int, scratch: Scratch
) -> None:
    """The same for sums over destinations."""
    demand, sold, plain = scratch.demand, scratch.sold, scratch.plain
    for i in range(first, last):
        o = tasks.origin[i]
        if sold[b, o] < KEPT * plain[b, o]:
            paid = base.paid[s, :, o].copy()
            for j in range(first, last):
                if tasks.origin[j] == o:
                    paid[tasks.destination[j]] = tasks.received[j]
            sold[b, o], plain[b, o] = 0.0, 0.0
            for d in range(paid.size):
                sold[b, o] += paid[d] * demand[b, d]


@njit(**INNER)
def _incomes(economy: Economy, tasks: Tasks, lane: Ints, state: State) -> None:
    """Eq. 6 and 7, with D' under the closure; what a part would owe to others is taken off by VA'."""
    lanes, economies, sectors = state.log_price.shape
    owed, earned, old = np.zeros(economies), np.zeros(economies), np.zeros(economies)
    mine = np.zeros(economies)
    for b in range(lanes):
        if lane[b] < 0:
            continue
        k = lane[b]
        owed[:], earned[:], old[:] = 0.0, 0.0, 0.0
        for d in range(economies):
            wage, p = np.exp(state.log_wage[b, d]), tasks.part[k, d]
            mine[d] = wage * economy.value_added[d]
            state.transfer[b, d] = tasks.flow[k, d] + tasks.slope[k, d] * wage
            owed[p] += state.transfer[b, d]
            earned[p] += mine[d]
            old[p] += economy.value_added[d]
        for d in range(economies):
            p = tasks.part[k, d]
            state.transfer[b, d] -= owed[p] * mine[d] / earned[p]
            state.level[b, d] = np.log(earned[p] / old[p])
            state.income[b, d] = mine[d] + state.revenue[b, d] + state.rent[b, d] + state.transfer[b, d]
            demanded = 0.0
            for t in range(sectors):
                demanded += economy.value_added_share[d, t] * state.output[b, d, t]
            state.labour_gap[b, d] = (demanded - mine[d]) / economy.value_added[d]


@njit(**INNER)
def _spending(economy: Economy, links: Links, state: State, scratch: Scratch) -> None:
    """Eq. 5."""
    lanes, economies, sectors = state.log_price.shape
    x, y = scratch.sector_in, scratch.sector_out
    for d in range(economies):
        for b in range(lanes):
            for t in range(sectors):
                x[b, t] = state.output[b, d, t]
        apply(x, links.users[d], y)
        for b in range(lanes):
            income = state.income[b, d]
            for s in range(sectors):
                state.spending_next[b, d, s] = y[b, s] + economy.final_share[d, s] * income
