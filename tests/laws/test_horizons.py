"""What theory says of horizons: more substitution and more mobility never hurt a closed economy, at any size of shock.

With one economy and no wedges an equilibrium is the best that there is, and a nest with a higher elasticity, calibrated
to the same shares, can do all that the stiffer one can (power means grow with their exponent). The same holds for a
factor that moves more easily. With trade a country may gain from the stiffness of others, so there the order on the
embedded world is recorded as a fact.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.model.parameters import long_run, medium_run, short_run
from countervail.model.welfare import welfare
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium, solve
from countervail.world.calibrate import calibrate
from countervail.world.labels import blocs
from countervail.world.table import Table

STIFFER = {
    "value_added_substitution": (0.1, 0.5, 1.0, 1.8),
    "input_substitution": (0.0, 0.2, 1.0, 2.5),
    "consumption_substitution": (0.2, 0.9, 1.0, 3.0),
    "labour_mobility": (0.0, 0.7, 4.0, np.inf),
}


@pytest.mark.parametrize("parameter", STIFFER)
@settings(max_examples=12)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_in_a_closed_economy_flexibility_never_hurts(parameter, data, seed, recipes, shocks):
    world = data.draw(recipes(n=2, gaps=False, missing=0.0, tariffs=0.0, theta=(2.0, 4.0))).world()
    rng = np.random.default_rng(seed)
    z = np.exp(rng.uniform(-0.5, 0.3, world.output.shape))
    model = replace(short_run, elasticity_share=1.0, labour_mobility=0.5)
    found = []
    base = _closed(world)
    for value in STIFFER[parameter]:
        changed = replace(model, **{parameter: value})
        found.append(welfare(equilibrium(base, shocks.of(base, productivity=z), changed)))
    steps = np.diff(np.array(found), axis=0)
    assert (steps > -1e-7).all(), found


def _closed(world):
    """A world of economies that do not trade, with the outputs and, as far as they fit, the inputs of this one."""
    home = np.arange(world.n_countries)
    flow = np.zeros(world.trade_share.shape)
    flow[home, home] = world.output
    uses = world.input_share * world.output[:, None, :]
    room = 0.8 * world.output / np.maximum(uses.sum(axis=2), 1e-300)
    table = Table(
        name="closed",
        year=2000,
        countries=world.countries,
        sectors=world.sectors,
        flow=flow,
        intermediate=uses * np.minimum(1.0, room)[:, :, None],
        tariff=np.zeros(flow.shape),
        goods=world.goods,
    )
    return calibrate(table, world.trade_elasticity)


@pytest.fixture(scope="module")
def losses(icio2021):
    """Real income of all economies under the energy embargo without responses, by horizon, percent."""
    scenario = replace(load_scenario("energy-embargo"), responses=())
    return {
        model.name: solve(icio2021, scenario, model).welfare for model in (short_run, medium_run, long_run)
    }


def test_an_energy_embargo_hurts_target_and_senders_most_at_first(losses, icio2021):
    europe = [code for code in blocs()["EU27"] if code in icio2021.countries]
    income = icio2021.income[[icio2021.index(code) for code in europe]]

    def loss(name, codes, weights=None):
        return -np.average(losses[name].sel(country=codes), weights=weights)

    target = [loss(name, ["RUS"]) for name in ("short_run", "medium_run", "long_run")]
    senders = [loss(name, europe, income) for name in ("short_run", "medium_run", "long_run")]
    assert target[0] > target[1] > target[2] > 0
    assert senders[0] > senders[1] > senders[2] > 0


def test_germany_loses_a_fraction_to_a_few_percent_depending_on_substitution(icio2021):
    """In the spirit of Bachmann et al. (2024): the less can be replaced the larger the loss, and both ways count."""
    stop = Scenario(
        name="stop",
        world="icio2021",
        sanctions=[
            {
                "embargo": {
                    "by": "EU27",
                    "on": "RUS",
                    "goods": ["coal", "oil_gas", "oil_products"],
                    "direction": "import",
                }
            }
        ],
    )
    place = icio2021.index("DEU")
    shock = compile_scenario(stop, icio2021).shock()
    table = np.array(
        [
            [
                -welfare(
                    equilibrium(
                        icio2021, shock, replace(short_run, input_substitution=eps, elasticity_share=share)
                    )
                )[place]
                for share in (0.2, 0.38, 1.0)
            ]
            for eps in (0.1, 0.2, 1.0)
        ]
    )
    assert (np.diff(table, axis=0) < 0).all()
    assert (np.diff(table, axis=1) < 0).all()
    assert 0.05 < table.min() < 0.5
    assert 0.8 < table.max() < 5.0


def test_factors_that_stay_make_the_embargo_dearer_for_its_target(icio2021):
    scenario = replace(load_scenario("energy-embargo"), responses=())
    shock = compile_scenario(scenario, icio2021).shock()
    russia = icio2021.index("RUS")
    found = [
        welfare(equilibrium(icio2021, shock, replace(long_run, labour_mobility=kappa)))[russia]
        for kappa in (0.0, 1.5, np.inf)
    ]
    assert found[0] < found[1] < found[2] < 0
