"""The hand in which everything is drawn: colours, type, number forms, and the frame of a figure.

One diverging scale for loss to gain, one hue a side, one sans family with tabular figures, light horizontal grid, zero
line always. Colours are distinct for colour-blind readers and in grey.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from countervail.errors import OutputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit

PAPER, INK, HAIRLINE, MUTED = "#FBFAF7", "#1B1F24", "#D9D5CC", "#6B7280"
DIVERGING = ("#7A1F3D", "#C8566B", "#EBC4C4", "#F1EFEA", "#BFD5DC", "#4F93A8", "#164A63")
LOSS, GAIN, NEUTRAL = DIVERGING[1], DIVERGING[5], DIVERGING[3]
SIDES = {"sender": "#2F5D8A", "target": "#A63D40", "partner": "#C58B2A", "third": "#7C8A6E"}
SIDE_NAMES = {"sender": "senders", "target": "target", "partner": "partners", "third": "third parties"}
# Lines and parts that are no side, told apart by lightness as well as by hue.
SERIES = ("#164A63", "#C8566B", "#C58B2A", "#4F93A8", "#7C8A6E", "#7A1F3D", "#6B7280")
MOST_SERIES = 7
FAMILY = ("Inter", "system-ui", "Helvetica Neue", "Arial", "DejaVu Sans")
WIDTH = 7.6  # inches
SMALL, TEXT, TITLE = 8.5, 10.0, 13.5


def require(package: str, extra: str = "report") -> None:
    """Raise a clear error where an optional library is not installed.

    Raises:
        OutputError: CV451, naming the extra to install.
    """
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise OutputError(
            "CV451",
            f"Drawing needs the library {package}, which is not installed",
            next_step=f"Install it with: pip install 'countervail[{extra}]'",
        )


@contextmanager
def house() -> Iterator[None]:
    """Matplotlib in the house style, for the figures made inside; nothing outside is changed."""
    import matplotlib as mpl
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    settings: Any = {
        "font.family": "sans-serif",
        "font.sans-serif": [name for name in FAMILY if name in known] or ["DejaVu Sans"],
        "font.size": TEXT,
        "text.color": INK,
        "axes.edgecolor": HAIRLINE,
        "axes.labelcolor": MUTED,
        "axes.labelsize": SMALL,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.spines.bottom": False,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": TEXT,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "figure.facecolor": PAPER,
        "axes.facecolor": "none",
        "savefig.facecolor": PAPER,
        "grid.color": HAIRLINE,
        "grid.linewidth": 0.6,
        "hatch.color": HAIRLINE,
        "hatch.linewidth": 0.6,
        "svg.fonttype": "none",
        "svg.hashsalt": "countervail",
        "axes.unicode_minus": True,
    }
    with mpl.rc_context(settings):
        yield


def figure(exhibit: Exhibit, height: float) -> tuple[Figure, Axes]:
    """A figure with the finding above and the source below; the height is that of the drawing, in inches."""
    from matplotlib.figure import Figure

    head = textwrap.wrap(exhibit.title, 62)
    unit = "" if exhibit.unit.lower() in exhibit.subtitle.lower() else f", {exhibit.unit}"
    below = textwrap.wrap(f"{exhibit.subtitle}{unit}", 100)
    foot = textwrap.wrap(" ".join([f"Source: {exhibit.source}.", *exhibit.caveats]), 140)
    above = 0.30 + 0.26 * len(head) + 0.19 * len(below)
    under = 0.45 + 0.15 * len(foot)
    total = above + height + under
    drawn = Figure(figsize=(WIDTH, total))
    line = 1 - 0.30 / total
    for text in head:
        drawn.text(0.02, line, text, fontsize=TITLE, fontweight="bold", va="center")
        line -= 0.26 / total
    for text in below:
        drawn.text(0.02, line, text, fontsize=TEXT, color=MUTED, va="center")
        line -= 0.19 / total
    for number, text in enumerate(reversed(foot)):
        drawn.text(0.02, (0.12 + 0.15 * number) / total, text, fontsize=7.5, color=MUTED, va="center")
    axes = drawn.add_axes((0.02, under / total, 0.96, height / total))
    return drawn, axes


def bar_colour(side: str, value: float) -> str:
    """The hue of a side; without one, loss or gain; grey where a change is neither ("neutral")."""
    return MUTED if side == "neutral" else SIDES.get(side) or sign_colour(value)


def diverging_end(values: Iterable[float]) -> float:
    """Where the colours of a map end: the 95th percentile of sizes, rounded up, so that one economy does not bleach
    the rest."""
    known = np.abs([value for value in values if math.isfinite(value)])
    if not known.size or known.max() <= 0:
        return 1.0
    end = float(np.quantile(known, 0.95)) or float(known.max())
    unit = 10.0 ** math.floor(math.log10(end))
    return math.ceil(end / unit) * unit


def sign_colour(value: float) -> str:
    """Loss or gain."""
    return LOSS if value < 0 else GAIN


def diverging(extreme: float) -> tuple[Any, Any]:
    """A colour map and a norm from -extreme to extreme, centred on zero."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    scale = LinearSegmentedColormap.from_list("loss to gain", list(DIVERGING))
    return scale, Normalize(-extreme, extreme)


def short(text: str, width: int) -> str:
    """A label cut to a width, on one line."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "\u2026"


def wrapped(text: str, width: int) -> str:
    """A label broken over lines."""
    return "\n".join(textwrap.wrap(text, width))
