"""Trade elasticities by sector: the embedded sets, and what quality each number has."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import Floats, frozen
from countervail.world.packaged import rows

QUALITIES = ("direct", "approximate", "fill", "placeholder", "none", "set", "custom")
"""direct: estimated on this sector; approximate: on a neighbouring classification, or an average; fill: taken
from other sectors or a filler of its source; placeholder and none: no estimate exists, a round number stands
in; set: read through the 16 sectors of a published set; custom: given by the user."""


@dataclass(frozen=True, eq=False)
class ElasticitySet:
    """One named set of long-run trade elasticities on the sectors of a world.

    Arguments:
        name: "combined", "FGO", ...
        theta: [sector], above 0: d ln pi / d ln cost = -theta (1 - pi).
        quality: [sector], one of QUALITIES.
        source: the publication.
    """

    name: str
    theta: Floats
    quality: tuple[str, ...]
    source: str = ""

    @property
    def title(self) -> str:
        """Whose estimates these are, for people: "Caliendo and Parro (2015)"; the name where they are of several."""
        if ";" in self.source or not self.source:
            return self.name
        paper = re.match(r".*?\(\d{4}\)(?=, [A-Z])", self.source)
        return self.source if paper is None else paper.group()


def check_theta(values: Sequence[float] | Floats, sectors: Sequence[str]) -> Floats:
    """The elasticities as a read-only vector: one a sector, finite and above 0.

    Raises:
        WorldError: CV203 for a wrong length, CV204 for what is no number, CV207 for one not above 0.
    """
    theta = frozen(values, "trade_elasticity", (len(sectors),))
    if (theta <= 0).any():
        first = int(np.argmax(theta <= 0))
        raise WorldError(
            "CV207",
            "a trade elasticity is not above 0",
            where=sectors[first],
            found=f"{theta[first]:g}",
            expected="theta > 0 (the exponent on trade cost; sigma - 1 in an Armington share)",
            next_step="If your source gives a negative epsilon, pass -epsilon.",
        )
    return theta


def embedded_sets(
    sectors: Sequence[str], split_from: Sequence[tuple[str, str]] = ()
) -> tuple[ElasticitySet, ...]:
    """The embedded sets on these sectors, `combined` first; none unless every sector has a number in each.

    Arguments:
        sectors: codes; the sets are given for the 50 OECD ICIO sectors.
        split_from: part -> whole; a part has the number of its whole, graded approximate.

    Returns:
        One ElasticitySet a name, or an empty tuple for a world with other sectors.
    """
    table = _read()
    known = next(iter(table.values()))
    whole = dict(split_from)
    names = []
    for sector in sectors:
        name = sector
        while name not in known and name in whole:
            name = whole[name]
        if name not in known:
            return ()
        names.append(name)
    parts = [name != sector for name, sector in zip(names, sectors, strict=True)]
    return tuple(
        ElasticitySet(
            name,
            frozen([cells[s][0] for s in names], f"elasticity set {name}", (len(sectors),)),
            inherited([cells[s][1] for s in names], range(len(names)), parts),
            _sources()[name],
        )
        for name, cells in table.items()
    )


def inherited(quality: Sequence[str], of: Iterable[int], parts: Iterable[bool]) -> tuple[str, ...]:
    """The grades of sectors that were divided: an estimate for the whole is approximate for a part.

    Arguments:
        quality: grades before. of: for each sector, its position before. parts: for each, is it a part.
    """
    return tuple(
        "approximate" if part and quality[i] in ("direct", "set") else quality[i]
        for i, part in zip(of, parts, strict=True)
    )


def choose(sets: Sequence[ElasticitySet], name: str, sectors: Sequence[str]) -> ElasticitySet:
    """The set of this name.

    Raises:
        WorldError: CV206, with the nearest name.
    """
    for entry in sets:
        if entry.name.casefold() == name.strip().casefold():
            return entry
    names = [entry.name for entry in sets]
    near = difflib.get_close_matches(name.casefold(), [n.casefold() for n in names], n=1, cutoff=0.5)
    guess = next((n for n in names if near and n.casefold() == near[0]), "")
    if not names:
        raise WorldError(
            "CV206",
            "this world has no named elasticity sets",
            found=f"'{name}'",
            expected=f"{len(sectors)} numbers, one a sector",
            next_step="Pass the numbers themselves: world.with_elasticity([...]). "
            "The embedded sets are for the 50 OECD ICIO sectors.",
        )
    raise WorldError(
        "CV206",
        f"there is no elasticity set '{name}'",
        expected=f"one of {', '.join(names)}",
        next_step=f"Did you mean '{guess}'?"
        if guess
        else "Choose one of them, or pass the numbers themselves.",
    )


def elasticity_names() -> tuple[str, ...]:
    """The names of the embedded sets, `combined` first."""
    return tuple(_read())


@lru_cache(maxsize=1)
def _read() -> dict[str, dict[str, tuple[float, str]]]:
    table: dict[str, dict[str, tuple[float, str]]] = {}
    for row in rows("elasticities.csv"):
        table.setdefault(row["set"], {})[row["sector"]] = (float(row["theta"]), row["quality"])
    return table


@lru_cache(maxsize=1)
def _sources() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in rows("elasticities.csv"):
        found.setdefault(row["set"], [])
        if row["source"] not in found[row["set"]]:
            found[row["set"]].append(row["source"])
    return {name: "; ".join(parts) for name, parts in found.items()}
