"""Flows over ways of limited capacity: nobody gains by another way, and a line that charges is full."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from countervail.kernel.filling import Ways, fill


@pytest.mark.parametrize("seed", range(60))
def test_nobody_gains_by_another_way(seed):
    rng = np.random.default_rng(seed)
    k, lines = rng.integers(1, 9), rng.integers(1, 6)
    rows = [
        (cell, line)
        for cell in range(k)
        for line in sorted(rng.permutation(lines)[: rng.integers(1, lines + 1)])
    ]
    rows += [(cell, -1) for cell in range(k) if rng.random() < 0.2]
    cell, line = np.array(rows, dtype=np.intp).T
    cost = 0.1 * rng.integers(1, 3, cell.size) if seed % 3 == 0 else rng.random(cell.size)  # ties, or none
    ways = Ways(cell, line, cost.astype(float), rng.uniform(0.5, 2, k), rng.uniform(0.05, 1, lines))
    level, steep = rng.normal(size=k), rng.uniform(1, 8, k)
    found = fill(ways, level, steep)
    paid = cost + np.where(line >= 0, found.log_price[line], 0)
    best = np.array([paid[cell == one].min() for one in range(k)])
    np.testing.assert_allclose(np.bincount(cell, found.flow), np.exp(level - steep * best), rtol=1e-10)
    limited = line >= 0
    used = np.bincount(line[limited], (ways.weight[cell] * found.flow)[limited], minlength=lines)
    assert (used <= ways.bound * (1 + 1e-10)).all()
    assert (found.log_price >= 0).all()
    assert (found.log_price[used < ways.bound * (1 - 1e-9)] == 0).all()
    assert (found.flow[paid > best[cell] + 1e-9] == 0).all()


def test_one_demand_fills_the_cheapest_then_the_next_then_pays_more():
    """Two lines that can pass on 1 each: by the demand at what the dearer one costs, against a root search."""
    ways = Ways(np.zeros(2, int), np.array([0, 1]), np.array([0.0, 0.2]), np.ones(1), np.ones(2))
    for size, price, flow in ((0.5, [0, 0], [0.5, 0]), (np.exp(0.6) * 1.5, [0.2, 0], [1, 0.5])):
        found = fill(ways, np.array([np.log(size)]), np.array([3.0]))
        np.testing.assert_allclose(found.log_price, price, atol=1e-12)
        np.testing.assert_allclose(found.flow, flow, atol=1e-12)
    found = fill(ways, np.array([np.log(30)]), np.array([3.0]))
    rise = brentq(lambda cost: 30 * np.exp(-3 * cost) - 2, 0, 5, xtol=1e-14)
    np.testing.assert_allclose(found.log_price, [rise, rise - 0.2])
    np.testing.assert_allclose(found.flow, 1)


def test_on_equal_ways_the_first_is_taken_first():
    ways = Ways(np.zeros(3, int), np.arange(3), np.zeros(3), np.ones(1), np.ones(3))
    found = fill(ways, np.array([np.log(1.5)]), np.array([2.0]))
    np.testing.assert_allclose(found.flow, [1, 0.5, 0])
    np.testing.assert_array_equal(found.log_price, 0)
