"""Who is behind what an economy buys: suppliers at the border, and through any number of steps (Eq. 12e)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.policy.content import contents, through_inputs
from countervail.policy.scope import Index

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Suppliers:
    """Where the goods of an economy or bloc come from. Suppliers inside the bloc are its own production.

    Arguments:
        use: [sector] what it buys of each good, from home too, million USD at basic prices.
        direct: [origin, sector] share of that by seller. through: [origin, sector] share by whose value added it is,
            through any number of steps; both add up to 1 where there is use.
        final: [sector] what it uses in the end (consumption and investment), million USD at basic prices.
        extracted: [origin] share of final use that contains, at any step, something that the origin delivered to it.
    """

    use: Floats
    direct: Floats
    through: Floats
    final: Floats
    extracted: Floats


def suppliers_of(world: World, group: Index) -> Suppliers:
    """Suppliers of a group of economies, at the border and through inputs."""
    flow = world.basic_flow()
    bought = flow[:, group].sum(axis=1)  # [origin, sector]
    use = bought.sum(axis=0)
    direct = np.divide(bought, use, out=np.zeros_like(bought), where=use > 0)
    shares = (world.trade_share, world.tariff, world.input_share, world.value_added_share)
    content = contents(np.eye(world.n_countries), *shares)
    through = np.einsum("cis,is->cs", content, direct)
    final = world.final_share * world.income[:, None]
    basic = world.trade_share / world.tariff
    ends = np.einsum("ods,ds->os", basic[:, group], final[group])
    return Suppliers(use, direct, through, ends.sum(axis=0), _extracted(world, group, basic, final))


def concentration(shares: Floats) -> Floats:
    """Herfindahl-Hirschman index over the first axis, of shares among themselves, 0 to 1; missing where all are 0.

    Example:
        >>> import numpy as np
        >>> float(concentration(np.array([[0.5], [0.25], [0.25]]))[0])
        0.375
    """
    total = shares.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        index: Floats = np.where(total > 0, (shares**2).sum(axis=0) / total**2, np.nan)
    return index


def _extracted(world: World, group: Index, basic: Floats, final: Floats) -> Floats:
    """[origin] share of the group's final use that a delivery of the origin to the group is part of, at any step."""
    spent = final[group] / final[group].sum()
    found = np.zeros(world.n_countries)
    for o in np.setdiff1d(np.arange(world.n_countries), group):
        delivered = np.zeros_like(basic[o])
        delivered[group] = basic[o, group]
        rest = basic.copy()
        rest[o, group] = 0.0  # what is delivered counts whole, whatever is behind it
        added = np.einsum("ds,dst->dt", delivered, world.input_share)
        (touched,) = through_inputs(added[None], rest, world.input_share)
        at_once = (spent * delivered[group]).sum()
        behind = np.einsum("ds,ids,is->", spent, rest[:, group], touched, optimize=True)
        found[o] = at_once + behind
    return found
