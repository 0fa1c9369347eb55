"""A matrix of numbers, coloured from loss to gain around zero, each number written in its cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.arranged import matrix
from countervail.report.charts import payoffs
from countervail.report.style import (
    INK,
    NEUTRAL,
    PAPER,
    SMALL,
    beside,
    diverging,
    figure,
    luminance,
    sequential,
    short,
    told,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """Rows and columns in the order of the table; an empty cell is one without a number."""
    from matplotlib.colors import Normalize

    if "second" in exhibit.roles:
        return payoffs.draw(exhibit)
    rows, columns, values, said = matrix(exhibit)
    unit = exhibit.unit
    if unit == "million USD" and np.nanmax(np.abs(values), initial=0.0) >= 1e4:
        values, unit = values / 1000, "billion USD"
    known = np.abs(values[np.isfinite(values)])
    largest = float(known.max()) if known.size else 0.0
    # the colours end at the 97th percentile so that one extreme cell does not bleach all others
    extreme = (float(np.quantile(known, 0.97)) if known.size else 1.0) or 1.0
    scale, norm = diverging(extreme)
    if largest > 0 and not (values < 0).any():
        scale, norm = sequential(), Normalize(0, extreme)
    names = [short(str(row), 32) for row in rows]
    slanted = len(columns) > 8
    heads = [short(str(column), 22) if slanted else wrapped(short(str(column), 26), 13) for column in columns]
    lines = max((head.count("\n") + 1 for head in heads), default=1)
    top = 0.1 + (0.05 * max(map(len, heads)) if slanted else 0.17 * lines)
    drawn, axes = figure(exhibit, 0.3 * len(rows) + top, unit=unit, notes=[said] if said else ())
    axes.set_facecolor(NEUTRAL)
    axes.imshow(np.ma.masked_invalid(values), cmap=scale, norm=norm, aspect="auto")
    size = SMALL if len(columns) <= 9 else 7.0
    for i, j in np.ndindex(values.shape):
        if math.isfinite(values[i, j]):
            dark = luminance(scale(norm(values[i, j]))) < 0.45
            text = told(float(values[i, j]), largest)
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
    beside(axes, names, above=top)
    if slanted:  # the last head leans out to the right
        box = axes.get_position()
        axes.set_position((box.x0, box.y0, 0.91 - box.x0, box.height))
    return drawn
