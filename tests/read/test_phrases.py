"""The pattern language of the rule files, and the rule files themselves."""

from __future__ import annotations

import pytest

from countervail.read.phrases import compiled, pattern_source
from countervail.read.rules import rule_file
from countervail.read.trials import TESTS


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("offset* the [bad] effects", "offsetting the\neffects"),
        ("offset* the [bad] effects", "Offset the bad effects"),
        ("[oil] embargo", "embargo"),
        ("[oil|coal] embargo", "coal embargo"),
        ("(cut|reduce)* ... losses", "reduces most of the losses"),
        ("mutual[ly] beneficial", "mutually beneficial"),
        ("# bcm", "38.5 bcm"),
        ("from SWIFT", "from SWIFT"),
        ("win-win", "win win"),
    ],
)
def test_a_phrase_matches(phrase, text):
    assert compiled([phrase]).fullmatch(text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("embargo", "embargoes"),
        ("from SWIFT", "from swift"),
        ("cut ... losses", "cut. The losses"),
        ("cut ... losses", "cut one two three four five six seven losses"),
    ],
)
def test_a_phrase_does_not_match(phrase, text):
    assert not compiled([phrase]).fullmatch(text)


def test_an_open_bracket_is_an_error():
    with pytest.raises(ValueError, match="not closed"):
        pattern_source("(a|b")


def test_every_testable_kind_has_a_test_and_every_other_a_reason():
    effects = rule_file("effects.yaml")
    assert {kind for kind, entry in effects.items() if "test" in entry} == set(TESTS)
    assert all(("test" in entry) != ("reason" in entry) for entry in effects.values())
    assert all(entry["title"] for entry in effects.values())


def test_every_measure_has_a_default_or_a_reason_to_be_left_out():
    defaults = rule_file("defaults.yaml")
    assert set(rule_file("measures.yaml")) <= set(defaults["measures"]) | set(defaults["left_out"])
