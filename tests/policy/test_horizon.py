"""The model in a scenario file: a preset, or one with other parameters; what makes no sense is refused in place."""

import math

import pytest

from countervail.errors import ScenarioError
from countervail.policy.horizon import PARAMETERS, number_of, read_model
from countervail.policy.scenario import Scenario

CHANGED = """\
name: x
model:
  preset: short_run
  input_substitution: 0.1
  labour_mobility: mobile
"""


def test_a_name_stays_a_name_and_a_preset_alone_becomes_one():
    assert read_model(" short_run ") == "short_run"
    assert read_model({"preset": "short_run"}) == "short_run"
    assert read_model({"input_substitution": 1}) == {"preset": "long_run", "input_substitution": 1.0}


def test_words_for_mobility():
    found = read_model({"labour_mobility": "mobile", "capital_mobility": "fixed", "resource_mobility": None})
    assert number_of(found["labour_mobility"]) == math.inf
    assert found["capital_mobility"] == 0.0
    assert found["resource_mobility"] is None


def test_files_are_written_back_as_they_were_read():
    scenario = Scenario.from_yaml(CHANGED)
    assert scenario.model == {
        "preset": "short_run",
        "input_substitution": 0.1,
        "labour_mobility": "mobile",
    }
    again = Scenario.from_yaml(scenario.to_yaml())
    assert again == scenario
    assert again.fingerprint() == scenario.fingerprint()


def test_settings_reach_the_parameters_from_a_name_and_from_a_mapping():
    scenario = Scenario(name="x", model="short_run").with_settings({"model.input_substitution": "10 %"})
    assert scenario.model == {"preset": "short_run", "input_substitution": 0.1}
    again = scenario.with_settings({"model.labour_mobility": "inf", "model.preset": "medium_run"})
    assert again.model == {
        "preset": "medium_run",
        "input_substitution": 0.1,
        "labour_mobility": "mobile",
    }


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        ({"preset": "short_run", "input_elasticity": 0.1}, "CV150", "input_substitution"),
        ({"input_substitution": -1}, "CV151", "at least 0"),
        ({"elasticity_share": 0}, "CV151", "above 0"),
        ({"input_substitution": "inf"}, "CV106", "number"),
        ({"labour_share": 1.5}, "CV151", "0.99"),
        ({"labour_mobility": None}, "CV151", "inf allowed"),
        ({"preset": 3}, "CV151", "long_run"),
        (["short_run"], "CV151", "preset"),
        ({3: 4}, "CV106", "mapping"),
        ("  ", "CV151", "preset"),
    ],
)
def test_what_makes_no_sense_is_refused(model, code, words):
    with pytest.raises(ScenarioError) as caught:
        Scenario(name="x", model=model)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert "model" in caught.value.where


def test_the_line_of_a_wrong_parameter_is_named():
    with pytest.raises(ScenarioError, match=r"mine\.yaml:4, model\.input_substitution"):
        Scenario.from_yaml(CHANGED.replace("0.1", "lots"), "mine.yaml")


def test_every_parameter_says_what_it_is():
    for name, parameter in PARAMETERS.items():
        assert parameter.meaning, name
        assert str(parameter).startswith("a number")
