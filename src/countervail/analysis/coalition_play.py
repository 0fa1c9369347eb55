"""Welfare under coalitions of players: the equilibria that every view of a coalition is made of (Eq. 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.coalition_division import Division
from countervail.analysis.subsets import Effort
from countervail.errors import SolveError
from countervail.model.parameters import model_named
from countervail.solver import base_of, cores, welfare_of

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Told (stage, solves done, solves in all)."""


@dataclass
class Play:
    """What coalitions do to every economy; filled while they are solved, each once.

    Arguments:
        division: who can act, and the shock of each coalition.
        model: preset and closure. effort: counts the solves. progress: told how far they are.
        change: coalition to [country] welfare less that of the reference, percent points; missing throughout
            where there is no equilibrium.
        failed: coalition to the error that says why.
    """

    division: Division
    model: Model
    progress: Progress | None = None
    effort: Effort = field(default_factory=Effort)
    change: dict[int, Floats] = field(default_factory=dict)
    failed: dict[int, SolveError] = field(default_factory=dict)
    _reference: Floats | None = None

    def solve(self, coalitions: Iterable[int], stage: str = "coalitions") -> None:
        """Solve the coalitions not known yet.

        Raises:
            SolveError: what is given has itself no equilibrium.
        """
        new = [coalition for coalition in dict.fromkeys(coalitions) if coalition not in self.change]
        if not new:
            return
        division = self.division
        shocks = [division.shock(coalition) for coalition in new]
        if self._reference is None:
            shocks.insert(0, division.reference)
        answers = welfares(division.world, shocks, self.model, self.effort, self.progress, stage)
        if self._reference is None:
            first = answers.pop(0)
            if isinstance(first, SolveError):
                raise first
            self._reference = first
        for coalition, answer in zip(new, answers, strict=True):
            if isinstance(answer, SolveError):
                self.failed[coalition] = answer
                self.change[coalition] = np.full(division.world.n_countries, np.nan)
            else:
                self.change[coalition] = answer - self._reference

    @property
    def reference(self) -> Floats:
        """[country] welfare of the reference, percent; once something has been solved."""
        assert self._reference is not None
        return self._reference

    def array(self, coalitions: Sequence[int]) -> Floats:
        """[coalition, country] welfare changes, solved where needed."""
        self.solve(coalitions)
        return np.array([self.change[coalition] for coalition in coalitions])

    def income(self) -> Floats:
        """[country] base income that welfare is percent of, million USD."""
        return base_income(self.division.world, self.model)

    def weights(self, positions: NDArray[np.intp]) -> Floats:
        """[country] weights that turn welfare of economies into that of a group; they sum to 1."""
        found = np.zeros(self.division.world.n_countries)
        found[positions] = self.income()[positions]
        weights: Floats = found / found.sum()
        return weights


def welfares(
    world: World,
    shocks: Sequence[Shock],
    model: Model,
    effort: Effort,
    progress: Progress | None = None,
    stage: str = "equilibria",
) -> list[Floats | SolveError]:
    """[country] welfare in percent under each shock, or why there is none."""
    told = _Told(progress, stage, len(shocks))
    found = welfare_of(world, shocks, model, threads=cores(), progress=told)
    failures = sum(error is not None for error in found.errors)
    effort.solves += len(shocks)
    effort.failures += failures
    if failures < len(shocks):
        effort.residual = max(effort.residual, float(np.nanmax(found.residual)))
    return [line if error is None else error for line, error in zip(found.percent, found.errors, strict=True)]


class _Told:
    """Counts what is done and tells it."""

    def __init__(self, progress: Progress | None, stage: str, total: int) -> None:
        self._progress, self._stage, self._total, self._done = progress, stage, total, 0

    def __call__(self, done: int) -> None:
        self._done += done
        if self._progress is not None:
            self._progress(self._stage, self._done, self._total)


def chosen_model(scenario: Scenario, model: Model | None) -> Model:
    """The model asked for, otherwise the one that the scenario names.

    Raises:
        SolveError: CV305 the scenario names a model that there is not.
    """
    return model_named(scenario.model) if model is None else model


def base_income(world: World, model: Model) -> Floats:
    """[country] income of the base that welfare is percent of, million USD: re-solved where imbalances are zero."""
    return base_of(world, model).income
