"""Implicit differentiation of Eq. 1-8 at an equilibrium: products with the inverse Jacobian and with its transpose.

Unknowns are d ln w, d ln P and d ln X. With c = beta w + gamma' p and y = sold (x + theta p) - theta Y c, the
linearised system is

    p = share' c + ...,   X x = alpha dI + gamma y + ...,   VA' w = sum beta y + ...

one direction a column. It is solved by GMRES, which needs products alone, and the transposed system with true
transposes. Plain NumPy on BLAS, apart from the compiled sweep's code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOLERANCE = 1e-11  # residual of the linear system over its right-hand side
MOST_STEPS = 300
SETTLING = 4  # rounds in which the answers to wages settle to about a per cent


class Direction(NamedTuple):
    """Unknowns or residuals of the linear system, several side by side in the last axis."""

    wage: Floats  # d, k
    price: Floats  # d, s, k
    spending: Floats  # d, s, k


@dataclass(frozen=True, eq=False)
class Linearised:
    """What the Jacobian at one equilibrium is made of; axes s, o, d unless said, money in million USD.

    Arguments:
        share: pi'. sold: b'. inputs: [d, s, t] gamma. value_added_share: [d, t] beta. final_share: [d, s] alpha.
        theta: [s]. output: [o, s] Y'. spending: [d, s] X'. earned: [d] VA'.
        kept: [d, s] what d itself takes at its border of a unit of relative spending: tariffs and buyers' rents.
        taxed: [s] the sectors where that, or a seller's rent, is anywhere not zero.
        seller: (s, o, d, money) of each cell whose rent goes to its seller.
        transfer: [d, k] derivative of D' in ln wages. part: [d] which part of the world d trades with.
    """

    share: Floats
    sold: Floats
    inputs: Floats
    value_added_share: Floats
    final_share: Floats
    theta: Floats
    output: Floats
    spending: Floats
    earned: Floats
    kept: Floats
    taxed: Ints
    seller: tuple[Ints, Ints, Ints, Floats]
    transfer: Floats
    part: Ints

    @property
    def per_spending(self) -> Floats:
        """1 / X', 0 where nothing is bought; axes d, s."""
        return np.divide(1.0, self.spending, out=np.zeros_like(self.spending), where=self.spending > 0.0)

    def residual(self, u: Direction) -> Direction:
        """The Jacobian times a direction, each equation relative to its level."""
        cost_s, felt = self.costs(u.wage, u.price)
        bought = (u.spending + self.theta[:, None] * u.price).transpose(1, 0, 2)  # s, d, k
        output, income = self.sales(bought, cost_s, felt)
        income += self.earned[:, None] * u.wage + self.transfer @ u.wage
        return Direction(
            u.wage
            + self._level(u.wage)
            - (self.value_added_share[:, :, None] * output).sum(axis=1) / self.earned[:, None],
            u.price - felt.transpose(1, 0, 2),
            u.spending - self._spent(income, output),
        )

    def costs(self, wage: Floats, price: Floats) -> tuple[Floats, Floats]:
        """d ln c [s, o, k], and pi' d ln c [s, d, k]."""
        cost = self.value_added_share[:, :, None] * wage[:, None, :]
        cost += self.inputs.transpose(0, 2, 1) @ price
        cost_s = np.ascontiguousarray(cost.transpose(1, 0, 2))
        return cost_s, self.share.transpose(0, 2, 1) @ cost_s

    def sales(self, bought: Floats, cost: Floats, felt: Floats) -> tuple[Floats, Floats]:
        """d Y' [o, s, k] and what borders add to d I' [d, k], from d ln X + theta d ln P, d ln c, and pi' d ln c."""
        theta = self.theta[:, None, None]
        output = (self.sold @ bought).transpose(1, 0, 2)
        output -= (self.theta * self.output)[:, :, None] * cost.transpose(1, 0, 2)
        income = np.einsum("ds,sdk->dk", self.kept, bought)
        some = self.taxed
        if some.size:
            received = self.spending.T[some, :, None] * felt[some]
            received -= self.sold[some].transpose(0, 2, 1) @ cost[some]
            income -= (theta[some] * received).sum(axis=0)
        s, o, d, money = self.seller
        if money.size:
            # a seller's rent is not its buyer's
            moved = money[:, None] * self.theta[s][:, None] * cost[s, o]
            np.add.at(income, d, moved)
            np.add.at(income, o, money[:, None] * bought[s, d] - moved)
        return output, income

    def transposed(self, v: Direction) -> Direction:
        """The transposed Jacobian times a direction in the space of residuals."""
        income, output = self.weights(v)
        price, spending, cost = self.sales_transposed(income, output)
        cost = cost + (self.share @ v.price.transpose(1, 0, 2)).transpose(1, 0, 2)
        earned = self.earned[:, None] * income + self.transfer.T @ income
        earned += (self.value_added_share[:, :, None] * cost).sum(axis=1)
        return Direction(
            v.wage + self._level_transposed(v.wage) - earned,
            v.price - price - self.inputs @ cost,
            v.spending - spending,
        )

    def weights(self, v: Direction) -> tuple[Floats, Floats]:
        """What a unit of d I' [d, k] and of d Y' [o, s, k] adds to the residuals that v weighs."""
        spent = v.spending * self.per_spending[:, :, None]
        income = (self.final_share[:, :, None] * spent).sum(axis=1)
        output = self.inputs.transpose(0, 2, 1) @ spent
        output += self.value_added_share[:, :, None] * (v.wage / self.earned[:, None])[:, None, :]
        return income, output

    def sales_transposed(self, income: Floats, output: Floats) -> tuple[Floats, Floats, Floats]:
        """The transpose of `sales`: weights of d ln P and d ln X [d, s, k], and of d ln c [o, s, k]."""
        bought = self.sold.transpose(0, 2, 1) @ output.transpose(1, 0, 2)  # s, d, k
        bought += (self.kept[:, :, None] * income[:, None, :]).transpose(1, 0, 2)
        cost = -(self.output.T[:, :, None] * output.transpose(1, 0, 2))  # s, o, k; times theta below
        some = self.taxed
        if some.size:
            paid = self.spending.T[some, :, None] * income[None]
            cost[some] -= self.share[some] @ paid - self.sold[some] @ np.broadcast_to(income, paid.shape)
        s, o, d, money = self.seller
        if money.size:
            np.add.at(cost, (s, o), money[:, None] * (income[d] - income[o]))
            np.add.at(bought, (s, d), money[:, None] * income[o])
        spending = bought.transpose(1, 0, 2)
        return self.theta[:, None] * spending, spending, (self.theta[:, None, None] * cost).transpose(1, 0, 2)

    def _spent(self, income: Floats, output: Floats) -> Floats:
        used = self.inputs @ output + self.final_share[:, :, None] * income[:, None, :]
        spent: Floats = self.per_spending[:, :, None] * used
        return spent

    def _level(self, wage: Floats) -> Floats:
        """The change of each part's value added (Eq. 8), which takes the place of one of its labour markets."""
        total = np.bincount(self.part, self.earned)
        moved = np.zeros((total.size, wage.shape[1]))
        np.add.at(moved, self.part, self.earned[:, None] * wage)
        level: Floats = (moved / total[:, None])[self.part]
        return level

    def _level_transposed(self, wage: Floats) -> Floats:
        total = np.bincount(self.part, self.earned)
        summed = np.zeros((total.size, wage.shape[1]))
        np.add.at(summed, self.part, wage)
        level: Floats = self.earned[:, None] * (summed / total[:, None])[self.part]
        return level


