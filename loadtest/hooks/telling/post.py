"""Sends one snapshot to a collector, and reads its answer, within a time that nobody can stretch."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..vitals.gauges import Gauge, gauges_of
from .rendezvous import Collector

__all__ = ["Answer", "post"]

_MAX_ANSWER_BYTES = 65_536
_LEAST_S = 0.05


@dataclass(frozen=True)
class Answer:
    """What a collector said."""

    __slots__ = ("gauges", "journal", "run", "status")

    status: int
    run: str
    journal: int
    """Journal entries before this index have arrived."""
    gauges: tuple[Gauge, ...]
    """What the run's profile wants to know."""


def post(collector: Collector, body: bytes, timeout_s: float) -> Answer:
    """Send a snapshot; redirects are not followed.

    HTTP by hand: http.client has a time-out for each read, not for all, so a collector that gives a byte a
    second could keep the app from exiting; and it imports ssl, which gevent wants to be the first to do.

    Raises:
        OSError: nobody answered in time, or not in HTTP.
        ValueError: the URL is not one of HTTP, or the answer not a collector's.
    """
    deadline_s = time.monotonic() + max(timeout_s, _LEAST_S)
    parts = urlsplit(collector.url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("not an http:// address")
    path = parts.path if parts.path not in ("", "/") else "/snapshot"
    # HTTP/1.0: no answer comes in chunks, and the connection ends with it
    head = (
        f"POST {path} HTTP/1.0\r\nhost: {parts.netloc}\r\nauthorization: Bearer {collector.token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    address = (parts.hostname, parts.port or 80)
    with socket.create_connection(address, max(timeout_s, _LEAST_S)) as connection:
        connection.settimeout(_left_s(deadline_s))
        connection.sendall(head.encode("latin-1", "replace") + body)
        status, text = _response(connection, deadline_s)
    if status != 200:
        return Answer(status, "", 0, ())
    data = json.loads(text)
    if not isinstance(data, dict) or type(data.get("journal")) is not int or type(data.get("run")) is not str:
        raise ValueError("its answer names no run and no journal index")
    return Answer(200, data["run"], data["journal"], gauges_of(data.get("gauges")))


def _response(connection: socket.socket, deadline_s: float) -> tuple[int, bytes]:
    """Return the status and the body, so much of it as a collector's may be long."""
    received = b""
    while len(received) < _MAX_ANSWER_BYTES:
        connection.settimeout(_left_s(deadline_s))
        part = connection.recv(_MAX_ANSWER_BYTES)
        received += part
        head, blank, text = received.partition(b"\r\n\r\n")
        if not part or (blank and 0 <= _length(head) <= len(text)):
            break
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/") or not blank or not rest[:3].isdigit():
        raise OSError("no HTTP")
    return int(rest[:3]), text


def _length(head: bytes) -> int:
    """Return how long the body is by its head; -1 if that does not say so."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return -1


def _left_s(deadline_s: float) -> float:
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise OSError("no answer in time")
    return left_s
