"""Every equation holds to 1e-9 at what the solver returns, recomputed by code that shares nothing with it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.model.parameters import CLOSURES, long_run
from countervail.solver import equilibrium

TOLERANCE = 1e-9


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31), bans=st.booleans())
def test_all_equations_hold_on_random_worlds(closure, data, seed, bans, recipes, shocks, solved, recomputed):
    world = data.draw(recipes()).world()
    shock = shocks.mixed(world, seed, bans=bans)
    eq = solved(world, shock, replace(long_run, closure=closure))
    found = recomputed(eq.base, shock, closure, eq)
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("closure", CLOSURES)
def test_all_equations_hold_on_the_embedded_world(closure, icio2021, shocks, recomputed):
    russia = icio2021.index("RUS")
    others = [i for i, code in enumerate(icio2021.countries) if code not in {"RUS", "CHN", "IND", "ROW"}]
    shock = shocks.of(icio2021, shocks.between(icio2021, others, russia), passing=0.0)
    eq = equilibrium(icio2021, shock, replace(long_run, closure=closure))
    found = recomputed(eq.base, shock, closure, eq)
    assert max(found.values()) < TOLERANCE, found


@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_reported_residuals_are_those_of_the_equations(data, seed, recipes, shocks, recomputed):
    world = data.draw(recipes()).world()
    shock = shocks.mixed(world, seed)
    eq = equilibrium(world, shock)
    found = recomputed(world, shock, "fixed", eq)
    assert set(eq.residuals) == {
        "1 unit cost",
        "2 price index",
        "4 output",
        "5 spending",
        "6 income",
        "7 labour",
        "8 numeraire",
    }
    for name, reported in eq.residuals.items():
        assert abs(reported - found[name[0]]) < 1e-13
    assert eq.residual == max(eq.residuals.values())
