"""Measures that limit a price or a quantity, whose wedge is solved with the equilibrium: caps, quotas, contracts."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.complaint import Complaint
from countervail.policy.measure import Measure, Namer, Names, check_distinct, read_text
from countervail.policy.measures import verb
from countervail.policy.sizes import Range, percent_text, percent_words
from countervail.policy.volume import UnitPrice, Volume

_FALL = Range(0, 1, open_below=True, open_above=True, hint="It is how far below the base price the cap lies.")
_LARGEST = 10.0  # times the base year, or the stated volume: the end of what a search need try
SIDES = ("buyer", "seller")

RentSide = Annotated[str, BeforeValidator(read_text)]


class PriceCap(Measure):
    """A cap on what sellers receive from buyers who use the services of a coalition, as for oil in 2022."""

    kind: ClassVar[str] = "price_cap"
    size: ClassVar[str | None] = "fall"

    goods: Names = Field(description="sectors and goods lists whose price is capped")
    sellers: Names = Field(description="whose exports are capped: countries or blocs")
    by: Names = Field(description="who applies the cap to what it buys: countries or blocs")
    buyers: Names = Field((), description="others who buy under the cap, since they use services of `by`")
    fall: Annotated[float, BeforeValidator(_FALL.read)] | None = Field(
        None, description="how far the cap lies below the base price, above 0 and below 100 %"
    )
    level: Annotated[UnitPrice, BeforeValidator(UnitPrice.read)] | None = Field(
        None,
        description="instead of fall: the cap as a share of the base price (70 %), or a price (60 USD a barrel)",
    )
    rent: RentSide = Field(
        "buyer", description="who keeps the difference: buyer, seller, or an economy by name"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        check_distinct(self.kind, self.sellers, self.by, field="by")
        check_distinct(self.kind, self.sellers, self.buyers, field="buyers")
        if (self.fall is None) == (self.level is None):
            both = self.fall is not None
            raise Complaint(
                "CV106" if both else "CV105",
                "a price cap is either a fall or a level",
                found="both fall and level" if both else "neither fall nor level",
                expected="fall (30 %), or level (70 %, or 60 USD a barrel)",
                next_step="Keep one of them." if both else "Add one, such as `fall: 30 %`.",
                field=("level",) if both else ("fall",),
            )
        return self

    @property
    def size_value(self) -> float | None:
        return self.fall

    @property
    def size_limit(self) -> float:
        return 0.9

    def phased(self, share: float) -> Self:
        """The cap as far as it is phased in: how far it lies below the base price grows, see `limiting`."""
        return self

    def _sentence(self, namer: Namer) -> str:
        under = f" and what {namer.economies(self.buyers)} buys under its services" if self.buyers else ""
        cap = (
            f"at {percent_words(self.fall)} below the base price"
            if self.fall is not None
            else f"at {self.level.words if self.level else ''}"
        )
        who = f"{namer.economies(self.by)} {verb('caps', self.by)}"
        goods, sellers = namer.goods(self.goods), namer.economies(self.sellers)
        keeps = "" if self.rent == "buyer" else f"; the difference goes to {_side(self.rent, namer)}"
        return f"{who} the price of {goods} from {sellers}{under} {cap}{keeps}"


class _QuantityMeasure(Measure):
    """A quantity a year that a seller sells to a buyer, all economies and goods of the measure together."""

    size: ClassVar[str | None] = "volume"

    goods: Names = Field(description="sectors and goods lists, whose quantities add up")
    seller: Names = Field(description="who sells: countries or blocs")
    buyer: Names = Field(description="who buys: countries or blocs")
    volume: Annotated[Volume, BeforeValidator(Volume.read)] = Field(
        description="a year: physical (38 bcm, 10 million t), money of the base year (5 billion USD), or a share of "
        "the base year (90 %)"
    )

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        check_distinct(self.kind, self.seller, self.buyer, field="buyer")
        return self

    @property
    def size_value(self) -> float:
        return self.volume.value

    @property
    def size_unit(self) -> str:
        return self.volume.unit

    @property
    def size_limit(self) -> float:
        return _LARGEST if self.volume.unit == "share" else _LARGEST * self.volume.value

    def with_size(self, value: float) -> Self:
        """The same with another volume, in `size_unit`."""
        return self.with_fields(volume=Volume(value, self.volume.unit).written)

    def phased(self, share: float) -> Self:
        """As far as it is phased in: the limit moves from the base year's quantity to the volume, see `limiting`."""
        return self

    def with_fields(self, **fields: Any) -> Self:
        return super().with_fields(**{"volume": self.volume.written, **fields})

    def _trade(self, namer: Namer) -> str:
        sides = f"from {namer.economies(self.seller)} to {namer.economies(self.buyer)}"
        return f"{namer.goods(self.goods)} {sides}"


class Quota(_QuantityMeasure):
    """A limit on a quantity of trade: a pipeline's capacity, a production cut, licences up to a volume."""

    kind: ClassVar[str] = "quota"

    rent: RentSide = Field(
        "buyer", description="who has the rent of scarcity: buyer, seller, or an economy by name"
    )

    def phased(self, share: float) -> Self:
        """As far as it is phased in; a quota of nothing is on its way there as a share of the base year."""
        unfinished = share < 1 and self.volume.value == 0
        return self.with_fields(volume=percent_text(1 - share)) if unfinished else self

    def _sentence(self, namer: Namer) -> str:
        keeps = "" if self.rent == "buyer" else f"; the rent goes to {_side(self.rent, namer)}"
        return f"trade in {self._trade(namer)} may not exceed {self.volume.words}{keeps}"


class Contract(_QuantityMeasure):
    """A guaranteed quantity of trade, at whatever discount it takes to have it bought."""

    kind: ClassVar[str] = "contract"

    rent: RentSide = Field(
        "seller", description="who pays the discount it takes: seller, buyer, or an economy by name"
    )

    def _sentence(self, namer: Namer) -> str:
        pays = "" if self.rent == "seller" else f"; {_side(self.rent, namer)} pays what it takes"
        return f"a contract guarantees {self.volume.words} of {self._trade(namer)}{pays}"


LIMITED = (PriceCap, Quota, Contract)
Limited = PriceCap | Quota | Contract


def _side(rent: str, namer: Namer) -> str:
    return f"the {rent}" if rent in SIDES else namer.economies((rent,))
