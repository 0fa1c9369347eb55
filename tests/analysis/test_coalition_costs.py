"""Own cost by size of a coalition: means over all coalitions, and the curvature of their sums."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.coalition_costs import EACH, TOGETHER, coalition_costs, curvature
from countervail.analysis.coalition_shares import coalition_values


@pytest.fixture(scope="module")
def found(small, front):
    return coalition_costs(small, front)


def test_the_ends_are_those_of_single_members_and_of_all(small, front, found):
    values = coalition_values(small, front).table
    steps = found.more["steps"].set_index("members")
    n = len(values)
    assert steps.loc[0, "own_cost_million_usd"] == 0
    income = {
        "EU": small.income[small.countries.index("EU")],
        "USA": small.income[small.countries.index("USA")],
    }
    alone = sum(income[code] * x for code, x in zip(values["code"], values["own_alone_percent"], strict=True))
    assert steps.loc[1, "own_cost_million_usd"] == pytest.approx(-alone / 100 / n, rel=1e-9)
    together = found.table[found.table["line"] == TOGETHER]["own_cost_percent"].iloc[-1]
    each = found.table[found.table["line"] == EACH]["own_cost_percent"].iloc[-1]
    assert together == pytest.approx(each, rel=1e-9)  # of all, both are the loss over joint income
    assert steps["own_cost_million_usd"].diff().iloc[1:].to_numpy() == pytest.approx(
        steps["one_more_costs_million_usd"].iloc[1:].to_numpy()
    )


def test_the_finding_is_that_of_the_second_differences(found):
    steps = found.more["steps"]
    cost = steps["own_cost_million_usd"].to_numpy()
    assert found.record["curvature"] == curvature(cost)
    bent = np.diff(cost, 2)
    assert {"concave": bent.max(initial=-1) < 0, "convex": bent.min(initial=1) > 0}.get(curvature(cost), True)
    assert "grows" in found.title


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([0, 1, 3, 6], "convex"),
        ([0, 3, 5, 6], "concave"),
        ([0, 1, 2, 3], "straight"),
        ([0, 1, 3, 4], "neither"),
        ([0, -1, -3], "concave"),
    ],
)
def test_curvature(values, shape):
    assert curvature(np.array(values, dtype=float)) == shape


def test_sampled_sizes_come_near_the_exact(small, front, monkeypatch, found):
    monkeypatch.setattr("countervail.analysis.coalition_costs.EXACT_UP_TO", 1)
    sampled = coalition_costs(small, front, pairs=4)
    assert "sampled" in sampled.record["method"]
    np.testing.assert_allclose(
        sampled.more["steps"]["own_cost_million_usd"], found.more["steps"]["own_cost_million_usd"], rtol=1e-6
    )
