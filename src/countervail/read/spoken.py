"""Measures spoken of: kind, sides, goods, sizes, dates, and whether they are in place, announced or refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from countervail.read.actors import issuer_of
from countervail.read.amounts import Amount, dates_in, goods_in, sizes_in
from countervail.read.found import denied, hits, patterns_for
from countervail.read.layout import Layout, Span
from countervail.read.mention import Mention, economies_of, inside
from countervail.read.names import members_of
from countervail.read.rules import rule_file
from countervail.read.statements import Voices

Status = Literal["in place", "announced", "asked for", "refused"]

TWO_SIDED = (
    "corridor",
    "contract",
    "agreement",
    "payments",
    "restoration",
    "route",
    "technology",
    "investment",
)
"""Kinds that two sides agree on; all others are taken by one side."""

_AFTER = re.compile(r"\b(?:on|against|of|from|to|for|with)\s+(?:the\s+)?$")
_ENDING = re.compile(
    r"\b(?:lift|lifts|lifted|lifting|"
    r"remove|removes|removed|end|ends|abolish|abolished|ease|eases|eased|drop|dropped|waive)\s+(?:\w+ ){0,2}$",
    re.I,
)
_ASKED = re.compile(
    r"\b(?:call(?:s|ed)? for|propos\w+|consider\w*|could|might|may|"
    r"suggest\w*|urg\w+|demand\w*|would|in preparation|possible)\b",
    re.I,
)
_COMING = re.compile(
    r"\b(?:will|shall|going to|plan\w*|agreed? to|to be signed|sign|signs|prepar\w+|announce\w*|from \d)\b",
    re.I,
)
_STOP = re.compile(
    r"[.;:!?\n]|,\s(?:and|but|which|while|the|he|she|they|it)\b|\b(?:said|says|that|which|at|has|have|will|would|could|might|may|because)\b"
)
_TAKES = re.compile(
    r"\b(?:impos|adopt|introduc|extend|ban|banned|put|keep|tighten|agree|decid|sign|lift|remov|freez|froze|hold|retaliat|clos|stop|halt|cut|respond|"
    r"answer|set|apply|appl|levy|slap|threaten|announc|support|join|approv|prepar)\w*\b",
    re.I,
)
_DECIDES = re.compile(r"(?:have |has )?(?:agree|decid|adopt|announc|plan|intend|undert)", re.I)
_OWNS = re.compile(r"['’]?s?\s+$|['’]s\s+\w+\s+$|\s+(?:would|will|has|have|could|may|might|must|shall)\s+$")
_ENTRY = re.compile(r"(?:[-•*–]|\(?[a-z0-9]{1,2}[.)])\s")
_VICTIM = re.compile(
    r"\b(?:effects?|impact|consequences|damage|pressure|loss(?:es)?|against|under|"
    r"despite|without|from) (?:of )?(?:the |any |all )?$",
    re.I,
)
REACH = 90


@dataclass(frozen=True)
class Spoken:
    """A measure that the text speaks of.

    Arguments:
        span: the words. kind: see data/measures.yaml.
        by, on: sides of a measure of one side. between: the parties of one that several agree on.
        parties_stated: False where the parties are not named beside it and were taken from the rest of the text.
        goods: lists and sectors of the policy language, with the words that name them.
        size, date: as stated beside it, None where they are not.
        status: in place, announced, asked for, or refused (also ended and denied).
        speaker: who speaks of it, "" where the text itself does.
        sentence: where it stands.
    """

    span: Span
    kind: str
    by: tuple[str, ...]
    on: tuple[str, ...]
    between: tuple[str, ...]
    parties_stated: bool
    goods: tuple[tuple[str, Span], ...]
    size: Amount | None
    date: Amount | None
    status: Status
    speaker: str
    sentence: Span


def measures_of(layout: Layout, mentions: Sequence[Mention], voices: Voices) -> list[Spoken]:
    """Every measure of the vocabulary, in the order of the text."""
    text = layout.text
    pair = principal_pair(mentions)
    own = next(iter(issuer_of(layout, mentions)), "") if layout.paragraphs else ""
    found: list[Spoken] = []
    for hit in hits(text, _patterns()):
        sentence = layout.sentences[layout.sentence_at(hit.span.start)]
        stop = _STOP.search(text, hit.span.end, min(sentence.end, hit.span.end + REACH))
        reach = Span(hit.span.start, stop.start() if stop else min(sentence.end, hit.span.end + REACH))
        voice = voices.at(hit.span)
        sides = _sides(layout, hit.tag, hit.span, reach, sentence, mentions, pair, own, voices)
        sizes, dates = sizes_in(text, reach), dates_in(text, Span(hit.span.start, sentence.end))
        found.append(
            Spoken(
                hit.span,
                hit.tag,
                *sides,
                goods_in(text, reach),
                sizes[0] if sizes else None,
                dates[0] if dates else None,
                _status(layout, hit.span, sentence),
                voice.speaker if voice else "",
                sentence,
            )
        )
    return _with_the_target_of_their_list(layout, found)


def _with_the_target_of_their_list(layout: Layout, found: list[Spoken]) -> list[Spoken]:
    """Entries of a list that do not say on whom they are, with the target that most other entries name."""
    lists: dict[int, list[int]] = {}
    for place, spoken in enumerate(found):
        number = layout.paragraph_at(spoken.span.start)
        if not _ENTRY.match(layout.paragraphs[number].of(layout.text)[:8]):
            continue
        while number and _ENTRY.match(layout.paragraphs[number - 1].of(layout.text)[:8]):
            number -= 1
        lists.setdefault(number, []).append(place)
    for entries in lists.values():
        named = Counter(found[place].on for place in entries if found[place].on)
        for place in entries:
            if named and not found[place].on and not found[place].between:
                found[place] = replace(found[place], on=named.most_common(1)[0][0])
    return found


def principal_pair(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The two economies that the text speaks of most; fewer where it names fewer."""
    counts = Counter(code for m in mentions if m.kind != "group" for code in m.economies if code != "west")
    return tuple(code for code, _ in counts.most_common(2))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return patterns_for(rule_file("measures.yaml"))


