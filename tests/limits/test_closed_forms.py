"""Worlds simple enough for pen and paper, and for a root finder on the textbook's own equations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, root

from countervail.model.welfare import real_wage, welfare
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.reshape import one_sector
from countervail.world.table import Table

SAME = 1e-9
positive = st.floats(0.05, 0.95)
thetas = st.floats(0.3, 12.0)


def twins(foreign, theta, inputs=0.0, n=2):
    """n economies that are copies of each other: home sales 1 - foreign, the rest bought in equal parts abroad."""
    flow = np.full((n, n, 1), 1000.0 * foreign / (n - 1))
    flow[np.arange(n), np.arange(n)] = 1000.0 * (1 - foreign)
    return calibrate(
        Table(
            "twins",
            2000,
            tuple(f"C{i}" for i in range(n)),
            ("S",),
            flow,
            np.full((n, 1, 1), 1000.0 * inputs),
            np.zeros((n, n, 1)),
            np.array([True]),
        ),
        [theta],
    )


@given(
    foreign=positive, theta=thetas, inputs=st.floats(0.0, 0.9), cost=st.floats(0.7, 5.0), n=st.integers(2, 5)
)
def test_twins_under_a_friction(foreign, theta, inputs, cost, n, shocks):
    """P-hat = (pi_home + pi_foreign d^-theta)^(-1 / (theta beta)), wages stay, welfare is 1 / P-hat."""
    world = twins(foreign, theta, inputs, n)
    eq = equilibrium(world, shocks.of(world, shocks.foreign(world), cost=cost))
    price = (1 - foreign + foreign * cost**-theta) ** (-1 / (theta * (1 - inputs)))
    still_traded = foreign * cost**-theta / price**-theta
    # where next to nothing is traded, next to nothing ties wages to each other
    np.testing.assert_allclose(eq.wage, 1.0, rtol=SAME / still_traded)
    np.testing.assert_allclose(eq.price / eq.wage[:, None], price, rtol=SAME)
    np.testing.assert_allclose(1 + welfare(eq) / 100, 1 / price, rtol=SAME)


@given(foreign=positive, theta=thetas, inputs=st.floats(0.0, 0.9), rate=st.floats(-0.3, 5.0))
def test_twins_in_a_tariff_war(foreign, theta, inputs, rate, shocks):
    """Prices as under a friction; of each unit spent, pi' t / (1 + t) comes back as revenue."""
    world = twins(foreign, theta, inputs)
    eq = equilibrium(world, shocks.tariffs(world, shocks.foreign(world), rate))
    weight = foreign * (1 + rate) ** -theta
    abroad = weight / (1 - foreign + weight)
    price = (1 - foreign + weight) ** (-1 / (theta * (1 - inputs)))
    # X = I + gamma Y, Y = X (1 - pi' t / (1 + t)), VA = (1 - gamma) Y, I = VA + revenue
    leak = abroad * rate / (1 + rate)
    income = 1 + leak / ((1 - inputs) * (1 - leak))
    np.testing.assert_allclose(eq.wage, 1.0, rtol=SAME / abroad)
    np.testing.assert_allclose(eq.price / eq.wage[:, None], price, rtol=SAME)
    np.testing.assert_allclose(eq.income / eq.wage / world.value_added, income, rtol=SAME)
    np.testing.assert_allclose(eq.tariff_revenue / eq.wage / world.value_added, income - 1, rtol=0, atol=SAME)
    np.testing.assert_allclose(1 + welfare(eq) / 100, income / price, rtol=SAME)


@given(foreign=positive, theta=thetas, inputs=st.floats(0.0, 0.9), z=st.floats(0.5, 2.0))
def test_twins_that_learn_the_same(foreign, theta, inputs, z, shocks):
    """Productivity z everywhere: real wages rise by z^(1 / beta)."""
    world = twins(foreign, theta, inputs)
    eq = equilibrium(world, shocks.of(world, productivity=np.full((2, 1), z)))
    np.testing.assert_allclose(1 + real_wage(eq) / 100, z ** (1 / (1 - inputs)), rtol=SAME)


@given(foreign=positive, theta=st.floats(0.5, 12.0), cost=st.floats(0.8, 3.0))
def test_a_friction_on_one_side_only(foreign, theta, cost, shocks):
    """Two economies, one good: trade balances where one equation in one relative wage says."""
    world = twins(foreign, theta)
    cells = shocks.mask(world, 0, 1)
    eq = equilibrium(world, shocks.of(world, cells, cost=cost))

    def imbalance(log_ratio):
        ratio = np.exp(log_ratio)  # w0 / w1
        to_1 = foreign * (cost * ratio) ** -theta
        to_0 = foreign * ratio**theta
        return to_1 / (1 - foreign + to_1) - ratio * to_0 / (1 - foreign + to_0)

    ratio = np.exp(brentq(imbalance, -20, 20, xtol=1e-14, rtol=1e-14))
    assert eq.wage[0] / eq.wage[1] == pytest.approx(ratio, rel=1e-8)


def armington(world, cost, tariff):
    """Wages, prices and incomes of a one-good world without inputs, from the textbook's equations by a root finder.

    Y_o = sum_d pi'_od X_d / tau'_od with pi' of the CES share; X = I = w Y0 + revenue + D. Wages have mean 1.
    """
    pi, theta = world.trade_share[:, :, 0], world.trade_elasticity[0]
    labour, deficit = world.output[:, 0], world.transfer
    k = cost * tariff / world.tariff[:, :, 0]

    def at(wage):
        weight = pi * (k * wage[:, None]) ** -theta
        share = weight / weight.sum(axis=0)
        revenue_rate = (share * (1 - 1 / tariff)).sum(axis=0)
        income = (wage * labour + deficit) / (1 - revenue_rate)
        sold = (share * income / tariff).sum(axis=1)
        return weight.sum(axis=0) ** (-1 / theta), income, sold

    def gaps(log_wage):
        wage = np.exp(log_wage)
        gap = at(wage)[2] / (wage * labour) - 1
        gap[-1] = wage @ labour / labour.sum() - 1
        return gap

    found = root(gaps, np.zeros(labour.size), tol=1e-13)
    assert np.abs(found.fun).max() < 1e-10
    wage = np.exp(found.x)
    return (wage, *at(wage)[:2])


