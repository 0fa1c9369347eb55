"""People the lexicon does not know: capitalised names beside a role, a title, a verb of saying, or in a heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from countervail.read.layout import Layout, Span
from countervail.read.mention import Mention, inside
from countervail.read.phrases import compiled
from countervail.read.rules import rule_file

_TOKEN = r"[A-ZÀ-ÖØ-ÞİŁŠŽČĆ][\w\-]*(?:['’](?!s\b)\w+)?"
_RUN = re.compile(
    rf"(?<![\w'’]){_TOKEN}(?:[ \u00a0](?:(?:van|von|der|de|da|del|al|bin|ibn|el)[ \u00a0])?{_TOKEN})*"
)
_HEADING = re.compile(
    r"^(?:Opening |Keynote |Closing )?(?:Speech|Remarks|Address|Statement|Interview|Lecture|Intervention|Message|Toast)"
    r"(?: given| delivered)? (?:by|with|of|from) "
)
_AFTER = re.compile(
    r", (?:the|a|an|his|her|their|its|our|then|former|who|"
    r"chief|head|professor|director|president|minister|deputy|senior)\b"
)
_SPOKE = re.compile(r"\b(?:spoke|talked|speaking) (?:to|with) $")
# These speak for a country even where only a later sentence names it.
_HEADS = (
    "president",
    "prime minister",
    "minister",
    "chancellor",
    "ambassador",
    "king",
    "queen",
    "foreign secretary",
)
_AT = re.compile(r"\b(?:in|with|to|from|of|against|on|for|by|and|than) (?:the )?$")
_COUNTERPART = re.compile(r"\b(?:counterpart|colleague)s?\b")


@cache
def _role_words() -> tuple[re.Pattern[str], frozenset[str], frozenset[str]]:
    data = rule_file("names.yaml")
    official, private = data["official_roles"], data["private_roles"]
    several = sorted({*official, *private, *data["titles"]}, key=len, reverse=True)
    before = re.compile(rf"(?:^|(?<=[^\w]))({'|'.join(map(re.escape, several))})\.?,?\s+$", re.IGNORECASE)
    return before, frozenset(official), frozenset(word for role in several for word in role.split())


@cache
def _no_names() -> frozenset[str]:
    return frozenset(rule_file("names.yaml")["no_names"])


@cache
def _saying() -> tuple[re.Pattern[str], re.Pattern[str]]:
    source = compiled(rule_file("verbs.yaml")["say"]).pattern
    return re.compile(rf"\s*,?\s+(?:{source})", re.IGNORECASE), re.compile(
        rf"(?:{source})\s+$", re.IGNORECASE
    )


def names_like_people(layout: Layout, known: Sequence[Mention]) -> list[Mention]:
    """People found by where their names stand, at every place where they are named, and bodies with a telling word.

    Arguments:
        known: mentions of the lexicon, in order.
    """
    first_seen: dict[str, Mention] = {}
    found: list[Mention] = []
    runs = [run for match in _RUN.finditer(layout.text) for run in _stripped(layout, match, known)]
    for span, role in runs:
        words = span.of(layout.text).split()
        if words[-1] in rule_file("names.yaml")["body_words"] and len(words) > 1:
            economies = tuple(dict.fromkeys(c for m in inside(known, span) for c in m.economies))
            found.append(Mention(span, span.of(layout.text), "body", economies))
            continue
        if inside(known, span) or not 2 <= len(words) <= 4:
            continue
        if not (role or _stands_like_a_person(layout, span)):
            continue
        name = span.of(layout.text)
        if name not in first_seen:
            first_seen[name] = Mention(span, name, "person", _economies(layout, span, role, known), role)
    by_word: dict[str, Mention] = {}
    for person in [*first_seen.values(), *(m for m in known if m.kind == "person" and " " in m.name)]:
        for word in (person.name, person.name.split()[-1], person.name.split()[0]):
            by_word.setdefault(word, person)
    if by_word:
        several = "|".join(map(re.escape, sorted(by_word, key=len, reverse=True)))
        for match in re.finditer(rf"(?<![\w-])(?:{several})(?![\w-])", layout.text):
            person = by_word[match.group()]
            if match.start() >= person.span.start:
                found.append(
                    Mention(Span(*match.span()), person.name, "person", person.economies, person.role)
                )
    return found + _initials(layout, found)


def _stripped(layout: Layout, match: re.Match[str], known: Sequence[Mention]) -> list[tuple[Span, str]]:
    """A run of capitalised words without the roles, titles, demonyms and small words it begins with."""
    _, _, role_words = _role_words()
    text, start, role = layout.text, match.start(), ""
    demonyms = {
        m.span.start: m.span.end
        for m in inside(known, Span(*match.span()))
        if m.kind in ("demonym", "state", "seat")
    }
    while start < match.end():
        word = re.match(r"[^\s\u00a0]+", text[start : match.end()])
        if word is None:
            break
        plain = word.group()
        rest = text[start + len(plain) : match.end()]
        if plain.lower().rstrip(".") in role_words:
            role = f"{role} {plain}".strip()
        elif start in demonyms and rest and not _is_body(rest):
            start = demonyms[start]
            start += len(text[start : match.end()]) - len(text[start : match.end()].lstrip())
            continue
        elif plain not in _no_names():
            break
        start += len(plain) + (len(rest) - len(rest.lstrip()))
    if start >= match.end():
        return []
    before, _, _ = _role_words()
    if not role and (left := before.search(text[max(0, start - 60) : start])):
        role = left.group(1)
    return [(Span(start, match.end()), role)]


def _is_body(rest: str) -> bool:
    return rest.split()[-1] in rule_file("names.yaml")["body_words"]


def _stands_like_a_person(layout: Layout, span: Span) -> bool:
    """Beside a verb of saying, before an apposition, or in a heading."""
    saying, said = _saying()
    left, right = layout.text[max(0, span.start - 40) : span.start], layout.text[span.end : span.end + 40]
    heading = layout.paragraphs[layout.paragraph_at(span.start)].start
    return bool(
        saying.match(right)
        or said.search(left)
        or _AFTER.match(right)
        or _SPOKE.search(left)
        or _HEADING.match(layout.text[heading : span.start])
    )


def _economies(layout: Layout, span: Span, role: str, known: Sequence[Mention]) -> tuple[str, ...]:
    """Whom a person acts for: named in the role, beside it, in the sentence, or for a head of state in the text."""
    _, official, _ = _role_words()
    text, sentence = layout.text, layout.passages[layout.passage_at(span.start)]
    left = re.sub(r",\s*$", "", text[sentence.start : span.start])
    begin = sentence.start + max(left.rfind(mark) + 1 for mark in ',;"“”:(')
    places = [m for m in inside(known, Span(begin, span.start)) if m.economies]
    tail = re.match(r", ([^,.;]{3,80})", text[span.end : span.end + 90])
    aside = inside(known, Span(span.end, span.end + tail.end())) if tail else []
    words = set(f"{role} {tail.group(1) if tail else ''}".lower().split())
    speaks = any(set(one.split()) <= words for one in official)
    if not speaks:
        fellow = [
            m
            for m in inside(known, Span(sentence.start, span.start))
            if m.kind == "demonym" and _COUNTERPART.match(text[m.span.end :].lstrip()[:12])
        ]
        return fellow[-1].economies if fellow and not role else ()
    for choice in (places[-1:], [m for m in aside if m.economies][:1]):
        if choice:
            return choice[0].economies
    whole = [m for m in inside(known, sentence) if m.economies and m.kind != "person"]
    if whole:
        return whole[0].economies
    later = [
        m
        for m in inside(known, Span(sentence.end, len(text)))
        if m.economies and not _AT.search(text[max(0, m.span.start - 12) : m.span.start])
    ]
    return later[0].economies if later and role.lower().endswith(_HEADS) else ()


def _initials(layout: Layout, found: Sequence[Mention]) -> list[Mention]:
    """Bodies by their initials, where a paragraph begins with them as the label of a speaker."""
    short = {"".join(w[0] for w in m.name.split() if w[0].isupper()): m for m in found if m.kind == "body"}
    again = []
    for paragraph in layout.paragraphs:
        label = re.match(r"([A-Z]{2,6}):", paragraph.of(layout.text)[:8])
        if label and label.group(1) in short:
            whole = short[label.group(1)]
            place = Span(paragraph.start, paragraph.start + len(label.group(1)))
            again.append(Mention(place, whole.name, "body", whole.economies))
    return again
