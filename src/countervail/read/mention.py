"""A mention of an actor: where it stands, what it is, and the economies it acts for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from countervail.read.layout import Span
from countervail.read.names import Kind


@dataclass(frozen=True)
class Mention:
    """One mention of a state, bloc, body or person, or of several of them by a phrase.

    Arguments:
        span: the name alone. name: as the text calls it first (a person's full name for a later surname).
        kind: state, seat, demonym, bloc, body, person or group.
        economies: ISO3 codes and blocs it acts for; none where it acts for none, or nobody can tell.
        role: of a person, as it is written, "" where there is none.
    """

    span: Span
    name: str
    kind: Kind
    economies: tuple[str, ...]
    role: str = ""


def apart(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions that do not overlap, the longest of those that do, in the order of the text."""
    kept: list[Mention] = []
    longest = sorted(mentions, key=lambda m: (m.span.start - m.span.end, m.span.start))
    taken: set[int] = set()
    for mention in longest:
        letters = range(mention.span.start, mention.span.end)
        if taken.isdisjoint(letters):
            taken.update(letters)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.span)


def inside(mentions: Sequence[Mention], span: Span) -> list[Mention]:
    """Those within a stretch of text, in order."""
    place = bisect_left(mentions, span.start, key=lambda m: m.span.start)
    found = []
    while place < len(mentions) and mentions[place].span.start < span.end:
        if mentions[place].span.end <= span.end:
            found.append(mentions[place])
        place += 1
    return found


def economies_of(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """The economies of several mentions, each once, in order."""
    return tuple(dict.fromkeys(code for mention in mentions for code in mention.economies))
