"""The fuzz campaign: random worlds and shocks, each solved or refused with a cause that other code confirms.

    python -m benchmarks.fuzz [CASES] [FIRST] [--general] [--record FOLDER]

Every case is recorded as it ends, under the state of the code; the same command goes on where it was stopped, and
begins anew where the code has changed. Prints the rate of each ending and how long cases took. Exit code 1 if any case
ends without an answer and without a confirmed cause.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from benchmarks.cases import random_shock, random_table, random_world
from benchmarks.recomputed import holds, keeps_too_little, largest_residual

import countervail
from countervail.cli.show import progress
from countervail.errors import SolveError, WorldError
from countervail.model.certificate import VERIFIED
from countervail.model.equations import residuals
from countervail.model.equilibrium import Equilibrium
from countervail.model.parameters import Model, long_run, short_run
from countervail.policy.shock import Shock
from countervail.solver import base_of, equilibrium
from countervail.world.world import World

CASES, GENERAL_CASES = 10_000, 1_000
RECORDS = Path("build") / "fuzz"


def ending(world: World, shock: Shock, model: Model = long_run) -> str:
    """How a case ends: `solved (method)`, `cut off`, `stranded`, `ruined`, `lost`, or what is wrong, in capitals.

    Every answer and every cause is recomputed from the world and the shock alone.
    """
    base = base_of(world, model)
    check = largest_residual if model.is_core else _by_equations(model)
    try:
        eq = equilibrium(world, shock, model)
    except SolveError as error:
        if error.certificate is None or error.certificate.cause == "none":
            return "NO CAUSE"
        return error.certificate.cause if holds(base, shock, error.certificate, check) else "UNCONFIRMED"
    answers = (eq.wage, eq.price, eq.unit_cost, eq.income)
    sound = all(np.isfinite(a).all() and (a > 0.0).all() for a in answers)
    return f"solved ({eq.method})" if sound and check(base, shock, eq) < VERIFIED else "UNSOUND"


def _by_equations(model: Model) -> Callable[[World, Shock, Equilibrium], float]:
    """The check of a model with nests, which `recomputed` does not have."""

    def check(base: World, shock: Shock, eq: Equilibrium) -> float:
        return max(residuals(base, shock, model, eq).values())

    return check


def run_case(seed: int, model: Model = long_run) -> str:
    """How case number `seed` ends, from its table on."""
    try:
        world, shock = case(seed)
    except WorldError as error:
        table, _ = random_table(np.random.default_rng(seed))
        lost = error.code == "CV280" and keeps_too_little(table, error.where)
        return "no income to speak of" if lost else "UNCONFIRMED"
    return ending(world, shock, model)


def case(seed: int) -> tuple[World, Shock]:
    """World and shock number `seed`."""
    rng = np.random.default_rng(seed)
    world = random_world(rng)
    return world, random_shock(rng, world)


def code_state() -> str:
    """A short name for the code as it is: what it solves and what is drawn."""
    digest = hashlib.sha256()
    package = Path(countervail.__file__).parent
    rooms = [package / room for room in ("kernel", "model", "policy", "world")]
    files = [path for room in rooms for path in room.rglob("*.py")] + [*package.glob("*.py")]
    for path in sorted([*files, *Path(__file__).parent.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def campaign(seeds: range, model: Model, record: Path) -> dict[int, tuple[str, float]]:
    """The ending and the seconds of every seed, those on record included."""
    found: dict[int, tuple[str, float]] = {}
    if record.exists():
        with record.open(newline="") as file:
            found = {int(row[0]): (row[1], float(row[2])) for row in csv.reader(file) if len(row) == 3}
        print(f"{len(found)} cases on record in {record}", file=sys.stderr)
    record.parent.mkdir(parents=True, exist_ok=True)
    left = [seed for seed in seeds if seed not in found]
    with record.open("a", newline="", buffering=1) as file, progress(quiet=False, pace=True) as told:
        rows = csv.writer(file)
        for number, seed in enumerate(left):
            began = time.process_time()
            try:
                result = run_case(seed, model)
            except Exception as error:  # a traceback is an ending too, and a bug
                result = f"CRASH {type(error).__name__}".upper()
            found[seed] = result, time.process_time() - began
            rows.writerow([seed, result, f"{found[seed][1]:.4f}"])
            if result.isupper():
                print(f"case {seed}: {result}", flush=True)
            if told is not None:
                told("cases", len(seeds) - len(left) + number + 1, len(seeds))
    return {seed: found[seed] for seed in seeds}


def summary(found: dict[int, tuple[str, float]]) -> str:
    """The rate of each ending, with the seeds of those that are wrong, and how long cases took."""
    counts = Counter(result for result, _ in found.values())
    lines = [
        f"{count:8d}  {100.0 * count / len(found):6.2f} %  {name}" for name, count in counts.most_common()
    ]
    for name in counts:
        if name.isupper():
            lines.append(f"{name}: {', '.join(str(seed) for seed, end in found.items() if end[0] == name)}")
    seconds = np.array([spent for _, spent in found.values()])
    parts = ", ".join(f"{q:g} % {np.percentile(seconds, q):.3f} s" for q in (50, 90, 99, 99.9, 100))
    return "\n".join([*lines, f"processor time of a case, at most: {parts}; together {seconds.sum():.0f} s"])


def main() -> int:
    """Run the campaign and print the rates."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("cases", type=int, nargs="?", help="how many; 10,000, or 1,000 of the general path")
    parser.add_argument("first", type=int, nargs="?", default=0, help="the first seed")
    parser.add_argument(
        "--general", action="store_true", help="under the short-run model, by the general path"
    )
    parser.add_argument("--record", type=Path, default=RECORDS, help="the folder of records")
    chosen = parser.parse_args()
    model = short_run if chosen.general else long_run
    seeds = range(chosen.first, chosen.first + (chosen.cases or (GENERAL_CASES if chosen.general else CASES)))
    name = f"{'general' if chosen.general else 'core'}-{code_state()}.csv"
    found = campaign(seeds, model, chosen.record / name)
    print(f"{len(seeds)} cases from {chosen.first}, model {model.name}")
    print(summary(found))
    return int(any(result.isupper() for result, _ in found.values()))


if __name__ == "__main__":
    sys.exit(main())
