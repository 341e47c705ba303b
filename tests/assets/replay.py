"""A stand-in for Locust's end-points: replays a recorded run to our scripts, in a page of its own.

To look at: ``python -m tests.assets.replay`` and open the address that it prints.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

__all__ = ["PAGE", "RECORDED", "Replay", "answer_live", "read_recorded"]

Message = dict[str, Any]

ASSETS = Path(__file__).parents[2] / "loadtest" / "assets"
RECORDED = Path(__file__).parent / "run.jsonl"
"""A run of the demo as its follower told it; ``at`` is when. Ticks, heat map and turn were added by hand."""
_TYPES = {"js": "text/javascript", "css": "text/css", "txt": "text/plain"}
_SINGLE = {"run", "summary", "end", "problem"}

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>loadtest</title>
    <link rel="icon" href="data:,">
    <style>
      body { margin: 0; font-family: Roboto, Helvetica, Arial, sans-serif; color: rgba(0, 0, 0, 0.87); }
      body.dark { color: #fff; background: #121212; }
      main { max-width: 1536px; margin: auto; padding: 16px; }
    </style>
    <script type="module" src="BASE/loadtest/assets/tabs.js"></script>
  </head>
  <body>
    <main>
      <h2>Navigations</h2><loadtest-navigations></loadtest-navigations>
      <h2>Server</h2><loadtest-server></loadtest-server>
      <h2>Findings</h2><loadtest-findings></loadtest-findings>
    </main>
  </body>
</html>
"""


def read_recorded(path: Path = RECORDED) -> list[Message]:
    """Return the messages and ticks of a recorded run, in their order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass
class Replay:
    """What the run has told so far, and what pages have sent; a test moves it on with ``until``."""

    recorded: Sequence[Message] = field(default_factory=read_recorded)
    run_id: str | None = "8a1fdfbeaf153450"
    until_s: float = 0.0
    state: str | None = None
    """None: what the time says."""
    can_turn: bool | None = None
    progress: str = ""
    refusal: str | None = None
    turned: list[Any] = field(default_factory=list)
    has_report: bool = False
    is_broken: bool = False
    """Whether it answers with 500."""
    asked: int = 0

    def until(self, at_s: float) -> Self:
        """Move on to this time."""
        self.until_s = at_s
        return self

    def turn(self, body: Any) -> tuple[int, Mapping[str, Any]]:
        """Hear what the knob was turned to."""
        self.turned.append(body)
        if self.refusal:
            return 400, {"success": False, "message": self.refusal}
        return 200, {"success": True, "turn": {"at_s": self.until_s + 1, **body}}


def answer_live(replay: Replay, query: Mapping[str, str]) -> Mapping[str, Any]:
    """Answer as ``GET /loadtest/live`` does."""
    replay.asked += 1
    if replay.run_id is None:
        empty = {"messages": [], "ticks": [], "progress": "", "can_turn": False}
        return {"run": None, "seq": 0, "reset": "run" in query, "state": "idle", **empty}
    is_new = query.get("run") != replay.run_id
    since, tick_s = (0, -1.0) if is_new else (int(query["since"]), float(query.get("tick", -1)))
    told = [message for message in replay.recorded if message["at"] <= replay.until_s]
    numbered = list(enumerate((one for one in told if one["type"] != "tick"), 1))
    last_of = {message["type"]: number for number, message in numbered}
    state = replay.state or _state(told)
    return {
        "run": replay.run_id,
        "seq": len(numbered),
        "reset": is_new,
        "state": state,
        "can_turn": state == "load" if replay.can_turn is None else replay.can_turn,
        "messages": [
            {key: value for key, value in message.items() if key != "at"}
            for number, message in numbered
            if number > since and (message["type"] not in _SINGLE or last_of[message["type"]] == number)
        ],
        "ticks": [one["row"] for one in told if one["type"] == "tick" and one["row"][0] > tick_s],
        "progress": replay.progress or f"{replay.until_s:.0f} s",
        "has_report": replay.has_report,
    }


def _state(told: Sequence[Message]) -> str:
    types = {message["type"] for message in told}
    if "end" in types:
        return "over"
    if "tick" not in types:
        return "hooks"
    return "load" if told[-1]["at"] < 24 else "quiet"


class Served:
    """Serves a replay on a port of its own, below ``base``; use it in a ``with`` block."""

    def __init__(self, replay: Replay, base: str = "", page: str = PAGE) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(replay, base, page))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{base}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(replay: Replay, base: str, page: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the page, an asset, the run or its files."""
            asked = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(asked.query).items()}
            path = asked.path.removeprefix(base)
            if path == "/":
                self._send(200, "text/html", page.replace("BASE", base).encode())
            elif path == "/loadtest/live" and replay.is_broken:
                self._send(500, "text/plain", b"broken")
            elif path == "/loadtest/live":
                self._send_json(200, answer_live(replay, query))
            elif path == "/loadtest/files":
                files = [{"name": "run.json", "bytes": 1810}, {"name": "navigations.jsonl", "bytes": 412_345}]
                report = [{"name": "report.html", "bytes": 54_321}] if replay.has_report else []
                self._send_json(200, {"run": replay.run_id, "files": files + report})
            elif path.startswith("/loadtest/files/"):
                self._send(200, "application/octet-stream", b"{}")
            else:
                self._send_asset(path)

        def do_POST(self) -> None:
            """Turn the knob."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send_json(*replay.turn(json.loads(body)))

        def _send_asset(self, path: str) -> None:
            file = ASSETS / path.rpartition("/")[2]
            if path != f"/loadtest/assets/{file.name}" or not file.is_file():
                return self._send(404, "text/plain", b"")
            return self._send(200, _TYPES[file.suffix[1:]], file.read_bytes())

        def _send_json(self, status: int, data: object) -> None:
            self._send(status, "application/json", json.dumps(data).encode())

        def _send(self, status: int, content_type: str, content: bytes) -> None:
            with suppress(ConnectionError):
                self.send_response(status)
                self.send_header("Content-Type", f"{content_type}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        log_message: Callable[..., None] = lambda *_: None

    return Handler


def _show(speed: float) -> None:
    replay = Replay()
    with Served(replay) as served:
        print(served.url, flush=True)
        began = time.monotonic()
        while True:
            time.sleep(0.2)
            replay.until((time.monotonic() - began) * speed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast as it was recorded")
    with suppress(KeyboardInterrupt):
        _show(parser.parse_args().speed)
