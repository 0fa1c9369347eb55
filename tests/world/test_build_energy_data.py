"""The build script of the oil and gas shares, fed with a made-up source of the right layout."""

import csv
import importlib.util
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from countervail.world.catalog import load_table

TOOLS = Path(__file__).parents[2] / "tools"
MARKERS = {
    "japan_lng_cif": 10.0,
    "jkm_lng": 18.0,
    "germany_avg_import": 9.0,
    "uk_nbp": 15.0,
    "nl_ttf": 16.0,
    "us_henry_hub": 4.0,
    "canada_alberta": 3.0,
    "dubai": 69.0,
    "brent": 70.0,
    "nigerian_forcados": 70.0,
    "wti": 68.0,
}
TRADE = (
    ("pipeline", "Russian Federation", "RUS", "EU", "", 60.0),
    ("pipeline", "Russian Federation", "RUS", "China", "CHN", 15.0),
    ("pipeline", "Russian Federation", "RUS", "Rest of Europe", "", 20.0),
    ("pipeline", "Norway", "NOR", "EU", "", 80.0),
    ("pipeline", "Norway", "NOR", "Rest of Europe", "", 30.0),
    ("pipeline", "Other Europe", "", "EU", "", 90.0),
    ("lng", "US", "USA", "Other EU", "", 20.0),
    ("lng", "Qatar", "QAT", "Japan", "JPN", 10.0),
    ("lng", "Russian Federation", "RUS", "Japan", "JPN", 9.0),
)
AMOUNTS = {  # gas production and consumption in bcm, crude in million t, products in EJ
    "RUS": (650.0, 450.0, 540.0, 7.0),
    "NOR": (115.0, 4.0, 90.0, 0.4),
    "USA": (950.0, 850.0, 730.0, 36.0),
    "GBR": (36.0, 75.0, 40.0, 2.6),
    "DEU": (4.5, 80.0, 2.0, 4.2),
    "NLD": (18.0, 30.0, 1.0, 1.7),
    "JPN": (2.0, 100.0, 1.0, 6.6),
    "CHN": (215.0, 375.0, 200.0, 29.0),
    "AUT": (1.0, 8.0, 1.0, 0.5),
    "WLD": (4050.0, 4000.0, 4300.0, 188.0),
}


@pytest.fixture(scope="module")
def build():
    """The script as a module; its helpers lie beside it."""
    sys.path.insert(0, str(TOOLS))
    try:
        spec = importlib.util.spec_from_file_location("build_energy_data", TOOLS / "build_energy_data.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(TOOLS))
        for name in ("build_energy_data", "build_world_data", "energy_volumes"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("energy")

    def write(name, header, lines):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header.split(), *lines])

    write(
        "gas_trade_bilateral_2022.csv",
        "year mode exporter exporter_iso3 importer importer_iso3 bcm level",
        [(2022, *row, "cell") for row in TRADE] + [(2022, *TRADE[0], "subtotal")],
    )
    names = (
        ("gas_production", "bcm"),
        ("gas_consumption", "bcm"),
        ("oil_production", "Mt"),
        ("oil_consumption", "EJ"),
    )
    write(
        "oil_gas_by_country_2011_2022.csv",
        "iso3 year variable unit value",
        [
            (iso3, year, *name, value * (1.05 if year == 2021 else 1.0))
            for iso3, values in AMOUNTS.items()
            for name, value in zip(names, values, strict=True)
            for year in (2021, 2022)
        ],
    )
    write(
        "oil_gas_prices_2011_2022.csv",
        "year fuel marker unit value",
        [
            (year, "", name, "", price * (1 + 0.1 * np.sin(year + len(name))))
            for year in range(2011, 2023)
            for name, price in MARKERS.items()
            if not (year == 2022 and name in ("japan_lng_cif", "canada_alberta"))
        ],
    )
    write(
        "eu_gas_imports_russia_total_2011_2020.csv",
        "importer_iso3 year product partner terajoule_gcv",
        [
            (iso3, 2020, product, partner, amount)
            for iso3 in ("DEU", "NLD", "AUT", "NOR", "GBR", "TUR", "UKR", "ISL")
            for product, partner, amount in (
                ("natural_gas", "RUS", 1e6),
                ("lng", "RUS", 1e5),
                ("natural_gas", "WLD", 3e6),
                ("lng", "WLD", 5e5),
            )
        ],
    )
    return folder


def parse(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_script_writes_shares_of_the_published_values(build, source):
    files = build.build(source)
    assert set(files) == {"energy_cells.csv", "energy_sellers.csv", "energy_uses.csv"}
    assert files == build.build(source)
    cells = {
        (row["year"], row["origin"], row["destination"]): row for row in parse(files["energy_cells.csv"])
    }
    assert all(0 < float(row["gas_share"]) <= build.MOST for row in cells.values())
    assert cells["2022", "RUS", "CHN"]["basis"] == "reported"
    assert cells["2022", "NOR", "DEU"]["basis"] == "divided"
    assert cells["2022", "RUS", "TUR"]["basis"] == cells["2021", "RUS", "CHN"]["basis"] == "compiled"
    assert cells["2021", "RUS", "DEU"]["basis"] == "estimated"
    assert cells["2022", "RUS", "RUS"]["basis"] == "home"
    assert cells["2022", "RUS", "JPN"]["lng_share"] == "1"
    assert ("2022", "SAU", "JPN") not in cells
    sellers = {(row["year"], row["origin"]): row for row in parse(files["energy_sellers.csv"])}
    assert float(sellers["2022", "RUS"]["gas_bcm"]) == pytest.approx(650, rel=1e-3)
    assert float(sellers["2022", "RUS"]["oil_mt"]) == pytest.approx(540, rel=1e-3)
    made = float(sellers["2022", "RUS"]["gas_bcm"])
    assert float(cells["2022", "RUS", "CHN"]["volume_share"]) * made == pytest.approx(15, rel=0.01)


def test_check_writes_nothing_and_finds_a_difference(build, source, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(build, "DATA", tmp_path)
    monkeypatch.setattr(sys, "argv", ["build_energy_data.py", str(source)])
    assert build.main() == 0
    monkeypatch.setattr(sys, "argv", ["build_energy_data.py", str(source), "--check"])
    assert build.main() == 0
    (tmp_path / "energy_uses.csv").write_text("user\n", encoding="utf-8")
    assert build.main() == 1
    assert "energy_uses.csv" in capsys.readouterr().err
    assert (tmp_path / "energy_uses.csv").read_text(encoding="utf-8") == "user\n"


def test_the_uses_in_the_package_are_those_of_the_tables(build):
    packaged = (build.DATA / "energy_uses.csv").read_text(encoding="utf-8")
    own = build.world_data.read(build.TABLES / "uses.csv")
    assert [row["gas"] for row in parse(packaged.encode())] == [row["gas"] for row in own]


def test_odds_move_a_share_towards_a_limit(build):
    share = np.array([0.0, 0.5, 0.95])
    np.testing.assert_allclose(build.tilted(share, 1.0), share)
    np.testing.assert_allclose(build.tilted(share, 0.5), [0.0, 1 / 3, 0.95 / (0.95 + 0.1)])


def test_every_rule_and_assumption_gives_its_reason(build):
    for table in build.TABLES.glob("*.csv"):
        assert all(row["reason"] for row in build.world_data.read(table)), table.name
    countries = set(load_table("icio2022").countries)
    for row in build.world_data.read(build.TABLES / "importer_groups.csv"):
        assert {part.split(":")[0] for part in row["members"].split()} <= countries
