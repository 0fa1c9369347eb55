"""tools/build_labour_data.py, on made-up source files: what it takes, sums, imputes and marks."""

from __future__ import annotations

import csv
import importlib
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture(scope="module")
def tool():
    sys.path.insert(0, str(TOOLS))
    try:
        yield importlib.import_module("build_labour_data")
    finally:
        sys.path.remove(str(TOOLS))


@pytest.fixture
def sources(tmp_path):
    with (tmp_path / "pwt1001_labour_share_2010_2019.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["iso3", "year", "labsh", "irr", "delta"])
        out.writerows(
            [["AAA", 2019, 0.5, 0.1, 0.04], ["BBB", 2019, 0.7, 0.1, 0.06], ["CCC", 2019, "", "", 0.02]]
        )
        out.writerow(["AAA", 2018, 0.9, 0.1, 0.9])
    with (tmp_path / "wiod_sea2016_usa_aus.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["country", "code", "year", "VA", "LAB"])
        out.writerows(
            [["USA", "B", 2014, 100, 20], ["USA", "C17", 2014, 60, 30], ["USA", "C18", 2014, 40, 30]]
        )
        out.writerow(["AUS", "C17", 2014, 1, 1])
    return tmp_path


def test_economies_without_a_share_get_the_mean_and_say_so(tool, sources):
    found = {row["iso3"]: row for row in tool.economies(sources, ("AAA", "CCC", "ROW"))}
    assert found["AAA"]["labour_share"] == "0.5000"
    assert found["AAA"]["basis"] == "measured"
    assert found["CCC"]["labour_share"] == found["ROW"]["labour_share"] == "0.6000"
    assert found["CCC"]["depreciation"] == "0.0200"
    assert found["ROW"]["depreciation"] == "0.0400"
    assert found["CCC"]["basis"].startswith("imputed")


def test_industries_are_summed_or_shared(tool, sources):
    found = {row["sector"]: row for row in tool.pattern(sources, ("B05", "B06", "C17_18"))}
    assert found["C17_18"]["labour_share"] == "0.6000"
    assert found["C17_18"]["basis"] == "measured"
    assert found["B05"]["labour_share"] == found["B06"]["labour_share"] == "0.2000"
    assert found["B05"]["value_added"] == "50"
    assert found["B05"]["basis"] == "of a wider industry"
