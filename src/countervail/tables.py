"""Tidy tables of an outcome for files: one row an observation, names and codes, units in the column names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import groups
from countervail.world import labels

if TYPE_CHECKING:
    import xarray as xr

    from countervail.policy.shock import Sides
    from countervail.world.world import World

Floats = NDArray[np.float64]

LEVELS = ("income", "value_added", "exports", "imports", "tariff_revenue", "transfer")
SECTOR_LEVELS = ("output", "value_added", "exports", "imports")


class Results(Protocol):
    """What the tables need of an outcome; its levels (`output`, `exports`, ...) are read by name."""

    @property
    def world(self) -> World: ...
    @property
    def sides(self) -> Sides: ...
    @property
    def totals(self) -> tuple[groups.Group, ...]: ...
    @property
    def welfare(self) -> xr.DataArray: ...
    @property
    def welfare_money(self) -> xr.DataArray: ...
    @property
    def real_wage(self) -> xr.DataArray: ...
    @property
    def consumer_price(self) -> xr.DataArray: ...
    @property
    def prices(self) -> xr.DataArray: ...
    @property
    def first_order(self) -> xr.Dataset: ...
    @property
    def world_totals(self) -> xr.Dataset: ...
    def summary(self) -> pd.DataFrame: ...
    def bloc_welfare(self) -> xr.DataArray: ...
    def base_level(self, name: str) -> xr.DataArray: ...


def of_outcome(outcome: Results) -> dict[str, pd.DataFrame]:
    """Every table of an outcome.

    Returns:
        welfare (with first-order parts), groups, economies (levels), sectors, trade_by_pair, trade (long) and
        world.
    """
    return {
        "welfare": of_welfare(outcome),
        "groups": of_groups(outcome),
        "economies": of_economies(outcome),
        "sectors": of_sectors(outcome),
        "trade_by_pair": of_pairs(outcome),
        "trade": of_trade(outcome),
        "world": of_world(outcome),
    }


def of_welfare(outcome: Results) -> pd.DataFrame:
    """The summary with real wage, consumer prices and the parts of first-order welfare, in percent."""
    table = outcome.summary()
    place = [outcome.world.countries.index(code) for code in table["code"]]
    table["real_wage_percent"] = outcome.real_wage.to_numpy()[place]
    table["consumer_price_percent"] = outcome.consumer_price.to_numpy()[place]
    for name, part in outcome.first_order.items():
        table[f"first_order_{name}_percent"] = part.to_numpy()[place]
    return table


def of_groups(outcome: Results) -> pd.DataFrame:
    """Welfare of sides, blocs and the world: percent, million USD and USD per head."""
    found = outcome.totals
    persons, why = groups.populations(found, outcome.world)
    money = groups.membership(found, outcome.world.n_countries) @ outcome.welfare_money.to_numpy()
    return pd.DataFrame(
        {
            "code": [g.code for g in found],
            "name": [g.name for g in found],
            "kind": [g.kind for g in found],
            "economies": [len(g.members) for g in found],
            "welfare_percent": outcome.bloc_welfare().to_numpy(),
            "welfare_million_usd": money,
            "welfare_usd_per_head": 1e6 * money / persons,
            "missing": why,
        }
    )


def of_economies(outcome: Results) -> pd.DataFrame:
    """Income, value added, exports, imports, tariff revenue and transfer by economy: base, new, change."""
    table = _codes(outcome, "country")
    for name in LEVELS:
        before, now = (
            array.to_numpy().reshape(len(table), -1).sum(axis=1) for array in _levels(outcome, name)
        )
        table[f"{name}_base_million_usd"] = before
        table[f"{name}_million_usd"] = now
        if name != "transfer":  # it changes sign, so that a percent change would mislead
            table[f"{name}_change_percent"] = _change(now, before)
    return table


def of_sectors(outcome: Results) -> pd.DataFrame:
    """Prices, output, value added, exports and imports by economy and sector."""
    economies, sectors = _codes(outcome, "country"), _codes(outcome, "sector")
    table = economies.merge(sectors.add_prefix("sector_"), how="cross")
    table["price_change_percent"] = outcome.prices.to_numpy().ravel()
    for name in SECTOR_LEVELS:
        before, now = (array.to_numpy().ravel() for array in _levels(outcome, name))
        table[f"{name}_base_million_usd"] = before
        table[f"{name}_million_usd"] = now
        table[f"{name}_change_percent"] = _change(now, before)
    return table


def of_pairs(outcome: Results) -> pd.DataFrame:
    """Trade between every two economies over all sectors at basic prices: base, new, change."""
    codes = _codes(outcome, "country")
    table = codes.add_prefix("origin_").merge(codes.add_prefix("destination_"), how="cross")
    before, now = (array.to_numpy().sum(axis=2).ravel() for array in _levels(outcome, "trade"))
    table["trade_base_million_usd"], table["trade_million_usd"] = before, now
    table["trade_change_percent"] = _change(now, before)
    abroad = table["origin_code"] != table["destination_code"]
    return table[abroad].reset_index(drop=True)


def of_trade(outcome: Results) -> pd.DataFrame:
    """Trade by origin, destination and sector at basic prices, home sales included.

    Cells that are zero before and after are left out.
    """
    before, now = (array.to_numpy().ravel() for array in _levels(outcome, "trade"))
    shape = (outcome.world.n_countries, outcome.world.n_countries, outcome.world.n_sectors)
    economies, sectors = pd.Index(outcome.world.countries), pd.Index(outcome.world.sectors)
    kept = np.flatnonzero((before != 0) | (now != 0))
    origin, destination, sector = np.unravel_index(kept, shape)
    return pd.DataFrame(
        {
            "origin": pd.Categorical.from_codes(origin, economies),
            "destination": pd.Categorical.from_codes(destination, economies),
            "sector": pd.Categorical.from_codes(sector, sectors),
            "trade_base_million_usd": before[kept],
            "trade_million_usd": now[kept],
        }
    )


def of_world(outcome: Results) -> pd.DataFrame:
    """World totals, one a row, with their units."""
    return pd.DataFrame(
        [
            {"total": array.attrs["long_name"], "value": float(array), "unit": array.attrs["unit"]}
            for array in outcome.world_totals.values()
        ]
    )


def of_difference(first: Results, second: Results) -> pd.DataFrame:
    """Welfare by economy in two outcomes and the first minus the second, the largest difference first."""
    table = _codes(first, "country")
    table["welfare_first_percent"] = first.welfare.to_numpy()
    table["welfare_second_percent"] = second.welfare.to_numpy()
    table["difference_percentage_points"] = table["welfare_first_percent"] - table["welfare_second_percent"]
    table["difference_million_usd"] = first.welfare_money.to_numpy() - second.welfare_money.to_numpy()
    order = table["difference_percentage_points"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _codes(outcome: Results, axis: str) -> pd.DataFrame:
    if axis == "sector":
        codes, names = outcome.world.sectors, [labels.sector_name(code) for code in outcome.world.sectors]
    else:
        codes, names = (
            outcome.world.countries,
            [labels.country_name(code) for code in outcome.world.countries],
        )
    return pd.DataFrame({"code": list(codes), "name": names})


def _levels(outcome: Results, name: str) -> tuple[xr.DataArray, xr.DataArray]:
    now: xr.DataArray = getattr(outcome, name)
    return outcome.base_level(name), now


def _change(now: Floats, before: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before != 0, 100 * (now / before - 1), np.nan)
