"""A document as the reader takes it: plain text with where it came from, from a file, bytes or standard input."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from countervail.errors import ReadError
from countervail.read import limits
from countervail.read.encoding import decoded
from countervail.read.language import require_english
from countervail.read.pages import Page, from_html, from_markdown, from_pdf

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = re.compile(rf"\b(\d{{4}}-\d\d-\d\d|\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}, \d{{4}})\b")
_WORDS_OF_A_TITLE = 20
DATELINE = 60
"""Characters within which a date at the top of a text is its own."""


@dataclass(frozen=True)
class Document:
    """A text and where it came from.

    Arguments:
        text: what offsets count in, characters from 0.
        source: the file's name, or "standard input". form: text, markdown, html or pdf. encoding: of the bytes.
        title, date, outlet: as given, "" where they are not.
        notes: what was changed in reading it.
    """

    text: str
    source: str
    form: str
    encoding: str = "utf-8"
    title: str = ""
    date: str = ""
    outlet: str = ""
    notes: tuple[str, ...] = ()


def opened(source: str | Path, stdin: BinaryIO | None = None) -> Document:
    """The document in a file, or in standard input where the name is "-".

    Raises:
        ReadError: CV501 no such file; CV502 to CV507 what cannot be read.
    """
    if str(source) == "-":
        data = stdin.read(limits.MOST_BYTES + 1) if stdin is not None else b""
        return document_of(data, "standard input")
    path = Path(source)
    try:
        size = path.stat().st_size
        if size > limits.MOST_BYTES:
            raise limits.too_large(
                path.name, f"{size / 1e6:,.0f} MB", f"at most {limits.MOST_BYTES / 1e6:.0f} MB"
            )
        if not path.is_file():
            raise OSError("not a file")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise ReadError(
            "CV501",
            "The document cannot be opened",
            where=str(path),
            found=getattr(error, "strerror", "") or str(error),
            expected="a file of text, Markdown, HTML or PDF, or - for standard input",
            next_step="Check the path and that you may read it; the reader fetches nothing from the network.",
        ) from None
    return document_of(data, path.name)


def document_of(data: bytes, source: str) -> Document:
    """The document in some bytes; its form by the name's ending, or else by how it begins.

    Raises:
        ReadError: CV502 to CV507.
    """
    if len(data) > limits.MOST_BYTES:
        raise limits.too_large(source, f"more than {limits.MOST_BYTES / 1e6:.0f} MB", "less")
    form = _form(data, source)
    if form == "pdf":
        return _finished(from_pdf(data, source), source, form, "pdf")
    text, encoding = decoded(data, html=form == "html")
    readers: dict[str, Callable[[str, str], Page]] = {"html": from_html, "markdown": from_markdown}
    if form in readers:
        if len(text) > 4 * limits.MOST_CHARACTERS:
            raise limits.too_large(
                source, f"{len(text):,} characters", f"at most {4 * limits.MOST_CHARACTERS:,}"
            )
        return _finished(readers[form](text.replace("\r\n", "\n"), source), source, form, encoding)
    return _finished(Page(text), source, form, encoding)


def _finished(page: Page, source: str, form: str, encoding: str) -> Document:
    text, notes = limits.readable(page.text, source)
    require_english(text, source)
    if encoding not in ("utf-8", "pdf"):
        notes = (*notes, f"The bytes were read as {encoding}.")
    first = next(line.strip() for line in text.split("\n") if line.strip())
    heading = first if first[-1] not in ".,;:" and len(first.split()) <= _WORDS_OF_A_TITLE else ""
    date = _stated_date(text)
    return Document(
        text,
        source,
        form,
        encoding,
        page.title or heading,
        page.date or date,
        page.outlet,
        notes,
    )


def _stated_date(text: str) -> str:
    """The date of a dateline ("GENEVA, 3 March 2022 - ...") or of a short line of its own near the top."""
    for line in [line.strip() for line in text[:2_000].split("\n") if line.strip()][:4]:
        found = _DATE.search(line[:DATELINE])
        if found and (len(line) <= DATELINE or re.match(r"\s*[-–—:]\s", line[found.end() :])):
            return found.group()
    return ""


def _form(data: bytes, source: str) -> str:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    ending = Path(source).suffix.lower()
    if ending in (".html", ".htm", ".xhtml") or re.match(
        rb"\s*<(?:!doctype|html|\?xml)", data[:512], re.IGNORECASE
    ):
        return "html"
    if ending == ".pdf":
        return "pdf"
    return "markdown" if ending in (".md", ".markdown") else "text"
