"""What a reader has to know about any result, said automatically: what the model leaves out, who sits in ROW, what is
assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.sourced import sourced_share
from countervail.words import listing, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.world.world import World

_HORIZON = {
    "long_run": "The answer is for the long run, when workers and buyers have adjusted; the first months are worse.",
    "medium_run": "The answer is for the medium run, some years after the measures; its parameters are interpolated.",
    "short_run": "The answer is for the first year or so, when nobody can move to another sector.",
}


def caveats(world: World, scenario: Scenario | None, model: Model) -> tuple[str, ...]:
    """One sentence each.

    Arguments:
        world, scenario, model: what was asked.
    """
    found = [
        _HORIZON.get(model.name, f"The answer is that of the model {model.name}."),
        "Capital flight, exchange rates, banks and inflation are outside the model.",
        "Welfare is that of an economy as a whole: nothing is said about single households, regions or firms.",
        "Sectors are wide: a ban on a list of goods is a ban on part of a sector, and stands here as a leakage.",
    ]
    if scenario is not None:
        if any(getattr(scenario, which) for which in LISTS):
            share = sourced_share(scenario)
            found.append(
                f"{percent(100 * share)} of the scenario's claims name a source; the rest, sizes of responses above "
                "all, are assumptions, and the sources named were not opened by the program."
            )
        silent = [
            label
            for which in LISTS
            for label, measure in zip(scenario.labels(which), getattr(scenario, which), strict=True)
            if not measure.quantified
        ]
        if silent:
            found.append(f"No economic channel here, so no number: {listing(silent)}.")
        found += scenario.notes()
    if "ROW" in world.countries:
        inside = sorted(labels.row_members().values())
        found.append(
            f"Economies without a table of their own are one rest of the world, {listing(inside, most=6)} among them."
        )
    return tuple(found)
