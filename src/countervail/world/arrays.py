"""Arrays that nobody can change afterwards, and the words for a cell of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from countervail.errors import WorldError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


def frozen(values: ArrayLike, name: str, shape: tuple[int, ...]) -> Floats:
    """The values as a read-only C-contiguous float64 array of the given shape, all finite.

    An array that is already so is shared, any other is copied: a caller's own array never becomes read-only.

    Arguments:
        values: what the caller gave.
        name: how the error calls it.
        shape: the expected shape.

    Raises:
        WorldError: CV203 for the wrong shape, CV204 for a value that is not a finite number.
    """
    array = np.asarray(values)
    if array.shape != shape:
        raise WorldError(
            "CV203",
            f"the array '{name}' has the wrong shape",
            found=str(array.shape),
            expected=f"{shape} (axes: origin, destination, sector in that order)",
            next_step="Check the order of the axes and the number of labels.",
        )
    if array.dtype.kind not in "biuf":
        raise WorldError(
            "CV204",
            f"the array '{name}' does not hold real numbers",
            found=f"{array.dtype}",
            expected="finite numbers; a flow that does not exist is 0",
            next_step="Fill or correct the cells at their source.",
        )
    owned = array.dtype == np.float64 and array.flags.c_contiguous and not array.flags.writeable
    if not owned:
        array = np.array(array, dtype=np.float64, order="C")
    if not np.isfinite(array).all():
        cell = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise WorldError(
            "CV204",
            f"the array '{name}' holds a value that is not a finite number",
            where=f"index {cell}",
            found=str(array[cell]),
            expected="a finite number; a flow that does not exist is 0",
            next_step="Fill or correct the cell at its source: missing is not zero here.",
        )
    array.flags.writeable = False
    return array


def frozen_flags(values: ArrayLike, name: str, length: int) -> Bools:
    """The values as a read-only boolean vector of the given length."""
    array = np.array(values, dtype=np.bool_)
    if array.shape != (length,):
        raise WorldError(
            "CV203",
            f"the array '{name}' has the wrong shape",
            found=str(array.shape),
            expected=f"({length},)",
        )
    array.flags.writeable = False
    return array


def largest_cell(size: NDArray[Any], *axes: Sequence[str]) -> tuple[str, float]:
    """The labels of the largest entry of `size`, joined by spaces, and its value.

    Arguments:
        size: amounts, one axis a label list.
        axes: the labels of each axis.
    """
    position = np.unravel_index(int(np.argmax(size)), size.shape)
    return " ".join(labels[int(i)] for labels, i in zip(axes, position, strict=True)), float(size[position])


def over(values: Floats, totals: Floats) -> Floats:
    """values / totals; 0 where the total is 0, which it is only where the values are 0 too."""
    shape = np.broadcast_shapes(values.shape, totals.shape)
    positive = np.broadcast_to(totals > 0, shape)
    return np.divide(values, totals, out=np.zeros(shape), where=positive)


def lock(values: Floats) -> Floats:
    """The same array, read-only from now on; a World then shares it instead of copying it."""
    values.flags.writeable = False
    return values
