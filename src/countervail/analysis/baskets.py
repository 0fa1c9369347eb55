"""What each side sells and needs: revealed comparative advantage, fit of baskets, and dependence by input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.parties import capital, outside, said
from countervail.exhibit import Exhibit
from countervail.words import listing, number, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.groups import Group
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

MOST_GOODS = 15
"""Goods that a picture has room for."""
SMALL = 1.0
"""Percent of a party's exports below which a good is not named in a title."""
SMALL_INPUT = 0.05
"""The same for inputs, percent of the value of output."""


def comparative_advantage(world: World, groups: Sequence[Group], scenario: Scenario | None = None) -> Exhibit:
    """Revealed comparative advantage (Balassa 1965): a good's share of a party's exports over its share of the world's.

    Exports go outside the party; the world's are those between parties. The table has the goods that the first party
    exports most, `more` all.
    """
    sold = outside(world.basic_flow(), groups).sum(axis=1)  # party, sector
    own = _shares(sold.sum(axis=1, keepdims=True), sold)
    everyone = _shares(sold.sum(), sold.sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        index = np.where(everyone > 0.0, own / everyone, np.nan)
    rows = [
        {
            "party": group.name,
            "party_code": group.code,
            "good": labels.sector_name(code),
            "good_code": code,
            "advantage": index[g, s],
            "exports_million_usd": sold[g, s],
            "share_of_exports_percent": 100 * own[g, s],
        }
        for g, group in enumerate(groups)
        for s, code in sorted(enumerate(world.sectors), key=lambda item: -float(sold[g, item[0]]))
    ]
    table = pd.DataFrame(rows)
    shown = [world.sectors[s] for s in np.argsort(-sold[0], kind="stable")[:MOST_GOODS]]
    large = np.where(100 * own[0] >= SMALL, index[0], -np.inf)
    best = [int(s) for s in np.argsort(-large)[:3] if large[s] > 1.0]
    goods = [f"{labels.sector_name(world.sectors[s]).lower()} ({number(index[0, s])} times)" for s in best]
    if goods:
        title = (
            f"Of what {said(groups[0])} exports, {listing(goods)} stand out most against the world's exports"
        )
    else:
        title = f"Of what {said(groups[0])} exports, no large good stands out against the world's exports"
    return Exhibit(
        "comparative_advantage",
        "matrix",
        title,
        f"share of a good in a party's exports over its share in all exports, {world.year}",
        "ratio",
        table[table["good_code"].isin(shown)].reset_index(drop=True),
        {"row": "good", "column": "party", "value": "advantage"},
        _source(world),
        world,
        scenario,
        caveats=(
            f"The {len(shown)} goods of which {said(groups[0])} exports most; above 1 a party sells more of a good "
            "than the world does, for whatever reason.",
        ),
        more={"comparative_advantage_all": table},
        record=_record(world),
    )


def complementarity(world: World, groups: Sequence[Group], scenario: Scenario | None = None) -> Exhibit:
    """How far the export basket of one party fits the import basket of another (Michaely 1996).

    100 (1 - sum_s |m_s - x_s| / 2), x_s and m_s the shares of a good in what the seller exports and the buyer imports.
    """
    flow = outside(world.basic_flow(), groups)
    exports = _shares(flow.sum(axis=(1, 2))[:, None], flow.sum(axis=1))
    imports = _shares(flow.sum(axis=(0, 2))[:, None], flow.sum(axis=0))
    rows = []
    for i, seller in enumerate(groups):
        for k, buyer in enumerate(groups):
            if i != k:
                rows.append(
                    {
                        "seller": seller.name,
                        "seller_code": seller.code,
                        "buyer": buyer.name,
                        "buyer_code": buyer.code,
                        "fit_percent": 100 * (1 - 0.5 * np.abs(exports[i] - imports[k]).sum()),
                        "trade_million_usd": flow[i, k].sum(),
                    }
                )
    table = pd.DataFrame(rows)
    mine = table[table["seller_code"] == groups[0].code].sort_values("fit_percent")
    names = {group.code: said(group) for group in groups}
    best, least = mine.iloc[-1], mine.iloc[0]
    fit = number(best["fit_percent"])
    title = f"What {said(groups[0])} exports fits the imports of {names[best['buyer_code']]} ({fit} of 100)"
    if len(mine) > 1:
        title += f" better than those of {names[least['buyer_code']]} ({number(least['fit_percent'])})"
    return Exhibit(
        "complementarity",
        "matrix",
        title,
        f"overlap of export and import baskets, 0 to 100, {world.year}",
        "percent",
        table,
        {"row": "seller", "column": "buyer", "value": "fit_percent"},
        _source(world),
        world,
        scenario,
        caveats=("Baskets are shares over the sectors of the world; inside a sector goods may differ.",),
        record=_record(world),
    )


def input_dependence(world: World, groups: Sequence[Group], scenario: Scenario | None = None) -> Exhibit:
    """Which inputs each party takes from each other: share of the use of a good, and of the value of output.

    Users in an economy are taken to buy a good from the same origins (proportionality); direct purchases only.
    """
    spent = np.einsum("dst,dt->ds", world.input_share, world.output)  # on inputs of s, user prices
    paid = world.trade_share * spent[None, :, :]
    bought = outside(paid, groups)
    total = np.array([spent[group.members].sum(axis=0) for group in groups])
    output = np.array([world.output[group.members].sum() for group in groups])
    rows = [
        {
            "buyer": buyer.name,
            "buyer_code": buyer.code,
            "supplier": supplier.name,
            "supplier_code": supplier.code,
            "input": labels.sector_name(code),
            "input_code": code,
            "share_of_input_percent": 100 * bought[i, k, s] / total[k, s] if total[k, s] > 0 else np.nan,
            "share_of_output_percent": 100 * bought[i, k, s] / output[k],
            "million_usd": bought[i, k, s],
        }
        for k, buyer in enumerate(groups)
        for i, supplier in enumerate(groups)
        if i != k
        for s, code in sorted(enumerate(world.sectors), key=lambda item: -float(bought[i, k, item[0]]))
    ]
    table = pd.DataFrame(rows)
    title = _largest(table, groups)
    return Exhibit(
        "input_dependence",
        "table",
        title,
        f"inputs bought from each other at user prices, {world.year}",
        "percent",
        table,
        {},
        _source(world),
        world,
        scenario,
        caveats=("Direct purchases; users of an economy are taken to buy from the same origins.",),
        record=_record(world),
    )


def _largest(table: pd.DataFrame, groups: Sequence[Group]) -> str:
    """The two inputs of which the first party takes the largest share from the second."""
    pair = table[(table["buyer_code"] == groups[0].code) & (table["supplier_code"] == groups[1].code)]
    pair = pair[pair["share_of_output_percent"] >= SMALL_INPUT].nlargest(2, "share_of_input_percent")
    if not len(pair):
        return f"{capital(said(groups[0]))} buys no large input from {said(groups[1])}"
    shares = [
        f"{percent(share)} of the {good.lower()}"
        for share, good in zip(pair["share_of_input_percent"], pair["input"], strict=True)
    ]
    return f"{capital(listing(shares))} that producers in {said(groups[0])} use come from {said(groups[1])}"


def _shares(total: Floats, part: Floats) -> Floats:
    found: Floats = np.divide(part, total, out=np.zeros_like(part), where=total > 0.0)
    return found


def _source(world: World) -> str:
    return f"countervail, {world.name}: {'; '.join(world.sources[:2])}"


def _record(world: World) -> dict[str, object]:
    return {"world": world.name, "base_year": world.year, "fingerprint": world.fingerprint()}
