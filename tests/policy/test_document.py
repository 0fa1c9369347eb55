"""YAML in and out: what is read, what is refused, and on which line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.policy.document import MOST_BYTES, UnreadableText, read_value, read_yaml, write_yaml

WORDS = st.text(max_size=12)
SCALARS = st.one_of(
    WORDS, st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
)
DATA = st.recursive(
    SCALARS | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS.filter(lambda w: w.strip()), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("10 %", "10 %"),
        ("1e-3", 0.001),
        ("012", "012"),
        ("1:30", "1:30"),
        ("2022-03-01", "2022-03-01"),
        ("true", True),
        ("'true'", "true"),
        ("-4", -4),
        ("~", None),
        ("[EU27, NO]", ["EU27", "NO"]),
    ],
)
def test_words_stay_words(text, value):
    assert read_value(text) == value


def test_lines_are_those_people_see():
    text = "name: x\nsanctions:\n  - embargo:\n      by: USA\n      on: [RUS,\n        BLR]\n"
    text += "  - tariff: {by: USA}\n"
    _, lines = read_yaml(text)
    assert lines["sanctions", 0] == 3
    assert lines["sanctions", 0, "on"] == 5
    assert lines["sanctions", 0, "on", 1] == 6
    assert lines["sanctions", 1, "by"] == 7


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: [1, 2", 2, "does not parse"),
        ("a: 1\nb: c: d", 2, "does not parse"),
        ("a:\n\t- b", 2, "does not parse"),
        ("a: &x 1\nb: *x", 1, "anchor"),
        ("a: *x", 1, "alias"),
        ("a: 1\nb: !!python/object:os.system x", 2, "tag"),
        ("a: 1\n---\nb: 2", 2, "several documents"),
        ("a: 1\nb: 2\na: 3", 3, "twice"),
        ("? [a]\n: 1", 1, "without a name"),
        ("a: " + "[" * 40 + "]" * 40, 1, "deep"),
        ("a: 1\nb: \x00", 2, "character"),
    ],
)
def test_what_is_refused_and_where(text, line, word):
    with pytest.raises(UnreadableText) as caught:
        read_yaml(text)
    assert caught.value.line == line
    assert word in caught.value.what
    assert caught.value.next_step


def test_a_long_text_is_refused_before_it_is_parsed():
    with pytest.raises(UnreadableText, match="too long"):
        read_yaml("a" * (MOST_BYTES + 1))


@given(st.dictionaries(WORDS.filter(lambda w: w.strip()), DATA, max_size=4))
def test_what_is_written_reads_back(data):
    assert read_yaml(write_yaml(data))[0] == (data or {})
