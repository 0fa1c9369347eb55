"""Build the shares that divide oil and gas (B06) of the embedded worlds into crude oil and natural gas.

    python tools/build_energy_data.py SOURCE_FOLDER [--check]

SOURCE_FOLDER holds `gas_trade_bilateral_2022.csv`, `oil_gas_by_country_2011_2022.csv`,
`oil_gas_prices_2011_2022.csv` and `eu_gas_imports_russia_total_2011_2020.csv`. Rules, assumptions and
hand-compiled numbers are in `tools/energy_tables/`, each with its reason. The published values come from the
tables in the package. Only derived numbers are written, never the source files.

Sources and licences
    Energy Institute, Statistical Review of World Energy 2023: free to use with attribution, no open licence.
    Eurostat nrg_ti_gas, CC BY 4.0. Global Energy Monitor, gas trackers, CC BY 4.0 (two pipeline capacities).

Method
    g[o,d] = gas volume x price of the pair and mode (energy_volumes.py, gas_prices.csv).
    kappa[o] = exports of B06 over (physical exports of crude at the world price + sum of g): how far the
        published values of a large seller of crude lie below or above world prices. 1 for all others.
    Gas share of a cell = kappa g / published value, at most MOST. The rest of the cell is crude oil.
    At home: gas not exported at the home price, beside the crude not exported at kappa times the world price.
    A pair without gas trade in the source is crude oil alone. Producers whose pipeline trade the source hides
    (inside Europe) sell with the mix of their output.
    Where an economy would then buy more gas than its users other than refineries buy of B06, trade and use
    statistics contradict each other: the odds of gas in what it buys are moved half the way (RAS, its root).
    Crude volume of a cell = its value / (kappa x world price).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import build_world_data as world_data
import energy_volumes as physical
import numpy as np
from energy_volumes import Balances, Sources, Volumes

from countervail.world import labels
from countervail.world.catalog import load_table
from countervail.world.table import Table

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src" / "countervail" / "world" / "data"
TABLES = HERE / "energy_tables"
YEARS = (2021, 2022)
MOST = 0.95  # gas share of a cell of a seller that sells crude oil too
BARRELS = 7.33  # in a tonne of crude, world average
PETAJOULE_BCM, MMBTU = 36.0, 1.055056  # of the source's standard cubic metre; GJ in a million Btu
PRODUCT_PRICE = 1.15  # of oil products over crude, by mass; turns sales of C19 into crude
SMALLEST = 0.0005  # bcm: below it a cell counts as crude oil alone
MOST_VALUED = 1.25  # published values far above world prices are re-exports, not prices
LARGE_SELLER = 40.0  # million t of crude sold a year
REFINERY = "C19"
COMPILED_PRICE = "belarus"

Floats = np.ndarray


@dataclass(frozen=True)
class Prices:
    """Prices of one year, million USD a bcm [origin, destination] or [origin]; crude a million t.

    `unverified` marks the pairs whose pipeline price was compiled by hand.
    """

    pipeline: Floats
    lng: Floats
    home: Floats
    crude: float
    unverified: Floats


def prices(markers: dict[int, dict[str, float]], year: int, countries: tuple[str, ...]) -> Prices:
    """Prices by pair and mode from the rules of gas_prices.csv."""
    now = markers[year]
    places = {"*": set(countries), **regions(countries)}
    rules = world_data.read(TABLES / "gas_prices.csv")
    n = len(countries)
    out = {
        "pipeline": np.full((n, n), np.nan),
        "lng": np.full((n, n), np.nan),
        "home": np.full((n, n), np.nan),
    }
    unverified = np.zeros((n, n), dtype=bool)
    for rule in reversed(rules):  # the first rule wins, so it is written last
        who, where = (members(rule[key], places) for key in ("origins", "destinations"))
        price = sum(now[name] * float(w) for name, w in (part.split(":") for part in rule["price"].split()))
        pairs = np.ix_(np.isin(countries, who), np.isin(countries, where))
        out[rule["mode"]][pairs] = price
        if rule["mode"] == "pipeline":
            unverified[pairs] = COMPILED_PRICE in rule["price"]
    crude = np.mean([now[name] for name in ("brent", "dubai", "wti", "nigerian_forcados")])
    bcm = PETAJOULE_BCM / MMBTU
    home = out["home"].diagonal() * bcm
    return Prices(out["pipeline"] * bcm, out["lng"] * bcm, home, float(crude) * BARRELS, unverified)


def regions(countries: tuple[str, ...]) -> dict[str, set[str]]:
    table = labels.country_table()["region"].to_dict()
    return {name.upper(): {c for c in countries if table.get(c) == name} for name in ("Europe", "Asia")}


def members(text: str, places: dict[str, set[str]]) -> list[str]:
    return sorted(set().union(*(places.get(word, {word}) for word in text.split())))


def read_markers(folder: Path) -> dict[int, dict[str, float]]:
    """Yearly prices by marker, USD a million Btu or a barrel; two that are missing for 2022 are estimated.

    Japan: least squares on crude (mean of this year and the last) and JKM, 2012-2021. Alberta: Henry Hub
    times their ratio in 2021. Belarus: the compiled price.
    """
    found: dict[int, dict[str, float]] = {}
    for row in world_data.read(folder / "oil_gas_prices_2011_2022.csv"):
        found.setdefault(int(row["year"]), {})[row["marker"]] = float(row["value"])
    fitted = range(2012, 2022)

    def drivers(year: int) -> list[float]:
        return [(found[year]["brent"] + found[year - 1]["brent"]) / 2, found[year]["jkm_lng"]]

    japan = np.array([found[year]["japan_lng_cif"] for year in fitted])
    slopes, *_ = np.linalg.lstsq(np.array([drivers(year) for year in fitted]), japan, rcond=None)
    found[2022]["japan_lng_cif"] = float(np.array(drivers(2022)) @ slopes)
    last = found[2021]
    found[2022]["canada_alberta"] = (
        found[2022]["us_henry_hub"] * last["canada_alberta"] / last["us_henry_hub"]
    )
    for year in YEARS:  # USD a thousand m3 is million USD a bcm
        found[year][COMPILED_PRICE] = physical.compiled("gas_price") * MMBTU / PETAJOULE_BCM
    return found


@dataclass(frozen=True)
class Split:
    """What is written for one year: [origin, destination], home on the diagonal."""

    gas_share: Floats
    gas: Floats
    oil: Floats
    lng_share: Floats
    kappa: Floats
    basis: dict[tuple[int, int], str]


def split(
    value: Floats, products: Floats, balances: Balances, gas: Volumes, price: Prices, sources: Sources
) -> Split:
    """Gas shares and volumes of one year.

    Arguments:
        value, products: published sales of B06 and of C19 [origin, destination], million USD.
    """
    n = len(value)
    own, row = np.arange(n), sources.at("ROW")
    traded = gas.total.copy()
    worth = gas.pipeline * price.pipeline + gas.lng * price.lng
    inside = worth[row, row], traded[row, row]
    traded[own, own] = worth[own, own] = 0.0
    oil_made, oil_used = np.nan_to_num(balances.oil), np.nan_to_num(balances.oil_use)
    exported = value.sum(axis=1) - value[own, own]

    product_trade = (products.sum(axis=1) - products.sum(axis=0)) / PRODUCT_PRICE
    crude_sold = (oil_made - oil_used) * price.crude - product_trade
    physical_worth = np.maximum(crude_sold, 0.0) + worth.sum(axis=1)
    large = crude_sold > LARGE_SELLER * price.crude
    kappa = np.where(large, np.minimum(physical.safe(exported, physical_worth), MOST_VALUED), 1.0)
    kappa[row] = 1.0

    share = np.minimum(physical.safe(kappa[:, None] * worth, value) * (value > 0), MOST)
    share[traded < SMALLEST] = 0.0
    crude_abroad = exported - (value * share).sum(axis=1) + value[own, own] * share[own, own]
    crude_left = np.maximum(kappa * oil_made * price.crude - crude_abroad, 0.0)
    made, used = balances.production, balances.consumption
    kept = np.where(
        np.isfinite(made), made - traded.sum(axis=1), used - traded.sum(axis=0) + traded.sum(axis=1)
    )
    kept = np.maximum(np.nan_to_num(kept), 0.0)
    gas_home = kept * price.home + np.where(own == row, inside[0] - inside[1] * price.home, 0.0)
    known = gas_home + crude_left > 0
    share[own, own] = np.minimum(physical.safe(gas_home, gas_home + crude_left) * known, MOST)
    share[value <= 0] = 0.0

    hidden = european_producers(sources, kept, traded)
    mix = share[own, own]
    europe = np.isin(sources.countries, sorted(regions(sources.countries)["EUROPE"]))
    defaulted = hidden[:, None] & europe[None, :] & (traded < SMALLEST) & (value > 0)
    defaulted[own, own] = False
    share = np.where(defaulted, mix[:, None], share)
    volume = traded.copy()
    volume[own, own] = kept
    volume = np.where(defaulted, value * share / price.pipeline, volume) * (share > 0)

    basis = {}
    for o, d in np.argwhere(share > 0):
        kind = "home" if o == d else "mix of output" if defaulted[o, d] else gas.basis(o, d)
        piped = gas.pipeline[o, d] > gas.lng[o, d]
        if kind in ("reported", "divided", "estimated") and piped and price.unverified[o, d]:
            kind = "compiled"
        basis[int(o), int(d)] = kind
    lng = physical.safe(gas.lng, gas.total) * (gas.total > 0)
    lng[own, own] = 0.0
    return Split(share, volume, crude_volumes(value, share, kappa, oil_made, price), lng, kappa, basis)


def crude_volumes(value: Floats, share: Floats, kappa: Floats, made: Floats, price: Prices) -> Floats:
    """[origin, destination], million t; where production is known, at home what is left of it.

    A published value beyond production at world prices is scaled to it: its unit value is then higher.
    """
    own = np.arange(len(value))
    oil = value * (1 - share) / (kappa * price.crude)[:, None]
    left = made - oil.sum(axis=1) + oil[own, own]
    oil[own, own] = np.where((made > 0) & (left > 0) & (oil[own, own] > 0), left, oil[own, own])
    total = oil.sum(axis=1)
    oil *= np.where((made > 0) & (total > made), physical.safe(made, total), 1.0)[:, None]
    return oil


def reconcile(found: Split, value: Floats, refineries: Floats, made: Floats, price: Prices) -> Split:
    """Move the odds of gas half the way to what the uses allow, where an economy would buy too much gas.

    Arguments:
        refineries: [economy], use of B06 by C19, million USD.
    """
    share = found.gas_share.copy()
    for d, bought in enumerate(value.sum(axis=0)):
        limit = bought - (1 - refinery_gas()) * refineries[d]
        if (value[:, d] * share[:, d]).sum() > limit:
            low, high = 0.0, 1.0
            for _ in range(60):
                odds = (low + high) / 2
                over = (value[:, d] * tilted(share[:, d], odds)).sum() > limit
                low, high = (low, odds) if over else (odds, high)
            share[:, d] = tilted(share[:, d], np.sqrt((low + high) / 2))
    return replace(found, gas_share=share, oil=crude_volumes(value, share, found.kappa, made, price))


def tilted(share: Floats, odds: float) -> Floats:
    """The shares with their odds multiplied."""
    moved: Floats = odds * share / (odds * share + 1 - share)
    return moved


def refinery_gas() -> float:
    """The share of gas in what refineries use, from uses.csv."""
    return next(float(row["gas"]) for row in world_data.read(TABLES / "uses.csv") if row["user"] == REFINERY)


def european_producers(sources: Sources, kept: Floats, traded: Floats) -> Floats:
    """[economy], True for producers inside Europe without any pipeline export in the source."""
    europe = np.isin(sources.countries, sorted(regions(sources.countries)["EUROPE"] - {"RUS", "BLR"}))
    return europe & (kept > 0) & (traded.sum(axis=1) < 1.0)


def splits(folder: Path) -> dict[int, Split]:
    """Every year's split, from the source folder and the tables in the package."""
    tables = {year: load_table(f"icio{year}") for year in YEARS}
    countries = tables[2022].countries
    sources = physical.read_sources(folder, countries)
    markers = read_markers(folder)
    price = {year: prices(markers, year, countries) for year in YEARS}
    gas = physical.volumes(sources, sales(tables[2022], "B06"), price[2022].pipeline)
    found = {}
    for year, table in tables.items():
        value, balances = sales(table, "B06"), sources.balances(year)
        first = split(value, sales(table, REFINERY), balances, gas[year], price[year], sources)
        refineries = table.intermediate[:, table.sectors.index("B06"), table.sectors.index(REFINERY)]
        found[year] = reconcile(first, value, refineries, np.nan_to_num(balances.oil), price[year])
    return found


