"""An economy taken out of another one, usually out of the rest of the world, every published total kept.

Whatever the new economy sells, buys and makes is taken off the economy it comes from: their sum is what was
published for the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from countervail.errors import WorldError
from countervail.world.arrays import Bools, Floats, frozen, largest_cell, lock, over
from countervail.world.balance import fit
from countervail.world.rebuild import as_table, recalibrate
from countervail.world.report import Note
from countervail.world.table import Table
from countervail.world.world import World

ROUND_OFF = 1e-9  # by how much a given flow may exceed what was published, relative to it


@dataclass(frozen=True, eq=False)
class CountryData:
    """What is known about an economy that is to stand alone; NaN or None for what is not known.

    Arguments:
        share: its size in the economy it is taken from, between 0 and 1 (its share in GDP, say); stands in
            for all that is not known.
        exports: [partner, sector], sales to every economy of the table, million USD at basic prices; those to
            the economy it is taken from are its sales to the rest of that economy.
        imports: [partner, sector], purchases from every economy, the same way.
        output: [sector], all sales, home sales included.
        inputs: [sector, user], uses of a sector's goods by each sector, at the prices of the table.
    """

    share: float
    exports: ArrayLike | None = None
    imports: ArrayLike | None = None
    output: ArrayLike | None = None
    inputs: ArrayLike | None = None


@overload
def split_country(world: World, country: str, new: str, data: CountryData) -> World: ...
@overload
def split_country(world: Table, country: str, new: str, data: CountryData) -> Table: ...
def split_country(world: World | Table, country: str, new: str, data: CountryData) -> World | Table:
    """Take an economy out of another; the two together keep every published total to round-off.

    What is not known: exports and imports are `share` of those of the economy it is taken from. Its trade
    with the rest of that economy has the proportion to its other trade that the rest's trade has to that of
    all other partners, at most share (1 - share) of the home sales. Home purchases are `share` of the home
    sales. Its inputs are those of the economy it is taken from, scaled (RAS) to what it buys and to the same
    cost share in every sector; where both cannot hold, to what it buys. It bears and levies the same tariffs,
    and none on its trade with the rest.

    Arguments:
        world: a world, or the table of one before calibration.
        country: the economy that holds the new one, "ROW" for the rest of the world.
        new: the code of the new economy, which stands before the one it is taken from.
        data: what is known about it.

    Returns:
        A new table or world with one economy more; its notes name the approximations.

    Raises:
        WorldError: CV226 for codes that make no sense, CV227 for data that exceed what was published or are
            negative, CV209 where inputs leave no value added.

    Example:
        >>> from countervail.world.catalog import load_world
        >>> world = split_country(load_world("icio2021"), "ROW", "IRN", CountryData(share=0.04))
        >>> world.n_countries
        82
    """
    if isinstance(world, World):
        return recalibrate(world, split_country(as_table(world), country, new, data), range(world.n_sectors))
    _check_labels(world, country, new, data)
    whole = world.countries.index(country)
    trade = _trade(world, whole, data)
    uses = _uses(world, whole, trade, data)

    n, j = len(world.countries), len(world.sectors)
    old = [i if i < whole else i + 1 for i in range(n)]
    rest = whole + 1
    flow, tariff = np.zeros((n + 1, n + 1, j)), np.zeros((n + 1, n + 1, j))
    flow[np.ix_(old, old)], tariff[np.ix_(old, old)] = world.flow, world.tariff
    tariff[whole, old], tariff[old, whole] = world.tariff[whole], world.tariff[:, whole]
    flow[whole, old], flow[old, whole] = trade.exports, trade.imports
    flow[rest, old] = np.maximum(flow[rest, old] - trade.exports, 0.0)
    flow[old, rest] = np.maximum(flow[old, rest] - trade.imports, 0.0)
    flow[whole, whole] = trade.home
    inside = trade.home + trade.exports[whole] + trade.imports[whole]
    flow[rest, rest] = np.maximum(world.flow[whole, whole] - inside, 0.0)
    intermediate = np.zeros((n + 1, j, j))
    intermediate[old] = world.intermediate
    intermediate[whole], intermediate[rest] = uses.parts[:, :-1, 0], uses.parts[:, :-1, 1]
    return replace(
        world,
        name=f"{world.name}-{n + 1}x{j}",
        countries=(*world.countries[:whole], new, *world.countries[whole:]),
        flow=lock(flow),
        tariff=lock(tariff),
        intermediate=lock(intermediate),
        notes=(*world.notes, *_notes(country, new, data, trade, uses)),
        split_from=(*world.split_from, (new, country)),
    )


@dataclass(frozen=True, eq=False)
class _Trade:
    """What the new economy sells and buys, [partner, sector] and home [sector], and what was assumed."""

    exports: Floats
    imports: Floats
    home: Floats
    assumed: dict[str, tuple[int, float]]

    @property
    def output(self) -> Floats:
        """[sector], all it sells."""
        sold: Floats = self.exports.sum(axis=0) + self.home
        return sold


@dataclass(frozen=True, eq=False)
class _Uses:
    """[sector, user, (new, rest)] with final use last; by how much cost shares differ from the whole's."""

    parts: Floats
    cost_gap: float


