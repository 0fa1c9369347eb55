"""Kill runs at random moments: whole batches stay, nothing is lost, doubled or done twice, the end is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.run.conftest import SCENARIO

PROGRAM = Path(__file__).with_name("kill_many.py")
KILLS = 54


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_runs_killed_at_random_moments(tiny, tmp_path):
    tiny.save(tmp_path / "tiny.npz")
    vary = [{"grid": {"responses.0.saving": {"from": 0, "to": "20 %", "steps": 36}}}]
    plan = {"name": "Kill", "scenario": SCENARIO, "vary": vary, "batch": 3}
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(plan))
    command = [sys.executable, str(PROGRAM), str(tmp_path), str(KILLS), "11"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["killed"] >= KILLS
    assert found["mid_run"] >= KILLS / 3, "most kills should hit while batches are written"
    assert found["strange"] == found["lost"] == found["redone"] == []
    assert found["finished"] == found["rounds"]
