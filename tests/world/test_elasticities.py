"""The nine elasticity sets and their grades."""

import numpy as np
import pytest

from countervail.errors import WorldError
from countervail.world.elasticities import QUALITIES, choose, elasticity_names, embedded_sets


def test_nine_sets_on_fifty_sectors(world):
    assert elasticity_names() == ("combined", "FGO", "CP", "BSY", "GYY", "Shap", "LL", "IS", "U4")
    sets = embedded_sets(world.sectors)
    assert tuple(entry.name for entry in sets) == elasticity_names()
    for entry in sets:
        assert entry.theta.shape == (50,)
        assert entry.theta.min() > 0
        assert not entry.theta.flags.writeable
        assert set(entry.quality) <= set(QUALITIES)
        assert entry.source


def graded(world, name, quality):
    entry = choose(embedded_sets(world.sectors), name, world.sectors)
    return [s for s, q in zip(world.sectors, entry.quality, strict=True) if q == quality]


def test_combined_says_which_numbers_are_estimates(world):
    assert graded(world, "combined", "none") == ["O", "T"]
    assert graded(world, "combined", "placeholder") == ["D"]
    assert graded(world, "combined", "fill") == ["A02", "B05", "B09"]
    assert graded(world, "combined", "approximate") == ["J61", "J62_63", "K", "R", "S"]
    assert len(graded(world, "combined", "direct")) == 39
    theta = dict(zip(world.sectors, world.trade_elasticity, strict=True))
    assert theta["O"] == theta["T"] == 4
    assert theta["C29"] == 8.6647


def test_fillers_of_the_published_sets_are_flagged(world):
    services = list(world.sectors[27:])
    for name in ("FGO", "CP", "BSY", "Shap", "LL"):
        assert graded(world, name, "fill")[-23:] == services
    assert "C26" in graded(world, "IS", "fill")
    assert graded(world, "U4", "set") == list(world.sectors)


def test_a_subset_of_sectors_has_the_sets_and_a_stranger_none():
    sets = embedded_sets(("C29", "A01"))
    np.testing.assert_allclose(sets[0].theta, [8.6647, 3.2381])
    assert embedded_sets(("A01", "wine")) == ()
    with pytest.raises(WorldError, match="CV206"):
        choose((), "CP", ("wine",))
