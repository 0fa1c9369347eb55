"""Transfers sum to zero, follow their closure, and end where trade ends; rents go to their side."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import real_wage, welfare
from countervail.solver import equilibrium, zero_deficit

SAME = 1e-9


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_transfers_sum_to_zero_and_follow_the_closure(closure, data, seed, recipes, shocks):
    world = data.draw(recipes()).world()
    shock = shocks.mixed(world, seed)
    eq = equilibrium(world, shock, replace(long_run, closure=closure))
    earned = eq.wage * world.value_added if closure != "zero" else eq.wage * eq.base.value_added
    money = 1e-9 * eq.income.max()
    assert abs(eq.transfer.sum()) < money
    if closure == "fixed":
        expected = world.transfer
    elif closure == "share":
        expected = world.transfer / world.value_added * earned
        expected = expected - expected.sum() * earned / earned.sum()
    else:
        expected = 0.0
    np.testing.assert_allclose(eq.transfer, expected + shock.transfer, rtol=0, atol=money)


@given(data=st.data())
def test_the_base_of_closure_zero_has_no_imbalances_and_the_same_technology(data, recipes, shocks):
    world = data.draw(recipes()).world()
    base = zero_deficit(world)
    assert (base.transfer == 0).all()
    flow = base.basic_flow()
    np.testing.assert_allclose(flow.sum(axis=(1, 2)), flow.sum(axis=(0, 2)), rtol=SAME)
    np.testing.assert_allclose(base.value_added.sum(), world.value_added.sum(), rtol=SAME)
    for name in ("input_share", "value_added_share", "final_share", "tariff", "trade_elasticity"):
        assert (getattr(base, name) == getattr(world, name)).all()
    assert zero_deficit(world) is base
    # and it is what the measured world becomes when its transfers are taken away
    taken = equilibrium(world, shocks.of(world, transfer=-world.transfer))
    np.testing.assert_allclose(taken.expenditure, base.expenditure, rtol=1e-8)


@given(data=st.data(), share=st.floats(0.001, 0.1))
def test_a_transfer_helps_the_payee_and_hurts_the_payer(data, share, recipes, shocks):
    world = data.draw(recipes(tariffs=0.0)).world()
    assume(world.n_countries > 1)
    flow = np.zeros(world.n_countries)
    flow[0], flow[1] = -share * world.value_added.min(), share * world.value_added.min()
    eq = equilibrium(world, shocks.of(world, transfer=flow))
    assert welfare(eq)[1] > 0
    assert welfare(eq)[0] < 0


# --- a world in parts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_blocs_without_trade_are_worlds_of_their_own(
    closure, data, seed, recipes, shocks, recomputed, parts_by_hand
):
    """Transfers across the gap end, each part's value added is its numeraire, and the result says so."""
    world = data.draw(recipes(gaps=False, missing=0.0).filter(lambda recipe: recipe.n >= 4)).world()
    n = world.n_countries
    one = np.arange(n // 2)
    cells = shocks.between(world, one, np.arange(n // 2, n))
    shock = shocks.of(world, cells, passing=0.0)
    part = np.array(parts_by_hand(world, shock))
    assume(len(set(part)) > 1)
    eq = equilibrium(world, shock, replace(long_run, closure=closure))
    base = eq.base
    assert eq.parts == len(set(part))
    assert any("no longer links" in note for note in eq.notes)
    found = recomputed(base, shock, closure, eq)
    assert max(found.values()) < SAME, found
    for number in set(part):
        members = part == number
        assert abs(eq.transfer[members].sum()) < SAME * eq.income.max()
        np.testing.assert_allclose(
            (eq.wage * base.value_added)[members].sum(), base.value_added[members].sum(), rtol=SAME
        )


@given(data=st.data(), seed=st.integers(0, 2**31))
def test_a_part_alone_answers_as_the_same_part_of_the_whole(data, seed, recipes, shocks):
    """What happens on one side of the gap is no business of the other side."""
    world = data.draw(recipes(gaps=False, missing=0.0).filter(lambda recipe: recipe.n >= 4)).world()
    n = world.n_countries
    one, two = np.arange(n // 2), np.arange(n // 2, n)
    gap = shocks.between(world, one, two)
    plain = equilibrium(world, shocks.of(world, gap, passing=0.0))
    rng = np.random.default_rng(seed)
    z = np.ones(world.output.shape)
    z[two] = np.exp(rng.uniform(-0.3, 0.3, (two.size, world.n_sectors)))
    there = equilibrium(world, shocks.of(world, gap, passing=0.0, productivity=z))
    # the sum that a part would owe abroad is shared by its members' value added, which is theirs alone
    np.testing.assert_allclose(there.wage[one], plain.wage[one], rtol=SAME)
    np.testing.assert_allclose(welfare(there)[one], welfare(plain)[one], rtol=0, atol=1e-7)
    assert np.abs(there.wage[two] - plain.wage[two]).max() > 0 or two.size == 1


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_base_year_that_is_already_in_parts_is_solved(closure, random_world, shocks, recomputed):
    """Two economies that never traded: a defined outcome, and no note, because nothing has changed."""
    world = random_world(1, n=2, j=2, missing=1.0, ring=False)
    assert (np.abs(world.transfer) < 1e-9).all()
    shock = shocks.of(world, productivity=np.array([[1.1, 1.0], [1.0, 1.0]]))
    eq = equilibrium(world, shock, replace(long_run, closure=closure))
    assert eq.parts == 2
    assert eq.notes == ()
    assert max(recomputed(eq.base, shock, closure, eq).values()) < SAME
    assert welfare(eq)[0] > 0
    assert abs(welfare(eq)[1]) < 1e-9


# --- subsidies and rents --------------------------------------------------------------------------------------


@given(data=st.data(), seed=st.integers(0, 2**31), mu=st.floats(0.6, 2.0))
def test_a_wedge_whose_rent_goes_to_the_buyer_is_a_tariff(data, seed, mu, recipes, shocks):
    """mu' with the rent at the destination and tau' mu' as a tariff are one and the same in every equation."""
    world = data.draw(recipes()).world()
    rng = np.random.default_rng(seed)
    some = shocks.foreign(world) & (rng.random(world.tariff.shape) < 0.4)
    as_wedge = equilibrium(world, shocks.of(world, some, wedge=mu, rent_to_buyer=True))
    as_tariff = equilibrium(world, shocks.of(world, some, tariff=world.tariff * mu))
    np.testing.assert_allclose(as_wedge.wage, as_tariff.wage, rtol=SAME)
    np.testing.assert_allclose(as_wedge.price, as_tariff.price, rtol=SAME)
    np.testing.assert_allclose(as_wedge.income, as_tariff.income, rtol=SAME)
    np.testing.assert_allclose(
        as_wedge.tariff_revenue + as_wedge.rent,
        as_tariff.tariff_revenue,
        rtol=0,
        atol=SAME * world.income.max(),
    )


@given(data=st.data(), rate=st.floats(0.01, 1.0), who=st.integers(0, 7))
def test_a_uniform_export_tax_is_a_uniform_import_tariff(data, rate, who, recipes, shocks):
    """Lerner symmetry, where trade is balanced: both real wages and welfare are the same everywhere."""
    world = data.draw(recipes()).world()
    who %= world.n_countries
    everyone = np.arange(world.n_countries)
    model = replace(long_run, closure="zero")
    imports, exports = shocks.mask(world, everyone, who), shocks.mask(world, who, everyone)
    tariff = shocks.of(world, imports, tariff=world.tariff * (1 + rate))
    tax = shocks.of(world, exports, wedge=1 + rate)
    one, two = equilibrium(world, tariff, model), equilibrium(world, tax, model)
    np.testing.assert_allclose(welfare(one), welfare(two), rtol=0, atol=1e-7)
    np.testing.assert_allclose(real_wage(one), real_wage(two), rtol=0, atol=1e-7)


@given(data=st.data(), rate=st.floats(0.01, 0.5), who=st.integers(0, 7), good=st.integers(0, 5))
def test_who_subsidises_pays_what_the_wedge_takes_off(data, rate, who, good, recipes, shocks):
    """The payment is (1 - mu') b' at new sales, it leaves the payer's income, and sales rise."""
    world = data.draw(recipes(tariffs=0.0)).world()
    who, good = who % world.n_countries, good % world.n_sectors
    cells = shocks.mask(world, who, np.arange(world.n_countries), [good])
    sold = (world.basic_flow() * cells).sum()
    assume(sold > 1e-6 * world.output[who].sum())
    eq = equilibrium(world, shocks.of(world, cells, wedge=1 - rate))
    assert eq.rent[who] < 0
    assert (np.delete(eq.rent, who) == 0).all()
    others = eq.wage * world.value_added + eq.transfer
    np.testing.assert_allclose(eq.income[who] - others[who], eq.rent[who], rtol=1e-6)
    share = world.trade_share * np.where(cells, (1 - rate) ** -world.trade_elasticity, 1.0)
    share = share * (eq.unit_cost[:, None, :] / eq.price[None, :, :]) ** -world.trade_elasticity
    exports = (share * eq.expenditure * cells).sum() / (1 - rate)
    np.testing.assert_allclose(eq.rent[who], -rate * exports, rtol=1e-7)
