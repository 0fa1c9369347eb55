"""The offset ledger: what the sanctions cost, whom, and what each response wins back.

With v(A) the welfare in percent under what is given, the sanctions and responses A (theory.md, The offset
ledger): harm = v(empty) - v(given alone), negative for a loss; offset = v(all) - v(empty), positive for a
recovery; the part of a response is its Shapley value; net = harm + offset; offset share = offset / -harm.
Welfare of groups is weighted by income, so that parts of groups are the weighted means
of the parts of their members.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from countervail import __version__, groups
from countervail.analysis import break_even as breaking
from countervail.analysis import ledger_tables, shapley
from countervail.analysis.break_even import BreakEven
from countervail.analysis.cost_ratio import CostRatio, cost_ratios
from countervail.analysis.ranges import LOSS, Ranges, offset_share, over_elasticities
from countervail.analysis.sentence import Finding, sentence
from countervail.analysis.subsets import GIVEN, Effort, Values, acting, values_by_elasticity, values_of
from countervail.errors import SolveError
from countervail.groups import Group
from countervail.model.equilibrium import Equilibrium
from countervail.model.horizon import at_horizon
from countervail.model.parameters import Model, model_named
from countervail.model.welfare import welfare
from countervail.outcome import Outcome, headline
from countervail.policy.shock import Compiled, compile_scenario, conversions
from countervail.words import percent

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Told (stage, solves done, solves in all) while a ledger is made; 0 in all where that is not known."""

EXACT_UP_TO = 12


