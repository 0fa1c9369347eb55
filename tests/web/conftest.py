"""The real server on a free port of loopback, with the page built, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import sync_playwright

import countervail as cv
from countervail.web.app import built, create_app

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]


@pytest.fixture(scope="session")
def client():
    return TestClient(create_app(), raise_server_exceptions=False)


@pytest.fixture
def front():
    """The scenario of the library as a request has it."""
    return cv.load_scenario("united-front").to_dict()


def start_server(port: int = 0) -> tuple[subprocess.Popen[bytes], str]:
    """`countervail web` as a user starts it, once it answers."""
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    command = [sys.executable, "-c", "from countervail.cli import main; main()", "web", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{address}/api/catalogue", timeout=30)
            return server, address
        except httpx.TransportError:
            time.sleep(0.1)
    server.kill()
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def server():
    """Its address; one for all tests."""
    if not built():
        assert shutil.which("npm"), "the page is not built: install Node.js, or run `make web` once"
        for arguments in (["ci", "--no-audit", "--no-fund", "--silent"], ["run", "build", "--silent"]):
            subprocess.run(["npm", *arguments], cwd=ROOT / "web", check=True)
    process, address = start_server()
    yield address
    process.send_signal(signal.SIGINT)
    process.wait(20)


@pytest.fixture(scope="session")
def browser():
    assert Path(CHROMIUM).exists(), "this test needs Debian's Chromium: apt-get install chromium"
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()
