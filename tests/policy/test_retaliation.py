"""Retaliation: what is mirrored, by whom, on whom."""

from __future__ import annotations

import pytest

from countervail.errors import ScenarioError
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario

SANCTIONS = [
    {
        "embargo": {
            "name": "chip ban",
            "by": ["DEU", "FRA"],
            "on": "RUS",
            "goods": "C26",
            "direction": "export",
        }
    },
    {"tariff": {"name": "duty", "by": "DEU", "on": "RUS", "rate": "20 %"}},
    {"friction": {"name": "banks", "by": "CHN", "on": "RUS", "rate": "4 %", "kind": "payments"}},
]


@pytest.fixture
def answer(dense):
    """The shock of these sanctions, left out themselves, with one retaliation."""

    def look(**fields):
        return dense(
            senders=["DEU", "FRA"],
            sanctions=SANCTIONS,
            responses=[{"retaliation": fields}],
            active={"sanctions": False},
        )

    return look


def test_all_sanctions_of_the_senders_are_mirrored(answer):
    cell = answer(of="sanctions")
    assert cell("passing", "RUS", "DEU", "C26") == cell("passing", "RUS", "FRA", "C26") == 0.0
    assert cell("passing", "DEU", "RUS", "C26") == 1.0
    assert cell("passing", "RUS", "DEU", "K") == 1.0
    assert cell.tariff_added("DEU", "RUS", "A01") == pytest.approx(0.2)
    assert cell.tariff_added("FRA", "RUS", "A01") == 0.0


def test_third_parties_that_grow_careful_are_not_hit(answer):
    cell = answer(of="sanctions")
    assert cell("trade_cost", "CHN", "RUS", "K") == cell("trade_cost", "RUS", "CHN", "K") == 1.0


def test_one_measure_can_be_named(answer):
    cell = answer(of="banks")
    assert cell("trade_cost", "CHN", "RUS", "K") == pytest.approx(1.04)
    assert cell("passing", "RUS", "DEU", "C26") == 1.0


def test_a_side_can_be_named(answer):
    cell = answer(of="France")
    assert cell("passing", "RUS", "FRA", "C26") == 0.0
    assert cell("passing", "RUS", "DEU", "C26") == 1.0
    assert cell.tariff_added("DEU", "RUS", "A01") == 0.0


def test_goods_and_those_who_answer_can_be_others(answer):
    cell = answer(of="chip ban", goods="K", by=["RUS", "TUR"])
    assert cell("passing", "RUS", "DEU", "K") == cell("passing", "TUR", "FRA", "K") == 0.0
    assert cell("passing", "RUS", "DEU", "C26") == 1.0


def test_other_goods_that_hold_services_leave_tariffs_on_goods(answer):
    cell = answer(of="sanctions", goods=["A01", "K"])
    assert cell("passing", "RUS", "DEU", "K") == 0.0
    assert cell.tariff_added("DEU", "RUS", "A01") == pytest.approx(0.2)
    assert cell("tariff", "DEU", "RUS", "K") == 1.0


def test_a_retaliation_of_its_own_is_one_response(world):
    held = [
        {"embargo": {"by": "RUS", "on": "DEU", "goods": "A01"}},
        {"tariff": {"by": "RUS", "on": "FRA", "rate": "9 %"}},
    ]
    scenario = Scenario(name="x", responses=[{"retaliation": {"name": "answer", "measures": held}}])
    shock = compile_scenario(scenario, world).shock()
    assert [name for name, _ in shock.measures] == ["answer", "answer"]
    assert shock.passing.min() == 0.0


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"of": "chip bann"}, "CV119", "Did you mean 'chip ban'"),
        ({"of": "nothing at all"}, "CV119", "Name the measure"),
        ({"of": "pact"}, "CV119", "cannot be mirrored"),
        ({"of": "mutual"}, "CV119", "between parties"),
        ({"of": "Iran"}, "CV112", "inside ROW"),
        ({"of": "TUR"}, "CV118", "mirrors nothing"),
        ({"of": "chip ban", "by": ["RUS", "DEU"]}, "CV116", "Germany on both sides"),
        ({"of": "chip ban", "by": "RUSS"}, "CV111", "'RUS'"),
        ({"of": "chip ban", "goods": "C27"}, "CV114", "'C26'"),
        ({"measures": [{"embargo": {"by": "RUS", "on": "RUS"}}]}, "CV116", "measures[0].on"),
        ({"measures": [{"embargo": {"by": "RUS", "on": "DEUS"}}]}, "CV111", "measures[0].on"),
        (
            {"measures": [{"embargo": {"by": "TUR", "on": "RUS", "goods": "C26", "direction": "export"}}]},
            "CV118",
            "",
        ),
        ({"measures": [{"restoration": {"of": "x", "share": "5 %"}}]}, "CV106", "no retaliation"),
    ],
)
def test_what_cannot_be_answered(world, fields, code, word):
    more = [
        {"agreement": {"name": "pact", "between": ["RUS", "CHN"], "saving": "1 %"}},
        {"embargo": {"name": "mutual", "between": ["RUS", "FRA"]}},
    ]

    def meet() -> None:
        scenario = Scenario(name="x", given=more, sanctions=SANCTIONS, responses=[{"retaliation": fields}])
        compile_scenario(scenario, world)

    with pytest.raises(ScenarioError) as caught:
        meet()
    assert caught.value.code == code, str(caught.value)
    assert word in str(caught.value)
    assert "responses[0]" in caught.value.where
