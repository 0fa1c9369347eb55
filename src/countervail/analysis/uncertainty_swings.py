"""One assumption at a time: the answer with each at its low and its high end, all others as stated (a tornado)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from countervail.analysis.coalition_shares import base, source
from countervail.analysis.uncertainty_draws import SET, WITHIN
from countervail.exhibit import Exhibit
from countervail.words import between, number

if TYPE_CHECKING:
    from countervail.analysis.uncertainty_draws import Size, Space
    from countervail.analysis.uncertainty_solve import Evaluation, Progress

Floats = NDArray[np.float64]
ENDS = (0.05, 0.95)
ONE_BY_ONE = 8
"""Up to so many sizes of a kind have a row each; more move together."""


def swings_exhibit(evaluation: Evaluation, progress: Progress | None = None) -> Exhibit:
    """The net answer for the targets (else the world) with one assumption at a time at its 5th and 95th percentile.

    The sets of elasticities are tried one by one; of them the two with the lowest and the highest answer are shown, the
    one with the lower mean elasticity as the low end. Elasticities within a set move together.

    Returns:
        Exhibit of a tornado, the widest first: net welfare at both ends and as stated, with harm and the share won
        back. An end without an equilibrium is missing, with its reason.
    """
    space, world = evaluation.space, evaluation.world
    centre = _centre(space, world.elasticity)
    moves = _moves(space)
    points = [centre, *(_moved(centre, columns, end, space) for _, columns in moves for end in ENDS)]
    sets = np.tile(centre, (len(space.sets) if SET in space.groups else 0, 1))
    sets[:, :1] = (np.arange(len(sets))[:, None] + 0.5) / max(len(sets), 1)
    data, failed, residual = evaluation.at(np.vstack([*points, *sets]), "one assumption at a time", progress)
    codes = [group.code for group in evaluation.found]
    place = codes.index("TARGETS" if "TARGETS" in codes else "WORLD")
    net, harm, share = (data[item].to_numpy()[:, place] for item in ("net", "harm", "offset_share"))
    rows = []
    if len(sets):
        first = len(points)
        mean = space.theta.mean(axis=1)
        ends = _extremes(net[first:], mean)
        titles = {one.name: one.title for one in world.elasticity_sets}
        names = [titles.get(space.sets[k], space.sets[k]) for k in ends]
        rows.append((f"{SET}: {names[0]} to {names[1]}", [first + k for k in ends]))
    rows += [(name, [1 + 2 * n, 2 + 2 * n]) for n, (name, _) in enumerate(moves)]
    table = pd.DataFrame(
        [
            {
                "assumption": name,
                "low_percent": net[low],
                "high_percent": net[high],
                "stated_percent": net[0],
                "harm_low_percent": harm[low],
                "harm_high_percent": harm[high],
                "won_back_low_percent_of_harm": 100 * share[low],
                "won_back_high_percent_of_harm": 100 * share[high],
                "missing": failed.get(low, failed.get(high, "")),
            }
            for name, (low, high) in rows
        ]
    )
    width = (table["high_percent"] - table["low_percent"]).abs()
    table = table.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    lost = int((table["missing"] != "").sum())
    return Exhibit(
        name="uncertainty_swings",
        kind="tornado",
        title=_title(table, evaluation.found[place].name),
        subtitle=f"Welfare after all responses, one assumption at a time; {base(world, evaluation.scenario)}",
        unit="percent of income",
        table=table,
        roles={
            "label": "assumption",
            "low": "low_percent",
            "high": "high_percent",
            "value": "stated_percent",
        },
        source=source(world, evaluation.model),
        caveats=(
            "Ends are the 5th and the 95th percentile of each assumption, all others as stated; elasticities within "
            "the set move together, and sets are those with the lowest and the highest answer.",
            *((f"{lost} assumptions have an end without an equilibrium.",) if lost else ()),
            *space.assumptions.sentences(),
        ),
        record={"solves": 3 * (len(points) + len(sets)), "largest_residual": residual},
        world=world,
        scenario=evaluation.scenario,
    )


def _centre(space: Space, used: str) -> Floats:
    """The point of the cube at which everything is as stated: elasticities at their median, sizes where they are."""
    centre = np.full(len(space.groups), 0.5)
    first = len(space.groups) - len(space.sizes)
    for n, size in enumerate(space.sizes):
        centre[first + n] = _where(size)
    if SET in space.groups and used in space.sets:
        centre[0] = (space.sets.index(used) + 0.5) / len(space.sets)
    return centre


def _where(size: Size) -> float:
    """At which point of its distribution a size is the stated one; a cut moves it away from the median."""
    value = getattr(size.measure, size.field)
    stated = abs(value if isinstance(value, float) else size.measure.size_value or 0.0)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(size.drawn.at(np.array([middle]))[0]) < stated:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _moves(space: Space) -> list[tuple[str, list[int]]]:
    """Names of what moves, and its columns of the cube: elasticities, then sizes of a kind together or one by one."""
    first = len(space.groups) - len(space.sizes)
    found: list[tuple[str, list[int]]] = []
    for name in space.names:
        columns = [n for n, group in enumerate(space.groups) if group == name]
        if name == SET:
            continue
        if name == WITHIN or len(columns) > ONE_BY_ONE:
            found.append((name, columns))
        else:
            found += [(space.sizes[n - first].title(name), [n]) for n in columns]
    return found


def _moved(centre: Floats, columns: list[int], end: float, space: Space) -> Floats:
    """The centre with some columns at an end; deviations that add up move less, so that their sum is at its end."""
    point, at = centre.copy(), end
    if space.groups[columns[0]] == WITHIN:
        shared = space.assumptions.correlation
        at = float(stats.norm.cdf(stats.norm.ppf(end) / (math.sqrt(shared) + math.sqrt(1 - shared))))
    point[columns] = at
    return point


def _extremes(net: Floats, mean: Floats) -> list[int]:
    """The sets with the lowest and the highest answer, the one with the lower mean elasticity first."""
    known = np.flatnonzero(np.isfinite(net))
    if not known.size:
        return [0, len(net) - 1]
    ends = {int(known[net[known].argmin()]), int(known[net[known].argmax()])}
    ordered = sorted(ends, key=lambda k: float(mean[k]))
    return [ordered[0], ordered[-1]]


def _title(table: pd.DataFrame, name: str) -> str:
    known = table.dropna(subset=["low_percent", "high_percent"])
    if known.empty:
        return f"No assumption about {name} can be moved alone"
    first = known.iloc[0]
    ends = sorted([float(first["low_percent"]), float(first["high_percent"])])
    said, stated = between(*ends), float(first["stated_percent"])
    if ends[1] <= 0:
        said, stated = f"a loss of {between(-ends[1], -ends[0])}", -stated
    elif ends[0] >= 0:
        said = f"a gain of {said}"
    return (
        f"The net answer for {name} hangs most on {first['assumption']}: {said} % of income, "
        f"{number(stated)} as stated"
    )
