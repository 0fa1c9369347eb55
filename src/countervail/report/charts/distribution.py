"""How a number is distributed over draws: a histogram a line, its median and its middle nine tenths marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countervail.report.style import HAIRLINE, INK, SERIES, SMALL, WIDTH, figure, short, text_width
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """Draws without a number are left out of the picture and counted under it."""
    from matplotlib.transforms import blended_transform_factory

    marks: list[tuple[float, float, str, str, float]] = []
    roles, table = exhibit.roles, exhibit.table
    drawn, axes = figure(exhibit, 3.0)
    values = table[roles["value"]].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    edges = (
        np.histogram_bin_edges(known, bins=min(40, max(5, known.size // 12)))
        if known.size
        else np.array([0.0, 1.0])
    )
    groups = table.groupby(roles["line"], sort=False) if "line" in roles else [("", table)]
    for place, (name, rows) in enumerate(groups):
        colour, here = SERIES[place % len(SERIES)], rows[roles["value"]].to_numpy(dtype=float)
        weight = rows[roles["weight"]].to_numpy(dtype=float) if "weight" in roles else np.ones(len(here))
        kept = np.isfinite(here)
        if not kept.any():
            continue
        axes.hist(
            here[kept],
            bins=list(edges),
            weights=weight[kept] / weight[kept].sum() * 100,
            color=colour,
            alpha=0.45,
        )
        low, middle, high = np.quantile(here[kept], (0.05, 0.5, 0.95))
        height = axes.get_ylim()[1]
        axes.plot([low, high], [height * (1.02 + 0.06 * place)] * 2, color=colour, linewidth=2)
        said = f"{short(str(name), 40)} {number(middle)} ({number(low)} to {number(high)})".strip()
        half = text_width(said, SMALL) / (0.89 * WIDTH) / 2
        marks.append((middle, height * (1.03 + 0.06 * place), said, colour, half))
    for middle, up, said, colour, half in marks:  # inside the frame, wherever the median lies
        (left, right) = axes.get_xlim()
        at = min(max((middle - left) / (right - left), half), 1 - half)
        axes.text(
            *(at, up, said),
            transform=blended_transform_factory(axes.transAxes, axes.transData),
            color=colour,
            fontsize=SMALL,
            ha="center",
            va="bottom",
        )
    lost = int(values.size - known.size)
    axes.set_xlabel(
        f"{exhibit.unit}; 5 to 95 % of draws marked" + (f"; {lost} without a number" if lost else "")
    )
    axes.set_ylabel("percent of draws")
    axes.axvline(0, color=INK, linewidth=0.8) if known.size and known.min() <= 0 <= known.max() else None
    axes.grid(axis="y", color=HAIRLINE)
    axes.tick_params(labelsize=SMALL)
    box, shift = axes.get_position(), 0.35 / drawn.get_figheight()
    axes.set_position((0.08, box.y0 + shift, 0.89, box.height - shift))
    return drawn