def sales(table: Table, sector: str) -> Floats:
    """[origin, destination], million USD."""
    return np.array(table.flow[:, :, table.sectors.index(sector)])


def build(folder: Path) -> dict[str, bytes]:
    """The content of the data files, by name."""
    countries = load_table("icio2022").countries
    cells, sellers = [], []
    for year, found in splits(folder).items():
        source = "EI 2023" if year == 2022 else "EI 2023; Eurostat"
        made = found.gas.sum(axis=1)
        for o, d in sorted(found.basis):
            cells.append(
                {
                    "year": str(year),
                    "origin": countries[o],
                    "destination": countries[d],
                    "gas_share": f"{found.gas_share[o, d]:.4g}",
                    "volume_share": f"{found.gas[o, d] / made[o]:.3g}",
                    "lng_share": f"{found.lng_share[o, d]:.3g}",
                    "basis": found.basis[o, d],
                    "source": source,
                }
            )
        for o, iso3 in enumerate(countries):
            home, total = found.oil[o, o], found.oil[o].sum()
            if total + made[o] > 0:
                sellers.append(
                    {
                        "year": str(year),
                        "origin": iso3,
                        "gas_bcm": f"{made[o]:.4g}",
                        "oil_mt": f"{total:.4g}",
                        "oil_home_share": f"{home / total if total else 0.0:.4g}",
                        "valuation": f"{found.kappa[o]:.4g}",
                        "source": source,
                    }
                )
    uses = [{**row, "source": "This project: assumption"} for row in world_data.read(TABLES / "uses.csv")]
    return {
        "energy_cells.csv": world_data.to_csv(cells),
        "energy_sellers.csv": world_data.to_csv(sellers),
        "energy_uses.csv": world_data.to_csv(uses),
    }


def main() -> int:
    description = "Build the oil and gas shares of countervail."
    return world_data.build_or_check(build, DATA, description, "folder with the four energy files")


if __name__ == "__main__":
    sys.exit(main())
