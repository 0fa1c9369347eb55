"""Transport by mode: shares from the rule of Eq. 12f, closures, dearer carriage and new routes."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.policy.modes import mode_share
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.policy.transport import MODES, Transport

PAIR = {"by": "DEU", "on": "RUS"}


def portion(world, mode, o, d, s) -> float:
    return float(mode_share(world, mode)[world.index(o), world.index(d), world.sectors.index(s)])


def test_modes_add_up_to_all_goods_and_to_no_services(icio):
    shares = [mode_share(icio, mode) for mode in MODES]
    assert min(share.min() for share in shares) >= 0
    total = sum(shares)
    np.testing.assert_allclose(total[:, :, icio.goods], 1, rtol=1e-14)
    assert not total[:, :, ~icio.goods].any()


@pytest.mark.parametrize(
    ("o", "d", "low", "high"),
    [
        ("JPN", "AUS", 0, 0),  # islands
        ("DEU", "USA", 0, 0),  # an ocean between
        ("USA", "CAN", 0.6, 1),
        ("DEU", "CZE", 0.8, 1),
        ("CHN", "DEU", 0, 0.1),
        ("CHN", "RUS", 0.5, 0.5),  # neighbours, however far their cities are apart
        ("COL", "MEX", 0, 0),  # no road through the isthmus
        ("ROW", "RUS", 0, 0),  # nobody knows where
    ],
)
def test_land_shares_follow_the_map(icio, o, d, low, high):
    share = portion(icio, "land", o, d, "C24A")  # steel does not fly
    assert low <= share <= high
    assert portion(icio, "land", d, o, "C24A") == share


def test_what_is_worth_much_by_weight_flies(icio):
    assert portion(icio, "air", "JPN", "USA", "C26") > portion(icio, "air", "JPN", "USA", "C29") > 0
    assert portion(icio, "air", "AUS", "JPN", "B05") == 0


def test_aggregates_take_the_mean_of_their_members(icio):
    merged = icio.aggregate(countries={"ALP": ["AUT", "CHE"]})
    share = portion(merged, "land", "ALP", "DEU", "C24A")
    assert share == pytest.approx(
        (portion(icio, "land", "AUT", "DEU", "C24A") + portion(icio, "land", "CHE", "DEU", "C24A")) / 2
    )


def test_a_closed_mode_lets_the_others_pass(dense, world):
    found = dense(sanctions=[{"transport": {**PAIR, "mode": "sea", "closed": True}}])
    sea = portion(world, "sea", "DEU", "RUS", "C26")
    assert 0 < sea < 1
    assert found("passing", "DEU", "RUS", "C26") == pytest.approx(1 - sea)
    assert found("passing", "DEU", "RUS", "K") == 1.0
    leaking = dense(sanctions=[{"transport": {**PAIR, "mode": "sea", "closed": True, "leakage": "25 %"}}])
    assert leaking("passing", "DEU", "RUS", "C26") == pytest.approx(1 - 0.75 * sea)


def test_closed_modes_add_up_whoever_closes_them(dense):
    together = dense(sanctions=[{"transport": {**PAIR, "mode": ["sea", "air", "land"], "closed": True}}])
    assert together("passing", "DEU", "RUS", "C26") == 0.0
    apart = dense(
        sanctions=[{"transport": {**PAIR, "mode": "sea", "closed": True}}],
        given=[{"transport": {"on": "RUS", "mode": ["land", "air"], "closed": True}}],
    )
    assert apart("passing", "DEU", "RUS", "C26") == 0.0
    assert apart("passing", "FRA", "RUS", "C26") > 0.0


def test_a_ban_and_a_closed_mode_do_not_count_twice(dense, world):
    sea = portion(world, "sea", "DEU", "RUS", "C26")
    items = [
        {"transport": {**PAIR, "mode": "sea", "closed": True, "leakage": "10 %"}},
        {"embargo": {**PAIR, "leakage": "40 %"}},
    ]
    found = dense(sanctions=items)("passing", "DEU", "RUS", "C26")
    assert found == pytest.approx(sea * 0.1 + (1 - sea) * 0.4)


def test_dearer_carriage_is_the_composite_of_modes(dense, world):
    found = dense(sanctions=[{"transport": {**PAIR, "mode": "land", "rate": "40 %"}}])
    land = portion(world, "land", "DEU", "RUS", "C26")
    assert found("trade_cost", "DEU", "RUS", "C26") == pytest.approx(
        (1 - land + land * 1.4**-5.0) ** (-1 / 5.0), rel=1e-13
    )


def test_a_stated_share_replaces_the_rule(dense):
    found = dense(
        sanctions=[{"transport": {**PAIR, "mode": ["sea", "air"], "closed": True, "share": "30 %"}}]
    )
    assert found("passing", "DEU", "RUS", "A01") == pytest.approx(0.7)


def test_a_blockade_falls_on_all_trade_and_a_corridor_frees_some(dense, world):
    blockade = {"transport": {"on": "CHN", "mode": ["sea", "air", "land"], "closed": True}}
    corridor = {"corridor": {"between": ["CHN", "DEU"], "goods": "A01"}}
    found = dense(sanctions=[blockade], responses=[corridor])
    assert found("passing", "CHN", "DEU", "A01") == 1.0
    assert found("passing", "CHN", "DEU", "C26") == found("passing", "FRA", "CHN", "A01") == 0.0
    assert found("passing", "FRA", "DEU", "A01") == found("passing", "CHN", "CHN", "A01") == 1.0


def test_a_route_makes_its_mode_cheaper(dense, world):
    found = dense(responses=[{"route": {"between": ["RUS", "CHN"], "mode": "land", "saving": "20 %"}}])
    land = portion(world, "land", "CHN", "RUS", "C26")
    assert found("trade_cost", "CHN", "RUS", "C26") == pytest.approx(
        (1 - land + land * 0.8**-5.0) ** (-1 / 5.0), rel=1e-13
    )
    assert found("trade_cost", "CHN", "RUS", "K") == 1.0


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"mode": "ship"}, "CV106", "sea, air or land"),
        ({"mode": []}, "CV117", "transport.mode"),
        ({"closed": True, "rate": "5 %"}, "CV106", "transport.rate"),
        ({}, "CV105", "transport.rate"),
        ({"rate": "5 %", "leakage": "5 %"}, "CV106", "transport.leakage"),
        ({"closed": True, "share": 0}, "CV107", "transport.share"),
        ({"closed": True, "share": 60}, "CV108", "Write 60 %"),
        ({"closed": True, "on": None}, "CV105", "transport"),
        ({"closed": True, "by": None, "direction": "import"}, "CV106", "transport.direction"),
        ({"closed": True, "between": ["DEU", "RUS"]}, "CV106", "transport.between"),
    ],
)
def test_nonsense(fields, code, word):
    given = {name: value for name, value in {**PAIR, "mode": "sea", **fields}.items() if value is not None}
    with pytest.raises(ScenarioError, match=code) as caught:
        Transport(**given)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("item", "code", "where"),
    [
        (
            {"transport": {"by": "DEU", "on": "TUR", "mode": "sea", "closed": True, "goods": "K"}},
            "CV118",
            "goods",
        ),
        ({"transport": {"by": "DEU", "on": "ROW", "mode": "land", "closed": True}}, "CV118", "mode"),
        ({"transport": {**PAIR, "mode": "sea", "closed": True, "in_force": True}}, "CV120", "in_force"),
    ],
)
def test_what_no_world_takes(world, item, code, where):
    with pytest.raises(ScenarioError, match=code) as caught:
        compile_scenario(Scenario(name="x", sanctions=[item]), world)
    assert caught.value.where.endswith(f"sanctions[0].{where}")


def test_sentences():
    assert Transport(on="TWN", mode=["air", "sea"], closed=True, exempt="food").describe() == (
        "All trade in goods of Taiwan may not go by sea and air; exempt: food."
    )
    assert Transport(by="eu", on="RUS", mode="land", rate="5 %", direction="import").describe() == (
        "The European Union's imports of goods from Russia becomes 5 % dearer by land."
    )
