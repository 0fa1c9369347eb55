"""Exemptions from barriers: goods that are left out, and a share of trade that is licensed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from countervail.policy.complaint import Complaint
from countervail.policy.measure import Measure, Namer, Names
from countervail.policy.sizes import Range, percent_words

_LICENCE = Range(0, 1, open_above=True, hint="A licence for all trade leaves no measure; take it out.")

Licence = Annotated[float, BeforeValidator(_LICENCE.read)]


class Exemptible(Measure):
    """A barrier that may spare goods (`exempt`), a share of the rest (`licence`), and an end use (`exempt_use`)."""

    spares_uses: ClassVar[bool] = True

    exempt: Names = Field((), description="sectors and goods lists that are left out of goods")
    licence: Licence = Field(
        0.0, description="share of the trade that is licensed and does not bear the measure, below 100 %"
    )

    exempt_use: Literal["final", "inputs"] | None = Field(
        None, description="the use that is spared: final (households and other final demand) or inputs"
    )

    @model_validator(mode="after")
    def _spares_a_use_it_can_tell(self) -> Self:
        if self.exempt_use is not None and not self.spares_uses:
            raise Complaint(
                "CV106",
                f"{self.kind} cannot spare a use of the goods",
                found=f"exempt_use: {self.exempt_use}",
                expected="exempt_use with an embargo, a friction, a tariff or an exclusion",
                next_step="Spare goods (`exempt`) or a share of the trade (`licence`) instead.",
                field=("exempt_use",),
            )
        return self

    @property
    def use_key(self) -> str:
        """What the portions of a measure that spares a use are called; "" where it spares none."""
        return "" if self.exempt_use is None else f"not for {self.exempt_use}"

    def _spared(self, namer: Namer) -> str:
        """The end of a sentence: what the measure spares."""
        goods = f"; exempt: {namer.goods(self.exempt)}" if self.exempt else ""
        goods += f"; {percent_words(self.licence)} is licensed" if self.licence else ""
        use = {None: "", "final": "; exempt: final use", "inputs": "; exempt: use as inputs"}
        return goods + use[self.exempt_use]


def on_share(factor: Any, share: Any, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """The factor on the cost of a cell of which only a share of the goods bears it (Eq. 12a).

    The cell is a CES composite of the goods that bear the factor and of those that do not, with the trade
    elasticity of the sector between them: ((1 - q) + q f^(-theta))^(-1/theta). An embargo is f = infinity.

    Arguments:
        factor: f, above 0, one or [n]. share: q, 0 to 1, one or [n]. theta: [n].

    Example:
        >>> on_share(1.1, 0.5, np.array([1.0])).round(6)
        array([1.047619])
    """
    mixed: NDArray[np.float64] = (1 - share + share * np.asarray(factor, dtype=float) ** -theta) ** (
        -1 / theta
    )
    return mixed
