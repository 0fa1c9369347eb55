"""What an offset ledger shows: the ladder, what senders pay, each response's part, how sure, break-even sizes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from countervail.analysis.outcome_exhibits import source
from countervail.exhibit import Exhibit
from countervail.policy.naming import called
from countervail.words import between, fraction, listing, number, percent

if TYPE_CHECKING:
    from countervail.analysis.ledger import Ledger


def ladder(ledger: Ledger, code: str = "TARGETS") -> Exhibit | None:
    """Harm, the part of each response, and the net, in percent of income; None where nobody has that code."""
    place = ledger.position(code)
    if place is None:
        return None
    data, name = ledger.data, ledger.groups[place].name
    rows = [_step("Sanctions", "harm", float(data["harm"][place]), *_ends(ledger, "harm", place))]
    rows += [
        _step(response, "response", float(data["part"][r, place]))
        for r, response in enumerate(ledger.responses)
        if ledger.scenario.responses[r].quantified
    ]
    rows.append(_step("Net", "net", float(data["net"][place]), *_ends(ledger, "net", place)))
    harm, offset = float(data["harm"][place]), float(data["offset"][place])
    if harm <= -1e-6 and math.isfinite(offset):
        back = (
            f"the responses win back {number(offset)}"
            if offset >= 0
            else f"the responses cost {number(-offset)} more"
        )
        share = f", {fraction(offset / -harm)} of it" if offset > 0 else ""
        title = f"{name} loses {percent(-harm)} of income to the sanctions; {back}{share}"
    else:
        title = f"The sanctions do not cost {name} anything"
    return of_ledger(
        ledger,
        "ladder",
        "ladder",
        title,
        f"Welfare of {name}, base year {ledger.world.year}; bands over {_sets(ledger)}",
        "percent of income",
        pd.DataFrame(rows),
        {
            "label": "step",
            "value": "welfare_percent",
            "low": "low_percent",
            "high": "high_percent",
            "side": "kind",
        },
    )


def sides(ledger: Ledger) -> Exhibit:
    """Harm, offset and net of the sides and the world, percent of income and million USD."""
    table = ledger.by_economy
    chosen = table[table["kind"].isin(["side", "world"])]
    columns = [
        "name",
        "side",
        "harm_percent",
        "offset_percent",
        "net_percent",
        "offset_share_percent_of_harm",
    ]
    columns += [f"{item}_million_usd" for item in ("harm", "offset", "net")] + ["net_usd_per_head"]
    return of_ledger(
        ledger,
        "sides",
        "table",
        ledger.sentence.split(".")[0] if ledger.position("TARGETS") is None else ledger.sentence.rstrip("."),
        f"Welfare of each side, base year {ledger.world.year}",
        "percent of income and million USD",
        chosen[columns].reset_index(drop=True),
        {},
    )


def burden(ledger: Ledger, shown: int = 15) -> Exhibit | None:
    """What the senders pay with all responses in place, percent of income; None without senders."""
    table = ledger.by_economy
    chosen = table[(table["kind"] == "economy") & (table["side"] == "sender")]
    if chosen.empty:
        return None
    chosen = chosen.sort_values("net_percent", kind="stable", ignore_index=True)
    roles = {"label": "name", "value": "net_percent", "side": "side", "code": "code"}
    if "net_low_percent" in chosen:
        roles |= {"low": "net_low_percent", "high": "net_high_percent"}
    worst, best = chosen.iloc[0], chosen.iloc[-1]
    if len(chosen) > 1:
        last = "gains" if best["net_percent"] > 0 else "pays least"
        title = (
            f"Among the senders {called(worst['code'])} pays most ({percent(-worst['net_percent'])} of income), "
            f"{called(best['code'])} {last} ({percent(best['net_percent'])})"
        )
    else:
        lost = -float(worst["net_percent"])
        title = f"{called(worst['code'], first=True)} {'pays' if lost >= 0 else 'gains'} {percent(abs(lost))} of income"
        if number(lost) == "0.0":
            title = f"{called(worst['code'], first=True)} pays next to nothing"
    columns = ["name", "code", "side", *(column for column in roles.values() if column.endswith("percent"))]
    columns += ["net_million_usd", "net_usd_per_head"]
    return of_ledger(
        ledger,
        "burden",
        "ranking",
        title,
        f"Welfare of the senders, sanctions and responses, the {min(shown, len(chosen))} largest losses",
        "percent of income",
        chosen[columns].head(shown),
        roles,
        more={"burden_all": chosen[columns]},
    )


def robustness(ledger: Ledger, code: str = "TARGETS") -> Exhibit | None:
    """Harm and net of a group under every set of trade elasticities; None where ranges were not asked for."""
    place = ledger.position(code)
    if place is None or ledger.ranges is None or ledger.ranges.missing:
        return None
    data, name = ledger.ranges.data, ledger.groups[place].name
    share = 100 * data["offset_share"].to_numpy()[:, place]
    table = pd.DataFrame(
        {
            "estimates": [_called(ledger, str(one)) for one in data["elasticity"].to_numpy()],
            "elasticities": [str(one) for one in data["elasticity"].to_numpy()],
            "harm_percent": data["harm"].to_numpy()[:, place],
            "net_percent": data["net"].to_numpy()[:, place],
            "offset_share_percent_of_harm": share,
        }
    ).sort_values("harm_percent", ignore_index=True, kind="stable")
    harm = -table["harm_percent"]
    known = share[np.isfinite(share)]
    title = (
        f"Across {len(table)} sets of estimates {name} loses {between(harm.min(), harm.max())} % of income"
    )
    if known.size:
        title += f" and the responses win back {between(known.min(), known.max())} % of that"
    return of_ledger(
        ledger,
        "robustness",
        "ranking",
        title,
        f"Harm of the sanctions alone under each set of trade elasticities, base year {ledger.world.year}",
        "percent of income",
        table,
        {"label": "estimates", "value": "harm_percent"},
        caveats=tuple(f"Set {one}: {why}" for one, why in ledger.ranges.failed.items()),
    )


def break_even(ledger: Ledger) -> Exhibit | None:
    """The size at which each response alone wins back a quarter, half and all of the harm; None if not asked for."""
    if not ledger.break_even:
        return None
    table = ledger.to_frames()["break_even"]
    reached = table[(table["share_of_harm_percent"] == 100) & table["reachable"]]["response"].tolist()
    title = (
        f"Alone and large enough, {listing(reached)} could win back all of the harm"
        if reached
        else "No response alone, however large, wins back all of the harm"
    )
    return of_ledger(
        ledger,
        "break_even",
        "table",
        title,
        "Size at which a response alone wins back a share of the harm to the targets",
        "fraction, or million USD, as the column unit says",
        table,
        {},
    )


def cost_ratio(ledger: Ledger) -> Exhibit:
    """What the targets lose for each 1 that the senders lose."""
    table = pd.DataFrame([vars(ratio) for ratio in ledger.cost_ratios])
    table["measured_in"] = table["measured_in"].replace(
        {"percent": "percent of income", "million_usd": "million USD"}
    )
    for end in ("low_set", "high_set"):
        table[end] = [_called(ledger, str(name)) if name else "" for name in table[end]]
    first = ledger.cost_ratios[0]
    title = (
        f"The ratio of losses cannot be computed because {first.missing}"
        if first.missing
        else f"For each percent of income that the senders lose the targets lose {number(first.ratio)}"
    )
    return of_ledger(
        ledger,
        "cost_ratio",
        "table",
        title,
        f"Loss of the targets over loss of the senders, lowest and highest over {_sets(ledger)}, base year "
        f"{ledger.world.year}",
        "ratio",
        table,
        {},
    )


def _step(
    name: str, kind: str, value: float, low: float = math.nan, high: float = math.nan
) -> dict[str, Any]:
    return {
        "step": name[0].upper() + name[1:],
        "kind": kind,
        "welfare_percent": value,
        "low_percent": low,
        "high_percent": high,
    }


def _ends(ledger: Ledger, item: str, place: int) -> tuple[float, float]:
    if ledger.ranges is None or ledger.ranges.missing:
        return math.nan, math.nan
    ends = ledger.ranges.ends(item)
    return float(ends.low[place]), float(ends.high[place])


def _called(ledger: Ledger, name: str) -> str:
    """A set of elasticities by its authors; the one in use says so."""
    found = next((one.title for one in ledger.world.elasticity_sets if one.name == name), name)
    return f"{found} (as used)" if name == ledger.world.elasticity else found


def _sets(ledger: Ledger) -> str:
    if ledger.ranges is None or ledger.ranges.missing:
        return "nothing: no ranges were computed"
    return f"{ledger.ranges.data.sizes['elasticity']} sets of trade elasticities"


def of_ledger(
    ledger: Ledger,
    name: str,
    kind: Any,
    title: str,
    subtitle: str,
    unit: str,
    table: pd.DataFrame,
    roles: dict[str, str],
    more: dict[str, pd.DataFrame] | None = None,
    caveats: tuple[str, ...] = (),
) -> Exhibit:
    """An exhibit of a ledger, with the ledger's source, reasons for missing numbers, and record."""
    where = f"countervail, {ledger.headline}" if ledger.outcome is None else source(ledger.outcome)
    return Exhibit(
        name=name,
        kind=kind,
        title=title,
        subtitle=subtitle,
        unit=unit,
        table=table,
        roles=roles,
        source=where,
        world=ledger.world,
        scenario=ledger.scenario,
        caveats=(*caveats, *ledger.missing.values()),
        more=more or {},
        record=ledger.provenance(),
    )
