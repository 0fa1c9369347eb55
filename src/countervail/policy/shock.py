"""Shock: the few cells that a scenario changes, composed from its measures so that their order never matters.

A shock is relative to the flows of the base year. A measure that is `in_force` is already inside those flows,
so the shock is a ratio: the state of the world with the active measures over the state with the in-force
measures alone. With all of them active the in-force measures cancel out and the base year comes back; leaving
one out takes it away from the base year. For tariffs, which are levels, an in-force rate is first taken off
the applied tariff.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from countervail.policy.assemble import Sides, assemble, sides_of
from countervail.policy.complaint import Complaint, located
from countervail.policy.composition import Ground, Placed, State, compose, placed
from countervail.policy.conditions import Place
from countervail.policy.detours import (
    Borders,
    Detour,
    Ways,
    around,
    cheapest,
    hub_claims,
    idle_cells,
    legal_share,
    refuse_closed,
    through_hubs,
)
from countervail.policy.effects import Effects
from countervail.policy.limited import LIMITED
from countervail.policy.limiting import limits_of, specific_factors
from countervail.policy.limits import Claims, Limit
from countervail.policy.measure import Measure
from countervail.policy.parts import Cells, Floats, Part, resized
from countervail.policy.retaliation import Retaliation
from countervail.policy.routes import Routes, routes_of
from countervail.policy.scenario import LISTS, Scenario
from countervail.policy.scope import Index, Scope
from countervail.policy.supply import Supply
from countervail.world.world import World

__all__ = ["Compiled", "Shock", "Sides", "compile_scenario", "no_change"]


@dataclass(frozen=True, eq=False)
class Shock:
    """What changes, against the base year. Axes and signs as in theory.md.

    Arguments:
        cells: [n] flat (o N + d) J + s, sorted, each once.
        passing: [n] factor on the trade share at given costs, from bans: 0 an embargo, 1 none, above 1 where
            a ban in force is lifted; its d-hat is passing^(-1/theta).
        trade_cost: [n] d-hat of everything else, above 0.
        tariff: [n] tau' = 1 + rate, a level, above 0.
        wedge: [n] mu', 1 for none; below 1 a subsidy.
        rent_to_buyer: [n] who gets (mu' - 1) b': False the origin, True the destination.
        productivity: [N, J] z-hat.
        transfer: [N] yearly flow on top of the closure's D', million USD, sums to 0.
        measures: the active measures that touch cells, by name, with the cells each touches.
        conditions: what the equilibrium itself has to meet, see `Limit`; their wedges multiply `wedge`.
        specific: [N, J] True where a factor cannot leave its sector (Eq. 11b); None where all can.
        supply: l-hat of labour and capital by cell (Eq. 11a); None where nothing changes.
        claims: rents of wedges that do not simply go to the origin or the destination.
        hubs: [n] the third country that a banned cell's trade goes through, -1 where it goes direct; None if all do.
        through: [n] the share of what is spent that goes round, 1 where nothing is legal; None as `hubs`.
        routes: the ways around bans where hubs have capacities. Which are taken is found with the equilibrium; until
            then each cell takes the cheapest. None where no capacity stands against it.
    """

    cells: Cells
    passing: Floats
    trade_cost: Floats
    tariff: Floats
    wedge: Floats
    rent_to_buyer: NDArray[np.bool_]
    productivity: Floats
    transfer: Floats
    measures: tuple[tuple[str, Cells], ...]
    conditions: tuple[Limit, ...] = ()
    specific: NDArray[np.bool_] | None = None
    claims: Claims | None = None
    supply: Supply | None = None
    hubs: NDArray[np.intp] | None = None
    through: Floats | None = None
    routes: Routes | None = None

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


def no_change(world: World) -> Shock:
    """The shock that changes nothing.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> no_change(load_world("icio2021")).cells.size
        0
    """
    empty = np.empty(0)
    return Shock(
        cells=np.empty(0, dtype=np.int64),
        passing=empty,
        trade_cost=empty.copy(),
        tariff=empty.copy(),
        wedge=empty.copy(),
        rent_to_buyer=np.empty(0, dtype=bool),
        productivity=np.ones((world.n_countries, world.n_sectors)),
        transfer=np.zeros(world.n_countries),
        measures=(),
    )


@dataclass(frozen=True, eq=False)
class Compiled:
    """A scenario on a world, with everything that does not depend on the active measures worked out.

    Arguments:
        scenario, world: what was compiled, on what.
        sides: who is who.
        cells: [n] the cells of all measures together, flat (o N + d) J + s, sorted.
    """

    scenario: Scenario
    world: World
    sides: Sides
    cells: Cells
    _placed: tuple[Placed, ...]
    _ground: Ground  # its tariff is that of the base year, less the rates in force
    _base: State | None  # the in-force measures alone; None where there are none

    def shock(
        self,
        *,
        given: bool = True,
        sanctions: bool | Collection[int] = True,
        responses: Collection[int] | None = None,
    ) -> Shock:
        """The shock of some of the measures.

        Arguments:
            given: whether this list is active.
            sanctions: whether this list is active, or the positions of those of its measures that are.
            responses: positions of the active responses; all of them by default.

        Returns:
            Shock on the same cells whatever is active.

        Raises:
            ScenarioError: CV121 where tariff cuts add up to a tariff of -100 % or less.
        """
        if responses is not None:
            self._check_positions(responses)
        on = {
            "given": given,
            "sanctions": sanctions,
            "responses": True if responses is None else responses,
        }

        def stands(place: Place) -> bool:
            which, n = place
            active = on[which]
            return active if isinstance(active, bool) else n in active

        active = [
            item
            for item in self._placed
            if item.part.slot.share > 0
            and stands((item.part.slot.which, item.part.slot.place))
            and all(stands(place) for place in item.part.slot.needs)
        ]
        state = compose(active, self._ground)
        tariff = self._ground.tariff + state.rate
        if state.level is not None:
            tariff = np.where(np.isnan(state.level), tariff, 1 + state.level + state.rate)
        if tariff.size and tariff.min() <= 0:
            self._refuse_tariff(tariff, active)
        limits = self._limits(active, state)
        hubs, through, routes = None, None, None
        borders = self._borders(active, state, tariff)
        detour = None if borders is None else cheapest(_open_ways(active), borders, self.world)
        if borders is not None and detour is not None:
            routes = self._routes(active, detour, borders, state.wedge)
            passing, cost, markup, tariff = around(detour, borders, self.world)
            state = replace(state, passing=passing, trade_cost=cost, wedge=state.wedge * markup)
            hubs, through = through_hubs(detour, borders, self.world)
        base = self._base
        return Shock(
            cells=self.cells,
            passing=state.passing if base is None else state.passing / base.passing,
            trade_cost=state.trade_cost if base is None else state.trade_cost / base.trade_cost,
            tariff=tariff,
            wedge=state.wedge,
            rent_to_buyer=np.zeros(self.cells.size, dtype=bool),
            productivity=state.productivity if base is None else state.productivity / base.productivity,
            transfer=state.transfer if base is None else state.transfer - base.transfer,
            supply=Supply.of_economies(
                state.labour if base is None else state.labour / base.labour,
                state.capital if base is None else state.capital / base.capital,
                self.world.n_sectors,
            ),
            measures=tuple((p.part.slot.label, p.part.cells) for p in active if p.part.cells.size),
            conditions=tuple(limits),
            specific=specific_factors(self.parts, self.world),
            claims=hub_claims(detour),
            hubs=hubs,
            through=through,
            routes=routes,
        )

    def _limits(self, active: Sequence[Placed], state: State) -> list[Limit]:
        """What active caps, quotas, contracts and duties ask of the equilibrium."""
        found: list[Limit] = []
        for item in active:
            if item.bounds:
                lifted = None if state.lifted is None else state.lifted[item.at]
                part = item.part
                found += limits_of(part.slot.label, part, item.bounds, state.passing[item.at], lifted)
        return found

    def _borders(self, active: Sequence[Placed], state: State, tariff: Floats) -> Borders | None:
        """What crossing costs under these measures; None where no way around a ban asks for it."""
        if all(item.ways is None for item in active):
            return None
        legal = legal_share(((item.part, item.at) for item in active), self.cells.size)
        idle = idle_cells(item.part for item in active)
        return Borders(self.cells, state.passing, state.trade_cost, tariff, legal, *idle)

    def _routes(
        self, active: Sequence[Placed], detour: Detour, borders: Borders, rest: Floats
    ) -> Routes | None:
        """The ways around bans, where a hub passes on only so much."""
        bypasses = [
            (item.part, item.ways, item.at, item.capacity) for item in active if item.ways is not None
        ]
        base = None if self._base is None else (self._base.passing, self._base.trade_cost)
        with located(self.scenario.origin):
            return routes_of(bypasses, detour, borders, self.world, rest=rest, base=base)

    def notes(self) -> tuple[str, ...]:
        """How quantities and prices in physical units were converted, a sentence each."""
        return tuple(bound.note for item in self._placed for bound in item.bounds if bound.note)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The measures on this world, active or not."""
        return tuple(item.part for item in self._placed)

    def with_size(self, response: int, value: float) -> Compiled:
        """The same with another size of one response.

        Arguments:
            response: its position. value: in its `size_unit`.

        Raises:
            ScenarioError: it has no size, or the value is out of range.
        """
        self._check_positions([response])
        with located(self.scenario.origin, "responses", response):
            changed = self.scenario.responses[response].with_size(value)
        return self.with_measures({("responses", response): changed})

    def with_measures(self, changed: Mapping[Place, Measure]) -> Compiled:
        """The same with some measures replaced: what compiling anew gives, and much faster where only sizes change.

        Arguments:
            changed: the new measures by list and position.

        Raises:
            ScenarioError: as `compile_scenario`.
        """
        scenario = self.scenario.with_measures(changed)
        held = {(which, n): item for which in LISTS for n, item in enumerate(getattr(self.scenario, which))}
        fast = all(resized(held[place], new) and not new.in_force for place, new in changed.items())
        if not fast or any(isinstance(item, Retaliation) for item in held.values()):
            return compile_scenario(
                scenario, self.world
            )  # cells, the base year or a mirrored measure move too
        items = list(self._placed)
        with located(scenario.origin):
            for n, item in enumerate(items):
                measure = changed.get((item.part.slot.which, item.part.slot.place))
                if measure is not None:
                    items[n] = placed(item.part.holding(measure), item.at, self.world)
        return replace(self, scenario=scenario, _placed=tuple(items))

    def with_elasticities(self, theta: Floats) -> Compiled:
        """The same on a world that differs in its trade elasticities alone.

        Arguments:
            theta: [s] trade elasticities.
        """
        ground = replace(self._ground, theta=theta[self.cells % self.world.n_sectors])
        fresh = replace(self, _ground=ground)
        return fresh if self._base is None else replace(fresh, _base=fresh._in_force_state())

    def _in_force_state(self) -> State | None:
        standing = [placed(p.part.in_full(), p.at, self.world) for p in self._placed if p.part.slot.in_force]
        return compose(standing, self._ground) if standing else None

    def _refuse_closed_ways(self) -> None:
        """Every hub that is named lies on some way that is open with everything active.

        Raises:
            Complaint: CV135.
        """
        active = [item for item in self._placed if item.part.slot.share > 0]
        ways = _open_ways(active)
        if not ways:
            return
        borders = self._borders(active, compose(active, self._ground), self._ground.tariff)
        for part, way, at in ways:
            if borders is not None:
                refuse_closed(part, way, at, borders, self.world)

    def _check_positions(self, responses: Collection[int]) -> None:
        count = len(self.scenario.responses)
        wrong = [n for n in responses if not 0 <= n < count]
        if wrong:
            raise Complaint(
                "CV122",
                "no response at this position",
                found=str(wrong[0]),
                expected=f"a position from 0 to {count - 1}" if count else "none: there are no responses",
                next_step="Positions count from 0, in the order of the list.",
            ).error(self.scenario.origin.where(("responses",)))

    def _refuse_tariff(self, tariff: Floats, active: Sequence[Placed]) -> None:
        cell = int(np.argmin(tariff))
        names = [p.part.slot.label for p in active if np.isin(self.cells[cell], p.part.cells)]
        words = Effects(Scope(self.world)).cell_words(self.cells[cell : cell + 1])
        raise Complaint(
            "CV121",
            f"the tariff on {words} falls to -100 % or below",
            found=f"{100 * (tariff[cell] - 1):.4g} % after {', '.join(names)}",
            expected="above -100 %",
            next_step="Cut less, or write the new tariff as a level `to`.",
        ).error(self.scenario.origin.where(()))


def compile_scenario(scenario: Scenario, world: World) -> Compiled:
    """A scenario on a world: names become cells, once.

    Arguments:
        scenario: measures in three lists. world: where its names are looked up.

    Returns:
        Compiled, whose `shock()` is fast.

    Raises:
        ScenarioError: with file, line and field: names that the world does not know, sides that meet,
            measures that touch nothing, tariffs in force beyond those measured.

    Example:
        >>> from countervail.policy.catalog import load_scenario
        >>> from countervail.world.catalog import load_world
        >>> compiled = compile_scenario(load_scenario("us-china-tariffs-25"), load_world("icio2022"))
        >>> compiled.cells.size, [name for name, _ in compiled.shock(responses=()).measures]
        (54, ['US tariffs'])
    """
    with located(scenario.origin):
        scope = Scope(world, scenario.blocs, scenario.goods)
        sides = sides_of(scenario, scope)
        parts = assemble(scenario, scope, sides)
        touched = [part.cells for part in parts]
        cells = _together(touched)
        items = tuple(placed(part, np.searchsorted(cells, part.cells), world) for part in parts)
    applied = world.tariff.ravel()[cells]
    ground = Ground(world, cells, world.trade_elasticity[cells % world.n_sectors], applied)
    compiled = Compiled(scenario, world, sides, cells, items, ground, None)
    with located(scenario.origin):
        compiled._refuse_closed_ways()
    base = compiled._in_force_state()
    if base is None:
        return compiled
    with located(scenario.origin):
        before = _before(applied, base.rate, cells, parts, Effects(scope))
    return replace(compiled, _ground=replace(ground, tariff=before), _base=base)


def _together(touched: Sequence[Cells]) -> Cells:
    """The cells of several parts, sorted, each once."""
    some = [cells for cells in touched if cells.size]
    if not some:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.concatenate(some)) if len(some) > 1 else some[0]


