"""What one outcome shows: who pays, on a map and ranked; where trade goes; which sectors; essentials; accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.model import equations
from countervail.model.welfare import consumer_price
from countervail.policy.complaint import Complaint
from countervail.policy.naming import StandardNamer, called
from countervail.policy.scope import Scope
from countervail.words import listing, money, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.outcome import Outcome

SHOWN = 10
SECTIONS = (
    *("agriculture", "mining", "manufacturing", "energy", "transport", "finance"),
    "services",
)
ESSENTIALS_CAVEATS = ("Averages of the whole economy: nothing is said about single households or medicines.",)
STILL = 1e-9
"""Percent; less than this is no change."""
STILL_MONEY = 0.005
"""Million USD; less than this is no change of trade."""


def welfare_map(outcome: Outcome) -> Exhibit:
    """Welfare of every economy, for a map: percent of base income."""
    table = outcome.summary()[["code", "name", "side", "welfare_percent", "welfare_million_usd"]]
    return _exhibit(
        outcome,
        "welfare_map",
        "map",
        _extremes(table),
        f"Welfare (equivalent variation), base year {outcome.world.year}",
        "percent of income",
        table,
        {"code": "code", "value": "welfare_percent", "label": "name", "side": "side"},
        caveats=("Hatched economies are inside the rest of the world, which is one economy here.",),
    )


def who_pays(outcome: Outcome, shown: int = SHOWN) -> Exhibit:
    """The largest losers and gainers in percent of income, at most `shown` of each."""
    table = outcome.summary()
    losers = table[table["welfare_percent"] < -STILL].head(shown)
    gainers = table[table["welfare_percent"] > STILL].tail(shown)
    return _exhibit(
        outcome,
        "who_pays",
        "ranking",
        _extremes(table),
        f"Welfare (equivalent variation), largest losses and gains, base year {outcome.world.year}",
        "percent of income",
        pd.concat([losers, gainers], ignore_index=True),
        {"label": "name", "value": "welfare_percent", "side": "side", "code": "code"},
        more={"who_pays_all": table},
    )


def diversion(outcome: Outcome, economy: str | None = None, shown: int = SHOWN) -> Exhibit:
    """Where an economy's exports go and imports come from, before and after, million USD at basic prices.

    Arguments:
        economy: a name or code; the first target of the scenario by default.
        shown: partners by name in each direction, the others are summed.

    Raises:
        ScenarioError: no such economy. OutputError: CV450 nobody was named and the scenario has no target.
    """
    here = _place(outcome, economy)
    name = _name(outcome, here)
    now, before = outcome.trade.to_numpy().sum(axis=2), outcome.base_level("trade").to_numpy().sum(axis=2)
    rows = _partners(outcome, now[:, here], before[:, here], here, shown, f"{name} (imports)", arriving=True)
    rows += _partners(outcome, now[here], before[here], here, shown, f"{name} (exports)", arriving=False)
    table = pd.DataFrame(rows)
    table["change_percent"] = 100 * (table["trade_million_usd"] / table["base_million_usd"] - 1)
    moves = (now + now.T - before - before.T)[here]
    moves[here] = 0.0
    up, down = int(moves.argmax()), int(moves.argmin())
    said = [
        f"{word} {_name(outcome, n)} ({money(moves[n])})"
        for n, word, real in (
            (down, "falls most with", moves[down] < -STILL_MONEY),
            (up, "grows most with", moves[up] > STILL_MONEY),
        )
        if real
    ]
    return _exhibit(
        outcome,
        "diversion",
        "flows",
        f"The trade of {name} " + (" and ".join(said) or "does not move"),
        f"Trade in goods and services at basic prices, before and after, base year {outcome.world.year}",
        "million USD",
        table,
        {
            "origin": "origin",
            "destination": "destination",
            "value": "trade_million_usd",
            "base": "base_million_usd",
        },
    )


def bilateral(outcome: Outcome, shown: int = 12) -> Exhibit:
    """The change of trade between the economies whose trade changes most, million USD, exporter by importer."""
    change = outcome.trade.to_numpy().sum(axis=2) - outcome.base_level("trade").to_numpy().sum(axis=2)
    np.fill_diagonal(change, 0.0)
    moved = np.abs(change).sum(axis=0) + np.abs(change).sum(axis=1)
    chosen = np.sort(np.argsort(moved)[::-1][:shown])
    names = [labels.country_name(outcome.world.countries[n]) for n in chosen]
    table = pd.DataFrame(
        [
            {"exporter": a, "importer": b, "change_million_usd": change[i, j] if i != j else np.nan}
            for a, i in zip(names, chosen, strict=True)
            for b, j in zip(names, chosen, strict=True)
        ]
    )
    o, d = np.unravel_index(change.argmin(), change.shape)
    pair = [_name(outcome, int(n)) for n in (o, d)]
    return _exhibit(
        outcome,
        "bilateral",
        "matrix",
        f"Sales from {pair[0]} to {pair[1]} fall most, by {money(-change[o, d])}"
        if change[o, d] < -STILL_MONEY
        else "No bilateral trade falls",
        f"Change of sales, sellers in rows and buyers in columns, the {len(names)} economies that it moves most, "
        f"base year {outcome.world.year}",
        "million USD",
        table,
        {"row": "exporter", "column": "importer", "value": "change_million_usd"},
    )


def sectors(outcome: Outcome, shown: int = SHOWN) -> Exhibit:
    """Change of value added at constant world value added, by group of sectors and economy, percent."""
    world, table = outcome.world, outcome.summary()
    scope = Scope(world)
    now, before = outcome.value_added.to_numpy(), outcome.base_level("value_added").to_numpy()
    ranked = table.reindex(table["welfare_percent"].abs().sort_values(ascending=False, kind="stable").index)
    rows = []
    sections = {group.capitalize(): _inside(scope, group) for group in SECTIONS}
    if not all(inside.size for inside in sections.values()):  # a world of wider sectors: its own, the largest
        largest = np.sort(np.argsort(-world.value_added.sum(axis=0), kind="stable")[: len(SECTIONS)])
        sections = {labels.sector_name(world.sectors[s]): np.array([s]) for s in largest}
    for code, name in ranked[["code", "name"]].head(shown).itertuples(index=False):
        n = world.index(code)
        for group, inside in sections.items():
            base = float(before[n, inside].sum())
            change = 100 * (float(now[n, inside].sum()) / base - 1) if base > 0 else np.nan
            rows.append({"economy": name, "sectors": group, "change_percent": change})
    found = pd.DataFrame(rows)
    if found["change_percent"].notna().any():
        worst = found.iloc[int(found["change_percent"].argmin())]
        title = (
            f"{worst['sectors']} in {worst['economy']} shrinks most, by {percent(-worst['change_percent'])}"
            if worst["change_percent"] < -0.005
            else "No group of sectors shrinks"
        )
    else:
        title = "Value added cannot be compared because no sector has any in the base year"
    return _exhibit(
        outcome,
        "sectors",
        "matrix",
        title,
        f"Value added by group of sectors in the {min(shown, len(table))} economies whose welfare moves most",
        "percent",
        found,
        {"row": "economy", "column": "sectors", "value": "change_percent"},
        caveats=(
            "In money at unchanged world value added: a fall may be one of prices.",
            "Groups overlap: what is energy is also in mining or manufacturing.",
        ),
    )


def supplier_mix(outcome: Outcome, economy: str, goods: str, shown: int = 6) -> Exhibit:
    """Who supplies a good to an economy, before and after, percent of its spending at basic prices.

    Arguments:
        economy: the buyer, a name or code. goods: a sector or goods list. shown: suppliers by name.
    """
    here, scope = _place(outcome, economy), Scope(outcome.world)
    inside = scope.sectors([goods], "goods")
    now = outcome.trade.to_numpy()[:, here][:, inside].sum(axis=1)
    before = outcome.base_level("trade").to_numpy()[:, here][:, inside].sum(axis=1)
    order = np.argsort(-(now / now.sum() + before / before.sum()), kind="stable")
    rows = []
    for stage, flow in (("before", before), ("after", now)):
        total = flow.sum()
        for n in order[:shown]:
            supplier = labels.country_name(outcome.world.countries[n]) if n != here else "own production"
            rows.append({"stage": stage, "supplier": supplier, "share_percent": 100 * flow[n] / total})
        rest = flow[order[shown:]].sum()
        rows.append({"stage": stage, "supplier": "others", "share_percent": 100 * rest / total})
    table, name = pd.DataFrame(rows), _name(outcome, here)
    said = StandardNamer().goods([goods])
    wide = table.pivot_table(index="supplier", columns="stage", values="share_percent")
    moved = (wide["after"] - wide["before"]).drop("others", errors="ignore")
    most = str(moved.abs().idxmax())
    title = (
        f"The share of {most} in what {name} buys of {said} goes from "
        f"{percent(float(wide['before'][most]))} to {percent(float(wide['after'][most]))}"
    )
    return _exhibit(
        outcome,
        f"supplier_mix_{goods}",
        "shares",
        title,
        f"Suppliers of {said} to {name}, base year {outcome.world.year}",
        "percent of purchases",
        table,
        {"label": "stage", "part": "supplier", "value": "share_percent"},
    )


def essentials(outcome: Outcome, economy: str | None = None) -> Exhibit | None:
    """What food, medicine and energy cost an economy and how much it imports of them, percent change.

    The price is the spending-weighted mean of buyers' prices over the consumer price index; volume is import value
    at the base prices of each seller (b'/c-hat). None where the world has these goods only inside wider sectors.

    Arguments:
        economy: a name or code; the first target of the scenario by default.
    """
    found = essentials_by_goods(outcome, economy)
    if found is None:
        return None
    title, rows = found
    table = pd.DataFrame(rows)
    long = table.melt(
        "goods", ["real_price_change_percent", "import_volume_change_percent"], "what", "change_percent"
    )
    names = {"real_price_change_percent": "price", "import_volume_change_percent": "import volume"}
    long["what"] = long["goods"] + ", " + long["what"].map(names)
    long["side"] = "neutral"  # a dearer good is no gain
    return _exhibit(
        outcome,
        "essentials",
        "ranking",
        title,
        f"Price relative to consumer prices, and import volume at base prices, base year {outcome.world.year}",
        "percent",
        long.sort_values("what", ignore_index=True),
        {"label": "what", "value": "change_percent", "side": "side"},
        more={"essentials_by_goods": table},
        caveats=ESSENTIALS_CAVEATS,
    )


def essentials_by_goods(
    outcome: Outcome, economy: str | None = None
) -> tuple[str, list[dict[str, Any]]] | None:
    """What `essentials` finds, without its frame: the sentence, and one row a group of goods; None without any.

    Arguments:
        economy: a name or code; the first target of the scenario by default.
    """
    here, world, scope = _place(outcome, economy), outcome.world, Scope(outcome.world)
    found, base = outcome.equilibrium, outcome.base
    now = equations.flow_into(base, outcome.shock, here, found.unit_cost, found.price, found.expenditure)
    before = base.trade_share[:, here] * base.expenditure[here] / base.tariff[:, here]
    abroad = np.arange(world.n_countries) != here
    index = float(consumer_price(found)[here])
    rows: list[dict[str, Any]] = []
    for goods in ("food", "medicine", "energy"):
        inside = _inside(scope, goods)
        spent = base.expenditure[here, inside]
        price = float(np.average(found.price[here, inside], weights=spent)) if spent.sum() > 0 else np.nan
        volume = (now[:, inside] / found.unit_cost[:, inside])[abroad].sum()
        old = before[:, inside][abroad].sum()
        rows.append(
            {
                "goods": goods.capitalize(),
                "real_price_change_percent": 100 * (price / index - 1),
                "import_volume_change_percent": 100 * (volume / old - 1) if old > 0 else np.nan,
                "imports_base_million_usd": old,
            }
        )
    if all(np.isnan(row["real_price_change_percent"]) for row in rows):
        return None
    name = _name(outcome, here)
    food, medicine = rows[0], rows[1]
    amounts = [_moved(food), _moved(medicine)]
    said = f"{amounts[0]} food and {amounts[1]} medicine"
    if amounts == ["as much", "as much"]:
        said = "as much food and medicine as before"
    title = f"{name[0].upper() + name[1:]} imports {said}"
    dearer = float(medicine["real_price_change_percent"])
    if np.isfinite(dearer) and abs(dearer) >= 0.005:
        title += f", which costs {percent(abs(dearer))} {'more' if dearer > 0 else 'less'}"
    return title, rows


def accuracy(outcome: Outcome) -> Exhibit:
    """How accurately each equation holds at the solution: relative residuals, recomputed independently."""
    found = outcome.equilibrium
    table = pd.DataFrame(
        [
            {"equation": f"Eq. {name}", "largest_residual": f"{value:.0e}"}
            for name, value in found.residuals.items()
        ]
    )
    return _exhibit(
        outcome,
        "accuracy",
        "table",
        f"Every equation holds to {found.residual:.0e}",
        "Largest relative residual of each equation",
        "fraction of the larger side",
        table,
        {},
    )


def _place(outcome: Outcome, economy: str | None) -> int:
    if economy is not None:
        return int(Scope(outcome.world).economies([economy], "economy")[0])
    if len(outcome.sides.targets) == 0:
        raise OutputError(
            "CV450",
            "This exhibit is about one economy, and the scenario has no target",
            where=outcome.title,
            next_step="Name the economy.",
        )
    return int(outcome.sides.targets[0])


def _name(outcome: Outcome, place: int) -> str:
    """An economy as a sentence has it, "the United States"."""
    return StandardNamer().economies([outcome.world.countries[place]])


def _inside(scope: Scope, goods: str) -> NDArray[np.intp]:
    """The sectors of a list of goods; none where the world has them only inside wider sectors."""
    try:
        return np.asarray(scope.sectors([goods], "goods"), dtype=np.intp)
    except Complaint:
        return np.empty(0, dtype=np.intp)


def _moved(goods: dict[str, Any]) -> str:
    """How much more or less is imported, in words."""
    volume = float(goods["import_volume_change_percent"])
    if not np.isfinite(volume):
        return "no"
    return "as much" if abs(volume) < 0.005 else f"{percent(abs(volume))} {'more' if volume > 0 else 'less'}"


def _partners(
    outcome: Outcome, now: Any, before: Any, here: int, shown: int, side: str, arriving: bool
) -> list[dict[str, Any]]:
    """One row a partner of one direction, the largest by name and the rest summed."""
    now, before = now.copy(), before.copy()
    now[here] = before[here] = 0.0
    order = np.argsort(-np.maximum(now, before), kind="stable")
    partners = [(labels.country_name(outcome.world.countries[n]), now[n], before[n]) for n in order[:shown]]
    partners.append(("Others", now[order[shown:]].sum(), before[order[shown:]].sum()))
    return [
        {
            "direction": "imports" if arriving else "exports",
            "origin": who if arriving else side,
            "destination": side if arriving else who,
            "base_million_usd": old,
            "trade_million_usd": new,
        }
        for who, new, old in partners
        if new > 0 or old > 0
    ]


def _extremes(table: pd.DataFrame) -> str:
    """Who loses most and who gains most, in a sentence."""
    first, last = table.iloc[0], table.iloc[-1]
    said = []
    if first["welfare_percent"] < -STILL:
        said.append(
            f"{called(first['code'], first=True)} loses most ({percent(first['welfare_percent'])} of income)"
        )
    if last["welfare_percent"] > STILL:
        name = called(last["code"], first=not said)
        said.append(f"{name} gains most ({percent(last['welfare_percent'])})")
    return ", ".join(said) or "No economy's welfare changes"


def _exhibit(
    outcome: Outcome,
    name: str,
    kind: Any,
    title: str,
    subtitle: str,
    unit: str,
    table: pd.DataFrame,
    roles: dict[str, str],
    more: dict[str, pd.DataFrame] | None = None,
    caveats: Sequence[str] = (),
) -> Exhibit:
    return Exhibit(
        name=name,
        kind=kind,
        title=title,
        subtitle=subtitle,
        unit=unit,
        table=table,
        roles=roles,
        source=source(outcome),
        world=outcome.world,
        scenario=outcome.scenario,
        caveats=tuple(caveats),
        more=more or {},
        record=outcome.provenance(),
    )


def source(outcome: Outcome) -> str:
    """Where an outcome's numbers come from, on one line."""
    data = listing([one.split(" (")[0] for one in outcome.world.sources])
    return f"countervail, {outcome.headline}; {data}"
