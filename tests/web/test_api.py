"""The API: the same numbers as Python, every refusal a clear 4xx, nothing from a request is opened or run."""

from __future__ import annotations

import json
from importlib import import_module

import pytest

import countervail as cv
from countervail.cli import COMMANDS
from countervail.cli.app import app
from countervail.web.guard import HEADERS
from countervail.web.limits import MOST_BYTES
from countervail.web.study_list import STUDIES


def ask(client, path, **body):
    return client.post(f"/api/{path}", json=body)


def test_the_same_numbers_as_in_python(client, front, icio2021):
    found = ask(client, "answer", scenario=front).json()
    outcome = cv.solve(icio2021, cv.load_scenario("united-front"))
    for one in found["economies"]:
        assert one["percent"] == pytest.approx(
            float(outcome.welfare.sel(country=one["code"])), rel=1e-9, abs=1e-12
        )
    assert sum(step["percent"] for step in found["ladder"][:-1]) == pytest.approx(
        found["ladder"][-1]["percent"], abs=1e-8
    )
    assert found["sentence"].startswith("Russia loses 2.7 %")
    assert found["unit"] == "percent of income"


def test_the_slow_answer_is_a_stream_that_ends_with_the_ledger(client, front):
    with client.stream("POST", "/api/ledger", json={"scenario": front}) as stream:
        lines = [json.loads(line) for line in stream.iter_lines()]
    assert all(set(line) == {"progress"} for line in lines[:-1])
    assert {line["progress"]["stage"] for line in lines[:-1]} == {
        "subsets of the responses",
        "elasticity sets",
    }
    found = lines[-1]["ledger"]
    assert "across estimates" in found["sentence"]
    assert len(found["parts"]) == 5
    assert found["ranges"]["harm"][0] < found["ranges"]["harm"][1] < 0
    assert len(found["bands"]) == 81


def test_every_economy_can_be_asked_why(client, front):
    found = ask(client, "why", scenario=front, economy="Türkiye").json()
    assert found["code"] == "TUR"
    assert sum(part["percent"] for part in found["parts"]) == pytest.approx(found["first_order"], abs=1e-8)
    pair = ask(client, "pair", scenario=front, origin="Russia", destination="CHN").json()
    assert pair["total"]["now"] > pair["total"]["base"]
    mix = ask(client, "suppliers", scenario=front, economy="DEU", goods="oil_gas").json()
    assert "The share of Russia" in mix["title"]


def test_two_scenarios_are_compared(client, front):
    other = cv.load_scenario("russia-2022").to_dict() | {"world": front["world"]}
    found = ask(client, "compare", first={"scenario": front}, second={"scenario": other}).json()
    assert found["unit"] == "percentage points"
    assert len(found["rows"]) == 81


def test_the_file_on_screen_is_the_scenario(client, front):
    found = ask(client, "files", scenario=front, elasticity="CP", closure="share").json()
    assert cv.Scenario.from_yaml(found["yaml"]) == cv.load_scenario("united-front")
    assert "--elasticity CP --closure share" in found["command"]
    assert 'elasticity="CP"' in found["python"]
    back = ask(client, "read", text=found["yaml"]).json()["scenario"]
    assert cv.Scenario.from_dict(back) == cv.load_scenario("united-front")


def test_the_report_can_be_taken_away(client):
    small = {
        "name": "Small",
        "world": "icio2021",
        "sanctions": [{"embargo": {"by": ["USA"], "on": ["RUS"], "goods": ["coal"]}}],
    }
    page = ask(client, "report", scenario=small)
    assert page.status_code == 200
    assert "attachment" in page.headers["content-disposition"]
    assert "default-src 'none'" in page.text


