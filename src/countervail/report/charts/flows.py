"""Trade of one economy as ribbons: whom it buys from on the left, whom it sells to on the right.

The width of a ribbon is the trade after the scenario; its colour is the change from before, loss to gain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countervail.report.arranged import flows
from countervail.report.style import INK, MUTED, SMALL, diverging, figure, short
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit

SLOT, NODE = 0.036, 0.012  # room for a label, as a share of the height
MIDDLE = ((0.47, 0.49), (0.51, 0.53))


def draw(exhibit: Exhibit) -> Figure:
    """Rows whose destination repeats are purchases, rows whose origin repeats are sales."""
    roles, table = exhibit.roles, flows(exhibit)
    key = "Width: trade after the scenario; colour and percent: change from before" if "base" in roles else ""
    drawn, axes = figure(exhibit, 4.6, notes=[f"{key}."] if key else ())
    origins, destinations = table[roles["origin"]], table[roles["destination"]]
    hub_in = destinations.mode().iloc[0] if destinations.duplicated().any() else None
    hub_out = origins.mode().iloc[0] if origins.duplicated().any() else None
    scale, norm = diverging(60.0)
    total = max(
        (
            float(table.loc[where, roles["value"]].sum())
            for where in (destinations == hub_in, origins == hub_out)
        ),
        default=1.0,
    )
    for hub, where, left in ((hub_in, destinations == hub_in, True), (hub_out, origins == hub_out, False)):
        if hub is None:
            continue
        rows = table[where]
        partners = rows[roles["origin"] if left else roles["destination"]]
        _side(
            axes, partners, rows[roles["value"]], rows.get(roles.get("base", "")), total, left, (scale, norm)
        )
        axes.text(
            0.47 if left else 0.53,
            1.0,
            short(str(hub), 30),
            ha="right" if left else "left",
            va="bottom",
            fontsize=SMALL,
            color=MUTED,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.03)
    axes.axis("off")
    return drawn


def _side(axes: Any, partners: Any, values: Any, base: Any, total: float, left: bool, colours: Any) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    count, (scale, norm) = len(partners), colours
    unit = (1.0 - SLOT * count) / max(total, 1e-12)
    outer, inner = 1.0, 0.5 + 0.5 * float(values.sum()) * unit
    x_out, x_in = (0.26, MIDDLE[0][0]) if left else (0.74, MIDDLE[1][1])
    for place, (name, value) in enumerate(zip(partners, values, strict=True)):
        width = float(value) * unit
        change = (
            100 * (float(value) / float(base.iloc[place]) - 1)
            if base is not None and base.iloc[place] > 0
            else np.nan
        )
        colour = scale(norm(np.clip(change, -60, 60))) if np.isfinite(change) else MUTED
        middle = (x_out + x_in) / 2
        points = [(x_out, outer), (middle, outer), (middle, inner), (x_in, inner), (x_in, inner - width)]
        points += [(middle, inner - width), (middle, outer - width), (x_out, outer - width), (x_out, outer)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, edgecolor=MUTED, linewidth=0.3))
        moved = f" ({'+' if change > 0 else ''}{number(change)} %)" if np.isfinite(change) else ""
        said = f"{short(str(name), 20)}  {number(float(value) / 1000)} bn{moved}"
        at = x_out - NODE if left else x_out + NODE
        axes.text(
            at, outer - width / 2, said, ha="right" if left else "left", va="center", fontsize=7.5, color=INK
        )
        outer -= width + SLOT
        inner -= width
