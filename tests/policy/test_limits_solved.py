"""What solved limits come to, through scenarios: each is the tariff, subsidy or friction of the size that was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import countervail as cv
from countervail.model.conditions import condition_residuals, shipped, slack
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.limits import Limit
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario, conversions
from countervail.solver import equilibrium
from countervail.world.catalog import load_world

SAME = 1e-7  # percent of income, between two ways to the same equilibrium


def shock_of(world, sanctions=(), responses=(), **more):
    return compile_scenario(
        Scenario(name="x", sanctions=sanctions, responses=responses, **more), world
    ).shock()


def solved(world, sanctions=(), responses=()):
    """The equilibrium, checked, and the wedge of each limit."""
    shock = shock_of(world, sanctions, responses)
    eq = equilibrium(world, shock)
    assert condition_residuals(eq.base, shock, eq.wedges, eq).max() < 1e-9
    assert eq.residual < 1e-9
    return shock, eq, np.exp(eq.wedges)


def same(one, other) -> None:
    np.testing.assert_allclose(welfare(one), welfare(other), atol=SAME)
    np.testing.assert_allclose(one.wage, other.wage, rtol=1e-8)


def applied(world, o: str, d: str, s: str) -> float:
    return float(world.tariff[world.index(o), world.index(d), world.sectors.index(s)])


def test_a_quota_is_the_tariff_that_gives_the_same_quantity(world):
    shock, eq, (mu,) = solved(
        world, [{"quota": {"seller": "RUS", "buyer": "DEU", "goods": "A01", "volume": "60 %"}}]
    )
    assert mu > 1.05
    rate = applied(world, "RUS", "DEU", "A01") * (mu - 1)
    same(
        eq,
        equilibrium(
            world, shock_of(world, [{"tariff": {"by": "DEU", "on": "RUS", "goods": "A01", "rate": rate}}])
        ),
    )
    (limit,) = shock.conditions
    quantity = shipped(world, eq.shock, limit.cells, eq)
    assert quantity == pytest.approx(0.6 * world.basic_flow().ravel()[limit.cells])


def test_a_contract_is_the_export_subsidy_that_gives_the_same_quantity(world):
    contract = {
        "seller": "RUS",
        "buyer": ["CHN", "DEU", "FRA", "TUR", "ROW"],
        "goods": "K",
        "volume": "120 %",
    }
    _, eq, (mu,) = solved(world, [], [{"contract": contract}])
    assert mu < 0.98
    subsidy = {"by": "RUS", "goods": "K", "rate": float(1 - mu), "on": "exports"}
    same(eq, equilibrium(world, shock_of(world, [], [{"subsidy": subsidy}])))


def test_a_duty_is_a_tariff_and_restores_what_it_should(world):
    cheaper = {"technology": {"by": "CHN", "goods": "C26", "rate": "15 %"}}
    for restores in ("output", "price"):
        duty = {"duty": {"by": "DEU", "on": "CHN", "goods": "C26", "restores": restores}}
        shock, eq, (mu,) = solved(world, [cheaper], [duty])
        assert mu > 1.01
        d, s = world.index("DEU"), world.sectors.index("C26")
        level = (
            eq.output[d, s] / eq.unit_cost[d, s] / world.output[d, s]
            if restores == "output"
            else eq.price[d, s]
        )
        assert level == pytest.approx(1, abs=1e-9)
        rate = applied(world, "CHN", "DEU", "C26") * (mu - 1)
        tariff = {"tariff": {"by": "DEU", "on": "CHN", "goods": "C26", "rate": rate}}
        same(eq, equilibrium(world, shock_of(world, [cheaper], [tariff])))
        assert abs(slack(world, shock, eq.wedges, eq)[0]) < 1e-9


def test_a_duty_answers_a_subsidy(world):
    subsidy = {"subsidy": {"by": "CHN", "goods": "C26", "rate": "15 %", "on": "exports"}}
    duty = {"duty": {"by": ["DEU", "FRA"], "on": "CHN", "goods": "C26"}}
    _, eq, mu = solved(world, [subsidy], [duty])
    assert (mu > 1.02).all()
    for code in ("DEU", "FRA"):
        d, s = world.index(code), world.sectors.index("C26")
        assert eq.output[d, s] / eq.unit_cost[d, s] == pytest.approx(world.output[d, s], rel=1e-9)


def test_a_duty_of_a_union_restores_the_injured(world):
    subsidy = {"subsidy": {"by": "CHN", "goods": "C26", "rate": "15 %", "on": "exports"}}
    duty = {"by": ["DEU", "FRA"], "on": "CHN", "goods": "C26", "injured": "FRA", "restores": "price"}
    _, eq, (mu,) = solved(world, [subsidy], [{"duty": duty}])
    assert mu > 1.02
    assert eq.price[world.index("FRA"), 1] == pytest.approx(1, abs=1e-9)


def test_limits_that_the_world_meets_change_nothing(world):
    items = [
        {"quota": {"seller": "RUS", "buyer": "DEU", "goods": "A01", "volume": "110 %"}},
        {"contract": {"seller": "RUS", "buyer": "CHN", "goods": "A01", "volume": "90 %"}},
        {"price_cap": {"sellers": "RUS", "by": "DEU", "goods": "K", "level": "100 %"}},
    ]
    _, eq, mu = solved(world, items)
    np.testing.assert_allclose(mu, 1, atol=1e-10)
    np.testing.assert_allclose(welfare(eq), 0, atol=1e-8)


def test_a_cap_presses_the_netback_down_to_it(world):
    cap = {"sellers": "RUS", "by": ["DEU", "FRA"], "buyers": "TUR", "goods": "A01", "fall": "5 %"}
    rus, a01 = world.index("RUS"), world.sectors.index("A01")
    gains = {}
    for rent in ("buyer", "seller"):
        _, eq, (mu,) = solved(world, [{"price_cap": {**cap, "rent": rent}}])
        assert mu > 1.01
        assert eq.unit_cost[rus, a01] == pytest.approx(0.95, abs=1e-9)
        gains[rent] = float(welfare(eq)[rus])
    assert gains["buyer"] < gains["seller"]


def test_a_cap_split_by_goods_is_the_whole_cap(world):
    cap = {"sellers": "RUS", "by": ["DEU", "FRA", "TUR"], "fall": "4 %"}
    whole = solved(world, [{"price_cap": {**cap, "goods": ["A01", "C26"]}}])[1]
    parts = solved(world, [{"price_cap": {**cap, "goods": goods}} for goods in ("A01", "C26")])[1]
    same(whole, parts)


def test_what_a_lifted_limit_leaves(world):
    quota = {"quota": {"seller": "RUS", "buyer": ["DEU", "FRA"], "goods": "A01", "volume": "60 %"}}
    lane = {"corridor": {"between": ["RUS", "DEU"], "goods": "A01"}}
    _, eq, _ = solved(world, [quota], [lane])
    alone = {"quota": {**quota["quota"], "buyer": "FRA"}}
    same(eq, solved(world, [alone])[1])


def test_a_quota_of_nothing_and_an_embargo_are_the_same(world):
    quota = {"quota": {"seller": "RUS", "buyer": "DEU", "goods": "A01", "volume": 0}}
    ban = {"embargo": {"by": "DEU", "on": "RUS", "goods": "A01", "direction": "import"}}
    same(equilibrium(world, shock_of(world, [quota])), equilibrium(world, shock_of(world, [ban])))
    tight = {"quota": {**quota["quota"], "volume": "0.01 %"}}
    almost = solved(world, [tight])[1]
    np.testing.assert_allclose(
        welfare(almost), welfare(equilibrium(world, shock_of(world, [ban]))), atol=1e-2
    )


def test_a_bypass_is_a_friction_and_a_tariff(world):
    ban = {"embargo": {"name": "ban", "by": "DEU", "on": "RUS", "goods": "C26", "direction": "export"}}
    way = {"bypass": {"ban": "ban", "through": "TUR", "detour": "130 %"}}
    around = equilibrium(world, shock_of(world, [ban], [way]))
    friction = {
        "by": "DEU",
        "on": "RUS",
        "goods": "C26",
        "direction": "export",
        "rate": 0.3,
        "kind": "shipping",
    }
    level = {"by": "RUS", "on": "DEU", "goods": "C26", "to": applied(world, "TUR", "RUS", "C26") - 1}
    same(around, equilibrium(world, shock_of(world, [{"friction": friction}, {"tariff": level}])))


def test_the_markup_of_a_bypass_is_the_income_of_the_hub(world):
    ban = {"embargo": {"name": "ban", "by": "DEU", "on": "RUS", "goods": "C26", "direction": "export"}}
    way = {"bypass": {"ban": "ban", "through": "TUR", "detour": "100 %", "markup": "20 %"}}
    shock = shock_of(world, [ban], [way])
    eq = equilibrium(world, shock)
    at = int(np.flatnonzero(shock.hubs >= 0)[0])
    sales = (
        float(shipped(world, shock, shock.cells[at : at + 1], eq)[0]) * eq.unit_cost[world.index("DEU"), 1]
    )
    assert eq.rent[world.index("TUR")] == pytest.approx(0.2 * sales)
    assert eq.rent.sum() == pytest.approx(0.2 * sales)


def test_a_capacity_holds_back_what_goes_through_a_hub(world):
    ban = {
        "embargo": {"name": "ban", "by": ["DEU", "FRA"], "on": "RUS", "goods": "C26", "direction": "export"}
    }
    way = {"ban": "ban", "through": "TUR", "detour": "105 %"}
    free = shock_of(world, [ban], [{"bypass": way}])
    open_ = equilibrium(world, free)
    through = free.cells[free.hubs >= 0]
    without = shipped(world, free, through, open_).sum() / world.basic_flow().ravel()[through].sum()
    half = f"{50 * without:.6f} %"
    eq = equilibrium(world, shock_of(world, [ban], [{"bypass": {**way, "capacity": half}}]))
    assert eq.residual < 1e-9
    assert np.exp(eq.shock.routes.log_price[0]) > 1.01
    assert eq.rent[world.index("TUR")] > 0
    found = shipped(world, eq.shock, through, eq).sum() / world.basic_flow().ravel()[through].sum()
    assert found == pytest.approx(without / 2, rel=1e-5)
    # the same as a quota of the hub, solved by the other solver
    limit = Limit(
        "quota",
        "x",
        through,
        np.ones(through.size),
        eq.shock.routes.bound[0],
        np.full(through.size, world.index("TUR")),
    )
    same(eq, equilibrium(world, replace(free, conditions=(limit,))))


def hubs_by_hand(world, shock, eq):
    """What goes through each hub, and what each way costs the buyer, from the equilibrium alone."""
    routes = eq.shock.routes
    quantity = shipped(world, eq.shock, eq.shock.cells[routes.at], eq)
    load = np.bincount(routes.hub, routes.part * quantity[routes.cell], minlength=world.n_countries)
    nu = np.exp(routes.log_price[routes.line])
    return load, routes.cost * (1 + routes.markup) * nu * routes.tariff


@pytest.mark.parametrize("markup", ["0 %", "10 %"])
def test_what_a_hub_cannot_pass_on_goes_through_the_next(world, markup):
    """The cheapest hub is full and charges up to what the next costs; the next is not full and charges nothing."""
    ban = {"embargo": {"name": "ban", "by": "DEU", "on": "RUS", "goods": "C26", "direction": "export"}}
    hubs = ["CHN", "TUR", "FRA"]
    way = {"ban": "ban", "through": hubs, "detour": "105 %", "markup": markup}
    free = shock_of(world, [ban], [{"bypass": way}])
    everything = float(shipped(world, free, free.cells[free.hubs >= 0], equilibrium(world, free)).sum())
    million = f"{0.6 * everything!r} million USD"
    shock = shock_of(world, [ban], [{"bypass": {**way, "capacity": million}}])
    eq = equilibrium(world, shock)
    load, paid = hubs_by_hand(world, shock, eq)
    routes = eq.shock.routes
    used = routes.part > 0
    assert used.sum() == 2
    np.testing.assert_allclose(paid[used], paid.min(), rtol=1e-12)
    first = int(np.argmin(routes.log_paid))
    assert load[routes.hub[first]] == pytest.approx(0.6 * everything, rel=1e-9)
    assert routes.log_price[routes.line[first]] > 0
    assert np.count_nonzero(routes.log_price) == 1
    assert eq.rent[routes.hub[first]] > 0
    assert eq.residual < 1e-9
    assert eq.residuals["12d hubs"] < 1e-9


def test_when_all_hubs_are_full_they_charge_what_brings_demand_down(world):
    """Against a search over the one price of the two hubs that brings trade to what both can pass on."""
    ban = {"embargo": {"name": "ban", "by": "DEU", "on": "RUS", "goods": "C26", "direction": "export"}}
    ways = [
        {"bypass": {"ban": "ban", "through": hub, "detour": detour, "capacity": "10 %"}}
        for hub, detour in (("CHN", "105 %"), ("TUR", "110 %"))
    ]
    eq = equilibrium(world, shock_of(world, [ban], ways))
    routes = eq.shock.routes
    load, paid = hubs_by_hand(world, None, eq)
    base = world.basic_flow().ravel()[eq.shock.cells[routes.at]].sum()
    np.testing.assert_allclose(load[routes.hub], 0.1 * base, rtol=1e-9)
    np.testing.assert_allclose(paid, paid[0], rtol=1e-12)
    assert (routes.log_price > 0).all()
    # the same wedges and tariffs written by hand
    at, nu = int(routes.at[0]), np.exp(routes.log_price[routes.line])
    mu, tariff = nu.mean(), (nu * routes.tariff).sum() / nu.sum()
    assert eq.shock.wedge[at] == pytest.approx(mu)
    assert eq.shock.tariff[at] == pytest.approx(tariff)
    assert eq.shock.trade_cost[at] * mu * tariff == pytest.approx(paid[0])


def test_what_a_ledger_and_many_solves_make_of_hubs_that_fill(world):
    ban = {
        "embargo": {"name": "ban", "by": ["DEU", "FRA"], "on": "RUS", "goods": "C26", "direction": "export"}
    }
    way = {"bypass": {"ban": "ban", "through": ["CHN", "TUR"], "detour": "105 %", "capacity": "15 %"}}
    scenario = Scenario(name="x", sanctions=[ban], responses=[way])
    outcome = cv.solve(world, scenario)
    many = cv.solve_many(world, [scenario], keep=("welfare",))
    np.testing.assert_allclose(many["welfare"].to_numpy().ravel(), outcome.welfare.to_numpy(), atol=1e-9)
    flows = cv.bypass_flows(outcome)
    assert set(flows.table["hub_code"]) == {"CHN", "TUR"}
    assert flows.record["leakage_percent"] <= 30 + 1e-6


def test_hubs_that_fill_on_the_embedded_world():
    """A fifth of the banned technology each: several hubs are full, every flow takes a way that costs it least."""
    world = load_world("icio2021")
    scenario = cv.load_scenario("technology-bypass")
    scenario = scenario.with_measures(
        {("responses", 0): scenario.responses[0].with_fields(capacity="5 %", through="all")}
    )
    outcome = cv.solve(world, scenario)
    eq = outcome.equilibrium
    assert eq.residuals["12d hubs"] < 1e-9
    assert eq.residual < 1e-9
    routes = eq.shock.routes
    assert (np.exp(routes.log_price) > 1.001).sum() >= 2
    table = cv.bypass_flows(outcome).more["hubs"]
    assert len(table) >= 3
    load = table["through_hub_million_usd"].to_numpy()
    assert load[0] < 1.5 * routes.bound[0]


def test_a_ledger_has_contracts_and_corridors_that_lift_caps(world):
    cap = {"price_cap": {"sellers": "RUS", "by": ["DEU", "FRA"], "goods": "A01", "fall": "4 %"}}
    responses = [
        {"contract": {"name": "deal", "seller": "RUS", "buyer": "CHN", "goods": "A01", "volume": "120 %"}},
        {"corridor": {"name": "lane", "between": ["RUS", "FRA"], "goods": "A01"}},
    ]
    scenario = Scenario(name="x", sanctions=[cap], responses=responses)
    ledger = cv.offset_ledger(world, scenario, long_run, ranges=False, break_even=False)
    table = ledger.table.set_index("code") if "code" in ledger.table else ledger.table
    assert np.isfinite(table.select_dtypes("number").to_numpy()[0]).any()


def test_gas_contracts_on_the_energy_world():
    """38 bcm from Russia to China at a gas stop: the volume is met, China has it cheaper, Russia pays for that."""
    world = load_world("icio2021-energy")
    contract = {"contract": {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "38 bcm"}}
    shock = shock_of(world, [], [contract])
    eq = equilibrium(world, shock)
    assert condition_residuals(eq.base, shock, eq.wedges, eq).max() < 1e-9
    units = cv.physical_units(world)["B06_GAS"]
    rus, chn, gas = world.index("RUS"), world.index("CHN"), world.sectors.index("B06_GAS")
    (limit,) = shock.conditions
    quantity = float(shipped(world, eq.shock, limit.cells, eq)[0])
    assert quantity / world.basic_flow()[rus, chn, gas] * units.volume[rus, chn] == pytest.approx(
        38, rel=1e-9
    )
    assert eq.price[chn, gas] < 1
    assert eq.rent[rus] < 0
    assert -0.5 < welfare(eq)[rus] < 0
    assert 0 < welfare(eq)[chn] < 0.1


def test_notes_say_how_a_volume_was_converted():
    contract = {"contract": {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "38 bcm"}}
    scenario = Scenario(name="x", world="icio2021-energy", responses=[contract])
    outcome = cv.solve(load_world("icio2021-energy"), scenario)
    assert any("38 bcm a year at" in note for note in outcome.equilibrium.notes)
    assert "38 bcm" in repr(outcome)
    assert conversions(scenario, outcome.world) == tuple(outcome.equilibrium.notes)
    assert conversions(Scenario(name="y"), outcome.world) == ()
    assert replace(outcome, scenario=None).equilibrium is outcome.equilibrium
