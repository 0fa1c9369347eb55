"""Loss by year: what a path costs each side, cumulated and discounted, and when responses have done half their work."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import groups as parties
from countervail.analysis.adjustment import MOVING, Adjustment
from countervail.analysis.yearly import ANSWERED, REFERENCE, SANCTIONS, Course, course_of
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.policy.shock import compile_scenario
from countervail.words import number, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.groups import Group
    from countervail.policy.measure import Measure
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

NOTHING = 1e-6
"""Percent of income below which a response recovers nothing, and has no half."""


def path(
    world: World,
    scenario: Scenario,
    adjustment: Adjustment | None = None,
    *,
    years: int | Sequence[int] = 10,
    discount: float = 0.03,
    responses: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Exhibit:
    """A scenario year by year: a sequence of temporary equilibria (Eq. 1-11b) from the short run towards the long.

    Elasticities move from the first model's to the last's, factors that stay within a year move towards returns
    between years, and each measure is phased in as its dates say. Each year is seen from the base year: nothing is
    saved, and nobody looks ahead.

    Arguments:
        adjustment: first and last model and the speeds; by default from the scenario's own model, or the short run
            where that is the long run, to the long run.
        years: how many, from the first year in which a measure starts; or calendar years one after the other.
        discount: of a year, a fraction; the first year counts in full.
        responses: also follow each response alone on top of the sanctions.
        progress: told (years done, in all).

    Returns:
        Exhibit of kind "curves": party by year. Percent of base income; harm is the sanctions against what is given,
        offset what all responses win back, net both. `more` holds path_summary (cumulated and discounted loss,
        volatility), path_responses, path_halves (the year in which each has won back half of what it does at the
        end), path_economies and path_parameters.

    Raises:
        OutputError: CV461 years, CV462 speeds, CV463 a discount rate that makes no sense.
        ScenarioError: the scenario does not fit the world. SolveError: a year without equilibrium, named.

    Example:
        >>> found = cv.path(world, cv.load_scenario("energy-embargo"), years=10)  # doctest: +SKIP
        >>> found.more["path_summary"]  # doctest: +SKIP
    """
    if not (math.isfinite(discount) and 0.0 <= discount < 1.0):
        raise OutputError(
            "CV463",
            "a rate of discount that makes no sense",
            where="discount",
            found=repr(discount),
            expected="a fraction from 0 to below 1, such as 0.03",
        )
    adjustment = Adjustment.of(scenario) if adjustment is None else adjustment
    course = course_of(world, scenario, adjustment, years, responses=responses, progress=progress)
    sides = compile_scenario(scenario, world).sides
    found = parties.totals(world, sides)
    weights = parties.mean_weights(found, world.income)
    incomes = parties.membership(found, world.n_countries) @ world.income
    table = _by_year(course, found, weights, incomes)
    summary = _summary(course, found, weights, incomes, discount)
    won, halves = _responses(course, scenario, found, weights)
    dates = "years of the calendar" if course.dated else "years after the measures"
    caveats = [
        f"Speeds are assumptions: a year closes {percent(100 * adjustment.closing)} of what is left to the long run, "
        f"stocks grow by {number(adjustment.speed)} % for each per cent of higher return.",
        "Nobody looks ahead or saves; each year is compared with the base year.",
    ]
    if course.dated:
        caveats.append("A measure counts in a year as far as it is phased in on its first of July.")
    return Exhibit(
        "path",
        "curves",
        _title(course, found, table),
        f"Change of real income by year, {dates}, base year {world.year}",
        "percent",
        table,
        {"line": "party", "x": "year", "y": "net_percent", "side": "side"},
        f"countervail, {world.name}, {adjustment.first.title} to {adjustment.last.title}",
        world,
        scenario,
        caveats=tuple(caveats),
        more={
            "path_summary": summary,
            "path_responses": won,
            "path_halves": halves,
            "path_economies": _economies(course, world),
            "path_parameters": _parameters(course),
        },
        record=_record(world, course, adjustment, discount),
    )


def _net(course: Course) -> Floats:
    """[year, d] all measures against the reference, percentage points."""
    last = course.percent.get(ANSWERED, course.percent[SANCTIONS])
    return last - course.percent.get(REFERENCE, np.zeros_like(last))


def _by_year(course: Course, found: Sequence[Group], weights: Floats, incomes: Floats) -> pd.DataFrame:
    sanctions = course.percent[SANCTIONS]
    harm = (sanctions - course.percent.get(REFERENCE, np.zeros_like(sanctions))) @ weights.T
    net = _net(course) @ weights.T
    return pd.DataFrame(
        [
            {
                "party": group.name,
                "party_code": group.code,
                "side": group.side,
                "year": year,
                "harm_percent": harm[y, g],
                "offset_percent": net[y, g] - harm[y, g],
                "net_percent": net[y, g],
                "net_million_usd": net[y, g] * incomes[g] / 100,
            }
            for g, group in enumerate(found)
            for y, year in enumerate(course.years)
        ]
    )


def _summary(
    course: Course, found: Sequence[Group], weights: Floats, incomes: Floats, discount: float
) -> pd.DataFrame:
    """Cumulated and discounted change, the worst year, and the volatility of real income from year to year."""
    net = _net(course) @ weights.T
    factors = (1.0 + discount) ** -np.arange(len(course.years))
    level = np.log1p(np.vstack([np.zeros(len(found)), net]) / 100)
    steps = 100 * np.diff(level, axis=0)
    return pd.DataFrame(
        [
            {
                "party": group.name,
                "party_code": group.code,
                "first_year_percent": net[0, g],
                "last_year_percent": net[-1, g],
                "worst_year": course.years[int(np.argmin(net[:, g]))],
                "worst_year_percent": net[:, g].min(),
                "cumulated_percent_of_a_year": net[:, g].sum(),
                "cumulated_million_usd": net[:, g].sum() * incomes[g] / 100,
                "discounted_million_usd": (factors @ net[:, g]) * incomes[g] / 100,
                "volatility_percent": steps[:, g].std(),
            }
            for g, group in enumerate(found)
        ]
    )


def _responses(
    course: Course, scenario: Scenario, found: Sequence[Group], weights: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What each response alone wins back for the targets by year, and when each has reached half of its last year."""
    rows: list[dict[str, Any]] = []
    halves: list[dict[str, Any]] = []
    place = next((g for g, group in enumerate(found) if group.code == "TARGETS"), None)
    names = {f"response {r}": scenario.labels("responses")[r] for r in course.responses}
    if ANSWERED in course.percent:
        alone = [label for label, measure in _labelled(scenario) if measure.quantified]
        names[ANSWERED] = alone[0] if len(alone) == 1 else "all responses"
    for course_name, name in names.items() if place is not None else ():
        won = (course.percent[course_name] - course.percent[SANCTIONS]) @ weights[place]
        rows += [
            {"response": name, "year": year, "recovered_percent": gain}
            for year, gain in zip(course.years, won, strict=True)
        ]
        half = half_year(won, course.years)
        halves.append(
            {
                "response": name,
                "first_year_percent": won[0],
                "last_year_percent": won[-1],
                "half_recovered_in": "never" if half is None else str(half),
            }
        )
    return (
        pd.DataFrame(rows, columns=["response", "year", "recovered_percent"]),
        pd.DataFrame(
            halves, columns=["response", "first_year_percent", "last_year_percent", "half_recovered_in"]
        ),
    )


