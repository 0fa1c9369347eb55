"""The command read: a document's claims, the scenario they imply, and what can be said of each."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import Quiet

if TYPE_CHECKING:
    from rich.console import Console

    from countervail.read.verdicts import Assessment


@app.command(
    name="read", epilog="Example: countervail read article.txt --html verdicts.html --draft mine.yaml"
)
def read_document(
    document: Annotated[
        str,
        typer.Argument(
            help="A file of text, Markdown, HTML or PDF; - for standard input. Nothing is fetched."
        ),
    ],
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page: the text with its claims marked, a verdict beside each."),
    ] = None,
    draft: Annotated[Path | None, typer.Option("--draft", help="Write the drafted scenario (YAML).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the tables.")] = False,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Find claims and draft the scenario; run nothing.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Find the claims of a text, draft the scenario they imply, run it, and give a verdict on each."""
    from countervail.cli.show import console, progress
    from countervail.read.reading import read_document as read
    from countervail.read.verdicts import judge_claims

    reading = read(document, sys.stdin.buffer)
    with progress(quiet) as told:
        assessment = judge_claims(reading, run=not no_run, progress=told)
    written = _write(assessment, html, draft)
    if as_json:
        import json

        from countervail.read.record import assessment_record

        typer.echo(json.dumps(assessment_record(assessment), ensure_ascii=False, indent=1))
        return
    page = console()
    _print(page, assessment)
    for path in written:
        page.print(f"Written: {path}")


def _write(assessment: Assessment, html: Path | None, draft: Path | None) -> list[Path]:
    from countervail.errors import ReadError
    from countervail.read.page import assessment_page
    from countervail.writer import write_file

    if draft is not None and not assessment.draft.text:
        raise ReadError(
            "CV508",
            "The text implies no scenario",
            where=assessment.reading.document.source,
            found=assessment.draft.missing,
            expected="a measure of the policy language, with its sides",
            next_step="Leave --draft away to see what was found.",
        )
    contents = ((html, assessment_page(assessment)), (draft, assessment.draft.text))
    written = []
    for path, content in contents:
        if path is not None:
            plain = content.encode("utf-8", "replace")
            written.append(write_file(path, partial(_put, plain)))
    return written


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _print(page: Console, assessment: Assessment) -> None:
    from countervail.cli.show import clean, table
    from countervail.read.page import SIGNS

    reading, draft = assessment.reading, assessment.draft
    text = reading.document.text
    page.print(clean(repr(reading)))
    page.print()
    rows = [
        [
            str(number),
            v.claim.speaker or "the text",
            " ".join(v.claim.span.of(text).split()),
            f"{v.claim.kind}{' denied' if v.claim.sign == '-' else ''}",
            f"{SIGNS[v.verdict]} {v.verdict}",
        ]
        for number, v in enumerate(assessment.verdicts, 1)
    ]
    if rows:
        table(page, "Claims", ["", "who", "words", "kind", "verdict"], rows, words=(1, 2, 3, 4))
    if assessment.sentence:
        page.print(clean(f"At the sizes the draft assumes: {assessment.sentence}"))
        page.print()
    for number, v in enumerate(assessment.verdicts, 1):
        if assessment.same_as(number) != number:
            page.print(f"{number}. {v.verdict.capitalize()}. As claim {assessment.same_as(number)}.")
            continue
        said = " ".join(part for part in (v.result, v.reason and f"Because {v.reason}.") if part)
        rests = (
            f" {'Depends' if v.verdict == 'depends on' else 'Rests'} on {v.assumption}."
            if v.assumption
            else ""
        )
        page.print(clean(f"{number}. {v.verdict.capitalize()}. {said}{rests}"))
    page.print()
    if draft.text:
        page.print(
            clean(
                f"The draft takes {len(draft.assumptions)} assumptions; --draft FILE writes it with all of them marked."
            )
        )
    else:
        page.print(clean(f"No scenario could be drafted: {draft.missing}."))
    for note in assessment.notes:
        page.print(clean(note))
