"""A small real collector for tests of the hooks: keeps every snapshot, and checks the token."""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["RUN", "Receiver", "receiving"]

RUN = "00112233445566ff"


class Receiver:
    """What arrived, in order."""

    def __init__(self, run: str = RUN, token: str = "secret") -> None:
        self.run = run
        self.token = token
        self.snapshots: list[dict[str, Any]] = []
        """Those of this run."""
        self.entries: dict[str, list[dict[str, Any]]] = {}
        """The journal of each boot id, without duplicates."""
        self.statuses: list[int] = []
        self.refuse_with: int | None = None
        self.gauges: list[dict[str, str]] = []
        """What the run wants to know."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/snapshot"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def journal(self) -> list[dict[str, Any]]:
        """Return the entries of all processes."""
        return [entry for entries in self.entries.values() for entry in entries]

    def last(self) -> dict[str, Any]:
        """Return the newest snapshot."""
        return self.snapshots[-1]

    def wait_for(self, condition: Callable[[dict[str, Any]], Any], timeout_s: float = 15) -> dict[str, Any]:
        """Return the first snapshot, of those that are there or yet to come, that fulfils the condition.

        Raises:
            AssertionError: none came.
        """
        deadline_s = time.monotonic() + timeout_s
        seen = 0
        while time.monotonic() < deadline_s:
            while seen < len(self.snapshots):
                seen += 1
                if condition(self.snapshots[seen - 1]):
                    return self.snapshots[seen - 1]
            time.sleep(0.02)
        raise AssertionError(f"not in {seen} snapshots; the last: {self.snapshots[-1:]}")

    def wait_for_newer(self, by: int = 2) -> dict[str, Any]:
        """Return a snapshot whose residue was surely read after this call."""
        start = self.last()["sequence"] if self.snapshots else 0
        return self.wait_for(lambda snapshot: snapshot["sequence"] >= start + by)

    def _take(self, token: str | None, body: bytes) -> tuple[int, Mapping[str, Any]]:
        if token != f"Bearer {self.token}":
            return 401, {}
        if self.refuse_with is not None:
            return self.refuse_with, {}
        snapshot = json.loads(body)
        if snapshot["run"] != self.run:
            return 200, {"run": self.run, "journal": 0}
        entries = self.entries.setdefault(snapshot["boot"], [])
        journal = snapshot["journal"]
        entries += journal["entries"][len(entries) - journal["from"] :]
        self.snapshots.append(snapshot)
        return 200, {"run": self.run, "journal": len(entries), "gauges": self.gauges}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.path == "/snapshot"
                assert self.headers["content-type"] == "application/json"
                status, answer = receiver._take(self.headers["authorization"], body)
                receiver.statuses.append(status)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: Any) -> None:  # noqa: ARG002
                return

        return Handler


@contextlib.contextmanager
def receiving(runtime: Path, receiver: Receiver | None = None) -> Iterator[Receiver]:
    """Listen, and say so in the rendezvous folder of this ``XDG_RUNTIME_DIR``."""
    receiver = receiver or Receiver()
    folder = runtime / "loadtest"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{receiver.run}.json"
    data = {"url": receiver.url, "token": receiver.token, "run": receiver.run, "pid": os.getpid()}
    file.write_text(json.dumps(data))
    try:
        yield receiver
    finally:
        file.unlink()
        receiver.close()
