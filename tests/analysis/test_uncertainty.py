"""Uncertainty: draws are what they say, each solved exactly, failures counted; effects and switches by known cases."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.uncertainty import offset_uncertainty
from countervail.analysis.uncertainty_draws import (
    LEAKAGE,
    RATES,
    SET,
    SIZES,
    WITHIN,
    Assumptions,
    space_of,
)
from countervail.analysis.uncertainty_effects import effects_exhibit
from countervail.analysis.uncertainty_solve import Evaluation
from countervail.analysis.uncertainty_swings import _moved
from countervail.analysis.uncertainty_switches import as_tariffs, merged, switches_exhibit, without_inputs
from countervail.errors import CountervailError, OutputError
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.run.draws import Distribution, cube
from countervail.solver import equilibrium

ONE = ("combined",)


@pytest.fixture(scope="module")
def found(small, front):
    return offset_uncertainty(small, front, draws=32, threads=1, effects=4, switches=True)


def test_without_spread_every_draw_is_the_stated_one(small, front):
    nothing = Assumptions(ONE, 0.0, 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(OutputError, match="CV431"):
        offset_uncertainty(small, front, draws=4, assumptions=nothing)
    own = {"responses.1.saving": Distribution("uniform", (0.04, 0.04 + 1e-12))}
    found = offset_uncertainty(small, front, draws=4, assumptions=Assumptions(ONE, 0, 0, 0, 0, 0, own))
    for item in ("harm", "offset", "net"):
        np.testing.assert_allclose(found.data[item], np.tile(found.stated[item], (4, 1)), atol=1e-7)


def test_threads_and_the_order_of_draws_change_no_bit_and_the_steering_set_no_result(
    small, front, monkeypatch
):
    """Enough draws that those near a set are steered by it, on one thread and on two."""
    one, two = (offset_uncertainty(small, front, draws=400, threads=n) for n in (1, 2))
    np.testing.assert_array_equal(one.data["harm"], two.data["harm"])
    np.testing.assert_array_equal(one.data["offset"], two.data["offset"])
    monkeypatch.setattr("countervail.analysis.uncertainty_solve.SEVERAL", 10**6)
    plain = offset_uncertainty(small, front, draws=400, threads=1)
    np.testing.assert_allclose(plain.data["harm"], one.data["harm"], rtol=0, atol=1e-7)
    np.testing.assert_allclose(plain.data["offset"], one.data["offset"], rtol=0, atol=1e-7)


def test_every_draw_is_solved_exactly(small, front, found):
    """Against a scenario and a world made of the draw by hand."""
    space = found.space
    theta = space.elasticities(found.unit)
    for draw in (0, 7):
        measures = space.measures(found.unit)[draw]
        scenario = front.with_measures(measures)
        world = small.with_elasticity(theta[draw])
        compiled = compile_scenario(scenario, world)
        hurt = welfare(equilibrium(world, compiled.shock(responses=())))
        answered = welfare(equilibrium(world, compiled.shock()))
        target = small.countries.index("RUS")
        assert found.values("harm")[draw] == pytest.approx(hurt[target], abs=1e-8)
        assert found.values("net")[draw] == pytest.approx(answered[target], abs=1e-8)
        assert found.values("harm", "CHN")[draw] == pytest.approx(
            hurt[small.countries.index("CHN")], abs=1e-8
        )


def test_draws_have_the_spread_and_correlation_they_were_given(small, front):
    space = space_of(small, front, Assumptions(ONE, 0.3, 0.6, 0.2, 0.2, 0.5))
    unit = cube(4096, len(space.groups), 3)
    theta = np.log(space.elasticities(unit))
    assert np.abs(theta.std(axis=0) - 0.3).max() < 0.01
    off = np.corrcoef(theta.T)[np.triu_indices(small.n_sectors, 1)]
    assert np.abs(off - 0.6).max() < 0.03
    rates = [changed["sanctions", 2].rate for changed in space.measures(unit)]
    assert np.median(rates) == pytest.approx(0.06, rel=0.01)
    assert np.log(rates).std() == pytest.approx(0.2, rel=0.03)
    assert max(changed["sanctions", 0].leakage for changed in space.measures(unit)) <= 1


def test_sets_are_drawn_alike(icio2021, front):
    space = space_of(
        icio2021, Scenario(name="x", sanctions=front.sanctions[2:], blocs={"west": ["USA"]}), Assumptions()
    )
    unit = np.linspace(0, 1, 900, endpoint=False)[:, None] * np.ones(len(space.groups))
    assert space.names == (SET, WITHIN, RATES)
    assert len(space.sets) == len(icio2021.elasticity_sets) == 9
    unit[:, 1:] = 0.5
    drawn = space.elasticities(unit)
    for n, entry in enumerate(icio2021.elasticity_sets):
        np.testing.assert_allclose(drawn[100 * n + 50], entry.theta)


def test_groups_follow_the_scenario(found):
    assert found.space.names == (SET, WITHIN, LEAKAGE, RATES, SIZES)
    assert found.space.fixed == ("lane",), "a corridor without a saving lifts bans and nothing else"


def test_probabilities_count_failures_both_ways(found):
    share, low, high = found.probability("harm", above=-100.0)
    assert share == low == high == 1.0
    data = found.data.copy(deep=True)
    data["harm"][:8] = np.nan
    from dataclasses import replace

    worse = replace(found, data=data, failed=dict.fromkeys(range(8), "CV302 no"))
    share, low, high = worse.probability("harm", above=-100.0)
    assert (share, low, high) == (1.0, 0.75, 1.0)
    assert "8 of 32 draws have no equilibrium" in " ".join(worse.bands.caveats)
    assert "8 have no equilibrium" in worse.convergence


def test_failed_draws_stay_in_the_tables(small, front):
    """A ban that closes all exports of an economy, or half of them."""
    ban = {
        "embargo": {
            "by": "RUS",
            "on": ["EU", "USA", "CHN", "IND", "REST"],
            "direction": "export",
            "leakage": 0.5,
        }
    }
    scenario = Scenario(name="x", sanctions=[ban], blocs={})
    own = {"sanctions.0.leakage": Distribution("choice", options=(0.0, 0.5))}
    found = offset_uncertainty(small, scenario, draws=8, assumptions=Assumptions(ONE, 0, 0, 0, 0, 0, own))
    assert 0 < len(found.failed) < 8
    assert np.isnan(found.data["harm"].to_numpy()).any(axis=1).sum() == len(found.failed)
    table = found.distribution.table
    assert len(table) == 8
    assert (table["reason"] != "").sum() == len(found.failed)


def test_bands_are_quantiles_of_the_draws(found):
    table = found.bands.more["uncertainty_by_economy"]
    row = table[(table["code"] == "CHN") & (table["item"] == "net")].iloc[0]
    values = found.values("net", "CHN")
    assert row["median_percent"] == pytest.approx(np.median(values))
    assert row["lowest_percent"] <= row["p05_percent"] <= row["p95_percent"] <= row["highest_percent"]
    assert "Russia" in found.bands.title


def test_more_draws_begin_with_the_same(small, front):
    few, many = (offset_uncertainty(small, front, draws=n, threads=1) for n in (8, 16))
    np.testing.assert_allclose(few.values("harm"), many.values("harm")[:8], atol=1e-8)


def test_effects_of_a_sum_of_two_are_their_variances(small, front):
    """The offset of a scenario whose harm does not vary: only the responses matter, and no effect exceeds all."""
    assumptions = Assumptions(ONE, 0.0, 0.0, 0.3, 0.0, 0.5)
    space = space_of(small, front, assumptions)
    exhibit = effects_exhibit(Evaluation(small, front, long_run, space), 16, 1, None)
    harm = exhibit.table[exhibit.table["item"] == "harm"].set_index("assumption")
    assert harm.loc[SIZES, "total_percent"] == pytest.approx(0, abs=1e-6)
    assert exhibit.title


def test_input_links_off_leaves_a_world_in_balance(small):
    bare = without_inputs(small)
    assert max(bare.balances().values()) < 1e-12
    np.testing.assert_allclose(bare.basic_flow(), small.basic_flow())
    np.testing.assert_allclose(bare.value_added, small.output.sum(axis=1))


def test_as_tariffs_keeps_the_price_and_gives_the_revenue(small, front):
    shock = compile_scenario(front, small).shock(responses=())
    changed = as_tariffs(shock)
    np.testing.assert_allclose(changed.tariff * changed.trade_cost, shock.tariff * shock.trade_cost)
    assert (changed.trade_cost <= 1).all()
    before, after = (welfare(equilibrium(small, s)) for s in (shock, changed))
    assert after.sum() > before.sum()


def test_merged_sectors_are_those_the_measures_treat_alike(small, front):
    whole = merged(small, compile_scenario(front, small))
    assert whole.n_sectors == 3, "each of the three is treated in its own way"
    plain = Scenario(name="x", sanctions=front.sanctions[2:], blocs=front.blocs)
    assert merged(small, compile_scenario(plain, small)).n_sectors == 2, "goods and services stay apart"


def test_switches_have_a_row_each(found):
    table = found.extra[2].table
    assert table["switch"].iloc[0] == "As stated"
    assert len(table) == 5
    stated = table.iloc[0]
    place = found.position("TARGETS")
    assert stated["harm_percent"] == pytest.approx(float(found.stated["harm"][place]), abs=1e-9)
    with pytest.raises(OutputError, match="CV432"):
        switches_exhibit(found.world, Scenario(name="x"), long_run)


@pytest.mark.parametrize(
    "given",
    [{"draws": 1}, {"draws": 10**9}, {"effects": -1}, {"threads": 0}],
)
def test_numbers_of_draws_that_cannot_be(small, front, given):
    with pytest.raises(OutputError, match="CV433"):
        offset_uncertainty(small, front, **given)


@pytest.mark.parametrize(
    "fields",
    [
        {"spread": -1},
        {"correlation": 2},
        {"sets": ()},
        {"own": {"responses.9.saving": Distribution("uniform", (0, 1))}},
        {"own": {"given.0.rate": Distribution("uniform", (0, 1))}},
        {"sets": ("nobody",)},
    ],
)
def test_assumptions_that_make_no_sense(small, front, fields):
    with pytest.raises(CountervailError) as caught:
        offset_uncertainty(small, front, draws=2, assumptions=Assumptions(**fields))
    assert caught.value.code in ("CV431", "CV206")


def test_what_is_written(found, tmp_path):
    from countervail import write

    frames = found.to_frames()
    assert {
        "uncertainty_bands",
        "uncertainty_by_economy",
        "uncertainty_probabilities",
        "uncertainty_draws",
    } <= set(frames)
    assert "uncertainty_effects" in frames
    assert write(found, tmp_path / "out")
    assert found.provenance()["uncertainty"]["draws"] == 32
    assert "Russia" in repr(found)
    assert "<table" in found._repr_html_()


def test_one_assumption_at_a_time_is_solved_by_hand_too(small, front, found):
    """The tornado's ends against scenarios with that one number changed; the widest comes first."""
    (swings,) = [one for one in found.extra if one.name == "uncertainty_swings"]
    table = swings.table.set_index("assumption")
    stated = float(found.stated["net"].sel(code="TARGETS"))
    assert table["stated_percent"].to_numpy() == pytest.approx(stated, abs=1e-6)
    width = (swings.table["high_percent"] - swings.table["low_percent"]).abs()
    assert width.is_monotonic_decreasing
    size = next(one for one in found.space.sizes if one.place == ("responses", 1))
    for end, column in ((0.05, "low_percent"), (0.95, "high_percent")):
        value = float(size.drawn.at(np.array([end]))[0])
        changed = front.with_measures({size.place: size.holding(size.measure, value)})
        compiled = compile_scenario(changed, small)
        target = small.countries.index("RUS")
        answered = welfare(equilibrium(small, compiled.shock()))[target]
        assert table.loc[size.title(SIZES), column] == pytest.approx(answered, abs=1e-6)
    assert swings.title.startswith("The net answer for Russia hangs most on")


def test_deviations_that_add_up_are_at_their_end_together(small, front):
    space = space_of(small, front, Assumptions(ONE, 0.3, 0.5, 0, 0, 0.5))
    columns = [n for n, group in enumerate(space.groups) if group == WITHIN]
    point = _moved(np.full(len(space.groups), 0.5), columns, 0.95, space)
    ratio = space.elasticities(point[None])[0] / space.theta[0]
    np.testing.assert_allclose(ratio, np.exp(0.3 * 1.6448536), rtol=1e-6)
