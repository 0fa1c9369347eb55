"""Which language a text is in, told by its small words and its script; the reader knows English."""

from __future__ import annotations

import re
from collections import Counter

from countervail.errors import ReadError
from countervail.read.rules import rule_file

SAMPLE = 50_000
ENOUGH = 0.15
"""Share of English small words from which a text counts as English; running English has 0.35 to 0.55."""
_WORD = re.compile(r"[^\W\d_]+")


def require_english(text: str, where: str) -> None:
    """Go on with English only.

    Raises:
        ReadError: CV505 another language, named where it is known.
    """
    found = language_of(text)
    if found == "English":
        return
    raise ReadError(
        "CV505",
        "The reader knows English only so far",
        where=where,
        found=f"a text that looks {found}" if found else "a text whose language cannot be told",
        expected="English",
        next_step="Give an English version, or a translation that you trust.",
    )


def language_of(text: str) -> str:
    """The language or script of a text, "" where it cannot be told.

    Example:
        >>> language_of("The minister said that it would be over in a week.")
        'English'
    """
    sample = text[:SAMPLE]
    letters = [c for c in sample if c.isalpha()]
    if not letters:
        return ""
    scripts: Counter[str] = Counter()
    for name, first, last in rule_file("languages.yaml")["scripts"]:
        scripts[name] += sum(first <= ord(c) <= last for c in letters)
    name, count = scripts.most_common(1)[0]
    if count > 0.3 * len(letters):
        return str(name)
    words = [w.lower() for w in _WORD.findall(sample)]
    known = rule_file("languages.yaml")["words"]
    shares = {name: sum(word in small for word in words) / len(words) for name, small in _sets(known).items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < (ENOUGH if len(words) > 20 else 0.05):
        return ""
    return best


def _sets(known: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in known.items()}
