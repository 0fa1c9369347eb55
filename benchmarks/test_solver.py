"""How long a solve takes, against the textbook algorithm in the same run. `make bench` prints the table.

All on one thread unless said. Absolute times depend on the machine; the ratios to the baseline are what to quote. The
baseline runs at the fixed damping that a search finds best for each case, to the same tolerance.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.baselines import best_damping, textbook
from benchmarks.cases import bans, gravity_world

from countervail import Embargo, Scenario, Tariff, load_scenario, load_world, offset_ledger, solve_many
from countervail import solve as solve_scenario
from countervail.model.equations import residuals
from countervail.model.parameters import long_run
from countervail.policy.shock import Shock, compile_scenario
from countervail.seam import together
from countervail.solver import equilibria, equilibrium, prepared
from countervail.world.world import World

COALITION = ["EU27", "USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR"]
SCENARIOS = {
    "full coalition embargo": Scenario(
        name="embargo", world="icio2021", sanctions=[Embargo(by=COALITION, on="RUS", direction="both")]
    ),
    "25 % US-China tariff": Scenario(
        name="tariffs", world="icio2021", sanctions=[Tariff(between=["USA", "CHN"], rate=0.25)]
    ),
}
SIZES = ((20, 20), (40, 30), (81, 50), (120, 80), (196, 133), (245, 135))
MANY = 512
RESIDUAL = 1e-10


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021")


@pytest.fixture(scope="module", params=SCENARIOS)
def shock(request, world):
    return compile_scenario(SCENARIOS[request.param], world).shock()


def solve(world: World, shock: Shock):
    """From a shock to an equilibrium with the kernel's own residual on every equation, without the other check."""
    (eq,) = together(world, [shock], long_run, check=[False])
    return eq


def least(call, rounds: int = 5) -> float:
    """Seconds of the fastest of some rounds."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return min(took)


@pytest.mark.benchmark(group="one solve")
def test_solve(benchmark, world, shock):
    """From a shock to an equilibrium, its residuals included; the independent check is timed below."""
    eq = benchmark(solve, world, shock)
    benchmark.extra_info |= {"evaluations": eq.iterations, "residual": eq.residual}
    assert eq.residual < RESIDUAL


@pytest.mark.benchmark(group="one solve")
def test_textbook_baseline(benchmark, world, shock):
    """The named baseline: damped wages, inner price loop, BLAS, at the best fixed damping."""
    damping = best_damping(world, shock)
    answer = benchmark.pedantic(textbook, args=(world, shock, damping), rounds=3)
    ratio = benchmark.stats.stats.min / least(lambda: solve(world, shock))
    benchmark.extra_info |= {
        "damping": damping,
        "rounds": answer.iterations,
        "sweeps": answer.inner,
        "ratio": ratio,
    }
    assert np.abs(answer.wage - equilibrium(world, shock).wage).max() < 1e-7


@pytest.mark.benchmark(group="one solve")
def test_solve_beside_a_busy_core(benchmark, world, shock):
    """The same while another process keeps the other core busy; `slower` is the ratio to the idle machine.

    Idle and busy take turns and medians are compared, since the machine itself changes from one second to the next.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    try:
        idle, busy = [], []
        for _ in range(5):
            idle.append(middle(lambda: solve(world, shock)))
            with busy_core(cores[-1]):
                busy.append(middle(lambda: solve(world, shock)))
        with busy_core(cores[-1]):
            benchmark(solve, world, shock)
    finally:
        os.sched_setaffinity(0, cores)
    benchmark.extra_info["slower"] = float(np.median(np.array(busy) / np.array(idle)))


def middle(call, rounds: int = 40) -> float:
    """Seconds of the median of some rounds."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return float(np.median(took))


@contextmanager
def busy_core(core: int):
    """Another process at work on this core, in memory too."""
    code = (
        f"import os; os.sched_setaffinity(0, [{core}])\nimport numpy as np\nx = np.random.rand(400, 400)\n"
        "print('at work', flush=True)\nwhile True: x = x @ x; x /= x.max()"
    )
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, "-c", code], env=alone, stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            yield
        finally:
            other.kill()


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


@pytest.fixture(scope="module")
def questions(world):
    """Scenarios that differ in coalition, goods and intensity."""
    rng = np.random.default_rng(1)
    goods = [s for s, is_good in zip(world.sectors, world.goods, strict=True) if is_good]
    others = [c for c in world.countries if c != "RUS"]
    found = []
    for i in range(MANY):
        scope = {
            "by": tuple(str(c) for c in rng.choice(others, int(rng.integers(3, 30)), replace=False)),
            "on": ("RUS",),
            "goods": tuple(
                str(s) for s in rng.choice(goods, int(rng.integers(2, len(goods))), replace=False)
            ),
        }
        kind = Embargo(**scope, leakage=float(rng.uniform(0.0, 0.5)))
        if i % 2:
            kind = Tariff(**scope, rate=float(rng.uniform(0.05, 0.6)))
        found.append(Scenario(name=f"{i}", world="icio2021", sanctions=[kind]))
    return found


@pytest.fixture(scope="module")
def many(world, questions):
    """Their shocks."""
    return [compile_scenario(scenario, world).shock() for scenario in questions]


@pytest.mark.benchmark(group="512 scenarios")
@pytest.mark.parametrize("threads", [1, 2])
def test_many(benchmark, world, many, threads):
    """In groups of eight, from shocks to equilibria with the kernel's own residuals."""

    def run():
        return list(equilibria(world, many, threads=threads, check=[False] * MANY))

    answers = benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    benchmark.extra_info["scenarios a second"] = MANY / benchmark.stats.stats.min
    assert max(eq.residual for eq in answers) < 1e-9


