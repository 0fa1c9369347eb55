"""Who bears the burden, for its income and its people, how unequally; whether those who respond gain alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis import inequality
from countervail.analysis.coalition_members import parties_of
from countervail.analysis.ledger_exhibits import of_ledger
from countervail.analysis.response_parties import EVEN
from countervail.errors import OutputError
from countervail.policy.assemble import sides_of
from countervail.policy.complaint import located
from countervail.policy.naming import called
from countervail.policy.scope import Scope
from countervail.words import listing, money, number, percent

if TYPE_CHECKING:
    from countervail.analysis.ledger import Ledger
    from countervail.exhibit import Exhibit

Floats = NDArray[np.float64]
STILL = 1e-9  # percent; less is no burden
GAINS = "a member gains, so that Theil's index is not defined"


@dataclass(frozen=True)
class Unequal:
    """How unequally burdens or gains are shared between members, each counting once.

    Arguments:
        mean: of the members. gini, theil, largest_over_mean: missing where they are not defined.
    """

    mean: float
    gini: float
    theil: float
    largest_over_mean: float


def unequal(burdens: Floats) -> Unequal:
    """The three measures of Eq. 13's fairness; all missing where a burden is."""
    if not burdens.size or np.isnan(burdens).any():
        return Unequal(math.nan, math.nan, math.nan, math.nan)
    return Unequal(
        float(burdens.mean()),
        inequality.gini(burdens),
        inequality.theil(burdens),
        inequality.largest_over_mean(burdens),
    )


def fairness(ledger: Ledger) -> Exhibit | None:
    """What each sender pays with all responses in place, by its income a head; None without senders.

    Returns:
        Exhibit of a scatter: burden in percent of income over income in USD a head, a sender a point. `more` has
        `burden_inequality`, how unequal burdens are in percent of income and in USD a head.
    """
    table = _members(ledger)
    if table.empty:
        return None
    measures = pd.DataFrame(
        [
            {"burden_in": unit} | vars(found) | {"missing": GAINS if _gains(found) else ""}
            for unit, found in _measures(table).items()
        ]
    )
    return of_ledger(
        ledger,
        "fairness",
        "scatter",
        _title(table),
        f"Loss of each sender, sanctions and responses, by its income a head; base year {ledger.world.year}",
        "percent of income",
        table,
        {"x": "income_usd_per_head", "y": "burden_percent", "label": "name", "side": "side"},
        more={"burden_inequality": measures},
        caveats=("Above 0 is a loss. Each member counts once, whatever its size.",),
    )


def equal_basis(ledger: Ledger) -> Exhibit | None:
    """What each party to the responses gains by them, and whether they share on an equal basis; None without parties.

    Gains in percent of income within a tenth of each other count as equal, as in `response_gains`, which also has the
    transfers that would make them so.
    """
    table = _parties(ledger)
    if table.empty or table["gain_percent"].isna().any():
        return None
    gain = table["gain_percent"].to_numpy()
    even = bool(gain.min() > 0 and gain.max() <= EVEN * gain.min())
    top = table.head(3)
    said = listing(
        [f"{who} {_gained(gained)}" for who, gained in zip(top["name"], top["gain_percent"], strict=True)]
    )
    return of_ledger(
        ledger,
        "equal_basis",
        "ranking",
        f"The parties to the responses {'share on an equal basis' if even else 'do not share on an equal basis'}: "
        f"{said} of income",
        f"Welfare with the responses less welfare under the sanctions alone; base year {ledger.world.year}",
        "percent of income",
        table,
        {"label": "name", "value": "gain_percent", "code": "code", "side": "side"},
        more={"gain_inequality": pd.DataFrame([vars(unequal(gain)) | {"equal_basis": even}])},
        caveats=("Gains are those of trade alone; security and standing are not in them.",),
    )


def fairness_sentences(ledger: Ledger) -> tuple[str, ...]:
    """What is to be said about burden and fairness, a sentence a number; what is missing leaves its sentence out."""
    table, said = _members(ledger), []
    place = ledger.position("SENDERS")
    if place is not None and not table.empty:
        said += _together(ledger, place)
        said += _most(table)
        if len(table) > 1 and table["burden_percent"].max() > STILL:
            said += _unequal(_measures(table)) + _poorer(table)
    basis = equal_basis(ledger)
    if basis is not None:
        said.append(f"{basis.title}.")
        one = unequal(basis.table["gain_percent"].to_numpy())
        if math.isfinite(one.gini):
            said.append(
                f"The Gini index of these gains is {one.gini:.2f}; the largest is "
                f"{number(one.largest_over_mean)} times their mean."
            )
    return tuple(said)


def _members(ledger: Ledger) -> pd.DataFrame:
    """One row a sender, who bears most for its income first."""
    data = ledger.data
    chosen = (data["kind"].to_numpy() == "economy") & (data["side"].to_numpy() == "sender")
    income = data["income"].to_numpy()[chosen]
    persons, net = data["population"].to_numpy()[chosen], data["net"].to_numpy()[chosen]
    table = pd.DataFrame(
        {
            "name": data["name"].to_numpy()[chosen],
            "code": data["code"].to_numpy()[chosen],
            "side": "sender",
            "income_usd_per_head": 1e6 * income / persons,
            "burden_percent": -net,
            "burden_million_usd": -net * income / 100,
            "burden_usd_per_head": -1e4 * net * income / persons,
        }
    )
    table = table[table["burden_percent"].notna()]
    return table.sort_values("burden_percent", ascending=False, kind="stable", ignore_index=True)


