"""Limits on prices and quantities (Eq. 12b, 12c): what they say of an equilibrium, for reading and for checking.

Shares no code with the kernel. A solved wedge is one more price: with it in place an equilibrium is one of Eq. 1-8
as any other, so `with_wedges` gives the shock of which it is, and `slack` says how far each limit is from binding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.model.equations import flow_at
from countervail.policy.limits import WEDGED, Claims, Limit

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]


def with_wedges(shock: Shock, log_wedges: Sequence[float] | Floats) -> Shock:
    """The shock in which solved wedges stand as given ones, each with its part of the rent (Eq. 12c).

    mu' of a cell is the product of its own wedge and those of its limits. Of the rent (mu' - 1) b' a wedge mu_i has the
    part ln mu_i / ln mu', which is (mu' - 1) / ln mu' times ln mu_i, and ln mu_i where all of them cancel.

    Arguments:
        shock: with its conditions. log_wedges: ln mu' of each condition in order; 0 for those on transfers.

    Returns:
        Shock without conditions; other fields as they are.
    """
    wedged = [
        (limit, float(value))
        for limit, value in zip(shock.conditions, log_wedges, strict=True)
        if limit.kind in WEDGED
    ]
    log = np.log(shock.wedge)
    places = [np.searchsorted(shock.cells, limit.cells) for limit, _ in wedged]
    for at, (_, value) in zip(places, wedged, strict=True):
        log[at] += value
    claims = shock.claims
    if wedged:
        held = [] if claims is None else [claims]
        new = [
            Claims(at.astype(np.intp), limit.rent_to.astype(np.intp), np.full(at.size, value))
            for at, (limit, value) in zip(places, wedged, strict=True)
        ]
        columns = ([getattr(part, name) for part in (*held, *new)] for name in ("at", "economy", "log_wedge"))
        claims = Claims(*map(np.concatenate, columns))
    return replace(shock, wedge=np.exp(log), conditions=(), claims=claims)


def slack(base: World, shock: Shock, log_wedges: Sequence[float] | Floats, eq: Equilibrium) -> Floats:
    """How far each limit is from binding, over its bound: 0 where it binds, above 0 where it is met with room.

    Arguments:
        base: the world that the equilibrium's hats are relative to. shock: with its conditions.
        log_wedges: ln mu' of each. eq: an equilibrium of `with_wedges(shock, log_wedges)`.

    Returns:
        [conditions]; NaN for conditions on transfers.
    """
    fixed = with_wedges(shock, log_wedges)
    return np.array([_slack(base, fixed, limit, eq) for limit in shock.conditions])


def shipped(base: World, shock: Shock, cells: NDArray[np.int64], eq: Equilibrium) -> Floats:
    """Q' = b' / c-hat on cells (Eq. 12c), million USD at base prices.

    Arguments:
        shock: with its wedges in place (`with_wedges`). cells: flat (o N + d) J + s, among those of the shock.
    """
    at = np.searchsorted(shock.cells, cells)
    o, _, s = np.unravel_index(cells, base.trade_share.shape)
    return flow_at(base, shock, at, eq.unit_cost, eq.price, eq.expenditure) / eq.unit_cost[o, s]


def condition_residuals(base: World, shock: Shock, log_wedges: Floats, eq: Equilibrium) -> Floats:
    """Complementarity of each limit: the smaller of slack and |ln mu'|, and by how much either has the wrong sign.

    Arguments:
        shock: with its conditions. log_wedges: ln mu' in their order. eq: the equilibrium they make.

    Returns:
        [conditions] 0 where one of slack and wedge is 0 and the other is allowed.
    """
    gaps = slack(base, shock, log_wedges, eq)
    signs = np.array([limit.sign for limit in shock.conditions])
    met: Floats = np.abs(np.minimum(gaps, signs * np.asarray(log_wedges, dtype=float)))
    return met


def _slack(base: World, fixed: Shock, limit: Limit, eq: Equilibrium) -> float:
    if limit.kind in ("quota", "contract"):
        shipped_now = float(limit.weights @ shipped(base, fixed, limit.cells, eq))
        room = limit.bound - shipped_now if limit.kind == "quota" else shipped_now - limit.bound
        return room / limit.scale
    if limit.kind == "cap":
        return (limit.bound - float(eq.unit_cost.ravel()[limit.watched])) / limit.scale
    if limit.kind == "restore_price":
        return (float(eq.price.ravel()[limit.watched]) - limit.bound) / limit.scale
    if limit.kind == "restore_output":
        made = float((eq.output / eq.unit_cost).ravel()[limit.watched] / base.output.ravel()[limit.watched])
        return (made - limit.bound) / limit.scale
    return float("nan")
