"""Exposure: the first-order effect of every bilateral trade cost on the welfare of every economy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from countervail import __version__
from countervail.derivative import gradient, point
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.world.world import World


def exposure(world: World, model: Model = long_run) -> xr.DataArray:
    """By how many per cent welfare moves when all trade costs between two economies rise by one per cent.

    To first order at the base year, all markets answering; the welfare exposure of Kleinman, Liu and Redding (2024),
    here with inputs, tariffs and an elasticity for each sector. Where origin and destination are the same it is the
    cost of domestic trade.

    Arguments:
        world: a calibrated world. model: the long run, any closure.

    Returns:
        DataArray over country (whose welfare), origin and destination (which trade cost), percent per percent.

    Raises:
        SolveError: CV309 a model that is not of the long run.

    Example:
        >>> exposed = cv.exposure(cv.load_world("icio2021"))  # doctest: +SKIP
        >>> exposed.sel(country="DEU", origin="RUS").to_series().nsmallest(3)  # doctest: +SKIP
    """
    still = no_change(world)
    here = point(equilibrium(world, still, model), still)
    values = gradient(here, np.eye(world.n_countries)).pairs() / 100.0
    names = list(map(labels.country_name, world.countries))
    coords: dict[str, Any] = {}
    for axis in ("country", "origin", "destination"):
        coords |= {axis: list(world.countries), f"{axis}_name": (axis, names)}
    about = {
        "long_name": "welfare by trade cost, first order",
        "unit": "percent of base income per percent of trade cost",
        "base_year": world.year,
        "world": world.name,
        "elasticity": world.elasticity,
        "model": model.name,
        "closure": model.closure,
        "version": __version__,
    }
    dims = ("country", "origin", "destination")
    return xr.DataArray(values, dims=dims, coords=coords, name="exposure", attrs=about)
