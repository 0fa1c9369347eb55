"""Caps, quotas, contracts, transfers and duties that are solved for: against root searches, and on random networks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, root

from countervail.errors import SolveError
from countervail.general import apart
from countervail.model.conditions import condition_residuals, slack, with_wedges
from countervail.model.equations import new_flow, new_trade_share, rents, tariff_revenue
from countervail.model.parameters import long_run, medium_run, short_run
from countervail.model.welfare import welfare
from countervail.policy.limits import Limit
from countervail.solver import equilibria, equilibrium

MODELS = {"long run": long_run, "short run": short_run, "medium run": medium_run}
ORDINARY = {"missing": 0.0, "open_to_trade": 0.3, "theta": (1.0, 6.0)}
SAME = 1e-9


def quantity(world, kind, cells, share, rent_to=None, name=""):
    """A quota or contract on cells (o, d, s) at a share of their base trade; its rent is the buyers', or as said."""
    n, j = world.output.shape
    ordered = sorted(cells, key=lambda c: (c[0] * n + c[1]) * j + c[2])
    flat = np.array([(o * n + d) * j + s for o, d, s in ordered])
    to = [o if kind == "contract" else d for o, d, _ in ordered] if rent_to is None else rent_to
    volume = share * world.basic_flow().ravel()[flat].sum()
    return Limit(kind, name or kind, flat, np.ones(flat.size), volume, np.array(to))


def cap(world, seller, good, buyers, price, rent_to=None):
    """A price cap of a seller's good, applied by some buyers."""
    one = quantity(world, "quota", [(seller, d, good) for d in buyers], 1.0, rent_to)
    return replace(one, kind="cap", measure="cap", bound=price, watched=seller * world.n_sectors + good)


def limited(shocks, world, limits, around=None):
    """A shock with limits; cells of the limits are among its own, and capped sectors have a specific factor."""
    plain = shocks.of(world) if around is None else around
    cells = np.unique(np.concatenate([plain.cells, *(limit.cells for limit in limits)])).astype(np.int64)
    old = np.searchsorted(cells, plain.cells)

    def spread(values, rest):
        out = np.array(np.broadcast_to(rest, cells.shape), dtype=values.dtype)
        out[old] = values
        return out

    specific = np.zeros(world.output.size, dtype=bool)
    specific[[limit.watched for limit in limits if limit.kind == "cap"]] = True
    return replace(
        plain,
        cells=cells,
        passing=spread(plain.passing, 1.0),
        trade_cost=spread(plain.trade_cost, 1.0),
        tariff=spread(plain.tariff, world.tariff.ravel()[cells]),
        wedge=spread(plain.wedge, 1.0),
        rent_to_buyer=spread(plain.rent_to_buyer, False),
        conditions=tuple(limits),
        specific=specific.reshape(world.output.shape) if specific.any() else None,
    )


def searched(world, shock, model, start):
    """ln mu' of all limits by a root search around ordinary solves."""

    def gaps(log):
        eq = equilibrium(world, with_wedges(shock, log), model)
        return slack(eq.base, shock, log, eq)

    found = root(gaps, start, tol=1e-11, method="hybr")
    assert np.abs(found.fun).max() < 1e-8
    return found.x


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", [1, 2])
def test_one_limit_is_what_a_root_search_finds(name, seed, random_world, shocks):
    world = random_world(seed, n=3, j=2, **ORDINARY)
    limits = [
        quantity(world, "quota", [(0, 1, 0)], 0.5),
        quantity(world, "quota", [(0, 1, 1), (0, 2, 1), (1, 2, 1)], 0.7, rent_to=[2, 0, 1]),
        quantity(world, "contract", [(2, 1, 0)], 1.5),
        quantity(world, "contract", [(2, 1, 1), (2, 0, 1)], 1.2, rent_to=[1, 1]),
        cap(world, 1, 0, [0, 2], 0.93),
    ]
    for limit in limits:
        shock = limited(shocks, world, [limit], shocks.mixed(world, seed, 0.3))
        eq = equilibrium(world, shock, MODELS[name])

        def gap(x, shock=shock):
            answer = equilibrium(world, with_wedges(shock, [x]), MODELS[name])
            return slack(answer.base, shock, [x], answer)[0]

        far = 0.0
        while gap(far) < 0:
            far += 0.2 * limit.sign
        expected = brentq(gap, far - 0.2 * limit.sign, far, xtol=1e-13, rtol=1e-14) if far else 0.0
        assert eq.wedges[0] == pytest.approx(expected, abs=1e-8)
        assert abs(min(slack(eq.base, shock, eq.wedges, eq)[0], abs(eq.wedges[0]))) < SAME
        assert eq.residual < SAME


