"""Risk: real income in years drawn from a set of hazards, with and without the responses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import groups as parties
from countervail.analysis.draws import Year, drawn_years, struck
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model, model_named
from countervail.policy.hazard import HAZARDS, Hazard, hazards_from
from countervail.policy.shock import compile_scenario
from countervail.solver import Welfares, welfare_of
from countervail.words import listing, percent

if TYPE_CHECKING:
    from countervail.groups import Group
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]

MOST_DRAWS = 100_000
RESAMPLES = 400
WITHOUT, WITH = "sanctions alone", "with the responses"


def risk(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    hazards: Sequence[Hazard] | Sequence[dict[str, Any]] | None = None,
    draws: int = 200,
    seed: int = 0,
    tail: float = 0.05,
    threads: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Exhibit:
    """What cooperation is worth when shocks come: real income over drawn years, with and without the responses.

    The same years are drawn for both, so that their difference is the responses' alone. The worst tail is the mean of
    the worst `tail` of all years (expected shortfall).

    Arguments:
        hazards: what may happen in a year; the named set (`countervail.policy.hazard.HAZARDS`) by default.
        draws, seed: how many years, and of what random numbers.
        tail: the share of years that counts as the worst.
        threads: of the solver. progress: told how many more solves are done.

    Returns:
        Exhibit of kind "distribution": a row a year and course for the targets (the world where there are none);
        `more` holds risk_summary (mean, spread and tail of every party, what the responses remove), risk_hazards
        and risk_years.

    Raises:
        OutputError: CV464 draws, tail or seed that make no sense, CV465 a scenario without responses to compare.
        ScenarioError: hazards or a scenario that do not fit the world. SolveError: no year has an equilibrium.

    Example:
        >>> found = cv.risk(world, cv.load_scenario("united-front"), draws=200)  # doctest: +SKIP
        >>> found.more["risk_summary"]  # doctest: +SKIP
    """
    _check(draws, seed, tail)
    if not scenario.responses:
        raise OutputError(
            "CV465",
            "there are no responses whose worth could be compared",
            where=scenario.name,
            next_step="Add responses to the scenario.",
        )
    chosen = model_named(scenario.model) if model is None else model
    known = hazards_from(HAZARDS if hazards is None else hazards)
    years = drawn_years(world, known, draws, seed)
    compiled = compile_scenario(scenario, at_horizon(world, chosen))
    bare, answered = compiled.shock(responses=()), compiled.shock()
    found = [
        _welfare(world, [struck(world, shock, year) for year in years], chosen, threads, progress)
        for shock in (bare, answered)
    ]
    fine = np.isfinite(found[0].percent[:, 0]) & np.isfinite(found[1].percent[:, 0])
    if not fine.any():
        raise next(error for one in found for error in one.errors if error is not None)
    groups = parties.totals(world, compiled.sides)
    weights = parties.mean_weights(groups, world.income)
    without, with_ = (one.percent[fine] @ weights.T for one in found)
    summary = _summary(groups, without, with_, tail, seed)
    lost = int((~fine).sum())
    caveats = [
        "Hazards strike independently; years are drawn one by one, and nothing carries over between them."
    ]
    assumed = [hazard.name for hazard in known if hazard.source.startswith("assumption")]
    if assumed:
        caveats.append(f"Chances and sizes are assumptions: {listing(assumed)}.")
    if lost:
        caveats.append(f"{lost} of {draws} years have no equilibrium in one of the courses and are left out.")
    return Exhibit(
        "risk",
        "distribution",
        _title(groups[0], summary.iloc[0], tail),
        f"change of real income in {int(fine.sum())} drawn years, base year {world.year}",
        "percent",
        _years_of_first(groups[0], np.flatnonzero(fine), without[:, 0], with_[:, 0]),
        {"value": "real_income_percent", "line": "course"},
        f"countervail, {world.name}, {chosen.title}",
        world,
        scenario,
        caveats=tuple(caveats),
        more={
            "risk_summary": summary,
            "risk_hazards": _hazards(known, years),
            "risk_years": _years(world, years),
        },
        record={
            "world": world.name,
            "base_year": world.year,
            "fingerprint": world.fingerprint(),
            "model": chosen.name,
            "closure": chosen.closure,
            "draws": draws,
            "seed": seed,
            "tail": tail,
            "without_equilibrium": lost,
            "residual": float(max(np.nanmax(one.residual) for one in found)),
        },
    )


def worst(values: Floats, tail: float) -> float:
    """Expected shortfall: the mean of the worst share of values; the year on the edge counts in part.

    Example:
        >>> worst(np.array([-4.0, -2.0, 0.0, 0.0]), 0.375)
        -3.3333333333333335
    """
    ordered = np.sort(values)
    weight = np.clip(tail * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weight / weight.sum())


def _check(draws: int, seed: int, tail: float) -> None:
    fine = {
        "draws": isinstance(draws, int) and not isinstance(draws, bool) and 1 <= draws <= MOST_DRAWS,
        "seed": isinstance(seed, int) and not isinstance(seed, bool) and seed >= 0,
        "tail": isinstance(tail, int | float) and 0.0 < tail < 1.0,
    }
    for name, ok in fine.items():
        if not ok:
            raise OutputError(
                "CV464",
                "draws of a risk that make no sense",
                where=name,
                found=repr({"draws": draws, "seed": seed, "tail": tail}[name]),
                expected={
                    "draws": f"a number from 1 to {MOST_DRAWS}",
                    "seed": "a whole number from 0",
                    "tail": "a fraction between 0 and 1, such as 0.05",
                }[name],
            )


def _welfare(
    world: World,
    shocks: list[Shock],
    model: Model,
    threads: int,
    progress: Callable[[int], None] | None,
) -> Welfares:
    return welfare_of(world, shocks, model, threads=threads, progress=progress)


def _summary(groups: Sequence[Group], without: Floats, with_: Floats, tail: float, seed: int) -> pd.DataFrame:
    """Mean, variance and worst tail of each party, both courses, and what the responses remove of the tail."""
    rng = np.random.default_rng([seed, 10**6])
    again = rng.integers(0, len(without), (RESAMPLES, len(without)))
    rows = []
    for g, group in enumerate(groups):
        a, b = without[:, g], with_[:, g]
        bad, less_bad = worst(a, tail), worst(b, tail)
        drawn = np.array([worst(b[pick], tail) - worst(a[pick], tail) for pick in again])
        below, less_below = bad - a.mean(), less_bad - b.mean()
        rows.append(
            {
                "party": group.name,
                "party_code": group.code,
                "mean_without_percent": a.mean(),
                "mean_with_percent": b.mean(),
                "variance_without": a.var(),
                "variance_with": b.var(),
                "worst_without_percent": bad,
                "worst_with_percent": less_bad,
                "removed_percent": less_bad - bad,
                "removed_standard_error": drawn.std(),
                "removed_share_percent": 100 * (less_bad - bad) / -bad if bad < 0 else np.nan,
                "removed_below_mean_percent": 100 * (1 - less_below / below) if below < 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _years_of_first(group: Group, years: NDArray[np.int64], without: Floats, with_: Floats) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "party": group.name,
                "party_code": group.code,
                "course": course,
                "draw": years,
                "real_income_percent": values,
            }
        )
        for course, values in ((WITHOUT, without), (WITH, with_))
    ]
    return pd.concat(frames, ignore_index=True)


def _hazards(hazards: Sequence[Hazard], years: Sequence[Year]) -> pd.DataFrame:
    came = [sum(any(s.hazard == hazard.name for s in year.strikes) for year in years) for hazard in hazards]
    return pd.DataFrame(
        [
            {
                "hazard": hazard.name,
                "chance_percent": 100 * hazard.chance,
                "least_percent": 100 * hazard.low,
                "largest_percent": 100 * hazard.high,
                "hits": hazard.hits.replace("_", " "),
                "strikes": hazard.strikes,
                "goods": ", ".join(hazard.goods),
                "years_struck_percent": 100 * count / len(years),
                "source": hazard.source,
            }
            for hazard, count in zip(hazards, came, strict=True)
        ]
    )


def _years(world: World, years: Sequence[Year]) -> pd.DataFrame:
    rows = [
        {
            "draw": number,
            "hazard": strike.hazard,
            "economies": "all"
            if strike.everyone
            else " ".join(world.countries[int(n)] for n in strike.economies),
            "mean_size_percent": 100 * float(strike.size.mean()),
        }
        for number, year in enumerate(years)
        for strike in year.strikes
    ]
    return pd.DataFrame(rows, columns=["draw", "hazard", "economies", "mean_size_percent"])


def _title(group: Group, row: pd.Series, tail: float) -> str:
    several = group.kind == "side" and len(group.members) > 1
    who = f"the {group.name.lower()}" if several else group.name
    years = f"In the worst {100 * tail:g} % of years the real income of {who}"
    loss = row["worst_without_percent"]
    if loss >= 0:
        return f"{years} is {percent(loss)} above the base year"
    share = row["removed_share_percent"]
    what = f"the responses remove {percent(share)} of that" if share >= 0 else "the responses do not help"
    return f"{years} falls by {percent(-loss)}; {what}"
