"""The frontier and games on the embedded world, against what a user of scipy and of single solves would write.

Baselines: the same slopes by forward differences, 54 of them, solved side by side; the same best answer by scipy's
L-BFGS-B with differences of its own; the same payoff matrix compiled and solved pair by pair.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from countervail import exposure, load_game, load_scenario, load_world, payoffs, sanctions_frontier
from countervail.analysis.best_answers import Table
from countervail.analysis.coalition_play import base_income
from countervail.analysis.frontier_instruments import instruments_of
from countervail.analysis.frontier_search import Search
from countervail.analysis.tariff_levers import levers_between
from countervail.model.parameters import long_run
from countervail.model.welfare import welfare
from countervail.policy.scope import Scope
from countervail.policy.shock import compile_scenario
from countervail.solver import equilibrium, welfare_of

MENUS = Path(__file__).parents[1] / "examples" / "front-against-front.yaml"


@pytest.fixture(scope="module")
def world():
    world = load_world("icio2021")
    exposure(world)  # what is worked out once a world
    return world


@pytest.fixture(scope="module")
def hunt(world):
    sides = compile_scenario(load_scenario("united-front"), world).sides
    income, weights = base_income(world, long_run), np.zeros((2, world.n_countries))
    for k, side in enumerate((sides.targets, sides.senders)):
        weights[k, side] = income[side] / income[side].sum()
    return Search(instruments_of(world, sides.senders, sides.targets), [world], long_run, weights)


@pytest.mark.benchmark(group="frontier of 20 points, 27 goods in two directions")
def test_frontier(benchmark, world):
    """Target: below 20 s."""
    found = benchmark.pedantic(
        sanctions_frontier, args=(world, load_scenario("united-front")), kwargs={"points": 20}, rounds=1
    )
    benchmark.extra_info |= {"solves": found.solves, "points": len(found.points)}
    assert len(found.points) == 20


@pytest.mark.benchmark(group="value and slopes at one place")
def test_slopes(benchmark, hunt):
    benchmark(hunt.value, np.full(hunt.instruments.size, 0.3), 20.0)


@pytest.mark.benchmark(group="value and slopes at one place")
def test_slopes_by_differences_baseline(benchmark, hunt):
    """The named baseline: forward differences, solved side by side on two threads."""
    x, step = np.full(hunt.instruments.size, 0.3), 1e-5
    combined = hunt.weights[0] - 20.0 * hunt.weights[1]

    def differences() -> np.ndarray:
        places = [x, *(x + step * row for row in np.eye(x.size))]
        shocks = [hunt.instruments.shock(place) for place in places]
        values = welfare_of(hunt.worlds[0], shocks, long_run, threads=2).percent @ combined
        return (values[1:] - values[0]) / step

    found = benchmark.pedantic(differences, rounds=2)
    np.testing.assert_allclose(hunt.value(x, 20.0)[1], found, rtol=1e-3, atol=1e-5)


@pytest.fixture(scope="module")
def seat(world):
    """The US with a rate for each good from China."""
    places = [Scope(world).economies([code], "players").astype(np.int64) for code in ("USA", "CHN")]
    levers = levers_between(world, places[:1], partners=places[1:], by_good=True)
    weights = np.zeros((1, world.n_countries))
    weights[0, places[0]] = 1.0
    return Table(levers, long_run, weights, 1.0)


@pytest.mark.benchmark(group="best answer of 27 rates")
def test_best_answer(benchmark, seat):
    size = len(seat.levers.slots)
    rates = benchmark.pedantic(seat.best, args=(np.zeros(size), np.arange(size), seat.weights[0]), rounds=1)
    benchmark.extra_info["welfare_percent"] = float(seat.payoffs(rates)[0])


@pytest.mark.benchmark(group="best answer of 27 rates")
def test_best_answer_by_scipy_baseline(benchmark, seat):
    """The named baseline: the same search from one of the two starts, slopes by scipy's differences."""
    size = len(seat.levers.slots)

    def loss(x: np.ndarray) -> float:
        return -float(seat.weights[0] @ welfare(seat.at(x)))

    def search() -> np.ndarray:
        options = {"maxiter": 12, "eps": 1e-5}
        return minimize(loss, np.zeros(size), method="L-BFGS-B", bounds=[(0, 1.0)] * size, options=options).x

    rates = benchmark.pedantic(search, rounds=1)
    benchmark.extra_info["welfare_percent"] = float(seat.payoffs(rates)[0])
    ours = seat.best(np.zeros(size), np.arange(size), seat.weights[0])
    assert seat.payoffs(ours)[0] >= seat.payoffs(rates)[0] - 1e-7


@pytest.mark.benchmark(group="payoff matrix of nine pairs")
def test_payoffs(benchmark, world):
    benchmark.pedantic(payoffs, args=(world, load_game(MENUS)), rounds=3)


@pytest.mark.benchmark(group="payoff matrix of nine pairs")
def test_payoffs_pair_by_pair_baseline(benchmark, world):
    """The named baseline: every pair compiled and solved by itself."""
    game = load_game(MENUS)
    joint, own, other = game.joint()

    def pairs() -> list[np.ndarray]:
        chosen = [(mine, theirs) for mine in own for theirs in other]
        shocks = (compile_scenario(joint, world).shock(sanctions=m, responses=t) for m, t in chosen)
        return [welfare(equilibrium(world, shock)) for shock in shocks]

    found = benchmark.pedantic(pairs, rounds=3)
    place = Scope(world).economies(["RUS", "CHN"], "members")
    mean = [np.average(line[place], weights=world.income[place]) for line in found]
    np.testing.assert_allclose(payoffs(world, game).table[f"{game.second.name}_percent"], mean, atol=1e-7)
