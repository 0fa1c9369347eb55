"""The solver's two ways to an answer agree: accelerated iteration, and nested Newton where that fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail import seam
from countervail.errors import SolveError
from countervail.model.parameters import CLOSURES, Model
from countervail.solver import equilibria


@pytest.fixture(scope="module")
def safely():
    """A function that solves by the safe path alone: the fast one is stopped after its first sweep."""

    def solve(world, shock, model):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(seam, "MOST_SWEEPS", 1)
            return next(equilibria(world, [shock], model))

    return solve


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31), bans=st.booleans())
def test_both_paths_find_the_same_equilibrium(closure, data, seed, bans, recipes, shocks, safely):
    world = data.draw(recipes()).world()
    shock = shocks.mixed(world, seed, bans=bans)
    model = Model("here", closure=closure)
    fast = next(equilibria(world, [shock], model))  # also re-solves the base of closure `zero`, once for both
    slow = safely(world, shock, model)
    if isinstance(fast, SolveError):  # a transfer too large for the trade that a ban leaves
        assert slow.code == fast.code
        assert slow.certificate.economy == fast.certificate.economy
        return
    assert slow.method == "safe"
    for name in ("wage", "price", "unit_cost", "expenditure", "output", "income"):
        np.testing.assert_allclose(getattr(slow, name), getattr(fast, name), rtol=1e-9, err_msg=name)
    for name in ("tariff_revenue", "rent", "transfer"):
        money = 1e-9 * fast.income.max()
        np.testing.assert_allclose(getattr(slow, name), getattr(fast, name), rtol=0, atol=money, err_msg=name)
    assert slow.notes == fast.notes


def test_no_change_needs_no_second_path(random_world, shocks, safely):
    world = random_world(1)
    assert safely(world, shocks.of(world), Model("here")).method == "accelerated"
