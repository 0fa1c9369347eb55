"""Risk: draws that repeat, shocks that compose, and a tail that is what it says."""

import numpy as np
import pytest

from countervail.analysis.draws import drawn_years, struck
from countervail.analysis.tail_risk import risk, worst
from countervail.errors import OutputError, ScenarioError
from countervail.model.welfare import welfare
from countervail.policy.hazard import HAZARDS, Hazard
from countervail.policy.scenario import Scenario
from countervail.policy.shock import no_change
from countervail.solver import equilibrium

SCENARIO = Scenario(
    name="two against one",
    world="random",
    sanctions=[{"embargo": {"by": ["C1", "C2"], "on": "C0", "leakage": "20 %"}}],
    responses=[
        {"agreement": {"name": "friends", "between": ["C0", "C3"], "saving": "10 %"}},
        {"substitution": {"name": "own goods", "by": "C0", "goods": "S0", "rate": "5 %"}},
    ],
)
MIXED = (
    Hazard("crops", 0.5, 0.1, 0.3, "productivity", "each", ("S0",)),
    Hazard("ports", 0.5, 0.1, 0.4, "trade_cost", "one", ("S0", "S1")),
    Hazard("plague", 0.3, 0.05, 0.2, "trade_cost", "all"),
)


@pytest.fixture(scope="module")
def small(random_world):
    return random_world(11, n=5, j=3, theta=(2.0, 6.0))


def test_a_hazard_keeps_its_random_numbers_whatever_others_do(small):
    alone = drawn_years(small, MIXED[:1], 20, 7)
    together = drawn_years(small, MIXED, 20, 7)
    for one, all_ in zip(alone, together, strict=True):
        crops = [s for s in all_.strikes if s.hazard == "crops"]
        assert len(crops) == len(one.strikes)
        for a, b in zip(one.strikes, crops, strict=True):
            np.testing.assert_array_equal(a.economies, b.economies)
            np.testing.assert_array_equal(a.size, b.size)
    assert any(len(year.strikes) == 3 for year in together)
    other = drawn_years(small, MIXED, 20, 8)
    assert any(
        a.productivity.tolist() != b.productivity.tolist() for a, b in zip(together, other, strict=True)
    )


def test_what_strikes_is_within_its_sizes_and_on_its_goods(small):
    home = np.arange(small.n_countries)
    for year in drawn_years(small, MIXED, 30, 3):
        assert ((year.productivity >= 0.7 - 1e-12) & (year.productivity <= 1.0)).all()
        assert (year.productivity[:, 1:] == 1.0).all()
        cost = np.ones(small.trade_share.shape)
        cost.ravel()[year.cells] = year.cost
        assert (cost[home, home] == 1.0).all()
        assert cost.max() <= 1.4 * 1.2 + 1e-12
        assert (np.diff(year.cells) > 0).all()


def test_a_year_on_no_change_is_that_year_and_shocks_multiply(small, shocks):
    year = next(y for y in drawn_years(small, MIXED, 50, 1) if len(y.strikes) == 3)
    alone = struck(small, no_change(small), year)
    np.testing.assert_array_equal(alone.cells, year.cells)
    np.testing.assert_array_equal(alone.trade_cost, year.cost)
    some = shocks.mixed(small, 2)
    both = struck(small, some, year)
    cost, there = np.ones(small.trade_share.size), np.ones(small.trade_share.size)
    cost[some.cells] = some.trade_cost
    there[year.cells] = year.cost
    np.testing.assert_allclose(both.trade_cost, (cost * there)[both.cells])
    np.testing.assert_array_equal(both.productivity, some.productivity * year.productivity)
    tariff = small.tariff.ravel().copy()
    tariff[some.cells] = some.tariff
    np.testing.assert_array_equal(both.tariff, tariff[both.cells])
    quiet = struck(small, some, drawn_years(small, (Hazard("never", 0.0, 0.1, 0.2, "trade_cost"),), 1, 0)[0])
    assert quiet is some


