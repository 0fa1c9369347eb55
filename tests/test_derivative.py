"""Derivatives at an equilibrium, against differences of solves, and the gradient against the response."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from countervail.derivative import Change, gradient, point, response
from countervail.errors import SolveError
from countervail.model.parameters import CLOSURES, long_run, short_run
from countervail.model.welfare import welfare
from countervail.solver import equilibrium, zero_deficit

KINDS = ("trade_cost", "tariff", "wedge", "productivity", "transfer", "trade_elasticity")
STEP = 1e-2


class Place:
    """A random shock with a bit of everything in it, and a random direction away from it."""

    def __init__(self, world, shocks, seed, kinds=KINDS):
        rng = np.random.default_rng(seed)
        shape = world.trade_share.shape
        self.world, self.shocks, foreign = world, shocks, shocks.foreign(world)
        self.foreign = foreign
        some = foreign & (rng.random(shape) < 0.5)
        passing = np.where(some & (rng.random(shape) < 0.1), rng.choice([0.0, 0.5], shape), 1.0)
        left = (world.trade_share * passing * foreign).sum(axis=0) < 0.5 * (world.trade_share * foreign).sum(
            axis=0
        )
        passing = np.where(left[None], 1.0, passing)  # no good loses half its foreign sources
        economies = np.arange(world.n_countries)
        passing[economies, np.roll(economies, -1), 0] = 1.0  # and the ring stays, so that all can pay
        self.here = {
            "passing": passing,
            "cost": np.where(some, rng.uniform(0.9, 1.2, shape), 1.0),
            "tariff": world.tariff * np.where(some, rng.uniform(0.95, 1.3, shape), 1.0),
            "wedge": np.where(rng.random(shape) < 0.3, rng.uniform(0.9, 1.2, shape), 1.0),
            "rent_to_buyer": rng.random(shape) < 0.5,
            "productivity": np.exp(rng.uniform(-0.1, 0.1, world.output.shape)),
        }
        flows = rng.normal(0, 0.03, world.n_countries) * world.value_added.min()
        self.flows = flows - flows.mean()
        more = rng.normal(0, 0.1, world.n_countries) * world.value_added.min()
        directions = {
            "trade_cost": rng.uniform(-1, 1, shape) * foreign,
            "tariff": rng.uniform(-1, 1, shape) * foreign,
            "wedge": rng.uniform(-1, 1, shape) * foreign,
            "productivity": rng.uniform(-1, 1, world.output.shape),
            "transfer": more - more.mean(),
            "trade_elasticity": world.trade_elasticity * rng.uniform(-1, 1, world.n_sectors),
        }
        self.change = Change(**{kind: directions[kind] for kind in kinds})

    def at(self, h):
        """The world and the shock a step of h along the direction."""
        shape, change = self.world.trade_share.shape, self.change

        def moved(part, of=shape):
            return np.exp(h * part) if part is not None else np.ones(of)

        shock = self.shocks.of(
            self.world,
            self.foreign,
            passing=self.here["passing"],
            cost=self.here["cost"] * moved(change.trade_cost),
            tariff=self.here["tariff"] * moved(change.tariff),
            wedge=self.here["wedge"] * moved(change.wedge),
            rent_to_buyer=self.here["rent_to_buyer"],
            productivity=self.here["productivity"] * moved(change.productivity, self.world.output.shape),
            transfer=self.flows + (h * change.transfer if change.transfer is not None else 0.0),
        )
        if change.trade_elasticity is None:
            return self.world, shock
        theta = self.world.trade_elasticity + h * change.trade_elasticity
        return self.world.with_elasticity(theta), shock


def solved(world, shock, model=long_run):
    """The equilibrium; a place that has none is no place to differentiate."""
    try:
        return equilibrium(world, shock, model)
    except SolveError as error:
        assume(error.certificate.cause == "none")
        raise


def differences(values, step=STEP):
    """Central differences at two steps, extrapolated."""
    one = (values(step) - values(-step)) / (2 * step)
    two = (values(step / 2) - values(-step / 2)) / step
    return (4 * two - one) / 3


def vector(eq):
    return np.concatenate(
        [
            np.log(eq.wage),
            np.log(eq.price).ravel(),
            eq.expenditure.ravel(),
            eq.output.ravel(),
            eq.income,
            welfare(eq),
        ]
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_responses_are_what_differences_of_solves_approach(kind, closure, data, seed, recipes, shocks):
    if closure == "zero" and kind == "trade_elasticity":
        return  # moves the base too: tested with the sensitivities
    world = data.draw(recipes(theta=(0.5, 5.0))).world()
    place = Place(world, shocks, seed, [kind])
    model = replace(long_run, closure=closure)
    eq = solved(world, place.at(0.0)[1], model)
    found = response(point(eq, place.at(0.0)[1]), place.change)
    expected = differences(lambda h: vector(solved(*place.at(h), model)))
    got = np.concatenate(
        [
            *(found.wage, found.price.ravel(), found.expenditure.ravel(), found.output.ravel()),
            *(found.income, found.welfare),
        ]
    )
    scale = np.maximum(np.abs(vector(eq)), 1.0)
    size = np.abs(expected / scale).max()
    # percent from solves to 2e-12, divided by the step, have an error of 1e-8 themselves
    np.testing.assert_allclose(got / scale, expected / scale, rtol=0, atol=1e-6 * max(size, 1e-2))


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_gradient_is_the_response_read_backwards(closure, data, seed, recipes, shocks):
    """weights . response(change) = gradient(weights) . change, for changes of every kind at once."""
    world = data.draw(recipes()).world()
    place = Place(world, shocks, seed)
    shock = place.at(0.0)[1]
    here = point(solved(world, shock, replace(long_run, closure=closure)), shock)
    weights = np.random.default_rng(seed).normal(0, 1, (world.n_countries, 2))
    forward = weights.T @ response(here, place.change).welfare
    found = gradient(here, weights)
    for k in range(2):
        parts = [(getattr(found, kind)(k) * getattr(place.change, kind)).sum() for kind in KINDS]
        assert abs(sum(parts) - forward[k]) < 1e-8 * (np.abs(parts).max() + 1e-3)
    np.testing.assert_allclose(
        found.pairs()[1], found.trade_cost(1).sum(axis=2), rtol=0, atol=1e-9 * np.abs(found.pairs()).max()
    )


def test_in_the_embedded_world(icio2021, shocks):
    """A friction of Russia's imports on top of an embargo by some: gradient, response and differences."""
    world = icio2021
    some = [world.index(c) for c in ("DEU", "FRA", "USA", "POL")]
    russia = world.index("RUS")
    ban = shocks.between(world, some, russia)
    everyone = np.arange(world.n_countries)
    mine = shocks.mask(world, everyone, russia)

    def shock(h):
        return shocks.of(
            world, mine | ban, passing=np.where(ban, 0.0, 1.0), cost=np.where(mine, np.exp(h), 1.0)
        )

    eq = equilibrium(world, shock(0.0))
    here = point(eq, shock(0.0))
    change = Change(trade_cost=mine.astype(float))
    found = response(here, change).welfare
    expected = differences(lambda h: welfare(equilibrium(world, shock(h))))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * np.abs(expected).max())
    weights = np.zeros(world.n_countries)
    weights[russia] = 1.0
    slope = (gradient(here, weights).trade_cost() * mine).sum()
    assert abs(slope - found[russia]) < 1e-9 * abs(slope)


def test_only_the_long_run_has_derivatives(random_world, shocks):
    world = random_world(1)
    eq = equilibrium(world, shocks.of(world))
    with pytest.raises(SolveError, match="CV309"):
        point(replace(eq, model=short_run), shocks.of(world))


def test_the_base_of_closure_zero_can_be_differentiated(random_world, shocks):
    world = zero_deficit(random_world(4))
    here = point(equilibrium(world, shocks.of(world)), shocks.of(world))
    assert np.isfinite(gradient(here, np.ones(world.n_countries)).pairs()).all()
