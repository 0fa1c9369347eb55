"""Precision, recall and F1 of a reading against its annotation, as docs/annotation-guidelines.md says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from countervail.read.reading import Reading, read_text

WHAT = ("actors", "statements", "measures", "claims")


@dataclass
class Score:
    """Hits, finds too many and finds missed."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.hits / max(self.hits + self.false, 1)

    @property
    def recall(self) -> float:
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(2 * self.hits + self.false + self.missed, 1)


def scores(texts: Iterable[Any]) -> dict[str, Score]:
    """The scores of all texts together."""
    found = {what: Score() for what in WHAT}
    for text in texts:
        reading = read_text(text.text, text.id)
        for what in WHAT:
            got, wanted = _pairs(what, reading, text)
            left = list(wanted)
            for one in got:
                match = next((other for other in left if _same(what, one, other)), None)
                if match is None:
                    found[what].false += 1
                else:
                    found[what].hits += 1
                    left.remove(match)
            found[what].missed += len(left)
    return found


def _pairs(what: str, reading: Reading, text: Any) -> tuple[list[Any], list[Any]]:
    """What was found and what was annotated, in one form: (label, start, end)."""
    if what == "actors":
        got = [(frozenset(m.economies), m.span.start, m.span.end) for m in reading.actors]
        return got, [(economies, *place) for place, economies in text.actors.items()]
    if what == "statements":
        got = [(s.speaker, s.span.start, s.span.end) for s in reading.statements]
        return got, [(s.speaker, *s.place) for s in text.statements]
    if what == "measures":
        got = [(m.kind, m.span.start, m.span.end) for m in reading.measures]
        return got, [(m.kind, *m.place) for m in text.measures]
    got = [(c.kind + c.sign, c.span.start, c.span.end) for c in reading.claims]
    return got, [(c.kind + c.sign, *c.place) for c in text.claims]


def _same(what: str, one: tuple[Any, int, int], other: tuple[Any, int, int]) -> bool:
    if what == "actors":
        return one == other
    shared = min(one[2], other[2]) - max(one[1], other[1])
    if what == "statements":
        alike = _last(one[0]) == _last(other[0]) or _last(other[0]) in one[0].lower().split()
        return alike and 2 * shared >= other[2] - other[1]
    return one[0] == other[0] and shared > 0


def _last(name: str) -> str:
    """The last word of a name, or of the head of a phrase."""
    return re.split(r"\s+(?:of|in|from)\s+", name.lower())[0].split()[-1]


def attributes(texts: Iterable[Any]) -> dict[str, tuple[int, int]]:
    """How many attributes of the statements and measures that were found are right, and of how many."""
    right: dict[str, int] = {}
    asked: dict[str, int] = {}

    def count(name: str, same: bool) -> None:
        asked[name] = asked.get(name, 0) + 1
        right[name] = right.get(name, 0) + same

    for text in texts:
        reading = read_text(text.text, text.id)
        for s in reading.statements:
            mine = (s.speaker, s.span.start, s.span.end)
            match = next(
                (a for a in text.statements if _same("statements", mine, (a.speaker, *a.place))), None
            )
            if match is not None:
                count("direct or reported", s.direct == (match.mode == "direct"))
                count("hedged or firm", s.hedged == (match.stance == "hedged"))
                count("time", s.time == match.time)
        for m in reading.measures:
            spoken = (m.kind, m.span.start, m.span.end)
            also = next((a for a in text.measures if _same("measures", spoken, (a.kind, *a.place))), None)
            if also is None:
                continue
            for name in ("by", "on", "between"):
                if name in also.more:
                    count(name, set(getattr(m, name)) == set(also.more[name]))
            if "goods" in also.more:
                count("goods", {goods for goods, _ in m.goods} == set(also.more["goods"]))
            count("refused or not", (m.status == "refused") == (also.more.get("status") == "refused"))
    return {name: (right[name], asked[name]) for name in asked}
