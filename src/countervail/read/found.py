"""Phrases of a rule file found in a text: the longest where they overlap, with what denies them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from countervail.read.layout import Layout, Span
from countervail.read.phrases import compiled

LEAD = 300
"""Characters before a phrase that are looked at."""
NEAR = 8
"""Words before a phrase in which a negation counts."""

_NOT = re.compile(
    r"\b(?:not|never|no|nobody|nothing|neither|nor|without|hardly|barely|scarcely|cannot|little|unlikely|few|"
    r"fail(?:s|ed|ing)? to|doubt(?:s|ed)?(?: that)?|den(?:y|ies|ied)(?: that)?|"
    r"refus(?:e|es|ed) to|reject(?:s|ed)?)\b|n['’]t\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:not|no|never|little|hardly|barely|scarcely|few)\b", re.IGNORECASE)
_ONLY = re.compile(r"\bnot only\b|\bno doubt\b|\bnot just\b|\bno longer\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[.,;:!?()\"“”\n–—]|\b(?:but|while|and that|although|when|because|who|which)\b")
_SMALL = re.compile(
    r"[^.,;:!?]{0,60}?\b(?:is|was|are|were|remains?|has been|have been)\s+"
    r"(?:very |rather |so far )?(?:small|negligible|limited|minor|minimal|"
    r"zero|nil|modest)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hit:
    """A phrase that was found: its tag (a kind, or a kind with a sign) and its place."""

    tag: str
    span: Span


def patterns_for(phrases: Mapping[str, Iterable[str]]) -> dict[str, re.Pattern[str]]:
    """One compiled pattern for each tag."""
    return {tag: compiled(several) for tag, several in phrases.items()}


def hits(text: str, patterns: Mapping[str, re.Pattern[str]]) -> list[Hit]:
    """The phrases found, none overlapping another: the longest stays, of two alike the first tag."""
    every: list[Hit] = []
    for tag, pattern in patterns.items():
        place = 0
        while match := pattern.search(text, place):
            every.append(Hit(tag, Span(*match.span())))
            place = max(match.end(), match.start() + 1)
    every.sort(key=lambda hit: (hit.span.start - hit.span.end, hit.span.start))
    taken: set[int] = set()
    kept = []
    for hit in every:
        letters = range(hit.span.start, hit.span.end)
        if taken.isdisjoint(letters):
            taken.update(letters)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.span)


def denied(layout: Layout, span: Span) -> bool:
    """Is the phrase denied: by a negation before it in its clause, inside it, or by "is small" after it?"""
    text = layout.text
    sentence = layout.sentences[layout.sentence_at(span.start)]
    lead = text[max(sentence.start, span.start - LEAD) : span.start]
    breaks = [m.end() for m in _CLAUSE.finditer(lead)]
    near = " ".join(lead[breaks[-1] if breaks else 0 :].split()[-NEAR:])
    count = len(_NOT.findall(_ONLY.sub("", near)))
    own = span.of(text)
    if not re.match(r"(?:no|not|without|nobody|leaves? no)\b", own, re.IGNORECASE):
        count += len(_OWN.findall(_ONLY.sub("", own)))
    tail = text[span.end : min(sentence.end, span.end + LEAD)]
    count += bool(_SMALL.match(tail) or _SMALL.search(own))
    return count % 2 == 1
