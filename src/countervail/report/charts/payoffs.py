"""A game as cells: the payoff of the side whose options are rows left, of the other right; marked cells framed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.arranged import cells, payoff_key
from countervail.report.style import (
    INK,
    NEUTRAL,
    PAPER,
    SMALL,
    diverging,
    diverging_end,
    figure,
    luminance,
    wrapped,
)
from countervail.words import MINUS, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """Rows and columns in the order of the table."""
    from matplotlib.patches import Rectangle

    rows, columns, first = cells(exhibit, "value")
    second, marked = (
        cells(exhibit, "second")[2],
        cells(exhibit, "mark")[2] if "mark" in exhibit.roles else None,
    )
    extreme = diverging_end([*first.ravel(), *second.ravel()])
    scale, norm = diverging(extreme)
    largest = float(np.nanmax(np.abs([first, second]), initial=0.0))
    names = [wrapped(str(row), 20) for row in rows]
    heads = [wrapped(str(column), max(10, 72 // len(columns))) for column in columns]
    lines = max(head.count("\n") + 1 for head in heads)
    tall = max(0.42, 0.17 * max(name.count("\n") + 1 for name in names) + 0.1)
    drawn, axes = figure(exhibit, tall * len(rows) + 0.17 * lines + 0.35)
    size = SMALL if len(columns) <= 5 else 7.0
    for i, j in np.ndindex(first.shape):
        for side, values in enumerate((first, second)):
            value = values[i, j]
            known = math.isfinite(value)
            colour = scale(norm(np.clip(value, -extreme, extreme))) if known else NEUTRAL
            left = j + 0.02 + 0.48 * side
            axes.add_patch(Rectangle((left, i + 0.04), 0.48, 0.92, facecolor=colour, linewidth=0))
            dark = known and luminance(colour) < 0.45
            axes.text(
                *(left + 0.24, i + 0.5, _said(float(value), largest)),
                ha="center",
                va="center",
                fontsize=size,
                color=PAPER if dark else INK,
            )
        if marked is not None and marked[i, j] > 0:
            axes.add_patch(
                Rectangle(
                    (j + 0.02, i + 0.04), 0.96, 0.92, facecolor="none", edgecolor=INK, linewidth=2.2, zorder=4
                )
            )
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_xticks(np.arange(len(columns)) + 0.5, heads)
    axes.set_yticks(np.arange(len(rows)) + 0.5, names)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelsize=SMALL, labelcolor=INK)
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.text(
        *(0.0, -0.03, payoff_key(exhibit)),
        transform=axes.transAxes,
        fontsize=SMALL,
        color=INK,
        ha="left",
        va="top",
    )
    longest = max(len(line) for name in names for line in name.splitlines())
    box, left = axes.get_position(), 0.03 + 0.0095 * longest
    height = drawn.get_figheight()
    axes.set_position((left, box.y0 + 0.2 / height, 0.98 - left, box.height - (0.17 * lines + 0.3) / height))
    return drawn


def _said(value: float, largest: float) -> str:
    """A payoff with so many digits that two that differ by a hundredth of the largest read differently."""
    if not math.isfinite(value) or not 0 < largest < 1:
        return number(value)
    return f"{value:.{2 - math.floor(math.log10(largest))}f}".replace("-", MINUS)
