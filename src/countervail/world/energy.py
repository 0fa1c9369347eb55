"""Crude oil and natural gas apart on the embedded worlds: what is known, and the table it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from countervail.world.arrays import Floats, lock
from countervail.world.packaged import rows
from countervail.world.report import Note
from countervail.world.shares import SectorShares
from countervail.world.split import split_sector
from countervail.world.table import Table

WHOLE, OIL, GAS = "B06", "B06_OIL", "B06_GAS"
SOURCES = (
    "Energy Institute, Statistical Review of World Energy 2023 (shares of oil and gas derived from it)",
    "Eurostat nrg_ti_gas, CC BY 4.0 (division of Europe's gas imports among members)",
    "Global Energy Monitor, gas pipeline trackers, CC BY 4.0 (two pipeline capacities)",
)
FINAL = "final"
EVERYONE_ELSE = "*"


@dataclass(frozen=True, eq=False)
class EnergyData:
    """Shares and volumes of one year on the economies of the embedded tables.

    Arguments:
        gas_share: [origin, destination], share of gas in the value of oil and gas sold.
        gas: [origin, destination], gas in bcm, home sales on the diagonal. lng_share: liquefied part of it.
        valuation: [origin], published export value of a large seller of crude over its value at world prices.
        oil: [origin], crude sold in million t. oil_home_share: [origin], the part of it sold at home.
        basis: [origin, destination], what the gas of a cell rests on: "reported" by the source for this pair;
            "divided" from a group of importers; "estimated" from another year; "compiled" where a tenth or
            more of the volume, or the price, rests on figures compiled by hand and not verified; "home"; "mix
            of output" for a seller whose trade the source hides; "" for no gas.
    """

    gas_share: Floats
    gas: Floats
    lng_share: Floats
    basis: tuple[tuple[str, ...], ...]
    oil: Floats
    oil_home_share: Floats
    valuation: Floats


@cache
def energy_data(year: int, countries: tuple[str, ...]) -> EnergyData:
    """The shares and volumes shipped for a year, on these economies in this order.

    Arguments:
        year: 2021 or 2022. countries: the codes of the embedded tables.
    """
    n = len(countries)
    at = {code: i for i, code in enumerate(countries)}
    seller: dict[str, Floats] = {
        name: np.zeros(n) for name in ("gas_bcm", "oil_mt", "oil_home_share", "valuation")
    }
    seller["valuation"] += 1.0
    for row in rows("energy_sellers.csv"):
        if int(row["year"]) == year:
            for name, values in seller.items():
                values[at[row["origin"]]] = float(row[name])
    cell: dict[str, Floats] = {name: np.zeros((n, n)) for name in ("gas_share", "volume_share", "lng_share")}
    basis = [[""] * n for _ in range(n)]
    for row in rows("energy_cells.csv"):
        if int(row["year"]) == year:
            o, d = at[row["origin"]], at[row["destination"]]
            basis[o][d] = row["basis"]
            for name, values in cell.items():
                values[o, d] = float(row[name])
    return EnergyData(
        gas_share=lock(cell["gas_share"]),
        gas=lock(cell["volume_share"] * seller["gas_bcm"][:, None]),
        lng_share=lock(cell["lng_share"]),
        basis=tuple(map(tuple, basis)),
        oil=lock(seller["oil_mt"]),
        oil_home_share=lock(seller["oil_home_share"]),
        valuation=lock(seller["valuation"]),
    )


def divide_oil_and_gas(table: Table, name: str) -> Table:
    """An embedded table with B06 divided into crude oil and natural gas.

    Flows by the shares of the year, uses from one prior for all economies scaled to what each buys (RAS),
    inputs in proportion to output.

    Arguments:
        table: the table of 2021 or 2022 with 50 sectors. name: how the result is called.
    """
    data = energy_data(table.year, table.countries)
    gas = data.gas_share
    prior = np.array([_prior(user) for user in (*table.sectors, FINAL)])
    at = table.sectors.index(WHOLE)
    bought = table.flow[:, :, at]
    own = np.divide(
        (gas * bought).sum(axis=0), bought.sum(axis=0), out=np.zeros(len(gas)), where=bought.sum(axis=0) > 0
    )
    use = np.where(np.isnan(prior), own[:, None], prior)
    shares = SectorShares(flow=_both(gas), use=_both(use))
    divided = split_sector(table, WHOLE, (OIL, GAS), shares)
    return replace(
        divided,
        name=name,
        sources=(*table.sources, *SOURCES),
        notes=(*divided.notes, *_notes(table, data)),
    )


def _both(gas: Floats) -> Floats:
    """[..., (oil, gas)]."""
    return np.stack([1.0 - gas, gas], axis=-1)


def _prior(user: str) -> float:
    """The share of gas in what a user buys before balancing; NaN for as its economy buys."""
    given = {row["user"]: row["gas"] for row in rows("energy_uses.csv")}
    text = given.get(user, given[EVERYONE_ELSE])
    return float(text) if text else float("nan")


def _notes(table: Table, data: EnergyData) -> list[Note]:
    value = data.gas_share * table.flow[:, :, table.sectors.index(WHOLE)]
    marks = np.array(data.basis)

    def size(kinds: Sequence[str]) -> tuple[int, float]:
        chosen = np.isin(marks, kinds)
        return int(chosen.sum()), float(value[chosen].sum())

    kinds = (
        (
            "imputed",
            "Gas trade by pair",
            ("reported",),
            "Volumes as the source reports them for the pair, valued at marker prices.",
        ),
        (
            "imputed",
            "Gas trade divided among importers",
            ("divided",),
            "The source gives Europe's pipeline imports, and some others, for groups of importers.",
        ),
        (
            "imputed",
            "Gas trade estimated",
            ("estimated",),
            "Volumes from the trade of 2022, Russian gas of 2020 and the balances of 2021 (RAS).",
        ),
        (
            "approximation",
            "Gas trade on unverified figures",
            ("compiled",),
            "A tenth or more of the volume, or the price, rests on figures compiled by hand, not verified.",
        ),
        (
            "imputed",
            "Gas at home",
            ("home", "mix of output"),
            "Production less exports at home prices; sellers whose trade the source hides sell their mix.",
        ),
    )
    sized = [(status, topic, text, *size(which)) for status, topic, which, text in kinds]
    notes = [Note(*entry, SOURCES[0]) for entry in sized if entry[3]]
    notes.append(
        Note(
            "approximation",
            "Use of oil and gas",
            "One prior for all economies: refineries crude oil, others "
            "mostly gas; balanced to what each economy buys (RAS).",
            source="This project: assumption",
        )
    )
    return notes
