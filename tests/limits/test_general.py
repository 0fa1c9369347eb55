"""Special cases of the general solver that have another solution: the core, fixed and mobile labour, autarky, J = 1."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.general import apart
from countervail.model.parameters import CLOSURES, long_run, medium_run, short_run
from countervail.model.welfare import welfare
from countervail.seam import together, zero_deficit
from countervail.solver import equilibrium

SAME = 1e-9
FIELDS = (
    "wage",
    "price",
    "unit_cost",
    "expenditure",
    "output",
    "income",
    "transfer",
    "tariff_revenue",
    "rent",
)
SMOOTH = {"gaps": False, "open_to_trade": 0.15, "theta": (1.0, 6.0), "missing": 0.2}


def distance(eq, other):
    """Largest relative difference of prices, costs and incomes."""
    pairs = [(getattr(eq, name), getattr(other, name)) for name in ("price", "unit_cost", "income")]
    return max(np.abs(a / b - 1).max() for a, b in pairs)


@pytest.mark.parametrize("closure", CLOSURES)
@settings(max_examples=25)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_at_elasticity_one_it_is_the_core(closure, data, seed, recipes, shocks):
    world = data.draw(recipes()).world()
    shock = shocks.mixed(world, seed, bans=True)
    model = replace(long_run, closure=closure)
    base = zero_deficit(world) if closure == "zero" else world
    core, general = together(base, [shock], model)[0], apart(base, [shock], model)[0]
    if isinstance(core, SolveError):
        assert isinstance(general, SolveError)
        assert general.code == core.code
        return
    for name in FIELDS:
        scale = core.income.max()
        np.testing.assert_allclose(getattr(general, name), getattr(core, name), rtol=SAME, atol=SAME * scale)


@settings(max_examples=10)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_near_elasticity_one_it_is_near_the_core(data, seed, recipes, shocks):
    """Distances shrink in proportion, down to a millionth and on both sides."""
    world = data.draw(recipes(**SMOOTH)).world()
    shock = shocks.mixed(world, seed)
    core = equilibrium(world, shock)

    def at(off):
        eps = {f"{nest}_substitution": 1 + off for nest in ("value_added", "input", "consumption")}
        return equilibrium(world, shock, replace(long_run, **eps))

    far = distance(at(1e-3), core)
    for off in (1e-6, -1e-6):
        assert distance(at(off), core) < 1.2e-3 * far + SAME


def test_near_elasticity_one_in_the_embedded_world(icio2021, shocks):
    world = icio2021
    shock = shocks.tariffs(
        world, shocks.between(world, world.index("USA"), world.index("CHN")) & world.goods, 0.25
    )
    core = equilibrium(world, shock)
    general = apart(world, [shock], long_run)[0]
    for name in FIELDS:
        scale = np.abs(getattr(core, name)).max()
        np.testing.assert_allclose(getattr(general, name), getattr(core, name), rtol=SAME, atol=SAME * scale)
    for off in (1e-6, -1e-6):
        near = equilibrium(
            world, shock, replace(long_run, input_substitution=1 + off, value_added_substitution=1 - off)
        )
        assert 1e-12 < distance(near, core) < 1e-6


@settings(max_examples=10)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_labour_that_moves_ever_less_or_ever_more(data, seed, recipes, shocks):
    """kappa -> 0 tends to labour fixed in its sector, kappa -> inf to one wage, in proportion to what is left."""
    world = data.draw(recipes(**SMOOTH)).world()
    shock = shocks.mixed(world, seed)
    for limit, near, far in ((0.0, 1e-6, 1e-3), (np.inf, 1e6, 1e3)):
        end, close, apart_ = (
            equilibrium(world, shock, replace(medium_run, labour_mobility=kappa))
            for kappa in (limit, near, far)
        )
        assert distance(close, end) < 2e-3 * distance(apart_, end) + SAME


@settings(max_examples=10)
@given(data=st.data(), seed=st.integers(0, 2**31), kappa=st.sampled_from([0.0, 1.5, np.inf]))
def test_with_one_sector_mobility_means_nothing(data, seed, kappa, recipes, shocks):
    world = data.draw(recipes(j=1)).world()
    shock = shocks.mixed(world, seed)
    fixed = equilibrium(world, shock, replace(short_run, labour_mobility=kappa))
    mobile = equilibrium(world, shock, replace(short_run, labour_mobility=np.inf))
    assert distance(fixed, mobile) < SAME
    if (world.value_added_share == 1.0).all():  # nor do nests, with nothing to nest
        core = equilibrium(world, shock, replace(long_run, elasticity_share=short_run.elasticity_share))
        assert distance(fixed, core) < SAME


@settings(max_examples=15)
@given(data=st.data(), kappa=st.sampled_from([0.0, 1.5, np.inf]))
def test_autarky_without_inputs(data, kappa, recipes, shocks):
    """One sector and no inputs: W-hat = pi^(1/theta) VA / I, whatever moves where (Arkolakis et al. 2012)."""
    world = data.draw(recipes(j=1, inputs=0.0, gaps=False)).world()
    model = replace(short_run, labour_mobility=kappa)
    eq = equilibrium(world, shocks.autarky(world), model)
    home = world.trade_share[np.arange(world.n_countries), np.arange(world.n_countries), 0]
    theta = short_run.elasticity_share * world.trade_elasticity[0]
    expected = home ** (1 / theta) * world.value_added / world.income
    np.testing.assert_allclose(1 + welfare(eq) / 100, expected, rtol=SAME)


@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_a_factor_specific_everywhere_is_labour_that_stays(data, seed, recipes, shocks):
    world = data.draw(recipes(**SMOOTH)).world()
    shock = shocks.mixed(world, seed)
    fixed = equilibrium(world, shock, replace(long_run, labour_mobility=0.0))
    everywhere = replace(shock, specific=np.ones(world.output.shape, dtype=bool))
    assert distance(equilibrium(world, everywhere), fixed) < SAME


@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_two_factors_that_move_alike_are_one(data, seed, recipes, shocks):
    world = data.draw(recipes(**SMOOTH)).world()
    shock = shocks.mixed(world, seed)
    for kappa in (0.0, 1.5, np.inf):
        one = replace(short_run, labour_mobility=kappa)
        two = replace(one, labour_share=0.4, capital_mobility=kappa)
        assert distance(equilibrium(world, shock, two), equilibrium(world, shock, one)) < SAME
