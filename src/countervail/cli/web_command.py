"""The command web: the browser app on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.app import app


@app.command(epilog="Example: countervail web --port 8123")
def web(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; only this machine by default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535, help="Port to listen on.")] = 8011,
) -> None:
    """Ask "what if?" in the browser: one process on this machine, nothing stored, no other host asked."""
    from importlib.util import find_spec

    from countervail.errors import OutputError

    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise OutputError(
            "CV477",
            "The browser app needs FastAPI and uvicorn, which are not installed",
            next_step="Install them with: pip install 'countervail[web]'",
        )
    from countervail.web.app import NOT_BUILT, built
    from countervail.web.serving import LOOPBACK, serve

    if not built():
        typer.echo(NOT_BUILT, err=True)
    if host not in LOOPBACK:
        typer.echo(
            f"Listening on {host}: everybody who reaches this machine can ask. There is no password and no encryption.",
            err=True,
        )
    typer.echo(
        f"countervail is at http://{host if ':' not in host else f'[{host}]'}:{port} (Ctrl-C stops it)"
    )
    serve(host, port)
