"""The public face: exactly these names, importable at once, each where type checkers see it."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import countervail as cv
from countervail.policy.retaliation import KINDS

SOURCE = Path(cv.__file__)
HEAVY = ("numba", "numpy", "pandas", "xarray", "scipy", "pyarrow", "pydantic", "yaml", "typer", "rich")


def in_a_fresh_interpreter(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    ).stderr


def checked_names() -> dict[str, str]:
    """What a type checker sees: name to module, from the imports under TYPE_CHECKING."""
    block = next(node for node in ast.parse(SOURCE.read_text("utf-8")).body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module).removeprefix("countervail.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_type_checkers_and_the_interpreter_see_the_same_names():
    assert checked_names() == cv._HOME
    assert set(cv.__all__) == {*cv._HOME, "__version__"}
    assert list(cv.__all__) == sorted(cv.__all__)
    assert len(set(cv.__all__)) == len(cv.__all__)
    assert dir(cv) == list(cv.__all__)


@pytest.mark.parametrize("name", sorted(set(cv.__all__)))
def test_every_name_is_there(name):
    assert getattr(cv, name) is not None
    assert name in vars(cv), "kept after the first use"


def test_every_measure_is_public():
    assert {kind.__name__ for kind in KINDS} <= set(cv.__all__)


def test_no_module_hides_a_public_name():
    """`import countervail.solve` would put a module where the function was."""
    modules = {module.name for module in pkgutil.iter_modules([str(SOURCE.parent)])}
    assert not modules & set(cv.__all__)


def test_star_import_brings_the_public_names():
    found: dict[str, object] = {}
    exec("from countervail import *", found)
    assert set(cv.__all__) <= set(found)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sanction'"):
        cv.sanction  # noqa: B018  the attribute access is what is tested
    assert not hasattr(cv, "Sanction")


def test_importing_is_light():
    report = in_a_fresh_interpreter("import countervail")
    modules = {line.rpartition("|")[2].strip() for line in report.splitlines()}
    assert "countervail" in modules
    assert not modules & set(HEAVY)
    total = next(line for line in report.splitlines() if line.rpartition("|")[2].strip() == "countervail")
    microseconds = int(re.findall(r"\d+", total)[1])
    assert microseconds < 300_000


def test_the_version_is_the_packages():
    from importlib.metadata import version

    assert cv.__version__ == version("countervail")
