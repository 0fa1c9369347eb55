"""What to cite for a result: the software, the data and the papers behind the numbers actually used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from countervail import __version__
from countervail.model.parameters import Model

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

SOFTWARE = (
    f"The countervail authors. countervail {__version__}: general-equilibrium analysis of sanctions and "
    "countermeasures. Software, MIT licence."
)
MODEL = (
    "Caliendo, L. and Parro, F. (2015). Estimates of the Trade and Welfare Effects of NAFTA. "
    "Review of Economic Studies 82(1), 1-44."
)
COALITION = (
    "Chowdhry, S., Hinz, J., Kamin, K. and Wanner, J. (2024). Brothers in arms: the value of coalitions in "
    "sanctions regimes. Economic Policy 39(118), 471-512."
)
ATTRIBUTION = (
    "Shapley, L. S. (1953). A Value for n-Person Games. In: Kuhn, H. W. and Tucker, A. W. (eds.), "
    "Contributions to the Theory of Games II, Princeton University Press, 307-317."
)


class Citable(Protocol):
    """A result of a scenario on a world."""

    @property
    def world(self) -> World: ...

    @property
    def scenario(self) -> Scenario | None: ...


def cite(result: Citable) -> str:
    """What to cite for a result, one entry a line.

    Arguments:
        result: an Outcome or a Ledger.

    Returns:
        The software, the data of the world, the source of the elasticity set in use, the model and, where it is not
        the long run, the sources of its numbers, and what the scenario itself names; Chowdhry et al. (2024) where
        several senders act together, Shapley (1953) where responses are attributed.

    Example:
        >>> print(cv.cite(ledger))  # doctest: +SKIP
    """
    world, scenario = result.world, result.scenario
    entries = [("Software", SOFTWARE), ("Model", MODEL)]
    entries += [("Data", source) for source in world.sources]
    entries.append(("Trade elasticities", _elasticity_source(world)))
    model = getattr(result, "model", None)
    if isinstance(model, Model) and model.changes() and model.source:
        entries.append(("Horizon", f"{model.title}: {model.source}"))
    if scenario is not None:
        if _several_senders(scenario):
            entries.append(("Coalitions", COALITION))
        if len(scenario.responses) > 1:
            entries.append(("Attribution", ATTRIBUTION))
        entries += [("Scenario", f"{scenario.name}: {source}") for source in scenario.sources]
    return "\n".join(f"{kind}: {text}" for kind, text in entries)


def _elasticity_source(world: World) -> str:
    """The publications behind the set in use; "numbers set by the user" for numbers of one's own."""
    for known in world.elasticity_sets:
        if known.name == world.elasticity:
            return f"{known.name}: {known.source}"
    return f"{world.elasticity}: numbers set by the user"


def _several_senders(scenario: Scenario) -> bool:
    """Whether the sanctions are taken by more than one name, or by a bloc."""
    names = {name for measure in scenario.sanctions for name in getattr(measure, "by", ())}
    names |= set(scenario.senders)
    return len(names) > 1 or any(len(name) != 3 for name in names)
