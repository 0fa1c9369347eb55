"""Names of economies, sectors, blocs and goods lists, read from the CSV files beside the embedded tables."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from countervail.world.packaged import rows

if TYPE_CHECKING:
    import pandas as pd

SYNTHETIC = {"XIR": "Iran-type economy (synthetic)"}  # codes that stand for no country; see `world.synthetic`


def normal(name: str) -> str:
    """A name as it is compared: lower case, with spaces, underscores and hyphens alike."""
    return re.sub(r"[\s_\-]+", " ", name.replace("’", "'")).strip().casefold()


class Names(Mapping[str, tuple[str, ...]]):
    """Read-only mapping from a name to members.

    Look-up ignores case and takes spaces, underscores and hyphens alike.
    """

    def __init__(self, members: Mapping[str, tuple[str, ...]]) -> None:
        self._members = dict(members)
        self._keys = {normal(name): name for name in self._members}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._members[self._keys[normal(name)]]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and normal(name) in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def canonical(self, name: str) -> str:
        """The name as the list spells it.

        Raises:
            KeyError: for a name that is not in the list.
        """
        return self._keys[normal(name)]


@dataclass(frozen=True)
class Described:
    """What a bloc or goods list is, and who says so."""

    description: str
    source: str


def country_name(iso3: str) -> str:
    """The short name of an economy ("Türkiye"), also of one inside ROW; the code itself for another one."""
    row = _countries().get(iso3)
    return row["name"] if row else row_members().get(iso3, SYNTHETIC.get(iso3, iso3))


def sector_name(code: str) -> str:
    """The short name of an OECD ICIO sector ("Motor vehicles"); the code itself for another one."""
    row = _sectors().get(code)
    return row["name"] if row else code


def population(iso3: str) -> float | None:
    """Persons in 2022; None for the rest of the world and for an economy that is not listed."""
    row = _countries().get(iso3)
    return float(row["population"]) if row and row["population"] else None


def country_codes() -> Names:
    """Every name an economy goes by (code, short name, aliases) -> its ISO3 code, as a tuple of one."""
    return _country_codes()


def country_table() -> pd.DataFrame:
    """The economies of the embedded worlds, one row each, by ISO3.

    Returns:
        DataFrame with name, iso2, iso_num, region, subregion, population (persons), population_year, gdp_usd,
        capital_lat, capital_lon, landlocked, aliases and source.
    """
    import pandas as pd

    table = pd.DataFrame(list(_countries().values()))
    numbers = [
        "population",
        "gdp_usd",
        "capital_lat",
        "capital_lon",
        "landlocked",
        "iso_num",
        "population_year",
    ]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return table.set_index("iso3")


def blocs() -> Names:
    """Blocs and plain aliases -> member codes, embedded economies only ("BRICS_2022" and "brics" alike)."""
    return _blocs()


def bloc_aliases() -> dict[str, str]:
    """Plain alias -> dated name ("euro_area" -> "EURO_AREA_2022")."""
    return {row["alias"]: row["bloc"] for row in rows("bloc_aliases.csv")}


def bloc_notes() -> dict[str, Described]:
    """Dated name -> description, with date and members outside the table, and source."""
    return {row["bloc"]: Described(row["description"], row["source"]) for row in rows("blocs_notes.csv")}


def goods_lists() -> Names:
    """Goods lists -> sector codes of the embedded worlds, of those with oil and gas apart among them."""
    return _goods()


def goods_notes() -> dict[str, Described]:
    """Goods list -> what it holds, and source."""
    return {row["list"]: Described(row["description"], row["source"]) for row in rows("goods_notes.csv")}


def sector_wholes() -> dict[str, str]:
    """Parts into which some embedded worlds divide a sector -> that sector ("B06_GAS" -> "B06")."""
    return {row["sector"]: row["part_of"] for row in rows("sectors.csv") if row["part_of"]}


def expanded(
    codes: Iterable[str], present: Container[str], split_from: Iterable[tuple[str, str]]
) -> list[str]:
    """The codes, with the parts in place of a whole that is not there because it was divided into them.

    Arguments:
        codes: what is wanted. present: the labels there are. split_from: part -> whole.
    """
    parts: dict[str, list[str]] = {}
    for part, whole in split_from:
        parts.setdefault(whole, []).append(part)

    def unfold(code: str) -> list[str]:
        if code in present or code not in parts:
            return [code]
        return [found for part in parts[code] for found in unfold(part)]

    return [found for code in codes for found in unfold(code)]


def row_members() -> dict[str, str]:
    """Economies that are not in the embedded tables and so are part of ROW: code -> name."""
    return {row["iso3"]: row["name"] for row in rows("row_members.csv")}


def row_codes() -> Names:
    """Every name an economy inside ROW goes by -> its code, as a tuple of one."""
    return _row_codes()


@lru_cache(maxsize=1)
def _countries() -> dict[str, dict[str, str]]:
    return {row["iso3"]: row for row in rows("countries.csv")}


@lru_cache(maxsize=1)
def _sectors() -> dict[str, dict[str, str]]:
    return {row["sector"]: row for row in rows("sectors.csv")}


@lru_cache(maxsize=1)
def _country_codes() -> Names:
    return _spellings(_countries().values())


@lru_cache(maxsize=1)
def _row_codes() -> Names:
    return _spellings(rows("row_members.csv"))


@lru_cache(maxsize=1)
def _blocs() -> Names:
    members = _grouped("blocs.csv", "bloc", "iso3")
    return Names({**members, **{alias: members[name] for alias, name in bloc_aliases().items()}})


@lru_cache(maxsize=1)
def _goods() -> Names:
    empty: dict[str, tuple[str, ...]] = dict.fromkeys(goods_notes(), ())
    return Names({**empty, **_grouped("goods.csv", "list", "sector")})


def _spellings(entries: Iterable[dict[str, str]]) -> Names:
    found: dict[str, tuple[str, ...]] = {}
    for row in entries:
        aliases = [alias for alias in row["aliases"].split(";") if alias]
        found.update(dict.fromkeys((row["iso3"], row["name"], *aliases), (row["iso3"],)))
    return Names(found)


def _grouped(file: str, group: str, member: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows(file):
        found.setdefault(row[group], []).append(row[member])
    return {name: tuple(members) for name, members in found.items()}
