"""Conditions between measures: `when` names another measure, without which a measure does not act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.policy.measure import Measure

Place = tuple[str, int]  # a list of the scenario, and a position in it


def needs(lists: Mapping[str, Sequence[Measure]]) -> dict[Place, tuple[Place, ...]]:
    """What each measure with a condition needs, directly and in turn.

    Arguments:
        lists: the measures of a scenario by list.

    Returns:
        By place of a measure with `when`, the places of all measures without which it does not act.

    Raises:
        Complaint: a condition on a measure that is not there (CV119), or on itself in the end (CV126).
    """
    places = {(which, n): item for which, items in lists.items() for n, item in enumerate(items)}
    named = {item.name: place for place, item in places.items() if item.name is not None}
    found: dict[Place, tuple[Place, ...]] = {}
    for place, measure in places.items():
        if measure.when is None:
            continue
        chain: list[Place] = []
        here = place
        while (condition := places[here].when) is not None:
            if condition not in named:
                raise Complaint(
                    "CV119",
                    "a condition on a measure that is not in the scenario",
                    found=repr(condition),
                    expected="the name of another measure",
                    next_step=did_you_mean(
                        condition, named, "Give that measure a `name`, and write the name here."
                    ),
                    field=(*here, "when"),
                )
            here = named[condition]
            if here == place or here in chain:
                raise _circle(place, here, chain, places)
            chain.append(here)
        found[place] = tuple(chain)
    return found


def _circle(place: Place, back: Place, chain: list[Place], places: Mapping[Place, Measure]) -> Complaint:
    trail = [place, *chain]
    names = [places[step].name or places[step].kind for step in trail[trail.index(back) :]]
    return Complaint(
        "CV126",
        "measures that wait for each other",
        found=" -> ".join((*names, names[0])),
        expected="a measure that acts whatever the others do, at the end of every chain of conditions",
        next_step="Take one `when` out.",
        field=(*place, "when"),
    )
