"""Sourcing by use (Eq. 12; Antras and Chor 2018): each use of a good has its own suppliers, in the long-run model.

In a usual world all users in an economy buy a good from the same origins. Where a table says otherwise, or a measure
falls on one use alone, every class of users has its own shares and its own price. The solver is plain NumPy, damped
wages and prices side by side, an order slower than the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from countervail.errors import SolveError
from countervail.model.equations import border, transfers
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import Shock
from countervail.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MEMORY = 2e9
"""Bytes that the shares and links of all uses may take together, unless the caller says otherwise."""
COPIES = 4
TOLERANCE = 1e-12
VERIFIED = 1e-9
MOST_SWEEPS = 20_000
FINAL = "final"


@dataclass(frozen=True, eq=False)
class UseShares:
    """A world whose classes of users buy from origins of their own.

    Arguments:
        world: its accounts, all uses together.
        names: of the U classes. of: [J + 1] the class of each using sector, and last of final use.
        trade_share: [u, o, d, s] pi by class; sums to 1 over origins where the class buys.

    Raises:
        SolveError: CV314 arrays that do not fit the world, or shares that do not add up to the world's trade.
    """

    world: World
    names: tuple[str, ...]
    of: Ints
    trade_share: Floats

    def __post_init__(self) -> None:
        n, j, u = self.world.n_countries, self.world.n_sectors, len(self.names)
        fits = (
            self.trade_share.shape == (u, n, n, j)
            and self.of.shape == (j + 1,)
            and bool((self.of >= 0).all() and (self.of < u).all())
        )
        if not fits:
            raise _misfit(
                f"shares {self.trade_share.shape}, classes {self.of.shape}",
                f"shares ({u}, {n}, {n}, {j}), classes ({j + 1},)",
            )
        spent = self.spending()
        sums = self.trade_share.sum(axis=1)
        if not (self.trade_share >= 0).all() or np.abs(np.where(spent > 0, sums - 1.0, 0.0)).max() > 1e-9:
            raise _misfit("shares that do not add up to 1 over origins", "shares of what each class spends")
        together = np.einsum("uods,uds->ods", self.trade_share, spent)
        gap = np.abs(together - self.world.trade_share * self.world.expenditure[None]).max()
        if gap > 1e-9 * self.world.expenditure.max():
            raise _misfit(
                f"classes that buy up to {gap:,.3g} million USD more or less of a cell than the world does",
                "shares whose sum over classes is the world's trade",
            )
        self.trade_share.flags.writeable = False

    def spending(self) -> Floats:
        """[u, d, s] what each class spends on a good in the base, million USD at user prices."""
        world = self.world
        found = np.zeros((len(self.names), world.n_countries, world.n_sectors))
        cost = world.input_share * world.output[:, None, :]
        for t, u in enumerate(self.of[:-1]):
            found[u] += cost[:, :, t]
        found[self.of[-1]] += world.final_share * world.income[:, None]
        return found


def _misfit(found: str, expected: str) -> SolveError:
    return SolveError(
        "CV314",
        "shares by use do not fit the world",
        found=found,
        expected=expected,
        next_step="Make them from the same table as the world.",
    )


def memory_of(world: World, classes: int) -> float:
    """Bytes that a solve with this many classes of users takes: 8 U N^2 J, a few times over.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> round(memory_of(load_world("icio2021"), 51) / 1e6)
        535
    """
    return 8.0 * classes * world.n_countries**2 * world.n_sectors * COPIES


def uses_alike(world: World, classes: str = "two", *, memory: float = MEMORY) -> UseShares:
    """Classes of users that all buy as the world does: where measures by use begin.

    Arguments:
        classes: "two" for inputs and final use, "all" for each using sector and final use.
        memory: bytes that may be taken.

    Raises:
        SolveError: CV315 for more memory than may be taken, with what is needed.
    """
    j = world.n_sectors
    names = ("inputs", FINAL) if classes == "two" else (*world.sectors, FINAL)
    of = np.r_[np.zeros(j), 1] if classes == "two" else np.arange(j + 1)
    _afford(world, len(names), memory)
    share = np.repeat(world.trade_share[None], len(names), axis=0)
    return UseShares(world, names, of.astype(np.int64), share)


def _afford(world: World, classes: int, memory: float) -> None:
    need = memory_of(world, classes)
    if need > memory:
        raise SolveError(
            "CV315",
            "sourcing by use would take more memory than it may",
            found=f"{need / 1e9:.3g} GB for {classes} classes of users on {world.n_countries} x {world.n_sectors}",
            expected=f"at most {memory / 1e9:.3g} GB",
            next_step="Use fewer classes, a merged world, or allow more with `memory`.",
        )


@dataclass(frozen=True, eq=False)
class ByUse:
    """An equilibrium with sourcing by use; hats are new over base, primes million USD."""

    shares: UseShares
    wage: Floats  # d
    price: Floats  # u, d, s
    unit_cost: Floats  # o, s
    expenditure: Floats  # u, d, s
    output: Floats  # o, s
    income: Floats  # d
    residuals: dict[str, float]
    sweeps: int

    @property
    def residual(self) -> float:
        """The largest relative residual of Eq. 1-8, with Eq. 12 for Eq. 2-4."""
        return max(self.residuals.values())

    @property
    def welfare(self) -> Floats:
        """[d] equivalent variation, percent of base income."""
        world = self.shares.world
        final = self.price[self.shares.of[-1]]
        log = np.log(self.income / world.income) - (world.final_share * np.log(final)).sum(axis=1)
        percent: Floats = 100.0 * np.expm1(log)
        return percent


class _Links:
    """Shares, tariffs and wedges of one class of users under its shock, laid out for products by sector."""

    def __init__(self, world: World, share: Floats, shock: Shock) -> None:
        edge = border(world, shock)
        cell = (edge.origin, edge.destination, edge.sector)
        weight, net, kept = share.copy(), world.tariff.copy(), world.tariff - 1.0
        old = world.trade_share[cell]
        weight[cell] *= np.divide(edge.weight, old, out=np.zeros_like(old), where=old > 0.0)
        net[cell] = edge.net
        rent = shock.wedge - 1.0
        kept[cell] = (shock.tariff - 1.0) * shock.wedge + np.where(shock.rent_to_buyer, rent, 0.0)
        earned = np.zeros_like(kept)
        earned[cell] = np.where(shock.rent_to_buyer, 0.0, rent)
        sold = weight / net
        self.into = weight.transpose(2, 1, 0).copy()  # s, d, o
        self.sold = sold.transpose(2, 0, 1).copy()  # s, o, d
        self.kept = (sold * kept).transpose(2, 1, 0).copy()
        self.earned = (sold * earned).transpose(2, 0, 1).copy()


def solve_by_use(
    shares: UseShares, shocks: Shock | Sequence[Shock], model: Model = long_run, *, memory: float = MEMORY
) -> ByUse:
    """Solve a shock, or one for each class of users, with sourcing by use (Eq. 12).

    Arguments:
        shares: the world and its classes. shocks: one for all classes, or one each; of several, the costs, tariffs and
            wedges are those of the class, while productivity and transfers are of the first.
        model: the long run with any closure but `zero`.
        memory: bytes that may be taken.

    Raises:
        SolveError: CV315 for too much memory, CV316 for a model or shock that is not solved by use, CV301 where a
            class has no source left, CV302 no convergence.
    """
    world, theta = shares.world, shares.world.trade_elasticity
    each = [shocks] * len(shares.names) if isinstance(shocks, Shock) else list(shocks)
    first = each[0]
    _refuse(shares, each, model)
    _afford(world, len(each), memory)
    links = [_Links(world, shares.trade_share[u], shock) for u, shock in enumerate(each)]
    base = shares.spending()
    bought = base > 0.0
    for u, link in enumerate(links):
        lost = bought[u] & (link.into.sum(axis=2).T <= 0.0)
        if lost.any():
            d, s = (int(i) for i in np.argwhere(lost)[0])
            raise SolveError(
                "CV301",
                f"the scenario leaves {world.countries[d]} no source of {world.sectors[s]} for {shares.names[u]}",
                where=f"{world.countries[d]}, {world.sectors[s]}",
                next_step="Give a measure a leakage, or leave one source open.",
            )
    part = _parts(links)
    beta, gamma, alpha, of = world.value_added_share, world.input_share, world.final_share, shares.of
    log_wage, log_price, spending = np.zeros(world.n_countries), np.zeros_like(base), base
    members = [np.flatnonzero(of[:-1] == u) for u in range(len(links))]
    step = 0.3
    found: ByUse | None = None
    for sweep in range(1, MOST_SWEEPS + 1):
        log_cost = beta * log_wage[:, None] - np.log(first.productivity)
        for u, users in enumerate(members):
            log_cost[:, users] += np.einsum("dst,ds->dt", gamma[:, :, users], log_price[u])
        power = np.exp(-theta * log_cost).T[:, :, None]
        new_price, totals = np.zeros_like(log_price), np.ones_like(base)
        for u, link in enumerate(links):
            totals[u] = np.where(bought[u], (link.into @ power)[:, :, 0].T, 1.0)
            new_price[u] = np.where(bought[u], -np.log(totals[u]) / theta, 0.0)
        output, at_border = np.zeros_like(log_cost), np.zeros(world.n_countries)
        for u, link in enumerate(links):
            demand = (np.where(bought[u], spending[u], 0.0) / totals[u]).T[:, :, None]
            output += (power * (link.sold @ demand))[:, :, 0].T
            at_border += ((link.kept @ power) * demand)[:, :, 0].sum(axis=0)
            at_border += (power * (link.earned @ demand))[:, :, 0].sum(axis=0)
        wage = np.exp(log_wage)
        earned = wage * world.value_added
        income = earned + at_border + transfers(world, first, model, wage, part)
        new_spending = np.zeros_like(spending)
        for u, users in enumerate(members):
            new_spending[u] = np.einsum("dst,dt->ds", gamma[:, :, users], output[:, users])
        new_spending[of[-1]] += alpha * income[:, None]
        wanted = (beta * output).sum(axis=1)
        level = np.bincount(part, wanted) / np.bincount(part, world.value_added)
        excess = np.log(wanted / level[part]) - np.log(earned)
        gap = max(
            float(np.abs(excess).max()),
            float(np.abs(new_price - log_price).max()),
            float((np.abs(new_spending - spending) / np.where(bought, base, 1.0)).max()),
        )
        if not np.isfinite(gap):
            break
        if gap < TOLERANCE:
            price, cost = np.exp(log_price), np.exp(log_cost)
            found = ByUse(shares, wage, price, cost, spending, output, income, {}, sweep)
            found = replace(found, residuals=residuals_by_use(found, each, model, part))
            break
        log_price, spending = new_price, new_spending
        log_wage = log_wage + step * excess
        total = np.bincount(part, np.exp(log_wage) * world.value_added) / np.bincount(part, world.value_added)
        log_wage -= np.log(total)[part]
    if found is None or not found.residual < VERIFIED:
        raise SolveError(
            "CV302",
            "no equilibrium was found with sourcing by use",
            found=f"a gap of {gap:.2g} after {sweep} sweeps",
            next_step="Lower the largest rates of the scenario, or use the world's own solver.",
        )
    return found


def residuals_by_use(eq: ByUse, shocks: Sequence[Shock], model: Model, part: Ints) -> dict[str, float]:
    """Largest relative residual of Eq. 1-8, with Eq. 12 for Eq. 2-4, recomputed cell by cell from an answer's arrays.

    Arguments:
        shocks: one for each class. part: [d] which part of the world an economy is in.
    """
    shares, world, theta = eq.shares, eq.shares.world, eq.shares.world.trade_elasticity
    beta, spent = world.value_added_share, eq.shares.spending()
    log_cost = beta * np.log(eq.wage)[:, None] - np.log(shocks[0].productivity)
    used = np.zeros_like(spent)
    for t, u in enumerate(shares.of[:-1]):
        log_cost[:, t] += (world.input_share[:, :, t] * np.log(eq.price[u])).sum(axis=1)
        used[u] += world.input_share[:, :, t] * eq.output[:, t][:, None]
    used[shares.of[-1]] += world.final_share * eq.income[:, None]
    output, income = np.zeros_like(eq.output), eq.wage * world.value_added
    income = income + transfers(world, shocks[0], model, eq.wage, part)
    price_gap = 0.0
    for u, shock in enumerate(shocks):
        passing, cost, tariff, wedge = (np.ones(world.trade_share.size) for _ in range(4))
        tariff, buyer = world.tariff.ravel().copy(), np.zeros(world.trade_share.size, dtype=bool)
        passing[shock.cells], cost[shock.cells] = shock.passing, shock.trade_cost
        tariff[shock.cells], wedge[shock.cells], buyer[shock.cells] = (
            shock.tariff,
            shock.wedge,
            shock.rent_to_buyer,
        )
        k, mu, tau, to_buyer = (
            part_.reshape(world.trade_share.shape) for part_ in (cost * tariff * wedge, wedge, tariff, buyer)
        )
        ratio = k / world.tariff * eq.unit_cost[:, None, :] / eq.price[u][None]
        share = shares.trade_share[u] * passing.reshape(ratio.shape) * ratio**-theta
        some = spent[u] > 0.0
        price_gap = max(price_gap, float(np.abs(np.where(some, share.sum(axis=0) - 1.0, 0.0)).max()))
        sales = share * eq.expenditure[u][None] / (mu * tau)
        output += sales.sum(axis=1)
        rent = (mu - 1.0) * sales
        income += ((tau - 1.0) * mu * sales + np.where(to_buyer, rent, 0.0)).sum(axis=(0, 2))
        income += np.where(to_buyer, 0.0, rent).sum(axis=(1, 2))
    earned, base = (np.bincount(part, w * world.value_added) for w in (eq.wage, np.ones_like(eq.wage)))
    pairs: dict[str, tuple[Floats, Floats]] = {
        "4 output": (eq.output, output),
        "5 spending": (eq.expenditure, used),
        "6 income": (eq.income, income),
        "7 labour": (eq.wage * world.value_added, (beta * eq.output).sum(axis=1)),
        "8 numeraire": (np.asarray(earned, dtype=float), np.asarray(base, dtype=float)),
    }
    found = {name: _apart(*pair) for name, pair in pairs.items()}
    return found | {"1 unit cost": _apart(eq.unit_cost, np.exp(log_cost)), "12 price index by use": price_gap}


def _apart(left: Floats, right: Floats) -> float:
    larger = np.maximum(np.abs(left), np.abs(right))
    return float((np.abs(left - right) / np.where(larger > 0.0, larger, 1.0)).max())


def _parts(links: Sequence[_Links]) -> Ints:
    """The number of the part of the world that each economy trades with, in any class."""
    sells = np.any([(link.into > 0.0).any(axis=0) for link in links], axis=0)
    return np.asarray(connected_components(sells, directed=False)[1], dtype=np.int64)


def _refuse(shares: UseShares, each: Sequence[Shock], model: Model) -> None:
    """CV316 for what is not solved by use."""
    first = each[0]
    reasons = {
        "a model other than the long run": not model.is_core or model.elasticity_share != 1.0,
        "closure zero": model.closure == "zero",
        "limits on prices or quantities": any(
            shock.conditions or shock.claims is not None or shock.routes is not None for shock in each
        ),
        "a supply of factors": any(shock.supply is not None for shock in each),
        "one shock for each class, or one for all": len(each) != len(shares.names),
        "other productivity or transfers by class": any(
            not np.array_equal(shock.productivity, first.productivity)
            or not np.array_equal(shock.transfer, first.transfer)
            for shock in each
        ),
    }
    wrong = [reason for reason, true in reasons.items() if true]
    if wrong:
        raise SolveError(
            "CV316",
            "this is not solved with sourcing by use",
            found=", ".join(wrong),
            expected="the long run, with costs, tariffs, wedges, productivity and transfers",
            next_step="Use `exempt_use` in a scenario for the other horizons.",
        )
