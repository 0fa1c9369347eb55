"""The seam to the general solver: nests, factors that stay, and conditions (Eq. 9-11b, 12b, 12c, 13), recomputed."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from countervail.conditioned import (
    Conditioned,
    conditioned,
    out_of_reach,
    rents_of,
    start_of,
    unmet,
    welfare_gap,
    with_answers,
)
from countervail.errors import SolveError
from countervail.kernel.blocks import Steering, renewed, steering
from countervail.kernel.bordered import DENSE, Solved, solve_along_a_path, solve_general
from countervail.kernel.cases import Case, Cells, Matrices, lay_out, matrices
from countervail.kernel.general import evaluate
from countervail.kernel.nests import Nests, nests
from countervail.model.certificate import RUINED, VERIFIED, partial_shock
from countervail.model.conditions import condition_residuals
from countervail.model.equations import (
    Border,
    border,
    residuals,
)
from countervail.model.equilibrium import Equilibrium
from countervail.model.factors import factors_of, supply_of
from countervail.model.linkage import links_left, weak_parts, without_source
from countervail.model.nests import value_added_of
from countervail.model.parameters import Model
from countervail.model.welfare import welfare
from countervail.policy.limits import WEDGED
from countervail.policy.shock import Shock, no_change
from countervail.refusal import cut_off, no_equilibrium, one_way, payable, unsound
from countervail.seam import links_of, rents_at_borders
from countervail.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TOLERANCE = 2e-12  # of the kernel's own residuals


@dataclass(frozen=True, eq=False)
class Ready:
    """A world under a model, laid out once: its nests, its trade, the case without change, and what steers Newton."""

    nests: Nests
    trade: Matrices
    still: Case
    steer: Steering | None  # of systems too large to be solved densely


LEAST_LEFT = 1e-9  # of a good's sources; where less is left a start says nothing about its price
FARTHEST_START = 4.0  # of a price's logarithm
MOST_KEPT = 12  # models of one world whose layout is kept
NEAR = 0.8  # elasticities this far apart (of trade, their logarithms) steer each other as well as their own would
LOOSER = 2.5  # what a difference in how far factors stay counts beside one in elasticities


@dataclass(frozen=True, eq=False)
class Ground:
    """What worlds share that differ in their trade elasticities alone: trade laid out, and what steered so far."""

    trade: Matrices
    steered: list[tuple[Floats, Steering]]


# What was worked out once per world and model lives as long as that world does.
_ready: weakref.WeakKeyDictionary[World, dict[tuple[Model, bytes], Ready]] = weakref.WeakKeyDictionary()
# By the identity of the arrays that worlds of one calibration share; an entry goes when the first of them does.
_grounds: dict[tuple[int, int, int], Ground] = {}


def apart(
    base: World,
    shocks: Sequence[Shock],
    model: Model,
    *,
    check: Sequence[bool] | None = None,
    elasticity: Floats | None = None,
    start: Equilibrium | None = None,
) -> list[Equilibrium | SolveError]:
    """Solve shocks of one world one after the other by the general kernel.

    Arguments:
        base: at the horizon of the model. check: which of the answers to recompute independently; all by default.
        elasticity: [shock, s] theta of each; the world's by default.
        start: an equilibrium of the same world nearby, under this model or another, to begin from. Without one each
            shock begins at the base or at the answer to the one before it, whichever is nearer.
    """
    found: list[Equilibrium | SolveError] = []
    before: Equilibrium | None = None
    for k, shock in enumerate(shocks):
        mine = base if elasticity is None else replace(base, trade_elasticity=elasticity[k])
        here = ready(base, model, shock.specific)
        if elasticity is not None:
            here = replace(here, nests=here.nests._replace(theta=np.ascontiguousarray(elasticity[k])))
            if k and not np.array_equal(elasticity[k], elasticity[k - 1]):
                before = None
        nearby = [None, before] if start is None and before is not None else [start]
        answer = _solve(mine, here, shock, model, nearby, check is None or check[k])
        before = answer if isinstance(answer, Equilibrium) else before
        found.append(answer)
    return found


def ready(base: World, model: Model, specific: Bools | None = None) -> Ready:
    """The general kernel's view of a world under a model.

    Arguments:
        specific: [d, t] cells in which all factors stay (Eq. 11b), besides those that the model names.
    """
    kept = _ready.setdefault(base, {})
    plain = replace(model, name="", source="", closure="fixed")
    key = (plain, b"" if specific is None else np.packbits(specific).tobytes())
    if key not in kept:
        while len(kept) >= MOST_KEPT:
            del kept[next(iter(kept))]
        kept[key] = _lay_out(base, plain, specific)
    return kept[key]


def _ground(base: World) -> Ground:
    arrays = (base.trade_share, base.tariff, base.input_share)
    key = (id(arrays[0]), id(arrays[1]), id(arrays[2]))
    if key not in _grounds:
        _grounds[key] = Ground(matrices(base.trade_share, base.tariff), [])
        for array in arrays:
            weakref.finalize(array, _grounds.pop, key, None)
    return _grounds[key]


def _lay_out(base: World, model: Model, specific: Bools | None) -> Ready:
    factors = factors_of(base, model, specific)
    value_added = base.value_added_share * base.output
    parameters = nests(
        base.value_added_share,
        base.input_share,
        base.final_share,
        base.trade_elasticity,
        base.expenditure,
        value_added,
        factors.share,
        factors.mobility,
        model.value_added_substitution,
        model.input_substitution,
        model.consumption_substitution,
    )
    ground = _ground(base)
    nothing, links = no_change(base), links_of(base)
    none = np.zeros(base.expenditure.shape, bool)
    still = _case(parameters, ground.trade, base, nothing, model, border(base, nothing), links.part, none)[0]
    steer = None
    if 3 * base.output.size > DENSE:
        steer = _steering(parameters, still, ground, specific)
    return Ready(parameters, ground.trade, still, steer)


def _steering(parameters: Nests, still: Case, ground: Ground, specific: Bools | None) -> Steering:
    """Steering for these nests, or for some near them: it decides how many steps are needed and nothing else."""
    zero = np.zeros(parameters.expenditure.shape)
    curves = (parameters.curve_value_added, parameters.curve_inputs, parameters.curve_final)
    # where a factor is specific is seen to apart
    stays = parameters.rigidity if specific is None else np.where(specific, np.nan, parameters.rigidity)
    paid = parameters.factor_share * parameters.value_added * np.isfinite(stays)
    mean = (np.nan_to_num(stays) * paid).sum(axis=(0, 2)) / np.maximum(paid.sum(axis=(0, 2)), 1e-300)
    place = np.concatenate([curves, LOOSER * mean, np.log(parameters.theta)])
    near = [steer for other, steer in ground.steered if np.abs(other - place).max() < NEAR]
    if near and specific is None:
        return near[-1]
    at = evaluate(parameters, still, zero, zero, zero).at
    if not near:
        found = steering(at, parameters.value_added)
        ground.steered.append((place, found))
        del ground.steered[:-MOST_KEPT]
        return found
    # only economies with specific factors differ
    assert specific is not None
    here = np.flatnonzero(specific.any(axis=1))
    return renewed(near[-1], at, here)


def _case(
    parameters: Nests,
    trade: Matrices,
    base: World,
    shock: Shock,
    model: Model,
    edge: Border,
    part: NDArray[np.int64],
    dropped: Bools,
) -> tuple[Case, Conditioned]:
    """The kernel's view of a shock and of its conditions."""
    owed = rents_of(shock, edge.destination, edge.origin)
    found = conditioned(base, shock, owed)
    log = np.log(shock.wedge)
    each = np.divide(np.expm1(log), log, out=np.ones_like(log), where=log != 0.0)
    cells = Cells(
        edge.sector,
        edge.origin,
        edge.destination,
        edge.weight,
        edge.net,
        owed.at,
        owed.side,
        each[owed.at] * owed.log,
        found.wedge_at,
    )
    flow, slope = _closure(base, model)
    supply = supply_of(base, model, factors_of(base, model, shock.specific), shock)
    more = np.broadcast_to(np.log(supply), parameters.factor_share.shape)
    case = lay_out(
        parameters,
        trade,
        cells,
        np.log(shock.productivity),
        more,
        flow + shock.transfer,
        slope,
        part,
        dropped,
    )
    return case, found


