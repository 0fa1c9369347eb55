"""What offsets a cost: corridors, agreements, payment systems, substitution, and restored supply chains."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.complaint import Complaint
from countervail.policy.measure import Measure, Namer, Names, Text, check_parties, parties_words
from countervail.policy.sizes import Range, percent_text, percent_words

LARGEST_SAVING = 0.9  # trade costs that fall by nine tenths are the end of what a search need try
LARGEST_RISE = 10.0

_SAVING = Range(
    0, 1, open_above=True, hint="A saving is the part of the trade cost that goes away, less than all of it."
)
_REMOVED = Range(
    0, 1, hint="100 % removes the friction altogether; a cost below that is the saving of an agreement."
)
_RISE = Range(0, 100, hint="The rate is the rise in productivity, at least 0.")

Saving = Annotated[float, BeforeValidator(_SAVING.read)]
Removed = Annotated[float, BeforeValidator(_REMOVED.read)]


class PartiesMeasure(Measure):
    """A measure between parties, both directions; see SidedMeasure for what the entries mean."""

    between: Names = Field(description="the parties, both directions: countries or blocs")

    @model_validator(mode="after")
    def _distinct_parties(self) -> Self:
        check_parties(self.kind, self.between)
        return self

    def _trade(self, namer: Namer) -> str:
        return f"{namer.goods(self.goods)} {parties_words(self.between, namer)}"


class Corridor(PartiesMeasure):
    """A green corridor: its goods and pairs are lifted out of the `sanctions`, and may become cheaper to
    ship."""

    kind: ClassVar[str] = "corridor"
    size: ClassVar[str | None] = "saving"

    saving: Saving = Field(0.0, description="fall in the cost of trade, share of the value shipped")

    @property
    def size_limit(self) -> float:
        return LARGEST_SAVING

    def _sentence(self, namer: Namer) -> str:
        saving = f" and makes it {percent_words(self.saving)} cheaper" if self.saving else ""
        return f"a green corridor frees trade in {self._trade(namer)} from the sanctions{saving}"


class Agreement(PartiesMeasure):
    """A treaty or convergence of rules: trade becomes cheaper, named frictions go away in part."""

    kind: ClassVar[str] = "agreement"
    size: ClassVar[str | None] = "saving"

    saving: Saving = Field(0.0, description="fall in the cost of trade, share of the value shipped")
    payments: Removed = Field(
        0.0, description="share of the payments frictions on this trade that it removes"
    )
    insurance: Removed = Field(
        0.0, description="share of the insurance frictions on this trade that it removes"
    )

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not {"saving", "payments", "insurance"} & self.model_fields_set:
            raise Complaint(
                "CV105",
                "an agreement that changes nothing",
                found="none of saving, payments and insurance",
                expected="at least one of them",
                next_step="Add one, such as `saving: 4 %`.",
                field=("saving",),
            )
        return self

    @property
    def size_limit(self) -> float:
        return LARGEST_SAVING

    def phased(self, share: float) -> Self:
        """The agreement as far as it is phased in: a part of all it does."""
        names = ("saving", "payments", "insurance")
        return self.with_fields(**{name: percent_text(getattr(self, name) * share) for name in names})

    def to_fields(self) -> dict[str, Any]:
        """As every measure, but a saving of zero is written where it is all there is."""
        fields = super().to_fields()
        return fields if {"saving", "payments", "insurance"} & set(fields) else {"saving": "0 %", **fields}

    def _sentence(self, namer: Namer) -> str:
        parts = [f"makes it {percent_words(self.saving)} cheaper"] if self.saving else []
        for name, share in (("payments", self.payments), ("insurance", self.insurance)):
            if share:
                parts.append(f"removes {percent_words(share)} of the {name} frictions on it")
        effect = " and ".join(parts) or "leaves its cost as it is"
        return f"an agreement on trade in {self._trade(namer)} {effect}"


class Payments(PartiesMeasure):
    """Settlement in own currencies or an own messaging system: part of the payments frictions of a pair goes
    away."""

    kind: ClassVar[str] = "payments"
    size: ClassVar[str | None] = "removes"

    removes: Removed = Field(description="share of the payments frictions on this trade that it removes")

    def _sentence(self, namer: Namer) -> str:
        return (
            f"own payment channels remove {percent_words(self.removes)} of the payments frictions on "
            f"trade in {self._trade(namer)}"
        )


class Substitution(Measure):
    """Import substitution: producers at home become more productive in the named goods."""

    kind: ClassVar[str] = "substitution"
    size: ClassVar[str | None] = "rate"

    by: Names = Field(description="whose producers become more productive")
    rate: Annotated[float, BeforeValidator(_RISE.read)] = Field(
        description="rise in productivity, at least 0"
    )

    @property
    def size_limit(self) -> float:
        return LARGEST_RISE

    def _sentence(self, namer: Namer) -> str:
        who, goods = namer.economies(self.by), namer.goods(self.goods)
        return f"import substitution by {who} raises productivity in {goods} by {percent_words(self.rate)}"


class Restoration(Measure):
    """Restored supply chains: a share of a named disruption goes away."""

    kind: ClassVar[str] = "restoration"
    size: ClassVar[str | None] = "share"

    of: Text = Field(description="the name of the disruption")
    share: Removed = Field(description="share of the disruption that goes away")
    between: Names = Field(
        (), description="only trade between these parties; all the disrupted trade by default"
    )

    @model_validator(mode="after")
    def _distinct_parties(self) -> Self:
        check_parties(self.kind, self.between)
        return self

    def _sentence(self, namer: Namer) -> str:
        goods = "" if self.goods == ("all",) else f" for {namer.goods(self.goods)}"
        where = f" {parties_words(self.between, namer)}" if self.between else ""
        what = f"the disruption '{self.of}'{goods}{where}"
        return f"restored supply chains take back {percent_words(self.share)} of {what}"
