"""A difference of outcomes and the steps of a scenario as exhibits: their own numbers, drawn and in a notebook."""

from __future__ import annotations

import numpy as np
import pytest

import countervail as cv
from countervail.report.plot import picture


@pytest.fixture(scope="module")
def apart(small, front):
    return cv.solve(small, front) - cv.solve(small, cv.Scenario(name="Peace", world="small"))


def test_a_difference_is_ranked_by_its_own_numbers(apart):
    (found,) = cv.exhibits_of(apart)
    table = found.table.set_index("code")["difference_percentage_points"]
    assert table.is_monotonic_increasing
    for code in table.index:
        assert table[code] == pytest.approx(float(apart.welfare.sel(country=code)))
    assert found.title.startswith("With Small front instead of Peace, Russia loses most (")
    assert b"<svg" in picture(apart, "svg")


def test_the_same_twice_makes_no_difference(small, front):
    one = cv.solve(small, front)
    (found,) = cv.exhibits_of(one - one)
    assert found.title == "Small front instead of Small front makes no difference to welfare"
    with pytest.raises(cv.OutputError, match="CV452"):
        cv.plot(found)


def test_steps_climb_from_harm_to_net(small, front):
    found = cv.steps(small, front)
    (exhibit,) = cv.exhibits_of(found)
    changes = exhibit.table["welfare_percent"].to_numpy()
    assert changes[:-1].sum() == pytest.approx(changes[-1])
    assert changes[0] == pytest.approx(float(found.harm[[g.code for g in found.groups].index("TARGETS")]))
    assert list(exhibit.table["step"]) == ["Sanctions", "Lane", "Treaty", "Own money", "Net"]
    assert b"<svg" in picture(found, "svg")


def test_results_show_themselves_in_a_notebook(small, front, apart):
    outcome, scenario = cv.solve(small, front), front
    results = [
        *(small, scenario, outcome, apart, cv.steps(small, front)),
        cv.offset_ledger(small, front, ranges=False, break_even=False),
        cv.sanctions_frontier(small, front, points=3),
        cv.offset_uncertainty(small, front, draws=4, threads=1),
        *cv.exhibits_of(outcome),
    ]
    for result in results:
        html = result._repr_html_()
        assert html.startswith("<"), type(result).__name__
        assert html.count("<") > 5, type(result).__name__
        assert "_percent" not in html, type(result).__name__
        assert "nan" not in html.replace("finance", "").replace("Finance", "").lower(), type(result).__name__
        assert repr(result).strip()


def test_a_step_without_an_answer_says_why(small, front):
    found = cv.steps(small, front)
    assert found.sentence in repr(found)
    np.testing.assert_allclose(found.percent.shape, (len(found.labels), len(found.groups)))
