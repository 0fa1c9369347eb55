"""Instruments: goods, directions and intensities that a sanctioning side can choose, as cells, shocks and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from countervail.errors import OutputError
from countervail.policy.shock import Shock
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.derivative import Gradient
    from countervail.world.world import World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Kind = Literal["friction", "tariff"]
DIRECTIONS = ("export", "import")


@dataclass(frozen=True, eq=False)
class Instruments:
    """Barriers of some economies against others, one number for each good and direction.

    Arguments:
        world: where. senders, targets: positions.
        goods: name to positions of sectors; each an instrument of its own in every direction.
        directions: "export" and "import" as seen from the senders. A tariff is on imports alone.
        kind: "friction", a rate on the iceberg cost; "tariff", points added to the applied rate.
        most: the largest intensity, a fraction.

    Raises:
        OutputError: CV429 no senders, targets or goods, one economy on both sides, or a `most` that is not above 0.
    """

    world: World
    senders: Integers
    targets: Integers
    goods: Mapping[str, Integers]
    directions: tuple[str, ...] = DIRECTIONS
    kind: Kind = "friction"
    most: float = 1.0

    def __post_init__(self) -> None:
        both = np.intersect1d(self.senders, self.targets)
        wrong = ""
        if not self.senders.size or not self.targets.size:
            wrong = "no senders" if not self.senders.size else "no targets"
        elif both.size:
            wrong = f"{labels.country_name(self.world.countries[int(both[0])])} on both sides"
        elif not self.goods or not self.directions or not set(self.directions) <= set(DIRECTIONS):
            wrong = "no goods" if not self.goods else f"directions {', '.join(self.directions) or 'none'}"
        elif not 0 < self.most <= 100 or self.kind not in ("friction", "tariff"):
            wrong = f"a largest {self.kind} of {self.most:g}"
        elif self.kind == "tariff" and self.directions != ("import",):
            wrong = "a tariff on exports"
        elif not self.cells.size:
            wrong = "no trade in these goods between the sides"
        if wrong:
            raise OutputError(
                "CV429",
                "These instruments cannot make a frontier",
                found=wrong,
                expected="senders and targets apart, goods they trade, intensities above 0; tariffs on imports alone",
                next_step="Change the senders, the goods or the largest intensity.",
            )

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Good and direction of every instrument."""
        return tuple((good, way) for way in self.directions for good in self.goods)

    @cached_property
    def _placed(self) -> tuple[Integers, Integers]:
        """Flat cells, sorted, and the instrument of each."""
        n, j = self.world.n_countries, self.world.n_sectors
        cells, slots = [], []
        for slot, (good, way) in enumerate(self.names):
            origin, destination = (
                (self.senders, self.targets) if way == "export" else (self.targets, self.senders)
            )
            place = (origin[:, None, None] * n + destination[None, :, None]) * j + self.goods[good][
                None, None, :
            ]
            flat = place.ravel()
            flat = flat[self.world.trade_share.ravel()[flat] > 0]
            cells.append(flat)
            slots.append(np.full(flat.size, slot))
        found, slot_of = np.concatenate(cells).astype(np.int64), np.concatenate(slots).astype(np.int64)
        order = np.argsort(found, kind="stable")
        return found[order], slot_of[order]

    @property
    def cells(self) -> Integers:
        """[n] the cells they act on, flat (o N + d) J + s, sorted."""
        return self._placed[0]

    @property
    def size(self) -> int:
        """How many instruments."""
        return len(self.names)

    @cached_property
    def traded(self) -> Floats:
        """[instrument] base-year trade that each barrier is on, million USD."""
        cells, slot = self._placed
        flow = self.world.basic_flow().ravel()[cells]
        return np.asarray(np.bincount(slot, flow, minlength=self.size), dtype=np.float64)

    def shock(self, intensity: Floats) -> Shock:
        """The shock of these intensities, [instrument] fractions."""
        cells, slot = self._placed
        rate = intensity[slot]
        base = self.world.tariff.ravel()[cells]
        friction = self.kind == "friction"
        return Shock(
            cells=cells,
            passing=np.ones(cells.size),
            trade_cost=1.0 + rate if friction else np.ones(cells.size),
            tariff=base.copy() if friction else base + rate,
            wedge=np.ones(cells.size),
            rent_to_buyer=np.zeros(cells.size, dtype=bool),
            productivity=np.ones((self.world.n_countries, self.world.n_sectors)),
            transfer=np.zeros(self.world.n_countries),
            measures=(("instruments", cells),),
        )

    def slopes_at(self, gradient: Gradient, shock: Shock, k: int = 0) -> Floats:
        """[instrument] what a welfare sum answers to a barrier on top of any shock, percent per unit."""
        cells, slot = self._placed
        by_log = gradient.trade_cost(k) if self.kind == "friction" else gradient.tariff(k)
        level = np.ones(self.world.tariff.size)
        if self.kind == "tariff":
            level = self.world.tariff.ravel().copy()
            level[shock.cells] = shock.tariff
        return np.asarray(np.bincount(slot, by_log.ravel()[cells] / level[cells], minlength=self.size))

    def open_cells(self, shock: Shock) -> Integers:
        """[instrument] how many of its flows a shock leaves open."""
        cells, slot = self._placed
        banned = shock.cells[shock.passing == 0.0]
        return np.bincount(slot, ~np.isin(cells, banned), minlength=self.size).astype(np.int64)

    def slopes(self, gradient: Gradient, intensity: Floats, k: int = 0) -> Floats:
        """[instrument] what a welfare sum answers to each intensity, percent per unit of the fraction."""
        cells, slot = self._placed
        if self.kind == "friction":
            by_log, level = gradient.trade_cost(k), 1.0 + intensity[slot]
        else:
            by_log, level = gradient.tariff(k), self.world.tariff.ravel()[cells] + intensity[slot]
        return np.asarray(np.bincount(slot, by_log.ravel()[cells] / level, minlength=self.size))


def instruments_of(
    world: World,
    senders: Sequence[int] | Integers,
    targets: Sequence[int] | Integers,
    *,
    goods: Mapping[str, Integers] | None = None,
    directions: Sequence[str] | None = None,
    kind: Kind = "friction",
    most: float = 1.0,
    services: bool = False,
) -> Instruments:
    """Instruments with the usual goods: every sector by itself, services only if asked, in both directions."""
    if goods is None:
        kept = np.ones(world.n_sectors, dtype=bool) if services else world.goods
        goods = {labels.sector_name(world.sectors[int(s)]): np.array([s]) for s in np.flatnonzero(kept)}
    ways = tuple(directions) if directions is not None else DIRECTIONS if kind == "friction" else ("import",)
    return Instruments(
        world,
        np.asarray(senders, dtype=np.int64),
        np.asarray(targets, dtype=np.int64),
        goods,
        ways,
        kind,
        most,
    )
