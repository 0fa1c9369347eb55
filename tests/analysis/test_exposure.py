"""Exposure to bilateral trade costs: differences of solves, Hulten's theorem, labels."""

from dataclasses import replace

import numpy as np
import pytest

import countervail as cv
from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import welfare
from countervail.solver import equilibrium


@pytest.mark.parametrize("closure", CLOSURES)
def test_each_entry_is_a_derivative_of_solves(closure, random_world, shocks):
    world = random_world(21, n=4, j=3)
    model = replace(long_run, closure=closure)
    found = cv.exposure(world, model)
    for o, d in ((0, 1), (3, 2), (2, 2)):
        cells = np.zeros(world.tariff.shape, bool)
        cells[o, d] = True
        up, down = (
            welfare(equilibrium(world, shocks.of(world, cells, cost=np.exp(h)), model)) for h in (1e-4, -1e-4)
        )
        expected = (up - down) / 2e-4 / 100
        np.testing.assert_allclose(
            found.to_numpy()[:, o, d], expected, rtol=0, atol=1e-6 * np.abs(expected).max()
        )


def test_without_tariffs_the_world_loses_the_flow(random_world):
    """Hulten's theorem, and gains of one are losses of another beyond it."""
    world = random_world(5, tariffs=0.0)
    found = cv.exposure(world)
    total = world.income @ found.to_numpy().reshape(world.n_countries, -1)
    flow = world.basic_flow().sum(axis=2).ravel()
    np.testing.assert_allclose(total, -flow, rtol=1e-8, atol=1e-9 * flow.max())


def test_in_the_embedded_world(icio2021):
    found = cv.exposure(icio2021)
    assert found.dims == ("country", "origin", "destination")
    assert found.attrs["unit"] == "percent of base income per percent of trade cost"
    assert found.sel(country="DEU", origin="DEU", destination="DEU") < -0.5
    assert found.sel(country="DEU", origin="RUS", destination="DEU") < 0
    assert found.coords["origin_name"].sel(origin="DEU") == "Germany"
