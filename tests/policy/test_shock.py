"""What each measure does on a small world, cell by cell (model, "How policy enters" and Eq. 12a)."""

from __future__ import annotations

import time

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario, no_change

BAN = {"by": "DEU", "on": "RUS"}


def test_no_change_is_no_cell(world):
    shock = no_change(world)
    assert shock.cells.size == 0
    assert np.all(shock.productivity == 1)
    assert np.all(shock.transfer == 0)


def test_a_scenario_without_measures_changes_nothing(world):
    shock = compile_scenario(Scenario(name="x"), world).shock()
    assert shock.cells.size == 0
    assert shock.measures == ()


# One measure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "imports", "exports"), [("import", 0.2, 1.0), ("export", 1.0, 0.2), ("both", 0.2, 0.2)]
)
def test_embargo_directions_are_seen_from_by(dense, direction, imports, exports):
    cell = dense(sanctions=[{"embargo": {**BAN, "direction": direction, "leakage": "20 %"}}])
    assert cell("passing", "RUS", "DEU", "C26") == imports
    assert cell("passing", "DEU", "RUS", "C26") == exports
    assert cell("passing", "FRA", "RUS", "C26") == 1.0
    assert cell("passing", "DEU", "DEU", "C26") == 1.0


def test_full_embargo_lets_nothing_through(dense):
    assert dense(sanctions=[{"embargo": {**BAN, "goods": "K"}}])("passing", "RUS", "DEU", "K") == 0.0


def test_embargo_between_blocs_leaves_trade_inside_them(dense):
    cell = dense(sanctions=[{"embargo": {"between": ["west", "RUS"]}}], blocs={"west": ["DEU", "FRA"]})
    assert cell("passing", "DEU", "RUS", "K") == cell("passing", "RUS", "FRA", "K") == 0.0
    assert cell("passing", "DEU", "FRA", "K") == 1.0


def test_friction(dense):
    cell = dense(sanctions=[{"friction": {**BAN, "rate": "8 %", "kind": "payments", "direction": "export"}}])
    assert cell("trade_cost", "DEU", "RUS", "K") == pytest.approx(1.08)
    assert cell("trade_cost", "RUS", "DEU", "K") == 1.0


def test_tariff_adds_to_what_the_importer_takes_on_goods(dense):
    cell = dense(sanctions=[{"tariff": {**BAN, "rate": "25 %"}}])
    assert cell.tariff_added("RUS", "DEU", "C26") == pytest.approx(0.25)
    assert cell.tariff_added("DEU", "RUS", "C26") == 0.0
    assert cell("tariff", "RUS", "DEU", "K") == 1.0


def test_tariff_levels_take_the_highest_and_rates_add_to_it(dense):
    cell = dense(
        sanctions=[
            {"tariff": {**BAN, "to": "35 %"}},
            {"tariff": {**BAN, "to": "20 %"}},
            {"tariff": {**BAN, "rate": "5 %", "goods": "C26"}},
        ]
    )
    assert cell("tariff", "RUS", "DEU", "C26") == pytest.approx(1.40)
    assert cell("tariff", "RUS", "DEU", "A01") == pytest.approx(1.35)


def test_free_entry_is_a_level_of_zero(dense):
    assert (
        dense(responses=[{"tariff": {"between": ["RUS", "CHN"], "to": 0}}])("tariff", "CHN", "RUS", "C26")
        == 1.0
    )


def test_tariff_cuts_that_add_up_to_nothing_left(world):
    cuts = [{"tariff": {**BAN, "rate": "-60 %", "name": f"cut {n}"}} for n in range(2)]
    compiled = compile_scenario(Scenario(name="x", sanctions=cuts[:1], responses=cuts[1:]), world)
    assert compiled.shock(responses=()).tariff.min() > 0
    with pytest.raises(ScenarioError, match="CV121") as caught:
        compiled.shock()
    assert "cut 0, cut 1" in caught.value.found


