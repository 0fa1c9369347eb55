"""The frontier: sanctions that hurt most for a given own cost, the actual regime, and the rate of every good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import groups
from countervail.analysis.coalition_play import base_income, chosen_model
from countervail.analysis.coalition_shares import base, source
from countervail.analysis.frontier_instruments import Instruments, Kind, instruments_of
from countervail.analysis.frontier_rates import marginal_rates
from countervail.analysis.frontier_search import Found, Progress, Search, search
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.model.parameters import Model
from countervail.policy.shock import compile_scenario
from countervail.solver import welfare_of
from countervail.words import MINUS, number

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]
MOST_POINTS = 200


@dataclass(frozen=True, eq=False)
class Frontier:
    """The most harm for every own cost, found by gradients.

    Arguments:
        instruments: what could be chosen. points: cheapest first. actual: own cost and harm of the scenario's own
            sanctions, percent. curve, choices, rates: exhibits. solves, residual: effort and accuracy.
    """

    instruments: Instruments
    points: tuple[Found, ...]
    actual: tuple[float, float]
    curve: Exhibit
    choices: Exhibit
    rates: Exhibit
    solves: int
    residual: float

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All findings."""
        return (self.curve, self.choices, self.rates)

    def harm_at(self, own_cost: float) -> float:
        """Harm on the frontier at an own cost, percent, between points by a straight line; missing beyond its ends."""
        return _harm_at(self.points, own_cost)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.exhibits))

    def _repr_html_(self) -> str:
        return "".join(exhibit._repr_html_() for exhibit in self.exhibits)


def sanctions_frontier(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    points: int = 20,
    kind: Kind = "friction",
    most: float = 1.0,
    directions: Sequence[str] | None = None,
    services: bool = False,
    robust: bool = False,
    progress: Progress | None = None,
) -> Frontier:
    """Sanctions of a scenario's senders that hurt its targets most for a given own cost.

    Arguments:
        world: a calibrated world. scenario: its senders, targets, and the regime to compare with.
        model: the scenario's own by default; it has to be that of the long run, any closure.
        points: of the frontier, fewer where it is straight or short.
        kind: "friction" or "tariff". most: the largest intensity, a fraction.
        directions: "export", "import" as seen from the senders; both by default, imports for tariffs.
        services: whether services are instruments too, each like a good.
        robust: for the worst of the world's elasticity sets instead of its own.

    Returns:
        Frontier; welfare is percent of income of the side, against no policy at all.

    Raises:
        OutputError: CV429 no senders, targets or goods. SolveError: an intensity has no equilibrium, or the model is
            not that of the long run.

    Example:
        >>> cv.sanctions_frontier(world, cv.load_scenario("united-front")).curve  # doctest: +SKIP
    """
    if not 2 <= points <= MOST_POINTS:
        raise OutputError(
            "CV429",
            "These instruments cannot make a frontier",
            found=f"{points} points",
            expected=f"2 to {MOST_POINTS}",
            next_step="Choose another number of points.",
        )
    model = chosen_model(scenario, model)
    compiled = compile_scenario(scenario, world)
    sides = compiled.sides
    instruments = instruments_of(
        world, sides.senders, sides.targets, kind=kind, most=most, directions=directions, services=services
    )
    both = [
        groups.Group(code, code, "side", "", m) for code, m in (("T", sides.targets), ("S", sides.senders))
    ]
    weights = groups.mean_weights(both, base_income(world, model))
    worlds = [world.with_elasticity(entry.name) for entry in world.elasticity_sets] if robust else [world]
    hunt = Search(instruments, worlds or [world], model, weights)
    found = search(hunt, points, progress)
    actual = cost, harm = _regime(scenario, worlds or [world], model, weights)
    about: dict[str, Any] = {
        "source": source(world, model),
        "world": world,
        "scenario": scenario,
        "unit": "percent of income",
    }
    record = {
        "solves": hunt.solves,
        "largest_residual": hunt.residual,
        "kind": kind,
        "most": most,
        "robust": robust,
    }
    caveats = (
        f"A {kind} of 0 to {100 * most:.0f} % on each good and direction; the search is local, from both ends.",
        "The sanctions may lie above the frontier where they hold more than these instruments: bans, trade of others"
        + (", services." if not services else "."),
        *(("Own cost and harm are the worst over the elasticity sets.",) if robust else ()),
    )
    table = pd.DataFrame(
        [
            {"line": "frontier", "own_cost_percent": p.place[0], "harm_percent": p.place[1], "rate": p.rate}
            for p in found
        ]
        + [{"line": "as sanctioned", "own_cost_percent": cost, "harm_percent": harm, "rate": np.nan}]
    )
    curve = Exhibit(
        name="frontier",
        kind="curves",
        title=_title(found, actual),
        subtitle=f"Harm of the targets by own cost of the senders; {base(world, scenario)}",
        table=table,
        roles={"line": "line", "x": "own_cost_percent", "y": "harm_percent"},
        caveats=caveats,
        record=record,
        **about,
    )
    return Frontier(
        instruments,
        tuple(found),
        actual,
        curve,
        _choices(instruments, found, about, base(world, scenario)),
        marginal_rates(
            instruments, compiled.shock(responses=()), model, weights, about, base(world, scenario)
        ),
        hunt.solves,
        hunt.residual,
    )


