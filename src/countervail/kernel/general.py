"""The general system, Eq. 2-11b: one evaluation, and its derivative in a direction.

Unknowns are ln P-hat[d,s], ln X'/X[d,s] and ln V'/VA[d,t], V' being the value added of a sector. All factor prices
follow from V' in closed form: ln w-hat = (1 - rho) ln Phi + rho ln(V'/VA), with rho = 1 / (1 + kappa), so that fixed,
sluggish and mobile factors are one formula. Large matrices are multiplied as the base or the shock has them and
rescaled by vectors, both here and in the derivative. Sums over sectors run over axes s, o, d; cells are d, s.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.cases import Case
from countervail.kernel.nests import Bools, Floats, Ints, Nests, bent, straight

Array = NDArray[Any]  # float32 or float64


class Point(NamedTuple):
    """The system evaluated at a state."""

    log_price: Floats  # d, s: of the state
    log_cost: Floats  # o, t: ln c-hat
    log_wage: Floats  # f, d, t
    spending: Floats  # d, s: X' of the state
    output: Floats  # o, s
    value: Floats  # d, t: V' of the state
    income: Floats  # d
    revenue: Floats  # d: what stays at the border with the buyer, tariffs and rents
    rent: Floats  # d: rents received from elsewhere
    transfer: Floats  # d
    log_living: Floats  # d: ln P_C-hat
    gap_price: Floats  # d, s: ln of Eq. 2 evaluated, less the state
    gap_spending: Floats  # d, s: the same for Eq. 5
    gap_value: Floats  # d, t: the same for Eq. 11a, less the level of the part (Eq. 8)
    at: Slopes


class Slopes(NamedTuple):
    """Coefficients of the derivative at a point. Axes d, s or s, d as said; a last axis of 1 for columns."""

    weight: Array  # s, d, o
    received: Array  # s, o, d
    received_to: Array  # s, d, o: a view
    inputs: Array  # d, s, t
    users: Array  # d, t, s: a view
    theta: Array  # s, 1
    pooled: Array  # f, d, t: V' over the pool's, 0 outside it
    own: Array  # d, t: d ln v / d ln V' of the cell
    common: Array  # f, d, t: d ln v / d ln Phi
    beta: Array  # d, t: beta'
    lifted: Array  # d, s: exp(a_m p)
    scale: Array  # d, t
    one_less_beta: Array  # d, t; 1 where there are no inputs
    power: Array  # s, o
    per_total: Array  # s, d: 1 / total where bought, else 0
    demand: Array  # s, d
    spending: Array  # s, d
    left: Array  # s, d: demand net
    sales: Array  # s, o
    final: Array  # d, s: alpha'
    final_bent: Array  # d, s: a_c alpha' I
    bought_inputs: Array  # d, s: a_m sum_t gamma' Y
    per_spending: (
        Array  # d, s: of the gap in Eq. 5 evaluated; 1 over it where that is not far below the state
    )
    over_spending: Array  # d, s: of the gap in the state; 1 there
    per_sales: Array  # o, t
    value: Array  # d, t
    weight_in_part: Array  # d, t: V'_next over its part's sum
    per_value_added: Array  # d
    slope_transfer: Array  # d
    owed: Array  # d: of each economy's VA', its part's sum of D'
    earned: Array  # d
    member: Array  # part, d
    part_earned: Array  # part
    part_owed: Array  # part: its sum of D' over its VA'
    output: Array  # d, t
    made: Array  # d, t: 1 where something is
    taxed: int
    curves: tuple[float, float, float]
    rent: tuple[Ints, Ints, Array, Array, Ints]  # cell, side, rate, b', number of the wedge or -1
    wedge: tuple[Ints, Array, Array]  # cell, its weight times power, b'


class Push(NamedTuple):
    """A direction of what conditions solve for; last axis columns."""

    wedge: Array  # w: d ln mu' of the wedge cells
    rate: Array  # e: d rent rate
    transfer: Array  # d: d D', million USD


class Response(NamedTuple):
    """What follows from a direction, to first order; last axis columns."""

    gap_price: Array  # d, s
    gap_spending: Array
    gap_value: Array  # d, t
    cost: Array  # o, t: d ln c-hat
    living: Array  # d: d ln P_C-hat
    income: Array  # d: d I'
    drawn: Array  # s, d: d ln (X' / total)
    sales: Array  # o, s: d Y'
    steep: Array  # s, o: theta d ln c-hat


LEAST = 0.2  # ratio of spending to the state's from which logarithms are continued straight
LARGE = ("weight", "received", "received_to")  # of the slopes


def evaluate(nests: Nests, case: Case, log_price: Floats, log_spending: Floats, log_value: Floats) -> Point:
    """Eq. 2-11b at a state, axes d, s and d, t. What leaves the domain shows as NaN or infinity in the gaps.

    The numeraire (Eq. 8) is in the gap of Eq. 11a, from which each part's level is taken off.
    """
    a_v, a_m, a_c = nests.curve_value_added, nests.curve_inputs, nests.curve_final
    theta = nests.theta[:, None]
    n = log_price.shape[0]
    # factors (Eq. 11)
    hats = np.exp(log_value)
    value = np.where(case.made, nests.value_added * hats, 0.0)
    earned = value.sum(axis=1)
    base_earned = nests.value_added.sum(axis=1)
    pool_base = np.where(nests.rigidity < 1.0, nests.factor_share * nests.value_added, 0.0)
    supplied = (pool_base * np.exp(case.log_supply)).sum(axis=2)
    pool_value = np.where(nests.rigidity < 1.0, nests.factor_share * value, 0.0)
    pool = pool_value.sum(axis=2)
    some = (supplied > 0.0) & (pool > 0.0)
    mean = np.log(earned / base_earned)
    log_pool = np.where(some, np.log(np.where(some, pool, 1.0) / np.where(some, supplied, 1.0)), mean)
    rigid = np.where(case.made, nests.rigidity, 0.0)
    log_wage = (1.0 - rigid) * log_pool[:, :, None] + rigid * (log_value - case.log_supply)
    log_factor = (nests.factor_share * log_wage).sum(axis=0)
    # costs (Eq. 9): prices are measured from each economy's own mean, so that no level costs digits
    beta = nests.value_added_share
    finite = log_price if np.isfinite(log_price).all() else np.where(np.isfinite(log_price), log_price, 0.0)
    middle = (nests.final_share * finite).sum(axis=1, keepdims=True)
    inputs_left = np.where(beta < 1.0, 1.0 - beta, 1.0)
    as_input = log_price if finite is log_price else np.where(nests.inputs.any(axis=2), log_price, middle)
    as_final = log_price if finite is log_price else np.where(nests.final_share > 0.0, log_price, middle)
    near = bent(as_input - middle, a_m)
    log_input = straight(_rows(near, nests.inputs) / inputs_left, a_m) + middle
    log_cost0 = log_input + straight(beta * bent(log_factor - log_input, a_v), a_v)
    log_cost = log_cost0 - case.log_productivity
    lifted = np.exp(a_m * (as_input - middle))
    scale = np.exp(a_v * (log_input - log_cost0) - a_m * (log_input - middle))
    new_beta = beta * np.exp(a_v * (log_factor - log_cost0))
    # sourcing (Eq. 2-4)
    exponent = -theta * log_cost.T
    top = np.where(case.sells, exponent, -np.inf).max(axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    power = np.exp(np.minimum(exponent - top, 0.0))
    total = _rows(power, case.weight)
    net = total.copy()
    net[: case.taxed] = _rows(power[: case.taxed], case.received[: case.taxed])
    bought = case.bought.T
    usable = nests.expenditure.T > 0.0
    filled = np.where(usable & (total > 0.0), total, 1.0)
    price = np.where(usable, -(np.log(filled) + top) / theta, 0.0).T
    spending = np.where(bought, nests.expenditure.T * np.exp(log_spending.T), 0.0)  # s, d
    demand = spending / filled
    sales = power * _columns(case.received, demand)  # s, o
    output = sales.T
    # incomes (Eq. 6)
    left = demand * net
    revenue = (spending - left).sum(axis=0)
    s, o, d = case.rent_cell
    rent_sales = case.received[s, o, d] * power[s, o] * demand[s, d]
    rents = case.rent_rate * rent_sales
    revenue = revenue - np.bincount(d, rents, minlength=n)
    rent = np.bincount(case.rent_side, rents, minlength=n).astype(np.float64)
    member = (case.part[None, :] == np.arange(int(case.part.max()) + 1)[:, None]).astype(np.float64)
    plain = case.flow + case.slope * earned / base_earned
    part_earned = member @ earned
    part_owed = member @ plain / part_earned
    owed = part_owed[case.part]
    transfer = plain - owed * earned
    income = earned + revenue + rent + transfer
    # spending (Eq. 5, 10)
    living = (nests.final_share * bent(as_final - middle, a_c)).sum(axis=1, keepdims=True)
    log_living = straight(living, a_c) + middle
    final = nests.final_share * np.exp(a_c * (as_final - log_living)) if a_c else nests.final_share
    for_inputs = lifted * _columns(nests.inputs, scale * output)
    next_spending = final * income[:, None] + for_inputs
    spent = np.where(case.bought, spending.T, 1.0)
    ratio = np.where(case.bought, next_spending / spent, 1.0)
    steepness = 1.0 / np.maximum(ratio, LEAST)
    next_value = new_beta * output
    part_value = member @ next_value.sum(axis=1)
    level = np.log(part_value / (member @ base_earned))[case.part]
    made = case.made
    w = case.wedge_cell
    wedge_weight = case.weight[w[0], w[1], w[2]] * power[w[0], w[1]]
    wedge_sales = case.received[w[0], w[1], w[2]] * power[w[0], w[1]] * demand[w[0], w[2]]
    one = (..., None)
    slopes = Slopes(
        weight=case.weight.swapaxes(1, 2),
        received=case.received,
        received_to=case.received.swapaxes(1, 2),
        inputs=nests.inputs,
        users=nests.inputs.swapaxes(1, 2),
        theta=theta[one],
        pooled=np.where(some[:, :, None], pool_value / np.where(some, pool, 1.0)[:, :, None], 0.0)[one],
        own=(nests.factor_share * rigid).sum(axis=0)[one],
        common=np.where(some[:, :, None], nests.factor_share * (1.0 - rigid), 0.0)[one],
        beta=new_beta[one],
        lifted=lifted[one],
        scale=scale[one],
        one_less_beta=np.where(beta < 1.0, 1.0 - new_beta, 1.0)[one],
        power=power[one],
        per_total=np.where(usable & (total > 0.0), 1.0 / filled, 0.0)[one],
        demand=demand[one],
        spending=spending[one],
        left=left[one],
        sales=sales[one],
        final=final[one],
        final_bent=(a_c * final * income[:, None])[one],
        bought_inputs=(a_m * for_inputs)[one],
        per_spending=np.where(case.bought, steepness / spent, 0.0)[one],
        over_spending=np.where(case.bought, steepness * ratio, 1.0)[one],
        per_sales=_inverse(output, made)[one],
        value=value[one],
        weight_in_part=(next_value / part_value[case.part][:, None])[one],
        per_value_added=(1.0 / base_earned)[one],
        slope_transfer=case.slope[one],
        owed=owed[one],
        earned=earned[one],
        member=member,
        part_earned=part_earned[one],
        part_owed=part_owed[one],
        output=output[one],
        made=made[one].astype(np.float64),
        taxed=case.taxed,
        curves=(a_v, a_m, a_c),
        rent=(case.rent_cell, case.rent_side, case.rent_rate[one], rent_sales[one], case.rent_wedge),
        wedge=(w, wedge_weight[one], wedge_sales[one]),
    )
    return Point(
        log_price=log_price,
        log_cost=log_cost,
        log_wage=log_wage,
        spending=spending.T,
        output=output,
        value=value,
        income=income,
        revenue=revenue,
        rent=rent,
        transfer=transfer,
        log_living=log_living[:, 0],
        gap_price=np.where(usable.T & (total.T > 0.0), price - finite, 0.0),
        gap_spending=np.where(case.bought, _stretched(ratio), 0.0),
        gap_value=_log_gap(next_value, value, made) - np.where(made, level[:, None], 0.0),
        at=slopes,
    )


def respond(at: Slopes, price: Array, spending: Array, value: Array, push: Push | None = None) -> Response:
    """Derivative of the gaps in a direction of the unknowns, and of wedges and transfers; axes d, s, column."""
    a_v, a_m, _ = at.curves
    turn = (1, 0, 2)
    pools = (at.pooled * value).sum(axis=2)  # f, d, column
    factor = at.own * value + (at.common * pools[:, :, None]).sum(axis=0)
    through_inputs = at.scale * (at.users @ (at.lifted * price))
    cost = at.beta * factor + through_inputs
    steep = at.theta * cost.transpose(turn)
    pushed = at.power * cost.transpose(turn)
    drawn_in = at.weight @ pushed
    leaving = drawn_in.copy()
    leaving[: at.taxed] = at.received_to[: at.taxed] @ pushed[: at.taxed]
    if push is not None:
        (s, o, d), weight, sold = at.wedge
        np.add.at(drawn_in, (s, d), weight * push.wedge)
    price_next = at.per_total * drawn_in
    moved = spending.transpose(turn)
    drawn = moved + at.theta * price_next  # d ln (X' / total)
    sales = at.power * (at.received @ (at.demand * drawn)) - at.sales * steep
    kept = at.spending * moved - at.left * drawn + at.demand * at.theta * leaving
    if push is not None:
        lost = (1.0 + at.theta[s, 0]) * sold * push.wedge
        np.add.at(sales, (s, o), -lost)
        np.add.at(kept, (s, d), lost)
    income = kept.sum(axis=0)
    rented = None
    (s, o, d), side, rate, sold, wedge = at.rent
    if side.size:
        rented = rate * sold * (drawn[s, d] - steep[s, o])
        if push is not None:
            here = wedge >= 0
            rented[here] -= (rate * sold * (1.0 + at.theta[s, 0]))[here] * push.wedge[wedge[here]]
            rented += sold * push.rate
        np.add.at(income, d, -rented)
        np.add.at(income, side, rented)
    earned = (at.value * value).sum(axis=1)
    total = at.member @ earned
    plain = at.slope_transfer * at.per_value_added * earned
    if push is not None:
        plain = plain + push.transfer
    owed = at.member @ plain / at.part_earned - at.part_owed * total / at.part_earned
    income += earned + plain - at.owed * earned - at.earned * (at.member.T @ owed)
    output = sales.transpose(turn)
    living = (at.final * price).sum(axis=1, keepdims=True)
    input_mean = through_inputs / at.one_less_beta
    used = output + at.output * ((a_v - a_m) * input_mean - a_v * cost)
    next_spending = at.final * income[:, None] + at.final_bent * (price - living) + at.bought_inputs * price
    next_spending += at.lifted * (at.inputs @ (at.scale * used))
    next_value = at.per_sales * output + at.made * a_v * (factor - cost)
    level = at.member.T @ (at.member @ (at.weight_in_part * next_value).sum(axis=1))
    return Response(
        gap_price=price_next.transpose(turn) - price,
        gap_spending=at.per_spending * next_spending - at.over_spending * spending,
        gap_value=next_value - at.made * level[:, None] - value,
        cost=cost,
        living=living[:, 0],
        income=income,
        drawn=drawn,
        sales=output,
        steep=steep,
    )


def single(at: Slopes, weight: Array, received: Array) -> Slopes:
    """The slopes in single precision, with matrices (axes s, o, d) that already are."""

    def cast(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(cast(item) for item in value)
        return (
            value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value
        )

    small = {name: cast(value) for name, value in at._asdict().items() if name not in LARGE}
    return at._replace(
        weight=weight.swapaxes(1, 2), received=received, received_to=received.swapaxes(1, 2), **small
    )


def _rows(cells: Floats, matrices: Floats) -> Floats:
    """Each row of cells times its matrix."""
    out: Floats = (cells[:, None, :] @ matrices)[:, 0, :]
    return out


def _columns(matrices: Floats, cells: Floats) -> Floats:
    """Each matrix times its row of cells."""
    out: Floats = (matrices @ cells[:, :, None])[:, :, 0]
    return out


def _stretched(ratio: Floats) -> Floats:
    """ln of a ratio, continued by its tangent below `LEAST`: a gap stays a number where an income is not above zero."""
    return np.log(np.maximum(ratio, LEAST)) + np.minimum(ratio - LEAST, 0.0) / LEAST


def _log_gap(new: Floats, old: Floats, live: Bools) -> Floats:
    return np.where(live, np.log(np.where(live, new, 1.0) / np.where(live, old, 1.0)), 0.0)


def _inverse(value: Floats, live: Bools) -> Floats:
    return np.where(live, 1.0 / np.where(live, value, 1.0), 0.0)