def test_the_worst_tail_is_the_mean_of_the_worst():
    values = np.arange(100.0)
    assert worst(values, 0.05) == pytest.approx(2.0)
    assert worst(values, 0.01) == 0.0
    assert worst(values, 0.015) == pytest.approx((0 + 0.5) / 1.5)
    assert worst(values[::-1], 0.999) == pytest.approx(np.average(values, weights=np.r_[np.ones(99), 0.9]))


def test_the_tables_are_those_of_the_draws(small):
    found = risk(small, SCENARIO, hazards=MIXED, draws=24, seed=4, tail=0.25)
    table = found.table.pivot(index="draw", columns="course", values="real_income_percent")
    row = found.more["risk_summary"].set_index("party_code").loc["TARGETS"]
    without, with_ = table["sanctions alone"].to_numpy(), table["with the responses"].to_numpy()
    assert row["mean_without_percent"] == pytest.approx(without.mean())
    assert row["variance_with"] == pytest.approx(with_.var())
    assert row["worst_without_percent"] == pytest.approx(np.sort(without)[:6].mean())
    assert row["removed_percent"] == pytest.approx(np.sort(with_)[:6].mean() - np.sort(without)[:6].mean())
    share = row["removed_percent"] / -row["worst_without_percent"]
    assert row["removed_share_percent"] == pytest.approx(100 * share)
    assert set(found.more) == {"risk_summary", "risk_hazards", "risk_years"}
    assert "C0" in found.title
    again = risk(small, SCENARIO, hazards=MIXED, draws=24, seed=4, tail=0.25)
    np.testing.assert_array_equal(found.table["real_income_percent"], again.table["real_income_percent"])
    assert found.record["residual"] < 1e-9


def test_a_year_in_which_nothing_happens_is_the_scenario_itself(small):
    from countervail.policy.shock import compile_scenario

    quiet = (Hazard("never", 0.0, 0.1, 0.2, "trade_cost"),)
    found = risk(small, SCENARIO, hazards=quiet, draws=2, tail=0.5)
    eq = equilibrium(small, compile_scenario(SCENARIO, small).shock())
    with_ = found.table[found.table["course"] == "with the responses"]["real_income_percent"]
    np.testing.assert_allclose(with_, welfare(eq)[0], rtol=1e-9)
    assert found.more["risk_summary"].loc[0, "variance_with"] == pytest.approx(0.0, abs=1e-12)


def test_the_named_set_on_the_embedded_world(icio2021):
    years = drawn_years(icio2021, HAZARDS, 60, 0)
    harvests = [s for y in years for s in y.strikes if s.hazard == "harvest"]
    assert 0.07 < np.mean([len(s.economies) for s in harvests]) / icio2021.n_countries < 0.13
    ports = [s for y in years for s in y.strikes if s.hazard == "port closure"]
    assert all(len(s.economies) == 1 for s in ports)
    assert 5 < len(ports) < 30


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"draws": 0}, "CV464"),
        ({"draws": True}, "CV464"),
        ({"seed": -1}, "CV464"),
        ({"tail": 1.0}, "CV464"),
    ],
)
def test_draws_that_make_no_sense_are_refused(small, changes, code):
    with pytest.raises(OutputError) as caught:
        risk(small, SCENARIO, **changes)
    assert caught.value.code == code


def test_nothing_to_compare_and_nobody_there(small):
    bare = Scenario(
        name="bare", world="random", sanctions=[{"embargo": {"by": "C1", "on": "C0", "leakage": 0.1}}]
    )
    with pytest.raises(OutputError) as caught:
        risk(small, bare, draws=2)
    assert caught.value.code == "CV465"
    with pytest.raises(ScenarioError, match="hazards"):
        risk(small, SCENARIO, hazards=[Hazard("x", 0.1, 0.1, 0.2, "productivity", goods=("gold",))], draws=2)
