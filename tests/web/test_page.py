"""The page in a real browser: ten things a person does first, keyboard, phone, darkness, a server that dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import start_server

ANSWER = ".answer"
PICTURES = os.environ.get("COUNTERVAIL_SCREENSHOTS")


@pytest.fixture
def tab(browser, server):
    """A page with its first answer; it must ask nothing of another host and say nothing on the console."""
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    asked, said = [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(server)
    opened.wait_for_selector(ANSWER, timeout=120_000)
    yield opened
    opened.close()
    assert not [url for url in asked if not url.startswith((server, "data:", "blob:"))]
    assert not [text for text in said if "422" not in text and "Failed to load resource" not in text]


def keep(tab, name: str) -> None:
    """A screenshot for people to look at, where a folder for them is named."""
    if PICTURES:
        tab.screenshot(path=Path(PICTURES) / f"{name}.png")


def settled(tab, action) -> None:
    """Do something and wait for the quick answer that it asks for."""
    with tab.expect_response(lambda response: response.url.endswith("/api/answer"), timeout=60_000):
        action()
    tab.wait_for_timeout(200)


def test_1_the_first_view_is_an_answer(tab):
    assert tab.inner_text(ANSWER).startswith("Russia loses")
    assert tab.locator("svg.drawing").count() >= 3
    assert tab.locator(".card").count() > 10
    keep(tab, "1-first-view")


def test_2_a_slider_moves_the_answer(tab):
    before = tab.locator("#figure-ladder svg").inner_html()
    slider = tab.locator(".responses .card input[type=range]").first
    settled(tab, lambda: slider.fill("30"))
    assert tab.locator("#figure-ladder svg").inner_html() != before
    assert tab.locator(".responses .card output").first.inner_text() == "30 %"
    keep(tab, "2-slider")


def test_3_a_measure_is_switched_off_and_the_step_undone(tab):
    first = tab.inner_text(ANSWER)
    settled(tab, lambda: tab.locator(".sanctions .card .switch input").first.click(force=True))
    assert tab.locator(".card.is-off").count() == 1
    off = tab.locator(".sanctions .card").count()
    settled(tab, lambda: tab.get_by_role("button", name="Undo", exact=True).click())
    assert tab.locator(".card.is-off").count() == 0
    assert tab.locator(".sanctions .card").count() == off
    assert tab.inner_text(ANSWER)[:20] == first[:20]
    settled(tab, lambda: tab.get_by_role("button", name="Redo", exact=True).click())
    assert tab.locator(".card.is-off").count() == 1


def test_4_a_measure_is_added_and_removed(tab):
    count = tab.locator(".responses .card").count()
    tab.get_by_label("Add a measure: Responses").select_option("substitution")
    settled(tab, lambda: tab.locator(".responses").get_by_role("button", name="Add a measure").click())
    assert tab.locator(".responses .card").count() == count + 1
    keep(tab, "4-added")
    tab.locator(".responses .card").last.get_by_role("button", name="Change").click()
    settled(
        tab,
        lambda: tab.locator(".responses .card").last.get_by_role("button", name="Remove", exact=True).click(),
    )
    assert tab.locator(".responses .card").count() == count


def test_5_another_scenario_and_one_from_nothing(tab):
    start = tab.get_by_label("Start from")
    settled(tab, lambda: start.select_option("us-china-tariffs-25"))
    tab.locator(ANSWER, has_text="China").wait_for()
    settled(tab, lambda: start.select_option("-"))
    assert tab.locator(".sanctions .card").count() == 0
    tab.locator(ANSWER, has_text="no target").wait_for()
    assert "name a source" not in tab.inner_text(".box")
    keep(tab, "5-empty")


def test_6_why_does_an_economy_move(tab):
    tab.get_by_label("Find an economy").fill("Türkiye")
    tab.get_by_label("Find an economy").press("Enter")
    tab.wait_for_selector(".why h3")
    assert "Why does Türkiye" in tab.inner_text(".why h3")
    tab.locator(".why table button").first.click()
    tab.locator(".why", has_text="before,").wait_for()
    keep(tab, "6-why")
    tab.get_by_role("button", name="Close").first.click()
    assert tab.locator(".why").count() == 0


def test_7_an_economy_inside_the_rest_says_so(tab):
    tab.get_by_label("Find an economy").fill("Iran")
    tab.get_by_label("Find an economy").press("Enter")
    assert "Iran is inside the rest of the world" in tab.inner_text(".page-note")


def test_8_how_sure_is_that(tab):
    tab.locator(ANSWER, has_text="across estimates").wait_for(timeout=120_000)
    assert tab.locator("#figure-ladder .band").count() == 2
    assert tab.locator("#figure-ladder .part").count() == 5
    assert "Cite" in tab.inner_text(".box")
    keep(tab, "8-sure")


def test_9_everything_can_be_taken_away(tab):
    frame = tab.locator("#figure-map")
    for name, start in (("CSV", b"\xef\xbb\xbfEconomy"), ("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with tab.expect_download() as download:
            frame.get_by_role("button", name=name).click()
        assert Path(download.value.path()).read_bytes().startswith(start)
    frame.get_by_role("button", name="Table").click()
    assert frame.locator("tbody tr").count() == 81
    tab.locator("details.files summary").click()
    tab.wait_for_selector("details.files pre")
    assert "countervail run scenario.yaml" in tab.inner_text("details.files")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save the file").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("name: United front")


def test_10_the_link_reopens_exactly_this(tab, browser):
    slider = tab.locator(".responses .card input[type=range]").first
    settled(tab, lambda: slider.fill("17"))
    tab.wait_for_timeout(400)
    ladder = tab.locator("#figure-ladder svg .value").all_inner_texts()
    again = browser.new_page()
    again.goto(tab.url)
    again.wait_for_selector(ANSWER)
    assert again.locator(".responses .card output").first.inner_text() == "17 %"
    assert again.locator("#figure-ladder svg .value").all_inner_texts() == ladder
    again.close()


def test_a_wrong_question_keeps_the_old_answer_and_says_what_to_do(tab):
    tab.locator(".sanctions .card").first.get_by_role("button", name="Change").click()
    field = tab.locator(".sanctions .card").first.get_by_label("direction")
    settled(tab, lambda: (field.fill("sideways"), field.press("Enter")))
    assert "Expected" in tab.inner_text("[role=alert]")
    assert tab.locator(ANSWER).count() == 1
    keep(tab, "error")


def test_the_keyboard_is_enough(tab):
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the answer"
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.type || document.activeElement.tagName"))
    assert {"checkbox", "range", "select-one", "button"} <= reached


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (1400, "dark"), (360, "light")])
def test_nobody_is_shut_out(browser, server, width, scheme):
    tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab.goto(server)
    tab.wait_for_selector(ANSWER)
    tab.locator(ANSWER, has_text="across estimates").wait_for(timeout=120_000)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(tab)
    serious = [rule for rule in found.response["violations"] if rule["impact"] in ("serious", "critical")]
    said = [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in serious]
    assert not serious, said
    keep(tab, f"{width}-{scheme}")
    tab.close()


def test_a_server_that_dies_loses_only_the_request_in_flight(browser):
    process, address = start_server()
    tab = browser.new_page()
    tab.goto(address)
    tab.wait_for_selector(ANSWER, timeout=120_000)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    tab.locator(".responses .card input[type=range]").first.fill("21")
    tab.wait_for_selector("[role=alert]", timeout=30_000)
    assert "does not answer" in tab.inner_text("[role=alert]")
    again, _ = start_server(int(address.rpartition(":")[2]))
    settled(tab, lambda: tab.locator(".responses .card input[type=range]").first.fill("22"))
    assert tab.locator("[role=alert]").count() == 0
    assert tab.locator(".responses .card output").first.inner_text() == "22 %"
    tab.close()
    again.send_signal(signal.SIGINT)
    again.wait(20)


def test_two_scenarios_stand_side_by_side(tab):
    tab.get_by_label("Compare with").select_option("full-decoupling")
    tab.locator(".compare .pair > section").nth(1).wait_for(timeout=60_000)
    for whole in tab.locator(".compare .pair > section").all():
        assert whole.locator("svg.drawing").count() == 3
        assert "food" in whole.inner_text()
    first, second = (tab.locator(".compare .pair > section").nth(n).bounding_box() for n in (0, 1))
    assert first["y"] == second["y"]
    keep(tab, "11-side-by-side")
    tab.set_viewport_size({"width": 360, "height": 800})
    first, second = (tab.locator(".compare .pair > section").nth(n).bounding_box() for n in (0, 1))
    assert second["y"] > first["y"] + first["height"] - 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_another_command_is_asked_stopped_and_asked_again(tab):
    studies = tab.locator(".studies")
    tab.get_by_label("A study of this scenario").select_option("risk")
    studies.get_by_role("button", name="Work it out").click()
    studies.locator("progress").wait_for()
    studies.get_by_role("button", name="Cancel").click()
    assert "Stopped" in studies.inner_text()
    tab.get_by_label("A study of this scenario").select_option("exposure")
    studies.get_by_role("button", name="Work it out").click()
    studies.locator("figure img").wait_for(timeout=60_000)
    assert "countervail exposure RUS" in studies.inner_text()
    for name, start in (("CSV", b"\xef\xbb\xbf"), ("SVG", b"<?xml"), ("PNG", b"\x89PNG")):
        with tab.expect_download() as download:
            studies.get_by_role("button", name=name).first.click()
        assert Path(download.value.path()).read_bytes().startswith(start)
    studies.scroll_into_view_if_needed()
    keep(tab, "12-study")
