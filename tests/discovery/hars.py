"""Recordings to read: those in ``har/``, changed where a test wants another."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from loadtest.discovery.har import Entry, parse_har

__all__ = ["FOLDER", "document", "event", "recorded", "websocket"]

FOLDER = Path(__file__).parent / "har"
OPEN = '0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'


def recorded(name: str, change: Callable[[list[dict[str, Any]]], None] = lambda _: None) -> Sequence[Entry]:
    """Read a recording, its entries changed before."""
    har = json.loads((FOLDER / f"{name}.har").read_text(encoding="utf-8"))
    change(har["log"]["entries"])
    return parse_har(json.dumps(har).encode(), name)


def document(body: str | None, path: str = "/", **response: Any) -> dict[str, Any]:
    """Return the entry of a page."""
    content = {"mimeType": "text/html"} | ({} if body is None else {"text": body})
    return {
        "_resourceType": "document",
        "request": {"method": "GET", "url": f"http://127.0.0.1:8080{path}"},
        "response": {"status": 200, "content": content, **response},
    }


def event(text: str, at_s: float = 0.0) -> dict[str, Any]:
    """Return a frame that the browser sent."""
    return {"type": "send", "time": at_s, "opcode": 1, "data": text}


def websocket(
    *frames: dict[str, Any], query: str = "EIO=4&transport=websocket", path: str = "/socket.io/"
) -> dict[str, Any]:
    """Return the entry of a WebSocket that was opened and connected, with what came after that."""
    begin = [("receive", OPEN), ("send", "40"), ("receive", '40{"sid":"xyz"}')]
    return {
        "_resourceType": "websocket",
        "request": {"method": "GET", "url": f"ws://127.0.0.1:8080{path}?{query}"},
        "response": {"status": 101},
        "_webSocketMessages": [
            *({"type": kind, "time": 0, "opcode": 1, "data": data} for kind, data in begin),
            *frames,
        ],
    }
