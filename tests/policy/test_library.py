"""The scenarios that ship: they load, compile, say where numbers come from, and mean what they should."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.policy.catalog import load_scenario, scenario_names
from countervail.policy.retaliation import Retaliation
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.shock import compile_scenario
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
        if measure.size is not None or leaks:
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
