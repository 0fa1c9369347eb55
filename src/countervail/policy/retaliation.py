"""Retaliation, and with it the list of all kinds of measure, since it may hold any of the others."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from countervail.policy.answers import ANSWERS
from countervail.policy.complaint import Complaint, FieldError, did_you_mean, kind_of
from countervail.policy.controls import ExportControl
from countervail.policy.finance import Exclusion, Freeze, InvestmentStop
from countervail.policy.growth import Investment, Labour, Technology
from countervail.policy.limited import LIMITED
from countervail.policy.measure import Measure, Namer, Names, Text, item_kind
from countervail.policy.measures import (
    Boycott,
    Disruption,
    Embargo,
    Friction,
    Subsidy,
    Tariff,
    Transfer,
    verb,
)
from countervail.policy.responses import Agreement, Corridor, Payments, Restoration, Substitution
from countervail.policy.transport import Route, Transport

_PLAIN: tuple[type[Measure], ...] = (
    Embargo,
    Friction,
    Tariff,
    Subsidy,
    Transfer,
    Corridor,
    Agreement,
    Payments,
    Substitution,
    Disruption,
    Restoration,
    Boycott,
    ExportControl,
    Transport,
    Route,
    Exclusion,
    Freeze,
    InvestmentStop,
    Technology,
    Investment,
    Labour,
    *LIMITED,
    *ANSWERS,
)

# Words people will look for that this version has no measure for, and what to write meanwhile.
_LATER = {
    "insurance": "The field insurance of an agreement removes insurance frictions.",
    "sanction": "Say which: embargo, friction or tariff.",
    "ban": "Write embargo.",
}


def read_measure(item: Any, kinds: tuple[type[Measure], ...]) -> Measure:
    """One item of a list of measures: a measure already, or `{kind: {field: value, ...}}`.

    Raises:
        Complaint: the item has no such form, or its kind is not known (CV104).
        FieldError: a field of it is wrong.
    """
    if isinstance(item, Measure):
        if not isinstance(item, kinds):
            raise Complaint(
                "CV104",
                f"a {item.kind} cannot stand here",
                found=item.kind,
                next_step="Put it into a list of its own.",
            )
        return item
    by_name = {kind.kind: kind for kind in kinds}
    name, fields = item_kind(item, list(by_name))
    if name not in by_name:
        known = f"{_LATER.get(name, '')} `countervail explain` lists the measures.".strip()
        raise Complaint(
            "CV104",
            f"'{name}' is not a measure" + (" of this version" if name in _LATER else ""),
            found=name,
            expected="one of " + ", ".join(by_name),
            next_step=known if name in _LATER else did_you_mean(name, by_name, known),
        )
    if not all(isinstance(field, str) for field in fields):
        field = next(field for field in fields if not isinstance(field, str))
        raise Complaint(
            "CV103", f"{name} has no field '{field}'", found=str(field), next_step="Field names are words."
        )
    return by_name[name](**fields)


def read_measures(items: Any, kinds: tuple[type[Measure], ...]) -> tuple[Measure, ...]:
    """A list of measures, as a tuple.

    Raises:
        Complaint: the list is none, or the item at fault with its position as field.
    """
    if isinstance(items, str) or not isinstance(items, list | tuple):
        raise Complaint(
            "CV106",
            "not a list of measures",
            found=kind_of(items),
            expected="a list, one measure an item",
            next_step="Begin each measure with a dash, such as `- embargo: {by: USA, on: RUS}`.",
        )
    measures = []
    for place, item in enumerate(items):
        try:
            measures.append(read_measure(item, kinds))
        except FieldError as error:
            raise error.complaint().under(place) from None
        except Complaint as complaint:
            raise complaint.under(place) from None
    return tuple(measures)


def _read_nested(items: Any) -> tuple[Measure, ...]:
    measures = read_measures(items, _PLAIN)
    if not measures:
        raise Complaint(
            "CV117", "a retaliation that holds no measure", found="an empty list", next_step="Add one."
        )
    return measures


class Retaliation(Measure):
    """An answer in kind: it mirrors sanctions with the sides exchanged, or holds measures of its own.

    `of` is the name of a measure, the word sanctions, or a side (a country or a bloc). Mirrored are
    embargoes, export controls, exclusions, frictions and tariffs with `by` and `on`: whoever they are on takes the same
    measure against whoever took it, with the same goods, exemptions, direction, rate and leakage (an export
    control without its reach to third countries). Under `of: sanctions` only what the
    scenario's senders did is mirrored, so that third parties whose banks merely grow careful are not hit;
    under a side, only what its members did.
    """

    kind: ClassVar[str] = "retaliation"

    goods: Names = Field((), description="other goods than the mirrored measure's; those by default")
    of: Text | None = Field(
        None, description="what is mirrored: a measure's name, the word sanctions, or a side"
    )
    by: Names = Field((), description="who answers; by default those the mirrored measure is on")
    measures: Annotated[tuple[SerializeAsAny[Measure], ...], BeforeValidator(_read_nested)] = Field(
        (), description="instead of `of`: any measures, which count as one"
    )

    @model_validator(mode="after")
    def _mirror_or_own(self) -> Self:
        if (self.of is None) == (not self.measures):
            both = self.of is not None
            raise Complaint(
                "CV106" if both else "CV105",
                "a retaliation either mirrors something or holds measures",
                found="both of and measures" if both else "neither of nor measures",
                expected="of (what is mirrored) or measures (a list)",
                next_step="Keep one of them." if both else "Add one, such as `of: sanctions`.",
                field=("measures",) if both else ("of",),
            )
        for place, held in enumerate(self.measures):
            if held.when is not None:
                raise Complaint(
                    "CV106",
                    "a measure that a retaliation holds has no condition of its own",
                    found=f"when: {held.when}",
                    next_step="Put the condition on the retaliation.",
                    field=("measures", place, "when"),
                )
        if self.measures and (self.by or self.goods):
            name = "by" if self.by else "goods"
            raise Complaint(
                "CV106",
                f"a retaliation that holds measures has no field '{name}' of its own",
                found=f"{name}: {', '.join(getattr(self, name))}",
                next_step=f"Move '{name}' into the measures it holds.",
                field=(name,),
            )
        return self

    def _sentence(self, namer: Namer) -> str:
        if self.measures:
            inner = [measure.describe(namer).rstrip(".") for measure in self.measures]
            return "retaliation: " + "; ".join(inner)
        who = namer.economies(self.by) if self.by else "whoever was hit"
        goods = f" for {namer.goods(self.goods)}" if self.goods else ""
        what = "the sanctions" if self.of == "sanctions" else self.of
        answer = verb("answers", self.by or ("one",))
        return f"retaliation: {who} {answer} {what} in kind{goods}"


KINDS: tuple[type[Measure], ...] = (*_PLAIN, Retaliation)
