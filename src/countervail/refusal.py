"""Why a shock has no equilibrium: errors that carry a certificate of their cause."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.model.certificate import RUINED, VERIFIED, Certificate
from countervail.model.equations import Border, linked, parts
from countervail.model.equilibrium import Equilibrium
from countervail.model.linkage import Linkage, without_source
from countervail.model.parameters import Model
from countervail.model.solvency import stranded
from countervail.policy.shock import Shock
from countervail.world.world import World


def cut_off(base: World, shock: Shock, edge: Border, links: Linkage) -> SolveError | None:
    """CV301 where a good that an economy buys has no source left; names the cell and the measures."""
    lost = without_source(base, links, edge)
    if not lost.any():
        return None
    d, s = (int(i) for i in np.argwhere(lost)[0])
    cell = shock.cells[(edge.destination == d) & (edge.sector == s) & (edge.weight == 0.0)]
    culprits = [name for name, cells in shock.measures if np.isin(cell, cells).any()]
    others = f" (and {int(lost.sum()) - 1} more such cells)" if lost.sum() > 1 else ""
    error = SolveError(
        "CV301",
        f"the scenario leaves {base.countries[d]} no source of {base.sectors[s]}{others}",
        where=f"{base.countries[d]}, {base.sectors[s]}",
        found="cut by " + ", ".join(culprits),
        next_step="Give one of these measures a leakage, a narrower list of goods, or leave one source open.",
    )
    error.certificate = Certificate("cut off", base.countries[d], base.sectors[s])
    return error


def unsound(residuals: Mapping[str, float]) -> SolveError:
    """CV302 where the kernel's answer fails the independent check."""
    return SolveError(
        "CV302",
        "the solver's answer fails the independent check",
        found=", ".join(
            f"Eq. {name} {value:.2g}" for name, value in residuals.items() if not value < VERIFIED
        ),
        expected=f"below {VERIFIED:g}",
    )


def one_way(
    base: World,
    shock: Shock,
    model: Model,
    links: Linkage,
    left: NDArray[np.bool_] | None,
    part: NDArray[np.int64],
) -> SolveError | None:
    """CV306 where a group can buy from the others, sell them nothing, and gets no transfer that pays for it.

    Arguments:
        left: who still sells to whom, axes o, d; None where that is as in the base. part: [d] what trade links.
    """
    if left is None:
        if links.circular:
            return None
        left = links.goods > 0
    if (
        model.closure == "share" and base.transfer.any()
    ):  # what is received moves with wages; not known beforehand
        return None
    flow = shock.transfer + (base.transfer if model.closure == "fixed" else 0.0)
    alone = stranded(left, part, flow, base.value_added)
    return None if alone is None else _stranded(base, alone, part)


def _stranded(base: World, alone: NDArray[np.bool_], part: NDArray[np.int64]) -> SolveError:
    """Told from the side of the smaller group: who buys and sells nothing, or who sells and buys nothing."""
    rest = ~alone & np.isin(part, part[alone])
    sells = bool(rest.sum() < alone.sum())
    group, names = (
        tuple(name for name, here in zip(base.countries, side, strict=True) if here)
        for side in (alone, rest if sells else alone)
    )
    some = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    error = SolveError(
        "CV306",
        f"{some} can {'sell to' if sells else 'buy from'} the others but {'buy' if sells else 'sell'} nothing there",
        found=f"no transfer that would pay for what {'is sold' if sells else 'is bought'}",
        next_step="Leave some trade open the other way, close both, or add a transfer that pays for it.",
    )
    error.certificate = Certificate("stranded", names[0], group=group)
    return error


def no_equilibrium(
    base: World,
    shock: Shock,
    model: Model,
    reached: float,
    residual: float,
    last: Equilibrium | None,
    crossing: tuple[Equilibrium, Equilibrium] | None = None,
) -> SolveError:
    """CV303 or CV306 where there is an economic cause, else CV302; with the last equilibrium on the way.

    Arguments:
        reached: share of the shock that the safe path solved. last: the equilibrium there, if above zero.
        residual: the kernel's, where it ended. crossing: two solutions near each other on the way, the further one
        with an income below zero.
    """
    if model.closure == "share":  # with the transfers of the base: at other wages they may be others
        part = parts(base, shock)
        alone = stranded(linked(base, shock), part, shock.transfer + base.transfer, base.value_added)
        if alone is not None:
            return _stranded(base, alone, part)
    if last is not None:
        left = last.income / base.income
        poorest = int(np.argmin(left))
        if left[poorest] < RUINED and last.residual < VERIFIED:
            error = SolveError(
                "CV303",
                f"no equilibrium: the income of {base.countries[poorest]} does not stay above zero",
                found=f"{100 * left[poorest]:.2g} % of base income at {100 * reached:.3g} % of the shock",
                next_step="Lower what this economy pays in transfers or subsidies, or leave more of its trade open.",
            )
            error.certificate = Certificate("ruined", base.countries[poorest], "", reached, last)
            return error
    if crossing is not None:
        return _crossed(base, reached, *crossing)
    gross = base.value_added + np.abs(base.income - base.value_added - base.transfer) + np.abs(base.transfer)
    rounding = 2.0 * np.finfo(float).eps * gross / base.income
    if (rounding > VERIFIED).any():
        return _lost(base, int(np.argmax(rounding)))
    error = SolveError(
        "CV302",
        "no equilibrium was found, by the fast path or by the safe one",
        found=f"an equilibrium of {100 * reached:.3g} % of the shock, residual {residual:.2g}",
        next_step="Lower the largest rates of the scenario step by step to see which one breaks it.",
    )
    error.certificate = Certificate("none", reached=reached, last=last)
    return error


def _lost(base: World, d: int) -> SolveError:
    """CV380 where an income is so small beside what it is the difference of that its equation cannot be checked."""
    error = SolveError(
        "CV380",
        f"no equilibrium was found: the income of {base.countries[d]} is lost in rounding",
        found=f"a base income of {base.income[d] / base.value_added[d]:.2g} of its value added",
        next_step="Correct its trade balance in the table, or merge it with another economy.",
    )
    error.certificate = Certificate("lost", base.countries[d])
    return error


def _crossed(base: World, reached: float, before: Equilibrium, beyond: Equilibrium) -> SolveError:
    """CV303 where an income goes through zero faster than it can be followed."""
    poorest = int(np.argmin(beyond.income / base.income))
    before_it, after = (100 * eq.income[poorest] / base.income[poorest] for eq in (before, beyond))
    error = SolveError(
        "CV303",
        f"no equilibrium: the income of {base.countries[poorest]} does not stay above zero",
        found=f"it falls from {before_it:.3g} to {after:.3g} % of base income near {100 * reached:.3g} % of the shock",
        next_step="Lower what this economy pays in transfers or subsidies, or leave more of its trade open.",
    )
    error.certificate = Certificate("ruined", base.countries[poorest], "", reached, before, beyond)
    return error


def payable(base: World, shock: Shock, model: Model) -> NDArray[np.float64]:
    """The shock's transfers, less what parts of the world that it separates would owe each other."""
    part = parts(base, shock)
    if part.max() == 0:
        return shock.transfer
    flow = shock.transfer + (base.transfer if model.closure == "fixed" else 0.0)
    owed = np.bincount(part, flow) / np.bincount(part, base.value_added)
    payable: NDArray[np.float64] = shock.transfer - owed[part] * base.value_added
    return payable
