"""Accelerated iteration on the sweep: preconditioned steps, mixed, with safeguards; one scenario or several at once.

Failure is a value: a lane's status says how its iteration ended, and the state keeps the last iterate. The first
sweeps use single precision links, the last ones double; residuals that end an iteration are always double.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from countervail.kernel.anderson import MEMORY, Memory, forget, mix
from countervail.kernel.linear import COMPILED, INNER, apply
from countervail.kernel.precondition import Preconditioner
from countervail.kernel.sweep import Economy, Floats, Ints, Links, Scratch, State, Tasks, sweep

Singles = NDArray[np.float32]

RUNNING, CONVERGED, OUT_OF_STEPS, LEFT_DOMAIN, STALLED = -1, 0, 1, 2, 3
LONGEST_STEP = 1.0  # no logarithm moves by more than this in one step
ROUGH = 3e-4  # from this residual on, double precision
MOST_ROUGH = 40  # sweeps in single precision
PATIENCE = 25  # sweeps without progress before a lane counts as stalled


@njit(**INNER)
def residuals(economy: Economy, tasks: Tasks, lane: Ints, state: State, out: Floats) -> None:
    """Largest relative residual of Eq. 2, 5, 7 and 8 in each lane; the others hold by construction."""
    lanes, economies, sectors = state.log_price.shape
    for b in range(lanes):
        if lane[b] < 0:
            continue
        worst, healthy = 0.0, 0.0
        for d in range(economies):
            worst = max(worst, abs(state.labour_gap[b, d]) * np.exp(-state.log_wage[b, d]))
            worst = max(worst, abs(state.level[b, d]))
            healthy += state.labour_gap[b, d] + state.level[b, d]
            for s in range(sectors):
                if economy.expenditure[d, s] > 0.0:
                    price = max(tasks.theta[lane[b], s], 1.0) * (
                        state.log_price_next[b, d, s] - state.log_price[b, d, s]
                    )
                    spending = state.spending_next[b, d, s] / state.spending[b, d, s] - 1.0
                    worst = max(worst, max(abs(price), abs(spending)))
                    healthy += price + spending
        # a maximum can lose a NaN, a sum cannot
        out[b] = worst if np.isfinite(healthy) else np.inf


@njit(**INNER)
def _direction(
    economy: Economy, pre: Preconditioner, state: State, step: Singles, blocks: Singles, gaps: Singles
) -> None:
    """The preconditioned step from the last sweep's residuals, as one vector a lane: wages, prices, spending."""
    lanes, economies, sectors = state.log_price.shape
    price, spending = economies, economies + economies * sectors  # where they begin in the step
    x, y, z = blocks[0], blocks[1], blocks[2]
    gap, more, wage = gaps[0], gaps[1], gaps[2]
    for b in range(lanes):
        for d in range(economies):
            gap[b, d] = state.labour_gap[b, d]
    for d in range(economies):
        # within the economy
        for b in range(lanes):
            for s in range(sectors):
                x[b, s] = state.log_price_next[b, d, s] - state.log_price[b, d, s]
                z[b, s] = state.spending_next[b, d, s] - state.spending[b, d, s]
        apply(x, pre.price_block[d], y)
        for b in range(lanes):
            for s in range(sectors):
                step[b, price + d * sectors + s] = y[b, s]
        apply(z, pre.spending_block[d], y)
        # what that will add to the demand for labour everywhere
        apply(y, pre.labour_by_spending[d], more)
        for b in range(lanes):
            for o in range(economies):
                gap[b, o] += more[b, o]
            for s in range(sectors):
                step[b, spending + d * sectors + s] = y[b, s] / max(state.spending[b, d, s], 1e-300)
    # wages answer the gap; all prices and spending follow the wages
    apply(gap, pre.wage_answer, wage)
    for b in range(lanes):
        longest = np.float32(LONGEST_STEP)
        for d in range(economies):
            wage[b, d] -= state.level[b, d]
            longest = max(longest, abs(wage[b, d]))
        # where trade is thin the linear answer of wages is far too long; prices and spending keep their full step
        for d in range(economies):
            wage[b, d] *= np.float32(LONGEST_STEP) / longest
            step[b, d] = wage[b, d]
    for d in range(economies):
        apply(wage, pre.price_by_wage[d], x)
        apply(wage, pre.spending_by_wage[d], y)
        for b in range(lanes):
            for s in range(sectors):
                bought = economy.expenditure[d, s] > 0.0
                i, j = price + d * sectors + s, spending + d * sectors + s
                step[b, i] = step[b, i] + x[b, s] if bought else 0.0
                step[b, j] = step[b, j] + y[b, s] if bought else 0.0


