"""Inputs of published results, ready to solve."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from countervail.world.calibrate import calibrate
from countervail.world.table import Table
from countervail.world.world import World

DATA = Path(__file__).parent / "data"
NAFTA_MEMBERS = ("CAN", "MEX", "USA")


@dataclass(frozen=True)
class Nafta:
    """Caliendo and Parro (2015), section 5.1: tariffs among Canada, Mexico and the USA go from 1993 to 2005.

    Arguments:
        world: 31 economies x 40 sectors, 1993; negative final use clipped, inputs as paid. Solve it with
            closure `zero`, the base first.
        tariff: [origin, destination, sector], tau' = 1 + rate after the change (levels); as in the base
            except among the three members.
        change: [origin, destination, sector], tau' / tau; 1 except among the three members.
        cells: flat indices (o * N + d) * J + s of the cells whose tariff changes, sorted.
    """

    world: World
    tariff: NDArray[np.float64]
    change: NDArray[np.float64]
    cells: NDArray[np.int64]


def load_nafta() -> Nafta:
    """Calibrate the 1993 world and give the tariff change; see data/README.md for what is in the file."""
    with np.load(DATA / "cp2015_nafta.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    countries = tuple(map(str, arrays["countries"]))
    # One use is negative (Canada, "Other" used by basic metals, -9.5 million USD): set to 0.
    uses = np.maximum(arrays["intermediate"], 0.0) / 1e6
    table = Table(
        name="nafta1993",
        year=1993,
        countries=countries,
        sectors=tuple(map(str, arrays["sectors"])),
        flow=arrays["trade"] / 1e6,
        intermediate=uses,
        tariff=arrays["tariff_1993"],
        goods=np.arange(len(arrays["sectors"])) < 20,
        sources=("Caliendo and Parro (2015), Review of Economic Studies 82(1), replication data",),
        notes=("one negative use of 9.5 million USD set to 0",),
        inputs_as_paid=True,
    )
    world = calibrate(table, arrays["theta"], elasticity="CP2015", negative_final="clip")
    members = np.isin(countries, NAFTA_MEMBERS)
    among = members[:, None, None] & members[None, :, None] & np.ones(len(table.sectors), bool)
    tariff = np.where(among, 1.0 + arrays["tariff_2005"], world.tariff)
    change = tariff / world.tariff
    return Nafta(world, tariff, change, np.flatnonzero(change.ravel() != 1.0))


@pytest.fixture(scope="session")
def nafta() -> Nafta:
    """The NAFTA inputs, loaded once."""
    return load_nafta()
