"""The path: years and dates, the way of parameters and stocks, and tables that add up."""

from dataclasses import replace

import numpy as np
import pytest

from countervail.analysis.adjustment import Adjustment
from countervail.analysis.loss_path import half_year, path
from countervail.analysis.yearly import calendar, course_of, read_years
from countervail.errors import OutputError, ScenarioError, SolveError
from countervail.model.horizon import at_horizon
from countervail.model.parameters import long_run, medium_run, short_run
from countervail.policy.scenario import Scenario
from countervail.solver import equilibrium, solve

STILL = Adjustment(first=long_run, last=long_run)
EMBARGO = {"embargo": {"by": ["C1", "C2"], "on": "C0", "leakage": "20 %"}}
TREATY = {"agreement": {"name": "friends", "between": ["C0", "C3"], "saving": "10 %"}}
OWN = {"substitution": {"name": "own goods", "by": "C0", "goods": "S0", "rate": "5 %"}}


def dated(item, **dates):
    ((kind, fields),) = item.items()
    return {kind: {**fields, **dates}}


@pytest.fixture(scope="module")
def small(random_world):
    return random_world(21, n=5, j=3, theta=(2.0, 6.0))


@pytest.fixture(scope="module")
def scenario():
    return Scenario(name="path", world="random", sanctions=[EMBARGO], responses=[TREATY, OWN])


# --- years ----------------------------------------------------------------------------------------------------


def test_years_are_counted_from_one_or_from_the_first_start(scenario):
    assert calendar(scenario, 3) == ((1, 2, 3), False)
    later = replace(
        scenario, sanctions=(dated(EMBARGO, start="2023-05"),), responses=(dated(OWN, start="2022-11"),)
    )
    assert calendar(later, 2) == ((2022, 2023), True)
    assert calendar(later, [2030, 2031]) == ((2030, 2031), True)
    ends = replace(scenario, sanctions=(dated(EMBARGO, end="2024-05"),))
    assert calendar(ends, 1) == ((2024,), True)


@pytest.mark.parametrize(
    "years", [0, -1, 101, 10**9, True, [], [2022, 2024], [2023, 2022], ["2022"], "ten", 2.5, None, [0, 1]]
)
def test_a_path_without_years_is_refused(scenario, years):
    with pytest.raises(OutputError) as caught:
        calendar(scenario, years)
    assert caught.value.code == "CV461"


def test_years_as_written():
    assert read_years("10") == 10
    assert read_years("2022-2024") == (2022, 2023, 2024)
    for text in ("", "ten", "2022-", "-5", "2022 to 2024", "1.5"):
        with pytest.raises(OutputError) as caught:
            read_years(text)
        assert caught.value.code == "CV461"


def test_a_phase_in_that_ends_before_it_starts_is_refused():
    with pytest.raises(ScenarioError) as caught:
        Scenario(name="x", sanctions=[dated(EMBARGO, start="2023-02", full_by="2022-03")])
    assert caught.value.code == "CV125"


# --- adjustment -----------------------------------------------------------------------------------------------


def test_the_first_year_is_the_first_model_and_later_ones_come_close_to_the_last():
    way = Adjustment(closing=0.3)
    assert way.model(0) == replace(short_run, source=way.model(0).source)
    assert way.progress(8) == pytest.approx(1 - 0.7**8)
    for name in (
        "value_added_substitution",
        "input_substitution",
        "consumption_substitution",
        "elasticity_share",
    ):
        values = [getattr(way.model(k), name) for k in range(30)]
        assert values == sorted(values)
        assert values[-1] == pytest.approx(getattr(long_run, name), abs=1e-4)
        assert values[1] == pytest.approx(values[0] + 0.3 * (getattr(long_run, name) - values[0]))
    assert all(way.model(k).labour_mobility == 0.0 for k in range(5))


def test_mobility_moves_in_its_rigidity():
    way = Adjustment(first=replace(medium_run, capital_mobility=0.0), last=long_run, closing=0.5)
    assert [way.model(k).labour_mobility for k in (0, 1)] == pytest.approx([1.5, 4.0])
    assert way.model(60).labour_mobility > 1e12
    assert way.model(3).capital_mobility == 0.0
    at_once = Adjustment(first=medium_run, closing=1.0)
    assert at_once.model(1).is_core


