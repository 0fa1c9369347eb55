"""Scenario files: what comes in goes out; what is wrong is said once, with file, line, field, next step."""

from __future__ import annotations

import pickle

import pytest

from countervail.errors import ScenarioError
from countervail.policy.catalog import load_scenario
from countervail.policy.measures import Embargo
from countervail.policy.retaliation import Retaliation
from countervail.policy.scenario import MOST_MEASURES, Scenario
from countervail.policy.shock import compile_scenario

FILE = """\
name: Test
story: One paragraph.
sources: [nowhere]
world: icio2021
blocs: {west: [EU27, USA]}
given: []
sanctions:
  - embargo:
      name: tech ban
      by: west
      on: RUS
      goods: technology
      direction: export
      leakage: 10 %
  - friction: {by: [CHN, TUR], on: RUS, rate: 3 %, kind: payments}
responses:
  - corridor: {between: [RUS, CHN], goods: essentials, saving: 5 %}
  - payments: {between: [RUS, CHN], removes: 50 %}
"""


def edited(old: str, new: str) -> str:
    assert old in FILE
    return FILE.replace(old, new)


def said(text: str, world=None) -> ScenarioError:
    """The error that a file gives, when it is read or when it meets a world."""
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(Scenario.from_yaml(text, "test.yaml"), world)
    return caught.value


# In and out ---------------------------------------------------------------------------------------


def test_a_file_is_read():
    scenario = Scenario.from_yaml(FILE, "test.yaml")
    assert scenario.name == "Test"
    assert scenario.blocs == {"west": ("EU27", "USA")}
    assert scenario.model == "long_run"
    assert scenario.sanctions[0] == Embargo(
        name="tech ban", by="west", on="RUS", goods="technology", direction="export", leakage="10 %"
    )
    assert scenario.labels("sanctions") == ("tech ban", "friction 2")


def test_what_goes_out_comes_in():
    scenario = Scenario.from_yaml(FILE, "test.yaml")
    again = Scenario.from_yaml(scenario.to_yaml(), "again.yaml")
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert again.fingerprint() == scenario.fingerprint()
    assert again.to_yaml() == scenario.to_yaml()
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_python_and_yaml_say_the_same():
    built = Scenario(
        name="Test",
        story="One paragraph.",
        sources="nowhere",
        world="icio2021",
        blocs={"west": ["EU27", "USA"]},
        sanctions=[
            Embargo(
                name="tech ban", by="west", on="RUS", goods="technology", direction="export", leakage=0.1
            ),
            {"friction": {"by": ["CHN", "TUR"], "on": "RUS", "rate": 0.03, "kind": "payments"}},
        ],
        responses=[
            {"corridor": {"between": ["RUS", "CHN"], "goods": "essentials", "saving": 0.05}},
            {"payments": {"between": ["RUS", "CHN"], "removes": 0.5}},
        ],
    )
    assert built == Scenario.from_yaml(FILE)


def test_every_value_counts_in_the_fingerprint():
    scenario = Scenario.from_yaml(FILE)
    for key, value in {
        "name": "x",
        "world": "icio2022",
        "sanctions.0.leakage": "11 %",
        "blocs.west": "USA",
    }.items():
        assert scenario.with_settings({key: value}).fingerprint() != scenario.fingerprint()


def test_a_scenario_says_what_it_is():
    assert repr(Scenario.from_yaml(FILE)) == "Scenario('Test' on icio2021: given 0, sanctions 2, responses 2)"


def test_labels_of_measures_without_a_name_never_meet_a_name():
    scenario = Scenario(
        name="x",
        sanctions=[
            {"embargo": {"by": "USA", "on": "RUS"}},
            {"embargo": {"by": "USA", "on": "BLR", "name": "embargo 1"}},
        ],
    )
    assert scenario.labels("sanctions") == ("embargo 1'", "embargo 1")


def test_an_empty_file_and_a_missing_name_are_errors():
    assert said("").code == "CV106"
    assert said("- a\n- b\n").code == "CV106"
    assert said("story: x\n").code == "CV105"


# Bad input: code, line, field, and a word of the message ------------------------------------------

