"""What the text attributes to whom: direct and reported speech, speeches, interviews, quotations inside quotations."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from countervail.read.layout import Layout, Quote, Span, words
from countervail.read.mention import Mention, inside
from countervail.read.phrases import compiled
from countervail.read.rules import rule_file
from countervail.read.subject import Speaker, Verb, head_of, subject_of, verbs_in

_FINITE = re.compile(
    r"\b(?:(?P<coming>will|would|shall|could|may|might|going to|won['’]t)|"
    r"(?P<now>is|are|am|do|does|can|cannot|must|means?|wants?)|"
    r"(?P<past>was|were|did|had|has|have|\w{3,}ed))\b",
    re.IGNORECASE,
)
_PLANS = re.compile(
    r"(?:have |has )?(?:agree\w*|decid\w*|plan\w*|intend\w*|pledg\w*|promis\w*|vow\w*|commit\w*)(?: to| on)?$",
    re.I,
)
FEW_WORDS = 4
NEAR = 8
"""Statements and passages that are looked back at."""
BACK = 3_000
"""Characters that are looked back at for whom a pronoun stands for."""
_LABEL = re.compile(r"(?:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}|[QA]):(?= )")
_BY = re.compile(
    r"^(?:[A-Z]\w+ )?(?:Speech|Remarks|Address|Statement|Lecture|Intervention|Message|Toast)(?: given| delivered)? by ",
)
_TOLD = re.compile(
    r"\b(?:told|tells|reminded|assured|warned)\s+((?:[\w'’-]+\s?){1,3}?)(?=\s+(?:that|in|on|at|how)\b|[,.:;\"“]|$)"
)


@dataclass(frozen=True)
class Statement:
    """A passage that the text attributes to somebody.

    Arguments:
        span: the passage: what stands between the marks, or the sentence of a reported one.
        speaker, economies: by whom, and for whom that is.
        verb, addressee: of the attribution; "" where there is none.
        direct: the speaker's words. hedged: with a might, could or perhaps.
        time: of what is said.
    """

    span: Span
    speaker: str
    economies: tuple[str, ...]
    verb: str
    addressee: str
    direct: bool
    hedged: bool
    time: Literal["past", "present", "announced"]


@dataclass(frozen=True)
class Voices:
    """All statements of a text in order, and its questions, which nobody states."""

    statements: tuple[Statement, ...]
    questions: tuple[Span, ...]

    def at(self, span: Span) -> Statement | None:
        """The innermost statement that holds a place."""
        place = bisect_right(self.statements, span.start, key=lambda s: s.span.start)
        around = [s for s in self.statements[max(place - NEAR, 0) : place] if s.span.holds(span)]
        return min(around, key=lambda s: s.span.end - s.span.start) if around else None

    def asked(self, span: Span) -> bool:
        """Is the place inside a question?"""
        place = bisect_left(self.questions, span.end, key=lambda q: q.start)
        return any(q.meets(span) for q in self.questions[max(place - NEAR, 0) : place])


def voices_of(layout: Layout, mentions: Sequence[Mention]) -> Voices:
    """Every statement with its speaker, in the order of the text.

    Arguments:
        mentions: the actors of the text, in order.
    """
    reader = _Reader(layout, mentions)
    speech = reader.speech()
    if speech is not None:
        return Voices((speech,), reader.questions(()))
    labelled = reader.labelled()
    if len(labelled) > 1 and 3 * len(labelled) >= len(layout.paragraphs):
        return reader.interview(labelled)
    return reader.report()


class _Reader:
    """One pass over a text, which remembers who spoke last."""

    def __init__(self, layout: Layout, mentions: Sequence[Mention]) -> None:
        self.layout, self.mentions = layout, mentions
        self.last: Speaker | None = None
        self.found: list[Statement] = []

    # Whole texts of one voice ---------------------------------------------------------------------------------

    def speech(self) -> Statement | None:
        """The body of a text whose heading says who speaks."""
        text, heading = self.layout.text, self.layout.paragraphs[0] if self.layout.paragraphs else Span(0, 0)
        people = [m for m in inside(self.mentions, heading) if m.kind == "person"]
        if len(self.layout.paragraphs) < 2 or not people or not _BY.match(heading.of(text)):
            return None
        body = Span(self.layout.paragraphs[1].start, self.layout.paragraphs[-1].end)
        return self._statement(body, Speaker(people[0].name, people[0].economies, "person"), None, True, body)

    def labelled(self) -> set[int]:
        """The paragraphs that begin with the name of whoever speaks, or with Q and A."""
        found = set()
        for number, paragraph in enumerate(self.layout.paragraphs):
            label = _LABEL.match(paragraph.of(self.layout.text)[:80])
            if label is None:
                continue
            place = Span(paragraph.start, paragraph.start + label.end() - 1)
            if label.group() in ("Q:", "A:") or any(
                m.kind in ("person", "body") for m in inside(self.mentions, place)
            ):
                found.add(number)
        return found

    def interview(self, labelled: set[int]) -> Voices:
        """Answers by label; paragraphs with the label Q or a body's name are questions."""
        text, asked = self.layout.text, []
        guest = next((m for m in self.mentions if m.kind == "person"), None)
        for number, paragraph in enumerate(self.layout.paragraphs):
            if number not in labelled:
                continue
            label = _LABEL.match(paragraph.of(text))
            assert label is not None
            place = Span(paragraph.start, paragraph.start + label.end() - 1)
            who = [m for m in inside(self.mentions, place) if m.kind == "person"]
            answer = Span(place.end + 2, paragraph.end)
            speaker = who[0] if who else guest if label.group() == "A:" else None
            if speaker is None:
                asked.append(answer)
                continue
            voice = Speaker(speaker.name, speaker.economies, "person")
            self.found.append(self._statement(answer, voice, None, True, answer))
        return Voices(tuple(self.found), self.questions(asked))

    def questions(self, asked: Sequence[Span]) -> tuple[Span, ...]:
        """Sentences that ask, and what interviewers say."""
        text = self.layout.text
        asking = (s for s in self.layout.sentences if s.of(text).rstrip("\"”’') ").endswith("?"))
        return tuple(sorted((*asked, *asking)))

    # Reports --------------------------------------------------------------------------------------------------

    def report(self) -> Voices:
        """Sentence by sentence: quotations with their speakers, and reported speech."""
        quotes, index = self.layout.quotes, 0
        for number, sentence in enumerate(self.layout.passages):
            while index < len(quotes) and quotes[index].outer.end <= sentence.start:
                index += 1
            here = []
            place = index
            while place < len(quotes) and quotes[place].outer.start < sentence.end:
                here.append(quotes[place])
                place += 1
            self._sentence(number, sentence, here)
        self.found.sort(key=lambda s: s.span)
        return Voices(tuple(self.found), self.questions(()))

    def _sentence(self, number: int, sentence: Span, quotes: Sequence[Quote]) -> None:
        full = [q for q in quotes if self._is_full(q, sentence)]
        attribution = self._attribution(number, sentence)
        if full:
            speaker, verb = attribution if attribution else (self.last, None)
            if speaker is None:
                speaker = self._guest()
            if speaker is not None:
                span = Span(full[0].inner.start, full[-1].inner.end)
                self.found.append(self._statement(span, speaker, verb, True, sentence))
                self.last = speaker
            for quote in full:
                self._inner(quote)
        elif attribution:
            speaker, verb = attribution
            self.found.append(self._statement(sentence, speaker, verb, False, sentence))
            self.last = speaker

    def _is_full(self, quote: Quote, sentence: Span) -> bool:
        """A quotation that stands for itself, not a few words quoted inside a reported sentence."""
        text = self.layout.text
        inner = quote.inner.of(text)
        before = text[sentence.start : quote.outer.start].rstrip()
        alone = not before or before[-1] in ",:;.?!"
        return (words(inner) >= FEW_WORDS and alone) or (
            alone and inner.rstrip()[-1:] in ".,?!" and words(inner) > 1
        )

    def _attribution(self, number: int, sentence: Span) -> tuple[Speaker, Verb] | None:
        """Who says what this sentence holds, by its verbs of attribution outside quotations."""
        text = self.layout.without_quotes
        for verb in verbs_in(text, sentence):
            speaker = subject_of(text, verb, sentence, self.mentions)
            if speaker is None:
                continue
            resolved = self._resolved(speaker, number, verb)
            if resolved is not None:
                return resolved, verb
        return None

    def _resolved(self, speaker: Speaker, number: int, verb: Verb) -> Speaker | None:
        """Whom a pronoun stands for: the last speaker, or what the sentence before began with."""
        if speaker.kind != "pronoun":
            return speaker
        if speaker.name.lower() == "we":
            return replace(speaker, kind="role")
        several = speaker.name.lower() == "they"
        passage = self.layout.passages[number]
        if speaker.name.lower() == "it" and verb.span.start - passage.start > len("It has also "):
            own = head_of(
                self.layout.without_quotes, passage, self.mentions
            )  # "the ministry disagrees: it says ..."
            return own if own is not None and own.kind != "pronoun" else None
        if speaker.name.lower() in ("he", "she") and (newer := self._newer_person(number)) is not None:
            return newer
        if self.last is not None and (
            several or self.last.kind in ("person", "role") or speaker.name.lower() == "it"
        ):
            return self.last
        if number:
            earlier = self.layout.passages[number - 1]
            if speaker.name.lower() in ("he", "she"):
                near = Span(max(verb.span.start - BACK, 0), verb.span.start)
                people = [m for m in inside(self.mentions, near) if m.kind == "person"]
                if people:
                    return Speaker(people[-1].name, people[-1].economies, "person")
            head = head_of(self.layout.without_quotes, earlier, self.mentions)
            if head is not None and head.kind != "pronoun":
                return head
        return None

    def _newer_person(self, number: int) -> Speaker | None:
        """A person whom a sentence after the last statement is about."""
        since = self.layout.passage_at(self.found[-1].span.end - 1) + 1 if self.found else 0
        for place in range(number - 1, max(since, number - NEAR) - 1, -1):
            people = [m for m in inside(self.mentions, self.layout.passages[place]) if m.kind == "person"]
            if people:
                return Speaker(people[0].name, people[0].economies, "person")
        return None

    def _guest(self) -> Speaker | None:
        """Whom an interview is with: the first person its first paragraph names."""
        first = self.layout.paragraphs[0]
        people = [m for m in inside(self.mentions, first) if m.kind == "person"]
        return Speaker(people[0].name, people[0].economies, "person") if people else None

    def _inner(self, quote: Quote) -> None:
        """Quotations inside a quotation, with the speaker that stands before them in the outer one."""
        text = self.layout.text
        for inner in quote.nested:
            lead = Span(quote.inner.start, inner.outer.start)
            speaker, verb = self._before(text, lead)
            if speaker is not None:
                self.found.append(self._statement(inner.inner, speaker, verb, True, inner.inner))

    def _before(self, text: str, lead: Span) -> tuple[Speaker | None, Verb | None]:
        for verb in reversed(verbs_in(text, lead)):
            speaker = subject_of(text, verb, lead, self.mentions)
            if speaker is None:
                continue
            if speaker.kind == "pronoun":
                return self._antecedent(text, Span(lead.start, verb.span.start)), verb
            return speaker, verb
        return None, None

    def _antecedent(self, text: str, part: Span) -> Speaker | None:
        """The last person or role named before a pronoun inside a quotation."""
        people = [m for m in inside(self.mentions, part) if m.kind == "person"]
        if people:
            return Speaker(people[-1].name, people[-1].economies, "person")
        heads = "|".join(rule_file("verbs.yaml")["who_can"])
        roles = list(
            re.finditer(
                rf"\b(?:the|our|my|his|her) ((?:\w+ )?(?:{heads}|minister|president|director|chairman))\b",
                part.of(text),
            )
        )
        return Speaker(roles[-1].group(1), (), "role") if roles else None

    def _content(self, span: Span, verb: Verb | None, direct: bool) -> str:
        """What is said, of a reported sentence without who says it."""
        text = self.layout.text
        if direct or verb is None or not span.holds(verb.span):
            return span.of(text)
        after, before = text[verb.span.end : span.end], text[span.start : verb.span.start]
        if that := re.search(r"\bthat\b", after[:40]):
            return after[that.end() :]
        said_first = before.rpartition(",")[0]
        return said_first if len(said_first.split()) > FEW_WORDS else after

    # Parts of a statement -------------------------------------------------------------------------------------

    def _statement(
        self, span: Span, speaker: Speaker, verb: Verb | None, direct: bool, around: Span
    ) -> Statement:
        text = self.layout.text
        said = span.of(text)
        told = _TOLD.search(around.of(self.layout.without_quotes)) if verb else None
        return Statement(
            span,
            speaker.name,
            speaker.economies,
            verb.text if verb else "",
            told.group(1).strip() if told else "",
            direct,
            bool(_hedges().search(said)),
            _time(self._content(span, verb, direct), verb.text if verb else ""),
        )


@cache
def _hedges() -> re.Pattern[str]:
    return compiled(rule_file("verbs.yaml")["hedges"])


def _time(said: str, verb: str) -> Literal["past", "present", "announced"]:
    """By the first finite verb of what is said; of an agreement or a plan without a clause, it is announced."""
    first = re.split(r"(?<=[.!?])\s", said.strip(), maxsplit=1)[0]
    if _PLANS.match(verb) and not re.match(r"\s*that\b", first):
        return "announced"
    found = _FINITE.search(first)
    if found is None:
        return "past" if verb.endswith("ed") else "present"
    return "announced" if found["coming"] else "present" if found["now"] else "past"