@pytest.mark.benchmark(group="512 scenarios")
def test_solve_many(benchmark, world, questions):
    """From scenarios to welfare, compiling and the checked sample included, on all cores."""
    results = benchmark.pedantic(lambda: solve_many(world, questions), rounds=3, warmup_rounds=1)
    benchmark.extra_info["scenarios a second"] = MANY / benchmark.stats.stats.min
    assert float(results.residual.max()) < 1e-9


@pytest.mark.benchmark(group="512 scenarios")
def test_many_one_by_one(benchmark, world, many):
    """The baseline of the batch: the same solver, one scenario at a time."""
    benchmark.pedantic(lambda: [solve(world, shock) for shock in many], rounds=1)
    benchmark.extra_info["scenarios a second"] = MANY / benchmark.stats.stats.min


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


def eight_responses() -> Scenario:
    """United front with three more responses, all of which the model has a channel for."""
    front = load_scenario("united-front").to_dict()
    front["responses"] = [item for item in front["responses"] if "boycott" not in item] + [
        {"substitution": {"name": "own industry", "by": "RUS", "goods": "technology", "rate": 0.05}},
        {"agreement": {"name": "with India", "between": ["RUS", "IND"], "goods": "goods", "saving": 0.03}},
        {
            "corridor": {
                "name": "south",
                "between": ["RUS", "IND", "TUR"],
                "goods": "essentials",
                "saving": 0.02,
            }
        },
    ]
    return Scenario.from_dict(front)


@pytest.mark.benchmark(group="ledger of eight responses")
def test_ledger_of_eight_responses(benchmark, world):
    """256 subsets and the reference, from the scenario to the ledger, on all cores."""
    scenario = eight_responses()
    ledger = benchmark.pedantic(
        lambda: offset_ledger(world, scenario, ranges=False, break_even=False), rounds=5, warmup_rounds=1
    )
    assert ledger.solves == 257
    assert ledger.residual < RESIDUAL * 10


@pytest.mark.benchmark(group="ledger of eight responses")
def test_ledger_one_by_one(benchmark, world):
    """The baseline: the same subsets, each compiled, solved and checked alone."""
    scenario = eight_responses()

    def one(subset: int):
        some = tuple(item for n, item in enumerate(scenario.responses) if subset >> n & 1)
        return solve_scenario(world, replace(scenario, responses=some)).welfare

    benchmark.pedantic(lambda: [one(subset) for subset in range(256)], rounds=1, warmup_rounds=0)


LARGE = """
import json, resource, sys, time
from benchmarks.cases import bans, gravity_world, uniform_tariff
from benchmarks.test_solver import solve
world = gravity_world(196, 133, traded=0.33)
made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
out = {"making the table, peak MB": made, "share of cells": float((world.trade_share > 0).mean())}
for name, shock in (("25 pp tariff", uniform_tariff(world, 0.25)), ("embargo", bans(world))):
    solve(world, shock)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        eq = solve(world, shock)
        took.append(time.perf_counter() - began)
    out[name + ", s"], out[name + ", residual"] = min(took), eq.residual
print(json.dumps(out))
"""


@pytest.mark.benchmark(group="196 x 133, a third of the cells")
def test_large_sparse_world(benchmark):
    """In a process of its own; times and residuals are in the extra information."""
    ran = benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", LARGE], check=True, capture_output=True, text=True),
        rounds=1,
    )
    benchmark.extra_info |= json.loads(ran.stdout)


@pytest.mark.benchmark(group="growth")
def test_growth(benchmark):
    """Time of a solve over non-zero cells, one exponent fitted over worlds of 20 x 20 to 245 x 135."""

    def measured():
        cells, times = [], []
        for economies, sectors in SIZES:
            world = gravity_world(economies, sectors)
            shock = bans(world)
            solve(world, shock)
            cells.append(np.count_nonzero(world.trade_share))
            times.append(least(lambda world=world, shock=shock: solve(world, shock)))
        return cells, times

    cells, times = benchmark.pedantic(measured, rounds=1)
    benchmark.extra_info |= {
        "exponent": float(np.polyfit(np.log(cells), np.log(times), 1)[0]),
        "ms": [round(1e3 * t, 2) for t in times],
    }


FIRST = """
import time
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world.catalog import load_world
world = load_world("icio2021")
began = time.perf_counter()
equilibrium(world, no_change(world))
print(time.perf_counter() - began)
"""


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


@pytest.mark.benchmark(group="first solve of a process")
@pytest.mark.parametrize("cached", [True, False], ids=["compiled before", "from nothing"])
def test_first_solve(benchmark, cached, tmp_path):
    """Seconds from a loaded world to the first answer, in the extra information."""

    def first(folder) -> float:
        ran = subprocess.run(
            [sys.executable, "-c", FIRST],
            env=os.environ | {"NUMBA_CACHE_DIR": str(folder)},
            check=True,
            capture_output=True,
            text=True,
        )
        return float(ran.stdout)

    if cached:
        first(tmp_path)
    folders = [tmp_path if cached else tmp_path / str(i) for i in range(3 if cached else 1)]
    took = benchmark.pedantic(lambda: [first(folder) for folder in folders], rounds=1)
    benchmark.extra_info["first solve, s"] = min(took)
