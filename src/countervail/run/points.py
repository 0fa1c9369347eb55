"""From the points of a plan to shocks: which world, which model, which cells; fast where only sizes change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from countervail.errors import CountervailError, OutputError
from countervail.model.parameters import CLOSURES, Model, model_named
from countervail.policy.complaint import located
from countervail.policy.document import read_value
from countervail.policy.measure import Measure
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.settings import find_measure
from countervail.policy.shock import Compiled, Shock, Sides, compile_scenario
from countervail.run.axes import SWITCHES, Point
from countervail.world.world import World

T = TypeVar("T", bound=str)
ACTIVE = ("all", "sanctions", "given")
_KEPT = 64  # compiled scenarios that are kept, of those that differ in more than sizes


@dataclass(frozen=True, eq=False)
class Question:
    """A point of a plan, ready to be solved."""

    world: World
    model: Model
    shock: Shock
    sides: Sides


class Reader:
    """Turns points into questions; remembers worlds and compiled scenarios that it has met.

    Arguments:
        world: the world of the plan, with its own elasticities.
        scenario, closure, elasticity: what the points are relative to.
    """

    def __init__(self, world: World, scenario: Scenario, closure: str, elasticity: str | None) -> None:
        self._world, self._scenario = world, scenario
        self._closure, self._elasticity = closure, elasticity
        self._labels = {which: scenario.labels(which) for which in LISTS}
        self._worlds: dict[tuple[str | None, float], World] = {}
        self._compiled: OrderedDict[tuple[str, str], Compiled] = OrderedDict()

    def question(self, point: Point) -> Question:
        """A point as world, model and shock.

        Raises:
            CountervailError: the point makes no sense.
        """
        world = self._world_of(point.get("elasticity", self._elasticity), point.get("elasticity_factor", 1.0))
        closure = _one_of(str(point.get("closure", self._closure)), CLOSURES, "closure")
        active = _one_of(str(point.get("active", "all")), ACTIVE, "active")
        settings = {key: value for key, value in point.items() if key not in SWITCHES}
        compiled = self._compile(world, settings)
        shock = compiled.shock(sanctions=active != "given", responses=None if active == "all" else ())
        return Question(
            world, replace(model_named(compiled.scenario.model), closure=closure), shock, compiled.sides
        )

    def _world_of(self, elasticity: str | None, factor: Any) -> World:
        key = (elasticity, float(factor))
        if key not in self._worlds:
            world = self._world if elasticity is None else self._world.with_elasticity(str(elasticity))
            if key[1] != 1.0:
                scaled = world.with_elasticity(world.trade_elasticity * key[1])
                world = replace(scaled, elasticity=f"{world.elasticity} x {key[1]:g}")
            if len(self._worlds) >= _KEPT:
                self._worlds.clear()
            self._worlds[key] = world
        return self._worlds[key]

    def _compile(self, world: World, settings: Mapping[str, Any]) -> Compiled:
        """The scenario with these settings on a world; only what changes more than a size is compiled anew."""
        sizes: dict[tuple[str, int], dict[str, Any]] = {}
        rest: dict[str, Any] = {}
        whole_lists = any(key in LISTS for key in settings)  # positions may then mean other measures
        for key, value in settings.items():
            place = None if whole_lists or value is None else self._field(key)
            if place is None:
                rest[key] = value
            else:
                read = read_value(value) if isinstance(value, str) else value
                sizes.setdefault(place[0], {})[place[1]] = read
        name = (f"{world.elasticity} {id(world)}", repr(rest))
        if name not in self._compiled:
            scenario = self._scenario.with_settings(rest) if rest else self._scenario
            self._compiled[name] = compile_scenario(scenario, world)
            if len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        base = self._compiled[name]
        if not sizes:
            return base
        changed: dict[tuple[str, int], Measure] = {}
        for (which, n), fields in sizes.items():
            with located(base.scenario.origin, which, n):
                changed[which, n] = getattr(base.scenario, which)[n].with_fields(**fields)
        return base.with_measures(changed)

    def _field(self, key: str) -> tuple[tuple[str, int], str] | None:
        """Position and field of a setting that is a plain field of a measure."""
        which, _, rest = key.partition(".")
        if which not in LISTS or not rest:
            return None
        place, path = find_measure(self._labels[which], rest)
        if place is None or not path or "." in path or path in ("name", "measures"):
            return None
        return (which, place), path


def reason(error: CountervailError) -> str:
    """Why a scenario failed, on one line."""
    return " ".join(str(error).split())


def _one_of(value: str, known: tuple[T, ...], what: str) -> T:
    for entry in known:
        if entry == value:
            return entry
    raise OutputError(
        "CV420",
        f"A value of '{what}' that is not known",
        where="plan",
        found=value,
        expected="one of " + ", ".join(known),
        next_step="Write one of these.",
    )
