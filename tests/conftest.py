"""What all tests share: the embedded world, random small worlds, and shocks built by hand."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from numpy.typing import NDArray

from countervail.errors import SolveError
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model, long_run
from countervail.policy.shock import Shock
from countervail.solver import equilibria
from countervail.world.calibrate import calibrate
from countervail.world.catalog import load_world
from countervail.world.table import Table
from countervail.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# The same examples in every run, so that a failure on one machine is a failure on all. To look for new ones:
# pytest --hypothesis-profile=explore tests/laws
COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "phases": [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
}
# Hypothesis also draws constants that it finds in the modules loaded so far. Which those are hangs on the tests that
# ran before, and they change with the code: without them an example is the same alone, in the whole run, next year.
providers._get_local_constants = providers.Constants
settings.register_profile("repeatable", max_examples=40, derandomize=True, database=None, **COMMON)
settings.register_profile("explore", max_examples=1000, print_blob=True, **COMMON)
settings.load_profile("repeatable")


# --- worlds ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def icio2021() -> World:
    """The embedded world of 2021, 81 economies x 50 sectors."""
    return load_world("icio2021")


@dataclass(frozen=True)
class Recipe:
    """How to make a random table; every field can be left to chance.

    Arguments:
        seed: of everything that the other fields leave open.
        n, j: economies, sectors.
        open_to_trade: how large foreign flows are beside home sales.
        missing: share of foreign flows that are 0.
        gaps: also leave out some home sales, some outputs, some purchases, and let single cells have one supplier.
        tariffs: the largest rate; 0 for none. A few are import subsidies.
        inputs: the largest cost share of inputs.
        theta: smallest and largest trade elasticity; one number for both gives all sectors the same.
        ring: link the economies in a ring by flows of sector 0, so that each can sell and buy abroad whatever
            else is missing. Without it an economy may buy and sell nothing, and no wage balances its trade.
    """

    seed: int
    n: int = 4
    j: int = 3
    open_to_trade: float = 0.15
    missing: float = 0.2
    gaps: bool = False
    tariffs: float = 0.4
    inputs: float = 0.8
    theta: tuple[float, float] = (0.5, 12.0)
    ring: bool = True

    def table(self) -> Table:
        """The table: flows as wanted, inputs that leave value added and some final use."""
        rng = np.random.default_rng(self.seed)
        n, j = self.n, self.j
        home = np.arange(n)
        size = rng.lognormal(0, 1, n)
        taste = rng.lognormal(0, 0.7, j)
        flow = np.sqrt(size[:, None] * size[None, :])[:, :, None] * taste * rng.lognormal(0, 0.6, (n, n, j))
        flow *= np.where(rng.random((n, n, j)) < self.missing, 0.0, self.open_to_trade)
        flow[home, home] = size[:, None] * taste * rng.uniform(0.6, 1.6, (n, j))
        if self.gaps:
            _leave_gaps(flow, rng)
        if self.ring:
            link = flow[home, np.roll(home, -1), 0]
            flow[home, np.roll(home, -1), 0] = np.where(link > 0, link, 0.5 * self.open_to_trade * size)
        flow *= 1000.0
        goods = np.arange(j) < max(1, round(0.6 * j))
        tariff = rng.uniform(-0.1, 1.0, (n, n, j)) * (rng.random((n, n, j)) < 0.7) * self.tariffs * goods
        tariff[home, home] = 0.0
        return Table(
            name=f"random {self.seed}",
            year=2000,
            countries=tuple(f"C{i}" for i in range(n)),
            sectors=tuple(f"S{k}" for k in range(j)),
            flow=flow,
            intermediate=_intermediate(flow, tariff, self.inputs, rng),
            tariff=tariff,
            goods=goods,
        )

    def elasticities(self) -> Floats:
        """[sector] drawn evenly in logarithms."""
        low, high = self.theta
        return np.exp(np.random.default_rng(self.seed + 1).uniform(np.log(low), np.log(high), self.j))

    def world(self) -> World:
        """The calibrated world."""
        return calibrate(self.table(), self.elasticities())


def _leave_gaps(flow: Floats, rng: np.random.Generator) -> None:
    """Outputs, purchases and home sales that are missing; cells with one supplier; every economy keeps sector 0."""
    n, _, j = flow.shape
    for o in range(n):
        for s in range(1, j):
            chance = rng.random()
            if chance < 0.1:
                flow[o, :, s] = 0.0  # produces none of it
            elif chance < 0.2:
                flow[:, o, s] = 0.0  # buys none of it
            elif chance < 0.3:
                supplier = int(rng.integers(n))
                flow[:, o, s] *= np.arange(n) == supplier
                flow[supplier, o, s] = max(flow[supplier, o, s], 0.05)
            elif chance < 0.4:
                flow[o, o, s] = 0.0


def _intermediate(flow: Floats, tariff: Floats, most: float, rng: np.random.Generator) -> Floats:
    """Uses at basic prices: a random recipe for each output, at most `most` of its value, and some final use left."""
    n, _, j = flow.shape
    output, basic = flow.sum(axis=1), flow.sum(axis=0)
    paid = ((1.0 + tariff) * flow).sum(axis=0)
    markup = np.divide(paid, basic, out=np.ones_like(paid), where=basic > 0)
    recipe = rng.random((n, j, j)) * (basic > 0)[:, :, None] * (rng.random((n, j, j)) < 0.9)
    total = recipe.sum(axis=1, keepdims=True)
    share = np.divide(recipe, total, out=np.zeros_like(recipe), where=total > 0)
    cost = share * rng.uniform(0.1 * most, most, (n, 1, j)) * output[:, None, :]
    largest = paid.argmax(axis=1)
    for d in range(
        n
    ):  # final use of the good most bought, so that there is someone to be better or worse off
        used = cost[d, largest[d]].sum()
        cost[d, largest[d]] *= min(1.0, 0.6 * paid[d, largest[d]] / used) if used > 0 else 1.0
    return cost / markup[:, :, None]


@pytest.fixture(scope="session")
def random_world() -> Callable[..., World]:
    """A function of a seed (and of what else `Recipe` takes) that gives a calibrated random world."""

    def make(seed: int, **changes: object) -> World:
        return Recipe(seed, **changes).world()

    return make


@pytest.fixture(scope="session")
def recipes() -> Callable[..., st.SearchStrategy[Recipe]]:
    """A function that gives a hypothesis strategy of recipes; what it is told is fixed, the rest is drawn."""

    def strategy(**fixed: object) -> st.SearchStrategy[Recipe]:
        low, high = fixed.pop("theta", (0.5, 12.0))
        drawn = {
            "seed": st.integers(0, 2**31),
            "n": st.integers(2, 8),
            "j": st.integers(1, 6),
            "open_to_trade": st.sampled_from([0.02, 0.1, 0.4]),
            "missing": st.sampled_from([0.0, 0.2, 0.6]),
            "gaps": st.booleans(),
            "tariffs": st.sampled_from([0.0, 0.1, 0.6]),
            "inputs": st.sampled_from([0.0, 0.5, 0.9]),
            "theta": st.just((low, high)),
        }
        return st.builds(Recipe, **{**drawn, **{name: st.just(value) for name, value in fixed.items()}})

    return strategy


# --- shocks ---------------------------------------------------------------------------------------------------


class Shocks:
    """Shocks by hand: each a function of the world; `join` puts several together."""

    @staticmethod
    def of(
        world: World,
        cells: Bools | None = None,
        *,
        passing: float | Floats = 1.0,
        cost: float | Floats = 1.0,
        tariff: float | Floats | None = None,
        wedge: float | Floats = 1.0,
        rent_to_buyer: bool | Bools = False,
        productivity: Floats | None = None,
        transfer: Floats | None = None,
        name: str = "by hand",
    ) -> Shock:
        """A shock on the cells of a mask [o, d, s]; values are one number or [o, d, s]; tariff is the level tau'."""
        shape = world.trade_share.shape
        mask = np.zeros(shape, bool) if cells is None else np.broadcast_to(cells, shape)
        flat = np.flatnonzero(mask)

        def pick(value: object, kind: type = float) -> NDArray:
            return np.array(np.broadcast_to(value, shape).ravel()[flat], dtype=kind)

        return Shock(
            cells=flat.astype(np.int64),
            passing=pick(passing),
            trade_cost=pick(cost),
            tariff=pick(world.tariff if tariff is None else tariff),
            wedge=pick(wedge),
            rent_to_buyer=pick(rent_to_buyer, bool),
            productivity=np.ones(world.output.shape) if productivity is None else np.array(productivity),
            transfer=np.zeros(world.n_countries) if transfer is None else np.array(transfer),
            measures=((name, flat.astype(np.int64)),) if flat.size else (),
        )

    @staticmethod
    def mask(
        world: World, by: Sequence[int] | int, on: Sequence[int] | int, goods: object = slice(None)
    ) -> Bools:
        """[o, d, s] True on what `by` sells to `on`; home cells left out."""
        n = world.n_countries
        chosen = np.zeros(world.trade_share.shape, bool)
        chosen[np.ix_(np.atleast_1d(by), np.atleast_1d(on), np.arange(world.n_sectors)[goods])] = True
        chosen[np.arange(n), np.arange(n)] = False
        return chosen

    @classmethod
    def between(cls, world: World, some: Sequence[int] | int, others: Sequence[int] | int) -> Bools:
        """[o, d, s] True on all trade of `some` with `others`, both ways; home cells left out."""
        return cls.mask(world, some, others) | cls.mask(world, others, some)

    @staticmethod
    def foreign(world: World) -> Bools:
        """[o, d, s] True across borders."""
        away = ~np.eye(world.n_countries, dtype=bool)
        return np.broadcast_to(away[:, :, None], world.trade_share.shape)

    @classmethod
    def autarky(cls, world: World, of: int | None = None) -> Shock:
        """No trade at all, or none of one economy."""
        everyone = np.arange(world.n_countries)
        cells = cls.foreign(world) if of is None else cls.between(world, of, everyone)
        return cls.of(world, cells, passing=0.0, name="autarky")

    @classmethod
    def cell(cls, world: World, o: int, d: int, s: int, **changes: object) -> Shock:
        """A shock on one cell."""
        cells = np.zeros(world.trade_share.shape, bool)
        cells[o, d, s] = True
        return cls.of(world, cells, **changes)

    @classmethod
    def tariffs(cls, world: World, cells: Bools, added: float) -> Shock:
        """A rate on top of the applied tariffs."""
        return cls.of(world, cells, tariff=world.tariff + added, name="tariff")

    @classmethod
    def mixed(cls, world: World, seed: int, size: float = 1.0, *, bans: bool = False) -> Shock:
        """A bit of everything on random cells: frictions, tariffs, wedges of both kinds, productivity, transfers.

        Arguments:
            size: 1 for frictions up to 30 %, tariffs up to 60 points, wedges of -20 to 30 %, productivity +- 20 %,
                transfers up to 5 % of value added.
                bans: also embargoes and leakages on cells that leave other sources, never on the ring of `Recipe`.
        """
        rng = np.random.default_rng(seed)
        shape = world.trade_share.shape
        foreign = cls.foreign(world)
        some = foreign & (rng.random(shape) < 0.4)

        def where(share: float, value: Floats, rest: float | Floats) -> Floats:
            return np.where(rng.random(shape) < share, value, rest)

        passing: Floats = np.ones(shape)
        if bans:
            passing = where(0.3, np.where(rng.random(shape) < 0.5, 0.0, rng.random(shape)), 1.0)
            left = world.trade_share * np.where(some, passing, 1.0)
            passing = np.where((left.sum(axis=0) < 0.05)[None, :, :], 1.0, passing)
            economies = np.arange(world.n_countries)
            passing[economies, np.roll(economies, -1), 0] = 1.0
        flows = rng.normal(0, 0.05 * size, world.n_countries) * world.value_added.min()
        return cls.of(
            world,
            some,
            passing=passing,
            cost=1.0 + size * where(0.5, rng.uniform(-0.1, 0.3, shape), 0.0),
            tariff=world.tariff + size * where(0.4, rng.uniform(-0.05, 0.6, shape), 0.0) * world.tariff,
            wedge=1.0 + size * where(0.3, rng.uniform(-0.2, 0.3, shape), 0.0),
            rent_to_buyer=rng.random(shape) < 0.5,
            productivity=np.exp(size * rng.uniform(-0.2, 0.2, world.output.shape)),
            transfer=flows - flows.mean(),
        )

    @staticmethod
    def relabel(
        shock: Shock, world: World, countries: NDArray[np.int64], sectors: NDArray[np.int64]
    ) -> Shock:
        """The same shock on a world whose economy i was `countries[i]` before, whose sector k was `sectors[k]`."""
        n, j = world.output.shape
        o, d, s = np.unravel_index(shock.cells, (n, n, j))
        c, k = np.argsort(countries), np.argsort(sectors)
        moved = (c[o] * n + c[d]) * j + k[s]
        order = np.argsort(moved)
        return Shock(
            cells=moved[order],
            passing=shock.passing[order],
            trade_cost=shock.trade_cost[order],
            tariff=shock.tariff[order],
            wedge=shock.wedge[order],
            rent_to_buyer=shock.rent_to_buyer[order],
            productivity=shock.productivity[np.ix_(countries, sectors)].copy(),
            transfer=shock.transfer[countries].copy(),
            measures=(),
        )


@pytest.fixture(scope="session")
def shocks() -> type[Shocks]:
    """Constructors of shocks."""
    return Shocks


@pytest.fixture(scope="session")
def solved() -> Callable[..., Equilibrium]:
    """The equilibrium of a drawn shock; a draw that leaves an economy without income (CV303) is drawn anew."""

    def solve(world: World, shock: Shock, model: Model = long_run) -> Equilibrium:
        answer = next(equilibria(world, [shock], model))
        if isinstance(answer, SolveError):
            assume(answer.code != "CV303")
            raise answer
        return answer

    return solve


# --- the baseline solver --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def baselines() -> ModuleType:
    """benchmarks/baselines.py, the textbook solver, which is no part of the package."""
    path = Path(__file__).parents[1] / "benchmarks" / "baselines.py"
    spec = importlib.util.spec_from_file_location("countervail_baselines", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
