"""What is wrong with one field of a scenario, before and after its file and line are known.

Inside the room a problem is a `Complaint`: a code, five short texts and the path of the field, relative to
whatever is being read. It becomes a `FieldError` (a ScenarioError that remembers its field) where a measure
or a scenario is built in Python, and a ScenarioError with file and line where a scenario came from a file.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from countervail.errors import ScenarioError
from countervail.words import listing

FieldPath = tuple[str | int, ...]


class Complaint(ValueError):
    """One problem of one field.

    Arguments:
        code: "CV1xx", see docs/errors.md.
        what: one sentence without the final full stop.
        found, expected: as a person would say them.
        next_step: what to do about it, a full sentence.
        field: path of the field, relative to what is being read.
    """

    def __init__(
        self,
        code: str,
        what: str,
        found: str = "",
        expected: str = "",
        next_step: str = "",
        field: FieldPath = (),
    ) -> None:
        super().__init__(code, what, found, expected, next_step, field)
        self.code, self.what, self.found = code, what, found
        self.expected, self.next_step, self.field = expected, next_step, field

    def __str__(self) -> str:
        return f"{self.code} {self.what}"

    def under(self, *prefix: str | int) -> Complaint:
        """The same complaint seen from further out."""
        path = (*prefix, *self.field)
        return Complaint(self.code, self.what, self.found, self.expected, self.next_step, path)

    def error(self, where: str) -> FieldError:
        """The complaint as an error that a user can read."""
        error = FieldError(
            self.code,
            self.what,
            where=where,
            found=self.found,
            expected=self.expected,
            next_step=self.next_step,
        )
        error.field = self.field
        return error


class FieldError(ScenarioError):
    """A ScenarioError that remembers its field, so that a file and a line can still be added."""

    field: FieldPath = ()

    def complaint(self) -> Complaint:
        """Back to a complaint, to be located by whoever knows more."""
        return Complaint(self.code, self.what, self.found, self.expected, self.next_step, self.field)


@dataclass(frozen=True)
class Origin:
    """Where a scenario came from: its file, if any, and the line of each field in it.

    Arguments:
        source: path or name as shown to people.
        lines: line (from 1) by field path.
        note: settings that were changed after reading.
        files: of a scenario made of several files, the file by field path, where it is not `source`.
    """

    source: str = "scenario"
    lines: Mapping[FieldPath, int] = field(default_factory=dict)
    note: str = ""
    files: Mapping[FieldPath, str] = field(default_factory=dict)

    def where(self, path: FieldPath) -> str:
        """`file.yaml:12, sanctions[1].goods`, with the line of the nearest field around it that has one."""
        known = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        file = self.source if known is None else self.files.get(known, self.source)
        head = file if known is None else f"{file}:{self.lines[known]}"
        head += f" (with {self.note})" if self.note else ""
        return f"{head}, {path_text(path)}" if path else head


@contextmanager
def located(origin: Origin, *prefix: str | int) -> Iterator[None]:
    """Turn every complaint raised inside into an error with file, line and field."""
    try:
        yield
    except FieldError as error:
        complaint = error.complaint().under(*prefix)
        raise complaint.error(origin.where(complaint.field)) from None
    except Complaint as problem:
        complaint = problem.under(*prefix)
        raise complaint.error(origin.where(complaint.field)) from None


def path_text(path: FieldPath) -> str:
    """A field path as people write it.

    Example:
        >>> path_text(("sanctions", 1, "goods"))
        'sanctions[1].goods'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def quoted(value: object) -> str:
    """A value as it is quoted in a message, cut where it is long."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def nearest(word: str, candidates: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The candidates closest to a word, best first, without regard to upper and lower case.

    Example:
        >>> nearest("Rusia", ["Russia", "Peru", "Tunisia"], most=1)
        ('Russia',)
    """
    by_lower: dict[str, str] = {}
    for candidate in candidates:
        by_lower.setdefault(candidate.lower(), candidate)
    if len(word) > 100:  # no name is that long, and the comparison takes time that grows with the square
        return ()
    return tuple(by_lower[m] for m in difflib.get_close_matches(word.lower(), by_lower, n=most, cutoff=0.6))


def did_you_mean(word: str, candidates: Iterable[str], otherwise: str) -> str:
    """The next step after an unknown name: the nearest ones, or what to do where none is near.

    Example:
        >>> did_you_mean("embrago", ["embargo", "tariff"], "See the list.")
        "Did you mean 'embargo'?"
    """
    close = nearest(word, candidates)
    if not close:
        return otherwise
    names = [repr(name) for name in close]
    return f"Did you mean {names[0] if len(names) == 1 else ', '.join(names[:-1]) + ' or ' + names[-1]}?"


def complaint_of(error: ValidationError, model: type[BaseModel], what: str) -> Complaint:
    """The first problem of a pydantic validation, in our words.

    Arguments:
        error: what pydantic raised.
        model: the class that was being built, for its field names.
        what: the kind of thing, "embargo".
    """
    problem = error.errors()[0]
    path: FieldPath = tuple(problem["loc"])
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, Complaint):
        return cause.under(*path)
    name = str(path[0]) if path else ""
    fields = field_names(model)
    match problem["type"]:
        case "extra_forbidden":
            known = f"The fields of {what} are {listing(fields, most=30)}."
            return Complaint(
                "CV103",
                f"{what} has no field '{name}'",
                found=f"{name}: {quoted(problem['input'])}",
                expected="one of " + ", ".join(fields),
                next_step=did_you_mean(name, fields, known),
                field=path,
            )
        case "missing":
            return Complaint(
                "CV105",
                f"{what} lacks its field '{name}'",
                found="nothing",
                expected=_description(model, name),
                next_step=f"Add '{name}'. `countervail explain {what}` shows an example.",
                field=path,
            )
        case "literal_error":
            options = str(problem["ctx"]["expected"]).replace("'", "")
            names = options.replace(" or ", ", ").split(", ")
            return Complaint(
                "CV106",
                f"'{name}' of {what} has a value that is not known",
                found=quoted(problem["input"]),
                expected=f"one of {options}",
                next_step=did_you_mean(str(problem["input"]), names, f"Write {options}."),
                field=path,
            )
        case _:
            return Complaint(
                "CV106",
                f"'{name}' of {what} has a value of the wrong kind",
                found=quoted(problem["input"]),
                expected=_description(model, name),
                next_step=f"`countervail explain {what}` shows an example.",
                field=path,
            )


def field_names(model: type[BaseModel]) -> list[str]:
    """The fields of a measure as they are written, which for one of them is not its name in the class."""
    return [entry.alias or name for name, entry in model.model_fields.items()]


def _description(model: type[BaseModel], name: str) -> str:
    texts = {entry.alias or key: entry.description for key, entry in model.model_fields.items()}
    return texts.get(name) or "another value"


def kind_of(value: object) -> str:
    """What a YAML value is, in a person's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()} (yes or no)"
    if isinstance(value, Mapping):
        return "a mapping (name: value)"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"a list of {len(value)}"
    return quoted(value)


def as_mapping(value: Any, what: str, expected: str) -> dict[str, Any]:
    """A mapping with text keys, or a complaint."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise Complaint(
            "CV106",
            f"{what} should be a mapping",
            found=kind_of(value),
            expected=expected,
            next_step="Indent the fields under it, one `name: value` a line.",
        )
    return dict(value)
