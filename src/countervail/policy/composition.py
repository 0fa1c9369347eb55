"""Composition: what a set of measures makes of each cell, in whatever order they stand (Eq. 12a)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.policy.detours import Ways, ways_of
from countervail.policy.exemption import on_share
from countervail.policy.limiting import Bound, Capacity, bounds_of, capacity_of
from countervail.policy.parts import Cells, Floats, Part
from countervail.policy.scope import Index
from countervail.world.world import World

_NOTHING = 1e-12  # what round-off leaves of a cell whose ways of transport are all closed


@dataclass(frozen=True, eq=False)
class Placed:
    """A part, where its cells lie among the cells of the scenario, what its money moves, what supply of factors and
    productivity it changes, what it limits, and what ways around a ban it opens."""

    part: Part
    at: Index
    flows: Floats | None
    supply: tuple[Floats, Floats] | None
    productivity: float
    bounds: tuple[Bound, ...] = ()
    ways: Ways | None = None
    capacity: Capacity | None = None


def placed(part: Part, at: Index, world: World) -> Placed:
    """A part at its place.

    Raises:
        Complaint: CV107 where it moves more than the payers' income, CV131 where a quantity cannot be converted.
    """
    flows = part.flows(world) if part.payers.size else None
    bounds = bounds_of(part, world) if part.rent_to is not None else ()
    supply, productivity = part.supply(world), part.productivity
    return Placed(
        part, at, flows, supply, productivity, bounds, ways_of(part, world), capacity_of(part, world)
    )


@dataclass(frozen=True, eq=False)
class State:
    """What a set of measures makes of the cells, before it is set against the base year; `lifted` by corridors."""

    passing: Floats
    trade_cost: Floats
    rate: Floats
    level: Floats | None
    wedge: Floats
    productivity: Floats
    transfer: Floats
    labour: Floats
    capital: Floats
    lifted: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Ground:
    """What measures fall on.

    Arguments:
        world: the world. cells: [n] the cells of all measures together.
        theta: [n] trade elasticity. tariff: [n] 1 + rate before any measure.
    """

    world: World
    cells: Cells
    theta: Floats
    tariff: Floats


class _Bans:
    """Bans on all of a cell's goods or on those that go by a mode; those of `sanctions` (side 1) can be lifted."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._whole = (np.ones(n), np.ones(n))
        self._by_mode: dict[str, tuple[Floats, tuple[Floats, Floats]]] = {}

    def add(self, side: int, at: Index, passing: float, mode: str, portion: Floats | None) -> None:
        leaks = self._whole
        if portion is not None:
            portions, leaks = self._by_mode.setdefault(
                mode, (np.zeros(self._n), (np.ones(self._n), np.ones(self._n)))
            )
            portions[at] = portion
        leaks[side][at] = np.minimum(leaks[side][at], passing)

    def lift(self, lifted: NDArray[np.bool_]) -> None:
        self._whole[1][lifted] = 1
        for _, leaks in self._by_mode.values():
            leaks[1][lifted] = 1

    def passing(self) -> Floats:
        """Bans count once, the least leakage holds, mode by mode; what goes by no closed mode passes."""
        whole = np.minimum(*self._whole)
        passing: Floats = whole
        for mode in sorted(self._by_mode):
            portions, leaks = self._by_mode[mode]
            passing = passing - portions * np.maximum(whole - np.minimum(*leaks), 0)
        return np.where(passing < _NOTHING, 0, passing) if self._by_mode else whole


