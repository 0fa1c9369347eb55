"""Each way a solve can end that docs/endings.md promises, on worlds small enough to see why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.recomputed import holds, largest_residual

from countervail.errors import SolveError, WorldError
from countervail.model.certificate import Certificate
from countervail.model.parameters import short_run
from countervail.model.welfare import welfare
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.table import Table


def world_of(flow, theta=4.0, inputs=0.0):
    """A world with these flows, axes o, d, s, and inputs of this share of output from the sector itself."""
    flow = np.asarray(flow, float)
    n, _, j = flow.shape
    use = np.zeros((n, j, j))
    use[:, np.arange(j), np.arange(j)] = inputs * np.minimum(flow.sum(axis=1), flow.sum(axis=0))
    codes = [tuple(f"{letter}{i}" for i in range(size)) for letter, size in (("C", n), ("S", j))]
    table = Table("small", 2000, *codes, flow, use, np.zeros(flow.shape), np.ones(j, bool))
    return calibrate(table, [theta] * j)


def three(**options):
    """Three economies, two goods, everybody sells everything to everybody."""
    flow = np.full((3, 3, 2), 5.0)
    flow[np.arange(3), np.arange(3)] = 100.0
    return world_of(flow, **options)


def test_a_tariff_on_a_flow_of_zero_changes_nothing(shocks):
    flow = np.full((3, 3, 2), 5.0)
    flow[np.arange(3), np.arange(3)] = 100.0
    flow[0, 1, 1] = 0.0
    world = world_of(flow, inputs=0.3)
    cells = np.zeros(flow.shape, bool)
    cells[0, 1, 1] = True
    for change in ({"tariff": 11.0}, {"cost": 5.0}, {"wedge": 0.2}, {"passing": 0.0}):
        for model in (None, short_run):
            options = () if model is None else (model,)
            eq = equilibrium(world, shocks.of(world, cells, **change), *options)
            np.testing.assert_allclose(welfare(eq), 0.0, atol=1e-10)
            np.testing.assert_allclose(eq.tariff_revenue, 0.0, atol=1e-10)
            assert eq.residual < 1e-9


@pytest.mark.parametrize("theta", [1e-2, 1e-3])
def test_as_theta_tends_to_zero_goods_are_bought_in_fixed_value_shares(theta, shocks):
    """With theta near 0 sourcing is Cobb-Douglas: a tariff moves no spending share, so prices rise by pi ln tau."""
    world = three(theta=theta)
    cells = shocks.mask(world, 0, 1)
    eq = equilibrium(world, shocks.tariffs(world, cells, 1.0))
    assert eq.residual < 1e-9
    share = world.trade_share[0, 1, 0]
    expected = (
        share * np.log(2.0)
        + np.tensordot(world.trade_share[:, 1], np.log(eq.unit_cost), ((0, 1), (0, 1))) / 2
    )
    np.testing.assert_allclose(np.log(eq.price[1]), expected, atol=2 * theta)
    with pytest.raises(WorldError) as caught:
        three(theta=0.0)
    assert caught.value.code == "CV207"


def test_near_theta_zero_a_ban_is_solved_or_certified(shocks):
    world = three(theta=0.05)
    eq = equilibrium(world, shocks.of(world, shocks.between(world, 0, 1), passing=0.0))
    assert eq.residual < 1e-9
    assert largest_residual(world, shocks.of(world, shocks.between(world, 0, 1), passing=0.0), eq) < 1e-9
    assert (welfare(eq)[:2] < -50.0).all()  # nothing replaces what is missing


def test_an_economy_cut_off_lives_on_what_it_makes(shocks):
    world = three()
    eq = equilibrium(world, shocks.autarky(world, 0))
    assert eq.parts == 2
    assert "no longer links" in " ".join(eq.notes)
    np.testing.assert_allclose(1 + welfare(eq)[0] / 100, (100 / 110) ** (1 / 4.0), rtol=1e-9)


def test_a_good_that_nobody_supplies_any_more_names_cell_and_measure(shocks):
    flow = np.full((3, 3, 2), 5.0)
    flow[np.arange(3), np.arange(3)] = 100.0
    flow[1:, :, 1] = 0.0  # only the first economy makes the second good
    world = world_of(flow)
    cells = np.zeros(flow.shape, bool)
    cells[0, 1:, 1] = True
    shock = shocks.of(world, cells, passing=0.0)
    with pytest.raises(SolveError) as caught:
        equilibrium(world, shock)
    assert caught.value.code == "CV301"
    certificate = caught.value.certificate
    assert (certificate.cause, certificate.economy, certificate.sector) == ("cut off", "C1", "S1")
    assert holds(world, shock, certificate)
    assert not holds(world, shock, replace(certificate, sector="S0"))


def test_parts_that_trade_no_more_with_each_other_settle_apart(shocks):
    flow = np.full((4, 4, 1), 5.0)
    flow[np.arange(4), np.arange(4)] = 100.0
    flow[0, 2] = 20.0  # a surplus across the gap
    world = world_of(flow)
    shock = shocks.of(world, shocks.between(world, [0, 1], [2, 3]), passing=0.0)
    eq = equilibrium(world, shock)
    assert eq.parts == 2
    for part in (0, 1):
        inside = eq.part == part
        assert abs(eq.transfer[inside].sum()) < 1e-9 * world.income.sum()
        np.testing.assert_allclose(
            (eq.wage * world.value_added)[inside].sum(), world.value_added[inside].sum(), rtol=1e-9
        )
    assert largest_residual(world, shock, eq) < 1e-9


def test_a_payment_beyond_an_income_is_certified_by_an_equilibrium_on_the_way(shocks):
    world = three()
    pays = np.array([-1.2, 0.6, 0.6]) * world.income
    shock = replace(shocks.of(world), transfer=pays)
    with pytest.raises(SolveError) as caught:
        equilibrium(world, shock)
    assert caught.value.code == "CV303"
    certificate = caught.value.certificate
    assert certificate.economy == "C0"
    assert holds(world, shock, certificate)
    other = replace(certificate.last, income=1.01 * certificate.last.income)
    assert not holds(world, shock, replace(certificate, last=other))
    assert not holds(world, shock, Certificate("none"))


def test_an_income_lost_in_rounding_is_named(shocks):
    flow = np.full((2, 2, 1), 1e-7)
    flow[0, 1], flow[1, 1] = 1e2, 1e2
    with pytest.raises(WorldError) as caught:
        world_of(flow)
    assert caught.value.code == "CV280"
    assert "C0" in str(caught.value)
