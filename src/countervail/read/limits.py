"""What the reader takes at most, so that no document can hold it up; and how it says no."""

from __future__ import annotations

import re

from countervail.errors import ReadError

MOST_BYTES = 25_000_000
MOST_CHARACTERS = 1_000_000
MOST_PAGES = 1_000
MOST_TAGS = 200_000
MOST_DEPTH = 200
LONGEST_WORD = 2_000
MOST_CONTROLS = 0.01
"""Share of control characters above which a text is no text."""
MOST_SECONDS = 60.0

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)


def too_large(where: str, found: str, expected: str) -> ReadError:
    """CV502: more than the reader takes."""
    return ReadError(
        "CV502",
        "The document is larger than the reader takes",
        where=where,
        found=found,
        expected=expected,
        next_step="Give the passage that matters, or split the document.",
    )


def no_running_text(where: str, found: str) -> ReadError:
    """CV504: something that is not written to be read."""
    return ReadError(
        "CV504",
        "The document is not running text",
        where=where,
        found=found,
        expected="sentences of words, as people write them",
        next_step="Check that the right file was given; save the article's text in a file of its own.",
    )


def readable(text: str, where: str) -> tuple[str, tuple[str, ...]]:
    """The text with line ends alike and control characters blanked, and notes on what was changed.

    Raises:
        ReadError: CV502 too long, CV503 empty, CV504 no running text.
    """
    if len(text) > MOST_CHARACTERS:
        raise too_large(where, f"{len(text):,} characters", f"at most {MOST_CHARACTERS:,}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, count = _CONTROL.subn(" ", text)
    if count > MOST_CONTROLS * len(text) and count > 3:
        raise no_running_text(where, f"{count:,} control characters among {len(text):,}")
    if not text.strip():
        raise nothing_there(where, "an empty document")
    longest = max((len(word) for word in text.split()), default=0)
    if longest > LONGEST_WORD:
        raise no_running_text(where, f"a word of {longest:,} letters")
    if not re.search(r"[^\W\d_]{2}", text):
        raise no_running_text(where, "no word of letters")
    notes = (f"{count} control characters were blanked.",) if count else ()
    return text, notes


def nothing_there(where: str, found: str) -> ReadError:
    """CV503: a document without text."""
    return ReadError(
        "CV503",
        "There is no text in the document",
        where=where,
        found=found,
        expected="a text in English",
        next_step="A scanned page has to go through text recognition first, a locked file has to be unlocked.",
    )
