"""Whether what is bought abroad can be paid for, whatever the prices.

Imports of a group of economies less its exports are the transfer it receives. Where groups are linked one way only,
that alone can rule out an equilibrium: somebody buys outside, sells nothing there, and receives nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from countervail.model.linkage import strong_parts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def stranded(links: Bools, part: Ints, flow: Floats, value_added: Floats) -> Bools | None:
    """A group that buys outside, sells nothing there, and cannot receive anything; None if there is none.

    Arguments:
        links: who sells to whom, axes o, d. part: [d] which part of the world d trades with.
        flow: [d] D' before each part's sum is taken off in proportion to VA', million USD.

    Returns:
        [d] the members, a certificate that there is no equilibrium: at any prices their imports exceed their exports,
        and the transfer that would pay for it is not above zero. The rest of their part then sells there for nothing.
    """
    group = strong_parts(links)
    count = int(group.max()) + 1
    if count == int(part.max()) + 1:  # in every part everybody sells to everybody, through others or not
        return None
    o, d = np.nonzero(links)
    across = group[o] != group[d]
    edges = np.unique(np.stack([group[o[across]], group[d[across]]]), axis=1)
    owed = (np.bincount(part, flow) / np.bincount(part, value_added))[part]
    received = np.bincount(group, flow - owed * value_added, minlength=count)
    # the largest smallest flow across, if every group's imports less exports are what it receives
    width = edges.shape[1]
    balance = np.zeros((count, width + 1))
    balance[edges[1], np.arange(width)] = 1.0
    balance[edges[0], np.arange(width)] -= 1.0
    balance[:, -1] = balance[:, :-1].sum(axis=1)  # flows are t above what the other columns say
    scale = max(float(np.abs(received).max()), 1e-300)
    most = linprog(
        np.append(np.zeros(width), -1.0),
        A_eq=balance,
        b_eq=received / scale,
        bounds=[(0.0, None)] * width + [(None, 1.0)],
        method="highs",
    )
    if most.status != 0 or most.fun < -1e-9:
        return None
    price = most.eqlin.marginals
    for level in np.unique(price):
        for side in (price > level, price <= level):
            found: Bools = side[group]
            if _cannot_pay(found, links, part, flow):
                return found
    return None


def _cannot_pay(inside: Bools, links: Bools, part: Ints, flow: Floats) -> bool:
    """Whether the group buys outside, sells nothing there, and receives nothing however its part settles."""
    if links[np.ix_(inside, ~inside)].any() or not links[np.ix_(~inside, inside)].any():
        return False
    # what a part is owed from outside falls away in proportion to VA': a group bears between none and all of it
    within = np.unique(part[inside])
    owed = np.bincount(part, flow)[within]
    return bool(flow[inside].sum() + np.maximum(-owed, 0.0).sum() <= 0.0)
