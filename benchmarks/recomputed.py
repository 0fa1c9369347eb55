"""What the fuzz campaign holds every ending against: Eq. 1-8 and causes of refusals, from a world and a shock alone.

Written apart from the package's own equations: dense arrays, logarithms, one loop over goods. Core model only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp

from countervail.model.certificate import Certificate
from countervail.model.equilibrium import Equilibrium
from countervail.policy.shock import Shock
from countervail.world.table import Table
from countervail.world.world import World

Residual = Callable[[World, Shock, Equilibrium], float]

TOLERANCE = 1e-9
ROUNDING = 1e-12
RUIN = 1e-3  # of base income


def largest_residual(world: World, shock: Shock, eq: Equilibrium) -> float:
    """The largest relative residual of Eq. 1-8 under closure `fixed`, infinite where a number is not one."""
    pi, theta = world.trade_share, world.trade_elasticity
    ones = np.ones(pi.shape)
    passing, cost, wedge, tau = ones.copy(), ones.copy(), ones.copy(), world.tariff.copy()
    for whole, cells in (
        (passing, shock.passing),
        (cost, shock.trade_cost),
        (wedge, shock.wedge),
        (tau, shock.tariff),
    ):
        whole.ravel()[shock.cells] = cells
    gaps = []

    def hold(left: np.ndarray, right: np.ndarray) -> None:
        larger = np.maximum(np.abs(left), np.abs(right))
        gaps.append(np.max(np.abs(left - right) / np.where(larger > 0.0, larger, 1.0), initial=0.0))

    log_price = np.log(eq.price)
    inputs = np.einsum("dst,ds->dt", world.input_share, log_price)
    unit_cost = world.value_added_share * np.log(eq.wage)[:, None] + inputs - np.log(shock.productivity)
    hold(np.exp(unit_cost - np.log(eq.unit_cost)), np.ones(unit_cost.shape))
    with np.errstate(divide="ignore"):
        log_weight = np.log(pi * passing) - theta * np.log(cost * wedge * tau / world.tariff)
    sales = np.empty(pi.shape)
    for s in range(theta.size):
        term = log_weight[:, :, s] - theta[s] * np.log(eq.unit_cost[:, s])[:, None]
        bought = world.expenditure[:, s] > 0.0
        total = logsumexp(np.where(bought, term, 0.0), axis=0)
        hold(np.exp(np.where(bought, total + theta[s] * log_price[:, s], 0.0)), np.ones(bought.size))
        sales[:, :, s] = np.exp(term + theta[s] * log_price[:, s]) * eq.expenditure[:, s]
    sales /= wedge * tau
    output = sales.sum(axis=1)
    hold(output, eq.output)
    labour = eq.wage * world.value_added
    revenue = ((tau - 1.0) * wedge * sales).sum(axis=(0, 2))
    rent = ((wedge - 1.0) * sales).sum(axis=(1, 2))
    part = world_parts(world, shock)
    member = part[:, None] == part
    plain = world.transfer * (labour.sum() / world.value_added.sum()) + shock.transfer
    transfer = plain - (member @ plain) / (member @ labour) * labour
    hold(labour + revenue + rent + transfer, eq.income)
    hold(
        world.final_share * eq.income[:, None] + np.einsum("dst,dt->ds", world.input_share, eq.output),
        eq.expenditure,
    )
    hold((world.value_added_share * eq.output).sum(axis=1), labour)
    hold(member @ labour, member @ world.value_added)
    return float(np.max(gaps)) if np.isfinite(gaps).all() else np.inf


def sells(world: World, shock: Shock) -> np.ndarray:
    """Who still sells anything to whom, axes o, d."""
    passing = np.ones(world.trade_share.size)
    passing[shock.cells] = shock.passing
    return np.asarray((world.trade_share * passing.reshape(world.trade_share.shape) > 0.0).any(axis=2))


def world_parts(world: World, shock: Shock) -> np.ndarray:
    """The number of the part of the world that each economy trades in."""
    return np.asarray(connected_components(sells(world, shock), directed=False)[1])


def holds(
    world: World, shock: Shock, certificate: Certificate, residual: Residual = largest_residual
) -> bool:
    """Whether the cause that a refusal states is one, by the world and the shock alone.

    Arguments:
        residual: how the equations are recomputed.
    """
    if certificate.cause == "cut off":
        return _cut_off(world, shock, certificate)
    if certificate.cause == "stranded":
        return _stranded(world, shock, certificate)
    if certificate.cause == "lost":
        d = world.countries.index(certificate.economy)
        flow = world.trade_share[:, d] * world.expenditure[d] / world.tariff[:, d]
        revenue = ((world.tariff[:, d] - 1.0) * flow).sum()
        gross = (world.value_added_share[d] * world.output[d]).sum() + abs(revenue) + abs(world.transfer[d])
        return bool(2.0 * np.finfo(float).eps * gross > TOLERANCE * world.income[d])
    return certificate.cause == "ruined" and _ruined(world, shock, certificate, residual)


def keeps_too_little(table: Table, economy: str) -> bool:
    """Whether the income of an economy is so small beside its value added that doubles hold too few digits of it."""
    d = table.countries.index(economy)
    paid = (1.0 + table.tariff[:, d]) * table.flow[:, d]  # o, s
    markup = paid.sum(axis=0) / np.where(paid.sum(axis=0) > 0.0, table.flow[:, d].sum(axis=0), 1.0)
    inputs = table.intermediate[d] * np.where(markup > 0.0, markup, 1.0)[:, None]
    final = np.maximum(paid.sum(axis=0) - inputs.sum(axis=1), 0.0)
    earned = table.flow[d].sum() - inputs.sum()
    return bool(final.sum() < 1e-6 * earned)


def _cut_off(world: World, shock: Shock, certificate: Certificate) -> bool:
    d, s = world.countries.index(certificate.economy), world.sectors.index(certificate.sector)
    passing = np.ones(world.trade_share.size)
    passing[shock.cells] = shock.passing
    left = world.trade_share[:, d, s] * passing.reshape(world.trade_share.shape)[:, d, s]
    return bool(world.expenditure[d, s] > 0.0 and left.sum() == 0.0)


def _stranded(world: World, shock: Shock, certificate: Certificate) -> bool:
    links, group = sells(world, shock), np.isin(world.countries, certificate.group)
    sold, bought = links[group][:, ~group].any(), links[~group][:, group].any()
    flow, part = world.transfer + shock.transfer, world_parts(world, shock)
    # what a separated part is owed falls away: a group may at most be spared all of its part's payments
    owed = sum(max(0.0, -flow[part == p].sum()) for p in np.unique(part[group]))
    return bool(bought and not sold and flow[group].sum() + owed <= 1e-12 * world.income.sum())


def _ruined(world: World, shock: Shock, certificate: Certificate, residual: Residual) -> bool:
    d, last, beyond = world.countries.index(certificate.economy), certificate.last, certificate.beyond
    if last is None or not _solves(world, shock, last, residual) or not (last.income > 0.0).all():
        return False
    if last.income[d] < RUIN * world.income[d]:
        return True
    return beyond is not None and beyond.income[d] < 0.0 and _solves(world, shock, beyond, residual)


def _solves(world: World, shock: Shock, eq: Equilibrium, residual: Residual) -> bool:
    """Whether all equations hold for a shock on the way to this one: each of its cells between the base and it."""
    step = eq.shock
    if step is None or not np.array_equal(step.cells, shock.cells):
        return False
    old = world.tariff.ravel()[shock.cells]
    shut = shock.passing == 0.0  # what is banned is not taxed any more
    sides = [
        (step.passing, np.ones(old.size), shock.passing),
        (step.trade_cost, np.ones(old.size), np.where(shut, 1.0, shock.trade_cost)),
        (step.wedge, np.ones(old.size), np.where(shut, 1.0, shock.wedge)),
        (step.tariff, old, np.where(shut, old, shock.tariff)),
        (step.productivity, np.ones(step.productivity.shape), shock.productivity),
    ]
    if world_parts(world, shock).max() == world_parts(world, step).max():
        sides.append((step.transfer, np.zeros(world.n_countries), shock.transfer))
    between = all(
        (np.minimum(a, b) - ROUNDING * np.abs(x) <= x).all()
        and (x <= np.maximum(a, b) + ROUNDING * np.abs(x)).all()
        for x, a, b in sides
    )
    return between and residual(world, step, eq) < TOLERANCE
