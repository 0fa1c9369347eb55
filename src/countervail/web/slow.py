"""Slow work in threads of its own, told as a stream; it stops when nobody listens any more, or time is up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import orjson

from countervail.errors import CountervailError, OutputError
from countervail.web.guard import described
from countervail.web.limits import LONGEST, PATIENCE, SLOW_AT_ONCE

Told = Callable[[str, int, int], None]
Job = Callable[[Told], dict[str, Any]]
BEAT = 0.25  # seconds between two looks at whether anybody waits
THREAD = "countervail-slow"
FAILED = {"code": "", "what": "The server failed on this question; the others go on.", "text": ""}


class Stopped(Exception):
    """Nobody waits for this answer any more."""


class Slow:
    """Some jobs at a time, each in a thread that ends at its next step once its listener is gone."""

    def __init__(self, at_once: int = SLOW_AT_ONCE) -> None:
        self._turn = threading.Semaphore(at_once)

    async def lines(self, job: Job) -> AsyncIterator[bytes]:
        """Lines of JSON: {"progress": ...} while it works, then what the job found or {"error": ...}."""
        async with aclosing(self._events(job)) as events:
            async for event in events:
                if event is not None:
                    yield orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)

    async def found(self, job: Job, gone: Callable[[], Awaitable[bool]]) -> dict[str, Any] | None:
        """What the job found, or {"error": ...}; None when the one who asked has gone."""
        async with aclosing(self._events(job)) as events:
            async for event in events:
                if event is not None and "progress" not in event:
                    return event
                if event is None and await gone():
                    return None
        return None

    async def _events(self, job: Job) -> AsyncGenerator[dict[str, Any] | None, None]:
        """What happens, and None after every quarter of a second in which nothing did."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None]()
        gone = threading.Event()

        def say(event: dict[str, Any] | None) -> None:
            if not gone.is_set():
                loop.call_soon_threadsafe(queue.put_nowait, event)

        threading.Thread(target=self._work, args=(job, say, gone), daemon=True, name=THREAD).start()
        try:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            gone.set()

    def _work(self, job: Job, say: Callable[[dict[str, Any] | None], None], gone: threading.Event) -> None:
        held = False
        try:
            self._wait(say, gone)
            held = True
            say(job(_teller(say, gone)))
        except Stopped:
            return
        except CountervailError as error:
            say({"error": described(error)})
        except Exception:  # a defect: the listener is told, and the log has its traceback
            say({"error": FAILED})
            raise
        finally:
            if held:
                self._turn.release()
            say(None)

    def _wait(self, say: Callable[[dict[str, Any] | None], None], gone: threading.Event) -> None:
        start = time.monotonic()
        while not self._turn.acquire(timeout=BEAT):
            say({"progress": {"stage": "waiting for others", "done": 0, "total": 0}})
            if gone.is_set():
                raise Stopped
            if time.monotonic() - start > PATIENCE:
                raise busy()
        if gone.is_set():
            self._turn.release()
            raise Stopped


def _teller(say: Callable[[dict[str, Any] | None], None], gone: threading.Event) -> Told:
    start = time.monotonic()

    def told(stage: str, done: int, total: int) -> None:
        if gone.is_set():
            raise Stopped
        if time.monotonic() - start > LONGEST:
            raise OutputError(
                "CV473",
                f"This answer takes longer than the {LONGEST:.0f} seconds that the server spends on one",
                found=f"{stage}, {done} of {total or 'unknown'}",
                next_step="Ask for less, or run the scenario on the command line.",
            )
        say({"progress": {"stage": stage, "done": done, "total": total}})

    return told


def busy() -> OutputError:
    """The error where too many ask at once (CV474)."""
    return OutputError("CV474", "The server is busy", next_step="Ask again in a moment.")
