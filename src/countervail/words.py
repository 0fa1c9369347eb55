"""How a number or a list of names is said to people: one hand for reprs, the command line and reports.

Percent and money carry one decimal below ten and none above; the minus sign is U+2212. Files keep full
precision and plain ASCII signs; nothing here is used for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "\u2212"
MISSING = "n/a"

UNITS = {
    "_percent_of_harm": "% of harm",
    "_percentage_points": "percentage points",
    "_usd_per_head": "USD per head",
    "_million_usd": "million USD",
    "_percent": "%",
}
_FRACTIONS = (
    (1 / 20, "a twentieth"),
    (1 / 10, "a tenth"),
    (1 / 8, "an eighth"),
    (1 / 6, "a sixth"),
    (1 / 5, "a fifth"),
    (1 / 4, "a quarter"),
    (1 / 3, "a third"),
    (2 / 5, "two fifths"),
    (1 / 2, "half"),
    (3 / 5, "three fifths"),
    (2 / 3, "two thirds"),
    (3 / 4, "three quarters"),
    (4 / 5, "four fifths"),
    (9 / 10, "nine tenths"),
)


def number(value: float) -> str:
    """A number with one decimal below ten and none above, "n/a" where it is missing.

    A second decimal is given where the first alone would be 0.0: a small loss must not look like none.

    Example:
        >>> number(-4.63), number(48.2), number(-0.034), number(-0.001)
        ('−4.6', '48', '−0.03', '0.0')
    """
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size < 0.005:
        return "0.0"
    text = f"{size:.2f}" if size < 0.05 else f"{size:.1f}" if round(size, 1) < 10 else f"{size:,.0f}"
    return text if value > 0 else MINUS + text


def percent(value: float) -> str:
    """A number followed by the percent sign.

    Example:
        >>> percent(-0.44)
        '−0.4 %'
    """
    return f"{number(value)} %" if math.isfinite(value) else MISSING


def money(million: float) -> str:
    """Million USD in the unit a person would choose.

    Example:
        >>> money(-77_400.0), money(312.0), money(2_450_000.0)
        ('−77 billion USD', '312 million USD', '2.5 trillion USD')
    """
    if not math.isfinite(million):
        return MISSING
    size = abs(million)
    for unit, word in ((1e6, "trillion"), (1e3, "billion")):
        if round(1000 * size / unit) >= 1000:
            return f"{number(million / unit)} {word} USD"
    return f"{number(million)} million USD"


def fraction(share: float) -> str:
    """A share of a loss in words, without "of it".

    Arguments:
        share: a fraction, 0.125 for an eighth; at least 0.

    Example:
        >>> fraction(0.13), fraction(0.36), fraction(1.4)
        ('about an eighth', 'about a third', 'more than all')
    """
    if share >= 1.005:
        return "more than all"
    if share >= 0.995:
        return "all"
    if share >= 0.945:
        return "nearly all"
    if share < 0.005:
        return "less than a hundredth"
    if share < 0.045:
        return percent(100 * share)
    size, words = min(_FRACTIONS, key=lambda item: abs(math.log(item[0] / share)))
    return words if abs(share / size - 1) < 0.03 else f"about {words}"


def listing(names: Sequence[str], most: int = 5) -> str:
    """Names joined for a sentence; beyond `most` the rest are counted.

    Example:
        >>> listing(["Russia", "Belarus"]), listing(["A", "B", "C", "D"], most=2)
        ('Russia and Belarus', 'A, B and 2 others')
    """
    shown = list(names)
    if len(shown) > most:
        rest = len(shown) - most
        shown = [*shown[:most], "1 other" if rest == 1 else f"{rest} others"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def between(low: float, high: float) -> str:
    """Two ends of a range, "3.9 to 5.8"; one number where both ends read alike.

    Example:
        >>> between(3.9, 5.84), between(0.11, 0.14)
        ('3.9 to 5.8', '0.1')
    """
    first, last = number(low), number(high)
    return first if first == last else f"{first} to {last}"


def head_of(column: str) -> tuple[str, str]:
    """A column of a table as people read it: words, and the unit that its name ends with.

    Example:
        >>> head_of("welfare_percent"), head_of("name")
        (('welfare', '%'), ('', ''))
    """
    unit = next((end for end in UNITS if column.endswith(end)), "")
    words = column.removesuffix(unit).replace("_", " ").strip()
    return ("" if words == "name" else words, UNITS.get(unit, ""))
