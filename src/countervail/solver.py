"""Solve: one shock or many against a world, whatever the model; the one place that chooses how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from countervail import seam
from countervail.errors import SolveError
from countervail.kernel.batch import lanes_for
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import Shock, compile_scenario
from countervail.seam import prepared, zero_deficit
from countervail.world.world import World

if TYPE_CHECKING:
    from countervail.outcome import Outcome
    from countervail.policy.scenario import Scenario

__all__ = ["Path", "equilibria", "equilibrium", "path_for", "prepared", "solve", "zero_deficit"]


class Path(Protocol):
    """A way of solving: some shocks of one world, each answered in order by its equilibrium or by its error."""

    def __call__(
        self, base: World, shocks: Sequence[Shock], model: Model
    ) -> list[Equilibrium | SolveError]: ...


def path_for(model: Model, shock: Shock) -> Path:
    """The way to solve this shock under this model."""
    if shock.conditions or shock.specific is not None or shock.claims is not None:
        return refuse_limits
    return seam.together


def refuse_limits(base: World, shocks: Sequence[Shock], model: Model) -> list[Equilibrium | SolveError]:
    """CV325 where the answer itself is limited."""
    return [
        SolveError(
            "CV325",
            "limits on a price or a quantity cannot be solved",
            found=", ".join(limit.measure for limit in shock.conditions),
            next_step="Use a tariff, or an embargo with a leakage, for the time being.",
        )
        for shock in shocks
    ]


def solve(world: World, scenario: Scenario, model: Model = long_run) -> Outcome:
    """Solve a scenario (Eq. 1-8): all that is given, all sanctions and all responses, against the base year.

    Arguments:
        world: a calibrated world. scenario: what people decide. model: a preset or a changed copy of one.

    Returns:
        Outcome with labels and units; its residual is recomputed independently of the solver.

    Raises:
        ScenarioError: a name that the world does not know, a measure without effect.
        SolveError: no equilibrium exists, or none was found; carries the last iterate.

    Example:
        >>> world = load_world("icio2021")
        >>> outcome = solve(world, load_scenario("united-front"))
        >>> outcome.welfare.sel(country="RUS")
    """
    from countervail.outcome import Outcome

    shock = compile_scenario(scenario, world).shock()
    return Outcome(world, scenario, model, shock, equilibrium(world, shock, model))


def equilibrium(world: World, shock: Shock, model: Model = long_run) -> Equilibrium:
    """The verified equilibrium of one shock (Eq. 1-8).

    Raises:
        SolveError: CV301 a good without a source left, CV302 no convergence, CV303 income not above zero.
    """
    answer = next(equilibria(world, [shock], model))
    if isinstance(answer, SolveError):
        raise answer
    return answer


def equilibria(
    world: World, shocks: Sequence[Shock], model: Model = long_run, threads: int = 1
) -> Iterator[Equilibrium | SolveError]:
    """Many shocks of one world, in order; a member without an equilibrium is its error, never left out.

    Arguments:
        threads: how many groups of scenarios are solved at the same time; one thread each.
    """
    base = zero_deficit(world) if model.closure == "zero" else world
    prepared(base)  # before threads could do it twice
    size = lanes_for(base.n_countries, len(shocks))
    groups = [shocks[i : i + size] for i in range(0, len(shocks), size)]

    def group(members: Sequence[Shock]) -> list[Equilibrium | SolveError]:
        return _answers(base, members, model)

    if threads == 1 or len(groups) == 1:
        for members in groups:
            yield from group(members)
        return
    with ThreadPoolExecutor(threads) as pool:
        for answers in pool.map(group, groups):
            yield from answers


def _answers(base: World, shocks: Sequence[Shock], model: Model) -> list[Equilibrium | SolveError]:
    """Each shock by its own path, those of one path together."""
    paths = [path_for(model, shock) for shock in shocks]
    found: dict[int, Equilibrium | SolveError] = {}
    for path in dict.fromkeys(paths):
        mine = [i for i, other in enumerate(paths) if other is path]
        found |= zip(mine, path(base, [shocks[i] for i in mine], model), strict=True)
    return [found[i] for i in range(len(shocks))]
