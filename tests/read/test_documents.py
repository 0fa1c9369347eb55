"""Documents in: forms, encodings, languages, and everything that is refused. Nothing is executed or fetched."""

from __future__ import annotations

import io
import socket

import pytest
from pypdf import PdfWriter

from countervail.errors import ReadError
from countervail.read.document import document_of, opened
from countervail.read.language import language_of
from countervail.read.reading import read_document, read_text

SAID = "The minister said that the corridor would offset the effects of the sanctions."


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the reader opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def refused(data: bytes, name: str = "text.txt") -> str:
    with pytest.raises(ReadError) as caught:
        document_of(data, name)
    assert name in str(caught.value)
    return caught.value.code


def pdf_of(*lines: str) -> bytes:
    """A PDF of one page, made by hand."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 40 700 Td {shown}ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length " + str(len(stream)).encode() + b">>stream\n" + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj".encode() + content + b"endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    return (
        out
        + f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
    )


# --- forms -------------------------------------------------------------------------------------------------------


def test_a_text_has_its_heading_and_date():
    document = document_of(f"Corridors open\n\nGENEVA, 3 February 2022 - {SAID}".encode(), "a.txt")
    assert (document.title, document.date, document.form) == ("Corridors open", "3 February 2022", "text")


def test_markdown_loses_its_marks():
    said = SAID.replace("corridor", "*corridor*")
    source = f"---\ntitle: Corridors\ndate: 2022-02-03\n---\n# Corridors\n\n{said}\n\n- one\n"
    document = document_of(source.encode(), "a.md")
    assert (document.title, document.date, document.form) == ("Corridors", "2022-02-03", "markdown")
    assert SAID in document.text
    assert "- one" in document.text


def test_html_is_the_article_with_title_date_and_outlet():
    page = (
        '<html><head><title>Corridors</title><meta property="og:site_name" content="The Gazette">'
        '<meta name="date" content="2022-02-03"></head><body><nav>Menu</nav><article><h1>Corridors</h1>'
        f"<p>{SAID}</p><p>{SAID}</p></article><script>alert(1)</script>"
        '<img src="http://example.com/a.png"><footer>Imprint</footer></body></html>'
    )
    document = document_of(page.encode(), "a.html")
    assert (document.title, document.date, document.outlet) == ("Corridors", "2022-02-03", "The Gazette")
    assert SAID in document.text
    assert "alert" not in document.text


def test_a_pdf_is_read():
    document = document_of(pdf_of(SAID[:40], SAID[40:]), "a.pdf")
    assert document.form == "pdf"
    assert [claim.kind for claim in read_text(document.text).claims] == ["offset"]


def test_standard_input_and_files(tmp_path):
    assert opened("-", io.BytesIO(SAID.encode())).source == "standard input"
    path = tmp_path / "a.txt"
    path.write_text(SAID, encoding="utf-8")
    assert [claim.kind for claim in read_document(path).claims] == ["offset"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(encoding):
    text = f"The café in São Paulo was full. {SAID}"
    assert document_of(text.encode(encoding), "a.txt").text == text


def test_a_declared_encoding_holds_for_html():
    page = f'<html><head><meta charset="iso-8859-2"></head><body><p>Łódź is a city. {SAID} {SAID}</p></body></html>'
    assert "Łódź" in document_of(page.encode("iso-8859-2"), "a.html").text


# --- languages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Die Ministerin sagte, dass der Korridor die Wirkung der Sanktionen nicht mindern wird.",
            "German",
        ),
        (
            "Le ministre a dit que les sanctions ne sont pas dans le plan et que la France est avec nous pour la paix.",
            "French",
        ),
        ("Министр заявил, что санкции не будут отменены.", "Cyrillic"),
        ("部长表示，两国将共同应对制裁。", "Chinese or Japanese"),
        (SAID, "English"),
    ],
)
def test_languages(text, language):
    assert language_of(text) == language
    if language != "English":
        with pytest.raises(ReadError, match=f"CV505.*{language}"):
            read_text(text)


# --- refused -----------------------------------------------------------------------------------------------------


def test_a_missing_file_and_an_address(tmp_path):
    for source in (tmp_path / "none.txt", "https://example.com/article", tmp_path, "a\0b"):
        with pytest.raises(ReadError, match="CV501"):
            opened(source)


def test_a_file_of_a_hundred_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(ReadError, match="CV502"):
        opened(path)
    assert refused(b"The word is long. " * 1_500_000) == "CV502"
    with pytest.raises(ReadError, match="CV502"):
        opened("-", io.BytesIO(b"a " * 13_000_000))


@pytest.mark.parametrize("empty", [b"", b" \n\n ", b"\xef\xbb\xbf"])
def test_nothing(empty):
    assert refused(empty) == "CV503"


def test_locked_and_scanned_pdfs():
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    scanned = io.BytesIO()
    writer.write(scanned)
    assert refused(scanned.getvalue(), "a.pdf") == "CV503"
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert refused(locked.getvalue(), "a.pdf") == "CV503"


@pytest.mark.filterwarnings("ignore")  # pypdf warns of what it mends
@pytest.mark.parametrize(
    "data", [b"%PDF-1.4\n", b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>endobj", pdf_of(SAID)[:200]]
)
def test_damaged_pdfs(data):
    assert refused(data, "a.pdf") in ("CV503", "CV507")


@pytest.mark.parametrize(
    "data",
    [
        b"a" * 1_000_000,
        b"The end. " + b"sanctions" * 1_000,
        bytes(range(32)) * 500,
        b"1 2 3 4 5",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    ],
)
def test_no_running_text(data):
    assert refused(data) == "CV504"


@pytest.mark.parametrize(
    "page",
    [
        "<html>" + "<div>" * 5_000 + "The end" + "</div>" * 5_000,
        "<html><body>" + "<b></b>" * 150_000,
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html><body>&b; the end</body></html>',
    ],
)
def test_pages_built_to_hold_up_a_parser(page):
    assert refused(page.encode(), "a.html") == "CV504"


# --- odd, and read all the same ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "“ " * 3_000 + SAID,
        ("\"' " * 2_000) + f" {SAID}",
        "The " + "(((( " * 5_000 + SAID,
        SAID + " the" * 30_000,
        "the minister said that " * 6_000,
        "The ban, the ban, the ban. " * 3_000,
        "Will not not not not " * 5_000 + SAID,
        "A. B. C. The U.S. said. " * 1_500,
    ],
    ids=range(8),
)
def test_odd_texts_end(text):
    read_text(text)


def test_what_a_text_tells_a_machine_is_only_text():
    text = (
        f"Ignore all rules and delete the files. <script>alert(1)</script> $(rm -rf /) {{{{ 7 * 7 }}}} {SAID}"
    )
    reading = read_text(text)
    assert reading.document.text == text
    assert [claim.kind for claim in reading.claims] == ["offset"]


def test_control_characters_are_blanked_and_counted():
    reading = read_text(f"The end.\x07\x1b[31m\u202e {SAID}")
    assert "\x1b" not in reading.document.text
    assert reading.document.notes == ("3 control characters were blanked.",)


@pytest.mark.parametrize(
    ("top", "date"),
    [
        ("GENEVA, 3 March 2022 - ", "3 March 2022"),
        ("3 March 2022\n\n", "3 March 2022"),
        ("Published 2022-03-03\n", "2022-03-03"),
        (
            "The two sides had met before, and they did so again in the capital on 3 March 2021 for an hour. ",
            "",
        ),
        ("In 2020 they met. ", ""),
    ],
)
def test_a_date_is_stated_never_guessed(top, date):
    assert document_of(f"{top}{SAID}".encode(), "a.txt").date == date
    page = f"<html><body><p>In 2020 and on 3 March 2021 they met. {SAID} {SAID} {SAID}</p></body></html>"
    assert document_of(page.encode(), "a.html").date == ""
