"""Builds runs of one visit that the server has told of, for the tests of stories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.run import Run
from tests.report.building import BOOT, T0_AT, boots_of, error, info, server_of, visit

__all__ = ["DUE_AT", "TRACEBACK", "gone", "journal", "left_at_p16", "raised", "run_of", "traceback_line"]

DUE_AT = T0_AT.timestamp() + 1.0
TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/lib/python3.11/site-packages/socketio/async_server.py", line 621, in _trigger_event
    ret = await handler(*args)
  File "/srv/app/board.py", line 181, in handle_disconnect
    visitor = visitors[document_of[sid]]
KeyError: 'a'
"""


def left_at_p16(number: int = 4, **changes: Any) -> NavigationRecord:
    """Return a visit that was due 1 s into the run, and left 200 ms later as planned."""
    times = {Phase.PAGE: 4.0, Phase.OPEN: 5.0, Phase.CONNECT: 10.0, Phase.LEAVING: 1.0}
    return visit(number, **{"phases_ms": times, **changes})


def gone(number: int = 4, **changes: Any) -> dict[str, Any]:
    """Return the journal's entry of a connection with all its times."""
    return {
        "kind": "gone",
        "number": number,
        "reason": "transport close",
        "events": ["connect", "disconnect"],
        "opened_at": DUE_AT + 0.009,
        "begun_at_ms": [2.0, 192.5],
        "took_ms": [8.0, 0.5],
        "at": DUE_AT + 0.203,
        **changes,
    }


def raised(number: int = 4, at: float | None = DUE_AT + 0.2018, **changes: Any) -> dict[str, Any]:
    """Return the journal's entry of an error."""
    return {"kind": "error", "number": number, "error": 0, "at": at, **changes}


def journal(*entries: Mapping[str, Any], boot: str = BOOT, lost: int = 0) -> dict[str, Any]:
    """Return a journal's line."""
    return {"kind": "journal", "boot": boot, "entries": list(entries), "lost": lost}


def traceback_line(**changes: Any) -> dict[str, Any]:
    """Return the line that tells the error's traceback."""
    return {"kind": "error", "boot": BOOT, **error([]), "traceback": TRACEBACK, **changes}


def run_of(records: list[NavigationRecord], *lines: Mapping[str, Any], **changes: Any) -> Run:
    """Return a run with these records and lines of ``server.jsonl``."""
    return Run(Path("results/x"), info(**changes), tuple(records), server_of(*lines), boots_of(*lines))
