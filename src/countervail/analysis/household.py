"""The household's basket of essentials: what it weighs, how much dearer and scarcer a scenario makes it, and for whom.

Food weighs what food bought for home consumption is of household spending, measured; within food, and among the
other essentials, weights are those of final use in the world's table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.coalition_play import chosen_model
from countervail.analysis.coalition_shares import source
from countervail.analysis.single_bans import sector_positions
from countervail.errors import ScenarioError
from countervail.exhibit import Exhibit
from countervail.groups import side_of_each
from countervail.model.nests import new_final_share
from countervail.policy.complaint import Complaint
from countervail.policy.scope import Index, Scope
from countervail.solver import solve
from countervail.words import number, percent
from countervail.world import labels
from countervail.world.packaged import rows

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

ESSENTIALS = ("essentials_wide",)
FOOD = "food"
NEEDS = ("food", "medicine", "energy")
SOURCE = "food shares: USDA Economic Research Service, processed by Our World in Data (CC BY 4.0)"


@dataclass(frozen=True, eq=False)
class Basket:
    """What households need, by economy.

    Arguments:
        sectors: positions of the essentials.
        weights: [country, essential] sum to 1; all 0 where an economy uses none of them.
        food_share: [country] of household spending, a fraction; missing where not measured, and then food weighs
            what it does in final use.
    """

    sectors: Index
    weights: Floats
    food_share: Floats

    def price(self, eq: Equilibrium) -> Floats:
        """[country] change of the basket's price over household income, percent: the geometric mean of its prices."""
        return 100 * np.expm1(self._mean(np.log(eq.price[:, self.sectors]) - _log_income(eq)))

    def consumption(self, eq: Equilibrium) -> Floats:
        """[country] change of what is consumed of the basket, percent; -100 where a good drops out."""
        taste = new_final_share(eq.base, eq.model, eq.price)[:, self.sectors]
        before = eq.base.final_share[:, self.sectors]
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = np.log(np.where(before > 0, taste / before, 1.0)) - np.log(eq.price[:, self.sectors])
        return 100 * np.expm1(self._mean(moved + _log_income(eq)))

    def _mean(self, values: Floats) -> Floats:
        known = np.where(self.weights > 0, values, 0.0)
        mean: Floats = np.where(self.weights.sum(axis=1) > 0, (self.weights * known).sum(axis=1), np.nan)
        return mean


def _log_income(eq: Equilibrium) -> Floats:
    change: Floats = np.log(eq.income / eq.base.income)[:, None]
    return change


def basket(world: World, goods: Sequence[str] = ("essentials",)) -> Basket:
    """The basket of some essentials in every economy.

    Arguments:
        goods: sectors and goods lists.

    Raises:
        ScenarioError: a name that the world does not know.
    """
    sectors = sector_positions(world, goods)
    share = food_shares(world)
    use = world.final_share[:, sectors]
    food = np.isin(sectors, _food(world))
    total = world.final_share[:, _food(world)].sum(axis=1)
    measured = ~np.isnan(share)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_food = np.where((total > 0) & measured, np.nan_to_num(share) / total, 1.0)
        of_rest = np.where((total < 1) & measured, (1 - np.nan_to_num(share)) / (1 - total), 1.0)
        weights = use * np.where(food[None, :], of_food[:, None], of_rest[:, None])
        whole = weights.sum(axis=1, keepdims=True)
        weights = np.where(whole > 0, weights / whole, 0.0)
    return Basket(sectors, weights, share)


def food_shares(world: World) -> Floats:
    """[country] food bought for home consumption as a share of household spending, in the measured year nearest to
    that of the world; of an aggregated economy the mean of the members that have one; missing where none has."""
    known = _measured()
    years = sorted({year for year, _ in known})
    year = min(years, key=lambda y: abs(y - world.year))
    found = np.full(world.n_countries, np.nan)
    for n, members in enumerate(world.country_members):
        values = [known[year, code] for code in members if (year, code) in known]
        if values:
            found[n] = float(np.mean(values))
    return found


