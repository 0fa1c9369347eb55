"""Why a shock has no equilibrium: errors that carry a certificate of their cause."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.model.certificate import RUINED, VERIFIED, Certificate
from countervail.model.equations import Border, parts, stranded
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model
from countervail.policy.shock import Shock
from countervail.world.world import World


def cut_off(base: World, shock: Shock, edge: Border) -> SolveError | None:
    """CV301 where a good that an economy buys has no source left; names the cell and the measures."""
    if (edge.weight > 0.0).all():
        return None
    supply = base.trade_share.copy()
    supply[edge.origin, edge.destination, edge.sector] = edge.weight
    lost = (supply.sum(axis=0) == 0.0) & (base.expenditure > 0.0)
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


def no_equilibrium(
    base: World, shock: Shock, model: Model, reached: float, residual: float, last: Equilibrium | None
) -> SolveError:
    """CV303 or CV306 where there is an economic cause, else CV302; with the last equilibrium on the way.

    Arguments:
        reached: share of the shock that the safe path solved. last: the equilibrium there, if above zero.
        residual: the kernel's, where it ended.
    """
    flow = shock.transfer + (0.0 if model.closure == "zero" else base.transfer)
    alone = stranded(base, shock, flow)
    if alone is not None:
        names = [name for name, here in zip(base.countries, alone, strict=True) if here]
        error = SolveError(
            "CV306",
            f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''} can trade one way only",
            found="what is bought abroad cannot be paid for, or what is sold there buys nothing",
            next_step="Leave some trade open the other way, close both, or add a transfer that pays for it.",
        )
        error.certificate = Certificate("stranded", names[0])
        return error
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
    error = SolveError(
        "CV302",
        "no equilibrium was found, by the fast path or by the safe one",
        found=f"an equilibrium of {100 * reached:.3g} % of the shock, residual {residual:.2g}",
        next_step="Lower the largest rates of the scenario step by step to see which one breaks it.",
    )
    error.certificate = Certificate("none", reached=reached, last=last)
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
