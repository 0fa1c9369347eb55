"""The general equilibrium and the conditions of a shock as one system, solved by one bordered Newton iteration.

The vector of unknowns holds, economy by economy, ln P-hat, ln X'/X and ln V'/VA of its sectors, then the unknown of
each condition. Small systems are solved densely; large ones by GMRES, steered by `kernel.blocks` and, for the
conditions, by the Schur complement that those blocks give.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.blocks import Steering, steer, steering
from countervail.kernel.cases import Case, between
from countervail.kernel.conditions import (
    Conditions,
    Margins,
    complementarity,
    condition_gaps,
    condition_slopes,
    imposed,
    margins,
    no_conditions,
    push,
    relief,
)
from countervail.kernel.general import Point, Slopes, evaluate, respond, single
from countervail.kernel.nests import Bools, Floats, Nests
from countervail.kernel.newton import MOST_DIRECTIONS, Ending, Product, Trial, newton, solve_linear
from countervail.kernel.turning import Place, follow

Array = NDArray[Any]

DENSE = 400  # unknowns up to which a system is solved densely
MOST_STEPS = 40
RUINED = 1e-3  # of base income: where the path ends without an equilibrium of the whole shock
SMALLEST_STRIDE = 1e-6  # of what is left of a shock, along the path
NEAREST = 1e-12  # of a shock, left out at last
MOST_PAIRS = 40
EXACT_DIRECTIONS = 120  # in one linear solve along the path
FAR = 0.5  # of an unknown of the conditions from where a border was worked out, until it is again
SMALLEST_EASING = 1e-3  # of what conditions are eased by


class Solved(NamedTuple):
    """How a shock was solved. `reached` is the share of it that has an equilibrium at `point`, 1 if all.

    It has `converged` if that is all of it and all conditions are met.
    """

    point: Point
    case: Case  # with the wedges of the conditions in it
    unknowns: Floats  # of the conditions
    state: Floats  # economy, 3 J: where to start from next time
    converged: bool
    residual: float
    steps: int
    reached: float
    relief: Floats  # of the conditions: by how much each slack had to be eased, 0 where it is met
    method: str
    crossings: tuple[
        tuple[Place, Place], ...
    ] = ()  # all incomes above zero, and further on one below; narrowest first


def solve_general(
    nests: Nests,
    by: Steering | None,
    case: Case,
    conditions: Conditions,
    starts: Sequence[tuple[Floats, Floats]],
    tolerance: float,
) -> Solved:
    """Solve a case at once, from the nearest of some states.

    Arguments:
        by: `steering` at the base of these nests; None for systems small enough to be solved densely.
        starts: `state` of earlier answers, each with unknowns of the conditions; the base if there are none.
    """
    n, j = nests.expenditure.shape
    none = np.zeros((n, 3 * j)), np.zeros(conditions.kind.size)
    begin = [np.append(cells, extra) for cells, extra in starts or [none]]
    ending = _solve(nests, by, case, conditions, begin, tolerance)
    return _solved(ending, n, j, ending.steps, float(ending.converged), "newton")


def solve_along_a_path(
    nests: Nests, still: Case, case: Case, conditions: Conditions, tolerance: float
) -> Solved:
    """Solve a case slowly: first the shock, by growing shares of it; then its conditions, by tightening them.

    Arguments:
        still: the case without change, where the path begins.
    """
    n, j = nests.expenditure.shape
    free = no_conditions(n, case.rent_side.size)
    value_added = nests.value_added.sum(axis=1)
    last = _solve(nests, None, still, free, [np.zeros(3 * n * j)], tolerance)
    income = last.trial.payload.point.income
    steps, reached, stride = last.steps, 0.0, 0.5
    passed, beyond = [_place(0.0, last)], []

    def ruined(point: Point) -> bool:
        return bool((point.income < RUINED * income).any())

    while reached < 1.0 and stride > max(SMALLEST_STRIDE * (1.0 - reached) ** 2, NEAREST):
        if ruined(last.trial.payload.point):
            break
        share = min(reached + stride, 1.0)
        step = case if share == 1.0 else between(still, case, value_added, share)
        ahead = last.trial.unknowns
        if len(passed) > 1:
            ahead = ahead + (ahead - passed[-2].unknowns) * (share - reached) / (reached - passed[-2].share)
        found = _solve(nests, None, step, free, [last.trial.unknowns, ahead], tolerance, exact=True)
        steps += found.steps
        if found.converged:
            last, reached, stride = found, share, 2.0 * stride
            passed.append(_place(share, found))
        else:
            if share < 1.0 and float(np.abs(found.trial.gaps).max()) < 10.0 * tolerance:
                beyond.append(_place(share, found))
            stride *= 0.25
    if reached < 1.0 and len(passed) > 1 and not ruined(last.trial.payload.point):
        # the path turns back: follow the equilibria on
        def at(share: float, unknowns: Floats) -> tuple[Floats, Point]:
            cells = unknowns.reshape(n, 3 * j)
            step = between(still, case, value_added, share)
            point = evaluate(nests, step, cells[:, :j], cells[:, j : 2 * j], cells[:, 2 * j :])
            return np.concatenate(
                [point.gap_price, point.gap_spending, point.gap_value], axis=1
            ).ravel(), point

        def steered(point: Point) -> Steering:
            return steering(point.at, nests.value_added, exact=True)

        def ended(place: Place) -> bool:
            return ruined(place.point) or place.share > 1.0 - 1e-3

        end = follow(at, steered, passed[-2], passed[-1], tolerance, ended)
        whole = _solve(nests, None, case, free, [end.unknowns], tolerance, exact=True)
        if whole.converged:
            last, reached = whole, 1.0
        elif ruined(end.point):
            step = between(still, case, value_added, end.share)
            last = _solve(nests, None, step, free, [end.unknowns], tolerance, exact=True)
            reached = end.share
    if reached < 1.0 or not conditions.kind.size:
        pairs = sorted(
            ((a, b) for a in passed for b in beyond if a.share < b.share),
            key=lambda pair: pair[1].share - pair[0].share,
        )
        return _solved(last, n, j, steps, reached, "path")._replace(crossings=tuple(pairs[:MOST_PAIRS]))
    none = np.zeros(conditions.kind.size)
    slack = complementarity(conditions, last.trial.payload.point, none)[1]
    eased_by = relief(conditions, slack)
    final = _solved(last, n, j, steps, 1.0, "path")
    final = final._replace(unknowns=none, relief=eased_by)
    eased, stride = 1.0, 0.5
    while eased > 0.0 and stride > SMALLEST_EASING:
        share = max(eased - stride, 0.0)
        step_conditions = conditions._replace(relief=share * eased_by)
        begin = np.append(final.state.ravel(), final.unknowns)
        found = _solve(nests, None, case, step_conditions, [begin], tolerance)
        steps += found.steps
        if found.converged:
            final = _solved(found, n, j, steps, 1.0, "path")._replace(relief=share * eased_by)
            eased, stride = share, 2.0 * stride
        else:
            stride *= 0.25
    return final._replace(converged=eased == 0.0, steps=steps)


def _place(share: float, ending: Ending[Payload]) -> Place:
    return Place(share, ending.trial.unknowns, ending.trial.payload.point)


class Payload(NamedTuple):
    """What a step needs to know of a trial."""

    point: Point
    case: Case


def _solve(
    nests: Nests,
    by: Steering | None,
    case: Case,
    conditions: Conditions,
    starts: Sequence[Floats],
    tolerance: float,
    exact: bool = False,
) -> Ending[Payload]:
    """Newton's method from the nearest of some starts. `exact`: in double precision and with more directions."""
    n, j = nests.expenditure.shape
    live = _live(nests, case, conditions)
    bound = conditions.kind.size > 0
    # matrices of its own, into which the wedges of the latest trial are written
    room = case._replace(weight=case.weight.copy(), received=case.received.copy()) if bound else case
    small = (case.single[0].copy(), case.single[1].copy()) if bound else case.single
    dense = int(live.sum()) <= DENSE
    known = [] if by is None else [by]
    borders: list[Border] = []

    def trial(unknowns: Floats) -> Trial[Payload]:
        cells, extra = unknowns[: 3 * n * j].reshape(n, 3 * j), unknowns[3 * n * j :]
        with np.errstate(all="ignore"):
            here = imposed(room, case, nests.theta, conditions, extra) if bound else room
            point = evaluate(nests, here, cells[:, :j], cells[:, j : 2 * j], cells[:, 2 * j :])
            gaps = np.concatenate([point.gap_price, point.gap_spending, point.gap_value], axis=1).ravel()
            if bound:
                gaps = np.append(gaps, condition_gaps(conditions, point, extra))
        return Trial(unknowns, gaps, Payload(point, here))

    def step(at: Trial[Payload], wanted: float) -> Floats | None:
        # far from an answer of an extreme world numbers may overflow; `newton` sees it
        with np.errstate(all="ignore"):
            try:
                return _dense_step(at, conditions, live, n, j) if dense else nearly(at, wanted)
            except np.linalg.LinAlgError:
                return None

    def nearly(at: Trial[Payload], wanted: float) -> Floats:
        if not known:
            known.append(steering(at.payload.point.at, nests.value_added, exact))
        if bound:
            s, o, d = case.wedge_cell
            small[0][s, o, d], small[1][s, o, d] = room.weight[s, o, d], room.received[s, o, d]
        return _krylov_step(at, conditions, known[0], None if exact else small, borders, wanted)

    def cleaned(start: Floats) -> Floats:
        clean = np.where(live, start, 0.0)
        clean[: 3 * n * j].reshape(n, 3 * j)[:, :j][case.dropped] = np.inf
        return clean

    def far(start: Floats) -> float:
        length = float(np.linalg.norm(trial(start).gaps))
        return length if np.isfinite(length) else np.inf

    ready = [cleaned(start) for start in starts]
    ending = newton(trial, step, ready[0] if len(ready) == 1 else min(ready, key=far), tolerance, MOST_STEPS)
    if (ending.trial.payload.point.income > 0.0).all():
        return ending
    return ending._replace(converged=False)  # the equations have solutions that no economy can live with


