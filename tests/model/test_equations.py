"""Each equation, by hand on two economies; and each residual rises when what it looks at is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from countervail.model.equations import (
    border,
    new_flow,
    new_trade_share,
    parts,
    rents,
    residuals,
    tariff_revenue,
    transfers,
)
from countervail.model.parameters import long_run
from countervail.policy.shock import no_change

FOOD, TOOLS = 0, 1


# --- one equation at a time -----------------------------------------------------------------------------------


def test_the_small_world_is_what_its_description_says(small):
    np.testing.assert_allclose(small.expenditure, [[80, 90], [95, 80]])
    np.testing.assert_allclose(small.output, [[100, 70], [70, 100]])
    np.testing.assert_allclose(small.input_share[:, FOOD, TOOLS], [0.2, 0.19])
    np.testing.assert_allclose(small.value_added, [156, 151])
    np.testing.assert_allclose(small.tariff_revenue, [0, 5])
    np.testing.assert_allclose(small.transfer, [0, 0], atol=1e-12)


def test_border_is_the_share_at_unchanged_costs(small, shocks):
    """Eq. 2, k-hat = d-hat mu' tau' / tau: here 1.1 x 1.2 x 1.5 / 1.25, and a ban lets half through."""
    shock = shocks.cell(small, 0, 1, FOOD, passing=0.5, cost=1.1, wedge=1.2, tariff=1.5)
    edge = border(small, shock)
    assert (edge.origin, edge.destination, edge.sector) == (0, 1, FOOD)
    assert edge.net == pytest.approx(1.8)
    assert edge.weight == pytest.approx(25 / 95 * 0.5 * (1.1 * 1.2 * 1.5 / 1.25) ** -2)


def test_border_of_an_embargo_is_exactly_zero(small, shocks):
    edge = border(small, shocks.cell(small, 0, 1, FOOD, passing=0.0))
    assert edge.weight == 0.0


def test_trade_shares_follow_relative_cost(small):
    """Eq. 3 without a shock: pi (c / P)^(-theta)."""
    cost = np.array([[1.2, 1.0], [0.9, 1.1]])
    price = np.array([[1.1, 1.0], [1.3, 1.0]])
    share = new_trade_share(small, no_change(small), cost, price)
    for o in range(2):
        for d in range(2):
            for s, theta in ((FOOD, 2.0), (TOOLS, 4.0)):
                expected = small.trade_share[o, d, s] * (cost[o, s] / price[d, s]) ** -theta
                assert share[o, d, s] == pytest.approx(expected)
    assert (
        new_trade_share(small, no_change(small), np.ones((2, 2)), np.ones((2, 2))) == small.trade_share
    ).all()


def test_trade_shares_stay_finite_where_the_powers_alone_would_not(random_world):
    world = random_world(4, n=3, j=2, theta=(400.0, 400.0))
    cost = np.full((3, 2), 20.0)
    share = new_trade_share(world, no_change(world), cost, cost)
    np.testing.assert_allclose(share, world.trade_share, rtol=1e-12)


def test_flows_are_net_of_tariffs_and_wedges(small, shocks):
    """Eq. 4: b' = pi' X' / (mu' tau')."""
    assert (
        new_flow(small, no_change(small), small.trade_share, small.expenditure) == small.basic_flow()
    ).all()
    shock = shocks.cell(small, 0, 1, FOOD, wedge=0.8, tariff=1.5)
    flow = new_flow(small, shock, small.trade_share, 2 * small.expenditure)
    expected = 2 * small.basic_flow()
    expected[0, 1, FOOD] = 2 * 25 / (0.8 * 1.5)
    np.testing.assert_allclose(flow, expected)


def test_revenue_and_rents_are_what_the_border_takes(small, shocks):
    """Eq. 6: of b' = 20, the destination takes (tau' - 1) mu' b', the named side (mu' - 1) b'."""
    flow = small.basic_flow()
    np.testing.assert_allclose(tariff_revenue(small, no_change(small), flow), [0, 5])
    for to_buyer, side in ((False, 0), (True, 1)):
        shock = shocks.cell(small, 0, 1, FOOD, wedge=1.3, tariff=1.5, rent_to_buyer=to_buyer)
        np.testing.assert_allclose(tariff_revenue(small, shock, flow), [0, 0.5 * 1.3 * 20])
        expected = np.zeros(2)
        expected[side] = 0.3 * 20
        np.testing.assert_allclose(rents(small, shock, flow), expected)
    subsidy = shocks.cell(small, 1, 0, TOOLS, wedge=0.9)
    np.testing.assert_allclose(rents(small, subsidy, flow), [0, -2])


def test_parts_are_what_trade_still_links(small, shocks):
    assert (parts(small, no_change(small)) == 0).all()
    assert set(parts(small, shocks.cell(small, 0, 1, FOOD, passing=0.0))) == {
        0
    }  # tools still go the other way
    assert set(parts(small, shocks.autarky(small))) == {0, 1}
    assert set(parts(small, shocks.cell(small, 0, 1, FOOD, passing=1e-300))) == {0}


def test_parts_follow_chains_of_trade(random_world, shocks):
    world = random_world(2, n=6, j=2, missing=1.0)  # nothing but the ring
    assert set(parts(world, no_change(world))) == {0}
    one = shocks.cell(world, 5, 0, 0, passing=0.0)  # a ring with one link cut is a chain
    assert set(parts(world, one)) == {0}
    two = shocks.of(world, shocks.mask(world, 5, 0) | shocks.mask(world, 2, 3), passing=0.0)
    part = parts(world, two)
    assert part[0] == part[1] == part[2]
    assert part[3] == part[4] == part[5]
    assert part[0] != part[3]


