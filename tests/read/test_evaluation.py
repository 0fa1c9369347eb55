"""How well the rules read: precision, recall and F1 on both sets, and that the page publishes just these figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {"actors": 0.95, "statements": 0.90, "measures": 0.85, "claims": 0.80}


@pytest.fixture(scope="module")
def found(annotations, scoring):
    return {name: scoring.scores(annotations.load(name)) for name in ("develop", "report")}


@pytest.mark.parametrize("what", FLOORS)
def test_the_report_set_is_read_as_well_as_was_asked_for(found, what):
    assert found["report"][what].f1 >= FLOORS[what]


@pytest.mark.parametrize("what", FLOORS)
def test_the_set_to_develop_on_is_read_no_worse(found, what):
    assert found["develop"][what].f1 >= 0.97


def test_the_page_publishes_the_figures(found):
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (actors|statements|measures|claims) \| (.+) \|$", page, flags=re.M))
    for what in FLOORS:
        figures = []
        for name in ("develop", "report"):
            score = found[name][what]
            figures += [f"{score.precision:.2f}", f"{score.recall:.2f}", f"{score.f1:.2f}"]
        assert rows[what].split(" | ")[:6] == figures, what


def test_the_page_publishes_how_many_attributes_are_right(annotations, scoring):
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    develop, report = (scoring.attributes(annotations.load(name)) for name in ("develop", "report"))
    for name, (right, asked) in develop.items():
        held, of = report[name]
        assert f"| {name} | {right} of {asked} | {held} of {of} |" in page
