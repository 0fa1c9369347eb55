"""Scenarios made of several files: `extends`, and lists of files.

Every file counts once, those it extends before it. Lists of measures are put one after the other, and a
measure with the name of an earlier one of the same list takes its place. Sources are put together, and so are
blocs and goods lists, where the later of two with one name holds. Of all other fields the latest holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from countervail.policy.complaint import Complaint, FieldPath, Origin, as_mapping, kind_of, located
from countervail.policy.document import UnreadableText, read_yaml
from countervail.policy.shelf import text_of

LISTS = ("given", "sanctions", "responses")
TOGETHER = ("blocs", "goods")


@dataclass(frozen=True)
class Document:
    """One file of a scenario, without `extends`.

    Arguments:
        data: its fields. origin: its name and the line of each field.
    """

    data: dict[str, Any]
    origin: Origin


def read_document(text: str, path: str) -> Document:
    """The data of one file.

    Raises:
        ScenarioError: CV102 with its line, or CV106 where it is no mapping.
    """
    try:
        data, lines = read_yaml(text)
    except UnreadableText as problem:
        raise problem.error(f"{path}:{problem.line}" if problem.line else path) from None
    return as_document(data, Origin(path, lines))


def as_document(data: Any, origin: Origin) -> Document:
    """Plain data with text keys.

    Raises:
        ScenarioError: CV106 where it is no mapping.
    """
    with located(origin):
        return Document(as_mapping(data, "a scenario", "fields such as name, story and sanctions"), origin)


def composed(documents: Sequence[Document]) -> Document:
    """Several files, and all they extend, as one.

    Arguments:
        documents: as they were read; later ones build on earlier ones.

    Raises:
        ScenarioError: a file that is not there (CV101) or no YAML (CV102), files that extend each other (CV127).
    """
    order: list[tuple[str, Document]] = []
    for document in documents:
        _collect(document, _identity(document.origin.source), (), order)
    asked = [_identity(document.origin.source) for document in documents]
    merged = order[0][1]
    for _, document in order[1:]:
        merged = _merged(merged, document)
    for key, joint in (("name", " + "), ("story", " ")):
        said = [document.data[key] for name, document in order if name in asked and key in document.data]
        if len(said) > 1 and all(isinstance(text, str) for text in said):
            merged.data[key] = joint.join(text.strip() for text in said)
    return merged


def _collect(
    document: Document, identity: str, trail: tuple[str, ...], order: list[tuple[str, Document]]
) -> None:
    """Put a file behind all those it extends, each once."""
    if any(known == identity for known, _ in order):
        return
    data = dict(document.data)
    bases = data.pop("extends", None)
    with located(document.origin):
        if bases is not None and "name" not in data:
            raise Complaint("CV105", "a scenario lacks its name", next_step="Add a first line `name: ...`.")
        names = () if bases is None else _names(bases)
    for place, name in enumerate(names):
        with located(document.origin):
            field: FieldPath = ("extends",) if isinstance(bases, str) else ("extends", place)
            try:
                text, source = text_of(name, document.origin.source)
            except Complaint as problem:
                raise problem.under(*field) from None
            base = _identity(source)
            here = (*trail, identity)
            if base in here:
                circle = [*here[here.index(base) :], base]
                raise Complaint(
                    "CV127",
                    "scenarios that extend each other",
                    found=" -> ".join(Path(step).name for step in circle),
                    expected="a scenario that extends nothing, at the end of every chain",
                    next_step="Take one `extends` out.",
                    field=field,
                )
        _collect(read_document(text, source), base, here, order)
    order.append((identity, Document(data, document.origin)))


def _names(value: Any) -> tuple[str, ...]:
    items = list(value) if isinstance(value, list | tuple) else [value]
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        raise Complaint(
            "CV106",
            "extends names no scenario",
            found=kind_of(value),
            expected="a name of the library or the path of a file, or a list of them",
            next_step="`countervail scenarios` lists the library.",
            field=("extends",),
        )
    return tuple(items)


def _identity(source: str) -> str:
    """One name for one file, however its path is written."""
    path = Path(source)
    return str(path.resolve()) if path.exists() else source


def _merged(base: Document, top: Document) -> Document:
    """One file on top of another."""
    data, lines, files = dict(base.data), dict(base.origin.lines), dict(base.origin.files)
    for path in base.origin.lines:
        files.setdefault(path, base.origin.source)
    moved: dict[FieldPath, FieldPath] = {}
    for key, value in top.data.items():
        below = data.get(key)
        if key in LISTS and isinstance(below, list) and isinstance(value, list):
            data[key] = _appended(key, below, value, moved)
        elif key in TOGETHER and isinstance(below, Mapping) and isinstance(value, Mapping):
            data[key] = {**below, **value}
        elif key == "sources" and below is not None and value is not None:
            data[key] = [*dict.fromkeys((*_listed(below), *_listed(value)))]
        else:
            data[key] = value
    for path, line in top.origin.lines.items():
        head = moved.get(path[:2])
        here = path if head is None else (*head, *path[2:])
        lines[here], files[here] = line, top.origin.files.get(path, top.origin.source)
    return Document(data, Origin(top.origin.source, lines, top.origin.note, files))


def _appended(key: str, below: list[Any], items: list[Any], moved: dict[FieldPath, FieldPath]) -> list[Any]:
    """Measures behind others, those of one name in the place of the earlier one."""
    found = list(below)
    places = {_name(item): n for n, item in enumerate(below) if _name(item)}
    for n, item in enumerate(items):
        place = places.get(_name(item), len(found))
        if place < len(found):
            found[place] = item
        else:
            found.append(item)
        moved[(key, n)] = (key, place)
    return found


def _name(item: Any) -> str:
    """The name of a measure as plain data, "" where it has none."""
    if not isinstance(item, Mapping) or len(item) != 1:
        return ""
    (fields,) = item.values()
    name = fields.get("name") if isinstance(fields, Mapping) else None
    return name if isinstance(name, str) else ""


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
