"""What to cite follows from what was used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from countervail import __version__
from countervail.citation import cite
from countervail.model.parameters import long_run, short_run
from countervail.policy.scenario import Scenario
from countervail.solver import solve
from countervail.world.catalog import load_world
from countervail.world.world import World


@dataclass(frozen=True)
class Result:
    world: World
    scenario: Scenario | None


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("icio2021")


def asked(by: object = "USA", responses: int = 0) -> Scenario:
    answers = [{"agreement": {"between": ["RUS", "CHN"], "saving": "2 %"}}] * responses
    embargo = {"embargo": {"by": by, "on": "RUS", "goods": "coal"}}
    return Scenario(name="Coal", sources=["An act of parliament"], sanctions=[embargo], responses=answers)


def test_software_model_data_and_the_set_in_use(world: World) -> None:
    text = cite(Result(world, asked()))
    assert f"countervail {__version__}" in text
    for source in (
        "Caliendo",
        "OECD Inter-Country Input-Output tables, 2025",
        "Teti (2024)",
        "An act of parliament",
    ):
        assert source in text
    assert "combined: Fontagne" in text
    assert "Ahmad and Schreiber (2024)" in text
    assert "Chowdhry" not in text
    assert "Shapley" not in text


def test_another_set_is_cited_instead(world: World) -> None:
    text = cite(Result(world.with_elasticity("BSY"), None))
    assert "BSY: Bagwell" in text
    assert "Fontagne" not in text


def test_own_numbers_are_said_to_be_so(world: World) -> None:
    own = world.with_elasticity(np.full(world.n_sectors, 5.0))
    assert "custom: numbers set by the user" in cite(Result(own, None))


@pytest.mark.parametrize("by", [["USA", "GBR"], "EU27"])
def test_coalitions_cite_their_paper(world: World, by: object) -> None:
    assert "Chowdhry, S., Hinz, J., Kamin, K. and Wanner, J. (2024)" in cite(Result(world, asked(by)))


def test_attribution_cites_shapley(world: World) -> None:
    assert "Shapley, L. S. (1953)" in cite(Result(world, asked(responses=2)))


def test_another_horizon_names_its_own_sources(world: World) -> None:
    long_, short = (solve(world, asked(), model) for model in (long_run, short_run))
    assert "Horizon" not in cite(long_)
    assert "Horizon: short run: " in cite(short)
    assert "Baqaee" in cite(short)
