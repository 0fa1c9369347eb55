"""Who and what: the names in a scenario as positions on the axes of a world.

A name of an economy is, in this order: a label of the world, a bloc of the scenario, a standard bloc or its
plain alias, any spelling of a country. A name of a good is a sector of the world, a list of the scenario, one
of the words all, goods and services, a standard list, or a sector's name.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.words import listing
from countervail.world import labels
from countervail.world.world import World

Index = NDArray[np.intp]


class _Axes(NamedTuple):
    """The labels of a world by every way of writing them."""

    country: dict[str, int]
    country_loosely: dict[str, str]
    country_part: dict[str, str]
    sector: dict[str, int]
    sector_loosely: dict[str, str]
    sector_named: dict[str, str]
    sector_part: dict[str, str]
    divided: dict[str, str]
    sectors: dict[
        str, int
    ]  # every code that a list of goods may end at: sectors and what they were merged from


# Spelling out a world's labels takes longer than reading a scenario: done once, kept as long as the world.
_axes: weakref.WeakKeyDictionary[World, _Axes] = weakref.WeakKeyDictionary()


def _axes_of(world: World) -> _Axes:
    found = _axes.get(world)
    if found is None:
        sector = {code: n for n, code in enumerate(world.sectors)}
        sector_part = _labels_of_parts(world.sectors, world.sector_members)
        found = _axes[world] = _Axes(
            country={code: n for n, code in enumerate(world.countries)},
            country_loosely={labels.normal(code): code for code in world.countries},
            country_part=_labels_of_parts(world.countries, world.country_members),
            sector=sector,
            sector_loosely={labels.normal(code): code for code in world.sectors},
            sector_named={labels.normal(labels.sector_name(code)): code for code in world.sectors},
            sector_part=sector_part,
            divided={
                labels.normal(name): whole
                for _, whole in world.split_from
                if whole not in world.countries
                for name in (whole, labels.sector_name(whole))
            },
            sectors={**sector, **dict.fromkeys(sector_part, 0)},
        )
    return found


def _labels_of_parts(codes: Sequence[str], members: Sequence[Sequence[str]]) -> dict[str, str]:
    return {part: code for code, parts in zip(codes, members, strict=True) for part in parts}


class Scope:
    """The names of one scenario on one world.

    Arguments:
        world: the world whose axes are meant.
        blocs, goods: the scenario's own lists.
    """

    def __init__(
        self,
        world: World,
        blocs: Mapping[str, Sequence[str]] | None = None,
        goods: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.world = world
        self._blocs = labels.Names({name: tuple(members) for name, members in (blocs or {}).items()})
        self._goods = labels.Names({name: tuple(members) for name, members in (goods or {}).items()})
        axes = _axes_of(world)
        self._country, self._country_loosely = axes.country, axes.country_loosely
        self._country_part, self._divided = axes.country_part, axes.divided
        self._sector, self._sector_loosely = axes.sector, axes.sector_loosely
        self._sector_named, self._sector_part = axes.sector_named, axes.sector_part
        self._any_sector = axes.sectors
        self._economies: dict[tuple[str, ...], Index] = {}  # measures and sides ask for the same

    # Economies ----------------------------------------------------------------------------------------------

    def economies(self, names: Sequence[str], field: str) -> Index:
        """Positions of the named economies, sorted, each once.

        Raises:
            Complaint: a name that is not known (CV111), sits inside ROW (CV112), is not in this world
                (CV113), or a bloc
                that contains itself (CV123).
        """
        found = self._economies.get((field, *names))
        if found is None:
            found = self._economies[field, *names] = self._looked_up(names, field)
        return found

    def _looked_up(self, names: Sequence[str], field: str) -> Index:
        codes: dict[
            str, str
        ] = {}  # code in the world, or part of an aggregated economy -> the name it came from
        for place, name in enumerate(names):
            path = (field,) if len(names) == 1 else (field, place)
            try:
                for code in self._codes(name, ()):
                    codes.setdefault(code, name)
            except Complaint as complaint:
                raise complaint.under(*path) from None
        return self._positions(codes, self._country, self._country_part, self.world.country_members, field)

    def parties(self, names: Sequence[str], field: str = "between") -> list[Index]:
        """The parties of a `between`: the entries of the list, or the members of a bloc that stands alone.

        Raises:
            Complaint: as `economies`; fewer than two parties, or an economy in two of them (CV116).
        """
        if len(names) == 1:
            parties = [np.array([n], dtype=np.intp) for n in self.economies(names, field)]
        else:
            parties = []
            for place, name in enumerate(names):
                try:
                    parties.append(self.economies([name], field))
                except Complaint as complaint:
                    raise (
                        complaint.under() if len(complaint.field) > 1 else _at(complaint, field, place)
                    ) from None
        if len(parties) < 2:
            raise Complaint(
                "CV116",
                "a measure on oneself: there is only one party",
                found=", ".join(names),
                expected="two parties or more, or one bloc of several economies",
                next_step="Name the other party as well.",
                field=(field,),
            )
        for place, party in enumerate(parties):
            for earlier in range(place):
                both = np.intersect1d(party, parties[earlier])
                if both.size:
                    raise self._overlap(both, f"parties {names[earlier]} and {names[place]}", field)
        return parties

    def refuse_overlap(self, first: Index, second: Index, field: str, sides: str = "both sides") -> None:
        """A measure is never on oneself.

        Raises:
            Complaint: CV116, naming the economies on both sides.
        """
        if not set(first.tolist()).isdisjoint(second.tolist()):  # faster than to sort both
            raise self._overlap(np.intersect1d(first, second), sides, field)

    def country_words(self, positions: Sequence[int] | Index, most: int = 6) -> str:
        """Economies by name, for a message."""
        return listing([self.country_name(int(n)) for n in positions], most=most)

    def country_name(self, position: int) -> str:
        """The name of one economy of the world."""
        return labels.country_name(self.world.countries[position])

    def _overlap(self, both: Index, sides: str, field: str) -> Complaint:
        return Complaint(
            "CV116",
            "a measure on oneself",
            found=f"{self.country_words(both)} on {sides}"
            if sides == "both sides"
            else (f"{self.country_words(both)} in {sides}"),
            expected="two sides without a common member",
            next_step="Take them out of one side; a bloc can be written as a list without them.",
            field=(field,),
        )

    def _codes(self, name: str, trail: tuple[str, ...]) -> Sequence[str]:
        """The codes a name stands for: labels of the world where it has them, otherwise ISO3."""
        if name in self._country:
            return (name,)
        known = labels.normal(name)
        if name in self._blocs:
            if known in trail:
                if (
                    trail[-1] == known and name in labels.blocs()
                ):  # `EU27: [EU27, GBR]` widens the standard bloc
                    return labels.blocs()[name]
                raise Complaint(
                    "CV123",
                    f"the bloc '{name}' contains itself",
                    found=" -> ".join((*trail, name)),
                    next_step="Write its members out.",
                )
            return [code for member in self._blocs[name] for code in self._codes(member, (*trail, known))]
        if known in self._country_loosely:
            return (self._country_loosely[known],)
        if name in labels.blocs():
            return labels.blocs()[name]
        if name in labels.country_codes():
            return labels.country_codes()[name]
        if name in labels.row_codes():
            code = labels.row_codes()[name][0]
            if code in self._country or code in self._country_part:
                return (code,)
            raise self._inside_row(code)
        candidates = [
            *self.world.countries,
            *(labels.country_name(code) for code in self.world.countries),
            *self._blocs,
            *labels.blocs(),
            *labels.country_codes(),
            *labels.row_codes(),
        ]
        raise Complaint(
            "CV111",
            "an economy or bloc that is not known",
            found=repr(name),
            expected="an ISO3 code, a country's name, or a bloc of the scenario or of the standard list",
            next_step=did_you_mean(name, candidates, "See `countervail worlds` for the economies and blocs."),
        )

    def _inside_row(self, code: str) -> Complaint:
        name = labels.row_members().get(code, code)
        if "ROW" not in self._country:
            return self._lacking([code])
        members = sorted(labels.row_members().items())
        others = [other for iso3, other in members if iso3 != code and iso3 not in self._country]
        return Complaint(
            "CV112",
            f"{name} ({code}) is not an economy of its own in the world '{self.world.name}'",
            found=f"it sits inside ROW, the rest of the world, together with {listing(others, most=8)}",
            next_step=f"Write ROW to hit all of them at once, or bring a table in which {name} stands alone.",
        )

    def _lacking(self, codes: Sequence[str]) -> Complaint:
        names = [
            f"{labels.row_members().get(code, labels.country_name(code))} ({code})"
            for code in sorted(set(codes))
        ]
        return Complaint(
            "CV113",
            f"the world '{self.world.name}' lacks {listing(names, most=8)}",
            found=f"its economies: {listing(self.world.countries, most=12)}",
            next_step="Choose a world that has them (`countervail worlds`), or leave them out.",
        )

    def _positions(
        self,
        names: Mapping[str, str],
        axis: Mapping[str, int],
        part_of: Mapping[str, str],
        members: Sequence[Sequence[str]],
        field: str,
    ) -> Index:
        """Positions of codes on an axis; parts of an aggregated label count once all of them are named."""
        chosen = {axis[code] for code in names if code in axis}
        lacking = [code for code in names if code not in axis and code not in part_of]
        if lacking:
            raise _at(self._lacking(lacking), field)
        for code in names:
            label = part_of.get(code)
            if code in axis or label is None:
                continue
            absent = [part for part in members[axis[label]] if part not in names]
            if absent and axis[label] not in chosen:
                raise Complaint(
                    "CV113",
                    f"the world '{self.world.name}' has {code} only as part of {label}",
                    found=names[code],
                    expected=f"all of {label}",
                    next_step=f"Write {label}, or use a world in which {code} stands alone.",
                    field=(field,),
                )
            chosen.add(axis[label])
        found = np.array(sorted(chosen), dtype=np.intp)
        found.flags.writeable = False
        return found

    # Goods --------------------------------------------------------------------------------------------------

    def sectors(self, names: Sequence[str], field: str = "goods") -> Index:
        """Positions of the named sectors, sorted, each once.

        Raises:
            Complaint: a name that is not known (CV114), or a good this world does not have apart (CV115).
        """
        codes: dict[str, str] = {}
        for place, name in enumerate(names):
            try:
                for code in self._sector_codes(name, ()):
                    codes.setdefault(code, name)
            except Complaint as complaint:
                raise complaint.under(*((field,) if len(names) == 1 else (field, place))) from None
        there = self._any_sector
        if self.world.split_from:
            codes = {
                part: name
                for code, name in codes.items()
                for part in labels.expanded([code], there, self.world.split_from)
            }
        lacking = [code for code in codes if code not in there]
        if lacking:
            raise Complaint(
                "CV115",
                f"the world '{self.world.name}' lacks {listing(lacking, most=8)}",
                found=codes[lacking[0]],
                expected=f"its sectors: {listing(self.world.sectors, most=12)}",
                next_step="Name sectors of this world, or define the list under `goods` of the scenario.",
                field=(field,),
            )
        return self._positions(codes, self._sector, self._sector_part, self.world.sector_members, field)

    def sector_name(self, position: int) -> str:
        """The name of one sector of the world."""
        return labels.sector_name(self.world.sectors[position])

    def _has(self, code: str) -> bool:
        return code in self._sector or code in self._sector_part

    def _holds_whole_of(self, part: str) -> bool:
        """Does this world have the sector that the part belongs to, undivided?"""
        whole = labels.sector_wholes().get(part)
        return whole is not None and not self._has(part) and self._has(whole)

    def _not_apart(self, name: str, found: str) -> Complaint:
        return Complaint(
            "CV115",
            f"the good '{name}' cannot be told apart in the world '{self.world.name}'",
            found=found,
            next_step="Use the sector or list that holds it, or a world in which it stands alone "
            "(`countervail worlds`).",
        )

    def _sector_codes(self, name: str, trail: tuple[str, ...]) -> Sequence[str]:
        if name in self._sector:
            return (name,)
        known, goods = labels.normal(name), self.world.goods
        if name in self._goods:
            if known in trail:
                if trail[-1] == known and name in labels.goods_lists():
                    return labels.goods_lists()[name]
                raise Complaint(
                    "CV123",
                    f"the goods list '{name}' contains itself",
                    found=" -> ".join((*trail, name)),
                    next_step="Write its sectors out.",
                )
            return [
                code for member in self._goods[name] for code in self._sector_codes(member, (*trail, known))
            ]
        if known in ("all", "goods", "services"):
            chosen = {"all": goods | True, "goods": goods, "services": ~goods}[known]
            return [code for code, take in zip(self.world.sectors, chosen, strict=True) if take]
        if known in self._sector_loosely:
            return (self._sector_loosely[known],)
        if name in labels.goods_lists():
            codes = labels.goods_lists()[name]
            if all(self._holds_whole_of(code) for code in codes):
                found = labels.goods_notes()[labels.goods_lists().canonical(name)].description
                raise self._not_apart(name, found)
            return codes
        if known in self._sector_named:
            return (self._sector_named[known],)
        if known in self._divided:
            return (self._divided[known],)
        for code, whole in labels.sector_wholes().items():
            if known in (labels.normal(code), labels.normal(labels.sector_name(code))) and self._has(whole):
                raise self._not_apart(name, f"{labels.sector_name(whole)} ({whole})")
        candidates = [
            *self.world.sectors,
            *self._goods,
            *labels.goods_lists(),
            *(labels.sector_name(code) for code in self.world.sectors),
        ]
        raise Complaint(
            "CV114",
            "a sector or goods list that is not known",
            found=repr(name),
            expected="a sector of the world, or a goods list of the scenario or of the standard ones",
            next_step=did_you_mean(
                name, candidates, f"The standard lists are {listing(list(labels.goods_lists()), most=40)}."
            ),
        )


def _at(complaint: Complaint, *path: str | int) -> Complaint:
    """The complaint at this field, whatever it said before."""
    return Complaint(
        complaint.code, complaint.what, complaint.found, complaint.expected, complaint.next_step, tuple(path)
    )
