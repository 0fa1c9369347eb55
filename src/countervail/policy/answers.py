"""Measures whose sides answer: countervailing duties, bypass through third countries, and secondary sanctions."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.complaint import Complaint
from countervail.policy.measure import ALL_GOODS, Measure, Namer, Names, Text, check_distinct, read_text
from countervail.policy.measures import (
    LARGEST,
    CostRise,
    Embargo,
    Friction,
    Leakage,
    possessive,
    refuse_goods,
    verb,
)
from countervail.policy.sizes import Range, percent_text, percent_words
from countervail.policy.volume import Volume

_MARKUP = Range(0, LARGEST, hint="It is what the hub adds to the price, at least 0.")
_DETOUR = Range(
    1, LARGEST + 1, hint="It is the cost of the way round over that of the direct way, at least 100 %."
)


class Duty(Measure):
    """A countervailing duty: the rate that restores the price at home, or the output of the injured producers."""

    kind: ClassVar[str] = "duty"

    goods: Names = Field(description="goods sectors and goods lists, each with a duty of its own")
    by: Names = Field(description="the importers, each of which sets a duty of its own unless one is injured")
    on: Names = Field(description="whose exports bear it: countries or blocs")
    restores: Literal["price", "output"] = Field(
        "output", description="what comes back to its base year level: the home price, or home output"
    )
    injured: Annotated[str, BeforeValidator(read_text)] | None = Field(
        None,
        description="the importer where it comes back, at one rate for all importers, as in a customs union",
    )

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        check_distinct(self.kind, self.by, self.on, field="on")
        return self

    def _sentence(self, namer: Namer) -> str:
        goods, on = namer.goods(self.goods), namer.economies(self.on)
        whose = "its" if self.injured is None else possessive(namer.economies((self.injured,)))
        what = f"{whose} home {self.restores}"
        return f"{namer.economies(self.by)} {verb('sets', self.by)} a duty on {goods} from {on} that restores {what}"


class Bypass(Measure):
    """A way around a ban: banned trade runs through third countries, at the cost of both legs and a markup."""

    kind: ClassVar[str] = "bypass"

    ban: Text = Field(description="the name of the embargo or export control that is bypassed")
    through: Names = Field(ALL_GOODS, description="the hubs: countries or blocs, or all third countries")
    markup: Annotated[float, BeforeValidator(_MARKUP.read)] = Field(
        0.0, description="what the hub adds to the price, at least 0; it is the hub's income"
    )
    detour: Annotated[float, BeforeValidator(_DETOUR.read)] | None = Field(
        None,
        description="cost of the way round over the direct way, at least 100 %; by the levels of trade cost otherwise",
    )
    capacity: Annotated[Volume, BeforeValidator(Volume.read)] | None = Field(
        None,
        description="most that each hub passes on: a volume, or a share of what is banned in the base year",
    )

    @model_validator(mode="after")
    def _all_goods_of_the_ban(self) -> Self:
        if self.capacity is not None and self.capacity.value == 0:
            raise Complaint(
                "CV132",
                "a capacity of nothing",
                found=self.capacity.written,
                expected="above 0",
                next_step="Leave the bypass out, or take the hub out of `through`.",
                field=("capacity",),
            )
        refuse_goods(self, "a bypass has the goods of its ban; ban goods apart to bypass some of them")
        return self

    def phased(self, share: float) -> Self:
        """A way round that is not yet open in full is open to a share of the goods, see `detours`."""
        return self

    def _sentence(self, namer: Namer) -> str:
        hubs = "third countries" if self.through == ALL_GOODS else namer.economies(self.through)
        more = f" at a markup of {percent_words(self.markup)}" if self.markup else ""
        limit = f", {self.capacity.words} each at most" if self.capacity is not None else ""
        return f"trade under '{self.ban}' runs through {hubs}{more}{limit}"


class Secondary(Measure):
    """Secondary sanctions: third parties leave the target, or bear costs in their trade with the coalition."""

    kind: ClassVar[str] = "secondary"
    size: ClassVar[str | None] = "friction"

    by: Names = Field(description="the coalition that threatens: countries or blocs")
    on: Names = Field(description="the third parties that have to choose")
    target: Names = Field(description="whom they are to leave")
    friction: CostRise = Field(
        description="rise in the cost of trade between the coalition and those who stay with the target"
    )
    leakage: Leakage = Field(0.0, description="share of the trade with the target that goes on all the same")
    choice: Literal["stated", "larger", "cheaper"] = Field(
        "stated",
        description="stated: all leave but those in defy; larger: each keeps the larger trade partner; cheaper: "
        "whichever costs less, see `countervail secondary`",
    )
    defy: Names = Field((), description="with stated: the third parties that stay with the target")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        check_distinct(self.kind, self.by, self.on, field="on")
        check_distinct(self.kind, self.by, self.target, field="target")
        check_distinct(self.kind, self.on, self.target, field="target")
        if self.defy and self.choice != "stated":
            raise Complaint(
                "CV106",
                "who stays with the target is either stated or follows from a rule",
                found=f"defy together with choice: {self.choice}",
                expected="defy, or choice: larger or cheaper",
                next_step="Keep one of them.",
                field=("defy",),
            )
        return self

    @property
    def size_limit(self) -> float:
        return LARGEST

    def leaving(self, who: tuple[str, ...]) -> Embargo:
        """What those who leave the target do: they trade no more with it, both ways."""
        return Embargo(
            by=who, on=self.target, goods=self.goods, leakage=percent_text(self.leakage), name=self.name
        )

    def staying(self, who: tuple[str, ...]) -> Friction:
        """What those who stay bear: costs on all trade with the coalition."""
        return Friction(
            by=self.by, on=who, rate=percent_text(self.friction), kind="secondary", name=self.name
        )

    def phased(self, share: float) -> Self:
        """Its two halves are phased in each by itself."""
        return self

    def _sentence(self, namer: Namer) -> str:
        rule = {
            "stated": f"{namer.economies(self.defy)} {verb('stays', self.defy)}"
            if self.defy
            else "all leave",
            "larger": "each keeps its larger trade partner",
            "cheaper": "each does what costs it less",
        }[self.choice]
        who, third = namer.economies(self.by), namer.economies(self.on)
        return (
            f"{who} {verb('makes', self.by)} {third} choose: no trade in {namer.goods(self.goods)} with "
            f"{namer.economies(self.target)}, or trade with the coalition {percent_words(self.friction)} dearer; {rule}"
        )


ANSWERS = (Duty, Bypass, Secondary)
