"""The small pattern language of the rule files, turned into regular expressions.

    offset* the [harmful] effects    words; * is any ending, [..] may be missing
    (soften|cushion)* ... loss       (a|b) one of them, ... up to six words without a comma, # a number

Blanks stand for any blank and for a line break. Letters match whatever their case, but for words written in capitals
alone (SWIFT). Patterns hold no other regular expressions, so that none of them can take long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

BLANK = r"[\s\u00a0]{1,4}"
GAP = r"(?:[^\w.,!?;:\n]{1,3}[\w'’%.,-]*\w%?){0,6}?"
AFTER_GAP = r"[^\w.,!?;:\n]{1,3}"


@lru_cache(maxsize=4096)
def pattern_source(phrase: str) -> str:
    """The regular expression of one phrase.

    Raises:
        ValueError: brackets that do not match.

    Example:
        >>> bool(re.fullmatch(pattern_source("offset* the [bad] effects"), "offsets the effects"))
        True
    """
    out, first, gap = "", True, False
    for item in _split(phrase.strip(), " "):
        if item == "...":
            out, gap = out + GAP, True
            continue
        blank = "" if first else AFTER_GAP if gap else BLANK
        if item.startswith("[") and _closing(item, 0) == len(item) - 1:
            inner = _choices(item[1:-1])
            out += f"(?:{inner}{BLANK})?" if first else f"(?:{blank}{inner})?"
            continue
        out += blank + _item(item)
        first = gap = False
    return out


def compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all phrases, the longest source first, at word boundaries."""
    sources = sorted({pattern_source(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(sources)})(?!\w)" if sources else r"(?!)", re.IGNORECASE)


def _item(item: str) -> str:
    out, word = "", ""
    place = 0
    while place < len(item):
        letter = item[place]
        if letter in "([*#":
            out, word = out + _word(word), ""
        if letter in "([":
            close = _closing(item, place)
            out += _choices(item[place + 1 : close]) + ("?" if letter == "[" else "")
            place = close
        elif letter == "#":
            out += r"\d[\d.,]{0,12}"
        elif letter == "*":
            out += r"\w{0,12}"
        else:
            word += letter
        place += 1
    return out + _word(word)


def _choices(text: str) -> str:
    return f"(?:{'|'.join(pattern_source(choice) for choice in _split(text, '|', empty=True))})"


def _word(word: str) -> str:
    escaped = re.escape(word).replace("'", "['’]").replace(r"\-", "[-‑– ]?")
    return f"(?-i:{escaped})" if word.isupper() and len(word) > 1 else escaped


def _closing(item: str, place: int) -> int:
    depth = 0
    for at in range(place, len(item)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(item[at], 0)
        if not depth:
            return at
    raise ValueError(f"a bracket is not closed in {item!r}")


def _split(text: str, mark: str, *, empty: bool = False) -> list[str]:
    """Parts between marks that stand outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == mark and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts if empty else [part for part in parts if part]
