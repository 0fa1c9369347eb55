"""A second implementation gives the same answers: benchmarks/baselines.py, damped wages with an inner price loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.policy.shock import no_change
from countervail.solver import equilibrium
from countervail.world.labels import blocs

# The textbook stops at an excess demand of 1e-10; where little is traded that leaves wages uncertain by this much.
CLOSE = 1e-8


def assert_same(textbook, eq):
    """Wages, prices, costs, spending, output and income."""
    for name in ("wage", "price", "unit_cost", "expenditure", "output", "income"):
        np.testing.assert_allclose(getattr(textbook, name), getattr(eq, name), rtol=CLOSE, err_msg=name)


@pytest.fixture(scope="module")
def embargo_of_russia(icio2021, shocks):
    """All trade of the sanctions coalition with Russia ends, both ways."""
    members = [icio2021.index(code) for code in blocs()["sanctions_coalition"] if code in icio2021.countries]
    cells = shocks.between(icio2021, members, icio2021.index("RUS"))
    return shocks.of(icio2021, cells, passing=0.0)


def test_full_embargo_of_russia_by_the_sanctions_coalition(icio2021, embargo_of_russia, baselines):
    found = baselines.textbook(icio2021, embargo_of_russia)
    assert found.residual < 1e-10
    assert found.iterations > 10
    assert found.inner > found.iterations
    assert_same(found, equilibrium(icio2021, embargo_of_russia))


def test_tariffs_of_25_percent_between_the_usa_and_china(icio2021, shocks, baselines):
    cells = shocks.between(icio2021, icio2021.index("USA"), icio2021.index("CHN")) & icio2021.goods
    shock = shocks.tariffs(icio2021, cells, 0.25)
    assert_same(baselines.textbook(icio2021, shock), equilibrium(icio2021, shock))


@given(data=st.data(), seed=st.integers(0, 2**31))
def test_random_worlds(data, seed, recipes, shocks, baselines, solved):
    """Every kind of change at once, bans included; elasticities that a fixed damping can take."""
    world = data.draw(recipes(theta=(1.0, 6.0), missing=0.2, open_to_trade=0.2)).world()
    shock = shocks.mixed(world, seed, bans=True)
    found = solved(world, shock)
    assert_same(baselines.textbook(world, shock, damping=0.15, tolerance=1e-11), found)


def test_no_change_is_the_first_iterate(icio2021, baselines):
    found = baselines.textbook(icio2021, no_change(icio2021))
    assert found.iterations == 1
    np.testing.assert_allclose(found.wage, 1.0, rtol=1e-12)


def test_too_much_damping_taken_off_is_an_error_not_an_answer(icio2021, embargo_of_russia, baselines):
    with pytest.raises(ArithmeticError, match="no equilibrium"):
        baselines.textbook(icio2021, embargo_of_russia, damping=2.0, most=8)
