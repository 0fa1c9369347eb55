"""Layers of cooperation: shares from both sides, ranks, asymmetry, after a scenario, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.layers import layers_of_cooperation
from countervail.errors import OutputError
from countervail.policy.scenario import Scenario
from countervail.solver import solve
from countervail.world.world import World


def by_layer(table, code: str, when: str = "now"):
    return table[(table["code"] == code) & (table["when"] == when)].set_index("layer")


@pytest.fixture(scope="module")
def found(icio2021: World):
    return layers_of_cooperation(icio2021, "China", "RUS")


def test_trade_is_the_share_of_foreign_trade_and_its_rank(found, icio2021: World) -> None:
    flow = icio2021.basic_flow().sum(axis=2)
    np.fill_diagonal(flow, 0)
    both = flow + flow.T
    china, russia = icio2021.index("CHN"), icio2021.index("RUS")
    row = by_layer(found.table, "RUS").loc["trade"]
    assert row["share_percent"] == pytest.approx(100 * both[russia, china] / both[russia].sum())
    assert row["rank"] == 1 + (both[russia] > both[russia, china]).sum()
    back = by_layer(found.table, "CHN").loc["trade"]
    assert row["asymmetry"] == pytest.approx(row["share_percent"] / back["share_percent"])
    assert row["asymmetry"] * back["asymmetry"] == pytest.approx(1)
    assert found.title.startswith("Russia needs China more")


def test_inputs_and_markets_are_two_sides_of_one_flow(found, icio2021: World) -> None:
    """Russian value added in China's final use, over each side's total."""
    russia, china = (by_layer(found.table, code) for code in ("RUS", "CHN"))
    final = (icio2021.final_share * icio2021.income[:, None]).sum(axis=1)
    used = china.loc["inputs", "share_percent"] * final[icio2021.index("CHN")]
    sold = russia.loc["markets", "share_percent"] * icio2021.value_added[icio2021.index("RUS")]
    assert used == pytest.approx(sold, rel=1e-9)


def test_every_layer_is_there(found) -> None:
    layers = {"trade", "inputs", "markets", "energy", "essentials", "technology", "alignment", "tariffs"}
    assert set(found.table["layer"]) == layers
    tariffs = by_layer(found.table, "CHN").loc["tariffs"]
    assert 0 < tariffs["share_percent"] < 20
    assert np.isnan(tariffs["asymmetry"])


def test_nothing_moves_after_a_scenario_that_changes_nothing(icio2021: World) -> None:
    still = Scenario(name="still", sanctions=[{"boycott": {"by": "CHN", "on": "RUS"}}])
    table = layers_of_cooperation(icio2021, "CHN", "RUS", still).table
    now, after = (table[table["when"] == when].reset_index(drop=True) for when in ("now", "after"))
    np.testing.assert_allclose(now["share_percent"], after["share_percent"], rtol=1e-8)
    assert list(now["rank"]) == list(after["rank"])


def test_after_a_scenario_trade_is_that_of_its_outcome(small: World, front: Scenario) -> None:
    found = layers_of_cooperation(small, "RUS", "CHN", front)
    trade = solve(small, front).trade.to_numpy().sum(axis=2)
    np.fill_diagonal(trade, 0)
    both = trade + trade.T
    russia, china = small.index("RUS"), small.index("CHN")
    row = by_layer(found.table, "RUS", "after").loc["trade"]
    assert row["share_percent"] == pytest.approx(100 * both[russia, china] / both[russia].sum())
    assert "technology" not in set(found.table["layer"])  # this world's sectors are others
    assert found.title.startswith("After the scenario ")


def test_what_is_not_two_economies_is_refused(icio2021: World) -> None:
    for pair in (("RUS", "Russia"), ("EU27", "RUS")):
        with pytest.raises(OutputError, match="CV419"):
            layers_of_cooperation(icio2021, *pair)
    with pytest.raises(OutputError, match="CV417"):
        layers_of_cooperation(icio2021, "CHN", "RUS", year=1990)
