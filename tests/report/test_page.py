"""The report in a real browser and on paper: nothing from outside, every figure with words and numbers."""

import io
import json
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

import countervail as cv
from countervail.errors import OutputError
from countervail.report import page
from countervail.report.results import read_folder

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def text(ledger):
    return page.html(ledger)


@pytest.fixture(scope="module")
def browser():
    assert Path(CHROMIUM).exists(), "this test needs Debian's Chromium: apt-get install chromium"
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [360, 1100])
def test_in_a_browser(text, browser, tmp_path, width):
    place = tmp_path / "report.html"
    place.write_text(text, encoding="utf-8")
    asked, said = [], []
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(place.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [place.as_uri()]
    assert not said
    images = tab.query_selector_all("img")
    assert len(images) >= 8
    for image in images:
        assert len(image.get_attribute("alt")) > 20
        assert image.evaluate("img => img.naturalWidth") > 100, "the picture is there"
        assert image.evaluate("img => !!img.closest('figure').querySelector('table')"), "its table is there"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width, (
        "the page itself does not scroll sideways"
    )
    assert tab.inner_text(".answer").startswith("Russia loses")
    tab.close()


@pytest.mark.parametrize("name", ["welfare_map", "ladder", "who_pays", "bilateral", "diversion", "fairness"])
def test_an_exhibits_own_page_asks_nothing_of_a_network(name, exhibits, browser, tmp_path):
    (place,) = cv.write(exhibits[name], tmp_path / f"{name}.html")
    for width in (360, 1000):
        asked, said = [], []
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.on("request", lambda request: asked.append(request.url))  # noqa: B023  (read before the next one)
        tab.on("console", lambda message: said.append(message.text))  # noqa: B023  (likewise)
        tab.goto(place.as_uri())
        tab.wait_for_selector(".main-svg")
        assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [place.as_uri()]
        assert not said
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.query_selector("table")
        tab.close()


def test_it_is_one_small_file(text):
    assert len(text.encode()) < 3_000_000
    assert "default-src 'none'" in text
    assert "<script" not in text


def test_what_was_found_is_what_it_says(text, ledger):
    plain = unescape(text)
    assert ledger.sentence in plain
    for name in ledger.responses:
        assert name in plain
    assert ledger.scenario.fingerprint() in plain
    assert "nothing is said about single households" in plain
    assert "joint answer to discrimination" in plain.split("No economic channel here")[1][:80]


def test_burden_and_fairness_are_said_in_numbers(text, ledger):
    from countervail.analysis.fairness import fairness_sentences

    section = unescape(text).split('id="burden-and-fairness"')[1].split("</section>")[0]
    said = fairness_sentences(ledger)
    assert len(said) >= 5
    for sentence in said:
        assert sentence in section
    for name in ("burden", "fairness", "equal_basis"):
        assert f'<article id="{name}">' in section


def test_on_paper(text):
    reader = PdfReader(io.BytesIO(page.pdf(text)))
    assert 6 <= len(reader.pages) <= 20
    first = reader.pages[0].extract_text()
    assert "Russia loses" in first
    assert "What to keep in mind" in first
    assert "Burden and fairness" in "".join(sheet.extract_text() for sheet in reader.pages)
    size = reader.pages[0].mediabox
    assert (round(float(size.width)), round(float(size.height))) == (595, 842)


def test_an_outcome_has_a_report_too(icio2021):
    nothing = cv.solve(icio2021, cv.Scenario(name="Côte d'Ivoire & <nobody>"))
    found = page.html(nothing)
    assert "Côte d&#39;Ivoire &amp; &lt;nobody&gt;" in found
    assert "No economy&#39;s welfare changes" in found


def embargo(world, **more):
    return cv.Scenario(
        name="Edge", world=world.name, sanctions=[cv.Embargo(by="USA", on="RUS", goods="all", **more)]
    )


def test_a_world_of_one_sector_has_a_report(icio2021):
    """Without food, medicine or energy of its own it says so instead of showing them."""
    world = cv.one_sector(icio2021)
    found = page.html(cv.offset_ledger(world, embargo(world), break_even=False))
    assert '<article id="essentials">' not in found
    assert "Essentials cannot be shown because" in found
    assert "Russia loses" in found


def test_a_world_of_two_economies_has_a_report(icio2021):
    rest = [code for code in icio2021.countries if code != "RUS"]
    world = icio2021.aggregate(countries={"USA": rest})
    some = embargo(world, leakage="20 %")
    found = page.html(cv.offset_ledger(world, some, ranges=False, break_even=False))
    assert "Russia loses" in found


def test_a_world_of_one_economy_has_a_report_or_a_clear_error(icio2021):
    world = icio2021.aggregate(countries={"ALL": list(icio2021.countries)})
    found = page.html(cv.solve(world, cv.Scenario(name="Alone", world=world.name)))
    assert "No economy&#39;s welfare changes" in found
    with pytest.raises(cv.ScenarioError, match="CV"):
        cv.solve(world, embargo(world))


def test_no_harm_has_a_report_that_says_so(icio2021):
    friction = cv.Friction(by="USA", on="RUS", goods="all", kind="payments", rate="0 %")
    nothing = cv.Scenario(name="Nothing", world=icio2021.name, sanctions=[friction])
    found = unescape(page.html(cv.offset_ledger(icio2021, nothing, ranges=False, break_even=False)))
    assert "Russia neither loses nor gains from the sanctions" in found
    assert "The sanctions do not cost Russia anything" in found
    for exaggerated in ("falls most", "shrinks most", "0.0 million", "loses most"):
        assert exaggerated not in found
    assert "nan" not in found.split("Reproduce this")[0].replace("finance", "").replace("Finance", "")


@pytest.fixture
def folder(ledger, tmp_path):
    from countervail.writer import environment, write_folder

    texts = {"scenario.yaml": ledger.scenario.to_yaml()}
    write_folder(tmp_path / "results", ledger.to_frames(), ledger.provenance() | environment(), texts=texts)
    return tmp_path / "results"


def test_a_folder_is_read_back_as_what_was_asked(folder, ledger):
    asked = read_folder(folder)
    assert (asked.scenario, asked.elasticity, asked.closure) == (ledger.scenario, "combined", "fixed")
    assert asked.fingerprint == ledger.fingerprint


def test_folders_without_results_are_refused(folder, tmp_path):
    with pytest.raises(OutputError, match="CV453"):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(OutputError, match=r"CV453.*empty"):
        read_folder(tmp_path / "empty")
    (folder / "scenario.yaml").unlink()
    with pytest.raises(OutputError, match="CV453"):
        read_folder(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match=r"CV453.*damaged"):
        read_folder(folder)


def test_results_of_another_version_are_refused(folder):
    record = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(record | {"version": "0.0.1"}))
    with pytest.raises(OutputError, match=r"CV454.*0\.0\.1"):
        read_folder(folder)
