"""The map: equal areas, nothing across the date line, every economy a shape or a dot, the stated policy on borders."""

import numpy as np

from countervail.report.shapes import BORDERS, dots, equal_earth, shapes


def test_the_projection_keeps_areas():
    """Cells of one degree cover in proportion to their true areas, wherever they are."""
    for latitude in (0.0, 35.0, 70.0):
        corners = np.array(
            [[10, latitude], [11, latitude], [11, latitude + 1], [10, latitude + 1]], dtype=float
        )
        x, y = equal_earth(corners).T
        flat = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
        true = np.radians(1) * (np.sin(np.radians(latitude + 1)) - np.sin(np.radians(latitude)))
        assert abs(flat / true - 1) < 1e-3


def test_no_ring_crosses_the_date_line():
    assert all(np.ptp(ring[:, 0]) < 200 for shape in shapes() for ring in shape.degrees)


def test_every_economy_can_be_seen(icio2021):
    drawn = {shape.code for shape in shapes()} | set(dots())
    assert set(icio2021.countries) - {"ROW"} <= drawn
    assert {"MLT", "SGP", "HKG", "LUX"} <= set(dots())


def test_crimea_is_ukraines_and_hatched():
    (crimea,) = [shape for shape in shapes() if shape.name == "Crimea"]
    assert (crimea.code, crimea.disputed) == ("UKR", True)
    russia = next(shape for shape in shapes() if shape.code == "RUS")
    centre = [34.2, 45.2]
    assert not any(
        ring[:, 0].min() < centre[0] < ring[:, 0].max() < 40
        and ring[:, 1].min() < centre[1] < ring[:, 1].max()
        for ring in russia.degrees
    )
    assert "68/262" in BORDERS
