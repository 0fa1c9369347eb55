"""The rule files of the reader, read once. An analyst extends the files, not the code."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def rule_file(name: str) -> Any:
    """The content of a YAML file in read/data; nobody may change it."""
    return yaml.load(_text(name), Loader=_Loader)


@cache
def rule_table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file in read/data."""
    return tuple(csv.DictReader(io.StringIO(_text(name), newline="")))


def _text(name: str) -> str:
    return (resources.files("countervail.read") / "data" / name).read_text(encoding="utf-8")


class _Loader(yaml.SafeLoader):
    """Safe YAML in which `no` and `on` are words, not truth values."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in entries if tag != "tag:yaml.org,2002:bool"]
    for letter, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
