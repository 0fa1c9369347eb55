"""Sensitivities: what one more per cent of anything does to the welfare of an economy or a bloc, at an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from countervail.derivative import Gradient, Point, gradient, point
from countervail.errors import SolveError
from countervail.policy.complaint import Origin, located
from countervail.policy.naming import StandardNamer
from countervail.policy.scope import Scope
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.outcome import Outcome

Floats = NDArray[np.float64]
To = Literal["tariff", "trade_cost", "productivity", "transfer", "trade_elasticity"]

_AXES: dict[str, tuple[str, ...]] = {
    "tariff": ("origin", "destination", "sector"),
    "trade_cost": ("origin", "destination", "sector"),
    "productivity": ("country", "sector"),
    "transfer": ("country",),
    "trade_elasticity": ("sector",),
}
_PER = {
    "tariff": "percentage point of tariff",
    "trade_cost": "percent of trade cost",
    "productivity": "percent of productivity",
    "transfer": "billion USD a year received",
    "trade_elasticity": "percent of the trade elasticity",
}


def sensitivity(outcome: Outcome, to: To, of: str | None = None) -> xr.DataArray:
    """What a small change does to welfare at an outcome: the derivative, not a difference of two solves.

    One linear system gives the derivatives by every cell at once. Measures stay as they were compiled; a sensitivity to
    the trade elasticities holds their costs fixed.

    Arguments:
        outcome: of a long-run model, any closure.
        to: tariff (each cell, per percentage point), trade_cost (each cell, per percent), productivity (each economy
            and sector, per percent), transfer (each economy, per billion USD a year received), trade_elasticity (each
            sector, per percent).
        of: an economy or a bloc, whose members count by base income; the world by default.

    Returns:
        DataArray over origin, destination and sector, or what `to` has of them: percent of base income per unit.

    Raises:
        SolveError: CV309 a model or shock that is not of the long run, or no such `to`. ScenarioError: unknown `of`.

    Example:
        >>> slopes = cv.sensitivity(outcome, to="tariff", of="EU27")  # doctest: +SKIP
        >>> slopes.sel(origin="RUS", destination="DEU")  # doctest: +SKIP
    """
    if to not in get_args(To):
        raise SolveError(
            "CV309", "no derivative by this", found=repr(to), expected="one of " + ", ".join(get_args(To))
        )
    weights, name = _weights(outcome, of)
    here = point(outcome.equilibrium, outcome.shock)
    values = _values(outcome, here, gradient(here, weights), weights, to)
    axes = _AXES[to]
    about = {
        "long_name": f"welfare of {name} by {to.replace('_', ' ')}",
        "unit": f"percent of base income per {_PER[to]}",
        "of": of or "WORLD",
    }
    coords: dict[str, Any] = {}
    for axis in axes:
        codes = outcome.world.sectors if axis == "sector" else outcome.world.countries
        named = labels.sector_name if axis == "sector" else labels.country_name
        coords[axis] = list(codes)
        coords[f"{axis}_name"] = (axis, list(map(named, codes)))
    return xr.DataArray(
        values, dims=axes, coords=coords, name=f"welfare_by_{to}", attrs=about | outcome.attrs
    )


def _weights(outcome: Outcome, of: str | None) -> tuple[Floats, str]:
    """The weight of each economy's welfare, and whose welfare that is."""
    weights = np.zeros(outcome.world.n_countries)
    if of is None:
        members, name = np.arange(weights.size), "the world"
    else:
        blocs = {} if outcome.scenario is None else outcome.scenario.blocs
        with located(Origin()):
            members = Scope(outcome.world, blocs).economies([of], "of")
        name = StandardNamer().economies([of])
    income = outcome.base.income[members]
    weights[members] = income / income.sum()
    return weights, name


def _values(outcome: Outcome, here: Point, found: Gradient, weights: Floats, to: To) -> Floats:
    """In the units of `_PER`."""
    theta = outcome.base.trade_elasticity
    values: Floats
    match to:
        case "tariff":
            level = outcome.base.tariff.copy()
            level.ravel()[outcome.shock.cells] = outcome.shock.tariff
            values = 0.01 * found.tariff() / level
            home = np.arange(outcome.world.n_countries)
            values[home, home] = np.nan  # home sales bear no tariff
        case "trade_cost":
            values = 0.01 * found.trade_cost()
        case "productivity":
            values = 0.01 * found.productivity()
        case "transfer":
            values = 1000.0 * found.transfer()
        case "trade_elasticity":
            values = 0.01 * theta * found.trade_elasticity()
            if outcome.model.closure == "zero":
                values += 0.01 * _by_own_base(outcome, here, found, weights)
    return values


def _by_own_base(outcome: Outcome, here: Point, found: Gradient, weights: Floats) -> Floats:
    """What elasticities do through the base of closure `zero`, which depends on them too; by ln theta, axis s.

    Against the measured world, costs and prices have moved by those of the base and by those of the shock.
    """
    base, measured = outcome.base, outcome.world
    ratio = np.divide(
        base.trade_share, measured.trade_share, out=np.ones_like(here.paid), where=measured.trade_share > 0
    )
    moved = -np.log(ratio) / base.trade_elasticity
    still = no_change(base)
    before = gradient(
        point(equilibrium(base, still), still),
        weights * (1.0 + outcome.welfare.to_numpy() / 100.0),
    )
    slope: Floats = ((found.trade_cost() - before.trade_cost()) * moved).sum(axis=(0, 1))
    return slope
