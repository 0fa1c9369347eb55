"""Certificate: why a shock has no equilibrium, in a form that other code can check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from countervail.model.equilibrium import Equilibrium

if TYPE_CHECKING:
    from countervail.policy.shock import Shock
    from countervail.world.world import World

VERIFIED = 1e-9  # what the independent check allows a residual of Eq. 1-8
# Along a path of growing shocks, an economy left with less than this share of its base income is ruined.
RUINED = 1e-3


@dataclass(frozen=True, eq=False)
class Certificate:
    """The economic cause of a failed solve, or what the solver last had.

    `cut off`: economy and sector name a good that is bought in the base and has no source left. `stranded`: the
    economies in `group` can still buy from the others of their part of the world but sell them nothing, and no transfer
    pays for it. `ruined`: at the
    share `reached` of the shock (see `partial_shock`; the shock there is `last.shock`) `last` is an equilibrium in
    which the economy keeps less than `RUINED` of its base income; or, near it on the way, `beyond` solves all
    equations with an income of that economy below zero. `lost`:
    the economy keeps so little of what it earns in the base that double precision does not hold its income to
    `VERIFIED`. `none`: no cause was found.
    """

    cause: Literal["cut off", "stranded", "ruined", "lost", "none"]
    economy: str = ""
    sector: str = ""
    reached: float = 0.0
    last: Equilibrium | None = None
    beyond: Equilibrium | None = None
    group: tuple[str, ...] = ()


def partial_shock(world: World, shock: Shock, share: float, transfer: np.ndarray) -> Shock:
    """A share of a shock, along the path that the safe solver takes: bans as exp(-share / (1 - share)), all else
    geometric.

    Arguments:
        share: 0 for nothing, below 1. transfer: [N] the shock's transfers at this share, million USD.
    """
    from countervail.policy.shock import Shock

    o, d, s = np.unravel_index(shock.cells, world.trade_share.shape)
    old = world.tariff[o, d, s]
    open_ = shock.passing > 0.0
    return Shock(
        cells=shock.cells,
        passing=np.where(open_, np.where(open_, shock.passing, 1.0) ** share, np.exp(-share / (1.0 - share))),
        trade_cost=np.where(open_, shock.trade_cost**share, 1.0),
        tariff=np.where(open_, old ** (1.0 - share) * shock.tariff**share, old),
        wedge=np.where(open_, shock.wedge**share, 1.0),
        rent_to_buyer=shock.rent_to_buyer.copy(),
        productivity=shock.productivity**share,
        supply=None if shock.supply is None else shock.supply.part(share),
        transfer=transfer,
        measures=shock.measures,
    )
