"""How long limits take that are solved with the equilibrium, against ordinary solves and a root search in the same run.

All on one thread. The target: a price cap or three contracts at once take no longer than five ordinary solves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from countervail import Contract, Embargo, PriceCap, Quota, Scenario, load_world, long_run, short_run
from countervail.general import apart
from countervail.model.conditions import slack, with_wedges
from countervail.policy.limits import Limit
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium

COALITION = ["EU27", "USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR"]
MEMBERS = ["USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR", "DEU"]
EMBARGO = Embargo(by=COALITION, on="RUS", direction="both")
MEASURES = {
    "an embargo, the ordinary solve": [EMBARGO],
    "a price cap": [
        PriceCap(sellers="RUS", by=COALITION, buyers=["CHN", "IND", "TUR"], goods="oil", fall=0.15)
    ],
    "three contracts": [
        Contract(seller="RUS", buyer=buyer, goods="gas", volume="130 %") for buyer in ("CHN", "IND", "TUR")
    ],
    "a network": [
        Quota(seller="RUS", buyer="EU27", goods="gas", volume="15 bcm"),
        Contract(seller="RUS", buyer="CHN", goods="gas", volume="38 bcm"),
        Contract(seller="RUS", buyer="TUR", goods="gas", volume="150 %"),
    ],
}
MODELS = {"long run": long_run, "short run": short_run}


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021-energy")


def shock_of(world, name):
    scenario = Scenario(name=name, world="icio2021-energy", sanctions=MEASURES[name])
    return compile_scenario(scenario, world).shock()


@pytest.mark.benchmark(group="limits")
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", MEASURES)
def test_limits(benchmark, world, name, model):
    shock = shock_of(world, name)
    equilibrium(world, shock, MODELS[model])
    eq = benchmark(equilibrium, world, shock, MODELS[model])
    benchmark.extra_info |= {"steps": eq.iterations, "residual": eq.residual}
    assert eq.residual < 1e-9


@pytest.mark.benchmark(group="limits")
def test_equal_burdens_of_ten(benchmark, world):
    members = np.array([world.index(code) for code in MEMBERS])
    limit = Limit("equal_welfare", "burden", members=members)
    shock = replace(shock_of(world, "an embargo, the ordinary solve"), conditions=(limit,))
    equilibrium(world, shock)
    benchmark(equilibrium, world, shock)


@pytest.mark.benchmark(group="limits")
def test_root_search_baseline(benchmark, world):
    """The named baseline: the wedge of the cap by Brent's method, one ordinary solve a trial."""
    shock = shock_of(world, "a price cap")

    def search():
        def gap(log_wedge):
            eq = equilibrium(world, with_wedges(shock, [log_wedge]))
            return slack(eq.base, shock, [log_wedge], eq)[0]

        return brentq(gap, 0.0, 1.0, xtol=1e-10)

    found = benchmark.pedantic(search, rounds=1)
    assert abs(found - equilibrium(world, shock).wedges[0]) < 1e-8


@pytest.mark.benchmark(group="the core by the general solver")
@pytest.mark.parametrize("solver", ["core", "general"])
def test_at_elasticity_one(benchmark, world, solver):
    shock = shock_of(world, "an embargo, the ordinary solve")
    apart(world, [shock], long_run)
    if solver == "core":
        benchmark(equilibrium, world, shock)
    else:
        benchmark(apart, world, [shock], long_run)
