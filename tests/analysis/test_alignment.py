"""Alignment: the packaged votes and record, aggregation, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.analysis import votes
from countervail.analysis.alignment import alignment_matrix, alignment_prospects, alignment_ranking
from countervail.errors import OutputError
from countervail.policy.catalog import load_scenario
from countervail.policy.scenario import Scenario
from countervail.world.world import World


def test_points_are_those_published_and_gaps_are_known(icio2021: World) -> None:
    points = votes.ideal_points(icio2021)[votes.YEARS.index(2022)]
    for code, point in (("USA", 2.15), ("RUS", -0.81), ("CHN", -1.35)):
        assert points[icio2021.index(code)] == pytest.approx(point, abs=0.005)
    missing = {icio2021.countries[n] for n in np.flatnonzero(np.isnan(points))}
    assert missing == {"TWN", "ROW"}
    assert points[icio2021.index("HKG")] == points[icio2021.index("CHN")]


def test_agreement_is_symmetric_and_one_with_oneself(icio2021: World) -> None:
    same = votes.agreement(icio2021, "agreement_2019")
    np.testing.assert_array_equal(same, same.T)
    assert same[icio2021.index("CHN"), icio2021.index("RUS")] == pytest.approx(0.87, abs=0.005)
    assert same[icio2021.index("CHN"), icio2021.index("USA")] == pytest.approx(0.20, abs=0.005)
    assert (np.diag(same)[~np.isnan(np.diag(same))] == 1).all()


def test_blocs_of_the_record_are_unfolded(icio2021: World) -> None:
    count = votes.episodes(icio2021)
    russia, germany = icio2021.index("RUS"), icio2021.index("DEU")
    assert count[germany, russia] >= 8
    assert count[russia, germany] >= 4


def test_the_matrix_holds_distances_and_says_who_is_silent(icio2021: World) -> None:
    found = alignment_matrix(icio2021, ["G7", "CHN", "TWN"], 2022)
    cell = found.table.set_index(["row_code", "column_code"]).loc[("USA", "CHN")]
    assert cell["distance"] == pytest.approx(2.15 + 1.35, abs=0.01)
    assert "China and United States vote furthest apart" in found.title
    assert any("Taiwan" in caveat for caveat in found.caveats)


def test_blocs_can_stand_as_one(icio2021: World) -> None:
    whole = alignment_matrix(icio2021, ["USMCA", "RUS"], 2020, unfold=False).table
    ranked = alignment_ranking(icio2021, ["USMCA"], 2020).table.set_index("code")
    pair = whole.set_index(["row_code", "column_code"]).loc[("USMCA", "RUS")]
    assert pair["distance"] == pytest.approx(ranked.loc["RUS", "distance"])
    assert pair["change_in_ten_years"] == pytest.approx(ranked.loc["RUS", "change_in_ten_years"])
    assert pair["agreement"] == pytest.approx(ranked.loc["RUS", "agreement"])


def test_the_distance_from_a_bloc_is_that_from_its_weighted_mean(icio2021: World) -> None:
    found = alignment_ranking(icio2021, ["USMCA"], 2020).table.set_index("code")
    members = [icio2021.index(code) for code in ("USA", "CAN", "MEX")]
    points = votes.ideal_points(icio2021)[votes.YEARS.index(2020)]
    centre = np.average(points[members], weights=icio2021.income[members])
    assert found.loc["RUS", "distance"] == pytest.approx(abs(points[icio2021.index("RUS")] - centre))
    assert "USA" not in found.index
    assert found["distance"].is_monotonic_increasing


def test_an_aggregated_economy_is_the_mean_of_its_voters(small: World, icio2021: World) -> None:
    points = votes.ideal_points(small)[:, small.index("EU")]
    members = [icio2021.index(code) for code in small.country_members[small.index("EU")]]
    np.testing.assert_allclose(points, votes.ideal_points(icio2021)[:, members].mean(axis=1))


def test_prospects_are_third_parties_and_labelled_a_heuristic(icio2021: World) -> None:
    joiners, hubs = alignment_prospects(icio2021, load_scenario("united-front"))
    for found, column in ((joiners, "joiner_score"), (hubs, "hub_score")):
        assert "heuristic" in found.caveats[0]
        assert not {"RUS", "USA", "DEU"} & set(found.table["code"])
        assert found.table[column].iloc[0] == 100
    assert hubs.table["code"].iloc[0] == "CHN"
    close = joiners.table.set_index("code")["closeness"]
    assert close["UKR"] > close["TUR"] > close["BLR"]


def test_bad_questions_are_refused(icio2021: World) -> None:
    with pytest.raises(OutputError, match="CV417"):
        alignment_matrix(icio2021, ["USA", "CHN"], 1999)
    with pytest.raises(OutputError, match="CV416"):
        alignment_matrix(icio2021, ["USA", "TWN"])
    with pytest.raises(OutputError, match="CV416"):
        alignment_ranking(icio2021, ["TWN"])
    between = Scenario(name="x", sanctions=[{"tariff": {"between": ["USA", "CHN"], "rate": "5 %"}}])
    with pytest.raises(OutputError, match="CV410"):
        alignment_prospects(icio2021, between)