def _dense_step(at: Trial[Payload], conditions: Conditions, live: Bools, n: int, j: int) -> Floats:
    """The exact solution, from the derivative in every direction."""
    chosen = np.flatnonzero(live)
    whole = np.zeros((live.size, chosen.size))
    whole[chosen, np.arange(chosen.size)] = 1.0
    point, case = at.payload
    there = margins(case, conditions, point, at.unknowns[3 * n * j :]) if conditions.kind.size else None
    matrix = _product(at, conditions, point.at, there, n, j)(whole)[chosen]
    out = np.zeros(live.size)
    out[chosen] = np.linalg.solve(matrix, at.gaps[chosen])
    return out


class Border(NamedTuple):
    """What the blocks make of each condition's unknown, and what that does to every slack; at some unknowns."""

    unknown: Floats
    answers: Array  # unknown of the equilibrium, m
    slack: Floats  # m, m


def _border(
    at: Trial[Payload], conditions: Conditions, by: Steering, slopes: Slopes, there: Margins
) -> Border:
    """One condition after the other: columns of few would take longer."""
    n, j = slopes.final.shape[:2]
    size, m = 3 * n * j, conditions.kind.size
    none, all_of_it = np.zeros_like(there.by_unknown), np.ones_like(there.by_slack)
    bare = there._replace(by_unknown=none, by_slack=all_of_it)
    product = _product(at, conditions, slopes, bare, n, j)
    answers, slack = np.empty((size, m), np.float32), np.empty((m, m))
    for k in range(m):
        unit = np.zeros((size + m, 1), np.float32)
        unit[size + k] = 1.0
        column = product(unit)
        unit[:size] = -steer(by, slopes, column[:size].reshape(n, 3 * j, 1)).reshape(size, 1)
        answers[:, k] = unit[:size, 0]
        slack[:, k] = -product(unit)[size:, 0]
    return Border(at.unknowns[size:], answers, slack)


