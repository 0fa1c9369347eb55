"""The synthetic economy: nobody's table, labelled as such, and every balance kept."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.world import labels
from countervail.world.catalog import load_table, load_world
from countervail.world.packaged import rows
from countervail.world.synthetic import CODE


@pytest.fixture(scope="module")
def table():
    return load_table("icio2021-iran-synthetic")


def test_every_total_is_kept(table):
    whole = load_table("icio2021-energy")
    at, row = table.countries.index(CODE), whole.countries.index("ROW")
    merged = np.delete(table.flow, at, axis=0)
    merged[table.countries.index("ROW") - 1] += table.flow[at]
    folded = np.delete(merged, at, axis=1)
    folded[:, row] += merged[:, at]
    np.testing.assert_allclose(folded, whole.flow, rtol=1e-9, atol=1e-9 * whole.flow.max())
    uses = np.delete(table.intermediate, at, axis=0)
    uses[row] += table.intermediate[at]
    np.testing.assert_allclose(uses, whole.intermediate, rtol=1e-9, atol=1e-9 * whole.intermediate.max())


def test_it_balances_and_exports_oil():
    world = load_world("icio2021-iran-synthetic")
    assert max(world.balances().values()) < 1e-9
    sold = world.basic_flow()[world.index(CODE)]
    abroad = sold.sum(axis=0) - sold[world.index(CODE)]
    assert world.sectors[int(abroad.argmax())] == "B06_OIL"


def test_it_says_what_it_is(table):
    assert "synthetic" in labels.country_name(CODE)
    assert any("XIR is synthetic" in str(note) for note in table.notes)
    assert all(row["source"].startswith("Assumption") for row in rows("synthetic_iran.csv"))
