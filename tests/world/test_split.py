"""A sector divided, an economy taken out: every published total stays, and nothing is silent."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.errors import WorldError
from countervail.model.welfare import welfare
from countervail.policy.scope import Scope
from countervail.policy.shock import Shock
from countervail.solver import equilibrium
from countervail.world.balance import fit
from countervail.world.calibrate import calibrate
from countervail.world.extract import CountryData, split_country
from countervail.world.rebuild import as_table
from countervail.world.shares import SectorShares
from countervail.world.split import split_sector
from countervail.world.world import World

EXACT = 1e-9
PARTS = ("oil", "gas", "rest")
SEEDS = st.integers(0, 10**4)


def random_shares(rng, *shape):
    """[..., 3], above 0, adding up to 1."""
    values = rng.random((*shape, len(PARTS))) + 0.05
    return values / values.sum(axis=-1, keepdims=True)


def consistent_shares(table, at, rng, names):
    """Shares of flows, output and purchases that some division has, and any shares of uses and inputs."""
    n, j = len(table.countries), len(table.sectors)
    flow = random_shares(rng, n, n)
    parts = flow * table.flow[:, :, at, None]
    sold, bought = parts.sum(axis=1), parts.sum(axis=0)
    found = {
        "flow": flow,
        "output": np.where(sold.sum(axis=1) > 0, sold.T / np.maximum(sold.sum(axis=1), 1e-300), 1 / 3).T,
        "purchases": np.where(
            bought.sum(axis=1) > 0, bought.T / np.maximum(bought.sum(axis=1), 1e-300), 1 / 3
        ).T,
        "use": random_shares(rng, n, j + 1),
        "inputs": random_shares(rng, n, j),
    }
    return SectorShares(**{name: found[name] for name in names})


def whole_again(values, at, k, axis):
    """An array with the k parts at `at` along an axis added up."""
    front, parts, back = np.split(values, [at, at + k], axis=axis)
    return np.concatenate([front, parts.sum(axis=axis, keepdims=True), back], axis=axis)


# --- tables ------------------------------------------------------------------------------------------------


@given(
    seed=SEEDS,
    n=st.integers(1, 5),
    j=st.integers(1, 4),
    at=st.integers(0, 3),
    idle=st.booleans(),
    paid=st.booleans(),
    names=st.sets(st.sampled_from(["flow", "output", "purchases", "use", "inputs"])),
)
def test_every_published_total_of_a_table_is_kept(make_table, seed, n, j, at, idle, paid, names):
    table = make_table(seed, n, j, idle=idle and n > 1 and j > 1, inputs_as_paid=paid)
    at %= j
    shares = consistent_shares(table, at, np.random.default_rng(seed), names)
    into = dict(zip(PARTS, (0.2, 0.3, 0.5), strict=True))
    finer = split_sector(table, table.sectors[at], into, shares)
    assert finer.sectors == (*table.sectors[:at], *PARTS, *table.sectors[at + 1 :])
    kept = (
        (whole_again(finer.flow, at, 3, 2), table.flow),
        (whole_again(whole_again(finer.intermediate, at, 3, 1), at, 3, 2), table.intermediate),
    )
    for found, published in kept:
        np.testing.assert_allclose(found, published, rtol=EXACT, atol=EXACT * published.max())
    cells = slice(at, at + 3)
    parts = finer.flow[:, :, cells]
    for name, axis in (("output", 1), ("purchases", 0)):
        if name in names:
            totals = parts.sum(axis=axis)
            wanted = getattr(shares, name) * totals.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(totals, wanted, rtol=1e-7, atol=EXACT * table.flow.max())
    price = 1 + finer.tariff if paid else np.ones_like(finer.tariff)
    final = (price * finer.flow).sum(axis=0) - finer.intermediate.sum(axis=2)
    bought = (price[:, :, at] * table.flow[:, :, at]).sum(axis=0)
    before = bought - table.intermediate[:, at].sum(axis=1)
    np.testing.assert_allclose(final[:, cells].sum(axis=1), before, atol=1e-8 * table.flow.max())
    # no part has a final use of another sign than the sector
    assert (final[:, cells] * np.sign(before)[:, None]).min() >= -1e-8 * table.flow.max()


@given(seed=SEEDS, n=st.integers(2, 4), k=st.integers(1, 4))
def test_ras_meets_sums_that_a_table_has(seed, n, k):
    """Rows and columns of some table, from another start: met, and each cell still its total."""
    rng = np.random.default_rng(seed)
    hidden = (rng.random((n, n, k)) + 0.02) * (rng.random((n, n, 1)) < 0.8)
    total = hidden.sum(axis=2)
    parts, gap = fit(total, rng.random((n, n, k)) + 0.1, hidden.sum(axis=1), hidden.sum(axis=0))
    assert gap < 1e-10
    np.testing.assert_allclose(parts.sum(axis=2), total, rtol=1e-12)
    np.testing.assert_allclose(parts.sum(axis=1), hidden.sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(parts.sum(axis=0), hidden.sum(axis=0), atol=1e-9)


def test_uses_follow_the_given_shares_as_far_as_purchases_allow(make_table):
    table = make_table(3, 3, 4)
    gas = np.full((3, 5, 2), 0.5)
    gas[:, 0], gas[:, 1] = [0.99, 0.01], [0.01, 0.99]
    finer = split_sector(table, "s2", {"oil": 0.6, "gas": 0.4}, SectorShares(use=gas))
    used = finer.intermediate[:, 2:4]
    share = used[:, 1] / used.sum(axis=1)
    assert (share[:, 0] < 0.02).all()
    assert (share[:, 1] > 0.9).all()
    assert share[:, 4] == pytest.approx(share[:, 4])


def test_a_table_says_what_was_assumed(make_table):
    table = make_table(3, 3, 4)
    plain = split_sector(table, "s1", {"a": 0.5, "b": 0.5})
    note = plain.notes[-1]
    assert note.status == "imputed"
    assert "one proportion everywhere" in note.text
    assert "in proportion to output" in note.text
    assert note.million_usd == pytest.approx(table.flow[:, :, 1].sum())
    rng = np.random.default_rng(1)
    shares = SectorShares(flow=random_shares(rng, 3, 3), use=random_shares(rng, 3, 5))
    unequal = split_sector(table, "s1", PARTS, shares)
    moved = next(note for note in unequal.notes if note.topic == "Tariffs on inputs")
    assert 0 < moved.million_usd < 0.2 * table.intermediate[:, 1].sum()
    before, after = calibrate(table, [4.0] * 4), calibrate(unequal, [4.0] * 6)
    shift = np.abs(after.value_added - before.value_added).sum()
    assert 0 < shift <= moved.million_usd * (1 + 1e-9)
    np.testing.assert_allclose(after.tariff_revenue, before.tariff_revenue, rtol=1e-9)


def test_tariffs_and_the_goods_flag_can_be_given(make_table):
    table = make_table(3, 3, 4)
    rates = np.full((3, 3), 0.3)
    np.fill_diagonal(rates, 0.0)
    free = np.zeros((3, 3))
    finer = split_sector(
        table, "s0", {"a": 0.5, "b": 0.5}, tariff={"a": rates, "b": free}, goods={"b": False}
    )
    np.testing.assert_array_equal(finer.tariff[:, :, 0], rates)
    np.testing.assert_array_equal(finer.tariff[:, :, 1], free)
    assert finer.goods.tolist() == [True, False, True, False, False]
    assert any(note.topic == "Tariffs of the parts of s0" for note in finer.notes)
    with pytest.raises(WorldError, match=r"CV202 .* a service bears a tariff"):
        split_sector(table, "s0", {"a": 0.5, "b": 0.5}, goods={"b": False})


# --- worlds ------------------------------------------------------------------------------------------------


@given(seed=SEEDS, n=st.integers(1, 5), j=st.integers(1, 4), names=st.sets(st.sampled_from(["flow", "use"])))
def test_every_total_of_a_world_is_kept(make_world, seed, n, j, names):
    """At user prices: value added of the other sectors, income, revenue, transfers, spending."""
    world = make_world(seed, n, j, inputs=0.3)
    shares = consistent_shares(as_table(world), 0, np.random.default_rng(seed), names)
    finer = split_sector(world, "s0", dict(zip(PARTS, (0.2, 0.3, 0.5), strict=True)), shares)
    assert isinstance(finer, World)
    assert max(finer.balances().values()) < EXACT
    scale = world.expenditure.sum()
    for name in ("income", "transfer", "tariff_revenue", "value_added"):
        np.testing.assert_allclose(getattr(finer, name), getattr(world, name), atol=EXACT * scale)
    earned = {w: w.value_added_share * w.output for w in (world, finer)}
    np.testing.assert_allclose(whole_again(earned[finer], 0, 3, 1), earned[world], atol=EXACT * scale)
    final = {w: w.final_share * w.income[:, None] for w in (world, finer)}
    np.testing.assert_allclose(whole_again(final[finer], 0, 3, 1), final[world], atol=EXACT * scale)


@given(seed=SEEDS, n=st.integers(2, 4), j=st.integers(1, 4), cut=st.floats(0.05, 0.95))
def test_proportional_parts_with_one_theta_change_no_aggregate(make_world, seed, n, j, cut):
    """The same shocks on both parts, on the other sectors too: wages, prices and welfare are the same."""
    world = make_world(seed, n, j, inputs=0.4)
    finer = split_sector(world, "s0", {"a": cut, "b": 1 - cut})
    rng = np.random.default_rng(seed)
    away = ~np.eye(n, dtype=bool)[:, :, None]
    hit = (rng.random((n, n, j)) < 0.4) & away & (world.trade_share > 0)
    values = {
        "passing": rng.uniform(0.2, 1.0, (n, n, j)),
        "trade_cost": rng.uniform(0.9, 1.5, (n, n, j)),
        "tariff": world.tariff + 0.1 * rng.random((n, n, j)),
        "wedge": rng.uniform(0.9, 1.2, (n, n, j)),
    }
    productivity = rng.uniform(0.9, 1.1, (n, j))

    def shock(of):
        cells = np.flatnonzero(hit[:, :, of])
        return Shock(
            cells=cells,
            **{name: v[:, :, of].ravel()[cells] for name, v in values.items()},
            rent_to_buyer=np.zeros(len(cells), dtype=bool),
            productivity=productivity[:, of].copy(),
            transfer=np.zeros(n),
            measures=(("by hand", cells),) if len(cells) else (),
        )

    plain, parted = [*range(j)], [0, *range(j)]
    old, new = equilibrium(world, shock(plain)), equilibrium(finer, shock(parted))
    np.testing.assert_allclose(new.wage, old.wage, rtol=EXACT)
    np.testing.assert_allclose(new.price, old.price[:, parted], rtol=EXACT)
    np.testing.assert_allclose(whole_again(new.output, 0, 2, 1), old.output, rtol=1e-8)
    np.testing.assert_allclose(welfare(new), welfare(old), atol=1e-7)


def test_parts_merged_again_are_the_sector(world):
    finer = split_sector(world, "C20", {"C20_FERTILISER": 0.1, "C20_OTHER": 0.9})
    merged = finer.aggregate(sectors={"C20": ["C20_FERTILISER", "C20_OTHER"]})
    assert merged.sectors == world.sectors
    for name in ("trade_share", "input_share", "final_share", "value_added_share", "income", "transfer"):
        np.testing.assert_allclose(getattr(merged, name), getattr(world, name), rtol=1e-9, atol=1e-14)
    assert merged.trade_elasticity == pytest.approx(world.trade_elasticity)


def test_lists_that_name_the_sector_hold_its_parts(world):
    finer = split_sector(world, "C20", {"C20_FERTILISER": 0.1, "C20_OTHER": 0.9})
    twice = split_sector(finer, "C20_OTHER", {"C20_PAINT": 0.5, "C20_REST": 0.5})
    scope = Scope(twice)
    for name in ("chemicals", "C20", "Chemicals"):
        assert [twice.sectors[s] for s in scope.sectors([name])] == [
            "C20_FERTILISER",
            "C20_PAINT",
            "C20_REST",
        ]
    assert len(scope.sectors(["essentials"])) == len(Scope(world).sectors(["essentials"])) + 2
    assert twice.aggregate(sectors={"X": "chemicals"}).n_sectors == 50


def test_a_part_has_the_elasticity_of_its_whole_graded_approximate(world):
    finer = split_sector(world, "C29", {"a": 0.5, "b": 0.5})
    a = finer.sectors.index("a")
    assert finer.trade_elasticity[a] == world.trade_elasticity[world.sectors.index("C29")]
    assert (finer.elasticity, finer.elasticity_quality[a]) == ("combined", "approximate")
    assert finer.with_elasticity("CP").elasticity_quality[a] == "approximate"
    own = split_sector(world, "C29", {"a": 0.5, "b": 0.5}, theta={"b": 9.0})
    b = own.sectors.index("b")
    assert (own.elasticity, own.trade_elasticity[b], own.elasticity_quality[b]) == ("custom", 9.0, "custom")
    assert (
        own.elasticity_quality[own.sectors.index("K")] == world.elasticity_quality[world.sectors.index("K")]
    )


def test_reports_and_members_are_kept_and_saved(world, tmp_path):
    merged = world.aggregate(countries={"EU": "EU27"}, sectors={"farm": "agriculture"})
    finer = split_sector(merged, "K", {"K_BANKS": 0.7, "K_INSURERS": 0.3})
    assert finer.report.repairs == merged.report.repairs
    assert finer.country_members[finer.index("EU")] == merged.country_members[merged.index("EU")]
    assert finer.sector_members[finer.sectors.index("farm")] == ("A01", "A02", "A03")
    loaded = World.load(finer.save(tmp_path / "finer.npz"))
    assert loaded.fingerprint() == finer.fingerprint()
    assert loaded.split_from == finer.split_from == (("K_BANKS", "K"), ("K_INSURERS", "K"))


def test_a_world_taken_apart_is_the_same_world(world):
    again = calibrate(as_table(world), world.trade_elasticity)
    for name in ("trade_share", "input_share", "final_share", "income", "output"):
        np.testing.assert_allclose(getattr(again, name), getattr(world, name), rtol=1e-12, atol=1e-16)


def test_a_clipped_world_cannot_be_divided(make_table):
    table = make_table(5, inputs=0.1)
    uses = np.array(table.intermediate)
    uses[1, 2] = 1.2 * table.flow.sum(axis=0)[1, 2] * np.array([0.25, 0.25, 0.25, 0.25])
    flow = np.array(table.flow)
    flow[1, 1, [0, 1, 3]] = 500.0
    clipped = calibrate(replace(table, flow=flow, intermediate=uses), [4.0] * 4, negative_final="clip")
    with pytest.raises(WorldError, match="CV208"):
        split_sector(clipped, "s0", {"a": 0.5, "b": 0.5})


# --- what makes no sense -----------------------------------------------------------------------------------

HALVES = {"a": 0.5, "b": 0.5}


def one(n, *axes):
    """Shares that are all of the first part, [n, ..., 2]."""
    return np.broadcast_to([1.0, 0.0], (n, *axes, 2))


@pytest.mark.parametrize(
    ("sector", "into", "changes", "code", "words"),
    [
        ("X99", HALVES, {}, "CV223", "'X99' is no sector"),
        ("s0", {"s1": 0.5, "b": 0.5}, {}, "CV223", "the label 's1' is in use"),
        ("s0", {"a": 1.0}, {}, "CV223", "two different parts or more"),
        ("s0", ("a", "a"), {}, "CV223", "two different parts or more"),
        ("s0", HALVES, {"theta": {"c": 4.0}}, "CV223", "'c' is none of the parts"),
        ("s0", HALVES, {"goods": {"c": True}}, "CV223", "'c' is none of the parts"),
        ("s0", HALVES, {"theta": {"a": -4.0}}, "CV207", "not above 0"),
        ("s0", {"a": 0.5, "b": 0.6}, {}, "CV224", "Found: 0.5, 0.6"),
        ("s0", {"a": -0.5, "b": 1.5}, {}, "CV224", "`into` make no sense"),
        ("s0", {"a": float("nan"), "b": 0.5}, {}, "CV224", "`into` make no sense"),
        ("s0", ("a", "b"), {}, "CV224", "nothing says how large"),
        ("s0", ("a", "b"), {"use": one(3, 5)}, "CV224", "nothing says how large"),
        ("s0", HALVES, {"output": 0.7 * one(3)}, "CV224", "the shares of output make no sense"),
        ("s0", HALVES, {"flow": 0.0 * one(3, 3)}, "CV224", "C00 C00"),
        ("s0", HALVES, {"use": 1.2 * one(3, 5)}, "CV224", "the shares of use"),
        ("s0", HALVES, {"output": one(2)}, "CV203", "shares of output"),
        ("s0", HALVES, {"output": np.nan * one(3)}, "CV204", "shares of output"),
        ("s0", HALVES, {"flow": one(3, 3), "output": 1 - one(3)}, "CV225", "contradict"),
        ("s0", HALVES, {"output": one(3), "purchases": 1 - one(3)}, "CV225", "contradict"),
        ("s0", HALVES, {"use": one(3, 5)}, "CV225", "uses and purchases"),
        ("s0", HALVES, {"inputs": one(3, 4), "output": 0.95 - 0.9 * one(3)}, "CV209", "value added"),
    ],
)
def test_input_that_makes_no_sense(make_world, sector, into, changes, code, words):
    world = make_world(1, 3, 4, inputs=0.5)
    options = {key: changes[key] for key in ("theta", "goods", "tariff") if key in changes}
    shares = SectorShares(**{key: value for key, value in changes.items() if key not in options})
    with pytest.raises(WorldError) as caught:
        split_sector(world, sector, into, shares, **options)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_a_table_has_no_elasticities(make_table):
    with pytest.raises(WorldError, match=r"CV223 .* no elasticities"):
        split_sector(make_table(), "s0", HALVES, theta={"a": 4.0})


# --- economies ---------------------------------------------------------------------------------------------


@given(
    seed=SEEDS,
    n=st.integers(1, 5),
    j=st.integers(1, 4),
    share=st.floats(0.02, 0.6),
    idle=st.booleans(),
    paid=st.booleans(),
    known=st.sets(st.sampled_from(["exports", "imports", "output"])),
)
def test_an_economy_and_the_rest_keep_every_published_total(make_table, seed, n, j, share, idle, paid, known):
    table = make_table(seed, n, j, idle=idle and n > 1 and j > 1, inputs_as_paid=paid)
    rng = np.random.default_rng(seed)
    whole = n - 1
    exports = 1.5 * share * rng.random((n, j)) * table.flow[whole]
    imports = 1.5 * share * rng.random((n, j)) * table.flow[:, whole]
    exports[whole] = imports[whole] = share * 0.3 * table.flow[whole, whole]
    exports[rng.random((n, j)) < 0.3] = np.nan
    given = {
        "exports": exports,
        "imports": imports,
        "output": 0.9 * table.flow[whole].sum(axis=0) if "exports" in known else None,
    }
    data = CountryData(share, **{name: given[name] for name in known if name != "output"})
    wider = split_country(table, table.countries[whole], "NEW", data)
    assert wider.countries == (*table.countries[:whole], "NEW", table.countries[whole])
    into = np.eye(n + 1)[[*range(whole), whole]]
    into[whole, n] = 1.0
    together = np.einsum("ai,bj,ijk->abk", into, into, wider.flow)
    np.testing.assert_allclose(together, table.flow, rtol=EXACT, atol=EXACT * table.flow.max())
    uses = np.einsum("ai,ist->ast", into, wider.intermediate)
    np.testing.assert_allclose(uses, table.intermediate, rtol=EXACT, atol=EXACT * table.flow.max())
    price = 1 + wider.tariff if paid else np.ones_like(wider.tariff)
    final = ((price * wider.flow).sum(axis=0) - wider.intermediate.sum(axis=2))[whole:]
    assert (final * np.sign(final.sum(axis=0))).min() >= -1e-8 * table.flow.max()
    if "exports" in known:
        stated = np.isfinite(exports[:whole])
        np.testing.assert_allclose(wider.flow[whole, :whole][stated], exports[:whole][stated], rtol=1e-12)
    codes, finished = set(), None
    try:
        finished = calibrate(wider, [4.0] * j)
    except WorldError as error:  # data so unlike the whole's that inputs leave nothing
        codes = {error.code}
    assert codes <= {"CV205", "CV209"}
    assert finished is None or max(finished.balances().values()) < EXACT


def test_an_economy_of_the_rest_of_the_world(world):
    wider = split_country(world, "ROW", "IRN", CountryData(share=0.04))
    iran, rest, row = wider.index("IRN"), wider.index("ROW"), world.index("ROW")
    assert wider.countries[-2:] == ("IRN", "ROW")
    assert max(wider.balances().values()) < 1e-12
    for name in ("income", "value_added", "tariff_revenue"):
        both, before = getattr(wider, name)[[iran, rest]].sum(), getattr(world, name)[row]
        assert both == pytest.approx(before, rel=EXACT)
        np.testing.assert_allclose(getattr(wider, name)[:iran], getattr(world, name)[:row], rtol=EXACT)
    assert wider.value_added[iran] / world.value_added[row] == pytest.approx(0.04, rel=0.01)
    np.testing.assert_allclose(wider.value_added_share[iran], world.value_added_share[row], rtol=1e-6)
    assert (wider.tariff[iran, rest] == 1).all()
    np.testing.assert_array_equal(wider.tariff[iran, :iran], world.tariff[row, :row])
    merged = wider.aggregate(countries={"ROW": ["IRN", "ROW"]})
    np.testing.assert_allclose(merged.trade_share, world.trade_share, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(merged.income, world.income, rtol=1e-9)
    topics = {note.topic for note in wider.report.notes}
    assert {
        "IRN taken out of ROW",
        "Exports of IRN",
        "Imports of IRN",
        "Home sales of IRN",
        "Inputs of IRN",
    } <= topics


def test_its_names_are_known(world):
    wider = split_country(world, "ROW", "IRN", CountryData(share=0.04))
    scope = Scope(wider)
    for name in ("IRN", "Iran", "iran"):
        assert [wider.countries[i] for i in scope.economies([name], "on")] == ["IRN"]
    assert scope.country_name(wider.index("IRN")) == "Iran"
    assert [wider.countries[i] for i in scope.economies(["ROW"], "on")] == ["ROW"]
    with pytest.raises(Exception, match="Syria") as caught:
        scope.economies(["Syria"], "on")
    assert "Iran" not in str(caught.value)


def test_all_data_given_is_used_as_given(make_table):
    table = make_table(2, 3, 3, inputs=0.4)
    exports, imports = 0.2 * table.flow[2], 0.3 * table.flow[:, 2]
    exports[2] = imports[2] = 0.05 * table.flow[2, 2]
    output = exports.sum(axis=0) + 0.25 * table.flow[2, 2]
    inputs = 0.2 * table.intermediate[2]
    wider = split_country(table, "C02", "NEW", CountryData(0.2, exports, imports, output, inputs))
    np.testing.assert_allclose(wider.flow[2, [0, 1, 3]], exports, rtol=1e-12)
    np.testing.assert_allclose(wider.flow[[0, 1, 3], 2], imports, rtol=1e-12)
    np.testing.assert_allclose(wider.flow[2].sum(axis=0), output, rtol=1e-12)
    np.testing.assert_allclose(wider.intermediate[2], inputs, rtol=1e-12)
    assert [note.topic for note in wider.notes] == ["NEW taken out of C02"]


def bad_exports(table):
    values = np.full((3, 4), np.nan)
    values[0, 1] = table.flow[2, 0, 1] * 1.1 + 1
    return values


@pytest.mark.parametrize(
    ("country", "new", "data", "code", "words"),
    [
        ("XXX", "NEW", lambda t: CountryData(0.1), "CV226", "'XXX' is no economy"),
        ("C02", "C01", lambda t: CountryData(0.1), "CV226", "'C01' is empty or in use"),
        ("C02", " ", lambda t: CountryData(0.1), "CV226", "empty or in use"),
        ("C02", "NEW", lambda t: CountryData(1.0), "CV226", "share"),
        ("C02", "NEW", lambda t: CountryData(float("nan")), "CV226", "share"),
        ("C02", "NEW", lambda t: CountryData(0.1, exports=bad_exports(t)), "CV227", "C00 s1"),
        ("C02", "NEW", lambda t: CountryData(0.1, exports=np.full((3, 4), -1.0)), "CV227", "-1 million"),
        ("C02", "NEW", lambda t: CountryData(0.1, exports=np.ones((2, 4))), "CV203", "exports"),
        ("C02", "NEW", lambda t: CountryData(0.1, output=np.zeros(4)), "CV227", "output less exports"),
        ("C02", "NEW", lambda t: CountryData(0.1, output=t.flow.sum(axis=(0, 1))), "CV227", "home sales"),
        ("C02", "NEW", lambda t: CountryData(0.1, inputs=0.9 * t.intermediate[2]), "CV227", "purchases"),
        ("C02", "NEW", lambda t: CountryData(0.1, inputs=2 * t.intermediate[2]), "CV227", "inputs"),
    ],
)
def test_economies_that_make_no_sense(make_table, country, new, data, code, words):
    table = make_table(1, 3, 4, inputs=0.5)
    with pytest.raises(WorldError) as caught:
        split_country(table, country, new, data(table))
    assert caught.value.code == code
    assert words in str(caught.value)


def test_a_good_the_whole_does_not_sell_cannot_be_given(make_table):
    table = make_table(1, 3, 4, idle=True)
    exports = np.full((3, 4), np.nan)
    exports[1, 0] = 5.0
    with pytest.raises(WorldError, match=r"CV227 C01 s0: .* Expected: 0 to 0"):
        split_country(table, "C00", "NEW", CountryData(0.1, exports=exports))
