"""The general system, solved by code that shares nothing with the package, satisfies the equations as they are written.

benchmarks/nested.py takes power means as they stand and moves wages by excess demand; model.nests and
model.equations say what an equilibrium is. Each is the other's second implementation.
"""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.nested import nested
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.model.equations import residuals
from countervail.model.equilibrium import Equilibrium
from countervail.model.factors import factors_of
from countervail.model.horizon import at_horizon
from countervail.model.nests import log_consumer_price
from countervail.model.parameters import long_run, medium_run, short_run
from countervail.model.welfare import welfare
from countervail.policy.supply import Supply
from countervail.solver import equilibrium

MODELS = {
    "short run": short_run,
    "medium run": medium_run,
    "long run": long_run,
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
    "a specific factor": replace(long_run, specific_factors=(("C0", "S0"), ("C1", "S1"))),
}
CLOSE = 1e-8


def as_equilibrium(world, model, found):
    """The textbook's answer in the package's form."""
    nothing = np.zeros(world.n_countries)
    return Equilibrium(
        base=world,
        wage=found.value_added / world.value_added,
        price=found.price,
        unit_cost=found.unit_cost,
        expenditure=found.expenditure,
        output=found.output,
        income=found.income,
        tariff_revenue=nothing,
        rent=nothing,
        transfer=nothing,
        part=np.zeros(world.n_countries, dtype=np.int64),
        residuals={},
        iterations=found.rounds,
        method="textbook",
        model=model,
        factor_wage=found.wage,
    )


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=8)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_equations_hold_where_the_textbook_stops(name, data, seed, recipes, shocks):
    model = MODELS[name]
    recipe = recipes(theta=(1.0, 6.0), n=3, j=3, missing=0.2, open_to_trade=0.2)
    world = at_horizon(data.draw(recipe).world(), model)
    shock = shocks.mixed(world, seed)
    found = nested(world, shock, model, factors_of(world, model))
    eq = as_equilibrium(world, model, found)
    checked = residuals(world, shock, model, eq)
    assert max(checked.values()) < CLOSE, checked
    assert {"1 unit cost", "8 numeraire", "11 factors"} <= set(checked)
    np.testing.assert_allclose(
        np.exp(log_consumer_price(world, model, found.price)), found.consumer_price, rtol=1e-10
    )


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=6)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_solver_gives_the_same(name, data, seed, recipes, shocks):
    model = MODELS[name]
    recipe = recipes(theta=(1.0, 6.0), n=3, j=3, missing=0.2, open_to_trade=0.2)
    world = data.draw(recipe).world()
    near = at_horizon(world, model)
    shock = shocks.mixed(world, seed)
    found = nested(near, shock, model, factors_of(near, model))
    eq = equilibrium(world, shock, model)
    for name_ in ("price", "expenditure", "output", "income"):
        np.testing.assert_allclose(getattr(found, name_), getattr(eq, name_), rtol=CLOSE, err_msg=name_)
    made = world.output > 0.0  # what is not made has no cost
    np.testing.assert_allclose(found.unit_cost[made], eq.unit_cost[made], rtol=CLOSE)
    np.testing.assert_allclose(found.value_added, eq.wage * near.value_added, rtol=CLOSE)
    np.testing.assert_allclose(
        welfare(eq), 100 * (eq.income / near.income / found.consumer_price - 1), rtol=1e-6
    )


def test_the_solver_takes_a_supply_that_differs_by_cell(random_world, shocks):
    model = replace(short_run, labour_share=0.6, capital_mobility=0.0, labour_mobility=2.0)
    world = random_world(8, theta=(1.0, 6.0))
    rng = np.random.default_rng(8)
    supply = Supply(*np.exp(rng.uniform(-0.3, 0.3, (2, *world.output.shape))))
    shock = replace(shocks.mixed(world, 8), supply=supply)
    near = at_horizon(world, model)
    found = nested(near, shock, model, factors_of(near, model))
    eq = equilibrium(world, shock, model)
    np.testing.assert_allclose(found.income, eq.income, rtol=CLOSE)
    np.testing.assert_allclose(found.wage, eq.factor_wage, rtol=1e-7)


@settings(max_examples=5)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_long_run_is_the_core(data, seed, recipes, shocks):
    recipe = recipes(theta=(1.0, 6.0), n=3, j=3, missing=0.2, open_to_trade=0.2)
    world = data.draw(recipe).world()
    shock = shocks.mixed(world, seed)
    found = nested(world, shock, long_run, factors_of(world, long_run))
    core = equilibrium(world, shock)
    for name in ("price", "unit_cost", "expenditure", "output", "income"):
        np.testing.assert_allclose(getattr(found, name), getattr(core, name), rtol=CLOSE, err_msg=name)
    np.testing.assert_allclose(found.wage[0], np.tile(core.wage[:, None], world.n_sectors), rtol=CLOSE)


@pytest.mark.parametrize("name", ["short run", "medium run", "two factors"])
def test_a_supply_of_factors_that_differs_by_cell(name, random_world, shocks):
    model = MODELS[name]
    world = at_horizon(random_world(5, theta=(1.0, 6.0)), model)
    rng = np.random.default_rng(5)
    labour, capital = np.exp(rng.uniform(-0.3, 0.3, (2, *world.output.shape)))
    if name != "two factors":
        capital = labour
    shock = replace(shocks.mixed(world, 5), supply=Supply(labour, capital))
    eq = as_equilibrium(world, model, nested(world, shock, model, factors_of(world, model)))
    checked = residuals(world, shock, model, eq)
    assert max(checked.values()) < CLOSE, checked
    assert max(residuals(world, replace(shock, supply=None), model, eq).values()) > 1e-3


def test_an_even_supply_in_the_core_is_productivity(random_world, shocks):
    world = random_world(6, theta=(1.0, 6.0))
    rng = np.random.default_rng(6)
    rise = np.repeat(np.exp(rng.uniform(-0.3, 0.3, world.n_countries))[:, None], world.n_sectors, axis=1)
    plain = shocks.mixed(world, 6)
    core = equilibrium(world, replace(plain, supply=Supply(rise, rise.copy())))
    found = nested(
        world, replace(plain, supply=Supply(rise, rise.copy())), long_run, factors_of(world, long_run)
    )
    as_z = equilibrium(world, replace(plain, productivity=plain.productivity * rise**world.value_added_share))
    for name in ("price", "unit_cost", "income", "output"):
        np.testing.assert_allclose(getattr(core, name), getattr(found, name), rtol=CLOSE, err_msg=name)
        np.testing.assert_allclose(getattr(core, name), getattr(as_z, name), rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(core.wage, found.value_added / world.value_added, rtol=CLOSE)


def test_an_answer_with_one_number_moved_is_not_one(random_world, shocks):
    world = at_horizon(random_world(3, theta=(1.0, 6.0)), short_run)
    shock = shocks.mixed(world, 3)
    eq = as_equilibrium(world, short_run, nested(world, shock, short_run, factors_of(world, short_run)))
    for name, equation in (("factor_wage", "11 factors"), ("price", "2 price index"), ("output", "4 output")):
        moved = np.array(getattr(eq, name))
        moved[(0,) * moved.ndim] *= 1.001
        assert residuals(world, shock, short_run, replace(eq, **{name: moved}))[equation] > 1e-4
    for change in ({"input_substitution": 0.3}, {"consumption_substitution": 1.0}, {"labour_mobility": 0.1}):
        other = replace(short_run, **change)
        assert max(residuals(world, shock, other, eq).values()) > 1e-5, change
