"""What is shipped: the wheel holds the data and the library, and the papers agree on the version."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

import countervail as cv

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "countervail"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_SHIPPED = {".pyc", ".nbi", ".nbc", ".stamp"}  # what Python and numba leave beside the sources


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    return zipfile.ZipFile(next(WheelBuilder(str(ROOT)).build(directory=str(folder))))


def test_the_wheel_holds_every_file_of_the_package(wheel):
    expected = {
        f"countervail/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in NOT_SHIPPED
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == expected
    assert {"countervail/py.typed", "countervail/world/data/icio2021.npz"} <= packed
    assert "countervail/policy/library/united-front.yaml" in packed


def test_an_embedded_world_is_at_most_four_megabytes(wheel):
    sizes = {info.filename: info.file_size for info in wheel.infolist() if info.filename.endswith(".npz")}
    assert len(sizes) == 2
    assert max(sizes.values()) < 4e6


def test_the_licence_is_in_the_wheel(wheel):
    (path,) = [name for name in wheel.namelist() if name.endswith("LICENSE")]
    assert wheel.read(path).decode("utf-8").startswith("MIT License")


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([\d.]+)\]", changes, flags=re.M)
    assert PROJECT["project"]["version"] == cv.__version__ == citation["version"] == newest.group(1)
    assert citation["license"] == PROJECT["project"]["license"] == "MIT"


def test_make_offers_what_the_pages_say():
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", rules, flags=re.M))
    for name in ("README.md", "CONTRIBUTING.md"):
        said = re.findall(r"^    make (\w+)", (ROOT / name).read_text(encoding="utf-8"), flags=re.M)
        assert set(said) <= targets, name
    for command in re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), flags=re.M):
        assert command in targets
