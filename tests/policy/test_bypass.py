"""Ways around bans: the hub with the least cost, what closes a way, and the levels of trade cost behind it."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.model.horizon import at_horizon
from countervail.model.parameters import short_run
from countervail.policy.levels import trade_cost_level
from countervail.policy.scenario import Scenario
from countervail.policy.shock import Shock, compile_scenario
from countervail.solver import equilibrium
from countervail.world.calibrate import calibrate
from countervail.world.catalog import load_world
from countervail.world.table import Table

BAN = {
    "embargo": {
        "name": "ban",
        "by": ["DEU", "FRA"],
        "on": "RUS",
        "goods": "C26",
        "direction": "export",
        "leakage": 0.1,
    }
}


def bypass(**more) -> dict:
    return {"bypass": {"ban": "ban", "through": ["CHN", "TUR"], **more}}


def shock_of(world, sanctions, responses=(), **more) -> Shock:
    return compile_scenario(
        Scenario(name="x", sanctions=sanctions, responses=responses, **more), world
    ).shock()


def at(world, shock: Shock, o: str, d: str, s: str = "C26") -> int:
    n, j = world.n_countries, world.n_sectors
    cell = (world.index(o) * n + world.index(d)) * j + world.sectors.index(s)
    place = int(np.searchsorted(shock.cells, cell))
    assert shock.cells[place] == cell
    return place


def leg_tariff(world, h: str, d: str = "RUS", s: str = "C26") -> float:
    return float(world.tariff[world.index(h), world.index(d), world.sectors.index(s)])


def test_a_banned_cell_takes_the_cheapest_way_and_pays_its_tariff(world):
    costs = {"friction": {"by": "CHN", "on": "RUS", "rate": 0.5, "kind": "payments", "direction": "export"}}
    for sanctions in ([BAN], [BAN, costs]):
        shock = shock_of(world, sanctions, [bypass(detour="120 %")])
        chn = 1.2 * (1.5 if len(sanctions) > 1 else 1) * leg_tariff(world, "CHN")
        tur = 1.2 * leg_tariff(world, "TUR")
        k = at(world, shock, "DEU", "RUS")
        best = "CHN" if chn < tur else "TUR"
        assert shock.hubs[k] == world.index(best)
        assert shock.passing[k] == 1
        assert shock.trade_cost[k] * shock.tariff[k] == pytest.approx(min(chn, tur))
        assert shock.tariff[k] == pytest.approx(leg_tariff(world, best))
        assert shock.wedge[k] == 1
    assert best == "TUR"


def test_the_markup_is_the_rent_of_the_hub(world):
    shock = shock_of(world, [BAN], [bypass(through="TUR", markup=0.25, detour="100 %")])
    k = at(world, shock, "DEU", "RUS")
    assert shock.wedge[k] == pytest.approx(1.25)
    assert set(shock.claims.economy) == {world.index("TUR")}
    assert shock.claims.per_sale(shock.wedge) == pytest.approx(0.25)


def test_a_banned_leg_closes_a_way(world):
    leg = {"embargo": {"by": "CHN", "on": "RUS", "goods": "C26", "direction": "export", "leakage": 0.04}}
    theta = world.trade_elasticity[world.sectors.index("C26")]
    half = shock_of(world, [BAN, leg], [bypass(through="CHN", detour="100 %")])
    assert half.trade_cost[at(world, half, "DEU", "RUS")] == pytest.approx(0.04 ** (-1 / theta))
    leg["embargo"] |= {"leakage": 0}
    with pytest.raises(ScenarioError, match=r"CV135.*China"):
        shock_of(world, [BAN, leg], [bypass(through=["CHN", "TUR"])])
    # the first leg counts as well
    first = {"embargo": {"between": ["DEU", "CHN"], "goods": "C26"}}
    other = shock_of(world, [BAN, first], [bypass(through="CHN", detour="100 %")])
    assert other.passing[at(world, other, "DEU", "RUS")] == 0.1
    assert other.hubs[at(world, other, "FRA", "RUS")] == world.index("CHN")


def test_all_third_countries_may_be_hubs_and_never_the_two_ends(world):
    shock = shock_of(world, [BAN], [{"bypass": {"ban": "ban"}}])
    for origin in ("DEU", "FRA"):
        hub = shock.hubs[at(world, shock, origin, "RUS")]
        assert world.countries[hub] in {"CHN", "TUR", "ROW"}  # the other member may not export either


def test_a_ban_closes_a_way_even_where_nothing_flowed(world):
    """Türkiye sells Russia no electronics itself; its ban closes the way through it all the same."""
    everyone = {"embargo": {**BAN["embargo"], "by": ["DEU", "FRA", "TUR"], "leakage": 0}}
    with pytest.raises(ScenarioError, match=r"CV135.*all ways through Türkiye are closed"):
        shock_of(world, [everyone], [bypass()])
    everyone["embargo"]["by"] = ["DEU", "FRA", "CHN", "TUR", "ROW"]
    with pytest.raises(ScenarioError, match=r"CV135.*every way is closed"):
        shock_of(world, [everyone], [{"bypass": {"ban": "ban"}}])


def test_a_ban_that_is_lifted_or_not_active_needs_no_way_round(world):
    corridor = {"corridor": {"between": ["RUS", "DEU"], "goods": "C26"}}
    shock = shock_of(world, [BAN], [bypass(), corridor])
    k = at(world, shock, "DEU", "RUS")
    assert (shock.hubs[k], shock.passing[k], shock.trade_cost[k]) == (-1, 1, 1)
    compiled = compile_scenario(Scenario(name="x", sanctions=[BAN], responses=[bypass()]), world)
    assert compiled.shock(sanctions=False).hubs is None
    assert compiled.shock(responses=()).hubs is None


def test_a_way_that_opens_slowly_is_open_to_a_share_of_the_goods(world):
    dated = bypass(start="2022-01", full_by="2023-01", detour="110 %")
    half = shock_of(world, [BAN], [dated], date="2022-07-02")
    k = at(world, half, "DEU", "RUS")
    assert half.passing[k] == pytest.approx(182 / 365)
    assert half.trade_cost[k] == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("change", "legal"),
    [({"licence": 0.4}, 0.4), ({"start": "2022-01", "full_by": "2023-01"}, 1 - 182 / 365)],
)
def test_what_is_legal_goes_direct(world, change, legal):
    ban = {"embargo": {**BAN["embargo"], **change}}
    shock = shock_of(world, [ban], [bypass(through="CHN", detour="140 %", markup=0.1)], date="2022-07-02")
    k = at(world, shock, "DEU", "RUS")
    theta = world.trade_elasticity[1]
    around = 1.4 * 1.1 * leg_tariff(world, "CHN") / leg_tariff(world, "DEU")
    assert shock.passing[k] == 1
    assert shock.trade_cost[k] == pytest.approx((legal + (1 - legal) * around**-theta) ** (-1 / theta))
    assert shock.tariff[k] == pytest.approx(leg_tariff(world, "DEU"))
    assert shock.hubs[k] == world.index("CHN")
    assert shock.claims is None
    away = (1 - legal) * around**-theta
    assert shock.through[k] == pytest.approx(away / (legal + away))


def test_two_equal_ways_do_not_depend_on_their_order(world):
    slow = bypass(through="CHN", detour="110 %", start="2022-01", full_by="2023-01")
    fast = bypass(through="CHN", detour="110 %")
    for items in ([slow, fast], [fast, slow]):
        shock = shock_of(world, [BAN], items, date="2022-07-02")
        assert shock.passing[at(world, shock, "DEU", "RUS")] == 1


def test_a_capacity_is_of_each_hub(world):
    shock = shock_of(world, [BAN], [bypass(capacity="20 %")])
    banned = world.basic_flow().ravel()[shock.cells[shock.routes.at]]
    assert shock.routes.at.size == 2
    np.testing.assert_allclose(shock.routes.bound, 0.2 * banned.sum())
    assert set(shock.routes.hub) == {world.index("CHN"), world.index("TUR")}
    assert shock_of(world, [BAN], [bypass()]).routes is None


def test_capacities_of_one_flow_are_in_one_unit():
    """One bypass counts cubic metres, the other money: they cannot be set against each other."""
    world = load_world("icio2021-energy")
    ban = {
        "embargo": {"name": "ban", "by": ["DEU", "POL"], "on": "RUS", "goods": "gas", "direction": "import"}
    }
    ways = [
        {"bypass": {"ban": "ban", "through": "TUR", "capacity": "5 bcm"}},
        {"bypass": {"ban": "ban", "through": "CHN", "capacity": "20 %"}},
    ]
    with pytest.raises(ScenarioError, match="CV160"):
        shock_of(world, [ban], ways)


def test_leakage_follows_from_the_way_round(world):
    """On its own the quantity through the hub is what the factor makes of it, so a dearer way leaks less."""
    leaks = []
    for detour in ("100 %", "130 %", "300 %"):
        shock = shock_of(world, [BAN], [bypass(through="TUR", detour=detour)])
        eq = equilibrium(world, shock)
        assert eq.residual < 1e-9
        share = world.trade_share[world.index("DEU"), world.index("RUS"), 1]
        theta = world.trade_elasticity[1]
        k = shock.trade_cost * shock.tariff / world.tariff.ravel()[shock.cells]
        cost, price = eq.unit_cost[world.index("DEU"), 1], eq.price[world.index("RUS"), 1]
        leaks.append(share * (k[at(world, shock, "DEU", "RUS")] * cost / price) ** -theta / share)
    assert leaks == sorted(leaks, reverse=True)
    assert leaks[-1] < 0.02


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (bypass(ban="bun"), "CV119"),
        (bypass(through="XXX"), "CV111"),
        (bypass(markup=-0.1), "CV107"),
        (bypass(detour="90 %"), "CV107"),
        (bypass(capacity="-3 bcm"), "CV132"),
        (bypass(capacity="3 bcm"), "CV131"),
        (bypass(capacity=0), "CV132"),
        (bypass(goods="A01"), "CV106"),
        (bypass(in_force=True), "CV120"),
        (bypass(through=["DEU", "CHN"]), "CV135"),
        ({"retaliation": {"measures": [bypass()]}}, "CV106"),
    ],
)
def test_a_bypass_that_makes_no_sense(world, item, code):
    full = {"embargo": {**BAN["embargo"], "leakage": 0}}
    with pytest.raises(ScenarioError) as caught:
        shock_of(world, [full], [item])
    assert caught.value.code == code
    assert "responses[0]" in caught.value.where


# --- levels of trade cost --------------------------------------------------------------------------------------


def test_levels_come_from_the_shares_of_both_ways(world):
    level = trade_cost_level(world, np.arange(3))
    np.testing.assert_allclose(level, level.transpose(1, 0, 2))
    np.testing.assert_array_equal(level[np.arange(6), np.arange(6)], 1)
    share, tau, theta = world.trade_share, world.tariff, world.trade_elasticity
    ratio = share[0, 1, 2] * share[1, 0, 2] / (share[0, 0, 2] * share[1, 1, 2])
    assert level[0, 1, 2] == pytest.approx(
        ratio ** (-1 / (2 * theta[2])) / np.sqrt(tau[0, 1, 2] * tau[1, 0, 2])
    )


def test_levels_do_not_depend_on_how_large_an_economy_is(random_world):
    """Head and Ries take sizes out: doubling what one seller sells everywhere, home included, changes no level."""
    recipe = {"n": 4, "j": 1, "missing": 0.0, "tariffs": 0.0, "inputs": 0.0}
    small = random_world(4, **recipe)
    flow = small.basic_flow()
    flow[0] *= 2
    none = np.zeros((4, 4, 1))
    table = Table("twice", 2000, small.countries, small.sectors, flow, none[:, :1], none, small.goods)
    twice = calibrate(table, small.trade_elasticity)
    np.testing.assert_allclose(trade_cost_level(twice, np.array([0])), trade_cost_level(small, np.array([0])))


def test_levels_of_flows_that_are_zero_follow_distance(icio):
    s = icio.sectors.index("B06")
    level = trade_cost_level(icio, np.array([s]))[:, :, 0]
    assert np.isfinite(level).all()
    share = icio.trade_share[:, :, s]
    fitted = (share * share.T == 0) & ~np.eye(icio.n_countries, dtype=bool)
    assert fitted.sum() > 100
    a, near, far = (icio.index(code) for code in ("KAZ", "KGZ" if "KGZ" in icio.countries else "RUS", "NZL"))
    assert level[a, near] < level[a, far]


def test_what_is_near_costs_less(icio):
    s = icio.sectors.index("C28")
    level = trade_cost_level(icio, np.array([s]))[:, :, 0]
    deu = icio.index("DEU")
    assert level[deu, icio.index("AUT")] < level[deu, icio.index("USA")] < level[deu, icio.index("NZL")]
    assert level[~np.eye(icio.n_countries, dtype=bool)].min() > 1


def test_a_shorter_horizon_does_not_change_the_levels(icio):
    soon = at_horizon(icio, short_run)
    assert (soon.trade_elasticity < icio.trade_elasticity).all()
    some = np.array([icio.sectors.index("C26")])
    np.testing.assert_array_equal(trade_cost_level(soon, some), trade_cost_level(icio, some))
