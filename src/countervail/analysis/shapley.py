"""Shapley values over subsets of responses, exact or from sampled orders (theory.md, The offset ledger).

A subset is an integer whose bit r says whether response r is on. Values may have any trailing axes
(economies).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def members(subset: int) -> tuple[int, ...]:
    """The responses that are on in a subset.

    Example:
        >>> members(0b1010)
        (1, 3)
    """
    return tuple(r for r in range(subset.bit_length()) if subset >> r & 1)


def exact(values: Floats) -> Floats:
    """Shapley value of every response from the values of all subsets: sum over A without r of
    |A|! (n-|A|-1)! / n! (v(A+r) - v(A)).

    Arguments:
        values: [2^n, ...], row A is v of subset A, in any unit.

    Returns:
        [n, ...] in the same unit; sums over responses to values[-1] - values[0].

    Raises:
        ValueError: the number of rows is not a power of two.
    """
    rows = len(values)
    n = rows.bit_length() - 1
    if rows != 1 << n:
        raise ValueError(f"values of all subsets are 2^n rows, not {rows}")
    subsets = np.arange(rows)
    sizes = (subsets[:, None] >> np.arange(n) & 1).sum(axis=1)
    weights = np.array([factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)])
    parts = np.empty((n, *values.shape[1:]))
    for r in range(n):
        without = subsets[(subsets >> r & 1) == 0]
        gains = values[without | 1 << r] - values[without]
        parts[r] = np.tensordot(weights[sizes[without]], gains, axes=1)
    return parts


def sampled_orders(n: int, pairs: int, seed: int) -> Integers:
    """Random orders of n responses, each followed by its reverse, which lowers the variance of the mean.

    Returns:
        [2 pairs, n] of response numbers; rows 2p and 2p + 1 are a pair.
    """
    generator = np.random.default_rng(seed)
    orders = np.empty((2 * pairs, n), dtype=np.int64)
    for p in range(pairs):
        orders[2 * p] = generator.permutation(n)
        orders[2 * p + 1] = orders[2 * p][::-1]
    return orders


def chain(order: Iterable[int]) -> tuple[int, ...]:
    """The subsets met while responses are switched on one after another, the empty one first.

    Example:
        >>> chain([2, 0, 1])
        (0, 4, 5, 7)
    """
    met = [0]
    for r in order:
        met.append(met[-1] | 1 << int(r))
    return tuple(met)


def sampled(values: Mapping[int, Floats], orders: Integers) -> tuple[Floats, Floats]:
    """Shapley values estimated by the mean gain of each response over sampled orders, with standard errors.

    Arguments:
        values: v of every subset met by the orders.
        orders: as `sampled_orders` gives them, in pairs.

    Returns:
        parts [n, ...], which add up to v(all) - v(empty) whatever the sample, and their standard errors
        [n, ...] (the pairs are the independent draws; infinite for one pair).
    """
    pairs, n = len(orders) // 2, orders.shape[1]
    shape = values[0].shape
    gains = np.zeros((pairs, n, *shape))
    for row, order in enumerate(orders):
        met = chain(order)
        for (before, after), r in zip(pairwise(met), order, strict=True):
            gains[row // 2, r] += 0.5 * (values[after] - values[before])
    parts = np.asarray(gains.mean(axis=0))
    if pairs == 1:
        return parts, np.full_like(parts, np.inf)
    return parts, np.asarray(gains.std(axis=0, ddof=1)) / np.sqrt(pairs)


def one_by_one(values: Mapping[int, Floats], n: int) -> Floats:
    """Gain of each response switched on alone, [n, ...]."""
    return np.array([values[1 << r] - values[0] for r in range(n)]).reshape(n, *values[0].shape)


def cumulative(values: Mapping[int, Floats], n: int) -> Floats:
    """Gain of each response on top of those before it in file order, [n, ...]."""
    met = chain(range(n))
    steps = [values[after] - values[before] for before, after in pairwise(met)]
    return np.array(steps).reshape(n, *values[0].shape)