def conversions(scenario: Scenario, world: World) -> tuple[str, ...]:
    """How the scenario's physical quantities and prices were converted on a world; nothing is compiled for none."""
    limited = any(isinstance(item, LIMITED) for which in LISTS for item in getattr(scenario, which))
    return compile_scenario(scenario, world).notes() if limited else ()


def _open_ways(active: Sequence[Placed]) -> list[tuple[Part, Ways, Index]]:
    """The ways that active bypasses open."""
    return [(item.part, item.ways, item.at) for item in active if item.ways is not None]


def _before(applied: Floats, rate: Floats, cells: Cells, parts: Sequence[Part], effects: Effects) -> Floats:
    """The tariff without the rates in force.

    Raises:
        Complaint: CV120 where a rate in force is larger than the tariff that was measured.
    """
    before = applied - rate
    short = (before < 1 - 1e-9) & (rate > 0)
    if not short.any():
        return before
    cell = int(np.argmin(np.where(short, before, np.inf)))
    culprit = next(
        part
        for part in parts
        if part.slot.in_force
        and any(p.operation == "rate" for p in part.pieces)
        and np.isin(cells[cell], part.cells)
    )
    raise Complaint(
        "CV120",
        "a tariff in force that is larger than the tariff of the base year",
        found=f"{100 * rate[cell]:.4g} points where the tariff is {100 * (applied[cell] - 1):.4g} %, on "
        + effects.cell_words(cells[cell : cell + 1]),
        expected="an added rate that the applied tariff contains",
        next_step="Lower the rate, narrow the goods, or leave in_force out to add the rate to the base year.",
        field=(*culprit.slot.path, "rate"),
    )