def test_subsidies_bear_on_exports_or_on_home_sales_as_well(dense):
    exports = dense(responses=[{"subsidy": {"by": "CHN", "rate": "10 %", "on": "exports", "goods": "C26"}}])
    assert exports("wedge", "CHN", "DEU", "C26") == pytest.approx(0.9)
    assert exports("wedge", "CHN", "CHN", "C26") == 1.0
    output = dense(responses=[{"subsidy": {"by": "CHN", "rate": "10 %", "on": "output", "goods": "C26"}}])
    assert output("wedge", "CHN", "CHN", "C26") == pytest.approx(0.9)
    assert not output.shock.rent_to_buyer.any()


def test_transfers_are_shared_by_income_and_sum_to_zero(world):
    items = [{"transfer": {"payer": ["DEU", "FRA"], "payee": ["RUS", "CHN"], "amount": 2}}]
    flow = compile_scenario(Scenario(name="x", responses=items), world).shock().transfer
    income = dict(zip(world.countries, world.income, strict=True))
    paid = dict(zip(world.countries, flow, strict=True))
    assert paid["DEU"] == pytest.approx(-2 * income["DEU"] / (income["DEU"] + income["FRA"]))
    assert paid["RUS"] == pytest.approx(2 * income["RUS"] / (income["RUS"] + income["CHN"]))
    assert flow.sum() == pytest.approx(0, abs=1e-12)


def test_a_share_of_income_is_paid_by_every_payer(world):
    items = [{"transfer": {"payer": ["DEU", "FRA"], "payee": "RUS", "amount": "1 %"}}]
    flow = compile_scenario(Scenario(name="x", responses=items), world).shock().transfer
    payers = [world.index("DEU"), world.index("FRA")]
    np.testing.assert_allclose(flow[payers], -0.01 * world.income[payers], rtol=1e-14)


def test_nobody_pays_more_than_a_year_of_income(world):
    items = [{"transfer": {"payer": "DEU", "payee": "RUS", "amount": 1e9}}]
    with pytest.raises(ScenarioError, match="CV107") as caught:
        compile_scenario(Scenario(name="x", responses=items), world)
    assert caught.value.where.endswith("responses[0].amount")


def test_substitution_raises_productivity(world):
    items = [{"substitution": {"by": "RUS", "goods": "C26", "rate": "5 %"}}]
    z = compile_scenario(Scenario(name="x", responses=items), world).shock().productivity
    assert z[world.index("RUS"), 1] == pytest.approx(1.05)
    assert (z != 1).sum() == 1


def test_disruption_falls_on_all_trade_of_an_economy_or_on_a_pair(dense):
    everywhere = dense(given=[{"disruption": {"on": "CHN", "rate": "10 %"}}])
    for o, d in (("CHN", "DEU"), ("DEU", "CHN")):
        assert everywhere("trade_cost", o, d, "K") == pytest.approx(1.1)
    assert everywhere("trade_cost", "DEU", "FRA", "K") == 1.0
    assert everywhere("trade_cost", "CHN", "CHN", "K") == 1.0
    pair = dense(given=[{"disruption": {"between": ["CHN", "RUS"], "rate": "10 %"}}])
    assert pair("trade_cost", "CHN", "DEU", "K") == 1.0


def test_restoration_takes_back_a_share(dense):
    queue = {"disruption": {"name": "queue", "on": "CHN", "rate": "10 %"}}
    cell = dense(given=[queue], responses=[{"restoration": {"of": "queue", "share": "50 %"}}])
    assert cell("trade_cost", "CHN", "DEU", "K") == pytest.approx(1.05)
    narrow = {"restoration": {"of": "queue", "share": "50 %", "between": ["CHN", "RUS"], "goods": "C26"}}
    cell = dense(given=[queue], responses=[narrow])
    assert cell("trade_cost", "CHN", "RUS", "C26") == pytest.approx(1.05)
    assert cell("trade_cost", "CHN", "RUS", "K") == pytest.approx(1.1)
    assert cell("trade_cost", "CHN", "DEU", "C26") == pytest.approx(1.1)
    cell = dense(given=[queue], responses=[{"restoration": {"of": "queue", "share": "50 %", "goods": "C26"}}])
    assert cell("trade_cost", "CHN", "DEU", "C26") == pytest.approx(1.05)
    assert cell("trade_cost", "CHN", "DEU", "K") == pytest.approx(1.1)


