"""Only real things are real: units of money, the numeraire, names and their order change no result."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import consumer_price, first_order, real_wage, welfare
from countervail.solver import equilibria, equilibrium
from countervail.world.calibrate import calibrate

SAME = 1e-9


def real_results(eq, shock):
    """What must not depend on money: welfare, real wages, shares of trade, in one vector per economy."""
    parts = first_order(eq, shock)
    return np.stack([welfare(eq), real_wage(eq), *(parts[name] for name in sorted(parts))])


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31), scale=st.sampled_from([1e-3, 0.37, 2.0, 1e6]))
def test_scaling_all_money_changes_nothing_real(closure, data, seed, scale, recipes, shocks):
    recipe = data.draw(recipes())
    world, table = recipe.world(), recipe.table()
    larger = calibrate(
        replace(table, flow=table.flow * scale, intermediate=table.intermediate * scale),
        recipe.elasticities(),
    )
    shock = shocks.mixed(world, seed)
    model = replace(long_run, closure=closure)
    eq = equilibrium(world, shock, model)
    scaled = replace(shock, transfer=shock.transfer * scale)
    other = equilibrium(larger, scaled, model)
    np.testing.assert_allclose(other.wage, eq.wage, rtol=SAME)
    np.testing.assert_allclose(other.price, eq.price, rtol=SAME)
    np.testing.assert_allclose(other.expenditure, scale * eq.expenditure, rtol=SAME)
    np.testing.assert_allclose(other.income, scale * eq.income, rtol=SAME)
    np.testing.assert_allclose(real_results(other, scaled), real_results(eq, shock), rtol=0, atol=100 * SAME)


def test_scaling_all_money_changes_nothing_real_in_the_embedded_world(icio2021, shocks):
    world, scale = icio2021, 1e-3
    smaller = replace(
        world,
        **{name: getattr(world, name) * scale for name in ("expenditure", "output", "income", "transfer")},
    )
    cells = shocks.between(world, world.index("USA"), world.index("CHN")) & world.goods
    shock, same = shocks.tariffs(world, cells, 0.25), shocks.tariffs(smaller, cells, 0.25)
    eq, other = equilibrium(world, shock), equilibrium(smaller, same)
    np.testing.assert_allclose(real_results(other, same), real_results(eq, shock), rtol=0, atol=100 * SAME)
    np.testing.assert_allclose(other.output, scale * eq.output, rtol=SAME)


@given(
    data=st.data(),
    seed=st.integers(0, 2**31),
    closure=st.sampled_from(CLOSURES),
    money=st.sampled_from([0.25, 3.0]),
)
def test_counted_in_other_money_an_equilibrium_is_one(
    data, seed, closure, money, recipes, shocks, solved, recomputed
):
    """Numeraire invariance: Eq. 1-7 hold for any unit of account, and welfare is the same in all of them."""
    world = data.draw(recipes()).world()
    shock = shocks.mixed(world, seed, bans=True)
    eq = solved(world, shock, replace(long_run, closure=closure))
    nominal = (
        "wage",
        "price",
        "unit_cost",
        "expenditure",
        "output",
        "income",
        "tariff_revenue",
        "rent",
        "transfer",
    )
    other = replace(eq, **{name: getattr(eq, name) * money for name in nominal})
    unused = eq.base.expenditure == 0
    other.price[unused] = 1.0
    found = recomputed(eq.base, shock, closure, other, money)
    # a good nobody buys keeps the price 1 in any money and is no part of any cost
    assert max(found.values()) < SAME, found
    np.testing.assert_allclose(
        other.income / consumer_price(other), eq.income / consumer_price(eq), rtol=1e-12
    )


@given(data=st.data(), seed=st.integers(0, 2**31), member=st.integers(0, 7))
def test_another_numeraire_gives_the_same_real_results(data, seed, member, recipes, shocks, baselines):
    """Prices counted in one economy's wage: an independent solver, its wage fixed at 1, finds the same world."""
    world = data.draw(recipes(theta=(1.0, 8.0))).world()
    shock = shocks.mixed(world, seed)
    eq = equilibrium(world, shock)
    problem = baselines.Textbook(world, shock)
    # transfers keep their share of world value added, in any money
    in_wages = problem.at_wages(eq.wage / eq.wage[member % world.n_countries], baselines.start(world), 1e-13)
    assert in_wages.residual < SAME
    np.testing.assert_allclose(in_wages.income / in_wages.wage, eq.income / eq.wage, rtol=SAME)
    spread = np.exp((world.final_share * np.log(in_wages.price)).sum(axis=1))
    np.testing.assert_allclose(in_wages.wage / spread, eq.wage / consumer_price(eq), rtol=SAME)


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31), order=st.integers(0, 2**31))
def test_names_and_their_order_change_nothing(closure, data, seed, order, recipes, shocks, solved):
    recipe = data.draw(recipes())
    world, table = recipe.world(), recipe.table()
    rng = np.random.default_rng(order)
    c, k = rng.permutation(recipe.n), rng.permutation(recipe.j)
    shuffled = replace(
        table,
        countries=tuple(table.countries[i] for i in c),
        sectors=tuple(table.sectors[i] for i in k),
        flow=table.flow[np.ix_(c, c, k)],
        intermediate=table.intermediate[np.ix_(c, k, k)],
        tariff=table.tariff[np.ix_(c, c, k)],
        goods=table.goods[k],
    )
    shock = shocks.mixed(world, seed, bans=True)
    model = replace(long_run, closure=closure)
    eq = solved(world, shock, model)
    relabelled = shocks.relabel(shock, world, c, k)
    other = equilibrium(calibrate(shuffled, recipe.elasticities()[k]), relabelled, model)
    np.testing.assert_allclose(other.wage, eq.wage[c], rtol=SAME)
    np.testing.assert_allclose(other.price, eq.price[np.ix_(c, k)], rtol=SAME)
    np.testing.assert_allclose(other.expenditure, eq.expenditure[np.ix_(c, k)], rtol=SAME)
    np.testing.assert_allclose(
        real_results(other, relabelled), real_results(eq, shock)[:, c], rtol=0, atol=100 * SAME
    )


