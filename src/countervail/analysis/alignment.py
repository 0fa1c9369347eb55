"""How far a front is one: votes, their trend and the sanctions record, and whom they suggest as joiner or hub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from countervail.analysis import votes
from countervail.analysis.single_bans import positions
from countervail.errors import OutputError
from countervail.exhibit import Exhibit
from countervail.groups import head_name
from countervail.policy.assemble import Sides, sides_of
from countervail.policy.complaint import located
from countervail.policy.naming import StandardNamer
from countervail.policy.scope import Index, Scope
from countervail.words import listing
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario
    from countervail.world.world import World

Floats = NDArray[np.float64]

LATEST = votes.YEARS[-1]
DECADE = 10
CAVEATS = (
    "Votes are words: they go with trade policy only loosely.",
    "Roll calls end in 2019, ideal points in 2024. Hong Kong is given China's votes; Taiwan and the rest of the world "
    "have none.",
)
HEURISTIC = "A heuristic, not an estimate: nobody's decision is predicted."


def alignment_matrix(
    world: World, economies: Sequence[str], year: int = LATEST, *, unfold: bool = True
) -> Exhibit:
    """How far each two of some economies stand apart in the General Assembly, and whether they drift.

    Arguments:
        economies: two economies or more, or blocs.
        year: 2000 to 2024.
        unfold: whether a bloc stands for its economies; otherwise it is one, at their mean weighted by income.

    Returns:
        Exhibit of a matrix: the distance between ideal points in the year, its change over the ten years before,
        agreement on the roll calls of 2015 to 2019, and episodes of the sanctions record between the two.

    Raises:
        ScenarioError: a name that the world does not know. OutputError: CV416 too few that vote, CV417 no such year.

    Example:
        >>> print(cv.alignment_matrix(world, ["G7", "CHN", "RUS"]).title)  # doctest: +SKIP
    """
    votes.check_year(year)
    parties = _parties(world, economies, unfold)
    points = votes.ideal_points(world)
    lines = {name: _mean_over(points[:, group].T, world.income[group]) for _, name, group in parties}
    now = votes.YEARS.index(year)
    silent = [name for name, line in lines.items() if np.isnan(line[now])]
    voting = [party for party in parties if party[1] not in silent]
    if len(voting) < 2:
        raise _too_few(silent, year)
    same, between = votes.agreement(world), votes.episodes(world)
    rows = []
    for code, name, mine in voting:
        for other_code, other, theirs in voting:
            gap = np.abs(lines[name] - lines[other])
            agreed = _mean_over(same[np.ix_(mine, theirs)], world.income[mine])
            rows.append(
                {
                    "row_code": code,
                    "row": name,
                    "column_code": other_code,
                    "column": other,
                    "distance": gap[now],
                    "change_in_ten_years": gap[now] - gap[now - DECADE] if now >= DECADE else np.nan,
                    "agreement": float(_mean_over(agreed, world.income[theirs])),
                    "episodes": int((between + between.T)[np.ix_(mine, theirs)].sum()) * (name != other),
                }
            )
    table = pd.DataFrame(rows)
    pairs = table[table["row_code"] < table["column_code"]]
    widest = pairs.sort_values("distance", kind="stable").iloc[-1]
    mean, moved = float(pairs["distance"].mean()), float(pairs["change_in_ten_years"].mean())
    trend = "" if np.isnan(moved) else f", {'further apart' if moved > 0 else 'closer'} than ten years before"
    return Exhibit(
        name="alignment_matrix",
        kind="matrix",
        title=f"{widest['row']} and {widest['column']} vote furthest apart; the mean distance is {mean:.2f}{trend}",
        subtitle=f"Distance between ideal points in the UN General Assembly, {year}",
        unit="points",
        table=table,
        roles={"row": "row", "column": "column", "value": "distance"},
        source=votes.SOURCE,
        caveats=CAVEATS + ((f"Without votes: {listing(silent)}.",) if silent else ()),
        record={"year": year, "mean_distance": mean, "mean_change": moved},
        world=world,
    )


def alignment_ranking(world: World, of: Sequence[str], year: int = LATEST) -> Exhibit:
    """Who stands close to an economy or bloc in the General Assembly, and who has moved.

    Arguments:
        of: an economy, or a bloc, whose point is the mean of its members' weighted by income.
        year: 2000 to 2024.

    Returns:
        Exhibit, one row an economy outside it, the closest first: distance, change over ten years, agreement, and
        episodes of the sanctions record as sender and as target.

    Raises:
        ScenarioError: a name that the world does not know. OutputError: CV416, CV417.

    Example:
        >>> cv.alignment_ranking(world, ["EU27"])  # doctest: +SKIP
    """
    votes.check_year(year)
    group = positions(world, of)
    distance, drift = _from_group(world, group, year)
    same = _mean_over(votes.agreement(world)[:, group].T, world.income[group])
    between = votes.episodes(world)
    if np.isnan(distance).all():
        raise _too_few([labels.country_name(world.countries[int(n)]) for n in group], year)
    others = np.setdiff1d(np.arange(world.n_countries), group)
    others = others[~np.isnan(distance[others])]
    others = others[np.argsort(distance[others], kind="stable")]
    table = pd.DataFrame(
        {
            "code": [world.countries[n] for n in others],
            "name": [labels.country_name(world.countries[n]) for n in others],
            "distance": distance[others],
            "change_in_ten_years": drift[others],
            "agreement": same[others],
            "episodes_as_sender": between[np.ix_(others, group)].sum(axis=1),
            "episodes_as_target": between[np.ix_(group, others)].sum(axis=0),
        }
    )
    who = StandardNamer().economies(list(of))
    own = table[~table["code"].isin(list(votes.VOTES_AS))]
    near, far = own.iloc[0]["name"], own.iloc[-1]["name"]
    return Exhibit(
        name="alignment_ranking",
        kind="ranking",
        title=f"{near} votes closest to {who}, {far} furthest from it",
        subtitle=f"Distance from the ideal point of {who} in the UN General Assembly, {year}",
        unit="points",
        table=table,
        roles={"label": "name", "value": "distance", "code": "code"},
        source=votes.SOURCE,
        caveats=(*CAVEATS, "The sanctions record is a selection, so its counts are lower bounds."),
        record={"year": year, "of": list(of)},
        world=world,
    )


def alignment_prospects(world: World, scenario: Scenario, year: int = LATEST) -> tuple[Exhibit, Exhibit]:
    """Which third parties might join a scenario's senders, and which might become hubs around its sanctions.

    A heuristic. Closeness is the distance of an economy from the targets over its distances from both sides, 0 (with
    the targets) to 1 (with the senders). A joiner matters by closeness times its share of the targets' trade; a hub by
    one less closeness, times the root of its share of the senders' exports and of the targets' imports.

    Arguments:
        scenario: whose sides are meant. year: 2000 to 2024.

    Returns:
        Two exhibits: likely joiners and likely hubs, the first ones first.

    Raises:
        OutputError: CV410 without a target or a sender, CV416, CV417.

    Example:
        >>> joiners, hubs = cv.alignment_prospects(world, cv.load_scenario("united-front"))  # doctest: +SKIP
    """
    votes.check_year(year)
    with located(scenario.origin):
        sides = sides_of(scenario, Scope(world, scenario.blocs, scenario.goods))
    table = _prospects(world, sides, year)
    who = listing([labels.country_name(world.countries[int(n)]) for n in sides.targets])

    def exhibit(name: str, column: str, what: str, left_out: str) -> Exhibit:
        found = table.sort_values(column, ascending=False, kind="stable", ignore_index=True)
        found = found.drop(columns=left_out)
        first = listing(list(found["name"].head(3)))
        return Exhibit(
            name=name,
            kind="ranking",
            title=f"By votes and trade, {first} are the likeliest {what}",
            subtitle=f"Score of third parties around the sanctions on {who}, votes of {year}, trade of {world.year}",
            unit="score, percent of the highest",
            table=found.assign(**{column: 100 * found[column] / found[column].max()}),
            roles={"label": "name", "value": column, "code": "code"},
            source=f"{votes.SOURCE}; trade: {world.name}",
            caveats=(HEURISTIC, *CAVEATS),
            record={"year": year},
            world=world,
            scenario=scenario,
        )

    return (
        exhibit("likely_joiners", "joiner_score", "joiners", "hub_score"),
        exhibit("likely_hubs", "hub_score", "hubs around the sanctions", "joiner_score"),
    )


def _prospects(world: World, sides: Sides, year: int) -> pd.DataFrame:
    if not sides.targets.size or not sides.senders.size:
        raise OutputError(
            "CV410",
            "A coalition needs a target and senders, and the scenario lacks one",
            next_step="State `senders` and `targets` in the scenario, or write its sanctions with by and on.",
        )
    senders, targets = sides.senders, sides.targets
    to_senders, _ = _from_group(world, senders, year)
    to_targets, _ = _from_group(world, targets, year)
    flow = world.basic_flow().sum(axis=2)
    np.fill_diagonal(flow, 0.0)
    trade = flow[targets].sum(axis=0) + flow[:, targets].sum(axis=1)
    sells = flow[:, targets].sum(axis=1)
    buys = flow[senders].sum(axis=0)
    others = np.setdiff1d(np.arange(world.n_countries), np.concatenate([senders, targets]))
    others = others[~np.isnan(to_senders[others] + to_targets[others])]
    closeness = to_targets[others] / (to_targets[others] + to_senders[others])
    shares = trade[others] / trade.sum(), sells[others] / sells.sum(), buys[others] / buys.sum()
    return pd.DataFrame(
        {
            "code": [world.countries[n] for n in others],
            "name": [labels.country_name(world.countries[n]) for n in others],
            "closeness": closeness,
            "share_of_targets_trade_percent": 100 * shares[0],
            "share_of_senders_exports_percent": 100 * shares[2],
            "joiner_score": closeness * shares[0],
            "hub_score": (1 - closeness) * np.sqrt(shares[1] * shares[2]),
        }
    )


def _from_group(world: World, group: Index, year: int) -> tuple[Floats, Floats]:
    """[country] distance from a group's point in a year, and how it has changed in ten years."""
    points = votes.ideal_points(world)
    now = votes.YEARS.index(year)
    before = now - DECADE
    centre = _mean_over(points[:, group].T, world.income[group])  # [year]
    gap = np.abs(points - centre[:, None])
    return gap[now], gap[now] - gap[before] if before >= 0 else np.full(world.n_countries, np.nan)


def _mean_over(values: Floats, weights: Floats) -> Floats:
    """Weighted mean over the first axis of what is known; missing where nothing is."""
    known = ~np.isnan(values)
    total = known.T @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = np.where(known, values, 0).T @ weights / total
    return mean


def _parties(world: World, names: Sequence[str], unfold: bool) -> list[tuple[str, str, Index]]:
    """Code, name and economies of each row of a matrix."""
    if not unfold:
        return [(name, head_name(name), positions(world, [name])) for name in names]
    return [
        (world.countries[n], labels.country_name(world.countries[n]), np.array([n]))
        for n in positions(world, names)
    ]


def _too_few(silent: Sequence[str], year: int) -> OutputError:
    return OutputError(
        "CV416",
        "Alignment needs two economies that vote in the General Assembly",
        found=f"no votes of {listing(silent)} in {year}" if silent else "one economy",
        next_step="Name others; Taiwan and the rest of the world do not vote.",
    )
