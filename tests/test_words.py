"""What people read: rounding, minus sign, fractions, lists."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.63, "4.6"),
        (-4.63, "\u22124.6"),
        (9.94, "9.9"),
        (9.96, "10"),
        (12345.6, "12,346"),
        (-0.04, "\u22120.04"),
        (0.049, "0.05"),
        (0.05, "0.1"),
        (-0.004, "0.0"),
        (0.0, "0.0"),
        (math.nan, "n/a"),
        (math.inf, "n/a"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert words.number(value) == text


@given(st.floats(-1e7, 1e7))
def test_numbers_never_carry_an_ascii_minus_and_never_lie_by_more_than_half_a_digit(value: float) -> None:
    text = words.number(value)
    assert "-" not in text
    read = float(text.replace("\u2212", "-").replace(",", ""))
    assert abs(read - value) <= (0.0501 if abs(read) < 10 else 0.501)


@pytest.mark.parametrize(
    ("million", "text"),
    [
        (999_940.0, "1.0 trillion USD"),
        (999.4, "999 million USD"),
        (-1_500.0, "\u22121.5 billion USD"),
        (2e6, "2.0 trillion USD"),
        (0.26, "0.3 million USD"),
        (math.nan, "n/a"),
    ],
)
def test_money(million: float, text: str) -> None:
    assert words.money(million) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.125, "an eighth"),
        (0.13, "about an eighth"),
        (0.5, "half"),
        (0.001, "less than a hundredth"),
        (0.03, "3.0 %"),
        (0.97, "nearly all"),
        (1.0, "all"),
        (1.2, "more than all"),
    ],
)
def test_fraction(share: float, text: str) -> None:
    assert words.fraction(share) == text


def test_listing_and_between() -> None:
    assert words.listing([]) == ""
    assert words.listing(["Russia"]) == "Russia"
    assert words.listing(["A", "B", "C"], most=2) == "A, B and 1 other"
    assert words.between(-0.1, 5.8) == "\u22120.1 to 5.8"
    assert words.between(1.01, 1.02) == "1.0"
