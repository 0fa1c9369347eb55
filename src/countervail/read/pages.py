"""Text out of HTML, Markdown and PDF. Nothing in a document is executed or fetched."""

from __future__ import annotations

import io
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from countervail.errors import ReadError
from countervail.read import limits

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_VOID, _BLOCKS, _HIDDEN = (
    frozenset(re.findall(r"\w+", names))
    for names in (
        "area base br col embed hr img input link meta param source track wbr",
        "p div li ul ol h1 h2 h3 h4 h5 h6 tr table section article blockquote br header footer dd dt pre figure",
        "script style noscript template svg head iframe object form nav",
    )
)
FEW_LETTERS = 200


@dataclass(frozen=True)
class Page:
    """Text with what its container says about it; "" where it says nothing."""

    text: str
    title: str = ""
    date: str = ""
    outlet: str = ""


def from_html(html: str, where: str) -> Page:
    """The article of a page: what stands between menus and footers, with title, date and outlet.

    Raises:
        ReadError: CV504 a page built to hold up whoever parses it; CV506 the extra is missing; CV503 no text.
    """
    _refuse_bombs(html, where)
    try:
        import trafilatura
    except ImportError:
        raise missing_extra("HTML", where) from None
    found: Any = trafilatura.bare_extraction(
        html,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params={"extensive_search": False, "original_date": True},  # stated, never guessed
    )
    plain = _Plain.of(html)
    text = _field(found, "text")
    if len(text) < FEW_LETTERS or len(text) < 0.3 * len(plain.text):
        # a short page, or one whose article cannot be told from the rest: all of its text
        text = plain.text
    title = _field(found, "title") or plain.title
    if title and not text.startswith(title):
        text = f"{title}\n\n{text}"
    return Page(text, title, _field(found, "date"), _field(found, "sitename"))


def _field(found: Any, name: str) -> str:
    """A field of what the extractor found, "" where it found none."""
    return str(getattr(found, name, None) or "")


def from_markdown(source: str, where: str) -> Page:
    """The text of Markdown without its marks; title and date from its front matter or first heading.

    Raises:
        ReadError: CV506 the extra is missing.
    """
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise missing_extra("Markdown", where) from None
    front = re.match(r"---\n(.*?)\n---\n", source, re.DOTALL)
    fields = (
        dict(re.findall(r"^(title|date|outlet|source):\s*[\"']?(.*?)[\"']?\s*$", front.group(1), re.M))
        if front
        else {}
    )
    lines, title, item, heading = [], fields.get("title", ""), False, False
    for token in MarkdownIt("commonmark").parse(source[front.end() :] if front else source):
        if token.type in ("list_item_open", "heading_open"):
            item, heading = token.type == "list_item_open", token.type == "heading_open"
        elif token.type == "inline":
            text = "".join(
                "\n" if child.type == "hardbreak" else " " if child.type == "softbreak" else child.content
                for child in token.children or ()
                if child.type in ("text", "code_inline", "softbreak", "hardbreak")
            )
            if heading and not title:
                title = text
            lines.append(f"- {text}" if item else text)
            item = heading = False
    return Page(
        "\n\n".join(lines),
        title,
        fields.get("date", ""),
        fields.get("outlet", "") or fields.get("source", ""),
    )


def from_pdf(data: bytes, where: str) -> Page:
    """The text of a PDF, page by page.

    Raises:
        ReadError: CV502 too many pages or too slow; CV503 locked or scanned; CV506 the extra is missing; CV507 damaged.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise missing_extra("PDF", where) from None
    until = time.monotonic() + limits.MOST_SECONDS
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise limits.nothing_there(where, "a locked PDF")
        if len(reader.pages) > limits.MOST_PAGES:
            raise limits.too_large(where, f"{len(reader.pages):,} pages", f"at most {limits.MOST_PAGES:,}")
        parts: list[str] = []
        for page in reader.pages:
            parts.append(page.extract_text())
            if time.monotonic() > until or sum(map(len, parts)) > limits.MOST_CHARACTERS:
                raise limits.too_large(
                    where, f"more than page {len(parts)} within the limits", "less text or simpler pages"
                )
        about = reader.metadata
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
    ) as error:
        raise ReadError(
            "CV507",
            "The PDF is damaged",
            where=where,
            found=type(error).__name__,
            expected="a PDF that opens",
            next_step="Open it in a viewer and save it again, or copy its text into a file.",
        ) from None
    text = "\n\n".join(_joined(part) for part in parts)
    if not text.strip():
        raise limits.nothing_there(where, "a PDF without text, perhaps scanned")
    title = str(about.title or "") if about else ""
    return Page(text, str(title).strip(), _pdf_date(str(about.get("/CreationDate", "")) if about else ""), "")


def missing_extra(kind: str, where: str) -> ReadError:
    """CV506: what reads this kind of document is not installed."""
    return ReadError(
        "CV506",
        f"What reads {kind} is not installed",
        where=where,
        expected="the extra [read]",
        next_step="Install it with pip install 'countervail[read]', or give the document as plain text.",
    )


def _pdf_date(text: str) -> str:
    found = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", text)
    return f"{found[1]}-{found[2]}-{found[3]}" if found else ""


def _joined(page: str) -> str:
    """Lines of a page put together into paragraphs; a short line before a capital letter is the last of its own."""
    page = re.sub(r"(\w)-\n(?=[a-z])", r"\1", page)
    lines = [line.strip() for line in page.split("\n")]
    width = max((len(line) for line in lines), default=0)
    out = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        short = len(line) < 0.75 * width and (following[:1].isupper() or following[:1] in '"“')
        out += line + ("\n" if not line or short or not following else " ")
    return "\n".join(part.strip() for part in out.split("\n") if part.strip())


def _refuse_bombs(html: str, where: str) -> None:
    """A page with entities of its own, too many tags, or tags too deep in one another."""
    if re.search(r"<!ENTITY", html[:100_000], re.IGNORECASE):
        raise limits.no_running_text(where, "a page that defines entities of its own")
    depth = deepest = count = 0
    for match in _TAG.finditer(html):
        count += 1
        if match.group(2).lower() in _VOID or match.group(3):
            continue
        depth = max(depth - 1, 0) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
        if count > limits.MOST_TAGS:
            raise limits.no_running_text(where, f"more than {limits.MOST_TAGS:,} tags")
    if deepest > limits.MOST_DEPTH:
        raise limits.no_running_text(where, f"tags {deepest:,} deep in one another")


class _Plain(HTMLParser):
    """All visible text of a page, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self.in_title = False
        self.title = ""

    @classmethod
    def of(cls, html: str) -> Page:
        """The page's text and title."""
        parser = cls()
        parser.feed(html)
        parser.close()
        lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
        return Page("\n\n".join(line for line in lines if line), " ".join(parser.title.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_title = tag == "title"
        self.hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.in_title = False
        if tag in _HIDDEN:
            self.hidden = max(self.hidden - 1, 0)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data
        elif not self.hidden:
            self.parts.append(data.replace("\n", " "))
