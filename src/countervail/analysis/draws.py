"""Draws: years in which hazards strike or not, and what they add to a shock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from countervail.policy.complaint import Origin, located
from countervail.policy.hazard import Hazard
from countervail.policy.scope import Index, Scope

if TYPE_CHECKING:
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Strike:
    """What a hazard did in one year: z-hat and d-hat where it struck.

    Arguments:
        hazard: its name. economies: positions of who was struck; all where `everyone`. size: a fraction, of each.
    """

    hazard: str
    economies: Index
    size: Floats
    everyone: bool


@dataclass(frozen=True, eq=False)
class Year:
    """One drawn year.

    Arguments:
        strikes: what happened. productivity: [o, s] z-hat. cells: flat (o N + d) J + s, sorted; cost: d-hat on them.
    """

    strikes: tuple[Strike, ...]
    productivity: Floats
    cells: Cells
    cost: Floats


def drawn_years(world: World, hazards: Sequence[Hazard], count: int, seed: int) -> tuple[Year, ...]:
    """Years drawn by the chances and sizes of the hazards, each hazard with random numbers of its own.

    So adding a hazard does not change what the others do.

    Raises:
        ScenarioError: goods or economies that the world does not have.
    """
    scope = Scope(world)
    places = []
    with located(Origin("hazards")):
        for hazard in hazards:
            goods = scope.sectors(hazard.goods, "goods")
            who = scope.economies(hazard.economies, "economies") if hazard.economies else None
            places.append((goods, np.arange(world.n_countries) if who is None else who, who is None))
    found: list[list[tuple[Hazard, Index, Strike]]] = [[] for _ in range(count)]
    for number, (hazard, (goods, who, everyone)) in enumerate(zip(hazards, places, strict=True)):
        rng = np.random.default_rng([seed, number])
        weight = _sales_abroad(world, goods)[who]
        for year in range(count):
            strike = _strike(hazard, who, everyone, weight, rng)
            if strike is not None:
                found[year].append((hazard, goods, strike))
    return tuple(_year(world, strikes) for strikes in found)


def struck(world: World, shock: Shock, year: Year) -> Shock:
    """A shock with what a year brings on top: productivities and trade costs multiply."""
    if not year.strikes:
        return shock
    cells = np.union1d(shock.cells, year.cells)
    at, more = np.searchsorted(cells, shock.cells), np.searchsorted(cells, year.cells)

    def spread(values: NDArray[Any], rest: NDArray[Any] | float | bool) -> NDArray[Any]:
        full = np.empty(cells.size, dtype=values.dtype)
        full[:] = rest
        full[at] = values
        return full

    cost = spread(shock.trade_cost, 1.0)
    cost[more] *= year.cost
    claims = shock.claims
    if claims is not None:
        claims = replace(claims, at=at[claims.at])
    return replace(
        shock,
        cells=cells,
        passing=spread(shock.passing, 1.0),
        trade_cost=cost,
        tariff=spread(shock.tariff, world.tariff.ravel()[cells]),
        wedge=spread(shock.wedge, 1.0),
        rent_to_buyer=spread(shock.rent_to_buyer, False),
        productivity=shock.productivity * year.productivity,
        claims=claims,
    )


def _sales_abroad(world: World, goods: Index) -> Floats:
    flow = world.basic_flow()[:, :, goods].sum(axis=2)
    np.fill_diagonal(flow, 0.0)
    sales: Floats = flow.sum(axis=1)
    return sales


def _strike(
    hazard: Hazard, who: Index, everyone: bool, weight: Floats, rng: np.random.Generator
) -> Strike | None:
    if hazard.strikes == "each":
        hit = rng.random(len(who)) < hazard.chance
        size = rng.uniform(hazard.low, hazard.high, len(who))
        return Strike(hazard.name, who[hit], size[hit], False) if hit.any() else None
    happens, size_of_it, place = (
        rng.random() < hazard.chance,
        rng.uniform(hazard.low, hazard.high),
        rng.random(),
    )
    if not happens:
        return None
    if hazard.strikes == "all":
        return Strike(hazard.name, who, np.full(len(who), size_of_it), everyone)
    total = weight.sum()
    share = np.cumsum(weight / total if total > 0 else np.full(len(who), 1.0 / len(who)))
    n = min(int(np.searchsorted(share, place)), len(who) - 1)
    return Strike(hazard.name, who[n : n + 1], np.array([size_of_it]), False)


def _year(world: World, strikes: Sequence[tuple[Hazard, Index, Strike]]) -> Year:
    n, j = world.n_countries, world.n_sectors
    productivity = np.ones((n, j))
    cost: Floats | None = None
    for hazard, goods, strike in strikes:
        if hazard.hits == "productivity":
            productivity[np.ix_(strike.economies, goods)] *= (1.0 - strike.size)[:, None]
            continue
        cost = np.ones((n, n, j)) if cost is None else cost
        dearer = np.ones((n, n))
        # a border between two that are both struck is as dear as the dearer of them
        size = np.zeros(n)
        size[strike.economies] = strike.size
        dearer += np.maximum(size[:, None], size[None, :])
        np.fill_diagonal(dearer, 1.0)
        cost[:, :, goods] *= dearer[:, :, None]
    if cost is None:
        empty = np.empty(0, dtype=np.int64)
        return Year(tuple(s for _, _, s in strikes), productivity, empty, np.empty(0))
    cells = np.flatnonzero((cost != 1.0) & (world.trade_share > 0.0)).astype(np.int64)
    return Year(tuple(s for _, _, s in strikes), productivity, cells, cost.ravel()[cells])
