"""Every numbered equation once, in plain NumPy, for reading and for checking.

Shares no code with the kernel: `residuals` recomputes each equation from an equilibrium's published arrays.
A residual is |left - right| over the larger of the two, the worst cell of each equation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from countervail.model import nests
from countervail.model.factors import factors_of, supply_of
from countervail.model.parameters import Model

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LARGEST_EXPONENT = 600.0


class Border(NamedTuple):
    """What a shock does at the cells it touches; `origin`, `destination`, `sector` locate them."""

    origin: Ints
    destination: Ints
    sector: Ints
    weight: Floats  # pi * k-hat^(-theta), the numerator of Eq. 2 at unchanged costs
    net: Floats  # mu' tau': what d pays over what o's sales are worth at basic prices
    share: Floats  # pi of the base
    tariff: Floats  # tau of the base


def border(base: World, shock: Shock) -> Border:
    """k-hat = d-hat mu' tau' / tau on the shock's cells (Eq. 2), with bans as a share let through (12a)."""
    o, d, s = np.unravel_index(shock.cells, base.trade_share.shape)
    net = shock.wedge * shock.tariff
    share, tariff = base.trade_share.take(shock.cells), base.tariff.take(shock.cells)
    k = shock.trade_cost * net / tariff
    weight = share * shock.passing
    dearer = np.flatnonzero(k != 1.0)  # a power takes longer than all else here
    weight[dearer] *= k[dearer] ** (-base.trade_elasticity[s[dearer]])
    return Border(o, d, s, weight, net, share, tariff)


def new_trade_share(base: World, shock: Shock, unit_cost: Floats, price: Floats) -> Floats:
    """Eq. 3: pi' = pi (k-hat c-hat / P-hat)^(-theta), axes o, d, s."""
    edge = border(base, shock)
    weight = base.trade_share.copy()
    weight[edge.origin, edge.destination, edge.sector] = edge.weight
    cost = base.trade_elasticity * np.log(unit_cost)
    # a good that dropped out has no source, so its infinite price has nothing to divide
    paid = base.trade_elasticity * np.log(np.where(np.isfinite(price), price, 1.0))
    # c^(-theta) and P^theta apart, both over their sector's mean cost, unless a large theta would overflow
    middle = cost.mean(axis=0)
    wide = np.abs(cost - middle).max(axis=0) + np.abs(paid - middle).max(axis=0) > LARGEST_EXPONENT
    weight *= np.exp(np.where(wide, 0.0, middle - cost))[:, None, :]
    weight *= np.exp(np.where(wide, 0.0, paid - middle))[None, :, :]
    if wide.any():
        here = weight[:, :, wide]
        exponent = np.where(here > 0.0, paid[None, :, wide] - cost[:, None, wide], -np.inf)
        weight[:, :, wide] = here * np.exp(np.minimum(exponent, LARGEST_EXPONENT))
    return weight


def new_flow(
    base: World, shock: Shock, trade_share: Floats, expenditure: Floats, out: Floats | None = None
) -> Floats:
    """Eq. 4: b' = pi' X' / (mu' tau'), million USD at basic prices, axes o, d, s.

    Arguments:
        out: where to write it, which may be the shares themselves when they are no longer needed.
    """
    edge = border(base, shock)
    flow = np.multiply(trade_share, expenditure[None, :, :], out=out)
    paid = flow[edge.origin, edge.destination, edge.sector]
    flow /= base.tariff
    flow[edge.origin, edge.destination, edge.sector] = paid / edge.net
    return flow


def flow_at(
    base: World, shock: Shock, at: NDArray[np.intp], unit_cost: Floats, price: Floats, expenditure: Floats
) -> Floats:
    """Eq. 3 and 4 on some of a shock's cells: b', million USD; for few cells faster than the whole array.

    Arguments:
        at: positions in the cells of the shock.
    """
    edge = border(base, shock)
    o, d, s, weight = edge.origin[at], edge.destination[at], edge.sector[at], edge.weight[at]
    ratio = np.where(weight > 0.0, unit_cost[o, s] / price[d, s], 1.0)
    sales: Floats = weight * ratio ** -base.trade_elasticity[s] * expenditure[d, s] / edge.net[at]
    return sales


def flow_into(
    base: World, shock: Shock, d: int, unit_cost: Floats, price: Floats, expenditure: Floats
) -> Floats:
    """Eq. 3 and 4 for one destination: b', million USD at basic prices, axes o, s; the rest is not worked out."""
    edge = border(base, shock)
    mine = edge.destination == d
    at = (edge.origin[mine], edge.sector[mine])
    weight, net = base.trade_share[:, d].copy(), base.tariff[:, d].copy()
    weight[at], net[at] = edge.weight[mine], edge.net[mine]
    ratio = np.where(weight > 0.0, unit_cost / price[d], 1.0)
    sales: Floats = weight * ratio**-base.trade_elasticity * expenditure[d] / net
    return sales


def tariff_revenue(base: World, shock: Shock, flow: Floats) -> Floats:
    """Eq. 6, first sum: (tau' - 1) mu' b' over origins and sectors, by destination, million USD."""
    edge = border(base, shock)
    revenue = np.einsum("ods,ods->d", base.tariff, flow) - flow.sum(axis=(0, 2))
    here = flow[edge.origin, edge.destination, edge.sector]
    old = (base.tariff[edge.origin, edge.destination, edge.sector] - 1.0) * here
    new = (shock.tariff - 1.0) * shock.wedge * here
    total: Floats = revenue + np.bincount(edge.destination, new - old, minlength=revenue.size)
    return total


