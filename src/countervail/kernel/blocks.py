"""What steers the general solver: each economy's own Jacobian at a point, inverted.

Prices, spending and value added are linked most tightly within an economy, so each economy's block of 3 J unknowns
is solved exactly with everything abroad held still. An approximation of a Jacobian: it decides how many steps are
needed, never what comes out. (How levels of whole economies move against each other is left to the Krylov solver:
81 more directions would save it a tenth of its steps and cost more than that in memory to read.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.general import Slopes
from countervail.kernel.nests import Ints

Array = NDArray[Any]


def blocks(at: Slopes, economies: Ints | None = None) -> Array:
    """The inverse of each economy's own block at a point, in single precision; axes d, 3 J, 3 J; of some or of all."""
    return np.linalg.inv(own_block(at, economies)).astype(np.float32)


def own_block(at: Slopes, economies: Ints | None = None) -> Array:
    """Minus the derivative of each economy's gaps in its own unknowns, all else still; axes d, 3 J, 3 J."""
    a_v, a_m, _ = at.curves
    of = np.arange(at.final.shape[0]) if economies is None else economies
    count, sectors = of.size, at.final.shape[1]
    identity = np.eye(sectors)
    none = np.zeros((count, sectors, sectors))
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
