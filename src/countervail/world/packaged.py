"""The CSV files beside the embedded tables, as rows."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


def data_file(name: str) -> Traversable:
    """Where a packaged data file lies, also when the package is a zip."""
    return resources.files("countervail.world") / "data" / name


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a packaged CSV file, read once; nobody may change them."""
    text = data_file(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text, newline="")))
