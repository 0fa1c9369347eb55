"""Questions that make no sense, asked on the command line: one clear message, exit code 2, nothing written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run

from countervail import __version__

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

PLAN = """\
name: How large a treaty
scenario:
  name: Small front
  world: {world}
  sanctions: [embargo: {{by: [EU, USA], on: RUS, goods: GOODS, leakage: 20 %}}]
  responses: [agreement: {{name: treaty, between: [RUS, CHN], saving: 4 %}}]
vary:
  - grid: {{responses.0.saving: [0 %, 4 %, 8 %]}}
"""

MENUS = """\
name: Two menus
scenario: {{name: Ground, world: {world}}}
sides:
  West: {{members: [EU, USA], options: {{peace: [], duties: [tariff: {{by: EU, on: RUS, rate: 20 %}}]}}}}
  Russia: {{members: RUS, options: {{nothing: [], back: [tariff: {{by: RUS, on: EU, rate: 15 %}}]}}}}
"""


@pytest.fixture
def plan_file(scenario_file: Path, world_file: Path) -> Path:
    path = Path("plan.yaml")
    path.write_text(PLAN.format(world=world_file), encoding="utf-8")
    return path


@pytest.fixture
def menu_file(scenario_file: Path, world_file: Path) -> Path:
    path = Path("menus.yaml")
    path.write_text(MENUS.format(world=world_file), encoding="utf-8")
    return path


def refused(run: Run, *arguments: object) -> str:
    """The one line that a refused question is answered with."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("countervail: CV")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("extra", [[], ["--costs"], ["--burden"], ["--potential"]])
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ("EU,RUS", "CV411"),
        ("EU", "CV412"),
        (",", "CV412"),
        ("EU,EU", "CV413"),
        (",".join(["EU", "USA"] * 2500), "CV414"),
        (",".join(f"X{k:04d}" for k in range(5000)), "CV41"),
    ],
)
def test_coalitions_that_cannot_be(
    run: Run, scenario_file: Path, members: str, code: str, extra: list[str]
) -> None:
    message = refused(run, "coalition", scenario_file, "--members", members, *extra, "--out", "kept", "-q")
    assert code in message
    assert len(message) < 2000
    assert not Path("kept").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("vary:\n", "name: Once more\nvary:\n", "plan.yaml:"),
        ("vary:\n", "batsh: 7\nvary:\n", "Did you mean 'batch'?"),
        ("- grid: {responses.0.saving", "- grid: {responses.0.savings", "saving"),
        ("[0 %, 4 %, 8 %]", "[4 %, 4 %]", "CV421"),
        ("  - grid", "  - grid: {elasticity: [CP]}\n  - grid: {elasticity: [FGO]}\n  - grid", "CV421"),
        ("name: treaty, between", "name: treaty, betwen", "between"),
    ],
)
def test_plans_that_make_no_sense(run: Run, plan_file: Path, old: str, new: str, said: str) -> None:
    text = plan_file.read_text("utf-8")
    assert old in text
    plan_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in refused(run, "sweep", plan_file, "--out", "swept", "-q")
    assert not Path("swept").exists()


def test_results_of_another_plan_or_version_are_left_alone(run: Run, plan_file: Path) -> None:
    code, _, err = run("sweep", plan_file, "--out", "swept", "-q")
    assert (code, err) == (0, "")
    before = contents(Path("swept"))
    other = plan_file.with_name("other.yaml")
    other.write_text(plan_file.read_text("utf-8").replace("8 %", "9 %"), encoding="utf-8")
    assert "another plan" in refused(run, "sweep", other, "--out", "swept", "-q")
    assert contents(Path("swept")) == before

    record = Path("swept/sweep.json")
    text = record.read_text("utf-8")
    assert f'"version": "{__version__}"' in text
    record.write_text(text.replace(f'"version": "{__version__}"', '"version": "9.9"'), encoding="utf-8")
    before = contents(Path("swept"))
    assert "CV424" in refused(run, "sweep", plan_file, "--out", "swept", "-q")
    assert contents(Path("swept")) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("members: RUS", "members: EU", "CV441"),
        ("members: RUS", "member: RUS", "Did you mean 'members'?"),
        ("nothing: [], ", "", "CV440"),
        ("rate: 15 %", "rat: 15 %", "rate"),
        ("nothing: []", "back: []", "menus.yaml:"),
    ],
)
def test_menus_that_make_no_sense(run: Run, menu_file: Path, old: str, new: str, said: str) -> None:
    text = menu_file.read_text("utf-8")
    assert old in text
    menu_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in refused(run, "payoffs", menu_file, "-q")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("game", "EU,EU"), "CV430"),
        (("game", "EU,Atlantis"), "CV430"),
        (("game", ","), "CV430"),
        (("game", "EU,USA", "--levers", "quota"), "CV430"),
        (("game", "EU,USA", "--model", "short_run", "--levers", "tariff,export_tax"), "CV309"),
        (("game", "EU", "--on", "EU"), "CV430"),
    ],
)
def test_games_that_cannot_be_played(
    run: Run, scenario_file: Path, world_file: Path, arguments: tuple[str, ...], code: str
) -> None:
    assert code in refused(run, *arguments, "--world", world_file, "-q")


def test_frontiers_that_cannot_be(run: Run, scenario_file: Path) -> None:
    assert "CV429" in refused(run, "frontier", scenario_file, "--points", 1, "-q")
    assert "CV309" in refused(run, "frontier", scenario_file, "--model", "short_run", "-q")


def test_games_and_menus_print_and_write(run: Run, menu_file: Path, world_file: Path) -> None:
    code, out, err = run("payoffs", menu_file, "--out", "played", "-q")
    assert (code, err) == (0, "")
    assert "Stable is" in out
    assert {"payoffs.csv", "options.csv"} <= {path.name for path in Path("played").iterdir()}
    code, out, err = run("game", "EU,USA", "--world", world_file, "-q")
    assert (code, err) == (0, "")
    assert "cooperation would bring" in " ".join(out.split())
    code, out, err = run("game", "EU", "--world", world_file, "--levers", "export_tax", "-q")
    assert (code, err) == (0, "")
    assert "Unanswered" in out
