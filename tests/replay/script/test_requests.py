"""What a script's requests carry, as a server sees it that speaks nothing but HTTP."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.replay.script.apps import script_of, way

OPEN = b'0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
APP = """
[app]
preset = "python-socketio"
cookies = { theme = "dark" }
headers = { "X-Tenant" = "acme" }
"""


class Server(ThreadingHTTPServer):
    """Hands out a cookie with its page, and keeps what requests carry."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.carried: dict[str, list[tuple[str, str]]] = {}


class Handler(BaseHTTPRequestHandler):
    """Answers a page, and a poll; what is a WebSocket is refused."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        kind = "page" if self.path == "/" else self.path.partition("transport=")[2]
        pairs = [(name.lower(), value) for name, value in self.headers.items()]
        self.server.carried[kind] = [pair for pair in pairs if pair[0] in ("cookie", "x-tenant")]
        self.send_response(400 if kind == "websocket" else 200)
        if kind == "page":
            self.send_header("Set-Cookie", "session=7; Path=/")
        self.send_header("Content-Length", str(len(OPEN)))
        self.end_headers()
        self.wfile.write(OPEN)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # of the base class
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as there:
        thread = threading.Thread(target=there.serve_forever, daemon=True)
        thread.start()
        yield there
        there.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("at", "manner", "transport"), [("P05", "fin", "polling"), ("P16", "ws_close", "websocket")]
)
def test_the_cookies_of_profile_and_page_are_carried_on_one_line(
    server: Server, tmp_path: Path, at: str, manner: str, transport: str
) -> None:
    script = tmp_path / "script.py"
    script.write_text(script_of(APP, way(at, manner, transport)))

    subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{server.server_port}"],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert ("cookie", "theme=dark") in server.carried["page"]
    assert sorted(server.carried[transport]) == [("cookie", "theme=dark; session=7"), ("x-tenant", "acme")]


def test_a_tab_that_comes_again_brings_the_pages_cookies_too(server: Server, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(script_of(APP, way("P05", "fin", "polling"), way("P04", "fin", "polling"), tabs=(1, 1)))

    subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{server.server_port}"],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert ("cookie", "theme=dark; session=7") in server.carried["page"]


def test_a_server_that_closes_after_each_answer_leaves_nothing_to_close(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "protocol_version", "HTTP/1.0")
    script = tmp_path / "script.py"
    script.write_text(script_of(APP, way("P05", "fin", "polling")))

    ended = subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{server.server_port}"],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, b"")
