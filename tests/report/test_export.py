"""One function writes any result; the suffix says the form; a spreadsheet reads back equal."""

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

import countervail as cv
from countervail.errors import OutputError, ScenarioError


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".csv", b"\xef\xbb\xbfcode"),
        (".parquet", b"PAR1"),
        (".dta", b"<stata_dta>"),
        (".xlsx", b"PK"),
        (".docx", b"PK"),
        (".svg", b"<?xml"),
        (".png", b"\x89PNG"),
        (".md", b"**"),
        (".tex", b"% needs"),
        (".html", b"<!doctype html>"),
        (".pdf", b"%PDF"),
    ],
)
def test_every_form_of_an_exhibit(suffix, start, exhibits, tmp_path):
    (path,) = cv.write(exhibits["who_pays"], tmp_path / f"one{suffix}")
    assert path.read_bytes().startswith(start)
    assert [file.name for file in tmp_path.iterdir()] == [path.name], "nothing half-written stays"


def test_a_form_that_does_not_exist_names_those_that_do(exhibits, tmp_path):
    with pytest.raises(OutputError, match=r"CV402.*\.xlsx"):
        cv.write(exhibits["who_pays"], tmp_path / "one.gif")
    assert not list(tmp_path.iterdir())


def test_a_failed_picture_leaves_the_old_file(exhibits, tmp_path):
    place = tmp_path / "one.svg"
    place.write_text("old")
    with pytest.raises(OutputError, match="CV452"):
        cv.write(exhibits["accuracy"], place)
    assert place.read_text() == "old"


def test_excel_reads_back_equal(ledger, tmp_path):
    (path,) = cv.write(ledger, tmp_path / "all.xlsx")
    about = {row[0].value: row[1].value for row in load_workbook(path)["About"].iter_rows()}
    assert about["Finding"] == ledger.sentence
    assert "Teti" in about["Data"]
    for name, table in ledger.to_frames().items():
        back = pd.read_excel(path, sheet_name=name, keep_default_na=False, na_values=[""])
        assert list(back.columns) == list(table.columns)
        for column in table.columns:
            if table[column].dtype.kind == "f":
                np.testing.assert_allclose(
                    back[column].astype(float), table[column], rtol=1e-12, err_msg=column
                )


def test_stata_reads_back_equal(ledger, tmp_path):
    (path,) = cv.write(ledger, tmp_path / "ledger.dta")
    back = pd.read_stata(path)
    table = ledger.table
    assert len(back) == len(table)
    np.testing.assert_array_equal(back["percent"], table["percent"])
    assert "Türkiye" in set(back["name"])


@pytest.mark.parametrize("name", [name for name, _ in cv.scenario_names()])
def test_a_scenario_goes_to_excel_and_back(name, tmp_path):
    scenario = cv.load_scenario(name)
    (path,) = cv.write(scenario, tmp_path / "scenario.xlsx")
    assert cv.read_scenario_workbook(path) == scenario


def test_a_scenario_goes_to_yaml(tmp_path):
    scenario = cv.load_scenario("united-front")
    (path,) = cv.write(scenario, tmp_path / "scenario.yaml")
    assert cv.load_scenario(str(path)) == scenario
    with pytest.raises(OutputError, match="CV402"):
        cv.write(scenario, tmp_path / "scenario.txt")


def test_damaged_workbooks_are_refused(tmp_path):
    place = tmp_path / "bad.xlsx"
    place.write_bytes(b"not a workbook")
    with pytest.raises(ScenarioError, match="CV128"):
        cv.read_scenario_workbook(place)
    (path,) = cv.write(cv.load_scenario("united-front"), tmp_path / "scenario.xlsx")
    book = load_workbook(path)
    book["measures"]["A2"] = "sanction"
    book.save(path)
    with pytest.raises(ScenarioError, match="CV128"):
        cv.read_scenario_workbook(path)
    book["measures"]["A2"] = "sanctions"
    book["measures"]["E2"] = "[RUS, "
    book.save(path)
    with pytest.raises(ScenarioError, match="CV128"):
        cv.read_scenario_workbook(path)


def test_formulas_stay_text(made, tmp_path):
    exhibit = made("ranking", [{"name": "=1+1", "value": 1.0}], {"label": "name", "value": "value"})
    (path,) = cv.write(exhibit, tmp_path / "one.xlsx")
    assert load_workbook(path)["made"]["A2"].value == "'=1+1"


def test_word_holds_the_picture_and_the_table(exhibits, tmp_path):
    from docx import Document

    (path,) = cv.write(exhibits["who_pays"], tmp_path / "one.docx")
    page = Document(str(path))
    assert len(page.inline_shapes) == 1
    assert page.tables[0].rows[1].cells[0].text == "Russia"


@pytest.mark.parametrize("suffix", [".xlsx", ".docx", ".md", ".tex", ".html", ".pdf", ".csv", ".dta"])
def test_rows_without_a_number_are_written_as_such(suffix, made, tmp_path):
    rows = [{"name": name, "welfare_percent": float("nan")} for name in ("Côte d'Ivoire", "Türkiye")]
    exhibit = made("ranking", rows, {"label": "name", "value": "welfare_percent"})
    (path,) = cv.write(exhibit, tmp_path / f"nothing{suffix}")
    if suffix in (".md", ".tex", ".html"):
        text = path.read_text(encoding="utf-8")
        assert "n/a" in text
        assert "Türkiye" in text


def test_names_come_from_a_file_of_ones_own(exhibits, tmp_path):
    (tmp_path / "names.csv").write_text("name,display\nRussia,Russian Federation\n", encoding="utf-8")
    (path,) = cv.write(exhibits["who_pays"], tmp_path / "one.md", names=tmp_path / "names.csv")
    assert "| Russian Federation |" in path.read_text(encoding="utf-8")
    for text in ("a,b\n1,2\n", None):
        place = tmp_path / "bad.csv"
        place.unlink(missing_ok=True)
        if text:
            place.write_text(text, encoding="utf-8")
        with pytest.raises(OutputError, match="CV455"):
            cv.write(exhibits["who_pays"], tmp_path / "two.md", names=place)
