"""Break-even sizes: how large a response would have to be to win back a stated share of the target's harm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

SHARES = (0.25, 0.5, 1.0)
"""The shares of the harm that are asked for."""

MOST_DOUBLINGS = 40
FIRST_STEP = 1 / 64
PRECISION, TINY = 1e-6, 1e-15
"""Relative and absolute precision of a size."""


@dataclass(frozen=True)
class Search:
    """What a search over sizes found.

    Arguments:
        sizes: for each share asked, the smallest size found that reaches it; missing where none does.
        largest_share: the largest share seen, a fraction of the harm.
        at: the size that gives it.
        limit: the largest size with an equilibrium among those tried.
        complete: False where larger sizes than `limit` are allowed but have no equilibrium.
    """

    sizes: tuple[float, ...]
    largest_share: float
    at: float
    limit: float
    complete: bool


@dataclass(frozen=True)
class BreakEven:
    """Break-even sizes of one response, acting alone against the sanctions.

    Arguments:
        response: its name.
        field, unit: the field of the measure that is varied, and its unit.
        stated: the size in the scenario.
        shares: the shares of the harm asked for.
        search: what was found; None where nothing could be asked.
        missing: why there is no search ("" where there is one).
    """

    response: str
    field: str
    unit: str
    stated: float
    shares: tuple[float, ...] = SHARES
    search: Search | None = None
    missing: str = ""


def search(
    share: Callable[[float], float],
    start: float,
    limit: float,
    shares: Sequence[float] = SHARES,
    known: Mapping[float, float] | None = None,
) -> Search:
    """Bracket each share by doubling the size, then close in with Brent's method.

    Arguments:
        share: share of the harm won back at a size, a fraction; missing (nan) where there is no equilibrium.
        start: a first size to try, above 0 (the stated one).
        limit: the largest size allowed, itself included; may be infinite.
        shares: what to reach, rising.
        known: shares at sizes that need not be worked out again.

    Returns:
        Search. A share that already size 0 reaches has size 0.

    Example:
        >>> search(lambda x: 2 * x, start=0.1, limit=0.4).sizes[0]
        0.125
    """
    from scipy.optimize import brentq

    seen = dict(known or {})

    def at(size: float) -> float:
        if size not in seen:
            seen[size] = share(size)
        return seen[size]

    def solved() -> list[tuple[float, float]]:
        return sorted((x, y) for x, y in seen.items() if not math.isnan(y))

    at(0.0)
    size, complete = min(start, limit), True
    for _ in range(MOST_DOUBLINGS):
        if math.isnan(at(size)):
            complete = False
            break
        if at(size) >= max(shares) or size >= limit:
            break
        size = min(2 * size, limit)
    found = []
    for wanted in shares:
        points = solved()
        answer = points[0][0] if points and points[0][1] >= wanted else math.nan
        for (low, below), (high, above) in pairwise(points):
            if math.isnan(answer) and below < wanted <= above:
                gap = partial(_gap, at, wanted)
                answer = float(brentq(gap, low, high, xtol=TINY, rtol=PRECISION))
        found.append(answer)
    if not solved():
        return Search(tuple(found), math.nan, math.nan, math.nan, False)
    best, largest = max(solved(), key=lambda item: item[1])
    return Search(tuple(found), largest, best, solved()[-1][0], complete)


def _gap(at: Callable[[float], float], wanted: float, size: float) -> float:
    return at(float(size)) - wanted
