"""A world taken apart into the table that gives it, and put together again after the table was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from countervail.errors import WorldError
from countervail.world.arrays import lock
from countervail.world.calibrate import calibrate
from countervail.world.elasticities import ElasticitySet, inherited
from countervail.world.report import CalibrationReport
from countervail.world.table import Table
from countervail.world.world import World


def as_table(world: World) -> Table:
    """The table whose calibration gives this world back to round-off; its inputs are as users paid them.

    Raises:
        WorldError: CV208 for a world whose accounts do not balance (negative final use clipped).
    """
    if not world.report.balanced:
        raise WorldError(
            "CV208",
            "the accounts do not balance: negative final use was clipped",
            where=world.name,
            expected="a world calibrated with negative_final='scale'",
            next_step="Change the table before it is calibrated.",
        )
    inputs = world.input_share * world.output[:, None, :]
    used = inputs.sum(axis=2)
    over = used > world.expenditure  # by round-off, where nothing is left for final use
    fit = np.divide(world.expenditure, used, out=np.ones_like(used), where=over)
    return Table(
        name=world.name,
        year=world.year,
        countries=world.countries,
        sectors=world.sectors,
        flow=lock(world.basic_flow()),
        intermediate=lock(inputs * fit[:, :, None]),
        tariff=lock(world.tariff - 1.0),
        goods=world.goods,
        sources=world.sources,
        notes=world.report.notes,
        inputs_as_paid=True,
        split_from=world.split_from,
    )


def recalibrate(
    world: World, table: Table, sector_of: Sequence[int], theta: Mapping[str, float] | None = None
) -> World:
    """The world of a changed table, with the elasticities, repairs and members of the world before.

    Arguments:
        world: the world before. table: its table, with more economies or sectors.
        sector_of: for each sector of the table, its position in the world before; a part has its whole's.
        theta: sector -> elasticity, where it is not that of the world before.

    Raises:
        WorldError: as `calibrate`.
    """
    of = np.asarray(sector_of, dtype=np.intp)
    values, own = world.trade_elasticity[of], dict(theta or {})
    parts = np.array([label not in world.sectors for label in table.sectors])
    quality = list(inherited(world.elasticity_quality, of, parts))
    for label, value in own.items():
        values[table.sectors.index(label)] = value
        quality[table.sectors.index(label)] = "custom"
    sets = tuple(
        ElasticitySet(entry.name, lock(entry.theta[of]), inherited(entry.quality, of, parts), entry.source)
        for entry in world.elasticity_sets
    )
    found = calibrate(
        table,
        values,
        elasticity="custom" if own else world.elasticity,
        quality=quality,
        elasticity_sets=sets,
    )
    who = dict(zip(world.countries, world.country_members, strict=True))
    what = dict(zip(world.sectors, world.sector_members, strict=True))
    return replace(
        found,
        report=CalibrationReport(world.report.repairs, table.notes),
        country_members=tuple(who.get(label, (label,)) for label in table.countries),
        sector_members=tuple(what.get(label, (label,)) for label in table.sectors),
    )
