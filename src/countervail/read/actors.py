"""Who is named: states, blocs, bodies and people, and phrases such as "the two countries" resolved in context."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from countervail.read.layout import Layout, Span
from countervail.read.mention import Mention, apart, inside
from countervail.read.names import central_bank_pattern, known_as, lexicon, members_of, name_pattern
from countervail.read.people import names_like_people
from countervail.read.rules import rule_file

BACK, AHEAD = 200, 10
"""Mentions before and after a phrase among which those it stands for are looked for."""

HEADING = 300
"""Characters of a heading that are looked at."""
CLOSE = 60
"""Characters within which names stand side by side."""

_COORDINATED = re.compile(r"(?:\s+and\s+(?:the\s+)?|\s*[-–—&]\s*|,\s+|\s+with\s+(?:the\s+)?)")
_STATEMENT_OF = re.compile(
    r"\b(?:statement|declaration|communique|communiqué|decision|conclusions)\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"\b(?:the|of the|these|those)\s+$", re.IGNORECASE)
_OURS = re.compile(r"our ", re.IGNORECASE)


def actors_of(layout: Layout) -> list[Mention]:
    """Every mention of an actor, in the order of the text, without overlaps.

    Arguments:
        layout: the text and its parts.
    """
    known = apart([*_named(layout), *_central_banks(layout)])
    found = apart([*known, *names_like_people(layout, known)])
    found = apart([*found, *_unions(layout, found)])
    return _in_full(apart([*found, *_groups(layout, found)]))


def _in_full(found: Sequence[Mention]) -> list[Mention]:
    """People named by their last name, under the full name that the text gives them somewhere."""
    full = {m.name.split()[-1]: m.name for m in reversed(found) if m.kind == "person" and " " in m.name}
    return [replace(m, name=full.get(m.name, m.name)) if m.kind == "person" else m for m in found]


def _named(layout: Layout) -> list[Mention]:
    text, found = layout.text, []
    for match in name_pattern().finditer(text):
        known = known_as(match.group())
        found.append(
            Mention(Span(*match.span()), " ".join(match.group().split()), known.kind, known.economies)
        )
    return found


def _central_banks(layout: Layout) -> list[Mention]:
    return [
        Mention(
            Span(*m.span()),
            " ".join(m.group().split()),
            "body",
            lexicon()[" ".join(m.group(1).split())].economies,
        )
        for m in central_bank_pattern().finditer(layout.text)
    ]


def _unions(layout: Layout, found: Sequence[Mention]) -> list[Mention]:
    """The Council, the Commission, the Union: the European ones, unless another union is named before them."""
    words = "|".join(rule_file("names.yaml")["union_words"])
    blocs = [m for m in found if m.kind == "bloc" and m.economies != ("west",)]
    again = []
    for match in re.finditer(rf"(?<=[Tt]he )(?:{words})(?![\w-])(?! of\b)", layout.text):
        place = bisect_left(blocs, match.start(), key=lambda m: m.span.start)
        economies = blocs[place - 1].economies if place else ("EU27",)
        again.append(Mention(Span(*match.span()), match.group(), "bloc", economies))
    return again


@cache
def _group_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    groups = rule_file("names.yaml")["groups"]
    which = {phrase: name for name, phrases in groups.items() for phrase in phrases}
    several = "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in sorted(which, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{several})(?![\w-])", re.IGNORECASE), which


def _groups(layout: Layout, found: Sequence[Mention]) -> list[Mention]:
    """Phrases that stand for actors named elsewhere, each with the economies it means here."""
    pattern, which = _group_pattern()
    need_article = set(rule_file("names.yaml")["need_article"])
    again = []
    for match in pattern.finditer(layout.text):
        phrase = " ".join(match.group().lower().split())
        if phrase in need_article and not _ARTICLE.search(
            layout.text[max(0, match.start() - 8) : match.start()]
        ):
            continue
        place = bisect_left(found, match.start(), key=lambda m: m.span.start)
        before, after = found[max(place - BACK, 0) : place], found[place : place + AHEAD]
        economies = _meant(layout, which[phrase], phrase, before, after, found, match.end())
        if economies:
            again.append(Mention(Span(*match.span()), phrase, "group", economies))
    return again


def _meant(
    layout: Layout,
    group: str,
    phrase: str,
    before: Sequence[Mention],
    after: Sequence[Mention],
    everybody: Sequence[Mention],
    place: int,
) -> tuple[str, ...]:
    if group == "bloc":
        blocs = [m for m in before if m.kind == "bloc" and m.economies != ("west",)]
        return blocs[-1].economies if blocs else ()
    if group == "country":
        states = [m for m in before if len(members_of(m.economies)) == 1]
        return states[-1].economies if states else ()
    issuer = issuer_of(layout, everybody)
    if issuer and phrase in ("sides", "parties"):
        return issuer
    size = 3 if group == "three" else 2
    if group == "two_people":
        people = list(
            dict.fromkeys(m.economies for m in reversed(before) if m.kind == "person" and m.economies)
        )
        if len(people) >= size and all(len(one) == 1 for one in people[:size]):
            return tuple(one[0] for one in reversed(people[:size]))
    named = _together(layout, before, size)
    if named:
        return named
    counts = Counter(m.economies[0] for m in before if len(members_of(m.economies)) == 1)
    if len(counts) >= size:
        return tuple(code for code, _ in counts.most_common(size))
    # "the two countries, Vietnam and the Philippines"
    close = after[:1] and len(layout.text[place : after[0].span.start]) <= len(", the ")
    return _together(layout, after[:size], size) if close else ()


def issuer_of(layout: Layout, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The bloc that issued the text, named in its heading."""
    first = layout.paragraphs[0]
    heading = Span(first.start, min(first.end, first.start + HEADING))
    if not _STATEMENT_OF.search(heading.of(layout.text)):
        return ()
    blocs = [m for m in inside(mentions, heading) if m.kind == "bloc"]
    return blocs[0].economies if blocs else ()


def _together(layout: Layout, mentions: Sequence[Mention], size: int) -> tuple[str, ...]:
    """The nearest states that are named side by side ("Russia and China", "China-Russia")."""
    states = [m for m in mentions if m.kind in ("state", "seat", "demonym", "bloc") and len(m.economies) == 1]
    for place in range(len(states) - size, -1, -1):
        row = states[place : place + size]
        codes = tuple(dict.fromkeys(m.economies[0] for m in row))
        if len(codes) < size or "west" in codes or row[-1].span.start - row[0].span.end > CLOSE:
            continue
        if all(_COORDINATED.fullmatch(layout.text[a.span.end : b.span.start]) for a, b in pairwise(row)):
            return codes
    return ()
