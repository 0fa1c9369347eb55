"""What the text claims: effects and properties, asserted or denied, by whom, and whether a model can test them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from countervail.read.found import LEAD, denied, hits, patterns_for
from countervail.read.layout import Layout, Span
from countervail.read.mention import Mention, economies_of, inside
from countervail.read.phrases import compiled
from countervail.read.rules import rule_file
from countervail.read.statements import Voices

_AIM = re.compile(
    r"\b(?:meant|designed|intended|supposed|aimed|wants?|hopes?|hoped|wish(?:es)?|"
    r"calls? for|called for|asked)\s+(?:to|at|that|whether)?\s*$",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"\b(?:whether|asked (?:if|whether)|in order that)\b[^.;:]*$", re.IGNORECASE)

_NONE = "none"
# Up to twelve more words, ending before a new clause and not on a small word.
_REST = re.compile(
    r"(?:\s(?!(?:but|which|who|that|while|when|because|as|said|says|he|she|they|it|is|are|was|were|will|would|has|have|had)\b)"
    r"[\"“]?[\w'’%-]+(?:[.,]\d+)*(?!\w)[\"”]?){1,12}"
    r"(?<! of)(?<! the)(?<! to)(?<! in)(?<! on)(?<! for)(?<! with)(?<! a)(?<! by)(?<! and)(?<! or)"
)


@dataclass(frozen=True)
class Claim:
    """An effect or a property that the text asserts or denies.

    Arguments:
        span: the phrase that says it. kind: see data/effects.yaml. sign: "+" asserted, "-" denied.
        testable: may a model of trade and income say something about it?
        reason: why not, "" where it may.
        speaker, economies: by whom, and for whom that is; "" where the text itself says it.
        about: the economies of its sentence, as far as they are named.
        hedged, ironic: how firmly it is said.
        sentence: where it stands.
    """

    span: Span
    kind: str
    sign: Literal["+", "-"]
    testable: bool
    reason: str
    speaker: str
    economies: tuple[str, ...]
    about: tuple[str, ...]
    hedged: bool
    ironic: bool
    sentence: Span


def claims_of(layout: Layout, mentions: Sequence[Mention], voices: Voices) -> list[Claim]:
    """Every claim, in the order of the text."""
    text = layout.text
    effects = rule_file("effects.yaml")
    found = []
    every = hits(text, _patterns())
    for place, hit in enumerate(every):
        if hit.tag == _NONE:
            continue
        kind, sign = hit.tag.split()
        sentence = layout.sentences[layout.sentence_at(hit.span.start)]
        lead = text[max(sentence.start, hit.span.start - LEAD) : hit.span.start]
        if _AIM.search(lead) or _WHETHER.search(lead) or voices.asked(hit.span):
            continue
        by = voices.at(hit.span)
        later = next((other.span.start for other in every[place + 1 :]), sentence.end)
        found.append(
            Claim(
                _whole(text, hit.span, min(later, sentence.end)),
                kind,
                _turned(sign) if denied(layout, hit.span) else "+" if sign == "+" else "-",
                "test" in effects[kind],
                effects[kind].get("reason", ""),
                by.speaker if by else "",
                by.economies if by else (),
                economies_of(inside(mentions, sentence)),
                bool(_hedges().search(sentence.of(text))),
                bool(_irony().search(sentence.of(text))),
                sentence,
            )
        )
    return found


def _whole(text: str, span: Span, end: int) -> Span:
    """The phrase with the words it governs, up to the end of its clause, without an "and" before it."""
    start = span.start + (4 if text[span.start : span.start + 4].lower() == "and " else 0)
    tail = _REST.match(text, span.end, end)
    return Span(start, tail.end() if tail else span.end)


def _turned(sign: str) -> Literal["+", "-"]:
    return "-" if sign == "+" else "+"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    effects = rule_file("effects.yaml")
    phrases = {
        f"{kind} {sign}": entry[sign] for kind, entry in effects.items() for sign in "+-" if sign in entry
    }
    return patterns_for({_NONE: rule_file("verbs.yaml")["no_claim"], **phrases})


@cache
def _hedges() -> re.Pattern[str]:
    return compiled(rule_file("verbs.yaml")["hedges"])


@cache
def _irony() -> re.Pattern[str]:
    return compiled(rule_file("verbs.yaml")["irony"])
