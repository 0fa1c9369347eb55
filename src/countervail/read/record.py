"""An assessment as JSON, in the form that data/reading.schema.json documents."""

from __future__ import annotations

import hashlib
import json
import math
from importlib import resources
from typing import Any

from countervail import __version__
from countervail.read.layout import Span
from countervail.read.verdicts import Assessment, Verdict


def assessment_record(assessment: Assessment) -> dict[str, Any]:
    """Everything found, as plain values. Offsets count characters of the text that was read, from 0.

    The text itself is not in it, only the words found: the hash says which text is meant.
    """
    reading, draft = assessment.reading, assessment.draft
    document, text = reading.document, reading.document.text

    def found(span: Span) -> dict[str, Any]:
        return {"start": span.start, "end": span.end, "words": span.of(text)}

    return {
        "version": __version__,
        "document": {
            "source": document.source,
            "form": document.form,
            "encoding": document.encoding,
            "title": document.title,
            "date": document.date,
            "outlet": document.outlet,
            "characters": len(text),
            "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        },
        "actors": [
            found(m.span) | {"name": m.name, "kind": m.kind, "economies": list(m.economies), "role": m.role}
            for m in reading.actors
        ],
        "statements": [
            {
                "start": s.span.start,
                "end": s.span.end,
                "speaker": s.speaker,
                "economies": list(s.economies),
                "verb": s.verb,
                "addressee": s.addressee,
                "direct": s.direct,
                "hedged": s.hedged,
                "time": s.time,
            }
            for s in reading.statements
        ],
        "measures": [
            found(m.span)
            | {
                "kind": m.kind,
                "by": list(m.by),
                "on": list(m.on),
                "between": list(m.between),
                "parties_stated": m.parties_stated,
                "goods": [name for name, _ in m.goods],
                "size": None
                if m.size is None
                else found(m.size.span) | {"unit": m.size.unit, "value": _plain(m.size.value)},
                "date": None if m.date is None else found(m.date.span) | {"date": m.date.date},
                "status": m.status,
                "speaker": m.speaker,
            }
            for m in reading.measures
        ],
        "claims": [
            found(v.claim.span) | _claim(v, reading.layout.sentence_at(v.claim.span.start) + 1)
            for v in assessment.verdicts
        ],
        "draft": {
            "scenario": draft.text or None,
            "missing": draft.missing,
            "assumptions": list(draft.assumptions),
            "left_out": [found(spoken.span) | {"reason": reason} for spoken, reason in draft.left_out],
        },
        "finding": assessment.sentence,
        "notes": list(assessment.notes),
    }


def reading_schema() -> dict[str, Any]:
    """The JSON Schema of the record."""
    path = resources.files("countervail.read") / "data" / "reading.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _claim(verdict: Verdict, sentence: int) -> dict[str, Any]:
    claim = verdict.claim
    return {
        "sentence": sentence,
        "kind": claim.kind,
        "sign": claim.sign,
        "speaker": claim.speaker,
        "about": list(claim.about),
        "hedged": claim.hedged,
        "ironic": claim.ironic,
        "testable": claim.testable,
        "verdict": verdict.verdict,
        "test": verdict.test,
        "result": verdict.result,
        "reason": verdict.reason,
        "depends_on": verdict.assumption,
        "value": _plain(verdict.value),
        "low": _plain(verdict.low),
        "high": _plain(verdict.high),
        "unit": verdict.unit,
    }


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
