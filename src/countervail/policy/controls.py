"""Export controls on technology, with their reach to what third countries make of it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.exemption import Exemptible
from countervail.policy.measure import Namer, Names, check_distinct
from countervail.policy.measures import Leakage, verb
from countervail.policy.sizes import Range, percent_text, percent_words

_CONTENT = Range(
    0,
    1,
    open_below=True,
    hint="It is the share of coalition value added from which on a foreign good is covered; leave it out to "
    "cover none.",
)

Content = Annotated[float, BeforeValidator(_CONTENT.read)]


class ExportControl(Exemptible):
    """A ban on exports of the coalition `by` to `on`, and of third countries' goods that hold enough of it."""

    kind: ClassVar[str] = "export_control"
    spares_uses: ClassVar[bool] = False

    by: Names = Field(description="the coalition whose goods and inputs are controlled")
    on: Names = Field(description="whom they may not reach")
    leakage: Leakage = Field(
        0.0, description="share that slips through at given costs: 0 is a full ban, below 100 %"
    )
    content: Content | None = Field(
        None,
        description="third countries' goods with at least this share of coalition value added are covered",
    )

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        check_distinct(self.kind, self.by, self.on, field="on")
        return self

    def phased(self, share: float) -> Self:
        """The control as far as it is phased in: leakage 1 - (1 - leakage) share."""
        return self if share == 1 else self.with_fields(leakage=percent_text(1 - (1 - self.leakage) * share))

    def _sentence(self, namer: Namer) -> str:
        goods, on = namer.goods(self.goods), namer.economies(self.on)
        reach = (
            ""
            if self.content is None
            else f", and third countries' goods of which it made {percent_words(self.content)} or more"
        )
        leak = f"; {percent_words(self.leakage)} leaks through" if self.leakage else ""
        what = f"{namer.economies(self.by)} {verb('keeps', self.by)} exports of {goods} from {on}{reach}"
        return f"{what}{self._spared(namer)}{leak}"