@pytest.mark.parametrize(
    "change",
    [
        {"closing": -0.1},
        {"speed": 1.5},
        {"closing": float("nan")},
        {"first": replace(short_run, closure="share")},
        {"last": replace(long_run, specific_factors=(("C0", "S0"),))},
    ],
)
def test_adjustments_that_make_no_sense_are_refused(change):
    with pytest.raises(OutputError) as caught:
        replace(Adjustment(), **change)
    assert caught.value.code == "CV462"


def test_stocks_move_towards_returns_and_their_total_stays(small, shocks):
    way, near = Adjustment(speed=0.4), at_horizon(small, short_run)
    shock = shocks.mixed(small, 4)
    eq = equilibrium(small, shock, short_run)
    supply = way.next_supply(near, shock, eq)
    stock = near.value_added_share * near.output
    np.testing.assert_allclose((stock * supply.labour).sum(axis=1), stock.sum(axis=1), rtol=1e-12)
    mean = (stock * eq.factor_wage[0]).sum(axis=1) / stock.sum(axis=1)
    pays_more = eq.factor_wage[0] / mean[:, None]
    ratio = supply.labour / pays_more**0.4
    np.testing.assert_allclose(ratio, np.repeat(ratio[:, :1], small.n_sectors, axis=1), rtol=1e-12)
    assert (supply.capital == supply.labour).all()
    assert way.next_supply(small, shock, equilibrium(small, shock, long_run)) is None


def test_labour_moves_within_the_year_and_capital_between_years(small, shocks):
    first = replace(short_run, labour_mobility=2.0, capital_mobility=0.0, labour_share=0.6)
    way, shock = Adjustment(first=first), shocks.mixed(small, 4)
    supply = way.next_supply(at_horizon(small, first), shock, equilibrium(small, shock, first))
    assert (supply.labour == 1.0).all()
    assert np.abs(supply.capital - 1.0).max() > 0.01


# --- courses and tables ---------------------------------------------------------------------------------------


def test_where_nothing_moves_every_year_is_the_static_answer(small, scenario):
    found = path(small, scenario, STILL, years=3)
    static = solve(small, scenario, long_run).welfare.sel(country="C0").item()
    rows = found.table[found.table["party_code"] == "TARGETS"]
    np.testing.assert_allclose(rows["net_percent"], static, rtol=1e-9)
    np.testing.assert_allclose(rows["harm_percent"] + rows["offset_percent"], rows["net_percent"], rtol=1e-12)
    assert found.record["residual"] < 1e-9
    assert "C0" in found.title
    assert found.record["solves"] == 3 * 4


def test_sums_discounts_and_volatility(small, scenario):
    dates = replace(
        scenario,
        sanctions=(dated(EMBARGO, start="2022-01", full_by="2024-01"),),
        responses=(dated(OWN, start="2023-01"),),
    )
    found = path(small, dates, STILL, years=4, discount=0.1)
    net = found.table[found.table["party_code"] == "TARGETS"]["net_percent"].to_numpy()
    row = found.more["path_summary"].set_index("party_code").loc["TARGETS"]
    assert row["cumulated_percent_of_a_year"] == pytest.approx(net.sum())
    income = small.income[0]
    assert row["discounted_million_usd"] == pytest.approx((net * 1.1 ** -np.arange(4)).sum() * income / 100)
    assert row["worst_year_percent"] == net.min()
    growth = np.diff(np.log1p(np.r_[0.0, net] / 100))
    assert row["volatility_percent"] == pytest.approx(100 * growth.std())
    assert list(found.table["year"].unique()) == [2022, 2023, 2024, 2025]
    assert "2022" in found.title


