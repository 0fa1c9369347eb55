"""Anderson mixing: the last few steps, combined so that what is left of the residual is least.

Steps and their differences are kept in single precision: they steer, the unknowns themselves are double.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from countervail.kernel.linear import INNER

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MEMORY = 5  # steps remembered
# Below this share of its norm a new difference of steps is noise in single precision.
NOISE = 1e-6


class Memory(NamedTuple):
    """What mixing remembers, by lane; a slot counts if `kept`."""

    changes: Singles  # lane, slot, unknown: differences of successive steps
    moves: Singles  # lane, slot, unknown: what the unknowns moved by, plus that difference
    last: Singles  # lane, unknown: the last step
    taken: Singles  # lane, unknown: what was last added to the unknowns
    gram: Floats  # lane, slot, slot
    kept: Ints  # lane, slot
    seen: Ints  # lane: whether a last step exists


def new_memory(size: int, lanes: int) -> Memory:
    """Empty memory for so many unknowns."""
    return Memory(
        np.zeros((lanes, MEMORY, size), np.float32),
        np.zeros((lanes, MEMORY, size), np.float32),
        np.zeros((lanes, size), np.float32),
        np.zeros((lanes, size), np.float32),
        np.zeros((lanes, MEMORY, MEMORY)),
        np.zeros((lanes, MEMORY), np.int64),
        np.zeros(lanes, np.int64),
    )


@njit(**INNER)
def forget(memory: Memory, lane: int) -> None:
    """Drop what a lane remembers."""
    memory.kept[lane] = 0
    memory.seen[lane] = 0


@njit(**INNER)
def mix(memory: Memory, b: int, slot: int, step: Singles) -> None:
    """Turn lane b's step into what to add to the unknowns, left in `memory.taken`; remembers it in `slot`."""
    size = step.size
    changes, moves = memory.changes[b], memory.moves[b]
    last, taken = memory.last[b], memory.taken[b]
    # one array written a loop: see `shift.respond`
    for i in range(size):
        changes[slot, i] = step[i] - last[i]
    for i in range(size):
        moves[slot, i] = taken[i] + changes[slot, i]
    for i in range(size):
        last[i] = step[i]
    for i in range(size):
        taken[i] = step[i]
    memory.kept[b, slot] = memory.seen[b]
    memory.seen[b] = 1
    target = np.zeros(MEMORY)
    for j in range(MEMORY):
        if memory.kept[b, j] != 0:
            among, on = np.float32(0.0), np.float32(0.0)
            for i in range(size):
                among += changes[j, i] * changes[slot, i]
                on += changes[j, i] * step[i]
            memory.gram[b, j, slot], memory.gram[b, slot, j] = among, among
            target[j] = on
    weights = np.zeros(MEMORY, np.float32)
    _weights(memory.gram[b], memory.kept[b], target, slot, weights)
    for j in range(MEMORY):
        if weights[j] != 0.0:
            for i in range(size):
                taken[i] -= weights[j] * moves[j, i]


@njit(**INNER)
def _weights(gram: Floats, kept: Ints, target: Floats, newest: int, weights: Singles) -> None:
    """Least squares by Cholesky of the Gram matrix scaled to unit diagonal, newest slot first.

    A slot that adds nothing to the newer ones beyond rounding is left out.
    """
    factor = np.zeros((MEMORY, MEMORY))
    chosen = np.zeros(MEMORY, np.int64)
    scale, value = np.zeros(MEMORY), np.zeros(MEMORY)
    used = 0
    for back in range(MEMORY):
        j = (newest - back) % MEMORY
        norm = np.sqrt(gram[j, j])
        if kept[j] == 0 or not norm > 0.0:
            continue
        total = 1.0
        for i in range(used):
            entry = gram[j, chosen[i]] / (norm * scale[i])
            for k in range(i):
                entry -= factor[used, k] * factor[i, k]
            factor[used, i] = entry / factor[i, i]
            total -= factor[used, i] ** 2
        if total < NOISE:
            continue
        factor[used, used] = np.sqrt(total)
        chosen[used], scale[used] = j, norm
        value[used] = target[j] / norm
        used += 1
    for i in range(used):
        for k in range(i):
            value[i] -= factor[i, k] * value[k]
        value[i] /= factor[i, i]
    for i in range(used - 1, -1, -1):
        for k in range(i + 1, used):
            value[i] -= factor[k, i] * value[k]
        value[i] /= factor[i, i]
        weights[chosen[i]] = value[i] / scale[i]
