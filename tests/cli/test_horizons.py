"""The commands of other horizons: path, risk, resources; what they print and write, and what a user can get wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.cli.conftest import Run

from countervail.cli import show

SCENARIO = """\
name: Small front
world: {world}
senders: [EU, USA]
targets: RUS
sanctions:
  - embargo: {{by: [EU, USA], on: RUS, goods: GOODS, direction: export, leakage: 20 %, start: 2022-03}}
responses:
  - agreement: {{name: treaty, between: [RUS, CHN], saving: 4 %}}
  - substitution: {{name: own goods, by: RUS, goods: GOODS, rate: 2 %}}
"""


def widest(out: str) -> int:
    """The longest line of a page, but for the one that names the files."""
    return max(len(line) for line in out.splitlines() if not line.startswith("Files in"))


def test_path_prints_years_and_writes_all_tables(run: Run, scenario_file: Path) -> None:
    code, out, err = run("path", scenario_file, "--first", "long_run", "--years", "3", "--out", "here")
    assert (code, err) == (0, "")
    for part in (
        "The real income of Russia is",
        "2022",
        "2024",
        "all years together",
        "treaty",
        "own goods",
    ):
        assert part in out, part
    assert widest(out) <= show.PIPE_WIDTH
    names = {path.stem for path in Path("here").iterdir()}
    assert {
        "path",
        "path_summary",
        "path_responses",
        "path_halves",
        "path_economies",
        "path_parameters",
    } <= names
    assert len(pd.read_csv("here/path.csv").query("party_code == 'TARGETS'")) == 3
    record = json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))["path"]
    assert record["years"] == [2022, 2023, 2024]
    assert record["first_model"]["name"] == "long_run"


def test_risk_prints_the_tail_and_what_may_happen(run: Run, scenario_file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "hazards: [{name: drought, chance: 50 %, low: 10 %, high: 20 %, hits: productivity, goods: GOODS}]\n",
        encoding="utf-8",
    )
    code, out, err = run("risk", scenario_file, "--draws", "8", "--hazards", mine, "--out", "here")
    assert (code, err) == (0, "")
    for part in ("In the worst 5 % of years the real income of Russia falls by", "drought", "removed of"):
        assert part in " ".join(out.split()), part
    assert widest(out) <= show.PIPE_WIDTH
    assert len(pd.read_csv("here/risk.csv")) == 16


def test_resources_prints_five_findings(run: Run, scenario_file: Path) -> None:
    code, out, err = run("resources", scenario_file, "--out", "here")
    assert (code, err) == (0, "")
    for part in (
        "Of what Russia exports",
        "fits the imports of",
        "labour",
        "that producers in",
        "world exports",
    ):
        assert part in " ".join(out.split()), part
    assert widest(out) <= show.PIPE_WIDTH
    assert {"comparative_advantage", "factor_content", "competitiveness"} <= {
        p.stem for p in Path("here").iterdir()
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["path", "small.yaml", "--years", "none"], "CV461"),
        (["path", "small.yaml", "--years", "2024-2022"], "CV461"),
        (["path", "small.yaml", "--years", "1", "--closing", "2"], "CV462"),
        (["path", "small.yaml", "--years", "1", "--discount", "2"], "CV463"),
        (["path", "small.yaml", "--first", "shortrun"], "CV305"),
        (["risk", "small.yaml", "--draws", "0"], "CV464"),
        (["risk", "small.yaml", "--hazard", "flood"], "CV153"),
        (["risk", "small.yaml", "--hazards", "nowhere.yaml"], "CV101"),
        (["resources", "small.yaml", "--economies", "RUS,RUS"], "CV460"),
        (["resources", "small.yaml", "--economies", "RUS,Atlantis"], "Atlantis"),
        (["run", "small.yaml", "--set", "model.input_substitution=-1"], "CV151"),
        (["run", "small.yaml", "--set", "model.input_elasticity=1"], "CV150"),
        (["run", "small.yaml", "--set", "sanctions.0.full_by=2022-01"], "CV125"),
    ],
)
def test_what_a_user_gets_wrong_is_one_line_and_leaves_with_2(
    run: Run, scenario_file: Path, arguments: list[str], words: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("countervail: ")
    assert words in err


@pytest.mark.parametrize("command", ["run", "path"])
def test_a_world_without_factor_data_is_named(run: Run, tmp_path: Path, random_world, command: str) -> None:
    world = random_world(3, n=3, j=2)
    file = tmp_path / "mine.yaml"
    a, b = world.countries[:2]
    ban = f"embargo: {{by: {a}, on: {b}, leakage: 50 %}}"
    file.write_text(
        f"name: Mine\nworld: {world.save(tmp_path / 'mine.npz')}\nsenders: {a}\ntargets: {b}\nsanctions:\n  - {ban}\n"
        "model: {preset: short_run, capital_mobility: fixed}\n",
        encoding="utf-8",
    )
    code, out, err = run(command, file)
    assert (code, out) == (2, "")
    assert "CV312" in err
    assert err.count("\n") == 1
