"""A small world on which measures are tried: six economies, food and electronics (goods) and finance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from countervail.policy.scenario import Scenario
from countervail.policy.shock import Shock, compile_scenario
from countervail.world.calibrate import calibrate
from countervail.world.catalog import load_world
from countervail.world.table import Table
from countervail.world.world import World

COUNTRIES = ("RUS", "CHN", "DEU", "FRA", "TUR", "ROW")
SECTORS = ("A01", "C26", "K")


@pytest.fixture(scope="session")
def world() -> World:
    """Six economies, three sectors; Türkiye sells no electronics to Russia, nobody sells food to ROW."""
    rng = np.random.default_rng(5)
    n, j = len(COUNTRIES), len(SECTORS)
    flow = rng.uniform(1, 9, (n, n, j))
    flow[np.arange(n), np.arange(n)] *= 12
    flow[COUNTRIES.index("TUR"), COUNTRIES.index("RUS"), 1] = 0
    flow[:5, COUNTRIES.index("ROW"), 0] = 0
    tariff = np.zeros((n, n, j))
    tariff[:, :, :2] = rng.uniform(0.02, 0.12, (n, n, 2))
    tariff[np.arange(n), np.arange(n)] = 0
    uses = 0.3 * flow.sum(axis=0)[:, :, None] * rng.dirichlet(np.ones(j), (n, j))
    table = Table("small", 2021, COUNTRIES, SECTORS, flow, uses, tariff, np.array([True, True, False]))
    return calibrate(table, [4.0, 5.0, 3.0])


@pytest.fixture(scope="session")
def icio() -> World:
    """The embedded world of 2021."""
    return load_world("icio2021")


@dataclass(frozen=True)
class Dense:
    """A shock on all cells of a world, by economy and sector code."""

    world: World
    shock: Shock

    def __call__(self, name: str, o: str, d: str, s: str) -> float:
        """One array's value in one cell; what stands in the base year where nothing changes."""
        world = self.world
        cell = (world.index(o) * world.n_countries + world.index(d)) * world.n_sectors + world.sectors.index(
            s
        )
        at = np.flatnonzero(self.shock.cells == cell)
        if not at.size:
            return float(world.tariff.ravel()[cell]) if name == "tariff" else 1.0
        return float(getattr(self.shock, name)[at[0]])

    def tariff_added(self, o: str, d: str, s: str) -> float:
        """tau' - tau of one cell."""
        world = self.world
        return self("tariff", o, d, s) - float(
            world.tariff[world.index(o), world.index(d), world.sectors.index(s)]
        )


@pytest.fixture
def dense(world: World) -> Callable[..., Dense]:
    """Compiles a scenario given as lists of items and looks at single cells of its shock."""

    def look(
        given: list = (), sanctions: list = (), responses: list = (), *, active: dict | None = None, **more
    ) -> Dense:
        scenario = Scenario(name="test", given=given, sanctions=sanctions, responses=responses, **more)
        return Dense(world, compile_scenario(scenario, world).shock(**(active or {})))

    return look