@pytest.mark.parametrize(
    ("scenario", "status", "code"),
    [
        ({"name": "x", "sanctions": [{"embargo": {"by": "USA", "on": "IRN"}}]}, 422, "CV112"),
        ({"name": "x", "sanctions": [{"embargoo": {}}]}, 422, "CV104"),
        ({"name": "x", "world": "/etc/passwd"}, 422, "CV472"),
        ({"name": "x", "world": "../world.npz"}, 422, "CV472"),
        ({"name": "x", "extends": "/etc/passwd"}, 422, "CV472"),
        (
            {"name": "x", "responses": [{"agreement": {"between": ["RUS", "CHN"], "saving": 0.1}}] * 11},
            413,
            "CV470",
        ),
        (
            {"name": "x", "sanctions": [{"embargo": {"by": "USA", "on": "RUS", "goods": "coal"}}] * 61},
            413,
            "CV470",
        ),
        ({"sanctions": 3}, 422, None),
        ({}, 422, None),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_next_step(client, scenario, status, code):
    answer = ask(client, "answer", scenario=scenario)
    assert answer.status_code == status
    assert answer.json()["what"]
    if code:
        assert answer.json()["code"] == code


def test_settings_that_do_not_exist_are_refused(client, front):
    assert ask(client, "answer", scenario=front, elasticity="none").status_code == 422
    assert ask(client, "answer", scenario=front, closure="none").status_code == 422
    assert ask(client, "answer", scenario=front, model="none").status_code == 422
    assert ask(client, "answer", scenario=front, file="/etc/passwd").json()["code"] == "CV475"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 413),
        (b'{"scenario": ' * 20, 413),
        (b"x" * (MOST_BYTES + 1), 413),
        (b"\xff\xfe", 400),
        (b"{", 400),
        (b'{"scenario": {"name": NaN}}', 400),
        (b"3", 422),
    ],
)
def test_hostile_bodies_end_in_a_4xx(client, body, status):
    answer = client.post("/api/answer", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["text"]


@pytest.mark.parametrize(
    "text",
    ["name: !!python/object:os.system x", "&a [*a]", "extends: /etc/passwd\nname: x", "name: [" * 2000],
)
def test_hostile_files_are_refused(client, text):
    assert client.post("/api/read", json={"text": text}).status_code in (413, 422)


@pytest.mark.parametrize(
    "path", ["/../../pyproject.toml", "/assets/../../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "/nothing"]
)
def test_no_path_leaves_the_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_everything_leaves_under_a_strict_policy(client, front):
    for answer in (
        client.get("/api/catalogue"),
        ask(client, "answer", scenario=front),
        client.get("/nothing"),
        client.post("/api/answer", content=b"{"),
    ):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
    assert "connect-src 'self'" in HEADERS["Content-Security-Policy"]


def test_an_update_is_small(client, front):
    assert len(ask(client, "answer", scenario=front).content) < 100_000


def test_a_scenario_without_equilibrium_says_why(client):
    everyone = [
        one["code"] for one in client.get("/api/catalogue").json()["economies"] if one["code"] != "RUS"
    ]
    ban = {"embargo": {"by": [*everyone, "ROW"], "on": ["RUS"], "direction": "import"}}
    answer = ask(client, "answer", scenario={"name": "x", "world": "icio2021", "sanctions": [ban]})
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("CV3")
    assert answer.json()["next_step"]


def test_other_commands_can_be_asked_too(client, front):
    with client.stream(
        "POST", "/api/study", json={"scenario": front, "study": "exposure", "options": {"economy": ["TUR"]}}
    ) as stream:
        found = json.loads(list(stream.iter_lines())[-1])["study"]
    assert found["command"] == "countervail exposure TUR"
    (exhibit,) = found["exhibits"]
    assert "exposed to Türkiye" in exhibit["title"]
    assert exhibit["svg"].lstrip().startswith("<?xml")
    assert len(exhibit["rows"]) == exhibit["rows_in_all"] == 80


@pytest.mark.parametrize(
    ("study", "options"),
    [
        ("format", {}),
        ("path", {"years": 400}),
        ("path", {"years": "many"}),
        ("path", {"last": "never"}),
        ("path", {"out": "/etc"}),
        ("coalition", {"burden": 1.0}),
        ("layers", {"economies": ["RUS"]}),
        ("game", {}),
    ],
)
def test_a_study_out_of_range_is_refused(client, front, study, options):
    with client.stream(
        "POST", "/api/study", json={"scenario": front, "study": study, "options": options}
    ) as stream:
        error = json.loads(list(stream.iter_lines())[-1])["error"]
    assert error["code"] == "CV478"
    assert error["next_step"]


def test_every_study_is_a_command():
    for module in COMMANDS:
        import_module(f"countervail.cli.{module}")
    assert set(STUDIES) <= {command.name or command.callback.__name__ for command in app.registered_commands}
