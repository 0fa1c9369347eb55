"""Axes: every point once, in an order that follows from the plan; draws that are the same in every run."""

from itertools import product

import numpy as np
import pytest

from countervail.run.axes import Coalitions, Grid, Listed, Product, Sample, Union
from countervail.run.draws import METHODS, Distribution, cube

GRID = Grid({"a": (1, 2, 3), "b": ("x", "y")})


def every(block):
    return [dict(block.point(n)) for n in range(block.size)]


def test_a_grid_is_all_combinations_the_last_key_fastest():
    assert every(GRID) == [{"a": a, "b": b} for a, b in product((1, 2, 3), "xy")]


def test_a_product_is_every_point_of_each_with_every_point_of_the_others():
    block = Product((GRID, Listed(({"c": 1}, {})), Grid({"d": (0,)})))
    assert every(block) == [{**g, **c, "d": 0} for g in every(GRID) for c in ({"c": 1}, {})]
    assert block.keys == ("a", "b", "c", "d")


def test_a_union_is_one_block_after_the_other():
    block = Union((GRID, Listed(({"c": 1},))))
    assert every(block) == [*every(GRID), {"c": 1}]
    assert list(block.values("c")) == [1]


def test_coalitions_are_all_subsets_small_ones_first():
    block = Coalitions("blocs.front", ("A", "B", "C"), 1, 3)
    found = [tuple(point["blocs.front"]) for point in every(block)]
    assert found == [("A",), ("B",), ("C",), ("A", "B"), ("A", "C"), ("B", "C"), ("A", "B", "C")]
    assert block.size == 7


@pytest.mark.parametrize("method", METHODS)
def test_draws_are_the_same_in_every_run_and_spread_over_the_cube(method):
    unit = cube(256, 3, seed=5, method=method)
    assert np.array_equal(unit, cube(256, 3, seed=5, method=method))
    assert not np.array_equal(unit, cube(256, 3, seed=6, method=method))
    assert unit.min() >= 0
    assert unit.max() < 1
    assert np.abs(unit.mean(axis=0) - 0.5).max() < 0.06


def test_correlation_of_the_normal_scores():
    wanted = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
    from scipy import stats

    scores = stats.norm.ppf(cube(4096, 3, seed=1, correlation=wanted))
    assert np.abs(np.corrcoef(scores.T) - wanted).max() < 0.03


@pytest.mark.parametrize(
    ("kind", "middle"),
    [
        (Distribution("uniform", (0.0, 0.2)), 0.1),
        (Distribution("loguniform", (0.01, 1.0)), 0.1),
        (Distribution("triangular", (0.0, 0.5, 1.0)), 0.5),
        (Distribution("normal", (3.0, 1.0)), 3.0),
        (Distribution("lognormal", (2.0, 0.5)), 2.0),
        (Distribution("normal", (0.0, 1.0), within=(-1.0, 1.0)), 0.0),
    ],
)
def test_distributions_by_their_medians(kind, middle):
    assert kind.at(np.array([0.5]))[0] == pytest.approx(middle)


def test_a_distribution_is_cut_not_clipped():
    values = np.array(Distribution("normal", (0.0, 1.0), within=(0.0, 1.0)).at(cube(1000, 1, seed=0)[:, 0]))
    assert values.min() >= 0
    assert values.max() <= 1
    assert len(np.unique(values)) == 1000


def test_a_sample_written_in_percent_gives_percentages():
    block = Sample({"a": Distribution("uniform", (0.1, 0.2), in_percent=True)}, 3)
    assert all(point["a"].endswith(" %") for point in every(block))
