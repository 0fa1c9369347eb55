"""The annotated texts: exact substrings turned into character offsets (docs/annotation-guidelines.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "annotated"
Place = tuple[int, int]


@dataclass(frozen=True)
class Statement:
    """A passage with its speaker; `economies` only where the speaker is a group or a body that is an actor."""

    speaker: str
    mode: str
    stance: str
    time: str
    place: Place


@dataclass(frozen=True)
class Measure:
    """A measure by kind; `more` holds its sides, goods, size and status where the text says them."""

    kind: str
    place: Place
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """A claim by kind and sign."""

    kind: str
    sign: str
    place: Place
    ironic: bool


@dataclass(frozen=True)
class Annotated:
    """A text and what a reader should find in it."""

    id: str
    style: str
    text: str
    actors: Mapping[Place, frozenset[str]]
    statements: tuple[Statement, ...]
    measures: tuple[Measure, ...]
    claims: tuple[Claim, ...]


def load(name: str) -> list[Annotated]:
    """All texts of a set, "develop" or "report"."""
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [_annotated(entry) for entry in data]


def _annotated(entry: dict[str, Any]) -> Annotated:
    text = entry["text"]
    actors = {
        place: frozenset(entry["actors"][key])
        for key, places in _places(text, entry["actors"]).items()
        for place in places
    }
    said = _places(text, [row[4] for row in entry["statements"]])
    statements = tuple(Statement(*row[:4], said[row[4]][0]) for row in entry["statements"])
    spoken = _places(text, [row[1] for row in entry["measures"]])
    measures = tuple(
        Measure(row[0], place, _words(row[2]) if len(row) > 2 else {})
        for row in entry["measures"]
        for place in spoken[row[1]]
    )
    held = _places(text, [row[2] for row in entry["claims"]])
    claims = tuple(Claim(row[0], row[1], held[row[2]][0], row[3:] == ["ironic"]) for row in entry["claims"])
    return Annotated(entry["id"], entry["style"], text, actors, statements, measures, claims)


def _words(more: dict[Any, Any]) -> dict[str, Any]:
    """YAML takes the key `on` for a truth value."""
    return {"on" if key is True else key: value for key, value in more.items()}


def _places(text: str, keys: Iterable[str]) -> dict[str, list[Place]]:
    """Where each substring stands, longest first, so that none is found inside a longer one."""
    taken: list[Place] = []
    found: dict[str, list[Place]] = {}
    for key in sorted(keys, key=len, reverse=True):
        words, _, nth = key.partition("@")
        every = [
            match.span()
            for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text)
            if not any(start < match.end() and match.start() < end for start, end in taken)
        ]
        if nth:
            # occurrences inside longer substrings count when the second one is asked for
            all_of_them = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text)]
            every = [all_of_them[int(nth) - 1]]
        if not every:
            raise ValueError(f"{key!r} is not in the text {text[:40]!r}")
        taken += every
        found[key] = every
    return found


def article(text: str) -> Annotated:
    """The annotation of the report of February 2022 that is not shipped, laid on its text.

    Raises:
        ValueError: another text than the one that was annotated.
    """
    entry = yaml.safe_load((FOLDER / "article.yaml").read_text(encoding="utf-8"))
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != entry["sha256"]:
        raise ValueError("this is not the text that was annotated")
    return Annotated(
        "article",
        "wire",
        text,
        {(start, end): frozenset(codes) for start, end, codes in entry["actors"]},
        tuple(Statement(*row[:4], (row[4], row[5])) for row in entry["statements"]),
        tuple(Measure(kind, (start, end), {}) for kind, start, end in entry["measures"]),
        tuple(Claim(kind, sign, (start, end), False) for kind, sign, start, end in entry["claims"]),
    )
