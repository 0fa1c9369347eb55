"""Random networks of pipelines: quotas, contracts and capacities of hubs at once, and their complementarity."""

from __future__ import annotations

import numpy as np
import pytest

import countervail as cv
from countervail.model.conditions import condition_residuals, shipped
from countervail.model.parameters import medium_run, short_run
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario

PLACES = ("RUS", "CHN", "TUR", "DEU", "FRA", "ROW")
MODELS = (cv.long_run, medium_run, short_run)


def network(seed: int, codes) -> list[dict]:
    """Two to five lines of one good; quotas to some buyers, contracts with others, so that none denies another."""
    rng = np.random.default_rng(seed)
    order = [str(code) for code in rng.permutation(codes)]
    sides = {"quota": (order[:3], (0.4, 1.1)), "contract": (order[3:], (0.9, 1.3))}
    lines = []
    for n in range(rng.integers(2, 6)):
        kind = ("quota", "contract")[n % 2]
        among, (low, high) = sides[kind]
        buyers = [str(code) for code in rng.permutation(among)[: rng.integers(1, 3)]]
        seller = str(rng.choice([code for code in codes if code not in (*buyers, "ROW")]))
        volume = f"{100 * rng.uniform(low, high):.3f} %"
        lines.append({kind: {"seller": seller, "buyer": buyers, "goods": "K", "volume": volume}})
    return lines


@pytest.mark.parametrize("seed", range(12))
def test_every_line_of_a_network_is_full_or_free(world, seed):
    """One of slack and wedge is zero to 1e-9, each on its side, and quantities are within what the lines say."""
    lines = network(seed, PLACES)
    scenario = Scenario(name="network", sanctions=lines)
    shock = compile_scenario(scenario, world).shock()
    outcome = cv.solve(world, scenario, MODELS[seed % 3])
    eq = outcome.equilibrium
    assert len(eq.wedges) == len(lines)
    assert condition_residuals(eq.base, shock, eq.wedges, eq).max() < 1e-9
    assert eq.residual < 1e-9
    for limit, log in zip(eq.limits, eq.wedges, strict=True):
        quantity = float(shipped(eq.base, outcome.shock, limit.cells, eq).sum())
        if limit.kind == "quota":
            assert quantity <= limit.bound * (1 + 1e-9)
            assert log >= 0
        else:
            assert quantity >= limit.bound * (1 - 1e-9)
            assert log <= 0


@pytest.mark.parametrize("seed", range(4))
def test_a_network_beside_hubs_that_fill(world, seed):
    """Ways around a ban with capacities, and contracts on other trade, in one equilibrium."""
    rng = np.random.default_rng(seed)
    ban = {
        "embargo": {"name": "ban", "by": ["DEU", "FRA"], "on": "RUS", "goods": "C26", "direction": "export"}
    }
    capacity = f"{rng.uniform(5, 30):.2f} %"
    way = {
        "bypass": {"ban": "ban", "through": ["CHN", "TUR", "ROW"], "detour": "110 %", "capacity": capacity}
    }
    contract = {"contract": {"seller": "RUS", "buyer": "CHN", "goods": "A01", "volume": "115 %"}}
    outcome = cv.solve(world, Scenario(name="x", sanctions=[ban], responses=[way, contract]))
    eq = outcome.equilibrium
    assert eq.wedges[0] < 0
    assert max(eq.residuals["12d hubs"], eq.residuals["12 limits"]) < 1e-9
    assert eq.residual < 1e-9
