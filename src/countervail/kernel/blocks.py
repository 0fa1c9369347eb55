"""What steers the general solver: each economy's own Jacobian at a point, inverted, and goods' world markets.

Prices, spending and value added are linked most tightly within an economy, so each economy's block of 3 J unknowns
is solved exactly with everything abroad held still. An approximation of a Jacobian: it decides how many steps are
needed, never what comes out. (How levels of whole economies move against each other is left to the Krylov solver:
81 more directions would save it a tenth of its steps and cost more than that in memory to read.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from countervail.kernel.general import Slopes, single
from countervail.kernel.linear import OUTER
from countervail.kernel.nests import Floats, Ints

Array = NDArray[Any]

STAYING = 0.3  # share of factors that stay from which goods' world markets steer too
RIDGE = 1e-3  # added to blocks that have no inverse
LEAST_MARKET = 1e-6  # of the largest: smaller answers of world markets are rounding
TWO_BYTES = 32767  # the largest whole number


class Steering(NamedTuple):
    """An approximate inverse of minus the derivative of the gaps.

    What takes time is reading it, so unless it is to be exact it is kept in whole numbers of two bytes.
    """

    inverse: Array  # d, 3 J, 3 J: of each economy's own block, in units of `unit`
    unit: Array | None  # d, 3 J: by row; None where `inverse` is in single precision
    market: Market | None


class Market(NamedTuple):
    """How each good's price and the value added of its makers, the world over, answer gaps in that value added.

    Where factors stay in their sectors a good has a world market of its own, which no economy's block knows: a shift
    of all its prices and value added, found from the gaps that are left. Axes as in `Slopes`, without columns.
    """

    weight: Array  # d, t: of gaps of value added in a good's
    by_spending: Array  # d, s: what of them follows from spending
    by_cost: Array  # o, s
    by_factor: Array  # d, t
    answer: Array  # s, s: shifts from gaps


def steering(at: Slopes, value_added: Floats, exact: bool = False) -> Steering:
    """Linearise at a point, in single precision unless `exact`.

    Arguments:
        value_added: of the base, d, t, million USD.
    """
    if not exact:
        at = single(at, at.weight.swapaxes(1, 2).astype(np.float32), at.received.astype(np.float32))
    stays = float((at.own[..., 0] * value_added).sum() / value_added.sum())
    market = _market(at, value_added) if stays > STAYING else None
    inverse = blocks(at)
    return Steering(inverse, None, market) if exact else Steering(*_packed(inverse), market)


def renewed(by: Steering, at: Slopes, economies: Ints) -> Steering:
    """The same with the blocks of some economies worked out at another point."""
    inverse, unit = by.inverse.copy(), None if by.unit is None else by.unit.copy()
    if unit is None:
        inverse[economies] = blocks(at, economies)
    else:
        inverse[economies], unit[economies] = _packed(blocks(at, economies))
    return by._replace(inverse=inverse, unit=unit)


def _packed(inverse: Array) -> tuple[Array, Array]:
    """Rows as whole numbers of two bytes, and what one stands for in each."""
    largest = np.abs(inverse).max(axis=2)
    unit = (np.where(largest > 0.0, largest, 1.0) / TWO_BYTES).astype(np.float32)
    return np.rint(inverse / unit[:, :, None]).astype(np.int16), unit


@njit(**OUTER)
def _unpacked_product(inverse: Array, unit: Array, gaps: Array, out: Array) -> None:
    """Each economy's block times its gaps, two rows at a time: gaps are then read half as often; axes d, 3 J."""
    economies, rows, columns = inverse.shape
    for d in range(economies):
        for i in range(0, rows - 1, 2):
            a, b = np.float32(0.0), np.float32(0.0)
            for k in range(columns):
                a += np.float32(inverse[d, i, k]) * gaps[d, k]
                b += np.float32(inverse[d, i + 1, k]) * gaps[d, k]
            out[d, i], out[d, i + 1] = a * unit[d, i], b * unit[d, i + 1]
        if rows % 2:
            a = np.float32(0.0)
            for k in range(columns):
                a += np.float32(inverse[d, rows - 1, k]) * gaps[d, k]
            out[d, rows - 1] = a * unit[d, rows - 1]


def steer(by: Steering, at: Slopes, gaps: Array) -> Array:
    """An approximate solution for gaps with axes d, 3 J, column; `at` in single precision too."""
    out: Array
    if by.unit is None:
        out = by.inverse @ gaps
    else:
        out = np.empty(gaps.shape, np.float32)
        _unpacked_product(by.inverse, by.unit, np.ascontiguousarray(gaps[:, :, 0], np.float32), out[:, :, 0])
    if by.market is None:
        return out
    j = at.final.shape[1]
    left = (by.market.weight[..., None] * gaps[:, 2 * j :]).sum(axis=0) - _moved(by.market, at, out)
    shift = by.market.answer @ left
    out[:, :j] += shift
    out[:, 2 * j :] += shift
    return out


