"""Parts of a whole as stacked bars, one bar a label, the same part in the same colour in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countervail.report.style import HAIRLINE, INK, MOST_SERIES, PAPER, SERIES, SMALL, figure, short
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """At most seven parts by colour; the table should hold the rest as one part."""
    roles, table = exhibit.roles, exhibit.table
    labels, parts = (list(dict.fromkeys(table[roles[role]])) for role in ("label", "part"))
    drawn, axes = figure(exhibit, 0.55 * len(labels) + 0.55)
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
            if row == len(labels) - 1 and value > 4:
                axes.text(
                    left[label] + value / 2,
                    row + 0.42,
                    short(str(part), max(6, int(value * 0.9))),
                    ha="center",
                    va="bottom",
                    color=INK,
                    fontsize=7.5,
                )
            left[label] += value
    axes.set_yticks(range(len(labels)), [short(str(label), 24) for label in reversed(labels)])
    axes.set_xlim(0, max(left.values(), default=1.0) or 1.0)
    axes.set_ylim(-0.5, len(labels) + 0.1)
    axes.tick_params(axis="x", labelsize=SMALL)
    box = axes.get_position()
    start = 0.03 + 0.0105 * max((len(str(label)) for label in labels), default=0)
    axes.set_position((start, box.y0, 0.97 - start, box.height))
    return drawn
