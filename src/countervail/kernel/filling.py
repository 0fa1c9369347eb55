"""Flows that fill the cheapest way first, then the next: elastic demands over ways of limited capacity (Eq. 12d).

Each demand takes the way that costs it least; a way that is full charges a price until what is left wants no more, or
as much as it can pass on. The prices are the lowest that do it: they rise from nothing, together over all ways that
those who find no room could use or that others hold who could move, until a further way is as cheap or demand has
fallen to what there is room for (Demange, Gale and Sotomayor 1986, with demands that fall as prices rise).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

TIE = 1e-12  # of logarithms of cost: ways this near cost the same
NOTHING = 1e-14  # of a rise of ln cost
ROUNDING = 1e-12  # of the largest capacity: what may be lacking, or left
CRUMB = 1e-13  # of it: what does not count as a flow
MOST_ROUNDS = 100_000


class Ways(NamedTuple):
    """Ways `r` of demands `k` through lines `l` of limited capacity."""

    cell: Ints  # r: the demand; each has at least one way
    line: Ints  # r: the line, or -1 for a way without limit
    cost: Floats  # r: ln of what it costs, less the price of the line
    weight: Floats  # k: of a demand on the capacity of its lines
    bound: Floats  # l: capacity, above 0


class Filled(NamedTuple):
    """Prices and flows of which none gains by another way."""

    log_price: Floats  # l: ln of what a line charges, 0 where it is not full
    flow: Floats  # r: quantity
    log_cost: Floats  # k: ln of what each demand pays


def fill(ways: Ways, level: Floats, steep: Floats) -> Filled | None:
    """Prices and flows at demands exp(level - steep ln cost); None if they are not found.

    Of ways that cost a demand the same the one that stands first is taken first.
    """
    cell, line, weight = ways.cell, ways.line, ways.weight
    price, load = np.zeros(ways.bound.size), np.zeros(cell.size)
    limited = line >= 0
    for _ in range(MOST_ROUNDS):
        paid = ways.cost + np.where(limited, price[line], 0.0)
        best = np.full(weight.size, np.inf)
        np.minimum.at(best, cell, paid)
        wanted = weight * np.exp(level - steep * best)
        open_ = paid <= best[cell] + TIE
        charged = open_ & limited & (price[line] > 0.0)
        load = np.where(charged, load, 0.0)
        taken = np.bincount(cell, load, minlength=weight.size)
        load *= np.minimum(1.0, wanted / np.where(taken > 0.0, taken, 1.0))[cell]
        _ship(ways, wanted, charged, load)  # a line that charges has to be full
        lacking, lines = _ship(ways, wanted, open_, load)
        if not lacking.any():
            return Filled(price, _all_of_it(ways, wanted, open_, load) / weight[cell], best)
        beyond = lacking[cell] & ~(limited & lines[line])
        step = float((paid - best[cell])[beyond].min(initial=np.inf))
        inside = open_ & lacking[cell] & limited & lines[line]
        rise = _rise(ways, np.where(lacking, wanted, 0.0), steep, inside, load, lines, step)
        if rise <= NOTHING:  # what is lacking is rounding
            return Filled(price, _all_of_it(ways, wanted, open_, load) / weight[cell], best)
        price[lines] += rise
    return None


def _rise(
    ways: Ways, wanted: Floats, steep: Floats, inside: Bools, load: Floats, lines: Bools, step: float
) -> float:
    """By how much lines that are not enough can charge more, until a further way opens or some would not be full.

    Arguments:
        wanted: of those who lack room or hold what others lack. inside: their ways through these lines.
        step: how far the next way is.
    """
    crumb = CRUMB * float(ways.bound.max())
    rise = min(step, _until(wanted, steep, float(ways.bound[lines].sum())))
    while True:
        left = wanted * np.exp(-steep * rise)
        flow = np.where(inside, load, 0.0)
        taken = np.bincount(ways.cell, flow, minlength=wanted.size)
        flow *= np.minimum(1.0, left / np.where(taken > 0.0, taken, 1.0))[ways.cell]
        _ship(ways, left, inside, flow)
        filled = np.bincount(ways.line[inside], flow[inside], minlength=lines.size)
        crumbs = float(flow[flow <= crumb].sum())
        short = lines & (ways.bound - filled > 10 * ROUNDING * ways.bound.max() + crumbs)
        if not short.any():
            return rise
        # the lines that are not full, with all from which their users could come back to them
        while True:
            users = np.zeros(wanted.size, bool)
            users[ways.cell[inside & short[ways.line]]] = True
            more = short.copy()
            more[ways.line[inside & users[ways.cell] & (flow > crumb)]] = True
            if (more == short).all():
                break
            short = more
        less = _until(wanted[users], steep[users], float(ways.bound[short].sum()))
        if not less < rise:
            return rise
        rise = less


def _ship(ways: Ways, wanted: Floats, open_: Bools, load: Floats) -> tuple[Bools, Bools]:
    """Ship as much as there is room for, on open ways, in place.

    Returns:
        The demands that lack room or hold what others lack, and the lines that they share, all of them full.
    """
    cell, line = ways.cell, ways.line
    nothing, crumb = ROUNDING * float(ways.bound.max()), CRUMB * float(ways.bound.max())
    of_cell: dict[int, list[int]] = {}
    of_line: dict[int, list[int]] = {}
    for r in map(int, np.flatnonzero(open_)):
        of_cell.setdefault(int(cell[r]), []).append(r)
        of_line.setdefault(int(line[r]), []).append(r)
    held = line >= 0
    room = ways.bound - np.bincount(line[held], load[held], minlength=ways.bound.size)
    lack = wanted - np.bincount(cell, load, minlength=wanted.size)
    for k in map(int, np.flatnonzero(lack > nothing)):
        for r in of_cell.get(k, ()):
            more = lack[k] if line[r] < 0 else min(lack[k], max(room[line[r]], 0.0))
            load[r] += more
            lack[k] -= more
            if line[r] >= 0:
                room[line[r]] -= more
    while True:
        lacking, lines = np.zeros(wanted.size, bool), np.zeros(ways.bound.size, bool)
        came: dict[
            int, tuple[int, int]
        ] = {}  # by line: the way that reached it, and the line left for it or -1
        reached = dict.fromkeys(map(int, np.flatnonzero(lack > nothing)), -1)
        queue, end = list(reached), -1
        for k in queue:
            lacking[k] = True
            for r in of_cell.get(k, ()):
                at = int(line[r])
                if at < 0 or room[at] > nothing:
                    end = r
                    break
                if lines[at]:
                    continue
                lines[at] = True
                came[at] = (r, reached[k])
                for other in of_line[at]:
                    if load[other] > crumb and int(cell[other]) not in reached:
                        reached[int(cell[other])] = at
                        queue.append(int(cell[other]))
            if end >= 0:
                break
        if end < 0:
            return lacking, lines
        _move(ways, came, reached, end, of_cell, load, room, lack, crumb)


def _move(
    ways: Ways,
    came: dict[int, tuple[int, int]],
    reached: dict[int, int],
    end: int,
    of_cell: dict[int, list[int]],
    load: Floats,
    room: Floats,
    lack: Floats,
    crumb: float,
) -> None:
    """Move loads along a chain: the last demand takes a way with room, and leaves its place to the one before it."""
    cell, line = ways.cell, ways.line
    gains, leaves = [end], []
    k = int(cell[end])
    while reached[k] >= 0:
        at = reached[k]
        leaves.append(next(r for r in of_cell[k] if line[r] == at and load[r] > crumb))
        gains.append(came[at][0])
        k = int(cell[gains[-1]])
    much = min([float(lack[k]), *(float(load[r]) for r in leaves)])
    if line[end] >= 0:
        much = min(much, float(room[line[end]]))
        room[line[end]] -= much
    load[gains] += much
    load[leaves] -= much
    lack[k] -= much


def _until(wanted: Floats, steep: Floats, room: float) -> float:
    """By how much ln cost has to rise for demands to fall to the room: Newton's method, from below."""
    rise = 0.0
    for _ in range(100):
        left = wanted * np.exp(-steep * rise)
        more = (float(left.sum()) - room) / float((steep * left).sum())
        if more <= NOTHING:
            break
        rise += more
    return rise


def _all_of_it(ways: Ways, wanted: Floats, open_: Bools, load: Floats) -> Floats:
    """Loads that add up to what is wanted, where rounding has left something."""
    lack = wanted - np.bincount(ways.cell, load, minlength=wanted.size)
    load = load.copy()
    for k in map(int, np.flatnonzero(lack > 0.0)):
        mine = np.flatnonzero(open_ & (ways.cell == k))
        load[mine[np.argmax(load[mine])]] += lack[k]
    return load
