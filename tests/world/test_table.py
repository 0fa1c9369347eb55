"""A table is valid, or it is an error that names the cell."""

import numpy as np
import pytest

from countervail.errors import WorldError
from countervail.world.report import Note


def test_arrays_are_copied_and_read_only(make_table):
    flow = make_table().flow.copy()
    table = make_table(flow=flow)
    assert flow.flags.writeable
    assert not table.flow.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        table.flow[0, 0, 0] = 1.0


def test_a_read_only_array_is_shared(make_table):
    flow = make_table().flow
    assert make_table(flow=flow).flow is flow


def test_plain_notes_become_notes(make_table):
    table = make_table(notes=("half of it is made up", Note("imputed", "services", "split")))
    assert [note.status for note in table.notes] == ["note", "imputed"]
    assert "half of it" in str(table.notes[0])


def changed(values, cell, value):
    out = np.array(values)
    out[cell] = value
    return out


@pytest.mark.parametrize(
    ("field", "cell", "value", "code", "words"),
    [
        ("flow", (0, 1, 2), -1.0, "CV202", "C00 C01 s2: a flow is negative"),
        ("flow", (0, 1, 2), np.nan, "CV204", "flow"),
        ("flow", (0, 1, 2), np.inf, "CV204", "(0, 1, 2)"),
        ("intermediate", (2, 3, 1), -0.5, "CV202", "C02 s3 s1"),
        ("tariff", (0, 1, 0), -1.0, "CV202", "-100 %"),
        ("tariff", (1, 1, 0), 0.1, "CV202", "own goods"),
        ("tariff", (0, 1, 3), 0.1, "CV202", "a service bears a tariff"),
    ],
)
def test_an_impossible_cell_is_named(make_table, field, cell, value, code, words):
    good = make_table()
    with pytest.raises(WorldError) as caught:
        make_table(**{field: changed(getattr(good, field), cell, value)})
    assert caught.value.code == code
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"countries": ("A", "A", "B")}, "CV201", "A more than once"),
        ({"countries": ("A", " ", "B")}, "CV201", "empty label"),
        ({"sectors": ()}, "CV201", "sectors"),
        ({"countries": ("A", "B")}, "CV203", "(2, 2, 4)"),
        ({"goods": np.ones(3, bool)}, "CV203", "goods"),
    ],
)
def test_labels_and_shapes_are_checked(make_table, changes, code, words):
    with pytest.raises(WorldError) as caught:
        make_table(**changes)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_an_economy_without_output_is_an_error(make_table):
    flow = np.array(make_table().flow)
    flow[2] = 0.0
    with pytest.raises(WorldError, match="CV205 C02: an economy has no output at all"):
        make_table(flow=flow)


def test_an_economy_that_buys_nothing_is_an_error(make_table):
    flow = np.array(make_table().flow)
    flow[:, 2] = 0.0
    with pytest.raises(WorldError, match="CV205 C02: an economy buys nothing at all"):
        make_table(flow=flow)


def test_inputs_that_nobody_sold_are_an_error(make_table):
    flow = np.array(make_table().flow)
    flow[:, 1, 3] = 0.0
    with pytest.raises(WorldError, match="CV205 C01 s3: inputs are used that nobody sold"):
        make_table(flow=flow)
