"""The application: a typed JSON API and the page, under a strict content security policy."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from countervail import __version__
from countervail.analysis.recent import Recent
from countervail.errors import CountervailError, OutputError
from countervail.web import answers, replies
from countervail.web.asked import (
    AboutOne,
    AboutPair,
    AboutStudy,
    AboutSupply,
    FileText,
    Question,
    TwoQuestions,
    scenario_in,
)
from countervail.web.catalogue import catalogue
from countervail.web.guard import STATUS, Guard, refusal
from countervail.web.limits import AT_ONCE, PATIENCE, REMEMBERED, THREADS
from countervail.web.slow import Job, Slow, Told, busy

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON."},
    413: {"description": "The question is over a limit."},
    422: {
        "description": "The question makes no sense, or has no equilibrium: an error with code and next step."
    },
    503: {"description": "Too many are asking at once; ask again."},
}
JSON = "application/json"
LINES = "application/x-ndjson"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": JSON,
}


class Quick:
    """Quick answers: some at a time, the last ones remembered, none for those who have left.

    An answer is a pure function of its question, so what is remembered is only faster, never another.
    """

    def __init__(self, recent: Recent) -> None:
        self._recent = recent
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    async def answer(self, request: Request, ask: Callable[[Any, Recent], Any], question: Any) -> Response:
        """The answer as JSON."""
        key = ask.__name__, question.model_dump_json()
        content = self._kept.get(key)
        if content is None:
            try:
                await asyncio.wait_for(self._turn.acquire(), PATIENCE)
            except TimeoutError:
                raise busy() from None
            try:
                if await request.is_disconnected():
                    return Response(status_code=499)
                content = await run_in_threadpool(lambda: orjson.dumps(ask(question, self._recent)))
            finally:
                self._turn.release()
        self._kept[key] = content
        self._kept.move_to_end(key)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return Response(content, media_type=JSON)


def create_app() -> FastAPI:
    """The application, without state between requests but the memory of recent answers."""
    app = FastAPI(
        title="countervail",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(Guard)
    quick, slow = Quick(Recent(THREADS)), Slow()

    @app.exception_handler(CountervailError)
    async def refused(_: Request, error: CountervailError) -> Response:
        return _refused(error)

    @app.exception_handler(RequestValidationError)
    async def misread(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _refused(OutputError("CV475", f"The question has a wrong field: {first['msg']}", where=where))

    @app.exception_handler(HTTPException)
    async def unknown(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(
            {"code": "", "what": str(error.detail), "text": str(error.detail)}, error.status_code
        )

    @app.get("/api/catalogue", responses=ERRORS)
    def get_catalogue() -> Response:
        """What there is to choose."""
        return Response(orjson.dumps(catalogue()), media_type=JSON)

    @app.get("/api/shapes", responses=ERRORS)
    def get_shapes() -> Response:
        """Shapes of countries, coordinates in tenths of a degree."""
        content = files("countervail.report").joinpath("data/shapes.json").read_bytes()
        return Response(content, media_type=JSON, headers={"Cache-Control": "max-age=86400"})

    @app.post("/api/answer", responses=_typed(replies.Answer))
    async def post_answer(question: Question, request: Request) -> Response:
        """The quick answer: map, ranking, cumulative ladder, sides, essentials."""
        return await quick.answer(request, answers.quick, question)

    @app.post("/api/ledger", responses=ERRORS)
    async def post_ledger(question: Question) -> StreamingResponse:
        """The slow answer as lines of JSON: progress, then Shapley parts, ranges and break-even sizes."""
        return _stream(slow, lambda told: {"ledger": answers.ledger(question, told)})

    @app.post("/api/study", responses=ERRORS)
    async def post_study(study: AboutStudy) -> StreamingResponse:
        """What another command of the command line finds, as lines of JSON: progress, then exhibits."""
        return _stream(slow, lambda told: {"study": answers.study(study, told)})

    @app.post("/api/why", responses=_typed(replies.Why))
    async def post_why(question: AboutOne, request: Request) -> Response:
        """Why an economy gains or loses."""
        return await quick.answer(request, answers.why, question)

    @app.post("/api/pair", responses=_typed(replies.Pair))
    async def post_pair(question: AboutPair, request: Request) -> Response:
        """What one economy sells to another, by sector."""
        return await quick.answer(request, answers.pair, question)

    @app.post("/api/suppliers", responses=_typed(replies.Drawn))
    async def post_suppliers(question: AboutSupply, request: Request) -> Response:
        """Who supplies a good to an economy, before and after."""
        return await quick.answer(request, answers.suppliers, question)

    @app.post("/api/compare", responses=_typed(replies.Compared))
    async def post_compare(questions: TwoQuestions, request: Request) -> Response:
        """Welfare in the first scenario minus in the second."""
        return await quick.answer(request, answers.compared, questions)

    @app.post("/api/files", responses=_typed(replies.Files))
    def post_files(question: Question) -> Response:
        """The scenario file, the Python call and the command for a question."""
        return Response(orjson.dumps(answers.files(question)), media_type=JSON)

    @app.post("/api/read", responses=ERRORS)
    def post_read(file: FileText) -> Response:
        """The scenario in the text of a file."""
        return Response(orjson.dumps({"scenario": scenario_in(file.text).to_dict()}), media_type=JSON)

    @app.post("/api/report", responses=ERRORS)
    async def post_report(question: Question, request: Request) -> Response:
        """The report as one HTML file."""

        def job(told: Told) -> dict[str, Any]:
            return {"page": answers.report(question, told)}

        found = await slow.found(job, request.is_disconnected)
        if found is None:
            return Response(status_code=499)
        if "error" in found:
            code = found["error"]["code"]
            return JSONResponse(found["error"], STATUS.get(code, 422 if code else 500))
        name = {"Content-Disposition": 'attachment; filename="report.html"'}
        return Response(found["page"], media_type="text/html", headers=name)

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        return _static(path or "index.html")

    return app


def _typed(answer: type) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": answer}, **ERRORS}


def _stream(slow: Slow, job: Job) -> StreamingResponse:
    return StreamingResponse(slow.lines(job), media_type=LINES)


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


def _refused(error: CountervailError) -> Response:
    status, content = refusal(error)
    return Response(content, status, media_type=JSON)
