"""Run tasks through the accelerated iteration: one alone, or many in lanes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from countervail.kernel.anderson import new_memory
from countervail.kernel.fixed_point import CONVERGED, accelerate
from countervail.kernel.linear import BLAS_ONE_THREAD
from countervail.kernel.prepare import Prepared
from countervail.kernel.safe import solve_safely
from countervail.kernel.sweep import State, Tasks, new_scratch, new_state

T = TypeVar("T")
MOST_LANES = 16
SAFE_TOLERANCE = 1e-12


class Ending(NamedTuple):
    """How one scenario ended: `reached` is the share of the shock solved, 1 unless no equilibrium was found."""

    converged: bool
    residual: float  # largest relative residual
    sweeps: int
    safe: bool  # whether the safe path was needed
    reached: float


def lanes_for(economies: int, scenarios: int) -> int:
    """As many lanes as keep BLAS on the calling thread, at most 16."""
    fitting = BLAS_ONE_THREAD // max(economies * economies, 1)
    return max(1, min(MOST_LANES, fitting, scenarios))


def run(
    ready: Prepared,
    tasks: Tasks,
    still: int,
    first: int,
    lanes: int,
    tolerance: float,
    most: int,
    take: Callable[[State, int], T],
) -> list[tuple[Ending, T]]:
    """Solve scenarios first ... first + lanes - 1 side by side; what the fast path cannot solve, the safe path may.

    Arguments:
        still: number of the task that changes nothing.
        take: what to keep of a lane: called with the state and the lane's number once all lanes have ended.

    Returns:
        One ending and one result of `take` a scenario, in order; also of those that failed.
    """
    economies, sectors = ready.economy.expenditure.shape
    scenarios = min(lanes, tasks.start.shape[0] - first)
    lane = np.where(np.arange(lanes) < scenarios, first + np.arange(lanes), -1)
    state = new_state(economies, sectors, lanes)
    status, used = np.zeros(lanes, np.int64), np.zeros(lanes, np.int64)
    residual = np.zeros(lanes)
    accelerate(
        ready.economy,
        ready.double,
        ready.single,
        tasks,
        lane,
        ready.preconditioner,
        state,
        new_scratch(economies, sectors, lanes, np.float64),
        new_scratch(economies, sectors, lanes, np.float32),
        new_memory(economies + 2 * economies * sectors, lanes),
        tolerance,
        most,
        status,
        residual,
        used,
    )
    answers = []
    for b in range(scenarios):
        ending = Ending(status[b] == CONVERGED, float(residual[b]), int(used[b]), False, 1.0)
        if ending.converged:
            answers.append((ending, take(state, b)))
        else:
            alone = new_state(economies, sectors)
            economy = ready.economy._replace(theta=tasks.theta[first + b])
            solved, gap, reached = solve_safely(
                economy, ready.double, tasks, first + b, still, alone, SAFE_TOLERANCE
            )
            answers.append((Ending(solved, gap, int(used[b]), True, reached), take(alone, 0)))
    return answers
