"""Each measure in a sentence: its fields, how it enters the model, an example, and what it leaves out."""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.policy.explain_texts import EQUATIONS, EXAMPLES, LIMITS
from countervail.policy.measure import Measure
from countervail.policy.retaliation import KINDS
from countervail.policy.sizes import percent_text

_WIDTH = 100
_WITHOUT_GOODS = ("transfer", "boycott", "freeze", "investment_stop", "investment", "labour")


@dataclass(frozen=True)
class FieldNote:
    """One field of a measure.

    Arguments:
        name: as it is written. meaning: what it says, with unit and range.
        default: "required" where there is none.
    """

    name: str
    meaning: str
    default: str


@dataclass(frozen=True)
class Explanation:
    """What a measure is.

    Arguments:
        kind: the key in a scenario file. sentence: what it is.
        fields: in the order in which they are written.
        equation: how it enters the model, in the notation of the theory page.
        example: YAML, a list of one or more items. limits: what it leaves out.
    """

    kind: str
    sentence: str
    fields: tuple[FieldNote, ...]
    equation: str
    example: str
    limits: str

    def __str__(self) -> str:
        width = max(len(note.name) for note in self.fields)
        lines = [f"{self.kind}: {self.sentence}", "", "Fields"]
        for note in self.fields:
            text = f"{note.meaning} ({note.default})"
            lines += textwrap.wrap(
                text, _WIDTH, initial_indent=f"  {note.name:<{width}}  ", subsequent_indent=" " * (width + 4)
            )
        for title, text in (("How it enters", self.equation), ("Limits", self.limits)):
            lines += ["", title, *textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")]
        return "\n".join([*lines, "", "Example", textwrap.indent(self.example.rstrip(), "  ")])


def explain(kind: str) -> Explanation:
    """What a measure is, in words, fields, an equation and an example.

    Arguments:
        kind: "embargo" and the like; `measure_kinds` lists them.

    Raises:
        ScenarioError: CV104 for another word.

    Example:
        >>> explain("payments").fields[0].name
        'between'
    """
    by_name = {measure.kind: measure for measure in KINDS}
    if kind not in by_name:
        raise Complaint(
            "CV104",
            f"'{kind}' is not a measure",
            found=kind,
            expected="one of " + ", ".join(by_name),
            next_step=did_you_mean(kind, by_name, "`countervail explain` lists them with a sentence each."),
        ).error("explain")
    return _explanation(by_name[kind])


def measure_kinds() -> list[tuple[str, str]]:
    """All kinds of measure, each with its sentence.

    Example:
        >>> measure_kinds()[0]
        ('embargo', 'A ban on trade, of which a share may leak through.')
    """
    return [(measure.kind, _sentence(measure)) for measure in KINDS]


def _explanation(measure: type[Measure]) -> Explanation:
    known = measure.model_fields
    names = [*(name for name in known if name not in Measure.model_fields), *Measure.model_fields]
    notes = tuple(_note(name, known[name]) for name in names if not _unused(measure, name))
    return Explanation(
        measure.kind,
        _sentence(measure),
        notes,
        EQUATIONS[measure.kind],
        EXAMPLES[measure.kind],
        LIMITS[measure.kind],
    )


def _unused(measure: type[Measure], name: str) -> bool:
    """Money and gestures have no goods, though every measure has the field."""
    return name == "goods" and measure.kind in _WITHOUT_GOODS


def _sentence(measure: type[Measure]) -> str:
    return " ".join((inspect.getdoc(measure) or "").partition("\n\n")[0].split())


def _note(name: str, entry: FieldInfo) -> FieldNote:
    return FieldNote(entry.alias or name, entry.description or "", _default(entry))


def _default(entry: FieldInfo) -> str:
    if entry.is_required():
        return "required"
    value: Any = entry.default
    if value is None or value == ():
        return "none by default"
    if isinstance(value, bool):
        return f"{str(value).lower()} by default"
    if isinstance(value, float):
        return f"{percent_text(value)} by default"
    return f"{', '.join(value) if isinstance(value, tuple) else value} by default"
