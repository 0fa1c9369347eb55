"""The same exhibits as charts one can point at, with plotly; a page of its own needs nothing from outside."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from countervail.report import pointed_map
from countervail.report.arranged import cells, flows, matrix, payoff_key, ranked, swings
from countervail.report.pictured import pictured
from countervail.report.style import (
    ENDS,
    FAMILY,
    GAIN,
    HAIRLINE,
    INK,
    LOSS,
    MUTED,
    NEUTRAL,
    PAPER,
    SEQUENTIAL,
    SERIES,
    SIDES,
    axis_words,
    bar_colour,
    diverging_end,
    measured,
    require,
    told,
    wrapped,
)
from countervail.words import number

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go

    from countervail.exhibit import Exhibit

_MUCH = [[step / (len(SEQUENTIAL) - 1), colour] for step, colour in enumerate(SEQUENTIAL)]


def interactive(result: Any) -> go.Figure:
    """Draw a result with plotly, from the same table and in the same colours as `plot`.

    Raises:
        OutputError: CV451 plotly is not installed, CV452 the result has no picture.
    """
    require("plotly")
    import plotly.graph_objects as go

    exhibit = pictured(result)
    figure = go.Figure()
    _DRAW[exhibit.kind](figure, exhibit)
    figure.update_layout(
        title={"text": _title(exhibit), "x": 0.01, "yref": "container", "y": 0.98, "yanchor": "top"},
        font={"family": ", ".join(FAMILY), "color": INK, "size": 13},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        margin={"l": 10, "r": 40, "t": 60 + 22 * _title(exhibit).count("<br>"), "b": 80},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        showlegend=exhibit.kind in ("shares", "curves", "scatter", "distribution", "tornado"),
        annotations=[
            *figure.layout.annotations,
            {
                "text": wrapped(escape(f"Source: {exhibit.source}"), 110).replace("\n", "<br>"),
                "xref": "paper",
                "yref": "paper",
                "x": 0,
                "y": 0,
                "xanchor": "left",
                "yanchor": "top",
                "yshift": -50,
                "showarrow": False,
                "align": "left",
                "font": {"size": 10, "color": MUTED},
            },
        ],
    )
    return figure


def page(result: Any) -> str:
    """A page with the interactive chart and its table; it asks nothing of any network."""
    from countervail.report.grids import grid

    exhibit = pictured(result)
    figure = interactive(exhibit)
    legend = 40 if figure.layout.showlegend or exhibit.kind == "matrix" else 10
    figure.update_layout(title=None, margin={"t": legend})  # the page says both, on as many lines as it takes
    figure.layout.annotations = [one for one in figure.layout.annotations if "Source: " not in str(one.text)]
    chart = figure.to_html(
        full_html=False, include_plotlyjs=True, config={"displaylogo": False, "responsive": True}
    )
    head = (
        f'<h1 style="font-size:18px;line-height:1.3;margin:0 0 4px">{escape(exhibit.title)}</h1>'
        f'<p style="font-size:13px;color:{MUTED};margin:0 0 8px">{escape(measured(exhibit))}</p>'
    )
    family = ", ".join(FAMILY)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(exhibit.title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body style="background:{PAPER};color:{INK};font-family:{family};max-width:60rem;margin:0 auto;padding:1rem">'
        f'<main>{head}<div role="img" aria-label="{escape(exhibit.title, quote=True)}">{chart}</div>'
        f'<div style="overflow-x:auto">{grid(exhibit, headed=False).as_raw_html()}</div></main></body></html>\n'
    )


def _ranking(figure: go.Figure, exhibit: Exhibit) -> None:
    roles = exhibit.roles
    table = ranked(exhibit)[0][::-1]
    values = table[roles["value"]].to_numpy(dtype=float)
    plain = "neutral" if not (values < 0).any() else ""
    sides = table[roles["side"]] if "side" in roles else [plain] * len(table)
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    colours = [bar_colour(side, value) for side, value in zip(sides, values, strict=True)]
    spread = None
    if "low" in roles:
        low, high = (table[roles[end]].to_numpy(dtype=float) for end in ("low", "high"))
        spread = {
            "type": "data",
            "symmetric": False,
            "array": high - values,
            "arrayminus": values - low,
            "color": MUTED,
        }
    figure.add_bar(
        x=values,
        y=[_broken(name) for name in table[roles["label"]]],
        orientation="h",
        marker_color=colours,
        error_x=spread,
        text=[told(float(value), largest) for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text} " + escape(exhibit.unit) + "<extra></extra>",
    )
    figure.update_layout(height=160 + _row(table[roles["label"]]) * len(table))
    _pad(figure, [0.0], values, *(table[roles[end]] for end in ("low", "high") if end in roles))
    figure.update_xaxes(gridcolor=HAIRLINE, zerolinecolor=INK)
    figure.update_yaxes(automargin=True, ticks="outside", ticklen=8, tickcolor=PAPER)


def _ladder(figure: go.Figure, exhibit: Exhibit) -> None:
    roles, table = exhibit.roles, exhibit.table
    values = table[roles["value"]].to_numpy(dtype=float)
    kinds = ["absolute", *["relative"] * (len(values) - 2), "total"]
    figure.add_waterfall(
        x=[wrapped(escape(str(name)), 13).replace("\n", "<br>") for name in table[roles["label"]]],
        y=values,
        measure=kinds,
        text=[
            f"{'+' if 0 < n < len(values) - 1 and x >= 0.005 else ''}{number(x)}"
            for n, x in enumerate(values)
        ],
        textposition="outside",
        cliponaxis=False,
        increasing_marker_color=GAIN,
        decreasing_marker_color=LOSS,
        totals_marker_color=LOSS if values[-1] < 0 else GAIN,
        connector_line_color=INK,
    )
    figure.update_yaxes(gridcolor=HAIRLINE, zerolinecolor=INK)


def _matrix(figure: go.Figure, exhibit: Exhibit) -> None:
    if "second" in exhibit.roles:
        _payoffs(figure, exhibit)
        return
    rows, columns, values, _ = matrix(exhibit)
    values = values[::-1]
    known = np.abs(values[np.isfinite(values)])
    end = (float(np.quantile(known, 0.97)) if known.size else 1.0) or 1.0
    signed = bool((values < 0).any())
    said = [[number(value) if math.isfinite(value) else "" for value in line] for line in values]
    figure.add_heatmap(
        z=values,
        x=columns,
        y=rows[::-1],
        zmid=0 if signed else None,
        zmin=-end if signed else 0,
        zmax=end,
        colorscale=pointed_map.SCALE if signed else _MUCH,
        text=said,
        texttemplate="%{text}",
        colorbar={
            "orientation": "h",
            "thickness": 10,
            "len": 0.5,
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "top",
        },
    )
    figure.update_layout(height=180 + 26 * len(rows))
    figure.update_xaxes(side="top", automargin=True)
    figure.update_yaxes(automargin=True)


def _payoffs(figure: go.Figure, exhibit: Exhibit) -> None:
    rows, columns, first = cells(exhibit, "value")
    second = cells(exhibit, "second")[2]
    end = diverging_end([*first.ravel(), *second.ravel()])
    values = np.stack([first, second], axis=2).reshape(len(rows), -1)
    said = [[number(value) for value in line] for line in values]
    figure.add_heatmap(
        z=values,
        x=[column + side for column in range(len(columns)) for side in (0.25, 0.75)],
        y=[row + 0.5 for row in range(len(rows))],
        zmid=0,
        zmin=-end,
        zmax=end,
        colorscale=pointed_map.SCALE,
        text=said,
        texttemplate="%{text}",
        xgap=2,
        ygap=2,
        showscale=False,  # every cell says its number
    )
    marked = cells(exhibit, "mark")[2] if "mark" in exhibit.roles else np.zeros_like(first)
    for i, j in np.argwhere(marked > 0):
        figure.add_shape(type="rect", x0=j, x1=j + 1, y0=i, y1=i + 1, line={"color": INK, "width": 3})
    figure.update_layout(height=200 + 44 * len(rows))
    figure.update_xaxes(
        side="top", tickvals=[j + 0.5 for j in range(len(columns))], ticktext=[_broken(c) for c in columns]
    )
    figure.update_yaxes(
        autorange="reversed",
        tickvals=[i + 0.5 for i in range(len(rows))],
        ticktext=[_broken(row) for row in rows],
        automargin=True,
    )
    figure.add_annotation(
        text=escape(payoff_key(exhibit)),
        xref="paper",
        yref="paper",
        x=0,
        y=-0.02,
        xanchor="left",
        yanchor="top",
        showarrow=False,
    )


def _tornado(figure: go.Figure, exhibit: Exhibit) -> None:
    roles, table = exhibit.roles, swings(exhibit)
    stated = table[roles["value"]].to_numpy(dtype=float)
    for part, (words, colour) in zip(("low", "high"), ENDS.items(), strict=True):
        ends = table[roles[part]].to_numpy(dtype=float)
        figure.add_bar(
            x=ends - stated,
            base=stated,
            y=[_broken(name) for name in table[roles["label"]]],
            orientation="h",
            name=words,
            marker_color=colour,
            text=[number(end) for end in ends],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}, " + words + ": %{text} " + escape(exhibit.unit) + "<extra></extra>",
        )
    known = stated[np.isfinite(stated)]
    if known.size:
        figure.add_vline(x=float(known[0]), line_color=INK, line_width=1)
    _pad(figure, *(table[roles[part]] for part in ("low", "high", "value")))
    figure.update_layout(
        barmode="group", bargap=0.25, height=200 + max(44, _row(table[roles["label"]])) * len(table)
    )
    figure.update_xaxes(gridcolor=HAIRLINE)
    figure.update_yaxes(automargin=True, ticks="outside", ticklen=8, tickcolor=PAPER)


def _curves(figure: go.Figure, exhibit: Exhibit) -> None:
    roles = exhibit.roles
    for place, (name, rows) in enumerate(exhibit.table.groupby(roles["line"], sort=False)):
        colour = SERIES[place % len(SERIES)]
        if "side" in roles:
            colour = SIDES.get(str(rows[roles["side"]].iloc[0]), colour)
        if "low" in roles:
            figure.add_scatter(
                x=rows[roles["x"]],
                y=rows[roles["low"]],
                mode="lines",
                line_width=0,
                showlegend=False,
                hoverinfo="skip",
            )
            figure.add_scatter(
                x=rows[roles["x"]],
                y=rows[roles["high"]],
                mode="lines",
                line_width=0,
                fill="tonexty",
                fillcolor=_tint(colour),
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=rows[roles["x"]], y=rows[roles["y"]], mode="lines+markers", name=str(name), line_color=colour
        )
    _axes(figure, roles["x"], roles["y"])


def _scatter(figure: go.Figure, exhibit: Exhibit) -> None:
    roles = exhibit.roles
    groups = exhibit.table.groupby(roles["line"], sort=False) if "line" in roles else [("", exhibit.table)]
    for place, (name, rows) in enumerate(groups):
        figure.add_scatter(
            x=rows[roles["x"]],
            y=rows[roles["y"]],
            mode="lines+markers" if "line" in roles else "markers",  # names where one points
            text=rows[roles["label"]] if "label" in roles else None,
            name=str(name),
            line_color=SERIES[place % len(SERIES)],
        )
    _axes(figure, roles["x"], roles["y"])


def _shares(figure: go.Figure, exhibit: Exhibit) -> None:
    roles = exhibit.roles
    for place, (part, rows) in enumerate(exhibit.table.groupby(roles["part"], sort=False)):
        colour = SERIES[place] if place < len(SERIES) else HAIRLINE
        figure.add_bar(
            x=rows[roles["value"]],
            y=rows[roles["label"]],
            orientation="h",
            name=str(part),
            marker_color=colour,
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(autorange="reversed", automargin=True)


def _distribution(figure: go.Figure, exhibit: Exhibit) -> None:
    roles = exhibit.roles
    groups = exhibit.table.groupby(roles["line"], sort=False) if "line" in roles else [("", exhibit.table)]
    for place, (name, rows) in enumerate(groups):
        colour = SERIES[place % len(SERIES)]
        figure.add_histogram(
            x=rows[roles["value"]].dropna(),
            histnorm="percent",
            name=str(name),
            marker_color=colour,
            opacity=0.6,
        )
    figure.update_layout(barmode="overlay")
    _axes(figure, exhibit.unit, "percent of draws")


def _flows(figure: go.Figure, exhibit: Exhibit) -> None:
    roles, table = exhibit.roles, flows(exhibit)
    sources = [f"{name}" for name in table[roles["origin"]]]
    targets = [f"{name} " for name in table[roles["destination"]]]  # a partner on both sides is two nodes
    names = list(dict.fromkeys([*sources, *targets]))
    change = (
        100 * (table[roles["value"]] / table[roles["base"]] - 1)
        if "base" in roles
        else [math.nan] * len(table)
    )
    figure.add_sankey(
        node={"label": [name.strip() for name in names], "color": MUTED, "pad": 14},
        link={
            "source": [names.index(name) for name in sources],
            "target": [names.index(name) for name in targets],
            "value": table[roles["value"]],
            "color": [
                NEUTRAL if not math.isfinite(x) else GAIN if x > 1 else LOSS if x < -1 else HAIRLINE
                for x in change
            ],
            "customdata": [number(x) for x in change],
            "hovertemplate": "%{source.label} to %{target.label}: %{value:,.0f} (%{customdata} %)<extra></extra>",
        },
    )
    figure.update_layout(height=560)


_DRAW: dict[str, Callable[[go.Figure, Exhibit], None]] = {
    "ranking": _ranking,
    "ladder": _ladder,
    "matrix": _matrix,
    "curves": _curves,
    "scatter": _scatter,
    "shares": _shares,
    "distribution": _distribution,
    "tornado": _tornado,
    "flows": _flows,
    "map": pointed_map.draw,
}


def _title(exhibit: Exhibit) -> str:
    """The finding and what is measured, broken as a narrow page needs it."""
    head = wrapped(escape(exhibit.title), 70).replace("\n", "<br>")
    below = wrapped(escape(measured(exhibit)), 100).replace("\n", "<br>")
    return f"<b>{head}</b><br><sup>{below}</sup>"


def _axes(figure: go.Figure, x: str, y: str) -> None:
    figure.update_xaxes(title=axis_words(x), gridcolor=HAIRLINE, zerolinecolor=INK)
    figure.update_yaxes(title=axis_words(y), gridcolor=HAIRLINE, zerolinecolor=INK)


def _pad(figure: go.Figure, *parts: Any) -> None:
    """Room beside the bars for the numbers at their ends."""
    known = np.concatenate([np.asarray(part, dtype=float) for part in parts])
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    room = 0.15 * ((high - low) or 1.0)
    figure.update_xaxes(range=[low - room * (low < 0), high + room * (high > 0 or low < high)])


def _row(names: Any) -> int:
    """How high a row has to be for the longest of its names, pixels."""
    return 12 + 17 * max((_broken(name).count("<br>") + 1 for name in names), default=1)


def _broken(text: Any) -> str:
    return wrapped(escape(str(text)), 22).replace("\n", "<br>")


def _tint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
