"""Welfare: what an equilibrium means for people, exact and to first order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.model.equations import border, new_flow, new_trade_share
from countervail.model.factors import factors_of, supply_of
from countervail.model.nests import log_consumer_price, value_added_of

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium
    from countervail.policy.shock import Shock

Floats = NDArray[np.float64]


def consumer_price(eq: Equilibrium) -> Floats:
    """P_C-hat of Eq. 10 by economy, new over base, axis d; prod_s P-hat^alpha in the long run."""
    prices: Floats = np.exp(log_consumer_price(eq.base, eq.model, eq.price))
    return prices


def welfare(eq: Equilibrium) -> Floats:
    """Equivalent variation, percent of base income: 100 (W-hat - 1), W-hat = (I'/I) / P_C-hat; axis d."""
    return 100.0 * (eq.income / eq.base.income / consumer_price(eq) - 1.0)


def real_wage(eq: Equilibrium, shock: Shock | None = None) -> Floats:
    """Change of what labour earns over the consumer price index, percent, axis d (Eq. 11a: Phi / P_C-hat)."""
    return 100.0 * (labour_return(eq, shock) / consumer_price(eq) - 1.0)


def labour_return(eq: Equilibrium, shock: Shock | None = None) -> Floats:
    """Labour's Phi: what it earns, new over base, axis d; w-hat where value added is one factor."""
    if eq.factor_wage is None or eq.factor_wage.shape[0] == 1:
        return eq.wage
    factors = factors_of(eq.base, eq.model)
    before = factors.pay(eq.base.value_added_share * eq.base.output)[0].sum(axis=1)
    phi: Floats = factors.pay(value_added_of(eq, shock))[0].sum(axis=1) / before
    return phi


def mean_welfare(percent: Floats, income: Floats) -> float:
    """A group's welfare change: the mean weighted by base income, percent."""
    return float(np.average(percent, weights=income))


def first_order(eq: Equilibrium, shock: Shock) -> dict[str, Floats]:
    """First-order welfare by part (Eq. 8a), percent of base income, axis d.

    Weights are the base's, changes the equilibrium's; a different answer from `welfare` and named apart.

    Returns:
        terms_of_trade, volume_of_trade, efficiency, rents, transfers and their sum, total.
    """
    base = eq.base
    edge = border(base, shock)
    tau = base.tariff
    flow = base.basic_flow()
    share = new_trade_share(base, shock, eq.unit_cost, eq.price)
    after = new_flow(base, shock, share, eq.expenditure)
    dearer = eq.unit_cost - 1.0
    sold = (flow.sum(axis=1) * dearer).sum(axis=1)
    bought = np.einsum("ods,os->d", flow, dearer)
    # buyers pay a wedge on top of the seller's price, whoever gets it as a rent
    here = (edge.origin, edge.destination, edge.sector)
    wedged = np.bincount(edge.destination, (shock.wedge - 1.0) * after[here], minlength=sold.size)
    # (tau - 1) b (b'/b - c-hat) = (tau - 1) (b' - b c-hat)
    volume = np.einsum("ods,ods->d", tau - 1.0, after - flow * eq.unit_cost[:, None, :])
    paid = (flow * tau)[here]
    # d-hat of a ban that lets l through is l^(-1/theta)
    theta = base.trade_elasticity[edge.sector]
    ease = shock.passing ** (1.0 / theta) / shock.trade_cost  # 1 / d-hat
    melted = np.bincount(edge.destination, paid * (1.0 - ease), minlength=sold.size)
    efficiency = (base.output * (shock.productivity - 1.0)).sum(axis=1) - melted
    if shock.supply is not None:
        factors = factors_of(base, eq.model, shock.specific)
        more = np.asarray(supply_of(base, eq.model, factors, shock)) - 1.0
        efficiency = efficiency + (factors.pay(base.value_added_share * base.output) * more).sum(axis=(0, 2))
    parts = {
        "terms_of_trade": sold - bought,
        "volume_of_trade": volume,
        "efficiency": efficiency,
        "rents": eq.rent - wedged,
        "transfers": eq.transfer - base.transfer,
    }
    percent = {name: 100.0 * part / base.income for name, part in parts.items()}
    percent["total"] = np.sum(list(percent.values()), axis=0)
    return percent
