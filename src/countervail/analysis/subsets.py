"""Welfare under subsets of the responses: the equilibria that every view of a ledger is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.shapley import members
from countervail.errors import SolveError
from countervail.model.equilibrium import Equilibrium
from countervail.model.horizon import at_horizon
from countervail.model.welfare import welfare
from countervail.policy.shock import compile_scenario
from countervail.solver import cores, equilibria, to_check

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Compiled, Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]

FEW = 64  # answers are all recomputed independently; of more, those that are kept and one in fifty
GIVEN = -1
"""Stands for the reference: what is given, without sanctions and responses."""


@dataclass
class Effort:
    """What a number of solves took and how accurate the worst of them is; filled while they run."""

    solves: int = 0
    failures: int = 0
    residual: float = 0.0
    step: Callable[[int], None] | None = None

    def solved(
        self,
        world: World,
        shocks: Sequence[Shock],
        model: Model,
        elasticity: Floats | None = None,
        start: Equilibrium | None = None,
        check: Sequence[bool] | None = None,
    ) -> Iterator[Equilibrium | SolveError]:
        """Solve many shocks on all cores, one answer at a time so that only what is kept takes memory.

        Arguments:
            elasticity: [shock, s] long-run trade elasticities of each; the world's by default.
            start: an equilibrium nearby, where the general solver then begins.
            check: which of them to recompute independently, all by default; the solver's own residual is always known.
        """
        found = equilibria(world, shocks, model, cores(), check=check, elasticity=elasticity, start=start)
        for answer in found:
            self.solves += 1
            if isinstance(answer, Equilibrium):
                self.residual = max(self.residual, answer.residual)
            else:
                self.failures += 1
            if self.step is not None:
                self.step(1)
            yield answer


@dataclass(frozen=True, eq=False)
class Values:
    """Welfare of every economy under subsets of the responses.

    Arguments:
        income: [country] base income, million USD, that welfare is percent of.
        welfare: subset (or GIVEN) to [country] percent; missing throughout where there is no equilibrium.
        failed: subset (or GIVEN) to the error that says why it has none.
        kept: the equilibrium and shock of the subsets asked to be kept.
    """

    income: Floats
    welfare: dict[int, Floats]
    failed: dict[int, SolveError] = field(default_factory=dict)
    kept: dict[int, tuple[Shock, Equilibrium]] = field(default_factory=dict)


def acting(scenario: Scenario) -> tuple[int, ...]:
    """Positions of the responses that the model has a channel for; bit b of a subset is the b-th of them.

    The others, such as a boycott that is only declared, change nothing and need no solve.
    """
    return tuple(r for r, measure in enumerate(scenario.responses) if measure.quantified)


def shock_of(compiled: Compiled, subset: int) -> Shock:
    """The shock of a subset of the responses on top of all sanctions, or of what is given alone."""
    if subset == GIVEN:
        return compiled.shock(sanctions=False, responses=())
    positions = acting(compiled.scenario)
    return compiled.shock(responses=tuple(positions[bit] for bit in members(subset)))


def values_of(
    world: World,
    compiled: Compiled,
    model: Model,
    subsets: Iterable[int],
    effort: Effort,
    keep: frozenset[int] = frozenset(),
) -> Values:
    """Solve the reference and each subset once.

    Arguments:
        subsets: bit masks of responses.
        keep: subsets whose equilibrium is wanted, not only its welfare.

    Raises:
        SolveError: what is given has itself no equilibrium, or nothing has.
    """
    wanted = [GIVEN, *dict.fromkeys(subsets)]
    shocks = [shock_of(compiled, subset) for subset in wanted]
    sample = to_check(len(wanted), "sample" if len(wanted) > FEW else "all")
    check = [drawn or subset in keep for subset, drawn in zip(wanted, sample, strict=True)]
    return _gathered(wanted, shocks, effort.solved(world, shocks, model, check=check), keep)


def values_by_elasticity(
    world: World,
    scenario: Scenario,
    names: Iterable[str],
    model: Model,
    subsets: Sequence[int],
    effort: Effort,
) -> dict[str, Values | SolveError]:
    """The same under other sets of trade elasticities; all sets are solved side by side.

    Arguments:
        names: elasticity sets of the world.

    Returns:
        Values by set, or why a set has none.
    """
    wanted = [GIVEN, *dict.fromkeys(subsets)]
    others = {name: world.with_elasticity(name) for name in names}
    shocks = {
        name: [shock_of(compile_scenario(scenario, at_horizon(other, model)), subset) for subset in wanted]
        for name, other in others.items()
    }
    if model.closure == "zero":  # the base itself depends on the elasticities
        streams = {name: effort.solved(other, shocks[name], model) for name, other in others.items()}
    else:
        theta = np.repeat([other.trade_elasticity for other in others.values()], len(wanted), axis=0)
        together = [shock for name in others for shock in shocks[name]]
        stream = effort.solved(world, together, model, theta) if together else iter(())
        streams = {name: islice(stream, len(wanted)) for name in others}
    found: dict[str, Values | SolveError] = {}
    for name, answers in streams.items():
        try:
            found[name] = _gathered(wanted, shocks[name], answers, frozenset())
        except SolveError as error:
            found[name] = error
    return found


def _gathered(
    wanted: Sequence[int],
    shocks: Sequence[Shock],
    answers: Iterable[Equilibrium | SolveError],
    keep: frozenset[int],
) -> Values:
    found: dict[int, Floats] = {}
    failed: dict[int, SolveError] = {}
    kept: dict[int, tuple[Shock, Equilibrium]] = {}
    income = None
    for subset, shock, answer in zip(wanted, shocks, answers, strict=True):
        if isinstance(answer, SolveError):
            failed[subset] = answer
            found[subset] = np.full(shock.transfer.size, np.nan)
            continue
        found[subset] = welfare(answer)
        income = answer.base.income
        if subset in keep:
            kept[subset] = shock, answer
    if income is None or GIVEN in failed:
        raise failed[GIVEN]
    if len(failed) == len(wanted) - 1:
        raise failed[wanted[1]]
    return Values(income, found, failed, kept)
