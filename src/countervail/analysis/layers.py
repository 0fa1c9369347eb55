"""Layers of cooperation between two economies: what each has of the other, and who needs whom more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail import __version__
from countervail.analysis import votes
from countervail.analysis.coalition_play import chosen_model
from countervail.analysis.coalition_shares import source
from countervail.analysis.single_bans import positions
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.model.parameters import long_run
from countervail.policy.complaint import Complaint
from countervail.policy.content import contents
from countervail.policy.scope import Scope
from countervail.solver import solve
from countervail.words import fraction, listing
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.outcome import Outcome
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

GOODS = {"energy": "energy", "essentials": "essentials", "technology": "technology"}
TRADED = ("trade", "inputs", "markets", *GOODS)
EVEN = 1.1  # shares within a tenth of each other are even


@dataclass(frozen=True, eq=False)
class Flows:
    """Trade at one time.

    Arguments:
        trade: [origin, destination, sector] at basic prices, million USD, home sales included.
        spent: [destination, sector] at user prices. final: [destination, sector] final use at user prices.
        tariff: [origin, destination, sector] 1 + rate.
        value_added: [country] million USD.
    """

    trade: Floats
    spent: Floats
    final: Floats
    tariff: Floats
    value_added: Floats


def layers_of_cooperation(
    world: World,
    first: str,
    second: str,
    scenario: Scenario | None = None,
    model: Model | None = None,
    *,
    year: int | None = None,
) -> Exhibit:
    """What two economies are to each other, layer by layer: shares, ranks, and who needs whom more.

    Trade: of one's own foreign trade. Inputs: the other's value added in one's own final use. Markets: one's value
    added that ends in the other's final use. Energy, essentials, technology: of one's own foreign trade in these goods.
    Alignment: agreement on roll calls of 2015 to 2019, ranked by ideal points. Tariffs: what one charges the other
    on goods, weighted by trade, ranked from the lowest.

    Arguments:
        first, second: two economies of the world.
        scenario: after which the layers of trade are shown too. model: preset and closure; the scenario's own by
            default.
        year: of the ideal points; the base year of the world by default.

    Returns:
        Exhibit of a matrix, layer by side (and time): share in percent, rank of the other among all partners,
        and the asymmetry, one's own share over that of the other.

    Raises:
        ScenarioError: an economy that the world does not know. OutputError: CV419 not two different economies, CV417.
        SolveError: the scenario has no equilibrium.

    Example:
        >>> cv.layers_of_cooperation(world, "CHN", "RUS", cv.load_scenario("united-front"))  # doctest: +SKIP
    """
    a, b = (_one(world, name) for name in (first, second))
    if a == b:
        raise OutputError(
            "CV419",
            "Cooperation needs two different economies",
            found=f"{first} and {second}",
            expected="two single economies of the world",
            next_step="Name two; a bloc can be made one economy with world.aggregate.",
        )
    at = world.year if year is None else year
    votes.check_year(at)
    times = {"now": _base(world)}
    made = f"countervail {__version__} on {world.name} ({world.year})"
    if scenario is not None:
        model = chosen_model(scenario, model)
        times["after"] = _after(solve(world, scenario, model))
        made = source(world, model)
    table = pd.concat([_at(world, flows, a, b, when, at) for when, flows in times.items()], ignore_index=True)
    if scenario is None:
        table["side"] = table["name"]
    return Exhibit(
        name="layers_of_cooperation",
        kind="matrix",
        title=_title(table, "after" if scenario is not None else "now"),
        subtitle=f"What each has of the other, {world.name}, base year {world.year}"
        + (f", after {scenario.name}" if scenario is not None else ""),
        unit="percent",
        table=table,
        roles={"row": "layer", "column": "side", "value": "share_percent"},
        source=f"{made}; {votes.SOURCE}",
        caveats=_caveats(scenario is not None, model),
        record={"year_of_votes": at},
        world=world,
        scenario=scenario,
    )


def _one(world: World, name: str) -> int:
    found = positions(world, [name], "economies")
    if found.size != 1:
        raise OutputError(
            "CV419",
            "Cooperation needs two different economies",
            found=f"{name}, which is {found.size} economies",
            expected="two single economies of the world",
            next_step="Name two; a bloc can be made one economy with world.aggregate.",
        )
    return int(found[0])


def _base(world: World) -> Flows:
    final = world.final_share * world.income[:, None]
    return Flows(world.basic_flow(), world.expenditure, final, world.tariff, world.value_added)


def _after(outcome: Outcome) -> Flows:
    """Trade after a scenario, with the recipes and tastes of the base year."""
    eq, shock = outcome.equilibrium, outcome.shock
    tariff = eq.base.tariff.copy()
    tariff.reshape(-1)[shock.cells] = shock.tariff
    final = eq.base.final_share * eq.income[:, None]
    return Flows(outcome.trade.to_numpy(), eq.expenditure, final, tariff, eq.wage * eq.base.value_added)


def _at(world: World, flows: Flows, a: int, b: int, when: str, year: int) -> pd.DataFrame:
    """One row a layer and side."""
    shares, ranks = _layers(world, flows, year)
    rows = []
    for layer, matrix in shares.items():
        for one, other in ((a, b), (b, a)):
            share, back = matrix[one, other], matrix[other, one]
            known = np.isfinite(share) and np.isfinite(back) and back > 0
            name = labels.country_name(world.countries[one])
            rows.append(
                {
                    "layer": layer,
                    "when": when,
                    "code": world.countries[one],
                    "name": name,
                    "side": f"{name}, {when}",
                    "partner_code": world.countries[other],
                    "partner": labels.country_name(world.countries[other]),
                    "share_percent": 100 * share,
                    "rank": _rank(ranks[layer][one], one, other),
                    "asymmetry": share / back if known and layer in TRADED else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _layers(world: World, flows: Flows, year: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """By layer, [one, other] the share that one has of the other, and what ranks it (lower is closer)."""
    n = world.n_countries
    abroad = flows.trade.copy()
    abroad[np.arange(n), np.arange(n)] = 0.0
    both = abroad + abroad.transpose(1, 0, 2)  # [one, other, sector]
    content, ends = _value_added(world, flows)
    shares = {"trade": _row_shares(both.sum(axis=2)), "inputs": content, "markets": ends}
    for layer, goods in GOODS.items():
        try:
            sectors = Scope(world).sectors([goods])
        except Complaint:  # a world of other sectors
            continue
        shares[layer] = _row_shares(both[:, :, sectors].sum(axis=2))
    ranks = {layer: -matrix for layer, matrix in shares.items()}
    shares["alignment"], ranks["alignment"] = votes.agreement(world), votes.distances(world, year)
    shares["tariffs"] = _tariffs(world, flows, abroad)
    ranks["tariffs"] = shares["tariffs"]
    return shares, ranks


def _value_added(world: World, flows: Flows) -> tuple[Floats, Floats]:
    """[one, other] share of the other's value added in one's final use, and of one's own that ends in the other's."""
    bought = np.divide(
        flows.trade, flows.spent[None], out=np.zeros_like(flows.trade), where=flows.spent[None] > 0
    )
    still = np.ones_like(bought)
    content = contents(np.eye(world.n_countries), bought, still, world.input_share, world.value_added_share)
    sold = bought * flows.final[None, :, :]  # [origin, destination, sector] at basic prices
    embodied = np.einsum("cis,ids->cd", content, sold, optimize=True)  # whose value added, in whose final use
    with np.errstate(invalid="ignore", divide="ignore"):
        return (embodied / flows.final.sum(axis=1)[None, :]).T, embodied / flows.value_added[:, None]


def _tariffs(world: World, flows: Flows, abroad: Floats) -> Floats:
    """[one, other] mean tariff of one on goods of the other, weighted by trade; missing without trade."""
    goods = world.goods
    value = abroad[:, :, goods]
    with np.errstate(invalid="ignore", divide="ignore"):
        rate: Floats = ((flows.tariff[:, :, goods] - 1) * value).sum(axis=2) / value.sum(axis=2)
    return rate.T


def _row_shares(matrix: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Floats = matrix / matrix.sum(axis=1, keepdims=True)
    return shares


def _rank(line: Floats, one: int, other: int) -> float:
    """Place of the other among the partners of one, 1 for the first; missing where not known."""
    if np.isnan(line[other]):
        return np.nan
    partners = np.delete(line, one)
    return float(1 + (partners < line[other]).sum())


def _title(table: pd.DataFrame, when: str) -> str:
    here = table[(table["when"] == when) & table["layer"].isin(TRADED)]
    first, second = here["name"].iloc[0], here["name"].iloc[1]
    mine = here[here["name"] == first].set_index("layer")["asymmetry"]
    needs = {first: list(mine[mine > EVEN].index), second: list(mine[mine < 1 / EVEN].index)}
    most = max(needs, key=lambda name: len(needs[name]))
    other = second if most == first else first
    trade = here[(here["name"] == most) & (here["layer"] == "trade")].iloc[0]
    after = "After the scenario " if when == "after" else ""
    if len(needs[first]) == len(needs[second]):
        return f"{after}{first} and {second} need each other about as much"
    return (
        f"{after}{most} needs {other} more than the other way round in {listing(needs[most], most=6)}: it has "
        f"{fraction(float(trade['share_percent']) / 100)} of its trade with it"
    )


def _caveats(after: bool, model: Model | None) -> tuple[str, ...]:
    notes = [
        "Votes are words, and agreement is the same from both sides; tariffs are those charged on goods."
    ]
    if after:
        notes.append("After the scenario votes are unchanged.")
    if model is not None and model != long_run and after:
        notes.append("Value added after the scenario uses the recipes and tastes of the base year.")
    return tuple(notes)
