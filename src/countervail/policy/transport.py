"""Transport: shipping bans, closed air space and borders, dearer carriage, and routes that open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.complaint import Complaint, did_you_mean, kind_of
from countervail.policy.exemption import Exemptible
from countervail.policy.measure import Namer, Names, check_parties, check_sides, parties_words
from countervail.policy.measures import CostRise, Direction, Leakage, flow_words, possessive
from countervail.policy.responses import PartiesMeasure, Saving
from countervail.policy.sizes import Range, percent_text, percent_words
from countervail.words import listing

MODES = ("sea", "air", "land")
_PART = Range(0, 1, open_below=True, hint="It is the share of the trade that goes by this mode.")


def read_modes(value: Any) -> tuple[str, ...]:
    """One mode or several, each once, in the order sea, air, land.

    Raises:
        Complaint: CV106 where one is not known, CV117 where there is none.
    """
    items = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not items:
        raise Complaint(
            "CV117", "no mode of transport", found="an empty list", next_step="Name sea, air or land."
        )
    for item in items:
        if item not in MODES:
            raise Complaint(
                "CV106",
                "a mode of transport that is not known",
                found=kind_of(item),
                expected="sea, air or land, or a list of them",
                next_step=did_you_mean(str(item), MODES, "Land is road, rail and pipeline."),
            )
    return tuple(mode for mode in MODES if mode in items)


Modes = Annotated[tuple[str, ...], BeforeValidator(read_modes)]
Part = Annotated[float, BeforeValidator(_PART.read)]


class Transport(Exemptible):
    """A way of transport that is closed or becomes dearer: ports, air space, borders, insurance of ships.

    It falls on the trade of `by` with `on`, on trade `between` parties, or on all trade of those it is `on`
    (a blockade). Only the share of trade that goes by the mode bears it, and goods alone.
    """

    kind: ClassVar[str] = "transport"
    spares_uses: ClassVar[bool] = False

    mode: Modes = Field(description="sea, air or land (road, rail and pipeline), or a list of them")
    rate: CostRise | None = Field(
        None, description="rise in the cost of trade by this mode, share of the value shipped, at least 0"
    )
    closed: bool = Field(False, description="instead of rate: true where nothing may go by this mode")
    leakage: Leakage = Field(0.0, description="with closed: share that slips through at given costs")
    by: Names = Field((), description="who takes the measure: countries or blocs")
    on: Names = Field((), description="whom it is on; without by, all their trade")
    between: Names = Field((), description="instead of by and on: the parties, both directions")
    direction: Direction = Field("both", description="import, export or both, as seen from `by`")
    share: Part | None = Field(
        None, description="share of the trade that goes by these modes, where it is known; by rule otherwise"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.by or self.between or not self.on:
            check_sides(self.kind, self.by, self.on, self.between)
        check_parties(self.kind, self.on if not self.by else ())
        if self.closed == (self.rate is not None):
            raise Complaint(
                "CV106" if self.closed else "CV105",
                "a way of transport either is closed or becomes dearer",
                found="both closed and rate" if self.closed else "neither closed nor rate",
                expected="closed: true, or rate (the rise in the cost of trade)",
                next_step="Keep one of them." if self.closed else "Add one of them.",
                field=("rate",),
            )
        if not self.closed and self.leakage:
            raise Complaint(
                "CV106",
                "leakage belongs to what is closed",
                found=f"leakage: {percent_text(self.leakage)} with a rate",
                next_step="Take leakage out; a licence lets a share go free.",
                field=("leakage",),
            )
        if not self.by and self.direction != "both":
            raise Complaint(
                "CV106",
                "a direction is seen from by, and there is none",
                found=f"direction: {self.direction}",
                next_step="Take direction out, or name `by`.",
                field=("direction",),
            )
        return self

    def phased(self, share: float) -> Self:
        """The measure as far as it is phased in: a part of the rate, or of what is closed."""
        if share == 1:
            return self
        if self.rate is not None:
            return self.with_fields(rate=percent_text(self.rate * share))
        return self.with_fields(leakage=percent_text(1 - (1 - self.leakage) * share))

    def _sentence(self, namer: Namer) -> str:
        goods = "goods" if self.goods == ("all",) else namer.goods(self.goods)
        if self.between:
            what = f"trade in {goods} {parties_words(self.between, namer)}"
        elif self.by:
            owner = possessive(namer.economies(self.by))
            what = f"{owner} {flow_words(self.direction, goods, namer.economies(self.on))}"
        else:
            what = f"all trade in {goods} of {namer.economies(self.on)}"
        way = listing(self.mode, most=3)
        if self.rate is not None:
            return f"{what} becomes {percent_words(self.rate)} dearer by {way}{self._spared(namer)}"
        leak = f"; {percent_words(self.leakage)} leaks through" if self.leakage else ""
        return f"{what} may not go by {way}{self._spared(namer)}{leak}"


class Route(PartiesMeasure):
    """A transport corridor that opens or improves: trade by one mode becomes cheaper between the parties."""

    kind: ClassVar[str] = "route"
    size: ClassVar[str | None] = "saving"

    mode: Modes = Field(description="sea, air or land (road, rail and pipeline), or a list of them")
    saving: Saving = Field(description="fall in the cost of trade by this mode, share of the value shipped")
    share: Part | None = Field(
        None, description="share of the trade that goes by these modes, where it is known; by rule otherwise"
    )

    @property
    def size_limit(self) -> float:
        return 0.9

    def _sentence(self, namer: Namer) -> str:
        goods = "goods" if self.goods == ("all",) else namer.goods(self.goods)
        where = f"{goods} {parties_words(self.between, namer)}"
        return (
            f"trade in {where} becomes {percent_words(self.saving)} cheaper by {listing(self.mode, most=3)}"
        )
