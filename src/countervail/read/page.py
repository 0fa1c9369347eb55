"""An assessment as a page that needs nothing from outside: the text with its claims marked, a verdict beside each."""

from __future__ import annotations

from html import escape
from importlib import resources

from countervail import __version__
from countervail.read.layout import Span
from countervail.read.rules import rule_file
from countervail.read.verdicts import VERDICTS, Assessment, Verdict

SIGNS = {"supported": "✓", "not supported": "✗", "mixed": "±", "depends on": "?", "not testable here": "–"}
"""A sign beside the word, so that colour is not all that tells verdicts apart."""


def assessment_page(assessment: Assessment) -> str:
    """The page as HTML. Everything from the document is escaped; there are no scripts and no addresses."""
    document = assessment.reading.document
    title = document.title or document.source
    rows = "\n".join(_row(assessment, paragraph) for paragraph in assessment.reading.layout.paragraphs)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}: claims and verdicts</title>
<style>{_style()}</style>
</head>
<body>
<header>
<p class="kicker">Read by countervail {escape(__version__)}{_where(assessment)}</p>
<h1>{escape(_headline(assessment))}</h1>
{_finding(assessment)}
{_tally(assessment)}
</header>
<main>
{rows}
</main>
{_draft(assessment)}
<footer>{_notes(assessment)}</footer>
</body>
</html>
"""


def _headline(assessment: Assessment) -> str:
    counts = assessment.counts()
    total = len(assessment.verdicts)
    testable = sum(v.claim.testable for v in assessment.verdicts)
    if not total:
        return "The text makes no claim that the reader knows"
    words = {"depends on": "hanging on what the text leaves open"}
    said = [f"{n} {words.get(word, word)}" for word, n in counts.items() if n and word != "not testable here"]
    text = f"{total} claim{'s' if total != 1 else ''}, {testable} of them about economic effects"
    return f"{text}: {', '.join(said)}" if said else text


def _where(assessment: Assessment) -> str:
    document = assessment.reading.document
    parts = [part for part in (document.outlet, document.date, document.source) if part]
    return f" · {escape(' · '.join(parts))}" if parts else ""


def _finding(assessment: Assessment) -> str:
    if not assessment.sentence:
        why = assessment.draft.missing
        return f'<p class="finding">No scenario could be drafted: {escape(why)}.</p>' if why else ""
    return f'<p class="finding">At the sizes the draft assumes: {escape(assessment.sentence)}</p>'


def _tally(assessment: Assessment) -> str:
    counts = assessment.counts()
    cells = "".join(
        f'<li class="{_class(word)}"><b>{counts[word]}</b><span>{SIGNS[word]} {word}</span></li>'
        for word in VERDICTS
    )
    return f'<ul class="tally">{cells}</ul>' if assessment.verdicts else ""


def _row(assessment: Assessment, paragraph: Span) -> str:
    here = [(n, v) for n, v in enumerate(assessment.verdicts, 1) if paragraph.holds(v.claim.span)]
    notes = "".join(_note(number, verdict, assessment.same_as(number)) for number, verdict in here)
    return f'<div class="row"><p>{_marked(assessment, paragraph, here)}</p><aside>{notes}</aside></div>'


def _marked(assessment: Assessment, paragraph: Span, here: list[tuple[int, Verdict]]) -> str:
    text, place, out = assessment.reading.document.text, paragraph.start, ""
    for number, verdict in here:
        span = verdict.claim.span
        if span.start < place:
            continue
        out += escape(text[place : span.start])
        words = f'<a href="#verdict{number}">{escape(span.of(text))}<sup>{number}</sup></a>'
        out += f'<mark class="{_class(verdict.verdict)}" id="claim{number}">{words}</mark>'
        place = span.end
    return out + escape(text[place : paragraph.end])


def _note(number: int, verdict: Verdict, first: int) -> str:
    claim = verdict.claim
    meaning = str(rule_file("effects.yaml")[claim.kind]["title"])
    how = ", ".join(
        word
        for word, on in (("denied", claim.sign == "-"), ("hedged", claim.hedged), ("ironic", claim.ironic))
        if on
    )
    by = claim.speaker or "the text"
    rests = "Depends on" if verdict.verdict == "depends on" else "Rests on"
    body = "".join(
        f"<p>{label}{escape(words)}</p>"
        for label, words in (
            ("", verdict.result),
            ("", f"Because {verdict.reason}." if verdict.reason else ""),
            (f"<i>{rests}</i> ", verdict.assumption and f"{verdict.assumption}."),
            ("<i>Test:</i> ", verdict.test),
        )
        if words
    )
    if first != number:
        body = f'<p>As claim <a href="#verdict{first}">{first}</a>.</p>'
    return (
        f'<section class="{_class(verdict.verdict)}" id="verdict{number}">'
        f'<h2><a href="#claim{number}">{number}</a> <span>{SIGNS[verdict.verdict]} {verdict.verdict}</span></h2>'
        f'<p class="who">{escape(by)}: {escape(meaning)}{f" ({how})" if how else ""}</p>{body}</section>'
    )


def _draft(assessment: Assessment) -> str:
    draft = assessment.draft
    if not draft.text:
        return ""
    items = "".join(f"<li>{escape(one)}</li>" for one in draft.assumptions)
    return (
        '<section class="draft"><h2>What the draft assumes</h2><p>The text does not say these things. Verdicts that '
        f"hang on them say so.</p><ul>{items}</ul>"
        f"<details><summary>The drafted scenario</summary><pre>{escape(draft.text)}</pre>"
        "</details></section>"
    )


def _notes(assessment: Assessment) -> str:
    notes = [
        *assessment.notes,
        "Claims are found by rules, which miss some and take some amiss; look at the text before quoting a verdict.",
    ]
    return "".join(f"<p>{escape(note)}</p>" for note in notes)


def _class(verdict: str) -> str:
    return verdict.replace(" ", "-")


def _style() -> str:
    return (resources.files("countervail.read") / "data" / "page.css").read_text(encoding="utf-8")
