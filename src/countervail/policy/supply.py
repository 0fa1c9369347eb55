"""Supply: how much labour and capital there is in each cell, against the base year (l-hat of Eq. 11a)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Supply:
    """The change in the supply of factors by cell; where factors move, only the total of an economy counts.

    Arguments:
        labour: [N, J] l-hat of labour, above 0. capital: [N, J] of capital, with the deposits of mining.
    """

    labour: Floats
    capital: Floats

    def __post_init__(self) -> None:
        for value in (self.labour, self.capital):
            value.flags.writeable = False

    @property
    def even(self) -> bool:
        """Whether all sectors of an economy have the same of each."""
        return all(bool((part == part[:, :1]).all()) for part in (self.labour, self.capital))

    @classmethod
    def of_economies(cls, labour: Floats, capital: Floats, sectors: int) -> Supply | None:
        """The same change in all sectors of each economy, [N] each; None where nothing changes."""
        if (labour == 1.0).all() and (capital == 1.0).all():
            return None
        return cls(*(np.repeat(part[:, None], sectors, axis=1) for part in (labour, capital)))

    def times(self, other: Supply | None) -> Supply:
        """Both changes at once."""
        if other is None:
            return self
        return Supply(self.labour * other.labour, self.capital * other.capital)

    def over(self, other: Supply | None) -> Supply:
        """What is left of this change without the other."""
        if other is None:
            return self
        return Supply(self.labour / other.labour, self.capital / other.capital)

    def part(self, share: float) -> Supply:
        """A share of the change, geometric: 0 for none, 1 for all."""
        return Supply(self.labour**share, self.capital**share)


def either(rows: NDArray[np.bool_], yes: Supply | None, no: Supply | None) -> Supply | None:
    """One supply in the economies where `rows` [N, 1] is true, the other elsewhere."""
    known = yes or no
    if known is None:
        return None
    none = Supply(np.ones_like(known.labour), np.ones_like(known.capital))
    yes, no = yes or none, no or none
    return Supply(np.where(rows, yes.labour, no.labour), np.where(rows, yes.capital, no.capital))
