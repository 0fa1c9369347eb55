"""What the solver knows about a world before any shock: how wages, costs and spending answer small residuals.

Linearised at the base, the system couples three blocks. Costs and spending are linked most tightly within an
economy, so each economy's own Leontief block is inverted exactly; what is slow is how economies' wages
move against each other, so that answer (an N x N matrix and its effect on all costs and spending) is computed once.
These are approximations of a Jacobian: they steer the iteration and never enter a result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

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
    """Linearise Eq. 1-7 at the base; `links` in single precision.

    One sector or one economy after the other, in four arrays of N * J * N that are used again: a world of 196
    economies and 133 sectors would otherwise need several times the memory that is kept.
    """
    alpha, beta = economy.final_share.astype(np.float32), economy.value_added_share.astype(np.float32)
    spent, value_added = economy.expenditure.astype(np.float32), economy.value_added.astype(np.float32)
    economies, sectors = spent.shape
    diagonal = np.arange(economies)
    home = np.ascontiguousarray(links.weight[:, diagonal, diagonal].T)
    home_net = home.copy()
    home_net[:, links.row >= 0] = links.net[:, diagonal, diagonal].T
    cost_block, spending_block = _blocks(economy, home, home_net)
    cost, price, shifted, spending = np.zeros((4, economies, sectors, economies), np.float32)

    # costs: dc = beta dw + gamma' pi' dc
    for sweep in range(SETTLING_SWEEPS + 1):
        for s in range(sectors):
            price[:, s] = links.weight[s].T @ cost[:, s]
        for d in range(economies if sweep < SETTLING_SWEEPS else 0):
            rest = -cost[d]
            rest[:, d] += beta[d]
            cost[d] += rest + cost_block[d].T @ (price[d] + home[d, :, None] * rest)

    # spending: sales answer prices at given spending, then spending answers sales and income
    revenue, border_share = np.zeros((economies, economies), np.float32), np.zeros_like(spent)
    for s in range(sectors):
        sales = _net(links, s) * spent[:, s]
        border = links.weight[s] * spent[:, s] - sales
        theta = np.float32(economy.theta[s])
        cost_s, price_s = theta * cost[:, s], theta * price[:, s]
        shifted[:, s] = sales @ price_s - sales.sum(axis=1)[:, None] * cost_s
        revenue += border.sum(axis=0)[:, None] * price_s - border.T @ cost_s
        border_share[:, s] = border.sum(axis=0) / np.where(spent[:, s] > 0, spent[:, s], 1)
    revenue[diagonal, diagonal] += value_added
    output = price  # prices are no longer needed
    for sweep in range(SETTLING_SWEEPS + 1):
        for s in range(sectors):
            output[:, s] = shifted[:, s] + _net(links, s) @ spending[:, s]
        for d in range(economies if sweep < SETTLING_SWEEPS else 0):
            rest = alpha[d, :, None] * (revenue[d] + border_share[d] @ spending[d]) - spending[d]
            spending[d] += rest + spending_block[d].T @ (output[d] + home_net[d, :, None] * rest)
    gap = np.einsum("dt,dtk->dk", beta, output) / value_added[:, None] - np.eye(economies, dtype=np.float32)
    # The level of all wages is free (homogeneity): pin it with value-added weights.
    weight = value_added / value_added.sum()
    pinned = (gap - weight[None, :]).astype(np.float64)
    try:
        wage_answer = -np.linalg.inv(pinned)
    except np.linalg.LinAlgError:  # the base itself falls into parts
        wage_answer = -np.linalg.pinv(pinned)
    spending /= np.where(spent > 0, spent, 1)[:, :, None]
    labour = shifted  # nor is this
    for s in range(sectors):
        labour[:, s] = _net(links, s).T * (beta[:, s] / value_added) * spent[:, s, None]
    return Preconditioner(
        value_added_share=beta,
        final_share=alpha,
        home=home,
        home_net=home_net,
        cost_block=cost_block,
        spending_block=spending_block,
        wage_answer=np.ascontiguousarray(wage_answer.T, np.float32),
        cost_by_wage=_reach(cost),
        spending_by_wage=_reach(spending),
        labour=_reach(labour),
    )


def _blocks(economy: Economy, home: Singles, home_net: Singles) -> tuple[Singles, Singles]:
    """Each economy's Leontief blocks, solved: axes d, s, t and d, t, s."""
    shape, identity = economy.inputs.shape, np.eye(home.shape[1])
    costs, spending = np.empty(shape, np.float32), np.empty(shape, np.float32)
    for d, gamma in enumerate(economy.inputs):
        # (1 - gamma' home)^-1 gamma' and (1 - gamma home)^-1 gamma, both turned for products from the left
        costs[d] = np.linalg.solve(identity - gamma * home[d], gamma)
        spending[d] = np.linalg.solve(identity - gamma.T * home_net[d], gamma.T)
    return costs, spending


def _net(links: Links, s: int) -> Singles:
    """What sellers receive of a unit of spending weight on good s, axes o, d."""
    net: Singles = links.weight[s] if links.row[s] < 0 else links.net[links.row[s]]
    return net


def _reach(answers: Singles) -> Reach:
    """Cells by economy (d, s, k) as own entries and a low rank, by its largest singular vectors; overwrites them."""
    economies, sectors = answers.shape[:2]
    rank, diagonal = min(RANK, economies), np.arange(economies)
    own = answers[diagonal, :, diagonal]
    rest = answers.reshape(economies * sectors, economies)
    answers[diagonal, :, diagonal] = 0.0
    for _ in range(FILLING):
        _, vectors = np.linalg.eigh((rest.T @ rest).astype(np.float64))
        seen = np.ascontiguousarray(vectors[:, -rank:], np.float32)
        common = rest @ seen
        mine = np.einsum("dsr,dr->ds", common.reshape(economies, sectors, rank), seen)
        answers[diagonal, :, diagonal] = mine
    return Reach(own=own - mine, common=np.ascontiguousarray(common.T), seen=seen)