def _trade(table: Table, whole: int, data: CountryData) -> _Trade:
    """The given figures, with the defaults in the gaps, checked against what was published."""
    n, flow = len(table.countries), table.flow
    own, others = np.arange(n), np.arange(n) != whole
    abroad = flow.sum(axis=(0, 1)) - flow[own, own].sum(axis=0)
    at_home = flow[whole, whole]
    most = data.share * (1 - data.share) * at_home
    sides = {
        "exports": (data.exports, flow[whole], flow[:, whole]),
        "imports": (data.imports, flow[:, whole], flow[whole]),
    }
    found: dict[str, Floats] = {}
    assumed: dict[str, tuple[int, float]] = {}
    for name, (values, published, other_way) in sides.items():
        amounts, unknown = _known(values, name, published.shape)
        amounts = np.where(unknown, data.share * published, amounts)
        weight = other_way[others].sum(axis=0)  # how much the rest trades on the other side of this good
        inside = over(amounts[others].sum(axis=0) * weight, np.maximum(abroad - weight, 0.0))
        amounts[whole] = np.where(unknown[whole], np.minimum(inside, most), amounts[whole])
        found[name] = _within(name, amounts, published, table.countries, table.sectors)
        assumed[name] = (int(unknown.sum()), float(found[name][unknown].sum()))
    inside = found["exports"][whole] + found["imports"][whole]
    room = at_home - _within("trade with the rest", inside, at_home, table.sectors)
    output, unknown = _known(data.output, "output", at_home.shape)
    usual = np.clip(data.share * at_home - found["imports"][whole], 0.0, room)
    home = np.where(unknown, usual, output - found["exports"].sum(axis=0))
    home = _within("home sales (output less exports)", home, room, table.sectors)
    assumed["home sales"] = (int(unknown.sum()), float(home[unknown].sum()))
    return _Trade(found["exports"], found["imports"], home, assumed)


