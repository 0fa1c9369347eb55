"""Where paragraphs, sentences and quotations of a text begin and end, by character offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

MOST_NESTED = 3
LONGEST = 3_000
"""Characters; a longer sentence is cut, a longer quotation is taken for a mark that was never closed."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|St|No|Nos|Art|Inc|Ltd|Co|Corp|vs|etc|approx|e\.g|i\.e|al|Jan|Feb|Mar|Apr|"
    r"Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|U\.S|U\.K|U\.N|E\.U|a\.m|p\.m)|\b[A-Z])\.$"
)
_END = re.compile(r"[.!?…]+[\"”’'»)\]]*(?=\s+[\"“‘'«(\[]?[A-Z0-9]|\s*$)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of the text: from `start`, up to and without `end`."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Is the other one inside?"""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        """Do they share a character?"""
        return self.start < other.end and other.start < self.end

    def of(self, text: str) -> str:
        """The characters."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Quote:
    """A quotation: with its marks and without, and the quotations inside it."""

    outer: Span
    inner: Span
    nested: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A text and its parts.

    Arguments:
        text: as it was read. paragraphs: in order.
        passages: sentences, but that a quotation is never cut, however many sentences it holds.
        sentences: all of them, those inside quotations as well.
        quotes: those that are not inside another one.
    """

    text: str
    paragraphs: tuple[Span, ...]
    passages: tuple[Span, ...]
    sentences: tuple[Span, ...]
    quotes: tuple[Quote, ...]

    def sentence_at(self, place: int) -> int:
        """The number of the sentence that holds an offset, or of the one before."""
        return _number_at(self.sentences, place)

    def passage_at(self, place: int) -> int:
        """The number of the passage that holds an offset, or of the one before."""
        return _number_at(self.passages, place)

    def paragraph_at(self, place: int) -> int:
        """The number of the paragraph that holds an offset, or of the one before."""
        return _number_at(self.paragraphs, place)

    @cached_property
    def without_quotes(self) -> str:
        """The text with every quoted character blanked; offsets stay."""
        letters = list(self.text)
        for quote in self.quotes:
            letters[quote.inner.start : quote.inner.end] = " " * (quote.inner.end - quote.inner.start)
        return "".join(letters)


def laid_out(text: str) -> Layout:
    """The parts of a text.

    Example:
        >>> [s.of("One. Two.") for s in laid_out("One. Two.").sentences]
        ['One.', 'Two.']
    """
    paragraphs = tuple(
        Span(m.start(), m.end()) for m in re.finditer(r"[^\s][^\n]*", text) if m.group().strip()
    )
    passages: list[Span] = []
    sentences: list[Span] = []
    quotes: list[Quote] = []
    for paragraph in paragraphs:
        found = _quotes(text, paragraph)
        quotes += found
        passages += _cut(text, _sentences(text, paragraph, found), found)
        sentences += _cut(text, _sentences(text, paragraph, []), [])
    return Layout(text, paragraphs, tuple(passages), tuple(sentences), tuple(quotes))


def _number_at(parts: tuple[Span, ...], place: int) -> int:
    return max(bisect_right(parts, place, key=lambda part: part.start) - 1, 0)


def words(text: str) -> int:
    """How many words a stretch has."""
    return len(_WORD.findall(text))


def _sentences(text: str, paragraph: Span, quotes: list[Quote]) -> list[Span]:
    found: list[Span] = []
    start, index = paragraph.start, 0
    for match in _END.finditer(text, paragraph.start, paragraph.end):
        stop = match.start() + 1
        while index < len(quotes) and quotes[index].outer.end <= stop:
            index += 1
        inside = quotes[index] if index < len(quotes) and quotes[index].outer.start < stop else None
        if inside is not None and match.end() < inside.outer.end:
            continue
        if (
            inside is not None
            and text[stop - 1] in "?!"
            and re.match(r"\s+[\w ]{1,40}(?:said|asked)", text[match.end() :][:60])
        ):
            continue
        if _ABBREVIATION.search(text, max(start, stop - 12), stop) and match.end() < paragraph.end:
            continue
        found.append(_trimmed(text, start, match.end()))
        start = match.end()
    if text[start : paragraph.end].strip():
        found.append(_trimmed(text, start, paragraph.end))
    return found


def _cut(text: str, parts: list[Span], quotes: list[Quote]) -> list[Span]:
    """The same, with what is longer than any sentence cut between words, outside quotations."""
    found: list[Span] = []
    for part in parts:
        start = part.start
        while part.end - start > LONGEST:
            stop = start + LONGEST
            inside = next((q.outer for q in quotes if q.outer.start < stop < q.outer.end), None)
            stop = inside.end if inside else max(text.rfind(" ", start, stop), start + LONGEST // 2)
            if stop >= part.end:
                break
            found.append(_trimmed(text, start, stop))
            start = stop
        found.append(_trimmed(text, start, part.end))
    return [span for span in found if span.start < span.end]


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _quotes(text: str, part: Span, depth: int = 1) -> list[Quote]:
    """Quotations by double marks, and inside them by single ones; an open one lasts to the end of the part."""
    double = depth % 2 == 1
    found: list[Quote] = []
    place = part.start
    opening = re.compile(r"[\"“«„]" if double else r"(?:(?<=[\s:,(])|(?<=^))['‘](?=\w)")
    while place < part.end and (start := opening.search(text, place, part.end)):
        mark = text[start.start()]
        if double:
            closing = re.compile({'"': '"', "“": '[”"]', "„": '[“”"]', "«": "»"}[mark])
        else:
            closing = re.compile(r"['’](?=[\s.,;:!?)\"”—–-]|$)")
        end = closing.search(text, start.end(), part.end)
        if end is None and not double:
            break
        stop, after = (end.start(), end.end()) if end else (part.end, part.end)
        if stop - start.end() > LONGEST:  # a mark that was never closed
            place = start.end()
            continue
        inner = Span(start.end(), stop)
        nested = tuple(_quotes(text, inner, depth + 1)) if depth < MOST_NESTED else ()
        if stop > start.end() and (double or words(inner.of(text)) > 1):
            found.append(Quote(Span(start.start(), after), inner, nested))
        place = max(after, start.end())
    return found
