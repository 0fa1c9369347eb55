"""A slow or cancelled request frees its worker, takes its turn, and ends when its time is up."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2 as httpx
import orjson
import pytest
import uvicorn
from benchmarks.web_load import loaded

import countervail as cv
from countervail.web import slow
from countervail.web.app import create_app
from countervail.web.slow import Slow


def run(work):
    """The result of a coroutine, in a thread of its own: the browser of other tests holds this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def workers() -> int:
    return sum(thread.name == slow.THREAD for thread in threading.enumerate())


def wait_until(holds, seconds=60.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


@contextmanager
def served():
    """The application behind a real socket, in this process so that its threads can be counted."""
    server = uvicorn.Server(uvicorn.Config(create_app(), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert wait_until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def address():
    with served() as found:
        front = {"scenario": cv.load_scenario("united-front").to_dict()}
        httpx.post(f"{found}/api/answer", json=front, timeout=300)  # the solver may have to be compiled first
        yield found


@pytest.fixture
def long_question(front):
    """A ledger of 2^9 subsets: far longer than anybody in this test waits."""
    extra = [
        {"agreement": {"between": ["RUS", partner], "saving": "1 %"}} for partner in ("IND", "TUR", "BRA")
    ]
    return {"scenario": front | {"responses": [*front["responses"][:5], *extra, *front["responses"][5:]]}}


@pytest.mark.parametrize("path", ["ledger", "study"])
def test_a_cancelled_stream_frees_its_worker(address, long_question, path):
    body = dict(long_question, study="risk", options={"draws": 200}) if path == "study" else long_question
    with httpx.stream("POST", f"{address}/api/{path}", json=body, timeout=60) as stream:
        first = json.loads(next(stream.iter_lines()))
        assert "progress" in first
        assert first["progress"]["done"] <= first["progress"]["total"]
    assert wait_until(lambda: workers() == 0)


def test_a_report_that_nobody_waits_for_is_given_up(address, long_question):
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{address}/api/report", json=long_question, timeout=0.8)
    assert wait_until(lambda: workers() == 0)


def test_turns_of_those_who_left_are_free_again(address, long_question):
    for _ in range(3):  # more than are worked on at once
        with httpx.stream("POST", f"{address}/api/ledger", json=long_question, timeout=60) as stream:
            next(stream.iter_lines())
    small = {
        "name": "x",
        "world": "icio2021",
        "sanctions": [{"tariff": {"by": "USA", "on": "CHN", "rate": 0.1}}],
    }
    with httpx.stream("POST", f"{address}/api/ledger", json={"scenario": small}, timeout=60) as stream:
        assert "ledger" in json.loads(list(stream.iter_lines())[-1])


def test_the_server_answers_while_a_slow_question_runs(address, long_question, front):
    with httpx.stream("POST", f"{address}/api/ledger", json=long_question, timeout=60) as stream:
        next(stream.iter_lines())
        assert httpx.post(f"{address}/api/answer", json={"scenario": front}, timeout=60).status_code == 200
    assert wait_until(lambda: workers() == 0)


def test_an_answer_that_takes_too_long_ends_with_the_reason(client, front, monkeypatch):
    monkeypatch.setattr(slow, "LONGEST", 0.0)
    with client.stream("POST", "/api/ledger", json={"scenario": front}) as stream:
        last = json.loads(list(stream.iter_lines())[-1])
    assert last["error"]["code"] == "CV473"
    assert last["error"]["next_step"]
    assert client.post("/api/report", json={"scenario": front}).json()["code"] == "CV473"


async def events(work: Slow, job) -> list[dict]:
    return [orjson.loads(line) async for line in work.lines(job)]


def test_those_who_wait_are_told_and_take_their_turn():
    work, release = Slow(1), threading.Event()

    async def both():
        first = asyncio.create_task(events(work, lambda told: {"done": release.wait(20)}))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(events(work, lambda told: {"done": True}))
        await asyncio.sleep(2.2 * slow.BEAT)
        release.set()
        return await first, await second

    first, second = run(both())
    assert first == [{"done": True}]
    assert second[0]["progress"]["stage"] == "waiting for others"
    assert second[-1] == {"done": True}


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(slow, "PATIENCE", 0.0)
    work, release = Slow(1), threading.Event()

    async def both():
        first = asyncio.create_task(events(work, lambda told: {"done": release.wait(20)}))
        await asyncio.sleep(0.05)
        refused = await events(work, lambda told: {"done": True})
        release.set()
        await first
        return refused[-1]

    assert run(both())["error"]["code"] == "CV474"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_is_told_without_its_traceback():
    async def one():
        return await events(Slow(), lambda told: {"done": 1 // 0})

    said = run(one())[-1]["error"]
    assert "failed" in said["what"]
    assert "ZeroDivision" not in str(said)
    assert wait_until(lambda: workers() == 0)


def test_many_who_ask_different_things_at_once_are_all_answered(address):
    load = run(loaded(address, clients=50, seconds=1.0))
    assert not load.errors
    assert len(load.seconds) >= 50
