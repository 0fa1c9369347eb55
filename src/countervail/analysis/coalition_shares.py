"""What each member of a coalition does and pays (Eq. 15): to the target, to itself, to the others, and by leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import __version__
from countervail.analysis import shapley
from countervail.analysis.coalition_division import Division, divide
from countervail.analysis.coalition_play import Play, Progress, chosen_model
from countervail.exhibit import Exhibit
from countervail.words import fraction, listing, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

EXACT_UP_TO = 12


@dataclass(frozen=True, eq=False)
class Values:
    """Shapley values of the members' measures.

    Arguments:
        parts: [member, country] what each member's measures do to every economy, percent points.
        errors: their standard errors; 0 where exact. method: in words.
    """

    parts: Floats
    errors: Floats
    method: str


def member_values(play: Play, pairs: int = 50, seed: int = 0) -> Values:
    """Shapley value of each member (Eq. 15), exact up to 12 members, from sampled orders beyond.

    Arguments:
        pairs, seed: of sampled orders; each order is followed by its reverse.

    Raises:
        SolveError: a coalition has no equilibrium, so that no value exists.
    """
    n = play.division.n_members
    if n <= EXACT_UP_TO:
        play.solve(range(1 << n), "coalitions of the members")
        refuse_failures(play)
        parts = shapley.exact(play.array(range(1 << n)))
        return Values(parts, np.zeros_like(parts), f"exact over {1 << n:,} coalitions")
    orders = shapley.sampled_orders(n, pairs, seed)
    play.solve((met for order in orders for met in shapley.chain(order)), "sampled coalitions")
    refuse_failures(play)
    parts, errors = shapley.sampled(play.change, orders)
    return Values(parts, errors, f"sampled ({2 * pairs} orders, seed {seed})")


def refuse_failures(play: Play) -> None:
    """Raise the first error of a coalition without an equilibrium, which leaves the values undefined."""
    for coalition, error in play.failed.items():
        names = [play.division.players[k].name for k in shapley.members(coalition)]
        error.where = error.where or f"coalition of {listing(names)}"
        raise error


def coalition_values(
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
    """Which member does how much of the harm to the target, what it pays, and what its leaving would change.

    The value of a member is the Shapley value of its measures over all coalitions of members (Eq. 15): what
    having them adds, averaged over the orders in which members could have joined.

    Arguments:
        world: a calibrated world. scenario: whose sanctions are divided; see `coalition_division` for what it is
            to act without a member.
        model: preset and closure; by default what the scenario itself names.
        members: economies and blocs, each one member; the scenario's own senders by default.
        responses: whether the scenario's responses act as well.
        pairs, seed: of sampled orders, beyond 12 members.

    Returns:
        Exhibit, one row a member, the most harmful first. Losses are negative. `more` has the value of every
        member for every economy, and welfare under every coalition solved.

    Raises:
        OutputError: CV410 to CV415. SolveError: a coalition has no equilibrium.

    Example:
        >>> cv.coalition_values(world, cv.load_scenario("united-front"))  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    division = divide(world, scenario, members, responses=responses, model=model)
    play = Play(division, model, progress)
    values = member_values(play, pairs, seed)
    n, everyone = division.n_members, division.members
    alone, without = [1 << m for m in range(n)], [everyone & ~(1 << m) for m in range(n)]
    play.solve((0, everyone, *alone, *without), "single members")
    refuse_failures(play)
    target = play.weights(division.sides.targets)
    all_members = np.concatenate([player.positions for player in division.players[:n]])
    money = play.income()[division.sides.targets].sum() / 100
    rows = []
    for m, player in enumerate(division.players[:n]):
        own = play.weights(player.positions)
        rest = play.weights(np.setdiff1d(all_members, player.positions))
        acting, left, single = (play.change[c] for c in (everyone, without[m], alone[m]))
        value = target @ values.parts[m]
        rows.append(
            {
                "code": player.code,
                "name": player.name,
                "economies": player.positions.size,
                "target_value_percent": value,
                "standard_error_percent": _group_error(values.errors[m], target),
                "target_value_million_usd": value * money,
                "target_alone_percent": target @ (single - play.change[0]),
                "target_if_leaves_percent": target @ (left - acting),
                "own_welfare_percent": own @ acting,
                "own_welfare_million_usd": own @ acting * play.income()[player.positions].sum() / 100,
                "own_value_percent": own @ values.parts[m],
                "own_alone_percent": own @ (single - play.change[0]),
                "own_gain_from_leaving_percent": own @ (left - acting),
                "other_members_value_percent": rest @ values.parts[m],
            }
        )
    table = pd.DataFrame(rows).sort_values("target_value_percent", kind="stable", ignore_index=True)
    harm, background = float(target @ play.change[everyone]), float(target @ play.change[0])
    return Exhibit(
        name="coalition_values",
        kind="ranking",
        title=_title(division, table, harm),
        subtitle=f"Shapley value of each member's sanctions for {targets_name(division)}, {base(world, scenario)}",
        unit="percent",
        table=table,
        roles={"label": "name", "value": "target_value_percent", "code": "code"},
        source=source(world, model),
        caveats=_caveats(values.method, background, responses),
        more={"coalition_values_by_economy": _by_economy(division, values), "coalitions": solved(play)},
        record=record(play, values.method) | {"harm_percent": harm, "background_percent": background},
        world=world,
        scenario=scenario,
    )


