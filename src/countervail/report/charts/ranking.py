"""Ranked bars, sorted, with bands as a tint of the bar's hue and values written at their ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.style import (
    HAIRLINE,
    INK,
    MUTED,
    SIDE_NAMES,
    SIDES,
    SMALL,
    bar_colour,
    figure,
    short,
)
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """One bar a row, the lowest value on top; missing values keep their row and say so."""
    roles = exhibit.roles
    table = exhibit.table.sort_values(roles["value"], ascending=False, kind="stable", na_position="first")
    values = table[roles["value"]].to_numpy(dtype=float)
    names = [short(str(name), 34) for name in table[roles["label"]]]
    drawn, axes = figure(exhibit, max(0.9, 0.24 * len(table) + 0.35))
    places = np.arange(len(table))
    sides = list(table[roles["side"]]) if "side" in roles else [""] * len(table)
    colours = [bar_colour(side, value) for side, value in zip(sides, values, strict=True)]
    low = table[roles["low"]].to_numpy(dtype=float) if "low" in roles else np.full(len(table), np.nan)
    high = table[roles["high"]].to_numpy(dtype=float) if "high" in roles else np.full(len(table), np.nan)
    axes.barh(places, np.nan_to_num(values), height=0.62, color=colours)
    for place, colour in zip(places, colours, strict=True):
        if math.isfinite(low[place]) and math.isfinite(high[place]):
            axes.barh(place, high[place] - low[place], left=low[place], height=0.9, color=colour, alpha=0.22)
    ends = np.concatenate(
        [[0.0], values[np.isfinite(values)], low[np.isfinite(low)], high[np.isfinite(high)]]
    )
    span = max(float(np.ptp(ends)), 1e-12)
    for place, value in zip(places, values, strict=True):
        reach = [x for x in (value, low[place], high[place], 0.0) if math.isfinite(x)]
        right = not value < 0
        at = max(reach) + 0.012 * span if right else min(reach) - 0.012 * span
        text = number(value) if math.isfinite(value) else "n/a"
        axes.text(
            at, float(place), text, va="center", ha="left" if right else "right", fontsize=SMALL, color=INK
        )
    axes.set_yticks(places, names)
    axes.set_xlim(float(ends.min()) - 0.12 * span, float(ends.max()) + 0.12 * span)
    axes.set_ylim(-0.7, len(table) - 0.3)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="x", color=HAIRLINE)
    axes.tick_params(axis="x", labelsize=SMALL)
    longest = max((len(name) for name in names), default=0)
    box = axes.get_position()
    left = 0.03 + 0.0105 * longest
    shown = [side for side in SIDES if side in sides]
    room = 0.22 / drawn.get_figheight() if len(shown) > 1 else 0.0
    axes.set_position((left, box.y0, 0.97 - left, box.height - room))
    if room:
        for i, side in enumerate(shown):
            axes.text(
                1.0 - 0.17 * (len(shown) - 1 - i),
                1.0,
                SIDE_NAMES[side],
                transform=axes.transAxes,
                color=SIDES[side],
                fontsize=SMALL,
                ha="right",
                va="bottom",
                fontweight="bold",
            )
    axes.xaxis.label.set_color(MUTED)
    return drawn
