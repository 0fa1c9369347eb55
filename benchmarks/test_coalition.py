"""All coalitions of ten members on the embedded world, against one compiled scenario and one solve at a time.

The baseline is what a user would write: restrict `by` of every sanction, compile, solve. It is run on 16 coalitions;
`per_coalition_ms` of both is what to compare. Two threads.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from countervail import load_scenario, load_world
from countervail.analysis.coalition_division import divide
from countervail.analysis.coalition_play import Play
from countervail.analysis.coalition_shares import member_values
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.scope import Scope
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium

MEMBERS = ["EU27", "USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR"]
BASELINE = range(0, 1024, 64)


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021")


@pytest.fixture(scope="module")
def division(world):
    found = divide(world, load_scenario("united-front"), MEMBERS)
    Play(found, long_run).solve([0])  # compiled, and the world prepared
    return found


@pytest.mark.benchmark(group="coalition of ten")
def test_all_coalitions(benchmark, division):
    """1,024 equilibria and their Shapley values."""
    values = benchmark.pedantic(lambda: member_values(Play(division, long_run)), rounds=3)
    benchmark.extra_info["per_coalition_ms"] = 1e3 * benchmark.stats.stats.min / 1024
    target = division.sides.targets
    assert values.parts[:, target].sum() < 0


@pytest.mark.benchmark(group="coalition of ten")
def test_one_at_a_time_baseline(benchmark, world, division):
    """The named baseline: restricted scenarios, compiled and solved one by one."""
    scenario, scope = load_scenario("united-front"), Scope(world, load_scenario("united-front").blocs)
    outside = set(range(world.n_countries)) - {int(n) for p in division.players for n in p.positions}

    def restricted(coalition: int) -> np.ndarray:
        acting = outside | {
            int(n) for k, p in enumerate(division.players) if coalition >> k & 1 for n in p.positions
        }
        sanctions = []
        for item in scenario.sanctions:
            by = [world.countries[n] for n in scope.economies(item.by, "by") if int(n) in acting]
            if by:
                sanctions.append(item.with_fields(by=tuple(by)))
        changed = scenario.from_dict(
            scenario.to_dict() | {"sanctions": [item.to_item() for item in sanctions], "responses": []}
        )
        return welfare(equilibrium(world, compile_scenario(changed, world).shock()))

    start = perf_counter()
    found = benchmark.pedantic(lambda: [restricted(c) for c in BASELINE], rounds=1)
    benchmark.extra_info["per_coalition_ms"] = 1e3 * (perf_counter() - start) / len(BASELINE)
    play = Play(division, long_run)
    play.solve(BASELINE)
    for coalition, percent in zip(BASELINE, found, strict=True):
        np.testing.assert_allclose(play.change[coalition] + play.reference, percent, atol=1e-8)
