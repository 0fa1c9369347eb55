"""How sure: harm, offset and net over joint draws of everything that is assumed, with bands and probabilities.

Every draw is solved exactly, three equilibria a draw at most; a draw without an equilibrium is counted, never
left out silently: each probability comes with what it would be if all of those had gone one way or the other.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from countervail.analysis.coalition_play import chosen_model
from countervail.analysis.uncertainty_draws import Assumptions, space_of
from countervail.analysis.uncertainty_exhibits import bands_exhibit, draws_exhibit, probabilities_exhibit
from countervail.analysis.uncertainty_solve import Drawn, Evaluation, Progress
from countervail.analysis.uncertainty_swings import swings_exhibit
from countervail.errors import OutputError
from countervail.model.parameters import Model
from countervail.run.draws import cube

if TYPE_CHECKING:
    from countervail.exhibit import Exhibit
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

MOST_DRAWS = 100_000


@dataclass(frozen=True, eq=False, repr=False)
class Uncertainty(Drawn):
    """Draws with their findings: bands, probabilities, one assumption at a time; where asked for, effects and switches.

    Arguments:
        extra: further exhibits: one assumption at a time, then which assumption matters, switches.
    """

    extra: tuple[Exhibit, ...] = ()

    @cached_property
    def bands(self) -> Exhibit:
        """Bands of harm, offset and net, by side; every economy in `more`."""
        return bands_exhibit(self)

    @cached_property
    def probabilities(self) -> Exhibit:
        """Statements with their probabilities."""
        return probabilities_exhibit(self)

    @cached_property
    def distribution(self) -> Exhibit:
        """The draws themselves: harm and offset of the targets."""
        return draws_exhibit(self)

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All findings."""
        return (self.bands, self.probabilities, self.distribution, *self.extra)

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        frames: dict[str, pd.DataFrame] = {}
        for exhibit in self.exhibits:
            frames |= exhibit.to_frames()
        return frames

    def __repr__(self) -> str:
        return "\n\n".join(
            [*(repr(exhibit) for exhibit in (self.bands, self.probabilities, *self.extra)), self.convergence]
        )

    def _repr_html_(self) -> str:
        return "".join(exhibit._repr_html_() for exhibit in (self.bands, self.probabilities, *self.extra))


def offset_uncertainty(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    assumptions: Assumptions | None = None,
    draws: int = 1000,
    seed: int = 0,
    effects: int = 0,
    switches: bool = False,
    threads: int = 2,
    progress: Progress | None = None,
) -> Uncertainty:
    """How sure harm and offset are, over joint draws of elasticities, rates, leakage and sizes of responses.

    Arguments:
        world: a calibrated world. scenario: what is asked. model: preset and closure; the scenario's own by default.
        assumptions: how uncertain each kind of assumption is.
        draws, seed: points of an evenly spread (Sobol) sample.
        effects: base points of a design that says which assumption matters (needs the package SALib); 0 for none,
            64 for a first look.
        switches: also solve with single features of the model changed.
        threads: groups of draws solved at the same time.
        progress: told (stage, done, in all).

    Returns:
        Uncertainty, with its exhibits.

    Raises:
        ScenarioError: the scenario does not fit the world.
        SolveError: the stated assumptions themselves have no equilibrium.
        OutputError: CV431 assumptions that make no sense, CV433 a number of draws that cannot be.

    Example:
        >>> found = cv.offset_uncertainty(world, cv.load_scenario("united-front"))  # doctest: +SKIP
        >>> found.probability("offset_share", above=0.25)  # doctest: +SKIP
    """
    if not 2 <= draws <= MOST_DRAWS or not 0 <= effects <= MOST_DRAWS or threads < 1:
        raise OutputError(
            "CV433",
            "This number of draws cannot be",
            found=f"draws {draws}, effects {effects}, threads {threads}",
            expected=f"2 to {MOST_DRAWS:,} draws, at least one thread",
            next_step="Choose another number.",
        )
    model = chosen_model(scenario, model)
    start = time.perf_counter()
    space = space_of(world, scenario, assumptions or Assumptions())
    evaluation = Evaluation(world, scenario, model, space, threads)
    stated = evaluation.stated()  # first, so that a scenario without an equilibrium is found at once
    unit = cube(draws, len(space.groups), seed)
    data, failed, residual = evaluation.at(unit, "draws", progress)
    seconds = time.perf_counter() - start
    extra: list[Exhibit] = [swings_exhibit(evaluation, progress)]
    if effects:
        from countervail.analysis.uncertainty_effects import effects_exhibit

        extra.append(effects_exhibit(evaluation, effects, seed, progress))
    if switches:
        from countervail.analysis.uncertainty_switches import switches_exhibit

        extra.append(switches_exhibit(world, scenario, model, progress))
    return Uncertainty(
        world,
        scenario,
        model,
        data,
        stated,
        evaluation.found,
        space,
        unit,
        failed,
        residual,
        seconds,
        tuple(extra),
    )
