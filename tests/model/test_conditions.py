"""Limits on prices and quantities, against wedges found by a plain root search over ordinary solves (Eq. 12b, 12c)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from countervail.model.conditions import condition_residuals, shipped, slack, with_wedges
from countervail.model.equations import rents, residuals
from countervail.model.parameters import long_run
from countervail.policy.limits import Limit
from countervail.solver import equilibrium

RENT = {"buyer": True, "seller": False}


def limited(world, shocks, kind, cells, bound, rent="buyer", watched=-1, **more):
    """A shock with one limit on the cells of a mask, whose rent goes to one side of all of them."""
    shock = shocks.of(world, cells, rent_to_buyer=RENT[rent], **more)
    o, d, _ = np.unravel_index(shock.cells, world.trade_share.shape)
    limit = Limit(
        kind,
        "the limit",
        shock.cells.copy(),
        np.ones(shock.cells.size),
        bound,
        np.where(RENT[rent], d, o).astype(np.int64),
        watched,
    )
    return replace(shock, conditions=(limit,))


def plain(world, shock, log_wedge):
    """The equilibrium of a given wedge, by the ordinary solver: the wedge is a field of the shock."""
    given = replace(shock, conditions=(), wedge=shock.wedge * np.exp(log_wedge))
    return equilibrium(world, given, long_run)


def found(world, shock, low, high):
    """The wedge that meets the limit, and its equilibrium: by bisection over ordinary solves."""

    def gap(log_wedge: float) -> float:
        return float(slack(world, shock, [log_wedge], plain(world, shock, log_wedge))[0])

    root = 0.0 if gap(0.0) >= 0 else brentq(gap, low, high, xtol=1e-13)
    return root, plain(world, shock, root)


CASES = {
    "cap": ("cap", 0.99, "buyer", (0.0, 1.5)),
    "quota": ("quota", 0.7, "buyer", (0.0, 3.0)),
    "quota, rent to the seller": ("quota", 0.7, "seller", (0.0, 3.0)),
    "contract": ("contract", 1.3, "seller", (-0.4, 0.0)),
    "contract, paid by the buyer": ("contract", 1.3, "buyer", (-0.4, 0.0)),
    "slack quota": ("quota", 1.2, "buyer", (0.0, 3.0)),
    "slack contract": ("contract", 0.8, "seller", (-0.4, 0.0)),
    "slack cap": ("cap", 1.05, "buyer", (0.0, 1.5)),
}


WORLDS = ({"seed": 7, "n": 4, "j": 3}, {"seed": 3, "n": 2, "j": 2})


@pytest.mark.parametrize(
    ("case", "recipe"),
    # in the world of two no wedge lowers the seller's price, since all prices are in money of both
    [(case, recipe) for case in CASES for recipe in WORLDS if recipe["n"] > 2 or "cap" not in case],
)
def test_a_wedge_found_by_search_meets_the_limit(random_world, shocks, case, recipe):
    kind, share, rent, (low, high) = CASES[case]
    world = random_world(**recipe, missing=0.0, theta=(2.0, 5.0))
    cells = shocks.mask(world, 0, np.arange(1, world.n_countries), [0])
    sold = world.basic_flow()[cells].sum()
    bound = share * (1.0 if kind == "cap" else sold)
    shock = limited(world, shocks, kind, cells, bound, rent, watched=0 if kind == "cap" else -1)
    wedge, eq = found(world, shock, low, high)
    assert (wedge == 0) == case.startswith("slack")
    assert condition_residuals(world, shock, np.array([wedge]), eq).max() < 1e-9
    # the wedge as a claim on rents is the same equilibrium: every equation holds with it
    fixed = with_wedges(shock, [wedge])
    assert max(residuals(world, fixed, long_run, eq).values()) < 1e-9
    # away from the root the residual is not zero
    off = plain(world, shock, wedge + 0.1 * shock.conditions[0].sign)
    assert condition_residuals(world, shock, np.array([wedge + 0.1]), off).max() > 1e-4


def test_a_duty_restores_the_price_or_the_output_at_home(random_world, shocks):
    world = random_world(5, n=3, j=2, missing=0.0, theta=(2.0, 5.0))
    subsidy = shocks.mask(world, 1, 0, [0])
    for kind in ("restore_price", "restore_output"):
        shock = limited(world, shocks, kind, subsidy, 1.0, watched=0)
        cheap = replace(shock, wedge=shock.wedge * 0.8)
        hurt = equilibrium(world, replace(cheap, conditions=()))
        assert slack(world, cheap, [0.0], hurt)[0] < 0
        wedge, eq = found(world, cheap, 0.0, 2.0)
        assert 0 < wedge < 0.3
        assert condition_residuals(world, cheap, np.array([wedge]), eq).max() < 1e-9


def test_shipped_is_what_is_sold_at_the_prices_of_the_base_year(small, at_rest, shocks):
    cells = shocks.mask(small, 0, 1)
    shock = shocks.of(small, cells)
    assert shipped(small, shock, shock.cells, at_rest) == pytest.approx([20, 0])


def test_rents_are_shared_by_the_logarithm_of_the_wedges(small, shocks):
    shock = shocks.cell(small, 0, 1, 0, wedge=0.9)  # a subsidy of 10 %, which the origin pays
    both = [
        Limit(kind, kind, shock.cells.copy(), np.ones(1), 1.0, np.array([who]))
        for kind, who in (("quota", 1), ("contract", 0))
    ]
    shock = replace(shock, conditions=tuple(both))
    flow = small.basic_flow()
    for logs in ([0.4, -0.1], [0.3, 0.0], [0.0, 0.0], [-np.log(0.9), 0.0], [0.2, -0.2 - np.log(0.9)]):
        fixed = with_wedges(shock, logs)
        total = np.log(0.9) + sum(logs)
        each = np.expm1(total) / total if abs(total) > 1e-15 else 1.0
        assert fixed.wedge == pytest.approx([np.exp(total)])
        assert fixed.conditions == ()
        paid = rents(small, fixed, flow)
        assert paid == pytest.approx([20 * each * (np.log(0.9) + logs[1]), 20 * each * logs[0]], abs=1e-12)
        assert paid.sum() == pytest.approx(20 * np.expm1(total))


def test_conditions_on_transfers_have_no_wedge(small, at_rest, shocks):
    shock = shocks.of(small)
    equal = Limit("equal_welfare", "sharing", members=np.array([0, 1]))
    shock = replace(shock, conditions=(equal,))
    assert with_wedges(shock, [0.0]).claims is None
    assert np.isnan(slack(small, shock, [0.0], at_rest)).all()
