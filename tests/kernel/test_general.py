"""The general kernel on bare arrays: its derivative, its steering, its linear solver, and what a shock leaves idle."""

from dataclasses import replace

import numpy as np
import pytest

from countervail.general import FARTHEST_START, _at_old_costs, apart, ready
from countervail.kernel import bordered
from countervail.kernel.blocks import own_block
from countervail.kernel.general import evaluate, respond
from countervail.kernel.nests import bent, straight
from countervail.kernel.newton import solve_linear
from countervail.model.equations import border
from countervail.model.parameters import long_run, medium_run, short_run
from countervail.policy.shock import no_change

TWO_FACTORS = replace(short_run, labour_share=0.6, capital_mobility=0.3, labour_mobility=2.0)
MODELS = {"short": short_run, "medium": medium_run, "long": long_run, "two factors": TWO_FACTORS}


def somewhere(world, model, seed):
    """A case and a point away from its equilibrium, with the three arrays of unknowns."""
    here = ready(world, model)
    rng = np.random.default_rng(seed)
    live = (here.still.bought, here.still.bought, here.still.made)
    return here, [rng.normal(0, 0.1, mask.shape) * mask for mask in live], live


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_derivative_is_that_of_the_gaps(name, seed, random_world):
    world = random_world(seed, n=5, j=4, gaps=True)
    here, at, live = somewhere(world, MODELS[name], seed)
    rng = np.random.default_rng(seed + 10)
    move = [rng.normal(0, 1, mask.shape) * mask for mask in live]
    slopes = evaluate(here.nests, here.still, *at).at
    found = respond(slopes, *(m[..., None] for m in move))
    h = 1e-5
    up, down = (
        evaluate(here.nests, here.still, *(x + sign * h * m for x, m in zip(at, move, strict=True)))
        for sign in (1, -1)
    )
    for field in ("gap_price", "gap_spending", "gap_value", "income"):
        expected = (getattr(up, field) - getattr(down, field)) / (2 * h)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(getattr(found, field)[..., 0], expected, rtol=0, atol=1e-7 * scale)


@pytest.mark.parametrize("name", MODELS)
def test_a_block_is_the_derivative_within_an_economy(name, random_world):
    """All of it but the numeraire, which shifts all the economy's value added alike."""
    world = random_world(4, n=5, j=3)
    here, at, _ = somewhere(world, MODELS[name], 4)
    slopes = evaluate(here.nests, here.still, *at).at
    d, j = 2, 3
    unit = np.zeros((5, 3 * j, 3 * j))
    unit[d] = np.eye(3 * j)
    answer = respond(slopes, unit[:, :j], unit[:, j : 2 * j], unit[:, 2 * j :])
    whole = -np.concatenate([answer.gap_price, answer.gap_spending, answer.gap_value], axis=1)[d]
    left = whole - own_block(slopes)[d]
    left[2 * j :] -= left[2 * j]
    np.testing.assert_allclose(left, 0.0, atol=1e-12)
    np.testing.assert_array_equal(own_block(slopes, np.array([d]))[0], own_block(slopes)[d])


def test_power_means_keep_their_digits_near_one():
    rng = np.random.default_rng(0)
    share = rng.dirichlet(np.ones(20))
    log = rng.normal(0, 0.5, 20)
    mean, spread = share @ log, share @ log**2 - (share @ log) ** 2
    assert straight(share @ bent(log, 0.0), 0.0) == mean
    for a in (1e-14, 1e-9, -1e-6, 1e-4):
        found = straight(share @ bent(log, a), a)
        assert abs(found - mean - a * spread / 2) < 1e-15 + a**2  # the first two cumulants


@pytest.mark.parametrize("wanted", [1e-2, 1e-6, 1e-11])
def test_the_linear_solver_reaches_what_is_asked(wanted):
    rng = np.random.default_rng(3)
    matrix = np.eye(60) + 0.3 * rng.normal(0, 1, (60, 60)) / np.sqrt(60)
    right = rng.normal(0, 1, 60)
    calls = []
    found = solve_linear(lambda v: calls.append(1) or matrix @ v, lambda v: v.copy(), right, wanted)
    assert np.linalg.norm(matrix @ found - right) <= 1.01 * wanted * np.linalg.norm(right)
    assert len(calls) < 30