def _measures(table: pd.DataFrame) -> dict[str, Unequal]:
    """By unit of the burden."""
    return {
        "percent of income": unequal(table["burden_percent"].to_numpy()),
        "USD a head": unequal(table["burden_usd_per_head"].to_numpy()),
    }


def _parties(ledger: Ledger) -> pd.DataFrame:
    """One row a party to the responses, who gains most for its size first."""
    world, scenario = ledger.world, ledger.scenario
    with located(scenario.origin):
        sides = sides_of(scenario, Scope(world, scenario.blocs, scenario.goods))
    try:
        players = parties_of(world, scenario, sides, None)
    except OutputError:  # fewer than two, or none that can be told apart
        return pd.DataFrame()
    codes = list(ledger.data["code"].to_numpy())
    rows: list[dict[str, Any]] = []
    for player in players:
        at = [codes.index(world.countries[int(n)]) for n in player.positions]
        income = ledger.data["income"].to_numpy()[at]
        gained = float((ledger.data["offset"].to_numpy()[at] * income).sum()) / 100
        kinds = set(ledger.data["side"].to_numpy()[at])
        rows.append(
            {
                "name": player.name,
                "code": player.code,
                "side": kinds.pop() if len(kinds) == 1 else "",
                "gain_percent": 100 * gained / float(income.sum()),
                "gain_million_usd": gained,
                "gain_usd_per_head": 1e6 * gained / float(ledger.data["population"].to_numpy()[at].sum()),
            }
        )
    return pd.DataFrame(rows).sort_values("gain_percent", ascending=False, kind="stable", ignore_index=True)


def _together(ledger: Ledger, place: int) -> list[str]:
    net = float(ledger.data["net"][place])
    amount = net * float(ledger.data["income"][place]) / 100
    persons = float(ledger.data["population"][place])
    if not math.isfinite(net):
        return []
    if abs(net) < STILL:
        return ["The senders together neither lose nor gain."]
    verb = "lose" if net < 0 else "gain"
    head = f", {number(1e6 * abs(amount) / persons)} USD a head" if math.isfinite(persons) else ""
    return [f"The senders together {verb} {percent(abs(net))} of income, {money(abs(amount))} a year{head}."]


def _unequal(found: dict[str, Unequal]) -> list[str]:
    """How unequal burdens are, relative to income and per head."""
    said = [
        f"{where} the Gini index of the burdens is {one.gini:.2f}, and the largest is "
        f"{number(one.largest_over_mean)} times the mean."
        for where, one in (
            ("Relative to income", found["percent of income"]),
            ("Per head", found["USD a head"]),
        )
        if math.isfinite(one.gini) and math.isfinite(one.largest_over_mean)
    ]
    theil = found["percent of income"].theil
    if math.isfinite(theil):
        said.append(f"Theil's index of the burdens relative to income is {theil:.2f}.")
    return said


def _most(table: pd.DataFrame) -> list[str]:
    """Who bears most, relative to income and per head."""
    first = table.iloc[0]
    if len(table) < 2 or not first["burden_percent"] > STILL:
        return []
    said = f"{called(first['code'])} bears most relative to income ({percent(first['burden_percent'])})"
    heads = table[table["burden_usd_per_head"].notna()]
    if not heads.empty:
        most = heads.iloc[int(heads["burden_usd_per_head"].to_numpy().argmax())]
        who = "the same economy" if most["code"] == first["code"] else called(most["code"])
        said += f", {who} most per head ({number(most['burden_usd_per_head'])} USD a year)"
    gaining = table[table["burden_percent"] < 0]
    if not gaining.empty:
        names = listing([called(code) for code in gaining["code"]], most=3)
        said += f"; {names} {'gains' if len(gaining) == 1 else 'gain'}"
    return [said[0].upper() + said[1:] + "."]


def _poorer(table: pd.DataFrame) -> list[str]:
    """Whether members with a lower income a head bear more of it than those with a higher one."""
    known = table[table["income_usd_per_head"].notna()]
    if len(known) < 4:
        return []
    head = known["income_usd_per_head"].to_numpy()
    poorer = head < np.median(head)
    burden = known["burden_percent"].to_numpy()
    lower, upper = (float(burden[half].mean()) for half in (poorer, ~poorer))
    return [
        f"Members in the poorer half bear {percent(lower)} of their income on average, those in the richer half "
        f"{percent(upper)}."
    ]


def _title(table: pd.DataFrame) -> str:
    found, first = _measures(table)["percent of income"], table.iloc[0]
    name = called(first["code"], first=True)
    if not first["burden_percent"] > STILL:
        return "No sender bears a burden"
    if len(table) > 1 and math.isfinite(found.largest_over_mean):
        return (
            f"{name} bears {percent(first['burden_percent'])} of its income, {number(found.largest_over_mean)} times "
            f"the mean of the senders; the Gini index of burdens is {found.gini:.2f}"
        )
    return f"{name} bears {percent(first['burden_percent'])} of its income"


def _gains(found: Unequal) -> bool:
    return math.isfinite(found.mean) and math.isnan(found.theil)


def _gained(value: float) -> str:
    return f"{'gains' if value >= 0 else 'loses'} {percent(abs(value))}"
