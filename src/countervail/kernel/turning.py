"""Round the bend: equilibria of the general system followed on where the path of a growing shock turns back.

The share of the shock becomes one more unknown, and how far all unknowns have gone along the last step one more
equation, so that a share that falls again is a point like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from countervail.kernel.blocks import Steering, steer
from countervail.kernel.general import Point, Slopes, respond
from countervail.kernel.nests import Floats
from countervail.kernel.newton import Array, Trial, newton, solve_linear

MOST_POINTS = 80  # beyond a turning point
MOST_STEPS = 12
SHORTEST = 1e-7  # of a step, in logarithms
LONGEST = 1.0
NUDGE = 1e-6  # of what is left of a shock, to see what more of it does
DIRECTIONS = 120  # in one linear solve


class Place(NamedTuple):
    """A point at a share of the shock."""

    share: float
    unknowns: Floats
    point: Point


class Payload(NamedTuple):
    """What a step needs to know of a trial."""

    share: float
    place: Place
    by_share: Floats


def follow(
    at: Callable[[float, Floats], tuple[Floats, Point]],
    steering_at: Callable[[Point], Steering],
    before: Place,
    here: Place,
    tolerance: float,
    ended: Callable[[Place], bool],
) -> Place:
    """Follow the equilibria on from the last two, until one has `ended` or they lead nowhere.

    Arguments:
        at: the gaps of all equations at a share and a state, and the point. ended: whether to stop at an equilibrium.

    Returns:
        The last equilibrium; `here` where none could be reached.
    """
    way, last, length = here.unknowns - before.unknowns, here.share - before.share, 0.0
    for _ in range(MOST_POINTS):
        size = float(np.abs(way).max())
        if not size > 0.0:
            return here
        length = min(length or size, LONGEST)
        step, turn = way * (length / size), last * (length / size)
        found = _next(at, steering_at, here, step, turn, tolerance)
        if found is None or not 0.0 <= found.share < 1.0 or not (found.point.income > 0.0).all():
            length *= 0.25
            if length < SHORTEST:
                return here
            continue
        way, last, here = found.unknowns - here.unknowns, found.share - here.share, found
        if ended(here):
            return here
        length = 2.0 * float(np.abs(way).max())
    return here


def _next(
    at: Callable[[float, Floats], tuple[Floats, Point]],
    steering_at: Callable[[Point], Steering],
    here: Place,
    step: Floats,
    turn: float,
    tolerance: float,
) -> Place | None:
    """The equilibrium one step further along a way, whatever its share."""
    try:
        by = steering_at(here.point)
    except np.linalg.LinAlgError:
        return None
    length = float(step @ step)
    goal = float(step @ here.unknowns) + length

    def evaluate(both: Floats) -> Trial[Payload]:
        share, unknowns = float(both[-1]), both[:-1]
        off = (float(step @ unknowns) - goal) / length
        if not 0.0 <= share < 1.0:
            gaps = np.full(both.size, np.nan)
            return Trial(both, gaps, Payload(share, here, gaps[:-1]))
        with np.errstate(all="ignore"):
            gaps, point = at(share, unknowns)
            nudge = -NUDGE * (1.0 - share) ** 2
            by_share = (at(share + nudge, unknowns)[0] - gaps) / nudge
        return Trial(both, np.append(gaps, off), Payload(share, Place(share, unknowns, point), by_share))

    def move(trial: Trial[Payload], wanted: float) -> Floats | None:
        slopes, by_share = trial.payload.place.point.at, trial.payload.by_share
        scale = 1.0 / max(float(np.abs(by_share).max()), 1e-300)
        with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):
            return _bordered(slopes, by, trial.gaps, by_share * scale, step / length, scale, wanted)
        return None

    start = np.append(here.unknowns + step, min(max(here.share + turn, 0.0), 0.5 * (1.0 + here.share)))
    ending = newton(evaluate, move, start, tolerance, MOST_STEPS)
    return ending.trial.payload.place if ending.converged else None


def _bordered(
    slopes: Slopes, by: Steering, gaps: Floats, column: Floats, row: Floats, scale: float, wanted: float
) -> Floats | None:
    """Solve -(d gaps) move = gaps with the share as one more unknown, by GMRES; the share in units of `scale`."""
    n, j = slopes.final.shape[:2]
    size = 3 * n * j

    def product(direction: Array) -> Array:
        cells = direction[:size].reshape(n, 3 * j, 1)
        r = respond(slopes, cells[:, :j], cells[:, j : 2 * j], cells[:, 2 * j :])
        out = np.concatenate([r.gap_price, r.gap_spending, r.gap_value], axis=1).reshape(size)
        return -np.append(out + column * direction[size], row @ direction[:size])

    def solved(right: Array) -> Array:
        return np.asarray(steer(by, slopes, right.reshape(n, 3 * j, 1)).reshape(size), np.float64)

    answer = solved(column)  # of all unknowns to the share
    corner = float(row @ answer)

    def precondition(right: Array) -> Array:
        first = solved(right[:size])
        extra = (-right[size] - row @ first) / corner if corner else 0.0
        return np.append(first + answer * extra, extra)

    found = solve_linear(product, precondition, gaps, wanted, DIRECTIONS)
    found[size] *= scale
    return found
