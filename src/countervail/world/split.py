"""A sector divided into parts, every published total kept.

For the parts k of sector s: the flows of a pair, the uses by a user and the inputs of the sector add up to
those published. What the shares leave open is proportional; what they determine twice is balanced by RAS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from countervail.errors import WorldError
from countervail.world.arrays import Floats, frozen, largest_cell, lock, over
from countervail.world.balance import fit
from countervail.world.rebuild import as_table, recalibrate
from countervail.world.report import Note
from countervail.world.shares import Into, SectorShares, checked, sizes
from countervail.world.table import Table
from countervail.world.world import World

HOLDS = 1e-9  # how exactly the given shares have to be met


@overload
def split_sector(
    world: World,
    sector: str,
    into: Into,
    shares: SectorShares | None = ...,
    *,
    theta: Mapping[str, float] | None = ...,
    tariff: Mapping[str, ArrayLike] | None = ...,
    goods: Mapping[str, bool] | None = ...,
) -> World: ...
@overload
def split_sector(
    world: Table,
    sector: str,
    into: Into,
    shares: SectorShares | None = ...,
    *,
    tariff: Mapping[str, ArrayLike] | None = ...,
    goods: Mapping[str, bool] | None = ...,
) -> Table: ...
def split_sector(
    world: World | Table,
    sector: str,
    into: Into,
    shares: SectorShares | None = None,
    *,
    theta: Mapping[str, float] | None = None,
    tariff: Mapping[str, ArrayLike] | None = None,
    goods: Mapping[str, bool] | None = None,
) -> World | Table:
    """Divide one sector into parts; every published total stays as it was to round-off.

    In a table the totals kept are those at basic prices. In a world they are those at user prices, value
    added of every sector, final use and income among them.

    Arguments:
        world: a world, or the table of one before calibration.
        sector: the sector to divide.
        into: new label -> its share of the sector, used wherever nothing finer is known; or labels alone,
            when `shares` says the rest. The parts stand where the sector stood.
        shares: what is known about the parts.
        theta: part -> elasticity above 0, worlds only; by default that of the sector, graded approximate.
        tariff: part -> ad-valorem rates [origin, destination]; by default those of the sector.
        goods: part -> whether it bears tariffs; by default as the sector.

    Returns:
        A new table or world with the parts in place of the sector; its notes name the approximations.

    Raises:
        WorldError: CV223 for a sector that is not there, labels in use or fewer than two parts; CV224 for
            shares that do not add up or are missing; CV225 for shares that contradict each other; CV209 for a
            part that its inputs leave no value added.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = load_world("icio2021")
        >>> split_sector(world, "C20", {"C20_FERTILISER": 0.05, "C20_OTHER": 0.95}).n_sectors
        51
    """
    if isinstance(world, World):
        table = split_sector(as_table(world), sector, into, shares, tariff=tariff, goods=goods)
        _check_own(tuple(into), tuple(theta or {}))
        at = world.sectors.index(sector)
        of = [*range(at), *(at for _ in into), *range(at + 1, world.n_sectors)]
        return recalibrate(world, table, of, theta)
    if theta is not None:
        raise _label_error("a table has no elasticities yet", "theta", "Split the world, not the table.")
    parts_of = _check_labels(world, sector, into, (*(tariff or {}), *(goods or {})))
    return _split(world, sector, parts_of, into, shares or SectorShares(), tariff or {}, goods or {})


def _split(
    table: Table,
    sector: str,
    parts: tuple[str, ...],
    into: Into,
    shares: SectorShares,
    tariff: Mapping[str, ArrayLike],
    goods: Mapping[str, bool],
) -> Table:
    n, j, k, at = len(table.countries), len(table.sectors), len(parts), table.sectors.index(sector)
    given = checked(table, at, k, shares)
    flow = _flows(table, at, given, sizes(into, given))
    rates = np.repeat(table.tariff[:, :, at, None], k, axis=2)
    for label, own in tariff.items():
        rates[:, :, parts.index(label)] = frozen(own, f"tariff of {label}", (n, n))
    bought = flow.sum(axis=0)
    paid = ((1.0 + rates) * flow).sum(axis=0) if table.inputs_as_paid else bought
    uses = _uses(table, at, given, paid)
    mix = _mix(flow.sum(axis=1), bought.sum(axis=0))
    cost = given.get("inputs", np.broadcast_to(mix[:, None, :], (n, j, k)))

    others = [s for s in range(j) if s != at]
    place = [s if s < at else s + k - 1 for s in others]
    new = [at + i for i in range(k)]
    wide = j + k - 1
    economies = range(n)
    arrays = {name: np.zeros((n, n, wide)) for name in ("flow", "tariff")}
    arrays["flow"][:, :, place], arrays["tariff"][:, :, place] = (
        table.flow[:, :, others],
        table.tariff[:, :, others],
    )
    arrays["flow"][:, :, new], arrays["tariff"][:, :, new] = flow, rates
    inputs = np.zeros((n, wide, wide))
    inputs[np.ix_(economies, place, place)] = table.intermediate[np.ix_(economies, others, others)]
    inputs[np.ix_(economies, new, place)] = uses[:, others].transpose(0, 2, 1)
    inputs[np.ix_(economies, place, new)] = table.intermediate[:, others, at, None] * cost[:, others]
    inputs[np.ix_(economies, new, new)] = uses[:, at, :, None] * cost[:, at, None, :]
    marks = np.zeros(wide, dtype=bool)
    marks[place] = table.goods[others]
    marks[new] = [goods.get(label, bool(table.goods[at])) for label in parts]
    changed = replace(
        table,
        name=f"{table.name}-{n}x{wide}",
        sectors=(*table.sectors[:at], *parts, *table.sectors[at + 1 :]),
        flow=lock(arrays["flow"]),
        tariff=lock(arrays["tariff"]),
        intermediate=lock(inputs),
        goods=marks,
        split_from=(*table.split_from, *((label, sector) for label in parts)),
    )
    notes = _notes(table, sector, parts, given, tuple(tariff))
    return replace(changed, notes=(*table.notes, *notes, *_user_prices(changed, new, uses)))


def _flows(table: Table, at: int, given: Mapping[str, Floats], size: Floats) -> Floats:
    """[origin, destination, part], million USD."""
    total = table.flow[:, :, at]
    start = np.broadcast_to(size, (*total.shape, len(size)))
    if "flow" in given:
        start = given["flow"]
    else:
        for name, axis in (("output", 1), ("purchases", 0)):
            start = start * np.expand_dims(given[name], axis) if name in given else start
    rows = given["output"] * total.sum(axis=1)[:, None] if "output" in given else None
    columns = given["purchases"] * total.sum(axis=0)[:, None] if "purchases" in given else None
    parts, gap = fit(total, start, rows, columns)
    lost = total - parts.sum(axis=2)
    if gap > HOLDS or (lost > HOLDS * total).any():
        raise _contradiction("output, purchases and flows", table, lost, gap)
    return parts


def _uses(table: Table, at: int, given: Mapping[str, Floats], paid: Floats) -> Floats:
    """[destination, user, part], million USD; what is left of the purchases is final use."""
    used = table.intermediate[:, at, :]
    final = np.maximum(paid.sum(axis=1) - used.sum(axis=1), 0.0)
    total = np.concatenate([used, final[:, None]], axis=1)
    mix = over(paid, paid.sum(axis=1, keepdims=True))
    start = given.get("use", np.broadcast_to(mix[:, None, :], (*total.shape, mix.shape[1])))
    parts, gap = fit(total, start, mix * total.sum(axis=1)[:, None])
    if gap > HOLDS:
        raise _contradiction("uses and purchases", table, total - parts.sum(axis=2), gap)
    return parts[:, :-1]


def _mix(sold: Floats, world: Floats) -> Floats:
    """[economy, part], the parts in its output; those of the world where it has none."""
    total = sold.sum(axis=1, keepdims=True)
    return np.where(total > 0, over(sold, total), world / world.sum() if world.sum() > 0 else 1 / len(world))


def _check_labels(table: Table, sector: str, into: Into, own: Sequence[str]) -> tuple[str, ...]:
    parts = tuple(into)
    if sector not in table.sectors:
        raise _label_error(f"'{sector}' is no sector of this world", sector, "Use a code of `world.sectors`.")
    taken = [label for label in parts if label in table.sectors]
    if taken:
        raise _label_error(f"the label '{taken[0]}' is in use", sector, "Choose another label.")
    if len(set(parts)) < 2 or len(set(parts)) < len(parts):
        raise _label_error("a sector is divided into two different parts or more", sector, "Name the parts.")
    _check_own(parts, own)
    return parts


def _check_own(parts: Sequence[str], named: Sequence[str]) -> None:
    strange = [label for label in named if label not in parts]
    if strange:
        raise _label_error(f"'{strange[0]}' is none of the parts", ", ".join(parts), "Use the new labels.")


def _notes(
    table: Table, sector: str, parts: tuple[str, ...], given: Mapping[str, Floats], tariff: Sequence[str]
) -> list[Note]:
    at = table.sectors.index(sector)
    flows = [name for name in ("flow", "output", "purchases") if name in given]
    said = (
        f"flows by the given shares of {', '.join(flows)}" if flows else "flows in one proportion everywhere",
        "uses from the given shares (RAS)" if "use" in given else "every user as its economy buys",
        "inputs by the given shares" if "inputs" in given else "inputs in proportion to output",
    )
    text = f"{sector} divided into {', '.join(parts)}: {'; '.join(said)}. All totals of {sector} are kept."
    size = float(table.flow[:, :, at].sum())
    notes = [Note("imputed", f"{sector} divided", text, int((table.flow[:, :, at] > 0).sum()), size)]
    if tariff:
        text = f"Tariffs of {', '.join(tariff)} were given; purchases at user prices and revenue follow them."
        notes.append(Note("approximation", f"Tariffs of the parts of {sector}", text))
    return notes


def _user_prices(table: Table, parts: Sequence[int], uses: Floats) -> list[Note]:
    """What calibration will move between users because the parts bear different mean tariffs."""
    if table.inputs_as_paid:
        return []
    flow, rate = table.flow[:, :, parts], table.tariff[:, :, parts]
    markup = over((rate * flow).sum(axis=0), flow.sum(axis=0))
    mean = over((rate * flow).sum(axis=(0, 2)), flow.sum(axis=(0, 2)))
    moved = np.abs((uses * (markup - mean[:, None])[:, None, :]).sum(axis=2))
    if moved.sum() <= HOLDS * flow.sum():
        return []
    text = (
        "The parts bear different mean tariffs, so inputs at user prices, and with them value added, move "
        "between users of the same economy; totals at basic prices hold."
    )
    return [Note("approximation", "Tariffs on inputs", text, int((moved > 0).sum()), float(moved.sum()))]


def _label_error(problem: str, where: str, next_step: str) -> WorldError:
    return WorldError("CV223", problem, where=f"split of {where}", next_step=next_step)


def _contradiction(what: str, table: Table, lost: Floats, gap: float) -> WorldError:
    where, size = largest_cell(np.abs(lost), table.countries, (*table.countries, *table.sectors, "final use"))
    return WorldError(
        "CV225",
        f"the shares of {what} contradict each other",
        where=where if size > 0 else table.name,
        found=f"no division meets them; the nearest misses by {gap:.2g} of a total",
        expected="shares that some division of the published flows can have",
        next_step="Give one of them less, or replace zeros by small shares.",
    )
