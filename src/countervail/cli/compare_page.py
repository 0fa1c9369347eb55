"""Two outcomes side by side: the sides, then who is better and who is worse off in the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countervail.cli.show import clean, table
from countervail.groups import mean_weights
from countervail.words import number

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from countervail.outcome import Difference

SHOWN = 10


def print_difference(page: Console, difference: Difference) -> None:
    """Print a difference: sides of the first scenario and the world, then the largest movers."""
    one, other = difference.first, difference.second
    page.print(clean(f"A is {one.headline}."))
    page.print(clean(f"B is {other.headline}."))
    shown = [group for group in one.totals if group.kind in ("side", "world")]
    a, b = (mean_weights(shown, each.base.income) @ each.welfare.to_numpy() for each in (one, other))
    rows = [
        [group.name + (f" ({len(group.members)})" if len(group.members) > 1 else ""), *map(number, values)]
        for group, *values in zip(shown, a, b, a - b, strict=True)
    ]
    heads = ["", "A, %", "B, %", "A minus B, points"]
    table(page, "Welfare by side of A, percent of income", heads, rows)
    movers = difference.to_frames()["welfare_difference"]
    for word, sign in (("Worse", -1), ("Better", 1)):
        found = movers[sign * movers["difference_percentage_points"] > 1e-9].head(SHOWN)
        if len(found):
            title = f"{word} off in A than in B: the {len(found)} largest"
            table(page, title, [*heads, "A minus B, bn USD"], _rows(found))
    page.print(clean(f"A. {one.convergence}"))
    page.print(clean(f"B. {other.convergence}"))


def _rows(movers: pd.DataFrame) -> list[list[str]]:
    columns = ["welfare_first_percent", "welfare_second_percent", "difference_percentage_points"]
    return [
        [
            str(row["name"]),
            *(number(row[column]) for column in columns),
            number(row["difference_million_usd"] / 1000),
        ]
        for _, row in movers.iterrows()
    ]
