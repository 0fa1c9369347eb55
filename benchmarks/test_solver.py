"""How long a solve takes, against the textbook algorithm in the same run. `make bench` prints the table.

All on one thread unless said. Absolute times depend on the machine; the ratios to the baseline are what to quote.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from benchmarks.baselines import textbook

from countervail import Embargo, Scenario, Tariff, load_scenario, load_world, offset_ledger
from countervail.model.equations import residuals
from countervail.model.parameters import long_run
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium, prepared

COALITION = ["EU27", "USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR"]
SCENARIOS = {
    "full coalition embargo": Scenario(
        name="embargo", world="icio2021", sanctions=[Embargo(by=COALITION, on="RUS", direction="both")]
    ),
    "25 % US-China tariff": Scenario(
        name="tariffs", world="icio2021", sanctions=[Tariff(between=["USA", "CHN"], rate=0.25)]
    ),
}
FIRST_DAMPING = 0.1


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021")


@pytest.fixture(scope="module", params=SCENARIOS)
def shock(request, world):
    return compile_scenario(SCENARIOS[request.param], world).shock()


@pytest.mark.benchmark(group="one solve")
def test_solve(benchmark, world, shock):
    """From a shock to a verified equilibrium, everything included."""
    eq = benchmark(equilibrium, world, shock)
    benchmark.extra_info |= {"sweeps": eq.iterations, "residual": eq.residual}
    assert eq.residual < 1e-9


@pytest.mark.benchmark(group="one solve")
def test_textbook_baseline(benchmark, world, shock):
    """The named baseline: damped wages, inner price loop, BLAS."""
    answer = benchmark.pedantic(textbook, args=(world, shock), rounds=1)
    benchmark.extra_info |= {"rounds": answer.iterations, "sweeps": answer.inner}
    assert np.abs(answer.wage - equilibrium(world, shock).wage).max() < 1e-7


@pytest.mark.benchmark(group="parts of a solve")
def test_independent_check(benchmark, world, shock):
    eq = equilibrium(world, shock)
    benchmark(residuals, eq.base, shock, long_run, eq)


@pytest.mark.benchmark(group="parts of a solve")
def test_prepare_a_world(benchmark, world):
    """The preconditioner, once a world and elasticity set."""
    benchmark.pedantic(
        lambda fresh: prepared(fresh), setup=lambda: ((world.with_elasticity("FGO"),), {}), rounds=5
    )


@pytest.mark.benchmark(group="ledger")
@pytest.mark.parametrize(
    "ranges", [False, True], ids=["32 solves", "with nine elasticity sets and break-even"]
)
def test_ledger_of_united_front(benchmark, world, ranges):
    scenario = load_scenario("united-front")
    benchmark.pedantic(
        offset_ledger,
        args=(world, scenario),
        kwargs={"ranges": ranges, "break_even": ranges},
        rounds=3,
        warmup_rounds=1,
    )


@pytest.mark.benchmark(group="process")
@pytest.mark.parametrize(
    "code",
    [
        "import countervail",
        "import sys; sys.argv = ['countervail', 'run', 'united-front', '--quiet']\n"
        "from countervail.cli import main; main()",
    ],
    ids=["import", "cold countervail run united-front"],
)
def test_process(benchmark, code, tmp_path):
    benchmark.pedantic(
        lambda: subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL
        ),
        rounds=3,
        warmup_rounds=1,
    )
