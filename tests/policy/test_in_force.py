"""Measures that the base year already carries: valued by taking them away."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario

FIELDS = ("passing", "trade_cost", "tariff", "wedge", "productivity", "transfer")
STANDING = [
    {"embargo": {"by": "DEU", "on": "RUS", "goods": "C26", "leakage": "40 %", "in_force": True}},
    {"friction": {"by": "DEU", "on": "RUS", "rate": "6 %", "kind": "payments", "in_force": True}},
    {"tariff": {"by": "DEU", "on": "RUS", "rate": "1 %", "in_force": True}},
    {"transfer": {"payer": "DEU", "payee": "FRA", "amount": 1, "in_force": True}},
]


def assert_base_year(shock, world):
    """Nothing has changed against the flows of the base year."""
    np.testing.assert_allclose(shock.passing, 1, rtol=1e-15)
    np.testing.assert_allclose(shock.trade_cost, 1, rtol=1e-15)
    np.testing.assert_allclose(shock.tariff, world.tariff.ravel()[shock.cells], rtol=1e-15)
    np.testing.assert_allclose(shock.productivity, 1, rtol=1e-15)
    np.testing.assert_allclose(shock.transfer, 0, atol=1e-15)


def test_with_all_of_them_the_base_year_comes_back(world):
    assert_base_year(compile_scenario(Scenario(name="x", sanctions=STANDING), world).shock(), world)


def test_without_them_they_are_taken_away(dense, world):
    cell = dense(sanctions=STANDING, active={"sanctions": False})
    assert cell("passing", "DEU", "RUS", "C26") == pytest.approx(1 / 0.4)
    assert cell("passing", "DEU", "RUS", "K") == 1.0
    assert cell("trade_cost", "RUS", "DEU", "K") == pytest.approx(1 / 1.06)
    assert cell.tariff_added("RUS", "DEU", "C26") == pytest.approx(-0.01)
    assert cell.shock.transfer[world.index("DEU")] == pytest.approx(1.0)


def test_a_stricter_ban_on_top_is_a_ratio(dense):
    tighter = {"embargo": {"by": "DEU", "on": "RUS", "goods": "C26", "leakage": "10 %"}}
    cell = dense(sanctions=[STANDING[0], tighter])
    assert cell("passing", "DEU", "RUS", "C26") == pytest.approx(0.1 / 0.4)
    assert (
        dense(sanctions=[STANDING[0], {"embargo": {"by": "DEU", "on": "RUS"}}])(
            "passing", "DEU", "RUS", "C26"
        )
        == 0.0
    )


def test_restoration_is_measured_against_the_disrupted_world(dense):
    queue = {"disruption": {"name": "queue", "on": "CHN", "rate": "10 %", "in_force": True}}
    restore = {"restoration": {"of": "queue", "share": "50 %"}}
    cell = dense(given=[queue], responses=[restore])
    assert cell("trade_cost", "CHN", "DEU", "K") == pytest.approx(1.05 / 1.10)
    assert (
        dense(given=[queue], responses=[restore], active={"responses": ()})("trade_cost", "CHN", "DEU", "K")
        == 1.0
    )


def test_payments_and_corridors_act_on_what_is_in_force(dense):
    friction = {"friction": {"by": "CHN", "on": "RUS", "rate": "4 %", "kind": "payments", "in_force": True}}
    pay = {"payments": {"between": ["RUS", "CHN"], "removes": "50 %"}}
    assert dense(sanctions=[friction], responses=[pay])("trade_cost", "CHN", "RUS", "K") == pytest.approx(
        1.02 / 1.04
    )
    corridor = {"corridor": {"between": ["DEU", "RUS"], "goods": "C26"}}
    cell = dense(sanctions=STANDING, responses=[corridor])
    assert cell("passing", "DEU", "RUS", "C26") == pytest.approx(1 / 0.4)
    assert cell.tariff_added("RUS", "DEU", "C26") == pytest.approx(-0.01)
    assert cell("trade_cost", "DEU", "RUS", "K") == 1.0


def test_a_response_that_stands_is_missing_when_it_is_inactive(dense):
    treaty = {"agreement": {"between": ["RUS", "CHN"], "saving": "5 %", "in_force": True}}
    assert dense(responses=[treaty])("trade_cost", "RUS", "CHN", "K") == pytest.approx(1.0)
    assert dense(responses=[treaty], active={"responses": ()})(
        "trade_cost", "RUS", "CHN", "K"
    ) == pytest.approx(1 / 0.95)


def test_a_retaliation_in_force_counts_with_all_it_holds(dense):
    held = {
        "retaliation": {
            "in_force": True,
            "measures": [{"embargo": {"by": "RUS", "on": "DEU", "leakage": "50 %"}}],
        }
    }
    assert dense(responses=[held])("passing", "RUS", "DEU", "K") == pytest.approx(1.0)
    assert dense(responses=[held], active={"responses": ()})("passing", "RUS", "DEU", "K") == pytest.approx(
        2.0
    )


@pytest.mark.parametrize(
    ("item", "word"),
    [
        ({"embargo": {"by": "DEU", "on": "RUS"}}, "State the leakage"),
        ({"tariff": {"by": "DEU", "on": "RUS", "to": "20 %"}}, "added rate"),
        ({"subsidy": {"by": "DEU", "rate": "10 %", "on": "exports"}}, "price wedge"),
        ({"tariff": {"by": "DEU", "on": "RUS", "rate": "30 %"}}, "larger than the tariff of the base year"),
    ],
)
def test_what_cannot_be_in_force(world, item, word):
    ((kind, fields),) = item.items()
    with pytest.raises(ScenarioError, match="CV120") as caught:
        compile_scenario(Scenario(name="x", sanctions=[{kind: {**fields, "in_force": True}}]), world)
    assert word in str(caught.value)
    assert "sanctions[0]" in caught.value.where
    compile_scenario(Scenario(name="x", sanctions=[item]), world)
