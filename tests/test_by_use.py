"""Sourcing by use: where every user sources alike it is the core; where one does not, the equations hold by class."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.by_use import UseShares, memory_of, solve_by_use, uses_alike
from countervail.errors import SolveError
from countervail.model.parameters import long_run, short_run
from countervail.model.welfare import welfare
from countervail.policy.catalog import load_scenario
from countervail.policy.shock import compile_scenario, no_change
from countervail.policy.supply import Supply
from countervail.solver import equilibrium

CLOSE = 1e-9


@pytest.mark.parametrize("classes", ["two", "all"])
@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 2**31), closure=st.sampled_from(["fixed", "share"]))
def test_users_that_source_alike_are_the_core(classes, data, seed, closure, recipes, shocks):
    world = data.draw(recipes(theta=(1.0, 6.0), missing=0.2, open_to_trade=0.2)).world()
    shock, model = shocks.mixed(world, seed), replace(long_run, closure=closure)
    core = equilibrium(world, shock, model)
    found = solve_by_use(uses_alike(world, classes), shock, model)
    np.testing.assert_allclose(found.wage, core.wage, rtol=CLOSE)
    np.testing.assert_allclose(found.income, core.income, rtol=CLOSE)
    np.testing.assert_allclose(found.expenditure.sum(axis=0), core.expenditure, rtol=CLOSE)
    np.testing.assert_allclose(found.output, core.output, rtol=CLOSE, atol=CLOSE * core.output.max())
    bought = found.shares.spending() > 0
    for u in range(len(found.shares.names)):
        np.testing.assert_allclose(found.price[u][bought[u]], core.price[bought[u]], rtol=CLOSE)
    np.testing.assert_allclose(found.welfare, welfare(core), rtol=1e-7, atol=1e-8)
    assert found.residual < CLOSE


def test_no_change_is_exact_at_once(icio2021):
    found = solve_by_use(uses_alike(icio2021), no_change(icio2021))
    assert found.sweeps == 1
    for hats in (found.wage, found.price, found.unit_cost):
        assert (hats == 1.0).all()


def test_the_energy_embargo_on_the_embedded_world(icio2021):
    shock = compile_scenario(load_scenario("energy-embargo"), icio2021).shock()
    found = solve_by_use(uses_alike(icio2021), shock)
    np.testing.assert_allclose(found.wage, equilibrium(icio2021, shock).wage, rtol=CLOSE)
    assert found.residual < CLOSE


def apart(world, seed):
    """Classes that source differently and together buy what the world does."""
    shares = uses_alike(world)
    spent, rng = shares.spending(), np.random.default_rng(seed)
    tilt = np.exp(rng.uniform(-0.5, 0.5, world.trade_share.shape)) * world.trade_share
    total = tilt.sum(axis=0)
    inputs = np.divide(tilt, total, out=np.zeros_like(tilt), where=total > 0)
    # a step of the way from the world's shares, short enough that final use keeps shares above 0
    ratio = np.divide(spent[0], spent[1], out=np.zeros_like(spent[0]), where=spent[1] > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(
            inputs > world.trade_share, world.trade_share / ((inputs - world.trade_share) * ratio), np.inf
        )
    step = np.minimum(1.0, 0.9 * np.nanmin(np.where(ratio > 0, room, np.inf), axis=0))
    step = np.where(ratio > 0, step, 0.0)
    first = world.trade_share + step * (inputs - world.trade_share)
    second = world.trade_share - ratio * step * (inputs - world.trade_share)
    return UseShares(world, shares.names, shares.of, np.stack([first, second]))


@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_equations_hold_by_class_where_classes_differ(data, seed, recipes, shocks):
    recipe = recipes(theta=(1.0, 6.0), missing=0.2, open_to_trade=0.2, gaps=False, inputs=0.5)
    world = data.draw(recipe).world()
    shares = apart(world, seed)
    assert np.abs(shares.trade_share[0] - shares.trade_share[1]).max() > 1e-4
    both = [shocks.mixed(world, seed), shocks.mixed(world, seed + 1)]
    both[1] = replace(both[1], productivity=both[0].productivity, transfer=both[0].transfer)
    found = solve_by_use(shares, both)
    assert found.residual < CLOSE
    still = solve_by_use(shares, no_change(world))
    np.testing.assert_allclose(still.wage, 1.0, rtol=1e-10)


def test_an_embargo_on_inputs_alone_costs_less_than_on_all_and_more_than_nothing(icio2021):
    compiled = compile_scenario(replace(load_scenario("energy-embargo"), responses=()), icio2021)
    ban, nothing = compiled.shock(), no_change(icio2021)
    shares, russia = uses_alike(icio2021), icio2021.index("RUS")
    whole = solve_by_use(shares, ban).welfare[russia]
    inputs = solve_by_use(shares, [ban, nothing]).welfare[russia]
    final = solve_by_use(shares, [nothing, ban]).welfare[russia]
    assert whole < inputs < 0
    assert whole < final < 0


def test_memory_is_stated_and_too_much_is_refused(icio2021):
    assert memory_of(icio2021, 51) == 8.0 * 51 * 81**2 * 50 * 4
    with pytest.raises(SolveError, match=r"0\.535 GB for 51 classes") as caught:
        uses_alike(icio2021, "all", memory=1e8)
    assert caught.value.code == "CV315"
    with pytest.raises(SolveError) as caught:
        solve_by_use(uses_alike(icio2021), no_change(icio2021), memory=1e6)
    assert caught.value.code == "CV315"


def test_shares_that_do_not_fit_are_refused(random_world):
    world = random_world(3)
    good = uses_alike(world)
    wrong = good.trade_share.copy()
    wrong[0, 0] += 0.1
    for share in (wrong, good.trade_share[:1], -good.trade_share, apart(world, 1).trade_share[::-1].copy()):
        with pytest.raises(SolveError) as caught:
            UseShares(world, good.names, good.of, share)
        assert caught.value.code == "CV314"


def test_what_is_not_solved_by_use_is_refused(random_world, shocks):
    world = random_world(3)
    shares, nothing = uses_alike(world), no_change(world)
    ones = np.ones(world.output.shape)
    refused = [
        (nothing, short_run),
        (nothing, replace(long_run, closure="zero")),
        (replace(nothing, supply=Supply(1.1 * ones, 1.1 * ones)), long_run),
        ([nothing], long_run),
        ([nothing, replace(nothing, productivity=1.1 * ones)], long_run),
    ]
    for shock, model in refused:
        with pytest.raises(SolveError) as caught:
            solve_by_use(shares, shock, model)
        assert caught.value.code == "CV316"
    with pytest.raises(SolveError, match="no source of") as caught:
        solve_by_use(shares, shocks.of(world, np.ones(world.trade_share.shape, bool), passing=0.0))
    assert caught.value.code == "CV301"
