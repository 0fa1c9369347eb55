"""How long other horizons take, against the long run in the same run. `make bench` prints the table.

All on one thread. The targets: a short-run embargo within four times the long-run one, and ten years in under a second.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.nested import nested

from countervail import Adjustment, Embargo, Scenario, load_scenario, load_world, path
from countervail.model.factors import factors_of
from countervail.model.horizon import at_horizon
from countervail.model.parameters import long_run, medium_run, short_run
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium

COALITION = ["EU27", "USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR"]
EMBARGO = Scenario(
    name="embargo", world="icio2021", sanctions=[Embargo(by=COALITION, on="RUS", direction="both")]
)


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021")


@pytest.mark.benchmark(group="a full coalition embargo by horizon")
@pytest.mark.parametrize("model", [long_run, medium_run, short_run], ids=lambda model: model.name)
def test_solve(benchmark, world, model):
    shock = compile_scenario(EMBARGO, at_horizon(world, model)).shock()
    equilibrium(world, shock, model)
    eq = benchmark(equilibrium, world, shock, model)
    benchmark.extra_info |= {"steps": eq.iterations, "residual": eq.residual}
    assert eq.residual < 1e-9


@pytest.mark.benchmark(group="ten years of the energy embargo")
@pytest.mark.parametrize("responses", [False, True], ids=["sanctions alone", "all courses"])
def test_path(benchmark, world, responses):
    scenario = load_scenario("energy-embargo")
    scenario = scenario if responses else replace(scenario, responses=())
    found = benchmark.pedantic(path, args=(world, scenario, Adjustment()), rounds=3, warmup_rounds=1)
    benchmark.extra_info |= {"solves": found.record["solves"]}


@pytest.mark.benchmark(group="against the textbook, 8 x 12")
@pytest.mark.parametrize("solver", ["countervail", "textbook"])
def test_textbook_baseline(benchmark, world, solver):
    """The named baseline: damped factor prices, inner loops for prices and spending, vectorised NumPy."""
    kept = ("USA", "CHN", "DEU", "RUS", "IND", "JPN", "GBR")
    others = [code for code in world.countries if code not in kept]
    groups = {f"G{k}": list(world.sectors[k::12]) for k in range(12)}
    small = world.aggregate(countries={"REST": others}, sectors=groups)
    near = at_horizon(small, short_run)
    cut = Scenario(
        name="cut", world="small", sanctions=[Embargo(by=["USA", "DEU", "JPN", "GBR"], on="RUS", goods="G5")]
    )
    shock = compile_scenario(cut, near).shock()
    if solver == "countervail":
        equilibrium(small, shock, short_run)
        benchmark(equilibrium, small, shock, short_run)
    else:
        factors = factors_of(near, short_run)
        found = benchmark.pedantic(nested, args=(near, shock, short_run, factors), rounds=1)
        benchmark.extra_info |= {"rounds": found.rounds}
        assert abs(found.income / equilibrium(small, shock, short_run).income - 1).max() < 1e-7
