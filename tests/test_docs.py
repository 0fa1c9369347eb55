"""The documents keep up with the code: equations, names, measures, examples, links."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import countervail as cv
from countervail.policy.explain import explain, measure_kinds
from countervail.policy.shock import compile_scenario, no_change
from countervail.solver import equilibrium

ROOT = Path(__file__).parents[1]
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
PAGES = DOCS | {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
}
SCENARIOS = DOCS["scenarios.md"]
PHYSICAL = ("price_cap", "quota", "contract")  # their examples speak of barrels and bcm
COMMON = ("goods", "name", "source", "in_force", "start", "full_by", "end", "when")


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S)


@pytest.fixture(scope="module")
def world():
    return cv.load_world("icio2021")


# --- equations ---------------------------------------------------------------------------------------------


def docstrings() -> dict[str, str]:
    """Every docstring of the package by where it stands."""
    found = {}
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for path in Path(cv.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kinds) and (text := ast.get_docstring(node)):
                found[f"{path}:{getattr(node, 'name', 'module')}"] = text
    return found


def cited(text: str) -> set[str]:
    """The equations a text cites: `Eq. 3`, `Eq. 8a`, `Eq. 2-4`, `Eq. 9-11b`, `Eq. 1, 5 and 6`."""
    found: set[str] = set()
    for entry in re.findall(r"\bEqs?\. (\d+[a-f]?(?:(?:-|, | and )\d+[a-f]?)*)", text):
        for part in re.split(r", | and ", entry):
            first, _, last = part.partition("-")
            numbers = [int(re.sub(r"\D", "", end)) for end in (first, last) if end]
            found |= {first, last or first, *map(str, range(numbers[0] + 1, numbers[-1] + 1))}
    return found


def test_every_equation_cited_is_in_the_theory():
    numbered = set(re.findall(r"^\*\*Eq\. (\d+[a-f]?)\*\*", DOCS["theory.md"], flags=re.M))
    assert numbered == {
        *map(str, range(1, 13)),
        "8a",
        "9a",
        "11a",
        "11b",
        "12a",
        "12b",
        "12c",
        "12d",
        "12e",
        "12f",
        "13",
        "14",
        "15",
        "16",
        "17",
        "18",
    }
    for place, text in docstrings().items():
        assert cited(text) <= numbered, place
    for name, text in DOCS.items():
        assert cited(text) <= numbered, name
    assert set().union(*map(cited, docstrings().values())) == numbered


def test_the_citations_are_read_rightly():
    assert cited("Eq. 2-4, Eq. 8a; Eqs. 1, 5 and 6") == {"1", "2", "3", "4", "5", "6", "8a"}


# --- names -------------------------------------------------------------------------------------------------


def test_the_glossary_names_what_exists(world):
    equilibrium_ = equilibrium(world, no_change(world))
    scenario = cv.Scenario(name="Coal", sanctions=[cv.Embargo(by="USA", on="RUS", goods="coal")])
    things = {
        "world": world,
        "shock": no_change(world),
        "equilibrium": equilibrium_,
        "model": cv.long_run,
        "outcome": cv.solve(world, scenario),
        "ledger": cv.offset_ledger(world, scenario, ranges=False, break_even=False),
    }
    rows = [line for line in DOCS["glossary.md"].splitlines() if line.startswith("|")]
    named = 0
    for row in rows:
        owner = None
        for thing, name in re.findall(r"`(?:(\w+))?\.(\w+)(?:\([\w]*\))?`", row):
            owner = thing or owner
            assert hasattr(things[owner], name), f"{owner}.{name}"
            named += 1
    assert named > 50


# --- measures ----------------------------------------------------------------------------------------------


def section(kind: str) -> str:
    found = re.search(rf"^## {kind}\n(.*?)(?=^## |\Z)", SCENARIOS, flags=re.M | re.S)
    assert found, f"docs/scenarios.md has no section on {kind}"
    return found.group(1)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("kind", [kind for kind, _ in measure_kinds()])
def test_the_page_says_what_explain_says(kind):
    page, known = section(kind), explain(kind)
    for text in (known.sentence, known.equation, known.limits):
        assert one_line(text) in one_line(page)
    common = {note.name: note for note in explain("embargo").fields if note.name in COMMON}
    for note in known.fields:
        row = f"| `{note.name}` | {note.meaning} | {note.default.removesuffix(' by default')} |"
        assert row in (SCENARIOS if note == common.get(note.name) else page), row
    assert fenced(page, "yaml") == [known.example]


def around(kind: str, example: str) -> str:
    """A scenario in which an example has something to act on."""
    bottleneck = "" if kind == "disruption" else explain("disruption").example
    blocks = {
        "given": example if kind == "disruption" else bottleneck,
        "sanctions": (
            "- embargo: {by: west, on: RUS, goods: technology, leakage: 30 %}\n"
            "- friction: {by: [EU27, CHN, IND], on: RUS, rate: 6 %, kind: payments}\n"
            "- friction: {by: [EU27, CHN, IND], on: RUS, rate: 2 %, kind: insurance}\n"
        ),
        "responses": "" if kind == "disruption" else example,
    }
    text = "name: Around an example\nworld: icio2021\nblocs: {west: [EU27, USA]}\n"
    for key, items in blocks.items():
        lines = "".join(f"  {line}\n" for line in items.splitlines())
        text += f"{key}:\n{lines}" if items else ""
    return text


@pytest.mark.parametrize("kind", [kind for kind, _ in measure_kinds()])
def test_every_example_can_be_solved(kind, world):
    scenario = cv.Scenario.from_yaml(around(kind, explain(kind).example), f"{kind}.yaml")
    world = cv.load_world("icio2021-energy") if kind in PHYSICAL else world
    assert cv.Scenario.from_yaml(scenario.to_yaml()).fingerprint() == scenario.fingerprint()
    compiled = compile_scenario(scenario, world)
    everything = equilibrium(world, compiled.shock())
    without = equilibrium(world, compiled.shock(given=kind != "disruption", responses=()))
    moved = np.abs(np.log(everything.wage / without.wage)).max()
    assert (moved > 1e-9) == (kind != "boycott")


def test_whole_scenarios_on_the_pages_can_be_solved(world):
    whole = [
        (name, text)
        for name, page in PAGES.items()
        for text in fenced(page, "yaml")
        if text.startswith("name: ")
    ]
    assert {name for name, _ in whole} >= {"scenarios.md", "README.md"}
    for name, text in whole:
        scenario = cv.Scenario.from_yaml(text, name)
        assert scenario.world == world.name
        assert cv.solve(world, scenario).equilibrium.residual < 1e-9


def test_the_readme_shows_what_comes_out(tmp_path):
    """Each line of output that the README shows is printed; rewrite it when numbers change."""
    (shown,) = fenced(PAGES["README.md"], "text")
    command = [
        sys.executable,
        "-c",
        "from countervail.cli import main; main()",
        "run",
        "united-front",
        "--quiet",
    ]
    environment = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    printed = [line.rstrip() for line in done.stdout.decode("utf-8").splitlines()]
    lines = [line for line in shown.splitlines() if line not in ("", "...")]
    assert len(lines) > 30
    assert [line for line in lines if line not in printed] == []


# --- the pages themselves ----------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_inside_the_repository_lead_somewhere(name):
    folder = ROOT / "docs" if name in DOCS else ROOT
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[name]):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, part = target.partition("#")
        file = (folder / path) if path else folder / name
        assert file.exists(), target
        if part:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.M)
            assert part in map(anchor, headings), target


def test_python_on_the_pages_uses_public_names():
    for name, page in PAGES.items():
        for used in re.findall(r"\bcv\.(\w+)", page):
            assert used in cv.__all__, f"{name}: cv.{used}"
        for block in fenced(page, "python"):
            ast.parse(block)
