"""A matrix of numbers, coloured from loss to gain around zero, each number written in its cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.style import INK, NEUTRAL, PAPER, SMALL, diverging, figure, short, wrapped
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """Rows and columns in the order of the table; an empty cell is one without a number."""
    roles, table = exhibit.roles, exhibit.table
    rows, columns = (list(dict.fromkeys(table[roles[axis]])) for axis in ("row", "column"))
    values = np.full((len(rows), len(columns)), np.nan)
    for row, column, value in zip(*(table[roles[part]] for part in ("row", "column", "value")), strict=True):
        values[rows.index(row), columns.index(column)] = value
    known = np.abs(values[np.isfinite(values)])
    # the colours end at the 97th percentile so that one extreme cell does not bleach all others
    extreme = float(np.quantile(known, 0.97)) if known.size and known.max() > 0 else 1.0
    scale, norm = diverging(extreme or 1.0)
    names = [short(str(row), 26) for row in rows]
    slanted = len(columns) > 8
    heads = [short(str(column), 22) if slanted else wrapped(short(str(column), 26), 13) for column in columns]
    lines = max((head.count("\n") + 1 for head in heads), default=1)
    top = 0.1 + (0.05 * max(map(len, heads)) if slanted else 0.17 * lines)
    drawn, axes = figure(exhibit, 0.3 * len(rows) + top)
    axes.set_facecolor(NEUTRAL)
    axes.imshow(np.ma.masked_invalid(values), cmap=scale, norm=norm, aspect="auto")
    size = SMALL if len(columns) <= 9 else 7.0
    for i, j in np.ndindex(values.shape):
        if math.isfinite(values[i, j]):
            dark = abs(norm(values[i, j]) - 0.5) > 0.3
            text = number(float(values[i, j]))
            axes.text(j, i, text, ha="center", va="center", fontsize=size, color=PAPER if dark else INK)
    axes.set_xticks(
        range(len(columns)), heads, rotation=40 if slanted else 0, ha="left" if slanted else "center"
    )
    axes.set_yticks(range(len(rows)), names)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelsize=size, labelcolor=INK)
    axes.set_xticks(np.arange(-0.5, len(columns)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color=PAPER, linewidth=1.5)
    box, left = axes.get_position(), 0.03 + 0.0105 * max((len(name) for name in names), default=0)
    height = drawn.get_figheight()
    right = 0.91 if slanted else 0.98  # the last slanted head leans out to the right
    axes.set_position((left, box.y0, right - left, box.height - top / height))
    return drawn
