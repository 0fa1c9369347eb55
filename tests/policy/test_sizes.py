"""Fractions, percent strings and amounts of money."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.policy.complaint import Complaint
from countervail.policy.sizes import Amount, Range, percent_text, percent_words, read_size

ANY = Range(-1, 100)


@pytest.mark.parametrize(
    ("written", "size"),
    [
        (0.25, 0.25),
        ("25 %", 0.25),
        ("25%", 0.25),
        (" 2.5 % ", 0.025),
        ("0.25", 0.25),
        (1, 1.0),
        (0, 0.0),
        ("150 %", 1.5),
        ("-10 %", -0.1),
        ("−10 %", -0.1),
        ("1e-3", 0.001),
    ],
)
def test_fractions_and_percentages_are_read(written, size):
    assert ANY.read(written) == size


@pytest.mark.parametrize("value", [25, 1.5, "25", -2])
def test_a_bare_number_above_one_says_what_to_write(value):
    with pytest.raises(Complaint) as caught:
        ANY.read(value)
    assert caught.value.code == "CV108"
    assert f"Write {value} %" in caught.value.next_step


def test_the_reading_that_is_out_of_range_is_not_offered():
    with pytest.raises(Complaint) as caught:
        Range(0, 1).read(25)
    assert caught.value.next_step == "Write 25 %."


@pytest.mark.parametrize(
    "value", ["", "abc", "%", None, True, [1], {}, float("nan"), float("inf"), "1e999999", "1,5 %"]
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(Complaint) as caught:
        ANY.read(value)
    assert caught.value.code == "CV106"


def test_open_bounds():
    inside = Range(0, 1, open_below=True, open_above=True)
    assert 0.5 in inside
    assert 0 not in inside
    assert 1 not in inside
    assert str(inside) == "above 0 % and below 100 %"
    with pytest.raises(Complaint) as caught:
        inside.read("100 %")
    assert caught.value.code == "CV107"


@given(st.floats(-1e6, 1e6))
def test_percent_text_reads_back_to_the_same_float(size):
    assert read_size(percent_text(size)) == (size, True)


def test_words_are_short():
    assert percent_words(1 / 12) == "8.333 %"
    assert percent_text(-0.0) == "0 %"


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (5000, Amount(5000.0, False)),
        ("5000", Amount(5000.0, False)),
        ("5 billion USD", Amount(5000.0, False)),
        ("0.5 million usd", Amount(0.5, False)),
        ("2 %", Amount(0.02, True)),
        (0, Amount(0.0, False)),
    ],
)
def test_amounts(written, amount):
    assert Amount.read(written) == amount
    assert Amount.read(amount.written) == amount


@pytest.mark.parametrize(
    ("written", "code"), [(0.02, "CV108"), (-5000, "CV107"), ("100 %", "CV107"), ("much", "CV106")]
)
def test_amounts_that_make_no_sense(written, code):
    with pytest.raises(Complaint) as caught:
        Amount.read(written)
    assert caught.value.code == code
