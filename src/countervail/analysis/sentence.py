"""The sentence at the top of a ledger: what the sanctions cost the target and what the responses win back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from countervail.words import fraction, listing, number, percent

MOST_NAMES = 4


@dataclass(frozen=True)
class Finding:
    """The numbers a sentence is made of, percent of income, for the targets together.

    Arguments:
        targets: their names; none where the scenario has no target.
        harm: negative for a loss. offset: positive for a recovery.
        responses: how many there are.
        harm_range: lowest and highest harm over the elasticity sets, missing where not asked for.
        share_range: the same for the offset share, as a fraction of the harm.
    """

    targets: tuple[str, ...]
    harm: float
    offset: float
    responses: int
    harm_range: tuple[float, float] = (math.nan, math.nan)
    share_range: tuple[float, float] = (math.nan, math.nan)


def sentence(finding: Finding) -> str:
    """The finding in plain words, generated from the numbers alone.

    Example:
        >>> sentence(Finding(("Russia",), -4.6, 0.575, 2))
        'Russia loses 4.6 % of real income; the responses win back 0.6, an eighth of it.'
    """
    if not finding.targets:
        return "The scenario has no target, so there is no harm to offset."
    several = len(finding.targets) > 1
    many = len(finding.targets) > MOST_NAMES
    who = f"the {len(finding.targets)} targets together" if many else listing(finding.targets)
    if math.isnan(finding.harm):
        return f"The loss of {who} cannot be computed because the sanctions alone leave no equilibrium."
    return f"{_harm(finding, who, several)}{_offset(finding)}."


def _harm(finding: Finding, who: str, several: bool) -> str:
    harm = finding.harm
    if abs(harm) < 1e-9:
        return f"{who} neither {'lose nor gain' if several else 'loses nor gains'} from the sanctions"
    if number(harm) == "0.0":
        verb = "hardly lose" if harm < 0 else "hardly gain"
        first, rest = verb.split()
        verb = f"{first} {rest}" if several else f"{first} {rest}s"
        text = f"{who} {verb} from the sanctions: less than 0.01 % of real income"
    else:
        verb = ("lose" if harm < 0 else "gain") + ("" if several else "s")
        text = f"{who} {verb} {percent(abs(harm))} of real income"
    return text + _spread(finding)


def _spread(finding: Finding) -> str:
    low, high = finding.harm_range
    if math.isnan(low) or math.isnan(high):
        return ""
    if low < 0 < high and number(low) != "0.0" and number(high) != "0.0":
        return f" (from a loss of {number(-low)} to a gain of {number(high)} across estimates)"
    ends = sorted((number(abs(low)), number(abs(high))), key=lambda end: float(end.replace(",", "")))
    return (
        f" ({ends[0]} to {ends[1]} across estimates)"
        if ends[0] != ends[1]
        else f" ({ends[0]} across estimates)"
    )


def _offset(finding: Finding) -> str:
    if not finding.responses:
        return "; nothing answers them"
    offset = finding.offset
    who, ending = ("the response", "s") if finding.responses == 1 else ("the responses", "")
    if math.isnan(offset):
        return f"; what {who} win{ending} back cannot be computed because no equilibrium is left"
    share = offset / -finding.harm if finding.harm < -1e-6 else math.nan
    if offset > 0 and not math.isnan(share):
        amount = number(offset) if number(offset) != "0.0" else "less than 0.01"
        return f"; {who} win{ending} back {amount}, {fraction(share)} of it{_share_spread(finding)}"
    if number(offset) == "0.0":
        return f"; {who} change{ending} next to nothing"
    if offset < 0:
        return f"; {who} cost{ending} a further {number(-offset)}"
    return f"; {who} add{ending} {number(offset)}"


def _share_spread(finding: Finding) -> str:
    low, high = finding.share_range
    if math.isnan(low) or math.isnan(high) or number(100 * low) == number(100 * high):
        return ""
    return f" ({number(100 * low)} to {number(100 * high)} %)"
