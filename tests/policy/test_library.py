"""The scenarios that ship: they load, compile, say where numbers come from, and mean what they should."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.model.welfare import welfare
from countervail.policy.catalog import load_scenario, scenario_list, scenario_names
from countervail.policy.reach import foreign_reach
from countervail.policy.retaliation import Retaliation
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.shock import compile_scenario
from countervail.policy.sourced import sourced_share
from countervail.solver import equilibrium
from countervail.world.catalog import load_world

NAMES = [name for name, _ in scenario_names()]


def measures(scenario: Scenario):
    return [measure for which in LISTS for measure in getattr(scenario, which)]


def test_the_library_is_complete():
    wanted = {
        "united-front",
        "united-front-in-force",
        "full-decoupling",
        "energy-embargo",
        "us-china-tariffs-25",
        "us-china-tariff-rounds",
        "russia-2014",
        "russia-2022",
        "russia-2022-energy",
        "russia-2022-trade",
        "gas-stop",
        "technology-controls-russia",
        "semiconductor-controls-china",
        "taiwan-blockade",
        "taiwan-blockade-corridors",
        "essentials-corridors",
        "iran-type-regime",
        "gas-stop-contracts",
        "oil-price-cap",
        "technology-bypass",
        "united-front-refined",
        "vehicle-subsidies",
        "secondary-sanctions",
    }
    assert wanted <= set(NAMES)


@pytest.fixture(params=NAMES)
def scenario(request) -> Scenario:
    return load_scenario(request.param)


def test_every_scenario_reads_back_and_compiles(scenario):
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario
    compiled = compile_scenario(scenario, load_world(scenario.world))
    assert compiled.sides.senders.size
    assert compiled.sides.targets.size
    assert compiled.shock().cells.size


def test_every_measure_has_a_name_and_a_source(scenario):
    assert scenario.story
    assert scenario.sources
    for measure in measures(scenario):
        assert measure.name, measure
        assert measure.source, measure


def test_a_size_is_sourced_or_called_an_assumption(scenario):
    for measure in measures(scenario):
        leaks = measure.kind == "embargo" and measure.leakage > 0
        agreed = measure.kind == "contract" and "Gazprom" in measure.source  # its volume is in the contract
        if (measure.size is not None or leaks) and not agreed:
            assert "ssumption" in measure.source, measure.name


def test_a_line_each():
    for name, line in scenario_names():
        assert line.endswith((".", "?")), name
        assert len(line) < 160, name


@pytest.mark.parametrize("name", ["united-front", "united-front-in-force"])
def test_the_two_readings_say_which_they_are_in_their_first_line(name):
    assert dict(scenario_names())[name].startswith("This is the reading")


@pytest.mark.parametrize("name", ["united-front", "united-front-in-force"])
def test_the_announced_responses_are_there(name):
    scenario = load_scenario(name)
    assert scenario.labels("responses") == (
        "green corridors",
        "gas agreement",
        "converging trade policy",
        "restored supply chains",
        "settlement in own currencies",
        "joint answer to discrimination",
    )
    assert sum(measure.quantified for measure in scenario.responses) == 5
    world = load_world(scenario.world)
    found = compile_scenario(scenario, world).sides
    assert [world.countries[n] for n in found.targets] == ["RUS"]
    assert [world.countries[n] for n in found.partners] == ["CHN"]
    assert {world.index("IND"), world.index("TUR")} <= set(found.third)


def test_what_is_in_force_changes_nothing_until_it_is_taken_away():
    scenario = load_scenario("united-front-in-force")
    assert all(m.in_force for m in (*scenario.given, *scenario.sanctions))
    world = load_world(scenario.world)
    compiled = compile_scenario(scenario, world)
    standing = compiled.shock(responses=())
    np.testing.assert_allclose(standing.passing, 1, rtol=1e-14)
    np.testing.assert_allclose(standing.trade_cost, 1, rtol=1e-14)
    without = compiled.shock(sanctions=False, responses=())
    assert without.passing.max() == pytest.approx(1 / 0.9)
    assert without.trade_cost.min() < 1
    # The Russian food ban is given, so it stays.
    food = (
        world.index("DEU") * world.n_countries + world.index("RUS")
    ) * world.n_sectors + world.sectors.index("A01")
    assert without.passing[np.searchsorted(without.cells, food)] == pytest.approx(1.0)


def test_the_package_of_2022_is_added_to_the_base_year():
    scenario = load_scenario("united-front")
    assert not any(m.in_force for m in (*scenario.sanctions, *scenario.responses))
    world = load_world(scenario.world)
    compiled = compile_scenario(scenario, world)
    alone = compiled.shock(sanctions=False, responses=())
    np.testing.assert_array_equal(alone.passing, 1)
    np.testing.assert_allclose(alone.trade_cost, 1, rtol=1e-14)


def test_reciprocal_tariffs():
    scenario = load_scenario("us-china-tariffs-25")
    assert isinstance(scenario.responses[0], Retaliation)
    world = load_world(scenario.world)
    compiled = compile_scenario(scenario, world)
    base = world.tariff.ravel()[compiled.cells]
    np.testing.assert_allclose(compiled.shock().tariff - base, 0.25, rtol=1e-12)
    assert compiled.cells.size == 2 * 27


# What the responses do to the target: win back, cost more (an answer in kind), or nothing.
OFFSET = {"russia-2014": -1, "us-china-tariff-rounds": -1, "us-china-tariffs-25": -1, "taiwan-blockade": 0}
MIXED = ("semiconductor-controls-china",)  # the subsidy costs about what own technology wins


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name != "vehicle-subsidies"]
)  # no sanction, see below
def test_every_scenario_runs_and_its_signs_make_sense(name):
    scenario = load_scenario(name)
    world = load_world(scenario.world)
    compiled = compile_scenario(scenario, world)
    shocks = [compiled.shock(sanctions=False, responses=()), compiled.shock(responses=()), compiled.shock()]
    calm, hit, answered = [welfare(equilibrium(world, shock)) for shock in shocks]
    sides = compiled.sides

    def of(side, values) -> float:
        return float(values[side] @ world.income[side] / world.income[side].sum())

    harm = of(sides.targets, hit - calm)
    offset = of(sides.targets, answered - hit)
    assert -20 < harm < -0.01
    assert of(sides.senders, hit - calm) < 0.005  # who sanctions does not gain much by it
    assert harm < 3 * of(sides.third, hit - calm)  # third parties are hit less
    sign = OFFSET.get(name, 1)
    assert name in MIXED or (offset * sign > 0 if sign else offset == 0)
    assert offset < -harm  # nothing wins back more than was lost


def test_a_duty_answers_the_subsidy_and_costs_whoever_pays_it():
    scenario = load_scenario("vehicle-subsidies")
    world = load_world(scenario.world)
    compiled = compile_scenario(scenario, world)
    hit, answered = (equilibrium(world, shock) for shock in (compiled.shock(responses=()), compiled.shock()))
    deu, chn, cars = world.index("DEU"), world.index("CHN"), world.sectors.index("C29")
    assert hit.price[deu, cars] < 0.999
    assert answered.price[deu, cars] == pytest.approx(1, abs=1e-9)
    assert 1.05 < np.exp(answered.wedges[0]) < 1.3
    made = [
        eq.output[deu, cars] / eq.unit_cost[deu, cars] / world.output[deu, cars] for eq in (hit, answered)
    ]
    assert made[0] < made[1] < 1  # its producers win back a part; what they lost elsewhere stays lost
    assert welfare(hit)[chn] < -0.05


def test_a_cap_binds_once_its_oil_finds_other_ways():
    """The bans alone press the price below the cap; with the new ways east it would rise above it again."""
    scenario = load_scenario("oil-price-cap")
    world = load_world(scenario.world)
    compiled = compile_scenario(scenario, world)
    price = []
    for shock in (compiled.shock(responses=()), compiled.shock()):
        eq = equilibrium(world, shock)
        price.append((eq.unit_cost[world.index("RUS"), world.sectors.index("B06_OIL")], float(eq.wedges[0])))
    assert price[0][0] < 0.9
    assert price[0][1] == pytest.approx(0, abs=1e-9)
    assert price[1][0] == pytest.approx(0.9, abs=1e-9)
    assert price[1][1] > 0.05


def test_packages_build_on_the_base_and_on_each_other():
    base = load_scenario("russia-2022")
    for name in ("russia-2022-energy", "russia-2022-trade"):
        more = load_scenario(name)
        assert more.sanctions[: len(base.sanctions)] == base.sanctions
        assert len(more.sanctions) > len(base.sanctions)
    both = load_scenario(["russia-2022-trade", "russia-2022-energy"])
    assert len(both.sanctions) == 5 + 5 + 4
    assert both.world == "icio2021-energy"
    compile_scenario(both, load_world(both.world))


def test_the_packages_of_2022_grow_with_the_months():
    scenario = load_scenario("russia-2022-energy")
    world = load_world(scenario.world)
    harm = []
    for day in ("2022-02-01", "2022-03-01", "2022-07", "2023-03"):
        shock = compile_scenario(scenario.at(day), world).shock(responses=())
        harm.append(float(welfare(equilibrium(world, shock))[world.index("RUS")]))
    assert harm[0] == pytest.approx(0, abs=1e-8)
    assert harm == sorted(harm, reverse=True)


def test_tariff_rounds_peak_in_april_and_end_with_the_truce():
    scenario = load_scenario("us-china-tariff-rounds")
    world = load_world(scenario.world)
    cell = (world.index("CHN") * world.n_countries + world.index("USA")) * world.n_sectors
    cell += world.sectors.index("C13T15")
    added = {}
    for day in (None, "2025-02-05", "2025-03-05", "2025-04-15", "2025-06-01"):
        shock = compile_scenario(scenario if day is None else scenario.at(day), world).shock()
        at = np.searchsorted(shock.cells, cell)
        added[day] = shock.tariff[at] - world.tariff.ravel()[cell]
    expected = {None: 1.45, "2025-02-05": 0.1, "2025-03-05": 0.2, "2025-04-15": 1.45, "2025-06-01": 0.3}
    assert added == pytest.approx(expected)


def test_corridors_through_a_blockade_keep_their_goods_moving():
    scenario = load_scenario("taiwan-blockade-corridors")
    world = load_world(scenario.world)
    found = compile_scenario(scenario, world).shock()
    n, j = world.n_countries, world.n_sectors

    def passing(o: str, d: str, s: str) -> float:
        cell = (world.index(o) * n + world.index(d)) * j + world.sectors.index(s)
        at = np.searchsorted(found.cells, cell)
        return float(found.passing[at]) if at < found.cells.size and found.cells[at] == cell else 1.0

    assert passing("USA", "TWN", "A01") == passing("TWN", "JPN", "C26") == 1.0
    assert passing("DEU", "TWN", "C29") == pytest.approx(0.05)
    assert passing("USA", "TWN", "K") == 1.0


def test_what_export_controls_reach_abroad_is_reported():
    scenario = load_scenario("technology-controls-russia")
    table = foreign_reach(compile_scenario(scenario, load_world(scenario.world)))
    assert len(table)
    assert set(table["destination"]) == {"RUS"}
    assert not set(table["origin"]) & {"USA", "DEU", "JPN"}


def test_the_sourced_share_of_each_scenario():
    listed = {entry.name: entry for entry in scenario_list()}
    assert list(listed) == NAMES
    assert [(entry.name, entry.line) for entry in listed.values()] == scenario_names()
    assert listed["full-decoupling"].sourced == 0
    assert listed["us-china-tariff-rounds"].sourced > 0.9
    assert all(0 <= entry.sourced <= 1 for entry in listed.values())
    unsourced = Scenario(name="x", sanctions=[{"embargo": {"by": "USA", "on": "RUS"}}])
    assert sourced_share(unsourced) == 0
    assert sourced_share(Scenario(name="x")) == 1


def test_every_scenario_says_that_its_acts_were_not_opened(scenario):
    assert any("the acts were not opened" in source for source in scenario.sources)
