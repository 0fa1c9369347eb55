"""Many scenarios of one world at once, labelled; what is kept of each is the asker's choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from countervail import __version__
from countervail.errors import CountervailError, SolveError
from countervail.model.equilibrium import Equilibrium
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model, long_run, model_named
from countervail.model.welfare import welfare
from countervail.outcome import RESULTS, Outcome
from countervail.policy.shock import Shock, compile_scenario, no_change
from countervail.solver import Verify, answers, base_of, cores, equilibrium, in_groups, to_check

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

SOLVED = "solved"


def solve_many(
    world: World,
    scenarios: Sequence[Scenario] | Mapping[str, Scenario],
    model: Model | None = None,
    *,
    keep: Sequence[str] = ("welfare",),
    verify: Verify = "sample",
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> xr.Dataset:
    """Solve many scenarios of one world (Eq. 1-8), several side by side.

    Order, company, number of threads and repetition change no result beyond 1e-9 of it; the same call gives the same
    bits on the same machine.

    Arguments:
        scenarios: with different names, or by name.
        model: a preset or a changed copy of one; by default what the scenarios themselves name, all the same.
        keep: results of `Outcome` to keep: welfare, welfare_money, real_wage, consumer_price, prices, output,
            value_added, exports, imports, trade, tariff_revenue, income, transfer. 2,000 trade arrays are 5 GB.
        verify: every answer's residual is checked by the solver; "sample" recomputes one in fifty, and all that needed
            the safe path, by code that shares nothing with it, "all" every one.
        threads: scenarios are solved in groups, one thread a group; as many at a time as there are cores by default.
        progress: told (stage, done, in all) after each group.

    Returns:
        Dataset over scenario (and country, sector, origin, destination as each result needs), with units, and the
        coordinates `status` ("solved", or why not: the row is then missing) and `residual` (largest of Eq. 1-8,
        relative).

    Raises:
        SolveError: CV305 a model that there is not, CV307 a result that there is not, CV308 two scenarios of one name,
            CV317 scenarios that name different models.

    Example:
        >>> results = solve_many(world, [weak, strong], keep=("welfare", "exports"))  # doctest: +SKIP
        >>> results.welfare.sel(scenario="strong", country="RUS")  # doctest: +SKIP
    """
    names, some = _named(scenarios)
    unknown = [name for name in keep if name not in RESULTS]
    if unknown:
        raise SolveError(
            "CV307", "no such result to keep", found=", ".join(unknown), expected="of " + ", ".join(RESULTS)
        )
    model = _one_model(some) if model is None else model
    base = base_of(world, model)
    check = to_check(len(some), verify)
    kept = _room(world, model, keep, len(some))
    status, residual = [SOLVED] * len(some), np.full(len(some), np.nan)

    def group(members: range) -> list[tuple[Shock, Equilibrium] | CountervailError]:
        return _group(world, base, [some[k] for k in members], model, [check[k] for k in members])

    k = 0
    for found in in_groups(group, len(some), base.n_countries, threads or cores()):
        for answer in found:
            if isinstance(answer, CountervailError):
                status[k] = str(answer)
            else:
                shock, eq = answer
                residual[k] = eq.residual
                outcome = Outcome(world, some[k], model, shock, eq)
                for name, array in kept.items():
                    array.values[k] = welfare(eq) if name == "welfare" else getattr(outcome, name).to_numpy()
            k += 1
        if progress is not None:
            progress("scenarios", k, len(some))
    coords = {"scenario": names, "status": ("scenario", status), "residual": ("scenario", residual)}
    about = {
        "base_year": world.year,
        "world": world.name,
        "elasticity": world.elasticity,
        "model": model.name,
        "closure": model.closure,
        "verified": "every answer" if verify == "all" else "one in fifty, and all from the safe path",
        "version": __version__,
    }
    return xr.Dataset(kept, attrs=about).assign_coords(coords)


def _named(scenarios: Sequence[Scenario] | Mapping[str, Scenario]) -> tuple[list[str], list[Scenario]]:
    if isinstance(scenarios, Mapping):
        return list(scenarios), list(scenarios.values())
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise SolveError(
            "CV308",
            "two scenarios of one name",
            found=", ".join(twice[:3]),
            expected="a different name for each",
            next_step="Name them apart, or pass a mapping from name to scenario.",
        )
    return names, list(scenarios)


def _one_model(scenarios: Sequence[Scenario]) -> Model:
    """What all scenarios name; the long run where there is none."""
    named: dict[str, Model] = {}
    for scenario in scenarios:
        found = model_named(scenario.model)
        if found not in named.values():
            named[scenario.name] = found
    if len(named) > 1:
        raise SolveError(
            "CV317",
            "the scenarios name different models",
            found=", ".join(f"{found.name} in {name}" for name, found in list(named.items())[:3]),
            expected="one model for all that are solved together",
            next_step="Pass the model to solve all of them with, or call once for each.",
        )
    return next(iter(named.values()), long_run)


def _room(world: World, model: Model, keep: Sequence[str], count: int) -> dict[str, xr.DataArray]:
    """An array of missing values a result, with the axes, labels and units that it has in an outcome."""
    still = no_change(world)
    outcome = Outcome(world, None, model, still, equilibrium(world, still, model))
    kept = {}
    for name in keep:
        one: xr.DataArray = getattr(outcome, name)
        kept[name] = xr.DataArray(
            np.full((count, *one.shape), np.nan),
            dims=("scenario", *one.dims),
            coords=one.coords,
            attrs={key: one.attrs[key] for key in ("long_name", "unit")},
        )
    return kept


def _group(
    world: World, base: World, scenarios: Sequence[Scenario], model: Model, check: Sequence[bool]
) -> list[tuple[Shock, Equilibrium] | CountervailError]:
    """Compile and solve some scenarios side by side."""
    found: list[tuple[Shock, Equilibrium] | CountervailError] = []
    horizon = at_horizon(world, model)
    shocks: list[Shock] = []
    places: list[int] = []
    for k, scenario in enumerate(scenarios):
        try:
            shocks.append(compile_scenario(scenario, horizon).shock())
            places.append(k)
            found.append(SolveError("CV302", "not solved yet"))
        except CountervailError as error:
            found.append(error)
    solved = answers(base, shocks, model, [check[k] for k in places])
    for k, shock, answer in zip(places, shocks, solved, strict=True):
        found[k] = answer if isinstance(answer, SolveError) else (answer.shock or shock, answer)
    return found
