"""Lines over a number or over years, labelled at their ends, with bands as a tint of the line's hue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countervail.report.style import (
    HAIRLINE,
    INK,
    MOST_SERIES,
    MUTED,
    SERIES,
    SIDES,
    SMALL,
    WIDTH,
    axis_words,
    figure,
    said_thousands,
    short,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit


def draw(exhibit: Exhibit) -> Figure:
    """One line a name, at most seven by name in the order of the table; further ones thin and grey."""
    roles, table = exhibit.roles, exhibit.table
    drawn, axes = figure(exhibit, 3.3)
    ends: list[tuple[float, str, str]] = []
    for number, (name, rows) in enumerate(table.groupby(roles["line"], sort=False)):
        x, y = rows[roles["x"]].to_numpy(), rows[roles["y"]].to_numpy(dtype=float)
        named = number < MOST_SERIES
        colour = SERIES[number] if named else HAIRLINE
        if "side" in roles:
            colour = SIDES.get(str(rows[roles["side"]].iloc[0]), colour)
        axes.plot(
            x,
            y,
            color=colour,
            linewidth=1.8 if named else 0.8,
            marker="o" if len(x) < 15 and named else "",
            ms=3,
        )
        if "low" in roles and "high" in roles:
            low, high = (rows[roles[part]].to_numpy(dtype=float) for part in ("low", "high"))
            axes.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
        finite = np.flatnonzero(np.isfinite(y))
        if named and finite.size == 1 and len(x) == 1:
            axes.annotate(
                *(str(name), (x[0], y[0])),
                xytext=(0, 7),
                textcoords="offset points",
                color=colour,
                fontsize=SMALL,
                ha="center",
            )
        elif named and finite.size:
            ends.append((float(y[finite[-1]]), short(str(name), 26), colour))
    _label_ends(axes, ends)
    axes.set_xlabel(axis_words(roles["x"]))
    said_thousands(axes.yaxis)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.grid(axis="y", color=HAIRLINE)
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.xaxis.label.set_color(MUTED)
    longest = max((text_width(name, SMALL) for _, name, _ in ends), default=0) / WIDTH
    box = axes.get_position()
    axes.set_position(
        (
            0.07,
            box.y0 + 0.3 / drawn.get_figheight(),
            0.9 - longest,
            box.height - 0.3 / drawn.get_figheight(),
        )
    )
    return drawn


def _label_ends(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Names at the right ends, pushed apart where they would overlap."""
    low, high = axes.get_ylim()
    step = 0.06 * (high - low)
    ordered = sorted(ends)
    places: list[float] = []
    for value, *_ in ordered:
        places.append(max(value, places[-1] + step) if places else value)
    for k in reversed(range(len(places))):  # none above the top, where the words under the title are
        places[k] = min(places[k], high - step * (len(places) - 1 - k))
    for at, (_, name, colour) in zip(places, ordered, strict=True):
        axes.annotate(
            name, (1.01, at), xycoords=axes.get_yaxis_transform(), color=colour, fontsize=SMALL, va="center"
        )
