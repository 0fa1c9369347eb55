"""Welfare under many shocks, also with elasticities of their own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import welfare
from countervail.solver import equilibria, to_check, welfare_of

SAME = 1e-7  # percent


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_welfare_of_each_shock(closure, data, seed, recipes, shocks):
    world = data.draw(recipes()).world()
    model = replace(long_run, closure=closure)
    some = [shocks.mixed(world, seed + k, 0.5, bans=True) for k in range(5)]
    found = welfare_of(world, some, model, verify="all")
    for k, answer in enumerate(equilibria(world, some, model)):
        if isinstance(answer, SolveError):
            assert found.errors[k].code == answer.code
            assert np.isnan(found.percent[k]).all()
            assert np.isnan(found.residual[k])
        else:
            assert found.errors[k] is None
            assert found.residual[k] < 1e-9
            np.testing.assert_allclose(found.percent[k], welfare(answer), rtol=0, atol=SAME)


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_elasticities_of_each_shock_are_those_of_a_world_that_has_them(closure, data, seed, recipes, shocks):
    world = data.draw(recipes()).world()
    model = replace(long_run, closure=closure)
    theta = world.trade_elasticity * np.random.default_rng(seed).uniform(0.5, 2.0, (3, world.n_sectors))
    some = [shocks.mixed(world, seed, 0.5)] * 3
    found = welfare_of(world, some, model, elasticity=theta, verify="all")
    for k in range(3):
        one = welfare_of(world.with_elasticity(theta[k]), some[:1], model)
        assert (found.errors[k] is None) == (one.errors[0] is None)
        np.testing.assert_allclose(found.percent[k], one.percent[0], rtol=0, atol=SAME)


def test_a_sample_is_one_in_fifty_and_begins_with_the_first():
    assert sum(to_check(2000, "sample")) == 40
    assert to_check(1, "sample") == [True]
    assert all(to_check(60, "all"))


def test_progress_counts_every_shock(random_world, shocks):
    world = random_world(2)
    done = []
    welfare_of(world, [shocks.mixed(world, k) for k in range(20)], threads=2, progress=done.append)
    assert sum(done) == 20
