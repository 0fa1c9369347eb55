"""From a price cap, a quota or a contract to the limits that a solver meets: units, who is open, who is lifted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.errors import WorldError
from countervail.policy.answers import Bypass, Duty
from countervail.policy.complaint import Complaint
from countervail.policy.limited import Contract, PriceCap, Quota
from countervail.policy.limits import Floats, Kind, Limit
from countervail.policy.parts import Part
from countervail.policy.scope import Index
from countervail.policy.volume import Volume
from countervail.world.physical import PhysicalUnits, physical_units
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class Bound:
    """One limit of a measure on a world, whatever else is active.

    Arguments:
        kind: see `Limit`. which: [k] positions in the cells of its part. watched: see `Limit`.
        weights: [k] see `Limit`. calm: what the base year has. full: the limit once it is phased in.
        note: how the limit was converted, "" where it was not.
        value: [k] of a quantity, the base year's, million USD. is_share: whether it is a share of the base year's
            quantity on the cells that are in it.
    """

    kind: Kind
    which: Index
    watched: int
    weights: Floats
    calm: float
    full: float
    note: str = ""
    value: Floats | None = None
    is_share: bool = False

    def level(self, share: float, keep: NDArray[np.bool_]) -> float:
        """The limit as far as it is phased in, on the cells that are kept."""
        calm, full = self.calm, self.full
        if self.value is not None:
            kept = float((self.weights * self.value)[keep].sum())
            full *= kept / calm if self.is_share else 1.0
            calm = kept
        return calm + share * (full - calm)


def bounds_of(part: Part, world: World) -> tuple[Bound, ...]:
    """The limits of a measure: a cap has one for each seller and good, a quantity is one (Eq. 12b, 12c).

    Raises:
        Complaint: CV131 where a physical unit or price cannot be converted on this world.
    """
    measure, cells = part.measure, part.cells
    value = world.basic_flow().ravel()[cells]
    if isinstance(measure, Quota | Contract):
        if measure.volume.value == 0 and (part.slot.share == 1 or isinstance(measure, Contract)):
            return ()  # an embargo, see `pieces`; or nothing that is guaranteed
        weights, full, note = _quantity(part, measure.volume, "volume", world)
        everything = np.arange(cells.size, dtype=np.intp)
        limited: Kind = "quota" if isinstance(measure, Quota) else "contract"
        return (
            Bound(
                limited,
                everything,
                -1,
                weights,
                float(weights @ value),
                full,
                note,
                value,
                measure.volume.unit == "share",
            ),
        )
    n, j = world.n_countries, world.n_sectors
    if isinstance(measure, Duty):
        importer = cells // j % n if part.injured < 0 else np.full(cells.size, part.injured)
        home = importer * j + cells % j
        kind: Kind = "restore_price" if measure.restores == "price" else "restore_output"
        groups = [(int(watched), np.flatnonzero(home == watched)) for watched in np.unique(home)]
        return tuple(Bound(kind, which, watched, np.ones(which.size), 1.0, 1.0) for watched, which in groups)
    if not isinstance(measure, PriceCap):
        return ()
    producer = cells // (n * j) * j + cells % j
    found = []
    for watched in np.unique(producer):
        which = np.flatnonzero(producer == watched)
        level, note = _cap(part, measure, world, which, int(watched))
        found.append(Bound("cap", which, int(watched), np.ones(which.size), 1.0, level, note))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Capacity:
    """The most that each hub of a bypass passes on: a quantity, and the weights of its part's cells in it."""

    weights: Floats
    bound: float


def capacity_of(part: Part, world: World) -> Capacity | None:
    """The capacity of a bypass; None for other measures, and where there is none.

    Raises:
        Complaint: CV131 as `bounds_of`.
    """
    measure = part.measure
    if not isinstance(measure, Bypass) or measure.capacity is None:
        return None
    weights, bound, _ = _quantity(part, measure.capacity, "capacity", world)
    return Capacity(weights, bound)


def limits_of(
    label: str, part: Part, bounds: Iterable[Bound], passing: Floats, lifted: NDArray[np.bool_] | None
) -> list[Limit]:
    """The limits of an active measure: on its cells that no embargo closes and, of a sanction, no corridor lifts.

    Arguments:
        label: the measure's name. bounds: its limits. passing, lifted: [cells of the part] from the other measures.
    """
    open_cells = passing > 0
    if lifted is not None and part.slot.which == "sanctions" and not isinstance(part.measure, Contract):
        open_cells &= ~lifted
    found = []
    for bound in bounds:
        keep = open_cells[bound.which]
        which = bound.which[keep]
        if not which.size:
            continue
        rent_to = part.rent_to[which] if part.rent_to is not None else which
        found.append(
            Limit(
                bound.kind,
                label,
                part.cells[which],
                bound.weights[keep],
                bound.level(part.slot.share, keep),
                rent_to.astype(np.int64),
                bound.watched,
            )
        )
    return found