def _market(at: Slopes, value_added: Floats) -> Market:
    made = at.made[..., 0]
    total = value_added.sum(axis=0)
    weight = made * value_added / np.where(total > 0.0, total, 1.0)
    theta = at.theta.reshape(-1)
    share = (at.weight.swapaxes(1, 2) * at.power) * at.per_total[:, None, :, 0]  # s, o, d
    sold = at.received * at.power * at.demand[:, None, :, 0]
    by_spending = np.einsum("os,sod->ds", weight * at.per_sales[..., 0], sold)
    by_cost = theta * np.einsum("sod,ds->os", share, by_spending) - theta * weight
    a_v = at.curves[0]
    bare = Market(weight, by_spending, by_cost - a_v * weight, a_v * weight, np.zeros(0))
    j = theta.size
    shifts = np.zeros((weight.shape[0], 3 * j, j))
    shifts[:, np.arange(j), np.arange(j)] = 1.0
    shifts[:, 2 * j + np.arange(j), np.arange(j)] = 1.0
    answer = np.linalg.pinv(_moved(bare, at, shifts), rcond=LEAST_MARKET)
    single = (part.astype(np.float32) for part in (*bare[:4], answer))
    return Market(*single)


def _moved(market: Market, at: Slopes, direction: Array) -> Array:
    """Minus the derivative of each good's gap of value added, the numeraire aside; axes s, column."""
    j = at.final.shape[1]
    price, spending, value = direction[:, :j], direction[:, j : 2 * j], direction[:, 2 * j :]
    pools = (at.pooled * value).sum(axis=2)
    factor = at.own * value + (at.common * pools[:, :, None]).sum(axis=0)
    cost = at.beta * factor + at.scale * (at.users @ (at.lifted * price))
    moved = market.by_spending[..., None] * spending + market.by_cost[..., None] * cost
    moved += market.by_factor[..., None] * factor - market.weight[..., None] * value
    out: Array = -moved.sum(axis=0)
    return out


def blocks(at: Slopes, economies: Ints | None = None) -> Array:
    """The inverse of each economy's own block at a point, in single precision; axes d, 3 J, 3 J; of some or of all."""
    own = own_block(at, economies)
    try:
        inverse: Array = np.linalg.inv(own)
    except np.linalg.LinAlgError:  # of an economy that hardly exists
        inverse = np.linalg.inv(own + RIDGE * np.eye(own.shape[1]))
    return inverse.astype(np.float32)


def own_block(at: Slopes, economies: Ints | None = None) -> Array:
    """Minus the derivative of each economy's gaps in its own unknowns, all else still; axes d, 3 J, 3 J."""
    a_v, a_m, _ = at.curves
    of = np.arange(at.final.shape[0]) if economies is None else economies
    count, sectors = of.size, at.final.shape[1]
    identity = np.eye(sectors, dtype=at.final.dtype)
    none = np.zeros((count, sectors, sectors), at.final.dtype)
    one = np.broadcast_to(identity, none.shape)
    price = np.concatenate([one, none, none], axis=2)
    spending = np.concatenate([none, one, none], axis=2)
    value = np.concatenate([none, none, one], axis=2)

    gamma = at.inputs[of] * at.lifted[of] * at.scale[of][:, None, :, 0]  # d, s, t
    pooled = np.einsum("fdt,fdu->dtu", at.common[..., 0][:, of], at.pooled[..., 0][:, of])
    factor = np.concatenate([none, none, at.own[of] * identity + pooled], axis=2)
    through_inputs = np.concatenate([gamma.transpose(0, 2, 1), none, none], axis=2)
    cost = at.beta[of] * factor + through_inputs
    theta = at.theta.reshape(-1, 1)
    # of the economies as sellers, axes s, o, d: pi' and b'
    share = (at.weight.swapaxes(1, 2) * at.power)[:, of] * at.per_total[:, None, :, 0]
    sold = at.received[:, of] * at.power[:, of] * at.demand[:, None, :, 0]
    here = np.arange(count)
    home_share, home_sold = share[:, here, of].T[..., None], sold[:, here, of].T[..., None]  # d, s, 1
    per_sales = at.per_sales[of]
    # own costs move own prices, and through own shares those of other buyers
    answered = ((sold * share).sum(axis=2).T[..., None] - home_sold * home_share) * per_sales
    price_next = home_share * cost
    drawn = spending + theta * price_next
    sales = at.made[of] * (home_sold * per_sales * drawn - theta * (1.0 - answered) * cost)
    left, bought = at.left.transpose(1, 0, 2)[of], at.spending.transpose(1, 0, 2)[of]
    income = (bought * spending - left * drawn + theta * home_sold * cost).sum(axis=1, keepdims=True)
    income = income + ((1.0 - at.owed[of])[:, None] * at.value[of] * value).sum(axis=1, keepdims=True)
    final = at.final[of]
    living = (final * price).sum(axis=1, keepdims=True)
    used = at.output[of] * (sales + (a_v - a_m) * through_inputs / at.one_less_beta[of] - a_v * cost)
    next_spending = final * income + at.final_bent[of] * (price - living) + at.bought_inputs[of] * price
    next_spending = next_spending + gamma @ used
    return -np.concatenate(
        [
            price_next - price,
            at.per_spending[of] * next_spending - at.over_spending[of] * spending,
            sales + at.made[of] * a_v * (factor - cost) - value,
        ],
        axis=1,
    )
