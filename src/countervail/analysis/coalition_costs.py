"""Own cost by the size of a coalition: what those acting lose together, what one more costs, and its curvature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis import shapley
from countervail.analysis.coalition_division import divide
from countervail.analysis.coalition_play import Play, Progress, chosen_model
from countervail.analysis.coalition_shares import EXACT_UP_TO, base, record, refuse_failures, source
from countervail.exhibit import Exhibit
from countervail.words import money, percent

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]
STRAIGHT = {
    True: 1e-3,
    False: 0.02,
}  # exact or sampled: second differences below this share of a step are none
TOGETHER, EACH = "all that act", "each that acts"


def coalition_costs(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    members: Sequence[str] | None = None,
    responses: bool = False,
    pairs: int = 50,
    seed: int = 0,
    progress: Progress | None = None,
) -> Exhibit:
    """How the own cost of a coalition grows with its size, and whether that is convex.

    Means over all coalitions of a size, exact up to 12 members and over sampled orders beyond, so that no order of
    joining is favoured. Two curves: what all those acting lose together, in percent of the income of all members; and
    what a member that acts loses itself, its mean over the coalitions with it, averaged over members by income.

    Arguments:
        model: the scenario's own by default. members, responses, pairs, seed: as `coalition_values`.

    Returns:
        Exhibit of curves over the size. `more["steps"]` has costs and the target's harm in million USD, what one more
        member costs and adds at each size, and second differences; the record says "convex", "concave", "straight" or
        "neither".

    Raises:
        OutputError: CV410 to CV415. SolveError: a coalition has no equilibrium.

    Example:
        >>> cv.coalition_costs(world, cv.load_scenario("united-front"))  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    division = divide(world, scenario, members, responses=responses, model=model)
    play = Play(division, model, progress)
    n = division.n_members
    exact = n <= EXACT_UP_TO
    if exact:
        met = list(range(1 << n))
        method = f"exact over {1 << n:,} coalitions"
    else:
        # all rotations of each order, so that every member stands at every place equally often
        drawn = shapley.sampled_orders(n, max(1, pairs // n), seed)
        orders = [(*order[k:], *order[:k]) for order in drawn for k in range(n)]
        met = [coalition for order in orders for coalition in shapley.chain(order)]
        method = f"sampled ({len(orders):,} orders, seed {seed})"
    play.solve([0, *met], "coalitions of the members")
    refuse_failures(play)
    income = play.income()
    own_income = np.array([income[player.positions].sum() for player in division.players[:n]])
    target = division.sides.targets
    harm = np.zeros(n + 1)
    each: list[dict[int, list[float]]] = [defaultdict(list) for _ in range(n)]
    counts = np.zeros(n + 1)
    for coalition in met:
        acting = shapley.members(coalition)
        change = (play.change[coalition] - play.change[0]) * income / 100
        counts[len(acting)] += 1
        harm[len(acting)] -= change[target].sum()
        for m in acting:
            each[m][len(acting)].append(-float(change[division.players[m].positions].sum()))
    harm = harm / counts
    sizes = np.arange(n + 1)
    own = np.array([0.0, *(sum(float(np.mean(each[m][k])) for m in range(n)) for k in sizes[1:])])
    lost = own * sizes / n  # a member acts in k of n coalitions of size k
    of_each = 100 * own / own_income.sum()
    of_each[0] = np.nan
    bent = np.full(n + 1, np.nan)
    bent[1:-1] = np.diff(lost, 2)
    steps = pd.DataFrame(
        {
            "members": sizes,
            "own_cost_million_usd": lost,
            "one_more_costs_million_usd": np.append(np.nan, np.diff(lost)),
            "second_difference_million_usd": bent,
            "own_cost_of_each_percent": of_each,
            "harm_million_usd": harm,
            "one_more_adds_harm_million_usd": np.append(np.nan, np.diff(harm)),
        }
    )
    shape = curvature(lost, exact=exact)
    together = pd.DataFrame(
        {"line": TOGETHER, "members": sizes, "own_cost_percent": 100 * lost / own_income.sum()}
    )
    alone = pd.DataFrame({"line": EACH, "members": sizes[1:], "own_cost_percent": of_each[1:]})
    return Exhibit(
        name="coalition_costs",
        kind="curves",
        title=_title(shape, lost, of_each),
        subtitle=f"Own cost over the number of members, means over coalitions; {base(world, scenario)}",
        unit="percent of income",
        table=pd.concat([together, alone], ignore_index=True),
        roles={"line": "line", "x": "members", "y": "own_cost_percent"},
        source=source(world, model),
        caveats=(
            f"Means are {method}. A cost below zero is a gain.",
            "What all that act lose is percent of the income of all members, what each that acts loses of its own.",
            "Convex: each further member makes the coalition's own cost grow faster; concave: more slowly.",
        ),
        more={"steps": steps},
        record=record(play, method) | {"curvature": shape},
        world=world,
        scenario=scenario,
    )


def curvature(values: Floats, *, exact: bool = True) -> str:
    """Whether evenly spaced values are "convex", "concave", "straight" or "neither"."""
    bent = np.diff(values, 2)
    small = STRAIGHT[exact] * np.abs(np.diff(values)).max(initial=0.0)
    if (np.abs(bent) <= small).all():
        return "straight"
    if (bent >= -small).all():
        return "convex"
    return "concave" if (bent <= small).all() else "neither"


def _title(shape: str, lost: Floats, of_each: Floats) -> str:
    said = {
        "convex": "faster and faster",
        "concave": "more and more slowly",
        "straight": "in proportion",
        "neither": "neither convexly nor concavely",
    }[shape]
    first, last = (money(float(step)) for step in (lost[1] - lost[0], lost[-1] - lost[-2]))
    change = 100 * (of_each[-1] / of_each[1] - 1) if of_each[1] > 0 else np.nan
    own = (
        f"with all a member itself loses {percent(abs(change))} {'less' if change < 0 else 'more'} than alone"
    )
    if np.isnan(change):
        own = "alone a member loses nothing"
    return (
        f"The coalition's own cost grows {said} with its size, from {first} a year to {last} a member; {own}"
    )
