"""The NAFTA inputs are those of the paper, calibrated as the paper does."""

from pathlib import Path

import numpy as np

from countervail.world.calibrate import CLIPPED

DATA = Path(__file__).parent / "data"


def test_the_world_has_the_published_value_added_and_deficits(nafta):
    world = nafta.world
    assert (world.n_countries, world.n_sectors, world.year) == (31, 40, 1993)
    with np.load(DATA / "cp2015_nafta.npz") as stored:
        # 2e-5 for Canada, whose one negative use is set to 0; the others agree to 1e-7
        np.testing.assert_allclose(world.value_added * 1e6, stored["value_added"].sum(axis=1), rtol=2e-5)
        np.testing.assert_allclose(world.transfer * 1e6, stored["deficit"], rtol=1e-9)
    balances = world.balances()
    balances.pop("spending")
    assert max(balances.values()) < 1e-12
    assert not world.report.balanced
    assert world.report.repair(CLIPPED).cells == 185


def test_only_tariffs_among_the_three_members_move(nafta):
    world = nafta.world
    o, d, s = np.unravel_index(nafta.cells, world.tariff.shape)
    members = {world.index(c) for c in ("CAN", "MEX", "USA")}
    assert set(o) == set(d) == members
    assert (o != d).all()
    assert s.max() < 20
    assert len(nafta.cells) == 116
    untouched = np.ones(world.tariff.size, bool)
    untouched[nafta.cells] = False
    assert (nafta.tariff.ravel()[untouched] == world.tariff.ravel()[untouched]).all()
    np.testing.assert_allclose(nafta.change, nafta.tariff / world.tariff)
    assert (nafta.change.ravel()[nafta.cells] < 1).all()
