"""Hazard: something that may befall the world in a year, with its chance and size; a named set, and one's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from countervail.policy.complaint import Complaint, Origin, as_mapping, did_you_mean, kind_of, located, quoted
from countervail.policy.document import UnreadableText, read_yaml
from countervail.policy.measure import read_names
from countervail.policy.sizes import read_size

Strikes = Literal["all", "one", "each"]
Hits = Literal["productivity", "trade_cost"]
STRIKES: tuple[Strikes, ...] = ("all", "one", "each")
HITS: tuple[Hits, ...] = ("productivity", "trade_cost")
ASSUMPTION = "assumption"


@dataclass(frozen=True)
class Hazard:
    """A supply shock that may come in a year.

    Arguments:
        name: what results call it.
        chance: of a year, 0 to 1; with `strikes: each` of each economy.
        low, high: the least and the largest size, drawn evenly between: of the fall in productivity, or of the rise
            in trade cost, as fractions.
        hits: "productivity" of the goods' producers, or "trade_cost" of the goods across the borders of who is struck.
        strikes: all economies alike; one of them, drawn by its sales of the goods abroad; or each by itself.
        goods: sectors and goods lists. economies: who can be struck; empty for all.
        source: where chance and sizes come from.

    Raises:
        ScenarioError: CV152 for a field that makes no sense.
    """

    name: str
    chance: float
    low: float
    high: float
    hits: Hits
    strikes: Strikes = "all"
    goods: tuple[str, ...] = ("all",)
    economies: tuple[str, ...] = ()
    source: str = ASSUMPTION

    def __post_init__(self) -> None:
        def check(fine: bool, field: str, expected: str) -> None:
            if not fine:
                raise Complaint(
                    "CV152",
                    "a hazard that makes no sense",
                    found=f"{field}: {quoted(getattr(self, field))}",
                    expected=expected,
                    next_step="Correct the field.",
                    field=(field,),
                ).error(f"hazard, {field}")

        check(isinstance(self.name, str) and bool(self.name.strip()), "name", "a name")
        check(_within(self.chance, 0.0, 1.0), "chance", "a probability from 0 to 1")
        check(self.hits in HITS, "hits", "one of " + ", ".join(HITS))
        check(self.strikes in STRIKES, "strikes", "one of " + ", ".join(STRIKES))
        most = 0.95 if self.hits == "productivity" else 10.0
        check(_within(self.low, 0.0, most), "low", f"a fraction from 0 to {most:g}")
        check(_within(self.high, self.low, most), "high", f"a fraction from `low` to {most:g}")
        check(bool(self.goods), "goods", "sectors or goods lists")


def _within(value: object, low: float, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and low <= value <= high


HAZARDS: tuple[Hazard, ...] = (
    Hazard(
        "harvest",
        chance=0.10,
        low=0.05,
        high=0.25,
        hits="productivity",
        strikes="each",
        goods=("A01",),
        source="assumption: a bad year in ten for each economy, a twentieth to a quarter of the crop",
    ),
    Hazard(
        "energy price",
        chance=0.10,
        low=0.072,
        high=0.101,
        hits="productivity",
        strikes="all",
        goods=("oil_gas",),
        source="Hamilton (2003), What is an oil shock?, Journal of Econometrics 113(2): five disruptions of 7.2 to "
        "10.1 % of world oil output, 1956 to 1990; put on all producers of oil and gas; the chance is an assumption",
    ),
    Hazard(
        "port closure",
        chance=0.25,
        low=0.05,
        high=0.25,
        hits="trade_cost",
        strikes="one",
        goods=("goods",),
        source="assumption: weeks without the ports of one large trader, as a rise in the cost of a year's trade",
    ),
    Hazard(
        "pandemic",
        chance=0.03,
        low=0.03,
        high=0.12,
        hits="trade_cost",
        strikes="all",
        goods=("goods",),
        source="assumption: once in a third of a century; all trade in goods becomes dearer",
    ),
)
"""The named set: yearly chances, sizes, and whether they are sourced or assumed."""


def hazards_named(names: Sequence[str] | None = None) -> tuple[Hazard, ...]:
    """The named set, or those of it that are named.

    Raises:
        ScenarioError: CV153 for a name that is not in the set.
    """
    if names is None:
        return HAZARDS
    known = {hazard.name: hazard for hazard in HAZARDS}
    found = []
    with located(Origin("hazards")):
        for name in names:
            if name not in known:
                raise Complaint(
                    "CV153",
                    f"there is no hazard called '{name}'",
                    expected="one of " + ", ".join(known),
                    next_step=did_you_mean(name, known, "Name one of the set, or give a file with your own."),
                )
            found.append(known[name])
    return tuple(found)


def read_hazards(path: str | Path) -> tuple[Hazard, ...]:
    """One's own hazards from a YAML file: `hazards:`, a list of mappings with the fields of `Hazard`.

    Raises:
        ScenarioError: CV101 no such file, CV102 no YAML, CV152 or CV154 a hazard that makes no sense, with its line.

    Example file:
        hazards:
          - {name: drought, chance: 20 %, low: 10 %, high: 30 %, hits: productivity, goods: A01, economies: [IND, PAK]}
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Complaint(
            "CV101",
            "no such file, or one that cannot be read",
            found=str(problem),
            next_step="Check the path of the hazards.",
        ).error(str(place)) from None
    try:
        data, lines = read_yaml(text)
    except UnreadableText as problem:
        raise problem.error(f"{place}:{problem.line}" if problem.line else str(place)) from None
    return hazards_from(data, Origin(str(place), lines))


def hazards_from(data: Any, origin: Origin | None = None) -> tuple[Hazard, ...]:
    """Hazards from plain data: a list of mappings, or a mapping with such a list as `hazards`.

    Arguments:
        origin: where the data came from.

    Raises:
        ScenarioError: CV152 or CV154.
    """
    origin = Origin("hazards") if origin is None else origin
    prefix: tuple[str, ...] = ()
    if isinstance(data, Mapping) and set(data) == {"hazards"}:
        data, prefix = data["hazards"], ("hazards",)
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise Complaint(
            "CV154",
            "no list of hazards",
            found=kind_of(data),
            expected="hazards: a list, one mapping a hazard, with name, chance, low, high and hits",
            next_step="Write a list under `hazards:`.",
        ).error(origin.where(prefix))
    found = []
    for place, item in enumerate(data):
        with located(origin, *prefix, place):
            found.append(item if isinstance(item, Hazard) else _hazard(item))
    return tuple(found)


def _hazard(item: Any) -> Hazard:
    names = [entry.name for entry in fields(Hazard)]
    given = as_mapping(item, "a hazard", "fields such as name, chance, low, high and hits")
    for key in given:
        if key not in names:
            raise Complaint(
                "CV154",
                f"a hazard has no field '{key}'",
                found=f"{key}: {quoted(given[key])}",
                expected="one of " + ", ".join(names),
                next_step=did_you_mean(key, names, "Take it out."),
                field=(key,),
            )
    missing = [name for name in ("name", "chance", "low", "high", "hits") if name not in given]
    if missing:
        raise Complaint(
            "CV154",
            f"a hazard lacks its {missing[0]}",
            expected="name, chance, low, high and hits",
            next_step=f"Add `{missing[0]}: ...`.",
        )
    for key in ("chance", "low", "high"):
        try:
            given[key] = read_size(given[key])[0]
        except Complaint as complaint:
            raise complaint.under(key) from None
    for key in ("goods", "economies"):
        if key in given:
            try:
                given[key] = read_names(given[key])
            except Complaint as complaint:
                raise complaint.under(key) from None
    return Hazard(**given)
