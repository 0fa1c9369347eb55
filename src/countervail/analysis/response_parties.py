"""The other side's front: what the parties to the responses gain, and whether they share it on an equal basis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis import inequality
from countervail.analysis.burden import persons_of, solver
from countervail.analysis.burden_transfers import Payers, equalised
from countervail.analysis.coalition_division import divide_responses
from countervail.analysis.coalition_play import Play, Progress, chosen_model
from countervail.analysis.coalition_shares import base, member_values, record, refuse_failures, source
from countervail.exhibit import Exhibit
from countervail.words import listing, money, percent

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

EVEN = 1.1
"""Gains in percent of income within a tenth of each other count as equal."""


def response_gains(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    parties: Sequence[str] | None = None,
    pairs: int = 50,
    seed: int = 0,
    progress: Progress | None = None,
) -> Exhibit:
    """What each party to the responses gains by them, what its taking part is worth, and what would make gains equal.

    A response acts between those of its parties that take part: trade of two parties is helped only while both do.
    Values are Shapley values over the parties (Eq. 15), against the sanctions alone. Equal transfers make the gains of
    all parties the same percent of income, solved with the equilibrium (Eq. 13).

    Arguments:
        parties: economies and blocs, each one party; those that the responses name by default.
        pairs, seed: of sampled orders, beyond 12 parties.

    Returns:
        Exhibit, one row a party, who gains most for its size first: gain in percent of income, million USD and USD a
        head; its share of the joint gain and of the joint income; what its taking part is worth to itself and to the
        others; and the transfer (above 0 when received) that equalises gains. The record has Gini, Theil and largest
        over mean of the gains, and `equal_basis`.

    Raises:
        OutputError: CV412 fewer than two parties, CV413, CV415, CV482, CV484. SolveError: a solve has no equilibrium.

    Example:
        >>> cv.response_gains(world, cv.load_scenario("united-front")).title  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    division = divide_responses(world, scenario, parties, model=model)
    play = Play(division, model, progress)
    values = member_values(play, pairs, seed)
    everyone, players = division.members, division.players
    play.solve((0, everyone), "all parties")
    refuse_failures(play)
    payers = Payers(players, play.income())
    gain = payers.mean(play.change[everyone])
    worth = np.array([payers.mean(part) for part in values.parts])  # [who takes part, who gains]
    equal = equalised(payers, np.ones(len(players)), division.shock(everyone), solver(play))
    income = payers.of_each
    amount = gain * income / 100
    persons = np.array([persons_of(world, player) for player in players])
    table = pd.DataFrame(
        {
            "code": [player.code for player in players],
            "name": [player.name for player in players],
            "gain_percent": gain,
            "gain_million_usd": amount,
            "gain_usd_per_head": 1e6 * amount / persons,
            "share_of_joint_gain_percent": 100 * amount / amount.sum() if amount.sum() > 0 else np.nan,
            "share_of_joint_income_percent": 100 * income / income.sum(),
            "own_value_percent": np.diag(worth),
            "value_to_others_million_usd": (worth * income / 100).sum(axis=1) - np.diag(worth) * income / 100,
            "equal_transfer_million_usd": equal.transfer,
            "equal_gain_percent": payers.mean(equal.change),
        }
    ).sort_values("gain_percent", ascending=False, kind="stable", ignore_index=True)
    even = bool(gain.min() > 0 and gain.max() <= EVEN * gain.min())
    return Exhibit(
        name="response_gains",
        kind="ranking",
        title=_title(table, even),
        subtitle=f"Welfare with the responses less welfare under the sanctions alone, {base(world, scenario)}",
        unit="percent",
        table=table,
        roles={"label": "name", "value": "gain_percent", "code": "code"},
        source=source(world, model),
        caveats=(
            f"Values are {values.method}.",
            "Gains are those of trade alone; what the parties gain in security or standing is not in them.",
        ),
        record=record(play, values.method)
        | {
            "equal_basis": even,
            "gini": inequality.gini(gain),
            "theil": inequality.theil(gain),
            "largest_over_mean": inequality.largest_over_mean(gain),
            "paid_million_usd": float(equal.transfer.clip(min=0).sum()),
            "largest_gap_percent": equal.gap,
        },
        world=world,
        scenario=scenario,
    )


def _title(table: pd.DataFrame, even: bool) -> str:
    said = listing(
        [f"{row['name']} gains {percent(float(row['gain_percent']))}" for _, row in table.head(3).iterrows()]
    )
    if even:
        return f"The parties share on an equal basis: {said} of income"
    gets = table.sort_values("equal_transfer_million_usd", kind="stable").iloc[-1]
    moved = float(table["equal_transfer_million_usd"].clip(lower=0).sum())
    return f"Not on an equal basis: {said} of income; equal gains would take {money(moved)} a year to {gets['name']}"
