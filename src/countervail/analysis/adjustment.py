"""Adjustment: how a model's parameters and the stocks of its factors move from year to year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.errors import OutputError
from countervail.model.factors import ALL, LABOUR, Factors, factors_of, supply_of
from countervail.model.nests import wages_by_cell
from countervail.model.parameters import Model, long_run, model_named, short_run
from countervail.policy.supply import Supply

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.policy.scenario import Scenario
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]

MOVING = (
    "value_added_substitution",
    "input_substitution",
    "consumption_substitution",
    "elasticity_share",
)


@dataclass(frozen=True)
class Adjustment:
    """From a first year to the long run, at stated speeds; the speeds are assumptions.

    Arguments:
        first: the model of the first year. last: the model that later years come close to.
        closing: the share of what is left between their elasticities that a year closes. At 0.3 after eight years
            94 % is closed, in line with trade elasticities that take seven to ten years (Boehm, Levchenko and
            Pandalai-Nayar 2023).
        speed: of factors that stay in their sector within a year (kappa = 0): how many percent more of a factor a
            sector has a year later, for each percent by which it pays more than the economy's mean.

    Raises:
        OutputError: CV462 for a speed outside 0 to 1, or models of different closures or factors.
    """

    first: Model = short_run
    last: Model = long_run
    closing: float = 0.3
    speed: float = 0.3

    def __post_init__(self) -> None:
        for name in ("closing", "speed"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise OutputError(
                    "CV462",
                    "a speed of adjustment out of its domain",
                    where=name,
                    found=repr(getattr(self, name)),
                    expected="a number from 0 to 1",
                )
        if (
            self.first.closure != self.last.closure
            or self.first.specific_factors != self.last.specific_factors
        ):
            raise OutputError(
                "CV462",
                "the first and the last model differ in more than elasticities and mobility",
                found=f"{self.first.name} ({self.first.closure}) and {self.last.name} ({self.last.closure})",
                expected="one closure, and the same specific factors",
            )

    @classmethod
    def of(cls, scenario: Scenario) -> Adjustment:
        """From the scenario's own model where it names a shorter horizon, otherwise from the short run."""
        own = model_named(scenario.model)
        return cls() if own.is_core else cls(first=own)

    def progress(self, year: int) -> float:
        """How much of the way elasticities have gone in a year, counted from 0."""
        return 1.0 - (1.0 - self.closing) ** year

    def model(self, year: int) -> Model:
        """The model of a year, counted from 0.

        Elasticities move linearly, the mobility of factors in 1/(1 + kappa). What stays in its sector within a year
        keeps doing so: it is its stock that moves, see `next_supply`.
        """
        gone = self.progress(year)
        values = {
            name: getattr(self.first, name) + gone * (getattr(self.last, name) - getattr(self.first, name))
            for name in MOVING
        }
        return replace(
            self.first,
            name=f"{self.first.name}, {100 * gone:.0f} % of the way to {self.last.name}"
            if year
            else self.first.name,
            source=f"{self.first.source}; {self.last.source}",
            labour_mobility=_between(self.first.labour_mobility, self.last.labour_mobility, gone),
            capital_mobility=_optional(self.first.capital_mobility, self.last.capital_mobility, gone),
            resource_mobility=_optional(self.first.resource_mobility, self.last.resource_mobility, gone),
            **values,
        )

    def next_supply(self, world: World, shock: Shock, eq: Equilibrium) -> Supply | None:
        """The supply of factors by cell a year later: what pays more than its economy's mean grows.

        l-hat (w-hat / mean)^speed for factors that stay within a year, the economy's total unchanged.

        Arguments:
            world: at the horizon of the year. shock: of the year, with its supply. eq: its equilibrium.

        Returns:
            None where no factor stays, so that nothing has to move from year to year.
        """
        factors = factors_of(world, eq.model)
        stays = np.array([bool((kappa == 0.0).all()) for kappa in factors.mobility])
        if not stays.any():
            return None
        now = np.broadcast_to(np.asarray(supply_of(world, eq.model, factors, shock)), factors.share.shape)
        grown = _grown(
            factors.pay(world.value_added_share * world.output), now, wages_by_cell(eq, factors), self.speed
        )
        stocks = np.where(stays[:, None, None], grown, now)
        return _by_name(factors, stocks)


def _grown(base: Floats, supply: Floats, wage: Floats, speed: float) -> Floats:
    """Stocks that moved towards returns; [f, d, t]."""
    stock = base * supply
    total = stock.sum(axis=2, keepdims=True)
    paid = (stock * wage).sum(axis=2, keepdims=True)
    mean = np.divide(paid, total, out=np.ones_like(total), where=total > 0.0)
    moved = supply * (np.where(stock > 0.0, wage, mean) / mean) ** speed
    after = (base * moved).sum(axis=2, keepdims=True)
    kept: Floats = moved * np.divide(total, after, out=np.ones_like(total), where=after > 0.0)
    return kept


def _by_name(factors: Factors, stocks: Floats) -> Supply:
    """Stocks by factor as labour and capital; deposits and capital stand in different sectors."""
    if factors.names == (ALL,):
        return Supply(stocks[0], stocks[0])
    capital = stocks[1]
    if len(factors.names) > 2:
        capital = np.where(factors.share[2] > 0.0, stocks[2], capital)
    return Supply(stocks[factors.names.index(LABOUR)], capital)


def _between(first: float, last: float, gone: float) -> float:
    """kappa on the way, linear in 1/(1 + kappa); 0 stays 0, as stocks move instead."""
    if first == 0.0:
        return 0.0
    rigid = (1.0 - gone) / (1.0 + first) + gone / (1.0 + last)
    return 1.0 / rigid - 1.0 if rigid > 0.0 else float("inf")


def _optional(first: float | None, last: float | None, gone: float) -> float | None:
    if first is None:
        return None
    return _between(first, float("inf") if last is None else last, gone)
