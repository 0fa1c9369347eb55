"""RAS: parts of given cells, scaled until the sums over rows and over columns are those wanted."""

from __future__ import annotations

import numpy as np

from countervail.world.arrays import Floats, over

ROUNDS = 5000
CLOSE = 1e-13


def fit(
    total: Floats, start: Floats, rows: Floats | None = None, columns: Floats | None = None
) -> tuple[Floats, float]:
    """Divide every cell of a table into parts, as near to a start as the sums of the parts allow.

    Iterative proportional fitting (Deming and Stephan 1940; RAS with the cell totals as a third margin). The
    parts of a cell always add up to its total; the sums by row and by column are met where they can be.

    Arguments:
        total: [A, B], 0 or more.
        start: [A, B, K], parts of each cell before scaling, 0 or more; a part that starts at 0 stays 0.
        rows: [A, K], wanted sums over B; None for free.
        columns: [B, K], wanted sums over A; None for free.

    Returns:
        Parts [A, B, K], and by how much the wanted sums are missed at most, relative to the total of their
        row or column: about 1e-13 where a division meets them in which no part has to vanish.
    """
    parts = _to_total(start, total)
    if rows is None and columns is None:
        return parts, 0.0
    gap = np.inf
    for _ in range(ROUNDS):
        if rows is not None:
            parts = parts * _factor(rows, parts.sum(axis=1))[:, None, :]
        if columns is not None:
            parts = parts * _factor(columns, parts.sum(axis=0))[None, :, :]
        parts = _to_total(parts, total)
        last, gap = gap, max(_missed(parts.sum(axis=1), rows), _missed(parts.sum(axis=0), columns))
        if gap < CLOSE or (gap < 1e-11 and gap >= last):
            break
    return parts, float(gap)


def _to_total(parts: Floats, total: Floats) -> Floats:
    scaled: Floats = over(parts, parts.sum(axis=-1, keepdims=True)) * total[..., None]
    return scaled


def _factor(wanted: Floats, found: Floats) -> Floats:
    return np.divide(wanted, found, out=np.ones_like(found), where=found > 0)


def _missed(found: Floats, wanted: Floats | None) -> float:
    if wanted is None:
        return 0.0
    size = wanted.sum(axis=-1, keepdims=True)
    return float(over(np.abs(found - wanted), np.broadcast_to(size, found.shape)).max(initial=0.0))
