"""Outcome: what a scenario does to a world, with labels, units and settings on every number.

Percent is percent (2.95 means 2.95 %), money is million USD of the base year at unchanged world value added
(Eq. 8). Axes are origin, destination, sector; flows and trade are at basic prices. A level that did not exist
in the base has no percent change: it is missing there and the attribute `missing` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from countervail import __version__, groups, tables
from countervail.answer import Answer, difference_text, finding_html
from countervail.errors import OutputError
from countervail.groups import Group
from countervail.model import equations, welfare
from countervail.model.nests import value_added_of
from countervail.policy.complaint import Origin
from countervail.policy.shock import Sides, compile_scenario
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.model.parameters import Model
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]

PERCENT, POINTS, MONEY = "percent", "percentage points", "million USD"
FIRST_ORDER = {
    "terms_of_trade": "terms of trade",
    "volume_of_trade": "volume of trade",
    "efficiency": "efficiency",
    "rents": "rents",
    "transfers": "transfers",
    "total": "sum of the parts",
}
RESULTS = (
    *("welfare", "welfare_money", "real_wage", "consumer_price", "prices"),
    *("output", "value_added", "exports", "imports", "trade", "tariff_revenue", "income", "transfer"),
)
_NO_SIDES = Sides(*(np.empty(0, dtype=np.int64) for _ in range(4)))


@dataclass(frozen=True, eq=False)
class Outcome:
    """The equilibrium of a world under a scenario, labelled.

    Arguments:
        world: the world that was asked.
        scenario: what was decided; None where a bare shock was solved.
        model: the preset and closure.
        shock: what the scenario means to this world.
        equilibrium: hats and new levels, converged, relative to `equilibrium.base`.

    Example:
        >>> outcome = cv.solve(world, scenario)  # doctest: +SKIP
        >>> outcome.welfare.sel(country="RUS")  # doctest: +SKIP
    """

    world: World
    scenario: Scenario | None
    model: Model
    shock: Shock
    equilibrium: Equilibrium

    # --- welfare and prices, percent -------------------------------------------------------------------

    @cached_property
    def welfare(self) -> xr.DataArray:
        """Welfare, equivalent variation in percent of base income, over country: 100 (W-hat - 1)."""
        values = welfare.welfare(self.equilibrium)
        return self._array("welfare", values, ("country",), "welfare (equivalent variation)", PERCENT)

    @cached_property
    def welfare_money(self) -> xr.DataArray:
        """Welfare in money over country: I (W-hat - 1), million USD."""
        values = self.base.income * self.welfare.to_numpy() / 100
        return self._array("welfare_money", values, ("country",), "welfare (equivalent variation)", MONEY)

    @cached_property
    def first_order(self) -> xr.Dataset:
        """First-order welfare and its parts in percent of income (Eq. 8a), a result apart from `welfare`."""
        parts = welfare.first_order(self.equilibrium, self.shock)
        found = {
            key: self._array(key, parts[key], ("country",), f"first-order welfare: {name}", PERCENT)
            for key, name in FIRST_ORDER.items()
        }
        return xr.Dataset(found, attrs=self.attrs)

    @cached_property
    def real_wage(self) -> xr.DataArray:
        """Change of the real wage over country, percent."""
        values = welfare.real_wage(self.equilibrium, self.shock)
        return self._array("real_wage", values, ("country",), "real wage", PERCENT)

    @cached_property
    def consumer_price(self) -> xr.DataArray:
        """Change of the consumer price index over country, percent, in money of Eq. 8."""
        values = 100 * (welfare.consumer_price(self.equilibrium) - 1)
        return self._array("consumer_price", values, ("country",), "consumer price index", PERCENT)

    @cached_property
    def prices(self) -> xr.DataArray:
        """Change of the price buyers pay for each good, over country and sector, percent (Eq. 2)."""
        values = 100 * (self.equilibrium.price - 1)
        return self._array("prices", values, ("country", "sector"), "price paid by buyers", PERCENT)

    # --- levels, million USD ---------------------------------------------------------------------------

    @cached_property
    def output(self) -> xr.DataArray:
        """New output over country and sector at basic prices, million USD (Eq. 4)."""
        return self._array(
            "output", self.equilibrium.output, ("country", "sector"), "output at basic prices", MONEY
        )

    @cached_property
    def value_added(self) -> xr.DataArray:
        """New value added over country and sector, million USD: beta' Y'."""
        values = value_added_of(self.equilibrium, self.shock)
        return self._array("value_added", values, ("country", "sector"), "value added", MONEY)

    @cached_property
    def trade(self) -> xr.DataArray:
        """New sales over origin, destination and sector at basic prices, million USD; home sales included."""
        dims = ("origin", "destination", "sector")
        return self._array("trade", self._new_flow, dims, "sales at basic prices, home sales included", MONEY)

    @cached_property
    def exports(self) -> xr.DataArray:
        """New exports over country and sector at basic prices, million USD."""
        values = _abroad(self._new_flow).sum(axis=1)
        return self._array("exports", values, ("country", "sector"), "exports at basic prices", MONEY)

    @cached_property
    def imports(self) -> xr.DataArray:
        """New imports over country and sector at basic prices (before tariffs), million USD."""
        values = _abroad(self._new_flow).sum(axis=0)
        return self._array("imports", values, ("country", "sector"), "imports at basic prices", MONEY)

    @cached_property
    def tariff_revenue(self) -> xr.DataArray:
        """New tariff revenue over country, million USD (Eq. 6)."""
        return self._array(
            "tariff_revenue", self.equilibrium.tariff_revenue, ("country",), "tariff revenue", MONEY
        )

    @cached_property
    def income(self) -> xr.DataArray:
        """New income over country, million USD (Eq. 6)."""
        return self._array("income", self.equilibrium.income, ("country",), "income", MONEY)

    @cached_property
    def transfer(self) -> xr.DataArray:
        """New transfer received over country, million USD; sums to zero."""
        return self._array("transfer", self.equilibrium.transfer, ("country",), "transfer received", MONEY)

    def base_level(self, name: str) -> xr.DataArray:
        """The level of a result before the scenario, million USD.

        Arguments:
            name: output, value_added, trade, exports, imports, tariff_revenue, income or transfer.

        Raises:
            OutputError: CV403 the result is not a level.
        """
        now: xr.DataArray = getattr(self, name) if name in self._base_levels else self._no_level(name)
        values = self._base_levels[name]
        return self._array(
            f"base_{name}", values, tuple(map(str, now.dims)), f"base {now.attrs['long_name']}", MONEY
        )

    def change_percent(self, name: str) -> xr.DataArray:
        """Percent change of a level against the base; missing where the base is zero.

        Arguments:
            name: as in `base_level`.

        Example:
            >>> outcome.change_percent("imports").sel(country="RUS")  # doctest: +SKIP
        """
        before = self.base_level(name)
        now: xr.DataArray = getattr(self, name)
        values = _change(now.to_numpy(), before.to_numpy())
        changed = self._array(
            f"{name}_change",
            values,
            tuple(map(str, now.dims)),
            f"change of {now.attrs['long_name']}",
            PERCENT,
        )
        changed.attrs["missing"] = "where the base level is zero"
        return changed

    # --- groups ----------------------------------------------------------------------------------------

    @cached_property
    def sides(self) -> Sides:
        """Senders, targets, partners and third parties of the scenario, as indices of the world."""
        if self.scenario is None:
            return _NO_SIDES
        return compile_scenario(self.scenario, self.world).sides

    @cached_property
    def totals(self) -> tuple[Group, ...]:
        """What results are summed over: sides, blocs of the scenario, standard blocs, the world."""
        own = {} if self.scenario is None else self._blocs(self.scenario.blocs)
        return groups.totals(self.world, self.sides, groups.standard_blocs(self.world) | own)

    def bloc_welfare(self, blocs: Mapping[str, Sequence[str]] | None = None) -> xr.DataArray:
        """Welfare of groups over bloc: the mean weighted by base income, percent.

        Arguments:
            blocs: name to ISO3 codes or names; without it the blocs of the scenario and the standard ones.

        Returns:
            DataArray over bloc: the sides of the scenario, the blocs, the world.

        Raises:
            ScenarioError: a member that the world does not have.
        """
        found = self.totals if blocs is None else groups.totals(self.world, self.sides, self._blocs(blocs))
        values = groups.mean_weights(found, self.base.income) @ self.welfare.to_numpy()
        coords = {"bloc": [g.code for g in found], "bloc_name": ("bloc", [g.name for g in found])}
        about = {"long_name": "welfare (equivalent variation), weighted by base income", "unit": PERCENT}
        return xr.DataArray(values, dims=("bloc",), coords=coords, name="welfare", attrs=about | self.attrs)

    @cached_property
    def world_totals(self) -> xr.Dataset:
        """World totals: welfare, income, value added, output, trade between economies, tariff revenue."""
        totals = {
            "welfare": (float(self.welfare_money.sum() / self.base.income.sum() * 100), PERCENT),
            "welfare_money": (float(self.welfare_money.sum()), MONEY),
        }
        for name in ("income", "value_added", "output", "exports", "tariff_revenue"):
            before, now = float(self._base_levels[name].sum()), float(getattr(self, name).sum())
            totals[name] = (now, MONEY)
            totals[f"{name}_change"] = (float(_change(np.array(now), np.array(before))), PERCENT)
        found = {
            name: xr.DataArray(value, attrs={"unit": unit, "long_name": f"world {name.replace('_', ' ')}"})
            for name, (value, unit) in totals.items()
        }
        return xr.Dataset(found, attrs=self.attrs)

    # --- tables and words ------------------------------------------------------------------------------

    def summary(self) -> pd.DataFrame:
        """Welfare by economy, largest loss first: percent, million USD, USD per head; with side and name."""
        found = groups.economies(self.world, self.sides)
        persons, why = groups.populations(found, self.world)
        money = self.welfare_money.to_numpy()
        table = pd.DataFrame(
            {
                "code": [g.code for g in found],
                "name": [g.name for g in found],
                "side": [g.side for g in found],
                "welfare_percent": self.welfare.to_numpy(),
                "welfare_million_usd": money,
                "welfare_usd_per_head": 1e6 * money / persons,
                "missing": why,
            }
        )
        return table.sort_values("welfare_percent", ignore_index=True, kind="stable")

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name, units in the column names; the first is `welfare`."""
        return tables.of_outcome(self)

    def provenance(self) -> dict[str, Any]:
        """Where the numbers come from: data, settings, version and accuracy, as plain values."""
        world, equilibrium = self.world, self.equilibrium
        return {
            "world": {
                "name": world.name,
                "base_year": world.year,
                "elasticity": world.elasticity,
                "economies": world.n_countries,
                "sectors": world.n_sectors,
                "sources": list(world.sources),
                "fingerprint": world.fingerprint(),
            },
            "scenario": None
            if self.scenario is None
            else {"name": self.scenario.name, "fingerprint": self.scenario.fingerprint()},
            "model": self.model.record(),
            "convergence": {
                "converged": True,
                "residual": equilibrium.residual,
                "residuals": dict(equilibrium.residuals),
                "iterations": equilibrium.iterations,
                "method": equilibrium.method,
                "parts": equilibrium.parts,
                "notes": list(equilibrium.notes),
            },
            "version": __version__,
        }

    @property
    def base(self) -> World:
        """The world that hats are relative to; under closure `zero` the re-solved one."""
        return self.equilibrium.base

    @property
    def attrs(self) -> dict[str, Any]:
        """What every result carries beside its own name and unit."""
        return {
            "base_year": self.world.year,
            "world": self.world.name,
            "elasticity": self.world.elasticity,
            "model": self.model.name,
            "closure": self.model.closure,
            "scenario": self.title,
            "residual": float(self.equilibrium.residual),
            "version": __version__,
        }

    @property
    def title(self) -> str:
        """The scenario's name."""
        return "a bare shock" if self.scenario is None else self.scenario.name

    @property
    def headline(self) -> str:
        """Scenario, world, base year, elasticities, model: what the numbers are about."""
        return headline(self.title, self.world, self.model)

    @property
    def convergence(self) -> str:
        """One sentence on the accuracy of the equilibrium."""
        found = self.equilibrium
        notes = self.scenario.notes() if self.scenario is not None else ()
        accuracy = f"largest residual {found.residual:.1e} after {found.iterations} iterations"
        return " ".join([f"Converged: {accuracy} ({found.method}).", *found.notes, *notes])

    def __sub__(self, other: Outcome) -> Difference:
        return Difference(self, other)

    def __repr__(self) -> str:
        return self._answer().text()

    def _repr_html_(self) -> str:
        return self._answer().html()

    def _blocs(self, blocs: Mapping[str, Sequence[str]]) -> dict[str, NDArray[np.int64]]:
        origin = Origin("blocs") if self.scenario is None else self.scenario.origin
        return groups.named_blocs(self.world, blocs, origin)

    def _answer(self) -> Answer:
        totals = self.world_totals
        worlds = float(totals["welfare"]), float(totals["welfare_money"])
        return Answer(self.headline, self.convergence, self.summary(), *worlds)

    @cached_property
    def _new_flow(self) -> Floats:
        found = self.equilibrium
        share = equations.new_trade_share(self.base, self.shock, found.unit_cost, found.price)
        return equations.new_flow(self.base, self.shock, share, found.expenditure)

    @cached_property
    def _base_levels(self) -> dict[str, Floats]:
        base, flow = self.base, self.base.basic_flow()
        return {
            "output": base.output,
            "value_added": base.value_added_share * base.output,
            "trade": flow,
            "exports": _abroad(flow).sum(axis=1),
            "imports": _abroad(flow).sum(axis=0),
            "tariff_revenue": base.tariff_revenue,
            "income": base.income,
            "transfer": base.transfer,
        }

    def _no_level(self, name: str) -> xr.DataArray:
        raise OutputError(
            "CV403",
            "This result is not a level in money, so it has no base level",
            found=repr(name),
            expected=", ".join(self._base_levels),
            next_step="Ask for one of these; welfare, prices and wages are changes already.",
        )

    def _array(
        self, name: str, values: Floats, dims: tuple[str, ...], long_name: str, unit: str
    ) -> xr.DataArray:
        coords: dict[str, Any] = {}
        for dim in dims:
            if dim == "sector":
                codes, names = self.world.sectors, list(map(labels.sector_name, self.world.sectors))
            else:
                codes, names = self.world.countries, list(map(labels.country_name, self.world.countries))
            coords[dim] = list(codes)
            coords[f"{dim}_name"] = (dim, names)
        about = {"long_name": long_name, "unit": unit} | self.attrs
        return xr.DataArray(values, dims=dims, coords=coords, name=name, attrs=about)


