"""Print how well the worlds with oil and gas apart reproduce known trade: the tables of docs/energy.md.

    python tools/energy_fit.py SOURCE_FOLDER

SOURCE_FOLDER as for build_energy_data.py. Volumes by pair went into the split, so that they come out says
little; prices, shares in value and the division of Europe are the test.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import build_energy_data as build
import energy_volumes as physical
import numpy as np
from energy_volumes import Sources

from countervail.world.catalog import load_world
from countervail.world.energy import energy_data
from countervail.world.physical import physical_units
from countervail.world.world import World

Floats = np.ndarray
EU_LNG = ("Belgium", "France", "Italy", "Spain", "Other EU")
PARTS = ("B06_GAS", "B06_OIL")
BUYERS = ("CHN", "USA", "JPN", "KOR", "IND", "DEU", "ITA", "FRA", "ESP", "NLD", "BEL", "POL", "GBR", "TUR")
MEMBERS = ("DEU", "ITA", "FRA", "NLD", "BEL", "ESP", "POL", "HUN", "CZE", "SVK", "BGR", "FIN", "GRC", "TUR")
EU_SELLERS = ("RUS", "NOR", "USA", "GBR", "NLD", "NGA", "EGY", "ROW")
RUSSIAN_BUYERS = (
    ("EU, pipeline", "pipeline", ("EU",), "union"),
    ("EU, LNG", "lng", EU_LNG, "union"),
    ("Türkiye and rest of Europe, pipeline", "pipeline", ("Rest of Europe",), ("TUR",)),
    ("Belarus", "pipeline", ("Belarus",), ("BLR",)),
    ("China, pipeline", "pipeline", ("China",), ("CHN",)),
    ("China, LNG", "lng", ("China",), ("CHN",)),
    ("Japan, LNG", "lng", ("Japan",), ("JPN",)),
    ("South Korea, LNG", "lng", ("South Korea",), ("KOR",)),
    ("Kazakhstan", "pipeline", ("Kazakhstan",), ("KAZ",)),
)


def reported(sources: Sources, exporter: str, mode: str, importers: Iterable[str]) -> float:
    """bcm that the source reports for an exporter and some of its importers."""
    return sum(
        float(row["bcm"])
        for row in sources.trade
        if row["exporter_iso3"] == exporter and row["mode"] == mode and row["importer"] in importers
    )


def line(*cells: object) -> None:
    print("| " + " | ".join(f"{c:,.1f}" if isinstance(c, float) else str(c) for c in cells) + " |")


def heading(*names: str) -> None:
    line(*names)
    line(*["---", *["---:"] * (len(names) - 1)])


def russia(sources: Sources, worlds: dict[int, World]) -> None:
    """Exports by partner: reported volumes of 2022, volumes and values of both worlds."""
    heading(
        *("buyer", "reported 2022, bcm", "2022, bcm", "2021, bcm"),
        *("2022, billion USD", "2021, billion USD", "2022, USD/1000 m3", "2021, USD/1000 m3"),
    )
    for name, mode, importers, who in RUSSIAN_BUYERS:
        cells: list[object] = [name, reported(sources, "RUS", mode, importers)]
        bcm, value, unit = [], [], []
        for year in (2022, 2021):
            world = worlds[year]
            buyers = sources.union() if who == "union" else np.isin(world.countries, who)
            at = world.index("RUS")
            gas = physical_units(world)["B06_GAS"].volume[at]
            share = energy_data(year, world.countries).lng_share[at]
            part = gas * (share if mode == "lng" else 1 - share)
            worth = world.basic_flow()[at, :, world.sectors.index("B06_GAS")] * over(part, gas)
            bcm.append(float(part[buyers].sum()))
            value.append(float(worth[buyers].sum() / 1e3))
            unit.append(float(1e3 * value[-1] / bcm[-1]))
        line(*cells, *bcm, *value, *(f"{u:,.0f}" for u in unit))


def union_mix(sources: Sources, worlds: dict[int, World]) -> None:
    """The EU's imports of gas from outside and from the Netherlands, by seller, in percent."""
    union = sources.union()
    listed = dict.fromkeys(EU_SELLERS, 0.0)
    for row in sources.trade:
        seller = row["exporter_iso3"] if row["exporter_iso3"] in sources.countries else "ROW"
        into = row["importer"] == "EU" or (row["mode"] == "lng" and row["importer"] in EU_LNG)
        if into and row["exporter"] not in ("Other Europe",) and seller in listed:
            listed[seller] += float(row["bcm"])
    heading("seller", "reported 2022, bcm", "2022, bcm", "2022, value", "2021, bcm", "2021, value")
    shares = []
    for year in (2022, 2021):
        world = worlds[year]
        flow = world.basic_flow()[:, :, world.sectors.index("B06_GAS")]
        for amounts in (physical_units(world)["B06_GAS"].volume, flow):
            bought = np.array([amounts[world.index(iso3)][union].sum() for iso3 in EU_SELLERS])
            bought[EU_SELLERS.index("NLD")] -= amounts[world.index("NLD"), world.index("NLD")]
            shares.append(100 * bought / bought.sum())
    total = sum(listed.values())
    for i, iso3 in enumerate(EU_SELLERS):
        line(iso3, float(100 * listed[iso3] / total), *(float(s[i]) for s in shares))


