"""Reduce Natural Earth's country shapes to what the maps of countervail need.

    python tools/build_shapes.py world_110m.geojson

reads GeoJSON of Natural Earth 4.1 at 1:110 million (public domain), with properties `iso3` and `name`, and writes
src/countervail/report/data/shapes.json: a list of {code, name, disputed, rings}, rings of [longitude, latitude] in
tenths of a degree. Antarctica is left out. Crimea, a polygon of Russia in the source, is a shape of its own with the
code of Ukraine (UN General Assembly resolution 68/262), marked disputed, as are areas without a code.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src" / "countervail" / "report" / "data" / "shapes.json"
CRIMEA = (32.0, 44.0, 37.0, 46.5)  # west, south, east, north: holds no other polygon of Russia in full
DISPUTED = {"ESH", "PSE", "FLK"}


def main(source: str) -> None:
    shapes: list[dict[str, Any]] = []
    for feature in json.loads(Path(source).read_text(encoding="utf-8"))["features"]:
        code, name = feature["properties"]["iso3"] or "", feature["properties"]["name"]
        if code == "ATA":
            continue
        geometry = feature["geometry"]
        polygons = (
            geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        )
        kept = []
        for polygon in polygons:
            if code == "RUS" and _inside(polygon[0], CRIMEA):
                shapes.append(
                    {"code": "UKR", "name": "Crimea", "disputed": True, "rings": _reduced([polygon])}
                )
            else:
                kept.append(polygon)
        disputed = code in DISPUTED or not code
        shapes.append({"code": code, "name": name, "disputed": disputed, "rings": _reduced(kept)})
    assert sum(shape["name"] == "Crimea" for shape in shapes) == 1
    shapes.sort(key=lambda shape: (shape["name"] == "Crimea", shape["code"], shape["name"]))  # drawn last
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(shapes, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")


def _inside(ring: list[list[float]], box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return all(west <= x <= east and south <= y <= north for x, y in ring)


def _reduced(polygons: list[list[list[list[float]]]]) -> list[list[list[int]]]:
    """Every ring in whole tenths of a degree, without repeated points, cut where it crosses the date line."""
    rings = []
    for polygon in polygons:
        for ring in (part for whole in polygon for part in _cut(whole)):
            points: list[list[int]] = []
            for x, y in ring:
                point = [round(10 * x), round(10 * y)]
                if not points or points[-1] != point:
                    points.append(point)
            if len(points) >= 4:
                rings.append(points)
    return rings


def _cut(ring: list[list[float]]) -> list[list[list[float]]]:
    """A ring that jumps from one side of the date line to the other as two rings, one on each side."""
    unrolled, turn = [list(ring[0])], 0
    for (x, _), (after, y) in pairwise(ring):
        turn += 360 if after - x < -180 else -360 if after - x > 180 else 0
        unrolled.append([after + turn, y])
    if turn or all(-180 <= x <= 180 for x, _ in unrolled):
        return [ring]
    edge = 180.0 if max(x for x, _ in unrolled) > 180 else -180.0
    inside = _clipped(unrolled, edge, keep_west=edge > 0)
    beyond = _clipped(unrolled, edge, keep_west=edge < 0)
    return [inside, [[x - 2 * edge, y] for x, y in beyond]]


def _clipped(ring: list[list[float]], edge: float, keep_west: bool) -> list[list[float]]:
    """The part of a ring on one side of a meridian (Sutherland and Hodgman)."""
    kept = []
    for (x, y), (u, v) in pairwise([*ring, ring[0]]):
        here, there = (x <= edge) == keep_west or x == edge, (u <= edge) == keep_west or u == edge
        if here:
            kept.append([x, y])
        if here != there:
            kept.append([edge, y + (v - y) * (edge - x) / (u - x)])
    return kept


if __name__ == "__main__":
    main(sys.argv[1])
