"""Files: all or nothing, readable by spreadsheets, honest about where they come from."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from countervail import writer as writing
from countervail.errors import OutputError
from countervail.report.export import write


def table(value: float = 1.5) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["CIV", "TUR"],
            "name": ["C\u00f4te d\u2019Ivoire", "T\u00fcrkiye"],
            "welfare_percent": [value, -2.0],
        }
    )


class Result:
    def to_frames(self) -> dict[str, pd.DataFrame]:
        return {"welfare": table(), "trade": table()}

    def provenance(self) -> dict[str, Any]:
        return {"version": "0"}


def test_folder_holds_tables_texts_and_a_manifest_with_checksums(tmp_path: Path) -> None:
    files = writing.write_folder(
        tmp_path / "a" / "b", Result().to_frames(), {"x": 1}, texts={"scenario.yaml": "n: 1\n"}
    )
    names = [path.name for path in files]
    assert names == ["scenario.yaml", "trade.parquet", "welfare.csv", "welfare.parquet", "manifest.json"]
    assert all(path.is_file() for path in files)
    record = json.loads(files[-1].read_text(encoding="utf-8"))
    assert record["x"] == 1
    assert set(record["files"]) == set(names[:-1])
    pd.testing.assert_frame_equal(pd.read_parquet(files[3]), table(), check_dtype=False)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_folder_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    writing.write_folder(tmp_path / "ours", {}, {})
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    data = table().assign(note=["=HYPERLINK(1)", "plain"])
    writing.write_csv(data, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfcode,name,welfare_percent")
    read = pd.read_csv(path)
    assert list(read["name"]) == ["C\u00f4te d\u2019Ivoire", "T\u00fcrkiye"]
    assert list(read["welfare_percent"]) == [1.5, -2.0]
    assert list(read["note"]) == ["'=HYPERLINK(1)", "plain"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_write_one_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "deep" / f"x{suffix}"
    assert write(Result(), path) == (path,)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_write_folder_by_name(tmp_path: Path) -> None:
    assert write(Result(), tmp_path / "out")[-1].name == "manifest.json"


def test_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"CV402.*\.gif") as caught:
        write(Result(), tmp_path / "x.gif")
    assert caught.value.code == "CV402"


def test_folder_under_a_file_is_refused_before_and_while_writing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below" / "deep"):
        with pytest.raises(OutputError, match="CV401"):
            writing.check_folder(place)
        with pytest.raises(OutputError, match="CV401"):
            writing.write_folder(place, Result().to_frames(), {})
    assert (tmp_path / "file").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_check_folder_leaves_no_trace(tmp_path: Path) -> None:
    writing.check_folder(tmp_path / "a" / "b")
    writing.check_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_second_run_replaces_the_first_and_drops_what_it_no_longer_has(tmp_path: Path) -> None:
    out = tmp_path / "out"
    writing.write_folder(out, {"old": table(1), "both": table(1)}, {})
    writing.write_folder(out, {"both": table(2)}, {})
    assert sorted(p.name for p in out.iterdir()) == ["both.csv", "both.parquet", "manifest.json"]
    assert pd.read_csv(out / "both.csv")["welfare_percent"][0] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_files_of_other_people_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    writing.write_folder(out, {"old": table(1), "both": table(1)}, {})
    (out / "notes.txt").write_text("mine")
    (out / "sub").mkdir()
    writing.write_folder(out, {"both": table(2)}, {})
    names = sorted(p.name for p in out.iterdir())
    assert names == ["both.csv", "both.parquet", "manifest.json", "notes.txt", "sub"]
    assert pd.read_csv(out / "both.csv")["welfare_percent"][0] == 2


def test_the_working_folder_is_not_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    writing.write_folder(out, {"a": table(1)}, {})
    before = out.stat().st_ino
    monkeypatch.chdir(out)
    writing.write_folder(Path(), {"a": table(2)}, {})
    assert out.stat().st_ino == before
    assert pd.read_csv(out / "a.csv")["welfare_percent"][0] == 2


def test_a_manifest_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "precious").write_text("mine")
    (out / "manifest.json").write_text(json.dumps({"files": {"../precious": {}}}))
    (out / "other").write_text("")
    writing.write_folder(out, {"a": table()}, {})
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 3}', "\ud800"])
def test_a_damaged_manifest_names_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert writing.earlier_files(tmp_path) == frozenset()


def test_failure_in_the_middle_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    writing.write_folder(out, {"a": table(1), "b": table(1)}, {})
    before = {p.name: p.read_bytes() for p in out.iterdir()}

    def full(data: pd.DataFrame, path: Path) -> None:
        if path.name.startswith("b"):
            raise OSError(28, "No space left on device")
        data.to_parquet(path, index=False)

    monkeypatch.setattr(writing, "write_parquet", full)
    with pytest.raises(OutputError, match="No space left"):
        writing.write_folder(out, {"a": table(2), "b": table(2)}, {})
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems replace file by file")
def test_a_killed_run_leaves_the_old_set_or_the_new_one(tmp_path: Path) -> None:
    script = (
        "import sys; import pandas as pd; from pathlib import Path; from countervail import writer as w\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    w.write_folder(Path(sys.argv[1]), {k: pd.DataFrame({'n': [n]}) for k in 'abcd'}, {'n': n})\n"
        "    print(n, flush=True)\n"
    )
    out = tmp_path / "out"
    for wait in (0.0, 0.003, 0.011):
        run = subprocess.Popen([sys.executable, "-c", script, str(out)], stdout=subprocess.PIPE)
        assert run.stdout is not None
        for _ in range(3):
            run.stdout.readline()
        time.sleep(wait)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        run.stdout.close()
        n = json.loads((out / "manifest.json").read_text())["n"]
        assert [int(pd.read_csv(out / f"{k}.csv")["n"][0]) for k in "abcd"] == [n] * 4
