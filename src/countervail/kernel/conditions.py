"""The conditions of a shock: each one unknown (the ln of a wedge, a transfer) with one residual (Eq. 12b, 12c, 13).

Where one of slack and unknown must be zero the residual is that of Fischer and Burmeister, a + b - sqrt(a^2 + b^2): it
is zero just where a >= 0, b >= 0 and a b = 0, and Newton's method can be used on it. Conditions are solved together
with the equilibrium (`kernel.bordered`). On one cell wedges multiply, and share its rent by their logarithms.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.cases import Case
from countervail.kernel.general import Point, Push, Response
from countervail.kernel.nests import Floats, Ints

Array = NDArray[Any]

# what is bounded, and on which side the unknown lies
CAP, QUOTA, CONTRACT, RESTORE_PRICE, RESTORE_OUTPUT, EQUAL, FLOOR = range(7)
GIVEN, FIXED = -1, -2  # rents of given wedges: on cells that a condition shares, and on others


class Conditions(NamedTuple):
    """The conditions of one case. `w` counts the case's wedge cells, `e` its rents, `m` the conditions."""

    kind: Ints  # m
    bound: Floats  # m: ln of the bound
    watched: Ints  # 2, m: economy and sector of a cap's cost, a restored price or output
    cell: Ints  # c: wedge cell of a condition
    of: Ints  # c: the condition
    weight: Floats  # c: on b' / c-hat in the condition's quantity
    log_wedge: Floats  # w: ln of the shock's own mu'
    rent_of: Ints  # e: whose part of the wedge a rent is: a condition, GIVEN or FIXED
    rent_part: Floats  # e: ln of a GIVEN part
    transfer: Floats  # d, m: D' per unit of the unknown, million USD
    welfare: Ints  # 2, m: whose ln W-hat is compared, and with whose (-1: with the bound)
    log_income: Floats  # d: ln of base income
    log_output: Floats  # m: ln of base output of a restored sector
    relief: Floats  # m: by how much each slack is eased; 0 but along a path


def no_conditions(economies: int, rents: int) -> Conditions:
    """None at all."""
    none, empty = np.zeros(0, np.int64), np.zeros(0)
    two = np.zeros((2, 0), np.int64)
    return Conditions(
        kind=none,
        bound=empty,
        watched=two,
        cell=none,
        of=none,
        weight=empty,
        log_wedge=empty,
        rent_of=np.full(rents, FIXED),
        rent_part=np.zeros(rents),
        transfer=np.zeros((economies, 0)),
        welfare=two,
        log_income=empty,
        log_output=empty,
        relief=empty,
    )


def imposed(room: Case, case: Case, theta: Floats, conditions: Conditions, unknown: Floats) -> Case:
    """The case with the wedges and transfers that the unknowns stand for; writes into the matrices of `room`."""
    s, o, d = case.wedge_cell
    added = _added(conditions, unknown[:, None])[:, 0]
    room.weight[s, o, d] = case.weight[s, o, d] * np.exp(-theta[s] * added)
    room.received[s, o, d] = case.received[s, o, d] * np.exp(-(1.0 + theta[s]) * added)
    part, height, _ = _rent_parts(case, conditions, unknown)
    fixed = conditions.rent_of == FIXED
    return room._replace(
        rent_rate=np.where(fixed, case.rent_rate, part * height),
        flow=case.flow + conditions.transfer @ unknown,
    )


def push(case: Case, conditions: Conditions, at: Margins, direction: Array) -> Push:
    """What a direction of the unknowns, axes m, column, does to wedges, rents and transfers."""
    added = _added(conditions, direction)
    rate = np.zeros((conditions.rent_of.size, direction.shape[1]))
    if at.moving.size:
        of, on = conditions.rent_of[at.moving], case.rent_wedge[at.moving]
        own = np.where((of >= 0)[:, None], direction[np.maximum(of, 0)], 0.0)
        rate[at.moving] = own * at.height[at.moving] + at.steep[at.moving] * added[on]
    kind = direction.dtype
    return Push(added.astype(kind), rate.astype(kind), (conditions.transfer @ direction).astype(kind))


