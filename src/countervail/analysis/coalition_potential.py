"""Sanctions potential (Eq. 14): how far a regime goes of what an embargo, or all the world, would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.coalition_division import Division, divide
from countervail.analysis.coalition_play import Play, Progress, chosen_model, welfares
from countervail.analysis.coalition_shares import base, record, refuse_failures, source, targets_name
from countervail.analysis.coalition_steps import likely_partners
from countervail.errors import SolveError
from countervail.exhibit import Exhibit
from countervail.model.horizon import at_horizon
from countervail.policy.measures import Embargo
from countervail.policy.shock import compile_scenario
from countervail.policy.sizes import percent_text
from countervail.words import percent

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

INTENSITIES = tuple(k / 10 for k in range(11))
LOSS = -1e-6
TRIES = 6

IN_ORDER, GREEDY = "in the order given", "whoever adds most next"


def vertical_potential(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    intensities: Sequence[float] = INTENSITIES,
    goods: Sequence[str] = ("all",),
    progress: Progress | None = None,
) -> Exhibit:
    """How far the sanctions go of what the same senders' embargo would do (Eq. 14, vertical).

    Arguments:
        intensities: of the embargo on the curve, fractions; x lets 1 - x through at given costs.
        goods: that the embargo is on; all goods and services by default.

    Returns:
        Exhibit of curves: welfare of target and senders over the intensity of an embargo both ways, percent. The
        record has `vertical_potential` (a fraction, None where the embargo is no loss) and `equal_intensity`, at
        which an embargo does what the sanctions do.

    Raises:
        OutputError: CV410 without a target or a sender. SolveError: a solve has no equilibrium.

    Example:
        >>> cv.vertical_potential(world, cv.load_scenario("united-front"))  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    division = divide(world, scenario, model=model)
    play = Play(division, model, progress)
    play.solve((division.members,), "the sanctions")
    refuse_failures(play)
    target, senders = play.weights(division.sides.targets), play.weights(division.sides.senders)
    actual = play.change[division.members]
    curve = _embargoes(play, scenario, sorted({*intensities, 1.0}), goods)
    harms = {x: float(target @ change) for x, change in curve.items()}
    harm, most = float(target @ actual), harms[1.0]
    reached = harm / most if most < LOSS else None
    equal = _crossing(list(harms), list(harms.values()), harm)
    who = targets_name(division)
    lines = (("Senders", senders), (who, target))
    rows = [
        {"line": name, "intensity_percent": 100 * x, "welfare_percent": float(weights @ change)}
        for name, weights in lines
        for x, change in curve.items()
    ]
    title = f"The sanctions cannot be compared: an embargo would be no loss to {who}"
    if reached is not None:
        title = f"The sanctions do {percent(100 * reached)} of what an embargo by the same senders would do to {who}"
        title += f", as much as one at {percent(100 * equal)} intensity" if equal is not None else ""
    return Exhibit(
        name="vertical_potential",
        kind="curves",
        title=title,
        subtitle=f"Welfare under an embargo of growing intensity, {base(world, scenario)}",
        unit="percent",
        table=pd.DataFrame(rows),
        roles={"line": "line", "x": "intensity_percent", "y": "welfare_percent"},
        source=source(world, model),
        caveats=("Intensity is the share of trade that the embargo stops at given costs.",),
        record=record(play)
        | {
            "vertical_potential": reached,
            "equal_intensity": equal,
            "harm_percent": harm,
            "embargo_percent": most,
            "senders_percent": float(senders @ actual),
        },
        world=world,
        scenario=scenario,
    )