@dataclass(frozen=True, eq=False)
class Ledger:
    """Harm, parts, net and offset share of every economy, side, bloc and the world.

    Arguments:
        world, scenario, model: what was asked.
        data: Dataset over code (economies, then groups) and response: harm, part, offset, net, alone and
            cumulative in percent of income, offset_share as a fraction, income (million USD), population.
        groups: the groups behind the codes.
        method: "exact" or "sampled (...)".
        missing: code-independent reasons for numbers that are missing.
        no_population: reason by code for amounts per head that are missing, "" otherwise.
        ranges: over the elasticity sets; None where not asked for.
        break_even: one entry a response; None where not asked for.
        outcome: with every response on; None where that has no equilibrium.
        residual: the largest of all solves. solves, failures: how many, and how many without an equilibrium.
        seconds: how long all of it took.
    """

    world: World
    scenario: Scenario
    model: Model
    data: xr.Dataset
    groups: tuple[Group, ...]
    method: str
    missing: Mapping[str, str]
    no_population: tuple[str, ...]
    ranges: Ranges | None
    break_even: tuple[BreakEven, ...] | None
    outcome: Outcome | None
    residual: float
    solves: int
    failures: int
    seconds: float

    # --- numbers ---------------------------------------------------------------------------------------

    @property
    def harm(self) -> xr.DataArray:
        """Harm of the sanctions over code, percent of income; negative for a loss."""
        return self.data["harm"]

    @property
    def parts(self) -> xr.DataArray:
        """Shapley part of each response over response and code, percent of income; adds up to `offset`."""
        return self.data["part"]

    @property
    def offset(self) -> xr.DataArray:
        """What all responses win back over code, percent of income; positive for a recovery."""
        return self.data["offset"]

    @property
    def net(self) -> xr.DataArray:
        """Harm and offset together over code, percent of income."""
        return self.data["net"]

    @property
    def offset_share(self) -> xr.DataArray:
        """Offset over minus harm over code, a fraction; missing where the harm is no loss of 0.005 % or more."""
        return self.data["offset_share"]

    @property
    def responses(self) -> tuple[str, ...]:
        """The names of the responses, in file order."""
        return self.scenario.labels("responses")

    def in_money(self, name: str) -> xr.DataArray:
        """A percent variable of `data` in million USD of the base year.

        Example:
            >>> ledger.in_money("harm").sel(code="TARGETS")  # doctest: +SKIP
        """
        money = self.data[name] * self.data["income"] / 100
        return money.assign_attrs(self.data[name].attrs | {"unit": "million USD"})

    def position(self, code: str) -> int | None:
        """The place of a code in the data, None where the scenario has no such group."""
        codes = list(self.data["code"].to_numpy())
        return codes.index(code) if code in codes else None

    @cached_property
    def cost_ratios(self) -> tuple[CostRatio, ...]:
        """Loss of the targets over loss of the senders, in percent and in money, with its range."""
        return cost_ratios(self.data, self.ranges)

    # --- tables ----------------------------------------------------------------------------------------

    @cached_property
    def table(self) -> pd.DataFrame:
        """Tidy: one row an economy or group and item (harm, each part, offset, net, offset share)."""
        return ledger_tables.tidy(self.data, self.no_population, self.missing, self.ranges)

    @cached_property
    def by_economy(self) -> pd.DataFrame:
        """One row an economy or group, one column a number: the ledger as people print it."""
        return ledger_tables.wide(self.data, self.no_population, self.missing, self.ranges)

    @cached_property
    def views(self) -> pd.DataFrame:
        """Each response's part beside its effect alone and on top of those before it in file order."""
        return ledger_tables.views(self.data)

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name, units in the column names; the first is `ledger`."""
        frames = {
            "ledger": self.table,
            "ledger_by_economy": self.by_economy,
            "response_views": self.views,
            "cost_ratio": pd.DataFrame([vars(ratio) for ratio in self.cost_ratios]),
        }
        if self.ranges is not None and not self.ranges.missing:
            frames["elasticity_sets"] = ledger_tables.by_set(self.ranges, self.data)
        if self.break_even:
            frames["break_even"] = ledger_tables.break_even(self.break_even)
        return frames

    def provenance(self) -> dict[str, Any]:
        """Where the numbers come from: data, settings, version and accuracy, as plain values."""
        known = {} if self.outcome is None else self.outcome.provenance()
        return known | {
            "ledger": {
                "fingerprint": self.fingerprint,
                "responses": list(self.responses),
                "method": self.method,
                "missing": dict(self.missing),
                "elasticity_sets": None if self.ranges is None else list(self._sets()),
                "solves": self.solves,
                "without_equilibrium": self.failures,
                "largest_residual": self.residual,
                "seconds": round(self.seconds, 3),
            }
        }

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of scenario, data, model and version."""
        asked = (self.scenario.fingerprint(), self.world.fingerprint(), repr(self.model), __version__)
        return hashlib.sha256("\n".join(asked).encode()).hexdigest()

    # --- words -----------------------------------------------------------------------------------------

    @cached_property
    def sentence(self) -> str:
        """The finding in plain words, generated from the numbers."""
        place = self.position("TARGETS")
        if place is None:
            return sentence(Finding((), 0.0, 0.0, len(self.responses)))
        namer = self.scenario.namer()
        members = [self.world.countries[int(n)] for n in self.groups[place].members]
        harm, share = (np.nan, np.nan), (np.nan, np.nan)
        if self.ranges is not None and not self.ranges.missing:
            ends = {name: self.ranges.ends(name) for name in ("harm", "offset_share")}
            harm, share = ((float(e.low[place]), float(e.high[place])) for e in ends.values())
        said = sentence(
            Finding(
                tuple(namer.economies([code]) for code in members),
                float(self.harm[place]),
                float(self.offset[place]),
                len(self.responses),
                harm,
                share,
            )
        )
        return said[0].upper() + said[1:]

    @property
    def headline(self) -> str:
        """Scenario, world, base year, elasticities, model: what the numbers are about."""
        return headline(self.scenario.name, self.world, self.model)

    @property
    def convergence(self) -> str:
        """One sentence on how many equilibria were solved and how accurately."""
        text = f"All {self.solves} equilibria converged"
        if self.failures:
            text = f"{self.solves - self.failures} of {self.solves} equilibria converged"
        accuracy = f"largest residual {self.residual:.1e}; {self.method} attribution; {self.seconds:.1f} s."
        notes = (*self.scenario.notes(), *conversions(self.scenario, self.world))
        return " ".join([f"{text}; {accuracy}", *notes])

    def __repr__(self) -> str:
        lines = [f"Offset ledger of {self.scenario.name} on {self.world.name}", self.sentence]
        place = self.position("TARGETS")
        if place is not None:
            lines += [
                f"  {name}: {percent(float(part))}"
                for name, part in zip(self.responses, self.parts[:, place], strict=True)
            ]
        return "\n".join([*lines, *self.missing.values(), self.convergence])

    def _repr_html_(self) -> str:
        return ledger_tables.html(self.data, self.sentence, self.convergence)

    def _sets(self) -> list[str]:
        return (
            []
            if self.ranges is None or self.ranges.missing
            else list(self.ranges.data["elasticity"].to_numpy())
        )


