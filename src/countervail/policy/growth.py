"""What a side can produce: technology that it gains or loses, investment that it receives or lacks, workers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.measure import Measure, Namer, Names, check_distinct
from countervail.policy.measures import refuse_goods
from countervail.policy.sizes import Range, percent_words

_CHANGE = Range(-1, 10, open_below=True, hint="A fall is negative and less than all of it.")

Change = Annotated[float, BeforeValidator(_CHANGE.read)]

_MOVERS = Range(0, 0.5, hint="It is the share of the origin's workers that leave, at most half.")
_GAIN = Range(0, 10, open_below=True, hint="It is what movers produce against what they produced at home.")
Factor = Literal["all", "labour", "capital"]


class Technology(Measure):
    """Technology gained or lost: productivity in the named goods rises or falls."""

    kind: ClassVar[str] = "technology"
    size: ClassVar[str | None] = "rate"

    by: Names = Field(description="whose producers it is about")
    rate: Change = Field(description="change in productivity; a loss is negative, above -100 %")

    @property
    def size_limit(self) -> float:
        return 10.0

    def _sentence(self, namer: Namer) -> str:
        goods = namer.goods(self.goods)
        gains = "gained raises" if self.rate >= 0 else "lost lowers"
        who = namer.economies(self.by)
        return f"technology {gains} productivity of {who} in {goods} by {percent_words(abs(self.rate))}"


class Investment(Measure):
    """Investment gained or lost: the supply of factors of a whole economy, labour and capital, changes."""

    kind: ClassVar[str] = "investment"
    size: ClassVar[str | None] = "rate"

    by: Names = Field(description="whose supply of factors changes")
    rate: Change = Field(description="change in the supply of the factor; a loss is negative, above -100 %")
    factor: Factor = Field("all", description="all factors, or labour or capital alone")

    @model_validator(mode="after")
    def _no_goods(self) -> Self:
        refuse_goods(
            self,
            "factors move between sectors here, so investment has no goods; technology raises one good's "
            "productivity",
        )
        return self

    @property
    def size_limit(self) -> float:
        return 10.0

    def _sentence(self, namer: Namer) -> str:
        word = "raises" if self.rate >= 0 else "that is missing lowers"
        what = "factors" if self.factor == "all" else self.factor
        return (
            f"investment {word} the supply of {what} in {namer.economies(self.by)} by "
            f"{percent_words(abs(self.rate))}"
        )


class Labour(Measure):
    """Labour cooperation: workers move from some economies to others and take what they can do with them."""

    kind: ClassVar[str] = "labour"
    size: ClassVar[str | None] = "share"

    origin: Names = Field(description="where workers leave")
    destination: Names = Field(
        description="where they arrive, in proportion to value added where there are several"
    )
    share: Annotated[float, BeforeValidator(_MOVERS.read)] = Field(
        description="share of the origin's labour that moves, at most half"
    )
    gain: Annotated[float, BeforeValidator(_GAIN.read)] = Field(
        1.0,
        description="what movers produce at the destination against what they produced at home; 1 is as much",
    )

    @model_validator(mode="after")
    def _two_sides_and_no_goods(self) -> Self:
        check_distinct(self.kind, self.origin, self.destination, field="destination")
        refuse_goods(self, "workers choose their sector, so labour has no goods")
        return self

    @property
    def size_limit(self) -> float:
        return 0.5

    def _sentence(self, namer: Namer) -> str:
        return (
            f"workers move from {namer.economies(self.origin)} to {namer.economies(self.destination)}, "
            f"{percent_words(self.share)} of the origin's labour"
        )
