"""How far the numbers of a ledger move over the elasticity sets of the literature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from countervail.analysis.subsets import GIVEN, Values
from countervail.errors import SolveError

Floats = NDArray[np.float64]

LOSS = -1e-6
"""Harm above this (percent) is no loss."""
PRINTED = -0.005
"""Harm above this (percent) prints as 0.0, and a share of it would be a share of nothing."""


@dataclass(frozen=True, eq=False)
class Ranges:
    """Harm, offset, net, offset share and cost ratio under each elasticity set.

    Arguments:
        data: Dataset over elasticity and code.
        failed: set to why some of its numbers are missing.
        missing: why there are no ranges at all ("" where there are).
    """

    data: xr.Dataset = field(default_factory=xr.Dataset)
    failed: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""

    def ends(self, name: str) -> Ends:
        """Lowest and highest value of a variable over the sets, and the sets that give them."""
        values = self.data[name].transpose("elasticity", ...).to_numpy()
        sets = self.data["elasticity"].to_numpy()
        lowest = np.where(np.isnan(values), np.inf, values).argmin(axis=0)
        highest = np.where(np.isnan(values), -np.inf, values).argmax(axis=0)
        known = ~np.isnan(values).all(axis=0)
        return Ends(
            np.take_along_axis(values, lowest[None], axis=0)[0],
            np.take_along_axis(values, highest[None], axis=0)[0],
            np.where(known, sets[lowest], ""),
            np.where(known, sets[highest], ""),
        )


@dataclass(frozen=True, eq=False)
class Ends:
    """The two ends of a range for each code; missing, with set "", where no set gives a number."""

    low: Floats
    high: Floats
    low_set: NDArray[np.str_]
    high_set: NDArray[np.str_]


def offset_share(offset: Floats, harm: Floats) -> Floats:
    """Offset over minus harm, a fraction; missing where the harm is no loss that would be printed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(harm <= PRINTED, offset / -harm, np.nan)


def over_elasticities(
    found_by_set: Mapping[str, Values | SolveError], everything: int, weights: Floats, codes: Sequence[str]
) -> Ranges:
    """Harm, offset, net and offset share under each named set.

    Arguments:
        found_by_set: welfare under the reference, the sanctions alone and all responses, or why there is none.
        everything: the subset of all responses.
        weights: [code, country], from economies to the codes of the ledger.

    Returns:
        Ranges; a set without an equilibrium is in `failed`, with its reason.
    """
    names = list(found_by_set)
    found = {
        key: np.full((len(names), len(codes)), np.nan) for key in ("harm", "offset", "net", "offset_share")
    }
    failed: dict[str, str] = {}
    for row, (name, values) in enumerate(found_by_set.items()):
        if isinstance(values, SolveError):
            failed[name] = str(values)
            continue
        if values.failed:
            failed[name] = str(next(iter(values.failed.values())))
        reference, sanctions, answered = (weights @ values.welfare[key] for key in (GIVEN, 0, everything))
        found["harm"][row] = sanctions - reference
        found["offset"][row] = answered - sanctions
        found["net"][row] = answered - reference
        found["offset_share"][row] = offset_share(found["offset"][row], found["harm"][row])
    data = xr.Dataset(
        {key: (("elasticity", "code"), values) for key, values in found.items()},
        coords={"elasticity": list(names), "code": list(codes)},
    )
    return Ranges(data, failed)
