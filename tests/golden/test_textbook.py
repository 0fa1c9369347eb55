"""A second implementation gives the same answers: the textbook algorithm of benchmarks/baselines.py."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.baselines import textbook
from benchmarks.cases import random_shock, random_world

from countervail import Embargo, Scenario, Tariff, load_world
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium

COALITION = ["EU27", "USA", "GBR", "CAN", "JPN", "KOR", "AUS", "NZL", "CHE", "NOR"]


def agree(world, shock):
    ours, theirs = equilibrium(world, shock), textbook(world, shock)
    assert ours.wage == pytest.approx(theirs.wage, rel=1e-8)
    assert ours.price == pytest.approx(theirs.price, rel=1e-8)
    assert ours.income == pytest.approx(theirs.income, rel=1e-8)
    assert ours.expenditure == pytest.approx(theirs.expenditure, rel=1e-7)


@pytest.mark.parametrize(
    "measure",
    [Embargo(by=COALITION, on="RUS", direction="both"), Tariff(between=["USA", "CHN"], rate=0.25)],
    ids=["full embargo", "25 % tariffs"],
)
@pytest.mark.parametrize("elasticity", ["combined", "U4"])
def test_on_the_embedded_world(measure, elasticity):
    world = load_world("icio2021", elasticity=elasticity)
    agree(world, compile_scenario(Scenario(name="one", sanctions=[measure]), world).shock())


@pytest.mark.parametrize("seed", [2001, 2004, 2009, 2012])
def test_on_random_worlds(seed):
    rng = np.random.default_rng(seed)
    world = random_world(rng, economies=6, sectors=4)
    world = world.with_elasticity(np.clip(world.trade_elasticity, 1.0, 8.0))
    agree(world, random_shock(np.random.default_rng(7), world))