def complementarity(conditions: Conditions, point: Point, unknown: Floats) -> tuple[Floats, Floats]:
    """What has to be at or above zero: each unknown as a charge, a discount or a payment, and each slack."""
    side = np.where(conditions.kind == CONTRACT, -1.0, 1.0)
    return side * unknown, _slack(conditions, point) + conditions.relief


def condition_gaps(conditions: Conditions, point: Point, unknown: Floats) -> Floats:
    """Each condition's residual."""
    a, b = complementarity(conditions, point, unknown)
    return np.where(conditions.kind == EQUAL, b, a + b - np.hypot(a, b))


def relief(conditions: Conditions, slack: Floats) -> Floats:
    """What every condition has to be eased by to hold where its unknown is zero."""
    return np.where(conditions.kind == EQUAL, -slack, np.maximum(-slack, 0.0))


class Margins(NamedTuple):
    """Coefficients of the conditions' derivative at a point; a last axis of 1 for columns."""

    by_unknown: Floats  # m: of the residual in the unknown itself
    by_slack: Floats  # m
    rows: tuple[Ints, Ints, Ints, Ints]  # conditions by what they bound: cost, price, output, welfare
    share: Floats  # c: of a cell in its quantity, minus for a quota, over the whole
    moving: Ints  # e: rents whose rate moves
    height: Floats  # e: rate per unit of a rent's own part
    steep: Floats  # e: rate per unit of ln of the whole wedge


def margins(case: Case, conditions: Conditions, point: Point, unknown: Floats) -> Margins:
    """The coefficients at a point and its unknowns."""
    kind = conditions.kind
    a, b = complementarity(conditions, point, unknown)
    length = np.hypot(a, b)
    safe, zero = np.where(length > 0.0, length, 1.0), 1.0 - np.sqrt(0.5)
    equal = kind == EQUAL
    by_a = np.where(equal, 0.0, np.where(length > 0.0, 1.0 - a / safe, zero))
    by_b = np.where(equal, 1.0, np.where(length > 0.0, 1.0 - b / safe, zero))
    quantity = _quantities(conditions, point)
    total = np.bincount(conditions.of, quantity, minlength=kind.size)
    sign = np.where(kind == QUOTA, -1.0, np.where(kind == CONTRACT, 1.0, 0.0))
    over = sign / np.where(total > 0.0, total, 1.0)
    part, height, slope = _rent_parts(case, conditions, unknown)
    return Margins(
        by_unknown=(by_a * np.where(kind == CONTRACT, -1.0, 1.0))[:, None],
        by_slack=by_b[:, None],
        rows=(
            np.flatnonzero((kind == CAP) | (kind == RESTORE_OUTPUT)),
            np.flatnonzero(kind == RESTORE_PRICE),
            np.flatnonzero(kind == RESTORE_OUTPUT),
            np.flatnonzero(conditions.welfare[0] >= 0),
        ),
        share=(over[conditions.of] * quantity)[:, None],
        moving=np.flatnonzero(conditions.rent_of != FIXED),
        height=height[:, None],
        steep=(part * slope)[:, None],
    )


