"""Draw a result: one figure for an exhibit; for an outcome or a ledger, the exhibit that answers first."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from countervail.exhibit import Exhibit
from countervail.report.pictured import CHARTS, pictured
from countervail.report.style import PAPER, house, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONG_NUMBERS = re.compile(rb"(?<=[ \"ML])(-?\d+\.\d\d)\d+")


def plot(result: Any, *, interactive: bool = False) -> Any:
    """Draw a result with matplotlib, or with plotly where one can point at it; the house style in both.

    Arguments:
        result: an Exhibit; an Outcome (its map) or a Ledger (its ladder).
        interactive: plotly instead of matplotlib.

    Returns:
        A matplotlib or a plotly Figure; `cv.write(exhibit, "name.svg")` or "name.html" puts it in a file.

    Raises:
        OutputError: CV451 matplotlib is not installed, CV452 the result has no picture.

    Example:
        >>> cv.plot(cv.offset_ledger(world, scenario))  # doctest: +SKIP
    """
    if interactive:
        from countervail.report import pointed

        return pointed.interactive(result)
    require("matplotlib")
    exhibit = pictured(result)
    draw: Callable[[Exhibit], Figure] = import_module(
        f"countervail.report.charts.{CHARTS[exhibit.kind]}"
    ).draw
    with house():
        return draw(exhibit)


def picture(result: Any, form: str) -> bytes:
    """The picture of a result as the content of a file.

    Arguments:
        form: "svg" (text stays text, coordinates to a hundredth of a point) or "png".

    Raises:
        OutputError: as `plot`.
    """
    page = io.BytesIO()
    vector = form == "svg"
    with house():  # the style also says how text is saved
        plot(result).savefig(
            page,
            format=form,
            dpi=160,
            facecolor="none" if vector else PAPER,
            metadata={"Date": None} if vector else None,
        )
    return _LONG_NUMBERS.sub(rb"\1", page.getvalue()) if vector else page.getvalue()