def test_payments_remove_a_share_of_payments_frictions_and_of_nothing_else(dense):
    frictions = [
        {"friction": {"by": "CHN", "on": "RUS", "rate": "4 %", "kind": "payments"}},
        {"friction": {"by": "CHN", "on": "RUS", "rate": "2 %", "kind": "shipping"}},
    ]
    cell = dense(
        sanctions=frictions, responses=[{"payments": {"between": ["RUS", "CHN"], "removes": "50 %"}}]
    )
    assert cell("trade_cost", "CHN", "RUS", "K") == pytest.approx(1.02 * 1.02)


def test_agreement_saves_and_removes(dense):
    frictions = [
        {"friction": {"by": "CHN", "on": "RUS", "rate": "4 %", "kind": "payments"}},
        {"friction": {"by": "CHN", "on": "RUS", "rate": "2 %", "kind": "insurance"}},
    ]
    treaty = {
        "agreement": {"between": ["RUS", "CHN"], "saving": "5 %", "payments": "25 %", "insurance": "100 %"}
    }
    cell = dense(sanctions=frictions, responses=[treaty])
    assert cell("trade_cost", "CHN", "RUS", "K") == pytest.approx(1.03 * 0.95)


def test_boycott_touches_nothing(world):
    compiled = compile_scenario(
        Scenario(name="x", sanctions=[{"boycott": {"by": "DEU", "on": "CHN"}}]), world
    )
    assert compiled.cells.size == 0
    assert compiled.shock().measures == ()
    assert [world.countries[n] for n in compiled.sides.senders] == ["DEU"]
    with pytest.raises(ScenarioError, match="CV111"):
        compile_scenario(Scenario(name="x", sanctions=[{"boycott": {"by": "DEUX", "on": "CHN"}}]), world)


# Corridors -----------------------------------------------------------------------------------------


def test_corridor_lifts_the_sanctions_on_its_goods_and_pairs_and_keeps_savings(dense):
    cell = dense(
        sanctions=[
            {"embargo": {**BAN}},
            {"friction": {**BAN, "rate": "8 %", "kind": "shipping"}},
            {"tariff": {**BAN, "rate": "25 %"}},
            {"tariff": {**BAN, "to": "90 %"}},
        ],
        responses=[
            {"corridor": {"between": ["DEU", "RUS"], "goods": "A01", "saving": "10 %"}},
            {"agreement": {"between": ["DEU", "RUS"], "saving": "5 %"}},
        ],
    )
    for o, d in (("DEU", "RUS"), ("RUS", "DEU")):
        assert cell("passing", o, d, "A01") == 1.0
        assert cell("trade_cost", o, d, "A01") == pytest.approx(0.9 * 0.95)
        assert cell.tariff_added(o, d, "A01") == pytest.approx(0.0)
        assert cell("passing", o, d, "C26") == 0.0


def test_corridor_lifts_neither_what_is_given_nor_retaliation(dense):
    corridor = {"corridor": {"between": ["DEU", "RUS"], "saving": "10 %"}}
    assert dense(given=[{"embargo": BAN}], responses=[corridor])("passing", "DEU", "RUS", "K") == 0.0
    mirror = {"retaliation": {"of": "sanctions"}}
    exports = {"embargo": {**BAN, "direction": "export"}}
    cell = dense(sanctions=[exports], responses=[corridor, mirror])
    assert cell("passing", "DEU", "RUS", "K") == 1.0  # the sanction is lifted
    assert cell("passing", "RUS", "DEU", "K") == 0.0  # the answer is not


def test_a_corridor_through_nothing_names_what_it_could_touch(world):
    sanctions = [{"embargo": {**BAN, "goods": "C26", "name": "chip ban"}}]
    corridor = [{"corridor": {"between": ["DEU", "RUS"], "goods": "A01"}}]
    with pytest.raises(ScenarioError, match="CV118") as caught:
        compile_scenario(Scenario(name="x", sanctions=sanctions, responses=corridor), world)
    assert "chip ban (Electronics from" in caught.value.expected


