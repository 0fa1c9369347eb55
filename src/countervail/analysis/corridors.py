"""The cheapest set of humanitarian corridors: goods and origins that restore a target's essentials, and their price in
leverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from countervail.analysis.coalition_division import check_divisible, selected
from countervail.analysis.coalition_members import players_of
from countervail.analysis.coalition_play import Progress, base_income, chosen_model
from countervail.analysis.coalition_shares import source
from countervail.analysis.household import SOURCE, Basket, basket
from countervail.analysis.shapley import members
from countervail.analysis.subsets import Effort
from countervail.errors import OutputError, SolveError
from countervail.exhibit import Exhibit
from countervail.model.equilibrium import Equilibrium
from countervail.model.horizon import at_horizon
from countervail.model.welfare import welfare
from countervail.policy.naming import StandardNamer
from countervail.policy.shock import Shock, compile_scenario
from countervail.words import listing, number, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

RESTORED = 0.2
CARRIED = ("essentials",)
EXHAUSTIVE = 8
"""Up to so many corridors every set is tried."""
OPENING = 1e-4
"""Added to the cost of a set for every corridor in it, as a share of the harm, so that hardly used ones stay shut."""
MOST_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Corridor:
    """Imports of a good by the targets from one origin, freed of the sanctions.

    Arguments:
        good, origin: position of the sector; name of the economy or bloc. codes: of both. cells: among the shock's.
    """

    good: int
    code: str
    origin: str
    cells: NDArray[np.bool_]


def cheapest_corridors(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    restored: float = RESTORED,
    goods: Sequence[str] = CARRIED,
    origins: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Exhibit:
    """Which corridors restore a stated share of the target's lost essentials at the least cost in leverage.

    A corridor frees the targets' imports of one good from one origin of all sanctions, and only those. What is restored
    is consumption of the household's basket, in which food weighs its measured share; what it costs is the part of
    the targets' harm that the corridors take back. The responses of the scenario are left out.

    Up to eight corridors every set is solved. Beyond, an integer programme over what each corridor does alone proposes
    a set, its demand is raised until the set restores enough when solved exactly, and what is not needed is dropped: a
    heuristic, and labelled so.

    Arguments:
        restored: share of the lost consumption of essentials, above 0 and at most 1.
        goods: sectors and goods lists that corridors may carry; food, medicine and their chemicals by default.
        origins: economies and blocs that may sell through them; the scenario's senders by default.

    Returns:
        Exhibit, one row a corridor of the set, then all others: what it alone restores and costs, in percent of what is
        lost. The record has the total of the set, and the most that all corridors together restore.

    Raises:
        ScenarioError: names that the world does not know. SolveError: a solve has no equilibrium.
        OutputError: CV410 without target or sender, CV480 the essentials are not hurt, or no corridor restores so much,
            CV481 a share that makes no sense.

    Example:
        >>> cv.cheapest_corridors(world, cv.load_scenario("essentials-corridors"), restored=0.3)  # doctest: +SKIP
    """
    if not 0 < restored <= 1:
        raise OutputError(
            "CV481",
            "Corridors restore a share of what is lost",
            found=f"{restored:g}",
            expected="a fraction above 0 and at most 1, such as 0.5",
            next_step="State the share as a fraction.",
        )
    search = _Search(world, scenario, chosen_model(scenario, model), goods, origins, progress)
    found, method = search.cheapest(restored)
    chosen = set(members(found))
    rows = []
    for k, corridor in enumerate(search.corridors):
        gain, cost = search.relative(1 << k)
        rows.append(
            {
                "corridor": search.name(k),
                "chosen": k in chosen,
                "sector_code": world.sectors[corridor.good],
                "good": labels.sector_name(world.sectors[corridor.good]),
                "origin_code": corridor.code,
                "origin": corridor.origin,
                "base_imports_million_usd": search.base_value(k),
                "restores_percent_of_loss": 100 * gain,
                "costs_percent_of_harm": 100 * cost,
            }
        )
    table = pd.DataFrame(rows).sort_values(
        ["chosen", "restores_percent_of_loss"], ascending=False, kind="stable", ignore_index=True
    )
    gain, cost = search.relative(found)
    names = listing(
        [search.name(k) for k in sorted(chosen, key=lambda k: -search.relative(1 << k)[0])], most=4
    )
    return Exhibit(
        name="cheapest_corridors",
        kind="ranking",
        title=(
            f"{len(chosen)} corridor{'s' if len(chosen) > 1 else ''} ({names}) restore{'' if len(chosen) > 1 else 's'} "
            f"{percent(100 * gain)} of {search.who}'s lost essentials for {percent(100 * cost)} of the harm"
        ),
        subtitle=f"What each corridor alone restores, {scenario.name} on {world.name}, base year {world.year}",
        unit="percent of the loss",
        table=table,
        roles={"label": "corridor", "value": "restores_percent_of_loss"},
        source=f"{source(world, search.model)}; {SOURCE}",
        caveats=(method, "A corridor frees imports of the target only; responses are left out."),
        record={
            "restored": gain,
            "leverage_cost": cost,
            "most_restored": search.relative(search.everything)[0],
            "harm_percent": search.harm,
            "essentials_lost_percent": search.lost,
            "chosen": [search.name(k) for k in sorted(chosen)],
            "solves": search.effort.solves,
            "largest_residual": search.effort.residual,
        },
        world=world,
        scenario=scenario,
    )


class _Search:
    """The corridors of a scenario, and what sets of them do; solved when first asked for."""

    def __init__(
        self,
        world: World,
        scenario: Scenario,
        model: Model,
        goods: Sequence[str],
        origins: Sequence[str] | None,
        progress: Progress | None,
    ) -> None:
        self.model = model
        self._world, self._progress = world, progress
        compiled = compile_scenario(scenario, at_horizon(world, model))
        self._targets = compiled.sides.targets
        self._own: Basket = basket(world, goods)
        self._full = compiled.shock(responses=())
        self._none = compiled.shock(sanctions=False, responses=())
        check_divisible(self._full)
        labels_of_sanctions = scenario.labels("sanctions")
        self._theirs = frozenset(labels_of_sanctions)
        self.effort = Effort()
        self.corridors = self._corridors(scenario, origins)
        self.everything = (1 << len(self.corridors)) - 1
        self.who = listing([labels.country_name(world.countries[int(n)]) for n in self._targets])
        income = base_income(world, model)
        self._weights = np.zeros(world.n_countries)
        self._weights[self._targets] = income[self._targets] / income[self._targets].sum()
        self.values: dict[int, tuple[float, float]] = {}
        free, sanctioned = self._solve([self._none, self._full])
        self._free = free
        self.values[0] = sanctioned
        self.lost, self.harm = (sanctioned[k] - free[k] for k in (0, 1))
        if self.lost >= -1e-6 or self.harm >= -1e-6 or not self.corridors:
            raise OutputError(
                "CV480",
                "There is no loss of essentials that corridors could restore",
                found=f"consumption of essentials {number(self.lost)} %, welfare {number(self.harm)} %, "
                f"{len(self.corridors)} corridors",
                expected="sanctions that hit the target's imports of these goods",
                next_step="Name other goods or origins, or a scenario that bans such trade.",
            )

    def cheapest(self, restored: float) -> tuple[int, str]:
        """The set that restores at least the share, and how it was found."""
        self._need([1 << k for k in range(len(self.corridors))] + [self.everything], "single corridors")
        most = self.relative(self.everything)[0]
        if most < restored:
            raise OutputError(
                "CV480",
                "Corridors cannot restore so much of the essentials",
                found=f"all {len(self.corridors)} corridors together restore {percent(100 * most)} of what is lost",
                expected=f"{percent(100 * restored)}",
                next_step=f"Ask for less than {100 * most:.3g} %, or let other goods and origins through.",
            )
        count = len(self.corridors)
        if count <= EXHAUSTIVE:
            sets = list(range(1, 1 << count))
            self._need(sets, "combinations of corridors")
            enough = [opened for opened in sets if self.relative(opened)[0] >= restored]
            best = min(enough, key=lambda opened: (self._price(opened), opened))
            return best, f"The cheapest of all {len(sets)} sets of corridors."
        opened = self._pruned(self._covering(restored), restored)
        return opened, (
            f"Found among {count} corridors by an integer programme over what each does alone, and then solved "
            "exactly: a slightly cheaper set may exist."
        )

    def _covering(self, restored: float) -> int:
        """The cheapest set if effects added up, its demand raised until the exact solve restores enough."""
        gains, costs = np.array([self.relative(1 << k) for k in range(len(self.corridors))]).T
        wanted = restored
        for _ in range(MOST_ROUNDS):
            if gains.clip(min=0).sum() < wanted:
                break
            found = milp(
                np.maximum(costs, 0) + OPENING,
                constraints=LinearConstraint(gains[None, :], lb=wanted),
                integrality=np.ones(gains.size),
                bounds=Bounds(0, 1),
            )
            if found.x is None:
                break
            opened = sum(1 << int(k) for k in np.flatnonzero(found.x > 0.5))
            short = restored - self.relative(opened)[0]
            if short <= 0:
                return opened
            wanted += 1.05 * short
        return self.everything

    def _pruned(self, opened: int, restored: float) -> int:
        """The set without corridors that are not needed, the costliest dropped first."""
        costliest = sorted(members(opened), key=lambda k: -self.relative(1 << k)[1])
        self._need([opened & ~(1 << k) for k in costliest], "corridors closed again")
        for k in costliest:
            less = opened & ~(1 << k)
            if self.relative(less)[0] >= restored:
                opened = less
        return opened

    def _price(self, opened: int) -> float:
        """What a set costs of the harm, with a little for every corridor in it."""
        return self.relative(opened)[1] + OPENING * opened.bit_count()

    def relative(self, opened: int) -> tuple[float, float]:
        """What a set restores, as a share of what is lost, and what it costs, as a share of the harm."""
        self._need([opened], "corridors")
        now, before = self.values[opened], self.values[0]
        return (now[0] - before[0]) / -self.lost, (now[1] - before[1]) / -self.harm

    def name(self, k: int) -> str:
        """A corridor in words."""
        corridor = self.corridors[k]
        good = StandardNamer().goods([self._world.sectors[corridor.good]])
        return f"{good} from {corridor.origin}"

    def base_value(self, k: int) -> float:
        """Imports of the base year through a corridor, million USD."""
        cells = self._full.cells[self.corridors[k].cells]
        return float(self._world.basic_flow().ravel()[cells].sum())

    def _corridors(self, scenario: Scenario, origins: Sequence[str] | None) -> list[Corridor]:
        world = self._world
        n, j = world.n_countries, world.n_sectors
        cells = self._full.cells
        o, d, s = cells // (n * j), cells // j % n, cells % j
        hit = np.isin(d, self._targets) & np.isin(s, self._own.sectors) & self._differs()
        sides = compile_scenario(scenario, world).sides
        found = []
        for player in players_of(world, scenario, sides, origins, least=1):
            for good in self._own.sectors:
                here = hit & np.isin(o, player.positions) & (s == good)
                if here.any():
                    found.append(Corridor(int(good), player.code, player.name, here))
        return found

    def _differs(self) -> NDArray[np.bool_]:
        """[cell] where the sanctions change anything."""
        changed = np.zeros(self._full.cells.size, dtype=bool)
        for name in ("passing", "trade_cost", "tariff", "wedge"):
            changed |= getattr(self._full, name) != getattr(self._none, name)
        for limit in self._full.conditions:
            if limit.measure in self._theirs:
                changed[np.searchsorted(self._full.cells, limit.cells)] = True
        return changed

    def _need(self, sets: Sequence[int], stage: str) -> None:
        new = [opened for opened in dict.fromkeys(sets) if opened not in self.values]
        shocks = []
        for opened in new:
            free = np.zeros(self._full.cells.size, dtype=bool)
            for k in members(opened):
                free |= self.corridors[k].cells
            shocks.append(selected(self._full, self._none, ~free, self._theirs))
        self.values |= zip(new, self._solve(shocks, stage), strict=True)

    def _solve(self, shocks: Sequence[Shock], stage: str = "the sanctions") -> list[tuple[float, float]]:
        """Consumption of essentials and welfare of the targets, percent, under each shock."""
        found = []
        for answer in self.effort.solved(self._world, shocks, self.model):
            if isinstance(answer, SolveError):
                raise answer
            found.append(self._of_targets(answer))
            if self._progress is not None:
                self._progress(stage, len(found), len(shocks))
        return found

    def _of_targets(self, eq: Equilibrium) -> tuple[float, float]:
        eaten = self._own.consumption(eq)
        return float(self._weights @ np.nan_to_num(eaten)), float(self._weights @ welfare(eq))
