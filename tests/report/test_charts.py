"""Every kind of exhibit is drawn from its table alone, in both hands, at the edges too."""

import math

import numpy as np
import pytest

import countervail as cv
from countervail.errors import OutputError
from countervail.exhibit import ROLES
from countervail.report.pictured import CHARTS
from countervail.report.plot import picture
from countervail.report.pointed import interactive

NAMES = ("Côte d'Ivoire", "Türkiye", "A & B <c>", "Viet Nam")
ROWS = {
    "ranking": [
        {"label": n, "value": v, "low": v - 1, "high": v + 1, "side": s}
        for n, v, s in zip(NAMES, (-3.0, 2.0, math.nan, 0.0), ("target", "sender", "third", ""), strict=True)
    ],
    "ladder": [
        {"label": n, "value": v}
        for n, v in zip(("Sanctions", "Corridor", "Net"), (-2.0, 0.5, -1.5), strict=True)
    ],
    "matrix": [{"row": a, "column": b, "value": 0.5 if a != b else math.nan} for a in NAMES for b in NAMES],
    "curves": [
        {"line": n, "x": x, "y": x * i, "low": x * i - 1, "high": x * i + 1}
        for i, n in enumerate(NAMES)
        for x in range(4)
    ],
    "scatter": [{"x": i, "y": -i, "label": n, "line": "frontier"} for i, n in enumerate(NAMES)],
    "flows": [
        {"origin": n, "destination": "Russia", "value": 10.0 + i, "base": 10.0} for i, n in enumerate(NAMES)
    ],
    "shares": [{"label": s, "part": n, "value": 25.0} for s in ("before", "after") for n in NAMES],
    "distribution": [{"value": v, "line": n} for n in NAMES[:2] for v in np.linspace(-1, 3, 60)],
    "map": [
        {"code": c, "value": v, "label": n}
        for c, v, n in (("RUS", -2.0, "Russia"), ("MLT", 0.5, "Malta"), ("USA", 0.1, "United States"))
    ],
}


def of_kind(made, kind, rows):
    return made(kind, rows, {part: part for part in (*ROLES[kind][0], *ROLES[kind][1]) if part in rows[0]})


def test_every_kind_but_the_table_has_a_chart():
    assert set(CHARTS) == set(ROLES) - {"table"} == set(ROWS)


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_every_kind_is_drawn(kind, made):
    exhibit = of_kind(made, kind, ROWS[kind])
    drawing = picture(exhibit, "svg").decode()
    assert "A finding" in drawing
    assert "Source: made up" in drawing
    assert picture(exhibit, "svg").decode() == drawing, "the same picture twice"
    assert picture(exhibit, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_one_row_is_enough(kind, made):
    rows = ROWS[kind][:1]
    assert b"<svg" in picture(of_kind(made, kind, rows), "svg")


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_no_harm_and_nothing_known(kind, made):
    """Zeros everywhere, then no number anywhere."""
    part = "y" if kind in ("curves", "scatter") else "value"
    for value in (0.0, math.nan):
        assert b"<svg" in picture(of_kind(made, kind, [row | {part: value} for row in ROWS[kind]]), "svg")


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_one_can_point_at_every_kind(kind, made):
    exhibit = of_kind(made, kind, ROWS[kind])
    figure = interactive(exhibit)
    assert len(figure.data) >= 1
    assert "A finding" in figure.layout.title.text


def test_names_that_need_escaping_come_out_right(made):
    drawing = picture(of_kind(made, "ranking", ROWS["ranking"]), "svg").decode()
    assert "Côte d'Ivoire" in drawing
    assert "A &amp; B &lt;c&gt;" in drawing


def test_a_result_without_picture_says_so(made, exhibits):
    for result in (made("table", [{"a": 1}], {}), exhibits["accuracy"], 3):
        with pytest.raises(OutputError, match="CV452"):
            cv.plot(result)


def test_results_are_drawn_by_what_answers_first(ledger):
    assert "Russia loses" in "".join(text.get_text() for text in cv.plot(ledger).texts)
    assert cv.plot(ledger.outcome, interactive=True).data[0].type == "choropleth"
