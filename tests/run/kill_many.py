"""Kill runs at random moments, and look at what they leave; a program of its own, so that it may fork cheaply.

Usage: kill_many.py FOLDER KILLS SEED. Prints what was found as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from countervail.run.plan import Plan
from countervail.run.results import run_plan
from countervail.world.world import World

folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
world = World.load(folder / "tiny.npz")
plan = Plan.from_yaml((folder / "plan.yaml").read_text())
chance = random.Random(seed)


def contents(place):
    return {path.name: path.read_bytes() for path in (place / "batches").glob("batch-*")}


run_plan(plan, folder / "warm", world)
start = time.monotonic()
run_plan(plan, folder / "whole", world)
whole, length = contents(folder / "whole"), time.monotonic() - start
report = {"killed": 0, "mid_run": 0, "strange": [], "lost": [], "finished": 0, "redone": []}
round_number = 0
while report["killed"] < kills:
    place, before, stamps = folder / f"cut{round_number}", {}, {}
    round_number += 1
    for _ in range(4):
        child = os.fork()
        if child == 0:
            try:
                run_plan(plan, place, world)
            except KeyboardInterrupt:
                os._exit(3)
            os._exit(0)
        time.sleep(chance.uniform(0, length / 2))
        sign = signal.SIGKILL if chance.random() < 0.8 else signal.SIGINT
        os.kill(child, sign)
        _, status = os.waitpid(child, 0)
        ended_alone = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
        report["killed"] += not ended_alone
        there = contents(place) if place.exists() else {}
        report["mid_run"] += 0 < len(there) < len(whole)
        report["strange"] += [name for name, content in there.items() if whole[name] != content]
        report["lost"] += [name for name in before if name not in there]
        report["redone"] += [n for n, s in stamps.items() if (place / "batches" / n).stat().st_mtime_ns != s]
        before = there
        stamps = {name: (place / "batches" / name).stat().st_mtime_ns for name in there}
    found = run_plan(plan, place, world)
    left = [path.name for path in place.rglob(".new-*")]
    report["strange"] += left
    same = contents(place) == whole and list(found.table["scenario"]) == list(range(plan.size))
    report["finished"] += same
report["rounds"] = round_number
print(json.dumps(report))
