"""A world map of one number an economy: equal-area, loss to gain around zero, dots for the small, hatch for no data.

Gains are stippled, so that they are told from losses where the map is printed in grey.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countervail.report.shapes import BORDERS, Shape, dots, shapes
from countervail.report.style import HAIRLINE, INK, MUTED, NEUTRAL, PAPER, diverging, diverging_end, figure
from countervail.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.path import Path

    from countervail.exhibit import Exhibit

STEPS = 7  # of the key
STIPPLE = "......"


def draw(exhibit: Exhibit) -> Figure:
    """Economies by code; what the table does not have is hatched."""
    from matplotlib.patches import PathPatch

    roles, table = exhibit.roles, exhibit.table
    values = dict(zip(table[roles["code"]], table[roles["value"]].astype(float), strict=True))
    extreme = diverging_end(values.values())
    scale, norm = diverging(extreme)
    drawn, axes = figure(exhibit, 3.75)
    for shape in shapes():
        value = values.get(shape.code, math.nan)
        known = math.isfinite(value)
        colour = scale(norm(np.clip(value, -extreme, extreme))) if known else NEUTRAL
        hatch = "//////" if shape.disputed or not known else None
        axes.add_patch(PathPatch(_path(shape), facecolor=colour, edgecolor=PAPER, linewidth=0.35))
        if known and value > extreme / STEPS:
            axes.add_patch(_stippled(PathPatch(_path(shape))))
        if hatch:
            axes.add_patch(
                PathPatch(
                    _path(shape),
                    facecolor="none",
                    edgecolor=MUTED if known else HAIRLINE,
                    linewidth=0,
                    hatch=hatch,
                )
            )
    for code, (x, y) in dots().items():
        value = values.get(code, math.nan)
        if math.isfinite(value):
            colour = scale(norm(np.clip(value, -extreme, extreme)))
            axes.plot([x], [y], "o", ms=4.5, color=colour, markeredgecolor=INK, markeredgewidth=0.4)
    axes.set_xlim(-2.72, 2.72)
    axes.set_ylim(-1.12, 1.33)
    axes.set_aspect("equal")
    axes.axis("off")
    _key(axes, extreme, exhibit.unit)
    axes.text(1.0, -0.02, BORDERS, transform=axes.transAxes, fontsize=6.5, color=MUTED, ha="right", va="top")
    return drawn


def _path(shape: Shape) -> Path:
    from matplotlib.path import Path

    return Path.make_compound_path(*(Path(ring, closed=True) for ring in shape.rings))


def _stippled(patch: Patch) -> Patch:
    """Dots alone: over every colour the same, so that a file holds them once."""
    patch.set(facecolor="none", edgecolor=PAPER, linewidth=0, hatch=STIPPLE)
    return patch


def _key(axes: Axes, extreme: float, unit: str) -> None:
    """The colour scale as a strip of seven steps, its ends open."""
    from matplotlib.patches import Rectangle

    scale, norm = diverging(extreme)
    for step, value in enumerate(np.linspace(-extreme, extreme, STEPS)):
        corner = (-2.6 + 0.2 * step, -1.02)
        axes.add_patch(Rectangle(corner, 0.2, 0.07, color=scale(norm(value)), linewidth=0))
        if value > extreme / STEPS:
            axes.add_patch(_stippled(Rectangle(corner, 0.2, 0.07)))
    for at, text in (
        (-2.6, f"{number(-extreme)} or less"),
        (-1.9, "0"),
        (-1.2, f"{number(extreme)} or more"),
    ):
        side = {"0": "center"}.get(text, "left" if at < -2 else "right")
        axes.text(at, -0.93, text, fontsize=7, color=MUTED, ha=side, va="bottom")
    axes.text(-2.6, -1.04, f"{unit}; gains dotted", fontsize=7, color=MUTED, ha="left", va="top")
