"""Products of matrices with lanes (one scenario a lane), and exponentials of whole arrays.

Every array of unknowns begins with an axis of lanes. With one lane a product is plain loops, bound by reading the
matrix; with more it is a BLAS call, bound by arithmetic. Both stay on the calling thread: blocks are kept below the
size from which BLAS would spread them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Division by zero gives infinity, as in NumPy: the safeguards look for it, and loops with divisions stay vectorised.
# Sums may be reordered and fused.
COMPILED: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"reassoc", "contract", "nsz", "arcp"},
}
# Called from compiled code alone: without wrappers for Python, which for functions of many arrays take longest to make.
OUTER: dict[str, Any] = COMPILED | {"no_cfunc_wrapper": True}
INNER: dict[str, Any] = OUTER | {"no_cpython_wrapper": True}
EXACT: dict[str, Any] = INNER | {"fastmath": {"contract"}}
# OpenBLAS starts threads from this many multiplications a product.
BLAS_ONE_THREAD = 2**18

Matrix = NDArray[Any]  # float32 or float64: each compiles to its own code


@njit(**INNER)
def apply(x: Matrix, matrix: Matrix, out: Matrix) -> None:
    """out = x @ matrix; axes (lanes, k), (k, m), (lanes, m)."""
    if x.shape[0] > 1:
        np.dot(x, matrix, out)
        return
    # indexed in full, since a slice a row would cost more than the row; eight rows at a time, since one pass over
    # the result is cheaper than eight; columns by sixteen, which leaves fewer over than the compiler's own blocks
    rows, columns = matrix.shape
    for i in range(columns):
        out[0, i] = 0
    whole, even = rows - rows % 8, columns - columns % 16
    for j in range(0, whole, 8):
        a, b, c, d = x[0, j], x[0, j + 1], x[0, j + 2], x[0, j + 3]
        e, f, g, h = x[0, j + 4], x[0, j + 5], x[0, j + 6], x[0, j + 7]
        for begin in range(0, even, 16):
            for k in range(16):
                i = begin + k
                near = matrix[j, i] * a + matrix[j + 1, i] * b + matrix[j + 2, i] * c + matrix[j + 3, i] * d
                far = (
                    matrix[j + 4, i] * e + matrix[j + 5, i] * f + matrix[j + 6, i] * g + matrix[j + 7, i] * h
                )
                out[0, i] += near + far
        for i in range(even, columns):
            near = matrix[j, i] * a + matrix[j + 1, i] * b + matrix[j + 2, i] * c + matrix[j + 3, i] * d
            far = matrix[j + 4, i] * e + matrix[j + 5, i] * f + matrix[j + 6, i] * g + matrix[j + 7, i] * h
            out[0, i] += near + far
    for j in range(whole, rows):
        a = x[0, j]
        for i in range(columns):
            out[0, i] += matrix[j, i] * a


@njit(**INNER)
def across(x: Matrix, matrix: Matrix, out: Matrix) -> None:
    """out = x @ matrix.T; axes (lanes, k), (m, k), (lanes, m)."""
    if x.shape[0] > 1:
        np.dot(x, matrix.T, out)
        return
    zero = x.dtype.type(0)
    rows, columns = matrix.shape
    whole = rows - rows % 4
    for j in range(0, whole, 4):
        a, b, c, d = zero, zero, zero, zero
        for i in range(columns):
            a += matrix[j, i] * x[0, i]
            b += matrix[j + 1, i] * x[0, i]
            c += matrix[j + 2, i] * x[0, i]
            d += matrix[j + 3, i] * x[0, i]
        out[0, j], out[0, j + 1], out[0, j + 2], out[0, j + 3] = a, b, c, d
    for j in range(whole, rows):
        a = zero
        for i in range(columns):
            a += matrix[j, i] * x[0, i]
        out[0, j] = a


@njit(**INNER)
def by_sector(cells: Matrix, out: Matrix) -> None:
    """From cells of economies to blocks of sectors: axes (lanes, N * J) to (J, lanes, N)."""
    sectors, lanes, economies = out.shape
    for b in range(lanes):
        for s in range(sectors):
            for d in range(economies):
                out[s, b, d] = cells[b, d * sectors + s]


@njit(**INNER)
def by_economy(blocks: Matrix, out: Matrix) -> None:
    """The way back: axes (J, lanes, N) to (lanes, N * J)."""
    sectors, lanes, economies = blocks.shape
    for b in range(lanes):
        for d in range(economies):
            for s in range(sectors):
                out[b, d * sectors + s] = blocks[s, b, d]


@njit(**EXACT)
def exponential(x: NDArray[np.float64]) -> None:
    """x = exp(x) in place, one contiguous axis; a polynomial, so that it runs eight numbers at a time."""
    for i in range(x.size):
        v = min(max(x[i], -700.0), 700.0)
        n = np.floor(v * 1.4426950408889634 + 0.5)
        r = v - n * 6.93147180369123816490e-01  # ln 2 in two parts, so that r keeps all its digits
        r = r - n * 1.90821492927058770002e-10
        p = 1.6059043836821613e-10  # 1 / 13!
        p = p * r + 2.08767569878681e-09
        p = p * r + 2.505210838544172e-08
        p = p * r + 2.755731922398589e-07
        p = p * r + 2.7557319223985893e-06
        p = p * r + 2.48015873015873e-05
        p = p * r + 1.984126984126984e-04
        p = p * r + 1.388888888888889e-03
        p = p * r + 8.333333333333333e-03
        p = p * r + 4.1666666666666664e-02
        p = p * r + 1.6666666666666666e-01
        p = p * r + 0.5
        p = p * r + 1.0
        p = p * r + 1.0
        # below the range the answer is zero, not the smallest number: a sum that loses all its terms must show it
        x[i] = p * np.int64((np.int64(n) + 1023) << 52).view(np.float64) if x[i] > -700.0 else 0.0


@njit(**EXACT)
def logarithm(x: NDArray[np.float64]) -> None:
    """x = ln x in place, one contiguous axis, for positive normal numbers; vectorised like `exponential`."""
    for i in range(x.size):
        bits = np.float64(x[i]).view(np.int64)
        n = (bits - np.int64(0x3FE6A09E667F3BCD)) >> np.int64(
            52
        )  # exponent with mantissa in [sqrt 1/2, sqrt 2)
        m = np.int64(bits - (n << np.int64(52))).view(np.float64)
        f = (m - 1.0) / (m + 1.0)  # ln m = 2 atanh f
        g = f * f
        p = 1.0 / 21.0
        p = p * g + 1.0 / 19.0
        p = p * g + 1.0 / 17.0
        p = p * g + 1.0 / 15.0
        p = p * g + 1.0 / 13.0
        p = p * g + 1.0 / 11.0
        p = p * g + 1.0 / 9.0
        p = p * g + 1.0 / 7.0
        p = p * g + 1.0 / 5.0
        p = p * g + 1.0 / 3.0
        x[i] = 2.0 * f + 2.0 * f * g * p + np.float64(n) * 6.93147180559945309417e-01


@njit(**EXACT)
def exponential_less_one(x: NDArray[np.float32]) -> None:
    """x = exp(x) - 1 in place in single precision, exact to rounding for the smallest x too."""
    one, half = np.float32(1.0), np.float32(0.5)
    for i in range(x.size):
        v = min(max(x[i], np.float32(-80.0)), np.float32(80.0))
        n = np.floor(v * np.float32(1.44269504) + half)
        r = v - n * np.float32(0.693359375)  # ln 2 in two parts
        r = r + n * np.float32(2.12194440e-4)
        p = np.float32(1.9841270e-4)  # 1 / 7!
        p = p * r + np.float32(1.3888889e-3)
        p = p * r + np.float32(8.3333333e-3)
        p = p * r + np.float32(4.1666668e-2)
        p = p * r + np.float32(1.6666667e-1)
        p = p * r + half
        p = p * r * r + r
        power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
        x[i] = p * power + (power - one)


@njit(**EXACT)
def logarithm_of_one_and(x: NDArray[np.float32]) -> None:
    """x = ln (1 + x) in place in single precision, exact to rounding for the smallest x too; x above -1."""
    one, two = np.float32(1.0), np.float32(2.0)
    for i in range(x.size):
        v = x[i]
        bits = np.float32(one + v).view(np.int32)
        n = (bits - np.int32(0x3F3504F3)) >> np.int32(23)  # exponent with mantissa in [sqrt 1/2, sqrt 2)
        m = np.int32(bits - (n << np.int32(23))).view(np.float32)
        above = v if n == 0 else m - one
        f = above / (two + above)  # ln m = 2 atanh f
        g = f * f
        p = np.float32(1.0 / 9.0)
        p = p * g + np.float32(1.0 / 7.0)
        p = p * g + np.float32(1.0 / 5.0)
        p = p * g + np.float32(1.0 / 3.0)
        x[i] = two * f + two * f * g * p + np.float32(n) * np.float32(6.93147181e-01)


@njit(**INNER)
def longest(x: NDArray[np.float32]) -> float:
    """The largest absolute value; not a number if one is none.

    Compared as integers, which have the same order (and put what is no number above infinity) but are compared
    sixteen at a time.
    """
    bits, most = x.view(np.int32), np.int32(0)
    for i in range(bits.size):
        here = np.int32(bits[i] & np.int32(0x7FFFFFFF))
        most = here if here > most else most
    return float(np.int32(most).view(np.float32))
