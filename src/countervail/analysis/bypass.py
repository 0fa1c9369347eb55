"""Bypass: how much of banned trade goes on through third countries, and through which (Eq. 12d)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from countervail.analysis.coalition_shares import base, source
from countervail.errors import ScenarioError
from countervail.exhibit import Exhibit
from countervail.model.conditions import shipped
from countervail.policy.answers import Bypass
from countervail.policy.parts import Floats
from countervail.policy.scope import Index
from countervail.policy.shock import Shock, compile_scenario
from countervail.words import money, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.outcome import Outcome


def bypass_flows(outcome: Outcome) -> Exhibit:
    """What goes around the bans of a scenario: the hub of every banned flow, and the volume (Eq. 12d).

    Arguments:
        outcome: of a scenario with a `bypass`.

    Returns:
        Exhibit of flows, largest first: origin, hub, destination, sector, `base_million_usd` (before the ban; of a flow
        that several hubs share, the hub's part),
        `through_hub_million_usd` (b', at basic prices) and `leakage_percent` (100 Q'/Q); closed flows have no hub and a
        leakage of 0. `more["hubs"]` adds up by hub. Its record has the leakage over all of it, in percent.

    Raises:
        ScenarioError: CV141 the outcome is not one of a scenario with a bypass.

    Example:
        >>> cv.bypass_flows(outcome)  # doctest: +SKIP
    """
    world, shock, eq = outcome.world, outcome.shock, outcome.equilibrium
    parts = [] if outcome.scenario is None else compile_scenario(outcome.scenario, world).parts
    touched = [part.cells for part in parts if isinstance(part.measure, Bypass)]
    if outcome.scenario is None or not touched:
        raise ScenarioError(
            "CV141",
            "This outcome has no way around a ban to report",
            found="a scenario without bypass" if outcome.scenario is not None else "a bare shock",
            next_step="Add a bypass that names the ban, and solve again.",
        )
    about = base(world, outcome.scenario)
    taken = _taken(shock)
    cells = np.unique(np.concatenate(touched))
    at = np.searchsorted(shock.cells, cells)
    cells = cells[np.isin(at, taken.at) | (shock.passing[at] < 1)]
    closed = np.setdiff1d(np.searchsorted(shock.cells, cells), taken.at)
    at = np.append(taken.at, closed)
    through = np.append(taken.hub, np.full(closed.size, -1))
    part, share = np.append(taken.part, np.ones(closed.size)), np.append(taken.share, np.zeros(closed.size))
    cells = shock.cells[at]
    before = part * world.basic_flow().ravel()[cells]  # of what is shared, each hub's part
    quantity = share * shipped(eq.base, eq.shock or shock, cells, eq)
    o, d, s = np.unravel_index(cells, world.trade_share.shape)
    codes = np.array([*world.countries, ""])
    names = np.array([*(labels.country_name(code) for code in world.countries), "closed"])
    table = pd.DataFrame(
        {
            "origin": names[o],
            "hub": names[through],
            "destination": names[d],
            "sector": [labels.sector_name(world.sectors[k]) for k in s],
            "base_million_usd": before,
            "through_hub_million_usd": quantity * eq.unit_cost[o, s],
            "leakage_percent": 100 * quantity / before,
            "origin_code": codes[o],
            "hub_code": codes[through],
            "destination_code": codes[d],
            "sector_code": np.array(world.sectors)[s],
        }
    ).sort_values("through_hub_million_usd", ascending=False, kind="stable", ignore_index=True)
    leakage = float(100 * quantity.sum() / before.sum())
    by_hub = (
        table[table["hub_code"] != ""]
        .groupby(["hub", "hub_code"], as_index=False)[["base_million_usd", "through_hub_million_usd"]]
        .sum()
        .sort_values("through_hub_million_usd", ascending=False, ignore_index=True)
    )
    return Exhibit(
        name="bypass_flows",
        kind="matrix",
        title=_title(leakage, by_hub),
        subtitle=f"Banned trade that goes through third countries, seller by hub: {about}",
        unit="million USD",
        table=table,
        roles={
            "row": "origin",
            "column": "hub",
            "value": "through_hub_million_usd",
        },
        source=source(world, outcome.model),
        world=world,
        scenario=outcome.scenario,
        caveats=(
            "Hubs are those with the least cost of both legs, from the levels of trade cost of the base year.",
        ),
        more={"hubs": by_hub},
        record={"leakage_percent": leakage, "model": outcome.model.name},
    )


@dataclass(frozen=True, eq=False)
class _Taken:
    """The ways taken: position of the cell, its hub, its part of what goes round, and its share of all of the cell."""

    at: Index
    hub: Index
    part: Floats
    share: Floats


def _taken(shock: Shock) -> _Taken:
    """Every way on which something goes round, of a cell more than one where hubs are full."""
    if shock.hubs is None or shock.through is None:
        none = np.empty(0, dtype=np.intp)
        return _Taken(none, none, np.empty(0), np.empty(0))
    at = np.flatnonzero(shock.hubs >= 0)
    hub, part = shock.hubs[at], np.ones(at.size)
    if shock.routes is not None and shock.routes.part is not None:
        alone = ~np.isin(at, shock.routes.at)
        ways = np.flatnonzero(shock.routes.part > 0)
        places, cell = shock.routes.at, shock.routes.cell[ways]
        at = np.append(at[alone], places[cell])
        hub = np.append(hub[alone], shock.routes.hub[ways])
        part = np.append(part[alone], shock.routes.part[ways])
    return _Taken(at, hub, part, part * shock.through[at])


def _title(leakage: float, by_hub: pd.DataFrame) -> str:
    if by_hub.empty:
        return "Nothing goes around the bans"
    first = by_hub.iloc[0]
    return (
        f"{percent(leakage)} of the banned trade goes on through third countries, most of it through {first['hub']} "
        f"({money(float(first['through_hub_million_usd']))})"
    )
