"""World files: arrays and their description in one .npz or Zarr group, written whole, checked when read."""

from __future__ import annotations

import importlib
import io
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.errors import WorldError

FORMAT = "countervail-world/1"
META = "meta"
SUFFIXES = (".npz", ".zarr")


def write(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write arrays and description so that a killed run leaves the old file or the new one.

    Arguments:
        path: ends in .npz, or in .zarr when the zarr package is installed.
        arrays: by name.
        meta: plain values, stored as JSON.

    Raises:
        WorldError: CV211 for another suffix, CV212 without zarr, CV213 when the place cannot be written.
    """
    described = json.dumps({"format": FORMAT, **meta}, ensure_ascii=False, sort_keys=True)
    if path.suffix == ".zarr":
        zarr = _zarr(path)
        _replace(path, lambda target: _write_zarr(zarr, target, arrays, described), folder=True)
    elif path.suffix == ".npz":
        _replace(path, lambda target: _write_npz(target, arrays, described), folder=False)
    else:
        raise _suffix_error(path)


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays and the description that `write` stored.

    Raises:
        WorldError: CV214 when there is no such file, CV215 when it is damaged, cut short or no world file.
    """
    if path.suffix not in SUFFIXES:
        raise _suffix_error(path)
    if not path.exists():
        raise WorldError(
            "CV214",
            "there is no such world file",
            where=str(path),
            next_step="Check the path, or write one with world.save(path).",
        )
    if path.suffix == ".zarr":
        arrays, described = _read_zarr(_zarr(path), path)
    else:
        arrays, described = read_npz(path)
    try:
        meta: dict[str, Any] = json.loads(described)
    except ValueError as problem:
        raise damaged(path, "its description is not JSON") from problem
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        found = meta.get("format") if isinstance(meta, dict) else None
        raise damaged(path, f"its format is {found!r}, not {FORMAT!r}")
    return arrays, meta


def read_npz(path: Path) -> tuple[dict[str, NDArray[Any]], str]:
    """The arrays of an .npz and its description as text; objects (pickles) are refused.

    Raises:
        WorldError: CV215.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as stored:
            arrays = {Path(name).stem: _read_array(stored, name) for name in stored.namelist()}
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as problem:
        raise damaged(path, str(problem) or type(problem).__name__) from problem
    described = arrays.pop(META, None)
    if described is None or described.dtype != np.uint8:
        raise damaged(path, "it holds no description")
    try:
        return arrays, described.tobytes().decode()
    except UnicodeDecodeError as problem:
        raise damaged(path, "its description is not text") from problem


def _read_array(stored: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One member, read whole first so that the zip's checksum is checked before numpy looks at it."""
    array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(stored.read(name)), allow_pickle=False)
    return array


def damaged(path: Path, reason: str) -> WorldError:
    """The error for a file that cannot be read as a world."""
    return WorldError(
        "CV215",
        "this is no readable world file",
        where=str(path),
        found=reason,
        expected="a file written by world.save(path)",
        next_step="Write or download it again; a truncated or edited file cannot be repaired.",
    )


def _replace(path: Path, fill: Callable[[Path], None], *, folder: bool) -> None:
    """Fill a scratch place beside the target, then move it there in one step."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
            target = Path(scratch) / path.name
            fill(target)
            if folder and path.is_dir():
                old = Path(scratch) / "old"
                path.rename(old)
                target.rename(path)
                shutil.rmtree(old)
            else:
                target.replace(path)
    except OSError as problem:
        raise WorldError(
            "CV213",
            "the world file cannot be written",
            where=str(path),
            found=problem.strerror or str(problem),
            expected="a folder you may write to, with space left",
            next_step="Choose another path.",
        ) from problem


def _write_npz(target: Path, arrays: Mapping[str, NDArray[Any]], described: str) -> None:
    meta = np.frombuffer(described.encode(), dtype=np.uint8)
    with target.open("wb") as file:
        stored: dict[str, Any] = {**arrays, META: meta}
        np.savez_compressed(file, **stored)
        file.flush()
        os.fsync(file.fileno())


def _write_zarr(zarr: ModuleType, target: Path, arrays: Mapping[str, NDArray[Any]], described: str) -> None:
    group = zarr.open_group(str(target), mode="w")
    for name, values in arrays.items():
        group[name] = np.asarray(values)
    group.attrs[META] = described


def _read_zarr(zarr: ModuleType, path: Path) -> tuple[dict[str, NDArray[Any]], str]:
    try:
        group = zarr.open_group(str(path), mode="r")
        return {name: np.asarray(group[name]) for name in group}, str(group.attrs[META])
    except (OSError, KeyError, ValueError, RuntimeError) as problem:
        raise damaged(path, str(problem)) from problem


def _zarr(path: Path) -> ModuleType:
    try:
        return importlib.import_module("zarr")
    except ImportError:
        raise WorldError(
            "CV212",
            "a .zarr world needs the zarr package",
            where=str(path),
            next_step="Install zarr, or use a path that ends in .npz.",
        ) from None


def _suffix_error(path: Path) -> WorldError:
    return WorldError(
        "CV211",
        "the kind of world file is not known",
        where=str(path),
        found=f"the suffix '{path.suffix}'",
        expected=".npz or .zarr",
        next_step="Choose a path that ends in .npz.",
    )
