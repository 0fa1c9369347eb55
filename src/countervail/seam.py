"""The one seam: a world and its shocks become arrays, the kernel solves, every answer is recomputed independently."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from countervail.compiled import discard_stale
from countervail.errors import SolveError
from countervail.kernel.batch import Ending, Rooms, run, run_safely
from countervail.kernel.prepare import Edit, Prepared, pack, prepare
from countervail.kernel.sweep import State
from countervail.model.certificate import RUINED, VERIFIED, partial_shock
from countervail.model.equations import (
    Border,
    border,
    flow_at,
    new_trade_share,
    parts,
    residuals,
)
from countervail.model.equilibrium import Equilibrium
from countervail.model.factors import as_productivity
from countervail.model.linkage import Linkage, linkage, links_left, weak_parts
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import Shock, no_change
from countervail.refusal import cut_off, no_equilibrium, one_way, payable, unsound
from countervail.world.world import World

TOLERANCE = 2e-11  # of the residuals and of the step left; company in a batch then moves no result by 1e-9
BASE_TOLERANCE = 3e-13  # of a re-solved base, so that no change on top of it changes nothing
MOST_SWEEPS = 400

# What was worked out once per world lives as long as that world does.
_prepared: weakref.WeakKeyDictionary[World, Prepared] = weakref.WeakKeyDictionary()
_rooms: weakref.WeakKeyDictionary[World, Rooms] = weakref.WeakKeyDictionary()
_linkages: weakref.WeakKeyDictionary[World, Linkage] = weakref.WeakKeyDictionary()
_without_deficits: weakref.WeakKeyDictionary[World, World] = weakref.WeakKeyDictionary()
_stills: weakref.WeakKeyDictionary[World, dict[str, Edit]] = weakref.WeakKeyDictionary()


def zero_deficit(world: World) -> World:
    """The world re-solved without trade imbalances, the base of closure `zero` (theory.md, Closures)."""
    if world not in _without_deficits:
        shock = no_change(world)
        model = replace(long_run, closure="zero")
        answer = together(world, [shock], model, tolerance=BASE_TOLERANCE)[0]
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
    base: World,
    shocks: Sequence[Shock],
    model: Model,
    *,
    check: Sequence[bool] | None = None,
    elasticity: NDArray[np.float64] | None = None,
    start: Equilibrium | None = None,
    tolerance: float = TOLERANCE,
) -> list[Equilibrium | SolveError]:
    """Solve shocks of one world side by side, one lane each, by the Cobb-Douglas kernel.

    Arguments:
        check: which of them to recompute independently; all by default. What the kernel solved with its own residual
            alone has that one in `residuals`. What the safe path solved is always recomputed.
        elasticity: [shock, s] theta of each; the world's by default.
        start: not used: this kernel begins at the base.
    """
    ready, links = prepared(base), links_of(base)
    found: list[Equilibrium | SolveError | None] = []
    own: list[World] = []
    edits: list[Edit] = []
    mine = base
    for k, shock in enumerate(shocks):
        if elasticity is not None and (k == 0 or (elasticity[k] != elasticity[k - 1]).any()):
            mine = base.with_elasticity(elasticity[k])
        edge = border(mine, shock)
        left = links_left(links, edge)
        part = links.part if left is None else weak_parts(left)
        own.append(mine)
        found.append(cut_off(base, shock, edge, links) or one_way(base, shock, model, links, left, part))
        if found[k] is None:
            edits.append(_edit(mine, shock, edge, model, part))
    if edits:
        tasks = pack(ready, [*edits, _still(base, model)])
        rooms = _rooms.setdefault(base, Rooms())
        solved = iter(run(ready, tasks, len(edits), 0, len(edits), tolerance, MOST_SWEEPS, _lane, rooms))
        waiting = [k for k, answer in enumerate(found) if answer is None]
        for task, k in enumerate(waiting):
            (ending, state), part, wanted = next(solved), edits[task].part, check is None or check[k]
            answer = _answer(own[k], shocks[k], model, ending, state, part, wanted)
            if isinstance(answer, SolveError) and not ending.safe:
                # what the fast path takes for an answer does not stand up to the check
                ending, state = run_safely(ready, tasks, task, len(edits), ending.sweeps, _lane)
                answer = _answer(own[k], shocks[k], model, ending, state, part, wanted)
            found[k] = answer
    return [answer for answer in found if answer is not None]


def links_of(world: World) -> Linkage:
    """The links of a world, counted once and kept with it."""
    if world not in _linkages:
        _linkages[world] = linkage(world)
    return _linkages[world]


def _still(base: World, model: Model) -> Edit:
    """The edit that changes nothing, of each closure, kept with the world."""
    of_closure = _stills.setdefault(base, {})
    if model.closure not in of_closure:
        shock = no_change(base)
        of_closure[model.closure] = _edit(base, shock, border(base, shock), model, links_of(base).part)
    return of_closure[model.closure]


def _edit(base: World, shock: Shock, edge: Border, model: Model, part: NDArray[np.int64]) -> Edit:
    """The kernel's view of a shock: only the cells that differ from the base."""
    still = np.zeros_like(base.transfer)
    flow = base.transfer if model.closure == "fixed" else still
    slope = base.transfer if model.closure == "share" else still
    moved = np.flatnonzero((edge.weight != edge.share) | (edge.net != edge.tariff))
    rent = np.where(shock.rent_to_buyer, 0.0, shock.wedge - 1.0)
    return Edit(
        edge.sector[moved],
        edge.origin[moved],
        edge.destination[moved],
        edge.weight[moved],
        edge.net[moved],
        rent[moved],
        as_productivity(base, model, shock),
        flow + shock.transfer,
        slope,
        part,
        base.trade_elasticity,
    )


