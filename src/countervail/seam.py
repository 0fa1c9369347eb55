"""The one seam: a world and its shocks become arrays, the kernel solves, every answer is recomputed independently."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from countervail.compiled import discard_stale
from countervail.errors import SolveError
from countervail.kernel.batch import Ending, run
from countervail.kernel.prepare import Edit, Prepared, pack, prepare
from countervail.kernel.sweep import State
from countervail.model.certificate import VERIFIED, partial_shock
from countervail.model.equations import (
    Border,
    border,
    new_flow,
    new_trade_share,
    parts,
    rents,
    residuals,
    tariff_revenue,
)
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import Shock, no_change
from countervail.refusal import cut_off, no_equilibrium, payable, unsound
from countervail.world.world import World

TOLERANCE = 2e-12  # of the kernel's own residuals; no company in a batch then moves a result by 1e-9
BASE_TOLERANCE = 3e-13  # of a re-solved base, so that no change on top of it changes nothing
MOST_SWEEPS = 400

# What was worked out once per world lives as long as that world does.
_prepared: weakref.WeakKeyDictionary[World, Prepared] = weakref.WeakKeyDictionary()
_without_deficits: weakref.WeakKeyDictionary[World, World] = weakref.WeakKeyDictionary()


def zero_deficit(world: World) -> World:
    """The world re-solved without trade imbalances, the base of closure `zero` (theory.md, Closures)."""
    if world not in _without_deficits:
        shock = no_change(world)
        model = replace(long_run, closure="zero")
        answer = together(world, [shock], model, BASE_TOLERANCE)[0]
        if isinstance(answer, SolveError):
            raise answer
        _without_deficits[world] = replace(
            world,
            trade_share=new_trade_share(world, shock, answer.unit_cost, answer.price),
            expenditure=answer.expenditure,
            output=answer.output,
            income=answer.income,
            transfer=np.zeros_like(answer.income),
        )
    return _without_deficits[world]


def prepared(world: World) -> Prepared:
    """The kernel's view of a world, worked out once and kept with it."""
    if world not in _prepared:
        discard_stale()
        _prepared[world] = prepare(
            world.trade_share,
            world.tariff,
            world.expenditure,
            world.input_share,
            world.value_added_share,
            world.final_share,
            world.trade_elasticity,
            world.value_added,
        )
    return _prepared[world]


def together(
    base: World, shocks: Sequence[Shock], model: Model, tolerance: float = TOLERANCE
) -> list[Equilibrium | SolveError]:
    """Solve shocks of one world side by side, one lane each, by the Cobb-Douglas kernel; verify each."""
    ready = prepared(base)
    found: list[Equilibrium | SolveError | None] = []
    edits: list[Edit] = []
    for shock in shocks:
        edge = border(base, shock)
        found.append(cut_off(base, shock, edge))
        if found[-1] is None:
            edits.append(_edit(base, shock, edge, model))
    if edits:
        still = no_change(base)
        tasks = pack(ready, [*edits, _edit(base, still, border(base, still), model)])
        solved = iter(run(ready, tasks, len(edits), 0, len(edits), tolerance, MOST_SWEEPS, _lane))
        part = iter(edits)
        for i, shock in enumerate(shocks):
            if found[i] is None:
                ending, arrays = next(solved)
                found[i] = _verified(base, shock, model, ending, arrays, next(part).part)
    return [answer for answer in found if answer is not None]


def _edit(base: World, shock: Shock, edge: Border, model: Model) -> Edit:
    """The kernel's view of a shock: only the cells that differ from the base."""
    still = np.zeros_like(base.transfer)
    flow = base.transfer if model.closure == "fixed" else still
    slope = base.transfer if model.closure == "share" else still
    cell = (edge.origin, edge.destination, edge.sector)
    moved = np.flatnonzero((edge.weight != base.trade_share[cell]) | (edge.net != base.tariff[cell]))
    rent = np.where(shock.rent_to_buyer, 0.0, shock.wedge - 1.0)
    return Edit(
        edge.sector[moved],
        edge.origin[moved],
        edge.destination[moved],
        edge.weight[moved],
        edge.net[moved],
        rent[moved],
        shock.productivity,
        flow + shock.transfer,
        slope,
        parts(base, shock),
    )


def _lane(state: State, b: int) -> State:
    """One lane's arrays, copied out of the batch."""
    return State(*(np.array(field[b]) for field in state))


def _verified(
    base: World, shock: Shock, model: Model, ending: Ending, state: State, part: NDArray[np.int64]
) -> Equilibrium | SolveError:
    """Labels off the kernel's answer, after every equation has been recomputed independently."""
    if not ending.converged:
        last = None
        if ending.reached > 0.0:
            step = partial_shock(base, shock, ending.reached, payable(base, shock, model))
            last = _assembled(base, step, ending, state, parts(base, no_change(base)))
            last = replace(last, residuals=residuals(base, step, model, last))
        return no_equilibrium(base, shock, model, ending.reached, ending.residual, last)
    eq = _assembled(base, shock, ending, state, part)
    checked = residuals(base, shock, model, eq)
    if not max(checked.values()) < VERIFIED:
        return unsound(checked)
    return replace(eq, residuals=checked)


def _assembled(
    base: World, shock: Shock, ending: Ending, state: State, part: NDArray[np.int64]
) -> Equilibrium:
    """The kernel's answer as an Equilibrium, not yet checked."""
    price, cost = np.exp(state.log_price), np.exp(state.log_cost)
    share = new_trade_share(base, shock, cost, price)
    flow = new_flow(base, shock, share, state.spending)
    notes: tuple[str, ...] = ()
    if part.max() > 0 and part.max() > parts(base, no_change(base)).max():
        notes = ("Trade no longer links all economies; transfers across the gap end.",)
    return Equilibrium(
        base=base,
        wage=np.exp(state.log_wage),
        price=price,
        unit_cost=cost,
        expenditure=state.spending,
        output=state.output,
        income=state.income,
        tariff_revenue=tariff_revenue(base, shock, flow),
        rent=rents(base, shock, flow),
        transfer=state.transfer,
        part=part,
        residuals={},
        iterations=ending.sweeps,
        method="safe" if ending.safe else "accelerated",
        notes=notes,
    )
