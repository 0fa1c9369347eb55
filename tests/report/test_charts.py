"""Every kind of exhibit is drawn from its table alone, in both hands, at the edges too."""

import math

import numpy as np
import pytest

import countervail as cv
from countervail.errors import OutputError
from countervail.exhibit import ROLES
from countervail.report.arranged import flows, ranked, swings
from countervail.report.pictured import CHARTS
from countervail.report.plot import picture
from countervail.report.pointed import interactive
from countervail.report.style import told

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
    "tornado": [
        {"label": n, "low": low, "high": high, "value": -2.5}
        for n, low, high in zip(NAMES, (-3.0, -2.7, -2.4, -2.5), (-1.0, -2.6, -2.6, -2.5), strict=True)
    ],
    "map": [
        {"code": c, "value": v, "label": n}
        for c, v, n in (("RUS", -2.0, "Russia"), ("MLT", 0.5, "Malta"), ("USA", 0.1, "United States"))
    ],
}


def of_kind(made, kind, rows):
    return made(kind, rows, {part: part for part in (*ROLES[kind][0], *ROLES[kind][1]) if part in rows[0]})


GAME = [
    {"row": a, "column": b, "value": v, "second": w, "mark": (a, b) == ("Embargo", "Answer")}
    for a, b, v, w in (
        ("Nothing", "Nothing", 0.0, 0.0),
        ("Nothing", "Answer", -0.2, 0.1),
        ("Embargo", "Nothing", -0.1, -2.5),
        ("Embargo", "Answer", -0.3, -2.25),
    )
]


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
    parts = {"curves": ["y"], "scatter": ["y"], "tornado": ["low", "high", "value"]}.get(kind, ["value"])
    for value in (0.0, math.nan):
        rows = [row | dict.fromkeys(parts, value) for row in ROWS[kind]]
        assert b"<svg" in picture(of_kind(made, kind, rows), "svg")
        assert interactive(of_kind(made, kind, rows)).data


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_one_can_point_at_every_kind(kind, made):
    exhibit = of_kind(made, kind, ROWS[kind])
    figure = interactive(exhibit)
    assert len(figure.data) >= 1
    assert "A finding" in figure.layout.title.text


def test_a_game_shows_both_payoffs_and_frames_the_equilibrium(made):
    exhibit = of_kind(made, "matrix", GAME)
    drawing = picture(exhibit, "svg").decode()
    assert [f">{said}<" in drawing for said in ("−2.2", "−2.5", "0.1", "Embargo")] == [True] * 4
    assert "framed: Nash equilibrium" in drawing
    figure = interactive(exhibit)
    assert figure.data[0].z.tolist() == [[0.0, 0.0, -0.2, 0.1], [-0.1, -2.5, -0.3, -2.25]]
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (1, 2, 1, 2)


def test_a_tornado_meets_at_the_stated_answer(made):
    """Golden: the widest first, both ends measured from what is stated."""
    exhibit = of_kind(made, "tornado", ROWS["tornado"])
    assert list(swings(exhibit)["label"]) == [NAMES[3], NAMES[1], NAMES[2], NAMES[0]]
    low, high = interactive(exhibit).data
    assert list(low.base) == [-2.5] * 4
    assert low.x == pytest.approx([0.0, -0.2, 0.1, -0.5])
    assert high.x == pytest.approx([0.0, -0.1, -0.1, 1.5])
    assert "as stated −2.5" in picture(exhibit, "svg").decode()


def test_a_long_ranking_keeps_the_largest_and_counts_the_rest(made):
    rows = [{"label": f"economy {n}", "value": (-1) ** n * n / 10} for n in range(60)]
    rows.append({"label": "nowhere", "value": math.nan})
    kept, said = ranked(of_kind(made, "ranking", rows))
    assert sorted(kept["value"].abs()) == [n / 10 for n in range(36, 60)]
    assert kept["value"].is_monotonic_increasing
    assert said == "36 smaller and 1 without a number are in the table only."
    closest = [{"label": f"economy {n}", "value": 1.0 + n} for n in range(60)]
    kept, said = ranked(of_kind(made, "ranking", closest))
    assert list(kept["value"]) == [*range(1, 13), *range(49, 61)], "of a distance both ends matter"
    assert said == "36 between them are in the table only."


def test_what_the_table_has_sorted_stays_so_and_the_most_comes_first(made):
    def order(*values):
        rows = [{"label": str(n), "value": value} for n, value in enumerate(values)]
        return list(ranked(of_kind(made, "ranking", rows))[0]["value"])

    assert order(1.0, 2.0, 3.0) == [1.0, 2.0, 3.0]
    assert order(2.0, 3.0, 1.0) == [3.0, 2.0, 1.0]
    assert order(0.5, -1.0, 2.0) == [-1.0, 0.5, 2.0]


def test_many_ribbons_are_summed_and_none_is_lost(made):
    rows = [
        {"origin": f"economy {n}", "destination": "Russia", "value": 1.0 + n, "base": 2.0} for n in range(30)
    ]
    exhibit = of_kind(made, "flows", rows)
    found = flows(exhibit)
    assert len(found) == 11
    assert found["value"].sum() == exhibit.table["value"].sum()
    assert found["origin"].iloc[-1] == "20 others"


@pytest.mark.parametrize(
    ("value", "largest", "said"),
    [(-0.0031, 0.1, "−0.003"), (0.0124, 0.02, "0.012"), (0.0031, 50.0, "0.0"), (-0.0004, 0.0005, "−0.00040")],
)
def test_a_label_does_not_hide_what_one_can_see(value, largest, said):
    assert told(value, largest) == said


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
    shown = cv.plot(ledger.outcome, interactive=True)
    assert {trace.type for trace in shown.data} == {"scatter"}, (
        "no outlines that a network would have to give"
    )
    assert any(str(trace.text).startswith("Russia: −2.1") for trace in shown.data)
