"""A table of one's own from a long CSV: what is read, and what is refused with file and line."""

import csv

import numpy as np
import pytest

from countervail.errors import WorldError
from countervail.world.calibrate import calibrate
from countervail.world.readers.long_csv import read_long_csv

HEADER = ("origin", "destination", "sector", "use", "value")


def write(path, rows, header=HEADER):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


@pytest.fixture
def uses():
    """[origin, destination, sector, use], the last use is final."""
    rng = np.random.default_rng(0)
    out = rng.lognormal(1, 1, (3, 3, 2, 3))
    out[..., 2] *= 4
    out[0, 1, 1] = 0.0
    return out


def rows_of(uses):
    sectors, users = ("grain", "bank"), ("grain", "bank", "final")
    return [
        ("ABC"[o], "ABC"[d], sectors[s], users[u], repr(float(uses[o, d, s, u])))
        for o, d, s, u in np.ndindex(uses.shape)
        if uses[o, d, s, u]
    ]


def test_flows_and_inputs_are_read(uses, tmp_path):
    path = write(tmp_path / "mine.csv", rows_of(uses))
    rates = write(
        tmp_path / "rates.csv", [("A", "B", "grain", "0.05")], ("origin", "destination", "sector", "rate")
    )
    table = read_long_csv(path, year=2020, goods=["grain"], tariffs=rates, million_usd=1000.0, sources=["me"])
    assert (table.name, table.year, table.countries, table.sectors) == (
        "mine",
        2020,
        tuple("ABC"),
        ("grain", "bank"),
    )
    np.testing.assert_allclose(table.flow, 1000 * uses.sum(axis=3), rtol=1e-12)
    np.testing.assert_allclose(table.intermediate, 1000 * uses[..., :2].sum(axis=0), rtol=1e-12)
    assert table.tariff[0, 1, 0] == 0.05
    assert table.tariff.sum() == 0.05
    assert table.goods.tolist() == [True, False]
    assert table.sources == ("me",)
    assert "51 of 54 possible cells" in str(table.notes[0])
    world = calibrate(table, [4.0, 5.0])
    assert max(world.balances().values()) < 1e-12


def test_without_tariffs_the_note_says_so(uses, tmp_path):
    table = read_long_csv(write(tmp_path / "mine.csv", rows_of(uses)), year=2020, goods=["grain"])
    assert (table.tariff == 0).all()
    assert "every tariff is 0" in str(table.notes[-1])


def test_other_columns_spaces_and_the_code_NA_do_no_harm(uses, tmp_path):
    rows = [(r[0].replace("A", "NA"), " " + r[1].replace("A", "NA"), *r[2:], "x") for r in rows_of(uses)]
    table = read_long_csv(
        write(tmp_path / "m.csv", rows, (*HEADER, "comment")), year=2020, goods=["grain"], name="other"
    )
    assert table.countries == ("NA", "B", "C")
    assert table.name == "other"


def test_embedded_codes_need_no_goods_list(uses, tmp_path):
    rows = [[{"grain": "A01", "bank": "K"}.get(v, v) for v in row] for row in rows_of(uses)]
    table = read_long_csv(write(tmp_path / "m.csv", rows), year=2020)
    assert table.goods.tolist() == [True, False]
    assert calibrate(table, "combined").elasticity == "combined"


def test_falling_stocks_are_raised_and_counted(uses, tmp_path):
    uses[0, 2, 0, 2] = -3.0
    table = read_long_csv(write(tmp_path / "m.csv", rows_of(uses)), year=2020, goods=["grain"])
    np.testing.assert_allclose(table.flow[0, 2, 0], uses[0, 2, 0, :2].sum())
    note = next(n for n in table.notes if n.status == "repaired")
    assert (note.cells, note.million_usd) == (1, 3.0)
    assert "A C grain" in note.text


BAD = [
    (lambda rows: [*rows, rows[4]], {}, "CV219", "a cell is given twice"),
    (lambda rows: [("A", "D", "grain", "final", "1"), *rows], {}, "CV218", "'D'"),
    (lambda rows: [("A", "B", "grain", "steel", "1"), *rows], {}, "CV218", "column use"),
    (lambda rows: [("A", "B", "", "final", "1"), *rows], {}, "CV218", "a label is empty"),
    (lambda rows: [("A", "B", "final", "final", "1"), *rows], {}, "CV218", "a sector is called 'final'"),
    (lambda rows: [(*rows[0][:4], "much"), *rows[1:]], {}, "CV220", "line 2"),
    (lambda rows: [(*rows[0][:4], ""), *rows[1:]], {}, "CV220", "value"),
    (lambda rows: [(*rows[0][:4], "inf"), *rows[1:]], {}, "CV220", "inf"),
    (lambda rows: rows, {"goods": None}, "CV221", "which sectors are goods"),
    (lambda rows: rows, {"goods": ["wine"]}, "CV221", "wine"),
    (lambda rows: rows, {"header": ("from", *HEADER[1:])}, "CV218", "the column origin is missing"),
    (
        lambda rows: [(r[0], r[1], r[2], r[3], f"-{r[4]}") for r in rows],
        {},
        "CV202",
        "line 2: an intermediate",
    ),
]


@pytest.mark.parametrize(("change", "named", "code", "words"), BAD, ids=[row[3] for row in BAD])
def test_bad_files_are_refused_with_file_and_line(uses, tmp_path, change, named, code, words):
    path = write(tmp_path / "bad.csv", change(rows_of(uses)), named.get("header", HEADER))
    with pytest.raises(WorldError) as caught:
        read_long_csv(path, year=2020, goods=named.get("goods", ["grain"]))
    assert caught.value.code == code
    assert words in str(caught.value)


def test_blank_lines_are_skipped_and_counted(uses, tmp_path):
    path = write(tmp_path / "m.csv", rows_of(uses))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:3], "", *lines[3:], "", ""]), encoding="utf-8")
    assert read_long_csv(path, year=2020, goods=["grain"]).flow.sum() == pytest.approx(uses.sum())
    path.write_text("\n".join([*lines[:3], "", "A,B,grain,final,much", ""]), encoding="utf-8")
    with pytest.raises(WorldError, match=r"CV220 .*line 5"):
        read_long_csv(path, year=2020, goods=["grain"])


def test_bad_tariff_files(uses, tmp_path):
    path = write(tmp_path / "m.csv", rows_of(uses))
    columns = ("origin", "destination", "sector", "rate")
    for rows, code, words in (
        ([("A", "Z", "grain", "0.1")], "CV218", "rates.csv, line 2"),
        ([("A", "B", "grain", "5 %")], "CV220", "5 %"),
        ([("A", "B", "bank", "0.1")], "CV202", "a service bears a tariff"),
    ):
        rates = write(tmp_path / "rates.csv", rows, columns)
        with pytest.raises(WorldError) as caught:
            read_long_csv(path, year=2020, goods=["grain"], tariffs=rates)
        assert caught.value.code == code
        assert words in str(caught.value)


def test_no_file_and_no_text(tmp_path):
    with pytest.raises(WorldError, match="CV214"):
        read_long_csv(tmp_path / "none.csv", year=2020)
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\xff\xfe\x00\x01\x9c")
    with pytest.raises(WorldError, match="CV218"):
        read_long_csv(path, year=2020)
    path.write_bytes(b"")
    with pytest.raises(WorldError, match="CV218"):
        read_long_csv(path, year=2020)
