"""A scenario divided between the members of a coalition: the shock of any set of players.

What "without a member" means. In a sanction with `by` and `on` the member is taken out of `by`: each cell of its
trade with the target is then as if the measure did not exist. In a measure `between` parties a cell acts only
while both its ends do. Of a freeze, an investment stop or a transfer each member holds the part of the amount that
its income is of all members'. Export controls reach third countries' goods as long as the acting members alone
have the content (Eq. 12e); price caps bind other buyers, and third parties leave under secondary sanctions, while
anybody applies them. Answers that mirror sanctions fall away with what they mirror; everything else that answers
stays. Senders that are no member act always, and so do disruptions.

A joiner takes part in every sanction with `by` and `on` that a member takes, on top of what it does already; it
adds no money to a freeze, no content to an export control and no buyer to a price cap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.coalition_members import Player, parties_of, players_of
from countervail.analysis.coalition_owners import Owners, Reach
from countervail.errors import OutputError
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model, long_run
from countervail.policy.assemble import MIRRORED, sides_of
from countervail.policy.complaint import Complaint, located
from countervail.policy.controls import ExportControl
from countervail.policy.effects import Effects
from countervail.policy.limits import Limit
from countervail.policy.measures import Boycott, Disruption
from countervail.policy.responses import Restoration
from countervail.policy.retaliation import Retaliation
from countervail.policy.scenario import LISTS
from countervail.policy.scope import Index, Scope
from countervail.policy.shock import Shock, compile_scenario
from countervail.policy.supply import either
from countervail.policy.transport import Transport

if TYPE_CHECKING:
    from countervail.policy.assemble import Sides
    from countervail.policy.measure import Measure
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOBODYS = (Disruption, Restoration, Boycott)
SIDED = (*MIRRORED, Transport)
_NEARLY = 1e-12  # contents are sums


@dataclass(frozen=True, eq=False)
class Division:
    """A scenario whose sanctions are divided between players.

    Arguments:
        world, scenario: what was asked. sides: who is who in it.
        players: members, then joiners; bit k of a coalition is player k.
        reference: what is given alone. none: without any player's sanctions. full: with all of them.
        first, second: [cell] the players a cell needs; the number of players for "always", one more for "never".
        reach: of export controls. flows: [player and background, country] money, million USD a year.
        producers: [country] whose productivity measures these are.
        theirs: names of the measures that players take.
    """

    world: World
    scenario: Scenario
    sides: Sides
    players: tuple[Player, ...]
    reference: Shock
    none: Shock
    full: Shock
    first: Index
    second: Index
    reach: tuple[Reach, ...]
    flows: Floats
    producers: Index
    theirs: frozenset[str]

    @property
    def members(self) -> int:
        """The coalition of all members."""
        return sum(1 << k for k, player in enumerate(self.players) if player.role == "member")

    @property
    def n_members(self) -> int:
        """How many players are members; they come first."""
        return self.members.bit_count()

    def shock(self, coalition: int) -> Shock:
        """The shock of a coalition, a bit mask of players."""
        count = len(self.players)
        acting = np.array([bool(coalition >> k & 1) for k in range(count)] + [True, False])
        on: Bools = acting[self.first] & acting[self.second]
        for reach in self.reach:
            enough = acting[: count + 1].astype(float) @ reach.content >= reach.threshold - _NEARLY
            on[reach.at] |= enough
        rows = acting[self.producers][:, None]
        return replace(
            selected(self.full, self.none, on, self.theirs),
            productivity=np.where(rows, self.full.productivity, self.none.productivity),
            supply=either(rows, self.full.supply, self.none.supply),
            transfer=self.none.transfer + acting[: count + 1].astype(float) @ self.flows,
        )


def selected(full: Shock, none: Shock, on: Bools, theirs: frozenset[str]) -> Shock:
    """A shock that is `full` on some cells and `none` on the others; both list the same cells.

    Arguments:
        on: [cell] where `full` holds.
        theirs: the measures whose limits hold only there; other limits hold throughout.
    """
    values = {
        name: np.where(on, getattr(full, name), getattr(none, name))
        for name in ("passing", "trade_cost", "tariff", "wedge", "rent_to_buyer")
    }
    return replace(full, **values, conditions=tuple(_limits(full, on, theirs)))


def _limits(full: Shock, on: Bools, theirs: frozenset[str]) -> Iterator[Limit]:
    for limit in full.conditions:
        if limit.measure not in theirs:
            yield limit
            continue
        kept = on[np.searchsorted(full.cells, limit.cells)]
        if kept.any():
            parts = {name: getattr(limit, name)[kept] for name in ("cells", "weights", "rent_to")}
            yield replace(limit, **parts)


def divide(
    world: World,
    scenario: Scenario,
    members: Sequence[str] | None = None,
    candidates: Sequence[str] = (),
    *,
    model: Model = long_run,
    everybody: bool = False,
    responses: bool = False,
) -> Division:
    """Divide a scenario between the members of its coalition and those that could join.

    Arguments:
        model: at whose horizon licences and shares of goods are composed.
        members, candidates, everybody: as `players_of`.
        responses: whether the responses act too; without them only the sanctions are looked at.

    Raises:
        OutputError: as `players_of`; CV415 where trade needs two members in two ways.
    """
    with located(scenario.origin):
        scope = Scope(world, scenario.blocs, scenario.goods)
        sides = sides_of(scenario, scope)
    players = players_of(world, scenario, sides, members, candidates, everybody=everybody)
    joint, acts, joined = _joint(world, scenario if responses else _unanswered(scenario), scope, players)
    compiled = compile_scenario(joint, at_horizon(world, model))
    mirrored = [
        n for n, item in enumerate(joint.responses) if isinstance(item, Retaliation) and item.of is not None
    ]
    answers = tuple(n for n in range(len(joint.responses)) if n not in mirrored) if responses else ()
    passive = [n for n in range(len(joint.sanctions)) if n not in acts]
    everything = None if responses else ()
    owners = Owners(world, scope, players, compiled, joined)
    for part in compiled.parts:
        place = part.slot.place
        if (part.slot.which == "sanctions" and place in acts) or (
            responses and part.slot.which == "responses" and place in mirrored
        ):
            owners.take(part)
    none = compiled.shock(sanctions=passive, responses=answers)
    full = compiled.shock(responses=everything)
    check_divisible(full)
    return Division(
        world=world,
        scenario=scenario,
        sides=sides,
        players=players,
        reference=compiled.shock(sanctions=False, responses=()),
        none=none,
        full=full,
        first=owners.first,
        second=owners.second,
        reach=tuple(owners.reach),
        flows=owners.flows,
        producers=owners.producers,
        theirs=frozenset(owners.labels),
    )


def divide_responses(
    world: World, scenario: Scenario, parties: Sequence[str] | None = None, *, model: Model = long_run
) -> Division:
    """Divide the responses of a scenario between their parties, on top of all of its sanctions.

    A response between parties acts on a flow while both its ends take part, one taken by a party while that party
    does; what it does elsewhere, such as on trade with economies that are no party, needs only the parties involved.

    Arguments:
        parties: economies and blocs, each one party; those that the responses name by default.
        model: as `divide`.

    Raises:
        OutputError: CV412 fewer than two parties, CV413, CV415, CV482.
    """
    with located(scenario.origin):
        scope = Scope(world, scenario.blocs, scenario.goods)
        sides = sides_of(scenario, scope)
    players = parties_of(world, scenario, sides, parties)
    compiled = compile_scenario(scenario, at_horizon(world, model))
    owners = Owners(world, scope, players, compiled, ())
    for part in compiled.parts:
        if part.slot.which == "responses":
            owners.take(part)
    none, full = compiled.shock(responses=()), compiled.shock()
    check_divisible(full)
    return Division(
        world=world,
        scenario=scenario,
        sides=sides,
        players=players,
        reference=none,
        none=none,
        full=full,
        first=owners.first,
        second=owners.second,
        reach=tuple(owners.reach),
        flows=owners.flows,
        producers=owners.producers,
        theirs=frozenset(owners.labels),
    )


def check_divisible(full: Shock) -> None:
    """Refuse ways around bans, which cannot be put together cell by cell: they depend on what others ban.

    Raises:
        OutputError: CV482.
    """
    if full.hubs is not None or full.claims is not None:
        raise OutputError(
            "CV482",
            "These measures cannot be divided trade by trade",
            found="a way around a ban, which depends on what others ban",
            expected="sanctions whose effect on each flow depends on that flow alone",
            next_step="Leave the responses out, or take the measure out of the scenario.",
        )


def _unanswered(scenario: Scenario) -> Scenario:
    """The scenario less responses that are not in force and that nothing refers to; joiners may leave them no room."""
    named = {item.when for which in LISTS for item in getattr(scenario, which)}
    kept = [
        item
        for item in scenario.responses
        if item.in_force
        or any(held.in_force for held in getattr(item, "measures", ()))
        or (item.name is not None and item.name in named)
    ]
    return replace(scenario, responses=tuple(kept))


def _joint(
    world: World, scenario: Scenario, scope: Scope, players: Sequence[Player]
) -> tuple[Scenario, set[int], tuple[Measure, ...]]:
    """The scenario with the sanctions of all joiners added; positions of what players do; what joiners do."""
    members = _economies(world, players, "member")
    joiners = _economies(world, players, "candidate") | _economies(world, players, "other")
    kept, joined, aside = list(scenario.sanctions), [], []
    with located(scenario.origin):
        acts = {n for n, item in enumerate(kept) if members[_takers(item, scope)].any()}
        effects = Effects(scope)
        for n in sorted(acts):
            item, by = kept[n], _takers(kept[n], scope)
            others = by[~members[by]]
            if others.size and isinstance(item, SIDED) and item.by and not getattr(item, "content", None):
                # what other senders do already stays with them, whoever joins
                kept[n] = item.with_fields(by=_codes(world, by[members[by]]))
                aside.append(item.with_fields(by=_codes(world, others), name=None))
            copy = _joined(item, np.flatnonzero(joiners), by, world, effects)
            if copy is not None:
                joined.append(copy)
    acts |= {len(kept) + k for k in range(len(joined))}
    senders = scenario.senders
    if senders and joined:
        senders = tuple(dict.fromkeys((*senders, *_codes(world, np.flatnonzero(joiners)))))
    joint = replace(scenario, sanctions=(*kept, *joined, *aside), senders=senders)
    return joint, acts, tuple(joined)


def _joined(measure: Measure, joiners: Index, by: Index, world: World, effects: Effects) -> Measure | None:
    """The measure as joiners would take it; None where it has no two sides, or where they have no such trade."""
    if not isinstance(measure, SIDED) or not measure.by or not measure.on:
        return None
    new = np.setdiff1d(joiners, np.concatenate([effects.scope.economies(measure.on, "on"), by]))
    if not new.size:
        return None
    fields: dict[str, object] = {"by": _codes(world, new), "name": None, "in_force": False}
    if isinstance(measure, ExportControl):
        fields["content"] = None
    copy = measure.with_fields(**fields)
    try:
        effects.cells(copy)
    except Complaint:
        return None
    return copy


def _takers(measure: Measure, scope: Scope) -> Index:
    """The economies whose act a measure is; none for what nobody decides."""
    if isinstance(measure, NOBODYS):
        return np.empty(0, dtype=np.intp)
    if isinstance(measure, Retaliation):
        held = [_takers(inner, scope) for inner in measure.measures]
        return np.unique(np.concatenate(held)) if held else np.empty(0, dtype=np.intp)
    tokens: tuple[str, ...] = getattr(measure, "by", ()) or getattr(measure, "between", ())
    tokens = tokens or (*getattr(measure, "payer", ()), *getattr(measure, "payee", ()))
    return scope.economies(tokens, "by") if tokens else np.empty(0, dtype=np.intp)


def _economies(world: World, players: Sequence[Player], role: str) -> Bools:
    found = np.zeros(world.n_countries, dtype=bool)
    for player in players:
        if player.role == role:
            found[player.positions] = True
    return found


def _codes(world: World, positions: Index) -> tuple[str, ...]:
    return tuple(world.countries[int(n)] for n in positions)
