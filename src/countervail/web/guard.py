"""The door: limits before anything is parsed, a strict policy on everything that leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from countervail.errors import CountervailError, OutputError
from countervail.web.limits import MOST_BYTES, read_body, too_large

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS = {"CV470": 413, "CV471": 400, "CV474": 503, "CV477": 501}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class Guard:
    """Reads the body of a request, refuses one that is too large, too deep or no JSON, and hands on the rest.

    A body without a stated length is read no further than the limit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_RAW]
            await send(message)

        try:
            body = await _body(scope, receive)
        except OutputError as error:
            await _refuse(error, sent)
            return
        if body is None:  # nobody waits any more
            return
        first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def received() -> Message:
            return first.pop() if first else await receive()

        await self.app(scope, received, sent)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise _too_long(int(length))
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise _too_long(size)
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    if scope["method"] == "POST":
        read_body(body)
    return body


def _too_long(size: int) -> OutputError:
    return too_large(
        f"{size:,} bytes",
        f"at most {MOST_BYTES:,}",
        "Shorten the scenario, or run it on the command line.",
    )


async def _refuse(error: CountervailError, send: Send) -> None:
    status, content = refusal(error)
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def refusal(error: CountervailError) -> tuple[int, bytes]:
    """The status and body of an answer that says why there is none."""
    return STATUS.get(error.code, 422), orjson.dumps(described(error))


def described(error: CountervailError) -> dict[str, Any]:
    """An error as data: code, what is wrong, where, what was found and expected, what to do."""
    fields = {
        key: str(getattr(error, key)) for key in ("code", "what", "where", "found", "expected", "next_step")
    }
    return fields | {"text": str(error)}