@njit(**INNER)
def _advance(state: State, taken: Singles, b: int) -> None:
    """Add what was taken to lane b's unknowns; no logarithm moves by more than `LONGEST_STEP`."""
    wage, price, spending = state.log_wage[b], state.log_price[b].ravel(), state.log_spending[b].ravel()
    longest = np.float32(0.0)
    for i in range(taken.size):
        longest = max(longest, abs(taken[i]))
    if longest > LONGEST_STEP:
        for i in range(taken.size):
            taken[i] *= np.float32(LONGEST_STEP) / longest
    for i in range(wage.size):
        wage[i] += taken[i]
    for i in range(price.size):
        price[i] += taken[wage.size + i]
        spending[i] += taken[wage.size + price.size + i]


@njit(**COMPILED)
def accelerate(
    economy: Economy,
    double: Links,
    single: Links,
    tasks: Tasks,
    lane: Ints,
    pre: Preconditioner,
    state: State,
    fine: Scratch,
    coarse: Scratch,
    memory: Memory,
    tolerance: float,
    most: int,
    status: Ints,
    residual: Floats,
    used: Ints,
) -> None:
    """Iterate every lane in place until its largest relative residual is below the tolerance.

    Fills `status`, `residual` and `used` (sweeps) by lane. A lane that fails or is done stays as it is while the
    others go on.
    """
    lanes, economies, sectors = state.log_price.shape
    step = np.zeros((lanes, economies + 2 * economies * sectors), np.float32)
    blocks, gaps = np.zeros((3, lanes, sectors), np.float32), np.zeros((3, lanes, economies), np.float32)
    worst, best = np.zeros(lanes), np.full(lanes, np.inf)
    waited = np.zeros(lanes, np.int64)
    rough = False  # the first sweep is exact, so that no change is recognised at once
    for b in range(lanes):
        status[b] = RUNNING if lane[b] >= 0 else CONVERGED
        forget(memory, b)
    for iteration in range(1, most + 1):
        if rough:
            sweep(economy, double, single, tasks, lane, state, coarse)
        else:
            sweep(economy, double, double, tasks, lane, state, fine)
        residuals(economy, tasks, lane, state, worst)
        running, near = 0, 0
        for b in range(lanes):
            if status[b] != RUNNING:
                continue
            residual[b], used[b] = worst[b], iteration
            waited[b] += 1
            if not worst[b] < np.inf:
                status[b] = LEFT_DOMAIN
            elif worst[b] < tolerance and not rough:
                status[b] = CONVERGED
            elif waited[b] > PATIENCE and not rough:
                status[b] = STALLED
            else:
                running += 1
                near += worst[b] < ROUGH or waited[b] > 5
                if worst[b] < 0.9 * best[b]:
                    best[b], waited[b] = worst[b], 0
                elif worst[b] > 50.0 * best[b]:  # mixing went astray
                    forget(memory, b)
        if running == 0:
            return
        rough = near < running and iteration < MOST_ROUGH and (rough or iteration == 1)
        _direction(economy, pre, state, step, blocks, gaps)
        for b in range(lanes):
            if status[b] == RUNNING:
                mix(memory, b, iteration % MEMORY, step[b])
                _advance(state, memory.taken[b], b)
    for b in range(lanes):
        if status[b] == RUNNING:
            status[b] = OUT_OF_STEPS
