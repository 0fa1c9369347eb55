"""YAML in and out: plain data with the line of every field, and nothing else that YAML can do.

Scenario files are read as YAML 1.2 has it: only true and false are booleans, so that `on:` and Norway's NO
are words; dates stay text. Aliases, anchors, tags and several documents in one file are refused: no scenario
needs them, and they are how a small file becomes a large one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from countervail.policy.complaint import Complaint, FieldPath, path_text

MOST_BYTES = 1_000_000
MOST_DEPTH = 12

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\Z")
_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
_CONSTANTS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
}


class UnreadableText(Complaint):
    """A complaint about the text itself, which knows its line."""

    line: int | None = None


def read_yaml(text: str) -> tuple[Any, dict[FieldPath, int]]:
    """Plain data and the line (from 1) of every field.

    The key that names a kind of measure is left out of the paths of the lines, so that they are the paths
    people see: ("sanctions", 1, "goods") for `sanctions: [..., {embargo: {goods: coal}}]`.

    Raises:
        UnreadableText: CV102, with its line.
    """
    import yaml

    if len(text) > MOST_BYTES:
        raise _unreadable("the text is too long", 1, f"{len(text):,} characters", f"at most {MOST_BYTES:,}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise _unreadable("a character that YAML does not allow", line, str(error.reason)) from None
    except yaml.MarkedYAMLError as error:
        raise _does_not_parse(error, text) from None
    return builder.root, builder.lines


def read_value(text: str) -> Any:
    """One value as it would be read in a file: "[EU27, USA]", "10 %", "true".

    Raises:
        UnreadableText: CV102 where it is no YAML.
    """
    return read_yaml(text)[0]


def write_yaml(data: Mapping[str, Any]) -> str:
    """Data as YAML that `read_yaml` reads back to the same data."""
    import yaml

    text: str = yaml.dump(
        dict(data),
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None,
    )
    return text


def scalar(text: str) -> Any:
    """What an unquoted word is.

    Example:
        >>> scalar("NO"), scalar("10 %"), scalar("0.25"), scalar("2022-03-01"), scalar("true")
        ('NO', '10 %', 0.25, '2022-03-01', True)
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text) and len(text) < 20:
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


class _Builder:
    """Builds data from YAML events, one at a time, with a stack instead of recursion."""

    def __init__(self) -> None:
        self.root: Any = None
        self.lines: dict[FieldPath, int] = {}
        self._stack: list[tuple[Any, FieldPath]] = []
        self._key: list[str | None] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        line = event.start_mark.line + 1
        match type(event).__name__:
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    raise _unreadable(
                        "several documents in one file", line, "a second `---`", "one scenario a file"
                    )
            case "AliasEvent":
                raise _unreadable("an alias", line, f"*{event.anchor}", "the value itself")
            case "ScalarEvent":
                self._refuse_extras(event, line)
                plain = not event.style and event.implicit[0]
                self._put(scalar(event.value) if plain else event.value, line)
            case "MappingStartEvent":
                self._open({}, event, line)
            case "SequenceStartEvent":
                self._open([], event, line)
            case "MappingEndEvent" | "SequenceEndEvent":
                self._stack.pop()
                self._key.pop()

    def _open(self, container: Any, event: Any, line: int) -> None:
        self._refuse_extras(event, line)
        if len(self._stack) >= MOST_DEPTH:
            raise _unreadable("brackets or indentation too deep", line, f"more than {MOST_DEPTH} levels")
        path = self._put(container, line)
        self._stack.append((container, path))
        self._key.append(None)

    def _put(self, value: Any, line: int) -> FieldPath:
        if not self._stack:
            self.root = value
            self.lines.setdefault((), line)
            return ()
        container, path = self._stack[-1]
        if isinstance(container, list):
            here = (*path, len(container))
            container.append(value)
        elif self._key[-1] is None:
            self._take_key(container, path, value, line)
            return path
        else:
            here = (*path, self._key[-1])
            container[self._key[-1]] = value
            self._key[-1] = None
        self.lines.setdefault(_without_kinds(here), line)
        return here

    def _take_key(self, container: dict[str, Any], path: FieldPath, value: Any, line: int) -> None:
        if isinstance(value, dict | list) or value is None:
            raise _unreadable(
                "a field without a name", line, "a list or braces in place of the name", "name: value"
            )
        key = (
            value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        )
        if key in container:
            raise _unreadable(
                f"the field '{path_text((*_without_kinds(path), key))}' stands twice",
                line,
                key,
                next_step="Keep one of the two.",
                code="CV110",
            )
        self._key[-1] = key
        self.lines.setdefault(_without_kinds((*path, key)), line)

    def _refuse_extras(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            raise _unreadable(
                "an anchor", line, f"&{event.anchor}", "the value itself, written out where it is used"
            )
        implicit = event.implicit if isinstance(event.implicit, bool) else any(event.implicit)
        if event.tag is not None and not implicit:
            raise _unreadable("a tag", line, event.tag, "plain values; text goes in quotes")


def _without_kinds(path: FieldPath) -> FieldPath:
    """The path without the word after a position, which names the kind of measure."""
    return tuple(
        part
        for n, part in enumerate(path)
        if not (n and isinstance(path[n - 1], int) and isinstance(part, str))
    )


def _does_not_parse(error: Any, text: str) -> UnreadableText:
    """The parser's complaint, on the line where it noticed and with the line where the trouble began."""
    mark, begin = error.problem_mark or error.context_mark, error.context_mark
    last = text.count("\n") + (not text.endswith("\n"))
    line = (
        min(mark.line + 1, last) if mark else None
    )  # the parser puts the end of the text on a line of its own
    found = " ".join(part for part in (error.problem, error.context) if part) or "it stops making sense"
    if begin is not None and error.context:
        found += f" that begins on line {begin.line + 1}"
    return _unreadable(
        "YAML that does not parse",
        line,
        found,
        next_step="Look for a bracket, quote or colon too few or too many, and for uneven indentation.",
    )


def _unreadable(
    what: str, line: int | None, found: str = "", expected: str = "", next_step: str = "", code: str = "CV102"
) -> UnreadableText:
    steps = next_step or "Write the file in plain YAML: names, values, lists and indentation."
    error = UnreadableText(code, what, found, expected, steps)
    error.line = line
    return error


def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes exactly what `scalar` would not read back as the same text."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the base class declares it so

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is yaml.ScalarNode and implicit[0]:
                return _TAGS.get(type(scalar(value)), "tag:yaml.org,2002:str")
            return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]  # stubs lack it

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def text(self, value: str) -> Any:
            style = '"' if _BREAKS.search(value) else None  # other styles fold the rarer line breaks away
            return self.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, Dumper.text)
    return Dumper


_TAGS = {
    bool: "tag:yaml.org,2002:bool",
    int: "tag:yaml.org,2002:int",
    float: "tag:yaml.org,2002:float",
    type(None): "tag:yaml.org,2002:null",
}
