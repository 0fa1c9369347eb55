"""A small world made of the embedded one, and a scenario with every kind of response that a ledger sees."""

from dataclasses import replace

import numpy as np
import pytest
from tests.conftest import Recipe

from countervail.policy.scenario import Scenario
from countervail.world.calibrate import calibrate
from countervail.world.catalog import load_world
from countervail.world.labels import blocs
from countervail.world.world import World


@pytest.fixture(scope="session")
def small() -> World:
    """Russia, China, the EU, the United States, India and the rest; energy, industry and services."""
    world = load_world("icio2021")
    kept = {"RUS", "CHN", "USA", "IND", *blocs()["EU27"]}
    energy = ("B05", "B06", "C19")
    industry = [s for s, good in zip(world.sectors, world.goods, strict=True) if good and s not in energy]
    services = [s for s, good in zip(world.sectors, world.goods, strict=True) if not good]
    return world.aggregate(
        countries={"EU": "EU27", "REST": [c for c in world.countries if c not in kept]},
        sectors={"ENERGY": energy, "INDUSTRY": industry, "SERVICES": services},
    )


@pytest.fixture(scope="session")
def front() -> Scenario:
    """Sanctions of two senders on Russia, three responses and a boycott."""
    return Scenario.from_yaml(
        """
        name: Small front
        world: small
        blocs: {west: [EU, USA]}
        sanctions:
          - embargo: {by: west, on: RUS, goods: INDUSTRY, direction: export, leakage: 20 %}
          - embargo: {by: EU, on: RUS, goods: ENERGY, direction: import, leakage: 30 %}
          - friction: {by: [EU, USA, CHN], on: RUS, rate: 6 %, kind: payments}
        senders: west
        responses:
          - corridor: {name: lane, between: [RUS, EU], goods: INDUSTRY}
          - agreement: {name: treaty, between: [RUS, CHN], saving: 4 %}
          - boycott: {name: words, by: CHN, on: USA}
          - payments: {name: own money, between: [RUS, CHN], removes: 50 %}
        """
    )


@pytest.fixture(scope="session")
def twins() -> World:
    """Five economies of which C1 and C2 are alike; C3 does not trade with C0."""
    table = Recipe(7, n=5, j=3, missing=0.0).table()
    swap = [0, 2, 1, 3, 4]
    flow = 0.5 * (table.flow + table.flow[np.ix_(swap, swap)])
    flow[0, 3] = flow[3, 0] = 0.0
    tariff = 0.5 * (table.tariff + table.tariff[np.ix_(swap, swap)])
    inputs = 0.5 * (table.intermediate + table.intermediate[swap])
    inputs[[0, 3]] *= 0.5  # they buy less now, and must still have final use
    return calibrate(replace(table, flow=flow, tariff=tariff, intermediate=inputs), [3.0, 5.0, 2.0])
