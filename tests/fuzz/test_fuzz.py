"""A short form of the fuzz campaign: every case is solved, or refused for a cause that other code confirms."""

from __future__ import annotations

import pytest
from benchmarks.fuzz import campaign, run_case, summary

from countervail.model.parameters import long_run, short_run

ALLOWED = {"solved (accelerated)", "solved (safe)", "cut off", "stranded", "ruined", "lost"}
# Autarky with a steep elasticity, 90 % subsidies, transfers that no trade can carry, two parts, thin trade; a payer
# whose income ends within a ten-thousandth of the shock, and wages that have to turn sharply on the way.
HARD = (24, 25, 53, 57, 85, 103, 108, 127, 132, 448, 3195)
# An economy that trades a thousandth and less of what it makes; a path that turns back; bans of steep goods, of which
# a billionth part still pays wages; parts with money of their own; an income that falls through zero within rounding
# of what is earned; a seller whose last customer's prices underflow.
FOUND = (1526, 5273, 6066, 4326, 9125, 5721, 2192, 5291, 6923, 6275, 2421)
# Worlds in which some economy gives away all but a ten-millionth of what it earns.
LOST = (389, 617, 1259, 3453, 8430)


@pytest.mark.parametrize("seed", [*range(1000, 1020), *HARD, *FOUND])
def test_every_case_ends_in_an_answer_or_a_confirmed_cause(seed):
    assert run_case(seed) in ALLOWED


@pytest.mark.parametrize("seed", LOST)
def test_an_income_lost_in_rounding_is_refused_with_the_world(seed):
    assert run_case(seed) == "no income to speak of"


def test_a_campaign_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    record = tmp_path / "core.csv"
    first = campaign(range(1000, 1003), long_run, record)
    monkeypatch.setattr("benchmarks.fuzz.run_case", lambda seed, model: "NO CAUSE")
    both = campaign(range(1000, 1004), long_run, record)
    assert {seed: both[seed][0] for seed in first} == {seed: end for seed, (end, _) in first.items()}
    assert both[1003][0] == "NO CAUSE"
    assert "NO CAUSE: 1003" in summary(both)
    assert "25.00 %" in summary(both)


# Under the short-run model, by the general path: paths that turn back, bans of goods that nothing replaces.
GENERAL = (5, 6, 35, 38, 58, 61, 62)


@pytest.mark.parametrize("seed", [*range(1000, 1010), *GENERAL])
def test_the_general_path_ends_in_an_answer_or_a_confirmed_cause_too(seed):
    assert run_case(seed, short_run) in {*ALLOWED, "solved (newton)", "solved (path)"}
