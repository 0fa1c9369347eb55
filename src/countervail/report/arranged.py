"""The numbers of an exhibit in the order and shape in which both hands draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.words import head_of

if TYPE_CHECKING:
    from countervail.exhibit import Exhibit

Floats = NDArray[np.float64]
MOST_BARS, MOST_ROWS, MOST_RIBBONS = 24, 24, 11


def cells(exhibit: Exhibit, part: str) -> tuple[list[Any], list[Any], Floats]:
    """Rows and columns of a matrix in the order of the table, and one part of it; missing where no row has it.

    Where the table has a cell several times, as with flows of several goods, they are summed.
    """
    roles, table = exhibit.roles, exhibit.table
    rows, columns = (list(dict.fromkeys(table[roles[axis]])) for axis in ("row", "column"))
    values = np.full((len(rows), len(columns)), np.nan)
    for row, column, value in zip(*(table[roles[name]] for name in ("row", "column", part)), strict=True):
        at = rows.index(row), columns.index(column)
        values[at] = value if np.isnan(values[at]) else values[at] + value
    return rows, columns, values


def matrix(exhibit: Exhibit) -> tuple[list[Any], list[Any], Floats, str]:
    """As `cells`, at most 24 rows, those with the largest numbers, and a sentence on those left out."""
    rows, columns, values = cells(exhibit, "value")
    if len(rows) <= MOST_ROWS:
        return rows, columns, values, ""
    size = np.nan_to_num(np.abs(values)).sum(axis=1)
    kept = np.sort(np.argsort(-size, kind="stable")[:MOST_ROWS])
    said = f"{len(rows) - len(kept)} rows with smaller numbers are in the table only."
    return [rows[n] for n in kept], columns, values[kept], said


def ranked(exhibit: Exhibit) -> tuple[pd.DataFrame, str]:
    """The rows of a ranking from the top, as many as can be read, and a sentence on those left out.

    What the table has sorted keeps its order; otherwise the worst comes first: the lowest where some lose, the largest
    where nobody does. Of more than 24 rows the largest by size stay, and both ends where the table begins with the
    least: then that is what it is about.
    """
    roles, table = exhibit.roles, exhibit.table
    column = roles["value"]
    values = table[column].astype(float)
    known = values[values.notna()]
    losing = bool((known < 0).any())
    if known.is_monotonic_increasing or (known.is_monotonic_decreasing and not losing):
        order = [*known.index, *values[values.isna()].index]
    else:
        order = list(values.sort_values(ascending=losing, kind="stable").index)
    said = ""
    if len(order) > MOST_BARS:
        ends = known.is_monotonic_increasing and not losing and known.size > MOST_BARS
        half = MOST_BARS // 2
        by_size = known.abs().sort_values(ascending=False, kind="stable").index[:MOST_BARS]
        kept = {*known.index[:half], *known.index[-half:]} if ends else set(by_size)
        absent = int(values.isna().sum())
        without = f" and {absent} without a number" if absent else ""
        rest = f"{known.size - len(kept)} {'between them' if ends else 'smaller'}"
        said = f"{rest}{without} are in the table only."
        order = [place for place in order if place in kept]
    return table.loc[order], said


def flows(exhibit: Exhibit) -> pd.DataFrame:
    """The ribbons of a drawing of flows: on each side the widest by name, the rest as one."""
    roles, table = exhibit.roles, exhibit.table
    numbers = [roles[part] for part in ("value", "base") if part in roles]
    keys = [roles["origin"], roles["destination"]]
    found: list[pd.DataFrame] = []
    rest = table
    for hub, other in ((keys[1], keys[0]), (keys[0], keys[1])):
        for _, rows in rest[rest[hub].duplicated(keep=False)].groupby(hub, sort=False):
            rest = rest.drop(rows.index)
            if len(rows) > MOST_RIBBONS:
                wide = rows.sort_values(roles["value"], ascending=False, kind="stable")
                summed = wide.iloc[MOST_RIBBONS - 1 :][numbers].sum().to_frame().T
                summed[hub], summed[other] = rows[hub].iloc[0], f"{len(wide) - MOST_RIBBONS + 1} others"
                rows = pd.concat([wide.iloc[: MOST_RIBBONS - 1], summed], ignore_index=True)
            found.append(rows)
    return pd.concat([*found, rest], ignore_index=True)


def swings(exhibit: Exhibit) -> pd.DataFrame:
    """The rows of a tornado from the narrowest, drawn at the bottom, to the widest; those without a number first."""
    roles, table = exhibit.roles, exhibit.table
    ends = table[[roles["low"], roles["high"], roles["value"]]].astype(float)
    width = ends.max(axis=1) - ends.min(axis=1)
    width = width.where(table[[roles["low"], roles["high"]]].notna().any(axis=1))
    return table.loc[width.sort_values(kind="stable", na_position="first").index]


def payoff_key(exhibit: Exhibit) -> str:
    """Whose payoff stands where in a cell of a game, from the names of the columns."""
    roles = exhibit.roles
    first, second = (head_of(roles[part])[0] for part in ("value", "second"))
    framed = "; framed: Nash equilibrium" if "mark" in roles else ""
    return f"In each cell: {first} left, {second} right{framed}"