def _closure(base: World, model: Model) -> tuple[Floats, Floats]:
    """D' = flow + slope VA'/VA (theory.md, Closures)."""
    none = np.zeros_like(base.transfer)
    return (
        base.transfer if model.closure == "fixed" else none,
        base.transfer if model.closure == "share" else none,
    )


def _solve(
    base: World, here: Ready, shock: Shock, model: Model, nearby: Sequence[Equilibrium | None], check: bool
) -> Equilibrium | SolveError:
    """One shock, from the nearest of some equilibria; None stands for the base."""
    edge, links = border(base, shock), links_of(base)
    left = links_left(links, edge)
    part = links.part if left is None else weak_parts(left)
    lost = without_source(base, links, edge)
    refused = one_way(base, shock, model, links, left, part)
    if (lost & ~_dispensable(base, model, lost)).any():
        refused = cut_off(base, shock, edge, links)
    if refused is not None:
        return refused
    try:
        case, found = _case(here.nests, here.trade, base, shock, model, edge, part, lost)
    except SolveError as impossible:
        return impossible
    flow, slope = _closure(base, model)
    still = here.still._replace(flow=flow, slope=slope)
    starts = [
        (_at_old_costs(base, edge) if eq is None else _state(base, eq), start_of(shock, found, eq))
        for eq in nearby
    ]
    solved = solve_general(here.nests, here.steer, case, found.conditions, starts, TOLERANCE)
    if not solved.converged:
        refused = _beyond_reach(base, shock, model)
        if refused is not None:
            return refused
        solved = solve_along_a_path(here.nests, still, case, found.conditions, TOLERANCE)
    if not solved.converged:
        if solved.reached == 1.0:
            return unmet(shock, found, solved.unknowns, solved.relief)
        return _refusal(base, shock, model, solved, links.part)
    fixed, log_wedges = with_answers(shock, found, solved.unknowns)
    eq = _assembled(base, fixed, model, solved, part)
    if shock.conditions:
        eq = replace(eq, wedges=log_wedges, limits=shock.conditions, shock=fixed)
    if not (check or shock.conditions or solved.method != "newton"):
        return eq
    checked = residuals(base, fixed, model, eq) | _condition_checks(base, shock, log_wedges, eq)
    if not max(checked.values()) < VERIFIED:
        return unsound(checked)
    return replace(eq, residuals=checked)