def household_essentials(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    goods: Sequence[str] = ESSENTIALS,
) -> Exhibit:
    """Which essentials a scenario makes dearer and scarcer, and for whom, in terms of household budgets.

    Arguments:
        scenario: all of it, responses too. model: preset and closure; the scenario's own by default.
        goods: the essentials of the basket; food, energy, medicine, water and health by default.

    Returns:
        Exhibit, one row an economy, the one whose basket shrinks most first: change of what is consumed of the basket,
        of the prices of food, medicine and energy over household income, and how many points more of a budget the
        same food takes (food share times price change). `more` has every good.

    Raises:
        ScenarioError: a name that the world does not know. SolveError: no equilibrium.

    Example:
        >>> cv.household_essentials(world, cv.load_scenario("taiwan-blockade"))  # doctest: +SKIP
    """
    outcome = solve(world, scenario, chosen_model(scenario, model))
    eq, own = outcome.equilibrium, basket(world, goods)
    each = side_of_each(world.n_countries, outcome.sides)
    table = pd.DataFrame(
        {
            "code": world.countries,
            "name": [labels.country_name(code) for code in world.countries],
            "side": each,
            "consumption_percent": own.consumption(eq),
        }
    )
    for need in NEEDS:
        try:
            part = basket(world, [need])
        except ScenarioError:  # a world of other sectors
            continue
        table[f"{need}_over_income_percent"] = part.price(eq)
    table["food_share_percent"] = 100 * own.food_share
    if "food_over_income_percent" in table:
        table["food_takes_points_of_budget"] = own.food_share * table["food_over_income_percent"]
    table = table.sort_values("consumption_percent", kind="stable", ignore_index=True)
    first = table.iloc[0]
    lacking = int(np.isnan(own.food_share).sum())
    return Exhibit(
        name="household_essentials",
        kind="ranking",
        title=_title(table, first),
        subtitle=f"Household essentials under {scenario.name}, {world.name}, base year {world.year}",
        unit="percent",
        table=table,
        roles={"label": "name", "value": "consumption_percent", "code": "code", "side": "side"},
        source=f"{source(world, outcome.model)}; {SOURCE}",
        caveats=(
            "Means over all households: the poor spend more of their income on food.",
            *(
                (f"{lacking} economies without a measured food share weigh food as in final use.",)
                if lacking
                else ()
            ),
        ),
        more={"essential_goods": _by_good(world, eq, own)},
        world=world,
        scenario=scenario,
    )


def _title(table: pd.DataFrame, first: pd.Series) -> str:
    loss = float(first["consumption_percent"])
    if loss > -0.005:
        return "No economy has less of its essentials"
    text = f"{first['name']} loses {percent(-loss)} of its essentials"
    dearer = float(first.get("food_takes_points_of_budget", np.nan))
    if dearer > 0.005:
        text += f"; the same food takes {number(dearer)} points more of a household's budget"
    return text


def _by_good(world: World, eq: Equilibrium, own: Basket) -> pd.DataFrame:
    """One row an economy and essential good: price, consumption, weight in the basket."""
    taste = new_final_share(eq.base, eq.model, eq.price)[:, own.sectors]
    before = eq.base.final_share[:, own.sectors]
    price = eq.price[:, own.sectors]
    over_income = price / np.exp(_log_income(eq))
    with np.errstate(invalid="ignore", divide="ignore"):
        quantity = np.where(before > 0, taste / before, np.nan) / over_income
    n, s = np.nonzero(np.ones_like(own.weights))
    return pd.DataFrame(
        {
            "code": [world.countries[k] for k in n],
            "name": [labels.country_name(world.countries[k]) for k in n],
            "sector_code": [world.sectors[own.sectors[k]] for k in s],
            "sector": [labels.sector_name(world.sectors[own.sectors[k]]) for k in s],
            "weight": own.weights[n, s],
            "price_over_income_percent": 100 * (over_income[n, s] - 1),
            "consumption_percent": 100 * (quantity[n, s] - 1),
        }
    )


def _food(world: World) -> Index:
    try:
        return Scope(world).sectors([FOOD])
    except Complaint:  # a world of other sectors
        return np.empty(0, dtype=np.intp)


@cache
def _measured() -> dict[tuple[int, str], float]:
    return {
        (int(row["year"]), row["iso3"]): float(row["food_share_pct"]) / 100
        for row in rows("food_share.csv", "analysis")
    }
