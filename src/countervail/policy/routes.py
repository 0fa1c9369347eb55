"""Routes: the ways around bans of which hubs pass on only so much (Eq. 12d)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.policy.answers import Bypass
from countervail.policy.complaint import Complaint
from countervail.policy.detours import Borders, Detour, Ways, costs_of
from countervail.policy.limiting import Capacity
from countervail.policy.parts import Part
from countervail.policy.scope import Index
from countervail.world.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Routes:
    """Ways `r` of banned cells `k` through lines `l`, a line being one hub of one bypass with a capacity (Eq. 12d).

    Arguments:
        at: [k] positions in the cells of the shock. weight: [k] of a quantity b' / c-hat on the capacities.
        share: [k] of the banned goods that may go round. legal: [k] share of the goods that may go direct.
        direct_cost, direct_tariff: [k] d-hat and tau' of the direct way. rest: [k] mu' of other measures.
        base_passing, base_cost: [k] of the measures in force, which the base year has.
        cell: [r] position among k. hub: [r] economy. line: [r], -1 for one without a capacity.
        cost, markup, tariff: [r] d-hat of the way round, the hub's markup, tau' of the second leg.
        bound: [l] million USD at base prices.
        log_price: [l] ln nu, once solved. part: [r] of what goes round of a cell, by quantity, once solved.
    """

    at: Index
    weight: Floats
    share: Floats
    legal: Floats
    direct_cost: Floats
    direct_tariff: Floats
    rest: Floats
    base_passing: Floats
    base_cost: Floats
    cell: Index
    hub: Index
    line: Index
    cost: Floats
    markup: Floats
    tariff: Floats
    bound: Floats
    log_price: Floats | None = None
    part: Floats | None = None

    @property
    def log_paid(self) -> Floats:
        """[r] ln of what the buyer pays on a way, without nu, per unit of the seller's cost."""
        return np.log(self.cost * (1 + self.markup) * self.tariff)


def routes_of(
    bypasses: Iterable[tuple[Part, Ways, Index, Capacity | None]],
    detour: Detour,
    borders: Borders,
    world: World,
    *,
    rest: Floats,
    base: tuple[Floats, Floats] | None,
) -> Routes | None:
    """All open ways of the cells that go round, where a capacity stands against one of them.

    Arguments:
        bypasses: the active ones. detour: the cheapest way of each cell. rest: [n] mu' of other measures.
        base: passing and trade cost of the measures in force, [n] each; None where there are none.

    Returns:
        None where no bypass has a capacity.

    Raises:
        Complaint: CV160 where capacities of one flow are in different units.
    """
    place = np.full(borders.cells.size, -1, dtype=np.intp)
    place[detour.at] = np.arange(detour.at.size)
    weight = np.full(detour.at.size, np.nan)
    bounds: list[float] = []
    rows: list[tuple[Index | Floats, ...]] = []
    for part, ways, at, capacity in bypasses:
        measure = part.measure
        assert isinstance(measure, Bypass)
        mine = np.flatnonzero(place[at] >= 0)
        k = place[at[mine]]
        factor, duty = costs_of(ways, mine, borders, world)
        cell, hub = np.nonzero(np.isfinite(factor))
        line = np.full(hub.size, -1, dtype=np.intp)
        if capacity is not None:
            line = hub + len(bounds)
            bounds += [capacity.bound] * ways.hubs.size
            own = capacity.weights[mine]
            clash = (own > 0) & (np.abs(weight[k] - own) > 1e-12 * own)  # False where there is none yet
            if clash.any():
                raise Complaint(
                    "CV160",
                    "capacities of one flow that are in different units",
                    found=measure.describe(),
                    expected="capacities of the ways of one ban all physical, or all shares or money",
                    next_step="State this capacity in the unit of the other one.",
                    field=(*part.slot.path, "capacity"),
                )
            line[own[cell] == 0] = -1  # nothing of it is known to count
            weight[k] = np.where(own > 0, own, 1.0)
        markup = np.full(hub.size, measure.markup)
        rows.append((k[cell], ways.hubs[hub], line, factor[cell, hub], markup, duty[cell, hub]))
    if not bounds:
        return None
    cell, hub, line, cost, markup, tariff = (np.concatenate(column) for column in zip(*rows, strict=True))
    passing, base_cost = (np.ones(place.size), np.ones(place.size)) if base is None else base
    at = detour.at
    return Routes(
        at=at,
        weight=np.where(np.isfinite(weight), weight, 1.0),
        share=detour.share,
        legal=detour.legal,
        direct_cost=borders.cost[at],
        direct_tariff=borders.tariff[at],
        rest=rest[at],
        base_passing=passing[at],
        base_cost=base_cost[at],
        cell=cell.astype(np.intp),
        hub=hub.astype(np.intp),
        line=line.astype(np.intp),
        cost=cost,
        markup=markup,
        tariff=tariff,
        bound=np.array(bounds),
    )


def round_share(routes: Routes, theta: Floats, log_paid: Floats) -> tuple[Floats, Floats]:
    """[k] the share of what is spent on a cell that goes round, and the size of the composite of both ways (Eq. 12a).

    Arguments:
        theta: [k] trade elasticity. log_paid: [k] ln of what is paid on the cheapest way, nu included.
    """
    direct = np.log(routes.direct_cost * routes.direct_tariff)
    away = (1 - routes.legal) * routes.share * np.exp(-theta * (log_paid - direct))
    partly = routes.legal > 0
    mixed = np.where(partly, routes.legal + away, 1.0)
    return np.where(partly, away / mixed, 1.0), mixed