def _choices(
    instruments: Instruments, found: Sequence[Found], about: dict[str, Any], base_words: str
) -> Exhibit:
    """Which goods every point of the frontier uses, and how hard."""
    rows = [
        {
            "point": n,
            "at": f"{p.place[0]:.2g} %".replace("-", MINUS),
            "own_cost_percent": p.place[0],
            "instrument": f"{good}, {way}s",
            "intensity_percent": 100 * float(x),
        }
        for n, p in enumerate(found)
        for (good, way), x in zip(instruments.names, p.intensity, strict=True)
    ]
    table = pd.DataFrame(rows)
    first = table[table["intensity_percent"] > 1.0].groupby("instrument")["own_cost_percent"].min()
    title = (
        "No barrier is worth its cost"
        if first.empty
        else f"The first to be used is {str(first.idxmin()).lower()}"
    )
    return Exhibit(
        name="frontier_choices",
        kind="matrix",
        title=title,
        subtitle=f"Intensity at points of the frontier, own cost of the senders in the head; {base_words}",
        table=table,
        roles={"row": "instrument", "column": "at", "value": "intensity_percent"},
        **(about | {"unit": "percent"}),
    )


def _regime(
    scenario: Scenario, worlds: Sequence[World], model: Model, weights: Floats
) -> tuple[float, float]:
    """Own cost and harm of the scenario's sanctions against what is given, percent; the worst over several worlds."""
    both = []
    for world in worlds:
        compiled = compile_scenario(scenario, world)
        shocks = [compiled.shock(sanctions=False, responses=()), compiled.shock(responses=())]
        answers = welfare_of(world, shocks, model, verify="all")
        for error in answers.errors:
            if error is not None:
                raise error
        both.append(weights @ (answers.percent[1] - answers.percent[0]))
    target, sender = np.array(both).T
    return float(-sender.min()), float(-target.max())


def _title(found: Sequence[Found], actual: tuple[float, float]) -> str:
    cost, harm = actual
    possible = _harm_at(found, cost)
    said = f"The sanctions cost their senders {number(cost)} % and the target {number(harm)} %"
    if np.isnan(possible):
        return f"{said}; the frontier of these instruments does not reach that cost"
    if harm > possible:
        return f"{said}, more than the {number(possible)} % that these instruments could take for it"
    return f"{said}; for the same cost these instruments could take {number(possible)} %"


def _harm_at(found: Sequence[Found], own_cost: float) -> float:
    places = np.array([p.place for p in found])
    return float(np.interp(own_cost, places[:, 0], places[:, 1], left=np.nan, right=np.nan))