def _krylov_step(
    at: Trial[Payload],
    conditions: Conditions,
    by: Steering,
    small: tuple[Array, Array] | None,
    borders: list[Border],
    wanted: float,
) -> Floats:
    """The solution to a relative residual, in single precision if there are matrices in it.

    Borders that are still near are used again.
    """
    slopes = at.payload.point.at if small is None else single(at.payload.point.at, *small)
    n, j = slopes.final.shape[:2]
    size, m = 3 * n * j, conditions.kind.size
    there = margins(at.payload.case, conditions, at.payload.point, at.unknowns[size:]) if m else None
    product = _product(at, conditions, slopes, there, n, j)
    if there is not None:
        if not borders or np.abs(at.unknowns[size:] - borders[-1].unknown).max() > FAR:
            borders.append(_border(at, conditions, by, slopes, there))
        border = borders[-1]
        schur = np.diag(there.by_unknown[:, 0]) + there.by_slack * border.slack
        inverse = np.linalg.pinv(-schur).astype(np.float32)

    def precondition(gaps: Array) -> Array:
        first = steer(by, slopes, gaps[:size].reshape(n, 3 * j, 1)).reshape(size)
        if not m:
            return first
        extra = inverse @ gaps[size:]
        return np.append(first + border.answers @ extra, extra)

    right = at.gaps if small is None else at.gaps.astype(np.float32)
    most = EXACT_DIRECTIONS if small is None else MOST_DIRECTIONS
    found = solve_linear(lambda v: product(v[:, None])[:, 0], precondition, right, wanted, most)
    return found.astype(np.float64)


