"""The fuzz campaign: random worlds and shocks, each solved or refused with a cause that other code confirms.

    python -m benchmarks.fuzz [CASES] [FIRST]

Prints the rate of each ending. Exit code 1 if any case ends without an answer and without a confirmed cause.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np
from benchmarks.cases import random_shock, random_world

from countervail.errors import SolveError
from countervail.model.certificate import RUINED, VERIFIED, Certificate
from countervail.policy.shock import Shock
from countervail.solver import equilibrium
from countervail.world.world import World

CASES = 10_000


def ending(world: World, shock: Shock) -> str:
    """How a case ends: `solved (method)`, `cut off`, `stranded`, `ruined`, or a word that says what is wrong."""
    try:
        eq = equilibrium(world, shock)
    except SolveError as error:
        return confirmed(world, shock, error.certificate)
    answers = (eq.wage, eq.price, eq.unit_cost, eq.income)
    sound = all(np.isfinite(a).all() and (a > 0.0).all() for a in answers) and eq.residual < VERIFIED
    return f"solved ({eq.method})" if sound else "UNSOUND"


def confirmed(world: World, shock: Shock, certificate: Certificate) -> str:
    """The cause of a refusal, recomputed from the world and the shock alone; in capitals if it does not hold."""
    if certificate.cause == "cut off":
        d, s = world.countries.index(certificate.economy), world.sectors.index(certificate.sector)
        passing = np.ones(world.trade_share.size)
        passing[shock.cells] = shock.passing
        left = world.trade_share[:, d, s] * passing.reshape(world.trade_share.shape)[:, d, s]
        return "cut off" if world.expenditure[d, s] > 0.0 and left.sum() == 0.0 else "UNCONFIRMED"
    if certificate.cause == "stranded":
        passing = np.ones(world.trade_share.size)
        passing[shock.cells] = shock.passing
        sells = (world.trade_share * passing.reshape(world.trade_share.shape)).sum(axis=2) > 0.0
        group = np.isin(world.countries, certificate.group)
        sold, bought = sells[group][:, ~group].any(), sells[~group][:, group].any()
        # what a separated part is owed falls away: a group may at most be spared all of its part's payments
        owed = 0.0
        for members in parts(sells):
            if (members & group).any():
                owed += max(0.0, -(world.transfer + shock.transfer)[members].sum())
        received = (world.transfer + shock.transfer)[group].sum() + owed
        tiny = 1e-12 * world.income.sum()
        return "stranded" if bought and not sold and received <= tiny else "UNCONFIRMED"
    if certificate.cause == "ruined" and certificate.last is not None:
        d = world.countries.index(certificate.economy)
        left = certificate.last.income[d] / world.income[d]
        return "ruined" if certificate.last.residual < VERIFIED and left < RUINED else "UNCONFIRMED"
    return "NO CAUSE"


def parts(sells: np.ndarray) -> list[np.ndarray]:
    """The groups of economies that trade links, each as a mask."""
    linked = (sells | sells.T | np.eye(len(sells), dtype=bool)).astype(float)
    reach = np.linalg.matrix_power(linked, len(sells)) > 0.0
    return [np.asarray(row) for row in np.unique(reach, axis=0)]


def case(seed: int) -> tuple[World, Shock]:
    """World and shock number `seed`."""
    rng = np.random.default_rng(seed)
    world = random_world(rng)
    return world, random_shock(rng, world)


def main() -> int:
    """Run the campaign and print the rates."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    counts: Counter[str] = Counter()
    began = time.perf_counter()
    for seed in range(first, first + cases):
        result = ending(*case(seed))
        counts[result] += 1
        if result.isupper():
            print(f"\ncase {seed}: {result}")
        if sys.stderr.isatty():
            print(f"\r{seed - first + 1} of {cases}", end="", file=sys.stderr)
    print(f"{cases} cases from {first}, {time.perf_counter() - began:.0f} s")
    for name, count in counts.most_common():
        print(f"{count:8d}  {100.0 * count / cases:6.2f} %  {name}")
    return int(any(name.isupper() for name in counts))


if __name__ == "__main__":
    sys.exit(main())
