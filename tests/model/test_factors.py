"""Factors: one, or labour, capital and resources apart, from data or from one number."""

from dataclasses import replace

import numpy as np
import pytest

from countervail.errors import SolveError
from countervail.model.factors import factors_of
from countervail.model.horizon import at_horizon
from countervail.model.parameters import long_run, short_run
from countervail.world.labour import cell_shares, depreciation, economy_shares, mining, sector_pattern

APART = replace(short_run, labour_mobility=1.0, capital_mobility=0.5, resource_mobility=0.0)


def test_one_factor_unless_capital_stands_apart(icio2021):
    found = factors_of(icio2021, short_run)
    assert found.names == ("value added",)
    assert (found.share == 1.0).all()
    assert (found.mobility == 0.0).all()
    assert factors_of(icio2021, short_run) is found


def test_labour_capital_and_deposits_meet_the_shares_of_each_economy(icio2021):
    found = factors_of(icio2021, APART)
    assert found.names == ("labour", "capital", "resources")
    np.testing.assert_allclose(found.share.sum(axis=0), 1.0, rtol=1e-15)
    assert ((found.share >= 0.0) & (found.share < 1.0)).all()
    value_added = icio2021.value_added_share * icio2021.output
    known, missing = economy_shares(icio2021)
    assert not missing
    together = found.pay(value_added).sum(axis=2)
    np.testing.assert_allclose(together[0] / value_added.sum(axis=1), known, rtol=1e-9)
    digs = mining(icio2021)
    assert [code for code, here in zip(icio2021.sectors, digs, strict=True) if here] == [
        "B05",
        "B06",
        "B07",
        "B08",
    ]
    assert (found.share[2][:, ~digs] == 0.0).all()
    assert (found.share[1][:, digs] == 0.0).all()
    assert [set(np.unique(kappa)) for kappa in found.mobility] == [{1.0}, {0.5}, {0.0}]
    assert factors_of(icio2021, replace(APART, resource_mobility=None)).names == ("labour", "capital")


def test_known_numbers(icio2021):
    known, _ = economy_shares(icio2021)
    wear, _ = depreciation(icio2021)
    germany = icio2021.index("DEU")
    assert known[germany] == pytest.approx(0.6419)
    assert wear[germany] == pytest.approx(0.0384)
    pattern, _ = sector_pattern(icio2021)
    assert pattern[icio2021.sectors.index("L")] == pytest.approx(0.0547)
    assert pattern[icio2021.sectors.index("P")] == pytest.approx(0.9248)


def test_merged_and_split_worlds_have_shares_too(icio2021):
    merged = icio2021.aggregate(countries={"IBE": ["ESP", "PRT"]}, sectors={"ORES": ["B07", "B08"]})
    known, missing = economy_shares(merged)
    assert not missing
    assert known[merged.countries.index("IBE")] == pytest.approx((0.5554 + 0.5863) / 2, abs=1e-4)
    assert mining(merged)[merged.sectors.index("ORES")]
    assert factors_of(merged, APART).share.shape == (3, merged.n_countries, merged.n_sectors)


def test_a_world_without_data_is_refused_and_one_number_is_the_way_out(random_world):
    world = random_world(1)
    with pytest.raises(SolveError, match="labour_share") as caught:
        factors_of(world, APART)
    assert caught.value.code == "CV312"
    assert "C0, C1" in caught.value.found
    found = factors_of(world, replace(APART, labour_share=0.6))
    assert (found.share[0] == 0.6).all()


def test_specific_cells_stay_whatever_moves(random_world):
    world = random_world(1)
    model = replace(long_run, specific_factors=(("C1", "S2"),))
    found = factors_of(world, model)
    assert found.mobility[0, 1, 2] == 0.0
    assert np.isinf(found.mobility).sum() == found.mobility.size - 1
    both = factors_of(world, model, np.eye(world.n_countries, world.n_sectors, dtype=bool))
    assert both.mobility[0, 0, 0] == both.mobility[0, 1, 2] == 0.0
    with pytest.raises(SolveError, match="S9") as caught:
        factors_of(world, replace(long_run, specific_factors=(("C1", "S9"),)))
    assert caught.value.code == "CV313"


def test_shares_stay_between_their_bounds_however_far_they_are_moved():
    value_added = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    economy = np.array([0.02, 0.98, 0.5])
    found = cell_shares(value_added, economy, np.array([0.1, 0.5, 0.9]))
    assert ((found > 0.0) & (found < 1.0)).all()
    np.testing.assert_allclose(
        (found * value_added).sum(axis=1)[:2] / value_added.sum(axis=1)[:2], economy[:2]
    )


def test_the_horizon_scales_theta_and_nothing_else(random_world):
    world = random_world(2)
    near = at_horizon(world, short_run)
    np.testing.assert_array_equal(near.trade_elasticity, 0.38 * world.trade_elasticity)
    assert near.trade_share is world.trade_share or (near.trade_share == world.trade_share).all()
    assert at_horizon(world, short_run) is near
    assert at_horizon(world, long_run) is world
    assert at_horizon(near, short_run) is near
    middle = at_horizon(near, replace(short_run, elasticity_share=0.5))
    np.testing.assert_allclose(middle.trade_elasticity, 0.5 * world.trade_elasticity, rtol=1e-15)
