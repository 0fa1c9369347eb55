"""How unequally a burden is shared: Gini, Theil, and the largest over the mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def gini(burdens: Floats, weights: Floats | None = None) -> float:
    """Half the mean absolute difference over the mean, 0 where all bear the same; missing where the mean is no burden.

    Arguments:
        burdens: of each, in any unit; where some gain (a burden below 0) the index can be above 1.
        weights: of each, such as persons; all the same by default.

    Example:
        >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 1.0]))
        (0.0, 0.5)
    """
    share = _shares(burdens, weights)
    mean = float(share @ burdens)
    if not mean > 0:
        return math.nan
    spread = float(share @ np.abs(burdens[:, None] - burdens[None, :]) @ share)
    return spread / (2 * mean)


def theil(burdens: Floats, weights: Floats | None = None) -> float:
    """The mean of x ln x with x a burden over the mean, 0 where all bear the same; missing where one gains.

    Example:
        >>> round(theil(np.array([0.0, 1.0])), 4)  # ln 2
        0.6931
    """
    share = _shares(burdens, weights)
    mean = float(share @ burdens)
    if not mean > 0 or burdens.min() < 0:
        return math.nan
    relative = burdens / mean
    return float(share @ np.where(relative > 0, relative * np.log(np.where(relative > 0, relative, 1)), 0.0))


def largest_over_mean(burdens: Floats, weights: Floats | None = None) -> float:
    """The largest burden over the mean; missing where the mean is not above 0."""
    mean = float(_shares(burdens, weights) @ burdens)
    return float(burdens.max()) / mean if mean > 0 else math.nan


def _shares(burdens: Floats, weights: Floats | None) -> Floats:
    found = np.ones(burdens.size) if weights is None else weights
    return np.asarray(found / found.sum())
