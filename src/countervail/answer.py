"""The first lines of a result: did it converge, who loses, who gains. For a terminal and for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from countervail.words import head_of, money, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5
# The diverging scale of all exhibits, loss to gain; its ends carry text.
_LOSS, _GAIN, _MUTED, _LINE = "#7A1F3D", "#164A63", "#6B7280", "#D9D5CC"
_UNIT = "Welfare as equivalent variation, percent of base income."


def code_columns(table: pd.DataFrame) -> list[str]:
    """Columns that are for machines: codes, sides and settings, where names in other columns say the same."""
    columns = list(map(str, table.columns))
    words = {"name", "label", "statement", "economy", "party", "supplier", "step"} & set(columns)
    found = [c for c in columns if c.endswith("_code") and len(columns) > 1]
    if words or found:
        found += [c for c in columns if c in ("code", "side", "kind")]
    if "statement" in words or "label" in words:
        found += [c for c in columns if c in ("item", "above")]
    return found


def shown(table: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """The first rows as people read them: numbers in the house form, units in the heads, codes left to the table."""
    head = table.drop(columns=code_columns(table)).head(most)
    head = head.drop(
        columns=[c for c in head if str(c).startswith("missing") and not head[c].astype(bool).any()]
    )
    found = {}
    for column in head.columns:
        words, unit = head_of(str(column))
        text = f"{words} ({unit})".strip() if unit else words
        values = head[column]
        if values.dtype.kind == "f":
            values = pd.Series([number(float(value)) for value in values], dtype=object)
        elif values.dtype.kind == "b":
            values = pd.Series(["yes" if value else "no" for value in values], dtype=object)
        found[text if text not in found else str(column)] = list(values)
    return pd.DataFrame(found)


def finding_html(title: str, below: str, table: pd.DataFrame, notes: Sequence[str]) -> str:
    """A finding for a notebook: what was found, what is measured, the first rows, source and caveats."""
    rest = len(table) - 12
    more = [f"{rest} more rows in the table."] if rest > 0 else []
    return (
        '<div style="font-variant-numeric:tabular-nums">'
        f'<p style="margin:0"><b>{escape(title)}</b></p>'
        f'<p style="margin:0 0 4px;color:{_MUTED}">{escape(below)}</p>'
        f"{shown(table).to_html(index=False, border=0)}"
        f'<p style="color:{_MUTED};margin:4px 0 0">{escape(" ".join([*more, *notes]))}</p></div>'
    )


@dataclass(frozen=True)
class Answer:
    """What the first lines of an outcome are made of.

    Arguments:
        headline: scenario, world, base year, elasticities, model.
        convergence: a sentence on the accuracy.
        table: one row an economy, the largest loss first: name, welfare_percent, welfare_million_usd,
            welfare_usd_per_head.
        world_percent, world_million_usd: welfare of the world.
    """

    headline: str
    convergence: str
    table: pd.DataFrame
    world_percent: float
    world_million_usd: float

    def losers(self, shown: int = SHOWN) -> pd.DataFrame:
        """The largest losses, the largest first."""
        return self.table[self.table["welfare_percent"] < -1e-9].head(shown)

    def gainers(self, shown: int = SHOWN) -> pd.DataFrame:
        """The largest gains, the largest first."""
        return self.table[self.table["welfare_percent"] > 1e-9].tail(shown).iloc[::-1]

    def text(self) -> str:
        """As plain text."""
        return "\n".join(
            [
                self.headline,
                self.convergence,
                f"Lose most: {_named(self.losers())}",
                f"Gain most: {_named(self.gainers())}",
                f"World: {percent(self.world_percent)} ({money(self.world_million_usd)})",
                f"{_UNIT} More: .summary(), .trade, .prices, .first_order",
            ]
        )

    def html(self) -> str:
        """As one small table that needs nothing from outside."""
        rows = "".join(_html_rows(self.losers()) + _html_rows(self.gainers()))
        rows += _html_row("World", self.world_percent, self.world_million_usd, None)
        heads = ("Lose and gain most", "welfare, %", "amount", "USD per head")
        head = "".join(_html_cell(cell, right=n > 0, tag="th") for n, cell in enumerate(heads))
        return (
            '<div style="font-variant-numeric:tabular-nums">'
            f'<p style="margin:0 0 4px"><b>{escape(self.headline)}</b></p>'
            f'<table style="border-top:1px solid {_LINE}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
            f'<p style="color:{_MUTED};margin:4px 0 0">{escape(self.convergence)} {_UNIT}</p></div>'
        )


def difference_text(titles: tuple[str, str], table: pd.DataFrame, convergence: tuple[str, str]) -> str:
    """The repr of a difference: who is better or worse off in the first outcome than in the second.

    Arguments:
        table: the largest difference first: name, difference_percentage_points, difference_million_usd.
    """
    table = table[table["difference_percentage_points"].abs() > 1e-9]
    better = table[table["difference_percentage_points"] > 0].head(SHOWN)
    worse = table[table["difference_percentage_points"] < 0].head(SHOWN)
    lines = [f"{titles[0]} minus {titles[1]}, welfare in percentage points"]
    for word, rows in (("Worse off", worse), ("Better off", better)):
        columns = ("name", "difference_percentage_points", "difference_million_usd")
        cells = zip(*(rows[column] for column in columns), strict=True)
        said = ", ".join(f"{name} {number(points)} ({money(amount)})" for name, points, amount in cells)
        lines.append(f"{word} in the first: {said or 'nobody'}")
    return "\n".join([*lines, f"First. {convergence[0]}", f"Second. {convergence[1]}"])


def _named(rows: pd.DataFrame) -> str:
    cells = zip(rows["name"], rows["welfare_percent"], rows["welfare_million_usd"], strict=True)
    return (
        ", ".join(f"{name} {percent(share)} ({money(amount)})" for name, share, amount in cells) or "nobody"
    )


def _html_rows(rows: pd.DataFrame) -> list[str]:
    columns = ("name", "welfare_percent", "welfare_million_usd", "welfare_usd_per_head")
    return [_html_row(*cells) for cells in zip(*(rows[column] for column in columns), strict=True)]


def _html_row(name: str, share: float, amount: float, head: float | None) -> str:
    colour = _LOSS if share < 0 else _GAIN
    per_head = "" if head is None else number(head)
    cells = [
        _html_cell(name),
        _html_cell(number(share), right=True, colour=colour),
        _html_cell(money(amount), right=True),
        _html_cell(per_head, right=True),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _html_cell(text: str, *, right: bool = False, colour: str = "inherit", tag: str = "td") -> str:
    side = "right" if right else "left"
    return f'<{tag} style="text-align:{side};color:{colour}">{escape(text)}</{tag}>'
