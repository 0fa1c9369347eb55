"""Aggregation keeps every total; one sector keeps the flows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import WorldError
from countervail.world import labels
from countervail.world.calibrate import calibrate
from countervail.world.reshape import INTERNAL_TARIFFS, aggregate, one_sector
from countervail.world.world import World

EXACT = 1e-12
TOTALS = ("income", "transfer")


def groups(names, of):
    """{"G0": [...], ...} from a list of group numbers."""
    return {f"G{k}": [n for n, g in zip(names, of, strict=True) if g == k] for k in sorted(set(of))}


@settings(max_examples=50, deadline=None)
@given(
    data=st.data(), seed=st.integers(0, 10**4), n=st.integers(1, 5), j=st.integers(1, 5), idle=st.booleans()
)
def test_totals_add_up_and_accounts_balance(make_world, data, seed, n, j, idle):
    world = make_world(seed, n, j, inputs=0.3, idle=idle and n > 1 and j > 1)
    who = data.draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
    what = data.draw(st.lists(st.integers(0, j - 1), min_size=j, max_size=j))
    merged = aggregate(world, countries=groups(world.countries, who), sectors=groups(world.sectors, what))
    assert max(merged.balances().values()) < EXACT
    for name in ("income", "transfer", "expenditure"):
        scale = world.expenditure.sum()
        assert abs(getattr(merged, name).sum() - getattr(world, name).sum()) < EXACT * scale
    internal = merged.report.repair(INTERNAL_TARIFFS).million_usd
    assert merged.value_added.sum() == pytest.approx(world.value_added.sum() + internal, rel=1e-11)
    assert merged.tariff_revenue.sum() == pytest.approx(world.tariff_revenue.sum() - internal, abs=1e-9)
    home = np.arange(merged.n_countries)
    assert (merged.tariff[home, home] == 1).all()


def test_each_bloc_has_the_sums_of_its_members(world):
    merged = world.aggregate(countries={"EU": "EU27", "BR": ["RUS", "CHN"]})
    assert isinstance(merged, World)
    assert (merged.n_countries, merged.n_sectors) == (81 - 26 - 1, 50)
    members = [world.index(c) for c in labels.blocs()["EU27"]]
    eu = merged.index("EU")
    for name in ("income", "transfer"):
        assert getattr(merged, name)[eu] == pytest.approx(getattr(world, name)[members].sum(), rel=1e-12)
    np.testing.assert_allclose(merged.expenditure[eu], world.expenditure[members].sum(axis=0), rtol=1e-12)
    flow, old = merged.basic_flow(), world.basic_flow()
    usa = merged.index("USA")
    np.testing.assert_allclose(flow[eu, usa], old[members, world.index("USA")].sum(axis=0), rtol=1e-12)
    assert merged.country_members[eu] == tuple(world.countries[i] for i in sorted(members))
    assert merged.country_members[usa] == ("USA",)
    assert merged.countries[-1] == "ROW"
    assert merged.name == "icio2021-54x50"


def test_a_merged_tariff_is_weighted_by_flows(world):
    merged = world.aggregate(sectors={"farm": "agriculture"})
    kinds = [world.sectors.index(s) for s in ("A01", "A02", "A03")]
    o, d = world.index("USA"), world.index("CHN")
    flow = world.basic_flow()[o, d, kinds]
    rate = (flow * (world.tariff[o, d, kinds] - 1)).sum() / flow.sum()
    assert merged.tariff[o, d, merged.sectors.index("farm")] - 1 == pytest.approx(rate, rel=1e-9)
    assert merged.tariff_revenue.sum() == pytest.approx(world.tariff_revenue.sum(), rel=1e-9)
    assert merged.report.repair(INTERNAL_TARIFFS).cells == 0


def test_tariffs_inside_a_bloc_stay_in_its_income(world):
    merged = world.aggregate(countries={"pair": ["CHN", "RUS"]})
    c, r = world.index("CHN"), world.index("RUS")
    flow = world.basic_flow()
    internal = ((world.tariff - 1) * flow)[[c, r], [r, c]].sum()
    repair = merged.report.repair(INTERNAL_TARIFFS)
    assert repair.million_usd == pytest.approx(internal, rel=1e-9)
    assert repair.largest.startswith("pair ")
    pair = merged.index("pair")
    assert merged.value_added[pair] == pytest.approx(world.value_added[[c, r]].sum() + internal, rel=1e-12)
    assert merged.income[pair] == pytest.approx(world.income[[c, r]].sum(), rel=1e-12)


def test_merged_elasticities_are_weighted_by_cross_border_flows(world):
    merged = world.aggregate(sectors={"metals": ["C24A", "C24B"]})
    kinds = [world.sectors.index(s) for s in ("C24A", "C24B")]
    flow = world.basic_flow()[:, :, kinds]
    crossing = flow.sum(axis=(0, 1)) - np.einsum("iik->k", flow)
    k = merged.sectors.index("metals")
    for name in ("combined", "CP"):
        theta = world.with_elasticity(name).trade_elasticity[kinds]
        expected = (crossing * theta).sum() / crossing.sum()
        chosen = merged.with_elasticity(name)
        assert chosen.trade_elasticity[k] == pytest.approx(expected, rel=1e-12)
        assert chosen.elasticity_quality[k] == "approximate"
    single = merged.sectors.index("C29")
    assert merged.trade_elasticity[single] == 8.6647
    assert merged.elasticity_quality[single] == "direct"
    assert any("weighted by cross-border flows" in note.text for note in merged.report.notes)


def test_merging_in_two_steps_is_merging_at_once(world):
    once = world.aggregate(countries={"X": ["FRA", "DEU", "USA"]}, sectors={"m": ["C24A", "C24B"]})
    twice = (
        world.aggregate(countries={"Y": ["FRA", "DEU"]})
        .aggregate(countries={"X": ["Y", "USA"]})
        .aggregate(sectors={"m": ["C24A", "C24B"]})
    )
    order = [twice.countries.index(c) for c in once.countries]
    assert once.sectors == twice.sectors
    np.testing.assert_allclose(twice.income[order], once.income, rtol=1e-12)
    np.testing.assert_allclose(twice.trade_share[order][:, order], once.trade_share, atol=1e-14)
    x = once.index("X")
    assert (
        set(once.country_members[x]) == set(twice.country_members[twice.index("X")]) == {"FRA", "DEU", "USA"}
    )


def test_merging_nothing_changes_no_number(world):
    same = world.aggregate()
    for name in ("trade_share", "input_share", "final_share", "income", "tariff"):
        np.testing.assert_allclose(getattr(same, name), getattr(world, name), rtol=1e-11, atol=1e-15)


def test_goods_and_services_together_are_noted(world):
    merged = world.aggregate(sectors={"mix": ["C29", "K"]})
    assert merged.goods[merged.sectors.index("mix")]
    assert any(note.topic == "Goods and services together" for note in merged.report.notes)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"X": ["DEU", "XXX"]}, "'XXX' is no economy"),
        ({"X": []}, "has no members"),
        ({"X": "nowhere"}, "'nowhere' is no economy"),
        ({"X": ["DEU"], "Y": ["DEU", "FRA"]}, "'DEU' is in 'X' and in 'Y'"),
        ({"USA": ["DEU", "FRA"]}, "'USA' is already a single economy"),
        ({"X": ["DEU", "DEU"]}, "'DEU' is in 'X' and in 'X'"),
    ],
)
def test_groups_that_make_no_sense(world, wanted, words):
    with pytest.raises(WorldError) as caught:
        world.aggregate(countries=wanted)
    assert caught.value.code == "CV216"
    assert words in str(caught.value)


def test_a_group_may_carry_the_code_of_a_member(world):
    merged = world.aggregate(countries={"CHN": ["CHN", "HKG"]})
    assert merged.country_members[merged.index("CHN")] == ("CHN", "HKG")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**4), n=st.integers(1, 5), j=st.integers(1, 5))
def test_one_sector_keeps_flows_revenue_and_transfers(make_world, seed, n, j):
    world = make_world(seed, n, j, inputs=0.3)
    one = one_sector(world)
    assert one.sectors == ("ALL",)
    assert (one.input_share == 0).all()
    assert max(one.balances().values()) < EXACT
    np.testing.assert_allclose(one.basic_flow()[:, :, 0], world.basic_flow().sum(axis=2), rtol=EXACT)
    np.testing.assert_allclose(one.tariff_revenue, world.tariff_revenue, atol=1e-9)
    np.testing.assert_allclose(one.transfer, world.transfer, atol=1e-9)
    np.testing.assert_allclose(one.income, world.expenditure.sum(axis=1), rtol=EXACT)
    np.testing.assert_allclose(one.value_added, world.output.sum(axis=1), rtol=EXACT)


def test_one_sector_of_the_embedded_world(world):
    one = one_sector(world)
    assert one.name == "icio2021-one-sector"
    assert one.with_elasticity("U4").trade_elasticity[0] == pytest.approx(4)
    assert any(note.topic == "One sector" for note in one.report.notes)
    assert one.sector_members == (world.sectors,)


def test_a_clipped_world_can_be_merged(make_table):
    table = make_table(5, inputs=0.1)
    flow, uses = np.array(table.flow), np.array(table.intermediate)
    flow[1, 1] = [200.0, 200.0, 20.0, 200.0]
    uses[1, 2] = 1.2 * flow.sum(axis=0)[1, 2] * np.array([0.3, 0.3, 0.2, 0.2])
    clipped = calibrate(make_table(5, flow=flow, intermediate=uses), [4.0] * 4, negative_final="clip")
    assert not clipped.aggregate(countries={"X": ["C00", "C01"]}).report.balanced
    assert one_sector(clipped).report.balanced
