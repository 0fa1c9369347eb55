"""Ways around bans through hubs of limited capacity, found together with the equilibrium (Eq. 12d).

At given demands the flows and the hubs' prices are exact (`kernel.filling`); the demands are those of the equilibrium
that these prices and flows make. Both are repeated until they agree: between them stand only what the flows do to
prices and incomes elsewhere, so that few equilibria are needed, each of them begun at the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.kernel.filling import Filled, Ways, fill
from countervail.model.certificate import VERIFIED
from countervail.model.conditions import shipped
from countervail.model.equilibrium import Equilibrium
from countervail.policy.limits import Claims
from countervail.policy.routes import Routes, round_share
from countervail.policy.shock import Shock
from countervail.world.world import World

Floats = NDArray[np.float64]
Answer = Equilibrium | SolveError

AGREED = 1e-10  # of ln demand, between what was filled and what the equilibrium asks for
MOST_EQUILIBRIA = 60
MEMORY = 6  # differences that the next guess is made of


def around_bans(
    base: World, shock: Shock, start: Equilibrium | None, inner: Callable[[Shock, Equilibrium | None], Answer]
) -> Answer:
    """The equilibrium in which trade fills the cheapest hub first, then the next.

    Arguments:
        base: with the trade elasticities that hold. shock: with routes. inner: solves a shock without them, from an
            equilibrium nearby.
    """
    routes = shock.routes
    assert routes is not None
    theta = base.trade_elasticity[shock.cells[routes.at] % base.n_sectors]
    ways = Ways(routes.cell, routes.line, routes.log_paid, routes.weight, routes.bound)
    free = np.zeros(routes.bound.size)
    cheapest = np.full(routes.at.size, np.inf)
    np.minimum.at(cheapest, routes.cell, ways.cost)
    first = np.zeros(routes.cell.size)
    order = np.arange(routes.cell.size)[::-1]
    here = order[ways.cost[order] == cheapest[routes.cell[order]]]
    taken = np.zeros(routes.at.size, dtype=np.intp)
    taken[routes.cell[here]] = here
    first[taken] = 1.0
    trial = _Trial(base, shock, routes, theta, inner)
    answer = trial.solve(free, first, start)
    if isinstance(answer, SolveError):
        return answer
    level, steep, change = trial.demand(answer), trial.steepness(answer), np.inf
    seen: list[tuple[Floats, Floats]] = []
    for _ in range(MOST_EQUILIBRIA):
        filled = fill(ways, level, steep)
        if filled is None:
            break
        whole = np.bincount(routes.cell, filled.flow, minlength=routes.at.size)
        nearby = answer
        answer = trial.solve(filled.log_price, filled.flow / whole[routes.cell], nearby)
        if isinstance(answer, SolveError):
            return answer
        asked = trial.demand(answer, filled, steep)
        change = float(np.abs(asked - level).max())
        if change < AGREED:
            return trial.checked(answer, filled)
        seen.append((level, asked))
        level = _next(seen[-MEMORY:])
    names = sorted({label for label, _ in shock.measures if label})
    return SolveError(
        "CV323",
        "no choice among the hubs was found in which nobody would go another way",
        where=", ".join(names[:4]),
        found=f"demands still move by a factor of {np.exp(min(change, 50.0)):.3g} after {MOST_EQUILIBRIA} equilibria",
        expected="hubs that are full or charge nothing",
        next_step="Raise the capacity, or name fewer hubs.",
    )


@dataclass(frozen=True, eq=False)
class _Trial:
    """What does not change between the equilibria."""

    base: World
    shock: Shock
    routes: Routes
    theta: Floats
    inner: Callable[[Shock, Equilibrium | None], Answer]

    def solve(self, log_price: Floats, part: Floats, start: Equilibrium | None) -> Answer:
        """The equilibrium at these prices and flows."""
        now = routed(self.shock, self.routes, self.theta, log_price, part)
        answer = self.inner(replace(now, routes=None), start)
        if isinstance(answer, SolveError):
            return answer
        fixed = now if answer.shock is None else replace(answer.shock, routes=now.routes)
        return replace(answer, shock=fixed)

    def quantity(self, eq: Equilibrium) -> Floats:
        """[k] b' / c-hat that goes round."""
        assert eq.shock is not None
        cells = eq.shock.cells[self.routes.at]
        share, _ = round_share(self.routes, self.theta, self._log_paid(eq))
        return share * shipped(eq.base, replace(eq.shock, routes=None), cells, eq)

    def demand(self, eq: Equilibrium, filled: Filled | None = None, steep: Floats | None = None) -> Floats:
        """[k] ln quantity at ln cost 0, were it to follow its elasticity."""
        slope = self.steepness(eq) if steep is None else steep
        paid = self._log_paid(eq) if filled is None else filled.log_cost
        demand: Floats = np.log(np.maximum(self.quantity(eq), 1e-300)) + slope * paid
        return demand

    def steepness(self, eq: Equilibrium) -> Floats:
        """[k] elasticity of a cell's quantity, if what all banned origins charge in its market moves together."""
        assert eq.shock is not None
        cells, (n, j) = eq.shock.cells[self.routes.at], (self.base.n_countries, self.base.n_sectors)
        d, s = cells // j % n, cells % j
        worth = (
            shipped(eq.base, replace(eq.shock, routes=None), cells, eq) * eq.unit_cost[cells // (n * j), s]
        )
        at = self.routes.at
        paid = worth * eq.shock.wedge[at] * eq.shock.tariff[at]
        together = np.bincount(d * j + s, paid, minlength=n * j)[d * j + s] / eq.expenditure[d, s]
        steep: Floats = 1.0 + self.theta * (1.0 - np.minimum(together, 1.0))
        return steep

    def _log_paid(self, eq: Equilibrium) -> Floats:
        assert eq.shock is not None
        routes = eq.shock.routes
        assert routes is not None
        assert routes.log_price is not None
        paid = np.full(routes.at.size, np.inf)
        nu = np.where(routes.line >= 0, routes.log_price[routes.line], 0.0)
        np.minimum.at(paid, routes.cell, routes.log_paid + nu)
        return paid

    def checked(self, eq: Equilibrium, filled: Filled) -> Answer:
        """The answer, with how far hubs and choices are from what they should be among its residuals."""
        routes = self.routes
        assert eq.shock is not None
        assert eq.shock.routes is not None
        assert eq.shock.routes.part is not None
        part, limited = eq.shock.routes.part, routes.line >= 0
        shipped_by = part * (routes.weight * self.quantity(eq))[routes.cell]
        load = np.bincount(routes.line[limited], shipped_by[limited], minlength=routes.bound.size)
        room = np.log(routes.bound / np.maximum(load, 1e-300))
        full = np.abs(np.minimum(room, filled.log_price)).max(initial=0.0)
        nu = np.where(limited, filled.log_price[routes.line], 0.0)
        dearer = (routes.log_paid + nu - self._log_paid(eq)[routes.cell])[part > 0.0].max(initial=0.0)
        worst = float(max(full, dearer))
        if not worst < VERIFIED:
            return SolveError(
                "CV323",
                "no choice among the hubs was found in which nobody would go another way",
                found=f"hubs that are full or charge nothing within {worst:.3g}",
                expected=f"{VERIFIED:g}",
            )
        return replace(eq, residuals=eq.residuals | {"12d hubs": worst})


def routed(shock: Shock, routes: Routes, theta: Floats, log_price: Floats, part: Floats) -> Shock:
    """The shock in which every cell takes these ways, at these prices of the hubs (Eq. 12d).

    What goes different ways pays the same; the tariff and the markups of a cell are means of theirs, by quantity.

    Arguments:
        theta: [k] trade elasticity. log_price: [l] ln nu. part: [r] of what goes round of a cell, by quantity.
    """
    nu = np.exp(np.where(routes.line >= 0, log_price[routes.line], 0.0))
    mu = (1 + routes.markup) * nu
    size = routes.at.size
    log_paid = np.full(size, np.inf)
    np.minimum.at(log_paid, routes.cell, routes.log_paid + np.log(nu))
    wedge = np.bincount(routes.cell, part * mu, minlength=size).astype(float)
    tariff = np.bincount(routes.cell, part * mu * routes.tariff, minlength=size) / wedge
    away, mixed = round_share(routes, theta, log_paid)
    partly, at = routes.legal > 0, routes.at
    new = {name: getattr(shock, name).copy() for name in ("passing", "trade_cost", "wedge", "tariff")}
    cost = np.where(partly, routes.direct_cost * mixed ** (-1 / theta), np.exp(log_paid) / (wedge * tariff))
    new["passing"][at] = np.where(partly, 1.0, routes.share) / routes.base_passing
    new["trade_cost"][at] = cost / routes.base_cost
    new["tariff"][at] = np.where(partly, routes.direct_tariff, tariff)
    new["wedge"][at] = routes.rest * np.where(partly, 1.0, wedge)
    hubs = np.full(shock.cells.size, -1, dtype=np.intp) if shock.hubs is None else shock.hubs.copy()
    through = np.zeros(shock.cells.size) if shock.through is None else shock.through.copy()
    order = np.argsort(part, kind="stable")
    hubs[at[routes.cell[order]]] = routes.hub[order]  # the last, and largest, of a cell stays
    through[at] = away
    claims = _claims(shock, routes, wedge, mu, part)
    solved = replace(routes, log_price=log_price, part=part)
    return replace(shock, **new, hubs=hubs, through=through, claims=claims, routes=solved)


def _claims(shock: Shock, routes: Routes, wedge: Floats, mu: Floats, part: Floats) -> Claims | None:
    """Who has the rents: each hub what its way charges, besides those of other cells."""
    paid = np.flatnonzero((part > 0) & (mu != 1) & (routes.legal[routes.cell] == 0))
    whole = wedge[routes.cell[paid]]
    log = part[paid] * (mu[paid] - 1) * np.log(whole) / (whole - 1)
    mine = Claims(routes.at[routes.cell[paid]], routes.hub[paid], log)
    if shock.claims is None:
        return mine if paid.size else None
    others = ~np.isin(shock.claims.at, routes.at)
    held = [(shock.claims.at[others], shock.claims.economy[others], shock.claims.log_wedge[others])]
    held.append((mine.at, mine.economy, mine.log_wedge))
    at, economy, log_wedge = (np.concatenate(column) for column in zip(*held, strict=True))
    return Claims(at, economy, log_wedge) if at.size else None


def _next(seen: list[tuple[Floats, Floats]]) -> Floats:
    """The next guess of demands from those before and what came of them (Anderson 1965)."""
    asked = seen[-1][1]
    if len(seen) == 1:
        return asked
    gaps = np.array([after - before for before, after in seen])
    moved = gaps[1:] - gaps[:-1]
    weights = np.linalg.lstsq(moved.T, gaps[-1], rcond=1e-10)[0]
    images = np.array([after for _, after in seen])
    mixed: Floats = asked - weights @ (images[1:] - images[:-1])
    return mixed if np.isfinite(mixed).all() and np.abs(mixed - asked).max() < 5.0 else asked