@given(data=st.data(), seed=st.integers(0, 2**31), cut=st.floats(0.1, 0.9), split=st.integers(0, 5))
def test_splitting_a_sector_into_proportional_parts_changes_no_aggregate(
    data, seed, cut, split, recipes, shocks
):
    """Two halves with one theta, the same recipe and the same shocks are the old sector."""
    recipe = data.draw(recipes())
    world, table = recipe.world(), recipe.table()
    split %= recipe.j
    of = np.array([*range(recipe.j), split])  # the part cut off comes last
    part = np.where(np.arange(recipe.j) == split, cut, 1.0)[of]
    part[-1] = 1.0 - cut
    parted = replace(
        table,
        sectors=(*table.sectors, "PART"),
        flow=table.flow[:, :, of] * part,
        intermediate=table.intermediate[:, of][:, :, of] * part[:, None] * part,
        tariff=table.tariff[:, :, of],
        goods=table.goods[of],
    )
    finer = calibrate(parted, recipe.elasticities()[of])
    shock = shocks.mixed(world, seed, bans=True)
    dense = {"passing": np.ones(world.tariff.shape), "tariff": world.tariff.copy()}
    for name, rest in (("trade_cost", 1.0), ("wedge", 1.0), ("rent_to_buyer", 0.0)):
        dense[name] = np.full(world.tariff.shape, rest)
    for name, values in dense.items():
        values.ravel()[shock.cells] = getattr(shock, name)
    cells = np.zeros(world.tariff.size, bool)
    cells[shock.cells] = True
    same = shocks.of(
        finer,
        cells.reshape(world.tariff.shape)[:, :, of],
        passing=dense["passing"][:, :, of],
        cost=dense["trade_cost"][:, :, of],
        tariff=dense["tariff"][:, :, of],
        wedge=dense["wedge"][:, :, of],
        rent_to_buyer=dense["rent_to_buyer"][:, :, of] > 0,
        productivity=shock.productivity[:, of],
        transfer=shock.transfer,
    )
    (eq,), (other,) = equilibria(world, [shock]), equilibria(finer, [same])
    if isinstance(eq, SolveError):  # incomes that do not stay above zero do so in neither
        assert isinstance(other, SolveError)
        assert eq.code == other.code
        return
    np.testing.assert_allclose(other.wage, eq.wage, rtol=SAME)
    np.testing.assert_allclose(other.price, eq.price[:, of], rtol=SAME)
    np.testing.assert_allclose(other.expenditure, eq.expenditure[:, of] * part, rtol=SAME)
    np.testing.assert_allclose(real_results(other, same), real_results(eq, shock), rtol=0, atol=100 * SAME)
