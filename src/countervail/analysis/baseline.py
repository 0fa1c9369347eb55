"""Exposure before any policy: who trades how much with whom, directly and through inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import __version__
from countervail.analysis.single_bans import positions
from countervail.exhibit import Exhibit
from countervail.policy.content import contents
from countervail.policy.naming import StandardNamer
from countervail.words import percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]


def trade_exposure(world: World, target: Sequence[str]) -> Exhibit:
    """How much every economy has to lose with a target before any policy: trade, value added, and by sector.

    Arguments:
        target: an economy or a bloc, as a list of names.

    Returns:
        Exhibit, one row an economy, the most exposed first: trade with the target in million USD and as a share of
        its own; value added that ends in the target's final use as a share of its value added; the target's value
        added in its final use. `more` has the shares by sector.

    Raises:
        ScenarioError: a name that the world does not know.

    Example:
        >>> cv.trade_exposure(world, ["RUS"])  # doctest: +SKIP
    """
    on = positions(world, target, "target")
    others = np.setdiff1d(np.arange(world.n_countries), on)
    flow = world.basic_flow()
    abroad = flow.copy()
    abroad[np.arange(world.n_countries), np.arange(world.n_countries)] = 0.0
    sold, bought = flow[:, on].sum(axis=1), flow[on].sum(axis=0)  # [country, sector]
    trade = sold.sum(axis=1) + bought.sum(axis=1)
    total = abroad.sum(axis=(1, 2)) + abroad.sum(axis=(0, 2))
    sells, uses = value_added_exposure(world, on)
    table = pd.DataFrame(
        {
            "code": [world.countries[n] for n in others],
            "name": [labels.country_name(world.countries[n]) for n in others],
            "trade_percent_of_own_trade": 100 * trade[others] / total[others],
            "exports_million_usd": sold.sum(axis=1)[others],
            "imports_million_usd": bought.sum(axis=1)[others],
            "value_added_sold_percent": 100 * sells[others],
            "value_added_used_percent": 100 * uses[others],
        }
    ).sort_values("trade_percent_of_own_trade", ascending=False, kind="stable", ignore_index=True)
    who = StandardNamer().economies(list(target))
    first, second = table.iloc[0], table.iloc[min(1, len(table) - 1)]
    return Exhibit(
        name="exposure",
        kind="ranking",
        title=(
            f"{first['name']} is most exposed to {who}, with {percent(first['trade_percent_of_own_trade'])} of its "
            f"trade, before {second['name']} with {percent(second['trade_percent_of_own_trade'])}"
        ),
        subtitle=f"Trade with {who} before any policy, {world.name}, base year {world.year}",
        unit="percent of own trade",
        table=table,
        roles={"label": "name", "value": "trade_percent_of_own_trade", "code": "code"},
        source=f"countervail {__version__} on {world.name} ({world.year})",
        caveats=(
            "Value added sold is what ends in the target's final use, value added used what of the target's is in "
            "one's own, through any number of steps.",
        ),
        more={"exposure_by_sector": _by_sector(world, others, sold, bought)},
        world=world,
    )


def value_added_exposure(world: World, on: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """[country] share of its value added that ends in the final use of a group, and share of the group's value added
    in its own final use, both through any number of steps (Eq. 12e)."""
    inside = np.zeros((1, world.n_countries))
    inside[0, on] = 1.0
    shares = (world.trade_share, world.tariff, world.input_share, world.value_added_share)
    content = contents(np.eye(world.n_countries), *shares)  # whose value added is in what
    final = world.final_share * world.income[:, None]
    bought = world.trade_share / world.tariff * final[None, :, :]  # [origin, destination, sector]
    ends = np.einsum("cis,is->c", content, bought[:, on].sum(axis=1))
    theirs = content[on].sum(axis=0)
    used = np.einsum("is,ids->d", theirs, bought)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ends / world.value_added, used / final.sum(axis=1)


def _by_sector(world: World, others: NDArray[np.intp], sold: Floats, bought: Floats) -> pd.DataFrame:
    """One row an economy and sector with trade: shares of what it makes and of what it buys."""
    spent = world.basic_flow().sum(axis=0)
    trading = (sold[others] > 0) | (bought[others] > 0)
    row, s = np.nonzero(trading)
    n = others[row]
    with np.errstate(invalid="ignore", divide="ignore"):
        of_output = np.where(world.output > 0, sold / world.output, np.nan)
        of_use = np.where(spent > 0, bought / spent, np.nan)
    return pd.DataFrame(
        {
            "code": [world.countries[k] for k in n],
            "name": [labels.country_name(world.countries[k]) for k in n],
            "sector_code": [world.sectors[k] for k in s],
            "sector": [labels.sector_name(world.sectors[k]) for k in s],
            "exports_million_usd": sold[n, s],
            "exports_percent_of_output": 100 * of_output[n, s],
            "imports_million_usd": bought[n, s],
            "imports_percent_of_use": 100 * of_use[n, s],
        }
    )