def _product(
    at: Trial[Payload], conditions: Conditions, slopes: Slopes, there: Margins | None, n: int, j: int
) -> Product:
    """Minus the derivative of all gaps at a trial, in directions with axes unknown, column."""
    size, point, case = 3 * n * j, at.payload.point, at.payload.case

    def product(direction: Array) -> Array:
        cells = direction[:size].reshape(n, 3 * j, -1)
        price, spending, value = cells[:, :j], cells[:, j : 2 * j], cells[:, 2 * j :]
        extra = direction[size:]
        pushed = None if there is None else push(case, conditions, there, extra)
        r = respond(slopes, price, spending, value, pushed)
        out = np.concatenate([r.gap_price, r.gap_spending, r.gap_value], axis=1).reshape(size, -1)
        if there is not None and pushed is not None:
            rows = condition_slopes(conditions, point, there, extra, price, r, pushed)
            out = np.concatenate([out, rows.astype(out.dtype)])
        return -out

    return product


def _live(nests: Nests, case: Case, conditions: Conditions) -> Bools:
    """Which unknowns there are: prices of what has a source, spending where something is bought, value where made."""
    priced = ~case.dropped & (nests.expenditure > 0.0)
    cells = np.concatenate([priced, case.bought, case.made], axis=1)
    return np.append(cells.ravel(), np.ones(conditions.kind.size, bool))


def _solved(ending: Ending[Payload], n: int, j: int, steps: int, reached: float, method: str) -> Solved:
    trial = ending.trial
    return Solved(
        trial.payload.point,
        trial.payload.case,
        trial.unknowns[3 * n * j :],
        trial.unknowns[: 3 * n * j].reshape(n, 3 * j),
        ending.converged and reached == 1.0,
        float(np.abs(trial.gaps).max(initial=0.0)),
        steps,
        reached,
        np.zeros(trial.unknowns.size - 3 * n * j),
        method,
    )
