"""A reading: the document, who is named, who says what, which measures are spoken of, and what is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from countervail.read.actors import actors_of
from countervail.read.claims import Claim, claims_of
from countervail.read.document import Document, document_of, opened
from countervail.read.layout import Layout, laid_out
from countervail.read.mention import Mention
from countervail.read.spoken import Spoken, measures_of
from countervail.read.statements import Statement, voices_of
from countervail.words import listing

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What was found in a document. Every span counts characters of `document.text`, from 0.

    Arguments:
        document: the text and where it came from. layout: its paragraphs, sentences and quotations.
        actors, statements, measures, claims: in the order of the text.
    """

    document: Document
    layout: Layout
    actors: tuple[Mention, ...]
    statements: tuple[Statement, ...]
    measures: tuple[Spoken, ...]
    claims: tuple[Claim, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a claim: who says it, what, how, whether it can be tested, and where it stands."""
        import pandas as pd

        from countervail.read.rules import rule_file

        effects, text = rule_file("effects.yaml"), self.document.text
        rows = [
            {
                "claim": number,
                "sentence": self.layout.sentence_at(claim.span.start) + 1,
                "speaker": claim.speaker,
                "kind": claim.kind,
                "sign": claim.sign,
                "meaning": effects[claim.kind]["title"],
                "words": claim.span.of(text),
                "hedged": claim.hedged,
                "ironic": claim.ironic,
                "testable": claim.testable,
                "reason": claim.reason,
                "start": claim.span.start,
                "end": claim.span.end,
            }
            for number, claim in enumerate(self.claims, 1)
        ]
        return pd.DataFrame(
            rows, columns=[*(rows[0] if rows else ("claim", "sentence", "speaker", "kind", "words"))]
        )

    def __repr__(self) -> str:
        testable = sum(claim.testable for claim in self.claims)
        kinds = list(dict.fromkeys(measure.kind for measure in self.measures))
        return (
            f"Reading of {self.document.source}: {len(self.actors)} mentions of actors, {len(self.statements)} "
            f"statements, {len(self.measures)} of measures ({listing(kinds, most=6) or 'none'}), "
            f"{len(self.claims)} claims, "
            f"{testable} of them testable"
        )


def read_document(source: str | Path, stdin: BinaryIO | None = None) -> Reading:
    """What a document says: actors, statements, measures and claims, each with its place in the text.

    Nothing in the document is executed, and nothing it names is fetched.

    Arguments:
        source: the path of a text, Markdown, HTML or PDF file; "-" for `stdin`, bytes.

    Returns:
        Reading.

    Raises:
        ReadError: CV501 to CV507, a document that cannot be read.

    Example:
        >>> reading = cv.read_document("article.txt")  # doctest: +SKIP
        >>> reading.table[["speaker", "kind", "words"]]  # doctest: +SKIP
    """
    return reading_of(opened(source, stdin))


def read_text(text: str, name: str = "text") -> Reading:
    """The same for a text at hand.

    Example:
        >>> [claim.kind for claim in read_text("The corridor will offset the effects of the sanctions.").claims]
        ['offset']
    """
    return reading_of(document_of(text.encode("utf-8"), name))


def reading_of(document: Document) -> Reading:
    """Every rule applied to a document."""
    layout = laid_out(document.text)
    actors = actors_of(layout)
    voices = voices_of(layout, actors)
    return Reading(
        document,
        layout,
        tuple(actors),
        voices.statements,
        tuple(measures_of(layout, actors, voices)),
        tuple(claims_of(layout, actors, voices)),
    )
