"""Frontier: slopes by differences, no point beaten by another or by chance, more instruments never worse."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.frontier import sanctions_frontier
from countervail.analysis.frontier_instruments import instruments_of
from countervail.analysis.frontier_search import Search
from countervail.errors import OutputError
from countervail.model.parameters import long_run
from countervail.policy.scenario import Scenario


@pytest.fixture(scope="module")
def hunt(small):
    rows = np.zeros((2, small.n_countries))
    target, senders = small.countries.index("RUS"), [small.countries.index(c) for c in ("EU", "USA")]
    rows[0, target] = 1.0
    rows[1, senders] = small.income[senders] / small.income[senders].sum()
    return Search(instruments_of(small, senders, [target], most=2.0), [small], long_run, rows)


@pytest.fixture(scope="module")
def found(small):
    friction = {
        "friction": {"by": ["EU", "USA"], "on": "RUS", "goods": ["ENERGY", "INDUSTRY"], "rate": "20 %"}
    }
    friction["friction"]["kind"] = "shipping"
    return sanctions_frontier(small, Scenario(name="x", sanctions=[friction]), points=8, most=2.0)


@pytest.mark.parametrize("kind", ["friction", "tariff"])
def test_slopes_are_those_of_differences(small, hunt, kind):
    place = instruments_of(small, hunt.instruments.senders, hunt.instruments.targets, kind=kind)
    search = Search(place, [small], long_run, hunt.weights)
    x = np.full(place.size, 0.3)
    _, slope = search._value(x, 4.0)
    for n in range(place.size):
        step = np.zeros(place.size)
        step[n] = 1e-4
        ends = [search._value(x + sign * step, 4.0)[0] for sign in (1, -1)]
        assert slope[n] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-5, abs=1e-7)


def test_no_point_is_beaten_by_another_or_by_chance(found, hunt):
    places = np.array([p.place for p in found.points])
    assert len(places) >= 4
    assert (np.diff(places[:, 0]) > 0).all()
    assert (np.diff(places[:, 1]) > 0).all()
    extent = np.ptp(places[:, 1])
    for seed in range(40):
        chance = np.random.default_rng(seed).uniform(0, 2, hunt.instruments.size)
        cost, harm = hunt.at(chance).place
        best = found.harm_at(cost)
        assert np.isnan(best) or harm <= best + 0.02 * extent


def test_the_actual_regime_lies_on_or_below(found):
    cost, harm = found.actual
    assert harm <= found.harm_at(cost) * (1 + 1e-3)
    assert "for the same cost" in found.curve.title


def test_robust_counts_the_worst_set(small):
    friction = {"friction": {"by": "EU", "on": "RUS", "rate": "5 %", "kind": "payments"}}
    found = sanctions_frontier(small, Scenario(name="x", sanctions=[friction]), points=3, robust=True)
    assert all(p.target.size == len(small.elasticity_sets) for p in found.points)
    assert all(p.place[1] == -p.target.max() for p in found.points)


def test_what_makes_no_frontier(small):
    with pytest.raises(OutputError, match="CV429"):
        sanctions_frontier(small, Scenario(name="x"))
    with pytest.raises(OutputError, match="CV429"):
        instruments_of(small, [0], [0])
    with pytest.raises(OutputError, match="CV429"):
        instruments_of(small, [0], [1], most=0.0)
    with pytest.raises(OutputError, match="CV429"):
        instruments_of(small, [0], [1], kind="tariff", directions=["export"])
