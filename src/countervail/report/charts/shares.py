"""Parts of a whole as stacked bars, one bar a label, the same part in the same colour in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countervail.report.style import (
    HAIRLINE,
    INK,
    MOST_SERIES,
    PAPER,
    SERIES,
    SMALL,
    TEXT,
    WIDTH,
    beside,
    figure,
    text_width,
)
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """At most seven parts by colour; the table should hold the rest as one part."""
    roles, table = exhibit.roles, exhibit.table
    labels, parts = (list(dict.fromkeys(table[roles[role]])) for role in ("label", "part"))
    key = _key(parts)
    above = 0.2 * (1 + max((row for *_, row in key), default=0)) + 0.05
    drawn, axes = figure(exhibit, 0.55 * len(labels) + 0.3 + above)
    wide = table.pivot_table(
        index=roles["label"], columns=roles["part"], values=roles["value"], sort=False, aggfunc="sum"
    )
    left = dict.fromkeys(labels, 0.0)
    for place, part in enumerate(parts):
        colour = SERIES[place] if place < MOST_SERIES else HAIRLINE
        for row, label in enumerate(reversed(labels)):
            value = float(wide.loc[label, part])
            axes.barh(row, value, left=left[label], height=0.62, color=colour, edgecolor=PAPER)
            if value > 4 and place < MOST_SERIES:
                axes.text(
                    left[label] + value / 2,
                    row,
                    number(value),
                    ha="center",
                    va="center",
                    color=PAPER,
                    fontsize=SMALL,
                )
            left[label] += value
    axes.set_yticks(range(len(labels)), [str(label) for label in reversed(labels)])
    axes.set_xlim(0, max(left.values(), default=1.0) or 1.0)
    axes.set_ylim(-0.5, len(labels) - 0.5)
    axes.tick_params(axis="x", labelsize=SMALL)
    beside(axes, [str(label) for label in labels], above=above)
    height = drawn.get_figheight()
    top = axes.get_position().y1 + above / height
    for name, colour, at, row in key:
        y = top - (0.12 + 0.2 * row) / height
        drawn.text(at / WIDTH, y, "\u25a0", color=colour, fontsize=TEXT, va="center")
        drawn.text((at + 0.15) / WIDTH, y, name, color=INK, fontsize=SMALL, va="center")
    return drawn


def _key(parts: list[str]) -> list[tuple[str, str, float, int]]:
    """Each part with its colour, and where its name stands: inches from the left, and the line."""
    found, at, row = [], 0.2, 0
    for place, part in enumerate(parts):
        wide = 0.4 + text_width(str(part), SMALL)
        if at + wide > WIDTH and at > 0.2:
            at, row = 0.2, row + 1
        found.append((str(part), SERIES[place] if place < MOST_SERIES else HAIRLINE, at, row))
        at += wide
    return found