def _assembled(
    base: World, shock: Shock, model: Model, solved: Solved, part: NDArray[np.int64]
) -> Equilibrium:
    """The kernel's answer as an Equilibrium, with the kernel's own residual."""
    point = solved.point
    price, cost = np.exp(point.log_price), np.exp(point.log_cost)
    spending = np.ascontiguousarray(point.spending)
    # what stays at the border is tariffs and the buyers' rents
    rent, to_buyers = rents_at_borders(base, shock, cost, price, spending)
    notes: tuple[str, ...] = ()
    if part.max() > links_of(base).part.max():
        notes = ("Trade no longer links all economies; transfers across the gap end.",)
    one_wage = model.is_core and shock.specific is None and shock.supply is None
    return Equilibrium(
        base=base,
        wage=point.value.sum(axis=1) / base.value_added,
        price=price,
        unit_cost=cost,
        expenditure=spending,
        output=np.ascontiguousarray(point.output),
        income=point.income,
        tariff_revenue=point.revenue - to_buyers,
        rent=rent,
        transfer=point.transfer,
        part=part,
        residuals={"kernel": solved.residual},
        iterations=solved.steps + 1,
        method=solved.method,
        notes=notes,
        model=model,
        factor_wage=None if one_wage else np.exp(point.log_wage),
    )


