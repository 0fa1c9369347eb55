"""Random worlds and shocks for the fuzz campaign: far wider than anything that data or policy would bring."""

from __future__ import annotations

import numpy as np

from countervail.policy.shock import Shock
from countervail.world.calibrate import calibrate
from countervail.world.table import Table
from countervail.world.world import World

Rng = np.random.Generator


def random_world(rng: Rng, economies: int | None = None, sectors: int | None = None) -> World:
    """A calibrated world of 2 x 1 to 40 x 30: zeros, dominant and tiny shares, theta from 0.15 to 65."""
    return calibrate(*random_table(rng, economies, sectors))


def random_table(
    rng: Rng, economies: int | None = None, sectors: int | None = None
) -> tuple[Table, np.ndarray]:
    """The table of such a world, and its theta."""
    n = economies or int(rng.integers(2, 41))
    j = sectors or int(rng.integers(1, 31))
    size = np.exp(rng.normal(0.0, rng.uniform(0.2, 2.5), n)) * 1e4
    openness = np.exp(rng.uniform(np.log(1e-6), np.log(3.0)))
    spread = rng.uniform(0.1, 3.0)
    flow = openness * np.exp(rng.normal(0.0, spread, (n, n, j))) * np.sqrt(np.outer(size, size))[:, :, None]
    flow[rng.random((n, n, j)) < rng.choice([0.0, 0.2, 0.7, 0.95])] = 0.0
    home = np.exp(rng.normal(0.0, spread / 2, (n, j))) * size[:, None]
    home[rng.random((n, j)) < rng.choice([0.0, 0.05, 0.3])] *= rng.choice([0.0, 1e-8, 1e-3])
    flow[np.arange(n), np.arange(n)] = home
    # every economy makes something: at least its first good for itself
    empty = flow.sum(axis=(1, 2)) == 0.0
    flow[empty, empty, 0] = size[empty]
    bought = flow.sum(axis=0)
    for d, s in np.argwhere(bought == 0.0):
        flow[int(rng.integers(n)), d, s] = size[d] * 1e-3
    output = flow.sum(axis=1)
    links = rng.random((n, j, j)) ** rng.uniform(0.5, 6.0)
    links[rng.random((n, j, j)) < rng.choice([0.0, 0.5])] = 0.0
    total = rng.uniform(0.0, rng.choice([0.5, 0.9, 0.99]), (n, 1, j))
    links *= total / np.maximum(links.sum(axis=1, keepdims=True), 1e-300)
    use = links * output[:, None, :]
    # no more of a good goes into production than the economy buys
    fits = np.minimum(1.0, rng.uniform(0.3, 0.99) * flow.sum(axis=0) / np.maximum(use.sum(axis=2), 1e-300))
    use *= fits[:, :, None]
    tariff = np.where(
        rng.random((n, n, j)) < 0.5, rng.uniform(0.0, rng.choice([0.05, 0.3, 2.0]), (n, n, j)), 0.0
    )
    tariff[np.arange(n), np.arange(n)] = 0.0
    use /= 1.0 + tariff.max()  # tariffs raise the cost of inputs; value added stays above zero
    theta = np.exp(rng.uniform(np.log(0.15), np.log(65.0), j))
    table = Table(
        name="random",
        year=2000,
        countries=tuple(f"C{i:02d}" for i in range(n)),
        sectors=tuple(f"S{i:02d}" for i in range(j)),
        flow=flow,
        intermediate=use,
        tariff=tariff,
        goods=np.ones(j, dtype=bool),
    )
    return table, theta


def random_shock(rng: Rng, world: World) -> Shock:
    """Any mix of bans, frictions, tariffs to 1,000 %, subsidies, productivity and transfers, from 1e-9 to autarky."""
    n, j = world.n_countries, world.n_sectors
    passing, cost = np.ones((n, n, j)), np.ones((n, n, j))
    tariff, wedge = world.tariff.copy(), np.ones((n, n, j))
    productivity, transfer = np.ones((n, j)), np.zeros(n)
    abroad = ~np.eye(n, dtype=bool)[:, :, None]
    size = float(np.exp(rng.uniform(np.log(1e-9), np.log(10.0))))

    def some() -> np.ndarray:
        pairs = rng.random((n, n, 1)) < rng.choice([0.05, 0.3, 1.0])
        return pairs & (rng.random((1, 1, j)) < rng.choice([0.3, 1.0])) & abroad

    kinds = rng.random(6) < 0.4
    if kinds[0]:
        leak = rng.choice([0.0, 0.0, 1e-6, 0.1, 0.9])
        passing[some()] = leak
    if kinds[1]:
        cost[some()] = 1.0 + size * rng.choice([1.0, -0.05])
    if kinds[2]:
        tariff = np.where(some(), tariff + min(size, 10.0), tariff)
    if kinds[3]:
        wedge[some()] = 1.0 - min(size, 0.9)
    if kinds[4]:
        chosen = rng.random((n, j)) < 0.3
        productivity[chosen] = np.exp(rng.normal(0.0, min(size, 1.0), int(chosen.sum())))
    if kinds[5]:
        flows = rng.normal(0.0, 1.0, n) * world.income
        flows -= world.income * flows.sum() / world.income.sum()
        transfer = flows * (min(size, 1.0 / 3.0) / np.abs(flows / world.income).max())
    if rng.random() < 0.05:  # full autarky
        passing = np.where(abroad, 0.0, passing)
    changed = np.flatnonzero(
        ((passing != 1.0) | (cost != 1.0) | (tariff != world.tariff) | (wedge != 1.0))
        & (world.trade_share > 0.0)
    )
    return Shock(
        cells=changed,
        passing=passing.ravel()[changed],
        trade_cost=cost.ravel()[changed],
        tariff=tariff.ravel()[changed],
        wedge=wedge.ravel()[changed],
        rent_to_buyer=np.zeros(changed.size, dtype=bool),
        productivity=productivity,
        transfer=transfer,
        measures=(("random", changed),),
    )


