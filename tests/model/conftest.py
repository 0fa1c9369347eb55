"""A world of two economies and two goods whose numbers a person can check, and a solved one of random numbers."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.model.equilibrium import Equilibrium
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.table import Table
from countervail.world.world import World


@pytest.fixture(scope="session")
def small() -> World:
    """A sells food to B (20, tariff 25 %), B sells tools to A (20, no tariff); home sales 80; food makes tools.

    A: X food 80, tools 90; Y food 100, tools 70. B: X food 95, tools 80; Y food 70, tools 100. Uses of food in tools:
    A 14, B 19 as paid. theta 2 and 4.
    """
    flow = np.zeros((2, 2, 2))
    flow[0, 0], flow[1, 1] = (80, 70), (70, 80)
    flow[0, 1, 0], flow[1, 0, 1] = 20, 20
    tariff = np.zeros((2, 2, 2))
    tariff[0, 1, 0] = 0.25
    uses = np.zeros((2, 2, 2))
    uses[0, 0, 1], uses[1, 0, 1] = 14, 19
    table = Table(
        "small",
        2000,
        ("A", "B"),
        ("food", "tools"),
        flow,
        uses,
        tariff,
        np.array([True, True]),
        inputs_as_paid=True,
    )
    return calibrate(table, [2.0, 4.0])


@pytest.fixture(scope="session")
def at_rest(small: World) -> Equilibrium:
    """The base of `small` as an equilibrium, put together by hand: all hats 1."""
    ones = np.ones((2, 2))
    return Equilibrium(
        base=small,
        wage=np.ones(2),
        price=ones,
        unit_cost=ones.copy(),
        expenditure=small.expenditure,
        output=small.output,
        income=small.income,
        tariff_revenue=small.tariff_revenue,
        rent=np.zeros(2),
        transfer=small.transfer,
        part=np.zeros(2, np.int64),
        residuals={},
        iterations=1,
        method="by hand",
    )


@pytest.fixture(scope="session")
def solved(random_world, shocks):
    """A random world, a shock of every kind, and the equilibrium."""
    world = random_world(11, n=5, j=4)
    shock = shocks.mixed(world, 3)
    return world, shock, equilibrium(world, shock)
