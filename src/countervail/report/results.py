"""A folder of results, read back as what was asked, so that the same can be asked again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail import __version__
from countervail.errors import OutputError
from countervail.policy.catalog import load_scenario
from countervail.writer import MANIFEST

if TYPE_CHECKING:
    from countervail.policy.scenario import Scenario

SCENARIO = "scenario.yaml"
MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Asked:
    """What a folder of results answers.

    Arguments:
        scenario: as it was, with all settings. elasticity: the set in use. closure: of the model.
        fingerprint: of scenario, data, model and version, to tell whether a new answer is the same.
    """

    scenario: Scenario
    elasticity: str
    closure: str
    fingerprint: str


def read_folder(folder: Path) -> Asked:
    """What a folder written by `countervail run` or `ledger` answers.

    Raises:
        OutputError: CV453 the folder holds no results of a ledger, CV454 they are of another version.
        ScenarioError: the scenario in it is damaged.
    """
    record = _manifest(folder)
    try:
        version, fingerprint = str(record["version"]), str(record["ledger"]["fingerprint"])
        elasticity, closure = str(record["world"]["elasticity"]), str(record["model"]["closure"])
    except (KeyError, TypeError):
        raise _no_results(folder, "a manifest without a ledger") from None
    if version != __version__:
        raise OutputError(
            "CV454",
            "These results are of another version",
            where=str(folder),
            found=f"version {version}",
            expected=f"version {__version__}",
            next_step=f"Run the scenario again: countervail run {folder / SCENARIO} --out {folder}",
        )
    if not (folder / SCENARIO).is_file():
        raise _no_results(folder, f"no {SCENARIO}")
    return Asked(load_scenario(str(folder / SCENARIO)), elasticity, closure, fingerprint)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise _no_results(
            folder, "an empty folder" if folder.is_dir() and not any(folder.iterdir()) else f"no {MANIFEST}"
        )
    if path.stat().st_size > MOST_BYTES:
        raise _no_results(folder, f"a {MANIFEST} of {path.stat().st_size:,} bytes")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise _no_results(folder, f"a damaged {MANIFEST}") from None
    if not isinstance(record, dict):
        raise _no_results(folder, f"a damaged {MANIFEST}")
    return record


def _no_results(folder: Path, found: str) -> OutputError:
    return OutputError(
        "CV453",
        "This folder does not hold the results of a run",
        where=str(folder),
        found=found,
        expected=f"{MANIFEST} and {SCENARIO}, as `countervail run` writes them",
        next_step="Name a folder that `countervail run SCENARIO` has written.",
    )
