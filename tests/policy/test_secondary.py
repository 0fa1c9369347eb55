"""Secondary sanctions and countervailing duties: what they come to."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario

ASKED = {"by": ["DEU", "FRA"], "on": ["CHN", "TUR"], "target": "RUS", "friction": 0.1}


def compiled(world, sanctions, responses=(), **more):
    return compile_scenario(Scenario(name="x", sanctions=sanctions, responses=responses, **more), world)


def same(one, other) -> None:
    np.testing.assert_array_equal(one.cells, other.cells)
    for name in ("passing", "trade_cost", "tariff"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name))


def test_who_leaves_bans_trade_and_who_stays_bears_costs(world):
    item = {"secondary": {**ASKED, "goods": "C26", "leakage": 0.2, "defy": "CHN"}}
    whole = compiled(world, [item]).shock()
    parts = [
        {"embargo": {"by": "TUR", "on": "RUS", "goods": "C26", "leakage": 0.2}},
        {"friction": {"by": ["DEU", "FRA"], "on": "CHN", "rate": 0.1, "kind": "secondary"}},
    ]
    same(whole, compiled(world, parts).shock())


def test_all_leave_unless_they_are_said_to_stay(world):
    same(
        compiled(world, [{"secondary": ASKED}]).shock(),
        compiled(world, [{"embargo": {"by": ["CHN", "TUR"], "on": "RUS"}}]).shock(),
    )
    everyone = {"secondary": {**ASKED, "defy": ["CHN", "TUR"]}}
    same(
        compiled(world, [everyone]).shock(),
        compiled(
            world,
            [{"friction": {"by": ["DEU", "FRA"], "on": ["CHN", "TUR"], "rate": 0.1, "kind": "secondary"}}],
        ).shock(),
    )


def test_the_larger_partner_is_kept(world):
    flow = world.basic_flow().sum(axis=2)
    trade = flow + flow.T
    rus, west = world.index("RUS"), [world.index("DEU"), world.index("FRA")]
    stay = [
        code
        for code in ("CHN", "TUR")
        if trade[world.index(code), rus] > trade[world.index(code), west].sum()
    ]
    stated = {**ASKED, **({"defy": stay} if stay else {})}
    same(
        compiled(world, [{"secondary": {**ASKED, "choice": "larger"}}]).shock(),
        compiled(world, [{"secondary": stated}]).shock(),
    )
    one = {**ASKED, "by": "DEU", "target": ["RUS", "FRA", "ROW"], "choice": "larger"}
    larger = compiled(world, [{"secondary": one}]).shock()
    same(
        larger, compiled(world, [{"secondary": {**one, "choice": "stated", "defy": ["CHN", "TUR"]}}]).shock()
    )


def test_third_parties_are_not_targets(world):
    sides = compiled(world, [{"secondary": ASKED}]).sides
    assert [world.countries[n] for n in sides.targets] == ["RUS"]
    assert {world.countries[n] for n in sides.senders} == {"DEU", "FRA"}
    assert {world.countries[n] for n in sides.third} == {"CHN", "TUR", "ROW"}


def test_both_halves_are_phased_in(world):
    item = {"secondary": {**ASKED, "defy": "CHN", "start": "2022-01", "full_by": "2023-01"}}
    shock = compiled(world, [item], date="2022-07-02").shock()
    share = 182 / 365
    assert set(np.round(shock.passing, 9)) == {1.0, round(1 - share, 9)}
    assert set(np.round(shock.trade_cost, 9)) == {1.0, round(1 + 0.1 * share, 9)}


def test_a_retaliation_may_hold_secondary_sanctions(world):
    held = compiled(world, [], [{"retaliation": {"measures": [{"secondary": ASKED}]}}]).shock()
    same(held, compiled(world, [{"secondary": ASKED}]).shock())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"choice": "cheaper"}, "CV138"),
        ({"defy": "ROW"}, "CV139"),
        ({"defy": "CHN", "choice": "larger"}, "CV106"),
        ({"on": ["CHN", "RUS"]}, "CV116"),
        ({"on": ["CHN", "DEU"]}, "CV116"),
        ({"target": "DEU"}, "CV116"),
        ({"friction": -0.1}, "CV107"),
        ({"choice": "random"}, "CV106"),
    ],
)
def test_secondary_sanctions_that_make_no_sense(world, change, code):
    with pytest.raises(ScenarioError) as caught:
        compiled(world, [{"secondary": {**ASKED, **change}}])
    assert caught.value.code == code
    assert "sanctions[0]" in caught.value.where


# --- countervailing duties -------------------------------------------------------------------------------------


def test_a_duty_is_one_limit_for_each_importer_and_good(world):
    duty = {"duty": {"by": ["DEU", "FRA"], "on": "CHN", "goods": ["A01", "C26"]}}
    shock = compiled(world, [{"subsidy": {"by": "CHN", "rate": 0.2, "on": "exports"}}], [duty]).shock()
    j = world.n_sectors
    found = {(limit.kind, limit.watched // j, limit.watched % j) for limit in shock.conditions}
    assert found == {("restore_output", world.index(d), s) for d in ("DEU", "FRA") for s in (0, 1)}
    for limit in shock.conditions:
        assert limit.bound == 1
        assert set(limit.rent_to) == {limit.watched // j}
        assert limit.cells.tolist() == [
            (world.index("CHN") * world.n_countries + limit.watched // j) * j + limit.watched % j
        ]


def test_a_duty_of_a_union_is_one_rate(world):
    duty = {
        "duty": {"by": ["DEU", "FRA"], "on": "CHN", "goods": "C26", "injured": "FRA", "restores": "price"}
    }
    (limit,) = compiled(world, [], [duty]).shock().conditions
    assert limit.kind == "restore_price"
    assert limit.watched == world.index("FRA") * world.n_sectors + 1
    assert limit.cells.size == 2
    assert set(limit.rent_to) == {world.index("DEU"), world.index("FRA")}
    for injured in ("TUR", "EU27", "nowhere"):
        with pytest.raises(ScenarioError, match=r"CV134|CV113|CV111"):
            compiled(world, [], [{"duty": {**duty["duty"], "injured": injured}}])


def test_a_duty_falls_on_goods_that_are_imported(world):
    with pytest.raises(ScenarioError, match="CV130"):
        compiled(world, [], [{"duty": {"by": "ROW", "on": "CHN", "goods": "A01"}}])
    with pytest.raises(ScenarioError, match="CV118"):
        compiled(world, [], [{"duty": {"by": "DEU", "on": "CHN", "goods": "K"}}])
    with pytest.raises(ScenarioError, match="CV116"):
        compiled(world, [], [{"duty": {"by": "DEU", "on": "DEU", "goods": "A01"}}])
