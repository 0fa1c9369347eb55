"""Labour in value added: economy-wide shares from data, and a pattern over sectors that is moved to meet them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from countervail.world.arrays import Bools, Floats
from countervail.world.packaged import rows

if TYPE_CHECKING:
    from countervail.world.accounts import Accounts

MINING = ("B05", "B06", "B07", "B08")
"""Sectors whose capital works on deposits, which stay where they are."""


def economy_shares(world: Accounts) -> tuple[Floats, tuple[str, ...]]:
    """Labour's share of value added by economy, and the economies for which nothing is known (NaN).

    An economy made of several has the mean of its members.
    """
    return _by_member(
        world.countries, world.country_members, dict(world.split_from), "labour_shares.csv", "iso3"
    )


def depreciation(world: Accounts) -> tuple[Floats, tuple[str, ...]]:
    """The share of its capital that an economy loses to wear in a year, and the economies without data (NaN)."""
    return _by_member(
        world.countries,
        world.country_members,
        dict(world.split_from),
        "labour_shares.csv",
        "iso3",
        "depreciation",
    )


def sector_pattern(world: Accounts) -> tuple[Floats, tuple[str, ...]]:
    """Labour's share by sector in the economy that the pattern is from, and the sectors without one (NaN)."""
    return _by_member(
        world.sectors,
        world.sector_members,
        dict(world.split_from),
        "labour_pattern.csv",
        "sector",
        weight="value_added",
    )


def mining(world: Accounts) -> Bools:
    """[sector] True where all members of a sector are mining, or parts of it."""
    whole = dict(world.split_from)
    return np.array([all(whole.get(s, s) in MINING for s in members) for members in world.sector_members])


def cell_shares(value_added: Floats, economy: Floats, pattern: Floats) -> Floats:
    """Labour shares by economy and sector: the pattern, moved in log-odds until each economy's total is met.

    Arguments:
        value_added: [economy, sector], million USD; weights. economy: [economy], between 0 and 1.
        pattern: [sector], between 0 and 1.

    Returns:
        [economy, sector], between 0 and 1; sums with the weights to `economy`.

    Example:
        >>> shares = cell_shares(np.array([[1.0, 1.0]]), np.array([0.5]), np.array([0.3, 0.7]))
        >>> shares.round(3)
        array([[0.3, 0.7]])
    """
    odds = np.log(pattern / (1.0 - pattern))
    total = value_added.sum(axis=1)
    weight = value_added / np.where(total > 0.0, total, 1.0)[:, None]
    weight[total <= 0.0] = 1.0 / len(pattern)
    low, high = np.full(len(economy), -50.0), np.full(len(economy), 50.0)
    for _ in range(100):
        middle = 0.5 * (low + high)
        found = (weight * _share(odds + middle[:, None])).sum(axis=1)
        low, high = np.where(found < economy, middle, low), np.where(found < economy, high, middle)
    return _share(odds + (0.5 * (low + high))[:, None])


def _share(odds: Floats) -> Floats:
    share: Floats = 1.0 / (1.0 + np.exp(-odds))
    return share


def _by_member(
    codes: Iterable[str],
    members: Iterable[tuple[str, ...]],
    whole: Mapping[str, str],
    file: str,
    key: str,
    column: str = "labour_share",
    weight: str = "",
) -> tuple[Floats, tuple[str, ...]]:
    """A column of a packaged file by code; of several members the mean, with weights where the file has them."""
    known = {row[key]: (float(row[column]), float(row[weight]) if weight else 1.0) for row in rows(file)}
    values, missing = [], []
    for code, parts in zip(codes, members, strict=True):
        names = [whole.get(part, part) for part in parts]
        if any(name not in known for name in names):
            missing.append(code)
            values.append(np.nan)
        else:
            values.append(
                float(np.average([known[n][0] for n in names], weights=[known[n][1] for n in names]))
            )
    return np.array(values), tuple(missing)
