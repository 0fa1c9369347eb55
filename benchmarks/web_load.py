"""Load on the browser app's server: `python -m benchmarks.web_load [CLIENTS] [SECONDS] [ADDRESS]`.

Each client asks one question after another, every one with sizes of its own so that no answer is remembered, and waits
for the whole answer. Printed are the number of answers, errors, the median and the 95th percentile.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

import countervail as cv


@dataclass
class Load:
    """What many clients met: seconds of each answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Seconds that a share of the answers took at most."""
        return sorted(self.seconds)[min(int(share * len(self.seconds)), len(self.seconds) - 1)]


def question(number: random.Random) -> dict[str, Any]:
    """The first scenario with one slider of its own, a response or a sanction."""
    scenario = cv.load_scenario("united-front").to_dict()
    if number.random() < 0.5:
        scenario["responses"][0]["corridor"]["saving"] = round(number.uniform(0.0, 0.4), 9)
    else:
        scenario["sanctions"][0]["embargo"]["leakage"] = round(number.uniform(0.0, 0.9), 9)
    return {"scenario": scenario}


async def client(session: httpx.AsyncClient, seed: int, until: float, load: Load) -> None:
    """One visitor who moves a slider as soon as the answer is there, at least once."""
    number = random.Random(seed)
    while True:
        asked, start = question(number), time.monotonic()
        try:
            answer = await session.post("/api/answer", json=asked)
        except httpx.HTTPError as error:
            load.errors.append(repr(error))
        else:
            load.seconds.append(time.monotonic() - start)
            if answer.status_code != 200:
                load.errors.append(f"{answer.status_code} {answer.text[:120]}")
        if time.monotonic() >= until:
            return


async def loaded(address: str, clients: int, seconds: float) -> Load:
    """Many clients at once for a while, each on a connection of its own."""
    load, limits = Load(), httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as session:
        until = time.monotonic() + seconds
        await asyncio.gather(*(client(session, seed, until, load) for seed in range(clients)))
    return load


def main() -> None:
    """Measure a server that runs already."""
    clients, seconds = (int(word) for word in (sys.argv[1:3] + ["50", "60"][len(sys.argv[1:3]) :]))
    address = sys.argv[3] if len(sys.argv) > 3 else "http://127.0.0.1:8011"
    found = asyncio.run(loaded(address, clients, seconds))
    print(
        f"{len(found.seconds)} answers to {clients} clients in {seconds} s, {len(found.errors)} errors, "
        f"median {found.quantile(0.5):.3f} s, 95th percentile {found.quantile(0.95):.3f} s"
    )
    for error in found.errors[:5]:
        print(error)


if __name__ == "__main__":
    main()
