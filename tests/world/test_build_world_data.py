"""The build script writes what the package holds: source tables rebuilt from the package are fed to it."""

import csv
import importlib.util
import shutil
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "build_world_data.py"
DATA = resources.files("countervail.world") / "data"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_world_data", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


@pytest.fixture(scope="module")
def source(build, tmp_path_factory):
    """The source folder, as far as the package remembers it."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "world").mkdir()
    theta = {}
    for row in rows("elasticities.csv"):
        theta.setdefault(row["set"], []).append(float(row["theta"]))
    for year in build.YEARS:
        with resources.as_file(DATA / f"icio{year}.npz") as path, np.load(path) as stored:
            np.savez(
                folder / "world" / f"icio{year}.npz",
                countries=stored["countries"],
                sectors=stored["sectors"],
                trade=stored["flow"],
                intermediate=stored["intermediate"],
                tariff=stored["tariff"],
                **{f"elasticity_{name}": np.array(theta[name]) for name in build.SETS},
            )
    publisher = {text: key for key, text in build.COMBINED.items()}
    combined = [
        {
            "sector": row["sector"],
            "theta": "" if row["quality"] == "none" else row["theta"],
            "source": publisher[row["source"]],
            "quality": row["quality"],
            "note": row["note"].removesuffix("; 4 by assumption"),
        }
        for row in rows("elasticities.csv")
        if row["set"] == "combined"
    ]
    write(folder / "elasticities" / "theta_icio50_combined.csv", combined)
    macro = {text: key for key, text in build.COUNTRY_SOURCE.items()}
    kept = (
        "iso3",
        "iso2",
        "iso_num",
        "name",
        "region",
        "subregion",
        "capital_lat",
        "capital_lon",
        "landlocked",
    )
    countries = [
        {
            **{key: row[key] for key in kept},
            "population_2022": row["population"],
            "gdp_2022_usd": row["gdp_usd"],
            "macro_source": macro[row["source"]],
        }
        for row in rows("countries.csv")
        if row["iso3"] != "ROW"
    ]
    write(folder / "countries" / "icio_countries.csv", countries)
    added = {row["bloc"] for row in build.read(build.TABLES / "blocs_added.csv")}
    blocs = [{"iso3": r["iso3"], "bloc": r["bloc"]} for r in rows("blocs.csv") if r["bloc"] not in added]
    notes = [
        {"bloc": r["bloc"], "description": r["description"]}
        for r in rows("blocs_notes.csv")
        if r["bloc"] not in added
    ]
    write(folder / "countries" / "blocs.csv", blocs)
    write(folder / "countries" / "bloc_notes.csv", notes)
    return folder


def test_every_packaged_file_is_what_the_script_would_write(build, source):
    files = build.build(source)
    for name, content in files.items():
        assert build.same((DATA / name).read_bytes(), content, name), name
    # energy_ and labour_ files have scripts of their own; synthetic_ files are assumptions, written by hand
    apart = {
        entry.name for entry in DATA.iterdir() if entry.name.startswith(("energy_", "labour_", "synthetic_"))
    }
    packaged = {entry.name for entry in DATA.iterdir()} - apart - {"SOURCES.md"}
    assert packaged == set(files)
    assert files == build.build(source)


def test_check_writes_nothing_and_finds_a_difference(build, source, monkeypatch, capsys, tmp_path):
    for entry in DATA.iterdir():
        (tmp_path / entry.name).write_bytes(entry.read_bytes())
    monkeypatch.setattr(build, "DATA", tmp_path)
    monkeypatch.setattr(sys, "argv", ["build_world_data.py", str(source), "--check"])
    assert build.main() == 0
    (tmp_path / "goods.csv").write_text("list,sector,source\n", encoding="utf-8")
    assert build.main() == 1
    assert "goods.csv" in capsys.readouterr().err
    assert (tmp_path / "goods.csv").read_text(encoding="utf-8") == "list,sector,source\n"


def test_a_source_that_does_not_fit_is_refused(build, source, tmp_path):
    broken = tmp_path / "source"
    shutil.copytree(source, broken)
    table = build.read(broken / "countries" / "icio_countries.csv")
    write(broken / "countries" / "icio_countries.csv", table[1:])
    with pytest.raises(SystemExit, match="does not fit"):
        build.build(broken)
