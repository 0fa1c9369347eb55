"""The sentence says what the numbers say, in every case."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.analysis.sentence import Finding, sentence

RUSSIA = ("Russia",)


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (
            Finding(RUSSIA, -4.6, 0.575, 2, (-5.8, -3.9)),
            "Russia loses 4.6 % of real income (3.9 to 5.8 across estimates); "
            "the responses win back 0.6, an eighth of it.",
        ),
        (
            Finding(RUSSIA, -4.6, 0.575, 2, (-5.8, -3.9), (0.08, 0.19)),
            "Russia loses 4.6 % of real income (3.9 to 5.8 across estimates); "
            "the responses win back 0.6, an eighth of it (8.0 to 19 %).",
        ),
        (
            Finding(("Russia", "Belarus"), -12.4, -0.3, 1),
            "Russia and Belarus lose 12 % of real income; the response costs a further 0.3.",
        ),
        (
            Finding(tuple("ABCDE"), -1.2, 0.0, 0),
            "the 5 targets together lose 1.2 % of real income; nothing answers them.",
        ),
        (Finding(RUSSIA, -4.6, 0.0, 0), "Russia loses 4.6 % of real income; nothing answers them."),
        (
            Finding(RUSSIA, -0.004, 0.002, 3),
            "Russia hardly loses from the sanctions: less than 0.01 % of real income; "
            "the responses win back less than 0.01, half of it.",
        ),
        (Finding(RUSSIA, 0.2, 0.1, 3), "Russia gains 0.2 % of real income; the responses add 0.1."),
        (
            Finding(RUSSIA, -0.4, 0.6, 3, (-0.9, 0.2)),
            "Russia loses 0.4 % of real income (from a loss of 0.9 to a gain of 0.2 across estimates); "
            "the responses win back 0.6, more than all of it.",
        ),
        (Finding((), 0.0, 0.0, 3), "The scenario has no target, so there is no harm to offset."),
        (
            Finding(RUSSIA, math.nan, math.nan, 3),
            "The loss of Russia cannot be computed because the sanctions alone leave no equilibrium.",
        ),
        (
            Finding(RUSSIA, -1.0, math.nan, 3),
            "Russia loses 1.0 % of real income; what the responses win back cannot be computed "
            "because no equilibrium is left.",
        ),
        (
            Finding(RUSSIA, -1.0, 0.001, 1),
            "Russia loses 1.0 % of real income; the response wins back less than 0.01, "
            "less than a hundredth of it.",
        ),
        (
            Finding(RUSSIA, -1.0, 0.0, 2),
            "Russia loses 1.0 % of real income; the responses change next to nothing.",
        ),
    ],
)
def test_sentence(finding: Finding, text: str) -> None:
    assert sentence(finding) == text


numbers = st.floats(-90, 90) | st.just(math.nan)


@given(numbers, numbers, st.integers(0, 5), st.tuples(numbers, numbers), st.tuples(numbers, numbers))
def test_always_one_clean_sentence(
    harm: float, offset: float, n: int, ends: tuple[float, float], shares: tuple[float, float]
) -> None:
    text = sentence(Finding(RUSSIA, harm, offset, n, ends, shares))
    assert text.endswith(".")
    assert "nan" not in text
    assert "-" not in text
