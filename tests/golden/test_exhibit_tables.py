"""The table behind every chart, number by number: of a small world, against tables that were checked once.

`python -m tests.golden.test_exhibit_tables` writes them anew; a change of numbers belongs in the changelog.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import countervail as cv
from countervail.analysis.outcome_exhibits import supplier_mix
from countervail.exhibit import ROLES, Exhibit

FILE = Path(__file__).parent / "exhibit_tables.json"
COUNTRIES = {"EU": ["DEU", "FRA", "POL"], "USA": ["USA"], "RUS": ["RUS"], "CHN": ["CHN"], "IND": ["IND"]}


def small() -> cv.World:
    world = cv.load_world("icio2021")
    named = {code for codes in COUNTRIES.values() for code in codes}
    merged = {"EU": COUNTRIES["EU"], "REST": [code for code in world.countries if code not in named]}
    return world.aggregate(countries=merged)


def front(world: cv.World) -> cv.Scenario:
    return cv.Scenario.from_yaml(
        f"""
        name: Golden front
        world: {world.name}
        sanctions:
          - embargo: {{by: [EU, USA], on: RUS, goods: technology, direction: export, leakage: 20 %}}
          - friction: {{by: [EU, USA, IND], on: RUS, rate: 6 %, kind: payments}}
        senders: [EU, USA]
        responses:
          - agreement: {{name: treaty, between: [RUS, CHN], saving: 4 %}}
          - payments: {{name: own money, between: [RUS, IND], removes: 50 %}}
        """
    )


def exhibits() -> dict[str, Exhibit]:
    """One of each kind of chart at least."""
    world = small()
    scenario = front(world)
    ledger = cv.offset_ledger(world, scenario, break_even=False)
    outcome = ledger.outcome
    assert outcome is not None
    found = [
        *cv.exhibits_of(ledger),
        *cv.exhibits_of(outcome - cv.solve(world, cv.Scenario(name="Peace", world=world.name))),
        *cv.exhibits_of(cv.steps(world, scenario)),
        supplier_mix(outcome, "RUS", "technology"),
        cv.vertical_potential(world, scenario, intensities=(0.0, 0.5, 1.0)),
        cv.path(world, scenario, years=3),
        *cv.offset_uncertainty(world, scenario, draws=8, threads=1).exhibits,
    ]
    return {one.name: one for one in found if one.name != "accuracy"}


def rows(exhibit: Exhibit) -> list[list[object]]:
    """The columns that the chart draws, in its order; numbers to six digits."""
    drawn = exhibit.table[list(dict.fromkeys(exhibit.roles.values())) or list(exhibit.table.columns)]
    return [[_plain(value) for value in row] for row in drawn.head(40).to_numpy(object)]


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.6g}")
    return value if isinstance(value, bool | int | str) else str(value)


@pytest.fixture(scope="module")
def found() -> dict[str, Exhibit]:
    return exhibits()


def test_every_kind_of_chart_is_among_them(found):
    drawn = {exhibit.kind for exhibit in found.values()}
    assert drawn >= set(ROLES) - {"table"}


def test_the_numbers_are_those_that_were_checked(found):
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    assert set(found) == set(stored)
    for name, exhibit in found.items():
        now, then = rows(exhibit), stored[name]
        assert len(now) == len(then), name
        for one, other in zip(now, then, strict=True):
            for a, b in zip(one, other, strict=True):
                if isinstance(a, float) and isinstance(b, int | float):
                    assert a == pytest.approx(b, rel=2e-5, abs=2e-6), (name, one, other)
                else:
                    assert a == b, (name, one, other)


if __name__ == "__main__":
    text = {name: rows(exhibit) for name, exhibit in exhibits().items()}
    lines = [f"{json.dumps(name)}: {json.dumps(table, ensure_ascii=False)}" for name, table in text.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