@pytest.mark.parametrize("name", MODELS)
def test_dense_and_krylov_steps_lead_to_the_same_answer(name, random_world, shocks, monkeypatch):
    world = random_world(11, n=6, j=5, theta=(1.0, 6.0))
    shock = shocks.mixed(world, 11, bans=True)
    dense = apart(world, [shock], MODELS[name])[0]
    monkeypatch.setattr(bordered, "DENSE", 0)
    krylov = apart(world, [shock], MODELS[name])[0]
    for field in ("price", "unit_cost", "expenditure", "output", "income", "wage"):
        np.testing.assert_allclose(getattr(krylov, field), getattr(dense, field), rtol=1e-10, err_msg=field)


def test_a_sector_that_can_sell_nowhere_is_idle_and_so_are_its_suppliers(random_world, shocks):
    """Where it sells in one place only, and that is closed: no output, and the rest is as it must be."""
    world = random_world(5, n=3, j=3, missing=0.0, inputs=0.5)
    share = world.trade_share.copy()
    share[0, [0, 2], 1] = 0.0  # economy 0 sells good 1 to economy 1 alone
    share[:, :, 1] /= share[:, :, 1].sum(axis=0)
    basic = share * world.expenditure / world.tariff
    output = basic.sum(axis=1)
    # inputs keep their recipes; final use and transfers take up the difference
    inputs = np.einsum("dst,dt->ds", world.input_share, output)
    final = world.expenditure - inputs
    assert (final > 0).all()
    value_added = world.value_added_share * output
    revenue = ((world.tariff - 1) * basic).sum(axis=(0, 2))
    world = replace(
        world,
        trade_share=share,
        output=output,
        final_share=final / final.sum(axis=1, keepdims=True),
        income=final.sum(axis=1),
        transfer=final.sum(axis=1) - value_added.sum(axis=1) - revenue,
    )
    for model in (short_run, medium_run, long_run):
        eq = apart(world, [shocks.cell(world, 0, 1, 1, passing=0.0)], model)[0]
        assert eq.residual < 1e-9
        assert eq.output[0, 1] == 0.0
        assert np.isfinite(eq.unit_cost).all()


def test_a_good_that_every_nest_can_do_without_drops_out(random_world, shocks):
    world = random_world(6, n=3, j=3, missing=0.0)
    model = replace(medium_run, input_substitution=2.0, consumption_substitution=3.0)
    ban = shocks.of(
        world, np.arange(3)[None, :, None] * np.ones((3, 3, 3)) * (np.arange(3) == 2) == 1.0, passing=0.0
    )
    eq = apart(world, [ban], model)[0]
    assert np.isinf(eq.price[1, 2])
    assert eq.expenditure[1, 2] == 0.0
    assert eq.residual < 1e-9
    # the limit of dearer and dearer trade
    dear = apart(world, [replace(ban, passing=np.full(ban.cells.size, 1e-14))], model)[0]
    np.testing.assert_allclose(dear.income, eq.income, rtol=1e-3)
    refused = apart(world, [ban], medium_run)[0]
    assert refused.code == "CV301"


def test_a_solve_begins_at_the_prices_that_the_shock_makes_at_unchanged_costs(random_world, shocks):
    world = random_world(7, n=4, j=3)
    shock = shocks.mixed(world, 7, bans=True)
    edge = border(world, shock)
    weight = world.trade_share.copy()
    weight[edge.origin, edge.destination, edge.sector] = edge.weight
    start = _at_old_costs(world, edge)
    expected = -np.log(weight.sum(axis=0)) / world.trade_elasticity
    np.testing.assert_allclose(start[:, :3], np.clip(expected, -FARTHEST_START, FARTHEST_START), atol=1e-12)
    assert not start[:, 3:].any()
    assert not _at_old_costs(world, border(world, no_change(world))).any()
