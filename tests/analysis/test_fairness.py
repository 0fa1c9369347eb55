"""Burden and fairness: the ledger's own numbers, measures by known cases, sentences only where there is a number."""

from __future__ import annotations

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.fairness import equal_basis, fairness, fairness_sentences, unequal


@pytest.fixture(scope="module")
def ledger(small, front):
    return cv.offset_ledger(small, front, ranges=False, break_even=False)


def test_burdens_are_the_ledgers(ledger):
    found = fairness(ledger)
    assert found is not None
    row = found.table.set_index("code").loc["USA"]
    net, income = (float(ledger.data[name].sel(code="USA")) for name in ("net", "income"))
    persons = float(ledger.data["population"].sel(code="USA"))
    assert row["burden_percent"] == -net
    assert row["burden_usd_per_head"] == pytest.approx(-1e4 * net * income / persons)
    assert row["income_usd_per_head"] == pytest.approx(1e6 * income / persons)
    assert found.table["burden_percent"].is_monotonic_decreasing


def test_measures_of_what_is_shared_alike_and_of_what_one_bears():
    even = unequal(np.array([2.0, 2.0, 2.0]))
    assert (even.mean, even.gini, even.theil, even.largest_over_mean) == (2.0, 0.0, 0.0, 1.0)
    alone = unequal(np.array([0.0, 0.0, 3.0]))
    assert alone.gini == pytest.approx(2 / 3)
    assert alone.theil == pytest.approx(np.log(3))
    assert alone.largest_over_mean == 3.0
    assert np.isnan(unequal(np.array([1.0, np.nan])).gini)
    assert np.isnan(unequal(np.array([])).mean)


def test_parties_gain_what_the_responses_bring_them(ledger, small, front):
    found = equal_basis(ledger)
    assert found is not None
    thorough = cv.response_gains(small, front)
    ours, theirs = (one.table.set_index("code")["gain_percent"] for one in (found, thorough))
    np.testing.assert_allclose(ours[theirs.index], theirs, atol=1e-9)
    assert found.more["gain_inequality"]["equal_basis"][0] == thorough.record["equal_basis"]


def test_sentences_are_said_only_with_a_number(ledger, small):
    said = " ".join(fairness_sentences(ledger))
    for words in ("The senders together", "bears most relative to income", "equal basis"):
        assert words in said
    assert "nan" not in said
    assert "n/a" not in said
    quiet = cv.Scenario(name="Nobody", world="small")
    nothing = cv.offset_ledger(small, quiet, ranges=False, break_even=False)
    assert fairness_sentences(nothing) == ()
    assert fairness(nothing) is None
    assert equal_basis(nothing) is None


def test_one_sender_bears_it_alone(small):
    one = cv.Scenario(name="Alone", world="small", sanctions=[cv.Embargo(by="USA", on="RUS", goods="all")])
    found = cv.offset_ledger(small, one, ranges=False, break_even=False)
    said = fairness_sentences(found)
    assert len(said) == 1
    assert said[0].startswith("The senders together")
    assert "the United States" in str(fairness(found).title).replace("The United", "the United")
