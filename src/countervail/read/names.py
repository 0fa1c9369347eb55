"""Names a text may use for economies, blocs, bodies and people, and whom they act for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from countervail.read.rules import rule_file, rule_table
from countervail.world import labels

Kind = Literal["state", "seat", "demonym", "bloc", "body", "person", "group"]

# Country names that are common words or begin longer names; they are left to the rules that know more.
_NOT_ALONE = {"ROW", "Rest of the world", "Emirates"}
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("demonyms", "demonym"),
    ("capitals", "seat"),
    ("cities", "seat"),
    ("names", "state"),
)
_GROUPS: tuple[tuple[str, Kind], ...] = (("blocs", "bloc"), ("bodies", "body"), ("people", "person"))
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Known:
    """A name of the lexicon: what it is and the economies it acts for."""

    kind: Kind
    economies: tuple[str, ...]


@cache
def lexicon() -> dict[str, Known]:
    """Every known name, as it is written."""
    found: dict[str, Known] = {}

    def put(name: str, kind: Kind, economies: tuple[str, ...]) -> None:
        if name and name not in _NOT_ALONE:
            found.setdefault(name, Known(kind, economies))

    for row in rule_table("nations.csv"):
        code = (row["iso3"],)
        for column, kind in _COLUMNS:
            for name in row[column].split(";"):
                put(name, kind, code)
                if kind == "demonym" and name and not name.endswith(("ese", "ish", "ch", "ss")):
                    put(f"{name}s", kind, code)
    for names in (labels.country_codes(), labels.row_codes()):
        for name in names:
            if not _CODE.fullmatch(name):
                put(name, "state", names[name])
    data = rule_file("names.yaml")
    for group, kind in _GROUPS:
        for several, economies in data[group]:
            for name in several:
                put(name, kind, tuple(economies))
    return found


@cache
def name_pattern() -> re.Pattern[str]:
    """All known names, the longest first; names in capitals (MOSCOW, as datelines have them) as well."""
    names = sorted(lexicon(), key=len, reverse=True)
    lines = [re.escape(name).replace("'", "['’]").replace(r"\ ", r"[\s\u00a0]{1,3}") for name in names]
    lines += [
        re.escape(name.upper()).replace(r"\ ", " ") for name in names if len(name) > 3 and not name.isupper()
    ]
    return re.compile(rf"(?<![\w])(?:{'|'.join(lines)})(?![\w])")


@cache
def _by_capitals() -> dict[str, Known]:
    return {name.upper(): known for name, known in lexicon().items()}


def known_as(name: str) -> Known:
    """The entry of a name that `name_pattern` found."""
    plain = re.sub(r"[\s\u00a0]+", " ", name).replace("’", "'")
    entries = lexicon()
    return entries[plain] if plain in entries else _by_capitals()[plain.upper()]


@cache
def central_bank_pattern() -> re.Pattern[str]:
    """Bank of X, National Bank of X, X's own being known already."""
    states = sorted((n for n, k in lexicon().items() if k.kind == "state"), key=len, reverse=True)
    return re.compile(
        rf"(?:(?:National|Central|Reserve|People['’]s) )?Bank of (?:the )?({'|'.join(map(re.escape, states))})(?!\w)"
    )


def members_of(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes that are economies by themselves, blocs left out."""
    return tuple(code for code in codes if _CODE.fullmatch(code))
