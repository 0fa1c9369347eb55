"""What the solver knows about a world before any shock: how wages, costs and spending answer small residuals.

Linearised at the base, the system couples three blocks. Costs and spending are linked most tightly within an
economy, so each economy's own Leontief block is inverted exactly; what is slow is how economies' wages
move against each other, so that answer (an N x N matrix and its effect on all costs and spending) is computed once.
These are approximations of a Jacobian: they steer the iteration and never enter a result.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.sweep import Economy, Links, Singles

# Three block sweeps settle the wage answers to about a per cent; more saves no iteration (see docs/solver.md).
SETTLING_SWEEPS = 3
RANK = 16  # of what one economy's wage or spending does elsewhere
FILLING = 3  # rounds in which its own entries are told apart from what is common


class Reach(NamedTuple):
    """An answer of N * J cells to N economies, or the other way round: each economy's own, and a low rank for the rest.

    cells[d, s] = own[d, s] x[d] + sum_r common[r, d s] (x @ seen)[r].
    """

    own: Singles  # d, s
    common: Singles  # r, d s
    seen: Singles  # d, r


class Preconditioner(NamedTuple):
    """Approximate inverse of the base Jacobian, in single precision, laid out for products from the left."""

    value_added_share: Singles  # d, t: beta
    final_share: Singles  # d, s: alpha
    home: Singles  # d, s: pi of d in itself
    home_net: Singles  # d, s: the same, net of tariffs
    cost_block: Singles  # d, s, t: costs of t by price of s, solved within the economy
    spending_block: Singles  # d, t, s: spending on s by output of t, solved within the economy
    wage_answer: Singles  # k, d: minus the inverse of the derivative of the labour gap in ln wages
    cost_by_wage: Reach  # d ln c by ln wage of k
    spending_by_wage: Reach  # d ln X by ln wage of k
    labour: Reach  # its transpose: labour gap of o by d ln X


def precondition(economy: Economy, links: Links) -> Preconditioner:
    """Linearise Eq. 1-7 at the base; `links` in single precision."""
    gamma = economy.inputs.astype(np.float32)
    beta = economy.value_added_share.astype(np.float32)
    alpha = economy.final_share.astype(np.float32)
    theta = economy.theta.astype(np.float32)[:, None, None]
    spent = economy.expenditure.astype(np.float32)
    value_added = economy.value_added.astype(np.float32)
    pi, net = links.weight, links.weight.copy()
    net[links.row >= 0] = links.net
    economies, sectors = spent.shape
    identity = np.eye(sectors, dtype=np.float32)
    gamma_t = np.ascontiguousarray(gamma.transpose(0, 2, 1))
    home, home_net = np.einsum("sdd->ds", pi), np.einsum("sdd->ds", net)
    cost_block = np.linalg.solve(identity - gamma_t * home[:, None, :], gamma_t)
    spending_block = np.linalg.solve(identity - gamma * home_net[:, None, :], gamma)

    # costs: dc = beta dw + gamma' pi' dc; P follows
    pi_t = np.ascontiguousarray(pi.transpose(0, 2, 1))
    own = beta[:, :, None] * np.eye(economies, dtype=np.float32)[:, None, :]
    cost = np.zeros((economies, sectors, economies), dtype=np.float32)
    for _ in range(SETTLING_SWEEPS):
        rest = own - cost
        cost += rest + cost_block @ (_by_sector(pi_t, cost) + home[:, :, None] * rest)
    price = _by_sector(pi_t, cost)

    # spending: sales answer prices at given spending, then spending answers sales and income
    sales = net * spent.T[:, None, :]
    cost_s, price_s = theta * cost.transpose(1, 0, 2), theta * price.transpose(1, 0, 2)
    del price
    shifted = sales @ price_s - sales.sum(axis=2)[:, :, None] * cost_s
    border = pi * spent.T[:, None, :] - sales
    revenue = (border.sum(axis=1)[:, :, None] * price_s).sum(axis=0)
    revenue -= (border.transpose(0, 2, 1) @ cost_s).sum(axis=0)
    border_share = (border.sum(axis=1) / np.where(spent.T > 0, spent.T, 1)).T
    del cost_s, price_s, border, sales
    final = alpha[:, :, None] * (np.diag(value_added) + revenue)[:, None, :]
    spending = np.zeros_like(cost)
    for _ in range(SETTLING_SWEEPS):
        output = shifted.transpose(1, 0, 2) + _by_sector(net, spending)
        taxed = np.einsum("ds,dsk->dk", border_share, spending)
        rest = final + alpha[:, :, None] * taxed[:, None, :] - spending
        spending += rest + spending_block @ (output + home_net[:, :, None] * rest)
    output = shifted.transpose(1, 0, 2) + _by_sector(net, spending)
    gap = np.einsum("dt,dtk->dk", beta, output) / value_added[:, None] - np.eye(economies, dtype=np.float32)
    # The level of all wages is free (homogeneity): pin it with value-added weights.
    weight = value_added / value_added.sum()
    pinned = (gap - weight[None, :]).astype(np.float64)
    try:
        wage_answer = -np.linalg.inv(pinned)
    except np.linalg.LinAlgError:  # the base itself falls into parts
        wage_answer = -np.linalg.pinv(pinned)
    spending /= np.where(spent > 0, spent, 1)[:, :, None]
    labour = net.transpose(2, 0, 1) * (beta / value_added[:, None]).T[None, :, :] * spent[:, :, None]
    return Preconditioner(
        value_added_share=beta,
        final_share=alpha,
        home=np.ascontiguousarray(home),
        home_net=np.ascontiguousarray(home_net),
        cost_block=_turned(cost_block),
        spending_block=_turned(spending_block),
        wage_answer=_turned(wage_answer),
        cost_by_wage=_reach(cost),
        spending_by_wage=_reach(spending),
        labour=_reach(labour),
    )


def _reach(answers: Singles) -> Reach:
    """Cells by economy (d, s, k) as own entries and a low rank, by its largest singular vectors."""
    economies, sectors = answers.shape[:2]
    rank, diagonal = min(RANK, economies), np.arange(economies)
    rest = answers.reshape(economies * sectors, economies).copy()
    cells = rest.reshape(answers.shape)
    cells[diagonal, :, diagonal] = 0.0
    for _ in range(FILLING):
        _, vectors = np.linalg.eigh((rest.T @ rest).astype(np.float64))
        seen = np.ascontiguousarray(vectors[:, -rank:], np.float32)
        common = rest @ seen
        mine = np.einsum("dsr,dr->ds", common.reshape(economies, sectors, rank), seen)
        cells[diagonal, :, diagonal] = mine
    return Reach(
        own=np.ascontiguousarray(answers[diagonal, :, diagonal] - mine),
        common=np.ascontiguousarray(common.T),
        seen=seen,
    )


def _turned(matrices: NDArray[Any]) -> Singles:
    """The last two axes exchanged, laid out anew in single precision."""
    return np.ascontiguousarray(np.swapaxes(matrices, -1, -2), dtype=np.float32)


def _by_sector(matrices: Singles, cells: Singles) -> Singles:
    """Apply one N x N matrix a sector to cells with axes economy, sector, k."""
    out: Singles = (matrices @ cells.transpose(1, 0, 2)).transpose(1, 0, 2)
    return out
