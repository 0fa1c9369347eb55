"""Exempt goods and licences: a measure on a share of a cell is a CES composite (Eq. 12a)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import ScenarioError
from countervail.policy.exemption import on_share
from countervail.policy.measures import Embargo, Friction, Tariff
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario

BAN = {"by": "DEU", "on": "RUS"}
THETA = {"A01": 4.0, "C26": 5.0, "K": 3.0}


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 20), st.floats(0.01, 0.99), st.floats(0.5, 12), st.floats(0.01, 0.9))
def test_a_composite_of_two_halves_of_a_cell(factor, share, theta, pi):
    """Two varieties with shares pi q and pi (1-q) of spending, one of them dearer, by the demand system itself."""
    weights = np.array([pi * share, pi * (1 - share), 1 - pi])
    cost = np.array([factor, 1.0, 1.0])
    split = weights * cost**-theta / (weights @ cost**-theta)
    mixed = float(on_share(factor, share, np.array([theta]))[0])
    whole = np.array([pi, 1 - pi]) * np.array([mixed, 1.0]) ** -theta
    assert split[0] + split[1] == pytest.approx(whole[0] / whole.sum(), rel=1e-10)
    assert (weights @ cost**-theta) == pytest.approx(
        whole.sum(), rel=1e-10
    )  # the price index is the same, too
    assert min(1, factor) <= mixed * (1 + 1e-12)
    assert mixed <= max(1, factor) * (1 + 1e-12)


def test_exempt_goods_are_left_alone(dense):
    found = dense(sanctions=[{"embargo": {**BAN, "exempt": ["A01"]}}])
    assert found("passing", "DEU", "RUS", "A01") == 1.0
    assert found("passing", "DEU", "RUS", "K") == 0.0
    found = dense(sanctions=[{"tariff": {**BAN, "rate": "10 %", "exempt": "A01"}}])
    assert found.tariff_added("RUS", "DEU", "A01") == 0.0
    assert found.tariff_added("RUS", "DEU", "C26") == pytest.approx(0.1)


def test_a_licence_lets_its_share_through_a_ban(dense):
    found = dense(sanctions=[{"embargo": {**BAN, "licence": "20 %", "leakage": "10 %"}}])
    assert found("passing", "DEU", "RUS", "K") == pytest.approx(0.2 + 0.8 * 0.1)


@pytest.mark.parametrize("sector", THETA)
def test_a_licensed_friction_is_the_composite(dense, sector):
    found = dense(sanctions=[{"friction": {**BAN, "rate": "30 %", "kind": "payments", "licence": "40 %"}}])
    theta = THETA[sector]
    expected = (0.4 + 0.6 * 1.3**-theta) ** (-1 / theta)
    assert found("trade_cost", "DEU", "RUS", sector) == pytest.approx(expected, rel=1e-13)


def test_a_licensed_tariff_is_the_composite_of_both_tariffs(dense, world):
    tau = world.tariff[world.index("RUS"), world.index("DEU"), 1]
    expected = (0.25 * tau**-5.0 + 0.75 * (tau + 0.3) ** -5.0) ** (-1 / 5.0)
    found = dense(sanctions=[{"tariff": {**BAN, "rate": "30 %", "licence": "25 %"}}])
    assert found("tariff", "RUS", "DEU", "C26") == pytest.approx(expected, rel=1e-13)
    level = dense(sanctions=[{"tariff": {**BAN, "to": "50 %", "licence": "25 %"}}])
    expected = (0.25 * tau**-5.0 + 0.75 * 1.5**-5.0) ** (-1 / 5.0)
    assert level("tariff", "RUS", "DEU", "C26") == pytest.approx(expected, rel=1e-13)


def test_removals_act_on_what_is_not_licensed(dense):
    friction = {"friction": {"by": "CHN", "on": "RUS", "rate": "20 %", "kind": "payments", "licence": "50 %"}}
    pay = {"payments": {"between": ["RUS", "CHN"], "removes": "50 %"}}
    found = dense(sanctions=[friction], responses=[pay])
    assert found("trade_cost", "CHN", "RUS", "K") == pytest.approx((0.5 + 0.5 * 1.1**-3.0) ** (-1 / 3.0))


def test_retaliation_keeps_what_is_spared(dense):
    exports = {"embargo": {**BAN, "direction": "export", "exempt": "A01", "licence": "20 %"}}
    found = dense(sanctions=[exports], responses=[{"retaliation": {"of": "sanctions"}}])
    assert found("passing", "RUS", "DEU", "A01") == 1.0
    assert found("passing", "RUS", "DEU", "K") == pytest.approx(0.2)


def test_sentences_say_what_is_spared():
    ban = Embargo(by="USA", on="RUS", exempt=["food", "medicine"], licence="5 %", leakage="10 %")
    assert ban.describe() == (
        "The United States bans trade in all goods and services with Russia; exempt: food and medicine; "
        "5 % is licensed; 10 % leaks through."
    )
    friction = Friction(by="USA", on="RUS", rate="8 %", kind="payments", licence="5 %")
    assert friction.describe().endswith("8 % dearer; 5 % is licensed.")
    assert (
        Tariff(by="USA", on="CHN", rate="8 %", exempt="food").describe().endswith("8 points; exempt: food.")
    )


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"licence": "100 %"}, "CV107", "embargo.licence"),
        ({"licence": 20}, "CV108", "Write 20 %"),
        ({"licence": -0.1}, "CV107", "embargo.licence"),
        ({"exempt": []}, "CV117", "embargo.exempt"),
    ],
)
def test_nonsense(fields, code, word):
    with pytest.raises(ScenarioError, match=code) as caught:
        Embargo(by="eu", on="RUS", **fields)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("item", "code", "where"),
    [
        ({"embargo": {**BAN, "goods": "A01", "exempt": "food"}}, "CV118", "exempt"),
        ({"embargo": {**BAN, "exempt": "fod"}}, "CV114", "exempt"),
        ({"tariff": {**BAN, "rate": "1 %", "licence": "5 %", "in_force": True}}, "CV120", "in_force"),
    ],
)
def test_what_no_world_takes(world, item, code, where):
    goods = {"food": ["A01"]}
    with pytest.raises(ScenarioError, match=code) as caught:
        compile_scenario(Scenario(name="x", sanctions=[item], goods=goods), world)
    assert caught.value.where.endswith(f"sanctions[0].{where}")


def test_a_licensed_ban_in_force_can_be_lifted(dense):
    item = {"embargo": {**BAN, "licence": "40 %", "in_force": True}}
    assert dense(sanctions=[item], active={"sanctions": False})(
        "passing", "DEU", "RUS", "K"
    ) == pytest.approx(1 / 0.4)


def used_as_inputs(world, d, s):
    """The share of what an economy buys of a good that its producers use."""
    n, k = world.index(d), world.sectors.index(s)
    return 1 - world.final_share[n, k] * world.income[n] / world.expenditure[n, k]


def test_an_embargo_that_spares_final_use_falls_on_inputs_and_the_other_way_round(world, dense):
    inputs = used_as_inputs(world, "DEU", "C26")
    assert 0 < inputs < 1
    cut = {"by": "DEU", "on": "RUS", "goods": "C26", "direction": "import"}
    spared = dense(sanctions=[{"embargo": {**cut, "exempt_use": "final"}}])
    assert spared("passing", "RUS", "DEU", "C26") == pytest.approx(1 - inputs, rel=1e-13)
    other = dense(sanctions=[{"embargo": {**cut, "exempt_use": "inputs", "leakage": "20 %"}}])
    assert other("passing", "RUS", "DEU", "C26") == pytest.approx(1 - 0.8 * (1 - inputs), rel=1e-13)


def test_a_friction_and_a_tariff_that_spare_a_use_fall_on_the_rest(world, dense):
    q = used_as_inputs(world, "DEU", "C26")
    pair = {"by": "DEU", "on": "RUS", "goods": "C26", "exempt_use": "final"}
    theta = world.trade_elasticity[world.sectors.index("C26")]
    friction = dense(sanctions=[{"friction": {**pair, "rate": "20 %", "kind": "payments"}}])
    expected = (1 - q + q * 1.2**-theta) ** (-1 / theta)
    assert friction("trade_cost", "RUS", "DEU", "C26") == pytest.approx(expected, rel=1e-13)
    before = world.tariff[world.index("RUS"), world.index("DEU"), world.sectors.index("C26")]
    tariff = dense(sanctions=[{"tariff": {**pair, "rate": "20 %"}}])("tariff", "RUS", "DEU", "C26")
    assert before < tariff < before + 0.2


def test_a_use_that_is_spared_is_said_and_refused_where_it_cannot_be_told(world, dense):
    cut = {"by": "DEU", "on": "RUS", "goods": "C26"}
    said = Scenario(name="x", sanctions=[{"embargo": {**cut, "exempt_use": "final"}}]).sentences()[0]
    assert said.endswith("exempt: final use.")
    with pytest.raises(ScenarioError, match="export_control") as caught:
        Scenario(name="x", sanctions=[{"export_control": {**cut, "exempt_use": "final"}}])
    assert caught.value.code == "CV106"
    with pytest.raises(ScenarioError, match="exempt_use"):
        Scenario(name="x", sanctions=[{"embargo": {**cut, "exempt_use": "households"}}])
