"""Exclusion, freezes and investment stops as frictions and flows; technology and investment as productivity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import fsolve

from countervail.errors import ScenarioError
from countervail.model.factors import as_productivity
from countervail.model.parameters import long_run
from countervail.policy.finance import Exclusion, Freeze, InvestmentStop
from countervail.policy.growth import Investment, Labour, Technology
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.table import Table

PAIR = {"by": "DEU", "on": "RUS"}


def shock_of(world, *items):
    return compile_scenario(Scenario(name="x", sanctions=list(items)), world).shock()


def test_exclusion_is_a_payments_friction_on_the_exposed_share(dense):
    cut = {"exclusion": {**PAIR, "rate": "20 %", "exposure": "60 %"}}
    expected = (0.4 + 0.6 * 1.2**-5.0) ** (-1 / 5.0)
    assert dense(sanctions=[cut])("trade_cost", "RUS", "DEU", "C26") == pytest.approx(expected, rel=1e-13)
    pay = {"payments": {"between": ["RUS", "DEU"], "removes": "50 %"}}
    expected = (0.4 + 0.6 * 1.1**-5.0) ** (-1 / 5.0)
    found = dense(sanctions=[cut], responses=[pay])
    assert found("trade_cost", "RUS", "DEU", "C26") == pytest.approx(expected, rel=1e-13)
    mirrored = dense(sanctions=[cut], responses=[{"retaliation": {"of": "sanctions"}}])
    assert mirrored("trade_cost", "RUS", "DEU", "C26") > found("trade_cost", "RUS", "DEU", "C26")


def test_a_freeze_is_a_year_of_what_the_assets_would_have_paid(world):
    item = {"freeze": {"by": ["DEU", "FRA"], "on": "RUS", "assets": 20, "yields": "5 %"}}
    flow = shock_of(world, item).transfer
    income = world.income
    assert flow[world.index("RUS")] == pytest.approx(-1.0)
    share = income[world.index("DEU")] / (income[world.index("DEU")] + income[world.index("FRA")])
    assert flow[world.index("DEU")] == pytest.approx(share)
    assert flow.sum() == pytest.approx(0, abs=1e-12)
    as_share = {"freeze": {"by": "DEU", "on": "RUS", "assets": "50 %", "yields": "4 %"}}
    assert shock_of(world, as_share).transfer[world.index("RUS")] == pytest.approx(
        -0.02 * income[world.index("RUS")]
    )


def test_a_stopped_inflow_is_missing_where_it_went(world):
    flow = shock_of(world, {"investment_stop": {**PAIR, "amount": 2}}).transfer
    assert (flow[world.index("RUS")], flow[world.index("DEU")]) == (pytest.approx(-2), pytest.approx(2))


def test_technology_lost_lowers_productivity(world):
    z = shock_of(world, {"technology": {"by": "RUS", "goods": "C26", "rate": "-4 %"}}).productivity
    assert z[world.index("RUS"), 1] == pytest.approx(0.96)
    assert (z != 1).sum() == 1


def test_investment_is_supply_and_in_the_core_productivity_to_the_power_of_value_added(world):
    shock = shock_of(world, {"investment": {"by": "RUS", "rate": "10 %"}})
    z, n = as_productivity(world, long_run, shock), world.index("RUS")
    assert (shock.productivity == 1).all()
    assert shock.supply.even
    np.testing.assert_allclose(z[n], 1.1 ** world.value_added_share[n], rtol=1e-14)
    assert np.all(np.delete(z, n, axis=0) == 1)


def test_labour_or_capital_alone_counts_with_its_share_where_they_are_one_factor(icio2021):
    n, model = icio2021.index("RUS"), replace(long_run, labour_share=0.6)
    for factor, share in (("labour", 0.6), ("capital", 0.4), ("all", 1.0)):
        shock = shock_of(icio2021, {"investment": {"by": "RUS", "rate": "10 %", "factor": factor}})
        z = as_productivity(icio2021, model, shock)
        np.testing.assert_allclose(z[n], 1.1 ** (share * icio2021.value_added_share[n]), rtol=1e-14)
    known = as_productivity(
        icio2021,
        long_run,
        shock_of(icio2021, {"investment": {"by": "RUS", "rate": "10 %", "factor": "labour"}}),
    )
    np.testing.assert_allclose(known[n], 1.1 ** (0.5392 * icio2021.value_added_share[n]), rtol=1e-12)


def test_workers_who_move_are_missed_at_home_and_count_where_they_arrive(icio2021):
    item = {"labour": {"origin": "IND", "destination": ["RUS", "KAZ"], "share": "1 %", "gain": "200 %"}}
    supply = shock_of(icio2021, item).supply
    ind, rus, kaz = (icio2021.index(code) for code in ("IND", "RUS", "KAZ"))
    earned = icio2021.value_added
    assert supply.labour[ind, 0] == pytest.approx(0.99)
    rise = 0.02 * earned[ind] / (earned[rus] + earned[kaz])
    np.testing.assert_allclose(supply.labour[[rus, kaz], 0], 1 + rise)
    assert (supply.capital == 1).all()
    assert supply.even
    for fields in ({"share": 0.6}, {"gain": 0}, {"destination": "IND"}, {"goods": "C26"}):
        with pytest.raises(ScenarioError):
            shock_of(icio2021, {"labour": item["labour"] | fields})
    assert (
        Labour(origin="IND", destination="RUS", share="1 %").describe()
        == "Workers move from India to Russia, 1 % of the origin's labour."
    )


def two_by_two():
    flow = np.array([[[60.0, 90.0], [12.0, 20.0]], [[15.0, 10.0], [70.0, 40.0]]])
    uses = np.array([[[15.0, 10.0], [20.0, 25.0]], [[10.0, 20.0], [12.0, 8.0]]])
    table = Table(
        "two", 2021, ("USA", "CHN"), ("C26", "C28"), flow, uses, np.zeros((2, 2, 2)), np.array([True, True])
    )
    return calibrate(table, [4.0, 6.0])


def test_more_factors_solved_by_hand_give_the_same_equilibrium():
    """An independent solve of Eq. 1-8 with l-hat on value added, against productivity in the solver."""
    world, supply = two_by_two(), np.array([1.15, 1.0])
    pi, theta, gamma, beta = (
        world.trade_share,
        world.trade_elasticity,
        world.input_share,
        world.value_added_share,
    )

    def economy(w):
        price = np.ones((2, 2))
        for _ in range(400):
            cost = np.exp(beta * np.log(w)[:, None] + np.einsum("ost,os->ot", gamma, np.log(price)))
            price = np.einsum("ods,os->ds", pi, cost**-theta) ** (-1 / theta)
        shares = pi * (cost[:, None, :] / price[None, :, :]) ** -theta
        income = w * supply * world.value_added + world.transfer
        output = world.output
        for _ in range(400):
            spending = world.final_share * income[:, None] + np.einsum("dst,dt->ds", gamma, output)
            output = np.einsum("ods,ds->os", shares, spending)
        return price, income, output

    def gaps(log_w):
        w = np.exp(log_w)
        _, _, output = economy(w)
        labour = w[0] * supply[0] * world.value_added[0] - (beta * output)[0].sum()
        return [labour, (w * supply * world.value_added).sum() - world.value_added.sum()]

    wage = np.exp(fsolve(gaps, np.zeros(2), xtol=1e-13))
    price, income, _ = economy(wage)
    item = {"investment": {"by": "USA", "rate": "15 %"}}
    found = equilibrium(world, compile_scenario(Scenario(name="x", responses=[item]), world).shock())
    np.testing.assert_allclose(found.price, price, rtol=1e-9)
    np.testing.assert_allclose(found.income, income, rtol=1e-9)
    np.testing.assert_allclose(
        found.wage, wage * supply, rtol=1e-9
    )  # all that the factors of an economy earn


@pytest.mark.parametrize(
    ("build", "code", "word"),
    [
        (lambda: Exclusion(**PAIR, rate="5 %", exposure="0 %"), "CV107", "exclusion.exposure"),
        (lambda: Exclusion(**PAIR), "CV105", "exclusion.rate"),
        (lambda: Freeze(**PAIR, assets=5), "CV105", "freeze.yields"),
        (lambda: Freeze(**PAIR, assets=5, yields=3), "CV108", "Write 3 %"),
        (lambda: Freeze(**PAIR, assets=0.5, yields="3 %"), "CV108", "freeze.assets"),
        (lambda: Freeze(by="RUS", on="RUS", assets=5, yields="3 %"), "CV116", "RUS on both sides"),
        (lambda: InvestmentStop(**PAIR, amount=5, goods="C26"), "CV106", "goods"),
        (lambda: Technology(by="RUS", rate="-100 %"), "CV107", "technology.rate"),
        (lambda: Investment(by="RUS", rate="1 %", goods="C26"), "CV106", "investment.goods"),
    ],
)
def test_nonsense(build, code, word):
    with pytest.raises(ScenarioError, match=code) as caught:
        build()
    assert word in str(caught.value)


def test_a_freeze_of_more_than_the_owners_income(world):
    with pytest.raises(ScenarioError, match="CV107") as caught:
        shock_of(world, {"freeze": {**PAIR, "assets": 1e9, "yields": "50 %"}})
    assert caught.value.where.endswith("sanctions[0].yields")


def test_sizes_can_be_varied():
    assert Freeze(**PAIR, assets=500, yields="3 %").with_size(0.1).yearly.value == pytest.approx(50)
    assert InvestmentStop(**PAIR, amount=500).with_size(0.25).amount.value == 0.25
    assert Technology(by="RUS", rate="-3 %").with_size(0.02).rate == 0.02


def test_sentences():
    assert Freeze(by="eu", on="RUS", assets="300 billion USD", yields="3 %").describe() == (
        "The European Union freezes 300 billion USD of Russia, of which 3 % a year stays with them."
    )
    assert Technology(by="RUS", goods="C26", rate="-3 %").describe() == (
        "Technology lost lowers productivity of Russia in electronics by 3 %."
    )
    assert Investment(by="RUS", rate="-1 %").describe() == (
        "Investment that is missing lowers the supply of factors in Russia by 1 %."
    )
