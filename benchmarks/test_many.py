"""Many scenarios: sweeps and draws against the raw batched solver in the same run. `make bench` prints the table."""

from __future__ import annotations

import numpy as np
import pytest

from countervail import Plan, load_scenario, load_world, offset_uncertainty, run_plan
from countervail.analysis.uncertainty_draws import Assumptions, space_of
from countervail.analysis.uncertainty_solve import Evaluation
from countervail.model.parameters import long_run
from countervail.run.batches import Job
from countervail.run.draws import cube
from countervail.solver import equilibria, equilibrium, welfare_of

COUNT = 256
PLAN = {
    "name": "bench",
    "scenario": "united-front",
    "vary": [
        {
            "sample": {
                "draws": COUNT,
                "of": {
                    "responses.0.saving": {"uniform": ["0 %", "10 %"]},
                    "sanctions.0.leakage": {"uniform": ["10 %", "50 %"]},
                },
            }
        }
    ],
}


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021")


@pytest.fixture(scope="module")
def job(world):
    return Job(Plan.from_dict(PLAN), world)


@pytest.mark.benchmark(group="256 scenarios of a sweep")
def test_raw_batched_solver(benchmark, world, job):
    """The named baseline: the same shocks, made before, solved and verified, nothing kept."""
    shocks = [job.reader.question(job.plan.point(n)).shock for n in range(COUNT)]
    benchmark.pedantic(lambda: sum(1 for _ in equilibria(world, shocks)), rounds=2, warmup_rounds=1)


@pytest.mark.benchmark(group="256 scenarios of a sweep")
def test_sweep(benchmark, world, job, tmp_path_factory):
    """From the plan to files, everything included; kB a scenario on disk."""

    def run():
        folder = tmp_path_factory.mktemp("sweep") / "out"
        run_plan(job.plan, folder, world)
        return folder

    folder = benchmark.pedantic(run, rounds=2, warmup_rounds=1)
    size = sum(path.stat().st_size for path in (folder / "batches").iterdir())
    benchmark.extra_info["kB a scenario"] = size / COUNT / 1000


@pytest.mark.benchmark(group="128 draws")
def test_raw_solver_of_the_draws(benchmark, world):
    """The named baseline: the same two shocks a draw, made before."""
    scenario = load_scenario("united-front")
    space = space_of(world, scenario, Assumptions())
    evaluation = Evaluation(world, scenario, long_run, space)
    unit = cube(128, len(space.groups), 0)
    theta = space.elasticities(unit)
    three = [evaluation.shocks(m, own) for m, own in zip(space.measures(unit), theta, strict=True)]
    shocks, own = [s for _, *two in three for s in two], np.repeat(theta, 2, axis=0)
    benchmark.pedantic(
        lambda: welfare_of(world, shocks, elasticity=own, threads=2), rounds=2, warmup_rounds=1
    )


@pytest.mark.benchmark(group="128 draws")
def test_uncertainty(benchmark, world):
    scenario = load_scenario("united-front")
    benchmark.pedantic(
        lambda: offset_uncertainty(world, scenario, draws=128, threads=2), rounds=2, warmup_rounds=1
    )


@pytest.mark.benchmark(group="1,000 draws")
def test_uncertainty_of_a_thousand_draws(benchmark, world):
    """Harm, offset and bands over 1,000 draws, each with elasticities and sizes of its own; two solves a draw."""
    scenario = load_scenario("united-front")
    benchmark.pedantic(lambda: offset_uncertainty(world, scenario, draws=1000, threads=2), rounds=1)


@pytest.mark.benchmark(group="1,000 draws")
def test_one_draw_at_a_time(benchmark, world):
    """The baseline: 32 of the draws, each solved alone in a world calibrated at its elasticities."""
    scenario = load_scenario("united-front")
    space = space_of(world, scenario, Assumptions())
    evaluation = Evaluation(world, scenario, long_run, space)
    unit = cube(32, len(space.groups), 0)
    draws = list(zip(space.measures(unit), space.elasticities(unit), strict=True))

    def alone(changed, theta):
        own = world.with_elasticity(theta)
        _, hurt, answered = evaluation.shocks(changed, theta)
        return equilibrium(own, hurt), equilibrium(own, answered)

    benchmark.pedantic(lambda: [alone(*draw) for draw in draws], rounds=1)
    benchmark.extra_info["1,000 draws, s"] = benchmark.stats.stats.min * 1000 / 32
