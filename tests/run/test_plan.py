"""Plans: what a file says, what is refused, and that the order never depends on anything else."""

import pytest

from countervail.errors import CountervailError, OutputError
from countervail.run.plan import Plan, load_plan

GOOD = """\
name: Corridors
scenario: united-front
vary:
  - grid: {responses.0.saving: {from: 0, to: 20 %, steps: 5}, elasticity: [CP, FGO]}
  - sample: {draws: 8, of: {sanctions.0.leakage: {uniform: [10 %, 50 %]}}}
batch: 7
"""


def test_a_plan_counts_its_scenarios_and_cuts_them_into_batches():
    plan = Plan.from_yaml(GOOD)
    assert (plan.size, plan.batches) == (80, 12)
    assert [n for b in range(plan.batches) for n in plan.members(b)] == list(range(80))
    assert plan.point(79)["responses.0.saving"] == "20 %"
    assert plan.keys == ("responses.0.saving", "elasticity", "sanctions.0.leakage")


def test_the_fingerprint_changes_with_everything_that_decides_the_results():
    prints = {Plan.from_yaml(GOOD).fingerprint, Plan.from_yaml(GOOD).fingerprint}
    assert len(prints) == 1
    changes = [
        ("steps: 5", "steps: 6"),
        ("draws: 8", "draws: 9"),
        ("batch: 7", "batch: 8"),
        ("[CP, FGO]", "[FGO, CP]"),
        ("united-front", "energy-embargo"),
        ("vary:", "closure: share\nvary:"),
        ("vary:", "keep: [income]\nvary:"),
        ("vary:", "set: {responses.1.saving: 1 %}\nvary:"),
    ]
    for old, new in changes:
        prints.add(Plan.from_yaml(GOOD.replace(old, new)).fingerprint)
    assert len(prints) == 1 + len(changes)
    assert Plan.from_yaml(GOOD.replace("Corridors", "Lanes")).fingerprint in prints, "a title decides nothing"


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("batch: 7", "bach: 7", "CV420", "Did you mean 'batch'?"),
        ("batch: 7", "batch: 0", "CV420", "greater than or equal to 1"),
        ("batch: 7", "keep: [wages]", "CV420", "real_wage"),
        ("name: Corridors\n", "", "CV420", "lacks its field 'name'"),
        ("name: Corridors", "name: Corridors\nname: Lanes", "CV110", "stands twice"),
        ("- sample", "- smaple", "CV420", "Did you mean 'sample'?"),
        ("uniform: [10 %, 50 %]", "unifrom: [10 %, 50 %]", "CV420", "Did you mean 'uniform' or"),
        ("uniform: [10 %, 50 %]", "uniform: [50 %, 10 %]", "CV420", "the lower end first"),
        ("uniform: [10 %, 50 %]", "uniform: [some, 10 %]", "CV420", "A number is expected"),
        ("uniform: [10 %, 50 %]", "normal: [10 %]", "CV420", "a list of 2 numbers"),
        ("[CP, FGO]", "[CP, CP]", "CV421", "a value twice"),
        ("[CP, FGO]", "[]", "CV420", "a list of 1 to"),
        ("sanctions.0.leakage", "elasticity", "CV421", "vary 'elasticity'"),
        ("draws: 8", "draws: 0", "CV420", "greater than or equal to 1"),
        ("steps: 5", "steps: 90000", "CV420", ""),
        ("united-front", "untied-front", "CV101", "united-front"),
        ("batch: 7", "set: {responses.9.saving: 1 %}", "CV122", "responses"),
        ("vary:", "vari:", "CV420", "vary"),
        ("  - grid", "  grid", "CV102", ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(old, new, code, said):
    text = GOOD.replace(old, new)
    if "90000" in new:
        text = text.replace("draws: 8", "draws: 100000")
        code = "CV422"
    with pytest.raises(CountervailError) as caught:
        Plan.from_yaml(text, "plan.yaml")
    assert caught.value.code == code
    assert said in str(caught.value)


def test_errors_name_file_line_and_field():
    with pytest.raises(OutputError) as caught:
        Plan.from_yaml(GOOD.replace("uniform", "unifrom"), "plan.yaml")
    assert "plan.yaml:5" in caught.value.where
    assert "sanctions.0.leakage" in caught.value.where


@pytest.mark.parametrize(
    "block",
    [
        {"as": "blocs.front", "of": ["C0", "C0"]},
        {"as": "blocs.front", "of": [f"C{n}" for n in range(17)]},
        {"as": "blocs.front", "of": [f"C{n}" for n in range(4000)]},
        {"as": "blocs.front", "of": ["C0", "C2"], "least": 3},
        {"as": "blocs.front", "of": []},
    ],
)
def test_coalitions_that_make_no_sense(make_plan, block):
    with pytest.raises(OutputError) as caught:
        make_plan({"coalitions": block})
    assert caught.value.code in ("CV420", "CV421")


def test_a_coalition_of_one_candidate_is_a_plan(make_plan):
    assert make_plan({"coalitions": {"as": "blocs.front", "of": ["C0"]}}).size == 1


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match="CV420"):
        load_plan(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OutputError, match="CV420"):
        load_plan(tmp_path / "bytes.yaml")
