"""A claim with what is known of it, what a test finds, and how numbers become one of five verdicts and words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from countervail.read.claims import Claim
from countervail.read.evidence import MISSING, Evidence, Needed, Number
from countervail.read.mention import economies_of, inside
from countervail.read.reading import Reading
from countervail.words import between, listing, percent

Outcome = Literal["supported", "not supported", "mixed", "depends on", "not testable here"]

SMALL = 0.1
"""Percent of income below which an effect counts as little."""


@dataclass(frozen=True)
class Finding:
    """What a test finds for the claim as its words assert it."""

    verdict: Outcome
    result: str = ""
    reason: str = ""
    assumption: str = ""
    number: Number = MISSING
    unit: str = ""

    def but(self, **changes: Any) -> Finding:
        """The finding with other fields."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Case:
    """A claim with what is known: the reading, the analyses, and the economies it is about."""

    claim: Claim
    reading: Reading
    evidence: Evidence
    subjects: tuple[str, ...]

    @property
    def words(self) -> str:
        """The words of the claim."""
        return self.claim.span.of(self.reading.document.text)

    @property
    def codes(self) -> tuple[str, ...]:
        """The subjects that the ledger knows."""
        return tuple(dict.fromkeys(code for name in self.subjects if (code := self.evidence.code(name))))

    @property
    def named(self) -> tuple[str, ...]:
        """The economies named in the words of the claim themselves."""
        return economies_of(inside(self.reading.actors, self.claim.span))

    @property
    def only_answers(self) -> bool:
        """Is the sentence about answers to sanctions alone?"""
        kinds = {m.kind for m in self.reading.measures if m.sentence == self.claim.sentence}
        return "retaliation" in kinds and not kinds & {
            "sanctions",
            "embargo",
            "export_control",
            "tariff",
            "price_cap",
        }

    @property
    def has_target(self) -> bool:
        """Is there somebody whom the sanctions are on?"""
        return self.evidence.ledger.position("TARGETS") is not None

    @property
    def sanctions_assumed(self) -> str:
        """That the sanctions, or their sizes, were not named by the text, "" where they were."""
        sanctions = [m for m in self.evidence.draft.measures if m.part == "sanctions"]
        if any(m.spoken is None for m in sanctions):
            return "which sanctions are meant, since the text names none"
        names = [f"'{m.name}'" for m in sanctions if not m.sized]
        return f"the size of {listing(names, most=3)}, which the text does not state" if names else ""

    @property
    def open_questions(self) -> str:
        """All that a number of the draft hangs on and the text leaves open."""
        return "; and on ".join(one for one in (self.sizes_assumed, self.sanctions_assumed) if one)

    @property
    def sizes_assumed(self) -> str:
        """The responses whose size the text leaves open, "" where it states them all."""
        names = [
            f"'{m.name}'" for m in self.evidence.draft.unsized if m.kind not in ("boycott", "retaliation")
        ]
        return f"the size of {listing(names, most=4)}, which the text does not state" if names else ""


def above(change: float) -> str:
    """How far above or below something a changed amount is."""
    return f"{percent(abs(change))} {'above' if change >= 0 else 'below'}"


def no_numbers(reason: str) -> Finding:
    """It could be tested, but not with this text."""
    return Finding("not testable here", reason=reason)


def open_size(case: Case, found: Finding) -> Finding:
    """A finding at assumed sizes is no verdict yet: it depends on them."""
    if not case.sizes_assumed and not case.sanctions_assumed:
        return found
    rests = case.open_questions
    holds = {"supported": case.claim.sign == "+", "not supported": case.claim.sign == "-"}.get(found.verdict)
    leaning = "" if holds is None else f"At these sizes the claim {'holds' if holds else 'does not hold'}."
    return found.but(verdict="depends on", assumption=rests, result=f"{found.result} {leaning}".strip())


def in_direction(case: Case, found: Finding) -> Finding:
    """A claim without a size: its direction is tested, and what its size hangs on is named."""
    rests = case.open_questions
    if not rests:
        return found
    return found.but(
        result=f"{found.result} The claim asks for a direction alone; how much it is rests on {rests}."
    )


def members(case: Case, group: str) -> list[int]:
    place = case.evidence.ledger.position(group)
    return [] if place is None else [int(n) for n in case.evidence.ledger.groups[place].members]


def targets(case: Case) -> str:
    return listing([case.evidence.name(case.evidence.world.countries[n]) for n in members(case, "TARGETS")])


def loss(found: Number) -> Outcome:
    if math.isnan(found.value):
        return "not testable here"
    if found.high < -SMALL:
        return "supported"
    return "not supported" if found.low > -SMALL else "mixed"


def gain(found: Number) -> Outcome:
    verdicts: dict[int, Outcome] = {1: "supported", -1: "not supported", 0: "mixed"}
    return verdicts[found.sign()]


def together(verdicts: list[str]) -> Outcome:
    """One verdict for several sides."""
    for only in ("supported", "not supported", "mixed"):
        if set(verdicts) == {only}:
            return only
    return "depends on" if "depends on" in verdicts else "mixed"


def one(value: float) -> Number:
    return Number(value, value, value)


def in_percent(share: Number) -> Number:
    return Number(100 * share.value, 100 * share.low, 100 * share.high)


def share_words(share: Number) -> str:
    return f"{percent(100 * share.value)} ({between(100 * share.low, 100 * share.high)})"


def range_words(found: Number) -> str:
    if math.isnan(found.value):
        return "an amount that cannot be computed"
    return f"{percent(found.value)} ({between(found.low, found.high)})"


def needed_words(needed: Needed) -> str:
    """A response with the size it would need, and the range of that over horizons."""
    entry = needed.entry
    name = {"removes": "removed share", "share": "restored share"}.get(
        entry.field, entry.field.replace("_", " ")
    )
    ends = [_size_words(entry.unit, end) for end in (needed.low, needed.high)]
    spread = (
        f" (up to {ends[1]} in the shorter runs)"
        if not math.isnan(needed.high) and ends[0] != ends[1]
        else ""
    )
    if math.isnan(needed.high):
        spread = " in the long run, and no size in a shorter one"
    return f"'{entry.response}' a {name} of {_size_words(entry.unit, needed.size)}{spread}"


def _size_words(unit: str, size: float) -> str:
    return percent(100 * size) if unit == "share" else f"{size:,.3g} {unit}"
