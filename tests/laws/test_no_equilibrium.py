"""Where no equilibrium exists the error says which economy, and why; the cause is confirmed from the shock alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from countervail.errors import SolveError
from countervail.model.certificate import partial_shock
from countervail.model.parameters import CLOSURES, long_run
from countervail.policy.shock import no_change
from countervail.solver import equilibrium

zero = replace(long_run, closure="zero")


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_good_without_a_source_names_cell_and_measure(closure, random_world, shocks):
    world = random_world(5, n=4, j=3)
    cut = np.zeros(world.tariff.shape, bool)
    cut[:, 2, 1] = True
    with pytest.raises(SolveError) as caught:
        equilibrium(
            world, shocks.of(world, cut, passing=0.0, name="the ban"), replace(long_run, closure=closure)
        )
    assert caught.value.code == "CV301"
    for word in ("C2", "S1", "the ban"):
        assert word in str(caught.value)
    assert (caught.value.certificate.economy, caught.value.certificate.sector) == ("C2", "S1")


@given(data=st.data(), d=st.integers(0, 7), s=st.integers(0, 5))
def test_the_last_source_is_missed_and_the_last_but_one_is_not(data, d, s, recipes, shocks):
    """Without any source an error; with the smallest one left a solution, or no outlet for what paid for it."""
    world = data.draw(recipes(gaps=False)).world()
    d, s = d % world.n_countries, s % world.n_sectors
    sources = np.flatnonzero(world.trade_share[:, d, s])
    assume(sources.size > 1)
    smallest = sources[np.argmin(world.trade_share[sources, d, s])]
    cut = np.zeros(world.tariff.shape, bool)
    cut[:, d, s] = True
    with pytest.raises(SolveError, match="CV301"):
        equilibrium(world, shocks.of(world, cut, passing=0.0))
    cut[d, d, s] = cut[smallest, d, s] = False
    assert equilibrium(world, shocks.of(world, cut, passing=0.0)).residual < 1e-9


def test_a_transfer_too_large_for_the_trade_left_names_the_economy_it_ruins(random_world, shocks, recomputed):
    """The last equilibrium on the way is one, and leaves next to nothing; more transfer than that there is none."""
    world = random_world(3, n=3, j=2, tariffs=0.0)
    flow = np.array([-1.5, 1.5, 0.0]) * world.income[0]
    shock = shocks.of(world, transfer=flow)
    with pytest.raises(SolveError, match="C0") as caught:
        equilibrium(world, shock)
    assert caught.value.code == "CV303"
    certificate = caught.value.certificate
    assert (certificate.cause, certificate.economy) == ("ruined", "C0")
    assert 0 < certificate.reached < 1
    step = partial_shock(world, shock, certificate.reached, certificate.reached * flow)
    assert max(recomputed(world, step, "fixed", certificate.last).values()) < 1e-9
    assert certificate.last.income[0] < 1e-2 * world.income[0]


def test_one_way_trade_needs_someone_who_pays_for_it(random_world, shocks):
    """C0 buys from C1 and sells it nothing: with its transfer that is a world, without it there is none."""
    world = random_world(0, n=2, j=1, missing=0.6, open_to_trade=0.02, tariffs=0.0, inputs=0.0, ring=False)
    assert world.trade_share[0, 1, 0] == 0
    assert world.trade_share[1, 0, 0] > 0
    assert equilibrium(world, no_change(world)).iterations == 1
    with pytest.raises(SolveError) as caught:
        equilibrium(world, no_change(world), zero)
    assert caught.value.code == "CV306"
    assert caught.value.certificate.economy in world.countries


@given(data=st.data(), who=st.integers(0, 7))
def test_who_may_buy_but_sell_nothing_is_stranded(data, who, recipes, shocks):
    """A ban on all exports of one economy, trade balanced: how should it pay? A ban both ways is no such problem."""
    world = data.draw(recipes(gaps=False, missing=0.0)).world()
    who %= world.n_countries
    everyone = np.arange(world.n_countries)
    exports = shocks.mask(world, who, everyone)
    with pytest.raises(SolveError) as caught:
        equilibrium(world, shocks.of(world, exports, passing=0.0), zero)
    assert caught.value.code == "CV306"
    both = shocks.of(world, shocks.between(world, who, everyone), passing=0.0)
    assert equilibrium(world, both, zero).residual < 1e-9


def test_what_cannot_be_solved_in_the_embedded_world_says_so(icio2021, shocks):
    """Russia may buy from everybody and sell to nobody; it had a surplus, so nothing pays for what it buys."""
    russia = icio2021.index("RUS")
    assert icio2021.transfer[russia] < 0
    exports = shocks.mask(icio2021, russia, np.arange(icio2021.n_countries))
    with pytest.raises(SolveError, match="RUS") as caught:
        equilibrium(icio2021, shocks.of(icio2021, exports, passing=0.0))
    assert caught.value.code == "CV306"
