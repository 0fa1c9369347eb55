"""What the server takes from anyone: how much, how deep, how many at a time, how long."""

from __future__ import annotations

import json
from typing import Any

from countervail.errors import OutputError

MOST_BYTES = 256_000
MOST_DEPTH = 14
MOST_MEASURES = 60
MOST_RESPONSES = 10
AT_ONCE = 2
"""Quick questions that are solved at the same time."""
SLOW_AT_ONCE = 2
"""Slow ones: ledgers, reports and studies, one thread each."""
THREADS = 2
"""Threads on the steps of one quick question."""
PATIENCE = 20.0
"""Seconds that a request waits for its turn."""
LONGEST = 60.0
"""Seconds that the slow answer may take."""
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
REMEMBERED = 256
"""Answers kept in memory, so that a step back costs nothing; they are pure functions of the question."""


def too_large(found: str, expected: str, next_step: str) -> OutputError:
    """The error for a question over a limit (CV470)."""
    return OutputError(
        "CV470",
        "The question is larger than this server answers",
        found=found,
        expected=expected,
        next_step=next_step,
    )


def read_body(content: bytes) -> Any:
    """JSON from a request, neither too long nor too deep.

    Raises:
        OutputError: CV470 over a limit, CV471 no JSON.
    """
    if len(content) > MOST_BYTES:
        raise too_large(
            f"{len(content):,} bytes",
            f"at most {MOST_BYTES:,}",
            "Shorten the scenario, or run it on the command line.",
        )
    if _depth(content) > MOST_DEPTH:
        raise too_large("deeply nested lists", f"at most {MOST_DEPTH} levels", "Write measures side by side.")
    try:
        return json.loads(content, parse_constant=_no_constant)
    except (ValueError, UnicodeDecodeError) as error:
        raise OutputError(
            "CV471",
            "The request is not JSON",
            found=str(error)[:120],
            next_step="Send an object as the API describes it.",
        ) from None


def _depth(content: bytes) -> int:
    """How deep brackets are nested, those in texts included: an upper bound found without recursion."""
    deepest = depth = 0
    for byte in content.translate(None, _NO_BRACKETS):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")
