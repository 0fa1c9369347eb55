"""Solve: one shock or many against a world, whatever the model; the one place that chooses how."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from countervail import seam
from countervail.errors import SolveError
from countervail.general import apart
from countervail.kernel.batch import lanes_for
from countervail.model.equilibrium import Equilibrium
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model, long_run, model_named
from countervail.model.welfare import welfare
from countervail.policy.shock import Shock, compile_scenario, no_change
from countervail.routed import around_bans
from countervail.seam import prepared, zero_deficit
from countervail.world.world import World

if TYPE_CHECKING:
    from countervail.outcome import Outcome
    from countervail.policy.scenario import Scenario

__all__ = [
    "Path",
    "Verify",
    "Welfares",
    "answers",
    "base_of",
    "cores",
    "equilibria",
    "equilibrium",
    "in_groups",
    "path_for",
    "prepared",
    "solve",
    "to_check",
    "welfare_of",
    "zero_deficit",
]

T = TypeVar("T")
Verify = Literal["sample", "all"]
SAMPLE = 50  # one in so many answers of a large number is recomputed independently


class Path(Protocol):
    """A way of solving: some shocks of one world, each answered in order by its equilibrium or by its error.

    Of those not in `check` the solver's own residual may stand for the independent recomputation. `elasticity` is
    [shock, s], the trade elasticities of each; the world's if None. `start` is an equilibrium nearby.
    """

    def __call__(
        self,
        base: World,
        shocks: Sequence[Shock],
        model: Model,
        *,
        check: Sequence[bool] | None = None,
        elasticity: NDArray[np.float64] | None = None,
        start: Equilibrium | None = None,
    ) -> list[Equilibrium | SolveError]: ...


def path_for(model: Model, shock: Shock) -> Path:
    """The way to solve this shock under this model."""
    if shock.routes is not None:
        return _around
    bare = not shock.conditions and shock.specific is None and shock.claims is None
    if model.is_core and bare and (shock.supply is None or shock.supply.even):
        return seam.together
    return apart


def _around(
    base: World,
    shocks: Sequence[Shock],
    model: Model,
    *,
    check: Sequence[bool] | None = None,
    elasticity: NDArray[np.float64] | None = None,
    start: Equilibrium | None = None,
) -> list[Equilibrium | SolveError]:
    """Solve shocks in which ways around bans have capacities, one after the other (Eq. 12d)."""
    found = []
    for k, shock in enumerate(shocks):
        theta = None if elasticity is None else elasticity[k : k + 1]
        mine = base if theta is None else replace(base, trade_elasticity=theta[0])
        checked = None if check is None else [check[k]]

        def inner(
            one: Shock,
            near: Equilibrium | None,
            theta: NDArray[np.float64] | None = theta,
            checked: list[bool] | None = checked,
        ) -> Equilibrium | SolveError:
            path = path_for(model, one)
            return path(base, [one], model, check=checked, elasticity=theta, start=near)[0]

        found.append(around_bans(mine, shock, start, inner))
    return found


def solve(world: World, scenario: Scenario, model: Model | None = None) -> Outcome:
    """Solve a scenario (Eq. 1-11): all that is given, all sanctions and all responses, against the base year.

    Arguments:
        world: a calibrated world. scenario: what people decide.
        model: a preset or a changed copy of one; by default what the scenario itself names.

    Returns:
        Outcome with labels and units; its residual is recomputed independently of the solver.

    Raises:
        ScenarioError: a name that the world does not know, a measure without effect.
        SolveError: no equilibrium exists, or none was found; carries the last iterate. CV305 where the scenario names
            a model that there is not.

    Example:
        >>> world = load_world("icio2021")
        >>> outcome = solve(world, load_scenario("united-front"))
        >>> outcome.welfare.sel(country="RUS")
    """
    from countervail.outcome import Outcome

    chosen = model_named(scenario.model) if model is None else model
    compiled = compile_scenario(scenario, at_horizon(world, chosen))
    shock = compiled.shock()
    answer = equilibrium(world, shock, chosen)
    answer = replace(answer, notes=(*answer.notes, *compiled.notes()))
    return Outcome(world, scenario, chosen, shock if answer.shock is None else answer.shock, answer)


def equilibrium(
    world: World, shock: Shock, model: Model = long_run, *, start: Equilibrium | None = None
) -> Equilibrium:
    """The verified equilibrium of one shock (Eq. 1-11b, 12b, 12c, 13).

    Arguments:
        start: an equilibrium nearby (of the same world, under any model), where the general solver then begins.

    Raises:
        SolveError: CV301 a good without a source left, CV302 no convergence, CV303 income not above zero, CV320 to
            CV322 a limit that cannot be met.
    """
    answer = next(equilibria(world, [shock], model, start=start))
    if isinstance(answer, SolveError):
        raise answer
    return answer


def equilibria(
    world: World,
    shocks: Sequence[Shock],
    model: Model = long_run,
    threads: int = 1,
    *,
    check: Sequence[bool] | None = None,
    elasticity: NDArray[np.float64] | None = None,
    start: Equilibrium | None = None,
) -> Iterator[Equilibrium | SolveError]:
    """Many shocks of one world, in order; a member without an equilibrium is its error, never left out.

    Arguments:
        threads: how many groups of scenarios are solved at the same time; one thread each.
        check: which of them to recompute independently; all by default. The others carry the solver's own residual.
        elasticity: [shock, s] long-run trade elasticities of each; the world's by default. Not under closure `zero`,
            whose base depends on them.
        start: see `equilibrium`.
    """
    base = base_of(world, model)

    def group(members: range) -> list[Equilibrium | SolveError]:
        some = [shocks[k] for k in members]
        checked = None if check is None else [check[k] for k in members]
        theta = None if elasticity is None else model.elasticity_share * elasticity[members]
        return answers(base, some, model, checked, theta, start)

    for found in in_groups(group, len(shocks), base.n_countries, threads):
        yield from found


def base_of(world: World, model: Model) -> World:
    """The world that hats are relative to under this model, ready to be solved from several threads."""
    base = at_horizon(zero_deficit(world) if model.closure == "zero" else world, model)
    if model.is_core:
        prepared(base)
    return base


def cores() -> int:
    """How many cores this process may use: as many groups are solved at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_groups(job: Callable[[range], T], count: int, economies: int, threads: int) -> Iterator[T]:
    """A job on all positions below `count`, as many at a time as are solved side by side; results in order."""
    size = lanes_for(economies, count)
    groups = [range(first, min(first + size, count)) for first in range(0, count, size)]
    if threads == 1 or len(groups) <= 1:
        yield from map(job, groups)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(job, groups)


