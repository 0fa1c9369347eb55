"""Physical units: how much gas or crude the money in a cell of the base year stands for.

A quantity in a scenario is compared with the base volume of the same cells: 38 bcm from Russia to China is
38 over the base volume of that cell, whatever the cell is worth. So what matters is the base volume; the
value a unit is the published value over it, and takes up whatever the published value misses or adds.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import Bools, Floats, lock
from countervail.world.catalog import DIVIDED, load_table
from countervail.world.energy import GAS, OIL, SOURCES, WHOLE, EnergyData, energy_data
from countervail.world.world import World

if TYPE_CHECKING:
    import pandas as pd

GAS_UNITS = {"bcm": 1.0, "million m3": 1e-3, "TWh": 0.1, "PJ": 1 / 36, "million t LNG": 1.36}
OIL_UNITS = {"million t": 1.0, "million barrels": 1 / 7.33, "thousand barrels a day": 0.365 / 7.33}
"""How many of the first unit one of each is: 1 bcm is 36 PJ (40 MJ a m3 gross), a tonne of crude is 7.33
barrels, as in the Energy Institute's Statistical Review."""


@dataclass(frozen=True, eq=False)
class PhysicalUnits:
    """The base year of one sector in physical units.

    Arguments:
        sector: its code.
        unit: "bcm" a year or "million t" a year.
        units: every unit that quantities may be given in -> how many of `unit` it is.
        volume: [origin, destination], what was sold in the base year, in `unit`; home sales on the diagonal.
        value_per_unit: [origin, destination], million USD a unit at basic prices; NaN where nothing was sold.
        basis: [origin, destination], what the volume rests on. Gas: see `energy.EnergyData.basis`, "mixed"
            after economies were merged. Crude: "value", its value over the seller's value a tonne. "" where
            nothing was sold.
        source: who says so.
    """

    sector: str
    unit: str
    units: dict[str, float]
    volume: Floats
    value_per_unit: Floats
    basis: tuple[tuple[str, ...], ...]
    source: str

    def amount(self, quantity: float, unit: str) -> float:
        """A quantity a year in `self.unit`.

        Raises:
            WorldError: CV228 for a unit that this sector is not measured in.

        Example:
            >>> from countervail.world.catalog import load_world
            >>> gas = physical_units(load_world("icio2021-energy"))["B06_GAS"]
            >>> round(gas.amount(10, "million t LNG"), 3)
            13.6
        """
        for name, size in self.units.items():
            if name.casefold() == " ".join(unit.split()).casefold():
                return quantity * size
        raise WorldError(
            "CV228",
            f"'{unit}' is no unit for {self.sector}",
            expected=f"one of {', '.join(self.units)} a year",
            next_step="Convert the quantity, or give it as a share of the base year.",
        )

    def table(self, world: World) -> pd.DataFrame:
        """Every cell with sales: seller, buyer, million_usd, volume, unit, value_per_unit, basis.

        Arguments:
            world: the world these units are of.
        """
        import pandas as pd

        at = np.argwhere(self.volume > 0)
        flow = world.basic_flow()[:, :, world.sectors.index(self.sector)]
        return pd.DataFrame(
            {
                "seller": [world.countries[o] for o, _ in at],
                "buyer": [world.countries[d] for _, d in at],
                "million_usd": [flow[o, d] for o, d in at],
                "volume": [self.volume[o, d] for o, d in at],
                "unit": self.unit,
                "value_per_unit": [self.value_per_unit[o, d] for o, d in at],
                "basis": [self.basis[o][d] for o, d in at],
            }
        )


def physical_units(world: World) -> dict[str, PhysicalUnits]:
    """The sectors of a world that have physical units: crude oil and natural gas of the embedded worlds.

    Base volumes. Gas: as estimated for the pair from physical data, independent of the cell's value. Crude:
    the source has production by country but no trade by pair, so a seller's exports in tonnes (production
    less what stays at home) are divided among buyers by value. Merged economies add up; an economy taken out
    of another has its part of the volume by value.

    Arguments:
        world: icio2021-energy or icio2022-energy, with economies merged or split as one likes.

    Returns:
        PhysicalUnits by sector; empty for a world that has no such sectors or comes from another table.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = load_world("icio2021-energy")
        >>> gas = physical_units(world)["B06_GAS"]
        >>> round(float(gas.volume[world.index("RUS"), world.index("CHN")]))
        17
    """
    if world not in _known:
        _known[world] = _units_of(world)
    return dict(_known[world])