def _condition_checks(base: World, shock: Shock, log_wedges: Floats, eq: Equilibrium) -> dict[str, float]:
    """How far the limits are from being met as they say, recomputed from the equilibrium alone."""
    wedged = np.array([limit.kind in WEDGED for limit in shock.conditions], dtype=bool)
    found = {}
    if wedged.any():
        found["12 limits"] = float(condition_residuals(base, shock, log_wedges, eq)[wedged].max())
    if not wedged.all():
        hat = 1.0 + welfare(eq) / 100.0
        off = [welfare_gap(limit, hat) for limit in shock.conditions if limit.kind not in WEDGED]
        found["13 transfers"] = max(off)
    return found


def _beyond_reach(base: World, shock: Shock, model: Model) -> SolveError | None:
    """CV320 for a price cap that does not bind even where the capped trade has ended (Eq. 12b)."""
    for number, limit in enumerate(shock.conditions):
        if limit.kind != "cap":
            continue
        others = tuple(
            other
            for k, other in enumerate(shock.conditions)
            if k != number and not np.isin(other.cells, limit.cells).any()
        )
        passing = np.where(np.isin(shock.cells, limit.cells), 0.0, shock.passing)
        ended = apart(base, [replace(shock, passing=passing, conditions=others)], model)[0]
        if isinstance(ended, SolveError):
            continue
        least = float(ended.unit_cost.ravel()[limit.watched])
        if least > limit.bound:
            return out_of_reach(base, limit, least)
    return None


def _refusal(base: World, shock: Shock, model: Model, solved: Solved, part: NDArray[np.int64]) -> SolveError:
    """Why there is no answer, with the last equilibrium on the way."""

    def on_the_way(share: float, at: Solved) -> Equilibrium:
        step = partial_shock(base, shock, share, share * payable(base, shock, model))
        found = _assembled(base, step, model, at, part)
        return replace(found, residuals=residuals(base, step, model, found), shock=step)

    last = on_the_way(solved.reached, solved) if solved.reached > 0.0 else None
    crossing = None
    if last is None or not last.residual < VERIFIED or (last.income / base.income).min() >= RUINED:
        for pair in solved.crossings:
            before, beyond = (on_the_way(place.share, solved._replace(point=place.point)) for place in pair)
            if max(before.residual, beyond.residual) < VERIFIED and (beyond.income < 0.0).any():
                crossing = before, beyond
                break
    return no_equilibrium(base, shock, model, solved.reached, solved.residual, last, crossing)


def _at_old_costs(base: World, edge: Border) -> Floats:
    """The base with prices as the shock makes them at unchanged costs (Eq. 2), where Newton's method can begin."""
    n, j = base.expenditure.shape
    state = np.zeros((n, 3 * j))
    lost = base.trade_share[edge.origin, edge.destination, edge.sector] - edge.weight
    left = 1.0 - np.bincount(edge.destination * j + edge.sector, lost, minlength=n * j).reshape(n, j)
    some = (left > LEAST_LEFT) & (base.expenditure > 0.0)
    dearer = -np.log(np.where(some, left, 1.0)) / base.trade_elasticity
    state[:, :j] = np.clip(dearer, -FARTHEST_START, FARTHEST_START)
    return state


def _state(base: World, start: Equilibrium) -> Floats:
    """An equilibrium's logarithms, where Newton's method can begin; axes economy, unknown."""

    def log(new: Floats, old: Floats) -> Floats:
        live = (new > 0.0) & (old > 0.0)
        return np.log(np.where(live, new, 1.0) / np.where(live, old, 1.0))

    value = value_added_of(start)
    price = np.where(np.isfinite(start.price), start.price, 1.0)
    return np.concatenate(
        [
            np.log(price),
            log(start.expenditure, base.expenditure),
            log(value, base.value_added_share * base.output),
        ],
        axis=1,
    )


def _dispensable(base: World, model: Model, lost: Bools) -> Bools:
    """[d, s] lost goods that every nest can do without: the elasticity is above 1 wherever they are used."""
    used = base.input_share > 0.0
    some_left = np.asarray((used & ~lost[:, :, None]).any(axis=1)) | (model.value_added_substitution > 1.0)
    fine = ~used | ((model.input_substitution > 1.0) & some_left[:, None, :])
    eaten = (base.final_share > 0.0) & (model.consumption_substitution <= 1.0)
    dispensable: Bools = fine.all(axis=2) & ~eaten
    return dispensable