def condition_slopes(
    conditions: Conditions,
    point: Point,
    at: Margins,
    direction: Array,
    price: Array,
    response: Response,
    by: Push,
) -> Array:
    """Derivative of the residuals, axes m, column.

    Arguments:
        direction: of the unknowns; price: of ln P-hat, d, s, column; response, by: what follows from both.
    """
    slack = np.zeros(direction.shape)
    economy, sector = conditions.watched
    costs, prices, outputs, welfares = at.rows
    if costs.size:
        slack[costs] = -response.cost[economy[costs], sector[costs]]
    if prices.size:
        slack[prices] = price[economy[prices], sector[prices]]
    if outputs.size:
        sold = point.output[economy[outputs], sector[outputs]][:, None]
        slack[outputs] += response.sales[economy[outputs], sector[outputs]] / np.where(sold > 0.0, sold, 1.0)
    if at.share.size:
        s, o, d = point.at.wedge[0][:, conditions.cell]
        sales = response.drawn[s, d] - response.steep[s, o]
        sales = sales - (1.0 + point.at.theta[s, 0]) * by.wedge[conditions.cell] - response.cost[o, s]
        np.add.at(slack, conditions.of, at.share * sales)
    if welfares.size:
        who, whose = conditions.welfare[:, welfares]
        gain = response.income / point.income[:, None] - response.living
        slack[welfares] = gain[who] - np.where((whose >= 0)[:, None], gain[np.maximum(whose, 0)], 0.0)
    return at.by_unknown * direction + at.by_slack * slack


def _slack(conditions: Conditions, point: Point) -> Floats:
    kind, bound = conditions.kind, conditions.bound
    economy, sector = conditions.watched
    out = np.zeros(kind.size)
    dear = point.log_cost[economy, sector]
    out = np.where(kind == CAP, bound - dear, out)
    out = np.where(kind == RESTORE_PRICE, point.log_price[economy, sector] - bound, out)
    if (kind == RESTORE_OUTPUT).any():
        sold = np.log(np.maximum(point.output[economy, sector], 1e-300))
        out = np.where(kind == RESTORE_OUTPUT, sold - conditions.log_output - dear - bound, out)
    if np.isin(kind, (QUOTA, CONTRACT)).any():
        total = np.bincount(conditions.of, _quantities(conditions, point), minlength=kind.size)
        room = bound - np.log(np.where(total > 0.0, total, 1e-300))
        out = np.where(kind == QUOTA, room, out)
        out = np.where(kind == CONTRACT, -room, out)
    who, whose = conditions.welfare
    if (who >= 0).any():
        gain = np.log(point.income) - conditions.log_income - point.log_living
        against = np.where(whose >= 0, gain[np.maximum(whose, 0)], bound)
        out = np.where(who >= 0, gain[np.maximum(who, 0)] - against, out)
    return out


def _quantities(conditions: Conditions, point: Point) -> Floats:
    """b' / c-hat of each condition's cells, weighted."""
    s, o, _ = point.at.wedge[0][:, conditions.cell]
    out: Floats = conditions.weight * point.at.wedge[2][conditions.cell, 0] / np.exp(point.log_cost[o, s])
    return out


def _added(conditions: Conditions, unknown: Array) -> Array:
    """Sum of the unknowns on each wedge cell, axes w, column."""
    out = np.zeros((conditions.log_wedge.size, unknown.shape[1]))
    np.add.at(out, conditions.cell, unknown[conditions.of])
    return out


def _rent_parts(case: Case, conditions: Conditions, unknown: Floats) -> tuple[Floats, Floats, Floats]:
    """A rent is b' times its part, ln mu' of its wedge, times g(L) = (exp(L) - 1) / L, L being the cell's; and g'."""
    if not conditions.log_wedge.size:
        none = np.zeros(conditions.rent_of.size)
        return none, none, none
    whole = conditions.log_wedge + _added(conditions, unknown[:, None])[:, 0]
    on = np.maximum(case.rent_wedge, 0)
    level = whole[on]
    part = np.where(conditions.rent_of >= 0, unknown[np.maximum(conditions.rent_of, 0)], conditions.rent_part)
    small = np.abs(level) < 1e-4
    safe = np.where(small, 1.0, level)
    height = np.where(small, 1.0 + level / 2.0 + level**2 / 6.0, np.expm1(safe) / safe)
    slope = np.where(small, 0.5 + level / 3.0 + level**2 / 8.0, (np.exp(safe) - height) / safe)
    return part, height, slope
