"""Whom a number is about: economies, the sides of a scenario, blocs, the world, with their weights.

The welfare of a group is the mean of its members' W-hat weighted by base income, its money the sum of theirs
(theory.md, Equilibrium in changes). Both are linear, so whatever is attributed to members is attributed to
groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.policy.complaint import Complaint, Origin, located
from countervail.policy.naming import StandardNamer
from countervail.policy.scope import Scope
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.policy.shock import Sides
    from countervail.world.world import World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SIDES = {
    "target": ("TARGETS", "Targets"),
    "sender": ("SENDERS", "Senders"),
    "partner": ("PARTNERS", "Partners"),
    "third": ("THIRD", "Third parties"),
}
"""Side of an economy in a scenario: code and name of the group of all on that side."""


@dataclass(frozen=True, eq=False)
class Group:
    """One or several economies that a result speaks of together.

    Arguments:
        code: ISO3 of an economy, name of a bloc, "TARGETS", "SENDERS", "PARTNERS", "THIRD" or "WORLD".
        name: what people read.
        kind: "economy", "side", "bloc" or "world".
        side: of an economy or a side: "target", "sender", "partner" or "third"; "" otherwise.
        members: index of each member in the world.
    """

    code: str
    name: str
    kind: str
    side: str
    members: Integers


def side_of_each(n_countries: int, sides: Sides) -> tuple[str, ...]:
    """The side of every economy: "target", "sender", "partner" or "third"."""
    found = ["third"] * n_countries
    for side, members in (("partner", sides.partners), ("sender", sides.senders), ("target", sides.targets)):
        for n in members:
            found[int(n)] = side
    return tuple(found)


def economies(world: World, sides: Sides) -> tuple[Group, ...]:
    """Every economy of the world as a group of one, in the order of the world."""
    each = side_of_each(world.n_countries, sides)
    return tuple(
        Group(code, labels.country_name(code), "economy", each[n], np.array([n]))
        for n, code in enumerate(world.countries)
    )


def totals(world: World, sides: Sides, blocs: Mapping[str, Integers] | None = None) -> tuple[Group, ...]:
    """The sides that have members, then the blocs, then the world.

    Arguments:
        blocs: name to positions of the members, as `standard_blocs` gives them.
    """
    each = np.array(side_of_each(world.n_countries, sides))
    found = []
    for side, (code, name) in SIDES.items():
        members = np.flatnonzero(each == side)
        if len(members) == 1:
            name = labels.country_name(world.countries[int(members[0])])
        if len(members):
            found.append(Group(code, name, "side", side, members))
    taken = {*world.countries, *(code for code, _ in SIDES.values()), "WORLD"}
    for bloc, members in (blocs or {}).items():
        code = f"{bloc} (bloc)" if bloc in taken else bloc
        found.append(Group(code, head_name(bloc), "bloc", "", members))
    found.append(Group("WORLD", "World", "world", "", np.arange(world.n_countries)))
    return tuple(found)


def head_name(token: str, blocs: Mapping[str, Sequence[str]] | None = None) -> str:
    """An economy or bloc as the head of a row: the name people use, without its article.

    Arguments:
        blocs: the scenario's own.

    Example:
        >>> head_name("EU27"), head_name("USA")
        ('European Union', 'United States')
    """
    name = StandardNamer(blocs).economies([token]).removeprefix("the ")
    return name[0].upper() + name[1:]


def standard_blocs(world: World) -> dict[str, Integers]:
    """The dated blocs that come with the package and whose members are economies of this world.

    Returns:
        Name to positions; without the plain aliases, and without blocs that this world cuts in two or lacks.
    """
    scope, aliases, found = Scope(world), labels.bloc_aliases(), {}
    for name in labels.blocs():
        if name not in aliases:
            with suppress(Complaint):  # a total over part of a bloc would be that of another group
                found[name] = scope.economies([name], "blocs").astype(np.int64)
    return found


def named_blocs(world: World, blocs: Mapping[str, Sequence[str]], origin: Origin) -> dict[str, Integers]:
    """Blocs given by name and members, as positions.

    Raises:
        ScenarioError: a member that this world does not have, at the place `origin` says.
    """
    scope = Scope(world, blocs)
    with located(origin):
        return {name: scope.economies([name], "blocs").astype(np.int64) for name in blocs}


def membership(groups: Sequence[Group], n_countries: int) -> Floats:
    """Which economy belongs to which group, [group, country], 1 or 0."""
    matrix = np.zeros((len(groups), n_countries))
    for g, group in enumerate(groups):
        matrix[g, group.members] = 1.0
    return matrix


def mean_weights(groups: Sequence[Group], income: Floats) -> Floats:
    """Weights that turn welfare of economies into welfare of groups, [group, country]; each row sums to 1.

    Arguments:
        income: [country] base income I, million USD.
    """
    weights = membership(groups, len(income)) * income
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def populations(groups: Sequence[Group], world: World) -> tuple[Floats, tuple[str, ...]]:
    """Persons of each group, missing where a member's number is; and why it is missing ("" where not)."""
    persons, why = np.full(len(groups), np.nan), [""] * len(groups)
    known = {n: [labels.population(code) for code in codes] for n, codes in enumerate(world.country_members)}
    for g, group in enumerate(groups):
        unknown = [world.countries[int(n)] for n in group.members if None in known[int(n)]]
        if unknown:
            names = ", ".join(labels.country_name(code) for code in unknown[:3])
            why[g] = f"no population for {names}" + (" and others" if len(unknown) > 3 else "")
        else:
            persons[g] = sum(number or 0.0 for n in group.members for number in known[int(n)])
    return persons, tuple(why)
