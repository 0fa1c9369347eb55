"""No change: every hat is 1, in one iteration. And a shock that is not 1 moves something."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import first_order, real_wage, welfare
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world.catalog import load_world
from countervail.world.elasticities import elasticity_names

EXACT = 1e-12


def largest_change(eq, shock):
    """The largest distance from the base of any hat, any level relative to its base, any welfare in percent."""
    base = eq.base
    hats = [eq.wage, eq.price, eq.unit_cost, eq.income / base.income]
    used = base.expenditure > 0
    hats.append(eq.expenditure[used] / base.expenditure[used])
    made = base.output > 0
    hats.append(eq.output[made] / base.output[made])
    assert (eq.expenditure[~used] == 0).all()
    assert (eq.output[~made] == 0).all()
    changes = [np.abs(hat - 1).max() for hat in hats]
    changes += [np.abs(percent).max() / 100 for percent in (welfare(eq), real_wage(eq))]
    changes += [np.abs(part).max() / 100 for part in first_order(eq, shock).values()]
    changes.append((np.abs(eq.transfer - base.transfer) / base.income).max())
    return max(changes)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("name", ["icio2021", "icio2022"])
def test_nothing_changes_in_the_embedded_worlds(name, closure):
    world = load_world(name)
    shock = no_change(world)
    eq = equilibrium(world, shock, replace(long_run, closure=closure))
    assert eq.iterations == 1
    assert largest_change(eq, shock) < EXACT
    assert eq.notes == ()
    assert eq.parts == 1


@pytest.mark.parametrize("elasticity", elasticity_names())
def test_nothing_changes_under_any_elasticity_set(icio2021, elasticity):
    world = icio2021.with_elasticity(elasticity)
    shock = no_change(world)
    eq = equilibrium(world, shock)
    assert eq.iterations == 1
    assert largest_change(eq, shock) < EXACT


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data())
def test_nothing_changes_in_random_worlds(closure, data, recipes):
    world = data.draw(recipes()).world()
    shock = no_change(world)
    eq = equilibrium(world, shock, replace(long_run, closure=closure))
    assert eq.iterations == 1
    assert largest_change(eq, shock) < EXACT


@given(data=st.data())
def test_cells_listed_at_their_base_values_change_nothing(data, recipes, shocks):
    world = data.draw(recipes()).world()
    shock = shocks.of(world, np.ones(world.tariff.shape, bool))
    eq = equilibrium(world, shock)
    assert eq.iterations == 1
    assert largest_change(eq, shock) < EXACT


@given(data=st.data(), rate=st.floats(0.001, 2.0))
def test_a_tariff_on_a_zero_flow_changes_nothing(data, rate, recipes, shocks):
    world = data.draw(recipes(missing=0.6)).world()
    empty = shocks.foreign(world) & (world.trade_share == 0)
    shock = shocks.of(world, empty, cost=1 + rate, tariff=world.tariff + rate, wedge=1 + rate)
    assert largest_change(equilibrium(world, shock), shock) < EXACT


KINDS = ("passing", "cost", "tariff", "wedge", "productivity", "transfer")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), size=st.sampled_from([1e-6, 0.01, 0.3]), draw=st.randoms(use_true_random=False))
def test_a_shock_that_is_not_one_moves_something(kind, data, size, draw, recipes, shocks):
    """On a cell with trade, in every kind of shock and also where it is tiny; each economy's own welfare too."""
    world = data.draw(recipes()).world()
    foreign = shocks.foreign(world) & (world.trade_share > 1e-3)
    assume(foreign.any())
    o, d, s = draw.choice(np.argwhere(foreign).tolist())
    if kind == "productivity":
        z = np.ones(world.output.shape)
        z[o, s] = 1 + size
        shock = shocks.of(world, productivity=z)
    elif kind == "transfer":
        flow = np.zeros(world.n_countries)
        flow[[o, d]] = size * 0.1 * world.income.min() * np.array([-1.0, 1.0])
        shock = shocks.of(world, transfer=flow)
    else:
        value = {"passing": 1 - size, "cost": 1 + size, "tariff": world.tariff + size, "wedge": 1 + size}[
            kind
        ]
        shock = shocks.cell(world, o, d, s, **{kind: value})
    eq = equilibrium(world, shock)
    assert np.abs(welfare(eq))[[o, d]].max() > 100 * size * 1e-9
    assert largest_change(eq, shock) > size * 1e-6
