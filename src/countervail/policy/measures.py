"""What one side does to the other, or what happens to both: bans, costs, tariffs, payments of money,
declarations.

The answers to them are in `responses` and `retaliation`. How each enters the model is theory.md's table "How
policy enters"; `effects` turns them into cells.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.complaint import Complaint
from countervail.policy.exemption import Exemptible
from countervail.policy.measure import (
    ALL_GOODS,
    Measure,
    Namer,
    Names,
    SidedMeasure,
    Text,
    check_distinct,
    check_parties,
    parties_words,
)
from countervail.policy.sizes import Amount, Range, percent_text, percent_words
from countervail.words import money

Direction = Literal["import", "export", "both"]
FrictionKind = Literal["payments", "shipping", "insurance", "secondary", "compliance"]

LARGEST = 100.0  # rates beyond 10 000 % are typing errors, not policy

_LEAKAGE = Range(0, 1, open_above=True, hint="0 is a full ban; at 100 % nothing would be banned.")
_COST_RISE = Range(
    0, LARGEST, hint="A cost rise is not negative; trade made cheaper is the saving of an agreement."
)
_SUBSIDY = Range(0, 1, open_above=True, hint="A subsidy pays a part of the price, less than all of it.")
_TARIFF_CHANGE = Range(
    -1,
    LARGEST,
    open_below=True,
    hint="The rate is the change in percentage points; a tariff cut is negative.",
)
_TARIFF_LEVEL = Range(0, LARGEST, hint="`to` is the new ad-valorem rate, 0 for free entry.")

_CAUSES = {
    "payments": "payments trouble",
    "shipping": "dearer shipping",
    "insurance": "dearer insurance",
    "secondary": "the threat of secondary sanctions",
    "compliance": "the cost of compliance",
}

_REACHED = Range(0, 1, open_below=True, hint="A level that is not approached at all is no measure.")

Leakage = Annotated[float, BeforeValidator(_LEAKAGE.read)]
CostRise = Annotated[float, BeforeValidator(_COST_RISE.read)]
Reached = Annotated[float, BeforeValidator(_REACHED.read)]


class Embargo(Exemptible, SidedMeasure):
    """A ban on trade, of which a share may leak through."""

    kind: ClassVar[str] = "embargo"

    direction: Direction = Field("both", description="import, export or both, as seen from `by`")
    leakage: Leakage = Field(
        0.0, description="share that slips through at given costs: 0 is a full ban, below 100 %"
    )

    def phased(self, share: float) -> Self:
        """The ban as far as it is phased in: leakage 1 - (1 - leakage) share."""
        return self if share == 1 else self.with_fields(leakage=percent_text(1 - (1 - self.leakage) * share))

    def _sentence(self, namer: Namer) -> str:
        leak = f"; {percent_words(self.leakage)} leaks through" if self.leakage else ""
        leak = self._spared(namer) + leak
        goods = namer.goods(self.goods)
        if self.between:
            return f"trade in {goods} {parties_words(self.between, namer)} is banned{leak}"
        what = flow_words(self.direction, goods, namer.economies(self.on))
        return f"{namer.economies(self.by)} {verb('bans', self.by)} {what}{leak}"


class Friction(Exemptible, SidedMeasure):
    """A rise in the cost of trade that nobody collects."""

    kind: ClassVar[str] = "friction"
    size: ClassVar[str | None] = "rate"

    rate: CostRise = Field(description="rise in the cost of trade, share of the value shipped, at least 0")
    friction_kind: FrictionKind = Field(
        alias="kind",
        description="payments, shipping, insurance, secondary or compliance; removals act by kind",
    )
    direction: Direction = Field("both", description="import, export or both, as seen from `by`")

    @property
    def size_limit(self) -> float:
        return LARGEST

    def _sentence(self, namer: Namer) -> str:
        goods, more = namer.goods(self.goods), percent_words(self.rate)
        if self.between:
            what = f"trade in {goods} {parties_words(self.between, namer)}"
        else:
            owner = possessive(namer.economies(self.by))
            what = f"{owner} {flow_words(self.direction, goods, namer.economies(self.on))}"
        return f"{_CAUSES[self.friction_kind]} makes {what} {more} dearer{self._spared(namer)}"


class Tariff(Exemptible, SidedMeasure):
    """Percentage points on top of the applied tariff, or a new level; the importer `by` collects it from
    `on`."""

    kind: ClassVar[str] = "tariff"

    goods: Names = Field(("goods",), description="sectors and goods lists, services left out")
    rate: Annotated[float, BeforeValidator(_TARIFF_CHANGE.read)] | None = Field(
        None, description="percentage points added to the applied tariff (several add); a cut is negative"
    )
    to: Annotated[float, BeforeValidator(_TARIFF_LEVEL.read)] | None = Field(
        None, description="instead of rate: the new ad-valorem tariff; the highest of several holds"
    )

    reached: Reached = Field(
        1.0, description="with `to`: how far the tariff has come from the applied one to the level"
    )

    @model_validator(mode="after")
    def _rate_or_level(self) -> Self:
        if (self.rate is None) == (self.to is None):
            raise Complaint(
                "CV106" if self.rate is not None else "CV105",
                "a tariff needs either a rate that is added or a level",
                found="both rate and to" if self.rate is not None else "neither rate nor to",
                expected="rate (percentage points added) or to (the new tariff)",
                next_step="Keep one of them." if self.rate is not None else "Add one, such as `rate: 25 %`.",
                field=("to",) if self.rate is not None else ("rate",),
            )
        if self.to is None and self.reached != 1:
            raise Complaint(
                "CV106",
                "reached says how far a tariff level is reached, and there is none",
                found=f"reached: {percent_text(self.reached)} without to",
                next_step="Lower the rate instead.",
                field=("reached",),
            )
        return self

    def phased(self, share: float) -> Self:
        """The tariff as far as it is phased in: a part of the rate, or of the way to the level."""
        if share == 1:
            return self
        if self.to is not None:
            return self.with_fields(reached=percent_text(self.reached * share))
        return self.with_fields(rate=percent_text((self.rate or 0.0) * share))

    def _sentence(self, namer: Namer) -> str:
        goods = namer.goods(self.goods)
        if self.between:
            what = f"tariffs on {goods} traded {parties_words(self.between, namer)}"
        else:
            what = (
                f"tariffs of {namer.economies(self.by)} on imports of {goods} from {namer.economies(self.on)}"
            )
        if self.to is not None:
            way = "" if self.reached == 1 else f", {percent_words(self.reached)} of the way"
            return f"{what} are set to {percent_words(self.to)}{way}{self._spared(namer)}"
        rate = self.rate or 0.0
        points = percent_words(abs(rate)).removesuffix(" %")
        return f"{what} {'fall' if rate < 0 else 'rise'} by {points} points{self._spared(namer)}"


class Subsidy(Measure):
    """A part of the price of what is exported, or of all output, paid by the economy that produces it."""

    kind: ClassVar[str] = "subsidy"
    size: ClassVar[str | None] = "rate"

    by: Names = Field(description="the economies that pay it to their producers")
    rate: Annotated[float, BeforeValidator(_SUBSIDY.read)] = Field(
        description="share of the price paid, 0 to below 100 %"
    )
    on: Literal["exports", "output"] = Field(description="exports, or output (sales at home included)")

    @property
    def size_limit(self) -> float:
        return 0.9

    def _sentence(self, namer: Namer) -> str:
        who, what = namer.economies(self.by), f"{self.on} of {namer.goods(self.goods)}"
        return f"{who} {verb('pays', self.by)} a subsidy of {percent_words(self.rate)} on {what}"


class Transfer(Measure):
    """Money from one side to the other every year: aid, a freeze of income, burden sharing.

    Several payers share the amount by income, several payees receive it by income.
    """

    kind: ClassVar[str] = "transfer"
    size: ClassVar[str | None] = "amount"

    payer: Names = Field(description="who pays, shared by income")
    payee: Names = Field(description="who receives, shared by income")
    amount: Annotated[Amount, BeforeValidator(Amount.read)] = Field(
        description="a year: million USD of the base year (5000), or a share of the payers' income (2 %)"
    )

    @model_validator(mode="after")
    def _two_sides_and_no_goods(self) -> Self:
        check_distinct(self.kind, self.payer, self.payee, field="payee")
        refuse_goods(self, "a transfer is money and has no goods")
        return self

    @property
    def size_value(self) -> float:
        return self.amount.value

    @property
    def size_unit(self) -> str:
        return "share" if self.amount.is_share else "million USD"

    @property
    def size_limit(self) -> float:
        return 0.9 if self.amount.is_share else math.inf

    def with_size(self, value: float) -> Self:
        """The same transfer of another amount, in `size_unit`."""
        return self.with_fields(
            amount=percent_text(value) if self.amount.is_share else f"{value!r} million USD"
        )

    def _sentence(self, namer: Namer) -> str:
        size = self.amount.value
        much = f"{percent_words(size)} of income" if self.amount.is_share else money(size)
        payer, payee = namer.economies(self.payer), namer.economies(self.payee)
        return f"{payer} {verb('pays', self.payer)} {much} a year to {payee}"


class Disruption(Measure):
    """A cost rise that nobody decided: a pandemic, a closed canal, a drought on a river.

    It falls on all trade, both ways, of the economies it is `on`, or on trade `between` parties.
    """

    kind: ClassVar[str] = "disruption"
    size: ClassVar[str | None] = "rate"

    rate: CostRise = Field(description="rise in the cost of trade, share of the value shipped, at least 0")
    on: Names = Field((), description="whose imports and exports it falls on")
    between: Names = Field((), description="instead of on: the parties, both directions")

    @model_validator(mode="after")
    def _one_form_of_sides(self) -> Self:
        if bool(self.on) == bool(self.between):
            raise Complaint(
                "CV106" if self.on else "CV105",
                "a disruption falls either on economies or between parties",
                found="both on and between" if self.on else "neither on nor between",
                expected="on (all trade of these economies) or between (trade among these parties)",
                next_step="Keep one of them." if self.on else "Add one of them.",
                field=("between",) if self.on else ("on",),
            )
        check_parties(self.kind, self.between)
        return self

    @property
    def size_limit(self) -> float:
        return LARGEST

    def _sentence(self, namer: Namer) -> str:
        cause = self.name or "a disruption"
        where = f"{parties_words(self.between, namer)}" if self.between else f"of {namer.economies(self.on)}"
        return f"{cause} makes trade in {namer.goods(self.goods)} {where} {percent_words(self.rate)} dearer"


class Boycott(SidedMeasure):
    """A gesture without trade content. It is recorded and reported; the model has no channel for it, so it
    moves nothing."""

    kind: ClassVar[str] = "boycott"
    quantified: ClassVar[bool] = False

    of: Text | None = Field(None, description="what is boycotted, in words")

    @model_validator(mode="after")
    def _no_goods(self) -> Self:
        refuse_goods(self, "a boycott has no trade content and so no goods; a boycott of goods is an embargo")
        return self

    def _sentence(self, namer: Namer) -> str:
        what = self.of or self.name or "a boycott"
        if self.between:
            who = f"{parties_words(self.between, namer)}"
        else:
            who = f"by {namer.economies(self.by)}, directed at {namer.economies(self.on)}"
        return f"{what}, {who}: recorded, no economic channel in this model"


def refuse_goods(measure: Measure, why: str) -> None:
    """Refuse goods where a measure has none.

    Raises:
        Complaint: CV106.
    """
    if measure.goods != ALL_GOODS:
        raise Complaint(
            "CV106",
            why,
            found=f"goods: {', '.join(measure.goods)}",
            next_step="Take the field goods out.",
            field=("goods",),
        )


def verb(singular: str, subject: tuple[str, ...]) -> str:
    """The verb in the number of its subject: one economy or bloc bans, several ban."""
    return singular if len(subject) == 1 else singular.removesuffix("s")


def possessive(name: str) -> str:
    """A name in the genitive: China's, the United States'."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def flow_words(direction: str, goods: str, partner: str) -> str:
    """The trade a sided measure is about, as seen from its `by` side.

    Example:
        >>> flow_words("export", "coal", "Russia")
        'exports of coal to Russia'
    """
    match direction:
        case "import":
            return f"imports of {goods} from {partner}"
        case "export":
            return f"exports of {goods} to {partner}"
        case _:
            return f"trade in {goods} with {partner}"
