"""Points by two numbers, labelled directly; points of one line are joined, as on a frontier."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from countervail.report.style import HAIRLINE, INK, SERIES, SIDES, SMALL, figure, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit

MOST_LABELS = 30


def draw(exhibit: Exhibit) -> Figure:
    """Each row a point."""
    roles, table = exhibit.roles, exhibit.table
    drawn, axes = figure(exhibit, 4.0)
    groups = table.groupby(roles["line"], sort=False) if "line" in roles else [("", table)]
    for number, (name, rows) in enumerate(groups):
        colour = SERIES[number % len(SERIES)]
        x, y = rows[roles["x"]].to_numpy(dtype=float), rows[roles["y"]].to_numpy(dtype=float)
        colours = [SIDES.get(side, colour) for side in rows[roles["side"]]] if "side" in roles else colour
        if "line" in roles and len(rows) > 1:
            axes.plot(x, y, color=colour, linewidth=1.4, zorder=2)
        axes.scatter(x, y, s=26, c=colours, zorder=3, edgecolors="white", linewidths=0.6)
        if "line" in roles and str(name):
            axes.annotate(
                short(str(name), 30),
                (x[-1], y[-1]),
                xytext=(6, 8),
                textcoords="offset points",
                color=colour,
                fontsize=SMALL,
            )
    if "label" in roles and len(table) <= MOST_LABELS:
        for x, y, name in zip(table[roles["x"]], table[roles["y"]], table[roles["label"]], strict=True):
            if math.isfinite(x) and math.isfinite(y):
                axes.annotate(
                    short(str(name), 24),
                    (x, y),
                    xytext=(5, -3),
                    textcoords="offset points",
                    fontsize=7.5,
                    color=INK,
                )
    axes.set_xlabel(roles["x"].replace("_", " "))
    axes.set_ylabel(roles["y"].replace("_", " "))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(color=HAIRLINE)
    axes.tick_params(labelsize=SMALL)
    axes.margins(0.12)
    box, shift = axes.get_position(), 0.35 / drawn.get_figheight()
    axes.set_position((0.1, box.y0 + shift, 0.86, box.height - shift))
    return drawn
