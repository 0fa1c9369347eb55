"""Results on disk, all or nothing: a run that is killed leaves either the old files or the new ones.

A folder of results is first written in full beside its place, then put there in one step: renamed where
nothing was, exchanged with the old folder where that holds only files of an earlier run. Where neither is
possible (other files lie in the folder, or the system cannot exchange folders) each file is replaced in one
step and the manifest, which holds the checksum of every other file, comes last.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import platform
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
_ROWS = 50_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_file(target: Path, put: Callable[[Path], None]) -> Path:
    """Write one file in one step: `put` fills a file beside it, which then takes its place.

    Raises:
        OutputError: CV401 the place cannot be written; what was there is untouched.
    """
    with _explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{secrets.token_hex(4)}-{target.name}")
        try:
            put(fresh)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    return target


def check_folder(folder: Path) -> None:
    """Find out before any solving whether results can be written to a folder, leaving no trace.

    Raises:
        OutputError: CV401, saying which part of the path stands in the way.
    """
    with _explained(folder):
        place = folder.absolute()
        while not place.exists() and place != place.parent:
            place = place.parent
        if not place.is_dir():
            raise NotADirectoryError(20, f"{place} is a file, not a folder")
        for needed in {place, folder.absolute().parent} if folder.exists() else {place}:
            trial = needed / f".countervail-{secrets.token_hex(4)}"
            trial.mkdir()
            trial.rmdir()


def write_folder(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    *,
    texts: Mapping[str, str] | None = None,
    parquet_only: frozenset[str] = frozenset({"trade"}),
) -> tuple[Path, ...]:
    """Write tables (CSV and Parquet), texts and the manifest to a folder, all or nothing.

    Arguments:
        folder: made where it does not exist; files of an earlier run are replaced, others are left alone.
        tables: name to table; units are in the column names.
        manifest: what to record; the checksums of all files are added under "files".
        texts: file name to content.
        parquet_only: tables too long for a spreadsheet.

    Returns:
        The files written, the manifest last.

    Raises:
        OutputError: CV401 the folder cannot be written; what was there is untouched.
    """
    with _explained(folder):
        folder = folder.resolve()
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = folder.with_name(f".{folder.name}.new-{secrets.token_hex(4)}")
        staged.mkdir()
        try:
            for name, table in tables.items():
                if name not in parquet_only:
                    write_csv(table, staged / f"{name}.csv")
                write_parquet(table, staged / f"{name}.parquet")
            for name, text in (texts or {}).items():
                (staged / name).write_text(text, encoding="utf-8", newline="\n")
            files = sorted(path.name for path in staged.iterdir())
            record = dict(manifest) | {"files": {name: _checksum(staged / name) for name in files}}
            content = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
            (staged / MANIFEST).write_text(content + "\n", encoding="utf-8", newline="\n")
            _publish(staged, folder, files)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return tuple(folder / name for name in [*files, MANIFEST])


def environment() -> dict[str, Any]:
    """When and with what a result was made: time, versions of what computes, system."""
    packages = ("countervail", "numpy", "numba", "scipy", "pandas", "xarray", "pyarrow", "pydantic")
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "system": f"{platform.system()} {platform.machine()}",
    }


def no_formula(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that spreadsheets open rightly: UTF-8 with a mark, no text read as a formula."""
    safe = table.copy(deep=False)
    for column in safe.columns:
        if safe[column].dtype.kind not in "biufcmM":
            safe[column] = safe[column].map(no_formula)
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet; the table's attrs (units, settings) travel in the file."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = pa.Schema.from_pandas(table, preserve_index=False)
    repeated = [field.name for field in schema if not pa.types.is_floating(field.type)]
    # In pieces and without dictionaries of numbers: a copy of all trade flows is large.
    with ParquetWriter(path, schema, use_dictionary=repeated) as file:
        for start in range(0, max(len(table), 1), _ROWS):
            piece = table.iloc[start : start + _ROWS]
            file.write_table(pa.Table.from_pandas(piece, schema=schema, preserve_index=False))


def earlier_files(folder: Path) -> frozenset[str]:
    """The files an earlier run wrote to a folder according to its manifest; empty where there is none."""
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    files = record.get("files") if isinstance(record, dict) else None
    return frozenset([*files, MANIFEST]) if isinstance(files, dict) else frozenset()


def _publish(staged: Path, folder: Path, files: list[str]) -> None:
    if not folder.exists():
        staged.rename(folder)
        return
    earlier = earlier_files(folder)
    ours = {path.name for path in folder.iterdir()} <= earlier
    inside = Path.cwd().is_relative_to(folder)  # a shell must not find its folder exchanged under it
    if ours and not inside and _exchange(staged, folder):
        return
    for name in [*files, MANIFEST]:
        (staged / name).replace(folder / name)
    for name in earlier - {*files, MANIFEST}:
        if Path(name).name == name:  # never trust a path that a manifest names
            (folder / name).unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux renameat2); False where the system cannot."""
    rename = (
        getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    )
    if rename is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return int(rename(here, os.fsencode(one), here, os.fsencode(other), exchange)) == 0


@contextlib.contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            "CV401",
            "The results cannot be written here",
            where=str(place),
            found=error.strerror or str(error),
            expected="a folder in which files may be made",
            next_step="Choose another place with --out, or free space or change the permissions of this one.",
        ) from error


def _checksum(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
