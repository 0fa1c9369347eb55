"""Table to World: the calibration after which a no-change scenario is exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from countervail.errors import WorldError
from countervail.world.accounts import TOLERANCE, value_added_error
from countervail.world.arrays import Bools, Floats, largest_cell, lock, over
from countervail.world.elasticities import ElasticitySet, check_theta, choose, embedded_sets
from countervail.world.report import CalibrationReport, Repair
from countervail.world.table import Table
from countervail.world.world import World

SCALED = "Inputs scaled down to keep final use at 0"
CLIPPED = "Negative final use clipped to 0"
IDLE_INPUTS = "Inputs of cells without output dropped"
NO_OUTPUT = "Cells without output"
NO_USE = "Cells without expenditure"


def calibrate(
    table: Table,
    theta: Sequence[float] | Floats | str,
    *,
    elasticity: str = "custom",
    quality: Sequence[str] | None = None,
    negative_final: Literal["scale", "clip"] = "scale",
    elasticity_sets: Sequence[ElasticitySet] | None = None,
) -> World:
    """Turn a table into a world in which every balance holds to round-off (model, "Calibration").

    pi, tau, X and Y stay as measured. gamma = Z m / Y with m = X / sum_o b, the average mark-up of tariffs
    on what an economy buys of a sector (m = 1 when the inputs are as paid); F = X - sum_t gamma Y;
    I = sum_s F; D = I - VA - R.

    Arguments:
        table: flows, inputs and tariffs, million USD.
        theta: [sector], above 0; or the name of an embedded set when the sectors are the OECD ICIO ones.
        elasticity: how the numbers are called, when theta is given as numbers.
        quality: [sector], see elasticities.QUALITIES; all "custom" by default.
        negative_final: what to do where F < 0. "scale" scales the row gamma[d, s, :] down to F = 0, so that
            beta rises and every balance holds. "clip" sets F = 0 and keeps gamma, which breaks the balance
            of spending: for replications only, to be solved with closure `zero`. Then D = imports - exports
            and I = VA + R + D.
        elasticity_sets: named sets for `with_elasticity`; the embedded ones when the sectors allow.

    Returns:
        World, whose report counts and sums everything that was changed.

    Raises:
        WorldError: CV205 for an economy without final use, CV206 or CV207 for theta, CV209 for a cell whose
            inputs are not below its output.

    Example:
        >>> from countervail.world.catalog import load_table
        >>> table = load_table("icio2021")
        >>> world = calibrate(table, [4.0] * len(table.sectors))
        >>> max(world.balances().values()) < 1e-12
        True
    """
    if elasticity_sets is None:
        sets = embedded_sets(table.sectors, table.split_from)
    else:
        sets = tuple(elasticity_sets)
    if isinstance(theta, str):
        chosen = choose(sets, theta, table.sectors)
        values, elasticity, qualities = chosen.theta, chosen.name, chosen.quality
    else:
        values = check_theta(theta, table.sectors)
        qualities = tuple(quality) if quality is not None else ("custom",) * len(table.sectors)

    tau = 1.0 + table.tariff
    paid = tau * table.flow
    expenditure = paid.sum(axis=0)
    trade_share = over(paid, expenditure[None, :, :])
    flow = trade_share * expenditure[None, :, :] / tau
    output, bought = flow.sum(axis=1), flow.sum(axis=0)

    markup = np.ones_like(bought) if table.inputs_as_paid else over(expenditure, bought)
    idle = output == 0
    inputs = table.intermediate * markup[:, :, None]
    repairs = [_idle_inputs(inputs, idle, table), _empty(NO_OUTPUT, idle), _empty(NO_USE, expenditure == 0)]
    inputs = np.where(idle[:, None, :], 0.0, inputs)

    final = expenditure - inputs.sum(axis=2)
    short = final < 0
    shortfall = np.where(short, -final, 0.0)
    if negative_final == "scale":
        fit = np.divide(expenditure, inputs.sum(axis=2), out=np.ones_like(final), where=short)
        inputs = inputs * fit[:, :, None]
        repairs.append(_repair(SCALED, shortfall, table))
    else:
        repairs.append(_repair(CLIPPED, shortfall, table))
    final = np.where(short, 0.0, final)
    _check_final_use(final, table)

    input_share = over(inputs, output[:, None, :])
    value_added_share = 1.0 - input_share.sum(axis=1)
    if (value_added_share <= 0).any():
        where, _ = largest_cell(-value_added_share, table.countries, table.sectors)
        raise value_added_error(where, float(value_added_share.min()), int((value_added_share <= 0).sum()))

    value_added = (value_added_share * output).sum(axis=1)
    revenue = (table.tariff * flow).sum(axis=(0, 2))
    if negative_final == "scale":
        income = final.sum(axis=1)
        transfer = income - value_added - revenue
    else:
        transfer = bought.sum(axis=1) - output.sum(axis=1)
        income = value_added + revenue + transfer
    _check_rounding(table, income, value_added, revenue, transfer)
    return World(
        name=table.name,
        year=table.year,
        countries=table.countries,
        sectors=table.sectors,
        goods=table.goods,
        trade_share=lock(trade_share),
        tariff=lock(tau),
        expenditure=lock(expenditure),
        output=lock(output),
        input_share=lock(input_share),
        value_added_share=lock(value_added_share),
        final_share=lock(over(final, final.sum(axis=1)[:, None])),
        income=lock(income),
        transfer=lock(transfer),
        trade_elasticity=values,
        elasticity=elasticity,
        elasticity_quality=qualities,
        report=CalibrationReport(tuple(repairs), table.notes, not (short.any() and negative_final == "clip")),
        sources=table.sources,
        elasticity_sets=sets,
        split_from=table.split_from,
    )


def _check_final_use(final: Floats, table: Table) -> None:
    """An economy that buys inputs only has no income to speak of, so no welfare."""
    none = final.sum(axis=1) <= 0
    if none.any():
        raise WorldError(
            "CV205",
            "an economy has no final use of anything",
            where=table.countries[int(np.argmax(none))],
            found="inputs at user prices of all it buys, or more",
            expected="final use above 0 in at least one sector",
            next_step="Lower its inputs, or merge it with another economy.",
        )


def _check_rounding(
    table: Table, income: Floats, value_added: Floats, revenue: Floats, transfer: Floats
) -> None:
    """An economy that gives away nearly all it earns: its income is the rounding of larger sums, so is its welfare."""
    off = np.abs(value_added + revenue + transfer - income)
    if (off > TOLERANCE * income).any():
        d = int(np.argmax(off / income))
        raise WorldError(
            "CV280",
            "an economy keeps so little of what it earns that its income is lost in rounding",
            where=table.countries[d],
            found=f"an income of {income[d] / (value_added[d] + revenue[d]):.2g} of value added and tariffs",
            expected="more than a millionth of it",
            next_step="Correct its trade balance in the table, or merge it with another economy.",
        )


def _idle_inputs(inputs: Floats, idle: Bools, table: Table) -> Repair:
    """Inputs of a sector that produces nothing cannot be a share of its output; they count as final use."""
    amounts = np.where(idle, inputs.sum(axis=1), 0.0)
    return _repair(IDLE_INPUTS, amounts, table)


def _repair(kind: str, amounts: Floats, table: Table) -> Repair:
    cells = int((amounts > 0).sum())
    if cells == 0:
        return Repair(kind, 0, 0.0)
    where, size = largest_cell(amounts, table.countries, table.sectors)
    return Repair(kind, cells, float(amounts.sum()), where, size)


def _empty(kind: str, cells: Bools) -> Repair:
    return Repair(kind, int(cells.sum()), 0.0)
