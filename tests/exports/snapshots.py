"""Snapshots as the collector keeps them, for tests of what is added up of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.exports.server import Newest
from loadtest.metrics.histogram import Histogram

__all__ = ["error", "handler", "newest"]

RESIDUE = {"sids": 2, "eio_sockets": 1, "rooms": 0, "environs": 2, "pending_disconnects": 0}
HELD = {"tasks": 5, "threads": 3, "rss_bytes": 4096, "open_files": 9}
KNOWN = (
    'Traceback (most recent call last):\n  File "/x/engineio/async_server.py", line 1, in handle_request\n'
    "KeyError: 'REQUEST_METHOD'\n"
)


def handler(
    event: str, calls: int = 1, errors: int = 0, took_s: float = 0.003, namespace: str = "/"
) -> dict[str, Any]:
    """Return a handler's figures; each call took as long as the others."""
    latency = Histogram()
    for _ in range(calls):
        latency.record(took_s)
    return {
        "namespace": namespace,
        "event": event,
        "calls": calls,
        "errors": errors,
        "in_flight": 0,
        "latency": latency.to_json(),
    }


def error(number: int, count: int, traceback: str = "KeyError: 1") -> dict[str, Any]:
    """Return what is told of an error, or of a stray."""
    return {"id": number, "count": count, "traceback": traceback}


def newest(
    boot: str = "a",
    *,
    is_there: bool = True,
    handlers: Sequence[Mapping[str, Any]] = (),
    residue: Mapping[str, Any] | None = None,
    **more: Any,
) -> Newest:
    """Return what the collector has of one process."""
    snapshot = {
        "visits": 1,
        "began_at": 50.0,
        "runtime": "python 3.11.7",
        "handlers": list(handlers),
        "errors": [],
        "errors_overflow": 0,
        "strays": [],
        "strays_overflow": 0,
        "residue": {**RESIDUE, **HELD, **(residue or {})},
        **more,
    }
    return Newest(boot, snapshot, is_there)