@given(data=st.data(), seed=st.integers(0, 2**31))
def test_one_good_without_inputs_is_the_textbook(data, seed, recipes, shocks):
    world = data.draw(recipes(j=1, inputs=0.0, gaps=False, theta=(1.0, 9.0))).world()
    rng = np.random.default_rng(seed)
    n = world.n_countries
    cost, tariff = np.ones((n, n)), world.tariff[:, :, 0].copy()
    away = ~np.eye(n, dtype=bool)
    cost[away] = rng.uniform(0.8, 1.5, away.sum())
    tariff[away] *= rng.uniform(0.9, 1.5, away.sum())
    shock = shocks.of(world, shocks.foreign(world), cost=cost[:, :, None], tariff=tariff[:, :, None])
    eq = equilibrium(world, shock)
    wage, price, income = armington(world, cost, tariff)
    np.testing.assert_allclose(eq.wage, wage, rtol=1e-8)
    np.testing.assert_allclose(eq.price[:, 0], price, rtol=1e-8)
    np.testing.assert_allclose(eq.income, income, rtol=1e-8)
    np.testing.assert_allclose(1 + welfare(eq) / 100, income / world.income / price, rtol=1e-8)


def test_the_embedded_world_as_one_sector_is_the_textbook(icio2021, shocks):
    """Reshaped to one good without inputs, Russia cut off from Germany and France."""
    world = one_sector(icio2021)
    assert world.n_sectors == 1
    assert (world.input_share == 0).all()
    np.testing.assert_allclose(world.basic_flow()[:, :, 0], icio2021.basic_flow().sum(axis=2), rtol=SAME)
    np.testing.assert_allclose(world.transfer, icio2021.transfer)
    cells = shocks.between(world, [world.index("DEU"), world.index("FRA")], world.index("RUS"))
    eq = equilibrium(world, shocks.of(world, cells, cost=1.5))
    cost = np.where(cells[:, :, 0], 1.5, 1.0)
    wage, price, income = armington(world, cost, world.tariff[:, :, 0])
    np.testing.assert_allclose(eq.wage, wage, rtol=1e-8)
    np.testing.assert_allclose(eq.price[:, 0], price, rtol=1e-8)
    np.testing.assert_allclose(eq.income, income, rtol=1e-8)


def test_one_sector_in_autarky_is_the_home_share(icio2021, shocks):
    world = one_sector(icio2021)
    eq = equilibrium(world, shocks.autarky(world))
    home = world.trade_share[np.arange(81), np.arange(81), 0] ** (1 / world.trade_elasticity[0])
    np.testing.assert_allclose(1 + real_wage(eq) / 100, home, rtol=SAME)


# --- extreme elasticities -------------------------------------------------------------------------------------


@given(
    foreign=positive, theta=st.sampled_from([1e-3, 0.01, 0.15]), cost=st.floats(0.5, 4.0), n=st.integers(2, 4)
)
def test_as_theta_goes_to_zero_shares_stay_and_prices_are_geometric_means(foreign, theta, cost, n, shocks):
    world = twins(foreign, theta, n=n)
    eq = equilibrium(world, shocks.of(world, shocks.foreign(world), cost=cost))
    exact = (1 - foreign + foreign * cost**-theta) ** (-1 / theta)
    np.testing.assert_allclose(eq.price, exact, rtol=1e-8)
    mean = cost**foreign
    # the next term of the expansion in theta: half the variance of ln cost over origins
    spread = foreign * (1 - foreign) * np.log(cost) ** 2
    assert np.abs(np.log(eq.price / mean)).max() <= theta * spread / 2 + 0.1 * theta**2 + 1e-9


@given(foreign=st.floats(0.05, 0.6), theta=st.sampled_from([25.0, 65.0, 200.0]), cost=st.floats(1.01, 4.0))
def test_as_theta_grows_only_the_cheapest_source_counts(foreign, theta, cost, shocks):
    """A dearer foreign good is given up: P-hat tends to 1; a cheaper one is all that is bought: P-hat to its cost."""
    world = twins(foreign, theta)
    dear = equilibrium(world, shocks.of(world, shocks.foreign(world), cost=cost))
    price = dear.price / dear.wage[:, None]
    np.testing.assert_allclose(price, (1 - foreign + foreign * cost**-theta) ** (-1 / theta), rtol=SAME)
    assert (price <= (1 - foreign) ** (-1 / theta) * (1 + SAME)).all()
    cheap = equilibrium(world, shocks.of(world, shocks.foreign(world), cost=1 / cost))
    price = cheap.price / cheap.wage[:, None]
    np.testing.assert_allclose(price, (1 - foreign + foreign * cost**theta) ** (-1 / theta), rtol=SAME)
    assert (price <= foreign ** (-1 / theta) / cost * (1 + SAME)).all()


@pytest.mark.parametrize("theta", [0.15, 0.5, 12.0, 65.0])
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_worlds_of_one_extreme_elasticity_are_solved(theta, data, seed, recipes, shocks, solved):
    world = data.draw(recipes(theta=(theta, theta))).world()
    assert solved(world, shocks.mixed(world, seed)).residual < 1e-9