@dataclass(frozen=True, eq=False)
class Difference:
    """First outcome minus second, result by result, under the same names: `(a - b).welfare`, `(a - b).trade`.

    Percent become percentage points. The second outcome's settings are attributes with the prefix `minus_`.

    Arguments:
        first, second: outcomes over the same economies and sectors.

    Raises:
        OutputError: CV404 the outcomes have different economies or sectors.
    """

    first: Outcome
    second: Outcome

    def __post_init__(self) -> None:
        one, other = self.first.world, self.second.world
        for what, a, b in (
            ("economies", one.countries, other.countries),
            ("sectors", one.sectors, other.sectors),
        ):
            if a != b:
                apart = sorted(set(a) ^ set(b))
                raise OutputError(
                    "CV404",
                    f"Two outcomes over different {what} have no difference",
                    where=f"{self.first.title} and {self.second.title}",
                    found=f"{len(a)} and {len(b)} {what}"
                    + (f", apart in {', '.join(apart[:5])}" if apart else ""),
                    expected="the same in both, in the same order",
                    next_step="Solve both scenarios on one world.",
                )

    def __getattr__(self, name: str) -> xr.DataArray:
        if name not in RESULTS:
            raise AttributeError(f"a difference has no {name!r}; it has {', '.join(RESULTS)}")
        one: xr.DataArray = getattr(self.first, name)
        other: xr.DataArray = getattr(self.second, name)
        unit = POINTS if one.attrs["unit"] == PERCENT else one.attrs["unit"]
        less = {f"minus_{key}": value for key, value in self.second.attrs.items()}
        values = one.to_numpy() - other.to_numpy()
        return one.copy(data=values).assign_attrs({"unit": unit} | less)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *RESULTS]

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """Welfare of both and their difference by economy."""
        return {"welfare_difference": tables.of_difference(self.first, self.second)}

    def provenance(self) -> dict[str, Any]:
        """Where both outcomes come from."""
        return {"first": self.first.provenance(), "second": self.second.provenance(), "version": __version__}

    def __repr__(self) -> str:
        first, second = self.first, self.second
        table = tables.of_difference(first, second)
        return difference_text((first.title, second.title), table, (first.convergence, second.convergence))

    def _repr_html_(self) -> str:
        first, second = self.first, self.second
        table = tables.of_difference(first, second)
        below = "Welfare in percent of income and their difference in percentage points"
        return finding_html(
            f"{first.title} less {second.title}", below, table, (first.convergence, second.convergence)
        )


def headline(title: str, world: World, model: Model) -> str:
    """What numbers are about: scenario, world, base year, elasticities, model and closure."""
    return (
        f"{title} on {world.name} (base year {world.year}, {world.elasticity} elasticities), "
        f"{model.title}, closure {model.closure}"
    )


def _abroad(flow: Floats) -> Floats:
    """The flows between different economies: home sales set to zero."""
    found = flow.copy()
    home = np.arange(len(flow))
    found[home, home] = 0.0
    return found


def _change(now: Floats, before: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before != 0, 100 * (now / before - 1), np.nan)
