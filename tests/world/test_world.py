"""World: elasticities chosen, files written and read, xarray and reprs."""

import numpy as np
import pytest

from countervail.errors import WorldError
from countervail.world.accounts import array_shapes
from countervail.world.calibrate import calibrate
from countervail.world.elasticities import elasticity_names
from countervail.world.world import AXES, UNITS, World


def test_with_elasticity_by_name_shares_the_arrays(world):
    other = world.with_elasticity("cp")
    assert other.elasticity == "CP"
    assert other.trade_share is world.trade_share
    assert other.trade_elasticity[other.sectors.index("C19")] == 64.85
    assert set(other.elasticity_quality) == {"set", "fill"}
    assert other.with_elasticity("combined").fingerprint() == world.fingerprint()


def test_every_set_can_be_chosen(world):
    for name in elasticity_names():
        assert world.with_elasticity(name).elasticity == name


def test_with_elasticity_by_numbers(small):
    other = small.with_elasticity([1, 2, 3, 4])
    assert other.elasticity == "custom"
    assert other.elasticity_quality == ("custom",) * 4
    np.testing.assert_array_equal(other.trade_elasticity, [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("values", "code"),
    [([1, 2], "CV203"), ([1, 2, 3, 0], "CV207"), ([1, 2, 3, np.inf], "CV204"), ("CP", "CV206")],
)
def test_elasticities_that_make_no_sense(small, values, code):
    with pytest.raises(WorldError) as caught:
        small.with_elasticity(values)
    assert caught.value.code == code


def test_an_unknown_set_names_the_nearest(world):
    with pytest.raises(
        WorldError, match=r"CV206 there is no elasticity set 'combind'.*Did you mean 'combined'"
    ):
        world.with_elasticity("combind")


def test_saved_and_loaded_is_the_same(small, tmp_path):
    path = small.save(tmp_path / "new" / "w.npz")
    again = World.load(path)
    assert again.fingerprint() == small.fingerprint()
    for name in array_shapes(3, 4):
        np.testing.assert_array_equal(getattr(again, name), getattr(small, name))
    assert again.report == small.report
    assert again.sources == small.sources
    assert again.country_members == small.country_members
    assert [p.name for p in path.parent.iterdir()] == ["w.npz"]


def test_elasticity_sets_and_notes_travel_with_the_file(world, tmp_path):
    again = World.load(world.with_elasticity("FGO").save(tmp_path / "w.npz"))
    assert again.elasticity == "FGO"
    assert again.report.notes == world.report.notes
    assert again.with_elasticity("combined").fingerprint() == world.fingerprint()
    assert [entry.source for entry in again.elasticity_sets] == [
        entry.source for entry in world.elasticity_sets
    ]


def test_xarray_has_every_array_with_its_unit(small):
    data = small.to_xarray()
    for name in AXES:
        assert data[name].dims == AXES[name]
        assert data[name].attrs["unit"] == UNITS[name]
        np.testing.assert_array_equal(data[name].values, getattr(small, name))
    assert data.attrs["base_year"] == 2000
    assert data.attrs["fingerprint"] == small.fingerprint()
    assert float(data["value_added"].sum()) == pytest.approx(small.value_added.sum())
    data["income"][:] = 0
    assert small.income.min() > 0


def test_the_repr_answers_first(world):
    text = repr(world)
    assert text.startswith("icio2021: 81 economies x 50 sectors, 2021, million USD\n")
    assert "trillion USD, balanced to" in text
    assert "O (none)" in text
    assert "Services by sector" in text
    html = world._repr_html_()
    assert html.startswith("<table>")
    assert "icio2021" in html


def test_the_repr_says_when_accounts_do_not_balance(make_table):
    table = make_table(5, inputs=0.1)
    flow, uses = np.array(table.flow), np.array(table.intermediate)
    flow[1, 1] = [200.0, 200.0, 20.0, 200.0]
    uses[1, 2] = 1.2 * flow.sum(axis=0)[1, 2] * np.array([0.3, 0.3, 0.2, 0.2])
    table = make_table(5, inputs=0.1, flow=flow, intermediate=uses)
    world = calibrate(table, [4.0] * 4, negative_final="clip")
    assert "accounts not balanced" in repr(world)
    assert "Negative final use clipped to 0: 1 cells" in repr(world)


def test_html_is_escaped(make_table):
    world = calibrate(make_table(name="<b>x"), [4.0] * 4)
    assert "<b>x" not in world._repr_html_()
