"""The folder of a sweep: a manifest that says whose results these are, and one file a batch, whole or not there.

    sweep.json                      plan, world, version, size; written first, never changed
    batches/batch-000000.parquet    put there in one step when the batch is done
    .lock                           held while a run works in the folder

A run that is killed leaves whole batches and perhaps a hidden file that the next run removes.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from countervail.errors import OutputError
from countervail.run.batches import SIDE_CODES, Job
from countervail.run.fields import DETAILS

MANIFEST = "sweep.json"
BATCHES = "batches"
_FIELDS = {"plan": "plan", "world": "world", "version": "version of countervail"}


def batch_path(folder: Path, number: int) -> Path:
    """The file of a batch."""
    return folder / BATCHES / f"batch-{number:06d}.parquet"


def done(folder: Path, batches: int) -> list[int]:
    """The batches that are there."""
    return [number for number in range(batches) if batch_path(folder, number).exists()]


@contextmanager
def opened(folder: Path, job: Job) -> Iterator[None]:
    """Hold a folder for a job: make it, or take up what an earlier run of the same job left.

    Raises:
        OutputError: CV423 the folder holds something else, CV424 it holds the results of another plan, world
            or version, CV426 another run is working in it, CV401 it cannot be written.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        strange = [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    if strange and MANIFEST not in strange:
        raise OutputError(
            "CV423",
            "The folder holds something else than a sweep",
            where=str(folder),
            found=", ".join(sorted(strange)[:5]),
            expected="no folder, an empty one, or that of an earlier run of this plan",
            next_step="Name another folder; nothing was written.",
        )
    with _locked(folder):
        with _explained(folder):
            if (folder / MANIFEST).exists():
                _compare(folder, manifest(folder), job)
            else:
                _put(folder / MANIFEST, json.dumps(_description(job), indent=2, ensure_ascii=False).encode())
            (folder / BATCHES).mkdir(exist_ok=True)
            for place in (folder, folder / BATCHES):
                for left in place.glob(".new-*"):
                    left.unlink(missing_ok=True)
        yield


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what the system says about files into an error that a user can read."""
    try:
        yield
    except OSError as problem:
        raise OutputError(
            "CV401",
            "The results cannot be written",
            where=str(problem.filename or folder),
            found=problem.strerror or str(problem),
            next_step="Make room, or name another folder; what is done is kept.",
        ) from problem


def put_batch(folder: Path, number: int, content: bytes) -> None:
    """Put a batch into its place in one step."""
    with _explained(folder):
        _put(batch_path(folder, number), content)


def manifest(folder: Path) -> dict[str, Any]:
    """What the folder says it holds.

    Raises:
        OutputError: CV423 it is not the folder of a sweep, CV425 its manifest is damaged.
    """
    place = folder / MANIFEST
    if not place.is_file():
        raise OutputError(
            "CV423",
            "This is not the folder of a sweep",
            where=str(folder),
            found=f"no {MANIFEST}",
            expected="a folder that `countervail sweep` wrote",
            next_step="Name the folder that was given to --out.",
        )
    try:
        found = dict(json.loads(place.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise damaged(place) from None
    if not {"identity", "scenarios", "batch", "scenario", "name"} <= set(found):
        raise damaged(place)
    return found


def damaged(place: Path) -> OutputError:
    """A file of a sweep that is not what was written."""
    return OutputError(
        "CV425",
        "A file of the sweep is damaged",
        where=str(place),
        found="not what countervail wrote there",
        next_step="If it is a batch, delete that file and run the sweep again; only it is then solved anew.",
    )


def _description(job: Job) -> dict[str, Any]:
    plan, world = job.plan, job.world
    return {
        "name": plan.name,
        "identity": job.identity,
        "scenarios": plan.size,
        "batch": plan.batch,
        "varies": list(plan.keys),
        "scenario": plan.scenario.to_dict(),
        "model": plan.scenario.model,
        "closure": plan.closure,
        "elasticity": plan.elasticity or world.elasticity,
        "world": {"name": world.name, "year": world.year},
        "countries": list(world.countries),
        "sectors": list(world.sectors),
        "income_million_usd": world.income.tolist(),
        "groups": list(SIDE_CODES),
        "units": {"welfare": "percent of base income"} | {name: DETAILS[name][1] for name in plan.keep},
        "axes": {name: DETAILS[name][0] for name in plan.keep},
    }


def _compare(folder: Path, found: Mapping[str, Any], job: Job) -> None:
    theirs = found["identity"]
    other = [words for key, words in _FIELDS.items() if theirs.get(key) != job.identity[key]]
    if other:
        raise OutputError(
            "CV424",
            f"The folder holds the results of another {' and '.join(other)}",
            where=str(folder),
            found=", ".join(f"{key} {str(theirs.get(key))[:12]}" for key in _FIELDS),
            expected=", ".join(f"{key} {job.identity[key][:12]}" for key in _FIELDS),
            next_step="Name another folder, or go back to the plan these results belong to; nothing was written.",
        )


def _put(place: Path, content: bytes) -> None:
    fresh = place.with_name(f".new-{secrets.token_hex(6)}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out; the lock goes with the process, however it ends."""
    with (folder / ".lock").open("a+b") as file:
        if not _lock(file):
            raise OutputError(
                "CV426",
                "Another run is working in this folder",
                where=str(folder),
                next_step="Wait for it, or name another folder.",
            )
        yield


def _lock(file: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # a system without it; batches are whole all the same, work might be done twice
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
