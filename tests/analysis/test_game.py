"""Tariff games: closed forms, an independent brute force, equilibria nobody leaves, and what cooperation brings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from countervail.analysis.best_answers import Table
from countervail.analysis.game import optimal_rates, optimal_tariff, tariff_war
from countervail.analysis.tariff_levers import levers_between
from countervail.errors import OutputError, SolveError
from countervail.model.parameters import long_run, short_run
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.table import Table as Flows


def world_of(flow, theta, names):
    """A world of balanced flows without inputs and tariffs."""
    flow = np.asarray(flow, dtype=float)
    j = flow.shape[2]
    table = Flows(
        name="made up",
        year=2000,
        countries=names,
        sectors=tuple(f"S{k}" for k in range(j)),
        flow=flow,
        intermediate=np.zeros((len(names), j, j)),
        tariff=np.zeros(flow.shape),
        goods=np.ones(j, dtype=bool),
    )
    return calibrate(table, np.asarray(theta, dtype=float))


def small_economy(theta, exports):
    """A tiny economy beside a large one: balanced trade, no inputs, no tariffs."""
    j = len(theta)
    flow = np.zeros((2, 2, j))
    flow[0, 0], flow[1, 1] = 1.0, 1e6
    flow[0, 1] = exports
    flow[1, 0] = sum(exports) / j
    return world_of(flow, theta, ("SML", "BIG"))


def two(theta, own=(0.8, 0.9), size=(1.0, 2.0)):
    """Two economies of one sector, balanced."""
    trade = size[0] * (1 - own[0])
    flow = np.zeros((2, 2, 1))
    flow[:, :, 0] = [[size[0] - trade, trade], [trade, size[1] - trade]]
    return world_of(flow, [theta], ("AAA", "BBB"))


@pytest.mark.parametrize("theta", [2.0, 4.0, 8.0])
def test_a_small_economy_of_one_sector_has_one_over_theta(theta):
    assert optimal_tariff(small_economy([theta], [0.3]), "SML") == pytest.approx(1 / theta, rel=1e-4)


def test_import_tariffs_of_a_small_economy_are_the_same_on_all_goods():
    """Eq. 16: 1 over the trade elasticities weighted by exports at the optimum, whatever the good's own elasticity."""
    theta, exports = np.array([2.0, 6.0, 9.0]), np.array([0.2, 0.1, 0.05])
    world = small_economy(theta, exports)
    found = optimal_rates(world, "SML")
    rates = found.table["rate_percent"].to_numpy() / 100
    assert np.ptp(rates) < 2e-4
    levers = levers_between(world, [np.array([0])], partners=[np.array([1])])
    eq = equilibrium(world, levers.shock(np.array([rates.mean()])))
    sold = exports * (eq.wage[0] / eq.wage[1]) ** -theta
    assert rates.mean() == pytest.approx(sold.sum() / (theta * sold).sum(), rel=1e-3)
    # one rate for all goods therefore does as well as one for each
    assert found.record["gain_percent"] == pytest.approx(found.record["gain_from_one_rate_percent"], abs=1e-7)


def test_export_taxes_of_a_small_economy_are_one_over_theta_good_by_good():
    """Eq. 17: the monopolist's markup on each good."""
    theta = {"S0": 2.0, "S1": 6.0, "S2": 9.0}
    found = optimal_rates(small_economy(list(theta.values()), [0.2, 0.1, 0.05]), "SML", levers=["export_tax"])
    for good, rate in zip(found.table["good"], found.table["rate_percent"], strict=True):
        assert rate / 100 == pytest.approx(1 / theta[str(good).upper()], rel=2e-3)
    assert found.record["gain_percent"] > found.record["gain_from_one_rate_percent"]


def test_a_friction_on_imports_is_worth_nothing():
    rates = optimal_rates(small_economy([4.0, 6.0], [0.2, 0.1]), "SML", levers=["friction"])
    assert (rates.table["rate_percent"] == 0).all()


def brute(world, tariffs):
    """Welfare of two economies of one sector under tariffs on each other: bisection for a wage, nothing of ours."""
    theta = float(world.trade_elasticity[0])
    share = world.trade_share[:, :, 0]
    labour = world.value_added
    tau = np.array([[1.0, 1.0 + tariffs[1]], [1.0 + tariffs[0], 1.0]])

    def at(wage):
        w = np.array([wage, 1.0])
        price = (share * (tau * w[:, None]) ** -theta).sum(axis=0) ** (-1 / theta)
        new = share * (tau * w[:, None] / price) ** -theta
        income = w * labour / (new / tau).sum(axis=0)  # revenue is what is spent less what sellers get
        exports = np.array([new[0, 1] / tau[0, 1] * income[1], new[1, 0] / tau[1, 0] * income[0]])
        return exports[0] - exports[1], 100 * (income / labour / price - 1)

    wage = brentq(lambda x: at(x)[0], 0.05, 20.0, xtol=1e-14)
    return at(wage)[1]


@pytest.mark.parametrize("theta", [3.0, 6.0])
def test_a_war_of_two_is_that_of_an_independent_search(theta):
    world = two(theta)
    rates = np.zeros(2)
    for _ in range(30):
        for k in range(2):

            def loss(rate, k=k):
                trial = rates.copy()
                trial[k] = rate
                return -brute(world, trial)[k]

            rates[k] = minimize_scalar(loss, bounds=(0, 3), method="bounded", options={"xatol": 1e-9}).x
    war = tariff_war(world, ["AAA", "BBB"])
    assert war.record["ending"] == "settled"
    np.testing.assert_allclose(war.table["rate_percent"], 100 * rates, atol=0.02)
    np.testing.assert_allclose(war.table["welfare_percent"], brute(world, rates), atol=1e-5)


