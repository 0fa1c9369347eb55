"""Levers of players on each other's trade: rates by player, kind and good, as cells, shocks and slopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from countervail.policy.shock import Shock, no_change
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.derivative import Gradient
    from countervail.world.world import World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Lever = Literal["tariff", "friction", "export_tax"]
LEVERS: tuple[Lever, ...] = ("tariff", "friction", "export_tax")
WORDS = {"tariff": "tariff", "friction": "friction on imports", "export_tax": "export tax"}


@dataclass(frozen=True, eq=False)
class Slot:
    """One rate: who sets it, what it is, and on which trade.

    Arguments:
        player: number of the player. kind: "tariff" on imports, points added to the applied rate; "friction" on
            imports, a rate on the iceberg cost; "export_tax", a wedge whose rent the exporter's side keeps.
        good: in words. cells: flat (o N + d) J + s, sorted.
    """

    player: int
    kind: Lever
    good: str
    cells: Integers


@dataclass(frozen=True, eq=False)
class Levers:
    """All rates of all players.

    Arguments:
        world: where. slots: the rates, in order.
        in_place: whether tariffs stand in place of those applied between the players instead of on top of them.
    """

    world: World
    slots: tuple[Slot, ...]
    in_place: bool = False

    @cached_property
    def cells(self) -> Integers:
        """Every cell that a rate acts on, sorted."""
        return np.unique(np.concatenate([slot.cells for slot in self.slots]))

    @cached_property
    def traded(self) -> Floats:
        """[slot] base-year trade that each rate is on, million USD."""
        flow = self.world.basic_flow().ravel()
        return np.array([flow[slot.cells].sum() for slot in self.slots])

    @cached_property
    def _at(self) -> tuple[Integers, ...]:
        return tuple(np.searchsorted(self.cells, slot.cells) for slot in self.slots)

    @cached_property
    def _applied(self) -> Floats:
        """[cell] 1 + the tariff before any rate is added."""
        base = self.world.tariff.ravel()[self.cells].copy()
        if self.in_place:
            for slot, at in zip(self.slots, self._at, strict=True):
                if slot.kind == "tariff":
                    base[at] = 1.0
        return base

    def of(self, player: int) -> Integers:
        """Positions of a player's rates."""
        return np.array([k for k, slot in enumerate(self.slots) if slot.player == player], dtype=np.int64)

    def levels(self, rates: Floats) -> dict[str, Floats]:
        """[cell] 1 + tariff, d-hat and mu' at rates given as fractions, by kind."""
        found = {"tariff": self._applied.copy()} | {
            kind: np.ones(self.cells.size) for kind in ("friction", "export_tax")
        }
        for slot, at, rate in zip(self.slots, self._at, rates, strict=True):
            found[slot.kind][at] += rate
        return found

    def shock(self, rates: Floats) -> Shock:
        """The shock of these rates."""
        levels = self.levels(rates)
        size = self.cells.size
        return replace(
            no_change(self.world),
            cells=self.cells,
            passing=np.ones(size),
            trade_cost=levels["friction"],
            tariff=levels["tariff"],
            wedge=levels["export_tax"],
            rent_to_buyer=np.zeros(size, dtype=bool),
            measures=(("rates", self.cells),),
        )

    def slopes(self, gradient: Gradient, rates: Floats, k: int = 0) -> Floats:
        """[slot] what a weighted sum of welfare answers to each rate, percent per unit of the fraction."""
        levels = self.levels(rates)
        by = {
            kind: make(k).ravel()[self.cells] / levels[kind]
            for kind, make in (
                ("tariff", gradient.tariff),
                ("friction", gradient.trade_cost),
                ("export_tax", gradient.wedge),
            )
            if any(slot.kind == kind for slot in self.slots)
        }
        return np.array(
            [float(by[slot.kind][at].sum()) for slot, at in zip(self.slots, self._at, strict=True)]
        )


def levers_between(
    world: World,
    players: Sequence[Integers],
    *,
    partners: Sequence[Integers] | None = None,
    kinds: Sequence[Lever] = ("tariff",),
    by_good: bool = False,
    in_place: bool = False,
) -> Levers:
    """Rates of every player on its trade in goods with its partners.

    Arguments:
        players: positions of each player's economies.
        partners: positions that each player's rates are on; all other players by default.
        by_good: a rate for every good instead of one for all.
        in_place: see `Levers`.
    """
    goods = np.flatnonzero(world.goods)
    lists = (
        [(labels.sector_name(world.sectors[int(s)]), np.array([s])) for s in goods]
        if by_good
        else [("all goods", goods)]
    )
    traded = world.trade_share.ravel() > 0
    n, j = world.n_countries, world.n_sectors
    slots = []
    for p, mine in enumerate(players):
        others = (
            partners[p]
            if partners is not None
            else np.concatenate([other for q, other in enumerate(players) if q != p])
        )
        for kind in kinds:
            origin, destination = (mine, others) if kind == "export_tax" else (others, mine)
            for name, sectors in lists:
                place = (origin[:, None, None] * n + destination[None, :, None]) * j + sectors
                flat = np.sort(place.ravel())
                flat = flat[traded[flat]]
                if flat.size:
                    slots.append(Slot(p, kind, name, flat.astype(np.int64)))
    return Levers(world, tuple(slots), in_place)
