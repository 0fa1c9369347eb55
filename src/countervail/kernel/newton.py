"""Newton's method with a safeguard, and the linear solvers that it steps with.

Failure is a value: an ending says how the iteration ended and keeps the best point.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Product = Callable[[Array], Array]
P = TypeVar("P")

LONGEST = 1.5  # no logarithm moves by more than this in one step
SHORTEST = 1e-3  # share of a step
NEEDED = 1e-4  # of the decrease that a step promises
LOOSE, TIGHT = 0.1, 1e-5  # relative residuals to which a step is solved, first and near the end
MOST_DIRECTIONS = 40  # in one linear solve


class Trial(NamedTuple, Generic[P]):
    """Unknowns, their gaps, and what the linear solver needs there."""

    unknowns: Floats
    gaps: Floats
    payload: P


class Ending(NamedTuple, Generic[P]):
    """How an iteration ended."""

    trial: Trial[P]
    converged: bool
    steps: int


def newton(
    evaluate: Callable[[Floats], Trial[P]],
    step: Callable[[Trial[P], float], Floats | None],
    start: Floats,
    tolerance: float,
    most: int,
) -> Ending[P]:
    """Solve gaps = 0 from `start`.

    Arguments:
        evaluate: the gaps at unknowns; not numbers outside the domain.
        step: an approximate solution of -(d gaps) step = gaps to a relative residual.
    """
    here = evaluate(start)
    size = float(np.linalg.norm(here.gaps))
    before = np.inf
    for count in range(most):
        worst = float(np.abs(here.gaps).max(initial=0.0))
        if not np.isfinite(worst):
            return Ending(here, False, count)
        if worst < tolerance:
            return Ending(here, True, count)
        # as exact as the next point can use: its gaps shrink with the square of these
        wanted = max(min(LOOSE, worst), TIGHT, 0.2 * tolerance / worst)
        move = step(here, wanted)
        if move is None or not np.isfinite(move).all():
            return Ending(here, False, count)
        share = min(1.0, LONGEST / max(float(np.abs(move).max()), 1e-300))
        there = None
        while share > SHORTEST:
            trial = evaluate(here.unknowns + share * move)
            length = float(np.linalg.norm(trial.gaps))
            if length <= (1.0 - NEEDED * share) * size:  # False for what is not a number
                there = trial
                break
            share *= 0.4
        if there is None:
            return Ending(here, False, count)
        here, before, size = there, size, length
        if size > 0.9 * before and worst < 1e3 * tolerance:  # nothing but rounding is left
            return Ending(here, float(np.abs(here.gaps).max()) < 10.0 * tolerance, count + 1)
    return Ending(here, float(np.abs(here.gaps).max(initial=0.0)) < tolerance, most)


def solve_linear(
    product: Product, precondition: Product, right: Array, wanted: float, most: int = MOST_DIRECTIONS
) -> Array:
    """Solve product(x) = right to a relative residual: GMRES, preconditioned from the right."""
    length = float(np.linalg.norm(right))
    basis = np.empty((most + 1, right.size), right.dtype)
    tried = np.empty((most, right.size), right.dtype)
    basis[0] = right / length
    triangle = np.zeros((most, most))
    turns: list[tuple[float, float]] = []
    target = [length]
    k = 0
    while k < most:
        tried[k] = precondition(basis[k])
        new = product(tried[k])
        first = basis[: k + 1] @ new
        new = new - first @ basis[: k + 1]
        again = basis[: k + 1] @ new
        new = new - again @ basis[: k + 1]
        column = (first + again).astype(float)
        below = float(np.linalg.norm(new))
        for i, (c, s) in enumerate(turns):
            column[i], column[i + 1] = c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]
        last = float(column[k])
        radius = float(np.hypot(last, below))
        if not radius > 0.0 or not np.isfinite(radius):
            break
        c, s = last / radius, below / radius
        turns.append((c, s))
        triangle[:k, k], triangle[k, k] = column[:k], radius
        target.append(-s * target[k])
        target[k] *= c
        k += 1
        if abs(target[k]) <= wanted * length or below <= 1e-7 * radius:
            break
        basis[k] = new / below
    if k == 0:
        return np.zeros_like(right)
    weights = np.linalg.solve(triangle[:k, :k], np.array(target[:k])).astype(right.dtype)
    solution: Array = weights @ tried[:k]
    return solution
