"""The offset ledger: definitions, attribution, aggregation, what is undefined and why, ranges, break-even."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from countervail.analysis import ledger as module
from countervail.analysis.ledger import Ledger, offset_ledger
from countervail.analysis.ranges import offset_share
from countervail.analysis.subsets import shock_of
from countervail.errors import SolveError
from countervail.model.parameters import Model, long_run
from countervail.model.welfare import welfare
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium
from countervail.world.world import World


@pytest.fixture(scope="module")
def made(small: World, front: Scenario) -> Ledger:
    return offset_ledger(small, front)


def value(world: World, scenario: Scenario, model: Model = long_run, **which: object) -> np.ndarray:
    shock = compile_scenario(scenario, world).shock(**which)
    return welfare(equilibrium(world, shock, model))


# --- definitions ---------------------------------------------------------------------------------------


def test_harm_offset_and_net_are_what_they_are_defined_as(
    made: Ledger, small: World, front: Scenario
) -> None:
    n = small.n_countries
    given = value(small, front, sanctions=False, responses=())
    alone = value(small, front, responses=())
    answered = value(small, front)
    np.testing.assert_allclose(made.harm[:n], alone - given, atol=1e-9)
    np.testing.assert_allclose(made.offset[:n], answered - alone, atol=1e-9)
    np.testing.assert_allclose(made.net[:n], answered - given, atol=1e-9)
    assert float(made.harm.sel(code="RUS")) < 0 < float(made.offset.sel(code="RUS"))


def test_parts_are_shapley_values_of_independent_solves(made: Ledger, small: World, front: Scenario) -> None:
    russia = small.index("RUS")
    known: dict[frozenset[int], float] = {}

    def v(on: frozenset[int]) -> float:
        if on not in known:
            known[on] = float(value(small, front, responses=sorted(on))[russia])
        return known[on]

    orders = list(permutations(range(4)))
    parts = np.zeros(4)
    for order in orders:
        for place, r in enumerate(order):
            before = frozenset(order[:place])
            parts[r] += (v(before | {r}) - v(before)) / len(orders)
    np.testing.assert_allclose(made.parts.sel(code="RUS"), parts, atol=1e-8)
    np.testing.assert_allclose(
        made.data["alone"].sel(code="RUS")[1], v(frozenset({1})) - v(frozenset()), atol=1e-9
    )
    steps = v(frozenset({0, 1})) - v(frozenset({0}))
    np.testing.assert_allclose(made.data["cumulative"].sel(code="RUS")[1], steps, atol=1e-9)


def test_parts_add_up_to_the_whole(made: Ledger) -> None:
    np.testing.assert_allclose(made.parts.sum("response"), made.offset, rtol=0, atol=1e-9)
    np.testing.assert_allclose(made.data["cumulative"].sum("response"), made.offset, rtol=0, atol=1e-9)
    np.testing.assert_allclose(made.harm + made.offset, made.net, rtol=0, atol=1e-12)


def test_a_boycott_has_no_part_and_costs_no_solves(made: Ledger) -> None:
    assert (made.parts.sel(response="words") == 0).all()
    assert not made.missing


def test_order_of_the_file_changes_no_part(made: Ledger, small: World, front: Scenario) -> None:
    turned = replace(front, responses=front.responses[::-1])
    other = offset_ledger(small, turned, ranges=False, break_even=False)
    for name in made.responses:
        np.testing.assert_allclose(other.parts.sel(response=name), made.parts.sel(response=name), atol=1e-8)


def test_groups_are_income_weighted_and_money_adds_up(made: Ledger, small: World) -> None:
    income = small.income
    senders = [small.index("EU"), small.index("USA")]
    harm = made.harm.to_numpy()[: small.n_countries]
    mean = np.average(harm[senders], weights=income[senders])
    assert float(made.harm.sel(code="SENDERS")) == pytest.approx(mean)
    money = made.in_money("harm")
    assert money.attrs["unit"] == "million USD"
    assert float(money.sel(code="WORLD")) == pytest.approx(float(money[: small.n_countries].sum()))
    assert float(money.sel(code="SENDERS")) == pytest.approx(float(money.sel(code=["EU", "USA"]).sum()))


def test_every_side_and_the_blocs_of_the_scenario_are_there(made: Ledger) -> None:
    kinds = dict(zip(made.data["code"].to_numpy(), made.data["side"].to_numpy(), strict=True))
    assert kinds["RUS"] == "target"
    assert kinds["EU"] == kinds["USA"] == "sender"
    assert kinds["CHN"] == "partner"
    assert kinds["IND"] == kinds["REST"] == "third"
    assert {"TARGETS", "SENDERS", "PARTNERS", "THIRD", "WORLD", "west"} <= set(kinds)
    west = made.harm.sel(code="west")
    assert float(west) == pytest.approx(float(made.harm.sel(code="SENDERS")))


# --- undefined numbers ---------------------------------------------------------------------------------


def test_share_is_undefined_where_the_harm_is_no_loss(made: Ledger) -> None:
    gains = made.harm.to_numpy() > -0.005
    assert gains.any()
    assert np.isnan(made.offset_share.to_numpy()[gains]).all()
    assert np.isfinite(made.offset_share.to_numpy()[~gains]).all()
    table = made.table
    shares = table[(table["item"] == "offset_share") & table["percent"].isna()]
    assert (shares["missing"] == "the harm is no loss of 0.005 % or more").all()


def test_a_harm_that_prints_as_nothing_has_no_share() -> None:
    shares = offset_share(np.array([0.05, 0.05, 0.05]), np.array([-0.1, -0.004, 0.2]))
    assert shares[0] == pytest.approx(0.5)
    assert np.isnan(shares[1:]).all()


def test_without_sanctions_nothing_is_lost(small: World, front: Scenario) -> None:
    ledger = offset_ledger(small, replace(front, sanctions=(), senders=(), responses=front.responses[1:2]))
    assert np.abs(ledger.harm).max() < 1e-9
    assert np.isnan(ledger.offset_share).all()
    assert ledger.position("TARGETS") is None
    assert all("cannot" not in ratio.missing and ratio.missing for ratio in ledger.cost_ratios)
    assert ledger.break_even is not None
    assert ledger.break_even[0].missing


def test_a_subset_without_equilibrium_is_named(
    small: World, front: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = compile_scenario(front, small)
    broken = shock_of(compiled, 0b010)
    solve = module.values_of.__globals__["equilibria"]

    def failing(world, shocks, model, *_, **settings):
        for shock, answer in zip(shocks, solve(world, shocks, model), strict=True):
            same = np.array_equal(shock.trade_cost, broken.trade_cost) and np.array_equal(
                shock.passing, broken.passing
            )
            yield SolveError("CV301", "the scenario leaves IND no source of ENERGY") if same else answer

    monkeypatch.setitem(module.values_of.__globals__, "equilibria", failing)
    ledger = offset_ledger(small, front, ranges=False, break_even=False)
    assert list(ledger.missing) == ["the sanctions with treaty"]
    assert "no source of ENERGY" in ledger.missing["the sanctions with treaty"]
    assert np.isnan(ledger.parts.sel(response=["lane", "treaty", "own money"])).all()
    assert np.isnan(ledger.offset_share).all()
    assert np.isfinite(ledger.offset).all()
    parts = ledger.table[ledger.table["item"] == "part"]
    assert parts["missing"].str.contains("no equilibrium under the sanctions with treaty").any()
    assert "11 of 12" not in ledger.convergence
    assert f"{ledger.solves - 1} of {ledger.solves} equilibria converged" in ledger.convergence


def test_no_equilibrium_at_all_is_an_error(
    small: World, front: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(world, shocks, model, *_, **settings):
        for _ in shocks:
            yield SolveError("CV303", "income of RUS is not above zero")

    monkeypatch.setitem(module.values_of.__globals__, "equilibria", failing)
    with pytest.raises(SolveError, match="CV303"):
        offset_ledger(small, front)


# --- sampling ------------------------------------------------------------------------------------------


def test_beyond_the_limit_orders_are_sampled_and_say_so(
    made: Ledger, small: World, front: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", 2)
    drawn = offset_ledger(small, front, ranges=False, break_even=False, pairs=8, seed=5)
    assert drawn.method == "sampled (16 orders, seed 5)"
    np.testing.assert_allclose(drawn.parts.sum("response"), drawn.offset, rtol=0, atol=1e-9)
    error = drawn.data["standard_error"].sel(code="RUS")
    gap = np.abs(drawn.parts.sel(code="RUS") - made.parts.sel(code="RUS"))
    assert (gap <= 5 * error + 1e-9).all()
    again = offset_ledger(small, front, ranges=False, break_even=False, pairs=8, seed=5)
    np.testing.assert_array_equal(drawn.parts, again.parts)
    table = drawn.table
    assert (table.loc[table["item"] == "part", "standard_error_percent"] >= 0).all()


# --- range ---------------------------------------------------------------------------------------------


def test_range_holds_the_ledger_of_each_set(made: Ledger, small: World, front: Scenario) -> None:
    assert made.ranges is not None
    names = [str(name) for name in made.ranges.data["elasticity"].to_numpy()]
    assert len(names) == 9
    cp = offset_ledger(small.with_elasticity("CP"), front, ranges=False, break_even=False)
    for item in ("harm", "offset", "net", "offset_share"):
        np.testing.assert_allclose(made.ranges.data[item].sel(elasticity="CP"), cp.data[item], atol=1e-8)
        ends = made.ranges.ends(item)
        central = made.data[item].to_numpy()
        known = np.isfinite(central)
        assert (ends.low[known] <= central[known]).all()
        assert (central[known] <= ends.high[known]).all()
        assert set(ends.low_set) | set(ends.high_set) <= {*names, ""}


def test_no_range_where_the_world_has_no_sets(small: World, front: Scenario) -> None:
    ledger = offset_ledger(replace(small, elasticity_sets=()), front, break_even=False)
    assert ledger.ranges is not None
    assert "cannot be computed because" in ledger.ranges.missing
    assert "elasticity_sets" not in ledger.to_frames()
    assert "across estimates" not in ledger.sentence


def test_no_range_when_not_asked_for(small: World, front: Scenario) -> None:
    ledger = offset_ledger(small, front, ranges=False, break_even=False)
    assert ledger.ranges is None
    assert ledger.break_even is None
    assert ledger.table["low_percent"].isna().all()


# --- break-even ----------------------------------------------------------------------------------------


def test_break_even_sizes_win_back_what_they_promise(made: Ledger, small: World, front: Scenario) -> None:
    assert made.break_even is not None
    entries = {entry.response: entry for entry in made.break_even}
    assert set(entries) == {"lane", "treaty", "own money"}
    treaty, compiled = entries["treaty"], compile_scenario(front, small)
    assert treaty.search is not None
    harm, russia = float(made.harm.sel(code="TARGETS")), small.index("RUS")
    alone = value(small, front, responses=())[russia]
    for wanted, size in zip(treaty.shares, treaty.search.sizes, strict=True):
        assert np.isfinite(size)
        shock = compiled.with_size(1, size).shock(responses=(1,))
        got = (welfare(equilibrium(small, shock))[russia] - alone) / -harm
        assert got == pytest.approx(wanted, abs=1e-5)
    money = entries["own money"]
    assert money.search is not None
    assert np.isnan(money.search.sizes[-1])
    assert money.search.at == 1.0
    assert 0 < money.search.largest_share < 1


# --- cost ratio, tables, words -------------------------------------------------------------------------


def test_cost_ratio_in_percent_and_money(made: Ledger) -> None:
    before, money = made.cost_ratios[0], made.cost_ratios[1]
    target, senders = (float(made.harm.sel(code=code)) for code in ("TARGETS", "SENDERS"))
    assert before.ratio == pytest.approx(target / senders)
    amounts = made.in_money("harm")
    assert money.ratio == pytest.approx(float(amounts.sel(code="TARGETS") / amounts.sel(code="SENDERS")))
    assert before.low <= before.ratio <= before.high
    assert before.low_set


def test_tables_agree_with_the_data(made: Ledger) -> None:
    frames = made.to_frames()
    assert list(frames) == [
        "ledger", "ledger_by_economy", "response_views", "cost_ratio", "elasticity_sets", "break_even",
    ]  # fmt: skip
    tidy = frames["ledger"]
    codes = len(made.data["code"])
    assert len(tidy) == codes * (4 + len(made.responses))
    assert not tidy.duplicated(["code", "item", "response"]).any()
    row = tidy[(tidy["code"] == "RUS") & (tidy["response"] == "treaty")].iloc[0]
    assert row["percent"] == pytest.approx(float(made.parts.sel(code="RUS", response="treaty")))
    assert row["usd_per_head"] == pytest.approx(1e6 * row["million_usd"] / 144.2e6, rel=0.02)
    wide = frames["ledger_by_economy"].set_index("code")
    assert wide.loc["RUS", "part_of_treaty_percent"] == pytest.approx(row["percent"])
    assert wide.loc["RUS", "harm_usd_per_head"] == pytest.approx(
        1e6 * wide.loc["RUS", "harm_million_usd"] / float(made.data["population"].sel(code="RUS"))
    )
    assert wide.loc["WORLD", "missing"].startswith("per head: no population for")
    assert pd.isna(wide.loc["WORLD", "harm_usd_per_head"])
    assert len(frames["elasticity_sets"]) == 9 * codes
    assert len(frames["response_views"]) == codes * len(made.responses)
    assert len(frames["break_even"]) == 9


def test_sentence_and_reprs_answer_first(made: Ledger) -> None:
    assert made.sentence.startswith("Russia loses ")
    assert "across estimates" in made.sentence
    assert made.sentence in repr(made)
    assert "treaty" in repr(made)
    html = made._repr_html_()
    assert html.count("<table") == 1
    assert "http" not in html
    assert "All" in made.convergence


def test_names_are_escaped_in_html(small: World, front: Scenario) -> None:
    renamed = front.with_settings({"responses.1.name": "<script>"})
    html = offset_ledger(small, renamed, ranges=False, break_even=False)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_fingerprint_depends_on_question_and_data_only(made: Ledger, small: World, front: Scenario) -> None:
    again = offset_ledger(small, front, ranges=False, break_even=False)
    assert again.fingerprint == made.fingerprint
    other = front.with_settings({"responses.1.saving": "5 %"})
    assert offset_ledger(small, other, ranges=False, break_even=False).fingerprint != made.fingerprint
    shared = offset_ledger(small, front, Model("long_run", "share"), ranges=False, break_even=False)
    assert shared.fingerprint != made.fingerprint


@pytest.mark.parametrize("closure", ["fixed", "share", "zero"])
def test_every_closure_adds_up(small: World, front: Scenario, closure: str) -> None:
    ledger = offset_ledger(small, front, replace(long_run, closure=closure), ranges=False, break_even=False)
    np.testing.assert_allclose(ledger.parts.sum("response"), ledger.offset, rtol=0, atol=1e-9)
    assert float(ledger.harm.sel(code="RUS")) < 0


def test_progress_is_told(small: World, front: Scenario) -> None:
    told: list[tuple[str, int, int]] = []
    offset_ledger(small, front, progress=lambda *args: told.append(args))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["subsets of the responses", "elasticity sets", "break-even sizes"]
    for stage, total in (("subsets of the responses", 9), ("elasticity sets", 24)):
        assert [done for name, done, _ in told if name == stage] == list(range(1, total + 1))
        assert all(whole == total for name, _, whole in told if name == stage)


def test_what_is_in_force_is_valued_by_taking_it_away(small: World) -> None:
    scenario = Scenario.from_yaml(
        """
        name: In force
        world: small
        sanctions:
          - friction: {by: EU, on: RUS, rate: 5 %, kind: payments, in_force: true}
        responses:
          - payments: {between: [RUS, EU], removes: 100 %}
        """
    )
    ledger = offset_ledger(small, scenario, ranges=False, break_even=False)
    assert float(ledger.harm.sel(code="RUS")) < 0
    # Full removal of the only sanction gives everything back.
    assert float(ledger.offset_share.sel(code="RUS")) == pytest.approx(1, abs=1e-6)