@pytest.mark.parametrize(
    "response",
    [
        {"payments": {"between": ["RUS", "CHN"], "removes": "50 %"}},
        {"agreement": {"between": ["RUS", "CHN"], "saving": "5 %", "payments": "50 %"}},
        {"agreement": {"between": ["RUS", "CHN"], "insurance": "50 %"}},
        {"corridor": {"between": ["RUS", "CHN"]}},
    ],
)
def test_responses_without_effect(world, response):
    with pytest.raises(ScenarioError, match=r"CV118.*of which the scenario has none") as caught:
        compile_scenario(Scenario(name="x", responses=[response]), world)
    assert "responses[0]" in caught.value.where


def test_restorations_without_their_disruption(world):
    def restore(of: str, **more) -> None:
        queue = {"disruption": {"name": "queue", "between": ["RUS", "CHN"], "rate": "5 %", "goods": "C26"}}
        response = {"restoration": {"of": of, "share": "50 %", **more}}
        compile_scenario(Scenario(name="x", given=[queue], responses=[response]), world)

    with pytest.raises(ScenarioError, match=r"CV119.*Did you mean 'queue'"):
        restore("queu")
    with pytest.raises(ScenarioError, match=r"CV118.*electronics|CV118.*Electronics"):
        restore("queue", goods="A01")
    with pytest.raises(ScenarioError, match="CV118"):
        restore("queue", between=["RUS", "DEU"])


# Subsets, sides, sizes -----------------------------------------------------------------------------


def test_lists_can_be_left_out(world):
    scenario = Scenario(
        name="x",
        given=[{"friction": {"by": "FRA", "on": "CHN", "rate": "1 %", "kind": "shipping", "name": "g"}}],
        sanctions=[{"embargo": {**BAN, "name": "s"}}],
        responses=[
            {"agreement": {"between": ["RUS", "CHN"], "saving": "2 %", "name": "a"}},
            {"agreement": {"between": ["RUS", "TUR"], "saving": "2 %", "name": "b"}},
        ],
    )
    compiled = compile_scenario(scenario, world)

    def names(**active) -> list[str]:
        return [name for name, _ in compiled.shock(**active).measures]

    assert names() == ["g", "s", "a", "b"]
    assert names(responses=()) == ["g", "s"]
    assert names(sanctions=False, responses=[1]) == ["g", "b"]
    assert names(given=False, sanctions=False, responses=()) == []
    nothing = compiled.shock(given=False, sanctions=False, responses=())
    assert np.all(nothing.passing == 1)
    assert np.all(nothing.trade_cost == 1)
    np.testing.assert_array_equal(nothing.tariff, world.tariff.ravel()[nothing.cells])
    with pytest.raises(ScenarioError, match="position from 0 to 1"):
        compiled.shock(responses=[2])


def test_shock_arrays_cannot_be_changed(world):
    shock = compile_scenario(Scenario(name="x", sanctions=[{"embargo": BAN}]), world).shock()
    with pytest.raises(ValueError, match="read-only"):
        shock.passing[0] = 1


def test_only_cells_with_a_flow_are_touched(world):
    compiled = compile_scenario(
        Scenario(name="x", sanctions=[{"embargo": {"by": "TUR", "on": "RUS"}}]), world
    )
    assert np.all(world.trade_share.ravel()[compiled.cells] > 0)
    assert np.all(np.diff(compiled.cells) > 0)
    assert compiled.cells.size == 5  # Türkiye sells Russia no electronics


def sides(world, **scenario) -> dict[str, list[str]]:
    found = compile_scenario(Scenario(name="x", **scenario), world).sides
    named = {
        name: [world.countries[n] for n in getattr(found, name)]
        for name in ("senders", "targets", "partners", "third")
    }
    assert sorted(code for codes in named.values() for code in codes) == sorted(world.countries)
    words = found.words()
    assert {world.countries[n] for n in np.flatnonzero(words == "sender")} == set(named["senders"])
    return named


