"""The kernel's own promises: lanes of one prepared world, each with its own elasticities."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from countervail.kernel.batch import Ending, Rooms, run
from countervail.kernel.prepare import Edit, Prepared, pack, prepare
from countervail.kernel.sweep import State
from countervail.world.world import World

SAME = 1e-9


def ready_for(world: World) -> Prepared:
    """The world laid out for the kernel."""
    return prepare(
        world.trade_share,
        world.tariff,
        world.expenditure,
        world.input_share,
        world.value_added_share,
        world.final_share,
        world.trade_elasticity,
        world.value_added,
    )


def friction(world: World, rate: float, theta: np.ndarray | None = None) -> Edit:
    """All imports of the first economy cost `rate` more, at the world's elasticities or at others."""
    at = world.trade_elasticity if theta is None else theta
    o, s = (i.ravel() for i in np.indices((world.n_countries, world.n_sectors)))
    here = (o > 0) & (world.trade_share[o, 0, s] > 0.0)
    o, s = o[here], s[here]
    d = np.zeros_like(o)
    return Edit(
        sector=s,
        origin=o,
        destination=d,
        weight=world.trade_share[o, d, s] * (1.0 + rate) ** -at[s],
        net=world.tariff[o, d, s],
        rent=np.zeros(o.size),
        productivity=np.ones((world.n_countries, world.n_sectors)),
        flow=world.transfer,
        slope=np.zeros_like(world.transfer),
        part=np.zeros(world.n_countries, np.int64),
        theta=theta,
    )


def solved(
    ready: Prepared, edits: list[Edit], lanes: int, most: int = 400
) -> list[tuple[Ending, np.ndarray]]:
    """Endings and ln wages, ln prices and ln spending of each edit; the last edit is the one without a change."""
    tasks = pack(ready, edits)
    found = []
    for first in range(0, len(edits) - 1, lanes):
        size = min(lanes, len(edits) - 1 - first)
        found += run(ready, tasks, len(edits) - 1, first, size, 2e-12, most, unknowns)
    return found


def unknowns(state: State, b: int) -> np.ndarray:
    """All unknowns of a lane as one vector."""
    return np.concatenate([state.log_wage[b], state.log_price[b].ravel(), state.log_spending[b].ravel()])


@pytest.mark.parametrize("lanes", [1, 2, 5])
def test_lanes_with_elasticities_of_their_own_agree_with_worlds_prepared_at_them(lanes, random_world):
    world = random_world(11, n=6, j=4)
    draws = [world.trade_elasticity * factor for factor in (1.0, 0.5, 0.8, 1.7, 3.0)]
    edits = [friction(world, 0.1 * (1 + i), theta) for i, theta in enumerate(draws)]
    mixed = solved(ready_for(world), [*edits, friction(world, 0.0)], lanes)
    for (ending, found), theta, edit in zip(mixed, draws, edits, strict=True):
        own = ready_for(world.with_elasticity(theta))
        ((_, expected),) = solved(own, [edit._replace(theta=None), friction(world, 0.0)], 1)
        assert ending.converged
        np.testing.assert_allclose(found, expected, rtol=0, atol=SAME)


def test_the_safe_path_knows_a_task_s_elasticities(random_world):
    world = random_world(12, n=4, j=3)
    theta = 1.5 * world.trade_elasticity
    edits = [friction(world, 0.3, theta), friction(world, 0.0)]
    ready = ready_for(world)
    ((fast, found),), ((safe, expected),) = solved(ready, edits, 1), solved(ready, edits, 1, most=1)
    assert safe.safe
    assert not fast.safe
    wages = slice(0, world.n_countries)
    np.testing.assert_allclose(found[wages], expected[wages], rtol=0, atol=SAME)


def test_worlds_of_any_shape_run_the_same_compiled_code(random_world):
    """One sector makes some copies needless, and arrays of a world made by hand may be open to writing."""
    kinds = set()
    for sectors in (1, 3):
        world = random_world(13, n=4, j=sectors)
        for opened in (False, True):
            arrays = [
                np.array(a) if opened else a for a in (world.trade_share, world.tariff, world.expenditure)
            ]
            rest = (world.value_added_share, world.final_share, world.trade_elasticity, world.value_added)
            ready = prepare(*arrays, world.input_share, *rest)
            kinds.add(str(numba.typeof(ready)) + str(numba.typeof(pack(ready, [friction(world, 0.0)]))))
    assert len(kinds) == 1


def test_working_arrays_that_are_used_again_change_no_bit(random_world):
    world = random_world(14, n=5, j=3)
    ready, rooms = ready_for(world), Rooms()
    edits = [friction(world, 0.1 * (1 + i)) for i in range(3)]
    tasks = pack(ready, [*edits, friction(world, 0.0)])
    hopeless = pack(ready, [friction(world, 1e9)] * 4)
    fresh = run(ready, tasks, 3, 0, 3, 2e-12, 400, unknowns)
    run(ready, hopeless, 3, 0, 3, 2e-12, 3, unknowns, rooms)  # leaves no numbers behind
    for _ in range(2):
        again = run(ready, tasks, 3, 0, 3, 2e-12, 400, unknowns, rooms)
        for (ending, found), (before, expected) in zip(again, fresh, strict=True):
            assert ending == before
            np.testing.assert_array_equal(found, expected)
