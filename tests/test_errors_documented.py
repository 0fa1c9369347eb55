"""Every code that the package raises has a page entry with a cause and a remedy, and every entry a code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import countervail as cv

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^## (CV\d{3}) (.+?)(?=^## |\Z)", PAGE, flags=re.M | re.S))
FAMILIES = {
    "1": cv.ScenarioError,
    "2": cv.WorldError,
    "3": cv.SolveError,
    "4": cv.OutputError,
    "5": cv.ReadError,
}


def raised() -> set[str]:
    """The codes that are string constants of the package's code, docstrings apart."""
    found = set()
    for path in Path(cv.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"CV\d{3}", str(node.value)):
                found.add(node.value)
    return found


def test_codes_and_entries_are_the_same():
    assert raised() == set(ENTRIES)


def test_entries_stand_in_order_and_once():
    codes = re.findall(r"^## (CV\d{3})", PAGE, flags=re.M)
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("code", sorted(ENTRIES))
def test_an_entry_has_a_cause_and_a_remedy(code):
    assert ENTRIES[code].count("**Cause.** ") == ENTRIES[code].count("**Remedy.** ") == 1
    assert code[2] in FAMILIES


def test_every_code_named_in_a_docstring_exists():
    for path in Path(cv.__file__).parent.rglob("*.py"):
        named = set(re.findall(r"\bCV\d{3}\b", path.read_text(encoding="utf-8")))
        assert named <= set(ENTRIES), path


def test_a_code_goes_with_its_family():
    """CV1xx is raised as a ScenarioError and so on, wherever an error is made by its class."""
    names = {kind.__name__: digit for digit, kind in FAMILIES.items()}
    for path in Path(cv.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    assert str(first.value)[2] == names[node.func.id], f"{path}, line {node.lineno}"
