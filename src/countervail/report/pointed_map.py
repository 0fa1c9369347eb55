"""The world map one can point at: outlines as plain polygons, so that nothing is fetched from any network."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from countervail.report.shapes import BORDERS, dots, shapes
from countervail.report.style import DIVERGING, INK, MUTED, NEUTRAL, PAPER, diverging_end
from countervail.words import number

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from countervail.exhibit import Exhibit

SCALE = [[step / (len(DIVERGING) - 1), colour] for step, colour in enumerate(DIVERGING)]


def draw(figure: go.Figure, exhibit: Exhibit) -> None:
    """Economies by code, equal-area; what the table does not have, and disputed areas, are hatched."""
    roles, table = exhibit.roles, exhibit.table
    values = dict(zip(table[roles["code"]], table[roles["value"]].astype(float), strict=True))
    names = dict(zip(table[roles["code"]], table[roles["label"]], strict=True)) if "label" in roles else {}
    end = diverging_end(values.values())
    for shape in shapes():
        value = values.get(shape.code, math.nan)
        known = math.isfinite(value)
        name = names.get(shape.code, shape.name)
        x, y = _outline(shape.rings)
        hatch: dict[str, Any] = {"fillpattern": {"shape": "/", "size": 5, "fgcolor": MUTED, "solidity": 0.15}}
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=_colour(value / end) if known else NEUTRAL,
            line={"color": PAPER, "width": 0.5},
            hoveron="fills",
            hoverinfo="text",
            text=escape(
                f"{name}: {number(value)} {exhibit.unit}" if known else f"{name}: no number of its own"
            ),
            showlegend=False,
            **(hatch if shape.disputed or not known else {}),
        )
    small = [code for code in dots() if math.isfinite(values.get(code, math.nan))]
    figure.add_scatter(
        x=[dots()[code][0] for code in small] or [math.nan],
        y=[dots()[code][1] for code in small] or [math.nan],
        mode="markers",
        text=[escape(f"{names.get(code, code)}: {number(values[code])} {exhibit.unit}") for code in small],
        hoverinfo="text",
        showlegend=False,
        marker={
            "size": 8,
            "color": [values[code] for code in small] or [0.0],
            "colorscale": SCALE,
            "cmin": -end,
            "cmax": end,
            "line": {"width": 1, "color": INK},
            "showscale": True,
            "colorbar": {
                "title": {"text": exhibit.unit, "side": "top"},
                "orientation": "h",
                "thickness": 10,
                "len": 0.45,
                "x": 0,
                "xanchor": "left",
                "y": 0.02,
                "yanchor": "bottom",
                "tickvals": [-end, 0, end],
                "ticktext": [f"{number(-end)} or less", "0", f"{number(end)} or more"],
            },
        },
    )
    figure.update_xaxes(visible=False, range=[-2.72, 2.72], fixedrange=False)
    figure.update_yaxes(visible=False, range=[-1.45, 1.33], scaleanchor="x", scaleratio=1)
    figure.add_annotation(
        text="<br>".join(BORDERS.split("; ")),
        xref="paper",
        yref="paper",
        x=1,
        y=0,
        xanchor="right",
        yanchor="top",
        align="right",
        showarrow=False,
        font={"size": 9, "color": MUTED},
    )


def _outline(rings: tuple[NDArray[Any], ...]) -> tuple[list[float | None], list[float | None]]:
    """All rings as one line, with a gap between two."""
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in rings:
        x += [*(round(float(value), 4) for value in ring[:, 0]), None]
        y += [*(round(float(value), 4) for value in ring[:, 1]), None]
    return x, y


def _colour(share: float) -> str:
    """A place on the scale from loss to gain, -1 to 1, as a colour."""
    place = (min(max(share, -1.0), 1.0) + 1) / 2 * (len(DIVERGING) - 1)
    first = min(int(place), len(DIVERGING) - 2)
    parts = [
        round(
            int(DIVERGING[first][i : i + 2], 16) * (1 - place + first)
            + int(DIVERGING[first + 1][i : i + 2], 16) * (place - first)
        )
        for i in (1, 3, 5)
    ]
    return f"rgb({parts[0]},{parts[1]},{parts[2]})"
