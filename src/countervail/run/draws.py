"""Draws: distributions by their inverse, and points of the unit cube that are the same in every run.

A draw is made in two steps. `cube` gives numbers between 0 and 1, at random, stratified (latin) or evenly
spread (sobol), correlated where that is asked for; a `Distribution` turns each of them into a value. So the
same cube can be drawn under other distributions, and a value never depends on who draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Method = Literal["random", "latin", "sobol"]
METHODS: tuple[Method, ...] = ("random", "latin", "sobol")
_EDGE = 1e-12  # a normal draw of exactly 0 or 1 would be infinite


@dataclass(frozen=True)
class Distribution:
    """How one number, or one of several options, is drawn.

    Arguments:
        kind: "uniform" (low, high), "loguniform" (low, high), "triangular" (low, mode, high), "normal" (mean,
            standard deviation), "lognormal" (median, standard deviation of the logarithm) or "choice".
        numbers: its parameters.
        options: of a choice, equally likely.
        within: lowest and highest value; the distribution is cut there, not clipped.
        in_percent: whether its numbers were written as percentages, and so its values are.
    """

    kind: str
    numbers: tuple[float, ...] = ()
    options: tuple[Any, ...] = ()
    within: tuple[float, float] | None = None
    in_percent: bool = False

    def at(self, unit: Floats) -> list[Any]:
        """The values at these points of the unit interval.

        Example:
            >>> Distribution("uniform", (0.0, 0.2)).at(np.array([0.0, 0.5]))
            [0.0, 0.1]
            >>> Distribution("choice", options=("CP", "FGO")).at(np.array([0.2, 0.7]))
            ['CP', 'FGO']
        """
        if self.kind == "choice":
            place = np.minimum((unit * len(self.options)).astype(int), len(self.options) - 1)
            return [self.options[int(n)] for n in place]
        if self.within is not None and self.kind != "uniform":
            low, high = (self._below(end) for end in self.within)
            unit = low + unit * (high - low)
        values: list[float] = self._inverse(unit).tolist()
        return values

    def _inverse(self, unit: Floats) -> Floats:
        low, high = self.numbers[0], self.numbers[-1]
        inside = np.clip(unit, _EDGE, 1 - _EDGE)
        match self.kind:
            case "uniform":
                return np.asarray(low + (high - low) * unit)
            case "loguniform":
                return np.asarray(low * (high / low) ** unit)
            case "triangular":
                return np.asarray(self._triangle().ppf(unit))
            case "normal":
                return np.asarray(low + high * stats.norm.ppf(inside))
            case _:
                return np.asarray(low * np.exp(high * stats.norm.ppf(inside)))

    def _below(self, value: float) -> float:
        """The probability of a smaller value."""
        low, high = self.numbers[0], self.numbers[-1]
        match self.kind:
            case "loguniform":
                return float(np.clip(np.log(value / low) / np.log(high / low), 0, 1)) if value > 0 else 0.0
            case "triangular":
                return float(self._triangle().cdf(value))
            case "normal":
                return float(stats.norm.cdf((value - low) / high))
            case _:
                return float(stats.norm.cdf(np.log(value / low) / high)) if value > 0 else 0.0

    def _triangle(self) -> Any:
        low, mode, high = self.numbers
        return stats.triang((mode - low) / (high - low), loc=low, scale=high - low)


def cube(
    draws: int,
    columns: int,
    seed: int,
    method: Method = "sobol",
    correlation: Floats | None = None,
) -> Floats:
    """Points of the unit cube, [draw, column].

    Arguments:
        draws: how many points. columns: how many numbers a point has.
        seed: of the generator; the same seed gives the same points, and fewer draws the first of them for
            the methods random and sobol.
        method: "random"; "latin", one draw in each of `draws` equal steps of every column; "sobol", evenly spread
            over the whole cube (scrambled).
        correlation: [column, column] of the normal scores of the columns; none by default.

    Example:
        >>> cube(4, 2, seed=1, method="latin").shape
        (4, 2)
    """
    if columns == 0 or draws == 0:
        return np.zeros((draws, columns))
    generator = np.random.default_rng(seed)
    if method == "random":
        unit = generator.random((draws, columns))
    elif method == "latin":
        order = np.stack([generator.permutation(draws) for _ in range(columns)], axis=1)
        unit = (order + generator.random((draws, columns))) / draws
    else:
        sampler = stats.qmc.Sobol(columns, scramble=True, seed=generator)
        power = int(np.ceil(np.log2(draws)))
        unit = sampler.random_base2(power)[:draws]
    if correlation is None:
        return np.asarray(unit)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    scores = stats.norm.ppf(np.clip(unit, _EDGE, 1 - _EDGE))
    return np.asarray(stats.norm.cdf(scores @ root.T))
