"""Newton's method with a safeguard, and the linear solvers that it steps with.

Failure is a value: an ending says how the iteration ended and keeps the best point. A linear solve keeps the
directions it has tried with what they gave: at the next point, where the derivative is nearly the same, they already
solve most of it.
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
LOOSE, TIGHT = 3e-2, 1e-3  # relative residuals to which a step is solved, first and near the end
MOST_DIRECTIONS = 40  # in one linear solve
MOST_KEPT = 40
ALIKE = 1e-4  # squared sine below which directions gave the same in single precision


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


class Kept(NamedTuple):
    """Directions tried, what they gave, and the inverse of the latter's products with each other."""

    tried: Array  # k, unknown
    gave: Array  # k, unknown
    inverse: Array


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
    product: Product, precondition: Product, right: Array, wanted: float, kept: Kept | None
) -> tuple[Array, Kept | None]:
    """Solve product(x) = right to a relative residual: GMRES, preconditioned from the right, with kept directions.

    Returns:
        The solution, and the directions to keep for the next solve.
    """
    length = float(np.linalg.norm(right))
    basis = np.empty((MOST_DIRECTIONS + 1, right.size), right.dtype)
    tried = np.empty((MOST_DIRECTIONS, right.size), right.dtype)
    basis[0] = right / length
    triangle = np.zeros((MOST_DIRECTIONS + 1, MOST_DIRECTIONS))
    hessenberg = np.zeros_like(triangle)
    turns: list[tuple[float, float]] = []
    target = [length]
    k = 0
    while k < MOST_DIRECTIONS:
        if kept is None:
            tried[k] = precondition(basis[k])
        else:
            known = kept.inverse @ (kept.gave @ basis[k])
            tried[k] = precondition(basis[k] - known @ kept.gave) + known @ kept.tried
        new = product(tried[k])
        first = basis[: k + 1] @ new
        new = new - first @ basis[: k + 1]
        again = basis[: k + 1] @ new
        new = new - again @ basis[: k + 1]
        column = (first + again).astype(float)
        below = float(np.linalg.norm(new))
        hessenberg[: k + 1, k], hessenberg[k + 1, k] = column, below
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
        basis[k] = new / max(below, 1e-300)
        if abs(target[k]) <= wanted * length or below <= 1e-7 * radius:
            break
    if k == 0:
        return np.zeros_like(right), kept
    weights = np.linalg.solve(triangle[:k, :k], np.array(target[:k])).astype(right.dtype)
    solution: Array = weights @ tried[:k]
    return solution, _keep(kept, tried[:k], hessenberg[: k + 1, :k].T.astype(right.dtype) @ basis[: k + 1])


def _keep(kept: Kept | None, tried: Array, gave: Array) -> Kept | None:
    """Old and new directions together; none where they are too alike to tell apart."""
    if kept is not None:
        tried, gave = np.concatenate([kept.tried, tried]), np.concatenate([kept.gave, gave])
    tried, gave = tried[-MOST_KEPT:], gave[-MOST_KEPT:]
    products = (gave @ gave.T).astype(np.float64)
    size = np.sqrt(np.diag(products))
    products /= size[:, None] * size
    values, vectors = np.linalg.eigh(products)
    sound = values > ALIKE * values[-1]
    inverse = (vectors[:, sound] / values[sound]) @ vectors[:, sound].T / (size[:, None] * size)
    return Kept(tried, gave, inverse.astype(tried.dtype))
