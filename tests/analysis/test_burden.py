"""Burden sharing: equal to the last digit, zero-sum, solved with the equilibrium; inequality; the other side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.analysis.burden import burden_sharing
from countervail.analysis.coalition_division import divide, divide_responses
from countervail.analysis.inequality import gini, largest_over_mean, theil
from countervail.analysis.response_parties import response_gains
from countervail.errors import OutputError
from countervail.model.welfare import welfare
from countervail.policy.catalog import load_scenario
from countervail.policy.limits import Limit
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium
from countervail.world import labels
from countervail.world.world import World

RULES = ("equal", "per_head", "by_income", "floor")


@pytest.fixture(scope="module")
def front3() -> Scenario:
    ban = {"by": ["EU", "USA", "IND"], "on": "RUS", "leakage": "10 %"}
    return Scenario(name="three", sanctions=[{"embargo": ban}])


@pytest.fixture(scope="module")
def shared(small: World, front3: Scenario):
    return burden_sharing(small, front3, floor=-0.15)


# --- the rules -----------------------------------------------------------------------------------------------------


def test_burdens_are_equal_and_transfers_add_up_to_nothing(shared) -> None:
    table = shared.table
    for rule in RULES:
        total = np.abs(table[f"{rule}_transfer_million_usd"]).sum()
        assert abs(table[f"{rule}_transfer_million_usd"].sum()) <= 1e-9 * total
    assert np.ptp(table["equal_welfare_percent"]) < 1e-8
    heads = np.array([_persons(code) for code in table["code"]])
    a_head = table["per_head_welfare_percent"] / 100 * table["income_million_usd"] * 1e6 / heads
    assert np.ptp(a_head / (table["income_million_usd"] * 1e6 / heads) * 100) > 1e-4  # not equal in percent
    np.testing.assert_allclose(a_head, a_head.iloc[0], rtol=1e-7)


def _persons(code: str) -> float:
    members = labels.blocs()["EU27"] if code == "EU" else (code,)
    return sum(labels.population(member) or 0.0 for member in members)


def test_the_transfers_belong_to_the_equilibrium_they_are_paid_in(
    shared, small: World, front3: Scenario
) -> None:
    """Solved once more from scratch with the transfers given, every member loses the same."""
    shock = compile_scenario(front3, small).shock()
    transfer = np.zeros(small.n_countries)
    for row in shared.table.itertuples():
        transfer[small.index(row.code)] = row.equal_transfer_million_usd
    eq = equilibrium(small, replace(shock, transfer=shock.transfer + transfer))
    loss = welfare(eq)[[small.index(code) for code in shared.table["code"]]]
    assert np.ptp(loss) < 1e-8
    np.testing.assert_allclose(loss, shared.table["equal_welfare_percent"], atol=1e-8)


def test_another_method_finds_the_same_transfers(icio2021: World) -> None:
    """The transfers as unknowns of the equilibrium itself, in one bordered Newton step after the other (Eq. 13)."""
    scenario = load_scenario("russia-2022")
    division = divide(icio2021, scenario)
    shock, members = division.shock(division.members), division.sides.senders
    equal = Limit("equal_welfare", "burden sharing", members=members.astype(np.int64))
    together = equilibrium(icio2021, replace(shock, conditions=(*shock.conditions, equal)))
    paid = together.transfer - equilibrium(icio2021, shock).transfer
    found = burden_sharing(icio2021, scenario).table.set_index("code")
    for n in members:
        code = icio2021.countries[int(n)]
        assert found.loc[code, "equal_transfer_million_usd"] == pytest.approx(paid[n], abs=1e-4)
        assert found.loc[code, "equal_welfare_percent"] == pytest.approx(welfare(together)[n], abs=1e-8)


def test_no_member_is_below_the_floor_and_the_others_pay_by_income(shared) -> None:
    table = shared.table
    after = table["floor_welfare_percent"]
    assert (after >= -0.15 - 1e-8).all()
    free = after > -0.15 + 1e-7
    rate = (table["floor_transfer_million_usd"] / table["income_million_usd"])[free]
    assert free.any()
    np.testing.assert_allclose(rate, rate.iloc[0], rtol=1e-6)


def test_inequality_is_gone_under_the_rule_that_makes_it_so(shared) -> None:
    table = shared.more["burden_inequality"].set_index(["rule", "burden_in"])
    assert table.loc[("none", "percent of income"), "gini"] > 0.1
    assert table.loc[("equal", "percent of income"), "gini"] < 1e-8
    assert table.loc[("per_head", "USD a head"), "gini"] < 1e-8
    assert table.loc[("equal", "percent of income"), "largest_over_mean"] == pytest.approx(1)


def test_a_floor_that_nobody_can_pay_for_is_refused(small: World, front3: Scenario) -> None:
    with pytest.raises(OutputError, match="CV483"):
        burden_sharing(small, front3, floor=0.5)


def test_a_bloc_shares_its_transfer_by_income(icio2021: World) -> None:
    ban = {"by": ["BENELUX", "USA"], "on": "RUS", "goods": "technology", "direction": "export"}
    scenario = Scenario(
        name="x", blocs={"BENELUX": ["BEL", "NLD", "LUX"]}, sanctions=[{"embargo": ban | {"leakage": "5 %"}}]
    )
    found = burden_sharing(icio2021, scenario, members=["BENELUX", "USA"])
    assert np.ptp(found.table["equal_welfare_percent"]) < 1e-8
    assert list(found.table["code"]) == ["BENELUX", "USA"]


# --- inequality ----------------------------------------------------------------------------------------------------


def test_indices_have_their_closed_forms() -> None:
    burdens = np.array([1.0, 2.0, 3.0, 4.0])
    assert gini(burdens) == pytest.approx(0.25)
    relative = burdens / 2.5
    assert theil(burdens) == pytest.approx((relative * np.log(relative)).mean())
    assert largest_over_mean(burdens) == pytest.approx(1.6)
    assert gini(burdens, np.array([0.0, 1, 0, 0])) == 0
    weighted = gini(np.array([1.0, 3.0]), np.array([2.0, 1.0]))
    assert weighted == pytest.approx(gini(np.array([1.0, 1.0, 3.0])))


def test_indices_are_missing_where_they_mean_nothing() -> None:
    assert np.isnan(gini(np.array([-1.0, 0.5])))
    assert np.isnan(theil(np.array([-0.1, 1.0])))
    assert np.isnan(largest_over_mean(np.array([-1.0, 1.0])))


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=20), st.floats(0.1, 10))
def test_indices_do_not_depend_on_units_and_lie_in_their_range(values: list[float], unit: float) -> None:
    burdens = np.array(values)
    n = burdens.size
    assert gini(unit * burdens) == pytest.approx(gini(burdens), abs=1e-9)
    assert -1e-12 <= gini(burdens) <= 1 - 1 / n + 1e-12
    assert -1e-12 <= theil(burdens) <= np.log(n) + 1e-12


# --- the other side's parties ---------------------------------------------------------------------------------------


def test_gains_are_those_of_the_responses(small: World, front: Scenario) -> None:
    found = response_gains(small, front)
    compiled = compile_scenario(front, small)
    alone, answered = (welfare(equilibrium(small, compiled.shock(responses=which))) for which in ((), None))
    table = found.table.set_index("code")
    assert set(table.index) == {"RUS", "CHN"}  # the EU is a sender, though a corridor is with it
    for code in table.index:
        expected = (answered - alone)[small.index(code)]
        assert table.loc[code, "gain_percent"] == pytest.approx(expected, abs=1e-9)
    assert np.ptp(found.table["equal_gain_percent"]) < 1e-8
    assert found.table["equal_transfer_million_usd"].sum() == pytest.approx(0, abs=1e-6)
    assert found.title.startswith("Not on an equal basis")
    assert found.table["share_of_joint_gain_percent"].sum() == pytest.approx(100)


def test_what_two_parties_do_needs_both(small: World, front: Scenario) -> None:
    division = divide_responses(small, front)
    order = {player.code: k for k, player in enumerate(division.players)}
    only_russia = division.shock(1 << order["RUS"])
    expected = compile_scenario(front, small).shock(responses=(0,))  # the corridor with the EU
    assert [player.code for player in division.players] == ["CHN", "RUS"]
    np.testing.assert_allclose(only_russia.passing, expected.passing)
    np.testing.assert_allclose(only_russia.trade_cost, expected.trade_cost)
    nobody = division.shock(0)
    np.testing.assert_allclose(
        nobody.trade_cost, compile_scenario(front, small).shock(responses=()).trade_cost
    )


def test_two_equal_parties_share_equally(twins: World) -> None:
    sanctions = [{"friction": {"by": "C0", "on": ["C1", "C2"], "rate": "10 %", "kind": "payments"}}]
    responses = [{"agreement": {"between": ["C1", "C2"], "saving": "10 %"}}]
    scenario = Scenario(name="x", world=twins.name, sanctions=sanctions, responses=responses)
    found = response_gains(twins, scenario)
    assert found.record["equal_basis"]
    assert found.record["gini"] < 1e-8
    assert found.title.startswith("The parties share on an equal basis")


def test_responses_of_one_have_no_parties(small: World, front: Scenario) -> None:
    alone = replace(front, responses=front.responses[2:3])
    with pytest.raises(OutputError, match="CV412"):
        response_gains(small, alone)
    assert divide(small, front).n_members == 2


def test_who_invests_alone_gains_alone_and_workers_belong_to_two(small: World, front: Scenario) -> None:
    invested = {"investment": {"by": "CHN", "rate": "2 %", "factor": "capital"}}
    moved = {"labour": {"origin": "CHN", "destination": "RUS", "share": "1 %"}}
    agreed = {"agreement": {"between": ["RUS", "CHN"], "saving": "3 %"}}
    both = Scenario.from_dict(front.to_dict() | {"responses": [agreed, invested]})
    division = divide_responses(small, both)
    order = {player.code: k for k, player in enumerate(division.players)}
    china = compile_scenario(both, small).shock(responses=(1,))
    alone = division.shock(1 << order["CHN"])
    np.testing.assert_allclose(alone.productivity, china.productivity)
    assert (alone.supply is None) == (china.supply is None)
    if alone.supply is not None and china.supply is not None:
        np.testing.assert_allclose(alone.supply.capital, china.supply.capital)
    with pytest.raises(OutputError, match="CV482"):
        divide_responses(small, Scenario.from_dict(front.to_dict() | {"responses": [agreed, moved]}))
