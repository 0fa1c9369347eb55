"""Near no change the model is linear: Hulten's theorem, first-order welfare, and the whole linearised system."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.model.equations import new_flow, new_trade_share
from countervail.model.parameters import CLOSURES, long_run
from countervail.model.welfare import first_order, welfare
from countervail.solver import equilibrium

STEP = 1e-2


KINDS = ("cost", "tariff", "wedge", "productivity", "transfer")


def direction(world, shocks, seed, kinds=KINDS):
    """A function of a size that gives the shock of that size in a random direction, of every kind at once."""
    rng = np.random.default_rng(seed)
    shape = world.trade_share.shape
    foreign = shocks.foreign(world)
    cost, tariff, wedge = (rng.uniform(-1, 1, shape) * (kind in kinds) for kind in KINDS[:3])
    to_buyer = rng.random(shape) < 0.5
    z = rng.uniform(-1, 1, world.output.shape) * ("productivity" in kinds)
    flows = rng.uniform(-0.1, 0.1, world.n_countries) * world.value_added.min() * ("transfer" in kinds)
    flows -= flows.mean()

    def of_size(h):
        return shocks.of(
            world,
            foreign,
            cost=np.exp(h * cost),
            tariff=world.tariff * np.exp(h * tariff),
            wedge=np.exp(h * wedge),
            rent_to_buyer=to_buyer,
            productivity=np.exp(h * z),
            transfer=h * flows,
        )

    changes = {"cost": cost * foreign, "tariff": tariff * foreign, "wedge": wedge * foreign}
    return of_size, changes | {"to_buyer": to_buyer, "z": z, "flows": flows}


def derivative(values, step=STEP):
    """Of a function of the shock's size at zero: central differences at two steps, extrapolated (error step^4)."""
    one = (values(step) - values(-step)) / (2 * step)
    two = (values(step / 2) - values(-step / 2)) / step
    return (4 * two - one) / 3


def linearised(world, changes, closure):
    """d ln w, d ln P, d ln X at no change from Eq. 1-8, linearised by hand: one dense system, no iteration.

    Unknowns: ln w [n], ln P [n j], X [n j] relative to its base. Wages are pinned by world value added.
    """
    n, j = world.output.shape
    pi, tau, theta = world.trade_share, world.tariff, world.trade_elasticity
    gamma, beta, alpha = world.input_share, world.value_added_share, world.final_share
    flow, earned = world.basic_flow(), world.value_added
    size = n + 2 * n * j
    w = np.eye(size)[:n]
    p = np.eye(size)[n : n + n * j].reshape(n, j, size)
    x = np.eye(size)[n + n * j :].reshape(n, j, size)
    # each quantity is a row of coefficients on the unknowns, and a constant: what the shock itself does
    cost = beta[:, :, None] * w[:, None, :] + np.einsum("dst,dsk->dtk", gamma, p)
    cost_0 = -changes["z"]
    barrier = changes["cost"] + changes["tariff"] + changes["wedge"]  # d ln k-hat
    net = changes["tariff"] + changes["wedge"]
    price_gap = np.einsum("ods,osk->dsk", pi, cost) - p
    price_gap_0 = np.einsum("ods,ods->ds", pi, barrier + cost_0[:, None, :])
    share = -theta[:, None] * (cost[:, None] - p[None])  # d ln pi'
    share_0 = -theta * (barrier + cost_0[:, None, :])
    sold = flow[..., None] * (share + x[None])  # d b'
    sold_0 = flow * (share_0 - net)
    output, output_0 = sold.sum(axis=1), sold_0.sum(axis=1)
    revenue = ((tau - 1)[..., None] * sold).sum(axis=(0, 2))
    # (tau' - 1) mu' b': the rate moves by tau d ln tau', and mu' lifts what it falls on
    revenue_0 = ((tau - 1) * (sold_0 + flow * changes["wedge"]) + tau * flow * changes["tariff"]).sum(
        axis=(0, 2)
    )
    rents = flow * changes["wedge"]
    rent_0 = np.where(changes["to_buyer"], rents, 0).sum(axis=(0, 2))
    rent_0 += np.where(changes["to_buyer"], 0, rents).sum(axis=(1, 2))
    pay = earned[:, None] * w
    if closure == "fixed":
        transfer = world.transfer[:, None] * pay.sum(axis=0) / earned.sum()
    else:  # share: D VA'/VA, less VA'/sum VA' times its world sum, which is zero in the base
        transfer = world.transfer[:, None] * w - earned[:, None] * (world.transfer @ w) / earned.sum()
    income, income_0 = pay + revenue + transfer, revenue_0 + rent_0 + changes["flows"]
    spent = alpha[:, :, None] * income[:, None, :] + np.einsum("dst,dtk->dsk", gamma, output)
    spent_0 = alpha * income_0[:, None] + np.einsum("dst,dt->ds", gamma, output_0)
    level = world.expenditure[:, :, None]
    labour = np.einsum("dt,dtk->dk", beta, output) - pay
    labour_0 = np.einsum("dt,dt->d", beta, output_0)
    # one labour market is redundant (Walras): the numeraire stands in its place
    labour[0], labour_0[0] = earned @ w, 0.0
    unused = world.expenditure == 0
    price_gap[unused], price_gap_0[unused] = p[unused], 0.0
    spending_gap, spending_gap_0 = spent - level * x, spent_0.copy()
    spending_gap[unused], spending_gap_0[unused] = x[unused], 0.0
    rows = np.concatenate([labour, price_gap.reshape(-1, size), spending_gap.reshape(-1, size)])
    constant = np.concatenate([labour_0, price_gap_0.ravel(), spending_gap_0.ravel()])
    answer = np.linalg.solve(rows, -constant)
    return answer[:n], answer[n : n + n * j].reshape(n, j), answer[n + n * j :].reshape(n, j)


