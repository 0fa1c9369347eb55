"""Table: a multi-region input-output table with labels, as its source gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import Bools, Floats, frozen, frozen_flags
from countervail.world.report import Note


@dataclass(frozen=True, eq=False)
class Table:
    """A table of flows, inputs and tariffs that makes sense as accounts, or an error.

    Arguments:
        name: how people call it.
        year: the year of the flows.
        countries: N unique codes (ISO3 where there is one).
        sectors: J unique codes.
        flow: [origin, destination, sector], sales at basic prices for intermediate and final use, home sales
            on the diagonal, million USD (b in the notation).
        intermediate: [destination, sector, user], use of a sector's goods by each using sector, summed over
            origins, million USD; at basic prices unless `inputs_as_paid`.
        tariff: [origin, destination, sector], ad-valorem rate, 0.05 = 5 %; 0 at home and on services.
        goods: [sector], True for goods (which can bear tariffs), False for services.
        sources: where the numbers come from.
        notes: what was imputed or repaired before the table came here; plain strings become notes.
        inputs_as_paid: True when `intermediate` includes the tariffs that users paid.
        split_from: part -> what it was taken from, for economies and sectors that a source does not list.

    Raises:
        WorldError: CV201 labels, CV202 a negative or impossible value, CV203 shape, CV204 not a finite
            number, CV205 inputs that no purchase covers, or an economy without any output or spending.
    """

    name: str
    year: int
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    flow: Floats
    intermediate: Floats
    tariff: Floats
    goods: Bools
    sources: tuple[str, ...] = ()
    notes: tuple[Note, ...] = field(default=())
    inputs_as_paid: bool = False
    split_from: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        countries, sectors = check_labels("countries", self.countries), check_labels("sectors", self.sectors)
        n, j = len(countries), len(sectors)
        notes = tuple(Note("note", self.name, item) if isinstance(item, str) else item for item in self.notes)
        for name, value in (
            ("countries", countries),
            ("sectors", sectors),
            ("flow", frozen(self.flow, "flow", (n, n, j))),
            ("intermediate", frozen(self.intermediate, "intermediate", (n, j, j))),
            ("tariff", frozen(self.tariff, "tariff", (n, n, j))),
            ("goods", frozen_flags(self.goods, "goods", j)),
            ("sources", tuple(self.sources)),
            ("notes", notes),
            ("split_from", tuple((part, whole) for part, whole in self.split_from)),
        ):
            object.__setattr__(self, name, value)
        self.check()

    def check(self) -> None:
        """Raise the first thing wrong with the table's signs and accounts; return None when all is well."""
        lists = (self.countries, self.countries, self.sectors)
        _refuse(self.flow < 0, self.flow, "a flow is negative", "0 or more", lists)
        _refuse(
            self.intermediate < 0,
            self.intermediate,
            "an intermediate use is negative",
            "0 or more",
            (self.countries, self.sectors, self.sectors),
        )
        _refuse(self.tariff <= -1, self.tariff, "a tariff is -100 % or less", "a rate above -1", lists)
        home = np.zeros_like(self.tariff, dtype=bool)
        diagonal = np.arange(len(self.countries))
        home[diagonal, diagonal, :] = self.tariff[diagonal, diagonal, :] != 0
        _refuse(home, self.tariff, "an economy has a tariff on its own goods", "0 at home", lists)
        services = (self.tariff != 0) & ~self.goods[None, None, :]
        _refuse(services, self.tariff, "a service bears a tariff", "0, or the sector marked as goods", lists)
        self._check_accounts()

    def _check_accounts(self) -> None:
        output, bought = self.flow.sum(axis=1), self.flow.sum(axis=0)
        for what, totals in (("has no output at all", output), ("buys nothing at all", bought)):
            empty = np.flatnonzero(totals.sum(axis=1) <= 0)
            if empty.size:
                raise WorldError(
                    "CV205",
                    f"an economy {what}",
                    where=self.countries[int(empty[0])],
                    expected="every economy sells and buys something",
                    next_step="Drop the economy or add it to the rest of the world.",
                )
        uncovered = (bought == 0) & (self.intermediate.sum(axis=2) > 0)
        if uncovered.any():
            d, s = (int(i) for i in np.argwhere(uncovered)[0])
            raise WorldError(
                "CV205",
                "inputs are used that nobody sold to this economy",
                where=f"{self.countries[d]} {self.sectors[s]}",
                found=f"uses of {self.intermediate[d, s].sum():,.6g} million USD and no purchases",
                expected="purchases of at least the intermediate uses",
                next_step="Add the missing flows, or remove the uses.",
            )


def check_labels(what: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The labels as a tuple of unique, non-empty strings.

    Raises:
        WorldError: CV201.
    """
    names = tuple(str(label) for label in labels)
    repeated = sorted({name for name in names if names.count(name) > 1})
    blank = any(not name.strip() for name in names)
    if not names or repeated or blank:
        found = f"{', '.join(repeated)} more than once" if repeated else "an empty label" if blank else "none"
        raise WorldError(
            "CV201",
            f"the labels of the {what} cannot be used",
            found=found,
            expected="one unique, non-empty code each",
            next_step="Rename or merge the rows that share a code.",
        )
    return names


def _refuse(
    bad: Bools, values: Floats, what: str, expected: str, labels: tuple[tuple[str, ...], ...]
) -> None:
    if not bad.any():
        return
    cell = tuple(int(i) for i in np.argwhere(bad)[0])
    raise WorldError(
        "CV202",
        what,
        where=" ".join(names[i] for names, i in zip(labels, cell, strict=True)),
        found=f"{values[cell]:,.6g} ({int(bad.sum()):,} such cells)",
        expected=expected,
        next_step="Correct the cell at its source; nothing is set to zero for you.",
    )
