"""Start the server: on loopback unless told otherwise, warm before the first visitor comes."""

from __future__ import annotations

import threading

from countervail.errors import OutputError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
FIRST = "united-front"


def warm_up() -> None:
    """Load the world and the compiled solver, and answer the first question before it is asked."""
    from countervail.analysis.recent import Recent
    from countervail.policy.catalog import load_scenario
    from countervail.web import answers
    from countervail.web.asked import Question
    from countervail.web.catalogue import catalogue

    catalogue()
    answers.quick(Question(scenario=load_scenario(FIRST).to_dict()), Recent())


def serve(host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        OutputError: CV476 the port is taken or the address is not ours.
    """
    import socket

    import uvicorn

    from countervail.web.app import create_app

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        raise OutputError(
            "CV476",
            "The server cannot listen here",
            where=f"{host}:{port}",
            found=error.strerror or str(error),
            next_step="Choose another port, such as --port 8123.",
        ) from error
    threading.Thread(target=warm_up, daemon=True).start()
    settings = uvicorn.Config(
        create_app(), log_level="warning", timeout_keep_alive=30, limit_concurrency=200, server_header=False
    )
    uvicorn.Server(settings).run(sockets=[listener])
