"""Other shapes of the same economy: economies merged into blocs, sectors into groups, one sector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from countervail.errors import WorldError
from countervail.world import labels
from countervail.world.accounts import Accounts
from countervail.world.arrays import Floats, largest_cell, lock, over
from countervail.world.elasticities import ElasticitySet
from countervail.world.report import Note, Repair

A = TypeVar("A", bound=Accounts)
Groups = Mapping[str, str | Sequence[str]]

INTERNAL_TARIFFS = "Tariffs inside a bloc kept as the seller's value added"


@dataclass(frozen=True)
class _Plan:
    """Where the old labels go: `of[i]` is the new position of the old position i."""

    labels: tuple[str, ...]
    of: tuple[int, ...]

    def matrix(self) -> Floats:
        """[new, old], 1 where an old label belongs to a new one."""
        out = np.zeros((len(self.labels), len(self.of)))
        out[list(self.of), range(len(self.of))] = 1.0
        return out

    def members(self, old: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        """The members of each new label, seen through earlier merges."""
        found: list[list[str]] = [[] for _ in self.labels]
        for position, names in zip(self.of, old, strict=True):
            found[position].extend(names)
        return tuple(map(tuple, found))


def aggregate(world: A, countries: Groups | None = None, sectors: Groups | None = None) -> A:
    """Merge economies into blocs and sectors into groups.

    Expenditure, inputs, final use, income and transfers add up, so a merged world keeps every total of the
    old one; shares and tariffs are recomputed from the sums (a merged tariff is the mean weighted by flows).
    Trade within a bloc becomes home trade, which bears no tariff: the revenue it paid stays in the bloc's
    income as value added of the selling sector. The elasticity of a group is the mean over its sectors
    weighted by cross-border flows (by output where nothing crosses a border): an approximation, and the
    report says so.

    Arguments:
        world: the world to reshape.
        countries: new label -> codes, or the name of a bloc ({"EU": "EU27"}); others stay as they are.
        sectors: new label -> codes, or the name of a goods list; others stay as they are.

    Returns:
        A new world of the same kind, a group standing where its first member stood.

    Raises:
        WorldError: CV216 for an unknown or repeated member, an empty group or a label already in use.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> load_world("icio2021").aggregate(countries={"EU": "EU27"}).n_countries
        55
    """
    who = _plan(world.countries, countries or {}, "economy", labels.blocs(), ())
    what = _plan(world.sectors, sectors or {}, "sector", labels.goods_lists(), world.split_from)
    into, kinds = who.matrix(), what.matrix()

    basic = _merge(world.basic_flow(), into, kinds)
    paid = _merge(world.trade_share * world.expenditure[None, :, :], into, kinds)
    home = np.arange(len(who.labels))
    internal = np.where(basic[home, home] > 0, paid[home, home] - basic[home, home], 0.0)
    counts = _merge(np.ones_like(world.tariff), into, kinds)
    tariff = np.where(basic > 0, over(paid, basic), _merge(world.tariff, into, kinds) / counts)
    basic[home, home] = paid[home, home]
    tariff[home, home] = 1.0

    expenditure, output = paid.sum(axis=0), basic.sum(axis=1)
    spent_on_inputs = world.input_share * world.output[:, None, :]
    inputs = kinds @ np.tensordot(into, spent_on_inputs, axes=1) @ kinds.T
    input_share = over(inputs, output[:, None, :])
    final = into @ (world.final_share * world.income[:, None]) @ kinds.T
    income = into @ world.income
    theta, quality, sets = _merge_elasticities(world, what)
    report = world.report
    if len(who.labels) < world.n_countries:
        report = report.with_repairs(_internal(internal, who.labels, what.labels))
    return replace(
        world,
        name=f"{world.name}-{len(who.labels)}x{len(what.labels)}",
        countries=who.labels,
        sectors=what.labels,
        goods=(kinds @ world.goods) > 0,
        trade_share=lock(over(paid, expenditure[None, :, :])),
        tariff=lock(tariff),
        expenditure=lock(expenditure),
        output=lock(output),
        input_share=lock(input_share),
        value_added_share=lock(1.0 - input_share.sum(axis=1)),
        final_share=lock(final / final.sum(axis=1)[:, None]),
        income=lock(income),
        transfer=lock(into @ world.transfer),
        trade_elasticity=theta,
        elasticity_quality=quality,
        report=report.with_notes(*_notes(world, what, who)),
        elasticity_sets=sets,
        country_members=who.members(world.country_members),
        sector_members=what.members(world.sector_members),
    )


def one_sector(world: A) -> A:
    """The world with one sector and no inputs, as in Anderson, Larch and Yotov (J = 1, gamma = 0).

    All sales, for intermediate and for final use, become final spending on the one good; so income is total
    spending (more than value added), while flows, tariff revenue and transfers are those of the old world.

    Arguments:
        world: the world to reshape.

    Returns:
        A new world of the same kind with the sector "ALL"; its elasticity is the flow-weighted mean.
    """
    n = world.n_countries
    merged = aggregate(world, sectors={"ALL": world.sectors})
    note = Note(
        "approximation",
        "One sector",
        "All sales count as final: value added is gross output and income is total spending, so money "
        "amounts of income exceed national income. Percentages compare with other one-sector models.",
    )
    return replace(
        merged,
        name=f"{world.name}-one-sector",
        input_share=lock(np.zeros((n, 1, 1))),
        value_added_share=lock(np.ones((n, 1))),
        final_share=lock(np.ones((n, 1))),
        income=lock(merged.expenditure[:, 0].copy()),
        report=merged.report.with_notes(note).as_balanced(),
    )


def _merge(values: Floats, into: Floats, kinds: Floats) -> Floats:
    """[origin, destination, sector] summed into the new labels."""
    by_origin = np.tensordot(into, values, axes=1)
    merged: Floats = np.matmul(into, by_origin) @ kinds.T
    return merged


def _plan(
    old: tuple[str, ...],
    groups: Groups,
    what: str,
    known: Mapping[str, tuple[str, ...]],
    split_from: tuple[tuple[str, str], ...],
) -> _Plan:
    """Check the groups against the old labels and number the new ones."""
    belongs: dict[str, str] = {}
    for label, wanted in groups.items():
        listed = known.get(wanted, (wanted,)) if isinstance(wanted, str) else tuple(wanted)
        if not listed:
            raise _group_error(f"the group '{label}' has no members", what, label)
        for member in labels.expanded(listed, old, split_from):
            if member not in old:
                raise _group_error(f"'{member}' is no {what} of this world", what, label)
            if member in belongs:
                raise _group_error(f"'{member}' is in '{belongs[member]}' and in '{label}'", what, label)
            belongs[member] = label
    for label in groups:
        if label in old and label not in belongs:
            raise _group_error(f"'{label}' is already a single {what} of this world", what, label)
    new: list[str] = []
    of = []
    for name in old:
        label = belongs.get(name, name)
        if label not in new:
            new.append(label)
        of.append(new.index(label))
    return _Plan(tuple(new), tuple(of))


def _group_error(problem: str, what: str, label: str) -> WorldError:
    return WorldError(
        "CV216",
        problem,
        where=f"aggregate, group '{label}'",
        expected=f"each {what} in at most one group, and group labels that are not in use",
        next_step="Correct the groups.",
    )


def _merge_elasticities(
    world: Accounts, what: _Plan
) -> tuple[Floats, tuple[str, ...], tuple[ElasticitySet, ...]]:
    """Means of theta over each group, weighted by cross-border flows: the set in use and all named ones."""
    flow = world.basic_flow()
    home = np.arange(world.n_countries)
    crossing = flow.sum(axis=(0, 1)) - flow[home, home].sum(axis=0)
    kinds = what.matrix()
    weight = np.where((kinds @ crossing)[list(what.of)] > 0, crossing, world.output.sum(axis=0))
    weight = np.where((kinds @ weight)[list(what.of)] > 0, weight, 1.0)

    def mean(theta: Floats) -> Floats:
        merged: Floats = (kinds @ (weight * theta)) / (kinds @ weight)
        single = kinds.sum(axis=1)[list(what.of)] == 1
        merged[np.array(what.of)[single]] = theta[single]
        return lock(merged)

    def graded(quality: tuple[str, ...]) -> tuple[str, ...]:
        found = [
            [q for q, position in zip(quality, what.of, strict=True) if position == k]
            for k in range(len(kinds))
        ]
        return tuple(group[0] if len(group) == 1 else "approximate" for group in found)

    sets = tuple(
        ElasticitySet(entry.name, mean(entry.theta), graded(entry.quality), entry.source)
        for entry in world.elasticity_sets
    )
    return mean(world.trade_elasticity), graded(world.elasticity_quality), sets


def _internal(amounts: Floats, countries: tuple[str, ...], sectors: tuple[str, ...]) -> Repair:
    cells = int((amounts > 0).sum())
    if cells == 0:
        return Repair(INTERNAL_TARIFFS, 0, 0.0)
    where, size = largest_cell(amounts, countries, sectors)
    return Repair(INTERNAL_TARIFFS, cells, float(amounts.sum()), where, size)


def _notes(world: Accounts, what: _Plan, who: _Plan) -> list[Note]:
    notes = []
    if len(who.labels) < world.n_countries:
        text = (
            f"{world.n_countries} economies merged into {len(who.labels)}; trade within a bloc is home trade."
        )
        notes.append(Note("approximation", "Merged economies", text))
    if len(what.labels) < world.n_sectors:
        text = (
            f"{world.n_sectors} sectors merged into {len(what.labels)}; the elasticity of a merged "
            "sector is the mean of its sectors weighted by cross-border flows."
        )
        notes.append(Note("approximation", "Merged sectors", text))
        flags = {
            k: {bool(g) for g, p in zip(world.goods, what.of, strict=True) if p == k} for k in set(what.of)
        }
        mixed = [what.labels[k] for k in sorted(flags) if len(flags[k]) == 2]
        if mixed:
            names = ", ".join(mixed)
            text = f"{names}: goods and services in one sector count as goods, so a tariff on it taxes both."
            notes.append(Note("approximation", "Goods and services together", text))
    return notes
