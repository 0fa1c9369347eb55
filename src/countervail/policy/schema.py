"""The JSON Schema of scenario files, made from the measures, so that editors complete and check them.

It is as strict as a schema can be: names of economies and goods are looked up, and measures are set against
each other, only when a scenario meets a world.
"""

from __future__ import annotations

import inspect
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from countervail.policy.dates import read_date
from countervail.policy.explain import explain
from countervail.policy.horizon import PARAMETERS, PRESET
from countervail.policy.measure import Measure, read_names, read_text
from countervail.policy.retaliation import KINDS, Retaliation
from countervail.policy.scenario import LISTS
from countervail.policy.sizes import Amount, Range
from countervail.policy.transport import MODES, read_modes
from countervail.policy.volume import UnitPrice, Volume

Schema = dict[str, Any]

_NAME: Schema = {"type": ["string", "integer"]}
_NAMES: Schema = {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]}
_TEXT: Schema = {"type": ["string", "number"]}
_DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"}
_NUMBER = r"^\s*[-+\u2212]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*"
_LISTS: Schema = {"type": "object", "additionalProperties": _NAMES}


def scenario_schema() -> Schema:
    """The JSON Schema (2020-12) of a scenario file.

    Returns:
        A mapping that `json.dumps` writes; point an editor at it with
        `# yaml-language-server: $schema=scenario.schema.json` in the first line of a scenario.

    Example:
        >>> sorted(scenario_schema()["properties"])[:4]
        ['blocs', 'date', 'extends', 'given']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A countervail scenario",
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {**_TEXT, "description": "a title"},
            "extends": {
                **_NAMES,
                "description": "scenarios of the library, or files, that this one builds on",
            },
            "story": {**_TEXT, "description": "one paragraph; its first sentence says what the scenario is"},
            "sources": {**_NAMES, "description": "where the numbers come from"},
            "world": {"type": "string", "description": "the world it is meant for"},
            "model": _model(),
            "date": {**_DATE, "description": "the day on which it is seen; in full without one"},
            "blocs": {**_LISTS, "description": "own lists of economies, by name"},
            "goods": {**_LISTS, "description": "own lists of sectors, by name"},
            "senders": {**_NAMES, "description": "the side that takes the sanctions"},
            "targets": {**_NAMES, "description": "the side that they are on"},
            **{which: {"$ref": "#/$defs/measures"} for which in LISTS},
        },
        "$defs": {
            "measures": {"type": ["array", "null"], "items": _item(KINDS)},
            **{kind.kind: _measure(kind) for kind in KINDS},
        },
    }


def _model() -> Schema:
    """A preset by name, or an object with the parameters that differ from it."""
    number: Schema = {"type": ["number", "string"]}
    fields = {
        key: {
            **(number | {"type": ["number", "string", "null"]} if entry.optional else number),
            "description": entry.meaning,
        }
        for key, entry in PARAMETERS.items()
    }
    preset: Schema = {"type": "string", "description": "a preset: long_run, medium_run or short_run"}
    changed: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {PRESET: preset, **fields},
    }
    return {"anyOf": [preset, changed], "description": "the model: a preset, or one with other parameters"}


def _item(kinds: tuple[type[Measure], ...]) -> Schema:
    """One measure: an object with exactly one key, its kind."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {kind.kind: {"$ref": f"#/$defs/{kind.kind}"} for kind in kinds},
    }


def _measure(kind: type[Measure]) -> Schema:
    fields = {entry.alias or name: entry for name, entry in kind.model_fields.items()}
    return {
        "type": "object",
        "description": explain(kind.kind).sentence,
        "additionalProperties": False,
        "properties": {name: _field(entry) for name, entry in fields.items()},
        "required": [name for name, entry in fields.items() if entry.is_required()],
    }


def _field(entry: FieldInfo) -> Schema:
    found = _type(entry.annotation, tuple(entry.metadata))
    return {**found, "description": entry.description or ""}


def _type(annotation: Any, metadata: tuple[Any, ...]) -> Schema:
    """What a file may have where a field has this type."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _type(inner, (*more, *metadata))
    reader = next((entry.func for entry in metadata if isinstance(entry, BeforeValidator)), None)
    if reader is not None:
        return _read_by(reader)
    if get_origin(annotation) in (Union, types.UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
        return {"anyOf": [*(_type(option, ()) for option in options), {"type": "null"}]}
    if get_origin(annotation) is Literal:
        return {"enum": list(get_args(annotation))}
    return {"type": "boolean"} if annotation is bool else {}


def _read_by(reader: Any) -> Schema:
    """What one of our readers takes."""
    if reader is read_names:
        return _NAMES
    if reader is read_text:
        return _TEXT
    if reader is read_date:
        return _DATE
    if reader is read_modes:
        mode: Schema = {"enum": list(MODES)}
        return {"anyOf": [mode, {"type": "array", "items": mode, "minItems": 1}]}
    owner = reader.__self__ if inspect.ismethod(reader) else None
    if isinstance(owner, Range):
        return _size(owner)
    if owner is Amount:
        amount = {"type": "string", "pattern": _NUMBER + "(%|(million|billion|trillion) USD)?$"}
        return {"anyOf": [{"type": "number", "minimum": 0}, amount]}
    if owner is Volume:
        quantity = {"type": "string", "pattern": _NUMBER + r"(%|[A-Za-z].*)?$"}
        return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, quantity]}
    if owner is UnitPrice:
        price = {"type": "string", "pattern": _NUMBER + r"(%|USD .*)?$"}
        return {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, price]}
    plain = tuple(kind for kind in KINDS if kind is not Retaliation)
    return {"type": "array", "minItems": 1, "items": _item(plain)}


def _size(limits: Range) -> Schema:
    """A fraction within its limits, or a percentage, whose limits a pattern cannot say."""
    number: Schema = {"type": "number"}
    number["exclusiveMinimum" if limits.open_below else "minimum"] = limits.low
    number["exclusiveMaximum" if limits.open_above and limits.high <= 1 else "maximum"] = min(limits.high, 1)
    return {"anyOf": [number, {"type": "string", "pattern": _NUMBER + "%?$"}]}
