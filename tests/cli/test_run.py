"""The command line: what is printed and written, exit codes, and what a user can get wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from tests.cli.conftest import Run

from countervail import __version__
from countervail.analysis import ledger as ledgers
from countervail.cli import ledger_page, show
from countervail.policy.scenario import Scenario

SCENARIO = """\
name: Small front
story: A made-up case. It stands for nothing.
world: {world}
blocs: {{west: [EU, USA]}}
sanctions:
  - embargo: {{by: west, on: RUS, goods: GOODS, direction: export, leakage: 20 %}}
  - friction: {{by: [EU, CHN], on: RUS, rate: 6 %, kind: payments}}
senders: west
responses:
  - agreement: {{name: treaty, between: [RUS, CHN], saving: 4 %}}
  - payments: {{name: own money, between: [RUS, CHN], removes: 50 %}}
  - boycott: {{name: words, by: CHN, on: USA}}
"""


# --- run -----------------------------------------------------------------------------------------------


def test_run_prints_the_finding_first_and_writes_everything(run: Run, scenario_file: Path) -> None:
    code, out, err = run("run", scenario_file)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Russia loses ")
    for part in (
        "Who pays", "What each response wins back for Russia", "Range over 9 sets", "Break-even",
        "Cost ratio", "Senders", "Partners", "World (5)", "no channel",
        "equilibria converged; largest residual", "Files in",
    ):  # fmt: skip
        assert part in out, part
    assert "\x1b" not in out
    assert max(map(len, lines)) <= show.PIPE_WIDTH
    folder = Path("results/small-front")
    names = {path.name for path in folder.iterdir()}
    tables = (
        "ledger", "ledger_by_economy", "response_views", "cost_ratio", "elasticity_sets", "break_even",
        "welfare", "groups", "economies", "sectors", "trade_by_pair", "world",
    )  # fmt: skip
    assert names == {
        "scenario.yaml", "manifest.json", "trade.parquet",
        *(f"{table}{suffix}" for table in tables for suffix in (".csv", ".parquet")),
    }  # fmt: skip
    for name in names:
        assert name.partition(".")[0] in out
    for table in tables:
        read, stored = pd.read_csv(folder / f"{table}.csv"), pd.read_parquet(folder / f"{table}.parquet")
        assert list(read) == list(stored)
        assert len(read) == len(stored)


def test_the_manifest_says_how_to_get_the_same_again(run: Run, scenario_file: Path, world_file: Path) -> None:
    assert (
        run("run", scenario_file, "--set", "responses.treaty.saving=5 %", "--no-range", "--out", "first")[0]
        == 0
    )
    record = json.loads(Path("first/manifest.json").read_text(encoding="utf-8"))
    assert record["versions"]["countervail"] == __version__
    assert {"python", "numpy", "numba"} <= set(record["versions"])
    assert record["settings"]["set"] == ["responses.treaty.saving=5 %"]
    assert record["world"]["base_year"] == 2021
    assert record["convergence"]["residual"] < 1e-9
    assert record["ledger"]["elasticity_sets"] is None
    assert {"load", "solve", "tables"} <= set(record["seconds"])
    solved = Scenario.from_yaml(Path("first/scenario.yaml").read_text(encoding="utf-8"))
    assert solved.responses[0].saving == 0.05
    assert run("run", "first/scenario.yaml", "--no-range", "--out", "second")[0] == 0
    again = json.loads(Path("second/manifest.json").read_text(encoding="utf-8"))
    assert again["ledger"]["fingerprint"] == record["ledger"]["fingerprint"]
    for name in ("welfare.csv", "ledger.csv", "trade.parquet"):
        assert again["files"][name] == record["files"][name]


def test_no_range_leaves_the_range_out(run: Run, scenario_file: Path) -> None:
    code, out, _ = run("run", scenario_file, "--no-range")
    assert code == 0
    assert "Range over" not in out
    assert "across estimates" not in out
    assert not Path("results/small-front/elasticity_sets.csv").exists()


def test_settings_elasticity_and_closure_reach_the_model(run: Run, scenario_file: Path) -> None:
    options = ("--elasticity", "CP", "--closure", "share", "--no-range")
    code, out, _ = run("ledger", scenario_file, *options, "--set", "name=Other")
    assert code == 0
    assert "Other on icio2021-5x2 (base year 2021, CP elasticities), long run, closure share" in out


def test_unwritable_folder_is_found_before_any_solving(
    run: Run, scenario_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("solved although the result cannot be written")

    monkeypatch.setattr(ledgers, "offset_ledger", never)
    Path("taken").write_text("mine", encoding="utf-8")
    for command in ("run", "ledger"):
        code, out, err = run(command, scenario_file, "--out", "taken/below")
        assert (code, out) == (2, "")
        assert err.startswith("countervail: CV401 taken/below: ")
        assert err.count("\n") == 1
    assert Path("taken").read_text(encoding="utf-8") == "mine"


# --- ledger, compare -----------------------------------------------------------------------------------


def test_ledger_writes_only_where_told(run: Run, scenario_file: Path) -> None:
    assert run("ledger", scenario_file, "--no-range")[0] == 0
    assert not Path("results").exists()
    code, out, _ = run("ledger", scenario_file, "--no-range", "--out", "mine")
    assert code == 0
    assert "Files in mine" in out
    names = {path.name for path in Path("mine").iterdir()}
    assert "ledger.csv" in names
    assert "welfare.csv" not in names


def test_compare(run: Run, scenario_file: Path) -> None:
    other = Path("other.yaml")
    text = scenario_file.read_text(encoding="utf-8").replace("leakage: 20 %", "leakage: 60 %")
    other.write_text(text.replace("Small front", "Milder front"), encoding="utf-8")
    code, out, err = run("compare", scenario_file, other, "--out", "difference")
    assert (code, err) == (0, "")
    assert out.startswith("A is Small front on ")
    assert "Worse off in A than in B" in out
    assert "Russia" in out
    table = pd.read_csv("difference/welfare_difference.csv")
    assert table["difference_percentage_points"].iloc[0] < 0
    assert table["code"].iloc[0] == "RUS"


def test_compare_needs_one_world(run: Run, scenario_file: Path) -> None:
    code, _, err = run("compare", scenario_file, "us-china-tariffs-25")
    assert code == 2
    assert "CV406" in err
    assert "--world" in err


# --- lists ---------------------------------------------------------------------------------------------


def test_worlds(run: Run, world_file: Path) -> None:
    code, out, _ = run("worlds")
    assert code == 0
    assert "icio2021" in out
    assert "FGO" in out
    code, out, _ = run("worlds", "icio2021")
    assert code == 0
    assert "RUS Russia" in out
    assert "Inside ROW: Afghanistan" in out
    assert "oil_gas" in out
    assert run("worlds", world_file)[0] == 0


def test_scenarios_and_explain(run: Run) -> None:
    code, out, _ = run("scenarios")
    assert "were not opened" in " ".join(out.split())
    assert code == 0
    assert "united-front" in out
    code, out, _ = run("explain")
    assert code == 0
    assert "embargo" in out
    assert "corridor" in out
    code, out, _ = run("explain", "embargo")
    assert code == 0
    assert "leakage" in out
    code, _, err = run("explain", "embrago")
    assert code == 2
    assert "embargo" in err


def test_the_schema_can_be_saved(run: Run) -> None:
    code, out, _ = run("scenarios", "--schema")
    assert code == 0
    schema = json.loads(out)
    assert schema["title"] == "A countervail scenario"
    assert "price_cap" in schema["$defs"]


def test_several_scenarios_in_one_argument(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "one.yaml", tmp_path / "two.yaml"
    first.write_text("name: One\nworld: icio2021\nsanctions:\n  - embargo: {by: USA, on: RUS, goods: coal}\n")
    second.write_text("name: Both\nsanctions:\n  - tariff: {by: USA, on: RUS, rate: 10 %}\n")
    code, out, _ = run("run", f"{first}, {second}", "--no-range", "--out", str(tmp_path / "out"))
    assert code == 0
    assert "Both" in out
    written = (tmp_path / "out" / "scenario.yaml").read_text(encoding="utf-8")
    assert "embargo" in written
    assert "tariff" in written
    code, _, err = run("run", f"{first},nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in err


# --- bad input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "untied-front"], "united-front"),
        (["run", "missing.yaml"], "missing.yaml"),
        (["ledger", "small.yaml", "--world", "icio2020"], "icio2021"),
        (["ledger", "small.yaml", "--world", "lost.npz"], "lost.npz"),
        (["ledger", "small.yaml", "--elasticity", "FG0"], "FGO"),
        (["ledger", "small.yaml", "--model", "medium"], "long_run"),
        (["ledger", "small.yaml", "--closure", "open"], "CV407"),
        (["ledger", "small.yaml", "--set", "responses.0.saving"], "CV405"),
        (["ledger", "small.yaml", "--set", "=5"], "CV405"),
        (["ledger", "small.yaml", "--set", "responses.9.saving=5 %"], "responses"),
        (["ledger", "small.yaml", "--set", "responses.0.saving=120 %"], "saving"),
        (["ledger", "small.yaml", "--set", "sanctions.0.on=RUX"], "RUX"),
        (["worlds", "icio1999"], "icio"),
    ],
)
def test_bad_input_is_one_clear_message(
    run: Run, scenario_file: Path, arguments: list[str], said: str
) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("countervail: CV")
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_damaged_world_file(run: Run, scenario_file: Path) -> None:
    Path("bad.npz").write_bytes(b"PK\x03\x04 not a world")
    code, _, err = run("ledger", scenario_file, "--world", "bad.npz")
    assert code == 2
    assert "bad.npz" in err


def test_messages_cannot_steer_the_terminal(run: Run, scenario_file: Path) -> None:
    code, _, err = run("ledger", scenario_file, "--set", "sanctions.0.on=\x1b[31mRUS")
    assert code == 2
    assert "\x1b" not in err


def test_unknown_option_shows_usage(run: Run) -> None:
    code, _, err = run("run", "--nonsense")
    assert code == 2
    assert "nonsense" in err


def test_interrupted(run: Run, scenario_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledgers, "offset_ledger", stop)
    code, _, err = run("run", scenario_file)
    assert code == 130
    assert "Traceback" not in err
    assert not Path("results").exists()


# --- the page ------------------------------------------------------------------------------------------


def test_many_responses_get_tables_of_their_own(
    run: Run, scenario_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_page, "OTHER_WIDTH", 95)
    code, out, _ = run("ledger", scenario_file, "--no-range")
    assert code == 0
    assert "Senders: part of each response, %" in out


def test_progress_only_where_somebody_looks() -> None:
    with show.progress(quiet=True) as told:
        assert told is None
    with show.progress(quiet=False) as told:  # standard error is no terminal under test
        assert told is None


def test_a_bar_appears_late_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with show.progress(quiet=False) as told:
        assert told is not None
        told("quick", 1, 2)
    monkeypatch.setattr(show, "PATIENCE", 0.0)
    with show.progress(quiet=False) as told:
        assert told is not None
        told("slow", 1, 2)
        told("open end", 3, 0)


# --- as a program --------------------------------------------------------------------------------------


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from countervail.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, env={**os.environ, **environment}, timeout=120, check=False
    )


def test_help_is_quick_and_lists_examples() -> None:
    heavy = (
        "import sys; from countervail.cli import commands; "
        "print([m for m in ('pandas', 'numba', 'xarray') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    shown = program("run", "--help")
    assert shown.returncode == 0
    assert b"countervail run united-front --set" in b" ".join(shown.stdout.split())
    assert program("--version").stdout.split() == [b"countervail", __version__.encode()]


def test_ascii_streams_get_a_plain_minus(scenario_file: Path) -> None:
    done = program("ledger", str(scenario_file), "--no-range", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert b"-" in done.stdout
    assert b"Russia loses" in done.stdout
    done.stdout.decode("ascii")


def test_a_reader_that_leaves_early_is_no_error(scenario_file: Path) -> None:
    command = [sys.executable, "-c", "from countervail.cli import main; main()", "worlds", "icio2021"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert b"Traceback" not in said
