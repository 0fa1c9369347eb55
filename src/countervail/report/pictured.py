"""Which exhibit a picture of a result shows, and which chart draws it."""

from __future__ import annotations

from typing import Any

from countervail.errors import OutputError
from countervail.exhibit import Exhibit

CHARTS = {
    **{
        kind: kind
        for kind in (
            *("ranking", "ladder", "matrix", "curves", "scatter", "shares", "flows", "distribution"),
            "tornado",
        )
    },
    "map": "world_map",
}


def pictured(result: Any) -> Exhibit:
    """The exhibit that a picture of a result shows.

    Raises:
        OutputError: CV452 the result has no picture, or the exhibit's table has no rows.
    """
    from countervail.analysis.comparison_exhibits import difference_exhibit, steps_exhibit
    from countervail.analysis.ledger import Ledger
    from countervail.analysis.ledger_exhibits import ladder
    from countervail.analysis.outcome_exhibits import welfare_map
    from countervail.analysis.steps import Steps
    from countervail.outcome import Difference, Outcome

    found: Any = result
    if isinstance(result, Difference):
        found = difference_exhibit(result)
    elif isinstance(result, Steps):
        found = steps_exhibit(result)
    elif not isinstance(result, Exhibit):
        found = next(iter(getattr(result, "exhibits", ())), result)
    if isinstance(result, Outcome):
        found = welfare_map(result)
    if isinstance(result, Ledger):
        found = ladder(result)
    if isinstance(found, Exhibit) and found.kind in CHARTS and len(found.table):
        return found
    raise OutputError(
        "CV452",
        "There is no picture of this result",
        found=f"{type(result).__name__}" + (f" of kind {found.kind}" if isinstance(found, Exhibit) else ""),
        expected=f"an Outcome, a Ledger, an analysis, or an Exhibit with rows of kind {', '.join(sorted(CHARTS))}",
        next_step="Write its tables instead, with cv.write(result, 'folder').",
    )
