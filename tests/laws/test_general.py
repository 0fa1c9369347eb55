"""What must hold in every model: no change, residuals, homogeneity, Hulten, one way of counting."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.general import apart
from countervail.model.equations import new_flow, new_trade_share
from countervail.model.parameters import CLOSURES, long_run, medium_run, short_run
from countervail.model.welfare import welfare
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate

MODELS = {
    "short run": short_run,
    "medium run": medium_run,
    "two factors": replace(short_run, labour_share=0.6, capital_mobility=0.0, labour_mobility=2.0),
    "fixed recipes": replace(
        long_run, labour_share=0.3, capital_mobility=0.5, value_added_substitution=0.0, input_substitution=0.0
    ),
    "gross substitutes": replace(
        long_run,
        value_added_substitution=1.4,
        input_substitution=2.0,
        consumption_substitution=3.0,
        labour_mobility=1.0,
    ),
    "a specific factor": replace(long_run, specific_factors=(("C0", "S0"), ("C1", "S0"))),
}
SMOOTH = {"gaps": False, "open_to_trade": 0.15, "tariffs": 0.3, "theta": (1.0, 6.0), "missing": 0.2}
SAME = 1e-9


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=25)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_every_equation_holds_or_there_is_a_reason(name, data, seed, recipes, shocks):
    world = data.draw(recipes(n=data.draw(st.integers(2, 8)))).world()
    answer = apart(world, [shocks.mixed(world, seed, bans=True)], MODELS[name])[0]
    if isinstance(answer, SolveError):
        assert answer.code in ("CV301", "CV303", "CV306")
    else:
        assert answer.residual < SAME


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=5)
@given(data=st.data())
def test_no_change_is_every_hat_one_at_once(closure, name, data, recipes):
    world = data.draw(recipes()).world()
    eq = equilibrium(world, no_change(world), replace(MODELS[name], closure=closure))
    assert eq.iterations == 1
    for hat in (eq.wage, eq.price, eq.unit_cost, eq.factor_wage, eq.income / eq.base.income):
        np.testing.assert_allclose(hat, 1.0, rtol=0, atol=1e-12)
    np.testing.assert_allclose(eq.output, eq.base.output, rtol=1e-12)


@pytest.mark.parametrize("model", [short_run, medium_run], ids=lambda model: model.name)
def test_no_change_in_the_embedded_world(model, icio2021):
    eq = equilibrium(icio2021, no_change(icio2021), model)
    assert eq.iterations == 1
    np.testing.assert_array_equal(eq.price, 1.0)
    np.testing.assert_allclose(eq.income, icio2021.income, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=5)
@given(data=st.data(), seed=st.integers(0, 2**31), scale=st.sampled_from([1e-3, 0.37, 1e6]))
def test_scaling_all_money_changes_nothing_real(name, data, seed, scale, recipes, shocks):
    recipe = data.draw(recipes(**SMOOTH))
    world, table = recipe.world(), recipe.table()
    larger = calibrate(
        replace(table, flow=table.flow * scale, intermediate=table.intermediate * scale),
        recipe.elasticities(),
    )
    shock = shocks.mixed(world, seed)
    eq = equilibrium(world, shock, MODELS[name])
    other = equilibrium(larger, replace(shock, transfer=shock.transfer * scale), MODELS[name])
    np.testing.assert_allclose(other.price, eq.price, rtol=SAME)
    np.testing.assert_allclose(other.factor_wage, eq.factor_wage, rtol=SAME)
    np.testing.assert_allclose(other.income, scale * eq.income, rtol=SAME)
    np.testing.assert_allclose(welfare(other), welfare(eq), rtol=0, atol=100 * SAME)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=4)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_hulten(closure, name, data, seed, recipes, shocks):
    """sum I d ln W = sum Y d ln z - sum E d ln d + sum (tau - 1) b d ln Q: the nests are of second order."""
    world = data.draw(recipes(**SMOOTH)).world()
    model = replace(MODELS[name], closure=closure)
    base = equilibrium(world, no_change(world), model).base
    rng = np.random.default_rng(seed)
    cells = shocks.foreign(world) & (rng.random(world.tariff.shape) < 0.3)
    dearer, better = rng.uniform(-0.5, 1.0, world.tariff.shape), rng.uniform(-1.0, 1.0, world.output.shape)

    def welfare_and_volume(h):
        shock = shocks.of(world, cells, cost=1 + h * dearer, productivity=1 + h * better)
        eq = equilibrium(world, shock, model)
        share = new_trade_share(eq.base, shock, eq.unit_cost, eq.price)
        shipped = new_flow(eq.base, shock, share, eq.expenditure) / eq.unit_cost[:, None, :]
        return np.array([base.income @ (1 + welfare(eq) / 100), ((base.tariff - 1) * shipped).sum()])

    h = 1e-4
    gain, volume = (welfare_and_volume(h) - welfare_and_volume(-h)) / (2 * h)
    spent = base.trade_share * base.expenditure
    direct = (base.output * better).sum() - (spent * dearer * cells).sum()
    scale = (base.output * np.abs(better)).sum()
    assert abs(gain - direct - volume) < 1e-6 * scale


@settings(max_examples=8)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_where_an_iteration_begins_does_not_matter(data, seed, recipes, shocks):
    world = data.draw(recipes(**SMOOTH)).world()
    shock, other = shocks.mixed(world, seed), shocks.mixed(world, seed + 1)
    cold = equilibrium(world, shock, short_run)
    for start in (equilibrium(world, other, medium_run), cold):
        warm = equilibrium(world, shock, short_run, start=start)
        np.testing.assert_allclose(warm.price, cold.price, rtol=SAME)
        np.testing.assert_allclose(warm.income, cold.income, rtol=SAME)
    assert warm.iterations <= 2