def offset_ledger(
    world: World,
    scenario: Scenario,
    model: Model | None = None,
    *,
    ranges: bool = True,
    break_even: bool = True,
    pairs: int = 50,
    seed: int = 0,
    progress: Progress | None = None,
) -> Ledger:
    """What the sanctions of a scenario cost and what each of its responses wins back.

    Arguments:
        world: a calibrated world.
        scenario: its sanctions are the harm, its responses the parts.
        model: preset and closure; by default what the scenario itself names.
        ranges: also solve under the other elasticity sets of the world.
        break_even: also search for the size at which each response alone wins back a quarter, half and all.
        pairs, seed: of sampled orders, beyond 12 responses.
        progress: told (stage, done, in all) after every few solves.

    Returns:
        Ledger. Parts are exact up to 12 responses; beyond, they are estimates with standard errors.

    Raises:
        ScenarioError: the scenario does not fit the world.
        SolveError: what is given, or every subset of the responses, has no equilibrium.

    Example:
        >>> ledger = cv.offset_ledger(world, cv.load_scenario("united-front"))  # doctest: +SKIP
        >>> ledger.offset_share.sel(code="TARGETS")  # doctest: +SKIP
    """
    start, effort = time.perf_counter(), Effort()
    model = model_named(scenario.model) if model is None else model
    compiled = compile_scenario(scenario, at_horizon(world, model))
    n = len(acting(scenario))
    everything = (1 << n) - 1
    orders = shapley.sampled_orders(n, pairs, seed) if n > EXACT_UP_TO else None
    if orders is None:
        method, subsets = "exact", list(range(1 << n))
    else:
        method = f"sampled ({2 * pairs} orders, seed {seed})"
        met = {a for order in orders for a in shapley.chain(order)}
        subsets = sorted(met | set(shapley.chain(range(n))) | {1 << r for r in range(n)})
    effort.step = _told(progress, "subsets of the responses", len(subsets) + 1)
    values = values_of(world, compiled, model, subsets, effort, keep=frozenset({everything}))

    own_blocs = groups.named_blocs(world, scenario.blocs, scenario.origin)
    economies = groups.economies(world, compiled.sides)
    totals = groups.totals(world, compiled.sides, groups.standard_blocs(world) | own_blocs)
    found = (*economies, *totals)
    weights = groups.mean_weights(found, values.income)
    data = _dataset(world, scenario, found, weights, values, orders)
    codes = [g.code for g in found]

    spread = None
    if ranges:
        names = [one.name for one in world.elasticity_sets]
        others = [name for name in names if name != world.elasticity]
        effort.step = _told(progress, "elasticity sets", 3 * len(others))
        by_set = values_by_elasticity(world, scenario, others, model, (0, everything), effort)
        if names:
            by_set = {name: by_set.get(name, values) for name in names}
            spread = over_elasticities(by_set, everything, weights, codes)
        else:
            spread = Ranges(
                missing="The range cannot be computed because this world has no named elasticity sets."
            )
    sizes = None
    if break_even:
        effort.step = _told(progress, "break-even sizes", 0)
        place = codes.index("TARGETS") if "TARGETS" in codes else None
        of_target = None if place is None else weights[place]
        sizes = _break_even(world, compiled, model, values, of_target, effort)
    persons, no_population = groups.populations(found, world)
    data["population"] = ("code", persons, {"unit": "persons"})
    outcome = None
    if everything in values.kept:
        outcome = Outcome(world, scenario, model, *values.kept[everything])
    return Ledger(
        world=world,
        scenario=scenario,
        model=model,
        data=data,
        groups=found,
        method=method,
        missing=_reasons(scenario, values),
        no_population=no_population,
        ranges=spread,
        break_even=sizes,
        outcome=outcome,
        residual=effort.residual,
        solves=effort.solves,
        failures=effort.failures,
        seconds=time.perf_counter() - start,
    )


