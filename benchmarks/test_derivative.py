"""How long derivatives take, against the central differences that would give the same numbers.

A difference needs two solves a parameter. The baseline is timed for one parameter and stated for all of them.
"""

from __future__ import annotations

import numpy as np
import pytest

from countervail import exposure, load_scenario, load_world
from countervail.derivative import Change, gradient, point, response
from countervail.policy.shock import compile_scenario, no_change
from countervail.solver import equilibrium


@pytest.fixture(scope="module")
def world():
    world = load_world("icio2021")
    exposure(world)  # what is worked out once a world
    return world


@pytest.fixture(scope="module")
def here(world):
    shock = compile_scenario(load_scenario("united-front"), world).shock()
    return point(equilibrium(world, shock), shock)


@pytest.mark.benchmark(group="derivatives")
def test_baseline_of_differences(benchmark, world):
    """Two solves: the derivative by one parameter. A gradient by all trade costs has 328,050."""
    shock = compile_scenario(load_scenario("united-front"), world).shock()
    benchmark(lambda: [equilibrium(world, shock), equilibrium(world, shock)])
    benchmark.extra_info |= {"parameters": 1}


@pytest.mark.benchmark(group="derivatives")
def test_gradient_by_everything(benchmark, world, here):
    weights = np.zeros(world.n_countries)
    weights[world.index("RUS")] = 1.0
    benchmark(lambda: gradient(here, weights).trade_cost())
    benchmark.extra_info |= {"parameters": here.paid.size}


@pytest.mark.benchmark(group="derivatives")
def test_response_to_everything(benchmark, here):
    benchmark(response, here, Change(trade_cost=np.ones_like(here.paid)))


@pytest.mark.benchmark(group="derivatives")
def test_exposure_of_all_to_all(benchmark, world):
    benchmark.pedantic(exposure, args=(world,), rounds=3)
    still = no_change(world)
    assert equilibrium(world, still).iterations == 1
