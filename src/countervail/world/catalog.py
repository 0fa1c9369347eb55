"""The named worlds that ship with the package."""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path

import numpy as np

from countervail.errors import WorldError
from countervail.world import storage
from countervail.world.arrays import lock
from countervail.world.calibrate import calibrate
from countervail.world.energy import divide_oil_and_gas
from countervail.world.packaged import data_file, rows
from countervail.world.report import Note
from countervail.world.synthetic import iran_type
from countervail.world.table import Table
from countervail.world.world import World

WORLDS = {
    "icio2021": "81 economies x 50 sectors, 2021: the last year before the sanctions of 2022",
    "icio2022": "81 economies x 50 sectors, 2022: the newest table, with the first months of sanctions in it",
    "icio2021-energy": "81 economies x 51 sectors, 2021: icio2021 with crude oil and natural gas apart",
    "icio2022-energy": "81 economies x 51 sectors, 2022: icio2022 with crude oil and natural gas apart",
    "icio2021-iran-synthetic": "82 economies x 51 sectors, 2021: icio2021-energy with a SYNTHETIC oil exporter (XIR) "
    "taken out of ROW by stated assumptions; no data on any country",
}
DIVIDED = {"icio2021-energy": "icio2021", "icio2022-energy": "icio2022"}
SYNTHETIC = {"icio2021-iran-synthetic": "icio2021-energy"}
SOURCES = (
    "OECD Inter-Country Input-Output tables, 2025 edition (flows, outputs, inputs)",
    "Teti (2024), Global Tariff Database (applied tariffs)",
)


def load_world(name: str = "icio2022", elasticity: str | None = None) -> World:
    """Load an embedded world, calibrated and balanced to round-off, or a world file.

    Arguments:
        name: "icio2021" (the base for the sanctions of 2022), "icio2022", either with "-energy" behind it
            (crude oil and natural gas apart), "icio2021-iran-synthetic", or the path of a world file.
        elasticity: one of the nine embedded sets. By default "combined"; for a world file, as it was saved.

    Returns:
        World; `world.report.text()` says what was imputed.

    Raises:
        WorldError: CV206 for an unknown elasticity set, CV217 for an unknown world, CV214 or CV215 for a
            world file that is not there or damaged.

    Example:
        >>> load_world("icio2021", elasticity="FGO").elasticity
        'FGO'
    """
    if Path(name).suffix in storage.SUFFIXES:
        world = World.load(name)
        return world if elasticity is None else world.with_elasticity(elasticity)
    return calibrate(load_table(name), elasticity or "combined")


def load_table(name: str = "icio2022") -> Table:
    """Load the table of an embedded world, before calibration: flows, inputs and tariffs in million USD.

    Raises:
        WorldError: CV217 for an unknown world.
    """
    if name not in WORLDS:
        near = difflib.get_close_matches(name.casefold(), WORLDS, n=1, cutoff=0.5)
        raise WorldError(
            "CV217",
            f"there is no world called '{name}'",
            expected=f"one of {', '.join(WORLDS)}",
            next_step=(f"Did you mean '{near[0]}'? " if near else "")
            + "A world of your own is a path that ends in .npz.",
        )
    if name in SYNTHETIC:
        return iran_type(load_table(SYNTHETIC[name]), name)
    if name in DIVIDED:
        return divide_oil_and_gas(load_table(DIVIDED[name]), name)
    with resources.as_file(data_file(f"{name}.npz")) as path:
        arrays, _ = storage.read_npz(path)
    sectors = tuple(map(str, arrays["sectors"]))
    n, j = len(arrays["countries"]), len(sectors)
    tariff = np.zeros((n, n, j))
    tariff[:, :, arrays["goods"]] = arrays["tariff"]
    return Table(
        name=name,
        year=int(arrays["year"]),
        countries=tuple(map(str, arrays["countries"])),
        sectors=sectors,
        flow=lock(arrays["flow"]),
        intermediate=lock(arrays["intermediate"]),
        tariff=lock(tariff),
        goods=arrays["goods"],
        sources=SOURCES,
        notes=_notes(name),
    )


def world_names() -> list[tuple[str, str]]:
    """The embedded worlds: name and one line each."""
    return list(WORLDS.items())


def _notes(name: str) -> tuple[Note, ...]:
    return tuple(
        Note(
            row["status"],
            row["topic"],
            row["text"],
            int(row["cells"]) if row["cells"] else None,
            float(row["million_usd"]) if row["million_usd"] else None,
            row["source"],
        )
        for row in rows("source_notes.csv")
        if row["world"] == name
    )
