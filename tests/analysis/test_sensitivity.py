"""Sensitivities have labels and units, and are what small differences of solves approach."""

from dataclasses import replace

import numpy as np
import pytest

import countervail as cv
from countervail.errors import CountervailError, SolveError
from countervail.model.parameters import Model, short_run
from countervail.outcome import Outcome
from countervail.solver import equilibrium

TO = ("tariff", "trade_cost", "productivity", "transfer", "trade_elasticity")


@pytest.fixture(scope="module")
def outcome(icio2021):
    tariffs = cv.Tariff(between=["USA", "CHN"], rate=0.25)
    ban = cv.Embargo(by=["EU27", "USA"], on="RUS", goods="technology", direction="export", leakage=0.1)
    return cv.solve(icio2021, cv.Scenario(name="both", world="icio2021", sanctions=[tariffs, ban]))


@pytest.mark.parametrize("to", TO)
def test_labels_and_units(outcome, to):
    found = cv.sensitivity(outcome, to=to, of="EU27")
    assert found.attrs["unit"].startswith("percent of base income per ")
    assert "European Union" in found.attrs["long_name"]
    assert found.attrs["scenario"] == "both"
    for dim in found.dims:
        assert f"{dim}_name" in found.coords
    missing = found.isnull().sum().item()
    assert missing == (81 * 50 if to == "tariff" else 0)  # home sales bear no tariff


def test_a_tariff_point_and_a_per_cent_of_cost(icio2021, outcome, shocks):
    """Against solves with one cell's tariff a little up and down, and its cost."""
    world, shock = icio2021, outcome.shock
    o, d = world.index("CHN"), world.index("USA")
    s = int(np.argmax(world.basic_flow()[o, d]))
    cell = (o * world.n_countries + d) * world.n_sectors + s
    at = int(np.searchsorted(shock.cells, cell))
    assert shock.cells[at] == cell
    usa = world.index("USA")

    def welfare(**moved):
        fields = {name: getattr(shock, name).copy() for name in moved}
        for name, factor in moved.items():
            fields[name][at] = (
                fields[name][at] * factor if name == "trade_cost" else fields[name][at] + factor
            )
        eq = equilibrium(world, replace(shock, **fields))
        return Outcome(world, None, Model("x"), shock, eq).welfare.to_numpy()[usa]

    by_tariff = cv.sensitivity(outcome, "tariff", of="USA").to_numpy()[o, d, s]
    expected = (welfare(tariff=0.01) - welfare(tariff=-0.01)) / 2  # per point
    assert abs(by_tariff - expected) < 1e-3 * abs(expected)
    by_cost = cv.sensitivity(outcome, "trade_cost", of="USA").to_numpy()[o, d, s]
    expected = 0.01 * (welfare(trade_cost=np.exp(0.01)) - welfare(trade_cost=np.exp(-0.01))) / 0.02
    assert abs(by_cost - expected) < 1e-3 * abs(expected)


@pytest.mark.parametrize("closure", ["fixed", "zero"])
def test_by_elasticity_also_where_the_base_moves(closure, random_world, shocks):
    world = random_world(8, theta=(1.0, 5.0))
    shock = shocks.mixed(world, 3, 0.7)
    model = Model("x", closure=closure)

    def outcome(theta):
        other = world.with_elasticity(theta)
        return Outcome(other, None, model, shock, equilibrium(other, shock, model))

    theta = world.trade_elasticity
    found = cv.sensitivity(outcome(theta), "trade_elasticity", of="C1").to_numpy()
    for s in range(world.n_sectors):
        up = np.where(np.arange(theta.size) == s, np.exp(1e-3), 1.0)
        ends = [outcome(theta * move).welfare.to_numpy()[1] for move in (up, 1 / up)]
        assert abs(found[s] - 0.01 * (ends[0] - ends[1]) / 2e-3) < 1e-6 * np.abs(found).max() + 1e-9


def test_the_world_is_the_mean_of_its_economies_and_a_bloc_of_its_members(outcome, icio2021):
    each = np.array([cv.sensitivity(outcome, "transfer", of=code).to_numpy() for code in icio2021.countries])
    income = outcome.base.income
    for of, members in ((None, icio2021.countries), ("BRICS", ("BRA", "RUS", "IND", "CHN", "ZAF"))):
        some = [icio2021.index(code) for code in members]
        expected = income[some] @ each[some] / income[some].sum()
        np.testing.assert_allclose(cv.sensitivity(outcome, "transfer", of=of), expected, rtol=0, atol=1e-9)
    assert (np.diag(each) > 0).all()


def test_what_cannot_be_asked(outcome, random_world, shocks):
    with pytest.raises(SolveError, match="CV309"):
        cv.sensitivity(outcome, "wages")
    with pytest.raises(CountervailError, match="CV1"):
        cv.sensitivity(outcome, "tariff", of="Atlantis")
    world = random_world(1)
    eq = equilibrium(world, shocks.of(world))
    short = Outcome(world, None, short_run, shocks.of(world), replace(eq, model=short_run))
    with pytest.raises(SolveError, match="CV309"):
        cv.sensitivity(short, "tariff")
