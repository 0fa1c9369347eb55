"""Limits in which the answer is known: autarky, one sector, symmetry, bans as limits of other measures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from countervail.errors import SolveError
from countervail.model.parameters import long_run
from countervail.model.welfare import real_wage, welfare
from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.reshape import one_sector
from countervail.world.table import Table


def abroad(world):
    """Flat cells of all trade between different economies."""
    n = world.n_countries
    cross = np.broadcast_to(~np.eye(n, dtype=bool)[:, :, None], world.trade_share.shape)
    return np.flatnonzero(cross & (world.trade_share > 0.0))


def border_shock(world, cells, *, passing=1.0, cost=1.0, more_tariff=0.0):
    return replace(
        no_change(world),
        cells=cells,
        passing=np.full(cells.size, passing),
        trade_cost=np.full(cells.size, cost),
        tariff=world.tariff.ravel()[cells] + more_tariff,
        wedge=np.ones(cells.size),
        rent_to_buyer=np.zeros(cells.size, dtype=bool),
        measures=(("all trade", cells),),
    )


def self_sufficient(seed):
    """A random world in which everyone makes some of every good."""
    rng = np.random.default_rng(seed)
    n, j = 5, 4
    flow = rng.lognormal(0.0, 1.0, (n, n, j)) * 100.0
    flow[np.arange(n), np.arange(n)] *= 20.0
    output = flow.sum(axis=1)
    inputs = rng.dirichlet(np.ones(j), (n, j)).transpose(0, 2, 1) * 0.45 * output[:, None, :]
    tariff = rng.uniform(0.0, 0.2, (n, n, j))
    tariff[np.arange(n), np.arange(n)] = 0.0
    names = tuple(f"C{i}" for i in range(n)), tuple(f"S{i}" for i in range(j))
    table = Table("random", 2000, *names, flow, inputs, tariff, np.ones(j, dtype=bool))
    return calibrate(table, rng.uniform(1.5, 9.0, j))


@pytest.mark.parametrize("seed", range(5))
def test_autarky_is_the_closed_form_of_arkolakis_costinot_and_rodriguez_clare(seed):
    world = self_sufficient(seed)
    eq = equilibrium(world, border_shock(world, abroad(world), passing=0.0))
    home = np.einsum("dds->ds", world.trade_share)
    chain = np.linalg.inv(np.eye(world.n_sectors) - world.input_share)  # d, k, s: a = (1 - gamma)^(-1)
    power = np.einsum("ds,dks->dk", world.final_share, chain) / world.trade_elasticity
    expected = np.exp((power * np.log(home)).sum(axis=1))
    assert 1.0 + real_wage(eq) / 100.0 == pytest.approx(expected, rel=1e-10)
    income = expected * world.value_added / world.income
    assert 1.0 + welfare(eq) / 100.0 == pytest.approx(income, rel=1e-10)
    assert eq.parts == world.n_countries
    assert "no longer links" in eq.notes[0]


def test_autarky_of_the_embedded_world_in_one_sector(icio2021):
    world = one_sector(icio2021)
    eq = equilibrium(world, border_shock(world, abroad(world), passing=0.0))
    home = np.einsum("dds->d", world.trade_share)
    assert 1.0 + real_wage(eq) / 100.0 == pytest.approx(home ** (1.0 / world.trade_elasticity[0]), rel=1e-10)


@pytest.mark.parametrize("theta", [0.2, 1.0, 4.0, 60.0])
def test_two_like_economies_share_a_friction_alike(theta):
    """Symmetric: wages stay, and P-hat = (home + abroad d^-theta)^(-1/theta)."""
    flow = np.array([[80.0, 20.0], [20.0, 80.0]])[:, :, None]
    nothing = np.zeros((2, 1, 1)), np.zeros((2, 2, 1))
    world = calibrate(Table("two", 2000, ("A", "B"), ("S",), flow, *nothing, np.ones(1, bool)), [theta])
    eq = equilibrium(world, border_shock(world, abroad(world), cost=1.5))
    price = (0.8 + 0.2 * 1.5**-theta) ** (-1.0 / theta)
    assert eq.wage == pytest.approx([1.0, 1.0], rel=1e-10)
    assert eq.price[:, 0] == pytest.approx([price, price], rel=1e-10)


def test_two_unlike_economies_by_bisection():
    """One sector, no inputs: the wage ratio clears trade; found here by bisection on the textbook equation."""
    theta, cost = 3.0, 1.4
    flow = np.array([[60.0, 30.0], [30.0, 200.0]])[:, :, None]
    nothing = np.zeros((2, 1, 1)), np.zeros((2, 2, 1))
    world = calibrate(Table("two", 2000, ("A", "B"), ("S",), flow, *nothing, np.ones(1, bool)), [theta])
    eq = equilibrium(world, border_shock(world, abroad(world), cost=cost))
    income = np.array([90.0, 230.0])
    share = flow[:, :, 0] / income

    def excess(ratio):
        wage = np.array([ratio, 1.0])
        weight = share * (wage[:, None] * np.where(np.eye(2) == 1, 1.0, cost)) ** -theta
        new = weight / weight.sum(axis=0)
        return new[1, 0] * wage[0] * income[0] - new[0, 1] * wage[1] * income[1]

    assert eq.wage[0] / eq.wage[1] == pytest.approx(brentq(excess, 0.1, 10.0, xtol=1e-14), rel=1e-9)


@pytest.mark.parametrize(
    "near", [{"passing": 1e-12}, {"more_tariff": 1e9}], ids=["leakage to 0", "prohibitive tariff"]
)
def test_a_ban_is_the_limit(near):
    world = self_sufficient(3).with_elasticity(np.full(4, 4.0))
    cells = abroad(world)[::3]
    ban, close = (equilibrium(world, border_shock(world, cells, **how)) for how in ({"passing": 0.0}, near))
    assert welfare(close) == pytest.approx(welfare(ban), abs=1e-6)


def test_two_solves_at_once_in_two_threads(icio2021):
    from concurrent.futures import ThreadPoolExecutor

    shocks = [border_shock(icio2021, abroad(icio2021)[i::50], cost=1.1) for i in range(4)]
    alone = [equilibrium(icio2021, shock, long_run).wage for shock in shocks]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda shock: equilibrium(icio2021, shock, long_run).wage, shocks))
    for a, b in zip(alone, together, strict=True):
        assert np.array_equal(a, b)


def test_an_economy_that_may_buy_but_not_sell_is_named():
    world = self_sufficient(3)
    poor = int(np.argmin(world.transfer))
    cells = abroad(world)
    cells = cells[cells // (world.n_countries * world.n_sectors) == poor]
    with pytest.raises(SolveError, match="one way only") as refused:
        equilibrium(world, border_shock(world, cells, passing=0.0))
    assert refused.value.code == "CV306"
    assert refused.value.certificate.economy == world.countries[poor]
