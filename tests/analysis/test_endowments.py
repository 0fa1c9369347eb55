"""Resources: indices against their definitions, sums that must add up, and what no change must leave alone."""

from dataclasses import replace

import numpy as np
import pytest

from countervail.analysis.baskets import comparative_advantage, complementarity, input_dependence
from countervail.analysis.competitiveness import competitiveness
from countervail.analysis.endowments import resources
from countervail.analysis.factor_content import APART, factor_content, spent_on_factors
from countervail.analysis.parties import outside, parties
from countervail.errors import OutputError, ScenarioError
from countervail.groups import Group
from countervail.model.factors import factors_of
from countervail.model.parameters import long_run
from countervail.outcome import Outcome
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.policy.shock import no_change
from countervail.solver import equilibrium


def alone(world):
    """Each economy a party."""
    return tuple(Group(c, c, "economy", "", np.array([n])) for n, c in enumerate(world.countries))


def test_the_sides_of_a_scenario_and_all_others(icio2021):
    found = parties(icio2021, load_scenario("united-front"))
    assert [group.code for group in found] == ["TARGETS", "SENDERS", "CHN", "REST"]
    everyone = np.concatenate([group.members for group in found])
    assert sorted(everyone) == list(range(icio2021.n_countries))


def test_named_parties_may_not_overlap(icio2021):
    found = parties(icio2021, economies=["RUS", "EU27"])
    assert [group.name for group in found] == ["Russia", "EU27", "All others"]
    with pytest.raises(OutputError, match="Germany") as caught:
        parties(icio2021, economies=["DEU", "EU27"])
    assert caught.value.code == "CV460"
    with pytest.raises(OutputError) as caught:
        parties(icio2021)
    assert caught.value.code == "CV460"
    with pytest.raises(ScenarioError, match="economies"):
        parties(icio2021, economies=["Atlantis"])


def test_flows_between_parties_leave_out_those_inside(random_world):
    world = random_world(4, n=5)
    halves = (Group("A", "A", "bloc", "", np.array([0, 1])), Group("B", "B", "bloc", "", np.array([2, 3, 4])))
    flow = world.basic_flow()
    found = outside(flow, halves)
    np.testing.assert_allclose(found[0, 1], flow[:2, 2:].sum(axis=(0, 1)))
    assert (found[0, 0] == 0.0).all()


def test_advantage_averages_to_one_in_every_good(random_world):
    world = random_world(5, n=5)
    table = comparative_advantage(world, alone(world)).more["comparative_advantage_all"]
    total = table.groupby("party_code")["exports_million_usd"].transform("sum")
    for _, good in table.assign(weight=total).groupby("good_code"):
        if good["exports_million_usd"].sum() > 0:
            assert np.average(good["advantage"], weights=good["weight"]) == pytest.approx(1.0)


def test_baskets_that_are_alike_fit_wholly_and_disjoint_ones_not_at_all(random_world):
    world = random_world(6, n=3, j=2, missing=0.0, inputs=0.0, tariffs=0.0)
    share = world.trade_share.copy()
    share[0, :, 1] = share[1, :, 0] = 0.0  # 0 sells the first good only, 1 the second only
    share[2] = np.eye(3)[2][:, None] * share[2]
    share[2, 2] += 1e-9
    # an index of the trade shares alone: the accounts need not balance for it
    loose = object.__new__(type(world))
    loose.__dict__.update(world.__dict__ | {"trade_share": share / share.sum(axis=0)})
    table = complementarity(loose, alone(world)).table.set_index(["seller", "buyer"])["fit_percent"]
    assert table["C0", "C1"] == pytest.approx(100.0)
    assert table["C1", "C0"] == pytest.approx(100.0)
    assert table.between(0.0, 100.0).all()


def test_what_factors_earn_is_what_all_spend_on_them(icio2021):
    groups = parties(icio2021, economies=["RUS", "CHN", "EU27"])
    factors = factors_of(icio2021, APART)
    content = spent_on_factors(icio2021, factors, groups)
    earned = factors.pay(icio2021.value_added_share * icio2021.output)
    for g, group in enumerate(groups):
        own = earned[:, group.members].sum(axis=(1, 2))
        np.testing.assert_allclose(content[g].sum(axis=0), own, rtol=1e-9)
    assert (content >= 0.0).all()


def test_without_labour_shares_value_added_is_one_factor_and_the_exhibit_says_so(random_world):
    world = random_world(7, n=4)
    found = factor_content(world, alone(world))
    assert set(found.table["factor"]) == {"value added"}
    assert "no labour shares" in found.caveats[0]
    # what is sold in excess is the surplus of trade in value added, all of it paid by transfers and tariffs abroad
    assert found.table["net_million_usd"].sum() == pytest.approx(0.0, abs=1e-6 * world.value_added.sum())


def test_inputs_from_all_others_are_the_imported_share(random_world):
    world = random_world(8, n=4)
    table = input_dependence(world, alone(world)).table
    spent = (world.input_share * world.output[:, None, :]).sum(axis=2)
    home = np.arange(world.n_countries)
    abroad = (1.0 - world.trade_share[home, home]) * spent
    for d, code in enumerate(world.countries):
        for s, good in enumerate(world.sectors):
            rows = table[(table["buyer_code"] == code) & (table["input_code"] == good)]
            if spent[d, s] > 0:
                assert rows["million_usd"].sum() == pytest.approx(abroad[d, s], rel=1e-9, abs=1e-9)


def test_no_change_leaves_competitiveness_alone(random_world):
    world = random_world(9, n=4)
    shock = no_change(world)
    outcome = Outcome(world, None, long_run, shock, equilibrium(world, shock))
    table = competitiveness(outcome, alone(world)).table
    changes = ["market_share_change_points", "exports_change_percent", "terms_of_trade_percent"]
    assert np.abs(table[[*changes, "relative_unit_cost_percent"]].to_numpy()).max() < 1e-8
    assert table["market_share_percent"].sum() == pytest.approx(100.0)


def test_a_tariff_war_costs_the_target_market_share_and_titles_say_so(icio2021):
    scenario = load_scenario("united-front")
    found = resources(icio2021, scenario)
    assert [exhibit.name for exhibit in found] == [
        "comparative_advantage",
        "complementarity",
        "factor_content",
        "input_dependence",
        "competitiveness",
    ]
    last = found[-1].table.set_index("party_code")
    assert last.loc["TARGETS", "market_share_change_points"] < 0
    assert last.loc["TARGETS", "terms_of_trade_percent"] < 0
    assert all("Russia" in exhibit.title for exhibit in found[:2])
    assert len(resources(icio2021, economies=["RUS", "CHN"])) == 4


def test_russia_sells_deposits(icio2021):
    found = factor_content(icio2021, parties(icio2021, economies=["RUS"]))
    table = found.table.set_index(["party_code", "factor"])["net_percent"]
    assert table["RUS", "resources"] > 50
    assert "Russia" in found.title
    one = replace(APART, resource_mobility=None)
    assert "resources" not in set(
        factor_content(icio2021, parties(icio2021, economies=["RUS"]), model=one).table["factor"]
    )


def test_a_scenario_without_sides_has_nobody_to_compare(icio2021):
    with pytest.raises(OutputError) as caught:
        resources(icio2021, Scenario(name="quiet", world="icio2021"))
    assert caught.value.code == "CV460"