def test_a_large_economy_has_one_over_theta_and_the_others_own_share():
    """One sector, nobody answers: t = 1 / (theta pi_ff), pi_ff what the foreign economy buys at home (Eq. 18)."""
    world = two(5.0)
    rate = optimal_tariff(world, "AAA")
    levers = levers_between(world, [np.array([0])], partners=[np.array([1])])
    eq = equilibrium(world, levers.shock(np.array([rate])))
    abroad = float(world.trade_share[1, 1, 0] * (eq.unit_cost[1, 0] / eq.price[1, 0]) ** -5.0)
    assert rate == pytest.approx(1 / (5.0 * abroad), rel=1e-3)


def test_between_two_both_do_better_alone_than_in_the_war_and_cooperation_ends_it():
    war = tariff_war(two(4.0), ["AAA", "BBB"]).table
    assert (war["welfare_alone_percent"] > war["welfare_percent"]).all()
    assert war["cooperation_gain_million_usd"].sum() > 0
    np.testing.assert_allclose(war["joint_rate_percent"], 0.0, atol=1e-3)  # of the whole world: free trade
    np.testing.assert_allclose(war["free_trade_percent"], 0.0, atol=1e-8)  # which it has to begin with


def test_among_third_parties_an_applied_tariff_may_be_above_the_best(small):
    """The US gains nothing by a tariff on the EU alone: what applies is more than its best, and trade goes elsewhere.

    So the EU has the same alone as in the war; nobody can have less alone, since the other's tariff is no gain.
    """
    war = tariff_war(small, ["EU", "USA"])
    table = war.table.set_index("code")
    assert table.loc["USA", "rate_percent"] == 0
    assert table.loc["EU", "rate_percent"] > 1
    assert (table["welfare_alone_percent"] >= table["welfare_percent"] - 1e-7).all()
    assert table.loc["USA", "welfare_alone_percent"] > table.loc["USA", "welfare_percent"] + 1e-3
    levers = levers_between(small, [place_of(small, "USA"), place_of(small, "EU")])
    seat = seat_of(small, levers, ["USA", "EU"])
    assert seat.slopes(np.zeros(2), seat.weights[0])[0] < 0  # its first percent costs it
    assert optimal_tariff(small, "USA") > 0.05  # on everybody's goods it would gain
    in_place = seat_of(
        small,
        levers_between(small, [place_of(small, c) for c in ("USA", "EU")], in_place=True),
        ["USA", "EU"],
    )
    assert (
        in_place.slopes(np.zeros(2), in_place.weights[0])[0] > 0
    )  # were there no tariff, some would be good


def place_of(world, code):
    return np.array([world.countries.index(code)])


def seat_of(world, levers, codes):
    weights = np.zeros((len(codes), world.n_countries))
    for k, code in enumerate(codes):
        weights[k, world.countries.index(code)] = 1.0
    return Table(levers, long_run, weights, 3.0)


@pytest.mark.parametrize(
    "options", [{}, {"by_good": True}, {"levers": ["export_tax"]}, {"levers": ["tariff", "export_tax"]}]
)
def test_nobody_leaves_a_nash_equilibrium(small, options):
    war = tariff_war(small, ["EU", "CHN"], most=1.0, **options)
    assert war.record["ending"] == "settled"
    levers = levers_between(
        small,
        [place_of(small, code) for code in ("EU", "CHN")],
        kinds=options.get("levers", ["tariff"]),
        by_good=options.get("by_good", False),
    )
    seat = seat_of(small, levers, ["EU", "CHN"])
    rates = war.more["rates"]["rate_percent"].to_numpy() / 100
    here = seat.payoffs(rates)
    generator = np.random.default_rng(5)
    for p in range(2):
        own = levers.of(p)
        for _ in range(25):
            other = rates.copy()
            other[own] = np.clip(other[own] + generator.normal(0, 0.05, own.size), 0, 1.0)
            assert seat.payoffs(other)[p] <= here[p] + 1e-7


@pytest.mark.parametrize("kind", ["tariff", "friction", "export_tax"])
def test_slopes_are_those_of_differences(small, kind):
    levers = levers_between(small, [place_of(small, c) for c in ("EU", "RUS")], kinds=[kind], by_good=True)
    seat = seat_of(small, levers, ["EU", "RUS"])
    rates = np.full(len(levers.slots), 0.2)
    slope = seat.slopes(rates, seat.weights[0])
    for n in range(rates.size):
        step = np.zeros(rates.size)
        step[n] = 1e-4
        ends = [seat.payoffs(rates + sign * step)[0] for sign in (1, -1)]
        assert slope[n] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-5, abs=1e-7)


def test_other_models_search_one_rate_by_value_and_refuse_several():
    world = two(4.0)
    assert optimal_tariff(world, "AAA", model=short_run) > optimal_tariff(world, "AAA")
    assert tariff_war(world, ["AAA", "BBB"], model=short_run).record["ending"] == "settled"
    with pytest.raises(SolveError, match="CV309"):
        optimal_rates(world, "AAA", levers=["tariff", "export_tax"], model=short_run)


@pytest.mark.parametrize("players", [[], ["EU"], ["EU", "EU"], ["EU", "XXX"]])
def test_players_that_cannot_play(small, players):
    with pytest.raises(OutputError, match="CV430"):
        tariff_war(small, players)


def test_levers_and_partners_that_there_are_not(small):
    with pytest.raises(OutputError, match="CV430"):
        tariff_war(small, ["EU", "USA"], levers=["quota"])
    with pytest.raises(OutputError, match="CV430"):
        optimal_tariff(small, "EU", on=["EU"])
