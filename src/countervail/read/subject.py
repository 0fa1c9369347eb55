"""Who does the saying: the subject of a verb of attribution, as a mention, a role, or whom a pronoun stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from countervail.read.layout import Span
from countervail.read.mention import Mention, economies_of, inside
from countervail.read.phrases import compiled
from countervail.read.rules import rule_file

MOST_WORDS = 16
_BREAK = re.compile(r"[,;:()\"“”«»„–—]|\b(?:that|but|while|because|although|and then|after|when|as|which)\b")
_DETERMINER = re.compile(
    r"^(?:(?:the|a|an|some|several|many|most|one of the|one of|two|three|four|both|all|other|his|her|"
    r"their|its|our|its own|senior|former|another|no|these|those)\s+)+",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\s+(?:on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:last|this) (?:week|month|year)|"
    r"(?:late|early) on \w+day|in a [\w ]{3,30})$"
)
_OPENING = re.compile(r"(?:in|at|on|after|during|before|following|speaking|writing|under)\s", re.IGNORECASE)
_ONE_OF = re.compile(r"^(?:one|two|three|some|several|many|most) of (?:the|its|their) ", re.IGNORECASE)


@dataclass(frozen=True)
class Speaker:
    """Whoever says something.

    Arguments:
        name: as the text calls it; of a person the full name. economies: whom it speaks for.
        kind: "person", "group", "role", "actor" or "pronoun" (which nobody could resolve).
    """

    name: str
    economies: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Verb:
    """A verb of attribution with its place and its kind, "say" or "stand"."""

    span: Span
    text: str
    kind: str


@cache
def _verbs() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = rule_file("verbs.yaml")
    adverbs = "|".join(map(re.escape, data["adverbs"]))
    not_after = "|".join(map(re.escape, data["not_after"]))
    return (
        compiled(data["say"]),
        compiled(data["stand"]),
        re.compile(rf"(?:\s+(?:{adverbs}))+\s*$"),
        re.compile(rf"\b(?:{not_after})\s*$"),
    )


def verbs_in(text: str, sentence: Span) -> list[Verb]:
    """The verbs of attribution in a sentence whose quotations are blanked; verbs of saying come first."""
    say, stand, _, not_after = _verbs()
    found = []
    for pattern, kind in ((say, "say"), (stand, "stand")):
        for match in pattern.finditer(text, sentence.start, sentence.end):
            before = text[max(sentence.start, match.start() - 12) : match.start()]
            if not not_after.search(before) and not (
                kind == "stand" and re.search(r"\b(?:that)\s*$", before)
            ):
                found.append(Verb(Span(*match.span()), match.group(), kind))
    return found


def subject_of(text: str, verb: Verb, sentence: Span, mentions: Sequence[Mention]) -> Speaker | None:
    """The subject of a verb, before it or ("said the minister") behind it; None where there is none.

    Arguments:
        text: with quotations blanked, offsets as in the text.
    """
    if verb.text.lower().startswith("according"):
        return _phrase(text, Span(verb.span.end, _stop(text, verb.span.end, sentence.end)), mentions)
    _, _, adverbs, _ = _verbs()
    end = verb.span.start
    while end > sentence.start and text[end - 1].isspace():
        end -= 1
    for pattern in (adverbs, _WHEN, adverbs):
        if tail := pattern.search(text[sentence.start : end]):
            end = sentence.start + tail.start()
    if end > sentence.start and text[end - 1] == ",":
        found = _around_an_aside(text, sentence, end, mentions)
        if found is not None:
            return found
    else:
        breaks = [m.end() for m in _BREAK.finditer(text, sentence.start, end)]
        start = breaks[-1] if breaks else sentence.start
        opens = not breaks or verb.kind == "say"
        if opens and (found := _phrase(text, Span(start, end), mentions)) is not None:
            return found if _can(found, verb, text, Span(start, end)) else None
        if text[start:end].strip():
            return None
    if verb.kind == "stand":
        return None
    return _phrase(text, Span(verb.span.end, _stop(text, verb.span.end, sentence.end)), mentions)


def head_of(text: str, sentence: Span, mentions: Sequence[Mention]) -> Speaker | None:
    """What a sentence begins with, as somebody who might be meant by "they" in the next one."""
    return _phrase(text, Span(sentence.start, _stop(text, sentence.start, sentence.end)), mentions, most=30)


def _stop(text: str, start: int, end: int) -> int:
    match = re.compile(
        r"[.,;:?!\"“”]|\b(?:on|in a|that|after|when|while|during|late|early|had|met)\b"
    ).search(text, start, end)
    return match.start() if match else end


def _around_an_aside(text: str, sentence: Span, end: int, mentions: Sequence[Mention]) -> Speaker | None:
    """X, the minister, said; the minister, X, said."""
    comma = text.rfind(",", sentence.start, end - 1)
    if comma < 0:
        return None
    breaks = [m.end() for m in _BREAK.finditer(text, sentence.start, comma)]
    first = Span(breaks[-1] if breaks else sentence.start, comma)
    for part in (first, Span(comma + 1, end - 1)):
        people = [m for m in inside(mentions, part) if m.kind == "person"]
        if people:
            return _as_speaker(people[-1])
    return _phrase(text, first, mentions)


def _phrase(text: str, part: Span, mentions: Sequence[Mention], most: int = MOST_WORDS) -> Speaker | None:
    """The speaker a noun phrase names."""
    words = text[part.start : part.end].strip()
    if not words or len(words.split()) > most:
        return None
    within = inside(mentions, part)
    people = [m for m in within if m.kind == "person"]
    if people:
        return _as_speaker(people[-1])
    if _OPENING.match(words):  # "in a joint statement the two governments"
        again = [m.start() for m in re.finditer(r"\b(?:the|both|its|an?|his|her)\b", words)]
        if len(again) > 1:
            start = part.start + text[part.start : part.end].index(words) + again[-1]
            return _phrase(text, Span(start, part.end), mentions, most)
    bare = _DETERMINER.sub("", words)
    if words.lower() in rule_file("verbs.yaml")["pronouns"]:
        return Speaker(words, (), "pronoun")
    start = part.start + text[part.start : part.end].index(words)
    whole = [
        m
        for m in within
        if m.span.start - start <= len(words) - len(bare) and m.span.end == start + len(words)
    ]
    if whole:
        return _as_speaker(whole[0])
    if (
        len(within) > 1
        and re.fullmatch(r"(?:[\w'’-]+ )?", text[start : within[0].span.start])
        and within[-1].span.end == start + len(words)
    ):
        between = text[within[0].span.end : within[-1].span.start]
        if re.fullmatch(r"[\s,]*(?:and)?\s*(?:the )?", between):
            return Speaker(words, economies_of(within), "group")
    bare = _DETERMINER.sub("", _ONE_OF.sub("", words))
    prepositions = "|".join(rule_file("verbs.yaml")["prepositions"])
    head = re.split(rf"\s+(?:{prepositions})\b", bare)[0]
    head = re.split(r"['’]s\s+", head)[-1].strip(" ,")
    for mention in within:
        place = mention.span.of(text)
        if head.startswith(place + " "):
            head = head[len(place) :].strip()
        elif head == place:
            return _as_speaker(mention)
    if not head or not re.search(r"[A-Za-z]{3}", head) or len(head.split()) > 5:
        return None
    return Speaker(head, economies_of(within), "role")


def _as_speaker(mention: Mention) -> Speaker:
    kind = mention.kind if mention.kind in ("person", "group") else "actor"
    return Speaker(mention.name, mention.economies, kind)


def _can(speaker: Speaker, verb: Verb, text: str, part: Span) -> bool:
    """A stand is taken by actors, groups and people in office, not by things."""
    if verb.kind == "say":
        return True
    if speaker.kind == "pronoun":
        return speaker.name.lower() != "it"
    return speaker.kind != "role" or speaker.name.split()[-1].lower() in rule_file("verbs.yaml")["who_can"]
