"""A coalition step by step: each member alone, the actual one, one member fewer or more, and the whole world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis import shapley
from countervail.analysis.coalition_division import Division, divide
from countervail.analysis.coalition_members import Player
from countervail.analysis.coalition_play import Play, Progress, chosen_model
from countervail.analysis.coalition_shares import base, record, refuse_failures, source, targets_name
from countervail.exhibit import Exhibit
from countervail.words import number, percent

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

CANDIDATES = 5


def coalition_stages(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    members: Sequence[str] | None = None,
    candidates: Sequence[str] | None = None,
    responses: bool = False,
    progress: Progress | None = None,
) -> Exhibit:
    """What the target loses and members pay: alone, together, without each, with each candidate, and all the world.

    Arguments:
        members: economies and blocs, each one member; the scenario's own senders by default.
        candidates: economies and blocs that could join, with all sanctions that a member takes; by default the
            five economies that trade most with the target and take no sanctions.
        responses: whether the scenario's responses act as well.

    Returns:
        Exhibit, one row a stage: kind of stage, who acts; welfare of the target, of those acting, of the actual
        members, of the member or candidate that the stage is about, and of everybody else, in percent; what the stage
        gains whom it is about over the actual coalition, by leaving or joining; by how much the stage raises the harm;
        and the loss of the target over that of those acting. The record compares acting together with acting alone: the
        harm over the sum of the harms each does alone, and the mean of members' own losses.

    Raises:
        OutputError: CV410 to CV415. SolveError: a stage has no equilibrium.

    Example:
        >>> cv.coalition_stages(world, cv.load_scenario("russia-2014"), candidates=["CHN"])  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    division = divide(
        world, scenario, members, candidates or (), everybody=True, responses=responses, model=model
    )
    if candidates is None:
        named = [player.code for player in likely_partners(division)[:CANDIDATES]]
        division = divide(world, scenario, members, named, everybody=True, responses=responses, model=model)
    play = Play(division, model, progress)
    stages = _stages(division)
    play.solve([0, *(coalition for _, _, coalition in stages)], "stages of the coalition")
    refuse_failures(play)
    table = pd.DataFrame([_row(play, *stage) for stage in stages])
    return Exhibit(
        name="coalition_stages",
        kind="ranking",
        title=_title(division, table),
        subtitle=f"Welfare of {targets_name(division)}, {base(world, scenario)}",
        unit="percent",
        table=table,
        roles={"label": "stage", "value": "target_percent"},
        source=source(world, model),
        caveats=(
            "A joiner takes every sanction that a member takes, on top of what it does already.",
            "The responses act too." if responses else "Responses are left out.",
        ),
        record=record(play) | _together(play),
        world=world,
        scenario=scenario,
    )


def _together(play: Play) -> dict[str, float]:
    """Acting together against acting alone, each without what senders that are no member do in any case."""
    division = play.division
    background, everyone = play.change[0], play.change[division.members] - play.change[0]
    target = play.weights(division.sides.targets)
    harms, alone, together = [], [], []
    for k, player in enumerate(division.players[: division.n_members]):
        own, single = play.weights(player.positions), play.change[1 << k] - background
        harms.append(float(target @ single))
        alone.append(float(own @ single))
        together.append(float(own @ everyone))
    return {
        "harm_together_percent": float(target @ everyone),
        "sum_of_harms_alone_percent": sum(harms),
        "mean_own_loss_alone_percent": float(np.mean(alone)),
        "mean_own_loss_together_percent": float(np.mean(together)),
    }


def likely_partners(division: Division) -> list[Player]:
    """Players that take no sanctions, those that trade most with the targets first; the rest of the world left out."""
    flow = division.world.basic_flow().sum(axis=2)
    targets = division.sides.targets
    trade = flow[targets].sum(axis=0) + flow[:, targets].sum(axis=1)
    joiners = [
        player
        for player in division.players
        if player.role != "member"
        and player.code != "ROW"
        and not np.isin(player.positions, division.sides.senders).all()
    ]
    return sorted(joiners, key=lambda player: -trade[player.positions].sum())


def _stages(division: Division) -> list[tuple[str, int | None, int]]:
    """Kind of stage, the player it is about, and the coalition."""
    everyone, players = division.members, division.players
    stages: list[tuple[str, int | None, int]] = [("actual", None, everyone)]
    for k, player in enumerate(players):
        if player.role == "member":
            stages += [("alone", k, 1 << k), ("without", k, everyone & ~(1 << k))]
        elif player.role == "candidate":
            stages.append(("with", k, everyone | 1 << k))
    stages.append(("world", None, (1 << len(players)) - 1))
    order = {"alone": 0, "without": 1, "actual": 2, "with": 3, "world": 4}
    return sorted(stages, key=lambda stage: order[stage[0]])


def _row(play: Play, kind: str, about: int | None, coalition: int) -> dict[str, object]:
    division = play.division
    players, change, actual = division.players, play.change[coalition], play.change[division.members]
    acting = np.concatenate([players[k].positions for k in shapley.members(coalition)])
    members = np.concatenate([player.positions for player in players[: division.n_members]])
    targets = division.sides.targets
    rest = np.setdiff1d(np.arange(division.world.n_countries), np.concatenate([acting, targets]))
    target = play.weights(targets)
    harm, own = float(target @ change), float(play.weights(acting) @ change)
    money = play.income()
    nobody = np.full(division.world.n_countries, np.nan)
    own_weights = nobody if about is None else play.weights(players[about].positions)
    return {
        "stage": _name(kind, None if about is None else players[about].name),
        "kind": kind,
        "code": "" if about is None else players[about].code,
        "economies": acting.size,
        "target_percent": harm,
        "change_of_harm_percent": 100 * (harm / float(target @ actual) - 1),
        "acting_percent": own,
        "actual_members_percent": float(play.weights(members) @ change),
        "about_percent": float(own_weights @ change),
        "about_gain_percent": float(own_weights @ (change - actual)),
        "others_percent": float(play.weights(rest) @ change) if rest.size else np.nan,
        "target_million_usd": harm * money[targets].sum() / 100,
        "acting_million_usd": own * money[acting].sum() / 100,
        "loss_ratio": harm / own if harm < 0 and own < 0 else np.nan,
    }


def _name(kind: str, player: str | None) -> str:
    match kind:
        case "alone":
            return f"{player} alone"
        case "without":
            return f"Without {player}"
        case "with":
            return f"With {player}"
        case "actual":
            return "The coalition"
        case _:
            return "All the world"


def _title(division: Division, table: pd.DataFrame) -> str:
    who = targets_name(division)
    of = table.groupby("kind")["target_percent"]
    actual, world = (float(of.get_group(kind).iloc[0]) for kind in ("actual", "world"))
    best = table[table["kind"] == "alone"].nsmallest(1, "target_percent").iloc[0]
    namer = division.scenario.namer()
    text = f"Together the coalition costs {who} {percent(-actual)}, {namer.economies([best['code']])} alone "
    text += percent(-float(best["target_percent"]))
    joined = table[table["kind"] == "with"].nsmallest(1, "target_percent")
    if len(joined):
        name = namer.economies([joined.iloc[0]["code"]])
        rise = float(joined.iloc[0]["change_of_harm_percent"])
        text += f"; {name}'s joining would make it {number(rise)} % more" if rise > 0.5 else ""
    return f"{text}; all the world would cost it {percent(-world)}"
