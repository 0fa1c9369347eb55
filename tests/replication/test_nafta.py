"""Caliendo and Parro (2015), Table 2: what tariff cuts within NAFTA from 1993 to 2005 did, solved and compared.

Two answers to two questions, each tested against its own number: the published welfare is the first-order
decomposition at base weights; the exact change in real income is another. Tolerance: half the last printed digit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from countervail.model.equations import new_flow, new_trade_share
from countervail.model.parameters import long_run
from countervail.model.welfare import first_order, real_wage, welfare
from countervail.policy.shock import Shock
from countervail.solver import equilibrium

MEMBERS = ("MEX", "CAN", "USA")
PRINTED = 0.005


@pytest.fixture(scope="module")
def solved(nafta):
    """The counterfactual on top of the base without deficits."""
    world, n = nafta.world, nafta.cells.size
    shock = Shock(
        cells=nafta.cells,
        passing=np.ones(n),
        trade_cost=np.ones(n),
        tariff=nafta.tariff.ravel()[nafta.cells],
        wedge=np.ones(n),
        rent_to_buyer=np.zeros(n, dtype=bool),
        productivity=np.ones((world.n_countries, world.n_sectors)),
        transfer=np.zeros(world.n_countries),
        measures=(),
    )
    return equilibrium(world, shock, replace(long_run, closure="zero")), shock


def members(world, values):
    return [float(values[world.countries.index(iso3)]) for iso3 in MEMBERS]


@pytest.mark.parametrize(
    ("part", "published"),
    [
        ("terms_of_trade", (-0.41, -0.11, 0.04)),
        ("volume_of_trade", (1.72, 0.04, 0.04)),
        ("total", (1.31, -0.06, 0.08)),
    ],
)
def test_first_order_welfare_and_its_parts(nafta, solved, part, published):
    eq, shock = solved
    assert members(nafta.world, first_order(eq, shock)[part]) == pytest.approx(published, abs=PRINTED + 1e-4)


def test_real_wage(nafta, solved):
    eq, _ = solved
    assert members(nafta.world, real_wage(eq)) == pytest.approx((1.72, 0.32, 0.11), abs=PRINTED)


def test_exact_welfare_of_mexico(nafta, solved):
    """0.007 on these data: tariff revenue falls by about what the real wage gains."""
    eq, _ = solved
    assert members(nafta.world, welfare(eq))[0] == pytest.approx(0.007, abs=0.0005)


def test_imports_from_nafta_partners(nafta, solved):
    """In percent, at base prices of the exporter: value over the change in its unit cost."""
    eq, shock = solved
    base = eq.base
    after = new_flow(base, shock, new_trade_share(base, shock, eq.unit_cost, eq.price), eq.expenditure)
    before = base.basic_flow()
    goods = base.goods
    grown = []
    for importer in MEMBERS:
        d = base.countries.index(importer)
        partners = [base.countries.index(iso3) for iso3 in MEMBERS if iso3 != importer]
        old = before[partners, d][:, goods].sum()
        grown.append(100.0 * (after[partners, d][:, goods].sum() / old - 1.0))
    assert [round(value) for value in grown] == [118, 11, 41]


def test_the_answer_is_an_equilibrium(solved):
    eq, _ = solved
    assert eq.residual < 1e-9
    assert np.abs(eq.transfer).max() == 0.0
