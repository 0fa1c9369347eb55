"""The offset ladder, left to right: the harm, each response as a step back, the net."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.style import GAIN, HAIRLINE, INK, LOSS, SMALL, figure, sign_colour, wrapped
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """Bars from the level before a step to the level after it; first and last from zero."""
    roles, table = exhibit.roles, exhibit.table
    values = table[roles["value"]].to_numpy(dtype=float)
    low = table[roles["low"]].to_numpy(dtype=float) if "low" in roles else np.full(len(table), np.nan)
    high = table[roles["high"]].to_numpy(dtype=float) if "high" in roles else np.full(len(table), np.nan)
    drawn, axes = figure(exhibit, 3.4)
    last = len(table) - 1
    steps = np.nan_to_num(values)  # a step without a number keeps its place, and says n/a
    before = np.concatenate([[0.0], np.cumsum(steps[:-1])])
    before[last] = 0.0
    after = before + steps
    for place, value in enumerate(values):
        total = place in (0, last)
        colour = sign_colour(value) if total else (GAIN if value >= 0 else LOSS)
        axes.bar(
            place, steps[place], bottom=before[place], width=0.62, color=colour, alpha=1.0 if total else 0.72
        )
        if math.isfinite(low[place]) and math.isfinite(high[place]):
            axes.bar(place, high[place] - low[place], bottom=low[place], width=0.86, color=colour, alpha=0.22)
        if place < last - 1:
            axes.plot([place + 0.31, place + 0.69], [after[place]] * 2, color=INK, linewidth=0.6)
    known = np.concatenate([[0.0], before, after, low[np.isfinite(low)], high[np.isfinite(high)]])
    span = max(float(np.ptp(known)), 1e-12)
    for place, value in enumerate(values):
        edges = [x for x in (before[place], after[place], low[place], high[place]) if math.isfinite(x)]
        sign = "+" if place not in (0, last) and value >= 0.005 else ""
        axes.text(
            place,
            min(edges) - 0.03 * span,
            sign + number(value),
            ha="center",
            va="top",
            fontsize=SMALL,
            color=INK,
        )
    names = [wrapped(str(name), 13) for name in table[roles["label"]]]
    axes.set_xticks(range(len(table)), names)
    axes.tick_params(axis="x", labelsize=SMALL, labelcolor=INK)
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.xaxis.tick_top()
    axes.set_ylim(float(known.min()) - 0.14 * span, float(known.max()) + 0.05 * span)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.grid(axis="y", color=HAIRLINE)
    lines = max(name.count("\n") + 1 for name in names)
    box = axes.get_position()
    axes.set_position((0.07, box.y0, 0.91, box.height - 0.16 * lines / drawn.get_figheight()))
    return drawn
