"""Sizes, dates and goods as a text states them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from countervail.read.layout import Span
from countervail.read.phrases import compiled
from countervail.read.rules import rule_file

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SIZES = (
    ("bcm", re.compile(r"(\d[\d.,]*) (?:billion cubic (?:metres|meters)|bcm)\b", re.IGNORECASE)),
    (
        "usd_barrel",
        re.compile(r"(?:\$ ?(\d[\d.,]*)|(\d[\d.,]*) (?:US )?dollars) (?:a|per) barrel", re.IGNORECASE),
    ),
    ("percent", re.compile(r"(\d[\d.,]*) ?(?:%|per ?cent\b|percentage points?)", re.IGNORECASE)),
    (
        "usd",
        re.compile(
            r"(?:\$ ?(\d[\d.,]*) ?(million|billion|trillion)|(\d[\d.,]*) (million|billion|trillion) (?:US )?dollars)",
            re.IGNORECASE,
        ),
    ),
    (
        "money",
        re.compile(
            r"(?:(?:two|three|four|five|six|ten|\d[\d.,]*) (?:million|billion) "
            r"(?:pounds|euros|yuan|roubles|rubles|rupees|yen)"
            r"|[€£]\d[\d.,]* ?(?:million|billion)?)",
            re.IGNORECASE,
        ),
    ),
    ("barrels", re.compile(r"(\d[\d.,]*) (?:million |thousand )?barrels (?:a|per) day", re.IGNORECASE)),
)
_DATE = re.compile(
    r"\b(?:(from|since|by|until|till|in|on|before|after) )"
    rf"((?:\d{{1,2}} )?(?:{'|'.join(_MONTHS)})(?: \d{{4}})?|\d{{4}}(?!\d)(?! %))"
)


@dataclass(frozen=True)
class Amount:
    """A size or a date of the text.

    Arguments:
        span: where it stands. unit: bcm, usd_barrel, percent, usd (million), money, barrels; of a date from, by, in ...
        value: the number, in the unit; missing for a date. date: ISO as far as it is stated ("2022-03"), "" for a size.
    """

    span: Span
    unit: str
    value: float
    date: str = ""


def sizes_in(text: str, part: Span) -> list[Amount]:
    """The sizes in a stretch of text, in order."""
    found = []
    for unit, pattern in _SIZES:
        for match in pattern.finditer(text, part.start, part.end):
            numbers = [group for group in match.groups() if group]
            value = _number(numbers[0]) if numbers else float("nan")
            if unit == "usd":
                value *= {"million": 1.0, "billion": 1e3, "trillion": 1e6}[numbers[1].lower()]
            found.append(Amount(Span(*match.span()), unit, value))
    return sorted(found, key=lambda amount: amount.span)


def dates_in(text: str, part: Span) -> list[Amount]:
    """The dates in a stretch of text that stand behind a word such as from, by or until."""
    found = []
    for match in _DATE.finditer(text, part.start, part.end):
        said = match.group(2)
        month = next((n for n, name in enumerate(_MONTHS, 1) if name in said), None)
        year = re.search(r"\b\d{4}\b", said)
        day = re.match(r"\d{1,2} ", said)
        if month is None and (year is None or not 1900 < int(year.group()) < 2100):
            continue
        parts = [
            year.group() if year else "",
            f"{month:02d}" if month else "",
            f"{int(day.group()):02d}" if day else "",
        ]
        iso = "-".join(piece for piece in parts if piece) if year else ""
        found.append(Amount(Span(*match.span()), match.group(1).lower(), float("nan"), iso))
    return found


def iso_date(said: str) -> str:
    """A date as a document gives it ("3 February 2022") in ISO form, "" where day, month or year is lacking.

    Example:
        >>> iso_date("3 February 2022"), iso_date("3 February")
        ('2022-02-03', '')
    """
    if found := re.match(r"\d{4}-\d\d-\d\d", said):
        return found.group()
    month = next((n for n, name in enumerate(_MONTHS, 1) if name in said), None)
    day, year = re.search(r"\b\d{1,2}\b", said), re.search(r"\b\d{4}\b", said)
    return f"{year.group()}-{month:02d}-{int(day.group()):02d}" if month and day and year else ""


def goods_in(text: str, part: Span) -> tuple[tuple[str, Span], ...]:
    """Goods lists and sectors of the policy language that are named, each once, with the words that name them."""
    found: dict[str, Span] = {}
    every = [
        (Span(*match.span()), goods)
        for goods, pattern in _goods().items()
        for match in pattern.finditer(text, part.start, part.end)
    ]
    every.sort(key=lambda item: (item[0].start - item[0].end, item[0].start))
    taken: list[Span] = []
    for span, goods in every:
        if not any(span.meets(other) for other in taken):
            taken.append(span)
            found.setdefault(goods, span)
    return tuple(sorted(found.items(), key=lambda item: item[1]))


@cache
def _goods() -> dict[str, re.Pattern[str]]:
    return {goods: compiled(words) for goods, words in rule_file("goods.yaml").items()}


def _number(text: str) -> float:
    plain = text.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        return float(plain.replace(",", ""))
    return float(plain.replace(",", ".")) if plain.count(",") + plain.count(".") < 2 else float("nan")
