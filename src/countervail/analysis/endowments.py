"""Resources: what each side brings to a conflict, and what a scenario does to its standing on world markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from countervail.analysis.baskets import comparative_advantage, complementarity, input_dependence
from countervail.analysis.competitiveness import competitiveness
from countervail.analysis.factor_content import factor_content
from countervail.analysis.parties import parties
from countervail.exhibit import Exhibit
from countervail.model.parameters import Model
from countervail.solver import solve

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World


def resources(
    world: World,
    scenario: Scenario | None = None,
    model: Model | None = None,
    *,
    economies: Sequence[str] | None = None,
) -> tuple[Exhibit, ...]:
    """What each side brings: comparative advantage, fit of baskets, factor content of trade, dependence by input.

    With a scenario also what it does to competitiveness.

    Arguments:
        scenario: its sides are compared: targets, senders, large partners, all others.
        economies: codes, names or blocs to compare instead of the sides.
        model: of the solve behind competitiveness; the scenario's own by default.

    Returns:
        Exhibits by name: comparative_advantage, complementarity, factor_content, input_dependence and, with a
        scenario, competitiveness.

    Raises:
        OutputError: CV460 neither a scenario nor economies, or an economy twice.
        ScenarioError: the scenario does not fit the world. SolveError: it has no equilibrium.

    Example:
        >>> found = cv.resources(world, economies=["RUS", "CHN", "EU27"])  # doctest: +SKIP
        >>> found[1].title  # doctest: +SKIP
    """
    groups = parties(world, scenario, economies)
    found = [
        comparative_advantage(world, groups, scenario),
        complementarity(world, groups, scenario),
        factor_content(world, groups, scenario),
        input_dependence(world, groups, scenario),
    ]
    if scenario is not None:
        found.append(competitiveness(solve(world, scenario, model), groups))
    return tuple(found)
