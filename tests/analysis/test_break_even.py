"""Break-even search on functions with known answers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.analysis.break_even import search


@settings(deadline=None)  # the first call imports scipy
@given(slope=st.floats(0.01, 100), power=st.floats(0.5, 4), start=st.floats(0.001, 0.9))
def test_finds_the_size_or_says_that_there_is_none(slope: float, power: float, start: float) -> None:
    found = search(lambda x: slope * x**power, start, limit=0.9)
    for wanted, size in zip((0.25, 0.5, 1.0), found.sizes, strict=True):
        exact = (wanted / slope) ** (1 / power)
        if exact <= 0.9:
            assert size == pytest.approx(exact, rel=1e-6)
        else:
            assert math.isnan(size)
    if math.isnan(found.sizes[-1]):
        assert found.at == 0.9
        assert found.largest_share == pytest.approx(slope * 0.9**power)
        assert found.complete


def test_a_share_reached_at_size_zero_has_size_zero() -> None:
    found = search(lambda x: 0.3 + x, start=0.1, limit=0.9)
    assert found.sizes[0] == 0
    assert found.sizes[1] == pytest.approx(0.2)


def test_a_response_that_harms_reaches_nothing() -> None:
    found = search(lambda x: -x, start=0.05, limit=0.9)
    assert all(math.isnan(size) for size in found.sizes)
    assert found.largest_share == 0
    assert found.at == 0


def test_no_equilibrium_beyond_a_size_is_said() -> None:
    found = search(lambda x: x if x < 0.3 else math.nan, start=0.1, limit=0.9)
    assert not found.complete
    assert found.limit == 0.2
    assert math.isnan(found.sizes[2])


def test_no_equilibrium_at_any_size() -> None:
    found = search(lambda _: math.nan, start=0.1, limit=0.9)
    assert all(math.isnan(size) for size in found.sizes)
    assert math.isnan(found.largest_share)


def test_a_size_without_limit() -> None:
    found = search(lambda x: x / 1e5, start=1.0, limit=math.inf)
    assert found.sizes == pytest.approx((2.5e4, 5e4, 1e5))


def test_few_solves() -> None:
    calls = []

    def share(x: float) -> float:
        calls.append(x)
        return math.expm1(3 * x)

    search(share, start=0.04, limit=0.9)
    assert len(calls) == len(set(calls)) <= 30
