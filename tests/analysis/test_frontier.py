"""Frontier: slopes by differences, no point beaten by another or by chance, more instruments never worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from countervail.analysis.frontier import _title, sanctions_frontier
from countervail.analysis.frontier_instruments import instruments_of
from countervail.analysis.frontier_search import Found, Search
from countervail.errors import OutputError
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium


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
    _, slope, _ = search.value(x, 4.0)
    for n in range(place.size):
        step = np.zeros(place.size)
        step[n] = 1e-4
        ends = [search.value(x + sign * step, 4.0)[0] for sign in (1, -1)]
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


@pytest.mark.parametrize("kind", ["friction", "tariff"])
def test_rates_on_top_of_the_sanctions_are_those_of_differences(small, found, kind):
    """One percent more on a good, with the sanctions in place and without, against two solves each."""
    both = sanctions_frontier(small, found.curve.scenario, points=2, kind=kind)
    table = both.rates.table.set_index("label")
    place = both.instruments
    target = small.countries.index("RUS")
    regime = compile_scenario(found.curve.scenario, small).shock()
    for slot, (good, way) in enumerate(place.names):
        ends = []
        for sign in (1, -1):
            rate = np.zeros(place.size)
            rate[slot] = sign * 1e-3
            # the regime's frictions and the little more on one good, cell by cell
            more = place.shock(rate)
            cells = np.union1d(more.cells, regime.cells)
            level, duty = np.ones(cells.size), small.tariff.ravel()[cells].copy()
            level[np.searchsorted(cells, regime.cells)] = regime.trade_cost
            level[np.searchsorted(cells, more.cells)] *= more.trade_cost
            duty[np.searchsorted(cells, more.cells)] += more.tariff - small.tariff.ravel()[more.cells]
            one = np.ones(cells.size)
            shock = replace(
                more,
                cells=cells,
                passing=one,
                trade_cost=level,
                tariff=duty,
                wedge=one,
                rent_to_buyer=np.zeros(cells.size, dtype=bool),
                measures=(),
            )
            ends.append(welfare(equilibrium(small, shock))[target])
        slope = -0.01 * (ends[0] - ends[1]) / 2e-3
        assert table.loc[f"{good}, {way}s", "harm_percent"] == pytest.approx(slope, rel=1e-4, abs=1e-8)


def test_banned_goods_have_no_rate_and_services_may_be_chosen(small):
    ban = Scenario(
        name="x", sanctions=[{"embargo": {"by": "EU", "on": "RUS", "goods": "ENERGY", "direction": "import"}}]
    )
    found = sanctions_frontier(small, ban, points=2, services=True)
    rates = found.rates.table.set_index("label")
    assert np.isnan(rates.loc["ENERGY, imports", "harm_percent"])
    assert rates.loc["ENERGY, imports", "first_harm_percent"] > 0
    assert ("SERVICES", "export") in found.instruments.names


def test_a_regime_above_on_or_beyond_the_frontier_is_said_to_be():
    ends = [
        Found(np.nan, np.zeros(1), np.array([-harm]), np.array([-cost])) for cost, harm in ((0, 0), (1, 4))
    ]
    assert "could take 2.0 %" in _title(ends, (0.5, 1.0))
    assert "more than the 2.0 %" in _title(ends, (0.5, 3.0))
    assert "does not reach" in _title(ends, (2.0, 3.0))
