"""What was worked out for the last questions: a slider that moves one measure does not ask for the rest again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.subsets import Effort
from countervail.model.equilibrium import Equilibrium
from countervail.policy.parts import resized
from countervail.policy.scenario import LISTS
from countervail.policy.shock import compile_scenario
from countervail.solver import answers, base_of

if TYPE_CHECKING:
    from countervail.errors import SolveError
    from countervail.model.parameters import Model
    from countervail.policy.measure import Measure
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Compiled, Shock
    from countervail.world.world import World

Key = tuple["World", "Model", bytes]
MOST_COMPILED = 8
MOST_SOLVED = 128  # of 81 economies and 50 sectors about 200 kB each
WHAT_TEXTS = ("name", "story", "sources", "origin")


class Recent:
    """The last compiled scenarios and equilibria; safe to share between threads, and never wrong, only faster.

    Arguments:
        threads: how many groups of shocks are solved at the same time.
    """

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads
        self._lock = Lock()
        self._compiled: list[Compiled] = []
        self._solved: OrderedDict[Key, Equilibrium | SolveError] = OrderedDict()

    def compiled(self, scenario: Scenario, world: World) -> Compiled:
        """As `compile_scenario`; from one that differs in sizes only where there is one."""
        with self._lock:
            held = list(self._compiled)
        for one in reversed(held):
            changed = _resized(one.scenario, scenario) if one.world is world else None
            if changed is not None:
                found = replace(one.with_measures(changed), scenario=scenario) if changed else one
                break
        else:
            found = compile_scenario(scenario, world)
        with self._lock:
            self._compiled = [one for one in self._compiled if one.sides is not found.sides][
                1 - MOST_COMPILED :
            ]
            self._compiled.append(found)
        return found

    def solved(self, world: World, shocks: Sequence[Shock], model: Model) -> list[Equilibrium | SolveError]:
        """Each shock's equilibrium or why there is none; the last one's equations are recomputed independently, the
        others carry the solver's own residual, which is below its tolerance in all."""
        keys = [(world, model, fingerprint(shock)) for shock in shocks]
        with self._lock:
            found = {key: self._solved[key] for key in keys if key in self._solved}
        last = found.get(keys[-1])
        if isinstance(last, Equilibrium) and set(last.residuals) == {"kernel"}:
            del found[keys[-1]]
        open_keys = [key for key in dict.fromkeys(keys) if key not in found]
        if open_keys:
            places = [keys.index(key) for key in open_keys]
            check = [key == keys[-1] for key in open_keys]
            fresh = self._answers(base_of(world, model), shocks, model, places, check)
            found |= zip(open_keys, fresh, strict=True)
        with self._lock:
            for key in keys:
                self._solved[key] = found[key]
                self._solved.move_to_end(key)
            while len(self._solved) > MOST_SOLVED:
                self._solved.popitem(last=False)
        return [found[key] for key in keys]

    def _answers(
        self, base: World, shocks: Sequence[Shock], model: Model, places: list[int], check: list[bool]
    ) -> list[Equilibrium | SolveError]:
        size = -(-len(places) // max(self.threads, 1))
        groups = [range(k, min(k + size, len(places))) for k in range(0, len(places), size)]

        def group(members: range) -> list[Equilibrium | SolveError]:
            return answers(base, [shocks[places[k]] for k in members], model, [check[k] for k in members])

        if len(groups) == 1:
            return group(groups[0])
        with ThreadPoolExecutor(len(groups)) as pool:
            return [answer for some in pool.map(group, groups) for answer in some]


@dataclass
class Remembered(Effort):
    """An effort that solves only what is not remembered."""

    recent: Recent | None = None

    def solved(
        self,
        world: World,
        shocks: Sequence[Shock],
        model: Model,
        elasticity: NDArray[np.float64] | None = None,
        start: Equilibrium | None = None,
        check: Sequence[bool] | None = None,
    ) -> Iterator[Equilibrium | SolveError]:
        """As `Effort.solved`, all at once."""
        if self.recent is None or elasticity is not None:
            return super().solved(world, shocks, model, elasticity, start, check)
        return iter(self.recent.solved(world, shocks, model))


def fingerprint(shock: Shock) -> bytes:
    """Equal for shocks that change the same, different for others; names of measures do not count."""
    digest = hashlib.blake2b(digest_size=20)
    for field in fields(shock):
        if field.name != "measures":
            _feed(digest, getattr(shock, field.name))
    return digest.digest()


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).data)
    elif isinstance(value, tuple):
        digest.update(f"({len(value)}".encode())
        for item in value:
            _feed(digest, item)
    elif is_dataclass(value):
        digest.update(type(value).__name__.encode())
        for field in fields(value):
            _feed(digest, getattr(value, field.name))
    else:
        digest.update(f"{value!r};".encode())


def _resized(old: Scenario, new: Scenario) -> dict[tuple[str, int], Measure] | None:
    """The measures of the second scenario that differ in size from the first's; None where more than sizes differ."""
    for field in fields(old):
        if field.name in WHAT_TEXTS or field.name in LISTS:
            continue
        if getattr(old, field.name) != getattr(new, field.name):
            return None
    changed: dict[tuple[str, int], Measure] = {}
    for which in LISTS:
        before, after = getattr(old, which), getattr(new, which)
        if len(before) != len(after):
            return None
        for place, (was, now) in enumerate(zip(before, after, strict=True)):
            if was != now:
                if not resized(was, now):
                    return None
                changed[which, place] = now
    return changed
