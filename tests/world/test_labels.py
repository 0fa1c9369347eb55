"""Names, blocs, goods lists and who sits in ROW."""

import csv
from importlib import resources

import pytest

from countervail.world import labels


def test_every_label_of_the_world_has_a_name(world):
    assert [labels.country_name(c) for c in world.countries if labels.country_name(c) == c] == []
    assert [labels.sector_name(s) for s in world.sectors if labels.sector_name(s) == s] == []
    assert labels.country_name("ATL") == "ATL"
    assert labels.sector_name("Z9") == "Z9"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("TUR", "Türkiye"),
        ("CIV", "Côte d'Ivoire"),
        ("USA", "United States"),
        ("GBR", "United Kingdom"),
        ("CHN", "China"),
        ("RUS", "Russia"),
        ("KOR", "South Korea"),
        ("COD", "DR Congo"),
        ("ROW", "Rest of the world"),
    ],
)
def test_newspaper_names(code, name):
    assert labels.country_name(code) == name


def test_population():
    assert labels.population("CHN") == 1412175000
    assert labels.population("ROW") is None
    assert labels.population("XXX") is None
    total = sum(labels.population(c) or 0 for c in labels.country_table().index)
    assert 6.0e9 < total < 7.5e9


def test_country_table(world):
    table = labels.country_table()
    assert list(table.index) == list(world.countries)
    assert table.loc["TWN", "source"].startswith("EIU")
    assert table.loc["DEU", "population_year"] == 2022


@pytest.mark.parametrize(
    ("spelling", "code"),
    [("turkey", "TUR"), ("United_States", "USA"), ("UK", "GBR"), ("côte d’ivoire", "CIV")],
)
def test_spellings(spelling, code):
    assert labels.country_codes()[spelling] == (code,)


def test_no_spelling_means_two_things():
    names = [*labels.country_codes(), *labels.row_codes(), *labels.blocs()]
    keys = [labels.normal(name) for name in names]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_blocs(world):
    blocs = labels.blocs()
    assert len(blocs["eu"]) == len(blocs["EU27"]) == 27
    assert blocs["Sanctions Coalition"] == blocs["RUS_SANCTIONS_COALITION_2022"]
    assert len(blocs["sanctions-coalition"]) == 39
    assert set(blocs["unfriendly_list"]) - set(blocs["sanctions_coalition"]) == {"UKR"}
    assert set(blocs["brics"]) == {"BRA", "RUS", "IND", "CHN", "ZAF"}
    assert len(blocs["euro area"]) == 19
    assert set(blocs["EURO_AREA_2023"]) - set(blocs["euro area"]) == {"HRV"}
    assert set(blocs["euro area"]) < set(blocs["eu"])
    plain = "nato oecd asean g7 g20 gcc opec rcep usmca efta mercosur cptpp eaeu sco"
    for name in plain.split():
        assert name in blocs
        assert set(blocs[name]) <= set(world.countries)
    assert "west" not in blocs


def test_every_bloc_and_list_has_a_description_and_a_source():
    for name in set(labels.blocs()) - set(labels.bloc_aliases()):
        assert labels.bloc_notes()[name].description
        assert labels.bloc_notes()[name].source
    assert set(labels.bloc_aliases().values()) <= set(labels.bloc_notes())
    assert set(labels.goods_notes()) == set(labels.goods_lists())
    assert all(note.description and note.source for note in labels.goods_notes().values())


def test_goods_lists(world):
    lists = labels.goods_lists()
    assert lists["all"] == world.sectors
    assert lists["goods"] == world.sectors[:27]
    assert lists["services"] == world.sectors[27:]
    assert lists["oil_gas"] == ("B06",)
    assert (lists["oil"], lists["gas"]) == (("B06_OIL",), ("B06_GAS",))
    assert labels.sector_wholes() == {"B06_OIL": "B06", "B06_GAS": "B06"}
    assert "oil_gas" in labels.goods_notes()["gas"].description
    assert set(lists["food"]) | set(lists["medicine"]) < set(lists["essentials"])
    for name in ["energy", "coal", "technology", "metals", "vehicles", "luxury"]:
        assert set(lists[name]) <= set(world.sectors)
        assert lists[name]


def test_parts_stand_for_a_whole_that_was_divided():
    pairs = (("a", "X"), ("b", "X"), ("b1", "b"), ("b2", "b"))
    assert labels.expanded(["X", "Y"], {"a", "b1", "b2", "Y"}, pairs) == ["a", "b1", "b2", "Y"]
    assert labels.expanded(["X"], {"X", "a"}, pairs) == ["X"]
    assert labels.expanded(["Z"], {"a"}, pairs) == ["Z"]


def test_an_economy_inside_row_has_a_name():
    assert labels.country_name("IRN") == "Iran"


def test_rest_of_the_world(world):
    inside = labels.row_members()
    assert not set(inside) & set(world.countries)
    named = "IRN VEN SYR CUB PRK AFG QAT DZA AZE ARM GEO KGZ UZB XKX PSE"
    assert set(named.split()) <= set(inside)
    with (resources.files("countervail.world") / "data" / "row_members.csv").open(encoding="utf-8") as file:
        members = [row["iso3"] for row in csv.DictReader(file) if row["status"] == "UN member"]
    economies = set(world.countries) - {"ROW", "TWN", "HKG"}
    assert len(set(members) | economies) == 193
    assert labels.row_codes()["north korea"] == ("PRK",)


def test_every_packaged_csv_has_a_filled_source_column():
    folder = resources.files("countervail.world") / "data"
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".csv")]
    assert len(files) >= 9
    for file in files:
        with file.open(encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        assert rows, file.name
        assert all(row["source"] for row in rows), file.name


def test_names_is_a_mapping():
    names = labels.Names({"A_b": ("x",)})
    assert names["a B"] == ("x",)
    assert names.get("c") is None
    assert 3 not in names
    assert list(names) == ["A_b"]
    assert len(names) == 1
    assert names.canonical("A-B") == "A_b"
    with pytest.raises(KeyError):
        names["c"]
