"""Gas trade between the economies of the tables, in bcm a year: 2022 from the source, 2021 estimated.

Rows are where gas is produced. The source names Europe's pipeline importers as two groups only; the groups
are divided by the rules of `energy_tables/importer_groups.csv`. Re-exports and transit are left out.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TABLES = Path(__file__).resolve().parent / "energy_tables"
MODES = ("pipeline", "lng")
NAMED_LNG_IMPORTERS = ("BEL", "FRA", "ITA", "ESP", "GBR", "TUR")  # not part of the source's "Other EU"
GCV_TERAJOULE = 38.1e3  # of gross calorific value in a bcm, the usual value of European gas
ROUNDS = 200
WEAKEST = 0.1  # a cell is as weak as any part of it that makes up a tenth

Floats = np.ndarray


@dataclass(frozen=True)
class Balances:
    """Physical amounts by economy; an economy that the source does not list has NaN.

    Arguments:
        production, consumption: gas [economy], bcm. oil: production of crude [economy], million t.
        oil_use: consumption of oil products [economy], million t of oil.
    """

    production: Floats
    consumption: Floats
    oil: Floats
    oil_use: Floats


@dataclass(frozen=True)
class Sources:
    """The files of the source folder, and the economies onto which everything is put."""

    countries: tuple[str, ...]
    trade: list[dict[str, str]]
    amounts: list[dict[str, str]]
    eurostat: list[dict[str, str]]

    def at(self, iso3: str) -> int:
        """The position of an economy; those not in the tables are part of ROW."""
        return self.countries.index(iso3 if iso3 in self.countries else "ROW")

    def balances(self, year: int) -> Balances:
        """Production and consumption of a year; ROW is the world less the listed economies of the tables."""
        found = {}
        for name in ("gas_production", "gas_consumption", "oil_production", "oil_consumption"):
            unit = {"gas": "bcm", "oil": "Mt"}[name[:3]] if name != "oil_consumption" else "EJ"
            listed = {
                row["iso3"]: float(row["value"])
                for row in self.amounts
                if row["variable"] == name and row["unit"] == unit and int(row["year"]) == year
            }
            own = np.array([listed.get(iso3, np.nan) for iso3 in self.countries])
            own[self.at("ROW")] = listed["WLD"] - np.nansum(own)
            found[name] = own
        use = found["oil_consumption"] * 1e3 / 41.868
        return Balances(found["gas_production"], found["gas_consumption"], found["oil_production"], use)

    def union(self) -> Floats:
        """[economy], True for the EU: the Eurostat importers but Norway, Iceland, Türkiye, UK, Ukraine."""
        members = {row["importer_iso3"] for row in self.eurostat} - {"NOR", "ISL", "TUR", "GBR", "UKR"}
        return np.isin(self.countries, sorted(members))


def read_sources(folder: Path, countries: tuple[str, ...]) -> Sources:
    """The three files that the volumes need."""
    return Sources(
        countries,
        [row for row in read(folder / "gas_trade_bilateral_2022.csv") if row["level"] == "cell"],
        read(folder / "oil_gas_by_country_2011_2022.csv"),
        read(folder / "eu_gas_imports_russia_total_2011_2020.csv"),
    )


@dataclass(frozen=True)
class Volumes:
    """Gas trade of a year, nothing at home except inside ROW.

    Arguments:
        pipeline, lng: [origin, destination], bcm.
        weight: how much of a cell rests on "divided" or "compiled" figures, bcm.
        usual: what the rest of it is, "reported" or "estimated".
    """

    pipeline: Floats
    lng: Floats
    weight: dict[str, Floats]
    usual: str

    @property
    def total(self) -> Floats:
        """[origin, destination], bcm."""
        return self.pipeline + self.lng

    def basis(self, origin: int, destination: int) -> str:
        """The weakest kind of figure that a cell rests on."""
        for kind, amount in self.weight.items():
            if amount[origin, destination] > WEAKEST * self.total[origin, destination]:
                return kind
        return self.usual


def volumes(sources: Sources, value: Floats, price: Floats) -> dict[int, Volumes]:
    """Gas trade of 2021 and 2022.

    Arguments:
        sources: the files.
        value: published oil and gas sales of 2022 [origin, destination], million USD.
        price: of pipeline gas in 2022 [origin, destination], million USD a bcm; value over price bounds
            volumes where a rule goes by value.
    """
    balances = {year: sources.balances(year) for year in (2021, 2022)}
    new = measured(sources, balances[2022], value, price)
    return {2021: year_before(sources, balances, new), 2022: new}


def measured(sources: Sources, balances: Balances, value: Floats, price: Floats) -> Volumes:
    """The bilateral trade of 2022 on the economies of the tables."""
    n = len(sources.countries)
    weight = {kind: np.zeros((n, n)) for kind in ("compiled", "divided")}  # the weakest first
    out = Volumes(np.zeros((n, n)), np.zeros((n, n)), weight, "reported")
    most = value / price
    for row in sources.trade:
        exporter = row["exporter_iso3"] or unnamed(row)
        if not exporter:
            continue
        weights, basis = importers(sources, row, exporter, balances, most)
        amount = float(row["bcm"]) * weights / weights.sum()
        origin = sources.at(exporter)
        getattr(out, row["mode"])[origin] += amount
        if basis == "reported" and not row["exporter_iso3"]:
            basis = "divided"
        if basis != "reported":
            out.weight[basis][origin] += amount
    russia, austria = sources.at("RUS"), sources.at("AUT")
    out.weight["compiled"][russia, austria] = out.pipeline[russia, austria]
    add_united_kingdom(sources, balances, out, most)
    return out


def unnamed(row: dict[str, str]) -> str:
    """The economy behind an unnamed exporter; "" for re-exports, which are left out."""
    for rule in read(TABLES / "unnamed_exporters.csv"):
        same = all(rule[key] in ("*", row[key]) for key in ("mode", "exporter", "importer"))
        if same:
            return rule["economy"]
    raise SystemExit(f"no rule for the exporter {row['exporter']} to {row['importer']}")


def importers(
    sources: Sources, row: dict[str, str], exporter: str, balances: Balances, most: Floats
) -> tuple[Floats, str]:
    """Weights of the importers [economy] behind one row of the source, and what they rest on."""
    weights = np.zeros(len(sources.countries))
    if row["importer_iso3"]:
        weights[sources.at(row["importer_iso3"])] = 1.0
        return weights, "reported"
    for rule in read(TABLES / "importer_groups.csv"):
        if rule["mode"] != row["mode"] or rule["importer"] not in ("*", row["importer"]):
            continue
        if rule["exporter"] not in ("*", exporter):
            continue
        if rule["rule"] == "fixed":
            for part in rule["members"].split():
                iso3, weight = part.split(":")
                weights[sources.at(iso3)] += float(weight)
        elif rule["rule"] == "value":
            weights = np.minimum(most[sources.at(exporter)], np.nan_to_num(balances.consumption))
            weights[~sources.union()] = 0.0
        elif rule["rule"] == "eurostat_pipeline":
            weights = russian_pipeline_2020(sources, balances)
        else:
            weights = eurostat(sources, "lng", "WLD")
            weights[~sources.union() | np.isin(sources.countries, NAMED_LNG_IMPORTERS)] = 0.0
        return weights, rule["basis"]
    raise SystemExit(f"no rule for the importer {row['importer']}")


def russian_pipeline_2020(sources: Sources, balances: Balances) -> Floats:
    """Pipeline gas from Russia by importer in the EU, bcm of 2020."""
    weights = eurostat(sources, "natural_gas", "RUS") - eurostat(sources, "lng", "RUS")
    austria = sources.at("AUT")
    weights[austria] = compiled("austria_share") * balances.consumption[austria]
    weights[~sources.union()] = 0.0
    return np.maximum(weights, 0.0)


def eurostat(sources: Sources, product: str, partner: str, year: int = 2020) -> Floats:
    """Imports of a product by importer, bcm."""
    out = np.zeros(len(sources.countries))
    for row in sources.eurostat:
        if (row["product"], row["partner"], int(row["year"])) == (product, partner, year):
            out[sources.at(row["importer_iso3"])] += float(row["terajoule_gcv"] or 0) / GCV_TERAJOULE
    return out


def add_united_kingdom(sources: Sources, balances: Balances, out: Volumes, most: Floats) -> None:
    """The source hides the United Kingdom's pipeline exports in "Other Europe": supply less consumption."""
    uk = sources.at("GBR")
    supply = balances.production[uk] + out.total[:, uk].sum()
    weights = np.zeros(len(sources.countries))
    for iso3 in ("BEL", "NLD", "IRL"):
        i = sources.at(iso3)
        weights[i] = min(most[uk, i], balances.consumption[i])
    amount = max(supply - balances.consumption[uk], 0.0) * weights / weights.sum()
    out.pipeline[uk] += amount
    out.weight["divided"][uk] += amount


