"""How goods travel: the share of each pair's trade that goes by sea, air and land, by a rule (Eq. 12f).

No table of trade by mode and pair covers the world, so the shares follow from the good and the map. The numbers
of the rule are assumptions; `data/SOURCES.md` says what they were set against.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from countervail.world import labels
from countervail.world.packaged import rows
from countervail.world.world import World

Floats = NDArray[np.float64]

REACH = 2500.0  # km over which the share of land transport falls to 1/e, on one landmass
NEIGHBOURS = 0.5  # neighbours send at least this share over land of what does not fly


def mode_share(world: World, mode: str) -> Floats:
    """The share of trade that goes by a mode, for each pair and good (Eq. 12f).

    Air takes a share a[s] that depends on the value of the good by weight. Of the rest, land takes
    exp(-km / (2500 km)), with twice that reach where one of the two is landlocked, and at least half between
    neighbours; nothing between economies on different landmasses that do not touch. Sea takes what is left.
    Land is road, rail and pipeline. Where a place is not known (the rest of the world), nothing goes by land.
    An aggregate takes the mean of its members. Services have no mode.

    Arguments:
        world: its labels are looked up. mode: sea, air or land.

    Returns:
        [N, N, J] origin, destination, sector: 0 to 1; the three modes of a good add up to 1, of a service to 0.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = load_world("icio2022")
        >>> steel = mode_share(world, "sea")[:, :, world.sectors.index("C24A")]
        >>> float(steel[world.index("JPN"), world.index("KOR")])
        1.0
    """
    air = np.array([_air(code, world) for code in world.sectors])
    goods = world.goods.astype(float)
    if mode == "air":
        flying: Floats = np.tile(air * goods, (world.n_countries, world.n_countries, 1))
        return flying
    land: Floats = _land(world)[:, :, None] * (1 - air) * goods
    rest: Floats = (1 - air) * goods - land
    return land if mode == "land" else rest


def _air(sector: str, world: World) -> float:
    """a[s]: of the sector, of the whole it is a part of, or the mean of what it merges; else of all goods."""
    known = _table("air.csv")
    whole = labels.sector_wholes().get(sector, sector)
    parts = world.sector_members[world.sectors.index(sector)]
    found = [float(known[code]["air"]) for code in (whole, *parts) if code in known]
    return float(np.mean(found or [float(row["air"]) for row in known.values()]))


def _land(world: World) -> Floats:
    """[N, N] the land share of what does not fly, by pair."""
    members = [
        [part for part in (parts or (code,)) if part in _table("places.csv")]
        for code, parts in zip(world.countries, world.country_members, strict=True)
    ]
    found = np.zeros((world.n_countries, world.n_countries))
    for o, origins in enumerate(members):
        for d, destinations in enumerate(members[:o]):
            shares = [_land_pair(one, other) for one in origins for other in destinations]
            found[o, d] = found[d, o] = np.mean(shares) if shares else 0.0
    return found


@cache
def _land_pair(one: str, other: str) -> float:
    places, pair = _table("places.csv"), pair_distances()[min(one, other), max(one, other)]
    km, contiguous = pair
    together = places[one]["landmass"] == places[other]["landmass"]
    landlocked = "1" in (places[one]["landlocked"], places[other]["landlocked"])
    share = float(np.exp(-km / (REACH * (2 if landlocked else 1)))) if together else 0.0
    return max(share, NEIGHBOURS) if contiguous else share


@cache
def pair_distances() -> dict[tuple[str, str], tuple[float, bool]]:
    """By pair of codes in alphabetical order: km between the main cities, and whether the two touch."""
    return {
        (row["one"], row["other"]): (float(row["km"]), row["contiguous"] == "1")
        for row in rows("distances.csv", "policy")
    }


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    """The rows of a file by their first column."""
    return {next(iter(row.values())): row for row in rows(name, "policy")}