class Coarse(NamedTuple):
    """An approximate inverse of the Jacobian: each economy's own Leontief blocks, and wages against each other."""

    price_block: Floats  # d, s, s'
    spending_block: Floats  # d, s, s'
    wage_answer: Floats  # d, k
    price_by_wage: Floats  # d, s, k
    spending_by_wage: Floats  # d, s, k
    labour: Floats  # o, d, s: labour gap of o by relative spending

    def apply(self, r: Direction) -> Direction:
        """About the direction whose residual this is."""
        price, spending = self.price_block @ r.price, self.spending_block @ r.spending
        n, j, k = spending.shape
        wage = self.wage_answer @ (r.wage + self.labour.reshape(n, n * j) @ spending.reshape(n * j, k))
        return Direction(
            wage,
            price + (self.price_by_wage.reshape(n * j, n) @ wage).reshape(n, j, k),
            spending + (self.spending_by_wage.reshape(n * j, n) @ wage).reshape(n, j, k),
        )

    def transposed(self, v: Direction) -> Direction:
        """The transpose of `apply`."""
        n, j, k = v.price.shape
        wage = v.wage + self.price_by_wage.reshape(n * j, n).T @ v.price.reshape(n * j, k)
        wage += self.spending_by_wage.reshape(n * j, n).T @ v.spending.reshape(n * j, k)
        gap = self.wage_answer.T @ wage
        spending = v.spending + (self.labour.reshape(n, n * j).T @ gap).reshape(n, j, k)
        return Direction(
            gap,
            self.price_block.transpose(0, 2, 1) @ v.price,
            self.spending_block.transpose(0, 2, 1) @ spending,
        )


