"""How much of a good is made by a coalition, in the end (Eq. 12e), for export controls that reach abroad."""

from __future__ import annotations

import numpy as np

from countervail.policy.parts import Floats
from countervail.policy.scope import Index
from countervail.world.world import World

_SETTLED = 1e-13
_MOST_ROUNDS = 2000


def coalition_content(world: World, members: Index) -> Floats:
    """The share of coalition value added in each good of each economy, direct and indirect (Eq. 12e).

    v[o,t] = r[o,t] + sum_{i,s} gamma[o,s,t] pi[i,o,s] / tau[i,o,s] v[i,s], where r is what o itself adds, value
    added and the tariffs it collects on the inputs, if o is a member, and 0 otherwise. This is the Leontief
    inverse of the world's table applied to the members' value added: every user in a country is taken to buy a
    good from the same origins (proportionality). The contents of all economies in a good add up to 1.

    Arguments:
        world: the table. members: positions of the coalition.

    Returns:
        [N, J] share, 0 to 1; 0 where nothing is produced by others than members.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = load_world("icio2022")
        >>> content = coalition_content(world, np.array([world.index("USA")]))
        >>> bool(content[world.index("USA")].min() > 0.5), round(float(content[world.index("MEX"), 23]), 2) > 0.1
        (True, True)
    """
    bought = world.trade_share / world.tariff  # [i, o, s] at basic prices, per unit spent on s in o
    gamma = world.input_share  # [o, s, t]
    inside = np.zeros(world.n_countries)
    inside[members] = 1.0
    collected = 1 - bought.sum(axis=0)  # [o, s] what o's customs take of a unit spent
    own = world.value_added_share + np.einsum("ost,os->ot", gamma, collected)
    added: Floats = inside[:, None] * own
    content = added
    # Each round adds one more step of the supply chain; value added is above 0 in every step, so the rest melts.
    for _ in range(_MOST_ROUNDS):
        inputs = np.einsum("ios,is->os", bought, content)
        longer: Floats = added + np.matmul(inputs[:, None, :], gamma)[:, 0, :]
        gap = np.abs(longer - content).max()
        content = longer
        if gap < _SETTLED:
            break
    return content