def gravity_world(economies: int, sectors: int, traded: float = 1.0, seed: int = 0) -> World:
    """A calibrated world of any size that looks like a measured one: gravity, input-output links, tariffs on goods.

    Arguments:
        traded: share of foreign cells with a flow; the smallest are left out, as in trade statistics.
    """
    rng = np.random.default_rng(seed)
    n, j = economies, sectors
    size = np.exp(rng.normal(0.0, 1.5, n)) * 1e5
    place = rng.uniform(0.0, 1.0, (n, 2))
    distance = 0.05 + np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    strength = np.exp(rng.normal(0.0, 0.8, (n, j)))
    taste = np.exp(rng.normal(0.0, 0.8, j))
    flow = (
        np.sqrt(np.outer(size, size))[:, :, None]
        * (distance**-1.2)[:, :, None]
        * strength[:, None, :]
        * taste
    )
    flow *= np.exp(rng.normal(0.0, 0.5, (n, n, j)))
    flow *= 0.02 * np.where(np.arange(j) < 0.6 * j, 1.0, 0.15)  # goods travel more than services
    home = np.arange(n)
    flow[home, home] = size[:, None] * taste * strength * np.exp(rng.normal(0.0, 0.2, (n, j)))
    if traded < 1.0:
        abroad = flow[~np.eye(n, dtype=bool)]
        flow[flow < np.quantile(abroad, 1.0 - traded)] = 0.0
        flow[home, home] = np.maximum(flow[home, home], 1e-3 * size[:, None])
    output, bought = flow.sum(axis=1), flow.sum(axis=0)
    recipe = rng.random((n, j, j)) ** 6.0
    recipe *= (rng.uniform(0.3, 0.6, (n, 1, j)) / recipe.sum(axis=1, keepdims=True)) * output[:, None, :]
    recipe *= np.minimum(1.0, 0.7 * bought / recipe.sum(axis=2))[:, :, None]
    goods = np.arange(j) < 0.6 * j
    tariff = np.where(goods, rng.uniform(0.0, 0.1, (1, n, j)), 0.0) * np.ones((n, 1, 1))
    tariff[home, home] = 0.0
    table = Table(
        name=f"gravity {n} x {j}",
        year=2000,
        countries=tuple(f"C{i:03d}" for i in range(n)),
        sectors=tuple(f"S{i:03d}" for i in range(j)),
        flow=flow,
        intermediate=recipe / 1.1,
        tariff=tariff,
        goods=goods,
    )
    return calibrate(table, np.exp(rng.uniform(np.log(2.0), np.log(10.0), j)))


def _foreign(world: World, sells: np.ndarray, buys: np.ndarray) -> np.ndarray:
    """Cells with a flow from these sellers to these buyers, as flat numbers."""
    cells = (sells[:, None] & buys[None, :] & ~np.eye(sells.size, dtype=bool))[:, :, None]
    return np.flatnonzero(cells & (world.trade_share > 0.0))


def _on(world: World, cells: np.ndarray, passing: float, rate: float) -> Shock:
    return Shock(
        cells=cells,
        passing=np.full(cells.size, passing),
        trade_cost=np.ones(cells.size),
        tariff=world.tariff.ravel()[cells] + rate,
        wedge=np.ones(cells.size),
        rent_to_buyer=np.zeros(cells.size, dtype=bool),
        productivity=np.ones(world.output.shape),
        transfer=np.zeros(world.n_countries),
        measures=(("benchmark", cells),),
    )


def bans(world: World) -> Shock:
    """The larger half of all economies bans trade with one of middle size, both ways."""
    rank = np.argsort(-world.income)
    target, coalition = np.zeros((2, world.n_countries), dtype=bool)
    target[rank[world.n_countries // 2]] = True
    coalition[rank[: world.n_countries // 2]] = True
    cells = np.concatenate([_foreign(world, target, coalition), _foreign(world, coalition, target)])
    return _on(world, np.sort(cells), 0.0, 0.0)


def uniform_tariff(world: World, rate: float) -> Shock:
    """The largest economy taxes all imports, and all others tax what it sells."""
    largest = np.arange(world.n_countries) == np.argmax(world.income)
    cells = np.concatenate([_foreign(world, ~largest, largest), _foreign(world, largest, ~largest)])
    return _on(world, np.sort(cells), 1.0, rate)
