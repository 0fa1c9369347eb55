"""Shapley values against the definition, known games and their axioms."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.analysis import shapley


def games(most: int = 5) -> st.SearchStrategy[np.ndarray]:
    def of(n: int) -> st.SearchStrategy[np.ndarray]:
        numbers = st.floats(-100, 100)
        return st.lists(numbers, min_size=2**n, max_size=2**n).map(np.array)

    return st.integers(1, most).flatmap(of)


def by_permutations(values: np.ndarray) -> np.ndarray:
    """The definition said the other way: the mean gain over all orders."""
    n = len(values).bit_length() - 1
    orders = list(permutations(range(n)))
    total = np.zeros(n)
    for order in orders:
        seen = 0
        for r in order:
            total[r] += values[seen | 1 << r] - values[seen]
            seen |= 1 << r
    return total / len(orders)


@given(games())
def test_exact_is_the_mean_over_all_orders(values: np.ndarray) -> None:
    np.testing.assert_allclose(shapley.exact(values), by_permutations(values), atol=1e-9)


@given(games(8))
def test_parts_add_up_to_the_whole(values: np.ndarray) -> None:
    assert shapley.exact(values).sum() == pytest.approx(values[-1] - values[0], abs=1e-9)


def test_glove_game() -> None:
    # One left glove (player 0), two right gloves: a pair is worth 1. Known value: 2/3, 1/6, 1/6.
    values = np.array([1.0 if a & 1 and a >> 1 else 0.0 for a in range(8)])
    np.testing.assert_allclose(shapley.exact(values), [2 / 3, 1 / 6, 1 / 6])


def test_dummy_gets_its_own_worth_and_twins_get_the_same() -> None:
    values = np.array([3.0 * (a & 1) + 5.0 * bool(a & 2) * bool(a & 4) for a in range(8)])
    np.testing.assert_allclose(shapley.exact(values), [3.0, 2.5, 2.5])


def test_trailing_axes_are_kept() -> None:
    values = np.random.default_rng(1).normal(size=(16, 3, 2))
    parts = shapley.exact(values)
    assert parts.shape == (4, 3, 2)
    np.testing.assert_allclose(parts[:, 1, 1], shapley.exact(values[:, 1, 1]))


def test_no_response_has_no_part() -> None:
    assert shapley.exact(np.zeros((1, 4))).shape == (0, 4)


def test_rows_must_be_a_power_of_two() -> None:
    with pytest.raises(ValueError, match="3"):
        shapley.exact(np.zeros((3, 1)))


def test_one_missing_subset_makes_every_part_missing() -> None:
    values = np.arange(8.0)
    values[5] = np.nan
    assert np.isnan(shapley.exact(values)).all()


@given(games(4), st.integers(0, 2**32 - 1))
def test_sampled_parts_add_up_whatever_the_sample(values: np.ndarray, seed: int) -> None:
    n = len(values).bit_length() - 1
    orders = shapley.sampled_orders(n, 3, seed)
    parts, errors = shapley.sampled({a: np.array([v]) for a, v in enumerate(values)}, orders)
    assert parts.sum() == pytest.approx(values[-1] - values[0], abs=1e-9)
    assert (errors >= 0).all()


def test_sampled_comes_close_and_its_error_says_how_close() -> None:
    generator = np.random.default_rng(7)
    values = generator.normal(size=64).cumsum()
    orders = shapley.sampled_orders(6, 400, seed=3)
    parts, errors = shapley.sampled({a: np.array([v]) for a, v in enumerate(values)}, orders)
    gap = np.abs(parts[:, 0] - shapley.exact(values))
    assert (gap < 4 * errors[:, 0] + 1e-12).all()
    assert errors.max() < 0.1 * np.abs(values).max()


def test_orders_come_in_pairs_and_are_reproducible() -> None:
    first, again = shapley.sampled_orders(13, 5, 42), shapley.sampled_orders(13, 5, 42)
    assert (first == again).all()
    assert (first[0::2] == first[1::2, ::-1]).all()
    assert (np.sort(first, axis=1) == np.arange(13)).all()


def test_one_by_one_and_cumulative() -> None:
    values = {a: np.array([float(v)]) for a, v in enumerate([0, 1, 2, 5, 3, 6, 9, 20])}
    np.testing.assert_allclose(shapley.one_by_one(values, 3)[:, 0], [1, 2, 3])
    np.testing.assert_allclose(shapley.cumulative(values, 3)[:, 0], [1, 4, 15])
    assert shapley.one_by_one(values, 0).shape == (0, 1)
    assert shapley.cumulative(values, 0).shape == (0, 1)


def test_members_and_chain() -> None:
    assert shapley.members(0b1101) == (0, 2, 3)
    assert shapley.chain([1, 0]) == (0, 2, 3)
