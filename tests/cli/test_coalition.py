"""The commands of coalitions and dependence: what they print and write, and what a user can get wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.cli.conftest import Run

SCENARIO = """\
name: Small front
world: {world}
senders: [EU, USA]
targets: RUS
sanctions:
  - embargo: {{by: [EU, USA], on: RUS, goods: GOODS, leakage: 20 %}}
responses:
  - agreement: {{name: treaty, between: [RUS, CHN], saving: 4 %}}
"""


def test_coalition_prints_and_writes(run: Run, scenario_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--candidates", "CHN", "--potential", "--burden", "--floor", "-0.3", "--parties", "--out", out)
    code, printed, errors = run("coalition", scenario_file, *options)
    assert (code, errors) == (0, "")
    for words in (
        "of the harm: Russia loses",
        "China's joining would make it",
        "of what an embargo by the same senders",
        "of what all the world would do",
        "Equal burdens would take",
        "ot on an equal basis",
    ):
        assert words in " ".join(printed.split())
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["coalition_values"]["members"] == ["EU", "USA"]
    table = pd.read_csv(out / "burden_sharing.csv")
    assert table["equal_transfer_million_usd"].sum() == pytest.approx(0, abs=1e-3)


def test_alignment_and_layers(run: Run, scenario_file: Path) -> None:
    code, printed, _ = run("alignment", scenario_file)
    assert code == 0
    assert "A heuristic, not an estimate" in " ".join(printed.split())
    code, printed, _ = run("layers", "RUS", "CHN", "--after", scenario_file)
    assert code == 0
    assert "After the scenario Russia needs China more" in " ".join(printed.split())


def test_dependence_exposure_and_products(run: Run, world_file: Path) -> None:
    code, printed, _ = run("dependence", "EU", "--world", world_file)
    assert code == 0
    assert "where extraction says" in " ".join(printed.split())
    code, printed, _ = run("exposure", "RUS", "--world", world_file)
    assert "is most exposed to Russia" in printed
    code, printed, _ = run("products", "RUS", "--world", world_file, "--direction", "import")
    assert code == 0
    assert "would hurt Russia most" in printed


def test_corridors(run: Run, scenario_file: Path) -> None:
    code, printed, _ = run("corridors", scenario_file, "--restored", 5, "--goods", "GOODS")
    assert code == 0
    assert "lost essentials for" in " ".join(printed.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("coalition", "{file}", "--members", "EU,RUS"), "CV411"),
        (("coalition", "{file}", "--members", "EU"), "CV412"),
        (("coalition", "{file}", "--burden", "--floor", "5"), "CV483"),
        (("alignment", "{file}", "--year", "1950"), "CV417"),
        (("layers", "RUS", "RUS"), "CV419"),
        (("exposure", "Atlantis"), "CV111"),
        (("exposure", ","), "CV117"),
        (("products", "RUS", "--direction", "sideways"), "CV405"),
        (("corridors", "{file}", "--restored", "150", "--goods", "GOODS"), "CV481"),
    ],
)
def test_bad_input_ends_with_two(
    run: Run, scenario_file: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, _, errors = run(*(scenario_file if item == "{file}" else item for item in arguments))
    assert code == 2
    assert said in errors
    assert "Traceback" not in errors