# --- shared with the other views of a coalition ------------------------------------------------------------------


def targets_name(division: Division) -> str:
    """The targets by name, for a title."""
    return listing([labels.country_name(division.world.countries[int(n)]) for n in division.sides.targets])


def base(world: World, scenario: Scenario) -> str:
    """What the numbers are about: scenario, world and base year."""
    return f"{scenario.name} on {world.name}, base year {world.year}"


def source(world: World, model: Model) -> str:
    """One line on where the numbers come from: version, world, elasticities, model and closure."""
    made = f"countervail {__version__} on {world.name} ({world.year}), elasticities {world.elasticity}"
    return f"{made}, {model.title}, closure {model.closure}"


def record(play: Play, method: str = "") -> dict[str, Any]:
    """Settings and accuracy as plain values."""
    known = {
        "elasticity": play.division.world.elasticity,
        "model": repr(play.model),
        "members": [player.code for player in play.division.players if player.role == "member"],
        "solves": play.effort.solves,
        "without_equilibrium": play.effort.failures,
        "largest_residual": play.effort.residual,
    }
    return known | ({"method": method} if method else {})


def solved(play: Play) -> pd.DataFrame:
    """Every coalition solved: its members, and what it does to the target and to those acting, percent."""
    division = play.division
    target = play.weights(division.sides.targets)
    codes = [player.code for player in division.players]
    rows = []
    for coalition, change in play.change.items():
        acting = shapley.members(coalition)
        inside = [division.players[k].positions for k in acting]
        own = play.weights(np.concatenate(inside)) @ change if inside else np.nan
        rows.append(
            {
                "members": " ".join(codes[k] for k in acting),
                "size": len(acting),
                "target_percent": target @ change,
                "acting_percent": own,
                "missing": str(play.failed.get(coalition, "")),
            }
        )
    return pd.DataFrame(rows)


def _by_economy(division: Division, values: Values) -> pd.DataFrame:
    world = division.world
    members = division.players[: division.n_members]
    blocks = [
        pd.DataFrame(
            {
                "member": player.code,
                "member_name": player.name,
                "code": world.countries,
                "name": [labels.country_name(code) for code in world.countries],
                "value_percent": values.parts[m],
                "standard_error_percent": values.errors[m],
            }
        )
        for m, player in enumerate(members)
    ]
    return pd.concat(blocks, ignore_index=True)


def _group_error(errors: Floats, weights: Floats) -> float:
    """Standard error of a weighted mean; at most this, since economies are drawn together."""
    return float(weights @ errors)


def _title(division: Division, table: pd.DataFrame, harm: float) -> str:
    who = targets_name(division)
    verb = "lose" if division.sides.targets.size > 1 else "loses"
    if harm >= -0.005:
        return f"The coalition does not harm {who}"
    top = table.head(2 if len(table) > 3 else 1)
    share = float(top["target_value_percent"].sum()) / harm
    names = listing([division.scenario.namer().economies([code]) for code in top["code"]])
    if not 0 < share <= 1:
        return f"{who} {verb} {percent(-harm)}, most of it to {names}"
    does = "do" if len(top) > 1 else "does"
    return (
        f"{names[0].upper()}{names[1:]} {does} {fraction(share)} of the harm: {who} {verb} {percent(-harm)}"
    )


def _caveats(method: str, background: float, responses: bool) -> tuple[str, ...]:
    notes = [f"Values are {method}.", "The responses act too." if responses else "Responses are left out."]
    if abs(background) > 1e-9:
        notes.append(
            f"Senders that are no member do {percent(background)} in every coalition, which is nobody's value."
        )
    return tuple(notes)
