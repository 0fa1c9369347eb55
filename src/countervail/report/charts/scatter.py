"""Points by two numbers, labelled directly; points of one line are joined, as on a frontier."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.style import (
    FOOT,
    HAIRLINE,
    INK,
    SERIES,
    SIDES,
    SMALL,
    axis_words,
    figure,
    said_thousands,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """Each row a point."""
    roles, table = exhibit.roles, exhibit.table
    drawn, axes = figure(exhibit, 4.0)
    ends: list[tuple[float, float, str, str]] = []
    groups = table.groupby(roles["line"], sort=False) if "line" in roles else [("", table)]
    for number, (name, rows) in enumerate(groups):
        colour = SERIES[number % len(SERIES)]
        x, y = rows[roles["x"]].to_numpy(dtype=float), rows[roles["y"]].to_numpy(dtype=float)
        colours = [SIDES.get(side, colour) for side in rows[roles["side"]]] if "side" in roles else colour
        if "line" in roles and len(rows) > 1:
            axes.plot(x, y, color=colour, linewidth=1.4, zorder=2)
        axes.scatter(x, y, s=26, c=colours, zorder=3, edgecolors="white", linewidths=0.6)
        if "line" in roles:
            ends.append((float(x[-1]), float(y[-1]), str(name), colour))
    axes.set_xlabel(axis_words(roles["x"]))
    axes.set_ylabel(axis_words(roles["y"]))
    said_thousands(axes.xaxis)
    said_thousands(axes.yaxis)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(color=HAIRLINE)
    axes.tick_params(labelsize=SMALL)
    axes.margins(0.12)
    box, shift = axes.get_position(), 0.35 / drawn.get_figheight()
    axes.set_position((0.1, box.y0 + shift, 0.86, box.height - shift))
    points = [(x, y, name, colour) for x, y, name, colour in ends if name]
    if "label" in roles:
        named = zip(*(table[roles[part]] for part in ("x", "y", "label")), strict=True)
        points = [*points, *((float(x), float(y), str(name), INK) for x, y, name in named)]
    _label(axes, points)
    return drawn


def _label(axes: Axes, points: list[tuple[float, float, str, str]]) -> None:
    """Names beside their points, the outermost first, where no other name or point is; the table has all of them."""
    points = [point for point in points if math.isfinite(point[0]) and math.isfinite(point[1])]
    if not points:
        return
    box, page = axes.get_position(), axes.get_figure(root=True)
    assert page is not None
    wide, high = box.width * page.get_figwidth(), box.height * page.get_figheight()
    (left, right), (low, top) = axes.get_xlim(), axes.get_ylim()
    inches = [((x - left) / (right - left) * wide, (y - low) / (top - low) * high) for x, y, *_ in points]
    middle = np.median(np.array(inches), axis=0)
    taken = [(x - 0.04, y - 0.04, x + 0.04, y + 0.04) for x, y in dict.fromkeys(inches)]
    for n in sorted(range(len(points)), key=lambda n: -float(np.hypot(*(np.array(inches[n]) - middle)))):
        x, y, name, colour = points[n]
        at, up = inches[n]
        length = text_width(name, FOOT)
        for side, lift in ((1, 0.0), (-1, 0.0), (1, 0.11), (1, -0.11), (-1, 0.11), (-1, -0.11)):
            start = at + 0.07 if side > 0 else at - 0.07 - length
            room = (start, up + lift - 0.055, start + length, up + lift + 0.055)
            inside = room[0] >= 0 and room[2] <= wide and room[1] >= 0 and room[3] <= high
            if inside and not any(
                room[0] < other[2] and other[0] < room[2] and room[1] < other[3] and other[1] < room[3]
                for other in taken
            ):
                axes.annotate(
                    name,
                    (x, y),
                    xytext=(5 * side, 72 * lift),
                    textcoords="offset points",
                    fontsize=FOOT,
                    color=colour,
                    ha="left" if side > 0 else "right",
                    va="center",
                )
                taken.append(room)
                break
