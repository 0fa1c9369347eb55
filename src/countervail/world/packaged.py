"""The CSV files that lie beside the embedded tables, and in the data folders of other rooms, as rows."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


def data_file(name: str, room: str = "world") -> Traversable:
    """Where a packaged data file lies, also when the package is a zip.

    Arguments:
        name: of the file. room: whose `data` folder it is in.
    """
    return resources.files(f"countervail.{room}") / "data" / name


@cache
def rows(name: str, room: str = "world") -> tuple[dict[str, str], ...]:
    """The rows of a packaged CSV file, read once; nobody may change them."""
    text = data_file(name, room).read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text, newline="")))
