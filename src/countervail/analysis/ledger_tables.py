"""Tables of a ledger: tidy, by economy, by response, by elasticity set; break-even sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from countervail.analysis.break_even import BreakEven
from countervail.analysis.ranges import Ranges
from countervail.words import number

Floats = NDArray[np.float64]

LABELS = ("code", "name", "kind", "side")
RANGED = ("harm", "offset", "net", "offset_share")
NO_LOSS = "the harm is no loss of 0.005 % or more"


def tidy(
    data: xr.Dataset, no_population: Sequence[str], failures: Mapping[str, str], ranges: Ranges | None
) -> pd.DataFrame:
    """One row a code and item, in the order harm, part of each response, offset, net, offset share.

    Returns:
        code, name, kind, side, item, response, unit, percent, million_usd, usd_per_head,
        standard_error_percent, low_percent, high_percent, low_set, high_set, missing. The share is in percent
        of the harm, without money.
    """
    blocks = [_block(data, "harm", ranges)]
    blocks += [_block(data, "part", None, r) for r in range(data.sizes["response"])]
    blocks += [_block(data, name, ranges) for name in ("offset", "net", "offset_share")]
    for block in blocks:
        money = block["unit"] == "percent of income"
        block["million_usd"] = np.where(money, block["percent"] * data["income"].to_numpy() / 100, np.nan)
        block["usd_per_head"] = 1e6 * block["million_usd"] / data["population"].to_numpy()
        block["missing"] = _why(block, no_population, failures)
    table = pd.concat(blocks, keys=range(len(blocks)), names=["block", "place"]).reset_index()
    table = table.sort_values(["place", "block"], kind="stable", ignore_index=True)
    columns = [*LABELS, "item", "response", "unit", "percent", "million_usd", "usd_per_head"]
    columns += ["standard_error_percent", "low_percent", "high_percent", "low_set", "high_set", "missing"]
    return table[columns]


def wide(
    data: xr.Dataset, no_population: Sequence[str], failures: Mapping[str, str], ranges: Ranges | None
) -> pd.DataFrame:
    """One row a code: harm, part of each response, offset, net, offset share, amounts and ranges."""
    table = _labels(data)
    names = [str(name) for name in data["response"].to_numpy()]
    columns = {"harm": data["harm"].to_numpy()}
    columns |= {f"part_of_{name}": data["part"][r].to_numpy() for r, name in enumerate(names)}
    columns |= {name: data[name].to_numpy() for name in ("offset", "net")}
    income, persons = data["income"].to_numpy(), data["population"].to_numpy()
    for name, values in columns.items():
        table[f"{name}_percent"] = values
    table["offset_share_percent_of_harm"] = 100 * data["offset_share"].to_numpy()
    for name, values in columns.items():
        table[f"{name}_million_usd"] = values * income / 100
    for name in ("harm", "offset", "net"):
        table[f"{name}_usd_per_head"] = 1e4 * columns[name] * income / persons
    if ranges is not None and not ranges.missing:
        for name in RANGED:
            ends = ranges.ends(name)
            scale, unit = (100, "percent_of_harm") if name == "offset_share" else (1, "percent")
            table[f"{name}_low_{unit}"], table[f"{name}_high_{unit}"] = scale * ends.low, scale * ends.high
    share = _block(data, "offset_share", None)
    absent = _why(share, [""] * len(table), failures)
    table["missing"] = [
        "; ".join(([f"per head: {heads}"] if heads else []) + ([f"offset share: {why}"] if why else []))
        for heads, why in zip(no_population, absent, strict=True)
    ]
    return table


def views(data: xr.Dataset) -> pd.DataFrame:
    """One row a code and response: Shapley part, effect alone, effect on top of those before it."""
    blocks = []
    for r, name in enumerate(data["response"].to_numpy()):
        block = _labels(data)
        block["response"] = str(name)
        for view, column in (("part", "part"), ("alone", "alone"), ("cumulative", "on_top_of_earlier")):
            block[f"{column}_percent"] = data[view][r].to_numpy()
        blocks.append(block)
    empty = [*LABELS, "response", "part_percent", "alone_percent", "on_top_of_earlier_percent"]
    return pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=empty)


def by_set(ranges: Ranges, data: xr.Dataset) -> pd.DataFrame:
    """One row an elasticity set and code: harm, offset, net, offset share, and why one is missing."""
    blocks = []
    for row, name in enumerate(ranges.data["elasticity"].to_numpy()):
        block = _labels(data)
        block.insert(0, "elasticity", str(name))
        for item in ("harm", "offset", "net"):
            block[f"{item}_percent"] = ranges.data[item][row].to_numpy()
        block["offset_share_percent_of_harm"] = 100 * ranges.data["offset_share"][row].to_numpy()
        block["missing"] = ranges.failed.get(str(name), "")
        blocks.append(block)
    return pd.concat(blocks, ignore_index=True)


def break_even(entries: Sequence[BreakEven]) -> pd.DataFrame:
    """One row a response and share of the harm: the size that wins it back, or why none does."""
    rows = []
    for entry in entries:
        found = entry.search
        for place, share in enumerate(entry.shares):
            size = np.nan if found is None else found.sizes[place]
            rows.append(
                {
                    "response": entry.response,
                    "field": entry.field,
                    "unit": entry.unit,
                    "stated_size": entry.stated,
                    "share_of_harm_percent": 100 * share,
                    "break_even_size": size,
                    "reachable": found is not None and not np.isnan(size),
                    "largest_share_percent": np.nan if found is None else 100 * found.largest_share,
                    "at_size": np.nan if found is None else found.at,
                    "missing": entry.missing
                    or ("" if found is None or found.complete else _no_further(found.limit)),
                }
            )
    return pd.DataFrame(rows)


def html(data: xr.Dataset, sentence: str, convergence: str) -> str:
    """The ledger's groups as one small table that needs nothing from outside."""
    names = [str(name) for name in data["response"].to_numpy()]
    heads = ["", "harm, %", *names, "net, %", "offset, % of harm"]
    rows = []
    for place in np.flatnonzero(np.isin(data["kind"].to_numpy(), ["side", "world"])):
        cells = [str(data["name"].to_numpy()[place]), number(float(data["harm"][place]))]
        cells += [number(float(part)) for part in data["part"][:, place]]
        cells += [number(float(data["net"][place])), number(100 * float(data["offset_share"][place]))]
        rows.append(cells)
    lines = "".join([_html_line("th", heads), *(_html_line("td", row) for row in rows)])
    return (
        '<div style="font-variant-numeric:tabular-nums">'
        f'<p style="margin:0 0 4px"><b>{escape(sentence)}</b></p><table>{lines}</table>'
        f'<p style="color:#6B7280;margin:4px 0 0">{escape(convergence)}</p></div>'
    )