# What was worked out once per world lives as long as that world does.
_known: weakref.WeakKeyDictionary[World, dict[str, PhysicalUnits]] = weakref.WeakKeyDictionary()


def _units_of(world: World) -> dict[str, PhysicalUnits]:
    name = next((name for name in DIVIDED if name.startswith(f"icio{world.year}")), None)
    if name is None or SOURCES[0] not in world.sources:
        return {}
    base = _base(DIVIDED[name])
    place = _places(world, base.countries)
    found = {}
    for sector, unit, units in ((GAS, "bcm", GAS_UNITS), (OIL, "million t", OIL_UNITS)):
        if sector not in world.sectors or place is None:
            continue
        value = world.basic_flow()[:, :, world.sectors.index(sector)]
        volume = _volumes(base.volume[sector], base.value[sector], value, *place)
        sold = (value > 0) & (volume > 0)
        found[sector] = PhysicalUnits(
            sector=sector,
            unit=unit,
            units=dict(units),
            volume=lock(np.where(sold, volume, 0.0)),
            value_per_unit=lock(np.divide(value, volume, out=np.full_like(value, np.nan), where=sold)),
            basis=_bases(base.data, sector, sold, place[0]),
            source=SOURCES[0] if sector == OIL else "; ".join(SOURCES),
        )
    return found


@dataclass(frozen=True, eq=False)
class _Base:
    """Values (million USD) and volumes of the embedded table, [origin, destination] by sector."""

    countries: tuple[str, ...]
    data: EnergyData
    value: dict[str, Floats]
    volume: dict[str, Floats]


@cache
def _base(name: str) -> _Base:
    table = load_table(name)
    data = energy_data(table.year, table.countries)
    both = table.flow[:, :, table.sectors.index(WHOLE)]
    value = {GAS: data.gas_share * both, OIL: (1 - data.gas_share) * both}
    own = np.eye(len(both), dtype=bool)
    abroad = np.where(own, 0.0, value[OIL])
    total = abroad.sum(axis=1, keepdims=True)
    exports = (data.oil * (1 - data.oil_home_share))[:, None]
    oil = np.divide(exports * abroad, total, out=np.zeros_like(abroad), where=total > 0)
    oil[own] = data.oil * data.oil_home_share
    return _Base(table.countries, data, value, {GAS: data.gas, OIL: oil})


def _places(world: World, countries: tuple[str, ...]) -> tuple[Floats, Floats] | None:
    """[economy, base economy], 1 where it is one of its members; [economy], 1 where one was taken apart."""
    whole = dict(world.split_from)
    member, apart = np.zeros((world.n_countries, len(countries))), np.zeros(world.n_countries)
    for i, parts in enumerate(world.country_members):
        for part in parts:
            code = part
            while code not in countries and code in whole:
                code = whole[code]
            if code not in countries:
                return None
            member[i, countries.index(code)] = 1.0
            apart[i] = max(apart[i], float(code != part or part in whole.values()))
    return member, apart


def _volumes(volume: Floats, value: Floats, now: Floats, member: Floats, apart: Floats) -> Floats:
    """Volumes on the economies of a world; those of divided economies by value."""
    merged: Floats = member @ volume @ member.T
    worth = member @ value @ member.T
    part = np.divide(now, worth, out=np.zeros_like(now), where=worth > 0)
    return np.where((apart[:, None] + apart[None, :]) > 0, merged * part, merged)


def _bases(data: EnergyData, sector: str, sold: Bools, member: Floats) -> tuple[tuple[str, ...], ...]:
    if sector == OIL:
        return tuple(tuple("value" if cell else "" for cell in row) for row in sold)
    parts = [np.flatnonzero(row) for row in member]
    out = []
    for o, who in enumerate(parts):
        line = []
        for d, whom in enumerate(parts):
            kinds = {data.basis[i][j] for i in who for j in whom} - {""}
            line.append("" if not sold[o, d] else kinds.pop() if len(kinds) == 1 else "mixed")
        out.append(tuple(line))
    return tuple(out)
