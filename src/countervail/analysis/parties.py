"""The parties of a question about two sides and their partners: who is compared with whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.errors import OutputError
from countervail.groups import Group, totals
from countervail.policy.complaint import Origin, located
from countervail.policy.scope import Scope
from countervail.policy.shock import Sides, compile_scenario
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

MOST_PARTNERS = 6
REST = "REST"


def parties(
    world: World, scenario: Scenario | None = None, economies: Sequence[str] | None = None
) -> tuple[Group, ...]:
    """Targets, senders, each large partner, and the rest; or the economies and blocs that are named, and the rest.

    Each economy is in one party only.

    Arguments:
        economies: codes, names or blocs; taken instead of the sides of the scenario.

    Raises:
        OutputError: CV460 nobody to compare: no sides and no economies, or economies that overlap.
        ScenarioError: a name that the world does not know.
    """
    if economies:
        found = _named(world, economies)
    elif scenario is not None:
        found = _of_sides(world, compile_scenario(scenario, world).sides)
    else:
        found = []
    named = np.concatenate([group.members for group in found]) if found else np.empty(0, dtype=np.int64)
    rest = np.setdiff1d(np.arange(world.n_countries), named)
    if rest.size:
        found.append(Group(REST, "All others", "bloc", "third", rest))
    if len(found) < 2:
        raise OutputError(
            "CV460",
            "there is nobody to compare",
            expected="a scenario with sides, which are compared, or economies",
            next_step='Name economies, such as ["RUS", "CHN"].',
        )
    return tuple(found)


def said(group: Group) -> str:
    """A party inside a sentence: "the senders", "all others", "Russia"."""
    if group.code == REST:
        return group.name[0].lower() + group.name[1:]
    return f"the {group.name.lower()}" if group.kind == "side" and len(group.members) > 1 else group.name


def capital(text: str) -> str:
    """A sentence with its first letter large."""
    return text[:1].upper() + text[1:]


def outside(flow: Floats, groups: Sequence[Group]) -> Floats:
    """[party, party, sector] flows between parties; what stays inside a party is 0."""
    found = np.zeros((len(groups), len(groups), flow.shape[2]))
    for i, seller in enumerate(groups):
        sold = flow[seller.members].sum(axis=0)
        for k, buyer in enumerate(groups):
            if i != k:
                found[i, k] = sold[buyer.members].sum(axis=0)
    return found


def _of_sides(world: World, sides: Sides) -> list[Group]:
    found = [group for group in totals(world, sides) if group.side in ("target", "sender")]
    order = np.argsort(-world.income[sides.partners], kind="stable")
    for n in sides.partners[order][:MOST_PARTNERS]:
        code = world.countries[int(n)]
        found.append(Group(code, labels.country_name(code), "economy", "partner", np.array([n])))
    return found


def _named(world: World, economies: Sequence[str]) -> list[Group]:
    scope, found, taken = Scope(world), [], np.zeros(world.n_countries, dtype=bool)
    with located(Origin("economies")):
        for name in economies:
            members = scope.economies([name], "economies").astype(np.int64)
            if taken[members].any():
                raise OutputError(
                    "CV460",
                    "an economy is named twice among those to compare",
                    found=", ".join(
                        labels.country_name(world.countries[n]) for n in members[taken[members]][:3]
                    ),
                    next_step="Name each economy once, alone or in a bloc.",
                )
            taken[members] = True
            alone = len(members) == 1
            said = labels.country_name(world.countries[int(members[0])]) if alone else str(name)
            found.append(Group(str(name), said, "economy" if alone else "bloc", "", members))
    return found
