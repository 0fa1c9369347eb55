"""From the limits of a shock to conditions that the kernel solves, and back to wedges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.kernel import conditions as kinds
from countervail.kernel.conditions import Conditions, no_conditions
from countervail.model.conditions import with_wedges
from countervail.policy.limits import WEDGED, Limit

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KINDS = {
    "cap": kinds.CAP,
    "quota": kinds.QUOTA,
    "contract": kinds.CONTRACT,
    "restore_price": kinds.RESTORE_PRICE,
    "restore_output": kinds.RESTORE_OUTPUT,
    "equal_welfare": kinds.EQUAL,
    "welfare_floor": kinds.FLOOR,
}
NEGLIGIBLE = 1e-10  # a ln mu' of this size is one that a slack limit does not need


@dataclass(frozen=True, eq=False)
class Rents:
    """Rents that do not stay with the buyer's economy: a row for each cell and receiver.

    Arguments:
        at: [e] position in the cells of a shock. side: [e] economy that receives. log: [e] ln of its part of mu', of a
        given wedge. of: [e] the condition whose wedge it is, or -1 for a given one.
    """

    at: Ints
    side: Ints
    log: Floats
    of: Ints


@dataclass(frozen=True, eq=False)
class Conditioned:
    """A shock's limits as conditions; `owner` is the limit of each condition."""

    conditions: Conditions
    wedge_at: Ints  # positions in the cells of the shock
    owner: Ints


def rents_of(shock: Shock, destination: Ints, origin: Ints) -> Rents:
    """Who receives what of the wedges on a shock's cells, given and still unknown (Eq. 12c)."""
    rest = np.log(shock.wedge)
    at, side, log, of = [], [], [], []
    if shock.claims is not None:
        np.add.at(rest, shock.claims.at, -shock.claims.log_wedge)
        at.append(shock.claims.at)
        side.append(shock.claims.economy)
        log.append(shock.claims.log_wedge)
        of.append(np.full(shock.claims.at.size, -1))
    mine = np.flatnonzero(~shock.rent_to_buyer & (rest != 0.0))
    at.append(mine)
    side.append(origin[mine])
    log.append(rest[mine])
    of.append(np.full(mine.size, -1))
    for number, limit in _wedges(shock):
        at.append(np.searchsorted(shock.cells, limit.cells))
        side.append(limit.rent_to)
        log.append(np.zeros(limit.cells.size))
        of.append(np.full(limit.cells.size, number))
    found = [np.concatenate(column) for column in (at, side, log, of)]
    away = found[1] != destination[found[0]]
    return Rents(*(column[away] for column in found))


