"""Who still sells what to whom: counted once per world, so that a shock costs only the cells it closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from countervail.model.equations import Border
    from countervail.world.world import World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Linkage:
    """The links of a base year.

    Arguments:
        goods: [o, d] how many goods o sells to d. sources: [d, s] how many economies d buys s from.
        part: [d] number of the part of the world that d trades with; 0 for all while trade links all.
        circular: whether everybody sells to everybody, directly or through others.
    """

    goods: Ints
    sources: Ints
    part: Ints
    circular: bool


def linkage(world: World) -> Linkage:
    """Count the links of a world."""
    sold = world.trade_share > 0.0
    goods = sold.sum(axis=2)
    return Linkage(goods, sold.sum(axis=0), weak_parts(goods > 0), strong_parts(goods > 0).max() == 0)


def weak_parts(links: Bools) -> Ints:
    """The number of the part of the world that each economy trades with, in either direction."""
    if (links | links.T).all(axis=1).any():  # one of them links all
        return np.zeros(links.shape[0], dtype=np.int64)
    part: Ints = connected_components(csr_array(links), directed=False)[1].astype(np.int64)
    return part


def strong_parts(links: Bools) -> Ints:
    """The number of the group of each economy within which everybody sells to everybody, through others or not."""
    if (links.all(axis=1) & links.all(axis=0)).any():  # all of them through one
        return np.zeros(links.shape[0], dtype=np.int64)
    part: Ints = connected_components(csr_array(links), directed=True, connection="strong")[1].astype(
        np.int64
    )
    return part


def without_source(base: World, before: Linkage, edge: Border) -> Bools:
    """Where a good that is bought in the base has no source left, axes d, s."""
    closed = _closed(edge)
    n, j = before.sources.shape
    lost = np.bincount(edge.destination[closed] * j + edge.sector[closed], minlength=n * j).reshape(n, j)
    gone: Bools = (lost == before.sources) & (base.expenditure > 0.0)
    return gone


def links_left(before: Linkage, edge: Border) -> Bools | None:
    """Which economies still sell to which, axes o, d; None where that is as in the base."""
    closed = _closed(edge)
    if not closed.any():
        return None
    n = before.goods.shape[0]
    lost = np.bincount(edge.origin[closed] * n + edge.destination[closed], minlength=n * n).reshape(n, n)
    ended: Bools = (lost == before.goods) & (lost > 0)
    return (before.goods > 0) & ~ended if ended.any() else None


def _closed(edge: Border) -> Bools:
    closed: Bools = (edge.weight == 0.0) & (edge.share > 0.0)
    return closed
