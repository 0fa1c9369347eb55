"""Dependence: shares that add up, extraction by brute force, exact losses, concentration, what is critical."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis.dependence import critical_goods, supplier_dependence
from countervail.analysis.supply_chains import concentration, suppliers_of
from countervail.model.welfare import welfare
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium
from countervail.world.world import World


def test_suppliers_add_up_direct_and_through_inputs(icio2021: World) -> None:
    found = suppliers_of(icio2021, np.array([icio2021.index("DEU")]))
    bought = found.use > 0
    np.testing.assert_allclose(found.direct.sum(axis=0)[bought], 1, atol=1e-12)
    np.testing.assert_allclose(found.through.sum(axis=0)[bought], 1, atol=1e-10)


def test_extraction_is_what_the_chain_contains(random_world) -> None:
    """Shares of what is untouched: 1 minus a Leontief chain in which deliveries of the origin are missing."""
    world = random_world(11, n=4, j=3)
    group, n, j = np.array([0, 3]), 4, 3
    basic = world.trade_share / world.tariff
    final = world.final_share * world.income[:, None]
    spent = final[group] / final[group].sum()
    for o in (1, 2):
        rest = basic.copy()
        rest[o, group] = 0
        inputs = np.einsum("ios,ost->isot", rest, world.input_share).reshape(n * j, n * j)
        brought = np.zeros_like(basic)
        brought[o, group] = basic[o, group]
        added = np.einsum("ios,ost->ot", brought, world.input_share)
        touched = np.linalg.solve(np.eye(n * j) - inputs.T, added.ravel()).reshape(n, j)
        expected = (spent * basic[o, group]).sum() + np.einsum("ds,ids,is->", spent, rest[:, group], touched)
        assert suppliers_of(world, group).extracted[o] == pytest.approx(expected, abs=1e-11)


def test_without_inputs_extraction_is_the_share_of_final_use(random_world) -> None:
    world = random_world(5, n=3, j=2, inputs=0.0, tariffs=0.0)
    found = suppliers_of(world, np.array([0]))
    expected = (world.trade_share[:, 0] * world.final_share[0]).sum(axis=1)
    np.testing.assert_allclose(found.extracted[1:], expected[1:], atol=1e-12)


def test_the_exact_loss_is_that_of_an_import_ban(small: World) -> None:
    found = supplier_dependence(small, ["EU"])
    ban = {"embargo": {"by": "EU", "on": "RUS", "direction": "import"}}
    shock = compile_scenario(Scenario(name="x", sanctions=[ban]), small).shock()
    expected = welfare(equilibrium(small, shock))[small.index("EU")]
    row = found.table.set_index("code").loc["RUS"]
    assert row["exact_loss_percent"] == pytest.approx(expected, abs=1e-9)
    assert row["extraction_percent"] > -row["exact_loss_percent"] > 0
    assert found.table["imports_percent"].sum() == pytest.approx(100)
    assert "where extraction says" in found.title
    assert "EU" not in set(found.table["code"])


def test_a_bloc_is_one_buyer(icio2021: World) -> None:
    found = suppliers_of(icio2021, np.array([icio2021.index("LVA"), icio2021.index("EST")]))
    flow = icio2021.basic_flow()
    members = [icio2021.index("LVA"), icio2021.index("EST")]
    expected = flow[icio2021.index("RUS"), members].sum() / flow[:, members].sum()
    share = (found.direct[icio2021.index("RUS")] * found.use).sum() / found.use.sum()
    assert share == pytest.approx(expected)


def test_concentration_is_that_of_herfindahl() -> None:
    shares = np.array([[0.5, 0.2, 0.0], [0.25, 0.0, 0.0], [0.25, 0.0, 0.0]])
    np.testing.assert_allclose(concentration(shares), [0.375, 1.0, np.nan])


def test_critical_goods_are_concentrated_and_hard_to_replace(small: World) -> None:
    found = critical_goods(small, ["RUS"])
    table = found.table
    theta = small.trade_elasticity
    expected = (table["concentration"] >= 0.25) & (table["trade_elasticity"] < np.median(theta))
    assert list(table["critical"]) == list(expected)
    worse = table["loss_without_imports_percent"] <= table["loss_without_largest_percent"] + 1e-9
    assert worse[table["missing"] == ""].all()
    assert table["loss_without_largest_percent"].is_monotonic_increasing


def test_a_good_with_no_other_source_says_why(random_world) -> None:
    world = random_world(2, n=3, j=3, gaps=True)
    found = critical_goods(world, ["C0"]).table
    lost = found["loss_without_imports_percent"].isna()
    assert (found["missing"][lost] != "").all()
