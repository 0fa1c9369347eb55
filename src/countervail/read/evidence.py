"""What the analyses say about a draft, asked for once and only when a claim needs it. Nothing is computed here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from countervail.analysis.alignment import alignment_matrix
from countervail.analysis.break_even import FIRST_STEP, BreakEven, search
from countervail.analysis.ledger import Ledger, offset_ledger
from countervail.analysis.ranges import Ends
from countervail.errors import CountervailError, SolveError
from countervail.exhibit import Exhibit
from countervail.model.parameters import medium_run, short_run
from countervail.policy.complaint import Origin, located
from countervail.policy.scope import Scope
from countervail.read.candidate import BLOCS
from countervail.read.draft import Draft
from countervail.solver import solve
from countervail.words import listing
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.outcome import Outcome
    from countervail.world.world import World

Progress = Callable[[str, int, int], None]
HORIZONS = (medium_run, short_run)


@dataclass(frozen=True)
class Number:
    """A result with its range over elasticity sets and horizons; missing (nan) where it could not be computed."""

    value: float
    low: float
    high: float

    def sign(self) -> int:
        """1 or -1 where the whole range has this sign, 0 where it holds both or none."""
        if self.low > 0:
            return 1
        return -1 if self.high < 0 else 0


MISSING = Number(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Needed:
    """A response with the size that a claim would need.

    Arguments:
        entry: the response, its field and unit.
        size: in the long run; missing where no size suffices. low, high: over the horizons; missing where at one of
            them no size does.
    """

    entry: BreakEven
    size: float
    low: float
    high: float


def _size_for(share: float, entry: BreakEven) -> float:
    return math.nan if entry.search is None else entry.search.sizes[entry.shares.index(share)]


def _of(entry: BreakEven, ledgers: Sequence[Ledger]) -> list[BreakEven]:
    """The same response in several ledgers."""
    return [one for ledger in ledgers for one in ledger.break_even or () if one.response == entry.response]


class Evidence:
    """The analyses of one draft.

    Arguments:
        draft: with a scenario. progress: told (stage, done, in all) by the ledger.
    """

    def __init__(self, draft: Draft, progress: Progress | None = None) -> None:
        assert draft.scenario is not None
        self.draft, self.scenario, self.progress = draft, draft.scenario, progress
        self.world: World = draft.world
        self._votes: dict[tuple[str, ...], Exhibit | None] = {}
        self._ends: dict[str, Ends] = {}

    @cached_property
    def ledger(self) -> Ledger:
        """The offset ledger in the long run, with its ranges and break-even sizes."""
        return offset_ledger(self.world, self.scenario, progress=self.progress)

    @cached_property
    def without_answer(self) -> str:
        """Why the draft has no numbers at all, "" where it has some."""
        try:
            _ = self.ledger
        except SolveError as error:
            return f"the draft has no equilibrium: {error.what}"
        return ""

    @cached_property
    def horizons(self) -> dict[str, Ledger | str]:
        """The ledger at the shorter horizons, or why it has no numbers there."""
        found: dict[str, Ledger | str] = {}
        for model in HORIZONS:
            try:
                found[model.name] = offset_ledger(
                    self.world, self.scenario, model, ranges=False, progress=self.progress
                )
            except SolveError as error:
                found[model.name] = error.what
        return found

    @cached_property
    def with_responses(self) -> Outcome | None:
        """The outcome with everything on; None where it has no equilibrium."""
        return self.ledger.outcome

    @cached_property
    def sanctions_alone(self) -> Outcome | None:
        """The outcome without the responses; None where it has no equilibrium."""
        try:
            return solve(self.world, replace(self.scenario, responses=()))
        except CountervailError:
            return None

    def code(self, name: str) -> str:
        """An economy or bloc as the ledger spells it, "" where the world does not have it."""
        known = [str(code) for code in self.ledger.data["code"].to_numpy()]
        bloc = BLOCS.get(name, name)
        dated = labels.bloc_aliases().get(bloc, bloc)
        return next((code for code in (name, bloc, dated) if code in known), "")

    def name(self, code: str) -> str:
        """What people call it inside a sentence ("the European Union")."""
        sides = {"TARGETS": "those they are on", "SENDERS": "those who impose them"}
        return sides.get(code) or self.scenario.namer().economies([code])

    def number(self, item: str, code: str) -> Number:
        """A number of the ledger ("harm", "offset", "net", "offset_share") with its range over sets and horizons."""
        place = self.ledger.position(code)
        if place is None:
            return MISSING
        value = float(self.ledger.data[item][place])
        every = [value]
        if (
            self.ledger.ranges is not None
            and not self.ledger.ranges.missing
            and item in self.ledger.ranges.data
        ):
            if item not in self._ends:
                self._ends[item] = self.ledger.ranges.ends(item)
            ends = self._ends[item]
            every += [float(ends.low[place]), float(ends.high[place])]
        for found in self.horizons.values():
            if not isinstance(found, str):
                every.append(float(found.data[item][place]))
        known = [one for one in every if not math.isnan(one)]
        return Number(value, min(known), max(known)) if known else MISSING

    def notes(self) -> tuple[str, ...]:
        """What the ranges are over, and which horizon has no numbers and why."""
        ran = [name.replace("_", " ") for name, found in self.horizons.items() if not isinstance(found, str)]
        over = listing(["the elasticity sets of the world in the long run", *(f"the {name}" for name in ran)])
        failed = {name: why for name, why in self.horizons.items() if isinstance(why, str)}
        return (
            f"Numbers are of the long run; ranges in brackets are over {over}.",
            *(f"The {name.replace('_', ' ')} is not in the ranges: {why}." for name, why in failed.items()),
        )

    def break_even(self, share: float) -> list[Needed]:
        """The size from which each response alone wins back a share of the loss, with its range over horizons."""
        shorter = [found for found in self.horizons.values() if not isinstance(found, str)]
        found = []
        for entry in self.ledger.break_even or ():
            if entry.search is None or share not in entry.shares:
                continue
            every = [_size_for(share, other) for other in _of(entry, (self.ledger, *shorter))]
            known = [one for one in every if not math.isnan(one)]
            ends = (min(known), max(known)) if len(known) == len(every) else (math.nan, math.nan)
            found.append(Needed(entry, _size_for(share, entry), *ends))
        return found

    def votes(self, codes: Sequence[str]) -> Exhibit | None:
        """How far some economies stand apart in the General Assembly; None where fewer than two of them vote."""
        asked = tuple(codes)
        if asked not in self._votes:
            try:
                self._votes[asked] = alignment_matrix(self.world, list(asked))
            except CountervailError:
                self._votes[asked] = None
        return self._votes[asked]

    def sectors(self, goods: Sequence[str]) -> list[str]:
        """The sectors of some goods lists; all of them where none is given or the world does not know them."""
        everything = list(self.world.sectors)
        if not goods:
            return everything
        try:
            with located(Origin("a claim")):
                places = Scope(self.world).sectors([self.draft.good(name) for name in goods])
        except CountervailError:
            return everything
        return [everything[int(place)] for place in places]

    def trade_of(self, code: str) -> float:
        """Change of all trade of an economy with everything on, percent of the base; nan where unknown."""
        outcome = self.with_responses
        if outcome is None or code not in self.world.countries:
            return math.nan
        now = sum(float(level.sel(country=code).sum()) for level in (outcome.exports, outcome.imports))
        base = sum(float(outcome.base_level(name).sel(country=code).sum()) for name in ("exports", "imports"))
        return 100 * (now / base - 1) if base > 0 else math.nan

    def trade_between(self, first: str, second: str, sectors: Sequence[str]) -> tuple[float, float]:
        """Change of the trade of two economies in some sectors: everything on, and what the responses add.

        Returns:
            Percent of the base, and percent of the trade under the sanctions alone; nan where unknown.
        """
        outcome, alone = self.with_responses, self.sanctions_alone
        if outcome is None or alone is None or not {first, second} <= set(self.world.countries):
            return math.nan, math.nan
        pairs = ((first, second), (second, first))
        now, before, base = (
            sum(float(level.sel(origin=o, destination=d, sector=list(sectors)).sum()) for o, d in pairs)
            for level in (outcome.trade, alone.trade, outcome.base_level("trade"))
        )
        return (
            (100 * (now / base - 1), 100 * (now / before - 1))
            if min(base, before) > 0
            else (math.nan, math.nan)
        )

    def needed_for_trade(
        self, first: str, second: str, sectors: Sequence[str], wanted: float
    ) -> list[tuple[str, str, float]]:
        """The size from which each response of open size lifts the trade of two economies by a percentage.

        All else stays at the sizes of the draft.

        Returns:
            Name, field and size (a fraction) of each; nan where no size does.
        """
        pairs, open_ones = ((first, second), (second, first)), {m.name for m in self.draft.unsized}
        found = []
        for place, measure in enumerate(self.scenario.responses):
            if measure.size is None or measure.size_unit != "share" or measure.name not in open_ones:
                continue
            key = f"responses.{place}.{measure.size}"

            def reached(size: float, key: str = key) -> float:
                try:
                    outcome = solve(self.world, self.scenario.with_settings({key: f"{100 * size:.12f} %"}))
                except CountervailError:
                    return math.nan
                base = outcome.base_level("trade")
                now, before = (
                    sum(float(x.sel(origin=o, destination=d, sector=list(sectors)).sum()) for o, d in pairs)
                    for x in (outcome.trade, base)
                )
                return 100 * (now / before - 1) / wanted

            start = measure.size_value or FIRST_STEP
            size = search(reached, start, measure.size_limit, shares=(1.0,)).sizes[0]
            found.append((str(measure.name), measure.size, size))
        return found

    def exports_won_back(self, code: str) -> float:
        """Change of an economy's exports by the responses, percent of what they are under the sanctions alone."""
        outcome, alone = self.with_responses, self.sanctions_alone
        if outcome is None or alone is None or code not in self.world.countries:
            return math.nan
        now, before = (float(o.exports.sel(country=code).sum()) for o in (outcome, alone))
        return 100 * (now / before - 1) if before > 0 else math.nan

    def consumer_price(self, code: str) -> float:
        """Change of an economy's consumer prices with everything on, percent; nan where unknown."""
        outcome = self.with_responses
        if outcome is None or code not in self.world.countries:
            return math.nan
        return float(outcome.consumer_price.sel(country=code))

    def share_of_trade(self, of: str, others: Sequence[str]) -> tuple[float, float]:
        """The share of some economies in what another one imports: in the base year, and with everything on."""
        outcome = self.with_responses
        if outcome is None or of not in self.world.countries:
            return math.nan, math.nan
        inside = [code for code in others if code in self.world.countries and code != of]
        shares = []
        for level in (outcome.base_level("trade"), outcome.trade):
            bought = level.sel(destination=of)
            abroad = bought.sel(origin=[code for code in self.world.countries if code != of])
            shares.append(float(bought.sel(origin=inside).sum()) / float(abroad.sum()))
        return shares[0], shares[1]

    def losers_from_responses(self) -> list[str]:
        """Economies that the responses cost more than a hundredth of a percent of their income."""
        harmed = []
        for place, group in enumerate(self.ledger.groups):
            if group.kind == "economy" and float(self.ledger.data["offset"][place]) < -0.01:
                harmed.append(group.name)
        return harmed
