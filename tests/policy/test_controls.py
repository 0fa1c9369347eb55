"""Export controls and their reach: contents from the world's table (Eq. 12e)."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import ScenarioError
from countervail.policy.content import coalition_content
from countervail.policy.controls import ExportControl
from countervail.policy.reach import foreign_reach
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.world.calibrate import calibrate
from countervail.world.table import Table


def leontief(world, members) -> np.ndarray:
    """The same content by the textbook: value added times the inverse of the world's input matrix."""
    n, j = world.n_countries, world.n_sectors
    bought = world.trade_share / world.tariff
    inputs = np.einsum("ost,ios->isot", world.input_share, bought).reshape(n * j, n * j)
    added = world.value_added_share + np.einsum("ost,os->ot", world.input_share, 1 - bought.sum(0))
    own = np.where(np.isin(np.arange(n), members)[:, None], added, 0).ravel()
    return (own @ np.linalg.inv(np.eye(n * j) - inputs)).reshape(n, j)


@pytest.mark.parametrize("members", [[0], [2, 3], [0, 1, 2, 3, 4, 5]])
def test_content_is_the_leontief_inverse(world, members):
    np.testing.assert_allclose(
        coalition_content(world, np.array(members)), leontief(world, members), rtol=1e-11, atol=1e-12
    )


def test_the_contents_of_all_economies_add_up_to_one(world):
    total = sum(coalition_content(world, np.array([n])) for n in range(world.n_countries))
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_two_by_two_by_hand():
    """A good without inputs is all home-made; one that uses half its value of imports is half foreign."""
    flow = np.zeros((2, 2, 2))
    flow[:, :, 0] = [[0, 50], [0, 0]]  # the first sells parts to the second only
    flow[:, :, 1] = [[0, 0], [20, 80]]  # the second sells machines to both
    uses = np.zeros((2, 2, 2))
    uses[1, 0, 1] = 50  # parts that go into machines
    table = Table(
        "two", 2021, ("USA", "CHN"), ("C26", "C28"), flow, uses, np.zeros((2, 2, 2)), np.array([True, True])
    )
    content = coalition_content(calibrate(table, [4.0, 4.0]), np.array([0]))
    assert content[0, 0] == pytest.approx(1.0)
    assert content[1, 1] == pytest.approx(0.5)


RULE = {"by": "DEU", "on": "RUS", "goods": "C26"}


def test_exports_of_the_coalition_are_banned_and_nothing_else(dense):
    found = dense(sanctions=[{"export_control": {**RULE, "leakage": "10 %", "licence": "20 %"}}])
    assert found("passing", "DEU", "RUS", "C26") == pytest.approx(0.2 + 0.8 * 0.1)
    for o, d, s in (("RUS", "DEU", "C26"), ("FRA", "RUS", "C26"), ("DEU", "RUS", "K")):
        assert found("passing", o, d, s) == 1.0


def test_third_countries_goods_with_enough_content_are_covered(dense, world):
    content = coalition_content(world, np.array([world.index("DEU")]))[:, 1]
    others = {code: content[world.index(code)] for code in ("CHN", "FRA", "ROW")}  # Türkiye sells none
    threshold = (max(others.values()) + min(others.values())) / 2
    item = {"export_control": {**RULE, "content": float(threshold)}}
    found = dense(sanctions=[item])
    for code, share in others.items():
        assert (found("passing", code, "RUS", "C26") == 0.0) == (share >= threshold)
        assert found("passing", code, "CHN" if code != "CHN" else "FRA", "C26") == 1.0
    assert found("passing", "RUS", "RUS", "C26") == 1.0
    table = foreign_reach(compile_scenario(Scenario(name="x", sanctions=[item]), world))
    assert set(table["origin"]) == {code for code, share in others.items() if share >= threshold}
    assert set(table["destination"]) == {"RUS"}
    assert (table["content"] >= threshold).all()
    assert table["flow"].is_monotonic_decreasing
    assert (table["measure"] == "export_control 1").all()


def test_without_a_threshold_nothing_is_reached(world):
    compiled = compile_scenario(Scenario(name="x", sanctions=[{"export_control": RULE}]), world)
    assert foreign_reach(compiled).empty


def test_retaliation_mirrors_the_direct_ban_only(dense, world):
    item = {"export_control": {**RULE, "content": 0.001}}
    found = dense(sanctions=[item], responses=[{"retaliation": {"of": "sanctions"}}])
    assert found("passing", "CHN", "RUS", "C26") == 0.0
    assert found("passing", "RUS", "DEU", "C26") == 0.0
    assert found("passing", "CHN", "DEU", "C26") == 1.0


def test_a_corridor_frees_what_is_reached(dense):
    item = {"export_control": {**RULE, "content": 0.001}}
    corridor = {"corridor": {"between": ["RUS", "CHN"], "goods": "C26"}}
    assert dense(sanctions=[item], responses=[corridor])("passing", "CHN", "RUS", "C26") == 1.0


def test_on_the_embedded_world_it_is_quick_and_sensible(icio):
    content = coalition_content(icio, np.array([icio.index("USA")]))
    assert content[icio.index("USA")].min() > 0.5
    assert content[icio.index("MEX"), icio.sectors.index("C29")] > content[icio.index("RUS")].max()
    assert content.max() <= 1


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"content": "150 %"}, "CV107", "export_control.content"),
        ({"content": 25}, "CV108", "Write 25 %"),
        ({"content": 0}, "CV107", "leave it out"),
        ({"on": "DEU"}, "CV116", "DEU on both sides"),
        ({"between": ["DEU", "RUS"]}, "CV103", "between"),
        ({"leakage": "100 %"}, "CV107", "export_control.leakage"),
    ],
)
def test_nonsense(fields, code, word):
    with pytest.raises(ScenarioError, match=code) as caught:
        ExportControl(**{**RULE, **fields})
    assert word in str(caught.value)


def test_sentence():
    assert ExportControl(by="USA", on="CHN", goods="C26", content="25 %", leakage="5 %").describe() == (
        "The United States keeps exports of electronics from China, and third countries' goods of which it made "
        "25 % or more; 5 % leaks through."
    )
