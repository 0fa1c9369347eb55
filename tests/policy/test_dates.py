"""Dates and conditions: when a measure acts, how far it is on a day, and what it waits for."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import ScenarioError
from countervail.policy.dates import Period
from countervail.policy.measures import Tariff
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario

BAN = {"by": "DEU", "on": "RUS"}
HALF = {"start": "2022-01-01", "full_by": "2022-01-11"}  # half way on the sixth
SIXTH = "2022-01-06"


@pytest.mark.parametrize(
    ("day", "share"),
    [
        ("2021-12-31", 0),
        ("2022-01-01", 0),
        (SIXTH, 0.5),
        ("2022-01-11", 1),
        ("2022-02-28", 1),
        ("2022-03", 0),
    ],
)
def test_a_measure_grows_from_start_to_full_and_ends_after_its_last_day(day, share):
    period = Period.of("2022-01-01", "2022-01-11", "2022-02")
    assert period.share(date.fromisoformat(day if len(day) > 7 else f"{day}-01")) == share


@settings(max_examples=50, deadline=None)
@given(
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    st.integers(0, 2000),
    st.integers(1, 2000),
    st.integers(0, 400),
)
def test_shares_lie_between_none_and_all_and_never_fall_before_the_end(start, ramp, rest, step):
    full, end = start + timedelta(ramp), start + timedelta(ramp + rest)
    period = Period.of(start.isoformat(), full.isoformat(), end.isoformat())
    day = start + timedelta(step)
    share, later = period.share(day), period.share(day + timedelta(1))
    assert 0 <= share <= 1
    assert later >= share or day >= end
    assert period.share(start - timedelta(1)) == period.share(end + timedelta(1)) == 0


def test_without_a_date_everything_counts_in_full_and_a_note_says_so(dense):
    friction = {"friction": {**BAN, "rate": "8 %", "kind": "payments", **HALF, "end": "2022-02"}}
    assert dense(sanctions=[friction])("trade_cost", "DEU", "RUS", "K") == pytest.approx(1.08)
    scenario = Scenario(name="x", sanctions=[friction])
    assert "every measure counts in full" in scenario.notes()[0]
    assert scenario.at(SIXTH).notes() == ("As it stands on 2022-01-06: friction 1 50 % phased in.",)
    assert Scenario(name="x", sanctions=[{"embargo": BAN}]).notes() == ()


@pytest.mark.parametrize(
    ("item", "field", "cell", "value"),
    [
        ({"embargo": {**BAN, "leakage": "20 %"}}, "passing", ("DEU", "RUS", "K"), 0.6),
        ({"embargo": BAN}, "passing", ("DEU", "RUS", "K"), 0.5),
        ({"friction": {**BAN, "rate": "8 %", "kind": "payments"}}, "trade_cost", ("DEU", "RUS", "K"), 1.04),
        ({"disruption": {"on": "CHN", "rate": "10 %"}}, "trade_cost", ("CHN", "DEU", "K"), 1.05),
        ({"subsidy": {"by": "CHN", "rate": "10 %", "on": "exports"}}, "wedge", ("CHN", "DEU", "K"), 0.95),
        (
            {"corridor": {"between": ["DEU", "RUS"], "saving": "10 %"}},
            "trade_cost",
            ("DEU", "RUS", "K"),
            0.95,
        ),
    ],
)
def test_half_way_is_half_of_the_size(dense, item, field, cell, value):
    ((kind, fields),) = item.items()
    found = dense(sanctions=[{kind: {**fields, **HALF}}], date=SIXTH)
    assert found(field, *cell) == pytest.approx(value)
    before = dense(sanctions=[{kind: {**fields, **HALF}}], date="2021-12")
    assert before(field, *cell) == 1.0
    assert before.shock.measures == ()


def test_tariffs_grow_by_points_or_towards_their_level(dense, world):
    added = {"tariff": {**BAN, "rate": "10 %", **HALF}}
    assert dense(sanctions=[added], date=SIXTH).tariff_added("RUS", "DEU", "C26") == pytest.approx(0.05)
    level = {"tariff": {**BAN, "to": "50 %", **HALF}}
    applied = world.tariff[world.index("RUS"), world.index("DEU"), 1]
    found = dense(sanctions=[level], date=SIXTH)("tariff", "RUS", "DEU", "C26")
    assert found == pytest.approx((applied + 1.5) / 2)
    cut = {"tariff": {"between": ["RUS", "CHN"], "to": 0, **HALF}}
    china = world.tariff[world.index("RUS"), world.index("CHN"), 1]
    assert dense(responses=[cut], date=SIXTH)("tariff", "RUS", "CHN", "C26") == pytest.approx((china + 1) / 2)


def test_a_level_that_is_reached_in_part_can_be_written():
    measure = Tariff(by="CAN", on="RUS", to="35 %", reached="40 %")
    assert measure.describe() == (
        "Tariffs of Canada on imports of goods from Russia are set to 35 %, 40 % of the way."
    )
    assert measure.phased(0.5).reached == pytest.approx(0.2)


def test_money_and_productivity_grow_too(world):
    items = [
        {"transfer": {"payer": "DEU", "payee": "RUS", "amount": 2, **HALF}},
        {"substitution": {"by": "RUS", "goods": "C26", "rate": "10 %", **HALF}},
    ]
    shock = compile_scenario(Scenario(name="x", responses=items).at(SIXTH), world).shock()
    assert shock.transfer[world.index("RUS")] == pytest.approx(1.0)
    assert shock.productivity[world.index("RUS"), 1] == pytest.approx(1.05)


def test_what_takes_frictions_back_grows_too(dense):
    queue = {"disruption": {"name": "queue", "on": "CHN", "rate": "10 %"}}
    fix = {"restoration": {"of": "queue", "share": "80 %", **HALF}}
    found = dense(given=[queue], responses=[fix], date=SIXTH)
    assert found("trade_cost", "CHN", "DEU", "K") == pytest.approx(1 + 0.1 * 0.6)
    friction = {"friction": {"by": "CHN", "on": "RUS", "rate": "10 %", "kind": "payments"}}
    treaty = {"agreement": {"between": ["RUS", "CHN"], "saving": "4 %", "payments": "50 %", **HALF}}
    found = dense(sanctions=[friction], responses=[treaty], date=SIXTH)
    assert found("trade_cost", "CHN", "RUS", "K") == pytest.approx(1.075 * 0.98)


def test_a_corridor_that_meets_no_sanction_yet_is_no_error(dense):
    ban = {"embargo": {**BAN, "start": "2022-06"}}
    found = dense(
        sanctions=[ban], responses=[{"corridor": {"between": ["DEU", "RUS"], "goods": "A01"}}], date=SIXTH
    )
    assert found("passing", "DEU", "RUS", "K") == 1.0


def test_retaliation_follows_what_it_answers(dense):
    exports = {"embargo": {**BAN, "direction": "export", "name": "ban", **HALF}}
    found = dense(sanctions=[exports], responses=[{"retaliation": {"of": "ban", **HALF}}], date=SIXTH)
    assert found("passing", "DEU", "RUS", "K") == pytest.approx(0.5)
    assert found("passing", "RUS", "DEU", "K") == pytest.approx(0.75)  # a half of an answer to a half
    held = {"retaliation": {"measures": [{"embargo": {"by": "RUS", "on": "DEU", **HALF}}]}}
    assert dense(responses=[held], date=SIXTH)("passing", "DEU", "RUS", "K") == pytest.approx(0.5)


def test_what_is_in_force_and_ends_is_taken_away(dense):
    ended = {"friction": {**BAN, "rate": "6 %", "kind": "payments", "in_force": True, "end": "2021-12"}}
    assert dense(sanctions=[ended])("trade_cost", "DEU", "RUS", "K") == pytest.approx(1.0)
    found = dense(sanctions=[ended], date="2022-01")
    assert found("trade_cost", "DEU", "RUS", "K") == pytest.approx(1 / 1.06)


def test_a_size_that_is_varied_stays_phased_in(world):
    treaty = {"agreement": {"between": ["RUS", "CHN"], "saving": "2 %", **HALF}}
    compiled = compile_scenario(Scenario(name="x", responses=[treaty], date=SIXTH), world).with_size(0, 0.3)
    np.testing.assert_allclose(compiled.shock().trade_cost, 0.85)


def test_positions_and_names_do_not_move_with_the_day():
    items = [{"embargo": {**BAN, "end": "2021-06"}}, {"embargo": {**BAN, "start": "2022-01"}}]
    scenario = Scenario(name="x", sanctions=items)
    assert scenario.at("2021-08").labels("sanctions") == ("embargo 1", "embargo 2")
    assert scenario.at("2021-08").shares("sanctions") == (0.0, 0.0)
    assert scenario.at(date(2022, 1, 1)).shares("sanctions") == (0.0, 1.0)
    assert scenario.at("2021-08").fingerprint() != scenario.fingerprint()
    again = Scenario.from_yaml(scenario.at("2021-08").to_yaml())
    assert (again.date, again) == ("2021-08", scenario.at("2021-08"))
    assert scenario.with_settings({"date": "2021-08"}) == scenario.at("2021-08")


# Conditions ---------------------------------------------------------------------------------------

CHAIN = {
    "sanctions": [
        {"embargo": {**BAN, "direction": "export", "goods": "A01", "name": "a"}},
        {"embargo": {**BAN, "direction": "export", "goods": "K", "name": "c", "when": "b"}},
    ],
    "responses": [
        {"agreement": {"between": ["RUS", "CHN"], "saving": "2 %", "name": "b", "when": "a"}},
        {"agreement": {"between": ["RUS", "TUR"], "saving": "2 %", "name": "d", "when": "b"}},
    ],
}


@pytest.mark.parametrize(
    ("active", "names"),
    [
        ({}, "acbd"),
        ({"responses": ()}, "a"),
        ({"responses": (1,)}, "a"),
        ({"responses": (0,)}, "acb"),
        ({"sanctions": False}, ""),
    ],
)
def test_a_measure_acts_only_with_what_it_waits_for(world, active, names):
    compiled = compile_scenario(Scenario(name="x", **CHAIN), world)
    assert "".join(name for name, _ in compiled.shock(**active).measures) == names


def test_a_measure_is_off_on_days_when_what_it_waits_for_is(world):
    scenario = Scenario(name="x", **CHAIN).with_settings({"sanctions.a.end": "2022-06"})
    assert len(compile_scenario(scenario, world).shock().measures) == 4
    assert compile_scenario(scenario.at("2022-07"), world).shock().measures == ()


def test_conditions_in_a_circle():
    items = [{"embargo": {**BAN, "name": name, "when": other}} for name, other in ("ab", "bc", "cb")]
    with pytest.raises(ScenarioError, match="CV126") as caught:
        Scenario(name="x", sanctions=items)
    assert "b -> c -> b" in caught.value.found
    assert "sanctions[0].when" in caught.value.where