def _sides(
    layout: Layout,
    kind: str,
    span: Span,
    reach: Span,
    sentence: Span,
    mentions: Sequence[Mention],
    pair: tuple[str, ...],
    own: str,
    voices: Voices,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]:
    """by, on, between, and whether they are stated."""
    text, voice = layout.text, voices.at(span)
    before = [
        m for m in inside(mentions, Span(sentence.start, span.start)) if m.economies and m.kind != "person"
    ]
    if kind in TWO_SIDED:
        here = tuple(code for code in economies_of(inside(mentions, sentence)) if code != "west")
        if len(here) > 1:
            return (), (), here, True
        issuer = (voice.economies if voice is not None else ()) or ((own,) if own else ())
        if len(issuer) == 1 and not members_of(issuer) and set(here) <= set(issuer):
            return (), (), issuer, True  # a bloc by itself: trade between its members
        known = tuple(dict.fromkeys([*here, *(issuer if len(issuer) > 1 else ()), *pair]))
        return (), (), tuple(code for code in known if code != "west")[:2], False
    within = [m for m in inside(mentions, reach) if m.economies and m.kind != "person"]
    by: tuple[str, ...] = ()
    on: list[Mention] = []
    for mention in within:
        if (
            mention.span.start == span.start
            or re.search(r"\b(?:by|imposed by)\s+(?:the\s+|and\s+)*$", text[reach.start : mention.span.start])
            or (
                by
                and not on
                and re.fullmatch(
                    r"\s+and\s+(?:the\s+)?", text[_previous(within, mention).span.end : mention.span.start]
                )
            )
        ):
            by = (*by, *mention.economies)
        elif not re.search(r"\b(?:in|at|near)\s+(?:the\s+)?$", text[reach.start : mention.span.start]):
            on.append(mention)
    close = before[-1] if before and not re.search(r"[,;]", text[before[-1].span.end : span.start]) else None
    if (
        not by
        and close is not None
        and re.match(
            r"['’]?s?\s+$|['’]s\s+\w+\s+$|\s+(?:would|will|has|have|could|may|might|must|shall)\s+$",
            text[close.span.end : span.start],
        )
    ):
        by = close.economies
    suffered = _VICTIM.search(text[sentence.start : span.start])
    if not by and before and not suffered and _TAKES.search(text[before[0].span.end : span.start]):
        by = before[0].economies
    if not by and not suffered and voice is not None and _DECIDES.match(voice.verb):
        by = voice.economies
    if not by:
        by = _issuer_of_the_list(layout, span, voices)
    targets = tuple(code for code in economies_of(on) if code not in by)
    return tuple(dict.fromkeys(by)), targets, (), bool(by or targets)


def _issuer_of_the_list(layout: Layout, span: Span, voices: Voices) -> tuple[str, ...]:
    """Of an entry in a list: who decided on it, as the sentence says that leads to the list."""
    number = layout.paragraph_at(span.start)
    if not _ENTRY.match(layout.paragraphs[number].of(layout.text)):
        return ()
    while number and _ENTRY.match(layout.paragraphs[number].of(layout.text)):
        number -= 1
    lead = voices.at(Span(layout.paragraphs[number].end - 2, layout.paragraphs[number].end - 1))
    return lead.economies if lead is not None else ()


def _previous(within: Sequence[Mention], mention: Mention) -> Mention:
    place = within.index(mention)
    return within[place - 1] if place else mention


def _status(layout: Layout, span: Span, sentence: Span) -> Status:
    text = layout.text
    lead = text[sentence.start : span.start]
    if _VICTIM.search(lead):
        return "in place"
    if denied(layout, span) or _ENDING.search(lead):
        return "refused"
    near = lead[-70:] + span.of(text)
    if _ASKED.search(near) and not _COMING.search(near[-40:]):
        return "asked for"
    return "announced" if _COMING.search(near) else "in place"
