"""The slow answer as a stream: progress lines, then the ledger; it stops when nobody listens any more."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

from countervail.analysis.ledger import offset_ledger
from countervail.errors import CountervailError, OutputError
from countervail.web.answers import of_ledger
from countervail.web.asked import Question, understood
from countervail.web.limits import LONGEST


class Stopped(Exception):
    """Nobody waits for this answer any more, or it takes too long."""


async def ledger_lines(question: Question) -> AsyncIterator[bytes]:
    """Lines of JSON: {"progress": ...} while it works, then {"ledger": ...} or {"error": ...}.

    The work runs in a thread of its own and ends at its next step once the listener is gone or time is up.
    """
    loop, lines, gone = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None](), threading.Event()
    start = time.monotonic()

    def say(line: dict[str, Any] | None) -> None:
        if not gone.is_set():
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def told(stage: str, done: int, total: int) -> None:
        if gone.is_set():
            raise Stopped
        if time.monotonic() - start > LONGEST:
            raise OutputError(
                "CV473",
                f"This answer takes longer than the {LONGEST:.0f} seconds that the server spends on one",
                found=f"{stage}, {done} of {total or 'unknown'}",
                next_step="Use fewer responses, or run the scenario on the command line.",
            )
        say({"progress": {"stage": stage, "done": done, "total": total}})

    def work() -> None:
        try:
            say({"ledger": of_ledger(offset_ledger(*understood(question), break_even=False, progress=told))})
        except Stopped:
            return
        except CountervailError as error:
            say({"error": described(error)})
        except Exception:  # a defect: the listener is told, and the log has its traceback
            say(
                {
                    "error": {
                        "code": "",
                        "what": "The server failed on this question; the others go on.",
                        "text": "",
                    }
                }
            )
            raise
        finally:
            say(None)

    threading.Thread(target=work, daemon=True).start()
    try:
        while (line := await lines.get()) is not None:
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    finally:
        gone.set()


def described(error: CountervailError) -> dict[str, str]:
    """An error as data: code, what is wrong, where, what was found and expected, what to do."""
    fields = {
        key: str(getattr(error, key)) for key in ("code", "what", "where", "found", "expected", "next_step")
    }
    return fields | {"text": str(error)}
