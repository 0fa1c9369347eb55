"""Tariffs in a game: the best answer of one economy, best answers to best answers, and what cooperation would bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.best_answers import MOST_ROUNDS, Table, rounds
from countervail.analysis.coalition_play import base_income
from countervail.analysis.coalition_shares import source
from countervail.analysis.tariff_levers import LEVERS, WORDS, Lever, Levers, levers_between
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.groups import head_name
from countervail.model.parameters import Model, long_run
from countervail.model.welfare import welfare
from countervail.policy.complaint import Complaint
from countervail.policy.naming import called
from countervail.policy.scope import Scope
from countervail.words import listing, number

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Progress = Callable[[str, int, int], None]


def optimal_tariff(
    world: World,
    economy: str,
    *,
    on: Sequence[str] | None = None,
    most: float = 3.0,
    model: Model = long_run,
) -> float:
    """The one rate, added to applied tariffs on all goods, that is best for an economy if nobody answers (Eq. 16, 18).

    Arguments:
        economy: who sets it, an economy or bloc. on: whose goods; everybody's by default. most: the largest rate, a
            fraction.

    Returns:
        The rate, a fraction. A small economy of one sector without other tariffs has 1/theta.

    Raises:
        OutputError: CV430 an economy that the world does not have. SolveError: a rate has no equilibrium.

    Example:
        >>> cv.optimal_tariff(world, "USA", on=["CHN"])  # doctest: +SKIP
    """
    return float(_optimum(world, economy, on, ("tariff",), False, most, model)[0][0])


def optimal_rates(
    world: World,
    economy: str,
    *,
    on: Sequence[str] | None = None,
    levers: Sequence[str] = ("tariff",),
    most: float = 3.0,
    model: Model = long_run,
) -> Exhibit:
    """The rates, good by good, that are best for an economy if nobody answers (Eq. 16, 17).

    Arguments:
        economy, on, most: as `optimal_tariff`.
        levers: "tariff" and "friction" on imports, "export_tax" on exports.

    Returns:
        Exhibit, one row a rate, the highest first. The record has the economy's gain, and that from the best single
        rate of each kind.

    Raises:
        OutputError: CV430 an economy or a lever that there is not. SolveError: rates without an equilibrium; CV309 a
            model that is not of the long run.

    Example:
        >>> cv.optimal_rates(world, "USA", on=["CHN"], levers=["export_tax"])  # doctest: +SKIP
    """
    rates, gain, table = _optimum(world, economy, on, levers, True, most, model)
    _, one, _ = _optimum(world, economy, on, levers, False, most, model)
    shown = pd.DataFrame(
        {
            "label": [f"{slot.good}, {WORDS[slot.kind]}" for slot in table.levers.slots],
            "good": [slot.good for slot in table.levers.slots],
            "lever": [slot.kind for slot in table.levers.slots],
            "rate_percent": 100 * rates,
        }
    ).sort_values("rate_percent", ascending=False, kind="stable", ignore_index=True)
    who, first = head_name(economy), shown.iloc[0]
    return Exhibit(
        name="optimal_rates",
        kind="ranking",
        title=f"Unanswered, the best rates gain {who} {number(gain)} %, {number(one)} % if one for all goods; "
        f"the highest is {number(first['rate_percent'])} % on {first['good'].lower()}",
        subtitle=f"Best rates added to what applies, if nobody answers; {world.name}, base year {world.year}",
        unit="percent",
        table=shown,
        roles={"label": "label", "value": "rate_percent"},
        source=source(world, model),
        caveats=("The best of one hill, found by exact slopes of the equilibrium.",),
        record={
            "gain_percent": gain,
            "gain_from_one_rate_percent": one,
            "solves": table.solves,
            "largest_residual": table.residual,
        },
        world=world,
    )


def tariff_war(
    world: World,
    players: Sequence[str],
    *,
    levers: Sequence[str] = ("tariff",),
    by_good: bool = False,
    most: float = 3.0,
    model: Model = long_run,
    progress: Progress | None = None,
) -> Exhibit:
    """Rates of several players on each other, best answer upon best answer, to a Nash equilibrium or a cycle.

    Beside the war stand what each player would do and have if the others did nothing, free trade in goods among the
    players, and the rates, in place of those applied among them, that maximise the players' joint welfare in money.

    Arguments:
        players: economies or blocs; each sets its rates on all goods of the other players, on top of what applies.
        levers: "tariff" and "friction" on imports, "export_tax" on exports.
        by_good: a rate for every good instead of one for all; long run only.
        most: the largest rate, a fraction.

    Returns:
        Exhibit with the mean rate and welfare in the war, alone, under free trade and under the joint optimum, and
        what cooperation brings over the war; `more["rates"]` has every rate. `record` says whether rates settled,
        after how many rounds, or the length of the cycle.

    Raises:
        OutputError: CV430 fewer than two players, one twice, or one that the world does not have.
        SolveError: rates without an equilibrium; CV309 rates by good under a model that is not of the long run.

    Example:
        >>> cv.tariff_war(world, ["USA", "CHN"])  # doctest: +SKIP
    """
    places = [_place(world, name) for name in players]
    together = np.concatenate(places) if places else np.zeros(0, dtype=np.int64)
    if len(places) < 2 or np.unique(together).size < together.size:
        raise _refused(", ".join(players) or "nobody", "two economies or more, each once")
    played = levers_between(world, places, kinds=_known(levers), by_good=by_good)
    weights, income = _weights(world, places, model)
    table = Table(played, model, weights, most)
    slots = [played.of(p) for p in range(len(places))]
    still = np.zeros(len(played.slots))
    alone = [table.best(still, free, weights[p]) for p, free in enumerate(slots)]
    single = [float(table.payoffs(rates)[p]) for p, rates in enumerate(alone)]
    ending = rounds(table, slots, None if progress is None else lambda n: progress("rounds of the war", n, 0))
    war = table.payoffs(ending.rates)
    free, joint, joint_rates = _cooperation(world, places, weights, income, most, model)
    names = [head_name(name) for name in players]
    kinds = listing([WORDS[kind] for kind in _known(levers)])
    shown = pd.DataFrame(
        {
            "economy": names,
            "code": list(players),
            "rate_percent": [100 * ending.rates[own].mean() for own in slots],
            "welfare_percent": war,
            "rate_alone_percent": [100 * rates[own].mean() for rates, own in zip(alone, slots, strict=True)],
            "welfare_alone_percent": single,
            "free_trade_percent": free,
            "joint_optimum_percent": joint,
            "joint_rate_percent": 100 * joint_rates,
            "cooperation_gain_percent": joint - war,
            "cooperation_gain_million_usd": (joint - war) * income / 100,
            "peace_percent": 0.0,
        }
    )
    return Exhibit(
        name="tariff_war",
        kind="ranking",
        title=_title(shown, ending.how, ending.length),
        subtitle=f"Welfare in the war against none; {world.name}, base year {world.year}",
        unit="percent of income",
        table=shown,
        roles={"label": "economy", "value": "welfare_percent", "code": "code"},
        source=source(world, model),
        caveats=(
            f"Rates ({kinds}) are on goods of the other players, on top of what "
            "applies; peace is the base year.",
            "Cooperation maximises the players' joint welfare in money by tariffs in place of those they apply to each "
            "other; whoever then loses would have to be paid. Others' welfare does not count.",
            f"Rates are searched up to {100 * most:.0f} %; a best answer is the best of one hill.",
        ),
        more={"rates": _rates(played, names, ending.rates, alone)},
        record={
            "ending": ending.how,
            "rounds": ending.length,
            "solves": table.solves,
            "largest_residual": table.residual,
        },
        world=world,
    )


def _cooperation(
    world: World, places: Sequence[Integers], weights: Floats, income: Floats, most: float, model: Model
) -> tuple[Floats, Floats, Floats]:
    """[player] welfare under free trade in goods among the players, at their joint optimum, and its tariffs."""
    table = Table(levers_between(world, places, in_place=True), model, weights, most)
    none = np.zeros(len(table.levers.slots))
    free = table.payoffs(none)
    money = (income / income.sum()) @ weights
    best, value = none, float(money @ welfare(table.at(none)))
    for _ in range(MOST_ROUNDS):
        moved = best
        if model.is_core:
            moved = table.best(best, np.arange(none.size), money)
        else:  # one rate after the other: these models have no slopes
            for k in range(none.size):
                moved = table.best(moved, np.array([k]), money)
        reached = float(money @ welfare(table.at(moved)))
        if reached < value + 1e-9:
            break
        best, value = moved, reached
    return free, table.payoffs(best), best


def _optimum(
    world: World,
    economy: str,
    on: Sequence[str] | None,
    levers: Sequence[str],
    by_good: bool,
    most: float,
    model: Model,
) -> tuple[Floats, float, Table]:
    """The best rates of one economy, what they gain it, percent, and the table they were found at."""
    mine = _place(world, economy)
    everybody = np.setdiff1d(np.arange(world.n_countries), mine)
    others = everybody if on is None else np.unique(np.concatenate([_place(world, name) for name in on]))
    if np.intersect1d(mine, others).size or not others.size:
        raise _refused(economy, "partners other than itself")
    levers_all = levers_between(world, [mine], partners=[others], kinds=_known(levers), by_good=by_good)
    table = Table(levers_all, model, _weights(world, [mine], model)[0], most)
    size = len(levers_all.slots)
    rates = table.best(np.zeros(size), np.arange(size), table.weights[0])
    return rates, float(table.payoffs(rates)[0]), table


def _weights(world: World, places: Sequence[Integers], model: Model) -> tuple[Floats, Floats]:
    """[player, country] weights of welfare, and [player] base income, million USD."""
    income = base_income(world, model)
    weights = np.zeros((len(places), world.n_countries))
    for p, place in enumerate(places):
        weights[p, place] = income[place] / income[place].sum()
    return weights, np.array([income[place].sum() for place in places])


def _rates(played: Levers, names: Sequence[str], war: Floats, alone: Sequence[Floats]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "economy": names[slot.player],
                "lever": slot.kind,
                "good": slot.good,
                "rate_percent": 100 * war[k],
                "rate_alone_percent": 100 * alone[slot.player][k],
            }
            for k, slot in enumerate(played.slots)
        ]
    )


def _title(table: pd.DataFrame, how: str, length: int) -> str:
    if how == "cycle":
        return f"Best answers go round in a cycle of {length}"
    if how != "settled":
        return f"Best answers did not settle in {MOST_ROUNDS} rounds"
    losers = [called(code) for code in table[table["welfare_percent"] < 0]["code"]]
    who = f"{listing(losers)} {'lose' if len(losers) > 1 else 'loses'}" if losers else "nobody loses"
    low, high = number(table["rate_percent"].min()), number(table["rate_percent"].max())
    total = table["cooperation_gain_million_usd"].sum() / 1e3
    span = f"{low} to {high} %" if low != high else f"{low} %"
    return f"In a war that settles at {span}, {who}; cooperation would bring {number(total)} billion USD a year more"


def _place(world: World, name: str) -> Integers:
    try:
        return np.asarray(Scope(world).economies([name], "players"), dtype=np.int64)
    except Complaint:
        expected = f"economies or blocs of {world.name}, such as {', '.join(world.countries[:4])}"
        raise _refused(name, expected) from None


def _known(levers: Sequence[str]) -> Sequence[Lever]:
    """The levers asked for, each once."""
    strange = [lever for lever in levers if lever not in LEVERS]
    if strange or not levers:
        raise _refused(", ".join(strange) or "no levers", "levers out of " + ", ".join(LEVERS))
    return [lever for lever in LEVERS if lever in levers]


def _refused(found: str, expected: str) -> OutputError:
    return OutputError(
        "CV430", "These players cannot play", found=found, expected=expected, next_step="Name others."
    )