def test_sides_follow_from_by_and_on(world):
    found = sides(
        world,
        sanctions=[
            {"embargo": BAN},
            {"friction": {"by": ["FRA", "RUS"], "on": "TUR", "rate": 0.1, "kind": "payments"}},
        ],
        responses=[{"agreement": {"between": ["RUS", "CHN"], "saving": 0.1}}],
    )
    assert found == {
        "senders": ["DEU", "FRA"],
        "targets": ["RUS", "TUR"],
        "partners": ["CHN"],
        "third": ["ROW"],
    }


def test_stated_sides_win(world):
    found = sides(
        world,
        senders="DEU",
        sanctions=[
            {"embargo": BAN},
            {"friction": {"by": "CHN", "on": "RUS", "rate": 0.1, "kind": "payments"}},
        ],
        responses=[{"transfer": {"payer": "TUR", "payee": "RUS", "amount": 1}}],
    )
    assert found == {
        "senders": ["DEU"],
        "targets": ["RUS"],
        "partners": ["TUR"],
        "third": ["CHN", "FRA", "ROW"],
    }
    found = sides(
        world, senders="DEU", targets=["RUS", "CHN"], sanctions=[{"embargo": {"between": ["DEU", "RUS"]}}]
    )
    assert found["targets"] == ["RUS", "CHN"]


@pytest.mark.parametrize(
    ("response", "size", "name"),
    [
        ({"agreement": {"between": ["RUS", "CHN"], "saving": "2 %"}}, 0.3, "trade_cost"),
        ({"substitution": {"by": "RUS", "rate": "2 %"}}, 0.3, "productivity"),
        ({"transfer": {"payer": "CHN", "payee": "RUS", "amount": "1 %"}}, 0.2, "transfer"),
        ({"subsidy": {"by": "RUS", "rate": "1 %", "on": "exports"}}, 0.2, "wedge"),
        ({"restoration": {"of": "queue", "share": "1 %"}}, 1.0, "trade_cost"),
    ],
)
def test_with_size_equals_compiling_again(world, response, size, name):
    queue = {"disruption": {"name": "queue", "between": ["RUS", "CHN"], "rate": "5 %", "in_force": True}}
    scenario = Scenario(name="x", given=[queue], sanctions=[{"embargo": BAN}], responses=[response])
    compiled = compile_scenario(scenario, world)
    changed = compiled.with_size(0, size)
    again = compile_scenario(changed.scenario, world)
    assert changed.scenario.responses[0].size_value == size
    for field in ("passing", "trade_cost", "tariff", "wedge", "productivity", "transfer"):
        np.testing.assert_array_equal(getattr(changed.shock(), field), getattr(again.shock(), field))
    assert not np.array_equal(getattr(changed.shock(), name), getattr(compiled.shock(), name))


@pytest.mark.parametrize(
    ("fields", "fast"),
    [
        ({"leakage": "40 %"}, True),
        ({"licence": "10 %"}, True),
        ({"goods": "A01"}, False),
        ({"name": "b"}, False),
    ],
)
def test_with_measures_equals_compiling_again(world, fields, fast):
    scenario = Scenario(
        name="x",
        sanctions=[
            {"embargo": BAN},
            {"friction": {"by": "FRA", "on": "RUS", "rate": 0.1, "kind": "payments"}},
        ],
    )
    compiled = compile_scenario(scenario, world)
    new = scenario.sanctions[0].with_fields(**fields)
    changed = compiled.with_measures({("sanctions", 0): new})
    again = compile_scenario(changed.scenario, world)
    assert changed.scenario.sanctions == (new, scenario.sanctions[1])
    assert changed.scenario == scenario.with_settings(
        {f"sanctions.0.{key}": value for key, value in fields.items()}
    )
    assert (changed.cells is compiled.cells) == fast
    for field in ("cells", "passing", "trade_cost", "tariff", "wedge", "productivity", "transfer"):
        np.testing.assert_array_equal(getattr(changed.shock(), field), getattr(again.shock(), field))


def test_a_shock_of_the_embedded_world_is_composed_at_once(icio):
    compiled = compile_scenario(load_scenario("united-front"), icio)
    best = np.inf
    for _ in range(20):
        start = time.perf_counter()
        compiled.shock()
        best = min(best, time.perf_counter() - start)
    assert best < 2e-3  # some 0.1 ms on an idle machine; a ledger needs hundreds
