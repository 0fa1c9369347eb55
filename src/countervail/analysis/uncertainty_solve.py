"""Draws solved: harm and offset at points of the space of assumptions, failures with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from countervail import __version__, groups
from countervail.analysis.coalition_play import base_income
from countervail.analysis.ranges import offset_share
from countervail.analysis.uncertainty_draws import Space
from countervail.errors import OutputError, SolveError
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model
from countervail.policy.shock import Compiled, Shock, compile_scenario
from countervail.solver import base_of, welfare_of

if TYPE_CHECKING:
    from countervail.groups import Group
    from countervail.policy.conditions import Place
    from countervail.policy.measure import Measure
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
S = TypeVar("S")
T = TypeVar("T")
CHUNK = 32  # draws that one thread makes and solves at a time
SEVERAL = 40  # draws near one set, from which the solver's preconditioner is worked out at that set


@dataclass(frozen=True, eq=False)
class Drawn:
    """Harm, offset, net and offset share over draws.

    Arguments:
        data: Dataset over draw and code: harm, offset and net in percent of income, offset_share a fraction;
            missing where a draw has no equilibrium. `stated` holds the same at the stated assumptions over code.
        space: what was drawn. unit: [draw, column] the points of its cube.
        failed: draw to why it has no equilibrium.
    """

    world: World
    scenario: Scenario
    model: Model
    data: xr.Dataset
    stated: xr.Dataset
    groups: tuple[Group, ...]
    space: Space
    unit: Floats
    failed: dict[int, str]
    residual: float
    seconds: float

    @property
    def draws(self) -> int:
        """How many draws."""
        return len(self.unit)

    def position(self, code: str) -> int:
        """The place of an economy or group in the data.

        Raises:
            OutputError: CV432 the scenario has no such group.
        """
        codes = list(self.data["code"].to_numpy())
        if code not in codes:
            raise OutputError(
                "CV432",
                "No result is about this economy or group",
                found=code,
                expected=", ".join(codes[-6:]),
                next_step="Name an economy of the world or one of these groups.",
            )
        return codes.index(code)

    def values(self, item: str, code: str = "TARGETS") -> Floats:
        """[draw] harm, offset, net (percent) or offset_share (fraction) of an economy or group."""
        return np.asarray(self.data[item].to_numpy()[:, self.position(code)])

    def probability(self, item: str, above: float, code: str = "TARGETS") -> tuple[float, float, float]:
        """How likely a number is above a threshold, and between which ends that lies whatever the failures would say.

        Arguments:
            item: harm, offset, net or offset_share. above: the threshold, in the unit of the item.

        Returns:
            Probability among the draws with a number; lower and upper end over all draws.

        Example:
            >>> found.probability("offset_share", above=0.25)  # doctest: +SKIP
        """
        values = self.values(item, code)
        known = ~np.isnan(values)
        over = int((values[known] > above).sum())
        share = over / known.sum() if known.any() else np.nan
        return share, over / self.draws, (over + int((~known).sum())) / self.draws

    def provenance(self) -> dict[str, Any]:
        """Where the numbers come from, as plain values."""
        return {
            "uncertainty": {
                "world": self.world.name,
                "scenario": self.scenario.name,
                "assumptions": repr(self.space.assumptions),
                "draws": self.draws,
                "without_equilibrium": len(self.failed),
                "largest_residual": self.residual,
                "seconds": round(self.seconds, 3),
                "version": __version__,
            }
        }

    @property
    def convergence(self) -> str:
        """One sentence on draws, failures and accuracy."""
        failed = f"; {len(self.failed)} have no equilibrium" if self.failed else ""
        done = f"{self.draws:,} draws solved exactly in {self.seconds:.1f} s"
        return f"{done}{failed}; largest residual {self.residual:.1e}."


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Harm and offset at points of the space."""

    world: World
    scenario: Scenario
    model: Model
    space: Space
    threads: int = 1

    @cached_property
    def compiled(self) -> Compiled:
        """The scenario as stated."""
        return compile_scenario(self.scenario, at_horizon(self.world, self.model))

    @cached_property
    def found(self) -> tuple[Group, ...]:
        """Every economy, then the sides, the scenario's own blocs and the world."""
        blocs = groups.named_blocs(self.world, self.scenario.blocs, self.scenario.origin)
        sides = self.compiled.sides
        return (*groups.economies(self.world, sides), *groups.totals(self.world, sides, blocs))

    @cached_property
    def weights(self) -> Floats:
        """[code, country] from economies to groups."""
        return groups.mean_weights(self.found, base_income(self.world, self.model))

    def at(
        self, unit: Floats, stage: str, progress: Progress | None
    ) -> tuple[xr.Dataset, dict[int, str], float]:
        """Solve at points of the cube: numbers by draw and code, failures, largest residual."""
        harm, offset = (np.full((len(unit), len(self.found)), np.nan) for _ in range(2))
        failed: dict[int, str] = {}
        residual = 0.0
        if progress is not None:
            progress(stage, 0, len(unit))
        done = 0
        everywhere = self.space.elasticities(unit)

        def job(chunk: tuple[World, NDArray[np.intp]]) -> tuple[NDArray[np.intp], Floats, list[str], float]:
            steering, here = chunk
            theta, measures = everywhere[here], self.space.measures(unit[here])
            shocks = [self.shocks(changed, own) for changed, own in zip(measures, theta, strict=True)]
            return here, *self._solved(steering, shocks, theta)

        for here, percent, reasons, worst in self._threaded(job, self._by_set(everywhere)):
            residual = max(residual, worst)
            failed |= {int(k): reason for k, reason in zip(here, reasons, strict=True) if reason}
            harm[here] = (percent[:, 1] - percent[:, 0]) @ self.weights.T
            offset[here] = (percent[:, 2] - percent[:, 1]) @ self.weights.T
            done += len(here)
            if progress is not None:
                progress(stage, done, len(unit))
        return dataset(harm, offset, self.found), dict(sorted(failed.items())), residual

    def _threaded(self, job: Callable[[T], S], chunks: Iterable[T]) -> Iterator[S]:
        """A job on every chunk, in order; making shocks in one thread overlaps with solving in another."""
        if self.threads == 1:
            yield from map(job, chunks)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(job, chunks)

    def _by_set(self, theta: Floats) -> Iterator[tuple[World, NDArray[np.intp]]]:
        """Draws in chunks, and the world whose preconditioner steers them: the nearest elasticity set's, where several
        draws are near one. That spares a fifth of the iterations, and draws of one chunk end at about the same time."""
        far = ((np.log(theta)[:, None] - np.log(self.space.theta)[None]) ** 2).mean(axis=2)
        near = far.argmin(axis=1)
        several = np.bincount(near, minlength=len(self.space.theta)) >= SEVERAL
        group = np.where(several[near], near, -1)
        for chosen in np.unique(group):
            steering = self.world if chosen < 0 else self._steering(int(chosen))
            members = np.flatnonzero(group == chosen)
            for first in range(0, members.size, CHUNK):
                yield steering, members[first : first + CHUNK]

    def _steering(self, number: int) -> World:
        """The world at one elasticity set, ready to be solved from several threads."""
        if number not in self._worlds:
            self._worlds[number] = self.world.with_elasticity(self.space.theta[number])
            base_of(self._worlds[number], replace(self.model, closure="fixed"))
        return self._worlds[number]

    @cached_property
    def _worlds(self) -> dict[int, World]:
        return {}

    def shocks(self, changed: Mapping[Place, Measure], theta: Floats) -> tuple[Shock, Shock, Shock]:
        """What is given alone, with the sanctions, with the responses too, in one draw."""
        compiled = self.compiled.with_measures(changed).with_elasticities(self.model.elasticity_share * theta)
        return compiled.shock(sanctions=False, responses=()), compiled.shock(responses=()), compiled.shock()

    def _solved(
        self, steering: World, shocks: Sequence[tuple[Shock, Shock, Shock]], theta: Floats
    ) -> tuple[Floats, list[str], float]:
        """[draw, 3, country] welfare in percent; what changes nothing, or the same as before, is not solved."""
        percent = np.zeros((len(shocks), 3, self.world.n_countries))
        wanted: list[tuple[int, int]] = []
        for k, three in enumerate(shocks):
            wanted += [(k, n) for n, shock in enumerate(three) if not self._still(shock)]
        answers = welfare_of(
            steering,
            [shocks[k][n] for k, n in wanted],
            self.model,
            elasticity=theta[[k for k, _ in wanted]],
        )
        reasons = [""] * len(shocks)
        for (k, n), row, error in zip(wanted, answers.percent, answers.errors, strict=True):
            percent[k, n] = row
            reasons[k] = reasons[k] or ("" if error is None else " ".join(str(error).split()))
        known = answers.residual[~np.isnan(answers.residual)]
        return percent, reasons, float(known.max()) if known.size else 0.0

    def _still(self, shock: Shock) -> bool:
        """Whether a shock changes nothing."""
        same = (shock.passing == 1).all() and (shock.trade_cost == 1).all() and (shock.wedge == 1).all()
        base = self.world.tariff.ravel()[shock.cells]
        quiet = (shock.productivity == 1).all() and (shock.transfer == 0).all() and not shock.conditions
        return bool(
            same
            and quiet
            and (shock.tariff == base).all()
            and shock.specific is None
            and shock.claims is None
        )

    def stated(self) -> xr.Dataset:
        """The same numbers at the stated assumptions, over code.

        Raises:
            SolveError: they have no equilibrium.
        """
        three = [
            self.compiled.shock(sanctions=False, responses=()),
            self.compiled.shock(responses=()),
            self.compiled.shock(),
        ]
        answers = welfare_of(self.world, three, self.model, verify="all")
        for error in answers.errors:
            if isinstance(error, SolveError):
                raise error
        before, hurt, answered = (self.weights @ row for row in answers.percent)
        return dataset((hurt - before)[None], (answered - hurt)[None], self.found).isel(draw=0)


def dataset(harm: Floats, offset: Floats, found: Sequence[Group]) -> xr.Dataset:
    """Harm, offset, net and offset share over draw and code."""
    both = ("draw", "code")
    of_income = {"unit": "percent of income"}
    return xr.Dataset(
        {
            "harm": (both, harm, of_income),
            "offset": (both, offset, of_income),
            "net": (both, harm + offset, of_income),
            "offset_share": (both, offset_share(offset, harm), {"unit": "fraction of the harm"}),
        },
        coords={
            "code": [group.code for group in found],
            "name": ("code", [group.name for group in found]),
            "kind": ("code", [group.kind for group in found]),
        },
    )
