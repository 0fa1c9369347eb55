"""Answers: what public functions found, as small plain data with names, units and sources."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countervail import groups
from countervail.analysis import outcome_exhibits
from countervail.analysis.ledger import offset_ledger
from countervail.analysis.recent import Recent
from countervail.analysis.steps import Steps, steps
from countervail.citation import cite
from countervail.errors import OutputError, SolveError
from countervail.model.horizon import at_horizon
from countervail.outcome import Outcome
from countervail.policy.scenario import LISTS
from countervail.policy.scope import Scope
from countervail.report.caveats import caveats
from countervail.web import studies
from countervail.web.asked import (
    AboutOne,
    AboutPair,
    AboutStudy,
    AboutSupply,
    Question,
    TwoQuestions,
    understood,
)
from countervail.web.replies import Answer, Compared, Drawn, Essentials, Files, Pair, Part, Said, Step, Why
from countervail.web.study_list import STUDIES
from countervail.world import labels

if TYPE_CHECKING:
    from countervail.analysis.ledger import Ledger
    from countervail.exhibit import Exhibit
    from countervail.policy.scenario import Scenario
    from countervail.web.slow import Told

MOST = 8
MOST_ROWS = 200
"""Of a table of a study; its CSV has as many, and says so."""


def quick(question: Question, recent: Recent) -> Answer:
    """Map, ranking, ladder, sides and essentials: what is redrawn while a slider moves."""
    world, scenario, model = understood(question)
    found = steps(world, scenario, model, recent=recent)
    outcome = found.outcome
    n = world.n_countries
    persons, _ = groups.populations(found.groups[:n], world)
    total, money = found.percent.sum(axis=0), outcome.base.income * found.percent.sum(axis=0)[:n] / 100
    return {
        "sentence": found.sentence,
        "headline": outcome.headline,
        "convergence": outcome.convergence,
        "unit": "percent of income",
        "source": outcome_exhibits.source(outcome),
        "caveats": list(caveats(world, scenario, model)),
        "economies": [
            {
                "code": group.code,
                "name": group.name,
                "side": group.side,
                "percent": plain(total[k]),
                "harm": plain(found.harm[k]),
                "million_usd": plain(money[k]),
                "usd_per_head": plain(1e6 * money[k] / persons[k]),
            }
            for k, group in enumerate(found.groups[:n])
        ],
        "groups": [
            {
                "code": group.code,
                "name": group.name,
                "kind": group.kind,
                "members": len(group.members),
                "harm": plain(found.harm[k]),
                "offset": plain(found.offset[k]),
                "net": plain(total[k]),
                "offset_share": plain(found.offset_share[k]),
            }
            for k, group in enumerate(found.groups)
            if group.kind in ("side", "world")
        ],
        "ladder": _ladder(found),
        "essentials": _essentials(found),
        "measures": _measures(scenario),
        "failed": found.failed,
    }


def files(question: Question) -> Files:
    """The scenario file, the Python call and the command line for what is on screen."""
    _, scenario, model = understood(question)
    python = [
        "import countervail as cv",
        "",
        f'world = cv.load_world("{scenario.world}", elasticity="{question.elasticity}")',
        'scenario = cv.load_scenario("scenario.yaml")',
    ]
    setting = "" if question.closure == "fixed" and not question.model else f", {_model_text(question)}"
    python.append(f"ledger = cv.offset_ledger(world, scenario{setting})")
    options = [f"--elasticity {question.elasticity}"] if question.elasticity != "combined" else []
    options += [f"--closure {question.closure}"] if question.closure != "fixed" else []
    options += [f"--model {question.model}"] if question.model else []
    return {
        "yaml": scenario.to_yaml(),
        "python": "\n".join(python),
        "command": " ".join(["countervail run scenario.yaml", *options]),
        "fingerprint": scenario.fingerprint(),
        "model": model.name,
    }


def of_ledger(ledger: Ledger) -> dict[str, Any]:
    """The slow answer: Shapley parts, ranges over the elasticity sets, break-even sizes, sources."""
    place = ledger.position("TARGETS")
    data = ledger.data
    parts = []
    if place is not None:
        parts = [
            {"label": name, "percent": plain(float(data["part"][r, place]))}
            for r, name in enumerate(ledger.responses)
            if ledger.scenario.responses[r].quantified
        ]
    ranges: dict[str, Any] = {}
    bands: list[dict[str, Any]] = []
    if ledger.ranges is not None and not ledger.ranges.missing:
        ends = {item: ledger.ranges.ends(item) for item in ("harm", "net")}
        if place is not None:
            ranges = {item: [plain(end.low[place]), plain(end.high[place])] for item, end in ends.items()}
        bands = [
            {"code": group.code, "low": plain(ends["net"].low[k]), "high": plain(ends["net"].high[k])}
            for k, group in enumerate(ledger.groups)
            if group.kind == "economy"
        ]
    return {
        "sentence": ledger.sentence,
        "parts": parts,
        "ranges": ranges,
        "bands": bands,
        "break_even": records(ledger.to_frames()["break_even"]) if ledger.break_even else [],
        "missing": list(ledger.missing.values()),
        "convergence": ledger.convergence,
        "cite": cite(ledger).splitlines(),
    }


def why(question: AboutOne, recent: Recent) -> Why:
    """Why an economy gains or loses: parts of first-order welfare, and the partners and sectors that move most."""
    outcome = _solved(question, recent)
    world = outcome.world
    here = int(Scope(world).economies([question.economy], "economy")[0])
    code = world.countries[here]
    parts: list[Part] = [
        {
            "label": part.attrs["long_name"].removeprefix("first-order welfare: "),
            "percent": plain(float(part[here])),
        }
        for name, part in outcome.first_order.items()
        if name != "total"
    ]
    change = outcome.trade.to_numpy() - outcome.base_level("trade").to_numpy()
    change[here, here] = 0.0
    sold, bought = change[here].sum(axis=1), change[:, here].sum(axis=1)
    order = np.argsort(-(np.abs(sold) + np.abs(bought)))[:MOST]
    output = (outcome.value_added - outcome.base_level("value_added")).to_numpy()[here]
    sectors = np.argsort(-np.abs(output))[:MOST]
    return {
        "code": code,
        "name": labels.country_name(code),
        "welfare": plain(float(outcome.welfare[here])),
        "first_order": plain(float(outcome.first_order["total"][here])),
        "parts": parts,
        "partners": [
            {
                "code": world.countries[n],
                "name": labels.country_name(world.countries[n]),
                "exports": plain(sold[n]),
                "imports": plain(bought[n]),
            }
            for n in order
        ],
        "sectors": [
            {
                "code": world.sectors[s],
                "name": labels.sector_name(world.sectors[s]),
                "value_added": plain(output[s]),
            }
            for s in sectors
        ],
        "unit": "parts in percent of income; trade and value added in million USD, change against the base year",
        "source": outcome_exhibits.source(outcome),
    }


def pair(question: AboutPair, recent: Recent) -> Pair:
    """What one economy sells to another before and after, by sector, million USD at basic prices."""
    outcome = _solved(question, recent)
    scope, world = Scope(outcome.world), outcome.world
    ends = (question.origin, question.destination)
    o, d = (int(scope.economies([name], "economy")[0]) for name in ends)
    now, before = outcome.trade.to_numpy()[o, d], outcome.base_level("trade").to_numpy()[o, d]
    order = np.argsort(-np.abs(now - before))[: 2 * MOST]
    return {
        "origin": labels.country_name(world.countries[o]),
        "destination": labels.country_name(world.countries[d]),
        "total": {"base": plain(before.sum()), "now": plain(now.sum())},
        "sectors": [
            {
                "code": world.sectors[s],
                "name": labels.sector_name(world.sectors[s]),
                "base": plain(before[s]),
                "now": plain(now[s]),
            }
            for s in order
        ],
        "unit": "million USD at basic prices",
        "source": outcome_exhibits.source(outcome),
    }


def suppliers(question: AboutSupply, recent: Recent) -> Drawn:
    """Who supplies a good to an economy, before and after."""
    outcome = _solved(question, recent)
    return drawn(outcome_exhibits.supplier_mix(outcome, question.economy, question.goods))


def ledger(question: Question, told: Told) -> dict[str, Any]:
    """Shapley parts and the range over the elasticity sets."""
    return of_ledger(offset_ledger(*understood(question), break_even=False, progress=told))


def report(question: Question, told: Told) -> str:
    """The report as one HTML text."""
    from countervail.report import page

    found = offset_ledger(*understood(question), progress=told)
    told("the report", 0, 0)
    return page.html(found)


def study(question: AboutStudy, told: Told) -> dict[str, Any]:
    """What another command finds: its exhibits, and how to ask the same on the command line.

    Raises:
        OutputError: CV478 no such study, or an option that it does not take. Whatever the study raises.
    """
    asked = STUDIES.get(question.study)
    if asked is None:
        raise OutputError(
            "CV478",
            "There is no such study",
            found=question.study,
            expected=", ".join(STUDIES),
            next_step="Choose one of these.",
        )
    options = studies.chosen(asked, question.options)
    world, scenario, model = understood(question)
    told("reading the question", 0, 0)
    whole = studies.Asked(world, scenario, model, options, told)
    found = asked.find(whole)
    if asked.argument == "economy":
        options["economy"] = list(whole.targets())
    exhibits = []
    for done, exhibit in enumerate(found):
        told("drawing", done, len(found))
        exhibits.append(
            {**drawn(exhibit), "svg": studies.pictured(exhibit), "rows_in_all": len(exhibit.table)}
        )
    return {"exhibits": exhibits, "command": asked.command(options)}


def drawn(exhibit: Exhibit) -> Drawn:
    """An exhibit as data: finding, unit, source, caveats, table and which column plays which part."""
    return {
        "name": exhibit.name,
        "kind": exhibit.kind,
        "title": exhibit.title,
        "subtitle": exhibit.subtitle,
        "unit": exhibit.unit,
        "source": exhibit.source,
        "caveats": list(exhibit.caveats),
        "roles": dict(exhibit.roles),
        "rows": records(exhibit.table.head(MOST_ROWS)),
    }


def compared(questions: TwoQuestions, recent: Recent) -> Compared:
    """Welfare by economy in the first minus in the second, percentage points."""
    difference = _solved(questions.first, recent) - _solved(questions.second, recent)
    table = difference.to_frames()["welfare_difference"]
    return {
        "titles": [difference.first.title, difference.second.title],
        "unit": "percentage points",
        "rows": records(table),
    }


def plain(value: Any) -> float | None:
    """A number for JSON, to twelve digits; None where it is missing."""
    return float(f"{float(value):.12g}") if math.isfinite(float(value)) else None


def records(table: Any) -> list[dict[str, Any]]:
    """A table as rows of plain values."""
    return [
        {
            str(key): (
                plain(value)
                if isinstance(value, float | np.floating)
                else value.item()
                if isinstance(value, np.generic)
                else value
            )
            for key, value in row.items()
        }
        for row in table.astype(object).to_dict("records")
    ]


def _solved(question: Question, recent: Recent) -> Outcome:
    """As `solve`, from what was worked out for the question before."""
    world, scenario, model = understood(question)
    compiled = recent.compiled(scenario, at_horizon(world, model))
    shock = compiled.shock()
    answer = recent.solved(world, [shock], model)[0]
    if isinstance(answer, SolveError):
        raise answer
    answer = replace(answer, notes=(*answer.notes, *compiled.notes()))
    return Outcome(world, scenario, model, shock if answer.shock is None else answer.shock, answer)


def _model_text(question: Question) -> str:
    preset = f"cv.{question.model}" if question.model else "cv.long_run"
    return (
        f'dataclasses.replace({preset}, closure="{question.closure}")'
        if question.closure != "fixed"
        else preset
    )


def _ladder(found: Steps) -> list[Step]:
    """Harm, each response on top of those before it, and the net, for the targets together."""
    place = next((k for k, group in enumerate(found.groups) if group.code == "TARGETS"), None)
    if place is None:
        return []
    lines: list[Step] = [
        {
            "label": label,
            "kind": "harm" if step == 0 else "response",
            "percent": plain(found.percent[step, place]),
        }
        for step, label in enumerate(found.labels)
    ]
    return [*lines, {"label": "net", "kind": "net", "percent": plain(float(found.percent[:, place].sum()))}]


def _essentials(found: Steps) -> Essentials | None:
    target = next((group for group in found.groups if group.code == "TARGETS"), None)
    if target is None:
        return None
    code = found.outcome.world.countries[int(target.members[0])]
    essentials = outcome_exhibits.essentials_by_goods(found.outcome, code)
    if essentials is None:
        return None
    title, rows = essentials
    return {
        "title": title,
        "rows": [{key: plain(v) if isinstance(v, float) else v for key, v in row.items()} for row in rows],
        "caveats": list(outcome_exhibits.ESSENTIALS_CAVEATS),
    }


def _measures(scenario: Scenario) -> dict[str, list[Said]]:
    """Each measure of each list in a sentence, for its card."""
    return {
        which: [
            {
                "label": label,
                "sentence": sentence,
                "source": measure.source or "",
                "channel": measure.quantified,
            }
            for label, sentence, measure in zip(
                scenario.labels(which), scenario.sentences(which), getattr(scenario, which), strict=True
            )
        ]
        for which in LISTS
    }
