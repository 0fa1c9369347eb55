"""Bytes to characters: UTF-8, marks of order, declared and guessed legacy encodings."""

from __future__ import annotations

import codecs
import re

SAMPLE = 65_536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE
)


def decoded(data: bytes, *, html: bool = False) -> tuple[str, str]:
    """The characters, and the encoding they were in.

    UTF-8 where the bytes are valid UTF-8 (without exception, it is never so by chance), then what the page declares,
    then the likeliest by its letters, and Windows-1252 where nothing else fits.

    Example:
        >>> decoded("café".encode("latin-1"))[0]
        'café'
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace"), name.removesuffix("-sig")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if html and (found := _DECLARED.search(data[:2048])):
        name = found.group(1).decode("ascii")
        try:
            return data.decode(name), name.lower()
        except (LookupError, UnicodeDecodeError):
            pass
    return _guessed(data)


def _guessed(data: bytes) -> tuple[str, str]:
    """English in a legacy encoding has few letters beyond ASCII: Windows-1252 unless most of them are foreign."""
    foreign = sum(byte >= 0xC0 for byte in data[:SAMPLE])
    letters = sum(65 <= byte <= 122 for byte in data[:SAMPLE])
    if foreign > letters:
        return data.decode("cp1251", errors="replace"), "cp1251"
    return data.decode("cp1252", errors="replace"), "cp1252"
