"""Offsets always match the text, whatever the text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from countervail.errors import ReadError
from countervail.read.reading import Reading, read_text
from countervail.read.record import assessment_record
from countervail.read.verdicts import judge_claims

PIECES = st.sampled_from(
    [
        *(
            "The",
            "minister",
            "said",
            "that",
            "he",
            "they",
            "will",
            "not",
            "and",
            "of",
            "the",
            "between",
            "on",
        ),
        *(
            "Russia",
            "China",
            "the two countries",
            "Anna Keller",
            "Western",
            "the Kremlin",
            "the EU",
            "both leaders",
        ),
        *(
            "sanctions",
            "green corridors",
            "an embargo on oil",
            "38 billion cubic metres a year",
            "25 %",
            "from March 2022",
        ),
        *(
            "offset the effects of",
            "on an equal basis",
            "growth",
            "stand together",
            "friendship",
            "raised prices",
        ),
        *(
            ".",
            ",",
            "\n",
            "\n\n",
            "“",
            "”",
            '"',
            "'",
            "?",
            ":",
            "- ",
            "(",
            ")",
            "Q:",
            "A:",
            "\r\n",
            "\x07",
            "é",
            "😀",
            "İ",
            "ß",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=60).map(" ".join)


def check(reading: Reading) -> None:
    text = reading.document.text
    spans = [m.span for m in reading.actors]
    spans += [s.span for s in reading.statements] + [c.span for c in reading.claims]
    spans += [s for m in reading.measures for s in (m.span, m.sentence, *(span for _, span in m.goods))]
    spans += [a.span for m in reading.measures for a in (m.size, m.date) if a is not None]
    spans += [*reading.layout.paragraphs, *reading.layout.sentences, *reading.layout.passages]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    for several in (reading.actors, reading.measures, reading.claims):
        places = [item.span for item in several]
        assert all(first.end <= second.start for first, second in pairwise(places))
    for mention in reading.actors:
        if mention.kind not in ("person", "body", "group"):
            assert " ".join(mention.span.of(text).split()) == mention.name
    record = assessment_record(judge_claims(reading, run=False))
    for part in ("actors", "measures", "claims"):
        assert all(text[one["start"] : one["end"]] == one["words"] for one in record[part])


@given(TEXTS)
@example("The end.\r\n\r\nThe minister said: “We stand together.")
@example('\'\' "" The two sides said "')
def test_offsets_match_the_text(text):
    try:
        reading = read_text(f"The text that is here is for the test of it. {text}")
    except ReadError:
        return
    check(reading)


def test_offsets_match_in_the_annotated_texts(annotations):
    for text in [*annotations.load("develop"), *annotations.load("report")]:
        reading = read_text(text.text)
        assert reading.document.text == text.text
        check(reading)
