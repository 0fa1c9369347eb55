"""Findings from draws: bands by side, probabilities of what people claim, and the draws themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from countervail.analysis.coalition_shares import base, source
from countervail.exhibit import Exhibit
from countervail.words import between, number

if TYPE_CHECKING:
    from countervail.analysis.uncertainty_solve import Drawn

QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
ITEMS = {"harm": "harm", "offset": "won back", "net": "net"}
THRESHOLDS = (0.1, 0.25, 0.5, 1.0)


def bands_exhibit(found: Drawn) -> Exhibit:
    """Quantiles of harm, offset and net, by side and (in `more`) for every economy."""
    table = _quantiles(found)
    shown = table[table["kind"].isin(["side", "world"])].drop(columns="kind").reset_index(drop=True)
    return Exhibit(
        name="uncertainty_bands",
        kind="ranking",
        title=_bands_title(found),
        subtitle=f"Welfare over {found.draws:,} draws, middle 90 in 100; {base(found.world, found.scenario)}",
        unit="percent of income",
        table=shown,
        roles={"label": "label", "value": "median_percent", "low": "p05_percent", "high": "p95_percent"},
        source=source(found.world, found.model),
        caveats=(*found.space.assumptions.sentences(), *_failures(found), *_fixed(found)),
        more={"uncertainty_by_economy": table},
        record=found.provenance(),
        world=found.world,
        scenario=found.scenario,
    )


def _quantiles(found: Drawn) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for place, group in enumerate(found.groups):
        for item, words in ITEMS.items():
            values = found.data[item].to_numpy()[:, place]
            known = values[~np.isnan(values)]
            ends = np.quantile(known, list(QUANTILES.values())) if known.size else [np.nan] * len(QUANTILES)
            rows.append(
                {"label": f"{group.name}, {words}", "code": group.code, "kind": group.kind, "item": item}
                | {"stated_percent": float(found.stated[item].to_numpy()[place])}
                | {f"{name}_percent": float(end) for name, end in zip(QUANTILES, ends, strict=True)}
                | {
                    "lowest_percent": float(known.min()) if known.size else np.nan,
                    "highest_percent": float(known.max()) if known.size else np.nan,
                    "draws": int(known.size),
                }
            )
    return pd.DataFrame(rows)


def _bands_title(found: Drawn) -> str:
    place = next((n for n, group in enumerate(found.groups) if group.code == "TARGETS"), None)
    if place is None:
        return "The scenario has no target"
    name = found.groups[place].name
    name = "the targets" if name == "Targets" else name
    harm, share = found.values("harm"), found.values("offset_share")
    if np.isnan(harm).all():
        return f"No draw has an equilibrium for {name}"
    low, high = np.nanquantile(harm, [0.05, 0.95])
    said = f"change what {name} can buy by {number(low)} to {number(high)} %"
    if high <= 0:
        said = f"cost {name} {between(-high, -low)} % of income"
    title = f"In nine of ten draws the sanctions {said}"
    if not np.isnan(share).all():
        least, most = (number(100 * end) for end in np.nanquantile(share, [0.05, 0.95]))
        title += f", and the responses win back {least} to {most} % of that"
    return title


def probabilities_exhibit(found: Drawn) -> Exhibit:
    """What people claim, and how likely it is."""
    rows = []
    for words, item, above, code in _claims(found):
        share, low, high = found.probability(item, above, code)
        rows.append(
            {
                "statement": words,
                "probability_percent": 100 * share,
                "low_percent": 100 * low,
                "high_percent": 100 * high,
                "item": item,
                "above": above,
                "code": code,
            }
        )
    table = pd.DataFrame(rows)
    quarter = table[(table["item"] == "offset_share") & (table["above"] == 0.25)]
    title = "How likely what is said about the sanctions is"
    if len(quarter) and np.isfinite(quarter["probability_percent"].iloc[0]):
        chance = number(float(quarter["probability_percent"].iloc[0]))
        title = f"The responses win back more than a quarter of the harm with a probability of {chance} %"
    return Exhibit(
        name="uncertainty_probabilities",
        kind="ranking",
        title=title,
        subtitle=f"Share of {found.draws:,} draws in which a statement holds; {base(found.world, found.scenario)}",
        unit="percent of draws",
        table=table,
        roles={
            "label": "statement",
            "value": "probability_percent",
            "low": "low_percent",
            "high": "high_percent",
        },
        source=source(found.world, found.model),
        caveats=(
            "A probability is a share of draws: it holds for the assumptions drawn, and for this model.",
            *_failures(found),
        ),
        record=found.provenance(),
        world=found.world,
        scenario=found.scenario,
    )


def _claims(found: Drawn) -> list[tuple[str, str, float, str]]:
    codes = {group.code: group.name for group in found.groups}
    claims: list[tuple[str, str, float, str]] = []
    if "TARGETS" in codes:
        words = {0.1: "a tenth", 0.25: "a quarter", 0.5: "half", 1.0: "all"}
        claims += [
            (f"The responses win back more than {words[above]} of the harm", "offset_share", above, "TARGETS")
            for above in THRESHOLDS
        ]
        claims.append(("The target gains in the end", "net", 0.0, "TARGETS"))
    gains = {"SENDERS": "The senders gain", "PARTNERS": "The partners gain", "WORLD": "The world gains"}
    claims += [(f"{said} in the end", "net", 0.0, code) for code, said in gains.items() if code in codes]
    return claims


def draws_exhibit(found: Drawn) -> Exhibit:
    """Every draw: harm of the targets, what the responses win back, the elasticity set."""
    code = "TARGETS" if any(group.code == "TARGETS" for group in found.groups) else "WORLD"
    harm, share = found.values("harm", code), found.values("offset_share", code)
    chosen = found.space.elasticities(found.unit).mean(axis=1)
    table = pd.DataFrame(
        {
            "draw": np.arange(found.draws),
            "harm_percent": harm,
            "offset_percent": found.values("offset", code),
            "offset_share_percent": 100 * share,
            "mean_elasticity": chosen,
            "reason": [found.failed.get(n, "") for n in range(found.draws)],
        }
    )
    known = harm[~np.isnan(harm)]
    title = "No draw has an equilibrium"
    if known.size:
        low, high = number(float(known.min())), number(float(known.max()))
        title = f"Over all draws the sanctions change income by {low} to {high} %"
        if known.max() <= 0:
            title = f"Over all draws the sanctions cost {between(-known.max(), -known.min())} % of income"
    return Exhibit(
        name="uncertainty_draws",
        kind="distribution",
        title=title,
        subtitle=f"Harm of the sanctions by draw; {base(found.world, found.scenario)}",
        unit="percent of income",
        table=table,
        roles={"value": "harm_percent"},
        source=source(found.world, found.model),
        caveats=_failures(found),
        record=found.provenance(),
        world=found.world,
        scenario=found.scenario,
    )


def _failures(found: Drawn) -> tuple[str, ...]:
    if not found.failed:
        return ()
    first = next(iter(found.failed.values()))
    return (
        f"{len(found.failed)} of {found.draws:,} draws have no equilibrium; probabilities count them both ways. "
        f"The first: {first}",
    )


def _fixed(found: Drawn) -> tuple[str, ...]:
    names = found.space.fixed
    return (f"Held as stated, since nothing about them has a size: {', '.join(names)}.",) if names else ()
