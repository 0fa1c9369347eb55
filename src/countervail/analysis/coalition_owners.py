"""Who owns what: the players that each cell, flow of money and producer of a scenario's sanctions needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.coalition_members import Player
from countervail.errors import OutputError
from countervail.policy.answers import Secondary
from countervail.policy.content import coalition_content
from countervail.policy.controls import ExportControl
from countervail.policy.effects import Effects
from countervail.policy.growth import Labour
from countervail.policy.scope import Index, Scope
from countervail.policy.shock import Compiled

if TYPE_CHECKING:
    from countervail.policy.measure import Measure
    from countervail.policy.parts import Part
    from countervail.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reach:
    """Cells of third countries' goods that an export control covers while its takers have the content.

    Arguments:
        at: [n] places among the cells. content: [player and background, n]. threshold: of the measure.
    """

    at: Index
    content: Floats
    threshold: float


class Owners:
    """Which players each cell, flow of money and producer needs; filled part by part."""

    def __init__(
        self,
        world: World,
        scope: Scope,
        players: Sequence[Player],
        compiled: Compiled,
        joined: Sequence[Measure],
    ) -> None:
        self._world, self._scope, self._compiled = world, scope, compiled
        self._players, self._joined = players, joined
        self.always, self.never = len(players), len(players) + 1
        self._member = np.full(world.n_countries, self.always)
        self._anybody = np.full(world.n_countries, self.always)
        for k, player in enumerate(players):
            self._anybody[player.positions] = k
            if player.role == "member":
                self._member[player.positions] = k
        self.first = np.full(compiled.cells.size, self.always)
        self.second = self.first.copy()
        self._open = np.ones(compiled.cells.size, dtype=bool)  # cells that nobody has taken yet
        self.reach: list[Reach] = []
        self.flows = np.zeros((len(players) + 1, world.n_countries))
        self.producers = np.full(world.n_countries, self.always)
        self.labels: set[str] = set()

    def take(self, part: Part) -> None:
        """Note whose a part is."""
        self.labels.add(part.slot.label)
        added = any(part.measure is copy for copy in self._joined)
        player = self._anybody if added else self._member  # the scenario's own measures are members' alone
        if isinstance(part.measure, Labour):
            raise OutputError(
                "CV482",
                "These measures cannot be divided trade by trade",
                where=part.slot.label,
                found="workers who move between two economies",
                expected="measures of one taker, or on trade",
                next_step="Take the measure out of the scenario.",
            )
        if part.payers.size and part.slot.share > 0:
            self._take_money(part, player)
        if part.producers.size:
            by = np.unique(part.producers // self._world.n_sectors)
            self.producers[by] = player[by]
        if part.cells.size:
            self._take_cells(part, player)

    def _take_cells(self, part: Part, player: Index) -> None:
        n, j = self._world.n_countries, self._world.n_sectors
        at = np.searchsorted(self._compiled.cells, part.cells)
        threat = self._threat(part)
        if (
            threat is not None and getattr(part.measure, "by", ()) != threat.by
        ):  # those who leave do so while anybody threatens
            self._take_reach(part, at, part.cells, player, threat.by)
            return
        o, d = part.cells // (n * j), part.cells // j % n
        by = self._taken_by(part.measure)
        if by is None:
            self._assign(at, np.minimum(player[o], player[d]), np.maximum(player[o], player[d]))
            return
        sells, buys = by[o], by[d]
        direct = sells | buys
        actor = player[np.where(sells, o, d)]
        self._assign(at[direct], actor[direct], np.full(int(direct.sum()), self.always))
        if not direct.all():
            self._take_reach(part, at[~direct], part.cells[~direct], player, getattr(part.measure, "by", ()))

    def _threat(self, part: Part) -> Secondary | None:
        """The secondary sanction that a part is a half of."""
        measures = getattr(self._compiled.scenario, part.slot.which)
        measure = measures[part.slot.place]
        return measure if isinstance(measure, Secondary) else None

    def _taken_by(self, measure: Measure) -> Bools | None:
        """[country] who takes a measure that one side takes; None for one between parties."""
        tokens = getattr(measure, "by", ())
        if not tokens:
            return None
        found = np.zeros(self._world.n_countries, dtype=bool)
        found[self._scope.economies(tokens, "by")] = True
        return found

    def _assign(self, at: Index, first: Index, second: Index) -> None:
        new = self._open[at] | (self.first[at] == self.never)
        same = (self.first[at] == first) & (self.second[at] == second)
        if not (new | same).all():
            cell = self._compiled.cells[at[~(new | same)][:1]]
            raise OutputError(
                "CV415",
                "Measures of two members fall on the same trade, so it cannot be divided between them",
                where=Effects(self._scope).cell_words(cell),
                expected="at most one member's measures on each flow",
                next_step="Make the two one member (a bloc), or leave one of them out of the coalition.",
            )
        self.first[at], self.second[at] = first, second
        self._open[at] = False

    def _take_reach(self, part: Part, at: Index, cells: Index, player: Index, takers: Sequence[str]) -> None:
        """Cells of neither side: third countries' goods with enough content, other buyers under a price cap."""
        measure = part.measure
        by = self._scope.economies(takers, "by")
        content = np.zeros((len(self._players) + 1, cells.size))
        n, j = self._world.n_countries, self._world.n_sectors
        controlled = isinstance(measure, ExportControl)
        threshold = (
            (measure.content or 0.0) if isinstance(measure, ExportControl) else 0.5
        )  # anybody is enough
        for k in np.unique(player[by]):
            content[k] = 1.0
            if controlled:
                mine = by[player[by] == k]
                content[k] = coalition_content(self._world, mine)[cells // (n * j), cells % j]
        self.reach.append(Reach(at, content, threshold))
        self.first[at] = np.where(self._open[at], self.never, self.first[at])

    def _take_money(self, part: Part, player: Index) -> None:
        flow = part.flows(self._world)
        payers, payees = player[part.payers] < self.always, player[part.payees] < self.always
        if payers.any() and payees.any():
            raise OutputError(
                "CV415",
                "Measures of two members fall on the same trade, so it cannot be divided between them",
                where=part.slot.label,
                found="members on both sides of a flow of money",
                next_step="Write it as several flows, each from or to members alone.",
            )
        side, other = (part.payers, part.payees) if payers.any() else (part.payees, part.payers)
        total = flow[side].sum()
        for n in side:
            k = player[n]
            self.flows[k, n] += flow[n]
            self.flows[k, other] += flow[other] * flow[n] / total