@pytest.mark.parametrize("name", MODELS)
def test_a_network_is_what_a_root_search_finds(name, random_world, shocks):
    """A pipeline, a ship and a contract on one good, a cap on another, two of them on one cell."""
    world = random_world(5, n=4, j=3, **ORDINARY)
    limits = [
        quantity(world, "quota", [(0, 1, 0)], 0.6),
        quantity(world, "quota", [(0, 1, 0), (0, 2, 0)], 0.55, rent_to=[0, 3]),
        quantity(world, "contract", [(3, 1, 0)], 1.4),
        cap(world, 2, 1, [0, 1, 3], 0.95),
    ]
    shock = limited(shocks, world, limits)
    eq = equilibrium(world, shock, MODELS[name])
    binding = np.abs(eq.wedges) > 1e-6
    assert binding.sum() >= 3
    kept = replace(
        shock, conditions=tuple(limit for limit, here in zip(limits, binding, strict=True) if here)
    )
    found = searched(world, kept, MODELS[name], 0.8 * eq.wedges[binding])
    np.testing.assert_allclose(eq.wedges[binding], found, rtol=0, atol=1e-8)


@settings(max_examples=30)
@given(data=st.data(), seed=st.integers(0, 2**31), name=st.sampled_from(sorted(MODELS)))
def test_complementarity_on_random_networks(data, seed, name, recipes, shocks):
    """Several limits on any cells: one of slack and wedge is zero, the other has its sign; or there is a reason."""
    world = data.draw(recipes(n=data.draw(st.integers(2, 6)), open_to_trade=0.3)).world()
    rng = np.random.default_rng(seed)
    away = (world.trade_share > 0.0) & shocks.foreign(world)
    cells = [tuple(int(i) for i in cell) for cell in np.argwhere(away)]
    limits = []
    for k in range(int(rng.integers(1, 6))):
        some = [
            cells[i] for i in rng.choice(len(cells), min(len(cells), int(rng.integers(1, 4))), replace=False)
        ]
        kind = "quota" if rng.random() < 0.7 else "contract"
        share = rng.uniform(0.2, 1.3) if kind == "quota" else rng.uniform(0.7, 1.3)
        to = rng.integers(0, world.n_countries, len(some))
        limits.append(quantity(world, kind, some, share, rent_to=to, name=f"limit {k}"))
    shock = limited(shocks, world, limits, shocks.mixed(world, seed, 0.3))
    eq = next(equilibria(world, [shock], MODELS[name]))
    if isinstance(eq, SolveError):
        assert eq.code in ("CV301", "CV303", "CV306", "CV322")
        return
    assert eq.residual < SAME
    assert condition_residuals(eq.base, shock, eq.wedges, eq).max() < SAME
    flow = new_flow(
        eq.base, eq.shock, new_trade_share(eq.base, eq.shock, eq.unit_cost, eq.price), eq.expenditure
    )
    scale = SAME * eq.base.income.max()
    np.testing.assert_allclose(eq.rent, rents(eq.base, eq.shock, flow), rtol=SAME, atol=scale)
    np.testing.assert_allclose(
        eq.tariff_revenue, tariff_revenue(eq.base, eq.shock, flow), rtol=SAME, atol=scale
    )
    again = equilibrium(world, with_wedges(shock, eq.wedges), MODELS[name])
    np.testing.assert_allclose(again.income, eq.income, rtol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_limits_without_bite_leave_no_trace(name, random_world, shocks):
    world = random_world(7, n=3, j=3, **ORDINARY)
    limits = [
        quantity(world, "quota", [(0, 1, 0)], 1.5),
        quantity(world, "contract", [(2, 1, 1)], 0.5),
        cap(world, 1, 2, [0, 2], 1.4),
    ]
    around = shocks.mixed(world, 7, 0.1)
    shock = limited(shocks, world, limits, around)
    eq = equilibrium(world, shock, MODELS[name])
    plain = equilibrium(world, replace(shock, conditions=()), MODELS[name])
    np.testing.assert_array_equal(eq.wedges, 0.0)
    np.testing.assert_allclose(eq.income, plain.income, rtol=1e-10)
    np.testing.assert_allclose(eq.price, plain.price, rtol=1e-10)


def test_a_cap_beyond_reach_says_how_far_prices_can_fall(random_world, shocks):
    world = random_world(3, n=3, j=2, **ORDINARY)
    limit = cap(world, 0, 0, [1], 0.2)
    shock = limited(shocks, world, [limit])
    ended = replace(shock, passing=np.zeros(1), conditions=())
    least = equilibrium(world, ended).unit_cost[0, 0]
    with pytest.raises(SolveError, match="CV320") as caught:
        equilibrium(world, shock)
    assert f"{100 * least:.4g} %" in caught.value.found
    # and just within reach it is met
    near = replace(shock, conditions=(replace(limit, bound=least + 1e-3),))
    eq = equilibrium(world, near)
    assert eq.unit_cost[0, 0] == pytest.approx(least + 1e-3, rel=SAME)


def test_a_limit_of_nothing_is_refused(random_world, shocks):
    world = random_world(3, n=3, j=2, **ORDINARY)
    answer = apart(world, [limited(shocks, world, [quantity(world, "quota", [(0, 1, 0)], 0.0)])], long_run)[0]
    assert answer.code == "CV321"


def test_a_contract_beyond_means_is_refused(random_world, shocks):
    """Nobody can ship a hundred times what an economy makes."""
    world = random_world(3, n=2, j=2, **ORDINARY)
    limit = quantity(world, "contract", [(0, 1, 0)], 1.0)
    limit = replace(limit, bound=100.0 * world.output[0].sum())
    answer = apart(world, [limited(shocks, world, [limit])], short_run)[0]
    assert answer.code == "CV322"
    assert "contract" in answer.found


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=8)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_equal_burdens(name, data, seed, recipes, shocks):
    """Eq. 13: members' welfare is equal to 1e-9, transfers sum to zero, and no others are paid."""
    world = data.draw(recipes(**ORDINARY, gaps=False, n=5)).world()
    members = np.array([0, 2, 3])
    shock = replace(
        shocks.mixed(world, seed, 0.5), conditions=(Limit("equal_welfare", "burden", members=members),)
    )
    eq = equilibrium(world, shock, MODELS[name])
    paid = eq.shock.transfer - shock.transfer
    mine = welfare(eq)[members]
    assert np.ptp(mine) < 100 * SAME
    assert abs(paid.sum()) < 1e-9 * world.income.sum()
    np.testing.assert_array_equal(paid[[1, 4]], 0.0)
    # whoever is first among them
    other = replace(shock, conditions=(replace(shock.conditions[0], members=members[::-1].copy()),))
    np.testing.assert_allclose(welfare(equilibrium(world, other, MODELS[name])), welfare(eq), atol=1e-7)