def test_each_measure_moves_by_its_dates(small, scenario):
    dates = replace(
        scenario,
        sanctions=(dated(EMBARGO, start="2022-01", full_by="2024-01", end="2025-06"),),
        responses=(),
    )
    found = path(small, dates, STILL, years=5)
    target = found.table[found.table["party_code"] == "TARGETS"]["net_percent"].to_numpy()
    for k, year in enumerate(range(2022, 2027)):
        static = solve(small, dates.at(f"{year}-07-01"), long_run) if year < 2025 else None
        expected = 0.0 if static is None else static.welfare.sel(country="C0").item()
        assert target[k] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert target[0] > target[1] > target[2]


def test_what_is_given_is_the_reference_of_every_year(small, scenario):
    given = replace(scenario, given=(EMBARGO,), sanctions=(TREATY,), responses=())
    found = path(small, given, STILL, years=2)
    both = solve(small, given, long_run).welfare.sel(country="C0").item()
    alone = solve(small, replace(given, sanctions=()), long_run).welfare.sel(country="C0").item()
    first = found.more["path_economies"].query("economy_code == 'C0'")["net_percent"].iloc[0]
    assert first == pytest.approx(both - alone, rel=1e-9)


def test_the_first_year_is_the_short_run_and_the_far_end_the_long_run(small, scenario):
    bare = replace(scenario, responses=())
    found = path(small, bare, Adjustment(closing=0.5, speed=0.5), years=50)
    net = found.table[found.table["party_code"] == "TARGETS"]["net_percent"].to_numpy()
    short, long_ = (
        solve(small, bare, model).welfare.sel(country="C0").item() for model in (short_run, long_run)
    )
    assert net[0] == pytest.approx(short, rel=1e-9)
    assert net[-1] == pytest.approx(long_, rel=1e-5)
    assert found.record["residual"] < 1e-9


def test_the_scenario_names_the_first_model_and_a_single_response_keeps_its_name(small, scenario):
    stiff = replace(scenario, model={"preset": "short_run", "input_substitution": 0.1}, responses=(TREATY,))
    assert Adjustment.of(scenario).first is short_run
    assert Adjustment.of(stiff).first.input_substitution == 0.1
    found = path(small, stiff, years=2)
    assert found.record["first_model"]["parameters"]["input_substitution"] == 0.1
    assert list(found.more["path_halves"]["response"]) == ["friends"]


def test_measures_of_supply_act_on_top_of_what_has_moved(small, scenario):
    grown = replace(scenario, responses=({"investment": {"by": "C0", "rate": "5 %"}},))
    first = path(small, grown, years=2).table.query("party_code == 'TARGETS'")["net_percent"].to_numpy()
    static = solve(small, grown, short_run).welfare.sel(country="C0").item()
    assert first[0] == pytest.approx(static, rel=1e-9)
    end = path(small, grown, Adjustment(closing=0.5, speed=0.5), years=50)
    far = end.table.query("party_code == 'TARGETS'")["net_percent"].to_numpy()[-1]
    assert far == pytest.approx(solve(small, grown, long_run).welfare.sel(country="C0").item(), rel=1e-4)


def test_half_of_the_recovery():
    assert half_year(np.array([0.1, 0.3, 0.5]), [2022, 2023, 2024]) == 2023
    assert half_year(np.array([0.4, 0.3, 0.5]), [1, 2, 3]) == 1
    assert half_year(np.array([0.4, 0.3, 0.0]), [1, 2, 3]) is None


def test_a_year_without_equilibrium_is_named(small):
    worse = Scenario(
        name="cut",
        world="random",
        sanctions=[
            dated(
                {"embargo": {"by": ["C1", "C2", "C3", "C4"], "on": "C0", "goods": "S0", "name": "cut"}},
                start="2022-01",
                full_by="2023-12",
            ),
            {"transfer": {"payer": "C0", "payee": "C1", "amount": "89 %", "start": "2024-01"}},
        ],
    )
    with pytest.raises(SolveError, match="2024"):
        course_of(small, worse, STILL, 4)


def test_discounts_that_make_no_sense(small, scenario):
    for discount in (-0.1, 1.0, float("nan")):
        with pytest.raises(OutputError) as caught:
            path(small, scenario, STILL, years=1, discount=discount)
        assert caught.value.code == "CV463"
