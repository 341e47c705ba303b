"""Reads a browser's recording, a HAR file: what was asked, what came back, WebSocket frames.

Source: the HAR 1.2 specification; ``_webSocketMessages`` and ``_resourceType`` as Chrome's DevTools (76 and
later) and Playwright (1.61 and later) write them, read off recordings of both forms.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from loadtest.apps.mistake import KeyPath, key_path, show
from loadtest.errors import UsageError

__all__ = ["PATH_CHARACTERS", "Entry", "Frame", "parse_har", "read_har"]

_MOST_BYTES = 256 * 1024 * 1024
_MILLISECONDS_FROM = 1e11
"""Wall times above it are in milliseconds (Playwright), below it in seconds (DevTools)."""
_SAME_AS = {"ws": "http", "wss": "https"}
_TEXT_FRAME = 1
PATH_CHARACTERS = "/%=&+:@!$'()*,;~[]"
"""What may stand in a path as it is."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A text that went over a connection."""

    is_sent: bool
    """By the browser."""
    at_s: float | None
    """Wall time, where the recording has one."""
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of the browser, and its answer."""

    method: str
    url: SplitResult
    query: Sequence[tuple[str, str]]
    started_s: float | None
    """Wall time."""
    took_s: float
    status: int
    kind: str
    """``document``, ``websocket``, ``xhr``… where the recording says it."""
    mime: str
    body: str | None
    """None: the recording has left it out."""
    posted: str | None
    frames: Sequence[Frame] | None
    """None: the recording has no frames of it."""
    server: str
    """What the server says that it is."""
    cookies: Sequence[str]
    """Names of the cookies that the request carried."""
    set_cookies: Sequence[str]
    """Names of those that the answer set."""

    @property
    def origin(self) -> str:
        """Where it went, as an address of HTTP."""
        return f"{_SAME_AS.get(self.url.scheme, self.url.scheme)}://{self.url.netloc}"

    @property
    def is_websocket(self) -> bool:
        """Whether this was a WebSocket."""
        return self.url.scheme in _SAME_AS or self.kind == "websocket"

    @property
    def is_page(self) -> bool:
        """Whether this was a page that somebody saw."""
        is_document = self.kind in ("document", "") and self.mime.startswith("text/html")
        return self.method == "GET" and is_document and 200 <= self.status < 300 and not self.is_websocket

    @property
    def path(self) -> str:
        """Path and query, as they go over the wire."""
        path = f"/{self.url.path.removeprefix('/')}"
        return quote(f"{path}?{self.url.query}" if self.url.query else path, safe=PATH_CHARACTERS + "?")


class _MistakeError(Exception):
    """What is wrong in a recording, and where."""

    def __init__(self, at: KeyPath, text: str) -> None:
        super().__init__(f"{key_path(at)}: {text}" if at else text)


def read_har(path: Path) -> Sequence[Entry]:
    """Read a recording's file.

    Raises:
        UsageError: it cannot be read, or is no HAR; the message says what is wrong where.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise UsageError(f"{path}: has {size:,} bytes, which is above {_MOST_BYTES:,}")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_har(data, str(path))


def parse_har(data: bytes, source: str) -> Sequence[Entry]:
    """Read a recording.

    Raises:
        UsageError: it is no HAR; the message says what is wrong where.
    """
    try:
        har = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: byte {error.start}: not UTF-8, which JSON is written in") from None
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{source}: line {error.lineno}, column {error.colno}: not JSON: {error.msg}"
        ) from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; brackets without end
        raise UsageError(f"{source}: not JSON: {error}") from None
    try:
        log = _table(_member((), har, "log"), ("log",))
        entries = _list(_member(("log",), log, "entries"), ("log", "entries"))
        return [_entry(entry, ("log", "entries", index)) for index, entry in enumerate(entries)]
    except _MistakeError as mistake:
        raise UsageError(f"{source}: {mistake}; a HAR file is what DevTools or Playwright saved") from None


def _table(value: Any, at: KeyPath) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _MistakeError(at, f"{show(value)} is not an object")
    return value


def _list(value: Any, at: KeyPath) -> Sequence[Any]:
    if not isinstance(value, list):
        raise _MistakeError(at, f"{show(value)} is not a list")
    return value


def _text(value: Any, at: KeyPath) -> str:
    if not isinstance(value, str):
        raise _MistakeError(at, f"{show(value)} is not a string")
    return value


def _member(at: KeyPath, table: Any, key: str) -> Any:
    table = _table(table, at)
    if key not in table:
        raise _MistakeError((*at, key), "is missing")
    return table[key]


def _entry(value: Any, at: KeyPath) -> Entry:
    request = _table(_member(at, value, "request"), (*at, "request"))
    response = _table(value.get("response") or {}, (*at, "response"))
    address = _text(_member((*at, "request"), request, "url"), (*at, "request", "url"))
    try:
        url = urlsplit(address)
        url.port  # noqa: B018  # raises for a bad one
    except ValueError as error:
        raise _MistakeError((*at, "request", "url"), f"{show(address)} is no address: {error}") from None
    content = _table(response.get("content") or {}, (*at, "response", "content"))
    messages = value.get("_webSocketMessages")
    fields = {name.lower(): text for name, text in _pairs(response.get("headers"))}
    return Entry(
        method=_text(request.get("method", "GET"), (*at, "request", "method")).upper(),
        url=url,
        query=parse_qsl(url.query, keep_blank_values=True),
        started_s=_wall_time(value.get("startedDateTime")),
        took_s=max(_number(value.get("time")) / 1000, 0.0),
        status=int(_number(response.get("status"))),
        kind=str(value.get("_resourceType") or ""),
        mime=str(content.get("mimeType") or ""),
        body=_body(content, (*at, "response", "content")),
        posted=_posted(request.get("postData"), (*at, "request", "postData")),
        frames=None if messages is None else list(_frames(messages, (*at, "_webSocketMessages"))),
        server=" ".join(fields[name] for name in ("server", "x-powered-by") if name in fields),
        cookies=[name for name, _ in _pairs(request.get("cookies"))],
        set_cookies=[name for name, _ in _pairs(response.get("cookies"))],
    )


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    """Yield names and values; what is none is left out, since nothing depends on it."""
    for row in value if isinstance(value, list) else ():
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            yield row["name"], str(row.get("value", ""))


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18
    return float(value) if is_number else 0.0


def _wall_time(value: Any) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _body(content: Mapping[str, Any], at: KeyPath) -> str | None:
    if content.get("text") is None:
        return None
    text = _text(content["text"], (*at, "text"))
    if content.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise _MistakeError((*at, "text"), f"{show(text)} is not base64") from None


def _posted(value: Any, at: KeyPath) -> str | None:
    if value is None:
        return None
    text = _table(value, at).get("text")
    return None if text is None else _text(text, (*at, "text"))


def _frames(value: Any, at: KeyPath) -> Iterator[Frame]:
    for index, message in enumerate(_list(value, at)):
        where = (*at, index)
        kind = _member(where, message, "type")
        if kind not in ("send", "receive"):
            raise _MistakeError((*where, "type"), f'{show(kind)} is not "send" or "receive"')
        text = _text(_member(where, message, "data"), (*where, "data"))
        if message.get("opcode", _TEXT_FRAME) == _TEXT_FRAME:
            at_s = _number(message.get("time"))
            at_s = at_s / 1000 if at_s > _MILLISECONDS_FROM else at_s
            yield Frame(kind == "send", at_s or None, text)
