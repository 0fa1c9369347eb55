"""Sizes of measures: fractions and percent strings in, floats inside, percent strings out.

A size is 0.25 or "25 %". A bare number above 1 is refused wherever a fraction is meant, because 25 may be
meant as 25 % or as 2500 %; what is larger than 1 is written as a percentage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from countervail.policy.complaint import Complaint, kind_of, quoted


@dataclass(frozen=True)
class Range:
    """The values a size may take.

    Arguments:
        low, high: bounds as fractions.
        open_below, open_above: whether the bound itself is excluded.
        hint: what to do instead, where a value lies outside.
    """

    low: float
    high: float
    open_below: bool = False
    open_above: bool = False
    hint: str = ""

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.open_below else value >= self.low
        below = value < self.high if self.open_above else value <= self.high
        return above and below

    def __str__(self) -> str:
        low = f"{'above' if self.open_below else 'at least'} {percent_text(self.low)}"
        high = f"{'below' if self.open_above else 'at most'} {percent_text(self.high)}"
        return f"{low} and {high}"

    def read(self, value: Any) -> float:
        """A fraction inside the range, from 0.25 or "25 %".

        Raises:
            Complaint: not a number (CV106), a bare number above 1 (CV108), outside the range (CV107).
        """
        size, is_percent = read_size(value)
        if not is_percent and abs(size) > 1:
            raise Complaint(
                "CV108",
                "a bare number above 1 where a fraction is meant",
                found=quoted(value),
                expected="a fraction such as 0.25, or a percentage such as 25 %",
                next_step=f"Write {_plain(size)} %"
                + (f" if per cent are meant, {percent_text(size)} if not." if size in self else "."),
            )
        if size not in self:
            raise Complaint(
                "CV107",
                "a size out of range",
                found=quoted(value),
                expected=str(self),
                next_step=self.hint or "Write a value inside the range.",
            )
        return size


def read_size(value: Any) -> tuple[float, bool]:
    """A number and whether it was written as a percentage (in which case it comes divided by 100).

    Raises:
        Complaint: CV106 where the value is no finite number.

    Example:
        >>> read_size("2.5 %"), read_size(0.25), read_size("0.1")
        ((0.025, True), (0.25, False), (0.1, False))
    """
    text = value.strip() if isinstance(value, str) else value
    is_percent = isinstance(text, str) and text.endswith("%")
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        if isinstance(text, str):
            number = Decimal(text.removesuffix("%").strip().replace("\u2212", "-"))
            size = float(number.scaleb(-2) if is_percent else number)
        else:
            size = float(text)
        if not math.isfinite(size):
            raise ValueError
    except (ValueError, ArithmeticError):
        raise Complaint(
            "CV106",
            "a size that is not a number",
            found=kind_of(value),
            expected="a fraction such as 0.25, or a percentage such as 25 %",
            next_step="Write the size as a number with a decimal point, with or without a percent sign.",
        ) from None
    return size, is_percent


_UNITS = {"trillion usd": 1e6, "billion usd": 1e3, "million usd": 1.0}


@dataclass(frozen=True)
class Amount:
    """An amount of money a year: million USD of the base year, or a share of the payers' income.

    Arguments:
        value: million USD, or a fraction.
        is_share: which of the two.
    """

    value: float
    is_share: bool

    @classmethod
    def read(cls, value: Any) -> Amount:
        """An amount from 5000 (million USD), "5 billion USD" or "2 %" (of income).

        Raises:
            Complaint: no number (CV106), negative or all of income (CV107), a bare number between 0 and 1
                (CV108).
        """
        if isinstance(value, Amount):
            return value
        text = " ".join(value.lower().split()) if isinstance(value, str) else ""
        unit = next((unit for unit in _UNITS if text.endswith(unit)), "")
        size, is_share = read_size(text.removesuffix(unit) if unit else value)
        size *= _UNITS.get(unit, 1.0)
        if not is_share and not unit and 0 < abs(size) < 1:
            raise Complaint(
                "CV108",
                "an amount of money below 1 without a unit",
                found=quoted(value),
                expected="million USD (5000), or a share of the payers' income (2 %)",
                next_step=f"Write {percent_text(size)} for a share of income, or {_plain(size)} million USD.",
            )
        if size < 0 or (is_share and size >= 1):
            raise Complaint(
                "CV107",
                "an amount out of range",
                found=quoted(value),
                expected="at least 0, and less than 100 % of income",
                next_step="Payer and payee change places where the money flows the other way.",
            )
        return cls(size, is_share)

    @property
    def written(self) -> str | float:
        """As a scenario file has it; reading it back gives the same amount."""
        if self.is_share:
            return percent_text(self.value)
        return f"{_plain(self.value)} million USD" if 0 < self.value < 1 else self.value


def percent_text(size: float) -> str:
    """A fraction as an exact percent string: reading it back gives the same float.

    Example:
        >>> percent_text(0.25), percent_text(0.1), percent_text(1.5)
        ('25 %', '10 %', '150 %')
    """
    return f"{_plain(Decimal(repr(float(size))).scaleb(2))} %"


def percent_words(size: float) -> str:
    """A fraction as a percentage for a sentence, at most four significant digits.

    Example:
        >>> percent_words(0.0833333)
        '8.333 %'
    """
    return f"{_plain(Decimal(f'{100 * size:.4g}'))} %"


def _plain(number: float | Decimal) -> str:
    """Digits without exponent, trailing zeros or a sign on zero."""
    text = f"{number if isinstance(number, Decimal) else Decimal(repr(number)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
