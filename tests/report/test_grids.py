"""Tables for people: names, units in the head, the house's numbers; LaTeX and Markdown that survive any name."""

import shutil
import subprocess

import pandas as pd
import pytest

from countervail.report.grids import grid, heads, latex, markdown, readable, table_html

TABLE = pd.DataFrame(
    {
        "code": ["CIV", "TUR"],
        "name": ["Côte d'Ivoire", "A_b & 50 % <i> | c"],
        "welfare_percent": [-0.456, 12.6],
        "welfare_million_usd": [-1234.5, float("nan")],
        "missing": ["", ""],
    }
)


@pytest.fixture
def exhibit(made):
    return made("ranking", TABLE, {"label": "name", "value": "welfare_percent"})


def test_codes_give_way_to_names_and_units_go_to_the_head():
    shown = readable(TABLE)
    assert list(shown) == ["name", "welfare_percent", "welfare_million_usd"]
    assert list(shown["welfare_percent"]) == ["−0.5", "13"]
    assert list(shown["welfare_million_usd"]) == ["−1,234", "n/a"]
    assert heads(shown)["welfare_million_usd"] == ("welfare", "million USD")


def test_display_names_can_be_overridden():
    assert readable(TABLE, {"Côte d'Ivoire": "Ivory Coast"})["name"][0] == "Ivory Coast"


def test_html_is_escaped(exhibit):
    for text in (table_html(exhibit), grid(exhibit).as_raw_html()):
        assert "&lt;i&gt;" in text
        assert "−0.5" in text
    assert "1 more rows" in table_html(exhibit, most=1)


def test_markdown_keeps_its_columns(exhibit):
    rows = [line for line in markdown(exhibit).splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert {line.replace("\\|", "").count("|") for line in rows} == {4}


def test_latex_escapes_and_compiles_where_there_is_a_compiler(exhibit, tmp_path):
    text = latex(exhibit)
    assert r"A\_b \& 50 \% <i>" in text
    assert "$-$0.5" in text
    compiler = shutil.which("pdflatex")
    if compiler:
        page = (
            r"\documentclass{article}\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\usepackage{booktabs}"
        )
        (tmp_path / "t.tex").write_text(
            page + r"\begin{document}" + text + r"\end{document}", encoding="utf-8"
        )
        done = subprocess.run([compiler, "-interaction=batchmode", "t.tex"], cwd=tmp_path, check=False)
        assert done.returncode == 0
