"""How economies vote in the UN General Assembly, and who has sanctioned whom: the packaged tables, looked up.

Hong Kong does not vote and is given China's votes. Taiwan and the rest of the world have none. What an aggregated
economy is made of is averaged over the members that vote.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.errors import OutputError
from countervail.world import labels
from countervail.world.packaged import rows

if TYPE_CHECKING:
    from countervail.world.world import World

Floats = NDArray[np.float64]

YEARS = range(2000, 2025)
VOTES_AS = {"HKG": "CHN"}
SOURCE = (
    "Ideal points: Bailey, Strezhnev and Voeten (2017), Harvard Dataverse doi:10.7910/DVN/LEJUQZ (CC0); agreement: "
    "computed from their roll calls"
)


def check_year(year: int) -> None:
    """Refuse a year without votes.

    Raises:
        OutputError: CV417.
    """
    if year not in YEARS:
        raise OutputError(
            "CV417",
            "There are no votes of this year",
            found=str(year),
            expected=f"{YEARS[0]} to {YEARS[-1]}",
            next_step="Choose one of these years.",
        )


def ideal_points(world: World) -> Floats:
    """[year, country] position on the dimension of foreign-policy votes, higher is closer to the United States.

    Years are `YEARS`; missing where nobody of an economy votes.
    """
    known = _points()
    found = np.full((len(YEARS), world.n_countries), np.nan)
    for n, members in enumerate(world.country_members):
        lines = [known[voter] for voter in _voters(members) if voter in known]
        if lines:
            found[:, n] = _mean(np.array(lines))
    return found


def distances(world: World, year: int) -> Floats:
    """[country, country] distance between ideal points in a year; missing where one has none."""
    points = ideal_points(world)[YEARS.index(year)]
    gap: Floats = np.abs(points[:, None] - points[None, :])
    return gap


def agreement(world: World, column: str = "agreement_2015_2019") -> Floats:
    """[country, country] agreement on roll calls, 0 to 1: the mean of 1 - |a - b| with yes 1, abstain 0.5, no 0."""
    known = _agreement(column)
    n = world.n_countries
    found = np.full((n, n), np.nan)
    voters = [_voters(members) for members in world.country_members]
    for i in range(n):
        for j in range(n):
            values = [1.0 if a == b else known.get((a, b), np.nan) for a in voters[i] for b in voters[j]]
            if values and not np.isnan(values).all():
                found[i, j] = float(np.nanmean(values))
    return found


def sanctions_record() -> pd.DataFrame:
    """Episodes of 2010 to 2023, one row for each sender and target as economies: a selection, not a census.

    Returns:
        sender, target, start, end, kind, instrument, legal_act.
    """
    found = []
    for row in rows("sanctions_record.csv", "analysis"):
        for sender in _unfolded(row["sender"]):
            for target in _unfolded(row["target"]):
                found.append(
                    {"sender": sender, "target": target}
                    | {key: row[key] for key in ("start", "end", "kind", "instrument", "legal_act")}
                )
    return pd.DataFrame(found)


def episodes(world: World) -> NDArray[np.int64]:
    """[sender, target] how many episodes of the record one economy has with another as sender."""
    place = {code: n for n, members in enumerate(world.country_members) for code in members}
    count = np.zeros((world.n_countries, world.n_countries), dtype=np.int64)
    for row in sanctions_record().itertuples():
        if row.sender in place and row.target in place:
            count[place[str(row.sender)], place[str(row.target)]] += 1
    return count


def _voters(members: tuple[str, ...]) -> list[str]:
    return [VOTES_AS.get(code, code) for code in members]


def _unfolded(names: str) -> list[str]:
    return [code for name in names.split(";") for code in labels.blocs().get(name, (name,))]


def _mean(lines: Floats) -> Floats:
    """Mean over members that voted, by year; missing where none did."""
    known = ~np.isnan(lines)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, lines, 0).sum(axis=0) / known.sum(axis=0)
    return mean


@cache
def _points() -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for row in rows("ideal_points.csv", "analysis"):
        line = found.setdefault(row["iso3"], np.full(len(YEARS), np.nan))
        line[YEARS.index(int(row["year"]))] = float(row["ideal_point"])
    return found


@cache
def _agreement(column: str) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for row in rows("agreement.csv", "analysis"):
        if row[column]:
            a, b = row["iso3_a"], row["iso3_b"]
            found[a, b] = found[b, a] = float(row[column])
    return found
