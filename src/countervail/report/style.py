"""The hand in which everything is drawn: colours, type, number forms, and the frame of a figure.

One diverging scale for loss to gain, one hue a side, one sans family with tabular figures, light horizontal grid, zero
line always. Colours are distinct for colour-blind readers and in grey.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countervail.errors import OutputError
from countervail.words import MINUS, head_of, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from countervail.exhibit import Exhibit

PAPER, INK, HAIRLINE, MUTED = "#FBFAF7", "#1B1F24", "#D9D5CC", "#6B7280"
DIVERGING = ("#7A1F3D", "#C8566B", "#EBC4C4", "#F1EFEA", "#BFD5DC", "#4F93A8", "#164A63")
SEQUENTIAL = ("#F1EFEA", "#B9BCBF", "#6B7280", "#2B3138")
LOSS, GAIN, NEUTRAL = DIVERGING[1], DIVERGING[5], DIVERGING[3]
SIDES = {"sender": "#2F5D8A", "target": "#A63D40", "partner": "#C58B2A", "third": "#7C8A6E"}
SIDE_NAMES = {"sender": "senders", "target": "target", "partner": "partners", "third": "third parties"}
# Lines and parts that are no side, told apart by lightness as well as by hue.
SERIES = ("#164A63", "#C8566B", "#C58B2A", "#4F93A8", "#7C8A6E", "#7A1F3D", "#6B7280")
MOST_SERIES = 7
# The two ends of an assumption in a tornado, dark and light.
ENDS = {"assumption at its low end": "#164A63", "at its high end": "#C58B2A"}
FAMILY = ("Inter", "system-ui", "Helvetica Neue", "Arial", "DejaVu Sans")
WIDTH = 7.6  # inches
MOST_NAME = 2.7  # inches before a name takes a second line
FOOT, SMALL, TEXT, TITLE = 7.5, 8.5, 10.0, 13.5


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


def figure(
    exhibit: Exhibit, height: float, *, unit: str | None = None, notes: Iterable[str] = ()
) -> tuple[Figure, Axes]:
    """A figure with the finding above and the source below.

    Arguments:
        height: of the drawing, in inches. unit: of what is drawn, where it is not the exhibit's.
        notes: on the drawing, after the caveats.
    """
    from matplotlib.figure import Figure

    head = lines(exhibit.title, TITLE, bold=True)
    below = lines(measured(exhibit, unit), TEXT)
    foot = lines(" ".join([f"Source: {exhibit.source}.", *exhibit.caveats, *notes]), FOOT)
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
    for row, text in enumerate(reversed(foot)):
        drawn.text(0.02, (0.12 + 0.15 * row) / total, text, fontsize=FOOT, color=MUTED, va="center")
    axes = drawn.add_axes((0.02, under / total, 0.96, height / total))
    return drawn, axes


def measured(exhibit: Exhibit, unit: str | None = None) -> str:
    """What is shown and its unit, as the line under the finding says it."""
    unit = exhibit.unit if unit is None else unit
    said = exhibit.subtitle if unit.lower() in exhibit.subtitle.lower() else f"{exhibit.subtitle}, {unit}"
    return said[:1].upper() + said[1:]


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is drawn, in inches, in the family in use."""
    from matplotlib import rcParams

    return _width(text, size, bold, tuple(rcParams["font.sans-serif"]))


@lru_cache(maxsize=4096)
def _width(text: str, size: float, bold: bool, family: tuple[str, ...]) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    prop = FontProperties(family=list(family), size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, prop, ismath=False)[0]) / 72


def lines(text: str, size: float, *, bold: bool = False, width: float = 0.95 * WIDTH) -> list[str]:
    """A text broken where the next word would not fit; a number keeps its unit beside it."""
    kept = re.sub(r"(?<=\d) (?=%|million|billion|trillion|USD)|(?<=illion) (?=USD)", "\u00a0", text)
    space, used = text_width(" ", size, bold=bold), width
    found: list[str] = []
    for word in kept.split(" "):
        long = text_width(word, size, bold=bold)
        if found and used + space + long <= width:
            found[-1], used = f"{found[-1]} {word}", used + space + long
        else:
            found.append(word)
            used = long
    return found


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


def beside(axes: Axes, names: Iterable[str], *, above: float = 0.0, below: float = 0.0) -> None:
    """Make room for row names at the left as wide as they are drawn, and for inches above and below."""
    drawn = axes.get_figure(root=True)
    assert drawn is not None
    rows = [line for name in names for line in name.splitlines()]
    left = 0.035 + max((text_width(line, TEXT) for line in rows), default=0.0) / WIDTH
    box, height = axes.get_position(), drawn.get_figheight()
    axes.set_position((left, box.y0 + below / height, 0.97 - left, box.height - (above + below) / height))


def told(value: float, largest: float) -> str:
    """A number as a label of a drawing: with more digits where "0.0" would hide a size that one can see.

    Arguments:
        largest: the largest size in the drawing.

    Example:
        >>> told(-0.0031, 0.1), told(-0.0031, 50.0)
        ('\u22120.003', '0.0')
    """
    if 0 < largest < 0.05:  # all of them with the same digits
        return f"{value:.{1 - math.floor(math.log10(largest))}f}".replace("-", MINUS)
    said = number(value)
    if said != "0.0" or not abs(value) > 0.01 * largest:
        return said
    return f"{value:.{-math.floor(math.log10(abs(value)))}f}".replace("-", MINUS)


def sequential() -> Any:
    """Colours from little to much, for what is neither loss nor gain."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("little to much", list(SEQUENTIAL))


def luminance(colour: Any) -> float:
    """How light a colour is, 0 to 1."""
    return float(np.dot(colour[:3], (0.2126, 0.7152, 0.0722)))


def axis_words(column: str) -> str:
    """A column as the title of an axis: words, then the unit.

    Example:
        >>> axis_words("own_cost_percent"), axis_words("income_usd_per_head")
        ('own cost, %', 'income, USD per head')
    """
    words, unit = head_of(column)
    return f"{words}, {unit}" if unit and words else words or unit


def said_thousands(axis: Any) -> None:
    """Ticks of thousands with separators, and the minus sign of the house."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(
        FuncFormatter(lambda x, _: (f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.6g}").replace("-", MINUS))
    )
