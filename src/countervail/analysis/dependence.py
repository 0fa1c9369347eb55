"""On whom an economy depends: suppliers direct and through inputs, and what it loses when one is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.coalition_play import Progress
from countervail.analysis.coalition_shares import source
from countervail.analysis.single_bans import answers, cells_between, group_weights, positions
from countervail.analysis.supply_chains import Suppliers, concentration, suppliers_of
from countervail.exhibit import Exhibit
from countervail.groups import head_name
from countervail.model.parameters import Model, long_run
from countervail.policy.naming import StandardNamer
from countervail.policy.scope import Index
from countervail.words import listing, percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]

CONCENTRATED = 0.25
"""A Herfindahl-Hirschman index of imports from which a market counts as highly concentrated (0.25, the line of the
US merger guidelines of 2010)."""


def supplier_dependence(
    world: World,
    economy: Sequence[str],
    model: Model = long_run,
    *,
    progress: Progress | None = None,
) -> Exhibit:
    """What an economy or bloc loses when it can buy nothing from one supplier: exact, and by extraction, side by side.

    The exact answer is an equilibrium in which all its imports from that supplier are stopped. Hypothetical extraction
    is the share of its final use that contains, at any step, something that the supplier delivered to it: what would
    be lost if nothing could be replaced.

    Arguments:
        economy: one economy or bloc, as a list of names; suppliers inside a bloc are its own.
        model: preset and closure.

    Returns:
        Exhibit, one row a supplier, the costliest first: imports, their share, the supplier's value added in final use,
        the exact loss (negative) and the extraction (percent of final use). `more` has the suppliers of every good.

    Raises:
        ScenarioError: a name that the world does not know.

    Example:
        >>> cv.supplier_dependence(world, ["EU27"])  # doctest: +SKIP
    """
    group, others = _sides(world, economy)
    found = suppliers_of(world, group)
    everything = np.arange(world.n_sectors)
    bans = [cells_between(world, np.array([o]), group, everything) for o in others]
    cut = answers(world, bans, model, linear=False, progress=progress, stage="suppliers cut off")
    own = group_weights(world, model, group)
    imports = found.direct[others] * found.use
    ends = found.final / found.final.sum()
    table = pd.DataFrame(
        {
            "code": [world.countries[o] for o in others],
            "name": [labels.country_name(world.countries[o]) for o in others],
            "imports_million_usd": imports.sum(axis=1),
            "imports_percent": 100 * imports.sum(axis=1) / imports.sum(),
            "through_inputs_percent": 100 * found.through[others] @ ends,
            "exact_loss_percent": cut.exact @ own,
            "extraction_percent": 100 * found.extracted[others],
            "missing": cut.missing,
        }
    ).sort_values("exact_loss_percent", kind="stable", ignore_index=True)
    who = head_name(economy[0]) if len(economy) == 1 else listing([head_name(name) for name in economy])
    first = table.iloc[0]
    return Exhibit(
        name="supplier_dependence",
        kind="ranking",
        title=(
            f"{who} would lose {percent(-float(first['exact_loss_percent']))} without {first['name']}'s deliveries, "
            f"where extraction says {percent(float(first['extraction_percent']))}"
        ),
        subtitle=f"Welfare when imports from one supplier stop, {world.name}, base year {world.year}",
        unit="percent",
        table=table,
        roles={"label": "name", "value": "exact_loss_percent", "code": "code"},
        source=source(world, model),
        caveats=(
            "Extraction replaces nothing; the exact answer turns to other suppliers at a higher price.",
            *_failed(table["missing"]),
        ),
        more={"suppliers_by_good": _by_good(world, others, found)},
        record={"model": repr(model), "solves": cut.effort.solves, "largest_residual": cut.effort.residual},
        world=world,
    )


def critical_goods(
    world: World,
    economy: Sequence[str],
    model: Model = long_run,
    *,
    progress: Progress | None = None,
) -> Exhibit:
    """The goods in which few suppliers and low substitutability meet: concentration, elasticity, and the exact loss.

    Arguments:
        economy: one economy or bloc, as a list of names.
        model: preset and closure.

    Returns:
        Exhibit, one row a good that is imported, the costliest first: its foreign share, the concentration of its
        suppliers direct and through inputs (Herfindahl-Hirschman, 0 to 1), its largest supplier, the trade elasticity,
        and the exact loss when the largest supplier delivers none of it, or nobody does; `critical` is true where
        imports are concentrated and the elasticity is below the median of all goods.

    Raises:
        ScenarioError: a name that the world does not know.

    Example:
        >>> goods = cv.critical_goods(world, ["DEU"]).table  # doctest: +SKIP
        >>> goods[goods["critical"]]  # doctest: +SKIP
    """
    group, others = _sides(world, economy)
    found = suppliers_of(world, group)
    imports = found.direct[others]  # [supplier, sector]
    bought = np.flatnonzero(imports.sum(axis=0) > 0)
    largest = others[imports.argmax(axis=0)]
    bans = [cells_between(world, largest[[s]], group, np.array([s])) for s in bought]
    bans += [cells_between(world, others, group, np.array([s])) for s in bought]
    cut = answers(world, bans, model, linear=False, progress=progress, stage="goods cut off")
    own = group_weights(world, model, group)
    loss = cut.exact @ own
    theta, index = world.trade_elasticity[bought], concentration(imports)[bought]
    count = bought.size
    table = pd.DataFrame(
        {
            "sector_code": [world.sectors[s] for s in bought],
            "sector": [labels.sector_name(world.sectors[s]) for s in bought],
            "use_percent": 100 * found.use[bought] / found.use.sum(),
            "foreign_percent": 100 * imports.sum(axis=0)[bought],
            "foreign_through_inputs_percent": 100 * found.through[others].sum(axis=0)[bought],
            "concentration": index,
            "concentration_through_inputs": concentration(found.through[others])[bought],
            "largest_code": [world.countries[largest[s]] for s in bought],
            "largest_supplier": [labels.country_name(world.countries[largest[s]]) for s in bought],
            "largest_percent_of_imports": 100 * imports.max(axis=0)[bought] / imports.sum(axis=0)[bought],
            "trade_elasticity": theta,
            "loss_without_largest_percent": loss[:count],
            "loss_without_imports_percent": loss[count:],
            "critical": (index >= CONCENTRATED) & (theta < np.median(world.trade_elasticity)),
            "missing": [
                "; ".join(filter(None, dict.fromkeys(pair)))
                for pair in zip(cut.missing[:count], cut.missing[count:], strict=True)
            ],
        }
    ).sort_values("loss_without_largest_percent", kind="stable", ignore_index=True)
    who = head_name(economy[0]) if len(economy) == 1 else listing([head_name(name) for name in economy])
    return Exhibit(
        name="critical_goods",
        kind="ranking",
        title=_critical_title(who, table),
        subtitle=f"Welfare when the largest supplier of a good is cut off, {world.name}, base year {world.year}",
        unit="percent",
        table=table,
        roles={"label": "sector", "value": "loss_without_largest_percent"},
        source=source(world, model),
        caveats=(
            f"Critical: a concentration of imports of {CONCENTRATED} or more, and a trade elasticity below the median.",
            *_failed(table["missing"]),
        ),
        record={"model": repr(model), "solves": cut.effort.solves, "largest_residual": cut.effort.residual},
        world=world,
    )


def _sides(world: World, economy: Sequence[str]) -> tuple[Index, Index]:
    group = positions(world, economy, "economy")
    return group, np.setdiff1d(np.arange(world.n_countries), group)


def _failed(missing: pd.Series) -> tuple[str, ...]:
    count = int((missing != "").sum())
    return (f"{count} losses cannot be computed; the column missing says why.",) if count else ()


def _critical_title(who: str, table: pd.DataFrame) -> str:
    namer = StandardNamer()
    critical = list(table[table["critical"]]["sector_code"].head(3))
    first = table.iloc[0]
    costliest = f"{first['largest_supplier']}'s {namer.goods([first['sector_code']])} would be missed most"
    if not critical:
        return f"{who} has no good in which few suppliers and low substitutability meet; {costliest}"
    return f"Few suppliers and low substitutability meet for {who} in {namer.goods(critical)}; {costliest}"


def _by_good(world: World, others: Index, found: Suppliers) -> pd.DataFrame:
    """One row a good and supplier with a share in it, direct or through inputs."""
    o, s = np.nonzero((found.direct[others] > 0) | (found.through[others] > 1e-6))
    origin = others[o]
    return pd.DataFrame(
        {
            "sector_code": [world.sectors[k] for k in s],
            "sector": [labels.sector_name(world.sectors[k]) for k in s],
            "code": [world.countries[k] for k in origin],
            "name": [labels.country_name(world.countries[k]) for k in origin],
            "direct_percent_of_use": 100 * found.direct[origin, s],
            "through_inputs_percent_of_use": 100 * found.through[origin, s],
        }
    ).sort_values(["sector_code", "direct_percent_of_use"], ascending=[True, False], ignore_index=True)
