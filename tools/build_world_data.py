"""Build the data files of countervail from the source tables.

    python tools/build_world_data.py SOURCE_FOLDER [--check]

SOURCE_FOLDER holds `world/icio2021.npz`, `world/icio2022.npz`, `countries/*.csv` and `elasticities/*.csv`.
What is made by hand (names, sectors, goods lists, members of ROW, statements about the source) is in
`tools/world_tables/`. The same inputs give the same arrays and the same text, and with the same zlib the
same bytes; `--check` writes nothing and fails if the files in the package differ from what would be built.

Sources and licences
    OECD Inter-Country Input-Output tables, 2025 edition: flows, outputs, inputs. OECD terms (attribution).
    Teti (2024), Global Tariff Database: applied tariffs. No licence text seen; to be cited.
    World Bank World Development Indicators, CC BY 4.0: population and GDP of 2022 (Taiwan: EIU, rounded).
    UN M49 codes and regions through the "country-codes" data package, ODC PDDL.
    CEPII GeoDist, Etalab 2.0: capitals.
    Elasticities: SETS below; Fontagne, Guimbard and Orefice (2022, file of 2026); Ahmad and Schreiber (2024).

Imputations made before this script (stated in tools/world_tables/source_notes.csv and shipped as
source_notes.csv):
    services by sector (RAS), the rest of the world's input structure, 57 raised goods cells, 4 cells of
    value added, the input structure of 2021 (that of 2022, with 312 rows of uses scaled down).

Imputations made here
    Sectors without an estimate in `combined` (O and T) take 4 and are graded `none`.
    In the eight published sets, services with one filler value and goods at exactly 4.0 are graded `fill`;
    no number is changed. `U4` is 4 by assumption and graded `set`.
    No flow, input or tariff is changed. Tariffs stay float32, as in the source; flows and inputs stay
    float64.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
TABLES = HERE / "world_tables"
DATA = HERE.parent / "src" / "countervail" / "world" / "data"
YEARS = (2021, 2022)
GOODS = 27
NO_ESTIMATE = 4.0

SETS = {
    "FGO": "Fontagne, Guimbard and Orefice (2022), Journal of International Economics 137",
    "CP": "Caliendo and Parro (2015), Review of Economic Studies 82(1)",
    "BSY": "Bagwell, Staiger and Yurukoglu (2021), Econometrica 89(4)",
    "GYY": "Giri, Yi and Yilmazkuday (2021), Journal of International Economics 129",
    "Shap": "Shapiro (2016), American Economic Journal: Economic Policy 8(4)",
    "LL": "Lashkaripour and Lugovskyy (2023), American Economic Review 113(10)",
    "IS": "In-sample Caliendo-Parro estimates of the source table",
    "U4": "Uniform 4, after Simonovska and Waugh (2014), Journal of International Economics 92(1)",
}
COMBINED = {
    "fontagne_guimbard_orefice": "Fontagne, Guimbard and Orefice (2022), on ICIO sectors, file of March 2026",
    "ahmad_schreiber": "Ahmad and Schreiber (2024), USITC working paper, Table 10; GTAP sectors read on ICIO",
    "fill": "Filled from other sectors of the set",
    "none": "No estimate exists; 4 by assumption",
}
COUNTRY_SOURCE = {
    "World Bank": "World Bank WDI (CC BY 4.0); UN M49 (PDDL); CEPII GeoDist (Etalab 2.0)",
    "EIU fact sheet (rounded)": "EIU fact sheet, rounded; region set by hand; CEPII GeoDist (Etalab 2.0)",
}
BLOC_SOURCE = (
    "Compiled for this project from the treaties, member lists and government orders named in blocs_notes.csv"
)
SECTOR_SOURCE = "OECD ICIO 2025 edition, sector list (ISIC Rev. 4); short names by this project"
PART_SOURCE = "ISIC Rev. 4; divided by this project, see energy_cells.csv"
ROW_SOURCE = (
    "UN member list of 2022 less the economies of the OECD ICIO tables; others compiled for this project"
)
ALIAS_SOURCE = "This project: plain names for the dated lists that fit the embedded years 2021 and 2022"


def build(source: Path) -> dict[str, bytes]:
    """The content of every data file, by name."""
    files: dict[str, bytes] = {}
    tables = {year: dict(np.load(source / "world" / f"icio{year}.npz")) for year in YEARS}
    first = tables[YEARS[0]]
    countries, sectors = list(map(str, first["countries"])), list(map(str, first["sectors"]))
    for year, table in tables.items():
        if list(map(str, table["countries"])) != countries or list(map(str, table["sectors"])) != sectors:
            raise SystemExit(f"icio{year}.npz has other labels than icio{YEARS[0]}.npz")
        files[f"icio{year}.npz"] = world_file(table, year)
    files["elasticities.csv"] = elasticities(first, sectors, source)
    files["countries.csv"] = country_file(countries, source)
    files["sectors.csv"] = sector_file(sectors)
    files.update(goods_files(sectors))
    files.update(bloc_files(countries, source))
    files["row_members.csv"] = row_file(countries)
    files["source_notes.csv"] = to_csv(read(TABLES / "source_notes.csv"))
    return files


def world_file(table: dict[str, np.ndarray], year: int) -> bytes:
    """Flows and inputs as they are, tariffs of the goods sectors, labels."""
    goods = np.arange(len(table["sectors"])) < GOODS
    buffer = io.BytesIO()
    meta = f'{{"world": "icio{year}", "built_by": "tools/build_world_data.py"}}'.encode()
    np.savez_compressed(
        buffer,
        meta=np.frombuffer(meta, dtype=np.uint8),
        year=np.int64(year),
        countries=table["countries"],
        sectors=table["sectors"],
        goods=goods,
        flow=np.ascontiguousarray(table["trade"], dtype=np.float64),
        intermediate=np.ascontiguousarray(table["intermediate"], dtype=np.float64),
        tariff=np.ascontiguousarray(table["tariff"], dtype=np.float32),
    )
    return buffer.getvalue()


def elasticities(table: dict[str, np.ndarray], sectors: list[str], source: Path) -> bytes:
    """The nine sets in long form."""
    rows = []
    for row in read(source / "elasticities" / "theta_icio50_combined.csv"):
        note = row["note"]
        if not row["theta"]:
            note = f"{note}; {NO_ESTIMATE:g} by assumption"
        rows.append(
            {
                "set": "combined",
                "sector": row["sector"],
                "theta": row["theta"] or f"{NO_ESTIMATE:g}",
                "quality": row["quality"],
                "source": COMBINED[row["source"]],
                "note": note,
            }
        )
    if [row["sector"] for row in rows] != sectors:
        raise SystemExit("theta_icio50_combined.csv lists other sectors than the tables")
    for name, publication in SETS.items():
        theta = table[f"elasticity_{name}"]
        for position, (sector, value) in enumerate(zip(sectors, theta, strict=True)):
            quality, note = "set", "read through 16 sectors"
            if name == "U4":
                note = "4 by assumption"
            elif position >= GOODS:
                quality, note = (
                    "fill",
                    f"one value for all services ({value:g}): the set has no services estimate",
                )
            elif value == NO_ESTIMATE:
                quality, note = "fill", "exactly 4, taken to be the filler of the set"
            rows.append(
                {
                    "set": name,
                    "sector": sector,
                    "theta": repr(float(value)),
                    "quality": quality,
                    "source": publication,
                    "note": note,
                }
            )
    return to_csv(rows)


def country_file(countries: list[str], source: Path) -> bytes:
    """Names, codes, population and place of each economy; ROW last."""
    facts = {row["iso3"]: row for row in read(source / "countries" / "icio_countries.csv")}
    names = {row["iso3"]: row for row in read(TABLES / "country_names.csv")}
    if set(facts) | {"ROW"} != set(countries) or not set(names) <= set(countries):
        raise SystemExit("icio_countries.csv or country_names.csv does not fit the tables")
    rows = []
    for iso3 in countries:
        row, own = facts.get(iso3, {}), names.get(iso3, {})
        rows.append(
            {
                "iso3": iso3,
                "name": own.get("name") or row["name"],
                "iso2": row.get("iso2", ""),
                "iso_num": row.get("iso_num", ""),
                "region": row.get("region", ""),
                "subregion": row.get("subregion", ""),
                "population": row.get("population_2022", ""),
                "population_year": "2022" if row else "",
                "gdp_usd": row.get("gdp_2022_usd", ""),
                "capital_lat": row.get("capital_lat", ""),
                "capital_lon": row.get("capital_lon", ""),
                "landlocked": row.get("landlocked", ""),
                "aliases": own.get("aliases", ""),
                "source": COUNTRY_SOURCE[row["macro_source"]] if row else "This project: everyone not listed",
            }
        )
    return to_csv(rows)


def sector_file(sectors: list[str]) -> bytes:
    """The sectors of the tables in their order, then the parts into which worlds divide them."""
    rows = read(TABLES / "sectors.csv")
    if [row["sector"] for row in rows if not row["part_of"]] != sectors:
        raise SystemExit("world_tables/sectors.csv does not list the sectors of the tables in their order")
    kinds = {sector: "goods" if place < GOODS else "services" for place, sector in enumerate(sectors)}
    return to_csv(
        [
            {
                **row,
                "kind": kinds[row["part_of"] or row["sector"]],
                "source": PART_SOURCE if row["part_of"] else SECTOR_SOURCE,
            }
            for row in rows
        ]
    )


def goods_files(sectors: list[str]) -> dict[str, bytes]:
    lists = [dict(row) for row in read(TABLES / "goods.csv")]
    parts = [row["sector"] for row in read(TABLES / "sectors.csv") if row["part_of"]]
    for name, members, text in (
        ("goods", sectors[:GOODS], "The 27 goods sectors; only these bear tariffs"),
        ("services", sectors[GOODS:], "The 23 service sectors"),
        ("all", sectors, "Every sector"),
    ):
        lists.append(
            {"list": name, "sectors": " ".join(members), "description": text, "source": SECTOR_SOURCE}
        )
    rows = []
    for row in lists:
        strange = set(row["sectors"].split()) - set(sectors) - set(parts)
        if strange:
            raise SystemExit(f"goods list {row['list']} names unknown sectors {sorted(strange)}")
        rows += [{"list": row["list"], "sector": s, "source": row["source"]} for s in row["sectors"].split()]
    notes = [{"list": r["list"], "description": r["description"], "source": r["source"]} for r in lists]
    return {"goods.csv": to_csv(rows), "goods_notes.csv": to_csv(notes)}


def bloc_files(countries: list[str], source: Path) -> dict[str, bytes]:
    notes = [
        {"bloc": row["bloc"], "description": row["description"], "source": BLOC_SOURCE}
        for row in read(source / "countries" / "bloc_notes.csv")
    ]
    members = [
        {"bloc": row["bloc"], "iso3": row["iso3"], "source": BLOC_SOURCE}
        for row in read(source / "countries" / "blocs.csv")
    ]
    for row in read(TABLES / "blocs_added.csv"):
        notes.append({"bloc": row["bloc"], "description": row["description"], "source": row["source"]})
        members += [{"bloc": row["bloc"], "iso3": c, "source": row["source"]} for c in row["members"].split()]
    strange = {row["iso3"] for row in members} - set(countries)
    listed = {row["bloc"] for row in notes}
    aliases = [{**row, "source": ALIAS_SOURCE} for row in read(TABLES / "bloc_aliases.csv")]
    if (
        strange
        or {row["bloc"] for row in members} != listed
        or not {row["bloc"] for row in aliases} <= listed
    ):
        raise SystemExit(f"blocs do not fit: {sorted(strange)}")
    return {
        "blocs.csv": to_csv(members),
        "blocs_notes.csv": to_csv(notes),
        "bloc_aliases.csv": to_csv(aliases),
    }


def row_file(countries: list[str]) -> bytes:
    rows = [{**row, "source": ROW_SOURCE} for row in read(TABLES / "row_members.csv")]
    both = {row["iso3"] for row in rows} & set(countries)
    if both:
        raise SystemExit(f"listed in ROW and as an economy: {sorted(both)}")
    return to_csv(rows)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def to_csv(rows: list[dict[str, str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def same(old: bytes, new: bytes, name: str) -> bool:
    """Equal text, or an .npz with equal arrays (compressed bytes depend on the zlib of the machine)."""
    if not name.endswith(".npz"):
        return old == new
    with np.load(io.BytesIO(old)) as left, np.load(io.BytesIO(new)) as right:
        return left.files == right.files and all(np.array_equal(left[key], right[key]) for key in left.files)


def build_or_check(
    build: Callable[[Path], dict[str, bytes]], package: Path, description: str, source: str
) -> int:
    """The command line of a script that builds data: write its files into the package, or compare them with it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("source", type=Path, help=source)
    parser.add_argument("--check", action="store_true", help="compare with the package, write nothing")
    arguments = parser.parse_args()
    differing = []
    for name, content in build(arguments.source).items():
        path = package / name
        if not arguments.check:
            path.write_bytes(content)
            print(f"{name}: {len(content):,} bytes")
        elif not path.exists() or not same(path.read_bytes(), content, name):
            differing.append(name)
    if differing:
        print(f"differ from what would be built: {', '.join(differing)}", file=sys.stderr)
    return 1 if differing else 0


def main() -> int:
    description = "Build the data files of countervail from the source tables."
    return build_or_check(build, DATA, description, "folder with world/, countries/ and elasticities/")


if __name__ == "__main__":
    sys.exit(main())
