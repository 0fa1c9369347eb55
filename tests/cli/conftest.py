"""What the tests of the command line share: a small world in a file, a scenario on it, and a way to run a command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from countervail import cli
from countervail.world.catalog import load_world
from countervail.world.labels import blocs

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Russia, China, the United States, the EU and the rest; goods and services."""
    full = load_world("icio2021")
    kept = {"RUS", "CHN", "USA", *blocs()["EU27"]}
    goods = [s for s, good in zip(full.sectors, full.goods, strict=True) if good]
    small = full.aggregate(
        countries={"EU": "EU27", "REST": [c for c in full.countries if c not in kept]},
        sectors={"GOODS": goods, "SERVICES": [s for s in full.sectors if s not in goods]},
    )
    return small.save(tmp_path_factory.mktemp("world") / "small.npz")


@pytest.fixture
def scenario_file(
    request: pytest.FixtureRequest, world_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The module's SCENARIO on the small world, in a fresh working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(request.module.SCENARIO.format(world=world_file), encoding="utf-8")
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["countervail", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        said = capsys.readouterr()
        return int(caught.value.code or 0), said.out, said.err

    return call
