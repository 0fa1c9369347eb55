"""Limit: what a measure says about the equilibrium itself, solved together with it (Eq. 12b, 12c).

An embargo or a tariff says what happens to a cost. A price cap, a quota or a contract says what the answer must be, a
price or a quantity, and leaves the wedge that brings it about to be found. A `Limit` is one such wedge, or for
transfers one set of them, with its condition, as arrays: the solver sees no names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]
Floats = NDArray[np.float64]
Kind = Literal[
    "cap", "quota", "contract", "restore_price", "restore_output", "equal_welfare", "welfare_floor"
]

WEDGED = ("cap", "quota", "contract", "restore_price", "restore_output")  # one mu' on `cells` each


def _no_cells() -> Cells:
    return np.empty(0, dtype=np.int64)


def _no_numbers() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class Limit:
    """One condition on the equilibrium and the unknown that meets it; one of slack and unknown is zero.

    | kind | unknown | condition |
    |---|---|---|
    | cap | one ln mu' >= 0 on `cells` | c-hat[watched] <= bound |
    | quota | one ln mu' >= 0 on `cells` | sum weights b' / c-hat <= bound |
    | contract | one ln mu' <= 0 on `cells` | sum weights b' / c-hat >= bound |
    | restore_price | one ln mu' >= 0 on `cells` | P-hat[watched] >= bound |
    | restore_output | one ln mu' >= 0 on `cells` | Y'[watched] / c-hat[watched] / Y >= bound |
    | equal_welfare | T over `members`, sum 0 | all their W-hat are equal |
    | welfare_floor | one payment >= 0 to members[0], by the others in proportion to `weights` | W-hat >= bound |

    A cell's whole wedge is that of its shock times those of all its limits. Of the rent (mu' - 1) b' of a cell each
    wedge has its part by ln mu' and gives it to `rent_to` (Eq. 12c).

    Arguments:
        kind: see the table. measure: its name, for messages.
        cells: [n] flat (o N + d) J + s, sorted, all of them among the cells of the shock and open to trade.
        weights: [n] on quantities b' / c-hat (million USD at base prices) of a quota or contract, 1 where they are
            simply added up, the relative volume a million USD where the limit is in a physical unit; of a
            welfare_floor [members].
        bound: the limit, see the table; of a quantity in million USD at base prices.
        rent_to: [n] position of the economy that receives the cell's part of the rent, or pays it.
        watched: flat economy J + sector of the bounded price, index or output; -1 where there is none.
        members: positions of the economies of a transfer condition.
    """

    kind: Kind
    measure: str
    cells: Cells = field(default_factory=_no_cells)
    weights: Floats = field(default_factory=_no_numbers)
    bound: float = float("nan")
    rent_to: NDArray[np.int64] = field(default_factory=_no_cells)
    watched: int = -1
    members: NDArray[np.int64] = field(default_factory=_no_cells)

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def sign(self) -> int:
        """1 where the wedge is a charge (ln mu' >= 0), -1 where it is a discount (ln mu' <= 0)."""
        return -1 if self.kind == "contract" else 1

    @property
    def scale(self) -> float:
        """What slack is measured in: the bound where it is above zero, else 1."""
        return self.bound if self.bound > 0 else 1.0


@dataclass(frozen=True, eq=False)
class Claims:
    """Wedges whose rent goes to somebody by name, and not simply to the origin or the destination (Eq. 12c).

    Arguments:
        at: [k] positions in the cells of a shock, in any order, a cell perhaps more than once.
        economy: [k] who receives the part of the rent. log_wedge: [k] ln mu_i of the part, inside the cell's mu'.
    """

    at: NDArray[np.intp]
    economy: NDArray[np.intp]
    log_wedge: Floats

    def per_sale(self, wedge: Floats) -> Floats:
        """[k] what each receives per unit of b' at basic prices: (mu' - 1) ln mu_i / ln mu'; below 0 is paid.

        What is left of (mu' - 1) b' goes where the shock's `rent_to_buyer` says.

        Arguments:
            wedge: [cells of the shock] mu'.
        """
        log = np.log(wedge)[self.at]
        each: Floats = np.divide(np.expm1(log), log, out=np.ones_like(log), where=log != 0.0)
        return each * self.log_wedge
