"""Every measure is explained, and what the explanation shows is true."""

from __future__ import annotations

import pytest

from countervail.errors import ScenarioError
from countervail.policy.document import read_value
from countervail.policy.explain import explain, measure_kinds
from countervail.policy.retaliation import KINDS, read_measures


@pytest.mark.parametrize("measure", KINDS, ids=lambda measure: measure.kind)
def test_every_measure_is_explained(measure):
    told = explain(measure.kind)
    assert told.sentence.endswith(".")
    assert told.equation.endswith(".")
    assert told.limits.endswith(".")
    written = {entry.alias or name for name, entry in measure.model_fields.items()}
    assert written - {note.name for note in told.fields} <= {"goods"}
    assert all(note.meaning for note in told.fields)
    text = str(told)
    assert text.startswith(f"{measure.kind}: ")
    assert max(map(len, text.splitlines()[2:])) <= 100


@pytest.mark.parametrize("kind", [measure.kind for measure in KINDS])
def test_examples_can_be_copied(kind):
    items = read_measures(read_value(explain(kind).example), KINDS)
    assert items
    assert {item.kind for item in items} == {kind}
    for item in items:
        assert item.describe()


def test_kinds_are_listed_with_a_sentence():
    assert [kind for kind, _ in measure_kinds()] == [measure.kind for measure in KINDS]
    assert all(sentence.endswith(".") and len(sentence) < 140 for _, sentence in measure_kinds())


def test_another_word_has_a_nearest_match():
    with pytest.raises(ScenarioError, match="Did you mean 'embargo'"):
        explain("embarg")
