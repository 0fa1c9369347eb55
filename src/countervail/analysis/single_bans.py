"""One ban at a time: the cells of some trade, the shock that stops a share of it, and what that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.coalition_play import Progress, base_income, welfares
from countervail.analysis.subsets import Effort
from countervail.errors import SolveError
from countervail.policy.complaint import Origin, located
from countervail.policy.measure import read_names
from countervail.policy.scope import Index, Scope
from countervail.policy.shock import Shock, no_change

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.world.world import World

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

STEP = 0.01
"""Share of the trade that is stopped to see the slope at nothing."""


def positions(world: World, names: Sequence[str], field: str = "economies") -> Index:
    """Positions of economies and blocs named by a caller, sorted, each once.

    Raises:
        ScenarioError: a name that the world does not know, or none at all.
    """
    with located(Origin(field)):
        return Scope(world).economies(read_names(list(names)), field)


def sector_positions(world: World, names: Sequence[str]) -> Index:
    """Positions of sectors and goods lists named by a caller, sorted, each once.

    Raises:
        ScenarioError: a name that the world does not know, or has not apart.
    """
    with located(Origin("goods")):
        return Scope(world).sectors(read_names(list(names)))


def cells_between(world: World, sells: Index, buys: Index, sectors: Index) -> Cells:
    """Flat (o N + d) J + s of the trade of these sellers, buyers and goods that has a flow; home sales left out."""
    o, d, s = np.meshgrid(sells, buys, sectors, indexing="ij")
    abroad = o != d
    flat = ((o * world.n_countries + d) * world.n_sectors + s)[abroad].astype(np.int64)
    found: Cells = np.unique(flat[world.trade_share.ravel()[flat] > 0])
    return found


def stopped(world: World, cells: Cells, share: float = 1.0, label: str = "embargo") -> Shock:
    """The shock that stops a share of the trade of these cells at given costs (an embargo with leakage 1 - share)."""
    count = cells.size
    return replace(
        no_change(world),
        cells=cells,
        passing=np.full(count, 1.0 - share),
        trade_cost=np.ones(count),
        tariff=world.tariff.ravel()[cells],
        wedge=np.ones(count),
        rent_to_buyer=np.zeros(count, dtype=bool),
        measures=((label, cells),) if count else (),
    )


@dataclass(frozen=True, eq=False)
class Answers:
    """Welfare under single bans.

    Arguments:
        exact: [ban, country] percent; missing where there is no equilibrium or no trade to stop.
        linear: [ban, country] what the slope at nothing says: a hundred times what stopping 1 % does.
        missing: [ban] why, "" where not. effort: solves and accuracy.
    """

    exact: Floats
    linear: Floats
    missing: tuple[str, ...]
    effort: Effort


def answers(
    world: World,
    bans: Sequence[Cells],
    model: Model,
    *,
    linear: bool = True,
    progress: Progress | None = None,
    stage: str = "single bans",
) -> Answers:
    """Solve every ban in full and, where asked for, a hundredth of it."""
    effort = Effort()
    trading = [k for k, cells in enumerate(bans) if cells.size]
    shocks = [stopped(world, bans[k]) for k in trading]
    if linear:
        shocks += [stopped(world, bans[k], STEP) for k in trading]
    found = welfares(world, shocks, model, effort, progress, stage)
    exact, slope = (np.full((len(bans), world.n_countries), np.nan) for _ in range(2))
    missing = ["" if cells.size else "no trade to stop" for cells in bans]
    for place, k in enumerate(trading):
        answer = found[place]
        if isinstance(answer, SolveError):
            missing[k] = str(answer)
            continue
        exact[k] = answer
        if linear:
            small = found[len(trading) + place]
            if isinstance(small, SolveError):
                raise small
            slope[k] = small / STEP
    return Answers(exact, slope, tuple(missing), effort)


def group_weights(world: World, model: Model, group: Index) -> Floats:
    """[country] weights by base income that turn welfare of economies into that of a group."""
    income = base_income(world, model)
    found = np.zeros(world.n_countries)
    found[group] = income[group] / income[group].sum()
    return found
