"""Build the labour shares that ship with the package: by economy, and a pattern over sectors.

    python tools/build_labour_data.py SOURCE_FOLDER [--check]

SOURCE_FOLDER holds `pwt1001_labour_share_2010_2019.csv` (Penn World Table 10.01, CC BY 4.0) and
`wiod_sea2016_usa_aus.csv` (WIOD Socio-Economic Accounts, release 2016, CC BY 4.0).

By economy: the labour share of 2019, self-employed included, with the depreciation rate of its capital. Economies
without one get the mean of all that have one, marked `imputed`.
By sector: labour's share of value added in industries of the United States in 2014; a sector that the source divides
is their sum, one that it does not divide has the share of what it belongs to, marked `of a wider industry`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import build_world_data as world_data

from countervail.world.catalog import load_table

DATA = Path(__file__).resolve().parent.parent / "src" / "countervail" / "world" / "data"
YEAR, PATTERN_YEAR, PATTERN_OF = "2019", "2014", "USA"
PWT = "Penn World Table 10.01 (CC BY 4.0)"
SEA = "WIOD Socio-Economic Accounts, release 2016 (CC BY 4.0)"
# sector of the tables: industries of the source; all others have the same code
INDUSTRIES = {
    **{code: ["B"] for code in ("B05", "B06", "B07", "B08", "B09")},
    "C10T12": ["C10-C12"],
    "C13T15": ["C13-C15"],
    "C17_18": ["C17", "C18"],
    "C24A": ["C24"],
    "C24B": ["C24"],
    "C301": ["C30"],
    "C302T309": ["C30"],
    "C31T33": ["C31_C32", "C33"],
    "D": ["D35"],
    "E": ["E36", "E37-E39"],
    "G": ["G45", "G46", "G47"],
    "J58T60": ["J58", "J59_J60"],
    "J62_63": ["J62_J63"],
    "K": ["K64", "K65", "K66"],
    "L": ["L68"],
    "M": ["M69_M70", "M71", "M72", "M73", "M74_M75"],
    "O": ["O84"],
    "P": ["P85"],
    "R": ["R_S"],
    "S": ["R_S"],
}


def economies(folder: Path, codes: tuple[str, ...]) -> list[dict[str, str]]:
    """Labour share and depreciation by economy; ROW is imputed like all that the source lacks."""
    rows = [
        row for row in world_data.read(folder / "pwt1001_labour_share_2010_2019.csv") if row["year"] == YEAR
    ]
    share = {row["iso3"]: float(row["labsh"]) for row in rows if row["labsh"]}
    wear = {row["iso3"]: float(row["delta"]) for row in rows if row["delta"]}
    usual = {name: sum(found.values()) / len(found) for name, found in (("share", share), ("wear", wear))}
    return [
        {
            "iso3": code,
            "labour_share": f"{share.get(code, usual['share']):.4f}",
            "depreciation": f"{wear.get(code, usual['wear']):.4f}",
            "basis": "measured" if code in share else "imputed: mean of the others",
            "source": PWT,
        }
        for code in codes
    ]


def pattern(folder: Path, sectors: tuple[str, ...]) -> list[dict[str, str]]:
    """Labour's share of value added by sector in one economy, with the value added that it rests on."""
    chosen = (PATTERN_OF, PATTERN_YEAR)
    rows = {
        row["code"]: row
        for row in world_data.read(folder / "wiod_sea2016_usa_aus.csv")
        if (row["country"], row["year"]) == chosen
    }
    users = [code for sector in sectors for code in INDUSTRIES.get(sector, [sector])]
    found = []
    for sector in sectors:
        codes = INDUSTRIES.get(sector, [sector])
        value = sum(float(rows[code]["VA"]) for code in codes)
        labour = sum(float(rows[code]["LAB"]) for code in codes)
        wider = any(users.count(code) > 1 for code in codes)
        found.append(
            {
                "sector": sector,
                "labour_share": f"{labour / value:.4f}",
                "value_added": f"{value / max(users.count(code) for code in codes):.0f}",
                "industries": " ".join(codes),
                "basis": "of a wider industry" if wider else "measured",
                "source": SEA,
            }
        )
    return found


def build(folder: Path) -> dict[str, bytes]:
    """The two files of the package."""
    table = load_table("icio2022")
    return {
        "labour_shares.csv": world_data.to_csv(economies(folder, table.countries)),
        "labour_pattern.csv": world_data.to_csv(pattern(folder, table.sectors)),
    }


def main() -> int:
    description = "Build the labour shares of countervail."
    return world_data.build_or_check(build, DATA, description, "folder with the two labour files")


if __name__ == "__main__":
    sys.exit(main())
