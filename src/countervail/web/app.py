"""The application: a typed JSON API and the page, under a strict content security policy."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from countervail import __version__
from countervail.errors import CountervailError, OutputError
from countervail.web import answers
from countervail.web.asked import (
    AboutOne,
    AboutPair,
    AboutSupply,
    FileText,
    Question,
    TwoQuestions,
    scenario_in,
)
from countervail.web.catalogue import catalogue
from countervail.web.limits import AT_ONCE, MOST_BYTES, PATIENCE, REMEMBERED, read_body
from countervail.web.slow import described, ledger_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

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
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON."},
    413: {"description": "The question is over a limit."},
    422: {
        "description": "The question makes no sense, or has no equilibrium: an error with code and next step."
    },
    503: {"description": "Too many are asking at once; ask again."},
}
STATUS = {"CV470": 413, "CV471": 400, "CV474": 503}
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


def create_app() -> FastAPI:
    """The application, without state between requests but the memory of recent answers."""
    app = FastAPI(
        title="countervail",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    turn = threading.Semaphore(AT_ONCE)

    @contextmanager
    def own_turn() -> Iterator[None]:
        if not turn.acquire(timeout=PATIENCE):
            raise OutputError("CV474", "The server is busy", next_step="Ask again in a moment.")
        try:
            yield
        finally:
            turn.release()

    @lru_cache(maxsize=REMEMBERED)
    def remembered(call: str, body: str) -> Any:
        ask = CALLS[call]
        with own_turn():
            return ask(body)

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """Limits before anything is parsed, security headers on everything that leaves."""
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            error = OutputError(
                "CV470",
                "The question is larger than this server answers",
                expected=f"at most {MOST_BYTES:,} bytes",
            )
            answer: Response = _refusal(error)
        else:
            if request.method == "POST":
                try:
                    read_body(await request.body())
                except OutputError as error:
                    return _with_headers(_refusal(error))
            answer = await go_on(request)
        return _with_headers(answer)

    @app.exception_handler(CountervailError)
    async def refused(_: Request, error: CountervailError) -> JSONResponse:
        return _refusal(error)

    @app.exception_handler(RequestValidationError)
    async def misread(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _refusal(OutputError("CV475", f"The question has a wrong field: {first['msg']}", where=where))

    @app.exception_handler(HTTPException)
    async def unknown(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(
            {"code": "", "what": str(error.detail), "text": str(error.detail)}, error.status_code
        )

    @app.get("/api/catalogue", responses=ERRORS)
    def get_catalogue() -> dict[str, Any]:
        """What there is to choose."""
        return catalogue()

    @app.get("/api/shapes", responses=ERRORS)
    def get_shapes() -> Response:
        """Shapes of countries, coordinates in tenths of a degree."""
        content = files("countervail.report").joinpath("data/shapes.json").read_bytes()
        return Response(content, media_type="application/json", headers={"Cache-Control": "max-age=86400"})

    @app.post("/api/answer", responses=ERRORS)
    def post_answer(question: Question) -> dict[str, Any]:
        """The quick answer: map, ranking, cumulative ladder, sides, essentials."""
        return dict(remembered("answer", question.model_dump_json()))

    @app.post("/api/ledger", responses=ERRORS)
    async def post_ledger(question: Question) -> StreamingResponse:
        """The slow answer as lines of JSON: progress, then Shapley parts, ranges and break-even sizes."""
        return StreamingResponse(ledger_lines(question), media_type="application/x-ndjson")

    @app.post("/api/why", responses=ERRORS)
    def post_why(question: AboutOne) -> dict[str, Any]:
        """Why an economy gains or loses."""
        return dict(remembered("why", question.model_dump_json()))

    @app.post("/api/pair", responses=ERRORS)
    def post_pair(question: AboutPair) -> dict[str, Any]:
        """What one economy sells to another, by sector."""
        return dict(remembered("pair", question.model_dump_json()))

    @app.post("/api/suppliers", responses=ERRORS)
    def post_suppliers(question: AboutSupply) -> dict[str, Any]:
        """Who supplies a good to an economy, before and after."""
        return dict(remembered("suppliers", question.model_dump_json()))

    @app.post("/api/compare", responses=ERRORS)
    def post_compare(questions: TwoQuestions) -> dict[str, Any]:
        """Welfare in the first scenario minus in the second."""
        return dict(remembered("compare", questions.model_dump_json()))

    @app.post("/api/files", responses=ERRORS)
    def post_files(question: Question) -> dict[str, Any]:
        """The scenario file, the Python call and the command for a question."""
        return answers.files(question)

    @app.post("/api/read", responses=ERRORS)
    def post_read(file: FileText) -> dict[str, Any]:
        """The scenario in the text of a file."""
        return {"scenario": scenario_in(file.text).to_dict()}

    @app.post("/api/report", responses=ERRORS)
    def post_report(question: Question) -> Response:
        """The report as one HTML file."""
        page = str(remembered("report", question.model_dump_json()))
        return Response(
            page,
            media_type="text/html",
            headers={"Content-Disposition": 'attachment; filename="report.html"'},
        )

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        return _static(path or "index.html")

    return app


def _report(body: str) -> str:
    from countervail.analysis.ledger import offset_ledger
    from countervail.report import page
    from countervail.web.asked import understood

    return page.html(offset_ledger(*understood(Question.model_validate_json(body))))


def _why(body: str) -> dict[str, Any]:
    asked = AboutOne.model_validate_json(body)
    return answers.why(asked, asked.economy)


def _pair(body: str) -> dict[str, Any]:
    asked = AboutPair.model_validate_json(body)
    return answers.pair(asked, asked.origin, asked.destination)


def _suppliers(body: str) -> dict[str, Any]:
    asked = AboutSupply.model_validate_json(body)
    return answers.suppliers(asked, asked.economy, asked.goods)


def _compare(body: str) -> dict[str, Any]:
    asked = TwoQuestions.model_validate_json(body)
    return answers.compared(asked.first, asked.second)


CALLS: dict[str, Callable[[str], Any]] = {
    "answer": lambda body: answers.quick(Question.model_validate_json(body)),
    "why": _why,
    "pair": _pair,
    "suppliers": _suppliers,
    "compare": _compare,
    "report": _report,
}


def built() -> bool:
    """Whether the page has been built into the package."""
    return files("countervail.web").joinpath("static/index.html").is_file()


def _static(path: str) -> Response:
    """A file of the built page, by a name that is on the list of what was built."""
    root = Path(str(files("countervail.web"))) / "static"
    known = (
        {str(file.relative_to(root)).replace("\\\\", "/"): file for file in root.rglob("*") if file.is_file()}
        if root.is_dir()
        else {}
    )
    if path not in known:
        raise HTTPException(404, "There is no such page." if known else NOT_BUILT)
    cached = (
        {"Cache-Control": "max-age=31536000, immutable"}
        if path.startswith("assets/")
        else {"Cache-Control": "no-cache"}
    )
    return Response(
        known[path].read_bytes(),
        media_type=KINDS.get(known[path].suffix, "application/octet-stream"),
        headers=cached,
    )


NOT_BUILT = (
    "The page was not built into this installation. In a checkout with Node.js run `make web`; the API under /api "
    "works without."
)


def _refusal(error: CountervailError) -> JSONResponse:
    return JSONResponse(described(error), STATUS.get(error.code, 422))


def _with_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer
