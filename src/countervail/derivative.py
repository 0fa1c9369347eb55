"""Derivatives of an equilibrium by the implicit function theorem: what a small change does, and what matters to whom.

A change of every parameter at once costs one linear system (`response`); so does the gradient of one number, such as
the welfare of a bloc, in every parameter at once (`gradient`). The long-run model, any closure, anywhere on the way.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.kernel import derivative as kernel
from countervail.kernel.derivative import Coarse, Direction, Linearised
from countervail.model.equations import border, new_flow, new_trade_share
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model
from countervail.model.welfare import welfare
from countervail.policy.shock import Shock, no_change
from countervail.seam import together
from countervail.world.world import World

Floats = NDArray[np.float64]

ROUNDING = 100.0  # by how much more than its tolerance a solved system may be off
_coarse: weakref.WeakKeyDictionary[World, Coarse] = weakref.WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Change:
    """A small change of parameters, as derivatives along some path; None for none.

    Arguments:
        trade_cost: [o, d, s] d ln d-hat. tariff: [o, d, s] d ln tau'. wedge: [o, d, s] d ln mu'.
        productivity: [o, s] d ln z-hat. transfer: [d] million USD, sums to 0. trade_elasticity: [s] d theta.
    """

    trade_cost: Floats | None = None
    tariff: Floats | None = None
    wedge: Floats | None = None
    productivity: Floats | None = None
    transfer: Floats | None = None
    trade_elasticity: Floats | None = None


@dataclass(frozen=True, eq=False)
class Response:
    """What the equilibrium answers to a `Change`.

    Arguments:
        wage: [d] d ln w. price: [d, s] d ln P. expenditure: [d, s] d X', million USD. output: [o, s] d Y'.
        income: [d] d I'. welfare: [d] change of welfare in percent of base income.
    """

    wage: Floats
    price: Floats
    expenditure: Floats
    output: Floats
    income: Floats
    welfare: Floats


@dataclass(frozen=True, eq=False)
class Point:
    """An equilibrium and its shock, with what derivatives there are made of.

    Arguments:
        at: the Jacobian. near: its approximate inverse. log_cost: [o, d, s] ln of k-hat c-hat / P-hat without bans,
            0 where nothing is sold. buyer, seller: [o, d, s] what each side of a cell receives per unit of b'.
        paid: [o, d, s] tau' mu' b', what d pays. to_buyer: [o, d, s] whether a wedge's rent goes to d.
    """

    eq: Equilibrium
    at: Linearised
    near: Coarse
    log_cost: Floats
    buyer: Floats
    seller: Floats
    paid: Floats
    wedge: Floats
    to_buyer: NDArray[np.bool_]


def point(eq: Equilibrium, shock: Shock) -> Point:
    """Linearise Eq. 1-8 at an equilibrium.

    Arguments:
        eq: of `shock`, relative to `eq.base`.

    Raises:
        SolveError: CV309 for a model or a shock that is not of the long run.
    """
    limited = bool(shock.conditions) or shock.claims is not None or shock.routes is not None
    if not eq.model.is_core or eq.factor_wage is not None or limited:
        raise SolveError(
            "CV309",
            "derivatives are for the long run, without limits on prices or quantities",
            found=f"the model {eq.model.name}" + (", and limits" if limited else ""),
            next_step="Use the model `long_run`, or compare two solves.",
        )
    at, log_cost, buyer, seller, paid, wedge, to_buyer = _linearised(eq, shock)
    return Point(eq, at, _coarse_of(eq.base), log_cost, buyer, seller, paid, wedge, to_buyer)


def response(here: Point, change: Change) -> Response:
    """What a small change of parameters does: one Jacobian-vector product, at the cost of about one solve.

    Raises:
        SolveError: CV302 the linear system has no accurate answer, as where two equilibria meet.
    """
    at, eq = here.at, here.eq
    theta, alpha = at.theta, at.final_share
    barrier, net = np.zeros_like(here.paid), np.zeros_like(here.paid)
    income = np.zeros((at.earned.size, 1))
    sold = at.sold.transpose(1, 2, 0)
    for part in (change.tariff, change.wedge):
        if part is not None:
            barrier += part
            net += part
    if change.trade_cost is not None:
        barrier += change.trade_cost
    if change.tariff is not None:
        income[:, 0] += np.einsum("ods,ods->d", here.paid, change.tariff)
    if change.wedge is not None:
        moved = here.wedge * sold * change.wedge
        taxed = (here.paid - here.wedge * sold) * change.wedge  # (tau' - 1) mu' b'
        income[:, 0] += taxed.sum(axis=(0, 2)) + np.where(here.to_buyer, moved, 0.0).sum(axis=(0, 2))
        income[:, 0] += np.where(here.to_buyer, 0.0, moved).sum(axis=(1, 2))
    if change.trade_elasticity is not None:
        barrier += here.log_cost * (change.trade_elasticity / theta)
    if change.productivity is not None:
        barrier -= change.productivity[:, None, :]
    if change.transfer is not None:
        income[:, 0] += change.transfer - _spread(at, at.earned, change.transfer)
    fewer = -sold * (theta * barrier + net)  # d b' at unchanged costs and spending
    income[:, 0] += np.einsum("ods,ods->d", here.buyer, fewer) + np.einsum("ods,ods->o", here.seller, fewer)
    output = fewer.sum(axis=1)[:, :, None]
    right = Direction(
        (at.value_added_share[:, :, None] * output).sum(axis=1) / at.earned[:, None],
        np.einsum("sod,ods->ds", at.share, barrier)[:, :, None],
        at.per_spending[:, :, None] * (alpha[:, :, None] * income[:, None, :] + at.inputs @ output),
    )
    u = _solved(here, right)
    cost, felt = at.costs(u.wage, u.price)
    bought = (u.spending + theta[:, None] * u.price).transpose(1, 0, 2)
    more_output, more_income = at.sales(bought, cost, felt)
    income += more_income + at.earned[:, None] * u.wage + at.transfer @ u.wage
    log_welfare = income[:, 0] / eq.income - (alpha * u.price[:, :, 0]).sum(axis=1)
    return Response(
        u.wage[:, 0],
        u.price[:, :, 0],
        at.spending * u.spending[:, :, 0],
        (output + more_output)[:, :, 0],
        income[:, 0],
        (100.0 + welfare(eq)) * log_welfare,
    )


@dataclass(frozen=True, eq=False)
class Gradient:
    """How weighted sums of welfare answer to every parameter at one equilibrium.

    Several sums side by side; k numbers them. Arrays of a sum are made when asked for.
    """

    here: Point
    price: Floats  # d, s, k: by what the price index of d moves
    income: Floats  # d, k: by a unit of d's income
    output: Floats  # o, s, k: by a unit of o's sales

    def trade_cost(self, k: int = 0) -> Floats:
        """By ln d-hat, axes o, d, s: percent of income of the weighted economies per unit of ln."""
        at = self.here.at
        bought: Floats = at.share.transpose(1, 2, 0) * self.price[None, :, :, k] - at.theta * self._sales(k)
        return bought

    def tariff(self, k: int = 0) -> Floats:
        """By ln tau', axes o, d, s."""
        received = self.here.paid * self.income[None, :, None, k]
        return self.trade_cost(k) - self._sales(k) + received

    def wedge(self, k: int = 0) -> Floats:
        """By ln mu', axes o, d, s; a rent goes where the shock says, to the seller where it says nothing."""
        here = self.here
        moved = here.wedge * here.at.sold.transpose(1, 2, 0)
        income = self.income[:, k]
        received = (here.paid - moved) * income[None, :, None]
        received += moved * np.where(here.to_buyer, income[None, :, None], income[:, None, None])
        return self.trade_cost(k) - self._sales(k) + received

    def productivity(self, k: int = 0) -> Floats:
        """By ln z-hat, axes o, s."""
        gain: Floats = -self.trade_cost(k).sum(axis=1)
        return gain

    def trade_elasticity(self, k: int = 0) -> Floats:
        """By theta, axis s."""
        slope: Floats = np.einsum("ods,ods->s", self.trade_cost(k), self.here.log_cost) / self.here.at.theta
        return slope

    def transfer(self, k: int = 0) -> Floats:
        """By a million USD a year received, axis d; each part of the world shares what one of its members receives."""
        at = self.here.at
        weighted = at.earned * self.income[:, k]
        shared: Floats = self.income[:, k] - _spread(at, np.ones_like(weighted), weighted)
        return shared

    def pairs(self) -> Floats:
        """By ln of all trade costs between two economies, axes k, o, d."""
        at = self.here.at
        share, sold = at.share.transpose(2, 1, 0), at.sold.transpose(1, 2, 0)  # d, o, s; o, d, s
        by_price = (share @ self.price).transpose(2, 1, 0)
        by_output = ((at.theta * sold) @ self.output).transpose(2, 0, 1)
        by_income = np.einsum("ods,s->od", self.here.buyer * sold, at.theta)[None] * self.income.T[:, None, :]
        by_income += (
            np.einsum("ods,s->od", self.here.seller * sold, at.theta)[None] * self.income.T[:, :, None]
        )
        total: Floats = by_price - by_output - by_income
        return total

    def _sales(self, k: int) -> Floats:
        """By the logarithm of each cell's b', axes o, d, s."""
        here = self.here
        worth = self.output[:, None, :, k] + here.buyer * self.income[None, :, None, k]
        worth += here.seller * self.income[:, None, None, k]
        sales: Floats = here.at.sold.transpose(1, 2, 0) * worth
        return sales


def gradient(here: Point, weights: Floats, *, tolerance: float = kernel.TOLERANCE) -> Gradient:
    """How weighted sums of welfare answer to every parameter: one transposed system each, side by side.

    Arguments:
        weights: [d] or [d, k] of each economy's welfare in percent of base income.
        tolerance: of the system, over its right-hand side; a search can do with less than full accuracy.

    Raises:
        SolveError: CV302 the linear system has no accurate answer, as where two equilibria meet.
    """
    at, eq = here.at, here.eq
    worth = (weights if weights.ndim == 2 else weights[:, None]) * (100.0 + welfare(eq))[:, None]
    income = worth / eq.income[:, None]
    none = np.zeros((*at.output.shape, income.shape[1]))
    price, spending, cost = at.sales_transposed(income, none)
    wage = at.earned[:, None] * income + at.transfer.T @ income
    wage += (at.value_added_share[:, :, None] * cost).sum(axis=1)
    price = price + at.inputs @ cost - at.final_share[:, :, None] * worth[:, None, :]
    v = _solved(here, Direction(wage, price, spending), transposed=True, tolerance=tolerance)
    more_income, output = at.weights(v)
    return Gradient(here, v.price, income + more_income, output)


def _solved(
    here: Point, right: Direction, *, transposed: bool = False, tolerance: float = kernel.TOLERANCE
) -> Direction:
    found, gap = kernel.solve(here.at, here.near, right, transposed=transposed, tolerance=tolerance)
    if not gap < ROUNDING * tolerance:
        raise SolveError(
            "CV302",
            "the derivatives of this equilibrium could not be computed",
            found=f"a linear system solved to {gap:.2g}",
            expected=f"below {ROUNDING * tolerance:g}",
            next_step="A larger or smaller shock has derivatives, if this one is just where an equilibrium ends.",
        )
    return found


def _spread(at: Linearised, shares: Floats, total: Floats) -> Floats:
    """The sum of each part of the world, given to its members in proportion to `shares` over the part's VA'."""
    parts = np.bincount(at.part, total) / np.bincount(at.part, at.earned)
    spread: Floats = parts[at.part] * shares
    return spread


def _coarse_of(world: World) -> Coarse:
    """The approximate inverse at a world's base, worked out once and kept with it."""
    if world not in _coarse:
        still = no_change(world)
        model = Model("base")
        eq = together(world, [still], model)[0]
        if isinstance(eq, SolveError):
            raise eq
        _coarse[world] = kernel.coarse(_linearised(eq, still)[0])
    return _coarse[world]


def _linearised(
    eq: Equilibrium, shock: Shock
) -> tuple[Linearised, Floats, Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
    """The Jacobian, and the arrays of `Point` in its order."""
    base, edge = eq.base, border(eq.base, shock)
    cell = (edge.origin, edge.destination, edge.sector)
    share = new_trade_share(base, shock, eq.unit_cost, eq.price)
    sold = new_flow(base, shock, share, eq.expenditure)
    tariff, wedge = base.tariff.copy(), np.ones_like(base.tariff)
    tariff[cell], wedge[cell] = shock.tariff, shock.wedge
    to_buyer = np.zeros(tariff.shape, dtype=bool)
    to_buyer[cell] = shock.rent_to_buyer
    seller = np.where(to_buyer, 0.0, wedge - 1.0)
    buyer = tariff * wedge - 1.0 - seller
    barrier = np.zeros_like(tariff)
    barrier[cell] = np.log(shock.trade_cost * edge.net / base.tariff[cell])
    log_cost = barrier + np.log(eq.unit_cost)[:, None, :] - np.log(eq.price)[None, :, :]
    log_cost = np.where(share > 0.0, log_cost, 0.0)
    o, d, s = np.nonzero((seller != 0.0) & (sold > 0.0))
    earned = eq.wage * base.value_added
    taxed = np.flatnonzero((((buyer != 0.0) | (seller != 0.0)) & (sold > 0.0)).any(axis=(0, 1)))
    at = Linearised(
        share=np.ascontiguousarray(share.transpose(2, 0, 1)),
        sold=np.ascontiguousarray(sold.transpose(2, 0, 1)),
        inputs=base.input_share,
        value_added_share=base.value_added_share,
        final_share=base.final_share,
        theta=base.trade_elasticity,
        output=eq.output,
        spending=eq.expenditure,
        earned=earned,
        kept=np.einsum("ods,ods->ds", buyer, sold),
        taxed=taxed,
        seller=(s, o, d, (seller * sold)[o, d, s]),
        transfer=_transfer_slope(eq, shock, earned),
        part=eq.part,
    )
    return at, log_cost, buyer, seller, sold * tariff * wedge, wedge, to_buyer


def _transfer_slope(eq: Equilibrium, shock: Shock, earned: Floats) -> Floats:
    """Derivative of D' in ln wages, axes d, k (closures: theory.md)."""
    base, part = eq.base, eq.part
    closure = eq.model.closure
    moving = base.transfer * eq.wage if closure == "share" else np.zeros_like(earned)
    flow = shock.transfer + moving + (base.transfer if closure == "fixed" else 0.0)
    total = np.bincount(part, earned)
    owed = np.bincount(part, flow) / total
    together = part[:, None] == part[None, :]
    slope = np.diag(moving - owed[part] * earned)
    slope -= together * earned[:, None] * moving[None, :] / total[part][:, None]
    slope += together * (owed[part] * earned / total[part])[:, None] * earned[None, :]
    return slope
