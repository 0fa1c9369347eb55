"""Outcome: labels, units, identities between results, groups, differences, reprs."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from countervail import groups
from countervail.errors import OutputError
from countervail.model.parameters import long_run
from countervail.outcome import FIRST_ORDER, RESULTS, Outcome
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.policy.shock import no_change
from countervail.solver import equilibrium, solve
from countervail.world.catalog import load_world
from countervail.world.labels import blocs
from countervail.world.world import World


@pytest.fixture(scope="module")
def world() -> World:
    full = load_world("icio2021")
    kept = {"RUS", "CHN", "USA", *blocs()["EU27"]}
    goods = [s for s, good in zip(full.sectors, full.goods, strict=True) if good]
    return full.aggregate(
        countries={"EU": "EU27", "REST": [c for c in full.countries if c not in kept]},
        sectors={"GOODS": goods, "SERVICES": [s for s in full.sectors if s not in goods]},
    )


def scenario(rate: str = "25 %", on: str = "CHN") -> Scenario:
    measure = {"tariff": {"by": "USA", "on": on, "rate": rate}}
    return Scenario(name=f"Tariff of {rate}", world="small", sanctions=[measure])


@pytest.fixture(scope="module")
def outcome(world: World) -> Outcome:
    return solve(world, scenario())


def test_every_result_says_unit_base_year_and_settings(outcome: Outcome) -> None:
    wanted = {
        "unit",
        "long_name",
        "base_year",
        "world",
        "elasticity",
        "model",
        "closure",
        "residual",
        "version",
    }
    for name in RESULTS:
        array: xr.DataArray = getattr(outcome, name)
        assert wanted <= set(array.attrs), name
        assert array.name == name
        assert all(isinstance(value, str | int | float) for value in array.attrs.values()), name
        assert np.isfinite(array).all(), name
    assert outcome.welfare.attrs["unit"] == "percent"
    assert outcome.trade.attrs["unit"] == "million USD"
    assert outcome.trade.dims == ("origin", "destination", "sector")


def test_names_stand_beside_codes(outcome: Outcome) -> None:
    assert outcome.welfare.sel(country="RUS")["country_name"] == "Russia"
    assert list(outcome.prices.coords) == ["country", "country_name", "sector", "sector_name"]


def test_levels_fit_each_other(outcome: Outcome) -> None:
    trade = outcome.trade.to_numpy()
    home = np.arange(len(trade))
    np.testing.assert_allclose(trade.sum(axis=1), outcome.output, rtol=1e-8)
    abroad = trade.copy()
    abroad[home, home] = 0
    np.testing.assert_allclose(outcome.exports, abroad.sum(axis=1))
    np.testing.assert_allclose(outcome.imports, abroad.sum(axis=0))
    balance = outcome.imports.sum("sector") - outcome.exports.sum("sector")
    np.testing.assert_allclose(balance, outcome.transfer, rtol=1e-6, atol=1e-3)
    earned = outcome.value_added.sum("sector") + outcome.tariff_revenue + outcome.transfer
    np.testing.assert_allclose(outcome.income, earned, rtol=1e-8)
    assert float(outcome.transfer.sum()) == pytest.approx(0, abs=1e-3)


def test_welfare_is_income_over_prices(outcome: Outcome, world: World) -> None:
    real = outcome.income / world.income / (1 + outcome.consumer_price / 100)
    np.testing.assert_allclose(outcome.welfare, 100 * (real - 1), rtol=1e-9)
    np.testing.assert_allclose(outcome.welfare_money, world.income * outcome.welfare / 100)


def test_first_order_parts_add_up_and_come_close_for_a_small_shock(world: World) -> None:
    small = solve(world, scenario("0.01 %"))
    parts = small.first_order
    assert set(parts) == {*FIRST_ORDER}
    total = sum(parts[name] for name in FIRST_ORDER if name != "total")
    np.testing.assert_allclose(total, parts["total"], atol=1e-12)
    np.testing.assert_allclose(parts["total"], small.welfare, atol=1e-6)
    assert parts["total"].attrs["unit"] == "percent"


def test_base_levels_and_changes(outcome: Outcome, world: World) -> None:
    np.testing.assert_allclose(outcome.base_level("output"), world.output)
    np.testing.assert_allclose(outcome.base_level("trade"), world.basic_flow())
    change = outcome.change_percent("trade").sel(origin="CHN", destination="USA", sector="GOODS")
    assert -99 < float(change) < -10
    assert outcome.change_percent("imports").name == "imports_change"
    with pytest.raises(OutputError, match="CV403"):
        outcome.change_percent("welfare")


def test_a_change_from_zero_is_missing(world: World) -> None:
    outcome = solve(world, scenario())
    change = outcome.change_percent("trade")
    zero = outcome.base_level("trade").to_numpy() == 0
    assert np.isnan(change.to_numpy()[zero]).all()
    assert "zero" in change.attrs["missing"]


def test_no_change_changes_nothing(world: World) -> None:
    shock = no_change(world)
    still = Outcome(world, None, long_run, shock, equilibrium(world, shock))
    for name in ("welfare", "real_wage", "consumer_price", "prices"):
        assert np.abs(getattr(still, name)).max() < 1e-9, name
    for name in ("output", "trade", "income"):
        np.testing.assert_allclose(getattr(still, name), still.base_level(name), rtol=1e-10)
    assert "Lose most: nobody" in repr(still)
    assert (still.summary()["side"] == "third").all()


def test_sides_totals_and_blocs(outcome: Outcome, world: World) -> None:
    summary = outcome.summary().set_index("code")
    assert summary.loc["CHN", "side"] == "target"
    assert summary.loc["USA", "side"] == "sender"
    assert summary["welfare_percent"].is_monotonic_increasing
    blocs_of = outcome.bloc_welfare({"PAIR": ["RUS", "China"]})
    pair = [world.index("RUS"), world.index("CHN")]
    mean = np.average(outcome.welfare.to_numpy()[pair], weights=world.income[pair])
    assert float(blocs_of.sel(bloc="PAIR")) == pytest.approx(mean)
    assert float(outcome.bloc_welfare().sel(bloc="EU27")) == pytest.approx(
        float(outcome.welfare.sel(country="EU"))
    )
    worldwide = np.average(outcome.welfare, weights=world.income)
    assert float(outcome.world_totals["welfare"]) == pytest.approx(worldwide)
    assert float(blocs_of.sel(bloc="WORLD")) == pytest.approx(worldwide)
    assert float(outcome.world_totals["exports"]) == pytest.approx(float(outcome.exports.sum()))


def test_a_bloc_that_the_world_cuts_in_two_has_no_total(outcome: Outcome) -> None:
    assert "G7" not in outcome.bloc_welfare()["bloc"]


def test_tables(outcome: Outcome, world: World) -> None:
    frames = outcome.to_frames()
    assert list(frames) == ["welfare", "groups", "economies", "sectors", "trade_by_pair", "trade", "world"]
    n, j = world.n_countries, world.n_sectors
    assert len(frames["sectors"]) == n * j
    assert len(frames["trade_by_pair"]) == n * (n - 1)
    row = frames["economies"].set_index("code").loc["USA"]
    assert row["imports_million_usd"] == pytest.approx(float(outcome.imports.sel(country="USA").sum()))
    assert row["imports_change_percent"] < 0
    pair = frames["trade_by_pair"].set_index(["origin_code", "destination_code"]).loc[("CHN", "USA")]
    assert pair["trade_million_usd"] == pytest.approx(
        float(outcome.trade.sel(origin="CHN", destination="USA").sum())
    )
    trade = frames["trade"]
    cell = trade[(trade["origin"] == "CHN") & (trade["destination"] == "USA") & (trade["sector"] == "GOODS")]
    assert cell["trade_million_usd"].iloc[0] == pytest.approx(
        float(outcome.trade.sel(origin="CHN", destination="USA", sector="GOODS"))
    )
    assert {"first_order_terms_of_trade_percent", "real_wage_percent"} <= set(frames["welfare"])


def test_difference(world: World, outcome: Outcome) -> None:
    milder = solve(world, scenario("10 %"))
    difference = milder - outcome
    np.testing.assert_allclose(difference.welfare, milder.welfare - outcome.welfare)
    assert difference.welfare.attrs["unit"] == "percentage points"
    assert difference.trade.attrs["unit"] == "million USD"
    assert difference.welfare.attrs["minus_scenario"] == "Tariff of 25 %"
    assert "Better off in the first: " in repr(difference)
    assert "China" in repr(difference)
    assert set(RESULTS) <= set(dir(difference))
    with pytest.raises(AttributeError, match="welfare"):
        _ = difference.happiness
    table = difference.to_frames()["welfare_difference"]
    assert table["difference_percentage_points"].abs().is_monotonic_decreasing


def test_no_difference_across_other_axes(world: World, outcome: Outcome) -> None:
    merged = world.aggregate(countries={"EAST": ["RUS", "REST"]})
    with pytest.raises(OutputError, match=r"CV404.*economies.*EAST"):
        _ = outcome - solve(merged, scenario())


def test_reprs_answer_first(outcome: Outcome) -> None:
    lines = repr(outcome).splitlines()
    assert lines[0].startswith("Tariff of 25 % on icio2021-5x2 (base year 2021")
    assert lines[1].startswith("Converged: largest residual ")
    assert lines[2].startswith("Lose most: China \u2212")
    assert lines[3].startswith("Gain most: ")
    assert "-" not in lines[2].replace("\u2212", "")
    html = outcome._repr_html_()
    assert html.count("<table") == 1
    assert "China" in html
    assert not {"<script", "<link", "http", "<img"} & set(html.split())


def test_html_escapes_names(world: World) -> None:
    hostile = solve(
        world, Scenario(name="<b>x</b>", sanctions=[{"tariff": {"by": "USA", "on": "CHN", "rate": 0.1}}])
    )
    assert "<b>x</b>" not in hostile._repr_html_()


def test_provenance_is_plain_and_complete(outcome: Outcome, world: World) -> None:
    import json

    record = json.loads(json.dumps(outcome.provenance(), allow_nan=False))
    assert record["world"]["fingerprint"] == world.fingerprint()
    assert record["model"] == {"name": "long_run", "closure": "fixed"}
    assert record["convergence"]["residual"] < 1e-9


def test_groups_have_unique_codes_even_when_a_bloc_takes_a_taken_name(world: World) -> None:
    named = Scenario(
        name="x",
        blocs={"WORLD": ["RUS", "CHN"]},
        sanctions=[{"tariff": {"by": "USA", "on": "CHN", "rate": "5 %"}}],
    )
    codes = [group.code for group in solve(world, named).totals]
    assert len(codes) == len(set(codes))
    assert "WORLD (bloc)" in codes


def test_population_of_groups(world: World) -> None:
    found = groups.totals(world, solve(world, scenario()).sides)
    persons, why = groups.populations(found, world)
    by_code = {group.code: (n, reason) for group, n, reason in zip(found, persons, why, strict=True)}
    assert by_code["TARGETS"][0] == pytest.approx(1.41e9, rel=0.02)
    assert np.isnan(by_code["WORLD"][0])
    assert by_code["WORLD"][1] == "no population for REST"


def test_dates_that_a_solve_does_not_use_are_named(icio2021) -> None:
    """A static solve counts every measure in full, and says so where the result is read."""
    outcome = solve(icio2021, load_scenario("russia-2022"))
    assert "every measure counts in full" in outcome.convergence
    assert "every measure counts in full" in repr(outcome)
