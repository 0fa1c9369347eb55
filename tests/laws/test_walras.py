"""Walras: what is spent is what is earned, so one labour market can be left out, and it clears by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import root

from countervail.solver import equilibrium


@given(data=st.data(), seed=st.integers(0, 2**31), spread=st.sampled_from([0.01, 0.3]))
def test_excess_demands_for_labour_add_up_to_nothing_at_any_wages(
    data, seed, spread, recipes, shocks, baselines
):
    """Also far from the equilibrium: with Eq. 1-6 solved, sum of w VA excess = 0."""
    world = data.draw(recipes(theta=(1.0, 8.0))).world()
    problem = baselines.Textbook(world, shocks.mixed(world, seed))
    wage = np.exp(np.random.default_rng(seed).normal(0, spread, world.n_countries))
    at = problem.at_wages(wage, baselines.start(world), 1e-14)
    earned = wage * world.value_added
    assert abs(at.excess @ earned) < 1e-11 * earned.sum()


@given(data=st.data(), seed=st.integers(0, 2**31), left_out=st.integers(0, 7))
def test_the_market_left_out_clears_too(data, seed, left_out, recipes, shocks, baselines):
    """N - 1 markets and the numeraire, solved by a root finder; the last market clears, at the solver's wages."""
    world = data.draw(recipes(theta=(1.0, 8.0))).world()
    n = world.n_countries
    left_out %= n
    shock = shocks.mixed(world, seed)
    problem = baselines.Textbook(world, shock)
    weight = world.value_added / world.value_added.sum()

    def gaps(log_wage):
        at = problem.at_wages(np.exp(log_wage), baselines.start(world), 1e-14)
        out = at.excess.copy()
        out[left_out] = weight @ np.exp(log_wage) - 1.0  # Eq. 8 in its place
        return out

    found = root(gaps, np.zeros(n), tol=1e-12)
    assert np.abs(found.fun).max() < 1e-10
    at = problem.at_wages(np.exp(found.x), baselines.start(world), 1e-14)
    assert abs(at.excess[left_out]) < 1e-8
    eq = equilibrium(world, shock)
    np.testing.assert_allclose(np.exp(found.x), eq.wage, rtol=1e-8)


def test_every_labour_market_of_the_embedded_world_clears(icio2021, shocks):
    world = icio2021
    cells = shocks.between(world, world.index("USA"), world.index("CHN")) & world.goods
    eq = equilibrium(world, shocks.tariffs(world, cells, 0.25))
    earned = eq.wage * world.value_added
    demanded = (world.value_added_share * eq.output).sum(axis=1)
    excess = demanded - earned
    np.testing.assert_allclose(demanded, earned, rtol=1e-9)
    for left_out in range(world.n_countries):
        rest = np.delete(excess, left_out).sum()
        assert abs(rest + excess[left_out]) < 1e-9 * earned.sum()