def _uses(table: Table, whole: int, trade: _Trade, data: CountryData) -> _Uses:
    used = table.intermediate[whole]
    paid = 1.0 + table.tariff[:, whole] if table.inputs_as_paid else np.ones_like(table.tariff[:, whole])
    bought = (paid * table.flow[:, whole]).sum(axis=0)
    mine = over((paid * trade.imports).sum(axis=0) + trade.home, bought).clip(0.0, 1.0)
    total = np.concatenate([used, np.maximum(bought - used.sum(axis=1), 0.0)[:, None]], axis=1)
    rows = np.stack([mine, 1 - mine], axis=1) * total.sum(axis=1)[:, None]
    if data.inputs is not None:
        given = _within(
            "inputs", frozen(data.inputs, "inputs", used.shape), used, table.sectors, table.sectors
        )
        final = rows[:, 0] - given.sum(axis=1)
        _within(
            "inputs beyond purchases", np.maximum(-final, 0.0), 0 * final, table.sectors, spare=rows[:, 0]
        )
        own = np.append(given, np.clip(final, 0.0, total[:, -1])[:, None], axis=1)
        return _Uses(np.stack([own, total - own], axis=2), 0.0)
    size = np.append(over(trade.output, table.flow[whole].sum(axis=0)), data.share).clip(0.0, 1.0)
    weight = np.stack([size, 1 - size], axis=1)
    columns = weight * total.sum(axis=0)[:, None]
    columns[-1] = np.maximum(rows.sum(axis=0) - columns[:-1].sum(axis=0), 0.0)
    parts, _ = fit(total, np.broadcast_to(weight, (*total.shape, 2)), rows, columns)
    parts, gap = fit(total, parts, rows)
    if gap > ROUND_OFF:
        parts, _ = fit(total, np.broadcast_to(0.5, parts.shape), rows)
    cost = parts[:, :-1].sum(axis=0)
    return _Uses(parts, float(over(np.abs(cost - columns[:-1]), columns[:-1]).max(initial=0.0)))


def _known(values: ArrayLike | None, name: str, shape: tuple[int, ...]) -> tuple[Floats, Bools]:
    """The given numbers and where they are missing."""
    if values is None:
        return np.zeros(shape), np.ones(shape, dtype=bool)
    given = np.array(values, dtype=np.float64)
    unknown = np.isnan(given)
    return np.array(frozen(np.where(unknown, 0.0, given), name, shape)), unknown


def _within(
    name: str, amounts: Floats, most: Floats, *axes: Sequence[str], spare: Floats | None = None
) -> Floats:
    """The amounts, at least 0 and at most what there is, or an error that names the worst cell."""
    allowed = ROUND_OFF * (np.abs(most) if spare is None else spare)
    excess = np.maximum(np.maximum(-amounts, amounts - most), 0.0)
    if (excess > allowed).any():
        where, _ = largest_cell(np.where(excess > allowed, excess, 0.0), *axes)
        cell = np.unravel_index(int(np.argmax(np.where(excess > allowed, excess, 0.0))), excess.shape)
        raise WorldError(
            "CV227",
            f"the {name} of the new economy cannot be taken off the one that holds it",
            where=where,
            found=f"{amounts[cell]:,.6g} million USD",
            expected=f"0 to {max(float(most[cell]), 0.0):,.6g}, what was published for the two together",
            next_step="Lower the figure, or write NaN where it is not known.",
        )
    return np.clip(amounts, 0.0, np.maximum(most, 0.0))


def _check_labels(table: Table, country: str, new: str, data: CountryData) -> None:
    problem, found = "", ""
    if country not in table.countries:
        problem = f"'{country}' is no economy of this world"
    elif new in table.countries or not new.strip():
        problem = f"the code '{new}' is empty or in use"
    elif not 0.0 < data.share < 1.0:
        problem, found = "the share of the new economy makes no sense", f"{data.share:g}"
    if problem:
        raise WorldError(
            "CV226",
            problem,
            where=f"taking {new} out of {country}",
            found=found,
            expected="an economy of the world, a new code, and a share between 0 and 1",
            next_step="Correct it; `world.countries` lists the codes.",
        )


def _notes(country: str, new: str, data: CountryData, trade: _Trade, uses: _Uses) -> list[Note]:
    size = float(trade.output.sum())
    text = (
        f"{new} was taken out of {country}: the two together keep every total, the same tariffs hold for "
        "both and none between them."
    )
    notes = [Note("imputed", f"{new} taken out of {country}", text, None, size)]
    for name, (cells, amount) in trade.assumed.items():
        if cells:
            text = f"Not given for {new}: {data.share:.3g} of {country}'s; trade with the rest by rule."
            notes.append(Note("approximation", f"{name[0].upper()}{name[1:]} of {new}", text, cells, amount))
    if data.inputs is None:
        text = f"Inputs of {new} follow {country}'s (RAS); cost shares differ by up to {uses.cost_gap:.2%}."
        notes.append(Note("approximation", f"Inputs of {new}", text))
    return notes
