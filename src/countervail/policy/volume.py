"""Quantities a year and prices of a unit, as contracts and acts state them: 38 bcm, 90 %, 60 USD a barrel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from countervail.policy.complaint import Complaint, kind_of, quoted
from countervail.policy.sizes import percent_text, read_size

_MONEY = {"trillion usd": 1e6, "billion usd": 1e3, "million usd": 1.0}
_NUMBER_FIRST = re.compile(r"([-+\u2212]?[0-9.,]*[0-9.](?:[eE][-+]?[0-9]+)?)\s*(.*)\Z")

# A price is stated per one of these; how many of the unit of `world.physical` that is.
_PER = {
    "barrel": ("million t", 1e-6 / 7.33),
    "t": ("million t", 1e-6),
    "mwh": ("bcm", 1e-7),
    "1000 m3": ("bcm", 1e-6),
    "million btu": ("bcm", 1.055056e-6 / 36),
}
_PRICE = re.compile(r"USD\s*(?:/|an?\s+|per\s+)\s*(.+)\Z", re.IGNORECASE)

_EXAMPLE = "a quantity a year such as 38 bcm or 5 billion USD, or a share of the base year such as 90 %"


@dataclass(frozen=True)
class Volume:
    """A quantity a year: a share of the base year, its value at base prices, or a physical quantity.

    Arguments:
        value: a fraction, million USD of the base year, or a number of `unit`.
        unit: "share", "million USD", or the physical unit as written, such as "bcm".
    """

    value: float
    unit: str

    @classmethod
    def read(cls, value: Any) -> Volume:
        """A volume from 0.9, "90 %", "5 billion USD" or "38 bcm".

        Raises:
            Complaint: no quantity (CV131), a bare number above 1 (CV131), a negative one (CV132).

        Example:
            >>> Volume.read("38 bcm"), Volume.read("90 %"), Volume.read("5 billion USD")
            (Volume(value=38.0, unit='bcm'), Volume(value=0.9, unit='share'), Volume(value=5000.0, unit='million USD'))
        """
        if isinstance(value, Volume):
            return value
        text = " ".join(value.split()) if isinstance(value, str) else value
        found = _NUMBER_FIRST.match(text) if isinstance(text, str) else None
        unit = found.group(2) if found else ""
        try:
            size, is_percent = read_size(found.group(1) if found and unit and unit != "%" else value)
        except Complaint:
            raise _not_a(
                "a volume that is not understood", value, _EXAMPLE, "Write a number and a unit."
            ) from None
        if size < 0:
            raise Complaint(
                "CV132",
                "a quantity below zero",
                found=quoted(value),
                expected="at least 0",
                next_step="Trade the other way is another measure, with seller and buyer exchanged.",
            )
        if is_percent or unit in ("", "%"):
            if not is_percent and size > 1:
                raise _not_a("a volume without a unit", value, _EXAMPLE, "Add the unit, or a percent sign.")
            return cls(size, "share")
        if not unit[0].isalpha():
            raise _not_a("a volume that is not understood", value, _EXAMPLE, "Write a number and a unit.")
        scale = _MONEY.get(unit.lower())
        return cls(size, unit) if scale is None else cls(size * scale, "million USD")

    @property
    def written(self) -> str:
        """As a scenario file has it; reading it back gives the same volume."""
        return percent_text(self.value) if self.unit == "share" else f"{self.value!r} {self.unit}"

    @property
    def is_physical(self) -> bool:
        """Whether it needs a world's physical units."""
        return self.unit not in ("share", "million USD")

    @property
    def words(self) -> str:
        """For a sentence."""
        if self.unit == "share":
            return f"{100 * self.value:.4g} % of the base year"
        return f"{self.value:,.6g} {self.unit} a year"


@dataclass(frozen=True)
class UnitPrice:
    """A price: a share of the base price, or money for a physical unit.

    Arguments:
        value: a fraction, or USD for one `per`.
        per: "" for a share; "barrel", "t", "mwh", "1000 m3" or "million btu".
    """

    value: float
    per: str = ""

    @classmethod
    def read(cls, value: Any) -> UnitPrice:
        """A price from 0.7, "70 %" or "60 USD a barrel".

        Raises:
            Complaint: no price (CV131), a bare number above 1 (CV131), not above zero (CV132).

        Example:
            >>> UnitPrice.read("60 USD a barrel"), UnitPrice.read("70 %")
            (UnitPrice(value=60.0, per='barrel'), UnitPrice(value=0.7, per=''))
        """
        if isinstance(value, UnitPrice):
            return value
        example = "a share of the base price such as 70 %, or a price such as 60 USD a barrel"
        text = " ".join(value.split()) if isinstance(value, str) else value
        found = _NUMBER_FIRST.match(text) if isinstance(text, str) else None
        unit = found.group(2) if found else ""
        try:
            size, is_percent = read_size(found.group(1) if found and unit and unit != "%" else value)
        except Complaint:
            raise _not_a(
                "a price that is not understood", value, example, "Write it in one of these forms."
            ) from None
        if size <= 0:
            raise Complaint(
                "CV132",
                "a price that is not above zero",
                found=quoted(value),
                expected="above 0",
                next_step="Where nothing may be bought at any price, write an embargo.",
            )
        if is_percent or unit in ("", "%"):
            if not is_percent and size > 1:
                raise _not_a("a price without a unit", value, example, "Add the unit, or a percent sign.")
            return cls(size)
        per = _PRICE.match(unit)
        name = per.group(1).lower() if per else ""
        if name not in _PER:
            raise _not_a(
                "a price whose unit is not known",
                value,
                "USD a barrel, USD a t, USD a MWh, USD a 1000 m3 or USD a million Btu",
                "Convert the price, or state it as a share of the base price.",
            )
        return cls(size, name)

    @property
    def written(self) -> str:
        """As a scenario file has it; reading it back gives the same price."""
        return f"{self.value!r} USD a {self.per}" if self.per else percent_text(self.value)

    @property
    def unit(self) -> str:
        """The unit of quantity of `world.physical` that it refers to; "" for a share."""
        return _PER[self.per][0] if self.per else ""

    @property
    def per_unit(self) -> float:
        """Million USD for one `unit`."""
        return self.value * 1e-6 / _PER[self.per][1]

    def of(self, per_unit: float) -> float:
        """A price of so many million USD for one `unit`, in USD for one `per`."""
        return per_unit * 1e6 * _PER[self.per][1]

    @property
    def words(self) -> str:
        """For a sentence."""
        return (
            f"{self.value:.6g} USD a {self.per}"
            if self.per
            else f"{100 * self.value:.4g} % of the base price"
        )


def _not_a(what: str, value: Any, expected: str, next_step: str) -> Complaint:
    return Complaint("CV131", what, found=kind_of(value), expected=expected, next_step=next_step)