def test_equal_burdens_of_two_are_what_a_root_search_finds(random_world, shocks):
    world = random_world(9, n=3, j=2, **ORDINARY)
    plain = shocks.mixed(world, 9, 0.5)

    def gap(x):
        eq = equilibrium(world, replace(plain, transfer=plain.transfer + np.array([-x, x, 0.0])), short_run)
        return np.subtract(*welfare(eq)[:2])

    scale = 0.3 * world.income[:2].min()
    expected = brentq(gap, -scale, scale, xtol=1e-9)
    shock = replace(plain, conditions=(Limit("equal_welfare", "burden", members=np.array([0, 1])),))
    eq = equilibrium(world, shock, short_run)
    assert (eq.shock.transfer - plain.transfer)[1] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("floor", [0.9, 0.99, 1.0])
def test_no_member_below_the_floor(floor, random_world, shocks):
    """Who would be below it gets what brings it there, who is above gets nothing."""
    world = random_world(1, n=4, j=2, **ORDINARY)
    plain = shocks.mixed(world, 1, 0.4)
    before = 1 + welfare(equilibrium(world, plain)) / 100
    members = np.arange(3)
    floors = tuple(
        Limit(
            "welfare_floor",
            "floor",
            members=np.roll(members, -m),
            weights=np.array([0.0, 1.0, 1.0]),
            bound=floor if m == int(before[:3].argmin()) else 0.5,
        )
        for m in range(3)
    )
    shock = replace(plain, conditions=floors)
    eq = equilibrium(world, shock)
    after, paid = 1 + welfare(eq) / 100, eq.shock.transfer - plain.transfer
    poorest = int(before[:3].argmin())
    if before[poorest] >= floor:
        np.testing.assert_allclose(paid, 0.0, atol=1e-8)
    else:
        assert after[poorest] == pytest.approx(floor, rel=SAME)
        assert paid[poorest] > 0


@pytest.mark.parametrize("name", MODELS)
def test_a_countervailing_duty_restores_what_a_subsidy_took(name, random_world, shocks):
    """The home price, or the injured sector's real output, is back at the value it had without the subsidy."""
    world = random_world(12, n=3, j=2, **ORDINARY)
    subsidy = shocks.cell(world, 0, 1, 0, wedge=0.8)
    injured = equilibrium(world, subsidy, MODELS[name])
    before = {"restore_price": injured.price[1, 0]}
    before["restore_output"] = injured.output[1, 0] / injured.unit_cost[1, 0] / world.output[1, 0]
    assert before["restore_price"] < 1
    watched = 1 * world.n_sectors
    for kind in ("restore_price", "restore_output"):
        duty = replace(quantity(world, "quota", [(0, 1, 0)], 1.0), kind=kind, bound=1.0, watched=watched)
        eq = equilibrium(world, limited(shocks, world, [duty], subsidy), MODELS[name])
        assert (eq.wedges[0] > 0) == (before[kind] < 1)
        if before[kind] >= 1:
            continue
        if kind == "restore_price":
            assert eq.price[1, 0] == pytest.approx(1.0, rel=SAME)
        else:
            assert eq.output[1, 0] / eq.unit_cost[1, 0] == pytest.approx(world.output[1, 0], rel=SAME)