def coarse(at: Linearised) -> Coarse:
    """Approximate the inverse at one equilibrium; it serves at others of the same world."""
    n, j = at.spending.shape
    identity, economies = np.eye(j), np.arange(n)
    home = at.share[:, economies, economies].T
    price_block = _inverse(identity - home[:, :, None] * at.inputs.transpose(0, 2, 1))
    home_sold = at.sold[:, economies, economies].T
    spending_block = _inverse(identity - at.per_spending[:, :, None] * at.inputs * home_sold[:, None, :])
    wage = np.eye(n)
    u = Direction(wage, np.zeros((n, j, n)), np.zeros((n, j, n)))
    for _ in range(SETTLING):
        felt = at.costs(u.wage, u.price)[1].transpose(1, 0, 2)
        u = u._replace(price=u.price - price_block @ (u.price - felt))
    for _ in range(SETTLING):
        u = u._replace(spending=u.spending - spending_block @ at.residual(u).spending)
    slope = at.residual(u).wage
    labour = np.einsum("ot,tod->odt", at.value_added_share / at.earned[:, None], at.sold)
    return Coarse(price_block, spending_block, _inverse(slope), u.price, u.spending, labour)


def _inverse(matrices: Floats) -> Floats:
    """Of each matrix; the pseudo-inverse where a base falls into parts."""
    found: Floats
    try:
        found = np.linalg.inv(matrices).astype(np.float64)
    except np.linalg.LinAlgError:
        found = np.linalg.pinv(matrices).astype(np.float64)
    return found


def solve(
    at: Linearised,
    near: Coarse,
    right: Direction,
    *,
    transposed: bool = False,
    tolerance: float = TOLERANCE,
) -> tuple[Direction, float]:
    """The directions whose residuals are `right`, or with the transposed Jacobian; and how closely.

    Arguments:
        tolerance: of the residual, over the size of its right-hand side.

    Returns:
        The solution and the largest residual left over the size of its right-hand side.
    """
    n, j, k = right.price.shape

    def packed(u: Direction) -> Floats:
        return np.concatenate([u.wage, u.price.reshape(n * j, k), u.spending.reshape(n * j, k)])

    def unpacked(x: Floats) -> Direction:
        return Direction(x[:n], x[n : n + n * j].reshape(n, j, k), x[n + n * j :].reshape(n, j, k))

    product, guess = (at.transposed, near.transposed) if transposed else (at.residual, near.apply)
    x, gap = _gmres(
        lambda x: packed(product(unpacked(x))), lambda x: packed(guess(unpacked(x))), packed(right), tolerance
    )
    return unpacked(x), gap


def _gmres(
    product: Callable[[Floats], Floats], guess: Callable[[Floats], Floats], right: Floats, tolerance: float
) -> tuple[Floats, float]:
    """GMRES, preconditioned from the right, for several right-hand sides in step; columns never mix."""
    size, k = right.shape
    scale = np.linalg.norm(right, axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    basis, images = [right / scale], []
    start = np.linalg.norm(basis[0], axis=0)
    upper = np.zeros((k, MOST_STEPS + 1, MOST_STEPS))
    steps = 0
    for m in range(min(MOST_STEPS, size)):
        images.append(guess(basis[m]))
        new = product(images[m])
        for i, old in enumerate(basis):
            along = upper[:, i, m] = np.einsum("nk,nk->k", old, new)
            new -= along * old
        length = np.linalg.norm(new, axis=0)
        upper[:, m + 1, m] = length
        steps = m + 1
        left, weights = _least_squares(upper[:, : steps + 1, :steps], start)
        if left.max() < tolerance or not length.max() > 0.0:
            break
        basis.append(new / np.where(length > 0.0, length, 1.0))
    solution = np.zeros_like(right)
    for i in range(steps):
        solution += weights[:, i] * images[i]
    solution *= scale
    off = np.linalg.norm(product(solution) - right, axis=0) / scale
    return solution, float(off.max())


def _least_squares(upper: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Residual and weights of each column's small problem."""
    target = np.zeros(upper.shape[:2])
    target[:, 0] = start
    # the pseudo-inverse, since a column that is done early adds nothing but zeros
    weights = (np.linalg.pinv(upper) @ target[:, :, None])[:, :, 0]
    left = np.linalg.norm((upper @ weights[:, :, None])[:, :, 0] - target, axis=1)
    return left, weights
