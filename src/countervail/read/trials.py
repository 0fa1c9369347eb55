"""The tests behind the verdicts, one a kind of claim. Each reads numbers of the analyses and says what follows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from countervail.read.amounts import goods_in
from countervail.read.candidate import spelled
from countervail.read.evidence import MISSING
from countervail.read.finding import (
    Case,
    Finding,
    Outcome,
    above,
    gain,
    in_direction,
    in_percent,
    loss,
    members,
    needed_words,
    no_numbers,
    one,
    open_size,
    range_words,
    share_words,
    targets,
    together,
)
from countervail.words import listing, number, percent

EQUAL = 2.0
"""Gains count as equal where the larger is at most twice the smaller, as shares of income."""
NOTHING = 1e-6
"""Percent of income below which a gain is none."""
AGREED, APART = 2 / 3, 1 / 2
"""Shares of roll calls on which two sides that agree, or stand apart, vote alike."""

_ALL = re.compile(
    r"\b(?:offset|neutrali|cancel|replac|make good|makes? up|made up|"
    r"overcom|withst|compensat|counterbalanc|immune|carr)",
    re.I,
)
_FRACTIONS = ((r"a (?:quarter|fourth)\b|25 ?%", 0.25), (r"\bhalf\b|50 ?%", 0.5))
_PER_CENT = re.compile(r"(\d[\d.,]*) ?(?:%|per ?cent)")


def offset(case: Case) -> Finding:
    """The share of the loss that the responses win back; without stated sizes the size from which they would."""
    if not case.has_target:
        return no_numbers(
            "the text does not say on whom the sanctions are, so that there is no loss to offset"
        )
    responses = case.evidence.ledger.responses
    if not responses:
        return no_numbers("the text speaks of no response that the policy language has")
    share = case.evidence.number("offset_share", "TARGETS")
    if math.isnan(share.value):
        return no_numbers("the sanctions of the draft are no loss to the target")
    wanted = _wanted(case)
    said = f"the responses win back {share_words(share)} of the loss"
    if not case.sizes_assumed:
        verdict: Outcome = (
            "supported" if share.low >= wanted else "not supported" if share.high < wanted else "mixed"
        )
        return Finding(
            verdict,
            f"At the sizes the text states {said}.",
            number=in_percent(share),
            unit="percent of the loss",
        )
    sizes = case.evidence.break_even(wanted)
    reach = [one for one in sizes if not math.isnan(one.size)]
    part = {0.25: "a quarter of the loss", 0.5: "half of the loss", 1.0: "all of the loss"}[wanted]
    if not reach:
        largest = max((n.entry.search.largest_share for n in sizes if n.entry.search), default=math.nan)
        text = f"No size of any one of the responses wins back {part}; the most is {percent(100 * largest)}"
        return Finding(
            "not supported",
            f"{text}. At the sizes of the draft, all assumed, {said}.",
            number=in_percent(share),
            unit="percent of the loss",
        )
    never = [f"'{needed.entry.response}'" for needed in sizes if math.isnan(needed.size)]
    needed = listing([needed_words(one) for one in reach], most=4)
    text = f"To win back {part}, one of them alone would need: {needed}"
    text += f"; no size of {listing(never, most=4)} would" if never else ""
    return Finding(
        "depends on",
        f"{text}. At the sizes of the draft, all assumed, {said}.",
        assumption=case.open_questions,
        number=in_percent(share),
        unit="percent of the loss",
    )


def harm(case: Case) -> Finding:
    """What the sanctions cost their targets, or what they or the answers to them cost an economy that is named."""
    answered = case.only_answers
    code = "SENDERS" if answered else "TARGETS"
    own = [known for name in case.named if (known := case.evidence.code(name))]
    if own and own[0] not in case.evidence.draft.target:
        code = own[0]
    elif case.named and not own and not set(case.named) <= set(case.evidence.draft.target):
        code = "SENDERS"  # the West
    if case.evidence.ledger.position(code) is None:
        return no_numbers("the text does not say on whom the sanctions are")
    found = case.evidence.number("offset" if answered else "harm", code)
    who = targets(case) if code == "TARGETS" else case.evidence.name(code)
    what = "The responses of the draft change" if answered else "The sanctions change"
    result = f"{what} the real income of {who} by {range_words(found)}."
    stated = _PER_CENT.search(case.words)
    if stated and case.sanctions_assumed:
        return Finding(
            "depends on", result, assumption=case.sanctions_assumed, number=found, unit="percent of income"
        )
    if stated:
        size = float(stated.group(1).replace(",", "."))
        verdict: Outcome = "supported" if -found.high <= size <= -found.low else "not supported"
        return Finding(verdict, result, number=found, unit="percent of income")
    rests = case.sizes_assumed if answered else case.sanctions_assumed
    return Finding(loss(found), result, assumption=rests, number=found, unit="percent of income")


def burden(case: Case) -> Finding:
    """What the sanctions cost those who impose them, also against what they cost their targets."""
    if case.evidence.ledger.position("SENDERS") is None:
        return no_numbers("the text does not say who imposes the sanctions")
    own = [known for name in case.named if (known := case.evidence.code(name))]
    own = own or [c for c in case.codes if c not in case.evidence.draft.target]
    code = own[0] if len(own) == 1 else "SENDERS"
    found = case.evidence.number("harm", code)
    who = case.evidence.name(code) if code != "SENDERS" else "those who impose them"
    result = f"The sanctions change the real income of {who} by {range_words(found)}"
    if re.search(r"\bmore than\b|\bharder than\b", case.words) and case.has_target:
        other = case.evidence.number("harm", "TARGETS")
        result += f", that of {targets(case)} by {range_words(other)}."
        verdict: Outcome = (
            "supported" if found.high < other.low else "not supported" if found.low > other.high else "mixed"
        )
        return Finding(
            verdict, result, assumption=case.sanctions_assumed, number=found, unit="percent of income"
        )
    return Finding(
        loss(found), f"{result}.", assumption=case.sanctions_assumed, number=found, unit="percent of income"
    )


def income(case: Case) -> Finding:
    """Growth and well-being: what is left of the real income of each side, with the responses."""
    codes = case.codes or tuple(case.evidence.draft.target)
    if not codes:
        return no_numbers("the text does not say whose income is meant, or the world does not show it apart")
    if not case.evidence.ledger.responses:
        return _income_under_sanctions(case, codes[0])
    kept, verdicts = [], []
    first = MISSING
    assumption = ""
    for code in codes[:4]:
        name = case.evidence.name(code)
        net, won = case.evidence.number("net", code), case.evidence.number("offset", code)
        first = net if math.isnan(first.value) else first
        if code in case.evidence.draft.target:
            reach = [needed for needed in case.evidence.break_even(1.0) if not math.isnan(needed.size)]
            if case.sizes_assumed and reach:
                sizes = listing([needed_words(one) for one in reach], most=3)
                kept.append(
                    f"{name} is above its income before the sanctions only from these sizes on, each alone: {sizes}"
                )
                verdicts.append("depends on")
                assumption = case.open_questions
            elif case.sizes_assumed:
                kept.append(
                    f"{name} stays below its income before the sanctions, whatever the size of one response"
                )
                verdicts.append("not supported")
            else:
                kept.append(f"{name} is left at {range_words(net)} of its income before the sanctions")
                verdicts.append(gain(net))
        else:
            kept.append(f"the responses bring {name} {range_words(won)} of income at the sizes of the draft")
            verdicts.append(gain(won))
    text = "; ".join(kept)
    result = f"{text[0].upper()}{text[1:]}. The model gives a level of income, not a rate of growth."
    return Finding(together(verdicts), result, assumption=assumption, number=first, unit="percent of income")


def _income_under_sanctions(case: Case, code: str) -> Finding:
    """What the measures of the draft, all of them sanctions, do to an income."""
    found = case.evidence.number("harm", code)
    result = f"The measures of the draft change the real income of {case.evidence.name(code)} by {range_words(found)}."
    stated = _PER_CENT.search(case.words)
    if stated and case.sanctions_assumed:
        return Finding(
            "depends on", result, assumption=case.sanctions_assumed, number=found, unit="percent of income"
        )
    return Finding(
        gain(found), result, assumption=case.sanctions_assumed, number=found, unit="percent of income"
    )


def competitiveness(case: Case) -> Finding:
    """Whether the responses raise what each side exports."""
    found = [(code, case.evidence.exports_won_back(code)) for code in case.codes[:4]]
    known = [(code, value) for code, value in found if not math.isnan(value)]
    if not known or not case.evidence.ledger.responses:
        return no_numbers("there is no response, or no economy, whose exports could be compared")
    said = [f"{case.evidence.name(code)} by {percent(value)}" for code, value in known]
    verdicts = ["supported" if v > 0.005 else "not supported" if v < -0.005 else "mixed" for _, v in known]
    result = (
        f"At the sizes of the draft the responses change the exports of {listing(said)}, compared with the sanctions "
        "by themselves."
    )
    return in_direction(case, Finding(together(verdicts), result, number=one(known[0][1]), unit="percent"))


def equality(case: Case) -> Finding:
    """The gains of the two sides from the responses, as shares of their income; or who carries the sanctions."""
    if re.search(r"\b(?:burdens?|costs?)\b", case.words):
        return _shared(case)
    codes = [code for code in case.codes if code in case.evidence.world.countries][:2]
    if len(codes) < 2 or not case.evidence.ledger.responses:
        return no_numbers("it needs a response and two sides that the world shows apart")
    gains = [case.evidence.number("offset", code) for code in codes]
    names = [case.evidence.name(code) for code in codes]
    said = [f"{name} {range_words(gain)}" for name, gain in zip(names, gains, strict=True)]
    result = f"Of their income, the responses bring {listing(said)}"
    income = case.evidence.ledger.data["income"].sel(code=codes).to_numpy()
    alone = case.evidence.ledger.data["alone"].sel(code=codes).to_numpy()
    whole = [gain.value for gain in gains]
    verdict = _equal(whole, income)
    if min(whole) > 0:
        ratio, by_money = (
            max(pair) / min(pair)
            for pair in (whole, [g * float(i) for g, i in zip(whole, income, strict=True)])
        )
        result += f", {number(ratio)} to 1; in money {number(by_money)} to 1."
    else:
        ratio, result = math.nan, f"{result}: not both gain."
    found = Finding(verdict, result, number=one(ratio), unit="ratio")
    parts = {_equal([float(one) for one in row], income) for row in alone if abs(row).max() > NOTHING}
    if parts == {verdict}:
        return found.but(
            result=f"{result} The same holds of each response by itself, so that it does not hang on their sizes."
        )
    return open_size(case, found)


def _shared(case: Case) -> Finding:
    """Whether those who impose the sanctions lose alike, as shares of their income."""
    senders = members(case, "SENDERS")
    if len(senders) < 2:
        return no_numbers("the text does not say who shares the burden")
    ledger = case.evidence.ledger
    losses = {n: -float(ledger.data["harm"][n]) for n in senders}
    place = ledger.position("SENDERS")
    together = -float(ledger.data["harm"][place])
    most, least = max(senders, key=lambda n: losses[n]), min(senders, key=lambda n: losses[n])
    code = [case.evidence.world.countries[n] for n in (most, least)]
    first, last = (case.evidence.name(one) for one in code)
    result = (
        f"Of those who impose the sanctions, {first} loses most, {percent(losses[most])} of income, {last} least, "
        f"{percent(losses[least])}; together they lose {percent(together)}."
    )
    held: Outcome = "supported" if losses[most] <= EQUAL * max(together, NOTHING) else "not supported"
    return Finding(
        held, result, assumption=case.sanctions_assumed, number=one(losses[most]), unit="percent of income"
    )


def _equal(gains: list[float], income: Any) -> Outcome:
    """Equal as shares of income and in money, in one of them, or in neither."""
    if min(gains) <= NOTHING:
        return "not supported"
    money = [gain * float(own) for gain, own in zip(gains, income, strict=True)]
    held = sum(max(pair) <= EQUAL * min(pair) for pair in (gains, money))
    return ("not supported", "mixed", "supported")[held]


def alignment(case: Case) -> Finding:
    """How alike the sides vote in the General Assembly."""
    codes = [code for code in case.codes if code in case.evidence.world.countries][:2]
    codes.sort()
    exhibit = case.evidence.votes(codes) if len(codes) == 2 else None
    if exhibit is None:
        return no_numbers(
            "it needs two economies that vote in the General Assembly and that the world shows apart"
        )
    row = exhibit.table[
        (exhibit.table["row_code"] == codes[0]) & (exhibit.table["column_code"] == codes[1])
    ].iloc[0]
    agreement, change = float(row["agreement"]), float(row["change_in_ten_years"])
    names = listing([case.evidence.name(code) for code in codes])
    drift = "closer than" if change < -0.05 else "further apart than" if change > 0.05 else "as far apart as"
    result = (
        f"{names} voted alike on {percent(100 * agreement)} of the roll calls of 2015 to 2019 and stand {drift} "
        "ten years before. Votes are words: they go with trade policy only loosely."
    )
    verdict: Outcome = (
        "supported" if agreement >= AGREED else "not supported" if agreement < APART else "mixed"
    )
    found = Finding(verdict, result, number=one(100 * agreement), unit="percent of roll calls")
    subject = re.search(
        r"\b(trade|sanctions|export controls|tariffs?|energy)\b",
        case.claim.sentence.of(case.reading.document.text),
        re.I,
    )
    if subject:
        rests = f"whether votes in the General Assembly stand for positions on {subject.group(1).lower()}"
        return found.but(verdict="depends on", assumption=rests)
    return found


def trade(case: Case) -> Finding:
    """The change of the trade between two sides, or of all trade of one."""
    codes = [code for code in case.codes if code in case.evidence.world.countries][:2]
    if not codes:
        return no_numbers("the text does not say between whom, or the world does not show them apart")
    sectors: list[str] = []
    if len(codes) == 1:
        change = won = case.evidence.trade_of(codes[0])
        said = f"all trade of {case.evidence.name(codes[0])} is {above(change)} the base year"
    else:
        goods = [name for name, _ in goods_in(case.reading.document.text, case.claim.sentence)]
        sectors = case.evidence.sectors(goods)
        change, won = case.evidence.trade_between(codes[0], codes[1], sectors)
        named = listing(
            [spelled(one, "energy" in case.evidence.world.name).replace("_", " and ") for one in goods]
        )
        what = f"trade in {named}" if len(sectors) < len(case.evidence.world.sectors) else "trade"
        names = listing([case.evidence.name(code) for code in codes])
        said = f"the {what} between {names} is {above(change)} the base year"
        if case.evidence.ledger.responses:
            said += f", and {above(won)} what it is under the sanctions alone"
    if math.isnan(change) or math.isnan(won):
        return no_numbers("the trade of the two cannot be computed")
    result = f"At the sizes of the draft {said}."
    wanted = (
        100.0
        if re.search(r"\bdoubl", case.words)
        else 200.0
        if re.search(r"\btripl", case.words)
        else math.nan
    )
    stated = _PER_CENT.search(case.words)
    if stated:
        wanted = float(stated.group(1).replace(",", "."))
    if not math.isnan(wanted):
        size = -change if case.claim.sign == "-" else change
        held: Outcome = "supported" if size >= wanted else "not supported"
        if case.sizes_assumed and case.claim.sign == "+" and len(codes) == 2:
            return _needed_for_trade(case, codes, sectors, wanted, result)
        return open_size(case, Finding(_as_said(case, held), result, number=one(change), unit="percent"))
    moved = change if case.claim.sign == "-" or not case.evidence.ledger.responses else won
    direction: Outcome = "supported" if moved > 0.05 else "not supported" if moved < -0.05 else "mixed"
    return in_direction(case, Finding(direction, result, number=one(change), unit="percent"))


def _needed_for_trade(
    case: Case, codes: list[str], sectors: list[str], wanted: float, result: str
) -> Finding:
    """A rise by a size of which the text does not say how it comes about: the size from which it would."""
    needed = case.evidence.needed_for_trade(codes[0], codes[1], sectors, wanted)
    reach = [
        f"'{name}' a {field} of {percent(100 * size)}" for name, field, size in needed if not math.isnan(size)
    ]
    unit, rise = "percent", f"For a rise by {percent(wanted)}"
    if not reach:
        return Finding("not supported", f"{rise} no size of any one response suffices. {result}", unit=unit)
    said = (
        f"{rise} one of them, with all else as in the draft, would need: {listing(reach, most=4)}. {result}"
    )
    return Finding("depends on", said, assumption=case.open_questions, number=one(wanted), unit=unit)


def _as_said(case: Case, held: Outcome) -> Outcome:
    """A verdict on a fall as the words put it, for a verdict on a rise, which is turned afterwards."""
    if case.claim.sign == "-":
        return "not supported" if held == "supported" else "supported"
    return held


def supply(case: Case) -> Finding:
    """Whether goods are there: nothing the ledger knows."""
    return no_numbers("the ledger says what income is lost, not which goods are on the shelf")


def prices(case: Case) -> Finding:
    """The change of consumer prices."""
    codes = [code for code in case.codes if code in case.evidence.world.countries]
    if not codes:
        return no_numbers("the text does not say whose prices, or the world does not show them apart")
    change = case.evidence.consumer_price(codes[0])
    result = (
        f"Consumer prices of {case.evidence.name(codes[0])} change by {percent(change)} against the world's value "
        "added, all measures of the draft together."
    )
    verdict: Outcome = "supported" if change > 0.05 else "not supported"
    return open_size(case, Finding(verdict, result, number=one(change), unit="percent"))


def dependence(case: Case) -> Finding:
    """The share of those who impose sanctions in what an economy imports, before and after."""
    codes = [code for code in case.codes if code in case.evidence.world.countries]
    senders = [case.evidence.world.countries[int(n)] for n in members(case, "SENDERS")]
    if not codes or not senders:
        return no_numbers("the text does not say who depends on whom")
    before, after = case.evidence.share_of_trade(codes[0], senders)
    result = (
        f"The share of those who impose sanctions in the imports of {case.evidence.name(codes[0])} goes from "
        f"{percent(100 * before)} to {percent(100 * after)}."
    )
    verdict: Outcome = "supported" if after < before - 0.005 else "not supported"
    return open_size(
        case, Finding(verdict, result, number=one(100 * (after - before)), unit="percentage points")
    )


def stability(case: Case) -> Finding:
    """Ups and downs: nothing a static model knows."""
    return no_numbers("the model compares levels and knows no ups and downs")


def inclusive(case: Case) -> Finding:
    """Whether anybody loses from the responses."""
    if not case.evidence.ledger.responses:
        return no_numbers("the text speaks of no response that the policy language has")
    harmed = case.evidence.losers_from_responses()
    count = len(case.evidence.world.countries)
    result = f"The responses cost {len(harmed)} of {count} economies more than 0.01 % of income"
    result += f", among them {listing(harmed, most=3)}." if harmed else "."
    verdict: Outcome = "not supported" if harmed else "supported"
    return open_size(case, Finding(verdict, result, number=one(float(len(harmed))), unit="economies"))


TESTS: dict[str, Callable[[Case], Finding]] = {
    "offset": offset,
    "harm": harm,
    "burden": burden,
    "growth": income,
    "welfare": income,
    "competitiveness": competitiveness,
    "equality": equality,
    "alignment": alignment,
    "trade": trade,
    "supply": supply,
    "prices": prices,
    "dependence": dependence,
    "stability": stability,
    "inclusive": inclusive,
}


def _wanted(case: Case) -> float:
    """The share that a claim of offsetting asks for: all, unless its words say a part."""
    for pattern, share in _FRACTIONS:
        if re.search(pattern, case.words):
            return share
    if re.search(r"\b(?:part|some) of\b", case.words):
        return 0.25
    return 1.0 if _ALL.search(case.words) else 0.25
