"""Who plays in a coalition: its members, those that could join, and the errors of a list that makes no coalition.

A player is one economy or one bloc that acts as one. Members are players that take the sanctions; joiners are
players that could take them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countervail.errors import OutputError
from countervail.groups import head_name
from countervail.policy.complaint import located
from countervail.policy.scope import Index, Scope
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.policy.assemble import Sides
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

MOST_PLAYERS = 100


@dataclass(frozen=True, eq=False)
class Player:
    """An economy or a bloc that decides as one.

    Arguments:
        code: as it was named. name: what people read.
        role: "member", "candidate" or "other" (an economy that joins only where the whole world does).
        positions: its economies in the world.
    """

    code: str
    name: str
    role: str
    positions: Index


def players_of(
    world: World,
    scenario: Scenario,
    sides: Sides,
    members: Sequence[str] | None = None,
    candidates: Sequence[str] = (),
    *,
    everybody: bool = False,
    least: int = 2,
) -> tuple[Player, ...]:
    """The players of a coalition: members first, then candidates, then everybody else where asked for.

    Arguments:
        members: economies and blocs, each one player; the scenario's own names of its senders by default, the
            lists of the scenario unfolded and standard blocs kept together. Senders that are in no member act in
            every coalition, as the scenario has it.
        candidates: economies and blocs that could join.
        everybody: also each other economy that is not a target.
        least: how many members there have to be.

    Raises:
        OutputError: CV410 without targets or senders, CV411 a target among the players, CV412 fewer than two
            members, CV413 an economy in two players, CV414 too many players.
    """
    if not sides.targets.size or not sides.senders.size:
        lacking = "target" if not sides.targets.size else "sender"
        raise OutputError(
            "CV410",
            f"A coalition needs a {lacking}, and the scenario has none",
            where=scenario.origin.source,
            expected="sanctions with by and on, or the fields senders and targets",
            next_step="State `senders` and `targets` in the scenario, or write its sanctions with by and on.",
        )
    scope = Scope(world, scenario.blocs, scenario.goods)
    if members is None:
        found = _own_members(scenario, scope, sides.senders)
    else:
        _refuse_too_many(members, candidates, world)
        found = [_player(token, "member", scope, scenario) for token in members]
    found += [_player(token, "candidate", scope, scenario) for token in candidates]
    _refuse_targets(found, sides.targets, world)
    _refuse_overlap(found, world)
    _refuse_few(found, least)
    if everybody:
        taken = np.concatenate([sides.targets, *(player.positions for player in found)])
        for n in np.setdiff1d(np.arange(world.n_countries), taken):
            code = world.countries[int(n)]
            found.append(Player(code, labels.country_name(code), "other", np.array([n])))
    return tuple(found)


def parties_of(
    world: World, scenario: Scenario, sides: Sides, parties: Sequence[str] | None = None
) -> tuple[Player, ...]:
    """The parties to a scenario's responses, each one player: targets and partners that the responses name.

    Arguments:
        parties: economies and blocs instead.

    Raises:
        OutputError: CV412 fewer than two parties, CV413 an economy in two, CV414 too many.
    """
    scope = Scope(world, scenario.blocs, scenario.goods)
    if parties is None:
        tokens = [
            token
            for response in scenario.responses
            for measure in (response, *getattr(response, "measures", ()))
            for name in ("between", "by", "seller", "buyer", "payer", "payee")
            for token in _tokens(measure, name)
        ]
        named = np.empty(0, dtype=np.intp)
        if tokens:
            with located(scenario.origin):
                named = scope.economies(list(dict.fromkeys(tokens)), "parties")
        acting = np.setdiff1d(named, sides.senders)
        codes = [world.countries[int(n)] for n in acting]
        found = [_player(code, "member", scope, scenario) for code in codes]
    else:
        _refuse_too_many(parties, (), world)
        found = [_player(token, "member", scope, scenario) for token in parties]
    _refuse_overlap(found, world)
    _refuse_few(found, 2)
    return tuple(found)


def _tokens(measure: object, name: str) -> tuple[str, ...]:
    tokens = getattr(measure, name, ())
    return () if isinstance(tokens, str) or not tokens else tuple(tokens)


def _player(token: str, role: str, scope: Scope, scenario: Scenario) -> Player:
    with located(scenario.origin):
        positions = scope.economies([token], "members" if role == "member" else "candidates")
    return Player(token, head_name(token, scenario.blocs), role, positions)


def _own_members(scenario: Scenario, scope: Scope, senders: Index) -> list[Player]:
    """The scenario's senders by the names it gives them; economies already named in a larger bloc count once."""
    own = labels.Names({name: tuple(entries) for name, entries in scenario.blocs.items()})
    if scenario.senders:
        tokens = list(scenario.senders)
    else:
        tokens = [token for measure in scenario.sanctions for token in getattr(measure, "by", ())]
    unfolded = list(dict.fromkeys(entry for token in tokens for entry in own.get(token, (token,))))
    players = [_player(token, "member", scope, scenario) for token in unfolded]
    order = sorted(range(len(players)), key=lambda k: -players[k].positions.size)
    left, kept = set(senders.tolist()), {}
    for k in order:
        mine = players[k].positions
        if left.issuperset(mine.tolist()) and mine.size:
            kept[k] = players[k]
            left -= set(mine.tolist())
    single = [
        Player(code, labels.country_name(code), "member", np.array([n]))
        for n, code in enumerate(scope.world.countries)
        if n in left
    ]
    found = [kept[k] for k in sorted(kept)] + single
    if len(found) > 1:
        return found
    return [  # the scenario knows its senders by one name: its economies are the members
        Player(
            scope.world.countries[n], labels.country_name(scope.world.countries[n]), "member", np.array([n])
        )
        for n in senders.tolist()
    ]


def _refuse_too_many(members: Sequence[str], candidates: Sequence[str], world: World) -> None:
    count = len(members) + len(candidates)
    most = min(MOST_PLAYERS, world.n_countries)
    if count > most:
        raise OutputError(
            "CV414",
            "Too many members for a coalition on this world",
            found=f"{count:,}",
            expected=f"at most {most}; the world has {world.n_countries} economies",
            next_step="Name blocs instead of economies, such as EU27, or each economy once.",
        )


def _refuse_few(players: Sequence[Player], least: int) -> None:
    members = [player for player in players if player.role == "member"]
    if len(members) < least:
        raise OutputError(
            "CV412",
            "A coalition of one has nothing to share",
            found=members[0].name if members else "no member",
            expected="two members or more",
            next_step="Name more members; a bloc such as EU27 counts as one, its economies count each for itself.",
        )


def _refuse_targets(players: Sequence[Player], targets: Index, world: World) -> None:
    for player in players:
        inside = np.intersect1d(player.positions, targets)
        if inside.size:
            names = ", ".join(labels.country_name(world.countries[int(n)]) for n in inside[:3])
            raise OutputError(
                "CV411",
                "A coalition cannot contain its target",
                found=f"{names} in {player.name}",
                expected="members and candidates that the sanctions are not on",
                next_step=f"Take {names} out, or write the bloc as a list without it.",
            )


def _refuse_overlap(players: Sequence[Player], world: World) -> None:
    seen: dict[int, str] = {}
    for player in players:
        for n in player.positions.tolist():
            if n in seen:
                name = labels.country_name(world.countries[n])
                raise OutputError(
                    "CV413",
                    "An economy cannot be two members of a coalition",
                    found=f"{name} in {seen[n]} and in {player.name}",
                    expected="members without a common economy",
                    next_step=f"Name {name} once, by itself or in a bloc.",
                )
            seen[n] = player.name