def answers(
    base: World,
    shocks: Sequence[Shock],
    model: Model,
    check: Sequence[bool] | None = None,
    elasticity: NDArray[np.float64] | None = None,
    start: Equilibrium | None = None,
) -> list[Equilibrium | SolveError]:
    """Each shock by its own path, those of one path together; at most as many as are solved side by side."""
    paths = [path_for(model, shock) for shock in shocks]
    found: dict[int, Equilibrium | SolveError] = {}
    for path in dict.fromkeys(paths):
        mine = [k for k, other in enumerate(paths) if other is path]
        checked = None if check is None else [check[k] for k in mine]
        theta = None if elasticity is None else elasticity[mine]
        some = path(base, [shocks[k] for k in mine], model, check=checked, elasticity=theta, start=start)
        found |= zip(mine, some, strict=True)
    return [found[k] for k in range(len(shocks))]


@dataclass(frozen=True, eq=False)
class Welfares:
    """Welfare of every economy under many shocks.

    Arguments:
        percent: [shock, d] equivalent variation, percent of base income; NaN throughout where there is no equilibrium.
        errors: why there is none; None where there is one.
        residual: [shock] the largest residual of Eq. 1-8, recomputed independently where checked, else the solver's;
            NaN where there is no equilibrium.
    """

    percent: NDArray[np.float64]
    errors: tuple[SolveError | None, ...]
    residual: NDArray[np.float64]


def welfare_of(
    world: World,
    shocks: Sequence[Shock],
    model: Model = long_run,
    *,
    elasticity: NDArray[np.float64] | None = None,
    threads: int = 1,
    verify: Verify = "sample",
    progress: Callable[[int], None] | None = None,
) -> Welfares:
    """Welfare under many shocks of one world, with nothing else kept.

    Arguments:
        elasticity: [shock, s] long-run trade elasticities of each; the world's by default.
        threads: groups of shocks solved at the same time.
        verify: "all" recomputes every answer independently, "sample" one in fifty and all from the safe path. The
            solver's own residual of every answer is always below its tolerance.
        progress: told how many more are done.
    """
    if elasticity is not None and model.closure == "zero":
        return _relative_to_own_base(world, shocks, model, elasticity, threads, verify, progress)
    percent = np.full((len(shocks), world.n_countries), np.nan)
    residual = np.full(len(shocks), np.nan)
    errors: list[SolveError | None] = [None] * len(shocks)
    check = to_check(len(shocks), verify)
    found = equilibria(world, shocks, model, threads, check=check, elasticity=elasticity)
    for k, answer in enumerate(found):
        if isinstance(answer, SolveError):
            errors[k] = answer
        else:
            percent[k], residual[k] = welfare(answer), answer.residual
        if progress is not None:
            progress(1)
    return Welfares(percent, tuple(errors), residual)


def to_check(count: int, verify: Verify) -> list[bool]:
    """Which of many answers are recomputed independently: all, or a fixed sample of one in fifty."""
    return [verify == "all" or k % SAMPLE == 0 for k in range(count)]


def _relative_to_own_base(
    world: World,
    shocks: Sequence[Shock],
    model: Model,
    elasticity: NDArray[np.float64],
    threads: int,
    verify: Verify,
    progress: Callable[[int], None] | None,
) -> Welfares:
    """Closure `zero` with elasticities of each: relative to the measured world, once with the shock and once without.

    Changes compose, so their ratio is the change against the base without imbalances.
    """
    measured = replace(model, closure="fixed")
    owed = -world.transfer
    still = replace(no_change(world), transfer=owed)
    both = [shock for one in shocks for shock in (still, replace(one, transfer=one.transfer + owed))]
    found = welfare_of(
        world,
        both,
        measured,
        elasticity=np.repeat(elasticity, 2, axis=0),
        threads=threads,
        verify=verify,
        progress=None if progress is None else lambda done: progress(0),
    )
    before, after = found.percent[::2], found.percent[1::2]
    errors = tuple(found.errors[2 * k] or found.errors[2 * k + 1] for k in range(len(shocks)))
    return Welfares(
        100.0 * ((100.0 + after) / (100.0 + before) - 1.0),
        errors,
        np.maximum(found.residual[::2], found.residual[1::2]),
    )
