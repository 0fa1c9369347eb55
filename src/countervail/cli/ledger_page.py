"""The offset ledger as a page: the sentence, who pays, what each response wins back, how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from countervail.cli.show import clean, table
from countervail.words import between, listing, money, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from countervail.analysis.break_even import BreakEven
    from countervail.analysis.ledger import Ledger

SIDES = (("target", "Targets"), ("sender", "Senders"), ("partner", "Partners"), ("third", "Third parties"))
BLOCS = (
    *("EU27", "EURO_AREA_2022", "G7", "NATO_2022", "OECD", "RUS_SANCTIONS_COALITION_2022"),
    *("BRICS_2022", "EAEU", "SCO_2022", "ASEAN"),
)
ITEMS = ("harm", "offset", "net")
PART_WIDTH, OTHER_WIDTH, NAME_WIDTH = 7, 60, 24


def print_ledger(page: Console, ledger: Ledger) -> None:
    """Print a ledger, the finding first."""
    page.print(clean(ledger.sentence))
    page.print(clean(ledger.headline))
    page.print()
    _sides(page, ledger)
    _responses(page, ledger)
    _spread(page, ledger)
    _break_even(page, ledger)
    _cost_ratio(page, ledger)
    economies = [place for place, group in enumerate(ledger.groups) if group.kind == "economy"]
    for side, title in SIDES:
        places = [place for place in economies if ledger.groups[place].side == side]
        if len(places) > 1 or side == "partner":  # a single target or sender is in the first table
            _economies(page, ledger, places, title)
    _economies(page, ledger, _blocs(ledger), "Blocs")
    for line in (*ledger.missing.values(), *_ranges_missing(ledger), ledger.convergence):
        page.print(clean(line))


def _sides(page: Console, ledger: Ledger) -> None:
    data, amounts = ledger.data, ledger.by_economy
    rows = [
        [
            _said(ledger, place),
            *(number(float(data[item][place])) for item in ITEMS),
            number(100 * float(data["offset_share"][place])),
            *(_billions(amounts[f"{item}_million_usd"][place]) for item in ITEMS),
            number(amounts["net_usd_per_head"][place]),
        ]
        for place, group in enumerate(ledger.groups)
        if group.kind in ("side", "world")
    ]
    heads = ["", "harm\n%", "offset\n%", "net\n%", "offset\n% of harm", "harm\nbn USD", "offset\nbn USD"]
    table(page, "Who pays, in percent of income", [*heads, "net\nbn USD", "net\nUSD/head"], rows)


def _spread(page: Console, ledger: Ledger) -> None:
    """The range of the targets' and senders' numbers over the elasticity sets, and the sets at its ends."""
    if ledger.ranges is None or ledger.ranges.missing:
        return
    rows = []
    for code in ("TARGETS", "SENDERS"):
        place = ledger.position(code)
        if place is None:
            continue
        for item in (*ITEMS, "offset_share"):
            ends, scale = ledger.ranges.ends(item), 100 if item == "offset_share" else 1
            unit = "offset, % of harm" if item == "offset_share" else f"{item}, %"
            row = [ledger.groups[place].name, unit, number(scale * float(ledger.data[item][place]))]
            row += [number(scale * float(ends.low[place])), str(ends.low_set[place])]
            rows.append([*row, number(scale * float(ends.high[place])), str(ends.high_set[place])])
    heads = ["", "", ledger.world.elasticity, "lowest", "set", "highest", "set"]
    count = ledger.ranges.data.sizes["elasticity"]
    table(page, f"Range over {count} sets of trade elasticities", heads, rows, words=(0, 1, 4, 6))


def _said(ledger: Ledger, place: int) -> str:
    """A group by name, with its role or its size."""
    group = ledger.groups[place]
    if len(group.members) > 1:
        return f"{group.name} ({len(group.members)})"
    return f"{group.name} ({group.side})" if group.side in ("target", "sender", "partner") else group.name


def _responses(page: Console, ledger: Ledger) -> None:
    place = ledger.position("TARGETS")
    if place is None or not ledger.responses:
        return
    data = ledger.data
    harm, income = float(data["harm"][place]), float(data["income"][place])
    rows = []
    for r, (name, measure) in enumerate(zip(ledger.responses, ledger.scenario.responses, strict=True)):
        if not measure.quantified:
            rows.append([f"[{r + 1}] {name}", "no channel", *[""] * 4])
            continue
        part, error = float(data["part"][r, place]), float(data["standard_error"][r, place])
        spread = f" \u00b1 {number(error)}" if ledger.method != "exact" else ""
        row = [f"[{r + 1}] {name}", number(part) + spread, *_shares(part, harm, income)]
        rows.append([*row, *(number(float(data[view][r, place])) for view in ("alone", "cumulative"))])
    offset = float(data["offset"][place])
    rows.append(["all responses", number(offset), *_shares(offset, harm, income), "", ""])
    heads = ["", "part\n%", "part\n% of harm", "part\nbn USD", "alone\n%", "on top of the\nearlier, %"]
    group = ledger.groups[place]
    whom = group.name if len(group.members) == 1 else "the targets together"
    table(page, f"What each response wins back for {whom}", heads, rows)


def _shares(part: float, harm: float, income: float) -> list[str]:
    share = 100 * part / -harm if harm <= -1e-6 else math.nan
    return [number(share), _billions(part * income / 100)]


def _break_even(page: Console, ledger: Ledger) -> None:
    if not ledger.break_even:
        return
    rows = []
    for entry in ledger.break_even:
        row = [entry.response, entry.field.replace("_", " "), _size(entry.stated, entry)]
        if entry.search is None:
            rows.append([*row, *["n/a"] * len(entry.shares), entry.missing])
            continue
        row += ["not reachable" if math.isnan(size) else _size(size, entry) for size in entry.search.sizes]
        at = f"{percent(100 * entry.search.largest_share)} at {_size(entry.search.at, entry)}"
        rows.append([*row, at if math.isnan(entry.search.sizes[-1]) else ""])
    shares = [f"{100 * share:.0f} %" for share in ledger.break_even[0].shares]
    title = "Break-even: the size at which a response alone wins back this share of the harm to the targets"
    table(page, title, ["", "size", "stated", *shares, "at most"], rows, words=(0, 1))
    short = [e.response for e in ledger.break_even if e.search is not None and not e.search.complete]
    if short:
        page.print(clean(f"No equilibrium was found at larger sizes of {listing(short)}."))


def _size(size: float, entry: BreakEven) -> str:
    if math.isnan(size):
        return "n/a"
    if entry.unit == "share":
        return percent(100 * size)
    return money(size) if entry.unit == "million USD" else f"{number(size)} {entry.unit}"


def _cost_ratio(page: Console, ledger: Ledger) -> None:
    found = {(ratio.stage, ratio.measured_in): ratio for ratio in ledger.cost_ratios}
    for stage in dict.fromkeys(ratio.stage for ratio in ledger.cost_ratios):
        share, amount = found[stage, "percent"], found[stage, "million_usd"]
        if share.missing:
            page.print(f"Cost ratio, {stage}: cannot be computed because {share.missing}.")
            continue
        said = [
            f"{number(ratio.ratio)}{_brackets(ratio.low, ratio.high)} {unit}"
            for ratio, unit in ((share, "in percent of income"), (amount, "in money"))
        ]
        page.print(
            f"Cost ratio, {stage}: for each 1 that the senders lose the targets lose {' and '.join(said)}."
        )
    page.print()


def _blocs(ledger: Ledger) -> list[int]:
    """The blocs of the scenario and the best-known standard ones; all others are in the files."""
    known = {*ledger.scenario.blocs, *BLOCS}
    return [
        place for place, group in enumerate(ledger.groups) if group.kind == "bloc" and group.code in known
    ]


def _economies(page: Console, ledger: Ledger, places: list[int], title: str) -> None:
    """One row an economy or bloc, the largest loss first; parts in tables of their own if they do not fit."""
    if not places:
        return
    places = sorted(places, key=lambda place: float(ledger.data["harm"][place]))
    amounts = ledger.by_economy
    numbered = [r for r, measure in enumerate(ledger.scenario.responses) if measure.quantified]
    fit = len(numbered) * PART_WIDTH + OTHER_WIDTH <= page.width
    inside = numbered if fit else []
    rows = [
        [
            ledger.groups[place].name,
            number(float(ledger.data["harm"][place])),
            *_parts(ledger, place, inside),
            number(float(ledger.data["net"][place])),
            number(100 * float(ledger.data["offset_share"][place])),
            _billions(amounts["net_million_usd"][place]),
            number(amounts["net_usd_per_head"][place]),
        ]
        for place in places
    ]
    heads = ["", "harm\n%", *(f"[{r + 1}]\n%" for r in inside), "net\n%", "offset\n% of harm"]
    table(page, title, [*heads, "net\nbn USD", "net\nUSD/head"], rows)
    step = (page.width - NAME_WIDTH) // PART_WIDTH
    for start in range(0, 0 if fit else len(numbered), step):
        some = numbered[start : start + step]
        rows = [[ledger.groups[place].name, *_parts(ledger, place, some)] for place in places]
        table(page, f"{title}: part of each response, %", ["", *(f"[{r + 1}]" for r in some)], rows)


def _parts(ledger: Ledger, place: int, responses: Sequence[int]) -> list[str]:
    return [number(float(ledger.data["part"][r, place])) for r in responses]


def _brackets(low: float, high: float) -> str:
    return "" if math.isnan(low) or math.isnan(high) else f" ({between(low, high)})"


def _ranges_missing(ledger: Ledger) -> Sequence[str]:
    if ledger.ranges is None:
        return ()
    if ledger.ranges.missing:
        return (ledger.ranges.missing,)
    return [f"Elasticity set {name}: {reason}" for name, reason in ledger.ranges.failed.items()]


def _billions(million: float) -> str:
    return number(million / 1000)