def russian_share(sources: Sources, world: World, members: Sequence[str]) -> None:
    """Share of Russia in gas imports: Eurostat 2019 and 2020, the world of 2021 by volume and by value."""
    heading("importer", "Eurostat 2019", "Eurostat 2020", "bcm 2021", "value 2021")
    at = world.index("RUS")
    own = np.eye(world.n_countries, dtype=bool)
    volume = np.where(own, 0.0, physical_units(world)["B06_GAS"].volume)
    value = np.where(own, 0.0, world.basic_flow()[:, :, world.sectors.index("B06_GAS")])
    old = {
        year: over(
            physical.eurostat(sources, "natural_gas", "RUS", year),
            physical.eurostat(sources, "natural_gas", "WLD", year),
        )
        for year in (2019, 2020)
    }
    for iso3 in members:
        d = world.index(iso3)
        line(
            iso3,
            *(float(100 * old[year][d]) for year in (2019, 2020)),
            *(float(100 * over(a[at, d], a[:, d].sum())) for a in (volume, value)),
        )


def sellers(folder: Path, worlds: dict[int, World]) -> None:
    """Large sellers: exports, the share of gas in them, what a unit is worth beside the market price."""
    markers = build.read_markers(folder)
    heading(
        *("seller", "year", "exports, billion USD", "gas, %", "gas, bcm", "gas, USD/1000 m3"),
        *("crude, million t", "crude, USD/t", "world, USD/t"),
    )
    for iso3 in ("RUS", "NOR", "USA", "CAN", "AUS", "SAU", "ARE", "KAZ", "NGA", "ROW"):
        for year in (2021, 2022):
            world, o = worlds[year], worlds[year].index(iso3)
            abroad = np.arange(world.n_countries) != o
            units = physical_units(world)
            at = [world.sectors.index(s) for s in PARTS]
            gas, oil = world.basic_flow()[o, abroad][:, at].sum(axis=0)
            bcm, mt = (units[s].volume[o, abroad].sum() for s in PARTS)
            crude = build.prices(markers, year, world.countries).crude
            line(
                *(iso3, year, float((gas + oil) / 1e3), float(100 * gas / (gas + oil)), float(bcm)),
                *(f"{over(gas, bcm):,.0f}", float(mt), f"{over(oil, mt):,.0f}", f"{crude:,.0f}"),
            )


def uses(worlds: dict[int, World]) -> None:
    """Gas in purchases of oil and gas, beside what users other than refineries buy of both."""
    heading(
        *("buyer", "gas 2021, %", "gas 2022, %", "not refineries 2021, %", "not refineries 2022, %"),
        "gas in what refineries use 2022, %",
    )
    for iso3 in BUYERS:
        gas_share, rest, refinery = [], [], 0.0
        for year in (2021, 2022):
            world, d = worlds[year], worlds[year].index(iso3)
            o, g, c19 = (world.sectors.index(s) for s in ("B06_OIL", "B06_GAS", "C19"))
            spent = world.expenditure[d]
            used = world.input_share[d, :, c19] * world.output[d, c19]
            both = spent[o] + spent[g]
            gas_share.append(float(100 * spent[g] / both))
            rest.append(float(100 * (1 - (used[o] + used[g]) / both)))
            refinery = float(100 * over(used[g], used[o] + used[g]))
        line(iso3, *gas_share, *rest, refinery)


def over(amounts: Floats, totals: Floats) -> Floats:
    size = np.asarray(totals, dtype=float)
    return np.divide(amounts, size, out=np.zeros_like(size), where=size > 0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print how well oil and gas apart reproduce known trade.")
    parser.add_argument("source", type=Path, help="folder with the four energy files")
    folder = parser.parse_args().source
    worlds = {year: load_world(f"icio{year}-energy") for year in (2021, 2022)}
    sources = physical.read_sources(folder, worlds[2022].countries)
    for title, show in (
        ("Russia's gas exports", lambda: russia(sources, worlds)),
        ("The EU's gas imports", lambda: union_mix(sources, worlds)),
        ("Russia's share in gas imports", lambda: russian_share(sources, worlds[2021], MEMBERS)),
        ("Large sellers", lambda: sellers(folder, worlds)),
        ("Gas among purchases", lambda: uses(worlds)),
    ):
        print(f"\n### {title}\n")
        show()


if __name__ == "__main__":
    main()
