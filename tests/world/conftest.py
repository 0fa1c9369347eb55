"""Small random tables and the embedded world, for the tests of this room."""

from collections.abc import Callable

import numpy as np
import pytest

from countervail.world.calibrate import calibrate
from countervail.world.catalog import load_world
from countervail.world.table import Table
from countervail.world.world import World

MakeTable = Callable[..., Table]


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """A function that makes a random table: tariffs on goods, some missing trade, home sales above it."""

    def make(
        seed: int = 0, n: int = 3, j: int = 4, *, idle: bool = False, inputs: float = 0.5, **changes
    ) -> Table:
        rng = np.random.default_rng(seed)
        flow = np.minimum(rng.lognormal(2, 1, (n, n, j)), 30) * (rng.random((n, n, j)) < 0.8)
        home = np.arange(n)
        flow[home, home] = np.maximum(rng.lognormal(5, 1, (n, j)), 80)
        if idle:
            flow[0, :, 0] = 0.0
            flow[1, 0, 0] = 5.0
        weights = rng.random((n, j, j)) + 0.05
        share = inputs * weights / weights.sum(axis=1, keepdims=True)
        goods = np.arange(j) < max(1, j // 2)
        tariff = 0.2 * rng.random((n, n, j)) * goods
        tariff[home, home] = 0.0
        fields = {
            "name": "small",
            "year": 2000,
            "countries": tuple(f"C{i:02d}" for i in range(n)),
            "sectors": tuple(f"s{k}" for k in range(j)),
            "flow": flow,
            "intermediate": share * flow.sum(axis=1)[:, None, :] * (0.9 if idle else 1.0),
            "tariff": tariff,
            "goods": goods,
            "sources": ("made up",),
        }
        return Table(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def make_world(make_table: MakeTable) -> Callable[..., World]:
    """A function that makes a random world; theta between 2 and 8."""

    def make(seed: int = 0, n: int = 3, j: int = 4, **changes) -> World:
        table = make_table(seed, n, j, **changes)
        return calibrate(table, np.random.default_rng(seed).uniform(2, 8, j))

    return make


@pytest.fixture(scope="session")
def small(make_world: Callable[..., World]) -> World:
    """One small world."""
    return make_world(1)


@pytest.fixture(scope="session")
def world() -> World:
    """The embedded world of 2021."""
    return load_world("icio2021")
