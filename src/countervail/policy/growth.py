"""What a side can produce: technology that it gains or loses, investment that it receives or lacks."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.measure import Measure, Namer, Names
from countervail.policy.measures import refuse_goods
from countervail.policy.sizes import Range, percent_words

_CHANGE = Range(-1, 10, open_below=True, hint="A fall is negative and less than all of it.")

Change = Annotated[float, BeforeValidator(_CHANGE.read)]


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
    rate: Change = Field(
        description="change in the supply of all factors; a rise of capital alone counts with capital's share of "
        "value added"
    )

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
        return (
            f"investment {word} the supply of factors in {namer.economies(self.by)} by "
            f"{percent_words(abs(self.rate))}"
        )
