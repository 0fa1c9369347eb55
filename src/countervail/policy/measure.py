"""What every measure shares: goods, name, source, dates, sides, size, and how it is said in a sentence."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Protocol, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from countervail.policy.complaint import Complaint, complaint_of, kind_of, path_text, quoted
from countervail.policy.dates import Date, Period
from countervail.policy.naming import StandardNamer
from countervail.policy.sizes import Amount, percent_text
from countervail.policy.volume import UnitPrice, Volume


class Namer(Protocol):
    """Says economies and goods the way people do; `countervail.policy.naming` has the usual one."""

    def economies(self, tokens: Sequence[str]) -> str:
        """Countries and blocs, as written in a scenario, by their names."""

    def goods(self, tokens: Sequence[str]) -> str:
        """Sectors and goods lists, as written in a scenario, by their names."""


def read_names(value: Any) -> tuple[str, ...]:
    """One name or a list of names as a tuple; whole numbers are taken as codes.

    Raises:
        Complaint: an empty list or name (CV117), something that is no name (CV106).
    """
    items = (
        list(value)
        if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str)
        else [value]
    )
    if not items or any(isinstance(item, str) and not item.strip() for item in items):
        raise Complaint(
            "CV117",
            "an empty list where at least one name is needed",
            found=kind_of(value),
            expected="a name, or a list of names such as [EU27, GBR]",
            next_step="Name at least one, or leave the field out to take its default.",
        )
    names = []
    for item in items:
        if isinstance(item, bool) or not isinstance(item, str | int):
            raise Complaint(
                "CV106",
                "not a name",
                found=kind_of(item),
                expected="a name or code, or a list of them such as [EU27, GBR]",
                next_step="Write one name, or a flat list of names in square brackets.",
            )
        names.append(read_text(item))
    return tuple(names)


def read_text(value: Any) -> str:
    """A line of text; numbers are taken as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
        raise Complaint(
            "CV106", "not a text", found=kind_of(value), expected="some text", next_step="Write it in quotes."
        )
    text = " ".join(str(value).split())
    hidden = next((sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs")), None)
    if hidden is not None:
        raise Complaint(
            "CV106",
            "a text with a control character",
            found=ascii(text),
            expected="letters, digits, signs and spaces",
            next_step=f"Take {hidden!a} out.",
        )
    return text


Names = Annotated[tuple[str, ...], BeforeValidator(read_names)]
Text = Annotated[str, BeforeValidator(read_text)]

ALL_GOODS = ("all",)


class Measure(BaseModel, ABC):
    """One thing that somebody does, or that happens: the unit of every scenario and of the ledger.

    Measures are frozen. Build them with keywords; a value that makes no sense raises a ScenarioError that
    says what to write instead.

    Class attributes:
        kind: the key in a scenario file.
        size: the field that break-even searches vary, None where there is none.
        quantified: False where the model has no channel for the measure, so that it is recorded only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    size: ClassVar[str | None] = None
    quantified: ClassVar[bool] = True

    goods: Names = Field(ALL_GOODS, description="sectors and goods lists")
    name: Text | None = Field(None, description="a name, to be referred to and shown; must be unique")
    source: Text | None = Field(None, description="where scope and numbers come from, or the word assumption")
    in_force: bool = Field(
        False,
        description="true if the base year's flows already carry it; it is then valued by taking it away",
    )
    start: Date | None = Field(None, description="month or day on which it begins, such as 2022-03")
    full_by: Date | None = Field(None, description="month or day from which it acts in full; grows linearly")
    end: Date | None = Field(None, description="last month or day on which it acts")
    when: Text | None = Field(None, description="the name of another measure, without which it does not act")

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            complaint = complaint_of(error, type(self), self.kind)
            raise complaint.error(path_text((self.kind, *complaint.field))) from None

    @model_validator(mode="after")
    def _name_is_usable(self) -> Self:
        if self.name is not None and (self.name.isdecimal() or self.name == "sanctions"):
            raise Complaint(
                "CV106",
                "a measure cannot be called this",
                found=quoted(self.name),
                expected="a name that is neither a number nor the word sanctions",
                next_step="Numbers are positions and `sanctions` is the whole list; pick a telling name.",
                field=("name",),
            )
        return self

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> Self:
        if self.dated:
            Period.of(self.start, self.full_by, self.end)
        return self

    # When it acts -------------------------------------------------------------------------------------------

    @property
    def dated(self) -> bool:
        """Whether it has a date."""
        return (self.start, self.full_by, self.end) != (None, None, None)

    @property
    def period(self) -> Period:
        """When it acts; always, where it has no dates."""
        return Period.of(self.start, self.full_by, self.end)

    def phased(self, share: float) -> Self:
        """The measure as far as it is phased in: its size, or what it bans, times `share`.

        Arguments:
            share: above 0, at most 1.
        """
        value = self.size_value
        return self if share == 1 or value is None else self.with_size(value * share)

    # What is said -------------------------------------------------------------------------------------------

    def describe(self, namer: Namer | None = None) -> str:
        """One sentence with names and numbers.

        Arguments:
            namer: how economies and goods are called; the standard names by default.

        Example:
            >>> from countervail.policy.measures import Embargo
            >>> Embargo(by="USA", on="RUS", goods="coal", direction="import").describe()
            'The United States bans imports of coal from Russia.'
        """
        sentence = self._sentence(namer or StandardNamer())
        already = " It already stands in the base year." if self.in_force else ""
        return f"{sentence[0].upper()}{sentence[1:]}.{already}"

    @abstractmethod
    def _sentence(self, namer: Namer) -> str:
        """What the measure does, without the final full stop."""

    def to_fields(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as they are written in a scenario file."""
        fields: dict[str, Any] = {}
        known = type(self).model_fields
        for name in (*(own for own in known if own not in Measure.model_fields), *Measure.model_fields):
            value = getattr(self, name)
            if value != known[name].default:
                fields[known[name].alias or name] = _as_written(value)
        return fields

    def to_item(self) -> dict[str, Any]:
        """The measure as an item of a list in a scenario file: `{kind: fields}`."""
        return {self.kind: self.to_fields()}

    # How large it is ----------------------------------------------------------------------------------------

    @property
    def size_value(self) -> float | None:
        """The size that break-even searches vary, in `size_unit`; None where the measure has none."""
        return None if self.size is None else float(getattr(self, self.size))

    @property
    def size_unit(self) -> str:
        """ "share", or "million USD" where the size is an amount of money."""
        return "share"

    @property
    def size_limit(self) -> float:
        """The largest size that makes sense, itself allowed; infinite where only the world sets a limit."""
        return 1.0

    def with_size(self, value: float) -> Self:
        """The same measure with another size.

        Arguments:
            value: in `size_unit`, within the range of the field.

        Raises:
            ScenarioError: the measure has no size, or the value is out of range.
        """
        if self.size is None:
            raise Complaint(
                "CV122",
                f"{self.kind} has no size that could vary",
                next_step="Change its fields instead, with --set or `with_settings`.",
            ).error(self.kind)
        return self.with_fields(**{self.size: percent_text(value)})

    def with_fields(self, **fields: Any) -> Self:
        """A copy with some fields replaced, validated like a new measure."""
        known = type(self).model_fields
        kept = {known[name].alias or name: getattr(self, name) for name in self.model_fields_set}
        kept = {
            name: percent_text(value) if isinstance(value, float) else value for name, value in kept.items()
        }
        kept = {name: value for name, value in kept.items() if name not in fields}
        return type(self)(**kept, **fields)


def _as_written(value: Any) -> Any:
    """A field's value as YAML scalars and lists: percent strings, one name without a list."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return percent_text(value)
    if isinstance(value, Amount | Volume | UnitPrice):
        return value.written
    if isinstance(value, tuple):
        items = [item.to_item() if isinstance(item, Measure) else item for item in value]
        return items[0] if len(items) == 1 and isinstance(items[0], str) else items
    return value


class SidedMeasure(Measure):
    """A measure with sides: `by` senders `on` targets, or `between` parties in both directions.

    `between: [RUS, CHN]` acts on trade between different entries of the list, both ways. An entry may be a
    bloc: trade inside it is left alone, unless the bloc is the only entry, in which case its members are the
    parties.
    """

    by: Names = Field((), description="who takes the measure: countries or blocs")
    on: Names = Field((), description="whom it is on: countries or blocs")
    between: Names = Field((), description="instead of by and on: the parties, both directions")

    @model_validator(mode="after")
    def _one_form_of_sides(self) -> Self:
        check_sides(self.kind, self.by, self.on, self.between)
        return self


def parties_words(between: tuple[str, ...], namer: Namer) -> str:
    """The parties of a measure for a sentence: between several, within one bloc."""
    return f"{'between' if len(between) > 1 else 'within'} {namer.economies(between)}"


def check_sides(kind: str, by: tuple[str, ...], on: tuple[str, ...], between: tuple[str, ...]) -> None:
    """Exactly one of by with on, or between; and no name on both sides.

    Raises:
        Complaint: CV105 where a side is missing, CV106 where both forms are used, CV116 where sides meet.
    """
    if between and (by or on):
        raise Complaint(
            "CV106",
            f"{kind} has two kinds of sides at once",
            found="between together with " + ("by" if by else "on"),
            expected="by and on, or between",
            next_step="Keep one of the two forms.",
            field=("between",),
        )
    if not between and not (by and on):
        raise Complaint(
            "CV105",
            f"{kind} lacks a side",
            found=f"by: {by[0]}" if by else f"on: {on[0]}" if on else "neither by nor on nor between",
            expected="by and on, or between",
            next_step=f"Add '{'on' if by else 'by'}'." if by or on else "Add 'by' and 'on'.",
            field=("on",) if by else ("by",),
        )
    check_distinct(kind, by, on, field="on")
    check_parties(kind, between)


def check_distinct(kind: str, first: tuple[str, ...], second: tuple[str, ...], field: str) -> None:
    """No name on both sides; blocs that contain the other side are found later, when a world is at hand."""
    for name in second:
        if name in first:
            raise Complaint(
                "CV116",
                f"{kind} is a measure on oneself",
                found=f"{name} on both sides",
                expected="two sides without a common member",
                next_step=f"Take {name} out of one side.",
                field=(field,),
            )


def check_parties(kind: str, between: tuple[str, ...]) -> None:
    """No party twice."""
    for place, name in enumerate(between):
        if name in between[:place]:
            raise Complaint(
                "CV116",
                f"{kind} is a measure on oneself",
                found=f"{name} twice among the parties",
                expected="parties that differ",
                next_step=f"Name {name} once, and the other party beside it.",
                field=("between",),
            )


def item_kind(item: Any, known: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    """The kind and the fields of one item of a list of measures, `{kind: {field: value, ...}}`.

    Raises:
        Complaint: CV106 where the item has another form.
    """
    example = "one measure, such as `embargo: {by: USA, on: RUS, goods: coal}`"
    if not isinstance(item, Mapping) or len(item) != 1:
        found = kind_of(item)
        if isinstance(item, Mapping):
            keys = [str(key) for key in item]
            found = f"the fields {', '.join(keys[:6])} side by side" if keys else "an empty mapping"
            if keys and keys[0] in known and len(keys) > 1 and item[keys[0]] is None:
                found += f" (the fields of {keys[0]} are not indented under it)"
        raise Complaint(
            "CV106",
            "an item of the list is not a measure",
            found=found,
            expected=example,
            next_step="Write one kind of measure an item, with its fields in braces or indented below it.",
        )
    ((kind, fields),) = item.items()
    if not isinstance(fields, Mapping):
        raise Complaint(
            "CV106",
            f"'{kind}' has no fields",
            found=kind_of(fields),
            expected=example,
            next_step="Put its fields in braces after the colon, or indented below it.",
        )
    return str(kind), fields
