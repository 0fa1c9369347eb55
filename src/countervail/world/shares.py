"""What people know about the parts of a sector, and whether it adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from countervail.errors import WorldError
from countervail.world.arrays import Floats, frozen, largest_cell, over
from countervail.world.table import Table

Into = Mapping[str, float] | Sequence[str]

ADDS_UP = 1e-6  # how far given shares may be from adding up to 1; they are scaled to it


@dataclass(frozen=True, eq=False)
class SectorShares:
    """What is known about the parts of a sector; each array adds up to 1 over its last axis, the parts.

    None stands for what is not known: there the parts share in proportion to what the others say, and to the
    shares given with `into`. Where the total of a cell is 0 its shares do not matter.

    Arguments:
        flow: [origin, destination, part], in the sales of each pair; a start that RAS may move.
        output: [origin, part], in what an economy sells; met exactly.
        purchases: [destination, part], in what an economy buys; met exactly.
        use: [destination, user, part], in what each user buys, final use as the last user; a start that RAS
            moves until the uses add up to the purchases.
        inputs: [economy, input, part], of the parts in each input of the sector; met exactly. By default an
            input goes to the parts in proportion to their output.
    """

    flow: ArrayLike | None = None
    output: ArrayLike | None = None
    purchases: ArrayLike | None = None
    use: ArrayLike | None = None
    inputs: ArrayLike | None = None


def sizes(into: Into, given: Mapping[str, Floats]) -> Floats:
    """[part], the shares given with the labels, or ones where the labels stand alone.

    Raises:
        WorldError: CV224 for shares that make no sense, or when nothing says how large the parts are.
    """
    if isinstance(into, Mapping):
        size: Floats = np.array([float(value) for value in into.values()])
        if not np.isfinite(size).all() or (size < 0).any() or abs(size.sum() - 1) > ADDS_UP:
            raise share_error("the shares given with `into`", ", ".join(map(str, into.values())))
        scaled: Floats = size / size.sum()
        return scaled
    if not {"flow", "output", "purchases"} & set(given):
        raise WorldError(
            "CV224",
            "nothing says how large the parts are",
            found=f"labels alone: {', '.join(into)}",
            expected="a share for each label, or shares of flows, output or purchases",
            next_step='Write into={"part": share, ...}, or give `shares`.',
        )
    return np.ones(len(into))


def checked(table: Table, at: int, k: int, shares: SectorShares) -> dict[str, Floats]:
    """The given arrays by name, each adding up to 1 wherever the published total is above 0.

    Arguments:
        table: the table whose sector is divided. at: its position. k: how many parts.

    Raises:
        WorldError: CV203, CV204 for arrays of another shape or without numbers, CV224.
    """
    n, j = len(table.countries), len(table.sectors)
    total = table.flow[:, :, at]
    everywhere = np.ones((n, j + 1), dtype=bool)
    matters = {
        "flow": total > 0,
        "output": total.sum(axis=1) > 0,
        "purchases": total.sum(axis=0) > 0,
        "use": everywhere & (total.sum(axis=0) > 0)[:, None],
        "inputs": table.intermediate[:, :, at] > 0,
    }
    users = (*table.sectors, "final use")
    axes = {
        "flow": (table.countries, table.countries),
        "output": (table.countries,),
        "purchases": (table.countries,),
        "use": (table.countries, users),
        "inputs": (table.countries, users),
    }
    found = {}
    for name in (entry.name for entry in fields(shares)):
        values = getattr(shares, name)
        if values is None:
            continue
        array = frozen(values, f"shares of {name}", (*matters[name].shape, k))
        sums = array.sum(axis=-1)
        wrong = (array < 0).any(axis=-1) | ((np.abs(sums - 1) > ADDS_UP) & matters[name])
        if wrong.any():
            where, _ = largest_cell(wrong, *axes[name])
            cell = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise share_error(f"the shares of {name}", ", ".join(f"{v:g}" for v in array[cell]), where)
        found[name] = over(array, sums[..., None])
    return found


def share_error(what: str, found: str, where: str = "") -> WorldError:
    """The error for shares that are negative or do not add up."""
    return WorldError(
        "CV224",
        f"{what} make no sense",
        where=where,
        found=found,
        expected="0 or more each, adding up to 1",
        next_step="Divide them by their sum, or leave out what is not known.",
    )
