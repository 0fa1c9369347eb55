"""Run tasks through the accelerated iteration: one alone, or many in lanes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from countervail.kernel.anderson import Memory, new_memory
from countervail.kernel.fixed_point import CONVERGED, accelerate, new_best
from countervail.kernel.linear import BLAS_ONE_THREAD
from countervail.kernel.prepare import Prepared, at_rest
from countervail.kernel.safe import Crossing, solve_safely
from countervail.kernel.shift import Shift, new_shift
from countervail.kernel.sweep import (
    Anchor,
    Ints,
    Scratch,
    State,
    Tasks,
    new_anchor,
    new_scratch,
    new_state,
)

T = TypeVar("T")
MOST_LANES = 8  # more wait longer for the slowest (docs/solver.md)
SAFE_TOLERANCE = 1e-12
SLOW = 0.1  # where steps gain little, more is left to go after a short one


class Ending(NamedTuple):
    """How one scenario ended: `reached` is the share of the shock solved, 1 unless no equilibrium was found."""

    converged: bool
    residual: float  # largest relative residual
    sweeps: int
    safe: bool  # whether the safe path was needed
    reached: float
    crossings: tuple[Crossing, ...] = ()  # where an income goes through zero on the way, narrowest first


class Room(NamedTuple):
    """Working arrays of some lanes."""

    scratch: Scratch
    anchor: Anchor
    shift: Shift
    memory: Memory


class Rooms:
    """Working arrays that solves of one world leave to the next: fresh ones cost a fifth of a solve, most of it in
    pages that the system has to clear. Each thread takes its own."""

    def __init__(self) -> None:
        self._free: dict[int, list[Room]] = {}

    def take(self, ready: Prepared, lanes: int) -> Room:
        """Room for so many lanes, as good as new."""
        economies, sectors = ready.economy.expenditure.shape
        try:
            room = self._free.setdefault(lanes, []).pop()
        except IndexError:
            return Room(
                new_scratch(economies, sectors, lanes),
                new_anchor(economies, sectors, lanes),
                new_shift(economies, sectors, lanes, ready.preconditioner.labour.seen.shape[1]),
                new_memory(economies + 2 * economies * sectors, lanes),
            )
        for array in (*room.anchor, *room.shift[:8]):
            array[:] = 0.0
        return room

    def leave(self, room: Room) -> None:
        """Give room back."""
        self._free[room.scratch.net.shape[0]].append(room)


def lanes_for(economies: int, scenarios: int) -> int:
    """As many lanes as keep BLAS on the calling thread, at most 8."""
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
    rooms: Rooms | None = None,
) -> list[tuple[Ending, T]]:
    """Solve scenarios first ... first + lanes - 1 side by side; what the fast path cannot solve, the safe path may.

    Arguments:
        still: number of the task that changes nothing.
        take: what to keep of a lane: called with the state and the lane's number once all lanes have ended.
        rooms: working arrays of earlier solves of this world.

    Returns:
        One ending and one result of `take` a scenario, in order; also of those that failed.
    """
    scenarios = min(lanes, tasks.start.shape[0] - first)
    lane = np.where(np.arange(lanes) < scenarios, first + np.arange(lanes), -1)
    rooms = Rooms() if rooms is None else rooms
    state, endings = _fast(ready, tasks, lane, tolerance, most, rooms, careful=False)
    answers = []
    for b in range(scenarios):
        ending, at, where = endings[b], state, b
        if not ending.converged:
            # differences in single precision have a smaller domain than double precision has
            at, (ending,) = _fast(ready, tasks, lane[b : b + 1], SLOW * tolerance, most, rooms, careful=True)
            where = 0
        if ending.converged:
            answers.append((ending, take(at, where)))
        else:
            answers.append(run_safely(ready, tasks, first + b, still, ending.sweeps, take))
    return answers


def run_safely(
    ready: Prepared, tasks: Tasks, k: int, still: int, sweeps: int, take: Callable[[State, int], T]
) -> tuple[Ending, T]:
    """Solve scenario k by the safe path. Arguments: as in `run`; sweeps: how many the fast path made in vain."""
    state = new_state(*ready.economy.expenditure.shape)
    economy = ready.economy._replace(theta=tasks.theta[k])
    found = solve_safely(economy, ready.double, tasks, k, still, state, SAFE_TOLERANCE)
    ending = Ending(found.solved, found.residual, sweeps, True, found.reached, found.crossings)
    return ending, take(state, 0)


def _fast(
    ready: Prepared, tasks: Tasks, lane: Ints, tolerance: float, most: int, rooms: Rooms, careful: bool
) -> tuple[State, list[Ending]]:
    """The accelerated iteration in the lanes given, and how each ended."""
    (economies, sectors), lanes = ready.economy.expenditure.shape, lane.size
    state = new_state(economies, sectors, lanes)
    room = rooms.take(ready, lanes)
    status, used, residual = np.zeros(lanes, np.int64), np.zeros(lanes, np.int64), np.zeros(lanes)
    moved = (tasks.start[lane, -1] > tasks.start[lane, 0]) | (tasks.z_start[lane + 1] > tasks.z_start[lane])
    fresh = not careful and bool(moved.any())
    if fresh:
        at_rest(ready, tasks, lane, state, room.anchor)
    accelerate(
        ready.economy,
        ready.double,
        ready.single,
        tasks,
        lane,
        ready.preconditioner,
        state,
        room.scratch,
        room.anchor,
        room.shift,
        room.memory,
        new_best(economies, sectors, lanes, careful),
        tolerance,
        most,
        careful,
        fresh,
        status,
        residual,
        used,
    )
    rooms.leave(room)
    ended = zip(status, residual, used, strict=True)
    return state, [Ending(bool(how == CONVERGED), float(gap), int(n), False, 1.0) for how, gap, n in ended]
