"""A model is a set of parameters: wrong ones are refused, right ones are found by name."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from countervail.errors import SolveError
from countervail.model.parameters import CLOSURES, PRESETS, Model, long_run, model_named


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


def test_a_model_is_frozen():
    with pytest.raises(FrozenInstanceError):
        long_run.closure = "zero"


def test_the_residual_of_an_equilibrium_is_its_largest_and_parts_are_counted(at_rest):
    eq = replace(at_rest, residuals={"1 unit cost": 1e-12, "7 labour": 3e-11}, part=np.array([0, 1]))
    assert eq.residual == 3e-11
    assert eq.parts == 2
    assert at_rest.parts == 1