def conditioned(base: World, shock: Shock, rents: Rents) -> Conditioned:
    """The limits of a shock as conditions: one each, and one for each member but the first whose welfare is equalised.

    Raises:
        SolveError: CV321 for a bound that no equilibrium can meet.
    """
    n, j = base.n_countries, base.n_sectors
    if not shock.conditions:
        return Conditioned(no_conditions(n, rents.at.size), np.zeros(0, np.int64), np.zeros(0, np.int64))
    rows = [row for number, limit in enumerate(shock.conditions) for row in _rows(base, limit, number)]
    wedged = _wedges(shock)
    wedge_at = np.unique(
        np.concatenate(
            [np.searchsorted(shock.cells, limit.cells) for _, limit in wedged] or [np.zeros(0, np.int64)]
        )
    )
    wedge_at = wedge_at.astype(np.int64)
    owner = np.array([row.owner for row in rows])
    first = {number: int(np.flatnonzero(owner == number)[0]) for number, _ in wedged}
    cell = [np.searchsorted(wedge_at, np.searchsorted(shock.cells, limit.cells)) for _, limit in wedged]
    shared = np.isin(rents.at, wedge_at)
    mine = np.array([first[number] if number >= 0 else kinds.GIVEN for number in rents.of], dtype=np.int64)
    watched = np.array([max(row.watched, 0) for row in rows])
    return Conditioned(
        Conditions(
            kind=np.array([row.kind for row in rows]),
            bound=np.array([row.bound for row in rows]),
            watched=np.array([watched // j, watched % j]),
            cell=np.concatenate([*cell, np.zeros(0, np.int64)]).astype(np.int64),
            of=np.concatenate(
                [*(np.full(c.size, first[k]) for c, (k, _) in zip(cell, wedged, strict=True)), []]
            ).astype(np.int64),
            weight=np.concatenate([*(_weights(limit) for _, limit in wedged), []]),
            log_wedge=np.log(shock.wedge[wedge_at]),
            rent_of=np.where(shared, mine, kinds.FIXED),
            rent_part=rents.log,
            transfer=np.stack([row.transfer for row in rows], axis=1),
            welfare=np.array([[row.who for row in rows], [row.whose for row in rows]]),
            log_income=np.log(base.income),
            log_output=np.log(np.maximum(base.output.ravel()[watched], 1e-300)),
            relief=np.zeros(len(rows)),
        ),
        wedge_at,
        owner,
    )


def with_answers(shock: Shock, found: Conditioned, unknown: Floats) -> tuple[Shock, Floats]:
    """The shock with its solved wedges and transfers in place, and ln mu' of each limit (0 for transfers)."""
    log = np.zeros(len(shock.conditions))
    for row, number in enumerate(found.owner):
        if shock.conditions[number].kind in WEDGED:
            log[number] = 0.0 if abs(unknown[row]) < NEGLIGIBLE else unknown[row]
    paid = found.conditions.transfer @ unknown
    return replace(with_wedges(shock, log), transfer=shock.transfer + paid), log


def start_of(shock: Shock, found: Conditioned, eq: Equilibrium | None) -> Floats:
    """Unknowns to begin from: ln mu' of the same limits in an equilibrium nearby; 0 of those it has not."""
    if eq is None or eq.wedges is None:
        return np.zeros(found.owner.size)
    known = {_key(limit): float(log) for limit, log in zip(eq.limits, eq.wedges, strict=True)}
    return np.array([known.get(_key(shock.conditions[number]), 0.0) for number in found.owner])


def _key(limit: Limit) -> tuple[str, str, int, bytes]:
    return limit.kind, limit.measure, limit.watched, limit.cells.tobytes()


def welfare_gap(limit: Limit, hat: Floats) -> float:
    """How far W-hat of the members is from what a condition on transfers asks for (Eq. 13)."""
    mine = hat[limit.members]
    if limit.kind == "equal_welfare":
        return float((mine.max() - mine.min()) / mine.max())
    return float(max(limit.bound - mine[0], 0.0))


def out_of_reach(base: World, limit: Limit, least: float) -> SolveError:
    """CV320: what the seller of a capped good gets even if the capped trade ends."""
    seller, good = divmod(limit.watched, base.n_sectors)
    return SolveError(
        "CV320",
        "a price cap that no wedge can meet",
        where=f"{limit.measure}, {base.countries[seller]}, {base.sectors[good]}",
        found=f"the price falls to {100 * least:.4g} % of the base price at most, where the capped trade has ended",
        expected=f"{100 * limit.bound:.4g} %",
        next_step="Set the cap higher, or have more buyers apply it.",
    )


def unmet(shock: Shock, found: Conditioned, unknown: Floats, relief: Floats) -> SolveError:
    """CV322: limits that are not met together; names the one that is furthest from it."""
    row = int(np.argmax(np.abs(relief)))
    limit = shock.conditions[found.owner[row]]
    if limit.kind in WEDGED:
        ratio, wedge = np.exp(-abs(relief[row])), np.exp(unknown[row])
        reached = f"met within a factor of {ratio:.3g} at best, at a price wedge of {wedge:.3g}"
    else:
        reached = f"welfare within {100 * abs(relief[row]):.3g} % of it"
    return SolveError(
        "CV322",
        "no equilibrium was found that meets the limits",
        where=limit.measure,
        found=f"{limit.kind.replace('_', ' ')}: {reached}",
        next_step="Loosen this limit, or leave out those that pull against it.",
    )


@dataclass(frozen=True, eq=False)
class _Row:
    """One condition on the way to arrays."""

    owner: int
    kind: int
    bound: float
    watched: int
    transfer: Floats
    who: int = -1
    whose: int = -1


def _rows(base: World, limit: Limit, number: int) -> list[_Row]:
    none = np.zeros(base.n_countries)
    kind = KINDS[limit.kind]
    if limit.kind == "equal_welfare":
        first, *others = (int(m) for m in limit.members)
        rows = []
        for member in others:
            pays = none.copy()
            pays[member], pays[first] = base.income[member], -base.income[member]
            rows.append(_Row(number, kind, 0.0, -1, pays, member, first))
        return rows
    if not limit.bound > 0.0 or not np.isfinite(limit.bound):
        raise SolveError(
            "CV321",
            "a limit that no price or quantity can meet",
            where=limit.measure,
            found=f"{limit.kind.replace('_', ' ')} of {limit.bound:g}",
            expected="a number above 0",
            next_step="Where nothing may be sold, write an embargo.",
        )
    bound = float(np.log(limit.bound))
    if limit.kind == "welfare_floor":
        first = int(limit.members[0])
        pays = none.copy()
        pays[limit.members[1:]] = -limit.weights[1:] / limit.weights[1:].sum()
        pays[first] = 1.0
        return [_Row(number, kind, bound, -1, pays * base.income[first], first)]
    return [_Row(number, kind, bound, limit.watched, none)]


def _wedges(shock: Shock) -> list[tuple[int, Limit]]:
    return [(number, limit) for number, limit in enumerate(shock.conditions) if limit.kind in WEDGED]


def _weights(limit: Limit) -> Floats:
    return limit.weights if limit.weights.size else np.ones(limit.cells.size)
