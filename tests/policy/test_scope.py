"""Names on a world: labels, blocs, spellings, goods lists, and aggregated worlds."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.policy.complaint import Complaint
from countervail.policy.scope import Scope


def codes(scope: Scope, names) -> list[str]:
    return [scope.world.countries[n] for n in scope.economies(names, "by")]


def sectors(scope: Scope, names) -> list[str]:
    return [scope.world.sectors[n] for n in scope.sectors(names)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("RUS", "RUS"),
        ("rus", "RUS"),
        ("Russia", "RUS"),
        ("russian federation", "RUS"),
        ("Turkey", "TUR"),
        ("UK", "GBR"),
        ("United States", "USA"),
        ("Côte d’Ivoire", "CIV"),
        ("South-Korea", "KOR"),
        ("rest of the world", "ROW"),
    ],
)
def test_spellings_of_a_country(icio, name, code):
    assert codes(Scope(icio), [name]) == [code]


@pytest.mark.parametrize(
    ("name", "count"), [("EU27", 27), ("eu", 27), ("Euro area", 19), ("g7", 7), ("brics", 5)]
)
def test_standard_blocs_and_their_aliases(icio, name, count):
    assert len(codes(Scope(icio), [name])) == count


def test_own_blocs_come_before_standard_ones_and_may_nest(icio):
    scope = Scope(
        icio, {"brics": ["RUS", "CHN"], "all of us": ["brics", "EU27", "DEU"], "EU27": ["EU27", "GBR"]}
    )
    assert codes(scope, ["brics"]) == ["CHN", "RUS"]
    assert len(codes(scope, ["all_of_us"])) == 2 + 28
    assert codes(scope, ["RUS", "Russia", "brics"]) == ["CHN", "RUS"]


def test_parties_are_the_entries_or_the_members_of_a_lone_bloc(icio):
    scope = Scope(icio)
    assert [p.size for p in scope.parties(["EU27", "RUS"])] == [27, 1]
    assert [p.size for p in scope.parties(["g7"])] == [1] * 7
    with pytest.raises(Complaint, match="CV116") as caught:
        scope.parties(["EU27", "RUS", "NATO"])
    assert "parties EU27 and NATO" in caught.value.found
    assert "and 15 others" in caught.value.found or "others" in caught.value.found


def test_goods(icio):
    scope = Scope(icio, goods={"mine": ["energy", "C26"]})
    assert len(sectors(scope, ["all"])) == 50
    assert len(sectors(scope, ["goods"])) == 27
    assert len(sectors(scope, ["services"])) == 23
    assert sectors(scope, ["coal"]) == ["B05"]
    assert sectors(scope, ["Motor vehicles"]) == ["C29"]
    assert sectors(scope, ["mine"]) == ["B05", "B06", "C19", "C26", "D"]
    assert sectors(scope, ["Technology", "c26"]) == sectors(scope, ["technology"])


def test_goods_and_services_follow_the_world(world):
    scope = Scope(world)
    assert sectors(scope, ["goods"]) == ["A01", "C26"]
    assert sectors(scope, ["services"]) == ["K"]
    with pytest.raises(Complaint) as caught:
        scope.sectors(["coal"])
    assert caught.value.code == "CV115"
    assert "lacks B05" in caught.value.what


def test_aggregated_worlds_take_blocs_they_are_made_of(icio):
    small = icio.aggregate(countries={"EU": "EU27", "East": ["CHN", "RUS"]}, sectors={"fuel": ["B05", "B06"]})
    scope = Scope(small)
    assert codes(scope, ["eu"]) == ["EU"]
    assert codes(scope, ["EU27", "USA"]) == ["EU", "USA"] or set(codes(scope, ["EU27", "USA"])) == {
        "EU",
        "USA",
    }
    assert codes(scope, ["CHN", "RUS"]) == ["East"]
    assert sectors(scope, ["coal", "oil_gas"]) == ["fuel"]
    for names in (["RUS"], ["g7"]):
        with pytest.raises(Complaint) as caught:
            scope.economies(names, "by")
        assert caught.value.code == "CV113"
        assert "only as part of" in caught.value.what
    with pytest.raises(Complaint, match="CV113"):
        scope.sectors(["coal"])


def test_positions_are_sorted_and_unique(icio):
    found = Scope(icio).economies(["USA", "AGO", "USA", "eu", "DEU"], "by")
    assert np.all(np.diff(found) > 0)
