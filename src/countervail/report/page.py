"""The report: one HTML file that needs nothing from outside, and the same on paper.

Every sentence with a number comes from the result. The first page is the answer: the sentence, the ladder, the map,
three findings and what to keep in mind.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from countervail.report.caveats import caveats
from countervail.report.pictured import CHARTS
from countervail.report.plot import picture
from countervail.report.style import require
from countervail.writer import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countervail.analysis.ledger import Ledger
    from countervail.exhibit import Exhibit
    from countervail.outcome import Outcome

FIRST = ("ladder", "welfare_map")
FAIRNESS = ("burden", "fairness", "equal_basis")
BULLETS = ("burden", "diversion", "robustness", "who_pays", "essentials")
MOST_ROWS = 40


def html(result: Ledger | Outcome, names: Mapping[str, str] | None = None) -> str:
    """The report of a ledger or an outcome as one HTML text.

    Arguments:
        names: other display names for tables, by the names in them.

    Raises:
        OutputError: CV451 a library is not installed.
    """
    for package in ("jinja2", "matplotlib"):
        require(package)
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from countervail.citation import cite
    from countervail.report.applicable import exhibits_of

    found = {exhibit.name: exhibit for exhibit in exhibits_of(result)}
    parts = {name: _part(exhibit, names) for name, exhibit in found.items()}
    scenario = result.scenario
    bullets = [found[name].title for name in BULLETS if name in found][:3]
    room = Environment(
        loader=PackageLoader("countervail.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    record = result.provenance() | environment()
    return room.get_template("report.html.j2").render(
        title=scenario.name if scenario is not None else "A shock",
        answer=getattr(result, "sentence", "") or found["welfare_map"].title,
        headline=result.headline,
        convergence=result.convergence,
        bullets=bullets,
        first=[parts[name] for name in FIRST if name in parts],
        fair=[parts[name] for name in FAIRNESS if name in parts],
        fairness=_fairness(result),
        rest=[part for name, part in parts.items() if name not in (*FIRST, *FAIRNESS)],
        caveats=[
            *caveats(result.world, scenario, result.model),
            *getattr(result, "missing", {}).values(),
            *_absent(found, result),
        ],
        story=(scenario.story or "") if scenario is not None else "",
        lists=_measures(scenario),
        sources=list(scenario.sources) if scenario is not None else [],
        citations=cite(result).splitlines(),
        file=scenario.to_yaml() if scenario is not None else "",
        record=json.dumps(record, indent=1, ensure_ascii=False, default=str),
        written=record["written"],
    )


def single(exhibit: Exhibit) -> str:
    """One exhibit as a page: picture and table, without anything that needs a script."""
    from html import escape

    part = _part(exhibit, None)
    image = (
        f'<img src="{part["picture"]}" alt="{escape(part["alt"])}" style="width:100%">'
        if part["picture"]
        else ""
    )
    head = "" if part["picture"] else f"<h1>{escape(exhibit.title)}</h1>"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(exhibit.title)}</title><style>'
        "body{font:9pt Inter,Arial,'DejaVu Sans',sans-serif} td,th{text-align:left;padding:1pt 8pt 1pt 0}"
        ".n{text-align:right}"
        f"@page{{size:A4;margin:2.2cm}}</style></head><body>{head}{image}{part['table']}"
        f"<p>{escape(part['notes'])}</p></body></html>"
    )


def pdf(text: str) -> bytes:
    """The same page on A4 paper.

    Raises:
        OutputError: CV451 WeasyPrint, or a system library it needs, is not installed.
    """
    require("weasyprint")
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    only_what_it_holds = URLFetcher(allowed_protocols={"data"})
    return bytes(HTML(string=text, url_fetcher=only_what_it_holds).write_pdf())


def _part(exhibit: Exhibit, names: Mapping[str, str] | None) -> dict[str, Any]:
    """What the page needs of an exhibit."""
    from countervail.report.grids import table_html

    image = ""
    if exhibit.kind in CHARTS and len(exhibit.table):
        image = "data:image/svg+xml;base64," + base64.b64encode(picture(exhibit, "svg")).decode()
    data = base64.b64encode(exhibit.table.to_csv(index=False).encode("utf-8-sig")).decode()
    return {
        "name": exhibit.name,
        "title": exhibit.title,
        "subtitle": exhibit.subtitle,
        "unit": exhibit.unit,
        "picture": image,
        "alt": f"{exhibit.title}. {exhibit.subtitle}. The numbers are in the table that follows.",
        "table": table_html(exhibit, most=MOST_ROWS, names=names),
        "csv": f"data:text/csv;base64,{data}",
        "notes": " ".join([f"Source: {exhibit.source}.", *exhibit.caveats]),
    }


def _fairness(result: Ledger | Outcome) -> tuple[str, ...]:
    """Sentences on burden and fairness; none of an outcome, which says nothing about responses."""
    from countervail.analysis.fairness import fairness_sentences
    from countervail.analysis.ledger import Ledger

    return fairness_sentences(result) if isinstance(result, Ledger) else ()


def _absent(found: Mapping[str, Exhibit], result: Ledger | Outcome) -> list[str]:
    """Why an exhibit that a reader expects is not there."""
    if "diversion" in found and "essentials" not in found:
        world = result.world.name
        return [
            f"Essentials cannot be shown because {world} has food, medicine and energy only inside wider sectors."
        ]
    return []


def _measures(scenario: Any) -> list[dict[str, Any]]:
    """Every list of measures with a sentence and the source of each."""
    if scenario is None:
        return []
    titles = {"given": "Given on both sides", "sanctions": "Sanctions", "responses": "Responses"}
    return [
        {
            "title": title,
            "measures": [
                {
                    "name": name,
                    "sentence": sentence,
                    "source": measure.source or "no source stated: an assumption",
                }
                for name, sentence, measure in zip(
                    scenario.labels(which), scenario.sentences(which), getattr(scenario, which), strict=True
                )
            ],
        }
        for which, title in titles.items()
        if getattr(scenario, which)
    ]
