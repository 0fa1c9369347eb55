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
    inside = np.zeros((1, world.n_countries))
    inside[0, members] = 1.0
    found = contents(inside, world.trade_share, world.tariff, world.input_share, world.value_added_share)
    return np.ascontiguousarray(found[0])


def contents(
    inside: Floats,
    trade_share: Floats,
    tariff: Floats,
    input_share: Floats,
    value_added_share: Floats,
) -> Floats:
    """The share of the value added of several groups in each good of each economy (Eq. 12e), on any flows.

    Arguments:
        inside: [group, country] how much of an economy belongs to the group, 0 to 1.
        trade_share, tariff: [origin, destination, sector] pi and tau. input_share: [country, sector, user] gamma.
        value_added_share: [country, sector] beta.

    Returns:
        [group, country, sector] share, 0 to 1.
    """
    bought = trade_share / tariff  # [i, o, s] at basic prices, per unit spent on s in o
    collected = 1 - bought.sum(axis=0)  # [o, s] what o's customs take of a unit spent
    own = value_added_share + np.einsum("ost,os->ot", input_share, collected)
    added: Floats = inside[:, :, None] * own
    return through_inputs(added, bought, input_share)


def through_inputs(added: Floats, bought: Floats, input_share: Floats) -> Floats:
    """What enters goods directly and in their inputs, their inputs' inputs and so on: v = added + gamma' bought' v.

    Arguments:
        added: [group, country, sector] what enters at the last step, per unit of value.
        bought: [origin, destination, sector] what is bought where, per unit spent.
        input_share: [country, sector, user] gamma.

    Returns:
        [group, country, sector].
    """
    by_sector = np.ascontiguousarray(bought.transpose(2, 0, 1))  # [s, i, o]
    content = added
    # Each round adds one more step of the supply chain; value added is above 0 in every step, so the rest melts.
    for _ in range(_MOST_ROUNDS):
        inputs = np.matmul(content.transpose(2, 0, 1), by_sector).transpose(2, 1, 0)  # [o, group, s]
        longer: Floats = added + np.matmul(inputs, input_share).transpose(1, 0, 2)
        gap = np.abs(longer - content).max()
        content = longer
        if gap < _SETTLED:
            break
    return content
