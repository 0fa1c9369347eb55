"""How many pages a second the reader takes, against splitting the same text into words in the same run.

A page is 500 words. The text is that of the annotated reports, over and over.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from countervail.read.reading import read_text

WORDS_A_PAGE = 500
PAGES = 20
SETS = Path(__file__).parents[1] / "tests" / "read" / "annotated"


@pytest.fixture(scope="module")
def text() -> str:
    """Twenty pages of reports."""
    entries = yaml.safe_load((SETS / "develop.yaml").read_text(encoding="utf-8"))
    once = "\n\n".join(entry["text"] for entry in entries)
    words = len(once.split())
    return "\n\n".join([once] * (PAGES * WORDS_A_PAGE // words + 1))


@pytest.mark.benchmark(group="reading, 20 pages")
def test_read(benchmark, text):
    reading = benchmark.pedantic(read_text, args=(text,), rounds=5, warmup_rounds=1)
    assert len(reading.claims) > PAGES
    pages = len(text.split()) / WORDS_A_PAGE
    benchmark.extra_info["pages a second"] = round(pages / benchmark.stats["median"], 1)


@pytest.mark.benchmark(group="reading, 20 pages")
def test_split_into_words(benchmark, text):
    """The baseline: no reader can be faster than this."""
    benchmark.pedantic(text.split, rounds=5, warmup_rounds=1)