def horizontal_potential(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    members: Sequence[str] | None = None,
    tries: int = TRIES,
    progress: Progress | None = None,
) -> Exhibit:
    """How far the sanctions go of what the same measures by all economies would do (Eq. 14, horizontal).

    The coalition grows from one player to all the world along two orders: as given (members in the order of the
    scenario, then the economies that trade most with the target), and greedy (whoever adds most harm next).

    Arguments:
        tries: how many players each greedy step tries: those that added most when last tried. With as many as
            there are players every step is exact.

    Returns:
        Exhibit of curves: welfare of the target, and of the economies acting, over the number of players. The
        record has `horizontal_potential`, a fraction, None where all the world does no harm.

    Raises:
        OutputError: CV410 to CV415. SolveError: a coalition has no equilibrium.

    Example:
        >>> cv.horizontal_potential(world, cv.load_scenario("united-front"))  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    division = divide(world, scenario, members, everybody=True, model=model)
    play = Play(division, model, progress)
    target = play.weights(division.sides.targets)
    count, n = len(division.players), division.n_members
    place = {player.code: k for k, player in enumerate(division.players)}
    partners = [place[player.code] for player in likely_partners(division)]
    rest = [k for k in range(n, count) if k not in partners]
    orders = {IN_ORDER: [*range(n), *partners, *rest], GREEDY: _greedy(play, target, tries)}
    coalitions = {name: _growing(order) for name, order in orders.items()}
    for name, met in coalitions.items():
        play.solve(met, f"growing coalition, {name}")
    refuse_failures(play)
    rows = []
    for name, met in coalitions.items():
        for size, coalition in enumerate(met):
            joined = division.players[orders[name][size - 1]] if size else None
            change = play.change[coalition]
            acting = [p.positions for k, p in enumerate(division.players) if coalition >> k & 1]
            rows.append(
                {
                    "line": name,
                    "players": size,
                    "joined": joined.name if joined else "",
                    "target_percent": float(target @ change),
                    "acting_percent": float(play.weights(np.concatenate(acting)) @ change)
                    if acting
                    else np.nan,
                }
            )
    table = pd.DataFrame(rows)
    harm = float(target @ play.change[division.members])
    most = float(target @ play.change[(1 << count) - 1])
    reached = harm / most if most < LOSS else None
    who = targets_name(division)
    title = f"The sanctions cannot be compared: all the world together would do {who} no harm"
    if reached is not None:
        title = (
            f"The coalition does {percent(100 * reached)} of what all the world would do to {who} by the same "
            f"measures; {_half_words(table, most)}"
        )
    return Exhibit(
        name="horizontal_potential",
        kind="curves",
        title=title,
        subtitle=f"Welfare of {who} over the number of players, {base(world, scenario)}",
        unit="percent",
        table=table,
        roles={"line": "line", "x": "players", "y": "target_percent"},
        source=source(world, model),
        caveats=(f"Whoever adds most: each step tries the {tries} players that added most when last tried.",),
        record=record(play)
        | {"horizontal_potential": reached, "harm_percent": harm, "world_percent": most, "members": n},
        world=world,
        scenario=scenario,
    )


def _embargoes(
    play: Play, scenario: Scenario, intensities: Sequence[float], goods: Sequence[str]
) -> dict[float, Floats]:
    """[country] welfare change under the senders' embargo at each intensity, against the scenario's reference."""
    division: Division = play.division
    world, sides = division.world, division.sides
    by, on = (tuple(world.countries[int(n)] for n in side) for side in (sides.senders, sides.targets))
    shocks, last = [division.reference], (len(scenario.sanctions),)
    for x in intensities:
        if x <= 0:
            shocks.append(division.reference)
            continue
        ban = Embargo(by=by, on=on, goods=tuple(goods), leakage=percent_text(1 - x))
        # beside the sanctions, which are not active: those in force have to be taken off the base year
        asked = replace(scenario, sanctions=(*scenario.sanctions, ban), senders=by, targets=on)
        shocks.append(
            compile_scenario(asked, at_horizon(world, play.model)).shock(sanctions=last, responses=())
        )
    answers = welfares(world, shocks, play.model, play.effort, play.progress, "embargoes")
    good = []
    for answer in answers:
        if isinstance(answer, SolveError):
            raise answer
        good.append(answer)
    return {x: answer - good[0] for x, answer in zip(intensities, good[1:], strict=True)}


def _greedy(play: Play, target: Floats, tries: int) -> list[int]:
    """The order in which each next player adds most harm, of those tried."""
    left, order, coalition = list(range(len(play.division.players))), [], 0
    gains = dict.fromkeys(left, -np.inf)  # what a player added when last tried; lower is more harm
    tried = len(left)  # at first, everybody
    while left:
        now = sorted(left, key=gains.__getitem__)[:tried]
        play.solve([coalition, *(coalition | 1 << k for k in now)], "growing coalition, greedy")
        refuse_failures(play)
        for k in now:
            gains[k] = float(target @ (play.change[coalition | 1 << k] - play.change[coalition]))
        best = min(now, key=gains.__getitem__)
        order.append(best)
        left.remove(best)
        coalition |= 1 << best
        tried = tries
    return order


def _growing(order: Sequence[int]) -> list[int]:
    met = [0]
    for k in order:
        met.append(met[-1] | 1 << k)
    return met


def _crossing(x: Sequence[float], y: Sequence[float], level: float) -> float | None:
    """Where a falling curve first reaches a level, by linear interpolation; None where it does not."""
    for k in range(1, len(x)):
        if y[k] <= level <= y[k - 1]:
            step = y[k] - y[k - 1]
            return float(x[k - 1] + (x[k] - x[k - 1]) * ((level - y[k - 1]) / step if step else 0.0))
    return None


def _half_words(table: pd.DataFrame, most: float) -> str:
    greedy = table[table["line"] == GREEDY]
    reached = greedy[greedy["target_percent"] <= most / 2]["players"]
    count = int(reached.iloc[0]) if len(reached) else len(greedy) - 1
    return f"{count} player{'s' if count > 1 else ''} would do for half of it"
