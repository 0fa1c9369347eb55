"""The nests of Eq. 9-11b as arrays, and power means that are exact at, near and away from elasticity 1.

With a = 1 - eps the mean of logarithms p under weights g (which sum to 1) is ln(sum g exp(a p)) / a. It is computed
as log1p(a sum g f(p)) / a with f(p) = expm1(a p) / a, which tends to p as a tends to 0: no digits are lost however
small a is, and one matrix of input shares serves every elasticity.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Nests(NamedTuple):
    """What does not change with policy, of one world under one set of elasticities. Money in million USD.

    `curve_*` is 1 - eps of its nest: 0 is Cobb-Douglas. `rigidity` is 1 / (1 + kappa) of each factor: 0 where one
    wage holds in all sectors, 1 where a factor stays in its sector or is specific to it (Eq. 11, 11b).
    """

    value_added_share: Floats  # d, t: beta
    inputs: Floats  # d, s, t: gamma
    final_share: Floats  # d, s: alpha
    theta: Floats  # s
    expenditure: Floats  # d, s: X
    value_added: Floats  # d, t: VA by sector
    factor_share: Floats  # f, d, t: of value added; sums to 1 over factors
    rigidity: Floats  # f, d, t
    curve_value_added: float
    curve_inputs: float
    curve_final: float


def bent(log: Floats, curve: float) -> Floats:
    """f(p) = expm1(a p) / a; p itself where a is 0. An infinite price has no weight where a is below 0."""
    if curve == 0.0:
        return log
    out: Floats = np.expm1(curve * log) / curve
    return out


def straight(mean: Floats, curve: float) -> Floats:
    """The inverse of `bent`."""
    if curve == 0.0:
        return mean
    out: Floats = np.log1p(curve * mean) / curve
    return out


def nests(
    value_added_share: Floats,
    input_share: Floats,
    final_share: Floats,
    theta: Floats,
    expenditure: Floats,
    value_added: Floats,
    factor_share: Floats,
    mobility: Floats,
    eps_value_added: float,
    eps_inputs: float,
    eps_final: float,
) -> Nests:
    """Lay a world out for the general solver. Axes as in theory.md.

    Arguments:
        value_added: VA of each cell (d, t), million USD. factor_share: f, d, t; mobility: kappa, f, d, t, from 0 (also
        for a factor that is specific to its cell) to infinity.
    """
    return Nests(
        np.ascontiguousarray(value_added_share),
        np.ascontiguousarray(input_share),
        np.ascontiguousarray(final_share),
        np.ascontiguousarray(theta),
        np.ascontiguousarray(expenditure),
        np.ascontiguousarray(value_added),
        np.ascontiguousarray(factor_share),
        1.0 / (1.0 + mobility),
        1.0 - eps_value_added,
        1.0 - eps_inputs,
        1.0 - eps_final,
    )
