"""Essentials of households, and corridors: definitions, weights, the cheapest of all sets, what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from countervail.analysis.corridors import cheapest_corridors
from countervail.analysis.household import basket, food_shares, household_essentials
from countervail.errors import OutputError
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium, solve
from countervail.world.world import World

BAN = {"embargo": {"by": ["EU", "USA"], "on": "RUS", "goods": ["INDUSTRY", "ENERGY"], "leakage": "5 %"}}
GOODS = ("INDUSTRY", "ENERGY")


@pytest.fixture
def ban() -> Scenario:
    return Scenario(name="ban", sanctions=[BAN])


# --- the basket ----------------------------------------------------------------------------------------------------


def test_food_weighs_what_households_spend_on_it(icio2021: World) -> None:
    found = basket(icio2021, ["all"])
    np.testing.assert_allclose(found.weights.sum(axis=1), 1)
    food = np.isin([icio2021.sectors[s] for s in found.sectors], ["A01", "A03", "C10T12"])
    russia = icio2021.index("RUS")
    assert found.weights[russia, food].sum() == pytest.approx(
        0.29031, abs=1e-5
    )  # the published share of 2021
    assert np.isnan(found.food_share[icio2021.index("LUX")])
    luxembourg = icio2021.index("LUX")
    np.testing.assert_allclose(found.weights[luxembourg], icio2021.final_share[luxembourg])


def test_food_shares_are_those_of_the_nearest_year(icio2021: World) -> None:
    share = food_shares(icio2021)
    assert share[icio2021.index("AGO")] == pytest.approx(0.49738)
    missing = {icio2021.countries[n] for n in np.flatnonzero(np.isnan(share))}
    assert missing == {"BRN", "COD", "CYP", "ISL", "LUX", "MLT", "SEN", "STP", "ROW"}


def test_what_is_consumed_is_income_over_price(icio2021: World) -> None:
    outcome = solve(icio2021, load_scenario("united-front"))
    eq, own = outcome.equilibrium, basket(icio2021)
    product = (1 + own.price(eq) / 100) * (1 + own.consumption(eq) / 100)
    np.testing.assert_allclose(product, 1, atol=1e-12)
    russia = icio2021.index("RUS")
    income = np.log(eq.income[russia] / eq.base.income[russia])
    expected = np.exp(income - (own.weights[russia] * np.log(eq.price[russia, own.sectors])).sum())
    assert own.consumption(eq)[russia] == pytest.approx(100 * (expected - 1))


def test_the_exhibit_says_who_loses_most(icio2021: World) -> None:
    found = household_essentials(icio2021, load_scenario("taiwan-blockade"))
    assert found.title.startswith("Taiwan loses ")
    row = found.table.set_index("code").loc["TWN"]
    assert row["food_takes_points_of_budget"] == pytest.approx(
        row["food_share_percent"] / 100 * row["food_over_income_percent"]
    )
    assert any("without a measured food share" in caveat for caveat in found.caveats)


# --- corridors -----------------------------------------------------------------------------------------------------


def test_the_set_is_the_cheapest_of_all(small: World, ban: Scenario) -> None:
    found = cheapest_corridors(small, ban, restored=0.2, goods=GOODS)
    assert len(found.table) == 4  # two goods from two origins
    own, russia = basket(small, GOODS), small.index("RUS")
    compiled = compile_scenario(ban, small)
    full, none = compiled.shock(), compiled.shock(sanctions=False)
    n, j = small.n_countries, small.n_sectors
    o, d, s = full.cells // (n * j), full.cells // j % n, full.cells % j

    def value(opened) -> tuple[float, float]:
        free = np.zeros(full.cells.size, dtype=bool)
        for origin, good in opened:
            free |= (o == small.index(origin)) & (s == small.sectors.index(good)) & (d == russia)
        passing = np.where(free, none.passing, full.passing)
        eq = equilibrium(small, replace(full, passing=passing), long_run)
        return own.consumption(eq)[russia], welfare(eq)[russia]

    free = equilibrium(small, none)
    before, base = value(()), (own.consumption(free)[russia], welfare(free)[russia])
    pairs = [(origin, good) for origin in ("EU", "USA") for good in GOODS]
    best = (np.inf, ())
    for size in range(1, 5):
        for opened in combinations(pairs, size):
            now = value(opened)
            gain, cost = ((now[k] - before[k]) / (base[k] - before[k]) for k in (0, 1))
            if gain >= 0.2:
                best = min(best, (cost + 1e-4 * size, opened))
    chosen = found.table[found.table["chosen"]]
    assert {(row.origin_code, row.sector_code) for row in chosen.itertuples()} == set(best[1])
    assert found.record["leverage_cost"] == pytest.approx(best[0] - 1e-4 * len(best[1]), abs=1e-9)
    assert "cheapest of all" in found.caveats[0]


def test_a_long_list_is_searched_and_says_so(icio2021: World) -> None:
    found = cheapest_corridors(icio2021, load_scenario("essentials-corridors"), restored=0.1)
    assert found.record["restored"] >= 0.1
    assert found.record["leverage_cost"] < found.record["restored"]  # essentials cost little leverage
    assert "may exist" in found.caveats[0]
    assert 0.1 < found.record["most_restored"] < 1


def test_a_corridor_frees_imports_only(small: World, ban: Scenario) -> None:
    """The same goods and origins freed both ways cost more leverage."""
    found = cheapest_corridors(small, ban, restored=0.05, goods=["INDUSTRY"], origins=["EU"])
    assert len(found.table) == 1
    both = {"corridor": {"between": ["RUS", "EU"], "goods": "INDUSTRY"}}
    answered = Scenario(name="both", sanctions=[BAN], responses=[both])
    compiled = compile_scenario(answered, small)
    russia = small.index("RUS")
    harm, left = (
        welfare(equilibrium(small, compiled.shock(responses=which)))[russia] for which in ((), (0,))
    )
    assert (left - harm) / -harm > found.record["leverage_cost"] > 0


def test_what_corridors_cannot_do_is_refused(small: World, ban: Scenario) -> None:
    for share in (0.0, 1.5):
        with pytest.raises(OutputError, match="CV481"):
            cheapest_corridors(small, ban, restored=share, goods=GOODS)
    with pytest.raises(OutputError, match=r"CV480.*together restore"):
        cheapest_corridors(small, ban, restored=1.0, goods=["ENERGY"])
    with pytest.raises(OutputError, match="CV480"):
        cheapest_corridors(small, ban, goods=["SERVICES"])
