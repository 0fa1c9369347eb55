"""Results on a terminal or in a pipe: plain tables, names not codes, units in the header."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from countervail.words import number

if TYPE_CHECKING:
    from rich.progress import Progress

PIPE_WIDTH = 100
PATIENCE = 1.0
"""Seconds after which work is shown as a bar."""


def console() -> Console:
    """Standard output; 100 columns and no colour where it is not a terminal."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def table(
    page: Console,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Sequence[int] = (0,),
) -> None:
    """Print a table; columns whose positions are in `words` align left, all others right.

    Where the page is too narrow words take several lines, and at last numbers too; none is ever cut.

    Arguments:
        heads: a line break in a head makes the column narrower.
    """
    page.print(clean(title), style="bold")
    found = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1), show_edge=False)
    lines = max(head.count("\n") for head in heads)
    for place, head in enumerate(heads):
        side: Literal["left", "right"] = "left" if place in words else "right"
        low = "\n" * (lines - head.count("\n")) + clean(head)  # heads stand on the rule
        found.add_column(low, justify=side, no_wrap=place not in words, overflow="fold")
    for row in rows:
        found.add_row(*(clean(cell) for cell in row))
    page.print(found)
    page.print()


def clean(text: str) -> str:
    """Text without characters that could steer a terminal; line breaks stay."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


@contextmanager
def progress(quiet: bool, *, pace: bool = False) -> Iterator[Callable[[str, int, int], None] | None]:
    """A callback that shows a bar on standard error after a second of work; None where nobody looks.

    Arguments:
        pace: also show the rate and the time left.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(pace)
    try:
        yield bar.told
    finally:
        bar.close()


def pace_words(done: int, left: int, seconds: float) -> str:
    """How fast work goes, and how long what is left will take at that pace.

    Example:
        >>> pace_words(200, 1000, 4.0)
        '50 a second, 20 s left'
    """
    if done <= 0 or seconds <= 0:
        return ""
    rate = done / seconds
    wait = round(max(left, 0) / rate)
    hours, minutes = divmod(wait // 60, 60)
    said = f"{hours} h {minutes} min" if hours else f"{minutes} min" if wait >= 120 else f"{wait} s"
    return f"{number(rate)} a second, {said} left"


class _Bar:
    """A bar that appears late and leaves nothing behind."""

    def __init__(self, pace: bool = False) -> None:
        self._start, self._pace = monotonic(), pace
        self._first: int | None = None  # what was done before, which says nothing about the rate
        self._shown: Progress | None = None

    def told(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is; `total` 0 where that is not known."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._first = done if self._first is None else self._first
        if monotonic() - self._start < PATIENCE:
            return
        if self._shown is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"))
            paced = (TextColumn("{task.fields[pace]}"),) if self._pace else ()
            bar_page = Console(stderr=True)
            self._shown = Progress(*columns, *paced, TimeElapsedColumn(), console=bar_page, transient=True)
            self._shown.add_task(stage, pace="")
            self._shown.start()
        task = self._shown.task_ids[0]
        said = pace_words(done - self._first, total - done, monotonic() - self._start) if self._pace else ""
        self._shown.update(task, description=stage, completed=done, total=total or None, pace=said)

    def close(self) -> None:
        """Take the bar away."""
        if self._shown is not None:
            self._shown.stop()
