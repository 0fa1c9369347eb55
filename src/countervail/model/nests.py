"""The nests of costs and consumption, and what factors earn: Eq. 9-11b, each once, in plain NumPy.

An index of prices p = ln P-hat under shares g is ln(sum g exp(a p)) / a with a = 1 - eps, taken as
log1p(sum g expm1(a p)) / a, which keeps its digits as eps nears 1; at 1 it is sum g p. Shares no code with the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.model.factors import Factors, factors_of, supply_of
from countervail.model.parameters import Model

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.policy.shock import Shock
    from countervail.world.world import World

Floats = NDArray[np.float64]


def input_price(base: World, model: Model, price: Floats) -> Floats:
    """ln q-hat of Eq. 9, the price of the bundle of inputs, axes o, t; 0 where a sector uses none."""
    a = 1.0 - model.input_substitution
    log = _log(price, a)
    bent = np.expm1(a * log) if a else log
    inputs = 1.0 - base.value_added_share
    mean = np.matmul(bent[:, None, :], base.input_share)[:, 0, :]
    mean = np.divide(mean, inputs, out=np.zeros_like(mean), where=inputs > 0.0)
    found: Floats = np.log1p(mean) / a if a else mean
    return found


def cost_before_productivity(base: World, model: Model, value_added_price: Floats, inputs: Floats) -> Floats:
    """ln c0-hat of Eq. 9 (Eq. 1 at eps_v = 1), from ln v-hat and ln q-hat, axes o, t."""
    a, beta = 1.0 - model.value_added_substitution, base.value_added_share
    apart = value_added_price - inputs
    found: Floats = inputs + (np.log1p(beta * np.expm1(a * apart)) / a if a else beta * apart)
    return found


def value_added_price(factors: Factors, factor_wage: Floats) -> Floats:
    """ln v-hat of Eq. 9: factors are Cobb-Douglas among themselves, axes d, t."""
    found: Floats = (factors.share * np.log(factor_wage)).sum(axis=0)
    return found


def new_value_added_share(base: World, model: Model, value_added_price: Floats, cost: Floats) -> Floats:
    """beta' of Eq. 9a, from ln v-hat and ln c0-hat, axes d, t."""
    a = 1.0 - model.value_added_substitution
    return base.value_added_share * np.exp(a * (value_added_price - cost)) if a else base.value_added_share


def new_input_share(base: World, model: Model, price: Floats, inputs: Floats, cost: Floats) -> Floats:
    """gamma' of Eq. 9a, from P-hat, ln q-hat and ln c0-hat, axes d, s, t."""
    a_v, a_m = 1.0 - model.value_added_substitution, 1.0 - model.input_substitution
    share = base.input_share
    if a_v or a_m:
        share = share * np.exp(a_v * (inputs - cost) - a_m * inputs)[:, None, :]
    if a_m:
        share = share * np.exp(a_m * _log(price, a_m))[:, :, None]
    return share


def log_consumer_price(base: World, model: Model, price: Floats) -> Floats:
    """ln P_C-hat of Eq. 10, axis d."""
    a = 1.0 - model.consumption_substitution
    log = _log(price, a)
    found: Floats
    if a:
        found = np.log1p((base.final_share * np.expm1(a * log)).sum(axis=1)) / a
    else:
        found = (base.final_share * log).sum(axis=1)
    return found


def new_final_share(base: World, model: Model, price: Floats) -> Floats:
    """alpha' of Eq. 10, axes d, s."""
    a = 1.0 - model.consumption_substitution
    if not a:
        return base.final_share
    return base.final_share * np.exp(a * (_log(price, a) - log_consumer_price(base, model, price)[:, None]))


def factor_wages(base: World, factors: Factors, supply: Floats | float, value: Floats) -> Floats:
    """w-hat of Eq. 11 and 11b, solved with Eq. 11a for the wage: Phi^(1 - rho) (V'/(l-hat VA))^rho, axes f, d, t.

    rho = 1/(1 + kappa) is 0 where one wage holds, 1 where a factor stays in its cell; Phi is what all that can move
    earns over what it earned in the base.

    Arguments:
        supply: l-hat, broadcast to f, d, t. value: V' = beta' Y', axes d, t, million USD.

    Returns:
        Phi where a cell has no value added, in the base or now.
    """
    earned = factors.pay(base.value_added_share * base.output) * supply
    rho = 1.0 / (1.0 + factors.mobility)
    moves = rho < 1.0
    paid = factors.pay(value)
    together = np.where(moves, earned, 0.0).sum(axis=2)
    pool = np.where(moves, paid, 0.0).sum(axis=2)
    phi = np.divide(pool, together, out=np.ones_like(pool), where=(together > 0.0) & (pool > 0.0))[:, :, None]
    live = (earned > 0.0) & (paid > 0.0)
    own = np.divide(paid, earned, out=np.ones_like(paid), where=live)
    found: Floats = np.where(live, phi ** (1.0 - rho) * own**rho, phi)
    return found


def wages_by_cell(eq: Equilibrium, factors: Factors, supply: Floats | float = 1.0) -> Floats:
    """w-hat of each factor in each cell of an equilibrium, axes f, d, t.

    Arguments:
        supply: l-hat; where one wage holds, `eq.wage` is what all factors earn, l-hat included.
    """
    if eq.factor_wage is not None:
        return eq.factor_wage
    return np.broadcast_to(eq.wage[None, :, None] / supply, factors.share.shape)


def value_added_of(eq: Equilibrium, shock: Shock | None = None) -> Floats:
    """V' = beta' Y', the value added of each cell, million USD, axes d, t (Eq. 11a)."""
    base, model = eq.base, eq.model
    if model.value_added_substitution == 1.0:
        return base.value_added_share * eq.output
    factors = factors_of(base, model, None if shock is None else shock.specific)
    supply = 1.0 if shock is None else supply_of(base, model, factors, shock)
    price = value_added_price(factors, wages_by_cell(eq, factors, supply))
    cost = cost_before_productivity(base, model, price, input_price(base, model, eq.price))
    return new_value_added_share(base, model, price, cost) * eq.output


def _log(price: Floats, a: float) -> Floats:
    """ln P-hat; a good that dropped out has an infinite price, which counts only where its nest can do without it."""
    log: Floats = np.log(price)
    return log if a < 0.0 else np.where(np.isfinite(log), log, 0.0)
