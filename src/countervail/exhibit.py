"""Exhibit: a finding that analyses return and that reports, pages and notebooks only draw.

It carries a title that says the finding, a tidy table with names and codes, and says which column plays which part
in a picture of its kind. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from countervail.answer import finding_html, shown
from countervail.errors import OutputError

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Kind = Literal[
    "ranking",
    "ladder",
    "matrix",
    "curves",
    "scatter",
    "flows",
    "shares",
    "distribution",
    "tornado",
    "map",
    "table",
]
ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # kind: parts that a column has to play, parts that one may play
    "ranking": (("label", "value"), ("low", "high", "side", "code")),
    "ladder": (("label", "value"), ("low", "high", "side")),
    # with `second` a game: two payoffs a cell, first the one whose options are rows; `mark` frames cells
    "matrix": (("row", "column", "value"), ("second", "mark")),
    "curves": (("line", "x", "y"), ("low", "high", "side")),
    "scatter": (("x", "y"), ("label", "line", "side")),
    "flows": (("origin", "destination", "value"), ("base",)),
    "shares": (("label", "part", "value"), ()),
    "distribution": (("value",), ("line", "weight")),
    # the answer with one assumption at its low and its high end, and as stated
    "tornado": (("label", "low", "high", "value"), ()),
    "map": (("code", "value"), ("label", "side")),
    "table": ((), ()),
}
SHOWN = 12


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A frozen finding with the table behind it.

    Arguments:
        name: short and stable, a file name: "coalition_values".
        kind: the picture that suits it; `ROLES` lists the parts that columns play in each.
        title: the finding in a sentence without full stop, generated from the numbers.
        subtitle: the measure and the base year.
        unit: of the values: "percent", "million USD", "percentage points", "fraction", ...
        table: tidy, one row an observation; names beside codes; units in the column names.
        roles: part to column of `table`.
        source: where the numbers come from, one line.
        caveats: what a reader has to know, one sentence each.
        more: further tables by name.
        record: settings, versions and accuracy as plain values (for a manifest).
        world, scenario: what was asked, for citations.

    Raises:
        OutputError: CV408 a part that the kind needs is not played, or by a column that is not there.
    """

    name: str
    kind: Kind
    title: str
    subtitle: str
    unit: str
    table: pd.DataFrame
    roles: Mapping[str, str]
    source: str
    world: World
    scenario: Scenario | None = None
    caveats: tuple[str, ...] = ()
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        needed, allowed = ROLES[self.kind]
        lacking = [part for part in needed if part not in self.roles]
        strange = [part for part in self.roles if part not in (*needed, *allowed)]
        absent = [column for column in self.roles.values() if column not in self.table.columns]
        if lacking or strange or absent:
            raise OutputError(
                "CV408",
                f"A {self.kind} needs columns for {', '.join(needed) or 'nothing'}",
                where=self.name,
                found=", ".join(f"{part}: {column}" for part, column in self.roles.items()) or "none",
                expected=f"parts {', '.join((*needed, *allowed))}; columns {', '.join(map(str, self.table.columns))}",
                next_step="Name a column of the table for each part.",
            )

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name; the first is the exhibit's own."""
        return {self.name: self.table, **self.more}

    def provenance(self) -> dict[str, Any]:
        """Where the numbers come from, as plain values."""
        return {"exhibit": self.name, "title": self.title, "unit": self.unit, "source": self.source} | dict(
            self.record
        )

    def __repr__(self) -> str:
        lines = [
            self.title,
            f"{self.subtitle} ({self.unit})",
            "",
            shown(self.table, SHOWN).to_string(index=False),
        ]
        if len(self.table) > SHOWN:
            lines.append(f"... {len(self.table) - SHOWN} more rows in .table")
        return "\n".join([*lines, "", f"Source: {self.source}", *self.caveats])

    def _repr_html_(self) -> str:
        notes = (f"Source: {self.source}.", *self.caveats)
        return finding_html(self.title, f"{self.subtitle} ({self.unit})", self.table, notes)
