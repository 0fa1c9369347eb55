"""What was repaired, imputed or scaled on the way from a table to a world: counted, summed, never silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """One statement about where numbers of a table come from.

    Arguments:
        status: "measured", "imputed", "repaired", "approximation" or "note".
        topic: the few words a reader looks for.
        text: the statement, full sentences.
        cells: how many cells it concerns, if counted.
        million_usd: how much it moves, million USD, if summed.
        source: who says so.
    """

    status: str
    topic: str
    text: str
    cells: int | None = None
    million_usd: float | None = None
    source: str = ""

    def __str__(self) -> str:
        size = []
        if self.cells is not None:
            size.append(f"{self.cells:,} cells")
        if self.million_usd is not None:
            size.append(f"{self.million_usd:,.0f} million USD")
        tail = f" ({', '.join(size)})" if size else ""
        return f"{self.topic} [{self.status}]: {self.text}{tail}"


@dataclass(frozen=True)
class Repair:
    """One kind of change that calibration made to the table's numbers.

    Arguments:
        kind: what was done, as a heading.
        cells: number of cells changed; 0 says that nothing needed it.
        million_usd: sum of the absolute changes, million USD of the base year.
        largest: the cell with the largest change, by name, or "" when there is none.
        largest_million_usd: the size of that change.
    """

    kind: str
    cells: int
    million_usd: float
    largest: str = ""
    largest_million_usd: float = 0.0

    def __str__(self) -> str:
        if self.cells == 0:
            return f"{self.kind}: none"
        text = f"{self.kind}: {self.cells:,} cells, {self.million_usd:,.6g} million USD"
        if self.largest:
            text += f", largest {self.largest} ({self.largest_million_usd:,.6g} million USD)"
        return text


@dataclass(frozen=True)
class CalibrationReport:
    """What calibration changed, and what the source table itself had already imputed.

    Arguments:
        repairs: one entry a kind of change, also where nothing was changed.
        notes: statements about the source table.
        balanced: False only after `negative_final="clip"`, which breaks the accounts on purpose.
    """

    repairs: tuple[Repair, ...] = ()
    notes: tuple[Note, ...] = ()
    balanced: bool = True

    def repair(self, kind: str) -> Repair:
        """The entry of one kind; a kind that never came up has no cells."""
        for entry in self.repairs:
            if entry.kind == kind:
                return entry
        return Repair(kind, 0, 0.0)

    def with_notes(self, *notes: Note) -> CalibrationReport:
        """The same report with more notes at its end."""
        return CalibrationReport(self.repairs, (*self.notes, *notes), self.balanced)

    def with_repairs(self, *repairs: Repair) -> CalibrationReport:
        """The same report with more repairs at their end."""
        return CalibrationReport((*self.repairs, *repairs), self.notes, self.balanced)

    def as_balanced(self) -> CalibrationReport:
        """The same report for accounts that balance, whatever those before them did."""
        return CalibrationReport(self.repairs, self.notes, True)

    def text(self) -> str:
        """The report as plain text, one line an entry."""
        lines = ["Calibration"]
        lines += [f"  {entry}" for entry in self.repairs] or ["  nothing recorded"]
        if not self.balanced:
            lines.append("  negative final use was clipped: the accounts do not balance; use closure `zero`")
        if self.notes:
            lines += ["Source table", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a JSON file; `from_dict` reads them back."""
        return {
            "repairs": [vars(entry) for entry in self.repairs],
            "notes": [vars(note) for note in self.notes],
            "balanced": self.balanced,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CalibrationReport:
        """The report that `to_dict` wrote."""
        return cls(
            tuple(Repair(**entry) for entry in data["repairs"]),
            tuple(Note(**note) for note in data["notes"]),
            bool(data["balanced"]),
        )
