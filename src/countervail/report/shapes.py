"""Shapes of countries on an equal-area map (Equal Earth), from Natural Earth's public-domain outlines.

Boundaries are drawn as the source has them, which is no position on any of them. Disputed areas are hatched; Crimea is
drawn as part of Ukraine, as UN General Assembly resolution 68/262 has it, and hatched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from countervail.world import labels

Floats = NDArray[np.float64]

BORDERS = (
    "Boundaries as in Natural Earth, no position taken; disputed areas hatched, Crimea as in UN General Assembly "
    "resolution 68/262"
)
SMALL_AREA = 4e-4
"""Projected area, in squared radii, under which an economy gets a dot."""

# Polynomial of the Equal Earth projection (Savric, Patterson and Jenny 2019, doi:10.1080/13658816.2018.1504949).
_A = (1.340264, -0.081106, 0.000893, 0.003796)


@dataclass(frozen=True)
class Shape:
    """One area: ISO3 code ("" where it has none), name, whether it is disputed, its rings of [longitude, latitude]
    in degrees and of [x, y] in radii on the map."""

    code: str
    name: str
    disputed: bool
    degrees: tuple[Floats, ...]
    rings: tuple[Floats, ...]

    @property
    def area(self) -> float:
        """Of all rings, in squared radii."""
        return float(sum(abs(_area(ring)) for ring in self.rings))


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """Every area, projected; disputed ones last."""
    text = files("countervail.report").joinpath("data/shapes.json").read_text(encoding="utf-8")
    found = []
    for one in json.loads(text):
        degrees = tuple(np.array(ring, dtype=float) / 10 for ring in one["rings"])
        projected = tuple(equal_earth(ring) for ring in degrees)
        found.append(Shape(one["code"], one["name"], one["disputed"], degrees, projected))
    return tuple(found)


@lru_cache(maxsize=1)
def dots() -> dict[str, tuple[float, float]]:
    """Where economies that are too small to see, or without a shape, get a dot: code to x, y of the capital."""
    area: dict[str, float] = {}
    for shape in shapes():
        area[shape.code] = area.get(shape.code, 0.0) + shape.area
    table = labels.country_table()
    small = [code for code in table.index if area.get(code, 0.0) < SMALL_AREA]
    where = table.loc[small, ["capital_lon", "capital_lat"]].dropna()
    points = equal_earth(where.to_numpy(dtype=float))
    return {str(code): (float(x), float(y)) for code, (x, y) in zip(where.index, points, strict=True)}


def equal_earth(points: Floats) -> Floats:
    """Project [longitude, latitude] in degrees, rows of points, to [x, y] in radii."""
    longitude, latitude = np.radians(points[:, 0]), np.radians(points[:, 1])
    angle = np.arcsin(np.sqrt(3) / 2 * np.sin(latitude))
    a1, a2, a3, a4 = _A
    square = angle**2
    sixth = square**3
    slope = a1 + 3 * a2 * square + sixth * (7 * a3 + 9 * a4 * square)
    x = 2 * np.sqrt(3) / 3 * longitude * np.cos(angle) / slope
    y = angle * (a1 + a2 * square + sixth * (a3 + a4 * square))
    return np.column_stack([x, y])


def _area(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
