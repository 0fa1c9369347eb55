"""What the solver knows about a world before any shock: how wages, prices and spending answer small residuals.

Linearised at the base, the system couples three blocks. Prices and spending are linked most tightly within an
economy, so each economy's own Leontief block is inverted exactly; what is slow is how economies' wages
move against each other, so that answer (an N x N matrix and its effect on all prices and spending) is computed once.
These are approximations of a Jacobian: they steer the iteration and never enter a result.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.sweep import Economy, Floats

Singles = NDArray[np.float32]
# Three block sweeps settle the wage answers to about a per cent; more saves no iteration (see docs/solver.md).
SETTLING_SWEEPS = 3


class Preconditioner(NamedTuple):
    """Approximate inverse of the base Jacobian, in single precision, laid out for products from the left."""

    price_block: Singles  # d, s', s: inverse of I - domestic links of prices
    spending_block: Singles  # d, s', s: the same for spending
    wage_answer: Singles  # k, d: minus the inverse of the derivative of the labour gap in ln wages
    price_by_wage: Singles  # d, k, s: d ln P by ln wage of k
    spending_by_wage: Singles  # d, k, s: d ln X by ln wage of k
    labour_by_spending: Singles  # d, s, o: labour gap of o per unit of d's spending


def precondition(
    economy: Economy, input_share: Floats, trade_share: Floats, received_share: Floats
) -> Preconditioner:
    """Linearise Eq. 1-7 at the base.

    Arguments:
        input_share: gamma, axes d, s, t. trade_share: pi, axes s, o, d. received_share: b / X (net of tariffs),
        same axes.
    """
    gamma = input_share.astype(np.float32)
    beta = economy.value_added_share.astype(np.float32)
    alpha = economy.final_share.astype(np.float32)
    theta = economy.theta.astype(np.float32)[:, None, None]
    spent = economy.expenditure.astype(np.float32)
    value_added = economy.value_added.astype(np.float32)
    pi, net = trade_share.astype(np.float32), received_share.astype(np.float32)
    economies, sectors = spent.shape
    identity = np.eye(sectors, dtype=np.float32)
    gamma_t = np.ascontiguousarray(gamma.transpose(0, 2, 1))
    home = np.einsum("sdd->ds", pi)
    price_block = np.linalg.inv(identity - home[:, :, None] * gamma_t)
    spending_block = np.linalg.inv(identity - gamma * np.einsum("sdd->ds", net)[:, None, :])

    # prices: dP = pi' (beta dw + gamma' dP)
    pi_t = np.ascontiguousarray(pi.transpose(0, 2, 1))
    own = beta[:, :, None] * np.eye(economies, dtype=np.float32)[:, None, :]
    price = np.zeros((economies, sectors, economies), dtype=np.float32)
    for _ in range(SETTLING_SWEEPS):
        cost = own + gamma_t @ price
        price += price_block @ (_by_sector(pi_t, cost) - price)
    cost = own + gamma_t @ price

    # spending: sales answer prices at given spending, then spending answers sales and income
    sales = net * spent.T[:, None, :]
    cost_s, price_s = theta * cost.transpose(1, 0, 2), theta * price.transpose(1, 0, 2)
    shifted = sales @ price_s - sales.sum(axis=2)[:, :, None] * cost_s
    border = pi * spent.T[:, None, :] - sales
    revenue = (border.sum(axis=1)[:, :, None] * price_s).sum(axis=0)
    revenue -= (border.transpose(0, 2, 1) @ cost_s).sum(axis=0)
    final = alpha[:, :, None] * (np.diag(value_added) + revenue)[:, None, :]
    border_share = (border.sum(axis=1) / np.where(spent.T > 0, spent.T, 1)).T
    spending = np.zeros_like(price)
    for _ in range(SETTLING_SWEEPS):
        output = shifted.transpose(1, 0, 2) + _by_sector(net, spending)
        taxed = np.einsum("ds,dsk->dk", border_share, spending)
        answer = final + alpha[:, :, None] * taxed[:, None, :] + gamma @ output
        spending += spending_block @ (answer - spending)
    output = shifted.transpose(1, 0, 2) + _by_sector(net, spending)
    gap = np.einsum("dt,dtk->dk", beta, output) / value_added[:, None] - np.eye(economies, dtype=np.float32)
    # The level of all wages is free (homogeneity): pin it with value-added weights.
    weight = value_added / value_added.sum()
    pinned = (gap - weight[None, :]).astype(np.float64)
    try:
        wage_answer = -np.linalg.inv(pinned)
    except np.linalg.LinAlgError:  # the base itself falls into parts
        wage_answer = -np.linalg.pinv(pinned)
    labour = net.transpose(2, 0, 1) * (beta / value_added[:, None]).T[None, :, :]
    by_wage = spending / np.where(spent > 0, spent, 1)[:, :, None]
    return Preconditioner(
        price_block=_turned(price_block),
        spending_block=_turned(spending_block),
        wage_answer=_turned(wage_answer),
        price_by_wage=_turned(price),
        spending_by_wage=_turned(by_wage),
        labour_by_spending=np.ascontiguousarray(labour),
    )


def _turned(matrices: NDArray[Any]) -> Singles:
    """The last two axes exchanged, laid out anew in single precision."""
    return np.ascontiguousarray(np.swapaxes(matrices, -1, -2), dtype=np.float32)


def _by_sector(matrices: Singles, cells: Singles) -> Singles:
    """Apply one N x N matrix a sector to cells with axes economy, sector, k."""
    out: Singles = (matrices @ cells.transpose(1, 0, 2)).transpose(1, 0, 2)
    return out