def _labels(data: xr.Dataset) -> pd.DataFrame:
    return pd.DataFrame({label: data[label].to_numpy() for label in LABELS})


def _block(data: xr.Dataset, item: str, ranges: Ranges | None, response: int | None = None) -> pd.DataFrame:
    block = _labels(data)
    scale = 100.0 if item == "offset_share" else 1.0
    array = data[item] if response is None else data[item][response]
    block["item"] = item
    block["response"] = "" if response is None else str(data["response"].to_numpy()[response])
    block["unit"] = "percent of the harm" if item == "offset_share" else "percent of income"
    block["percent"] = scale * array.to_numpy()
    error = None if response is None else data["standard_error"][response].to_numpy()
    block["standard_error_percent"] = np.nan if error is None else error
    block["low_percent"], block["high_percent"] = np.nan, np.nan
    block["low_set"], block["high_set"] = "", ""
    if ranges is not None and not ranges.missing:
        ends = ranges.ends(item)
        block["low_percent"], block["high_percent"] = scale * ends.low, scale * ends.high
        block["low_set"], block["high_set"] = ends.low_set, ends.high_set
    return block


def _why(block: pd.DataFrame, no_population: Sequence[str], failures: Mapping[str, str]) -> list[str]:
    """For each row, why one of its numbers is missing."""
    absent = block["percent"].isna().to_numpy()
    share = block["item"].iloc[0] == "offset_share"
    reasons = []
    for place, heads in enumerate(no_population):
        why = [] if share or not heads else [f"per head: {heads}"]
        if absent[place]:
            why += (
                ["; ".join(f"no equilibrium under {which}" for which in failures)] if failures else [NO_LOSS]
            )
        reasons.append("; ".join(why))
    return reasons


def _no_further(limit: float) -> str:
    return f"no equilibrium beyond size {limit:.4g}"


def _html_line(tag: str, cells: Sequence[str]) -> str:
    sides = ["left", *["right"] * (len(cells) - 1)]
    inside = [
        f"<{tag} style=text-align:{side}>{escape(cell)}</{tag}>"
        for side, cell in zip(sides, cells, strict=True)
    ]
    return f"<tr>{''.join(inside)}</tr>"
