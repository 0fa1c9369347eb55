"""Cost ratio: what the targets lose for what the senders lose, in percent of income and in money."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr

from countervail.analysis.ranges import LOSS, Ranges

STAGES = (("sanctions alone", "harm"), ("with all responses", "net"))


@dataclass(frozen=True)
class CostRatio:
    """Loss of the targets over loss of the senders.

    Arguments:
        stage: "sanctions alone" or "with all responses".
        measured_in: "percent" (of income) or "million_usd".
        target, senders: their welfare, negative for a loss.
        ratio: missing unless both lose.
        low, high: over the elasticity sets, and the sets that give them; missing and "" where not known.
        missing: why there is no ratio ("" where there is one).
    """

    stage: str
    measured_in: str
    target: float = math.nan
    senders: float = math.nan
    ratio: float = math.nan
    low: float = math.nan
    high: float = math.nan
    low_set: str = ""
    high_set: str = ""
    missing: str = ""


def cost_ratios(data: xr.Dataset, ranges: Ranges | None) -> tuple[CostRatio, ...]:
    """The ratio before and after the responses, in percent and in money.

    Arguments:
        data: of a ledger; harm, net and income over code.
        ranges: of the same ledger.
    """
    codes = list(data["code"].to_numpy())
    units = ("percent", "million_usd")
    if "TARGETS" not in codes or "SENDERS" not in codes:
        lacking = "the scenario lacks a target or a sender"
        return tuple(CostRatio(stage, unit, missing=lacking) for stage, _ in STAGES for unit in units)
    target, senders = codes.index("TARGETS"), codes.index("SENDERS")
    income = data["income"].to_numpy() / 100
    found = []
    for stage, item in STAGES:
        for unit in units:
            weights = income if unit == "million_usd" else np.ones(len(codes))
            relative = float(weights[target] / weights[senders])
            losses = data[item].to_numpy()
            ratio = _ratio(losses[target], losses[senders]) * relative
            low = high = math.nan
            low_set = high_set = ""
            if ranges is not None and not ranges.missing:
                by_set = {
                    str(name): _ratio(line[target], line[senders]) * relative
                    for name, line in zip(
                        ranges.data["elasticity"].to_numpy(), ranges.data[item].to_numpy(), strict=True
                    )
                }
                known = {name: value for name, value in by_set.items() if not math.isnan(value)}
                if known:
                    low_set, high_set = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
                    low, high = known[low_set], known[high_set]
            found.append(
                CostRatio(
                    stage,
                    unit,
                    float(losses[target] * weights[target]),
                    float(losses[senders] * weights[senders]),
                    ratio,
                    low,
                    high,
                    low_set,
                    high_set,
                    "one of the sides does not lose" if math.isnan(ratio) else "",
                )
            )
    return tuple(found)


def _ratio(target: float, senders: float) -> float:
    return float(target / senders) if target <= LOSS and senders <= LOSS else math.nan