def compose(active: Sequence[Placed], ground: Ground) -> State:
    """What these measures make of the cells; no step depends on their order."""
    n, world = ground.cells.size, ground.world
    lifted, remaining = _lifted(active, n), _remaining(active, n)
    # Barriers of the sanctions list stand apart, because a corridor lifts them and nothing else.
    bans, costs, rates = _Bans(n), (np.ones(n), np.ones(n)), (np.zeros(n), np.zeros(n))
    levels: list[Floats | None] = [None, None]
    wedge = np.ones(n)
    productivity = np.ones((world.n_countries, world.n_sectors))
    transfer = np.zeros(world.n_countries)
    labour, capital = np.ones(world.n_countries), np.ones(world.n_countries)
    for item in active:
        part, at = item.part, item.at
        side = int(part.slot.which == "sanctions")
        for piece in part.pieces:
            value, portion = piece.value, part.portions.get(piece.mode)
            share = piece.share if portion is None else piece.share * portion
            match piece.operation:
                case "ban":
                    bans.add(side, at, value, piece.mode, portion)
                case "friction":
                    left = remaining.get(piece.friction)
                    factor = 1 + (value if left is None else value * left[at])
                    costs[side][at] *= _on_share(factor, share, ground, at)
                case "saving":
                    costs[0][at] *= _on_share(1 - value, share, ground, at)
                case "rate":
                    rates[side][at] += _rate_on_share(value, share, ground, at)
                case "level":
                    applied = ground.tariff[at] - 1
                    rise = _rate_on_share(piece.reached * (value - applied), share, ground, at)
                    levels[side] = _highest(levels[side], at, applied + rise, n)
                case "wedge":
                    wedge[at] *= 1 - value
        if part.producers.size:
            productivity.reshape(-1)[part.producers] *= item.productivity
        if item.flows is not None:
            transfer += item.flows
        if (more := item.supply) is not None:
            labour, capital = labour * more[0], capital * more[1]
    if lifted is not None:
        bans.lift(lifted)
        costs[1][lifted], rates[1][lifted] = 1, 0
        if (lifted_level := levels[1]) is not None:
            lifted_level[lifted] = np.nan
    stated = [level for level in levels if level is not None]
    level: Floats | None = np.fmax.reduce(stated) if stated else None
    cost, rate = costs[0] * costs[1], rates[0] + rates[1]
    return State(bans.passing(), cost, rate, level, wedge, productivity, transfer, labour, capital, lifted)


def _on_share(factor: float | Floats, share: float | Floats, ground: Ground, at: Index) -> float | Floats:
    """A cost factor on a share of the goods of these cells."""
    whole = isinstance(share, float) and share == 1
    return factor if whole else on_share(factor, share, ground.theta[at])


def _rate_on_share(rate: float | Floats, share: float | Floats, ground: Ground, at: Index) -> float | Floats:
    """What a rate, added to the tariff of a share of the goods, adds to the tariff of these cells."""
    if isinstance(share, float) and share == 1:
        return rate
    before = ground.tariff[at]
    after = before + rate
    left = after > 0  # where nothing is left of the price, the sum of the rates is refused in the end
    mixed = before * on_share(np.where(left, after, before) / before, share, ground.theta[at])
    return np.where(left, mixed, after) - before


def _lifted(active: Sequence[Placed], n: int) -> NDArray[np.bool_] | None:
    """[n] the cells that active corridors exempt from the sanctions."""
    corridors = [p for p in active if any(piece.operation == "exemption" for piece in p.part.pieces)]
    if not corridors:
        return None
    lifted = np.zeros(n, dtype=bool)
    for item in corridors:
        lifted[item.at] = True
    return lifted


def _remaining(active: Sequence[Placed], n: int) -> dict[str, Floats]:
    """By kind of friction, [n] the share that removals leave; several removals multiply."""
    remaining: dict[str, Floats] = {}
    for item in active:
        for piece in item.part.pieces:
            if piece.operation == "removal":
                left = remaining.setdefault(piece.friction, np.ones(n))
                left[item.at] *= 1 - piece.value
    return remaining


def _highest(levels: Floats | None, at: Index, value: Floats, n: int) -> Floats:
    found = np.full(n, np.nan) if levels is None else levels
    found[at] = np.fmax(found[at], value)
    return found