def test_transfers_under_each_closure(random_world, shocks):
    world = random_world(8, n=3, j=2)
    wage, together = np.array([1.2, 0.9, 1.0]), np.zeros(3, np.int64)
    earned = wage * world.value_added
    nothing = no_change(world)
    fixed = transfers(world, nothing, long_run, wage, together)
    np.testing.assert_allclose(fixed, world.transfer * earned.sum() / world.value_added.sum(), atol=1e-9)
    share = transfers(world, nothing, replace(long_run, closure="share"), wage, together)
    plain = world.transfer * wage
    np.testing.assert_allclose(share, plain - plain.sum() * earned / earned.sum(), atol=1e-9)
    assert (transfers(world, nothing, replace(long_run, closure="zero"), wage, together) == 0).all()
    for closure in ("fixed", "share", "zero"):
        for part in ([0, 0, 0], [0, 0, 1], [0, 1, 2]):
            shock = shocks.of(world, transfer=np.array([-7.0, 4.0, 3.0]))
            paid = transfers(world, shock, replace(long_run, closure=closure), wage, np.array(part))
            assert np.abs(np.bincount(part, paid)).max() < 1e-9 * earned.sum()


# --- all equations at once ------------------------------------------------------------------------------------


def test_the_base_year_satisfies_every_equation(small, at_rest):
    found = residuals(small, no_change(small), long_run, at_rest)
    assert max(found.values()) < 1e-14


EQUATIONS = {
    "1": "1 unit cost",
    "2": "2 price index",
    "4": "4 output",
    "5": "5 spending",
    "6": "6 income",
    "7": "7 labour",
    "8": "8 numeraire",
}
# A wrong cell of this array is seen by these equations and by no other.
SEEN_BY = {
    "wage": "1678",
    "price": "1246",
    "unit_cost": "1246",
    "expenditure": "456",
    "output": "457",
    "income": "56",
}


@pytest.mark.parametrize("size", [1e-6, -1e-3, 0.5])
@pytest.mark.parametrize("array", SEEN_BY)
def test_a_wrong_number_is_seen_by_the_equations_that_hold_it(array, size, solved):
    world, shock, eq = solved
    before = residuals(world, shock, long_run, eq)
    values = getattr(eq, array).copy()
    cell = np.unravel_index(
        np.argmax(values * (world.value_added[:, None] if values.ndim == 2 else 1)), values.shape
    )
    values[cell] *= 1 + size
    after = residuals(world, shock, long_run, replace(eq, **{array: values}))
    for number, name in EQUATIONS.items():
        if number in SEEN_BY[array]:
            assert after[name] > 1e-3 * abs(size), name
        else:
            assert after[name] == pytest.approx(before[name], abs=1e-12), name


@pytest.mark.parametrize("array", ["wage", "price", "unit_cost", "expenditure", "output", "income"])
def test_a_wrong_number_in_any_cell_is_seen(array, solved):
    world, shock, eq = solved
    for cell in np.ndindex(getattr(eq, array).shape):
        if array in {"price", "expenditure"} and world.expenditure[cell] == 0:
            continue
        values = getattr(eq, array).copy()
        values[cell] = values[cell] * 1.01 + 1e-6
        found = residuals(world, shock, long_run, replace(eq, **{array: values}))
        assert max(found.values()) > 1e-5


@pytest.mark.parametrize(
    ("changes", "equation"),
    [
        ({"productivity": 1.01}, "1"),
        ({"passing": 0.9}, "2"),
        ({"trade_cost": 1.01}, "2"),
        ({"tariff": 1.01}, "4"),
        ({"tariff": 1.01}, "6"),
        ({"wedge": 1.01}, "6"),
        ({"rent_to_buyer": None}, "6"),
        ({"transfer": None}, "6"),
    ],
)
def test_an_equilibrium_of_another_shock_is_seen(changes, equation, solved):
    world, shock, eq = solved
    ((name, factor),) = changes.items()
    old = getattr(shock, name)
    if name == "rent_to_buyer":
        new = ~old
    elif name == "transfer":
        new = old + 0.01 * world.income.min() * np.array([1.0, -1.0, *[0.0] * (old.size - 2)])
    else:
        new = old * factor
    found = residuals(world, replace(shock, **{name: new}), long_run, eq)
    assert found[EQUATIONS[equation]] > 1e-5


def test_an_equilibrium_of_another_closure_is_seen(solved):
    world, shock, eq = solved
    found = residuals(world, shock, replace(long_run, closure="zero"), eq)
    assert found["6 income"] > 1e-4


def test_not_a_number_is_never_a_small_residual(solved):
    """A NaN anywhere must not pass for an equilibrium: every comparison with the tolerance must fail."""
    world, shock, eq = solved
    for array in SEEN_BY:
        values = getattr(eq, array).copy()
        values.flat[0] = np.nan
        with np.errstate(invalid="ignore"):
            found = residuals(world, shock, long_run, replace(eq, **{array: values}))
        assert not max(found.values()) < 1e-9 or any(np.isnan(value) for value in found.values()), array
        assert not all(value < 1e-9 for value in found.values()), array
