"""The quick answer: welfare after the sanctions, and after each response in the order of the file.

The steps on top of each other add up to the whole; unlike the parts of a ledger they depend on the order. They take one
solve a response, so a page can show them while a slider moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import groups
from countervail.analysis.coalition_play import chosen_model
from countervail.analysis.ranges import offset_share
from countervail.analysis.recent import Remembered
from countervail.analysis.sentence import Finding, sentence
from countervail.analysis.shapley import chain
from countervail.analysis.subsets import GIVEN, acting, values_of
from countervail.answer import finding_html
from countervail.errors import SolveError
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model
from countervail.outcome import Outcome
from countervail.policy.shock import compile_scenario
from countervail.words import percent

if TYPE_CHECKING:
    from countervail.analysis.recent import Recent
    from countervail.groups import Group
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Steps:
    """Welfare of economies and groups as measures come in.

    Arguments:
        outcome: with everything on.
        groups: economies, then sides, blocs and the world.
        labels: "sanctions", then the name of each response that has a channel.
        percent: [step, group] what each step changes, in percent of income.
        failed: why a step has no number, by its label.
    """

    outcome: Outcome
    groups: tuple[Group, ...]
    labels: tuple[str, ...]
    percent: Floats
    failed: dict[str, str]

    @property
    def harm(self) -> Floats:
        """[group] what the sanctions change, percent of income; negative for a loss."""
        return np.asarray(self.percent[0])

    @property
    def offset(self) -> Floats:
        """[group] what all responses change together, percent of income."""
        return np.asarray(self.percent[1:].sum(axis=0))

    @property
    def offset_share(self) -> Floats:
        """[group] offset over minus harm, a fraction; missing where the harm is no loss."""
        return offset_share(self.offset, self.harm)

    @property
    def sentence(self) -> str:
        """The finding in plain words, without a range."""
        place = next((n for n, group in enumerate(self.groups) if group.code == "TARGETS"), None)
        scenario = self.outcome.scenario
        if place is None or scenario is None:
            return sentence(Finding((), 0.0, 0.0, len(self.labels) - 1))
        namer = scenario.namer()
        names = tuple(
            namer.economies([self.outcome.world.countries[int(n)]]) for n in self.groups[place].members
        )
        unknown = (np.nan, np.nan)
        harm, offset = float(self.harm[place]), float(self.offset[place])
        said = sentence(Finding(names, harm, offset, len(self.labels) - 1, unknown, unknown))
        return said[0].upper() + said[1:]

    def __repr__(self) -> str:
        lines = [f"Steps of {self.outcome.title} on {self.outcome.world.name}", self.sentence]
        place = next((n for n, group in enumerate(self.groups) if group.code == "TARGETS"), None)
        if place is not None:
            lines += [
                f"  {label}: {percent(float(change))}"
                for label, change in zip(self.labels, self.percent[:, place], strict=True)
            ]
        return "\n".join([*lines, *self.failed.values(), self.outcome.convergence])

    def _repr_html_(self) -> str:
        kept = [n for n, group in enumerate(self.groups) if group.kind in ("side", "world")]
        table = pd.DataFrame(
            {"name": [self.groups[n].name for n in kept]}
            | {f"{label}_percent": self.percent[row, kept] for row, label in enumerate(self.labels)}
        )
        below = "What each step changes in welfare, percent of income"
        return finding_html(self.sentence, below, table, (*self.failed.values(), self.outcome.convergence))

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """One row a group and step."""
        rows = [
            {
                "code": group.code,
                "name": group.name,
                "side": group.side,
                "step": label,
                "welfare_percent": value,
            }
            for label, line in zip(self.labels, self.percent, strict=True)
            for group, value in zip(self.groups, line, strict=True)
        ]
        return {"steps": pd.DataFrame(rows)}


def steps(
    world: World, scenario: Scenario, model: Model | None = None, *, recent: Recent | None = None
) -> Steps:
    """Welfare after the sanctions and after each response, in file order.

    Arguments:
        world: a calibrated world. scenario: its sanctions are the first step. model: preset and
            closure; the scenario's own by default.
        recent: what was worked out for the last questions, so that only what has changed is solved. The equations of
            the outcome are then recomputed independently, those of the steps before it only by the solver.

    Returns:
        Steps; a step without an equilibrium is missing, with its reason.

    Raises:
        ScenarioError: the scenario does not fit the world.
        SolveError: there is no equilibrium under what is given, or with everything on.

    Example:
        >>> cv.steps(world, cv.load_scenario("united-front")).sentence  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    at = at_horizon(world, model)
    compiled = compile_scenario(scenario, at) if recent is None else recent.compiled(scenario, at)
    positions = acting(scenario)
    subsets = list(chain(range(len(positions))))
    everything = subsets[-1]
    values = values_of(
        world, compiled, model, subsets, Remembered(recent=recent), keep=frozenset({everything})
    )
    if everything not in values.kept:
        raise values.failed[everything]
    own = groups.named_blocs(world, scenario.blocs, scenario.origin)
    found = (
        *groups.economies(world, compiled.sides),
        *groups.totals(world, compiled.sides, groups.standard_blocs(world) | own),
    )
    names = scenario.labels("responses")
    labels = ("sanctions", *(names[r] for r in positions))
    levels = np.array([values.welfare[subset] for subset in (GIVEN, *subsets)])
    failed = {
        label: str(error)
        for label, subset in zip(labels, subsets, strict=True)
        if isinstance(error := values.failed.get(subset), SolveError)
    }
    weights = groups.mean_weights(found, values.income)
    percent = np.diff(levels, axis=0) @ weights.T
    shock, answer = values.kept[everything]
    answer = replace(answer, notes=(*answer.notes, *compiled.notes()))
    outcome = Outcome(world, scenario, model, shock if answer.shock is None else answer.shock, answer)
    return Steps(outcome, found, labels, percent, failed)
