"""Exposure before any policy, and single embargoes: definitions, sums, the linear limit, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.baseline import trade_exposure, value_added_exposure
from countervail.analysis.products import product_embargoes
from countervail.analysis.single_bans import answers, cells_between, stopped
from countervail.errors import OutputError, ScenarioError
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.content import coalition_content, contents
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium
from countervail.world.world import World


def test_contents_of_all_economies_add_up_to_one(icio2021: World) -> None:
    shares = (icio2021.trade_share, icio2021.tariff, icio2021.input_share, icio2021.value_added_share)
    found = contents(np.eye(icio2021.n_countries), *shares)
    np.testing.assert_allclose(found.sum(axis=0)[icio2021.output > 0], 1, atol=1e-11)
    members = np.array([icio2021.index("USA"), icio2021.index("CHN")])
    np.testing.assert_allclose(found[members].sum(axis=0), coalition_content(icio2021, members), atol=1e-11)


def test_contents_are_the_leontief_inverse(random_world) -> None:
    world = random_world(3, n=3, j=2)
    n, j = world.n_countries, world.n_sectors
    bought = world.trade_share / world.tariff
    inputs = np.einsum("ios,ost->isot", bought, world.input_share).reshape(n * j, n * j)
    collected = 1 - bought.sum(axis=0)
    own = world.value_added_share + np.einsum("ost,os->ot", world.input_share, collected)
    expected = np.linalg.solve(np.eye(n * j) - inputs.T, np.diag(own.ravel()))
    found = contents(np.eye(n), world.trade_share, world.tariff, world.input_share, world.value_added_share)
    by_origin = expected.reshape(n, j, n, j).sum(axis=3).transpose(2, 0, 1)
    np.testing.assert_allclose(found, by_origin, atol=1e-11)


def test_value_added_sold_everywhere_is_all_of_it(icio2021: World) -> None:
    sells, uses = value_added_exposure(icio2021, np.arange(icio2021.n_countries))
    collected = (icio2021.tariff - 1) * icio2021.basic_flow()
    made = icio2021.value_added.sum() + collected.sum()
    np.testing.assert_allclose((sells * icio2021.value_added).sum() / made, 1, rtol=0.01)
    assert (uses <= 1 + 1e-9).all()


def test_exposure_is_trade_over_trade(icio2021: World) -> None:
    found = trade_exposure(icio2021, ["RUS"])
    assert found.title.startswith("Belarus is most exposed to Russia")
    row = found.table.set_index("code").loc["BLR"]
    flow = icio2021.basic_flow().sum(axis=2)
    russia, belarus = icio2021.index("RUS"), icio2021.index("BLR")
    np.fill_diagonal(flow, 0)
    with_russia = flow[belarus, russia] + flow[russia, belarus]
    total = flow[belarus].sum() + flow[:, belarus].sum()
    assert row["trade_percent_of_own_trade"] == pytest.approx(100 * with_russia / total)
    by_sector = found.more["exposure_by_sector"]
    sold = by_sector[by_sector["code"] == "BLR"]["exports_million_usd"].sum()
    assert sold == pytest.approx(row["exports_million_usd"])
    assert "RUS" not in set(found.table["code"])


def test_a_single_ban_is_the_embargo_of_a_scenario(small: World) -> None:
    ban = {"embargo": {"by": "EU", "on": "RUS", "goods": "ENERGY", "direction": "import"}}
    expected = equilibrium(small, compile_scenario(Scenario(name="x", sanctions=[ban]), small).shock())
    cells = cells_between(
        small,
        np.array([small.index("RUS")]),
        np.array([small.index("EU")]),
        np.array([small.sectors.index("ENERGY")]),
    )
    found = equilibrium(small, stopped(small, cells))
    np.testing.assert_allclose(welfare(found), welfare(expected), atol=1e-9)


def test_the_matrix_holds_each_embargo_and_its_slope(small: World) -> None:
    matrix, linear = product_embargoes(small, ["RUS"], economies=["EU", "CHN"], direction="import")
    assert len(matrix.table) == 6
    assert set(matrix.table["goods"]) == {"ENERGY", "INDUSTRY", "SERVICES"}
    ban = {"embargo": {"by": "EU", "on": "RUS", "goods": "ENERGY", "direction": "import"}}
    compiled = compile_scenario(Scenario(name="x", sanctions=[ban]), small)
    expected = welfare(equilibrium(small, compiled.shock()))
    cell = matrix.table.set_index(["goods", "code"]).loc[("ENERGY", "EU")]
    assert cell["target_percent"] == pytest.approx(expected[small.index("RUS")], abs=1e-9)
    assert cell["own_percent"] == pytest.approx(expected[small.index("EU")], abs=1e-9)
    assert "European Union's embargo on " in matrix.title
    assert list(linear.table["target_percent"]) == list(matrix.table["target_percent"])


def test_small_flows_answer_linearly(small: World) -> None:
    cells = cells_between(small, np.arange(small.n_countries), np.array([small.index("RUS")]), np.array([2]))
    value = small.basic_flow().ravel()[cells]
    least = cells[[int(np.argmin(value))]]
    found = answers(small, [least], long_run)
    buyer = small.index("RUS")
    assert found.exact[0, buyer] == pytest.approx(found.linear[0, buyer], rel=0.02)


def test_what_cannot_be_asked_is_refused(small: World) -> None:
    with pytest.raises(OutputError, match="CV411"):
        product_embargoes(small, ["RUS"], economies=["RUS", "EU"])
    with pytest.raises(ScenarioError, match="CV111"):
        trade_exposure(small, ["Atlantis"])


def test_no_trade_at_all_is_said(random_world) -> None:
    world = random_world(1, n=3, j=2, missing=1.0, ring=False)
    with pytest.raises(OutputError, match="CV418"):
        product_embargoes(world, ["C0"], economies=["C1"], goods=["S1"])
