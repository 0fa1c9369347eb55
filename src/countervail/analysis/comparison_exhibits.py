"""What a difference of two outcomes shows, and what the steps of a scenario show: by how much welfare is apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from countervail.analysis.outcome_exhibits import source
from countervail.exhibit import Exhibit
from countervail.words import number

if TYPE_CHECKING:
    from countervail.analysis.steps import Steps
    from countervail.outcome import Difference

SHOWN = 10
STILL = 1e-9


def difference_exhibit(difference: Difference, shown: int = SHOWN) -> Exhibit:
    """By how much the welfare of economies is higher or lower in the first outcome than in the second.

    Arguments:
        shown: of each direction at most; `more` has all economies.
    """
    first, second = difference.first, difference.second
    table = next(iter(difference.to_frames().values()))
    column = "difference_percentage_points"
    ordered = table.sort_values(column, kind="stable", ignore_index=True)
    worse, better = ordered[ordered[column] < -STILL], ordered[ordered[column] > STILL]
    said = [
        f"{row['name']} {word} most ({number(abs(float(row[column])))} points)"
        for row, word in (
            *((one, "loses") for _, one in worse.head(1).iterrows()),
            *((one, "gains") for _, one in better.tail(1).iterrows()),
        )
    ]
    names = f"{first.title} instead of {second.title}"
    return Exhibit(
        name="welfare_difference",
        kind="ranking",
        title=f"With {names}, {' and '.join(said)}" if said else f"{names} makes no difference to welfare",
        subtitle=f"Welfare with {first.title} less welfare with {second.title}, base year {first.world.year}",
        unit="percentage points of income",
        table=pd.concat([worse.head(shown), better.tail(shown)], ignore_index=True),
        roles={"label": "name", "value": column, "code": "code"},
        source=f"{source(first)}; less {second.headline}",
        world=first.world,
        scenario=first.scenario,
        more={"welfare_difference_all": table},
        record=difference.provenance(),
    )


def steps_exhibit(steps: Steps) -> Exhibit | None:
    """The harm, what each response adds on top of those before it, and the net; None without a target."""
    place = next((n for n, group in enumerate(steps.groups) if group.code == "TARGETS"), None)
    if place is None:
        return None
    changes = [float(value) for value in steps.percent[:, place]]
    names = [label[0].upper() + label[1:] for label in steps.labels]
    kinds = ["harm", *["response"] * (len(changes) - 1)]
    net = float(np.sum(changes))
    return Exhibit(
        name="steps",
        kind="ladder",
        title=steps.sentence.rstrip("."),
        subtitle=f"Welfare of {steps.groups[place].name} as measures come in one after the other, base year "
        f"{steps.outcome.world.year}",
        unit="percent of income",
        table=pd.DataFrame(
            {"step": [*names, "Net"], "kind": [*kinds, "net"], "welfare_percent": [*changes, net]}
        ),
        roles={"label": "step", "value": "welfare_percent", "side": "kind"},
        source=source(steps.outcome),
        world=steps.outcome.world,
        scenario=steps.outcome.scenario,
        caveats=(
            "What a step adds depends on those before it; the ledger's parts do not.",
            *(f"{label}: {why}" for label, why in steps.failed.items()),
        ),
        more=steps.to_frames(),
        record=steps.outcome.provenance(),
    )
