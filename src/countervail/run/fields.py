"""What a sweep keeps of a solution: the summary always, details where the plan names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countervail.model.welfare import consumer_price, real_wage

if TYPE_CHECKING:
    from countervail.model.equilibrium import Equilibrium

Floats = NDArray[np.float64]

DETAILS: dict[str, tuple[str, str]] = {
    # name: (axes, unit)
    "real_wage": ("country", "percent"),
    "consumer_price": ("country", "percent"),
    "income": ("country", "million USD"),
    "tariff_revenue": ("country", "million USD"),
    "transfer": ("country", "million USD"),
    "price": ("country, sector", "percent"),
    "output": ("country, sector", "million USD"),
    "expenditure": ("country, sector", "million USD"),
}
"""Details by name. Those by country are a column an economy, those by country and sector one list a scenario."""


def detail(name: str, eq: Equilibrium) -> Floats:
    """A detail of an equilibrium, by country or by country and sector."""
    if name == "real_wage":
        return real_wage(eq)
    if name == "consumer_price":
        return 100.0 * (consumer_price(eq) - 1.0)
    if name == "price":
        return 100.0 * (eq.price - 1.0)
    values: Floats = getattr(eq, name)
    return values
