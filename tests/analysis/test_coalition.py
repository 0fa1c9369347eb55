"""Coalitions: what it is to act without a member, values that add up, potentials, and lists that make no sense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from countervail.analysis import coalition_shares as shares
from countervail.analysis.coalition_division import divide
from countervail.analysis.coalition_play import Play
from countervail.analysis.coalition_potential import horizontal_potential, vertical_potential
from countervail.analysis.coalition_shares import coalition_values, member_values
from countervail.analysis.coalition_steps import coalition_stages
from countervail.errors import OutputError
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.assemble import sides_of
from countervail.policy.catalog import load_scenario, scenario_names
from countervail.policy.scenario import Scenario
from countervail.policy.scope import Scope
from countervail.policy.shock import Shock, compile_scenario, no_change
from countervail.solver import equilibrium
from countervail.world.world import World

FIELDS = ("passing", "trade_cost", "tariff", "wedge", "rent_to_buyer")


def assert_same(found: Shock, expected: Shock, world: World) -> None:
    """The same effect; cells that only one of the two lists are as in the base year."""
    still = {"passing": 1.0, "trade_cost": 1.0, "wedge": 1.0, "rent_to_buyer": 0.0}
    for name in FIELDS:
        sides = []
        for shock in (found, expected):
            whole = (
                world.tariff.ravel().copy() if name == "tariff" else np.full(world.tariff.size, still[name])
            )
            whole[shock.cells] = getattr(shock, name)
            sides.append(whole)
        np.testing.assert_allclose(*sides, rtol=1e-12, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(found.productivity, expected.productivity, rtol=1e-12)
    np.testing.assert_allclose(found.transfer, expected.transfer, rtol=1e-9, atol=1e-6)


# --- what it is to act without a member --------------------------------------------------------------------------


@pytest.mark.parametrize("responses", [False, True])
@pytest.mark.parametrize("name", [name for name, _ in scenario_names()])
def test_all_members_together_are_the_scenario(name: str, responses: bool, icio2021: World) -> None:
    scenario = load_scenario(name)
    if scenario.world != icio2021.name:
        return
    if len(sides_of(scenario, Scope(icio2021, scenario.blocs, scenario.goods)).senders) < 2:
        return
    around = compile_scenario(scenario, icio2021).shock(responses=None if responses else ()).hubs is not None
    if around:
        with pytest.raises(OutputError, match="CV482"):
            divide(icio2021, scenario, responses=responses)
        return
    division = divide(icio2021, scenario, candidates=["VNM"], responses=responses)
    expected = compile_scenario(scenario, icio2021).shock(responses=None if responses else ())
    assert_same(division.shock(division.members), expected, icio2021)


def test_without_a_member_is_the_scenario_with_by_restricted(icio2021: World) -> None:
    scenario = load_scenario("united-front")
    members = ["EU27", "USA", "GBR", "NOR"]
    kept = {"EU27": "EU27", "NOR": "NOR"}
    division = divide(icio2021, scenario, members)
    west = set(division.sides.senders) - {icio2021.index("USA"), icio2021.index("GBR")}
    left = tuple(icio2021.countries[n] for n in sorted(west))
    sanctions = []
    for item in scenario.sanctions:
        by = [icio2021.countries[n] for n in _positions(icio2021, scenario, item.by)]
        by = [code for code in by if code in left or code not in _codes(icio2021, division.sides.senders)]
        if by:
            sanctions.append(item.with_fields(by=tuple(by)))
    restricted = replace(scenario, sanctions=tuple(sanctions))
    coalition = sum(1 << k for k, player in enumerate(division.players) if player.code in kept)
    expected = compile_scenario(restricted, icio2021).shock(responses=())
    assert_same(division.shock(coalition), expected, icio2021)


def _positions(world: World, scenario: Scenario, tokens: tuple[str, ...]) -> list[int]:
    return Scope(world, scenario.blocs).economies(tokens, "by").tolist()


def _codes(world: World, positions: np.ndarray) -> set[str]:
    return {world.countries[int(n)] for n in positions}


def test_a_joiner_takes_every_sanction_of_the_members(small: World, front: Scenario) -> None:
    division = divide(small, front, candidates=["CHN"])
    joined = replace(
        front,
        sanctions=tuple(
            item.with_fields(by=tuple(dict.fromkeys((*_flat(item.by), "CHN")))) for item in front.sanctions
        ),
        senders=("EU", "USA", "CHN"),
    )
    expected = compile_scenario(joined, small).shock(responses=())
    assert_same(division.shock(0b111), expected, small)


def _flat(by: tuple[str, ...]) -> tuple[str, ...]:
    return ("EU", "USA") if by == ("west",) else by


def test_sanctions_in_force_are_taken_off_the_base_year(small: World, front: Scenario) -> None:
    standing = replace(
        front, sanctions=tuple(item.with_fields(in_force=True) for item in front.sanctions), responses=()
    )
    division = divide(small, standing)
    everyone = equilibrium(small, division.shock(division.members))
    np.testing.assert_allclose(welfare(everyone), 0, atol=1e-9)  # the base year carries them
    one = division.shock(0b01)
    assert one.passing.max() > 1  # what the other bans is lifted


def test_freezes_are_divided_by_income(small: World) -> None:
    scenario = Scenario(
        name="x",
        sanctions=[
            {"freeze": {"by": ["EU", "USA"], "on": "RUS", "assets": "100 billion USD", "yields": "4 %"}}
        ],
    )
    division = divide(small, scenario)
    flows = [division.shock(coalition).transfer for coalition in (0b00, 0b01, 0b10, 0b11)]
    np.testing.assert_allclose(flows[1] + flows[2], flows[3], atol=1e-6)
    income = small.income[[small.index("EU"), small.index("USA")]]
    russia = small.index("RUS")
    np.testing.assert_allclose(flows[1][russia] / flows[3][russia], income[0] / income.sum(), rtol=1e-12)
    assert not flows[0].any()


def test_a_control_reaches_abroad_while_its_takers_have_the_content(icio2021: World) -> None:
    control = {"by": ["USA", "JPN", "DEU"], "on": "CHN", "goods": "C26", "content": "15 %"}
    scenario = Scenario(name="x", sanctions=[{"export_control": control}])
    division = divide(icio2021, scenario)
    for coalition, by in ((0b001, ["USA"]), (0b011, ["USA", "JPN"]), (0b100, ["DEU"])):
        alone = Scenario(name="x", sanctions=[{"export_control": control | {"by": by}}])
        order = {player.code: k for k, player in enumerate(division.players)}
        mask = sum(1 << order[code] for code in by)
        assert coalition == mask
        assert_same(division.shock(mask), compile_scenario(alone, icio2021).shock(), icio2021)


def test_a_price_cap_binds_the_members_that_apply_it(small: World) -> None:
    cap = {"goods": "ENERGY", "sellers": "RUS", "by": ["EU", "USA"], "buyers": ["IND"], "fall": "10 %"}
    quota = {"goods": "INDUSTRY", "seller": "RUS", "buyer": "CHN", "volume": "50 %"}
    scenario = Scenario(
        name="x", senders=["EU", "USA"], targets="RUS", sanctions=[{"price_cap": cap}, {"quota": quota}]
    )
    division = divide(small, scenario)
    for coalition, by in ((0b11, ("EU", "USA")), (0b10, ("USA",))):
        alone = replace(scenario, sanctions=(scenario.sanctions[0].with_fields(by=by), scenario.sanctions[1]))
        expected = compile_scenario(replace(alone, senders=by), small).shock().conditions
        found = division.shock(coalition).conditions
        assert [limit.kind for limit in found] == [limit.kind for limit in expected] == ["cap", "quota"]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one.cells, other.cells)
            np.testing.assert_array_equal(one.rent_to, other.rent_to)
    assert [limit.kind for limit in division.shock(0).conditions] == ["quota"]


def test_third_parties_leave_while_anybody_threatens(small: World) -> None:
    threat = {"by": ["EU", "USA"], "on": ["CHN", "IND"], "target": "RUS", "friction": "2 %", "defy": "IND"}
    scenario = Scenario(
        name="x",
        senders=["EU", "USA"],
        targets="RUS",
        sanctions=[{"secondary": threat | {"leakage": "10 %"}}],
    )
    division = divide(small, scenario, candidates=["IND"])
    for coalition, by in ((0b001, "EU"), (0b010, "USA")):
        alone = Scenario(
            name="x",
            senders=[by],
            targets="RUS",
            sanctions=[{"secondary": threat | {"by": by, "leakage": "10 %"}}],
        )
        assert_same(division.shock(coalition), compile_scenario(alone, small).shock(), small)
    assert_same(division.shock(0), no_change(small), small)


# --- values -------------------------------------------------------------------------------------------------------


def played(world: World, **fields: object) -> Play:
    embargo = {"by": ["C1", "C2", "C3"], "on": "C0", "leakage": "20 %"} | fields
    scenario = Scenario(name="x", world=world.name, sanctions=[{"embargo": embargo}])
    return Play(divide(world, scenario), long_run)


def test_values_add_up_twins_are_equal_and_who_does_nothing_is_worth_nothing(twins: World) -> None:
    play = played(twins)
    values = member_values(play)
    np.testing.assert_allclose(values.parts.sum(axis=0), play.change[0b111] - play.change[0], atol=1e-9)
    target = twins.index("C0")
    np.testing.assert_allclose(values.parts[0, target], values.parts[1, target], atol=1e-9)
    np.testing.assert_allclose(values.parts[0, 1], values.parts[1, 2], atol=1e-9)
    np.testing.assert_allclose(values.parts[2], 0, atol=1e-9)
    assert values.parts[0, target] < -1e-3


def test_sampled_values_add_up_and_lie_near_the_exact_ones(
    twins: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = member_values(played(twins))
    monkeypatch.setattr(shares, "EXACT_UP_TO", 2)
    play = played(twins)
    sampled = member_values(play, pairs=6, seed=3)
    assert "sampled (12 orders" in sampled.method
    np.testing.assert_allclose(sampled.parts.sum(axis=0), play.change[0b111] - play.change[0], atol=1e-9)
    assert (np.abs(sampled.parts - exact.parts) <= 4 * sampled.errors + 1e-9).all()


def test_the_exhibit_says_who_does_it_and_what_leaving_would_do(small: World, front: Scenario) -> None:
    found = coalition_values(small, front)
    table = found.table.set_index("code")
    assert found.title.startswith("The European Union does ")
    play = Play(divide(small, front), long_run)
    russia = small.index("RUS")
    play.solve([0b00, 0b01, 0b10, 0b11])
    expected = play.change[0b10][russia] - play.change[0b11][russia]
    np.testing.assert_allclose(table.loc["EU", "target_if_leaves_percent"], expected, atol=1e-9)
    total = table["target_value_percent"].sum() + found.record["background_percent"]
    np.testing.assert_allclose(total, found.record["harm_percent"], atol=1e-9)
    assert found.record["background_percent"] < 0  # China's banks grow careful whoever acts
    assert any("no member" in caveat for caveat in found.caveats)
    assert {"coalition_values_by_economy", "coalitions"} <= set(found.to_frames())


def test_values_of_a_price_cap_add_up(small: World) -> None:
    cap = {"goods": "ENERGY", "sellers": "RUS", "by": ["EU", "USA"], "fall": "1 %"}
    ban = {"by": ["EU", "USA"], "on": "RUS", "goods": "INDUSTRY", "leakage": "30 %"}
    scenario = Scenario(name="x", sanctions=[{"price_cap": cap}, {"embargo": ban}])
    play = Play(divide(small, scenario), long_run)
    values = member_values(play)
    np.testing.assert_allclose(values.parts.sum(axis=0), play.change[0b11] - play.change[0], atol=1e-9)
    whole = compile_scenario(scenario, small)
    both, nobody = (equilibrium(small, whole.shock(sanctions=which)) for which in (True, False))
    np.testing.assert_allclose(play.change[0b11], welfare(both) - welfare(nobody), atol=1e-9)


# --- stages and potentials ----------------------------------------------------------------------------------------


def test_stages_grow_from_one_member_to_all_the_world(small: World, front: Scenario) -> None:
    found = coalition_stages(small, front, candidates=["CHN"])
    harm = dict(zip(found.table["stage"], found.table["target_percent"], strict=True))
    assert (
        harm["All the world"] < harm["With China"] < harm["The coalition"] < harm["United States alone"] < 0
    )
    np.testing.assert_allclose(harm["Without European Union"], harm["United States alone"], atol=1e-9)
    assert "China's joining would make it" in found.title


def test_acting_together_is_compared_with_acting_alone(small: World, front: Scenario) -> None:
    record = coalition_stages(small, front, candidates=["CHN"]).record
    play = Play(divide(small, front), long_run)
    play.solve(range(4))
    alone = [play.change[1 << k] - play.change[0] for k in range(2)]
    russia, own = small.index("RUS"), [small.index("EU"), small.index("USA")]
    assert record["sum_of_harms_alone_percent"] == pytest.approx(sum(one[russia] for one in alone))
    assert record["mean_own_loss_alone_percent"] == pytest.approx(
        np.mean([one[n] for one, n in zip(alone, own, strict=True)])
    )


def test_an_embargo_has_all_its_vertical_potential(small: World) -> None:
    embargo = {"embargo": {"by": ["EU", "USA"], "on": "RUS"}}
    whole = vertical_potential(small, Scenario(name="x", sanctions=[embargo]), intensities=(0.0, 0.5))
    np.testing.assert_allclose(whole.record["vertical_potential"], 1, rtol=1e-9)
    half = {"embargo": embargo["embargo"] | {"leakage": "50 %"}}
    partial = vertical_potential(small, Scenario(name="x", sanctions=[half]), intensities=(0.0, 0.5))
    np.testing.assert_allclose(partial.record["equal_intensity"], 0.5, rtol=1e-9)
    lines = partial.table.set_index(["line", "intensity_percent"])["welfare_percent"]
    assert lines["Russia", 0] == 0
    np.testing.assert_allclose(lines["Russia", 50], partial.record["harm_percent"], atol=1e-9)


def test_the_vertical_reference_of_sanctions_in_force_is_without_them(small: World) -> None:
    standing = {"by": ["EU", "USA"], "on": "RUS", "leakage": "50 %", "in_force": True}
    found = vertical_potential(
        small, Scenario(name="x", sanctions=[{"embargo": standing}]), intensities=(0.0, 0.5)
    )
    np.testing.assert_allclose(found.record["equal_intensity"], 0.5, rtol=1e-6)


def test_all_the_world_has_all_its_horizontal_potential(small: World) -> None:
    everybody = [code for code in small.countries if code != "RUS"]
    friction = {"friction": {"by": everybody, "on": "RUS", "rate": "5 %", "kind": "payments"}}
    found = horizontal_potential(small, Scenario(name="x", sanctions=[friction]))
    np.testing.assert_allclose(found.record["horizontal_potential"], 1, rtol=1e-9)
    ends = found.table.groupby("line")["target_percent"].last()
    np.testing.assert_allclose(ends["whoever adds most next"], ends["in the order given"], atol=1e-9)
    lines = found.table.set_index(["line", "players"])["target_percent"]
    assert lines["whoever adds most next", 1] <= lines["in the order given", 1]


# --- lists that make no sense -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "candidates", "code"),
    [
        (["EU", "RUS"], [], "CV411"),
        (["EU", "USA"], ["RUS"], "CV411"),
        (["EU"], [], "CV412"),
        ([], [], "CV412"),
        (["EU", "USA", "EU"], [], "CV413"),
        (["EU", "USA"], ["USA"], "CV413"),
        ([f"M{k}" for k in range(5000)], [], "CV414"),
    ],
)
def test_a_list_that_makes_no_coalition_is_refused(
    members: list[str], candidates: list[str], code: str, small: World, front: Scenario
) -> None:
    with pytest.raises(OutputError, match=code):
        divide(small, front, members, candidates)


def test_a_scenario_without_sides_has_no_coalition(small: World) -> None:
    tariffs = Scenario(name="x", sanctions=[{"tariff": {"between": ["EU", "USA"], "rate": "5 %"}}])
    with pytest.raises(OutputError, match="CV410"):
        divide(small, tariffs)


def test_members_that_hit_each_other_cannot_be_told_apart(small: World) -> None:
    sanctions = [
        {"friction": {"by": "EU", "on": ["RUS", "USA"], "rate": "5 %", "kind": "payments"}},
        {"friction": {"by": "USA", "on": ["RUS", "EU"], "rate": "5 %", "kind": "payments"}},
    ]
    scenario = Scenario(name="x", senders=["EU", "USA"], targets=["RUS"], sanctions=sanctions)
    with pytest.raises(OutputError, match="CV415"):
        divide(small, scenario)
