"""Shocks to the general system as dense matrices, and shares of a shock."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.kernel.nests import Bools, Floats, Ints, Nests

Array = NDArray[Any]


class Matrices(NamedTuple):
    """The base's sales, axes s, o, d: weights pi and what of them sellers receive, pi / tau; in both precisions."""

    weight: Floats
    received: Floats
    single: tuple[Array, Array]
    taxed: int  # sectors up to the last in which some seller does not receive all that is paid


class Cells(NamedTuple):
    """The cells that a shock changes, and what of their sales goes to others than the buyer's economy."""

    sector: Ints
    origin: Ints
    destination: Ints
    weight: Floats  # pi l k-hat^(-theta)
    net: Floats  # mu' tau'
    rent_at: Ints  # e: position among these cells
    rent_side: Ints  # e: economy that receives it
    rent_rate: Floats  # e: rent over b'
    wedge_at: Ints  # w: positions of the cells whose wedge is an unknown


class Case(NamedTuple):
    """One shock to one set of nests, laid out densely."""

    weight: Floats  # s, o, d: pi l k-hat^(-theta)
    received: Floats  # s, o, d: weight / (mu' tau')
    log_productivity: Floats  # o, s
    log_supply: Floats  # f, d, t: ln l-hat
    flow: Floats  # d
    slope: Floats  # d: D' = flow + slope VA'/VA, less each part's sum in proportion to VA'
    part: Ints  # d
    bought: Bools  # d, s: X' > 0
    made: Bools  # d, t: Y' > 0
    dropped: Bools  # d, s: nobody sells it any more, and every nest that uses it can do without
    sells: Bools  # s, o: somewhere
    taxed: int  # see `Matrices`; also counts wedges that are still unknown
    single: tuple[Array, Array]  # weight and received in single precision
    rent_cell: Ints  # 3, e: sector, origin, destination of cells whose rent does not stay with the buyer
    rent_side: Ints  # e: economy that receives it
    rent_rate: Floats  # e: rent over b'
    rent_wedge: Ints  # e: number of the cell among the wedge cells, or -1
    wedge_cell: Ints  # 3, w: cells whose wedge is an unknown


def matrices(trade_share: Floats, tariff: Floats) -> Matrices:
    """Lay a world's trade out. Arguments: axes origin, destination, sector."""
    weight = np.ascontiguousarray(trade_share.transpose(2, 0, 1))
    received = np.ascontiguousarray(weight / tariff.transpose(2, 0, 1))
    taxed = np.flatnonzero((weight != received).any(axis=(1, 2)))
    single = weight.astype(np.float32), received.astype(np.float32)
    return Matrices(weight, received, single, int(taxed.max(initial=-1)) + 1)


def lay_out(
    nests: Nests,
    base: Matrices,
    cells: Cells,
    log_productivity: Floats,
    log_supply: Floats,
    flow: Floats,
    slope: Floats,
    part: Ints,
    dropped: Bools,
) -> Case:
    """One shock as a case. Arguments: axes as in `Case`."""
    s, o, d = cells.sector, cells.origin, cells.destination
    weight, received, low, taxed = base
    if s.size:
        apart = cells.net != 1.0
        apart[cells.wedge_at] = True
        taxed = max(taxed, int(s[apart].max(initial=-1)) + 1)
        weight, received, low = weight.copy(), received.copy(), (low[0].copy(), low[1].copy())
        for matrix in (weight, low[0]):
            matrix[s, o, d] = cells.weight
        for matrix in (received, low[1]):
            matrix[s, o, d] = cells.weight / cells.net
    sells: Bools = np.asarray(base.weight.any(axis=2))
    made, bought = nests.value_added > 0.0, (nests.expenditure > 0.0) & ~dropped
    gone = cells.weight == 0.0
    if gone.any():
        sells[s[gone], o[gone]] = weight[s[gone], o[gone]].any(axis=1)
        made, bought = _in_use(nests, weight, sells, bought)
    cell = np.array([s, o, d]).reshape(3, -1)
    place = np.full(s.size, -1)
    place[cells.wedge_at] = np.arange(cells.wedge_at.size)
    return Case(
        weight=weight,
        received=received,
        log_productivity=log_productivity,
        log_supply=log_supply,
        flow=flow,
        slope=slope,
        part=part,
        bought=bought,
        made=made,
        dropped=dropped,
        sells=sells,
        taxed=taxed,
        single=low,
        rent_cell=cell[:, cells.rent_at],
        rent_side=cells.rent_side,
        rent_rate=cells.rent_rate,
        rent_wedge=place[cells.rent_at],
        wedge_cell=cell[:, cells.wedge_at],
    )


def _in_use(nests: Nests, weight: Floats, sells: Bools, bought: Bools) -> tuple[Bools, Bools]:
    """What is still made and bought where some can sell nowhere: they buy no inputs, so others may be idle too."""
    made = nests.value_added > 0.0
    while True:
        idle = made & ~sells.T
        if not idle.any():
            return made, bought
        made = made & sells.T
        bought = bought & ((nests.final_share > 0.0) | ((nests.inputs > 0.0) & made[:, None, :]).any(axis=2))
        sells = sells & (weight * bought.T[:, None, :]).any(axis=2)


def between(still: Case, case: Case, value_added: Floats, share: float) -> Case:
    """A part of the shock: weights along a geometric path, bans as exp(-share / (1 - share)), the rest in
    proportion.

    Short of the end all economies still trade, so what parts of the world will no longer be able to pay each other
    is phased out as a flow. Arguments: value_added: of economies, in the base.
    """
    both = (still.weight > 0.0) & (case.weight > 0.0)
    old, new = np.where(both, still.weight, 1.0), np.where(both, case.weight, 1.0)
    mixed = np.exp(-share / (1.0 - share)) * still.weight
    weight = np.where(both, old ** (1.0 - share) * new**share, mixed)
    sold = still.weight > 0.0
    per_old = np.where(sold, still.received / np.where(sold, still.weight, 1.0), 1.0)
    per_new = np.where(both, case.received / new, 1.0)
    # what is banned at the end is taxed as at the start until then
    received = weight * np.where(both, per_old ** (1.0 - share) * per_new**share, per_old)
    sums = np.bincount(case.part, value_added)
    payable = case.flow - (np.bincount(case.part, case.flow) / sums)[case.part] * value_added
    sells = both[tuple(case.rent_cell)]  # what is banned pays no rent on the way either
    return case._replace(
        weight=weight,
        received=received,
        log_productivity=share * case.log_productivity,
        log_supply=share * case.log_supply,
        flow=(1.0 - share) * still.flow + share * payable,
        slope=(1.0 - share) * still.slope + share * case.slope,
        part=still.part,
        bought=still.bought,
        made=still.made,
        dropped=still.dropped,
        sells=still.sells | case.sells,
        taxed=max(still.taxed, case.taxed),
        single=(weight.astype(np.float32), received.astype(np.float32)),
        rent_rate=np.where(sells, (1.0 + case.rent_rate) ** share - 1.0, 0.0),
    )