def specific_factors(parts: Iterable[Part], world: World) -> NDArray[np.bool_] | None:
    """[d, t] where capped prices need a factor that cannot leave (Eq. 11b), in every set of measures that is compared.

    Returns:
        None where nothing is capped.
    """
    n, j = world.n_countries, world.n_sectors
    found = np.zeros(n * j, dtype=bool)
    for part in parts:
        if isinstance(part.measure, PriceCap):
            found[part.cells // (n * j) * j + part.cells % j] = True
    return found.reshape(n, j) if found.any() else None


def _quantity(part: Part, volume: Volume, field: str, world: World) -> tuple[Floats, float, str]:
    """[n] weights on the quantities of a part's cells, the volume in million USD at base prices, and how it was found.

    Raises:
        Complaint: CV131.
    """
    value = world.basic_flow().ravel()[part.cells]
    calm = float(value.sum())
    if not volume.is_physical:
        return np.ones(value.size), volume.value * (calm if volume.unit == "share" else 1.0), ""
    units, physical = _physical(part, world)
    per_million, mean = physical / value, float(physical.sum() / calm)
    try:
        amount = units.amount(volume.value, volume.unit)
    except WorldError:
        raise _no_unit(part, volume.unit, list(units.units), field) from None
    note = (
        f"{part.slot.label}: {volume.words} at {1 / mean:,.4g} million USD a {units.unit} is "
        f"{amount / mean:,.4g} million USD at base prices, {amount / physical.sum():.3g} times the base year's."
    )
    return per_million / mean, amount / mean, note


def _cap(part: Part, cap: PriceCap, world: World, which: Index, watched: int) -> tuple[float, str]:
    """The cap of one seller and good as a share of its base price, and how it was found."""
    if cap.fall is not None:
        return 1 - cap.fall, ""
    price = cap.level
    if price is None or not price.per:
        return (price.value if price else 1.0), ""
    units, physical = _physical(part, world)
    if units.unit != price.unit:
        raise _no_unit(part, f"USD a {price.per}", list(units.units), "level")
    value = world.basic_flow().ravel()[part.cells[which]]
    base = float(value.sum() / physical[which].sum())
    seller = world.countries[watched // world.n_sectors]
    note = (
        f"{part.slot.label}: {price.words} is {100 * price.per_unit / base:.3g} % of the base price of {seller}, "
        f"{price.of(base):.3g} USD a {price.per} in this world."
    )
    return price.per_unit / base, note


def _physical(part: Part, world: World) -> tuple[PhysicalUnits, Floats]:
    """The unit of all the goods of a measure, and the base volume of its cells.

    Raises:
        Complaint: CV131 where a good has none, or several have different ones.
    """
    n, j = world.n_countries, world.n_sectors
    known = physical_units(world)
    sectors = {world.sectors[s] for s in np.unique(part.cells % j)}
    units = {known[s].unit for s in sectors if s in known}
    lacking = sorted(sectors - set(known))
    if lacking or len(units) != 1:
        raise Complaint(
            "CV131",
            "a physical quantity or price of goods that have no common unit in this world",
            found=f"{', '.join(lacking)} without units" if lacking else " and ".join(sorted(units)),
            expected=f"goods of one unit: {', '.join(f'{s} in {u.unit}' for s, u in known.items())}"
            if known
            else f"a world in which oil and gas stand apart; '{world.name}' has no physical units",
            next_step="Use icio2021-energy or icio2022-energy with the good oil or gas, or state a share or money.",
            field=(*part.slot.path, "goods"),
        )
    volume = np.zeros(part.cells.size)
    for sector in sectors:
        here = part.cells % j == world.sectors.index(sector)
        pairs = part.cells[here] // j
        volume[here] = known[sector].volume[pairs // n, pairs % n]
    if volume.sum() <= 0:
        raise Complaint(
            "CV131",
            "trade whose physical volume is not known",
            found=part.measure.describe(),
            next_step="State a share or money of the base year.",
            field=(*part.slot.path, "goods"),
        )
    return known[next(iter(sectors))], volume


def _no_unit(part: Part, unit: str, known: list[str], field: str) -> Complaint:
    return Complaint(
        "CV131",
        f"'{unit}' is no unit for these goods",
        found=part.measure.describe(),
        expected=f"one of {', '.join(known)} a year",
        next_step="Convert the quantity, or give it as a share of the base year.",
        field=(*part.slot.path, field),
    )