def _dataset(
    world: World,
    scenario: Scenario,
    found: tuple[Group, ...],
    weights: Floats,
    values: Values,
    orders: NDArray[np.int64] | None,
) -> xr.Dataset:
    """All percent numbers by code, from welfare of economies under subsets."""
    positions = list(acting(scenario))
    n = len(positions)
    everything = (1 << n) - 1
    by_code = {subset: weights @ percent for subset, percent in values.welfare.items()}
    harm = by_code[0] - by_code[GIVEN]
    offset = by_code[everything] - by_code[0]
    share = offset_share(offset, harm)
    views = np.zeros((4, len(scenario.responses), len(found)))  # what has no channel has no part
    if orders is None:
        views[0, positions] = shapley.exact(np.array([by_code[a] for a in range(1 << n)]))
    else:
        views[0, positions], views[1, positions] = shapley.sampled(by_code, orders)
    views[2, positions] = shapley.one_by_one(by_code, n)
    views[3, positions] = shapley.cumulative(by_code, n)
    if values.failed:
        share = np.full_like(share, np.nan)
    income = groups.membership(found, world.n_countries) @ values.income
    by_response = ("response", "code")
    of_income = {"unit": "percent of income"}
    return xr.Dataset(
        {
            "harm": ("code", harm, of_income),
            "part": (by_response, views[0], of_income),
            "standard_error": (by_response, views[1], of_income),
            "alone": (by_response, views[2], of_income),
            "cumulative": (by_response, views[3], of_income),
            "offset": ("code", offset, of_income),
            "net": ("code", by_code[everything] - by_code[GIVEN], of_income),
            "offset_share": ("code", share, {"unit": "fraction of the harm"}),
            "income": ("code", income, {"unit": "million USD"}),
        },
        coords={
            "code": [g.code for g in found],
            "name": ("code", [g.name for g in found]),
            "kind": ("code", [g.kind for g in found]),
            "side": ("code", [g.side for g in found]),
            "response": list(scenario.labels("responses")),
        },
        attrs={
            "base_year": world.year,
            "world": world.name,
            "elasticity": world.elasticity,
            "scenario": scenario.name,
            "version": __version__,
        },
    )


def _break_even(
    world: World,
    compiled: Compiled,
    model: Model,
    values: Values,
    of_target: Floats | None,
    effort: Effort,
) -> tuple[BreakEven, ...]:
    """Break-even sizes of every response that has a size, each alone."""
    scenario, positions = compiled.scenario, acting(compiled.scenario)
    harm = np.nan if of_target is None else float(of_target @ (values.welfare[0] - values.welfare[GIVEN]))
    names, found = scenario.labels("responses"), []
    for bit, r in enumerate(positions):
        measure = scenario.responses[r]
        if measure.size is None or measure.size_value is None:
            continue
        stated = measure.size_value
        about = (names[r], measure.size, measure.size_unit, stated)
        if of_target is None or not harm <= LOSS:
            found.append(BreakEven(*about, missing="the sanctions are no loss to the target"))
            continue

        nearest: list[Equilibrium] = []

        def share(
            size: float, r: int = r, weights: Floats = of_target, near: list[Equilibrium] = nearest
        ) -> float:
            shock = compiled.with_size(r, size).shock(responses=(r,))
            answer = next(effort.solved(world, [shock], model, start=near[-1] if near else None))
            if isinstance(answer, SolveError):
                return np.nan
            near[:] = [answer]
            return float(weights @ (welfare(answer) - values.welfare[0])) / -harm

        limit = measure.size_limit
        first = breaking.FIRST_STEP * (limit if np.isfinite(limit) else float(values.income.min()))
        alone = float(of_target @ (values.welfare[1 << bit] - values.welfare[0])) / -harm
        known = {} if np.isnan(alone) else {stated: alone}
        start = stated if stated > 0 else first
        found.append(BreakEven(*about, search=breaking.search(share, start, limit, known=known)))
    return tuple(found)


def _reasons(scenario: Scenario, values: Values) -> dict[str, str]:
    """Why numbers are missing: each subset without an equilibrium, by the names of its responses."""
    labels = scenario.labels("responses")
    names = [labels[r] for r in acting(scenario)]
    reasons = {}
    for subset, error in values.failed.items():
        on = " and ".join(names[r] for r in shapley.members(subset))
        which = f"the sanctions with {on}" if on else "the sanctions alone"
        reasons[which] = f"No equilibrium under {which}: {error}"
    return reasons


def _told(progress: Progress | None, stage: str, total: int) -> Callable[[int], None] | None:
    if progress is None:
        return None
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress(stage, done, total)

    return step
