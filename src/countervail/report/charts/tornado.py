"""Which assumption moves the answer most: a bar a row, from the answer at its low end to the answer at its high end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.arranged import swings
from countervail.report.style import (
    ENDS,
    HAIRLINE,
    INK,
    MOST_NAME,
    PAPER,
    SMALL,
    TEXT,
    beside,
    figure,
    lines,
    told,
)
from countervail.words import MINUS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """The widest on top; bars meet at the stated answer, and where both ends lie on one side they share the row."""
    roles, table = exhibit.roles, swings(exhibit)
    stated, low, high = (table[roles[part]].to_numpy(dtype=float) for part in ("value", "low", "high"))
    names = ["\n".join(lines(str(name), TEXT, width=MOST_NAME)) for name in table[roles["label"]]]
    tall = 0.4 if any("\n" in name for name in names) else 0.34
    drawn, axes = figure(exhibit, max(1.2, tall * len(table) + 0.6))
    known = [x for x in (*stated, *low, *high) if math.isfinite(x)] or [0.0]
    span = max(max(known) - min(known), 1e-12)
    largest = max(map(abs, known))

    def said(value: float) -> str:
        """Ends that differ read differently."""
        fine = math.isfinite(value) and span < 2 and largest < 10
        return f"{value:.2f}".replace("-", MINUS) if fine else told(value, largest)

    for place, (middle, *ends) in enumerate(zip(stated, low, high, strict=True)):
        sides = [end - middle for end in ends]
        together = all(math.isfinite(side) for side in sides) and sides[0] * sides[1] > 0
        for which, (end, colour) in enumerate(zip(ends, ENDS.values(), strict=True)):
            if not math.isfinite(end - middle):
                continue
            at = place + (0.0 if not together else 0.16 if which == 0 else -0.16)
            axes.barh(at, end - middle, left=middle, height=0.3 if together else 0.62, color=colour)
            right = end > middle or (end == middle and which == 1)
            axes.text(
                end + (0.012 if right else -0.012) * span,
                at,
                said(end),
                va="center",
                ha="left" if right else "right",
                fontsize=SMALL if not together else 7.0,
                color=INK,
            )
        if not any(math.isfinite(side) for side in sides):
            axes.text(middle if math.isfinite(middle) else 0.0, place, " n/a", va="center", fontsize=SMALL)
    if np.isfinite(stated).any():
        middle = float(stated[np.isfinite(stated)][0])
        axes.axvline(middle, color=INK, linewidth=0.8)
        top = len(table) - 0.45
        axes.text(
            *(middle, top, f"as stated {said(middle)}"),
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=INK,
            backgroundcolor=PAPER,
        )
    axes.set_yticks(range(len(table)), names)
    axes.set_ylim(-0.6, len(table) + 0.15)
    axes.set_xlim(min(known) - 0.14 * span, max(known) + 0.14 * span)
    axes.grid(axis="x", color=HAIRLINE)
    axes.tick_params(axis="x", labelsize=SMALL)
    beside(axes, names, above=0.22)
    for place, (words, colour) in enumerate(ENDS.items()):
        axes.text(
            float(place),
            1.0,
            words,
            transform=axes.transAxes,
            color=colour,
            fontsize=SMALL,
            fontweight="bold",
            ha="right" if place else "left",
            va="bottom",
        )
    return drawn