def year_before(sources: Sources, balances: dict[int, Balances], new: Volumes) -> Volumes:
    """2021 from 2022: Russian pipeline gas to the EU as in 2020, then scaled (RAS) to exports and imports.

    A net exporter sells its production less its consumption plus its imports; the imports of a net importer
    follow its consumption less production. The EU and the United Kingdom import as much as in 2022 (they drew
    on stocks in 2021 and filled them in 2022), divided among members as 2020 and 2022 together say. Where the
    source lists neither amount, and for ROW, the totals of 2022 stand. Exports bind; imports are scaled.
    Held: trade inside ROW, Russian LNG as in 2022 (its plants ran full), Russian pipeline gas to China.
    """
    russia, row, china, uk = (sources.at(iso3) for iso3 in ("RUS", "ROW", "CHN", "GBR"))
    union = sources.union()
    pipeline, lng = new.pipeline.copy(), new.lng.copy()
    pipeline[russia, union] = russian_pipeline_2020(sources, balances[2021])[union]
    pipeline[russia, china] = compiled("pipeline_volume")
    held_pipeline, held_lng = np.zeros_like(pipeline), np.zeros_like(lng)
    held_pipeline[russia, china] = pipeline[russia, china]
    held_pipeline[row, row], held_lng[row, row] = pipeline[row, row], lng[row, row]
    held_lng[russia] = lng[russia]
    fixed = held_pipeline + held_lng
    free = pipeline + lng - fixed

    surplus = {year: np.nan_to_num(b.production) - b.consumption for year, b in balances.items()}
    exports, imports = new.total.sum(axis=1), new.total.sum(axis=0)
    growth = safe(np.nan_to_num(-surplus[2021]), np.nan_to_num(-surplus[2022]))
    steady = union.copy()
    steady[[row, uk]] = True
    begun = (pipeline + lng)[:, union].sum(axis=0)
    imports = np.where(~steady & (growth > 0), imports * growth, imports)
    imports[union] = begun * imports[union].sum() / begun.sum()
    selling = (surplus[2021] > 0) & (exports > 0)
    selling[[row, uk]] = False, True
    exports = np.where(selling, np.maximum(surplus[2021] + new.total.sum(axis=0), 0.0), exports)
    exports, imports = exports - fixed.sum(axis=1), imports - fixed.sum(axis=0)
    imports *= exports.sum() / imports.sum()
    moving = free.copy()
    for _ in range(ROUNDS):
        moving *= safe(imports, moving.sum(axis=0))[None, :]
        moving *= safe(exports, moving.sum(axis=1))[:, None]
    scale = safe(moving, free)
    unverified = new.weight["compiled"] * scale
    unverified[russia, china] = held_pipeline[russia, china]
    return Volumes(
        held_pipeline + (pipeline - held_pipeline) * scale,
        held_lng + (lng - held_lng) * scale,
        {"compiled": unverified},
        "estimated",
    )


def compiled(what: str) -> float:
    """A hand-compiled, unverified number of `energy_tables/compiled.csv`."""
    return next(float(row["value"]) for row in read(TABLES / "compiled.csv") if row["what"] == what)


def safe(amounts: Floats, totals: Floats) -> Floats:
    return np.divide(amounts, totals, out=np.ones_like(totals, dtype=float), where=totals > 0)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
