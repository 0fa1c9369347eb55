"""Scenarios made of several files."""

from __future__ import annotations

import pytest

from countervail.errors import ScenarioError
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario

BASE = """\
name: Base
story: What came first.
sources: [act one]
world: icio2021
blocs: {west: [EU27, USA]}
sanctions:
  - embargo: {name: coal, by: west, on: RUS, goods: coal}
  - friction: {by: west, on: RUS, rate: 5 %, kind: payments}
"""
MORE = """\
name: More
extends: base.yaml
sources: [act one, act two]
blocs: {west: [EU27, USA, GBR]}
sanctions:
  - tariff: {by: USA, on: RUS, rate: 10 %}
  - embargo: {name: coal, by: west, on: RUS, goods: coal, leakage: 10 %}
responses:
  - payments: {between: [RUS, CHN], removes: 50 %}
"""
OTHER = """\
name: Other
story: And then this.
extends: base.yaml
sanctions:
  - embargo: {by: USA, on: RUS, goods: metals}
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (("base", BASE), ("more", MORE), ("other", OTHER)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_scenario_builds_on_another(folder):
    scenario = load_scenario(folder / "more.yaml")
    assert (scenario.name, scenario.story, scenario.world) == ("More", "What came first.", "icio2021")
    assert scenario.sources == ("act one", "act two")
    assert scenario.blocs == {"west": ("EU27", "USA", "GBR")}
    assert [measure.kind for measure in scenario.sanctions] == ["embargo", "friction", "tariff"]
    assert scenario.sanctions[0].leakage == 0.1  # the later measure of that name holds
    assert scenario.labels("sanctions") == ("coal", "friction 2", "tariff 3")
    assert "extends" not in scenario.to_yaml()
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario


def test_several_files_are_one_scenario_and_each_counts_once(folder):
    scenario = load_scenario([folder / "more.yaml", folder / "other.yaml"])
    assert scenario.name == "More + Other"
    assert scenario.story == "And then this."
    assert [measure.kind for measure in scenario.sanctions] == ["embargo", "friction", "tariff", "embargo"]
    assert load_scenario([folder / "base.yaml", folder / "more.yaml"]).sanctions == (
        load_scenario(folder / "more.yaml").sanctions
    )
    assert load_scenario([folder / "base.yaml"]) == load_scenario(folder / "base.yaml")
    reverse = load_scenario([folder / "other.yaml", folder / "more.yaml"])
    assert set(reverse.sanctions) == set(scenario.sanctions)


def test_a_library_scenario_can_be_extended_by_name():
    text = (
        "name: Mine\nextends: us-china-tariffs-25\nsanctions:\n  - embargo: {by: USA, on: CHN, goods: C26}\n"
    )
    scenario = Scenario.from_yaml(text)
    assert len(scenario.sanctions) == 2
    assert scenario.labels("responses") == ("Chinese answer",)
    assert Scenario.from_dict({"name": "Mine", "extends": "us-china-tariffs-25"}).senders == ("USA",)


def test_settings_act_on_what_is_inherited(folder):
    scenario = load_scenario(folder / "more.yaml").with_settings({"sanctions.friction 2.rate": "9 %"})
    assert scenario.sanctions[1].rate == 0.09


def test_scenarios_that_extend_each_other(folder):
    (folder / "base.yaml").write_text(BASE + "extends: other.yaml\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="CV127") as caught:
        load_scenario(folder / "more.yaml")
    assert "base.yaml -> other.yaml -> base.yaml" in caught.value.found
    (folder / "self.yaml").write_text("name: x\nextends: self.yaml\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"CV127.*self.yaml -> self.yaml"):
        load_scenario(folder / "self.yaml")


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("name: x\nextends: bse.yaml\n", "CV101", "mine.yaml:2, extends"),
        ("name: x\nextends: [base.yaml, united-frnt]\n", "CV101", "mine.yaml:2, extends[1]"),
        ("name: x\nextends: 5\n", "CV106", "mine.yaml:2, extends"),
        ("name: x\nextends: []\n", "CV106", "mine.yaml:2, extends"),
        ("extends: base.yaml\n", "CV105", "mine.yaml:1"),
        ("name: x\nextends: base.yaml\nsanctions: 3\n", "CV106", "mine.yaml:3, sanctions"),
        ("name: x\nextends: base.yaml\nblocs: 3\n", "CV106", "mine.yaml:3, blocs"),
        (
            "name: x\nextends: base.yaml\nsanctions:\n  - embargo: {by: USA, on: RUS, leakage: 3}\n",
            "CV108",
            "mine.yaml:4, sanctions[2].leakage",
        ),
    ],
)
def test_what_is_wrong_is_found_in_its_own_file(folder, text, code, where):
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(folder / "mine.yaml")
    assert caught.value.code == code
    assert caught.value.where == f"{folder}/{where}"


def test_what_is_wrong_in_the_base_is_found_there(folder):
    (folder / "base.yaml").write_text(BASE.replace("rate: 5 %", "rate: 5"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="CV108") as caught:
        load_scenario(folder / "more.yaml")
    assert caught.value.where == f"{folder}/base.yaml:8, sanctions[1].rate"


def test_an_empty_list_of_files():
    with pytest.raises(ScenarioError, match="CV117"):
        load_scenario([])
