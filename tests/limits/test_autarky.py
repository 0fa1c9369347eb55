"""Autarky has a closed form (Arkolakis, Costinot and Rodriguez-Clare 2012), and embargoes tend to it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import real_wage, welfare
from countervail.solver import equilibrium

SAME = 1e-9


def real_wage_alone(world, d):
    """prod_{s,k} pi[d,d,k]^(alpha[s] a[k,s] / theta[k]) with a = (1 - gamma)^(-1): one economy without trade."""
    leontief = np.linalg.inv(np.eye(world.n_sectors) - world.input_share[d])  # s, t: s in a unit of t
    bought = world.expenditure[d] > 0
    home = np.log(np.where(bought, world.trade_share[d, d], 1.0)) / world.trade_elasticity
    return np.exp(home @ leontief @ world.final_share[d])


def welfare_alone(world, d):
    """The same times VA / I: what tariffs brought and transfers gave is gone."""
    return real_wage_alone(world, d) * world.value_added[d] / world.income[d]


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data())
def test_all_in_autarky(closure, data, recipes, shocks):
    world = data.draw(recipes()).world()
    if (np.diagonal(world.trade_share)[world.expenditure.T > 0] == 0).any():
        with pytest.raises(SolveError) as caught:
            equilibrium(world, shocks.autarky(world))
        assert caught.value.code == "CV301"
        return
    eq = equilibrium(world, shocks.autarky(world), replace(long_run, closure=closure))
    base = eq.base
    assert eq.parts == world.n_countries
    np.testing.assert_allclose(eq.wage, 1.0, rtol=SAME)  # its own value added is each one's numeraire
    np.testing.assert_allclose(eq.transfer, 0.0, atol=SAME * world.income.max())
    for d in range(world.n_countries):
        assert 1 + real_wage(eq)[d] / 100 == pytest.approx(real_wage_alone(base, d), rel=SAME)
        assert 1 + welfare(eq)[d] / 100 == pytest.approx(welfare_alone(base, d), rel=SAME)


@given(data=st.data(), who=st.integers(0, 7))
def test_one_economy_in_autarky(data, who, recipes, shocks):
    """The rest still trades; the one cut off is where the closed form says, whatever the others do."""
    world = data.draw(recipes(gaps=False, missing=0.0).filter(lambda recipe: recipe.n > 2)).world()
    who %= world.n_countries
    eq = equilibrium(world, shocks.autarky(world, who))
    assert eq.parts == 2
    assert 1 + real_wage(eq)[who] / 100 == pytest.approx(real_wage_alone(world, who), rel=SAME)
    assert 1 + welfare(eq)[who] / 100 == pytest.approx(welfare_alone(world, who), rel=SAME)


@pytest.mark.parametrize("code", ["USA", "IND", "FRA", "RUS"])
def test_one_economy_of_the_embedded_world_in_autarky(code, icio2021, shocks):
    world, d = icio2021, icio2021.index(code)
    assert (world.trade_share[d, d] > 0).all()
    eq = equilibrium(world, shocks.autarky(world, d))
    assert 1 + real_wage(eq)[d] / 100 == pytest.approx(real_wage_alone(world, d), rel=SAME)
    assert 1 + welfare(eq)[d] / 100 == pytest.approx(welfare_alone(world, d), rel=SAME)
    assert eq.parts == 2


def test_an_economy_that_makes_no_oil_cannot_do_without_trade(icio2021, shocks):
    idle = np.argwhere((icio2021.output == 0) & (icio2021.expenditure > 0))
    d, s = (int(i) for i in idle[0])
    with pytest.raises(SolveError) as caught:
        equilibrium(icio2021, shocks.autarky(icio2021, d))
    assert caught.value.code == "CV301"
    assert icio2021.countries[d] in str(caught.value)
    assert icio2021.sectors[s] in str(caught.value)
    assert "autarky" in str(caught.value)


# --- what tends to an embargo ---------------------------------------------------------------------------------


def distance(eq, to):
    """Between two equilibria: real wages, welfare and output, the largest relative difference."""
    made = to.output > 1e-3 * to.output.max()
    pairs = [
        (100 + real_wage(eq), 100 + real_wage(to)),
        (100 + welfare(eq), 100 + welfare(to)),
        (eq.output[made], to.output[made]),
    ]
    return max(np.abs(one / two - 1).max() for one, two in pairs)


@given(data=st.data(), seed=st.integers(0, 2**31))
def test_a_leak_that_closes_tends_to_the_embargo(data, seed, recipes, shocks):
    """All trade of the first economy with the second: l = 1e-2, 1e-4 ... and then 0; each step is closer."""
    world = data.draw(recipes(gaps=False, theta=(1.0, 8.0)).filter(lambda recipe: recipe.n > 2)).world()
    cells = shocks.between(world, 0, 1)
    # the ring of the recipe may run through these cells: another way round is needed
    cells &= ~np.eye(world.n_sectors, dtype=bool)[0]
    full = equilibrium(world, shocks.of(world, cells, passing=0.0))
    leaks = 10.0 ** -np.arange(2, 13, 2)
    gaps = [distance(equilibrium(world, shocks.of(world, cells, passing=leak)), full) for leak in leaks]
    assert gaps[-1] < 1e-8
    for wide, narrow in pairwise(gaps):
        assert narrow <= wide / 10 or narrow < 1e-8


@given(data=st.data(), kind=st.sampled_from(["tariff", "cost", "wedge"]))
def test_a_prohibitive_barrier_tends_to_the_embargo(data, kind, recipes, shocks):
    """A tariff, a friction and an export tax of 10^8 leave no trade and no revenue."""
    world = data.draw(recipes(gaps=False, theta=(1.5, 8.0)).filter(lambda recipe: recipe.n > 2)).world()
    cells = shocks.between(world, 0, 1) & ~np.eye(world.n_sectors, dtype=bool)[0]
    full = equilibrium(world, shocks.of(world, cells, passing=0.0))
    value = world.tariff * 1e8 if kind == "tariff" else 1e8
    closed = equilibrium(world, shocks.of(world, cells, **{kind: value}))
    assert distance(closed, full) < 1e-6
    np.testing.assert_allclose(closed.rent, 0.0, atol=1e-6 * world.income.max())


def test_a_leak_and_a_prohibitive_tariff_tend_to_the_embargo_in_the_embedded_world(icio2021, shocks):
    world = icio2021
    europe = [world.index(c) for c in ("DEU", "FRA", "ITA", "POL", "NLD")]
    cells = shocks.between(world, europe, world.index("RUS"))
    full = equilibrium(world, shocks.of(world, cells, passing=0.0))
    assert full.parts == 1
    assert distance(equilibrium(world, shocks.of(world, cells, passing=1e-10)), full) < 1e-8
    assert distance(equilibrium(world, shocks.of(world, cells, tariff=1e14)), full) < 1e-6
    assert distance(equilibrium(world, shocks.of(world, cells, passing=0.1)), full) > 1e-5
