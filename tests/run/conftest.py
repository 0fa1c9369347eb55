"""Plans on a tiny world, for which a sweep takes a fraction of a second."""

from __future__ import annotations

import pytest

from countervail.run.plan import Plan

SCENARIO = {
    "name": "Tiny",
    "world": "tiny",
    "blocs": {"front": ["C0", "C2"]},
    "sanctions": [
        {"friction": {"by": "front", "on": "C1", "rate": "10 %", "kind": "payments"}},
        {"embargo": {"by": "C0", "on": "C1", "goods": "S0", "leakage": "20 %"}},
    ],
    "responses": [{"agreement": {"between": ["C1", "C3"], "saving": "5 %"}}],
}


@pytest.fixture(scope="session")
def tiny(random_world):
    """Four economies, three sectors."""
    return random_world(7)


@pytest.fixture(scope="session")
def make_plan():
    """A function that gives a plan of what varies and of what else a file may say."""

    def make(*vary, **fields):
        return Plan.from_dict({"name": "Tiny plan", "scenario": SCENARIO, "vary": list(vary), **fields})

    return make


@pytest.fixture
def plan(make_plan):
    """24 scenarios in five batches."""
    return make_plan(
        {
            "grid": {
                "responses.0.saving": {"from": 0, "to": "20 %", "steps": 4},
                "closure": ["fixed", "share"],
            }
        },
        {"list": [{"sanctions.1.leakage": "5 %"}, {"sanctions.1.leakage": "50 %"}, {"blocs.front": ["C0"]}]},
        batch=5,
    )
