"""Competitiveness after a scenario: export market shares, terms of trade, and unit costs against rivals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.parties import said
from countervail.exhibit import Exhibit
from countervail.model.equations import new_flow, new_trade_share
from countervail.words import percent

if TYPE_CHECKING:
    from countervail.groups import Group
    from countervail.outcome import Outcome

Floats = NDArray[np.float64]


def competitiveness(outcome: Outcome, groups: Sequence[Group]) -> Exhibit:
    """How a scenario changes what parties sell abroad, what they get for it, and their costs against rivals.

    Terms of trade are the change of unit costs of what a party sells over those of what it buys, at base-year
    weights. Relative unit cost is c-hat over the price index P-hat of the markets it sells to, weighted by base-year
    exports, as a geometric mean: by Eq. 3 it is what moves the party's share there.

    Arguments:
        outcome: a solved scenario. groups: the parties; trade inside a party is not counted.
    """
    eq = outcome.equilibrium
    base = eq.base
    before = base.basic_flow()
    share = new_trade_share(base, outcome.shock, eq.unit_cost, eq.price)
    after = new_flow(base, outcome.shock, share, eq.expenditure)
    log_cost, log_price = np.log(eq.unit_cost), np.log(np.where(np.isfinite(eq.price), eq.price, 1.0))
    apart = log_cost[:, None, :] - log_price[None, :, :]
    worlds = [sum(_abroad(flow, group).sum() for group in groups) for flow in (before, after)]
    rows = []
    for group in groups:
        sold, sold_now = _abroad(before, group), _abroad(after, group)
        bought = _from_abroad(before, group)
        some_sold, some_bought = sold.sum() > 0.0, bought.sum() > 0.0
        dearer_sold = (
            (sold * eq.unit_cost[group.members][:, None, :]).sum() / sold.sum() if some_sold else np.nan
        )
        dearer_bought = (bought * eq.unit_cost[:, None, :]).sum() / bought.sum() if some_bought else np.nan
        relative = (sold * apart[group.members]).sum() / sold.sum() if some_sold else np.nan
        first, last = 100 * sold.sum() / worlds[0], 100 * sold_now.sum() / worlds[1]
        rows.append(
            {
                "party": group.name,
                "party_code": group.code,
                "market_share_base_percent": first,
                "market_share_percent": last,
                "market_share_change_points": last - first,
                "exports_change_percent": 100 * (sold_now.sum() / sold.sum() - 1) if some_sold else np.nan,
                "terms_of_trade_percent": 100 * (dearer_sold / dearer_bought - 1),
                "relative_unit_cost_percent": 100 * np.expm1(relative),
            }
        )
    table = pd.DataFrame(rows)
    one = table.iloc[0]
    terms = "worsen" if one["terms_of_trade_percent"] < 0 else "improve"
    title = (
        f"The share of {said(groups[0])} in world exports goes from {percent(one['market_share_base_percent'])} to "
        f"{percent(one['market_share_percent'])}; the terms of trade {terms} by "
        f"{percent(abs(one['terms_of_trade_percent']))}"
    )
    return Exhibit(
        "competitiveness",
        "table",
        title,
        f"change against the base year {base.year}, {outcome.model.title}",
        "percent",
        table,
        {},
        f"countervail, {base.name}",
        outcome.world,
        outcome.scenario,
        caveats=("Trade inside a party is not counted; prices are in money of unchanged world value added.",),
        record={
            "world": outcome.world.name,
            "base_year": base.year,
            "model": outcome.model.name,
            "closure": outcome.model.closure,
            "residual": eq.residual,
        },
    )


def _abroad(flow: Floats, group: Group) -> Floats:
    """[member, destination, sector] what a party's members sell outside it."""
    found = flow[group.members].copy()
    found[:, group.members] = 0.0
    return found


def _from_abroad(flow: Floats, group: Group) -> Floats:
    """[origin, member, sector] what a party's members buy outside it."""
    found = flow[:, group.members].copy()
    found[group.members] = 0.0
    return found
