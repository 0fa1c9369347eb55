"""Burden sharing (Eq. 13): transfers between the members of a coalition, by rule, and how unequal the burden is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis import inequality
from countervail.analysis.burden_transfers import Payers, Shared, equalised, floored, one_by_one
from countervail.analysis.coalition_division import divide
from countervail.analysis.coalition_members import Player
from countervail.analysis.coalition_play import Play, Progress, chosen_model, welfares
from countervail.analysis.coalition_shares import base, record, refuse_failures, source
from countervail.exhibit import Exhibit
from countervail.policy.naming import called
from countervail.words import money
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]

RULES = {
    "equal": "the same loss in percent of income (Eq. 13)",
    "per_head": "the same loss in USD a head",
    "by_income": "none below the mean, the others pay in proportion to income",
    "floor": "none below the floor, the others pay in proportion to income",
}


def burden_sharing(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    members: Sequence[str] | None = None,
    floor: float | None = None,
    responses: bool = False,
    progress: Progress | None = None,
) -> Exhibit:
    """The transfers by which a coalition would share the burden of its sanctions, and how unequal it is without.

    Rules: `equal`, all members lose the same percent of their income, which is the same as burdens in proportion to
    income (Eq. 13); `per_head`, the same money a head; `by_income`, those that lose more than the coalition's mean are
    brought up to it and the others pay for that in proportion to their income; `floor`, the same with a stated floor
    instead of the mean. Transfers are solved with the equilibrium, not after it.

    Arguments:
        members: economies and blocs, each one member; each economy of the coalition by default.
        floor: welfare change that no member shall be below, percent, such as -0.1; without it that rule is left out.
        responses: whether the scenario's responses act as well.

    Returns:
        Exhibit, one row a member, who receives most first: welfare without transfers; for each rule the transfer in
        million USD a year (above 0 when received), in percent of income, and welfare with it. `more` has the inequality
        of burdens without and with each rule: Gini, Theil, the largest over the mean.

    Raises:
        OutputError: CV410 to CV415, CV483 a floor that cannot be kept, CV484 transfers that were not found.
        SolveError: a solve has no equilibrium.

    Example:
        >>> cv.burden_sharing(world, cv.load_scenario("russia-2014"))  # doctest: +SKIP
    """
    model = chosen_model(scenario, model)
    if members is None:
        whole = divide(world, scenario, responses=responses, model=model)
        members = [world.countries[int(n)] for n in whole.sides.senders]
    division = divide(world, scenario, members, responses=responses, model=model)
    play = Play(division, model, progress)
    play.solve((division.members,), "the sanctions")
    refuse_failures(play)
    players, before = division.players, play.change[division.members]
    payers, solve = Payers(players, play.income()), solver(play)
    persons = np.array([persons_of(world, player) for player in players])
    shock = division.shock(division.members)
    mean = float(np.average(payers.mean(before), weights=payers.of_each))
    found = {"equal": equalised(payers, np.ones(len(players)), shock, solve)}
    if not np.isnan(persons).any():
        found["per_head"] = equalised(payers, payers.of_each / persons, shock, solve)
    found["by_income"] = _floor_at_mean(payers, mean, shock, solve)
    if floor is not None:
        found["floor"] = floored(payers, floor, shock, solve)
    table = _table(players, payers, before, found)
    return Exhibit(
        name="burden_sharing",
        kind="ranking",
        title=_title(table, found["equal"]),
        subtitle=f"Transfers that equalise losses, {base(world, scenario)}",
        unit="million USD a year",
        table=table,
        roles={"label": "name", "value": "equal_transfer_million_usd", "code": "code"},
        source=source(world, model),
        caveats=(
            "Transfers above 0 are received. "
            + " ".join(f"{rule}: {RULES[rule]}." for rule in found).replace("_", " "),
            *(
                ()
                if "per_head" in found
                else ("Without a rule per head: a member's population is not known.",)
            ),
        ),
        more={"burden_inequality": _inequality(payers, before, found, persons)},
        record=record(play)
        | {
            "mean_percent": mean,
            "paid_million_usd": float(found["equal"].transfer.clip(min=0).sum()),
            "largest_gap_percent": max(shared.gap for shared in found.values()),
            "rounds": {rule: shared.rounds for rule, shared in found.items()},
        },
        world=world,
        scenario=scenario,
    )


def solver(play: Play) -> Callable[[Shock], Floats]:
    """[country] welfare less the reference of a play under one shock."""
    play.solve((0,))

    def solve(shock: Shock) -> Floats:
        answer = one_by_one(
            welfares(play.division.world, [shock], play.model, play.effort, play.progress, "burden sharing")
        )
        change: Floats = answer - play.reference
        return change

    return solve


def _floor_at_mean(payers: Payers, mean: float, shock: Shock, solve: Callable[[Shock], Floats]) -> Shared:
    """None below the mean; transfers themselves move the mean a little, so the floor is a hair below it at first."""
    lowered = mean - 1e-3 * abs(mean)
    return floored(payers, lowered, shock, solve)


def persons_of(world: World, player: Player) -> float:
    """Persons of a player; missing where a member's number is."""
    known = [labels.population(code) for n in player.positions for code in world.country_members[int(n)]]
    return float("nan") if None in known else float(sum(count or 0.0 for count in known))


def _table(
    players: Sequence[Player], payers: Payers, before: Floats, found: dict[str, Shared]
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "code": [player.code for player in players],
            "name": [player.name for player in players],
            "income_million_usd": payers.of_each,
            "welfare_percent": payers.mean(before),
        }
    )
    for rule, shared in found.items():
        table[f"{rule}_transfer_million_usd"] = shared.transfer
        table[f"{rule}_transfer_percent"] = 100 * shared.transfer / payers.of_each
        table[f"{rule}_welfare_percent"] = payers.mean(shared.change)
    return table.sort_values("equal_transfer_million_usd", ascending=False, kind="stable", ignore_index=True)


def _inequality(payers: Payers, before: Floats, found: dict[str, Shared], persons: Floats) -> pd.DataFrame:
    """One row a rule and unit of the burden: Gini, Theil, largest over mean, each member counting once."""
    changes = {"none": before} | {rule: shared.change for rule, shared in found.items()}
    rows = []
    for rule, change in changes.items():
        loss = -payers.mean(change)
        units = {"percent of income": loss, "USD a head": 1e4 * loss * payers.of_each / persons}
        for unit, burdens in units.items():
            known = not np.isnan(burdens).any()
            rows.append(
                {
                    "rule": rule,
                    "burden_in": unit,
                    "mean": float(burdens.mean()),
                    "gini": inequality.gini(burdens) if known else np.nan,
                    "theil": inequality.theil(burdens) if known else np.nan,
                    "largest_over_mean": inequality.largest_over_mean(burdens) if known else np.nan,
                    "missing": ""
                    if known and burdens.min() >= 0
                    else (
                        "a member gains, so Theil is not defined" if known else "a population is not known"
                    ),
                }
            )
    return pd.DataFrame(rows)


def _title(table: pd.DataFrame, equal: Shared) -> str:
    moved = float(equal.transfer.clip(min=0).sum())
    if moved < 0.5:
        return "The members bear the same burden without transfers"
    gets, pays = table.iloc[0], table.iloc[-1]
    return (
        f"Equal burdens would take {money(moved)} a year between members: {called(pays['code'])} would pay most "
        f"({money(-float(pays['equal_transfer_million_usd']))}), {called(gets['code'])} receive most "
        f"({money(float(gets['equal_transfer_million_usd']))})"
    )
