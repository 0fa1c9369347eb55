"""World files: whole or refused."""

import contextlib
import json
import zipfile

import numpy as np
import pytest

from countervail.errors import WorldError
from countervail.world import storage
from countervail.world.world import World


@pytest.fixture
def file(small, tmp_path):
    return small.save(tmp_path / "w.npz")


def code_of(path):
    with pytest.raises(WorldError) as caught:
        World.load(path)
    assert str(path) in str(caught.value)
    return caught.value.code


def test_no_such_file(tmp_path):
    assert code_of(tmp_path / "none.npz") == "CV214"


def test_an_unknown_suffix(small, tmp_path):
    assert code_of(tmp_path / "w.csv") == "CV211"
    with pytest.raises(WorldError, match="CV211"):
        small.save(tmp_path / "w.csv")


def test_zarr_without_the_package_says_what_to_install(small, tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(storage.importlib, "import_module", missing)
    with pytest.raises(WorldError, match=r"CV212 .*Install zarr"):
        small.save(tmp_path / "w.zarr")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(file, share):
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    assert code_of(file) == "CV215"


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_file_is_refused_or_unchanged(small, file, seed):
    """A flipped byte is either found, or lies where it changes nothing (zip fields that nobody reads)."""
    rng = np.random.default_rng(seed)
    content = bytearray(file.read_bytes())
    content[rng.integers(len(content))] ^= int(rng.integers(1, 256))
    file.write_bytes(bytes(content))
    with contextlib.suppress(WorldError):
        assert World.load(file).fingerprint() == small.fingerprint()
        return
    assert code_of(file) == "CV215"


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04nonsense", b"\x93NUMPY" + bytes(60)])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "w.npz"
    path.write_bytes(content)
    assert code_of(path) == "CV215"


def test_a_foreign_npz_is_refused(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, a=np.ones(3))
    assert code_of(path) == "CV215"
    with path.open("wb") as handle:
        np.save(handle, np.ones(3))
    assert code_of(path) == "CV215"


def test_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, a=np.array([{"x": 1}], dtype=object))
    assert code_of(path) == "CV215"


def rewrite(file, change):
    arrays, described = storage.read_npz(file)
    meta = json.loads(described)
    change(arrays, meta)
    np.savez(file, **arrays, meta=np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8))


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays, meta: meta.update(format="other/9"),
        lambda arrays, meta: meta.pop("sectors"),
        lambda arrays, meta: meta.update(countries=["A", "A", "B"]),
        lambda arrays, meta: meta.update(name="renamed"),
        lambda arrays, meta: meta.update(report=None),
        lambda arrays, meta: arrays.pop("income"),
        lambda arrays, meta: arrays.update(extra=np.ones(2)),
        lambda arrays, meta: arrays.update(income=arrays["income"] * 2),
        lambda arrays, meta: arrays.update(income=arrays["income"].astype(complex)),
        lambda arrays, meta: arrays.update(income=np.array(["a", "b", "c"])),
    ],
)
def test_an_edited_file_is_refused(file, change):
    rewrite(file, change)
    assert code_of(file) == "CV215"


def test_an_unwritable_place_is_an_error(small, tmp_path):
    (tmp_path / "a-file").write_text("x")
    with pytest.raises(WorldError, match="CV213"):
        small.save(tmp_path / "a-file" / "w.npz")


def test_a_failed_write_leaves_the_old_file(small, file, monkeypatch):
    before = file.read_bytes()

    def fail(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.np, "savez_compressed", fail)
    with pytest.raises(WorldError, match=r"CV213 .*No space left"):
        small.save(file)
    assert file.read_bytes() == before
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_the_same_world_gives_the_same_bytes(small, file, tmp_path):
    assert small.save(tmp_path / "again.npz").read_bytes() == file.read_bytes()
    assert zipfile.is_zipfile(file)
