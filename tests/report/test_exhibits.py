"""The exhibits of an outcome and a ledger: the tables behind the pictures say what the results say."""

import numpy as np
import pytest

import countervail as cv
from countervail.analysis import ledger_exhibits, outcome_exhibits
from countervail.errors import OutputError

EXPECTED = {
    "sides", "ladder", "burden",
    "fairness",
    "equal_basis", "cost_ratio", "welfare_map", "who_pays", "diversion", "essentials", "bilateral",
    "sectors", "accuracy",
}  # fmt: skip


def test_what_applies_is_there(exhibits):
    assert set(exhibits) == EXPECTED


def test_the_ladder_adds_up(exhibits, ledger):
    steps = exhibits["ladder"].table["welfare_percent"].to_numpy()
    assert steps[:-1].sum() == pytest.approx(steps[-1], abs=1e-9)
    assert steps[-1] == pytest.approx(float(ledger.net.sel(code="TARGETS")), abs=1e-12)


def test_the_map_holds_every_economy(exhibits, ledger):
    table = exhibits["welfare_map"].table.set_index("code")["welfare_percent"]
    np.testing.assert_array_equal(table.loc[list(ledger.world.countries)], ledger.outcome.welfare)


def test_diversion_holds_all_trade_of_the_target(exhibits, ledger):
    table, outcome = exhibits["diversion"].table, ledger.outcome
    for direction, name in (("imports", "imports"), ("exports", "exports")):
        rows = table[table["direction"] == direction]
        now, before = (
            getattr(outcome, name).sel(country="RUS").sum(),
            outcome.base_level(name).sel(country="RUS").sum(),
        )
        assert rows["trade_million_usd"].sum() == pytest.approx(float(now), rel=1e-12)
        assert rows["base_million_usd"].sum() == pytest.approx(float(before), rel=1e-12)


def test_the_mix_of_suppliers_adds_up_to_all(ledger):
    table = outcome_exhibits.supplier_mix(ledger.outcome, "Germany", "oil_gas").table
    assert table.groupby("stage")["share_percent"].sum().to_numpy() == pytest.approx([100, 100])
    trade = ledger.outcome.base_level("trade").sel(destination="DEU", sector="B06")
    russia = table[(table["stage"] == "before") & (table["supplier"] == "Russia")]["share_percent"].item()
    assert russia == pytest.approx(float(100 * trade.sel(origin="RUS") / trade.sum()))


def test_essentials_without_change_do_not_move(icio2021):
    still = cv.solve(icio2021, cv.Scenario(name="nothing"))
    table = outcome_exhibits.essentials(still, "RUS").table
    assert np.abs(table["change_percent"]).max() < 1e-9
    assert outcome_exhibits.who_pays(still).title == "No economy's welfare changes"
    with pytest.raises(OutputError, match="CV450"):
        outcome_exhibits.diversion(still)


def test_titles_are_generated_from_the_numbers(exhibits):
    assert exhibits["welfare_map"].title.startswith("Russia loses most (−2.1 % of income)")
    assert "the United States" in exhibits["bilateral"].title
    for exhibit in exhibits.values():
        assert not exhibit.title.endswith(".")
        assert "nan" not in exhibit.title
        assert exhibit.source.startswith("countervail, United front on icio2021")


def test_a_scenario_without_sides_has_what_applies(icio2021):
    outcome = cv.solve(icio2021, cv.Scenario(name="nothing"))
    assert {one.name for one in cv.exhibits_of(outcome)} == {
        "welfare_map",
        "who_pays",
        "bilateral",
        "sectors",
        "accuracy",
    }
    bare = cv.offset_ledger(icio2021, cv.Scenario(name="nothing"), ranges=False, break_even=False)
    assert ledger_exhibits.ladder(bare) is None
    assert ledger_exhibits.burden(bare) is None