# Elasticities up to 5: with larger ones the differences, not the model, lose their digits.
SMOOTH = {"theta": (0.5, 5.0)}


@pytest.mark.parametrize("closure", ["fixed", "share"])
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_small_responses_are_those_of_the_linearised_system(closure, data, seed, recipes, shocks):
    world = data.draw(recipes(**SMOOTH)).world()
    of_size, changes = direction(world, shocks, seed)
    model = replace(long_run, closure=closure)
    bought = np.where(world.expenditure > 0, world.expenditure, 1.0)

    def logs(h):
        eq = equilibrium(world, of_size(h), model)
        return np.concatenate([np.log(eq.wage), np.log(eq.price).ravel(), (eq.expenditure / bought).ravel()])

    found = derivative(logs)
    wage, price, spending = linearised(world, changes, closure)
    expected = np.concatenate([wage, price.ravel(), spending.ravel()])
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * scale)


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_hulten(closure, data, seed, recipes, shocks):
    """sum I d ln W = sum Y d ln z - sum E d ln d + sum (tau - 1) b d ln Q, whatever the closure."""
    world = data.draw(recipes(**SMOOTH)).world()
    model = replace(long_run, closure=closure)
    base = equilibrium(world, shocks.of(world), model).base
    of_size, changes = direction(base, shocks, seed)

    def welfare_and_volume(h):
        shock = of_size(h)
        eq = equilibrium(world, shock, model)
        share = new_trade_share(base, shock, eq.unit_cost, eq.price)
        shipped = new_flow(base, shock, share, eq.expenditure) / eq.unit_cost[:, None, :]  # Q' = b' / c-hat
        return np.array([base.income @ (1 + welfare(eq) / 100), ((base.tariff - 1) * shipped).sum()])

    gain, volume = derivative(welfare_and_volume)
    spent = base.trade_share * base.expenditure
    direct = (base.output * changes["z"]).sum() - (spent * changes["cost"]).sum()
    scale = (base.output * np.abs(changes["z"])).sum() + (spent * np.abs(changes["cost"])).sum()
    assert abs(gain - direct - volume) < 1e-6 * scale


@given(data=st.data(), seed=st.integers(0, 2**31))
def test_without_tariffs_the_world_loses_the_flows_that_are_hit(data, seed, recipes, shocks):
    world = data.draw(recipes(tariffs=0.0, **SMOOTH)).world()
    rng = np.random.default_rng(seed)
    hit = shocks.foreign(world) & (rng.random(world.tariff.shape) < 0.3)

    def total(h):
        eq = equilibrium(world, shocks.of(world, hit, cost=1 + h))
        return world.income @ welfare(eq) / 100

    flows = (world.basic_flow() * hit).sum()
    assert abs(derivative(total) + flows) < 1e-6 * world.income.sum()


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_first_order_welfare_is_the_derivative_of_welfare(kind, closure, data, seed, recipes, shocks):
    """Terms of trade, volume, efficiency, rents and transfers add up to the exact measure where changes are small."""
    world = data.draw(recipes(**SMOOTH)).world()
    model = replace(long_run, closure=closure)
    base = equilibrium(world, shocks.of(world), model).base
    of_size, _ = direction(base, shocks, seed, kinds=[kind])

    def both(h):
        shock = of_size(h)
        eq = equilibrium(world, shock, model)
        parts = first_order(eq, shock)
        named = sum(part for name, part in parts.items() if name != "total")
        np.testing.assert_allclose(named, parts["total"], rtol=0, atol=1e-12)
        return np.stack([welfare(eq), parts["total"]])

    exact, parts = derivative(both)
    np.testing.assert_allclose(parts, exact, rtol=1e-6, atol=1e-6 * max(np.abs(exact).max(), 1.0))


def test_hulten_in_the_embedded_world(icio2021, shocks):
    """A friction on all trade of Russia with the coalition's largest members costs the flows it hits, and tariffs."""
    world = icio2021
    some = [world.index(c) for c in ("USA", "DEU", "FRA", "ITA", "GBR", "JPN", "POL", "NLD")]
    hit = shocks.between(world, some, world.index("RUS"))

    def welfare_and_volume(h):
        shock = shocks.of(world, hit, cost=1 + h)
        eq = equilibrium(world, shock)
        share = new_trade_share(world, shock, eq.unit_cost, eq.price)
        shipped = new_flow(world, shock, share, eq.expenditure) / eq.unit_cost[:, None, :]
        return np.array([world.income @ welfare(eq) / 100, ((world.tariff - 1) * shipped).sum()])

    gain, volume = derivative(welfare_and_volume)
    flows = (world.trade_share * world.expenditure * hit).sum()
    assert abs(gain - volume + flows) < 1e-4 * flows
