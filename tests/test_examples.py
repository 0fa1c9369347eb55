"""The examples are what a newcomer copies: each runs as it stands, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
SAYS = {
    "coalition_russia_2014": [
        "more than the sum of each alone",
        "less on average than acting alone",
        "With China: +",
        "Equal burdens would take ",
        "Coalitions: Chowdhry",
    ],
    "first_scenario": [
        "The west bans imports of coal from Russia.",
        "Converged: ",
        "Offset ledger of A coal ban",
        "manifest.json",
    ],
    "energy_stop": ["Germany: change of real income", "among inputs", "short_run", "Russia"],
    "own_table": ["three: 3 economies x 2 sectors", "AAA", "Largest residual of Eq. 1-8"],
}


def test_every_example_is_known():
    assert {path.stem for path in EXAMPLES} == set(SAYS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for words in SAYS[path.stem]:
        assert words in done.stdout