def _labelled(scenario: Scenario) -> list[tuple[str, Measure]]:
    return list(zip(scenario.labels("responses"), scenario.responses, strict=True))


def half_year(won: Floats, years: Sequence[int]) -> int | None:
    """The first year in which half of the last year's recovery is reached; None where the last year's is none.

    Example:
        >>> half_year(np.array([0.1, 0.3, 0.5]), [2022, 2023, 2024])
        2023
    """
    if won[-1] <= NOTHING:
        return None
    return int(years[int(np.argmax(won >= 0.5 * won[-1]))])


def _economies(course: Course, world: World) -> pd.DataFrame:
    net = _net(course)
    return pd.DataFrame(
        [
            {
                "economy": labels.country_name(code),
                "economy_code": code,
                "year": year,
                "net_percent": net[y, d],
                "net_million_usd": net[y, d] * world.income[d] / 100,
            }
            for d, code in enumerate(world.countries)
            for y, year in enumerate(course.years)
        ]
    )


def _parameters(course: Course) -> pd.DataFrame:
    names = (*MOVING, "labour_mobility", "capital_mobility", "resource_mobility")
    return pd.DataFrame(
        [
            {"year": year, **{name: getattr(model, name) for name in names}}
            for year, model in zip(course.years, course.models, strict=True)
        ]
    )


def _title(course: Course, found: Sequence[Group], table: pd.DataFrame) -> str:
    group = found[0]
    rows = table[table["party_code"] == group.code]["net_percent"].to_numpy()
    several = group.kind == "side" and len(group.members) > 1
    who = f"the {group.name.lower()}" if several else group.name
    first, last = course.years[0], course.years[-1]
    if len(course.years) == 1:
        return f"The real income of {who} is {_apart(rows[0])} in {_year(first, course)}"
    total = float(rows.sum())
    sum_up = f"{'costs' if total < 0 else 'brings'} {percent(abs(total))} of a year's income"
    return (
        f"The real income of {who} is {_apart(rows[0])} in {_year(first, course)} and {_apart(rows[-1])} in "
        f"{_year(last, course)}; in all that {sum_up}"
    )


def _apart(value: float) -> str:
    """How far from the base year, in words."""
    return f"{percent(abs(value))} {'lower' if value < 0 else 'higher'}"


def _year(year: int, course: Course) -> str:
    return str(year) if course.dated else f"year {year}"


def _record(world: World, course: Course, adjustment: Adjustment, discount: float) -> dict[str, Any]:
    return {
        "world": world.name,
        "base_year": world.year,
        "fingerprint": world.fingerprint(),
        "first_model": adjustment.first.record(),
        "last_model": adjustment.last.record(),
        "closing": adjustment.closing,
        "speed": adjustment.speed,
        "discount": discount,
        "years": list(course.years),
        "residual": course.residual,
        "solves": course.solves,
    }
