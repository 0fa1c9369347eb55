"""Dates of measures: when one begins, by when it acts in full, when it ends, and how far it is on a day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from countervail.policy.complaint import Complaint, kind_of

_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?\Z")


def read_date(value: Any) -> str:
    """A month or a day, as it is written: "2022-03" or "2022-03-15".

    Raises:
        Complaint: CV125 where the value is neither.
    """
    text = value.isoformat() if type(value) is date else value
    if isinstance(text, str) and (match := _DATE.match(text.strip())):
        year, month, day = match.groups()
        if day is not None and 1 <= int(month) <= 12 and int(year):
            last = calendar.monthrange(int(year), int(month))[1]
            if 1 <= int(day) <= last:
                return text.strip()
        elif day is None and 1 <= int(month) <= 12 and int(year):
            return text.strip()
    raise Complaint(
        "CV125",
        "not a date",
        found=kind_of(value),
        expected="a month or a day of the calendar, such as 2022-03 or 2022-03-15",
        next_step="Write year, month and, where it matters, day, with hyphens between them.",
    )


Date = Annotated[
    str,
    BeforeValidator(read_date),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"}),
]


def first_day(written: str) -> date:
    """The day that is written, or the first of the month.

    Example:
        >>> first_day("2022-03"), first_day("2022-03-15")
        (datetime.date(2022, 3, 1), datetime.date(2022, 3, 15))
    """
    return date.fromisoformat(written if len(written) > 7 else f"{written}-01")


def last_day(written: str) -> date:
    """The day that is written, or the last of the month."""
    day = first_day(written)
    return day if len(written) > 7 else day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class Period:
    """When a measure acts.

    Arguments:
        start: the first day; None where it has always acted.
        full_by: the day from which it acts in full; None where it does so from the start.
        end: the last day; None where it stays.
    """

    start: date | None = None
    full_by: date | None = None
    end: date | None = None

    @classmethod
    def of(cls, start: str | None, full_by: str | None, end: str | None) -> Period:
        """From dates as written: a month begins on its first day and ends on its last.

        Raises:
            Complaint: CV125 where the dates are not in order, or `full_by` has no `start`.
        """
        period = cls(
            None if start is None else first_day(start),
            None if full_by is None else first_day(full_by),
            None if end is None else last_day(end),
        )
        if period.full_by is not None and period.start is None:
            raise Complaint(
                "CV125",
                "a measure that is phased in needs the day on which that begins",
                found=f"full_by: {full_by} without start",
                next_step="Add 'start', or take 'full_by' out.",
                field=("full_by",),
            )
        order = [
            ("start", start, period.start),
            ("full_by", full_by, period.full_by),
            ("end", end, period.end),
        ]
        known = [(name, text, day) for name, text, day in order if day is not None]
        for (before, earlier, sooner), (after, later, latter) in pairwise(known):
            if sooner > latter or (after == "end" and before == "start" and sooner >= latter):
                raise Complaint(
                    "CV125",
                    "dates that are not in order",
                    found=f"{before}: {earlier} and {after}: {later}",
                    expected="start, then full_by, then end",
                    next_step="Correct one of the two dates.",
                    field=(after,),
                )
        return period

    def share(self, day: date) -> float:
        """How far the measure is on a day: 0 before it begins and after it ends, 1 in full, between them linear.

        Example:
            >>> Period.of("2022-01-01", "2022-01-11", None).share(date(2022, 1, 4))
            0.3
        """
        if (self.start is not None and day < self.start) or (self.end is not None and day > self.end):
            return 0.0
        if self.start is None or self.full_by is None or day >= self.full_by:
            return 1.0
        return (day - self.start).days / (self.full_by - self.start).days
