"""Accounts: checked when built, read-only afterwards, the same fingerprint everywhere."""

import copy
import dataclasses
import pickle
import subprocess
import sys
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import WorldError
from countervail.world.accounts import array_shapes


def test_the_embedded_world_balances_to_round_off(world):
    balances = world.balances()
    assert set(balances) == {"shares", "goods", "cost", "spending", "income", "labour", "transfers", "trade"}
    assert max(balances.values()) < 1e-12


def test_every_array_is_read_only(small):
    for name in (*array_shapes(3, 4), "goods", "value_added", "tariff_revenue"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(small, name)[...] = 0


def test_copies_and_pickles_stay_read_only(small):
    for other in (copy.deepcopy(small), pickle.loads(pickle.dumps(small))):
        assert other.fingerprint() == small.fingerprint()
        assert not other.trade_share.flags.writeable
        assert not other.value_added.flags.writeable


def test_a_world_can_be_a_weak_key(small):
    assert weakref.WeakKeyDictionary({small: 1})[small] == 1


def test_a_writeable_array_is_copied(small):
    mine = np.array(small.income)
    other = dataclasses.replace(small, income=mine)
    assert mine.flags.writeable
    assert other.income is not mine
    assert other.trade_share is small.trade_share


def test_index(small):
    assert small.index("C01") == 1
    with pytest.raises(WorldError, match="CV210 'XXX' is not an economy"):
        small.index("XXX")


@pytest.mark.parametrize(
    ("field", "change", "code"),
    [
        ("trade_share", lambda a: a * 1.01, "CV208"),
        ("trade_share", lambda a: -a, "CV202"),
        ("expenditure", lambda a: a * 1.001, "CV208"),
        ("output", lambda a: a * 1.001, "CV208"),
        ("income", lambda a: a * 1.001, "CV208"),
        ("income", lambda a: a * 0, "CV202"),
        ("transfer", lambda a: a + 1, "CV208"),
        ("value_added_share", lambda a: a - 0.001, "CV208"),
        ("value_added_share", lambda a: a - 1, "CV209"),
        ("input_share", lambda a: a * 1.001, "CV208"),
        ("final_share", lambda a: a * 1.001, "CV208"),
        ("tariff", lambda a: a * 0, "CV202"),
        ("tariff", lambda a: a * np.nan, "CV204"),
        ("trade_elasticity", lambda a: a * 0, "CV207"),
        ("trade_elasticity", lambda a: a[:2], "CV203"),
        ("goods", lambda a: a[:2], "CV203"),
        ("elasticity_quality", lambda a: a[:2], "CV203"),
        ("elasticity_quality", lambda a: ("guess",) * len(a), "CV207"),
        ("countries", lambda a: ("A",) * len(a), "CV201"),
    ],
)
def test_a_world_that_does_not_balance_does_not_exist(small, field, change, code):
    with pytest.raises(WorldError) as caught:
        dataclasses.replace(small, **{field: change(getattr(small, field))})
    assert caught.value.code == code


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_any_changed_number_changes_the_fingerprint(make_world, seed):
    rng = np.random.default_rng(seed)
    world = make_world(seed % 50)
    theta = np.array(world.trade_elasticity)
    theta[rng.integers(4)] *= 1 + 1e-12
    assert (
        world.with_elasticity(theta).fingerprint()
        != world.with_elasticity(world.trade_elasticity).fingerprint()
    )


def test_labels_and_settings_are_part_of_the_fingerprint(small):
    for change in (
        {"name": "other"},
        {"year": 1999},
        {"elasticity": "other"},
        {"countries": ("X", "Y", "Z")},
    ):
        members = {"country_members": ()} if "countries" in change else {}
        assert dataclasses.replace(small, **change, **members).fingerprint() != small.fingerprint()


def test_the_fingerprint_is_the_same_in_another_process(world):
    code = "from countervail.world.catalog import load_world as load;print(load('icio2021').fingerprint())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == world.fingerprint()
    assert len(world.fingerprint()) == 64
