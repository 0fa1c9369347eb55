"""Ranked bars, sorted, with bands as a tint of the bar's hue and values written at their ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.arranged import ranked
from countervail.report.style import (
    HAIRLINE,
    INK,
    MOST_NAME,
    SIDE_NAMES,
    SIDES,
    SMALL,
    TEXT,
    bar_colour,
    beside,
    figure,
    lines,
    told,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """One bar a row, the worst on top; missing values keep their row and say so."""
    roles = exhibit.roles
    table, said = ranked(exhibit)
    table = table[::-1]
    values = table[roles["value"]].to_numpy(dtype=float)
    names = ["\n".join(lines(str(name), TEXT, width=MOST_NAME)) for name in table[roles["label"]]]
    tall = 0.38 if any("\n" in name for name in names) else 0.24
    drawn, axes = figure(exhibit, max(0.9, tall * len(table) + 0.35), notes=[said] if said else ())
    places = np.arange(len(table))
    sides = list(table[roles["side"]]) if "side" in roles else [""] * len(table)
    if "side" not in roles and not (values < 0).any():
        sides = ["neutral"] * len(table)  # nobody loses, so that blue would say nothing
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
        text = told(float(value), float(np.abs(ends).max()))
        axes.text(
            at, float(place), text, va="center", ha="left" if right else "right", fontsize=SMALL, color=INK
        )
    axes.set_yticks(places, names)
    axes.set_xlim(float(ends.min()) - 0.12 * span, float(ends.max()) + 0.12 * span)
    axes.set_ylim(-0.7, len(table) - 0.3)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="x", color=HAIRLINE)
    axes.tick_params(axis="x", labelsize=SMALL)
    shown = [side for side in SIDES if side in sides]
    beside(axes, names, above=0.22 if len(shown) > 1 else 0.0)
    if len(shown) > 1:
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
    return drawn
