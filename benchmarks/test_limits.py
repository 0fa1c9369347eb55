"""What limits on prices and quantities cost, against an ordinary solve of the same world in the same run.

The world is icio2021-energy (81 x 51), one thread. A price cap, or three contracts at once, should cost at most five
ordinary solves; `extra_info` has the ratio of the means.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from countervail import Scenario, load_world
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium

BANS = [
    {
        "embargo": {
            "by": "sanctions_coalition",
            "on": "RUS",
            "goods": ["coal", "oil_products"],
            "direction": "import",
        }
    },
    {"friction": {"by": "sanctions_coalition", "on": "RUS", "rate": "5 %", "kind": "payments"}},
]
LIMITS = {
    "a price cap": [
        {
            "price_cap": {
                "sellers": "RUS",
                "by": "EU27",
                "buyers": ["IND", "TUR"],
                "goods": "oil",
                "fall": 0.05,
            }
        }
    ],
    "a contract": [{"contract": {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "38 bcm"}}],
    "three contracts": [
        {"contract": {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "38 bcm"}},
        {"contract": {"seller": "USA", "buyer": "EU27", "goods": "gas", "volume": "50 bcm"}},
        {"contract": {"seller": "NOR", "buyer": "EU27", "goods": "gas", "volume": "110 %"}},
    ],
}


@pytest.fixture(scope="module")
def world():
    return load_world("icio2021-energy")


def shock_of(world, items):
    return compile_scenario(
        Scenario(name="x", world="icio2021-energy", sanctions=BANS, responses=items), world
    ).shock()


@pytest.fixture(scope="module")
def ordinary(world) -> float:
    """Seconds of an ordinary solve, the median of eleven."""
    shock, times = shock_of(world, []), []
    for _ in range(12):
        begin = perf_counter()
        equilibrium(world, shock)
        times.append(perf_counter() - begin)
    return float(np.median(times[1:]))


@pytest.mark.benchmark(group="limits")
def test_ordinary_solve(benchmark, world):
    """The named baseline: the same bans and frictions without limits."""
    assert benchmark(equilibrium, world, shock_of(world, [])).residual < 1e-9


@pytest.mark.benchmark(group="limits")
@pytest.mark.parametrize("name", LIMITS)
def test_limits(benchmark, world, ordinary, name):
    shock = shock_of(world, LIMITS[name])
    eq = benchmark(equilibrium, world, shock)
    benchmark.extra_info |= {
        "ordinary_solves": benchmark.stats.stats.median / ordinary,
        "conditions": len(shock.conditions),
        "binding": int((np.abs(eq.wedges) > 1e-9).sum()),
        "steps": eq.iterations,
    }
    assert eq.residual < 1e-9
