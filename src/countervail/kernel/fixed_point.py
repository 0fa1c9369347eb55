"""Accelerated iteration: preconditioned steps, mixed, with safeguards; one scenario or several at once.

An exact sweep in double precision gives the residuals and an anchor. The steps that follow look at differences from
the anchor in single precision, until those have no digits left; then comes the next exact sweep. What ends an iteration
is always the residual of an exact sweep. Failure is a value: a lane's status says how its iteration ended, and the
state keeps the last iterate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from countervail.kernel.anderson import MEMORY, Memory, forget, mix
from countervail.kernel.linear import INNER, OUTER, longest
from countervail.kernel.precondition import Preconditioner
from countervail.kernel.shift import LONGEST_STEP, Shift, advance, apply_shift, direction, respond, settle
from countervail.kernel.sweep import (
    KEPT,
    Anchor,
    Economy,
    Floats,
    Ints,
    Links,
    Scratch,
    Singles,
    State,
    Tasks,
    sweep,
)

RUNNING, CONVERGED, OUT_OF_STEPS, LEFT_DOMAIN, STALLED = -1, 0, 1, 2, 3
DIGITS = 1e-4  # of the shift: what is left after a step shorter than this is for the next exact sweep to tell
ROUNDING = (
    1e-6  # of the shift: where that is below the tolerance, this anchor can carry the iteration to its end
)
ENOUGH = 0.5  # of the tolerance: after a shorter step the next exact sweep tells
FARTHEST = 12  # steps from one anchor
PATIENCE, MORE_PATIENCE = 25, 100  # steps without progress before a lane counts as stalled
ASTRAY = 10.0  # times the best measure so far: where a careful iteration goes back


class Best(NamedTuple):
    """By lane, the least measure so far; if careful, also where that was, and how far a step may go."""

    measure: Floats
    cap: Floats
    log_wage: Floats
    log_cost: Floats
    log_spending: Floats
    step: Singles


def new_best(economies: int, sectors: int, lanes: int, careful: bool) -> Best:
    """Nothing yet."""
    kept = lanes if careful else 0
    return Best(
        np.zeros(lanes),
        np.zeros(lanes),
        np.zeros((kept, economies)),
        np.zeros((kept, economies, sectors)),
        np.zeros((kept, economies, sectors)),
        np.zeros((kept, economies + 2 * economies * sectors), np.float32),
    )


@njit(**INNER)
def residuals(economy: Economy, tasks: Tasks, lane: Ints, state: State, out: Floats) -> None:
    """Largest relative residual of Eq. 1, 5, 7 and 8 in each lane; the others hold by construction."""
    lanes, economies, sectors = state.log_cost.shape
    for b in range(lanes):
        if lane[b] < 0:
            continue
        worst, healthy = 0.0, 0.0
        for d in range(economies):
            worst = max(worst, abs(state.labour_gap[b, d]) * np.exp(-state.log_wage[b, d]))
            worst = max(worst, abs(state.level[b, d]))
            healthy += state.labour_gap[b, d] + state.level[b, d]
            for s in range(sectors):
                cost = state.log_cost_next[b, d, s] - state.log_cost[b, d, s]
                cost *= max(tasks.theta[lane[b], s], 1.0)
                spending = 0.0
                if economy.expenditure[d, s] > 0.0:
                    spending = state.spending_next[b, d, s] / state.spending[b, d, s] - 1.0
                worst = max(worst, max(abs(cost), abs(spending)))
                healthy += cost + spending
        # a maximum can lose a NaN, a sum cannot
        out[b] = worst if np.isfinite(healthy) else np.inf


@njit(**INNER)
def _paid(state: State, b: int) -> bool:
    """Whether every income in lane b is above zero."""
    paid = True
    for d in range(state.income.shape[1]):
        paid &= state.income[b, d] > 0.0
    return paid


@njit(**INNER)
def _note(state: State, step: Singles, best: Best, b: int, back: bool) -> None:
    """Note where lane b is and where it wants to go, or go back to what was noted."""
    _, economies, sectors = state.log_cost.shape
    for d in range(economies):
        if back:
            state.log_wage[b, d] = best.log_wage[b, d]
        else:
            best.log_wage[b, d] = state.log_wage[b, d]
        for s in range(sectors):
            if back:
                state.log_cost[b, d, s] = best.log_cost[b, d, s]
                state.log_spending[b, d, s] = best.log_spending[b, d, s]
            else:
                best.log_cost[b, d, s] = state.log_cost[b, d, s]
                best.log_spending[b, d, s] = state.log_spending[b, d, s]
    for i in range(step.shape[1]):
        if back:
            step[b, i] = best.step[b, i]
        else:
            best.step[b, i] = step[b, i]


@njit(**OUTER)
def accelerate(
    economy: Economy,
    double: Links,
    single: Links,
    tasks: Tasks,
    lane: Ints,
    pre: Preconditioner,
    state: State,
    scratch: Scratch,
    anchor: Anchor,
    shift: Shift,
    memory: Memory,
    best: Best,
    tolerance: float,
    most: int,
    careful: bool,
    fresh: bool,
    status: Ints,
    residual: Floats,
    used: Ints,
) -> None:
    """Iterate every lane in place until its largest relative residual and the step it asks for are below the tolerance.

    Fills `status`, `residual` and `used` (evaluations) by lane. A lane that fails or is done stays as it is while the
    others go on. `careful` makes every evaluation an exact sweep and takes back steps that lead astray. `fresh` says
    that the anchor is the base, before any edit: the first steps then need no exact sweep.
    """
    lanes, economies, sectors = state.log_cost.shape
    step = np.zeros((lanes, economies + 2 * economies * sectors), np.float32)
    worst, waited = np.zeros(lanes), np.zeros(lanes, np.int64)
    resting = np.zeros(lanes, np.int64)  # whether a lane waits for the next exact sweep
    exact, steps, patience = not fresh, 0, MORE_PATIENCE if careful else PATIENCE
    for b in range(lanes):
        status[b] = RUNNING if lane[b] >= 0 else CONVERGED
        best.measure[b], best.cap[b] = np.inf, LONGEST_STEP
        forget(memory, b)
    if fresh:
        settle(shift)
    for iteration in range(1, most + 1):
        if not exact:
            exact = respond(single, tasks, lane, anchor, shift, fresh) < KEPT
            for b in range(lanes if exact else 0):
                if status[b] == RUNNING:
                    apply_shift(state, shift, b)
        if exact:
            sweep(economy, double, tasks, lane, state, scratch, anchor)
            residuals(economy, tasks, lane, state, worst)
            settle(shift)
            steps, fresh = 0, False
        direction(economy, pre, tasks, lane, state, anchor, shift, step)
        steps += 1
        running, moving = 0, 0
        for b in range(lanes):
            if status[b] != RUNNING or (resting[b] != 0 and not exact):
                continue
            length = longest(step[b])
            if exact:
                residual[b], used[b], resting[b] = worst[b], iteration, 0
                if worst[b] < tolerance and length < tolerance:
                    # an economy whose income is not above zero is no equilibrium, even if every equation holds
                    status[b] = CONVERGED if _paid(state, b) else LEFT_DOMAIN
                    continue
                if waited[b] > patience:
                    status[b] = STALLED
                    continue
            waited[b] += 1
            measure = max(worst[b], length) if careful else length
            if measure < 0.9 * best.measure[b]:
                best.measure[b], waited[b] = measure, 0
                if careful:
                    best.cap[b] = min(2.0 * best.cap[b], LONGEST_STEP)
                    _note(state, step, best, b, False)
            elif careful and not measure < ASTRAY * best.measure[b] and best.measure[b] < np.inf:
                best.cap[b] *= 0.25
                _note(state, step, best, b, True)
                forget(memory, b)
            elif not measure < np.inf:
                status[b] = LEFT_DOMAIN
                continue
            elif measure > 50.0 * best.measure[b]:  # mixing went astray
                forget(memory, b)
            mix(memory, b, iteration % MEMORY, step[b])
            advance(shift, memory.taken[b], b, best.cap[b])
            reach = max(max(longest(shift.wage[b]), longest(shift.cost[b])), longest(shift.spending[b]))
            short = length < ENOUGH * tolerance or (length < DIGITS * reach and ROUNDING * reach > tolerance)
            resting[b] = careful or short or steps >= FARTHEST
            running += 1
            moving += 1 - resting[b]
        for b in range(lanes):
            running += status[b] == RUNNING and resting[b] != 0
        if running == 0:
            return
        # an exact sweep costs little more than another evaluation: side by side, it follows once no more than half of
        # the lanes that still run would rather step on from their anchor
        exact = 2 * moving <= (running if lanes > 1 else 0)
        for b in range(lanes):
            if exact and status[b] == RUNNING:
                apply_shift(state, shift, b)
    for b in range(lanes):
        if status[b] == RUNNING:
            status[b] = OUT_OF_STEPS