BAD = [
    # unknown economies, blocs, sectors, lists and measures, with the nearest match
    (
        "on: RUS\n      goods",
        "on: Rusia\n      goods",
        "CV111",
        11,
        "sanctions[0].on",
        "Did you mean 'Russia'",
    ),
    ("[EU27, USA]", "[EU28, USA]", "CV111", 10, "sanctions[0].by", "EU27"),
    ("by: west", "by: wset", "CV111", 10, "sanctions[0].by", "'west'"),
    ("[CHN, TUR]", "[CHN, Turky]", "CV111", 15, "sanctions[1].by[1]", "Turkey"),
    ("goods: technology", "goods: tecnology", "CV114", 12, "sanctions[0].goods", "'technology'"),
    ("goods: technology", "goods: [C26, C2Z]", "CV114", 12, "sanctions[0].goods[1]", "C29"),
    ("- embargo:", "- embrago:", "CV104", 8, "sanctions[0]", "Did you mean 'embargo'"),
    ("- payments:", "- insurance:", "CV104", 18, "responses[1]", "The field insurance of an agreement"),
    ("leakage: 10 %", "leakige: 10 %", "CV103", 14, "sanctions[0].leakige", "'leakage'"),
    ("world: icio2021", "wrld: icio2021", "CV103", 4, "wrld", "'world'"),
    # a good this world does not have apart
    ("goods: technology", "goods: gas", "CV115", 12, "sanctions[0].goods", "oil_gas"),
    # measures on oneself
    (
        "by: west\n      on: RUS",
        "by: west\n      on: USA",
        "CV116",
        11,
        "sanctions[0].on",
        "United States on both sides",
    ),
    (
        "by: west\n      on: RUS",
        "by: [RUS, USA]\n      on: RUS",
        "CV116",
        11,
        "sanctions[0].on",
        "RUS on both sides",
    ),
    (
        "by: west\n      on: RUS",
        "by: Russia\n      on: RUS",
        "CV116",
        11,
        "sanctions[0].on",
        "Russia on both sides",
    ),
    (
        "{between: [RUS, CHN], removes",
        "{between: RUS, removes",
        "CV116",
        18,
        "responses[1].between",
        "only one party",
    ),
    (
        "{between: [RUS, CHN], removes",
        "{between: [brics, CHN], removes",
        "CV116",
        18,
        "responses[1].between",
        "China",
    ),
    # empty sides
    ("by: west", "by: []", "CV117", 10, "sanctions[0].by", "at least one"),
    ("by: west", "by: ''", "CV117", 10, "sanctions[0].by", "at least one"),
    ("      by: west\n", "", "CV105", 8, "sanctions[0].by", "lacks a side"),
    ("{west: [EU27, USA]}", "{west: []}", "CV117", 5, "blocs.west", "at least one"),
    # rates out of range, percentages where fractions are meant, things that are no size
    ("leakage: 10 %", "leakage: 10", "CV108", 14, "sanctions[0].leakage", "Write 10 %"),
    ("leakage: 10 %", "leakage: 110 %", "CV107", 14, "sanctions[0].leakage", "below 100 %"),
    ("rate: 3 %", "rate: -3 %", "CV107", 15, "sanctions[1].rate", "at least 0 %"),
    ("saving: 5 %", "saving: 100 %", "CV107", 17, "responses[0].saving", "below 100 %"),
    ("removes: 50 %", "removes: half", "CV106", 18, "responses[1].removes", "not a number"),
    ("direction: export", "direction: out", "CV106", 13, "sanctions[0].direction", "import, export or both"),
    # duplicate names and fields
    ("- friction: {by", "- friction: {name: tech ban, by", "CV110", 15, "sanctions[1].name", "tech ban"),
    (
        "blocs: {west: [EU27, USA]}",
        "blocs: {west: [EU27], West: [USA]}",
        "CV110",
        5,
        "blocs.West",
        "west and West",
    ),
    ("given: []", "given: []\ngiven: []", "CV110", 7, "", "stands twice"),
    # YAML that does not parse, and what no scenario needs
    ("blocs: {west: [EU27, USA]}", "blocs: {west: [EU27, USA}", "CV102", 5, "", "does not parse"),
    ("story: One paragraph.", "story: One: paragraph.", "CV102", 2, "", "does not parse"),
    ("by: west", "by: &w west", "CV102", 10, "", "anchor"),
    ("by: west", "by: !!str west", "CV102", 10, "", "tag"),
    # economies inside ROW
    ("on: RUS\n      goods", "on: Iran\n      goods", "CV112", 11, "sanctions[0].on", "sits inside ROW"),
    ("[CHN, TUR]", "[CHN, VEN]", "CV112", 15, "sanctions[1].by[1]", "Venezuela"),
    # blocs that contain themselves
    (
        "{west: [EU27, USA]}",
        "{west: [east], east: [west]}",
        "CV123",
        10,
        "sanctions[0].by",
        "contains itself",
    ),
    # responses and sanctions that touch nothing
    (
        "between: [RUS, CHN], removes",
        "between: [RUS, IND], removes",
        "CV118",
        18,
        "responses[1].removes",
        "friction 2",
    ),
    (
        "goods: essentials, saving: 5 %",
        "goods: essentials, payments: 5 %",
        "CV103",
        17,
        "responses[0].payments",
        "",
    ),
    ("between: [RUS, CHN], goods", "between: [DEU, CHN], goods", None, 0, "", ""),  # a saving is an effect
    (
        "[RUS, CHN], goods: essentials, saving: 5 %",
        "[DEU, CHN], goods: essentials",
        "CV118",
        17,
        "responses[0].between",
        "",
    ),
    # dates and conditions
    ("leakage: 10 %", "start: march", "CV125", 14, "sanctions[0].start", "2022-03-15"),
    ("leakage: 10 %", "full_by: 2022-03", "CV125", 14, "sanctions[0].full_by", "Add 'start'"),
    ("world: icio2021", "date: soon", "CV125", 4, "date", "not a date"),
    ("leakage: 10 %", "when: tech bann", "CV119", 14, "sanctions[0].when", "Did you mean 'tech ban'"),
    ("leakage: 10 %", "when: tech ban", "CV126", 14, "sanctions[0].when", "tech ban -> tech ban"),
    # the form of lists and items
    ("given: []", "given: {embargo: {by: USA, on: RUS}}", "CV106", 6, "given", "not a list of measures"),
    ("given: []", "given: [embargo]", "CV106", 6, "given[0]", "not a measure"),
    ("given: []", "given: [{embargo: RUS}]", "CV106", 6, "given[0]", "no fields"),
    ("  - embargo:\n      name", "  - embargo:\n    name", "CV102", 10, "", "does not parse"),
    ("blocs: {west: [EU27, USA]}", "blocs: [west]", "CV106", 5, "blocs", "mapping"),
    ("story: One paragraph.", "story: [a]", "CV106", 2, "story", "not a text"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "field", "word"), BAD)