def rents(base: World, shock: Shock, flow: Floats) -> Floats:
    """Eq. 6, rents: (mu' - 1) b' of each cell to its named side, million USD; negative for a subsidy paid."""
    edge = border(base, shock)
    sales = flow[edge.origin, edge.destination, edge.sector]
    rent = (shock.wedge - 1.0) * sales
    paid: Floats = np.zeros(base.income.size)
    if shock.claims is not None:
        claimed = shock.claims.per_sale(shock.wedge) * sales[shock.claims.at]
        np.add.at(rent, shock.claims.at, -claimed)
        np.add.at(paid, shock.claims.economy, claimed)
    side = np.where(shock.rent_to_buyer, edge.destination, edge.origin)
    np.add.at(paid, side, rent)
    return paid


def linked(base: World, shock: Shock) -> NDArray[np.bool_]:
    """Which economies still sell to which, axes o, d."""
    edge = border(base, shock)
    sells = base.trade_share > 0.0
    sells[edge.origin, edge.destination, edge.sector] = edge.weight > 0.0
    links: NDArray[np.bool_] = np.asarray(sells.any(axis=2))
    return links


def parts(base: World, shock: Shock) -> Ints:
    """The number of the part of the world that each economy trades with (0 for all while trade links all)."""
    part: Ints = connected_components(linked(base, shock), directed=False)[1].astype(np.int64)
    return part


def transfers(base: World, shock: Shock, model: Model, wage: Floats, part: Ints) -> Floats:
    """D' under the closure, less each part's sum in proportion to VA' (theory.md, Closures), million USD."""
    earned = wage * base.value_added
    if model.closure == "share":
        paid = base.transfer * wage
    elif model.closure == "fixed":
        paid = base.transfer * earned.sum() / base.value_added.sum()
    else:
        paid = np.zeros_like(earned)
    paid = paid + shock.transfer
    owed = np.bincount(part, paid) / np.bincount(part, earned)
    return paid - owed[part] * earned


def residuals(base: World, shock: Shock, model: Model, eq: Equilibrium) -> dict[str, float]:
    """Largest relative residual of each of Eq. 1-8 at an equilibrium, recomputed from its arrays alone.

    In general Eq. 9 and 9a stand for Eq. 1, Eq. 10 is in Eq. 5, and Eq. 11-11b come on top of Eq. 7.

    Arguments:
        base: the world that the equilibrium's hats are relative to (`eq.base`).

    Returns:
        {"1 unit cost": ..., "2 price index": ..., ...}, dimensionless.

    Raises:
        SolveError: CV312, CV313 where the model needs factors that the world has not.
    """
    factors = factors_of(base, model, shock.specific)
    supply = supply_of(base, model, factors, shock)
    wages = nests.wages_by_cell(eq, factors, supply)
    value_price = nests.value_added_price(factors, wages)
    input_price = nests.input_price(base, model, eq.price)
    log_cost = nests.cost_before_productivity(base, model, value_price, input_price)
    beta = nests.new_value_added_share(base, model, value_price, log_cost)
    gamma = nests.new_input_share(base, model, eq.price, input_price, log_cost)
    alpha = nests.new_final_share(base, model, eq.price)
    log_cost = log_cost - np.log(shock.productivity)
    share = new_trade_share(base, shock, eq.unit_cost, eq.price)
    bought = (base.expenditure > 0.0) & np.isfinite(eq.price)
    sources = share.sum(axis=0)
    # in the same place: of a large world a second such array is a tenth of all memory
    flow = new_flow(base, shock, share, eq.expenditure, out=share)
    spending = alpha * eq.income[:, None] + np.matmul(gamma, eq.output[:, :, None])[:, :, 0]
    revenue, rent = tariff_revenue(base, shock, flow), rents(base, shock, flow)
    earned = eq.wage * base.value_added
    transfer = transfers(base, shock, model, eq.wage, eq.part)
    level = np.bincount(eq.part, earned).astype(np.float64)
    value = beta * eq.output
    found = {
        "1 unit cost": float(np.abs(np.expm1(log_cost - np.log(eq.unit_cost))).max()),
        "2 price index": _worst(sources[bought], np.ones(int(bought.sum()))),
        "4 output": _worst(eq.output, flow.sum(axis=1)),
        "5 spending": _worst(eq.expenditure, spending),
        "6 income": _worst(eq.income, earned + revenue + rent + transfer),
        "7 labour": _worst(earned, value.sum(axis=1)),
        "8 numeraire": _worst(level, np.bincount(eq.part, base.value_added).astype(np.float64)),
    }
    if eq.factor_wage is not None:
        live = (factors.pay(base.value_added_share * base.output) > 0.0) & (value > 0.0)
        found["11 factors"] = _worst(wages[live], nests.factor_wages(base, factors, supply, value)[live])
    return found


def _worst(left: Floats, right: Floats) -> float:
    scale = np.maximum(np.abs(left), np.abs(right))
    gap = np.abs(left - right) / np.where(scale > 0.0, scale, 1.0)
    return float(gap.max()) if gap.size else 0.0
