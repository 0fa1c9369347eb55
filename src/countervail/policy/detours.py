"""Ways around bans: which third country each banned flow goes through, and at what cost (Eq. 12d)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from countervail.policy.answers import Bypass
from countervail.policy.complaint import Complaint
from countervail.policy.controls import ExportControl
from countervail.policy.levels import trade_cost_level
from countervail.policy.limits import Claims
from countervail.policy.measures import Embargo
from countervail.policy.parts import Cells, Floats, Part
from countervail.policy.scope import Index
from countervail.words import listing
from countervail.world import labels
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class Ways:
    """The ways around the ban of one bypass, whatever else is active.

    Arguments:
        hubs: [h]. longer: [n, h] rho, infinite where the hub is one of the two ends.
        first, second: [n, h] flat cells of the two legs.
    """

    hubs: Index
    longer: Floats
    first: Cells
    second: Cells


@dataclass(frozen=True, eq=False)
class Detour:
    """Banned cells that go through a hub.

    Arguments:
        at: [k] positions in the cells of the shock. hub: [k] economy.
        bypass: [k] which of the active bypasses opened the way.
        cost: [k] d-hat of the way round. markup: [k] the hub's. tariff: [k] tau' of the second leg.
        share: [k] of the banned goods that may take it.
        legal: [k] share of the goods that the bans leave free, by licence or since they are not yet in full force.
    """

    at: Index
    hub: Index
    bypass: Index
    cost: Floats
    markup: Floats
    tariff: Floats
    share: Floats
    legal: Floats


def ways_of(part: Part, world: World) -> Ways | None:
    """The ways around of a bypass; None for other measures."""
    measure = part.measure
    if not isinstance(measure, Bypass) or part.hubs is None:
        return None
    n, j = world.n_countries, world.n_sectors
    o, d, s = np.unravel_index(part.cells, (n, n, j))
    hubs = part.hubs
    first = (o[:, None] * n + hubs[None, :]) * j + s[:, None]
    second = (hubs[None, :] * n + d[:, None]) * j + s[:, None]
    if measure.detour is not None:
        longer = np.full(first.shape, measure.detour)
    else:
        sectors, at = np.unique(s, return_inverse=True)
        level = trade_cost_level(world, sectors)
        legs = level[o[:, None], hubs[None, :], at[:, None]] * level[hubs[None, :], d[:, None], at[:, None]]
        longer = np.maximum(1.0, legs / level[o, d, at][:, None])
    longer[(hubs[None, :] == o[:, None]) | (hubs[None, :] == d[:, None])] = np.inf
    return Ways(hubs, longer, first.astype(np.int64), second.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Borders:
    """What crossing a border costs under the other measures, with the bans on cells that have no flow.

    Arguments:
        cells: [n] sorted. passing, cost, tariff: [n]. legal: [n] see `Detour`.
        idle: [m] sorted. idle_passing: [m] the least leakage of the bans there.
    """

    cells: Cells
    passing: Floats
    cost: Floats
    tariff: Floats
    legal: Floats
    idle: Cells
    idle_passing: Floats


def legal_share(active: Iterable[tuple[Part, Index]], n: int) -> Floats:
    """[n] the share of each cell's goods that no active ban is on: licensed, or not yet banned. Leakage is not legal.

    Arguments:
        active: parts with the positions of their cells.
    """
    legal = np.ones(n)
    for part, at in active:
        if isinstance(part.measure, Embargo | ExportControl):
            legal[at] = np.minimum(legal[at], 1 - part.slot.share * (1 - part.measure.licence))
    return legal


def idle_cells(active: Iterable[Part]) -> tuple[Cells, Floats]:
    """The cells without flow under active bans, and the least leakage there."""
    bans = [(part.idle, part.pieces[0].value) for part in active if part.idle is not None and part.pieces]
    if not bans:
        return np.empty(0, dtype=np.int64), np.empty(0)
    cells = np.unique(np.concatenate([idle for idle, _ in bans]))
    passing = np.ones(cells.size)
    for idle, leakage in bans:
        at = np.searchsorted(cells, idle)
        passing[at] = np.minimum(passing[at], leakage)
    return cells, passing


def costs_of(ways: Ways, which: Index, borders: Borders, world: World) -> tuple[Floats, Floats]:
    """[k, h] d-hat of the way through each hub, infinite where it is closed, and tau' of its second leg.

    Arguments:
        which: [k] of the cells of the ways.
    """
    first, second = ways.first[which], ways.second[which]
    power = 1 / world.trade_elasticity[second[:, 0] % world.n_sectors]
    factor = ways.longer[which] * _leg(first, borders, power) * _leg(second, borders, power)
    place = _place(second, borders.cells)
    duty = np.where(place < 0, world.tariff.ravel()[second], borders.tariff[np.maximum(place, 0)])
    return factor, duty


def cheapest(bypasses: Iterable[tuple[Part, Ways, Index]], borders: Borders, world: World) -> Detour | None:
    """The way that each banned cell takes: the least factor times tariff; a banned leg closes a way.

    Arguments:
        bypasses: the active ones, with their ways and the positions of their cells.
        borders: what the other measures make of the cells.

    Returns:
        None where nothing is banned, or every way is closed.
    """
    cells, passing = borders.cells, borders.passing
    best = np.full(cells.size, np.inf)
    hub, opened = np.full((2, cells.size), -1, dtype=np.intp)
    found = {name: np.ones(cells.size) for name in ("cost", "markup", "tariff", "share")}
    for number, (part, ways, at) in enumerate(bypasses):
        measure = part.measure
        assert isinstance(measure, Bypass)
        banned = passing[at] < 1
        if not banned.any():
            continue
        here = at[banned]
        factor, duty = costs_of(ways, np.flatnonzero(banned), borders, world)
        paid = factor * (1 + measure.markup) * duty
        which = paid.argmin(axis=1)
        rows = np.arange(here.size)
        # of ways that cost the same the one that is open to more, so that the order of measures does not matter
        equal = (paid[rows, which] == best[here]) & (part.slot.share > found["share"][here])
        better = (paid[rows, which] < best[here]) | (equal & (hub[here] >= 0))
        taken, chosen = here[better], (rows[better], which[better])
        best[taken] = paid[chosen]
        hub[taken], opened[taken] = ways.hubs[which[better]], number
        found["cost"][taken], found["tariff"][taken] = factor[chosen], duty[chosen]
        found["markup"][taken], found["share"][taken] = measure.markup, part.slot.share
    through = np.flatnonzero(hub >= 0)
    if not through.size:
        return None
    chosen_ways = {name: values[through] for name, values in found.items()}
    return Detour(through, hub[through], opened[through], **chosen_ways, legal=borders.legal[through])


def around(detour: Detour, borders: Borders, world: World) -> tuple[Floats, Floats, Floats, Floats]:
    """What a detour makes of the cells: passing, trade cost, wedge of the markup and tariff, [n] each (Eq. 12d).

    A cell of which nothing is legal has the cost, the tariff and the markup of its way round, and the ban's leakage no
    longer counts. Where a part may still go direct the two ways are a composite with the elasticity of the sector
    between them (Eq. 12a), at the tariff of the direct way, and the markup melts.
    """
    at, theta = detour.at, world.trade_elasticity[borders.cells[detour.at] % world.n_sectors]
    passing, cost, tariff = borders.passing.copy(), borders.cost.copy(), borders.tariff.copy()
    wedge = np.ones(passing.size)
    direct, away = _weights(detour, borders, world)
    mixed = direct + away
    partly = detour.legal > 0
    passing[at] = np.where(partly, 1.0, detour.share)
    cost[at] = np.where(partly, cost[at] * mixed ** (-1 / theta), detour.cost)
    tariff[at] = np.where(partly, tariff[at], detour.tariff)
    wedge[at] = np.where(partly, 1.0, 1 + detour.markup)
    return passing, cost, wedge, tariff


def refuse_closed(part: Part, ways: Ways, at: Index, borders: Borders, world: World) -> None:
    """A hub that is named, and whose ways are all closed, is a mistake.

    Raises:
        Complaint: CV135.
    """
    measure = part.measure
    assert isinstance(measure, Bypass)
    banned = borders.passing[at] < 1
    if not banned.any():
        return
    is_open = np.isfinite(costs_of(ways, np.flatnonzero(banned), borders, world)[0]).any(axis=0)
    every = measure.through == type(measure).model_fields["through"].default
    if is_open.any() if every else is_open.all():
        return
    names = [labels.country_name(world.countries[h]) for h in ways.hubs[~is_open]]
    raise Complaint(
        "CV135",
        "a bypass through a hub that is itself banned",
        found="every way is closed" if every else f"all ways through {listing(names, most=6)} are closed",
        expected="hubs that may still trade with both ends",
        next_step="Name third countries that the bans do not reach, or let the ban leave them out.",
        field=(*part.slot.path, "through"),
    )


def through_hubs(detour: Detour, borders: Borders, world: World) -> tuple[Index, Floats]:
    """[n] the hub of each cell, -1 for none, and the share of what is spent there that goes through it."""
    hub, share = np.full(borders.cells.size, -1, dtype=np.intp), np.zeros(borders.cells.size)
    hub[detour.at] = detour.hub
    direct, away = _weights(detour, borders, world)
    share[detour.at] = away / (direct + away)
    return hub, share


def _weights(detour: Detour, borders: Borders, world: World) -> tuple[Floats, Floats]:
    """[k] the weights of the direct way and the way round in a cell's composite (Eq. 12a), at the direct one's cost."""
    theta = world.trade_elasticity[borders.cells[detour.at] % world.n_sectors]
    direct = borders.cost[detour.at] * borders.tariff[detour.at]
    paid = detour.cost * (1 + detour.markup) * detour.tariff
    return detour.legal, (1 - detour.legal) * detour.share * (paid / direct) ** -theta


def hub_claims(detour: Detour | None) -> Claims | None:
    """The rents of the markups, which are the hubs'."""
    if detour is None:
        return None
    paid = (detour.markup > 0) & (detour.legal == 0)
    if not paid.any():
        return None
    return Claims(detour.at[paid], detour.hub[paid], np.log1p(detour.markup[paid]))


def _place(cells: Cells, among: Cells) -> Index:
    """Positions of cells among the sorted cells of a shock, -1 where they are not touched."""
    at = np.searchsorted(among, cells)
    there = among[np.minimum(at, among.size - 1)] == cells
    return np.where(there, at, -1)


def _leg(leg: Cells, borders: Borders, power: Floats) -> Floats:
    """d-hat of one leg, bans included; infinite where one is complete."""
    at = _place(leg, borders.cells)
    here = np.maximum(at, 0)
    with np.errstate(divide="ignore"):
        factor: Floats = borders.cost[here] * borders.passing[here] ** -power[:, None]
        factor = np.where(at < 0, 1.0, factor)
        if borders.idle.size:
            at = _place(leg, borders.idle)
            factor = np.where(at < 0, factor, borders.idle_passing[np.maximum(at, 0)] ** -power[:, None])
    return factor
