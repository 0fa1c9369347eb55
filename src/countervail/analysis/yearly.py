"""The path: a scenario year by year, each year a temporary equilibrium that starts from the stocks of the last."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.adjustment import Adjustment
from countervail.analysis.subsets import acting
from countervail.errors import OutputError, SolveError
from countervail.model.equilibrium import Equilibrium
from countervail.model.horizon import at_horizon
from countervail.model.welfare import welfare
from countervail.policy.scenario import LISTS
from countervail.policy.shock import compile_scenario
from countervail.policy.supply import Supply
from countervail.solver import base_of, path_for

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Compiled
    from countervail.world.world import World

Floats = NDArray[np.float64]

MOST_YEARS = 100
REFERENCE, SANCTIONS, ANSWERED = "reference", "sanctions", "answered"


@dataclass(eq=False)
class Run:
    """One course of events: what is active, the stocks it has come to, and welfare so far.

    Arguments:
        active: arguments of `Compiled.shock`.
        moved: how factors have moved between sectors until the year begins, before what measures add to their supply;
            None as in the base year.
        percent: by year, [d] welfare in percent of base income.
    """

    name: str
    active: dict[str, Any]
    moved: Supply | None = None
    percent: list[Floats] = field(default_factory=list)
    last: Equilibrium | None = None


@dataclass(frozen=True, eq=False)
class Course:
    """All courses of events of a scenario.

    Arguments:
        years: calendar years, or 1, 2, ... where the scenario has no dates. dated: which of the two.
        models: by year. percent: course to [year, d] welfare, percent of base income.
        responses: position in the scenario of each response that was followed alone.
        residual: the largest of all solves. solves: how many.
    """

    years: tuple[int, ...]
    dated: bool
    models: tuple[Model, ...]
    percent: dict[str, Floats]
    responses: tuple[int, ...]
    residual: float
    solves: int


def calendar(scenario: Scenario, years: int | Sequence[int]) -> tuple[tuple[int, ...], bool]:
    """The years of a path, and whether they are years of the calendar.

    Arguments:
        years: how many, from the first year in which a measure starts, or from 1 where none has a date; or the
            years of the calendar themselves, one after the other.

    Raises:
        OutputError: CV461 no years, too many, or years that do not follow each other.
    """
    measures = [m for which in LISTS for m in getattr(scenario, which)]
    dates = [date for m in measures for date in (m.start, m.full_by, m.end) if date is not None]
    starts = [m.start for m in measures if m.start is not None]
    if isinstance(years, int) and not isinstance(years, bool):
        if not 1 <= years <= MOST_YEARS:
            raise _no_years(years)
        first = int(min(starts or dates)[:4]) if dates else 1
        found = tuple(range(first, first + years))
    else:
        found = tuple(years) if isinstance(years, Sequence) and not isinstance(years, str) else ()
    whole = all(isinstance(year, int) and not isinstance(year, bool) for year in found)
    follow = whole and all(b - a == 1 for a, b in pairwise(found))
    if not found or not follow or len(found) > MOST_YEARS or (found[0] < 1 or found[-1] > 9999):
        raise _no_years(years)
    return found, bool(dates)


def read_years(text: str) -> int | tuple[int, ...]:
    """Years as they are written on a command line: "10", or "2022-2031".

    Raises:
        OutputError: CV461 where it is neither.
    """
    written = re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", text)
    if written is None:
        raise _no_years(text)
    first, last = written.groups()
    return int(first) if last is None else tuple(range(int(first), int(last) + 1))


def _no_years(found: object) -> OutputError:
    return OutputError(
        "CV461",
        "a path needs years that follow each other",
        where="years",
        found=repr(found)[:80],
        expected=f"a number of years from 1 to {MOST_YEARS}, or years such as 2022 to 2031",
        next_step="Give a number, such as 10.",
    )


def course_of(
    world: World,
    scenario: Scenario,
    adjustment: Adjustment,
    years: int | Sequence[int],
    *,
    responses: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Course:
    """Solve a scenario year by year: what is given, the sanctions, all responses, and each response alone.

    Each course keeps its own stocks. The state of a year is that of its first of July.

    Raises:
        OutputError: CV461. ScenarioError: the scenario does not fit the world.
        SolveError: a year has no equilibrium; it is named.
    """
    found, dated = calendar(scenario, years)
    runs = _runs(scenario, responses)
    models = tuple(adjustment.model(k) for k in range(len(found)))
    residual, solves = 0.0, 0
    # one world for all years, to which the theta of each is handed: what is laid out for the first then serves all
    base = base_of(world, models[0])
    theta = base.trade_elasticity / models[0].elasticity_share
    compiled: Compiled | None = None
    for k, (year, model) in enumerate(zip(found, models, strict=True)):
        here = at_horizon(world, model)
        if compiled is None or dated or model.elasticity_share != models[k - 1].elasticity_share:
            seen = scenario.at(f"{year:04d}-07-01") if dated else replace(scenario, date=None)
            compiled = compile_scenario(seen, here)
        for run in runs:
            bare = compiled.shock(**run.active)
            shock = bare if run.moved is None else replace(bare, supply=run.moved.times(bare.supply))
            solve = path_for(model, shock)
            (answer,) = solve(
                base, [shock], model, elasticity=(model.elasticity_share * theta)[None], start=run.last
            )
            if isinstance(answer, SolveError):
                answer.where = f"{answer.where}, year {year}" if answer.where else f"year {year}"
                answer.args = (str(answer),)
                raise answer
            run.last = answer
            run.percent.append(welfare(answer))
            stocks = adjustment.next_supply(answer.base, shock, answer)
            run.moved = None if stocks is None else stocks.over(bare.supply)
            residual, solves = max(residual, answer.residual), solves + 1
        if progress is not None:
            progress(k + 1, len(found))
    return Course(
        found,
        dated,
        models,
        {run.name: np.array(run.percent) for run in runs},
        tuple(int(run.name.split()[1]) for run in runs if run.name.startswith("response ")),
        residual,
        solves,
    )


def _runs(scenario: Scenario, responses: bool) -> list[Run]:
    runs = [
        Run(REFERENCE, {"sanctions": False, "responses": ()}),
        Run(SANCTIONS, {"responses": ()}),
    ]
    positions = acting(scenario)
    if positions:
        runs.append(Run(ANSWERED, {"responses": positions}))
    if responses and len(positions) > 1:
        runs += [Run(f"response {r}", {"responses": (r,)}) for r in positions]
    if not scenario.given:
        del runs[0]  # nothing is given, so the reference is the base year itself
    return runs