def _lane(state: State, b: int) -> State:
    """One lane's arrays, copied out of the batch if it has others."""
    return State(*(field[b] if field.shape[0] == 1 else np.array(field[b]) for field in state))


def _answer(
    base: World,
    shock: Shock,
    model: Model,
    ending: Ending,
    state: State,
    part: NDArray[np.int64],
    check: bool,
) -> Equilibrium | SolveError:
    """An equilibrium of which every equation has been recomputed independently if asked, or why there is none."""
    if not ending.converged:
        last = (
            _on_the_way(base, shock, model, ending, state, ending.reached) if ending.reached > 0.0 else None
        )
        crossing = None
        if last is None or not last.residual < VERIFIED or (last.income / base.income).min() >= RUINED:
            crossing = _crossing(base, shock, model, ending)
        return no_equilibrium(base, shock, model, ending.reached, ending.residual, last, crossing)
    eq = _assembled(base, shock, model, ending, state, part)
    if not (check or ending.safe):
        return eq
    checked = residuals(base, shock, model, eq)
    if not max(checked.values()) < VERIFIED:
        return unsound(checked)
    return replace(eq, residuals=checked)


def _on_the_way(
    base: World, shock: Shock, model: Model, ending: Ending, state: State, share: float
) -> Equilibrium:
    """The solution at a share of the shock, with its residuals and the shock it belongs to."""
    part = parts(base, no_change(base))
    transfer = share * shock.transfer
    apart = parts(base, shock)
    if apart.max() > part.max():
        # what will be owed between parts is phased out, and the rest is in the money of the part
        level = np.bincount(apart, np.exp(state.log_wage) * base.value_added) / np.bincount(
            apart, base.value_added
        )
        given = base.transfer if model.closure == "fixed" else np.zeros_like(base.transfer)
        transfer = (given + share * payable(base, shock, model)) * level[apart] - given
    step = partial_shock(base, shock, share, transfer)
    found = _assembled(base, step, model, ending, state, part)
    return replace(found, residuals=residuals(base, step, model, found), shock=step)


def _crossing(
    base: World, shock: Shock, model: Model, ending: Ending
) -> tuple[Equilibrium, Equilibrium] | None:
    """The narrowest two solutions on the way, each equation of both verified, between which an income ends."""
    for pair in ending.crossings:
        if pair.beyond[0] == 1.0:
            continue
        both = [
            _on_the_way(base, shock, model, ending, _lane(state, 0), share)
            for share, state in (pair.before, pair.beyond)
        ]
        if all(found.residual < VERIFIED for found in both) and (both[1].income < 0.0).any():
            return both[0], both[1]
    return None


def _assembled(
    base: World, shock: Shock, model: Model, ending: Ending, state: State, part: NDArray[np.int64]
) -> Equilibrium:
    """The kernel's answer as an Equilibrium, with the kernel's own residual."""
    price, cost = np.exp(state.log_price), np.exp(state.log_cost)
    rent, to_buyers = rents_at_borders(base, shock, cost, price, state.spending)
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
        tariff_revenue=state.revenue - to_buyers,
        rent=rent,
        transfer=state.transfer,
        part=part,
        residuals={"kernel": ending.residual},
        iterations=ending.sweeps,
        method="safe" if ending.safe else "accelerated",
        notes=notes,
        model=model,
    )


def rents_at_borders(
    base: World,
    shock: Shock,
    unit_cost: NDArray[np.float64],
    price: NDArray[np.float64],
    spending: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rents of wedges by the economy that gets them, all and those of buyers alone, million USD; from the cells that
    bear one, since the whole trade array would take longer than the solve."""
    wedged = shock.wedge != 1.0
    if shock.claims is not None:
        wedged[shock.claims.at] = True
    everyone, to_buyers = np.zeros(base.income.size), np.zeros(base.income.size)
    if not wedged.any():
        return everyone, to_buyers
    sales = np.zeros(shock.cells.size)
    here = np.flatnonzero(wedged)
    sales[here] = flow_at(base, shock, here, unit_cost, price, spending)
    o, d, _ = np.unravel_index(shock.cells, base.trade_share.shape)
    at, side = here, np.where(shock.rent_to_buyer, d, o)[here]
    rent = (shock.wedge - 1.0) * sales
    if shock.claims is not None:
        claimed = shock.claims.per_sale(shock.wedge) * sales[shock.claims.at]
        np.subtract.at(rent, shock.claims.at, claimed)
        at, side = np.append(at, shock.claims.at), np.append(side, shock.claims.economy)
        rent = np.append(rent[here], claimed)
    else:
        rent = rent[here]
    np.add.at(everyone, side, rent)
    stays = side == d[at]
    np.add.at(to_buyers, side[stays], rent[stays])
    return everyone, to_buyers
