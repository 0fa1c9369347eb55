"""Payoff matrices: cells are the solves a user would write, marks those of textbook games, menus checked as read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from countervail.analysis.payoff_matrix import best_answers, dominated, payoffs
from countervail.analysis.payoff_menu import Game, load_game
from countervail.errors import CountervailError, OutputError
from countervail.policy.scenario import Scenario
from countervail.solver import solve

MENUS = """
name: Two menus
scenario: {name: Ground, world: small, blocs: {west: [EU, USA]}}
sides:
  West:
    members: west
    options:
      peace: []
      duties: [tariff: {by: west, on: RUS, rate: 20 %}]
      ban: [embargo: {by: west, on: RUS, goods: ENERGY, direction: import}]
  Russia:
    members: RUS
    options:
      nothing: []
      duties back: [tariff: {by: RUS, on: west, rate: 15 %}]
"""


@pytest.fixture(scope="module")
def found(small):
    return payoffs(small, Game.from_yaml(MENUS))


def test_cells_are_what_single_scenarios_give(small, found):
    game = Game.from_yaml(MENUS)
    place = {code: n for n, code in enumerate(small.countries)}
    west = [place["EU"], place["USA"]]
    for row in found.table.itertuples():
        asked = Scenario(
            name="cell",
            world="small",
            blocs={"west": ["EU", "USA"]},
            sanctions=game.first.options[row.first_option],
            responses=game.second.options[row.second_option],
        )
        welfare = solve(small, asked).welfare.to_numpy()
        assert row.West_percent == pytest.approx(
            np.average(welfare[west], weights=small.income[west]), abs=1e-8
        )
        assert row.Russia_percent == pytest.approx(welfare[place["RUS"]], abs=1e-8)


def test_nobody_gains_by_leaving_a_marked_pair(found):
    table = found.table.set_index(["first_option", "second_option"])
    marked = table[table["nash"]]
    assert len(marked)
    for (mine, other), cell in marked.iterrows():
        assert (table.xs(other, level=1)["West_percent"] <= cell["West_percent"] + 1e-7).all()
        assert (table.xs(mine, level=0)["Russia_percent"] <= cell["Russia_percent"] + 1e-7).all()


# textbook games, [own option, other's option]
PRISONERS = np.array([[3.0, 0.0], [5.0, 1.0]])
PENNIES = np.array([[1.0, -1.0], [-1.0, 1.0]])
STAG = np.array([[4.0, 1.0], [3.0, 3.0]])


@pytest.mark.parametrize(
    ("first", "second", "nash", "how"),
    [
        (PRISONERS, PRISONERS, {(1, 1)}, [("strictly", "b"), ("", "")]),
        (PENNIES, -PENNIES.T, set(), [("", ""), ("", "")]),
        (STAG, STAG, {(0, 0), (1, 1)}, [("", ""), ("", "")]),
        (np.array([[1.0, 2.0], [1.0, 1.0]]), PENNIES, {(0, 0)}, [("", ""), ("weakly", "a")]),
    ],
)
def test_textbook_games(first, second, nash, how):
    marks = best_answers(first) & best_answers(second).T
    assert set(zip(*np.nonzero(marks), strict=True)) >= nash
    assert dominated(first, ["a", "b"]) == how


def test_missing_payoffs_are_no_best_answers():
    gain = np.array([[np.nan, 1.0], [0.0, np.nan]])
    assert best_answers(gain).tolist() == [[False, True], [True, False]]
    assert dominated(gain, ["a", "b"]) == [("", ""), ("", "")]


def test_the_scenarios_own_lists_are_options(small, front):
    data = {
        "name": "Own lists",
        "scenario": front.to_dict(),
        "sides": {
            "West": {"members": "west", "options": {"none": [], "as sanctioned": "sanctions"}},
            "East": {"members": ["RUS", "CHN"], "options": {"none": [], "together": "responses"}},
        },
    }
    cells = payoffs(small, Game.from_dict(data)).table.set_index(["first_option", "second_option"])
    place = [small.countries.index(code) for code in ("RUS", "CHN")]
    change = (
        solve(small, front).welfare.to_numpy()
        - solve(small, replace(front, sanctions=(), responses=())).welfare.to_numpy()
    )
    mean = np.average(change[place], weights=small.income[place])
    assert cells.loc[("as sanctioned", "together"), "East_percent"] == pytest.approx(mean, abs=1e-8)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("members: west", "member: west", "CV440"),
        ("    members: RUS\n", "", "CV440"),
        ("members: RUS", "members: EU", "CV441"),
        ("  Russia:\n", "  Third: {members: CHN, options: {a: [], b: []}}\n  Russia:\n", "CV440"),
        ("      nothing: []\n", "", "CV440"),
        ("rate: 20 %", "rate: much", "CV"),
        ("peace: []", "peace: war", "CV106"),
        ("members: RUS", "members: XYZ", "CV"),
    ],
)
def test_menus_that_make_no_sense(small, old, new, code):
    assert old in MENUS
    with pytest.raises(CountervailError, match=code):
        payoffs(small, Game.from_yaml(MENUS.replace(old, new, 1)))


def test_a_file_is_read_and_its_line_named(tmp_path):
    path = tmp_path / "menus.yaml"
    path.write_text(MENUS.replace("members: RUS", "who: RUS"), encoding="utf-8")
    with pytest.raises(OutputError, match=r"menus.yaml:\d+"):
        load_game(path)
    with pytest.raises(CountervailError, match="CV101"):
        load_game(tmp_path / "nothing.yaml")
