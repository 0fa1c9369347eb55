"""Product group by product group: what each economy's embargo of each would do to the target and to itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis.coalition_play import Progress
from countervail.analysis.coalition_shares import source
from countervail.analysis.single_bans import (
    Answers,
    Cells,
    answers,
    cells_between,
    group_weights,
    positions,
    sector_positions,
)
from countervail.errors import OutputError, ScenarioError
from countervail.exhibit import Exhibit
from countervail.groups import head_name
from countervail.model.parameters import Model, long_run
from countervail.policy.naming import StandardNamer
from countervail.policy.scope import Index
from countervail.words import percent
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]
Direction = Literal["import", "export", "both"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

GROUPS = (
    *("food", "coal", "oil_gas", "oil_products", "ores", "chemicals", "medicine"),
    *("metals", "technology", "vehicles", "services"),
)
PARTNERS = 12
LINEAR = (
    *("goods", "economy", "code", "target_linear_percent", "target_percent"),
    *("own_linear_percent", "own_percent"),
)


def product_embargoes(
    world: World,
    target: Sequence[str],
    model: Model = long_run,
    *,
    economies: Sequence[str] | None = None,
    goods: Sequence[str] | None = None,
    direction: Direction = "both",
    progress: Progress | None = None,
) -> tuple[Exhibit, Exhibit]:
    """The embargo of each product group by each economy alone: what it does to the target and to whoever takes it.

    Arguments:
        target: an economy or a bloc, as a list of names.
        economies: economies and blocs, each acting alone; the target's twelve largest partners by default.
        goods: sectors and goods lists, each by itself; eleven product groups by default, or every sector of a world
            that does not know them.
        direction: of the trade that is stopped, as seen from the economies.

    Returns:
        A matrix of the target's welfare (with the actor's own beside it), product group by economy; and a scatter of
        the exact answer over the linear one, which is the slope at nothing.

    Raises:
        ScenarioError: a name that the world does not know. OutputError: CV411 the target among the economies, CV418
            no trade at all.

    Example:
        >>> matrix, linear = cv.product_embargoes(world, ["RUS"])  # doctest: +SKIP
    """
    on = positions(world, target, "target")
    actors = _actors(world, on, economies)
    groups = _groups(world, goods)
    bans, rows = [], []
    for group, sectors in groups:
        for actor, by in actors:
            bans.append(_cells(world, by, on, sectors, direction))
            rows.append((group, actor, by))
    found = answers(world, bans, model, progress=progress, stage="product by economy")
    if not any(cells.size for cells in bans):
        raise OutputError(
            "CV418",
            "There is no trade that an embargo could stop",
            found=f"none of {', '.join(name for name, _ in groups[:4])} with the economies named",
            next_step="Name other goods, economies or another direction.",
        )
    table = _table(world, model, on, rows, bans, found)
    who = StandardNamer().economies(list(target))
    say = {"import": "imports from it stop", "export": "exports to it stop", "both": "trade with it stops"}[
        direction
    ]
    subtitle = f"Welfare of {who} when {say}, {world.name}, base year {world.year}"
    made = source(world, model)
    record = {"model": repr(model), "solves": found.effort.solves, "largest_residual": found.effort.residual}
    worst = table.sort_values("target_percent", kind="stable").iloc[0]
    known = table.dropna(subset=["target_percent", "target_linear_percent"])
    gap = float(known["target_percent"].sum() / known["target_linear_percent"].sum())
    return (
        Exhibit(
            name="product_embargoes",
            kind="matrix",
            title=(
                f"{worst['economy']}'s embargo on {worst['goods'].lower()} would hurt {who} most: "
                f"{percent(float(worst['target_percent']))}"
            ),
            subtitle=subtitle,
            unit="percent",
            table=table,
            roles={"row": "goods", "column": "economy", "value": "target_percent"},
            source=made,
            caveats=("One embargo at a time; their effects do not add up exactly.", *_absent(table)),
            record=record,
            world=world,
        ),
        Exhibit(
            name="linear_and_exact",
            kind="scatter",
            title=f"The embargoes do {percent(100 * gap)} of what a linear answer says",
            subtitle=subtitle,
            unit="percent",
            table=known[list(LINEAR)]
            .assign(embargo=known["economy"] + ", " + known["goods"].str.lower())
            .reset_index(drop=True),
            roles={"x": "target_linear_percent", "y": "target_percent", "label": "embargo"},
            source=made,
            caveats=(
                "The linear answer is a hundred times what stopping a hundredth of the trade does; the exact one "
                "differs as each further hundredth costs more or less than the first.",
            ),
            record=record,
            world=world,
        ),
    )


def _actors(world: World, on: Index, names: Sequence[str] | None) -> list[tuple[str, Index]]:
    if names is None:
        flow = world.basic_flow().sum(axis=2)
        trade = flow[on].sum(axis=0) + flow[:, on].sum(axis=1)
        trade[on] = -1.0
        trade[[code == "ROW" for code in world.countries]] = -1.0
        chosen = np.argsort(-trade, kind="stable")[: min(PARTNERS, int((trade > 0).sum()))]
        return [(world.countries[n], np.array([n])) for n in chosen]
    found = [(name, positions(world, [name])) for name in names]
    for name, by in found:
        if np.intersect1d(by, on).size:
            raise OutputError(
                "CV411",
                "An economy cannot put an embargo on itself",
                found=f"{name} among the economies and in the target",
                next_step=f"Take {name} out of one of them.",
            )
    return found


def _groups(world: World, names: Sequence[str] | None) -> list[tuple[str, Index]]:
    if names is not None:
        return [(_goods_name(name), sector_positions(world, [name])) for name in names]
    found = []
    for name in GROUPS:
        try:
            found.append((_goods_name(name), sector_positions(world, [name])))
        except ScenarioError:  # not a world of these sectors
            return [(labels.sector_name(code), np.array([s])) for s, code in enumerate(world.sectors)]
    return found


def _goods_name(token: str) -> str:
    name = StandardNamer().goods([token])
    return name[0].upper() + name[1:]


def _cells(world: World, by: Index, on: Index, sectors: Index, direction: Direction) -> Cells:
    parts = []
    if direction in ("import", "both"):
        parts.append(cells_between(world, on, by, sectors))
    if direction in ("export", "both"):
        parts.append(cells_between(world, by, on, sectors))
    return np.unique(np.concatenate(parts))


def _table(
    world: World,
    model: Model,
    on: Index,
    rows: Sequence[tuple[str, str, Index]],
    bans: Sequence[Cells],
    found: Answers,
) -> pd.DataFrame:
    flow = world.basic_flow().ravel()
    target = group_weights(world, model, on)
    lines = []
    for k, (group, actor, by) in enumerate(rows):
        own = group_weights(world, model, by)
        target_loss, own_loss = float(target @ found.exact[k]), float(own @ found.exact[k])
        lines.append(
            {
                "goods": group,
                "code": actor,
                "economy": head_name(actor),
                "trade_million_usd": float(flow[bans[k]].sum()),
                "target_percent": target_loss,
                "own_percent": own_loss,
                "loss_ratio": target_loss / own_loss if target_loss < 0 and own_loss < 0 else np.nan,
                "target_linear_percent": float(target @ found.linear[k]),
                "own_linear_percent": float(own @ found.linear[k]),
                "missing": found.missing[k],
            }
        )
    return pd.DataFrame(lines)


def _absent(table: pd.DataFrame) -> tuple[str, ...]:
    count = int((table["missing"] != "").sum())
    return (f"{count} of {len(table)} cannot be computed; the column missing says why.",) if count else ()
