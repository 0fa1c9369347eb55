"""Finance: exclusion from payment messaging, frozen assets, and stopped investment.

The model has no banks. Each measure is the combination of what it has, a payments friction or a yearly flow of
money, by a mapping whose numbers are fields of the measure.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.exemption import Exemptible
from countervail.policy.measure import Measure, Namer, Names, SidedMeasure, check_distinct
from countervail.policy.measures import (
    LARGEST,
    CostRise,
    Direction,
    flow_words,
    possessive,
    refuse_goods,
    verb,
)
from countervail.policy.sizes import Amount, Range, percent_text, percent_words
from countervail.words import money

_EXPOSURE = Range(0, 1, open_below=True, hint="It is the share of the trade paid through what is cut off.")
_YIELD = Range(0, 1, hint="What the assets would have earned in a year, as a share of them.")


class Exclusion(Exemptible, SidedMeasure):
    """Banks cut off from a payment messaging system: the trade paid through them becomes dearer to settle."""

    kind: ClassVar[str] = "exclusion"
    size: ClassVar[str | None] = "rate"

    rate: CostRise = Field(description="rise in the cost of trade whose payment must find another way")
    exposure: Annotated[float, BeforeValidator(_EXPOSURE.read)] = Field(
        1.0, description="share of the trade that was paid through what is cut off"
    )
    direction: Direction = Field("both", description="import, export or both, as seen from `by`")

    @property
    def size_limit(self) -> float:
        return LARGEST

    def _sentence(self, namer: Namer) -> str:
        goods, more = namer.goods(self.goods), percent_words(self.rate)
        if self.between:
            what = f"trade in {goods} between {namer.economies(self.between)}"
        else:
            owner = possessive(namer.economies(self.by))
            what = f"{owner} {flow_words(self.direction, goods, namer.economies(self.on))}"
        return (
            f"banks are cut off from payment messages: {percent_words(self.exposure)} of {what} becomes {more} "
            f"dearer{self._spared(namer)}"
        )


class _MoneyMeasure(Measure):
    """Money that moves every year from those it is `on` to those who take it, `by`."""

    by: Names = Field(description="who takes the measure, and has the money instead")
    on: Names = Field(description="whom it is on, who goes without")

    @model_validator(mode="after")
    def _two_sides_and_no_goods(self) -> Self:
        check_distinct(self.kind, self.by, self.on, field="on")
        refuse_goods(self, "money has no goods")
        return self


class Freeze(_MoneyMeasure):
    """Frozen reserves or assets: what they would have paid in a year is missing at home and stays abroad."""

    kind: ClassVar[str] = "freeze"
    size: ClassVar[str | None] = "yields"

    assets: Annotated[Amount, BeforeValidator(Amount.read)] = Field(
        description="the stock that is frozen: million USD (300000), or a share of the owners' income (10 %)"
    )
    yields: Annotated[float, BeforeValidator(_YIELD.read)] = Field(
        description="what the owners lose of it in a year: interest, or the part they would have drawn"
    )

    @property
    def yearly(self) -> Amount:
        """The flow of a year: assets times yields."""
        return Amount(self.assets.value * self.yields, self.assets.is_share)

    def _sentence(self, namer: Namer) -> str:
        size = self.assets.value
        much = f"assets worth {percent_words(size)} of income" if self.assets.is_share else money(size)
        what = f"{much} of {namer.economies(self.on)}, of which {percent_words(self.yields)} a year stays with them"
        return f"{namer.economies(self.by)} {verb('freezes', self.by)} {what}"


class InvestmentStop(_MoneyMeasure):
    """An end of investment across the border: the yearly inflow that paid for imports stays at home."""

    kind: ClassVar[str] = "investment_stop"
    size: ClassVar[str | None] = "amount"

    amount: Annotated[Amount, BeforeValidator(Amount.read)] = Field(
        description="net inflow a year that ends: million USD of the base year, or a share of the income of `on`"
    )

    @property
    def yearly(self) -> Amount:
        """The flow of a year."""
        return self.amount

    @property
    def size_value(self) -> float:
        return self.amount.value

    @property
    def size_unit(self) -> str:
        return "share" if self.amount.is_share else "million USD"

    @property
    def size_limit(self) -> float:
        return 0.9 if self.amount.is_share else float("inf")

    def with_size(self, value: float) -> Self:
        """The same stop of another amount, in `size_unit`."""
        return self.with_fields(
            amount=percent_text(value) if self.amount.is_share else f"{value!r} million USD"
        )

    def _sentence(self, namer: Namer) -> str:
        size = self.amount.value
        much = f"{percent_words(size)} of its income" if self.amount.is_share else money(size)
        who = f"{namer.economies(self.by)} {verb('stops', self.by)}"
        return f"{who} investment in {namer.economies(self.on)}: {much} a year stays at home"
