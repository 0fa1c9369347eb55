"""Analyses of a scenario use the model that it names, unless another is asked for, and say which it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from countervail.analysis.burden import burden_sharing
from countervail.analysis.coalition_potential import horizontal_potential, vertical_potential
from countervail.analysis.coalition_shares import coalition_values
from countervail.analysis.coalition_steps import coalition_stages
from countervail.analysis.frontier import sanctions_frontier
from countervail.analysis.layers import layers_of_cooperation
from countervail.analysis.ledger import offset_ledger
from countervail.analysis.response_parties import response_gains
from countervail.analysis.steps import steps
from countervail.analysis.uncertainty import offset_uncertainty
from countervail.analysis.uncertainty_switches import switches_exhibit
from countervail.errors import SolveError
from countervail.model.parameters import long_run, short_run
from countervail.policy.scenario import Scenario
from countervail.solver import solve

SHORT = "short run"


def named(scenario: Scenario, model: str) -> Scenario:
    return scenario.with_settings({"model": model})


EXHIBITS = {
    "values": lambda world, scenario, model: coalition_values(world, scenario, model),
    "stages": lambda world, scenario, model: coalition_stages(world, scenario, model, candidates=["IND"]),
    "vertical": lambda world, scenario, model: vertical_potential(
        world, scenario, model, intensities=(0.5, 1.0)
    ),
    "horizontal": lambda world, scenario, model: horizontal_potential(world, scenario, model, tries=1),
    "burden": lambda world, scenario, model: burden_sharing(world, scenario, model),
    "parties": lambda world, scenario, model: response_gains(world, scenario, model),
    "layers": lambda world, scenario, model: layers_of_cooperation(world, "CHN", "RUS", scenario, model),
    "bands": lambda world, scenario, model: offset_uncertainty(world, scenario, model, draws=8).bands,
}


@pytest.mark.parametrize("name", EXHIBITS)
def test_the_scenarios_own_model_is_the_default(small, front, name):
    make = EXHIBITS[name]
    own = make(small, named(front, "short_run"), None)
    asked = make(small, front, short_run)
    other = make(small, named(front, "short_run"), long_run)
    pd.testing.assert_frame_equal(own.table, asked.table, rtol=1e-9)
    assert SHORT in own.source
    assert "long run" in other.source
    numbers = own.table.select_dtypes("number")
    assert not np.allclose(numbers, other.table[numbers.columns], rtol=1e-3, equal_nan=True)


def test_views_without_a_table_too(small, front):
    own = named(front, "short_run")
    both = [steps(small, own), steps(small, front, short_run)]
    np.testing.assert_allclose(both[0].percent, both[1].percent, rtol=1e-9)
    assert offset_ledger(small, own).model == short_run
    assert solve(small, own).model == short_run
    assert SHORT in switches_exhibit(small, own, short_run, None).source


def test_steps_and_draws_agree_with_the_ledger_in_the_short_run(small, front):
    """A leak of given size is composed at the elasticities of the horizon, in every view alike."""
    own = named(front, "short_run")
    welfare = solve(small, own).welfare.sel(country="RUS").item()
    walked = steps(small, own)
    row = [group.code for group in walked.groups].index("RUS")
    assert walked.percent[:, row].sum() == pytest.approx(welfare, abs=1e-7)
    drawn = offset_uncertainty(small, own, draws=2).stated
    net = float((drawn["harm"] + drawn["offset"]).sel(code="RUS"))
    assert net == pytest.approx(welfare, abs=1e-7)


def test_a_frontier_refuses_a_model_without_derivatives(small, front):
    with pytest.raises(SolveError, match="CV309"):
        sanctions_frontier(small, named(front, "short_run"), points=2)
    assert "long run" in sanctions_frontier(small, named(front, "short_run"), long_run, points=2).curve.source