def test_bad_input_gives_one_clear_message(icio, old, new, code, line, field, word):
    if code is None:
        compile_scenario(Scenario.from_yaml(edited(old, new)), icio)
        return
    error = said(edited(old, new), icio)
    assert error.code == code, str(error)
    assert error.where.split(", ")[0] == f"test.yaml:{line}", str(error)
    assert error.where.partition(", ")[2] == field, str(error)
    assert word in str(error)
    assert error.found, str(error)
    assert error.next_step, str(error)
    assert "Traceback" not in str(error)


def test_who_sits_inside_row_is_listed(icio):
    error = said(edited("on: RUS\n      goods", "on: Iran\n      goods"), icio)
    assert "Afghanistan" in error.found
    assert "ROW" in error.next_step


def test_fields_not_indented_under_their_measure():
    error = said("name: x\nsanctions:\n  - embargo:\n    by: USA\n    on: RUS\n")
    assert error.code == "CV106"
    assert "not indented under it" in error.found


def test_a_scenario_for_a_world_that_lacks_its_countries(world):
    error = said(FILE, world)
    assert error.code == "CV113"
    assert "lacks" in error.what
    assert "the world 'small'" in error.what
    assert error.where == "test.yaml:10, sanctions[0].by"


def test_a_sanction_without_any_trade_is_an_error(world):
    text = "name: x\nsanctions:\n  - embargo: {by: TUR, on: RUS, goods: C26, direction: export}\n"
    error = said(text, world)
    assert (error.code, error.where) == ("CV118", "test.yaml:3, sanctions[0].goods")
    assert "Electronics" in str(error) or "electronics" in str(error)


def test_a_tariff_on_services_is_an_error(world):
    error = said("name: x\nsanctions:\n  - tariff: {by: DEU, on: RUS, goods: [C26, K], rate: 5 %}\n", world)
    assert (error.code, error.where) == ("CV118", "test.yaml:3, sanctions[0].goods")


@pytest.mark.parametrize("text", ["a\x00b", "bell \x07", "\ud800"])
def test_characters_that_no_file_can_hold(text):
    for build in (
        lambda: Scenario(name=text),
        lambda: Scenario(name="x", blocs={text: ["USA"]}),
        lambda: Embargo(by=text, on="RUS"),
    ):
        with pytest.raises(ScenarioError, match=r"CV106.*control character"):
            build()


