"""The embedded worlds."""

from importlib import resources

import numpy as np
import pytest

from countervail.errors import WorldError
from countervail.world.calibrate import NO_OUTPUT, NO_USE, SCALED
from countervail.world.catalog import load_table, load_world, world_names
from countervail.world.elasticities import elasticity_names


@pytest.mark.parametrize(
    ("name", "value_added", "russia"), [("icio2021", 91.742, 1.673), ("icio2022", 96.021, 2.063)]
)
def test_the_embedded_worlds(name, value_added, russia):
    """Value added in trillion USD at user prices of inputs, as first built from the source tables."""
    world = load_world(name)
    assert (world.n_countries, world.n_sectors, int(world.goods.sum())) == (81, 50, 27)
    assert world.year == int(name[-4:])
    assert world.countries[-1] == "ROW"
    assert world.elasticity == "combined"
    assert max(world.balances().values()) < 1e-12
    assert world.value_added.sum() / 1e6 == pytest.approx(value_added, abs=0.001)
    assert world.value_added[world.index("RUS")] / 1e6 == pytest.approx(russia, abs=0.001)
    assert world.report.repair(NO_OUTPUT).cells == 51
    assert world.report.repair(NO_USE).cells == 0
    assert world.report.repair(SCALED).cells == 0


@pytest.mark.parametrize("name", ["icio2021", "icio2022"])
def test_inputs_at_user_prices_lower_value_added_by_a_quarter_trillion(name):
    table, world = load_table(name), load_world(name)
    basic = table.flow.sum() - table.intermediate.sum()
    assert (basic - world.value_added.sum()) / 1e6 == pytest.approx(0.22, abs=0.03)


def test_flows_are_those_of_the_table(world):
    table = load_table("icio2021")
    np.testing.assert_allclose(world.basic_flow(), table.flow, rtol=1e-12)
    assert (table.tariff[:, :, ~table.goods] == 0).all()


def test_the_four_low_value_added_cells_of_2022_are_those_named():
    table = load_table("icio2022")
    output = table.flow.sum(axis=1)
    share = 1 - table.intermediate.sum(axis=1) / np.where(output > 0, output, 1)
    low = [f"{table.countries[i]} {table.sectors[k]}" for i, k in np.argwhere(share < 0.02 + 1e-12)]
    note = next(n for n in load_world("icio2022").report.notes if n.topic.startswith("Value added"))
    assert note.cells == len(low) == 4
    assert all(cell in note.text for cell in low)


def test_tariffs_are_the_same_in_both_years():
    """Stated in the notes of icio2021; if the data ever differ, the note has to go."""
    assert np.array_equal(load_table("icio2021").tariff, load_table("icio2022").tariff)


def test_what_was_imputed_is_said():
    topics = {
        note.topic for note in load_world("icio2021").report.notes if note.status in {"imputed", "repaired"}
    }
    assert topics == {
        "Services by sector",
        "Input structure",
        "Rest of the world",
        "Rows of uses scaled down",
    }
    text = load_world("icio2022").report.text()
    for words in ("RAS", "57 cells", "ten emerging economies", "51 cells"):
        assert words in text


def test_every_elasticity_set_loads():
    for name in elasticity_names():
        world = load_world("icio2021", elasticity=name)
        assert world.elasticity == name
        assert (world.trade_elasticity > 0).all()


def test_an_unknown_world_names_the_nearest():
    with pytest.raises(WorldError, match=r"CV217 there is no world called 'icio2020'.*Did you mean"):
        load_world("icio2020")
    with pytest.raises(WorldError, match="CV206"):
        load_world("icio2021", elasticity="ABC")


def test_a_path_is_a_world_file(small, world, tmp_path):
    path = small.save(tmp_path / "mine.npz")
    assert load_world(str(path)).fingerprint() == small.fingerprint()
    saved = world.with_elasticity("LL").save(tmp_path / "embedded.npz")
    assert load_world(str(saved)).elasticity == "LL"
    assert load_world(str(saved), elasticity="combined").fingerprint() == world.fingerprint()


def test_names_and_sizes():
    own = ["icio2021", "icio2022"]
    assert [name for name, _ in world_names()] == [
        *own,
        *(f"{name}-energy" for name in own),
        "icio2021-iran-synthetic",
    ]
    for name, line in world_names():
        assert name[4:8] in line
    for name in own:
        file = resources.files("countervail.world") / "data" / f"{name}.npz"
        assert len(file.read_bytes()) < 4_000_000
