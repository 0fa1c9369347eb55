"""A table as people read it: names instead of codes, units in the head, numbers in the house form, aligned right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from countervail.answer import code_columns
from countervail.report.style import HAIRLINE, INK, MUTED, require
from countervail.words import MINUS, MISSING, head_of, number

if TYPE_CHECKING:
    from great_tables import GT

    from countervail.exhibit import Exhibit

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    MINUS: "$-$",
    "€": r"\euro{}",
}
_LATEX |= {c: f"\\{c}" for c in "&%$#_{}"}


def heads(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """What people call each column: words, and the unit; "welfare_percent" is "welfare" in "%"."""
    return {str(column): head_of(str(column)) for column in table.columns}


def readable(table: pd.DataFrame, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The table with every number as text and codes left out where names stand beside them.

    Arguments:
        names: what to call economies, sectors or anything else instead, by the name in the table.
    """
    shown = table.drop(columns=code_columns(table))
    shown = shown.drop(
        columns=[c for c in shown if str(c).startswith("missing") and not shown[c].astype(bool).any()]
    )
    found = {}
    for column in shown.columns:
        values = shown[column]
        if pd.api.types.is_bool_dtype(values):
            found[column] = ["yes" if value else "no" for value in values]
        elif pd.api.types.is_float_dtype(values):
            found[column] = [number(float(value)) for value in values]
        elif pd.api.types.is_integer_dtype(values):
            found[column] = [str(value) for value in values]
        else:
            found[column] = [(names or {}).get(text, text) for text in map(_text, values)]
    return pd.DataFrame(found)


def grid(
    exhibit: Exhibit, *, most: int | None = None, names: Mapping[str, str] | None = None, headed: bool = True
) -> GT:
    """The exhibit's table with great_tables, ruled at head and foot only.

    Arguments:
        most: rows shown; the number of those left out is said below. names: as in `readable`.
        headed: with the finding above; a page that says it already goes without.

    Raises:
        OutputError: CV451 great_tables is not installed.
    """
    require("great_tables")
    from great_tables import GT, html, style
    from great_tables import loc as place

    table = exhibit.table if most is None else exhibit.table.head(most)
    shown = readable(table, names)
    labels: dict[str, Any] = {
        column: html(f"{words}<br><span style='color:{MUTED}'>{unit}</span>") if unit else words
        for column, (words, unit) in heads(shown).items()
    }
    numeric = [str(column) for column in shown.columns if pd.api.types.is_numeric_dtype(table[column])]
    left = [str(column) for column in shown.columns if str(column) not in numeric]
    made = GT(shown)
    if headed:
        made = made.tab_header(title=exhibit.title, subtitle=_subtitle(exhibit))
    made = (
        made.cols_label(labels)
        .cols_align("right", columns=numeric)
        .cols_align("left", columns=left)
        .tab_source_note(_notes(exhibit, len(exhibit.table) - len(table)))
        .tab_options(
            table_font_color=INK,
            table_border_top_color=INK,
            table_border_bottom_color=INK,
            table_body_hlines_style="none",
            heading_align="left",
            column_labels_border_top_style="none",
            column_labels_border_bottom_color=HAIRLINE,
            source_notes_font_size="11px",
            table_font_size="13px",
            heading_title_font_size="15px",
            heading_subtitle_font_size="13px",
            data_row_padding="3px",
        )
    )
    return made.tab_style(style.text(color=MUTED), place.footer())


def markdown(exhibit: Exhibit, names: Mapping[str, str] | None = None) -> str:
    """The exhibit's table as a Markdown pipe table, with title, unit, source and caveats."""
    shown = readable(exhibit.table, names)
    titles = [
        " ".join(filter(None, (words, f"({unit})" if unit else ""))) for words, unit in heads(shown).values()
    ]
    sides = [
        "---:" if pd.api.types.is_numeric_dtype(exhibit.table[column]) else "---" for column in shown.columns
    ]
    rows = [[cell.replace("|", "\\|") for cell in row] for row in shown.itertuples(index=False)]
    lines = [f"| {' | '.join(row)} |" for row in (titles, sides, *rows)]
    return "\n".join([f"**{exhibit.title}**", "", _subtitle(exhibit), "", *lines, "", _notes(exhibit, 0), ""])


def latex(exhibit: Exhibit, names: Mapping[str, str] | None = None) -> str:
    """The exhibit's table as a LaTeX table that needs booktabs only."""
    shown = readable(exhibit.table, names)
    sides = "".join(
        "r" if pd.api.types.is_numeric_dtype(exhibit.table[column]) else "l" for column in shown.columns
    )
    titles = [
        " ".join(filter(None, (words, f"({unit})" if unit else ""))) for words, unit in heads(shown).values()
    ]
    body = [" & ".join(map(_escaped, row)) + r" \\" for row in shown.itertuples(index=False)]
    return "\n".join(
        [
            "% needs \\usepackage{booktabs}",
            r"\begin{table}",
            rf"\caption{{{_escaped(exhibit.title)}. {_escaped(_subtitle(exhibit))}.}}",
            rf"\begin{{tabular}}{{{sides}}}",
            r"\toprule",
            " & ".join(map(_escaped, titles)) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
            rf"\footnotesize {_escaped(_notes(exhibit, 0))}",
            r"\end{table}",
            "",
        ]
    )


def table_html(exhibit: Exhibit, *, most: int | None = None, names: Mapping[str, str] | None = None) -> str:
    """The exhibit's table as a plain HTML table without style, for a page that has its own."""
    table = exhibit.table if most is None else exhibit.table.head(most)
    shown = readable(table, names)
    numeric = [pd.api.types.is_numeric_dtype(table[column]) for column in shown.columns]
    head = "".join(
        f'<th scope="col"{" class=n" if right else ""}>{escape(words)}{f" <i>{escape(unit)}</i>" if unit else ""}</th>'
        for right, (words, unit) in zip(numeric, heads(shown).values(), strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if right else ''}>{escape(cell)}</td>"
            for right, cell in zip(numeric, row, strict=True)
        )
        + "</tr>"
        for row in shown.itertuples(index=False)
    )
    rest = len(exhibit.table) - len(table)
    more = f"<caption>{rest} more rows are in the files.</caption>" if rest else ""
    return f"<table>{more}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _subtitle(exhibit: Exhibit) -> str:
    return f"{exhibit.subtitle} ({exhibit.unit})" if exhibit.unit else exhibit.subtitle


def _notes(exhibit: Exhibit, left_out: int) -> str:
    more = [f"{left_out} more rows are in the files."] if left_out > 0 else []
    return " ".join([*more, f"Source: {exhibit.source}.", *exhibit.caveats])


def _text(value: Any) -> str:
    return MISSING if value is None or (isinstance(value, float) and value != value) else str(value)


def _escaped(text: str) -> str:
    return re.sub(r"[\\~^€&%$#_{}" + MINUS + "]", lambda found: _LATEX[found.group()], text)
