"""Tariffs in a game: the best answer of one economy, and best answers to best answers to an end or a cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from countervail.analysis.coalition_shares import source
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.model.parameters import Model, long_run
from countervail.model.welfare import welfare
from countervail.policy.shock import Shock
from countervail.solver import equilibrium
from countervail.words import listing, number
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
NEAR = 1e-4  # rates that differ by less are the same
MOST_ROUNDS = 40


def optimal_tariff(
    world: World,
    economy: str,
    *,
    on: Sequence[str] | None = None,
    most: float = 3.0,
    model: Model = long_run,
) -> float:
    """The one rate, added to the applied tariffs on all goods, that is best for an economy if nobody answers.

    Arguments:
        economy: who sets it. on: whose goods; everybody's by default. most: the largest rate, a fraction.

    Returns:
        The rate, a fraction. A small economy of one sector without other tariffs has 1/theta.

    Raises:
        OutputError: CV430 an economy that the world does not have. SolveError: a rate has no equilibrium.

    Example:
        >>> cv.optimal_tariff(world, "USA", on=["CHN"])  # doctest: +SKIP
    """
    mine = _places(world, [economy])[0]
    others = _places(world, on) if on is not None else [n for n in range(world.n_countries) if n != mine]
    return _best(world, {}, mine, others, most, model)[0]


def tariff_war(
    world: World,
    players: Sequence[str],
    *,
    most: float = 3.0,
    model: Model = long_run,
    progress: Progress | None = None,
) -> Exhibit:
    """Tariffs of several economies on each other, best answer upon best answer, to a Nash equilibrium or a cycle.

    Arguments:
        players: economies; each sets one rate, added to the applied tariffs on all goods of the other players.
        most: the largest rate, a fraction.

    Returns:
        Exhibit with the rate, welfare in the war and welfare if only this player acted; `record` says whether rates
        settled, after how many rounds, or the length of the cycle.

    Raises:
        OutputError: CV430 fewer than two players, one twice, or one that the world does not have.
        SolveError: rates without an equilibrium.

    Example:
        >>> cv.tariff_war(world, ["USA", "CHN"])  # doctest: +SKIP
    """
    places = _places(world, players)
    if len(places) < 2 or len(set(places)) < len(places):
        raise _refused(", ".join(players) or "nobody", "two economies or more, each once")
    rates = dict.fromkeys(places, 0.0)
    alone = {}
    for n in places:
        rate, gain = _best(world, {}, n, [m for m in places if m != n], most, model)
        alone[n] = (rate, gain)
    history: list[tuple[int, ...]] = []
    ending, length = "no end", 0
    for turn in range(MOST_ROUNDS):
        before = dict(rates)
        for n in places:
            others = [m for m in places if m != n]
            held = {m: (rates[m], [k for k in places if k != m]) for m in others}
            rates[n] = _best(world, held, n, others, most, model)[0]
        if progress is not None:
            progress("rounds of the war", turn + 1, 0)
        if max(abs(rates[n] - before[n]) for n in places) < NEAR:
            ending, length = "settled", turn + 1
            break
        mark = tuple(round(rates[n] / NEAR) for n in places)
        if mark in history:
            ending, length = "cycle", len(history) - history.index(mark)
            break
        history.append(mark)
    else:
        length = MOST_ROUNDS
    war = _welfare(world, {n: (rates[n], [m for m in places if m != n]) for n in places}, model)
    table = pd.DataFrame(
        {
            "economy": [labels.country_name(world.countries[n]) for n in places],
            "code": [world.countries[n] for n in places],
            "rate_percent": [100 * rates[n] for n in places],
            "welfare_percent": [float(war[n]) for n in places],
            "rate_alone_percent": [100 * alone[n][0] for n in places],
            "welfare_alone_percent": [alone[n][1] for n in places],
            "peace_percent": 0.0,
        }
    )
    losers = table[table["welfare_percent"] < 0]["economy"]
    who = "nobody" if losers.empty else listing(list(losers))
    title = {
        "settled": f"In a tariff war that settles at {number(table['rate_percent'].min())} to "
        f"{number(table['rate_percent'].max())} %, {who} {'lose' if len(losers) > 1 else 'loses'}",
        "cycle": f"Best answers go round in a cycle of {length}",
    }.get(ending, f"Best answers did not settle in {MOST_ROUNDS} rounds")
    return Exhibit(
        name="tariff_war",
        kind="ranking",
        title=title,
        subtitle=f"Welfare in the war against none; {world.name}, base year {world.year}",
        unit="percent of income",
        table=table,
        roles={"label": "economy", "value": "welfare_percent", "code": "code"},
        source=source(world, model),
        caveats=(
            "Each player sets one rate on all goods of the others, on top of what applies; peace is the base year.",
            f"Rates are searched up to {100 * most:.0f} %; a best answer is the best of one hill.",
        ),
        record={"ending": ending, "rounds": length},
        world=world,
    )


def _best(
    world: World,
    held: dict[int, tuple[float, list[int]]],
    player: int,
    others: Sequence[int],
    most: float,
    model: Model,
) -> tuple[float, float]:
    """The rate that is best for a player while the others hold theirs, and its welfare, percent."""

    def loss(rate: float) -> float:
        return -float(_welfare(world, held | {player: (float(rate), list(others))}, model)[player])

    found = minimize_scalar(loss, bounds=(0.0, most), method="bounded", options={"xatol": NEAR / 10})
    still = loss(0.0)
    return (0.0, -still) if still <= float(found.fun) else (float(found.x), -float(found.fun))


def _welfare(world: World, rates: dict[int, tuple[float, list[int]]], model: Model) -> Floats:
    added = np.zeros_like(world.tariff)
    for buyer, (rate, sellers) in rates.items():
        added[sellers, buyer] += np.where(world.goods, rate, 0.0)
    cells = np.flatnonzero((added > 0) & (world.trade_share > 0))
    one = np.ones(cells.size)
    shock = Shock(
        cells=cells.astype(np.int64),
        passing=one,
        trade_cost=one.copy(),
        tariff=(world.tariff + added).ravel()[cells],
        wedge=one.copy(),
        rent_to_buyer=np.zeros(cells.size, dtype=bool),
        productivity=np.ones((world.n_countries, world.n_sectors)),
        transfer=np.zeros(world.n_countries),
        measures=(("tariffs", cells),) if cells.size else (),
    )
    return welfare(equilibrium(world, shock, model))


def _places(world: World, codes: Sequence[str]) -> list[int]:
    for code in codes:
        if code not in world.countries:
            raise _refused(code, f"economies of {world.name}, such as {', '.join(world.countries[:4])}")
    return [world.countries.index(code) for code in codes]


def _refused(found: str, expected: str) -> OutputError:
    return OutputError(
        "CV430", "These players cannot play", found=found, expected=expected, next_step="Name them by code."
    )
