"""A model is a set of parameters: wrong ones are refused, right ones are found by name."""

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from countervail.errors import SolveError
from countervail.model.parameters import (
    CLOSURES,
    PRESETS,
    Model,
    long_run,
    medium_run,
    model_named,
    short_run,
)


@pytest.mark.parametrize("closure", CLOSURES)
def test_known_closures(closure):
    assert replace(long_run, closure=closure).closure == closure


def test_an_unknown_closure_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(SolveError, match="fixed, share, zero") as caught:
        Model("mine", closure="floating")
    assert caught.value.code == "CV304"


def test_presets_by_name():
    for name, model in PRESETS.items():
        assert model_named(name) is model
        assert model.name == name
        assert model.source
    with pytest.raises(SolveError, match="long_run") as caught:
        model_named("long run")
    assert caught.value.code == "CV305"


def test_what_was_changed_is_in_the_title_and_in_the_record():
    assert long_run.title == "long run"
    assert long_run.record() == {"name": "long_run", "closure": "fixed"}
    changed = replace(medium_run, capital_mobility=0.0, closure="share")
    assert changed.title == "medium run with capital mobility 0"
    assert changed.record()["parameters"]["capital_mobility"] == 0.0
    assert replace(long_run, capital_mobility=math.inf).record()["parameters"] == {"capital_mobility": "inf"}
    named = model_named({"preset": "short_run", "input_substitution": 0.1})
    assert named.title == "short run with input substitution 0.1"


def test_a_model_is_frozen():
    with pytest.raises(FrozenInstanceError):
        long_run.closure = "zero"


def test_the_residual_of_an_equilibrium_is_its_largest_and_parts_are_counted(at_rest):
    eq = replace(at_rest, residuals={"1 unit cost": 1e-12, "7 labour": 3e-11}, part=np.array([0, 1]))
    assert eq.residual == 3e-11
    assert eq.parts == 2
    assert at_rest.parts == 1


def test_presets_are_ordered_from_stiff_to_flexible():
    stiff = [short_run, medium_run, long_run]
    for key in (
        "value_added_substitution",
        "input_substitution",
        "consumption_substitution",
        "labour_mobility",
        "elasticity_share",
    ):
        values = [getattr(model, key) for model in stiff]
        assert values == sorted(values), key


def test_only_the_long_run_is_the_core_whatever_its_elasticity_and_closure():
    assert [model.is_core for model in (long_run, medium_run, short_run)] == [True, False, False]
    assert replace(long_run, elasticity_share=0.4, closure="zero").is_core
    assert replace(long_run, capital_mobility=math.inf).is_core
    for change in (
        {"input_substitution": 1 + 1e-6},
        {"consumption_substitution": 0.9},
        {"labour_mobility": 1e6},
        {"capital_mobility": 2.0},
        {"specific_factors": (("RUS", "B06"),)},
    ):
        assert not replace(long_run, **change).is_core


@pytest.mark.parametrize(
    "change",
    [
        {"input_substitution": -0.1},
        {"value_added_substitution": math.nan},
        {"consumption_substitution": math.inf},
        {"labour_mobility": -1.0},
        {"labour_mobility": None},
        {"labour_share": 1.0},
        {"elasticity_share": 0.0},
        {"elasticity_share": True},
        {"input_substitution": "0.1"},
        {"resource_mobility": 0.0},
    ],
)
def test_parameters_out_of_their_domain_are_refused_with_the_domain(change):
    with pytest.raises(SolveError) as caught:
        replace(long_run, **change)
    assert caught.value.code == "CV310"
    assert next(iter(change)) in caught.value.where


def test_a_changed_preset_by_description():
    model = model_named({"preset": "short_run", "input_substitution": 0.1, "capital_mobility": None})
    assert replace(model, name="short_run") == replace(short_run, input_substitution=0.1)
    assert model.name == "short_run with input_substitution 0.1, capital_mobility none"
    assert model_named({"preset": "medium_run"}) is medium_run
    assert model.changes() == short_run.changes() | {"input_substitution": 0.1}
    with pytest.raises(SolveError) as caught:
        model_named({"input_elasticity": 0.1})
    assert caught.value.code == "CV311"
