"""From a world's arrays (origin, destination, sector) to the kernel's view, and shocks to sparse edits of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from countervail.kernel.precondition import Preconditioner, precondition
from countervail.kernel.sweep import Anchor, Economy, Floats, Ints, Links, Singles, State, Tasks


class Rest(NamedTuple):
    """What an exact sweep would find at the base, where every hat is 1 and Eq. 1, 5 and 7 hold."""

    total: Singles  # s, d: sum_o weight
    net: Singles  # s, d: sum_o received
    demand: Singles  # s, d: X / total
    sold: Singles  # s, o: sum_d received demand, the output
    transfer: Floats  # d: D


class Prepared(NamedTuple):
    """One world, ready to be shocked: parameters, links in both precisions, the preconditioner, and the base."""

    economy: Economy
    double: Links
    single: Links
    preconditioner: Preconditioner
    rest: Rest


class Edit(NamedTuple):
    """What one shock changes: the cells in sector order with their new weights, productivities, and D'.

    D' = flow + slope w-hat before a part's sum is taken off; `part` numbers the part of the world d trades with.
    """

    sector: Ints
    origin: Ints
    destination: Ints
    weight: Floats  # pi * l * k-hat^(-theta)
    net: Floats  # mu' tau'
    rent: Floats  # mu' - 1 where the rent goes to the origin, else 0
    productivity: Floats  # o, s: z-hat
    flow: Floats  # d
    slope: Floats  # d
    part: Ints  # d
    theta: Floats | None = None  # s; the world's if None


def prepare(
    trade_share: Floats,
    tariff: Floats,
    expenditure: Floats,
    input_share: Floats,
    value_added_share: Floats,
    final_share: Floats,
    theta: Floats,
    value_added: Floats,
) -> Prepared:
    """Lay a world out for the kernel. Arguments as in theory.md, axes origin, destination, sector."""
    economy = Economy(
        _locked(value_added_share),
        _locked(final_share),
        _locked(theta),
        _locked(value_added),
        _locked(expenditure),
        _locked(input_share),
    )
    weight = np.array(trade_share.transpose(2, 0, 1), order="C")
    taxed = np.flatnonzero((tariff != 1.0).any(axis=(0, 1)))
    net = np.empty((taxed.size, *weight.shape[1:]))
    for i, s in enumerate(taxed):
        np.divide(weight[s], tariff[:, :, s], out=net[i])
    row = np.full(weight.shape[0], -1, dtype=np.int64)
    row[taxed] = np.arange(taxed.size)
    double = Links(weight, net, row)
    single = Links(weight.astype(np.float32), net.astype(np.float32), row)
    return Prepared(economy, double, single, precondition(economy, single), _at_rest(economy, double))


def _at_rest(economy: Economy, links: Links) -> Rest:
    """Eq. 2-6 at the base."""
    spent = economy.expenditure.T
    bought = spent > 0.0
    total = np.where(bought, links.weight.sum(axis=1), 1.0)
    net = total.copy()
    net[links.row >= 0] = np.where(bought[links.row >= 0], links.net.sum(axis=1), 1.0)
    demand = np.where(bought, spent / total, 0.0)
    sold = np.empty_like(demand)
    for s, row in enumerate(links.row):
        sold[s] = (links.weight[s] if row < 0 else links.net[row]) @ demand[s]
    final = economy.expenditure - np.matmul(economy.inputs, sold.T[:, :, None])[:, :, 0]
    revenue = (spent - demand * net).sum(axis=0)
    transfer = final.sum(axis=1) - economy.value_added - revenue
    return Rest(
        total=total.astype(np.float32),
        net=net.astype(np.float32),
        demand=demand.astype(np.float32),
        sold=sold.astype(np.float32),
        transfer=transfer,
    )


def at_rest(ready: Prepared, tasks: Tasks, lane: Ints, state: State, anchor: Anchor) -> None:
    """Fill an anchor with the base, in every lane, in place of an exact sweep there; productivities are changed."""
    rest, sectors = ready.rest, ready.economy.theta.size
    anchor.power[:] = 1.0
    for field, base in zip(anchor[1:5], rest[:4], strict=True):
        field[:] = base[:, None, :]
    anchor.spending[:] = ready.economy.expenditure.ravel()
    anchor.cost_gap[:], anchor.spending_gap[:] = 0.0, 0.0
    state.transfer[:] = rest.transfer
    for b, k in enumerate(lane):
        changed = slice(tasks.z_start[k], tasks.z_start[k + 1]) if k >= 0 else slice(0)
        cells = tasks.z_origin[changed] * sectors + tasks.z_sector[changed]
        anchor.cost_gap[b, cells] = -tasks.z_log[changed]


def _locked(values: Floats) -> Floats:
    """The values, contiguous and not to be written to: compiled code is made anew for arrays of another kind."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def pack(ready: Prepared, edits: Sequence[Edit]) -> Tasks:
    """Many shocks as one set of arrays, each shock's cells sorted by sector."""
    base, own = ready.double, ready.economy.theta
    sectors = own.size
    start = np.zeros((len(edits), sectors + 1), dtype=np.int64)
    z_start = np.zeros(len(edits) + 1, dtype=np.int64)
    cells: list[tuple[Ints, Ints, Floats, Floats, Floats, Floats, Floats]] = []
    shifts: list[tuple[Ints, Ints, Floats]] = []
    offset = 0
    for k, edit in enumerate(edits):
        order = np.argsort(edit.sector.astype(np.int16), kind="stable")  # of short numbers, by radix
        counts = np.bincount(edit.sector, minlength=sectors)
        start[k, 0], start[k, 1:] = offset, offset + np.cumsum(counts)
        offset += edit.sector.size
        s, o, d = edit.sector[order], edit.origin[order], edit.destination[order]
        weight = edit.weight[order]
        # taken by one number a cell, which is faster than by three
        economies = base.weight.shape[1]
        matrix, cell = economies * economies, o * economies + d
        received, before = weight / edit.net[order], base.weight.take(s * matrix + cell)
        row = base.row[s]
        before_net = before
        if base.net.size:
            before_net = np.where(row >= 0, base.net.take(row * matrix + cell, mode="clip"), before)
        more, more_received = weight - before, received - before_net
        cells.append((o, d, weight, received, more, more_received, edit.rent[order] * received))
        z_origin, z_sector = np.divmod(np.flatnonzero(edit.productivity != 1.0), sectors)
        shifts.append((z_origin, z_sector, np.log(edit.productivity[z_origin, z_sector])))
        z_start[k + 1] = z_start[k] + z_origin.size
    origin, destination, weights, receiveds, mores, more_receiveds, rents = zip(*cells, strict=True)
    z_origins, z_sectors, z_logs = zip(*shifts, strict=True)
    return Tasks(
        start=start,
        origin=np.concatenate(origin),
        destination=np.concatenate(destination),
        weight=np.concatenate(weights),
        received=np.concatenate(receiveds),
        more=np.concatenate(mores),
        more_received=np.concatenate(more_receiveds),
        rent=np.concatenate(rents),
        pays_rent=np.array([bool((edit.rent != 0.0).any()) for edit in edits]),
        z_start=z_start,
        z_origin=np.concatenate(z_origins),
        z_sector=np.concatenate(z_sectors),
        z_log=np.concatenate(z_logs),
        theta=np.array([own if edit.theta is None else edit.theta for edit in edits]),
        flow=np.array([edit.flow for edit in edits]),
        slope=np.array([edit.slope for edit in edits]),
        part=np.array([edit.part for edit in edits]),
    )
