"""What goes around a ban, and what third parties choose, on a small world."""

from __future__ import annotations

import numpy as np
import pytest

import countervail as cv
from countervail.policy.scenario import Scenario

BAN = {
    "embargo": {"name": "ban", "by": ["EU", "USA"], "on": "RUS", "goods": "INDUSTRY", "direction": "export"}
}


@pytest.fixture(scope="module")
def rounded(small):
    """Industrial goods go round a ban through China or India."""
    way = {"bypass": {"ban": "ban", "through": ["CHN", "IND"]}}
    return cv.solve(small, Scenario(name="Around", world="small", sanctions=[BAN], responses=[way]))


def test_flows_by_hub_add_up(rounded):
    found = cv.bypass_flows(rounded)
    table = found.table
    assert set(table["hub_code"]) <= {"CHN", "IND"}
    assert table["origin_code"].tolist() == ["EU", "USA"]
    trade = rounded.trade.sel(destination="RUS", sector="INDUSTRY")
    for row in table.itertuples():
        assert row.through_hub_million_usd == pytest.approx(
            float(trade.sel(origin=row.origin_code)), rel=1e-9
        )
        assert 0 < row.leakage_percent < 100
    weights = table["base_million_usd"]
    assert found.record["leakage_percent"] == pytest.approx(
        np.average(table["leakage_percent"], weights=weights)
    )
    assert found.more["hubs"]["through_hub_million_usd"].sum() == pytest.approx(
        table["through_hub_million_usd"].sum()
    )
    assert "of the banned trade goes on through third countries" in found.title


def test_a_capacity_shows_in_the_report(small):
    def through(**more) -> cv.Outcome:
        way = {"bypass": {"ban": "ban", "through": "CHN", "markup": "5 %", **more}}
        return cv.solve(small, Scenario(name="Narrow", world="small", sanctions=[BAN], responses=[way]))

    free = cv.bypass_flows(through()).record["leakage_percent"]
    narrow = through(capacity=f"{free / 2:.3f} %")
    assert narrow.shock.routes.log_price[0] > 0.01
    assert cv.bypass_flows(narrow).record["leakage_percent"] == pytest.approx(round(free / 2, 3), rel=1e-8)


def test_a_way_round_helps_the_target(small, rounded):
    closed = cv.solve(small, Scenario(name="Closed", world="small", sanctions=[BAN]))
    assert float(rounded.welfare.sel(country="RUS")) > float(closed.welfare.sel(country="RUS"))


def test_without_a_bypass_there_is_nothing_to_report(small):
    closed = cv.solve(small, Scenario(name="Closed", world="small", sanctions=[BAN]))
    with pytest.raises(cv.ScenarioError, match="CV141"):
        cv.bypass_flows(closed)


def secondary(friction: float, **more) -> Scenario:
    asked = {
        "by": ["EU", "USA"],
        "on": ["CHN", "IND"],
        "target": "RUS",
        "friction": friction,
        "choice": "cheaper",
    }
    return Scenario(name="Choose", world="small", sanctions=[BAN, {"secondary": {**asked, **more}}])


@pytest.mark.parametrize("friction", [0.001, 0.01, 0.3])
def test_the_choice_is_stable_and_that_of_brute_force(small, friction):
    asked = secondary(friction)
    found = cv.secondary_choices(small, asked)
    own = {}
    for stay in ((), ("CHN",), ("IND",), ("CHN", "IND")):
        fields = {"choice": "stated", **({"defy": list(stay)} if stay else {})}
        measure = asked.sanctions[1].with_fields(**fields)
        outcome = cv.solve(small, Scenario(name="x", world="small", sanctions=[BAN, measure]))
        own[stay] = {code: float(outcome.welfare.sel(country=code)) for code in ("CHN", "IND")}
    stays = tuple(sorted(found.table.loc[found.table["choice"] == "stays", "code"]))
    for code in ("CHN", "IND"):
        other = tuple(sorted(set(stays) ^ {code}))
        assert own[stays][code] >= own[other][code]
        row = found.table.set_index("code").loc[code]
        with_, without = (own[tuple(sorted({*stays} | {code}))], own[tuple(sorted({*stays} - {code}))])
        assert row["welfare_if_it_stays_percent"] == pytest.approx(with_[code], abs=1e-9)
        assert row["welfare_if_it_leaves_percent"] == pytest.approx(without[code], abs=1e-9)
    made = found.scenario.sanctions[1]
    assert (made.choice, made.defy) == ("stated", stays)
    assert cv.solve(small, found.scenario).equilibrium.residual < 1e-9


def test_a_small_threat_is_defied_and_a_large_one_obeyed(small):
    def choices(friction: float) -> set[str]:
        return set(cv.secondary_choices(small, secondary(friction)).table["choice"])

    assert choices(0.0) == {"stays"}
    assert choices(0.5) == {"leaves"}


def test_nobody_to_choose_is_an_error(small):
    with pytest.raises(cv.ScenarioError, match="CV140"):
        cv.secondary_choices(small, Scenario(name="x", world="small", sanctions=[BAN]))
    with pytest.raises(cv.ScenarioError, match="CV116"):
        cv.secondary_choices(small, secondary(0.1, on=["CHN", "RUS"]))
