"""Hazards: the named set, files of one's own, and what is refused, with its place."""

import pytest

from countervail.errors import ScenarioError
from countervail.policy.hazard import HAZARDS, Hazard, hazards_from, hazards_named, read_hazards

FILE = """\
hazards:
  - {name: drought, chance: 20 %, low: 10 %, high: 0.3, hits: productivity, goods: A01, economies: [IND, PAK]}
  - name: strait
    chance: 0.05
    low: 5 %
    high: 150 %
    hits: trade_cost
    strikes: all
    source: a guess
"""


def test_the_named_set_says_what_is_assumed():
    assert [hazard.name for hazard in HAZARDS] == ["harvest", "energy price", "port closure", "pandemic"]
    assert all(hazard.source for hazard in HAZARDS)
    assert [h.name for h in HAZARDS if not h.source.startswith("assumption")] == ["energy price"]
    assert hazards_named(["pandemic"]) == (HAZARDS[3],)
    assert hazards_named() == HAZARDS
    with pytest.raises(ScenarioError, match="pandemic") as caught:
        hazards_named(["pandemy"])
    assert caught.value.code == "CV153"


def test_a_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE, encoding="utf-8")
    drought, strait = read_hazards(path)
    assert drought == Hazard("drought", 0.2, 0.1, 0.3, "productivity", "all", ("A01",), ("IND", "PAK"))
    assert (strait.high, strait.source, strait.goods) == (1.5, "a guess", ("all",))


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("20 %", "120 %", "CV152", ":2, hazards[0].chance"),
        ("low: 10 %", "low: 40 %", "CV152", "hazards[0].high"),
        ("high: 0.3", "high: 99 %", "CV152", "0.95"),
        ("hits: productivity", "hits: prices", "CV152", "trade_cost"),
        ("strikes: all", "strikes: some", "CV152", ":3, hazards[1].strikes"),
        ("name: drought, ", "", "CV154", "lacks its name"),
        ("source: a guess", "sauce: a guess", "CV154", "source"),
        ("low: 5 %", "low: little", "CV106", ":3, hazards[1].low"),
        ("economies: [IND, PAK]", "economies: []", "CV117", "hazards[0].economies"),
        (FILE, "hazards: none", "CV154", "list"),
        (FILE, "- [", "CV102", "mine.yaml"),
    ],
)
def test_what_makes_no_sense_is_refused_in_its_place(tmp_path, old, new, code, words):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_hazards(path)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        read_hazards(tmp_path / "none.yaml")
    assert caught.value.code == "CV101"


def test_in_python_too():
    with pytest.raises(ScenarioError, match="chance"):
        Hazard("x", 2.0, 0.1, 0.2, "productivity")
    with pytest.raises(ScenarioError, match="mapping"):
        hazards_from([3])
    assert hazards_from([HAZARDS[0]]) == (HAZARDS[0],)
