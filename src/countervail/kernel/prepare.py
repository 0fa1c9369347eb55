"""From a world's arrays (origin, destination, sector) to the kernel's view, and shocks to sparse edits of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from countervail.kernel.precondition import Preconditioner, precondition
from countervail.kernel.sweep import Economy, Floats, Ints, Links, Tasks


class Prepared(NamedTuple):
    """One world, ready to be shocked: parameters, links in both precisions, and the preconditioner."""

    economy: Economy
    double: Links
    single: Links
    preconditioner: Preconditioner


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
    return Prepared(economy, double, single, precondition(economy, single))


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
        order = np.argsort(edit.sector, kind="stable")
        counts = np.bincount(edit.sector, minlength=sectors)
        start[k, 0], start[k, 1:] = offset, offset + np.cumsum(counts)
        offset += edit.sector.size
        s, o, d, weight = edit.sector[order], edit.origin[order], edit.destination[order], edit.weight[order]
        received, before = weight / edit.net[order], base.weight[s, o, d]
        row = base.row[s]
        before_net = np.where(row >= 0, base.net[row, o, d], before) if base.net.size else before
        more, more_received = weight - before, received - before_net
        cells.append((o, d, weight, received, more, more_received, edit.rent[order] * received))
        where = np.nonzero(edit.productivity != 1.0)
        shifts.append((where[0], where[1], np.log(edit.productivity[where])))
        z_start[k + 1] = z_start[k] + where[0].size
    origin, destination, weights, receiveds, mores, more_receiveds, rents = zip(*cells, strict=True)
    z_origin, z_sector, z_log = zip(*shifts, strict=True)
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
        z_origin=np.concatenate(z_origin),
        z_sector=np.concatenate(z_sector),
        z_log=np.concatenate(z_log),
        theta=np.array([own if edit.theta is None else edit.theta for edit in edits]),
        flow=np.array([edit.flow for edit in edits]),
        slope=np.array([edit.slope for edit in edits]),
        part=np.array([edit.part for edit in edits]),
    )
