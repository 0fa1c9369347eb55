"""What the server says, typed: the shapes of its answers, for callers and for the API's own document."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict  # with it pydantic documents these on Python 3.11 too

Number = float | None
Row = dict[str, Any]


class Economy(TypedDict):
    """One economy: welfare with everything on, and with the sanctions alone."""

    code: str
    name: str
    side: str
    percent: Number
    harm: Number
    million_usd: Number
    usd_per_head: Number


class Group(TypedDict):
    """A side of the scenario, or the world."""

    code: str
    name: str
    kind: str
    members: int
    harm: Number
    offset: Number
    net: Number
    offset_share: Number


class Step(TypedDict):
    """A step of the ladder, percent of income."""

    label: str
    kind: str
    percent: Number


class Said(TypedDict):
    """A measure in a sentence, for its card."""

    label: str
    sentence: str
    source: str
    channel: bool


class Essentials(TypedDict):
    """Food, medicine and energy in the first target."""

    title: str
    rows: list[Row]
    caveats: list[str]


class Answer(TypedDict):
    """The quick answer: what is redrawn while a slider moves."""

    sentence: str
    headline: str
    convergence: str
    unit: str
    source: str
    caveats: list[str]
    economies: list[Economy]
    groups: list[Group]
    ladder: list[Step]
    essentials: Essentials | None
    measures: dict[str, list[Said]]
    failed: dict[str, str]


class Part(TypedDict):
    """A part of a whole, percent of income."""

    label: str
    percent: Number


class Partner(TypedDict):
    """Trade with a partner, change in million USD."""

    code: str
    name: str
    exports: Number
    imports: Number


class Sector(TypedDict):
    """A sector, change of value added in million USD."""

    code: str
    name: str
    value_added: Number


class Why(TypedDict):
    """Why an economy gains or loses."""

    code: str
    name: str
    welfare: Number
    first_order: Number
    parts: list[Part]
    partners: list[Partner]
    sectors: list[Sector]
    unit: str
    source: str


class Change(TypedDict):
    """Before and after."""

    base: Number
    now: Number


class Sold(Change):
    """What is sold of one sector."""

    code: str
    name: str


class Pair(TypedDict):
    """What one economy sells to another, million USD at basic prices."""

    origin: str
    destination: str
    total: Change
    sectors: list[Sold]
    unit: str
    source: str


class Drawn(TypedDict):
    """A finding as data: title, unit, source, caveats, table, and which column plays which part."""

    name: str
    kind: str
    title: str
    subtitle: str
    unit: str
    source: str
    caveats: list[str]
    roles: dict[str, str]
    rows: list[Row]


class Compared(TypedDict):
    """Welfare in two scenarios and the difference."""

    titles: list[str]
    unit: str
    rows: list[Row]


class Files(TypedDict):
    """The question outside the page."""

    yaml: str
    python: str
    command: str
    fingerprint: str
    model: str
