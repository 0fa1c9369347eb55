"""Calibration is exact: every balance to round-off, every repair counted."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from countervail.errors import WorldError
from countervail.world.calibrate import CLIPPED, IDLE_INPUTS, NO_OUTPUT, NO_USE, SCALED, calibrate

EXACT = 1e-12


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 5),
    j=st.integers(1, 6),
    inputs=st.floats(0, 0.75),
    as_paid=st.booleans(),
)
def test_every_balance_holds_on_random_tables(make_table, seed, n, j, inputs, as_paid):
    table = make_table(seed, n, j, inputs=inputs, inputs_as_paid=as_paid)
    spare = table.flow.sum(axis=0) - 1.2 * table.intermediate.sum(axis=2)
    assume((spare.max(axis=1) > 0.01 * table.flow.sum(axis=(0, 2))).all())
    world = calibrate(table, np.full(j, 4.0))
    assert max(world.balances().values()) < EXACT
    np.testing.assert_allclose(
        world.income, world.value_added + world.tariff_revenue + world.transfer, rtol=EXACT
    )
    np.testing.assert_allclose(world.final_share.sum(axis=1), 1.0, rtol=EXACT)
    assert (world.value_added_share > 0).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_was_measured_stays(make_table, seed):
    table = make_table(seed)
    world = calibrate(table, np.full(4, 4.0))
    np.testing.assert_allclose(world.basic_flow(), table.flow, rtol=EXACT)
    np.testing.assert_allclose(world.output, table.flow.sum(axis=1), rtol=EXACT)
    np.testing.assert_allclose(world.expenditure, (table.flow * (1 + table.tariff)).sum(axis=0), rtol=EXACT)
    np.testing.assert_array_equal(world.tariff, 1 + table.tariff)
    imports = table.flow.sum(axis=(0, 2))
    exports = table.flow.sum(axis=(1, 2))
    np.testing.assert_allclose(world.transfer, imports - exports, atol=EXACT * imports.sum())
    revenue = (table.flow * table.tariff).sum(axis=(0, 2))
    np.testing.assert_allclose(world.tariff_revenue, revenue, atol=EXACT * imports.sum())


def test_inputs_are_put_at_user_prices(make_table):
    """m[d, s] = X / sum_o b, the mean tariff mark-up on what d buys of s; m = 1 for inputs as paid."""
    table = make_table(3, inputs=0.1)
    bought = table.flow.sum(axis=0)
    markup = (table.flow * (1 + table.tariff)).sum(axis=0) / bought
    basic = table.intermediate / table.flow.sum(axis=1)[:, None, :]
    world = calibrate(table, np.full(4, 4.0))
    assert world.report.repair(SCALED).cells == 0
    np.testing.assert_allclose(world.input_share, basic * markup[:, :, None], rtol=EXACT)
    paid = calibrate(make_table(3, inputs=0.1, inputs_as_paid=True), np.full(4, 4.0))
    np.testing.assert_allclose(paid.input_share, basic, rtol=EXACT)


def short_table(make_table):
    """A table in which C01 uses more of s2 than it buys, with little of it in any one user."""
    table = make_table(5, inputs=0.1)
    flow, uses = np.array(table.flow), np.array(table.intermediate)
    flow[1, 1] = [200.0, 200.0, 20.0, 200.0]
    uses[1, 2] = 1.2 * flow.sum(axis=0)[1, 2] * np.array([0.3, 0.3, 0.2, 0.2])
    return make_table(5, inputs=0.1, flow=flow, intermediate=uses)


def test_negative_final_use_scales_its_row(make_table):
    table = short_table(make_table)
    world = calibrate(table, np.full(4, 4.0))
    repair = world.report.repair(SCALED)
    bought = table.flow.sum(axis=0)[1, 2]
    assert repair.cells == 1
    assert repair.largest == "C01 s2"
    np.testing.assert_allclose(
        repair.million_usd, 0.2 * bought * (world.expenditure[1, 2] / bought), rtol=1e-9
    )
    assert repair.largest_million_usd == pytest.approx(repair.million_usd)
    assert world.final_share[1, 2] == 0
    assert world.report.balanced
    assert max(world.balances().values()) < EXACT
    row = world.input_share[1, 2] * world.output[1]
    np.testing.assert_allclose(row / row.sum(), [0.3, 0.3, 0.2, 0.2], rtol=EXACT)


def test_clipping_keeps_gamma_and_says_that_accounts_do_not_balance(make_table):
    table = short_table(make_table)
    world = calibrate(table, np.full(4, 4.0), negative_final="clip")
    assert world.report.repair(CLIPPED).cells == 1
    assert not world.report.balanced
    assert "do not balance" in world.report.text()
    assert world.final_share[1, 2] == 0
    np.testing.assert_allclose(world.final_share.sum(axis=1), 1.0, rtol=EXACT)
    balances = world.balances()
    assert balances.pop("spending") > 1e-3
    assert max(balances.values()) < EXACT
    row = world.input_share[1, 2] * world.output[1]
    assert row.sum() > world.expenditure[1, 2]


def test_clipping_nothing_is_the_same_as_scaling_nothing(make_table):
    table = make_table(3, inputs=0.1)
    scaled, clipped = (calibrate(table, np.full(4, 4.0), negative_final=way) for way in ("scale", "clip"))
    assert clipped.report.balanced
    np.testing.assert_allclose(clipped.income, scaled.income, rtol=EXACT)
    np.testing.assert_allclose(clipped.final_share, scaled.final_share, rtol=1e-11)


def test_cells_without_output_have_no_inputs(make_table):
    table = make_table(2, idle=True)
    uses = np.array(table.intermediate)
    uses[0, 1, 0] = 0.25
    world = calibrate(make_table(2, idle=True, intermediate=uses), np.full(4, 4.0))
    assert (world.input_share[0, :, 0] == 0).all()
    assert world.value_added_share[0, 0] == 1.0
    assert world.report.repair(NO_OUTPUT).cells == 1
    dropped = world.report.repair(IDLE_INPUTS)
    assert (dropped.cells, dropped.largest) == (1, "C00 s0")
    assert max(world.balances().values()) < EXACT


def test_a_good_nobody_buys_has_no_shares(make_table):
    table = make_table(4)
    flow, uses = np.array(table.flow), np.array(table.intermediate)
    flow[:, 2, 3] = 0.0
    uses[2, 3] = 0.0
    uses[2, :, 3] = 0.0
    world = calibrate(make_table(4, flow=flow, intermediate=uses), np.full(4, 4.0))
    assert (world.trade_share[:, 2, 3] == 0).all()
    assert world.report.repair(NO_USE).cells == 1
    assert max(world.balances().values()) < EXACT


def test_no_value_added_is_an_error_with_the_cell_and_a_remedy(make_table):
    table = make_table(6, inputs=0.1)
    uses = np.array(table.intermediate)
    uses[2, :, 1] = 0.5 * table.flow.sum(axis=1)[2, 1]
    flow = np.array(table.flow)
    flow[2, 2] += 3 * uses[2].sum(axis=1)
    flow[2, 2, 1] = table.flow[2, 2, 1]
    with pytest.raises(WorldError) as caught:
        calibrate(make_table(6, flow=flow, intermediate=uses), np.full(4, 4.0))
    assert caught.value.code == "CV209"
    assert "C02 s1" in str(caught.value)
    assert "Lower the inputs" in caught.value.next_step


def test_an_economy_without_final_use_is_an_error(make_table):
    table = make_table(7, inputs=0.1)
    uses = np.array(table.intermediate)
    uses[0] = np.diag(1.1 * table.flow.sum(axis=0)[0])
    with pytest.raises(WorldError, match="CV205 C00: an economy has no final use"):
        calibrate(make_table(7, inputs=0.1, intermediate=uses), np.full(4, 4.0))


@pytest.mark.parametrize(
    ("theta", "code"),
    [([4, 4, 4], "CV203"), ([4, 4, 4, 0], "CV207"), ([4, -1, 4, 4], "CV207"), ([4, np.nan, 4, 4], "CV204")],
)
def test_theta_is_checked(make_table, theta, code):
    with pytest.raises(WorldError) as caught:
        calibrate(make_table(), theta)
    assert caught.value.code == code


def test_named_sets_need_known_sectors(make_table):
    with pytest.raises(WorldError, match="CV206 this world has no named elasticity sets"):
        calibrate(make_table(), "combined")
    table = make_table(sectors=("A01", "B06", "K", "O"))
    world = calibrate(table, "combined")
    assert world.elasticity == "combined"
    assert world.elasticity_quality == ("direct", "direct", "approximate", "none")


def test_scaling_money_scales_levels_only(make_table):
    table = make_table(8)
    theta = np.full(4, 4.0)
    one = calibrate(table, theta)
    ten = calibrate(make_table(8, flow=table.flow * 10, intermediate=table.intermediate * 10), theta)
    np.testing.assert_allclose(ten.trade_share, one.trade_share, rtol=1e-12)
    np.testing.assert_allclose(ten.input_share, one.input_share, rtol=1e-12)
    np.testing.assert_allclose(ten.income, one.income * 10, rtol=1e-12)