def test_too_many_measures():
    items = [{"embargo": {"by": "USA", "on": "RUS"}}] * MOST_MEASURES
    Scenario(name="x", sanctions=items)
    with pytest.raises(ScenarioError, match="CV124"):
        Scenario(name="x", sanctions=items, given=items[:1])


def test_stated_sides_that_meet():
    from countervail.world.catalog import load_world

    error = said(FILE + "senders: west\ntargets: [RUS, USA]\n", load_world("icio2021"))
    assert error.code == "CV116"
    assert "United States in senders and targets" in error.found


# Files and the library ----------------------------------------------------------------------------


def test_a_file_is_loaded_by_path(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert load_scenario(path) == load_scenario(str(path)) == Scenario.from_yaml(FILE)
    path.write_bytes(b"\xef\xbb\xbf" + FILE.encode())  # a byte order mark does no harm
    assert load_scenario(path) == Scenario.from_yaml(FILE)


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"name: \xff\xfe", "CV102", "UTF-8"),
        (b"a" * 1_000_001, "CV102", "too large"),
        (None, "CV101", "no such file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, content, code, word):
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert caught.value.code == code
    assert word in str(caught.value)
    assert str(path) in caught.value.where


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(ScenarioError, match="CV101"):
        load_scenario(tmp_path)


def test_an_unknown_name_has_a_nearest_match():
    with pytest.raises(ScenarioError, match="Did you mean 'united-front'") as caught:
        load_scenario("unitedfront")
    assert caught.value.code == "CV101"


# Settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("responses.0.saving", "10 %", lambda s: s.responses[0].saving == 0.1),
        ("responses.0.saving", 0.1, lambda s: s.responses[0].saving == 0.1),
        ("responses.corridor 1.saving", "0.1", lambda s: s.responses[0].saving == 0.1),
        ("sanctions.tech ban.leakage", "20 %", lambda s: s.sanctions[0].leakage == 0.2),
        ("sanctions.tech ban.leakage", None, lambda s: s.sanctions[0].leakage == 0.0),
        ("sanctions.tech ban.on", "[RUS, BLR]", lambda s: s.sanctions[0].on == ("RUS", "BLR")),
        ("sanctions.1.kind", "insurance", lambda s: s.sanctions[1].friction_kind == "insurance"),
        ("blocs.west", "[USA, GBR]", lambda s: s.blocs["west"] == ("USA", "GBR")),
        ("blocs.east", "CHN", lambda s: s.blocs["east"] == ("CHN",)),
        ("world", "icio2022", lambda s: s.world == "icio2022"),
        ("responses", "[]", lambda s: s.responses == ()),
    ],
)
def test_single_values_can_be_set(key, value, read):
    scenario = Scenario.from_yaml(FILE)
    assert read(scenario.with_settings({key: value}))
    assert scenario == Scenario.from_yaml(FILE)


def test_a_value_inside_a_retaliation_can_be_set():
    held = Retaliation(measures=[{"tariff": {"by": "RUS", "on": "USA", "rate": "5 %"}}])
    scenario = Scenario(name="x", responses=[held]).with_settings({"responses.0.measures.0.rate": "9 %"})
    assert scenario.responses[0].measures[0].rate == 0.09


@pytest.mark.parametrize(
    ("key", "value", "code", "word"),
    [
        ("respones.0.saving", "1 %", "CV122", "responses.0"),
        ("responses.7.saving", "1 %", "CV122", "corridor 1"),
        ("responses.corridor.saving", "1 %", "CV122", "Did you mean 'corridor 1'"),
        ("responses.0", "1 %", "CV122", "no field of it"),
        ("responses.0.saving.deep", "1 %", "CV122", "leads nowhere"),
        ("responses.0.savings", "1 %", "CV103", "'saving'"),
        ("responses.0.saving", "[1", "CV102", "does not parse"),
        ("responses.0.saving", "7", "CV108", "Write 7 %"),
        ("nothing", "1", "CV122", "leads nowhere"),
    ],
)
def test_settings_that_make_no_sense(key, value, code, word):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_yaml(FILE, "test.yaml").with_settings({key: value})
    assert caught.value.code == code
    assert word in str(caught.value)
    assert key in caught.value.where
