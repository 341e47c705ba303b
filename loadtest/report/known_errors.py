"""Errors that a framework raises by itself when a request breaks off: known, harmless, not the app's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["KNOWN_ERRORS", "KnownError", "known_error"]


@dataclass(frozen=True, slots=True)
class KnownError:
    """One such error; a traceback is matched by its end alone, so that no error of an app is."""

    package: str
    """Whose it is, as the registry spells it."""
    what: str
    why: str
    """What brings it about, and why it does no harm."""
    source: str
    """Where in the package that can be read."""
    error: str
    """The traceback's last line, as a pattern."""
    file: tuple[str, ...]
    """How the path of the deepest frame ends, the standard library's left out; one for each layout."""
    function: str
    below: tuple[str, ...] = ()
    """How the paths of the frames below that one end."""


_READS_MESSAGE = ("socketio/async_server.py", "socketio/asyncio_server.py", "socketio/server.py")
_JSON = ("engineio/json.py", "json/__init__.py", "json/decoder.py")

KNOWN_ERRORS: Sequence[KnownError] = (
    KnownError(
        package="python-engineio",
        what="KeyError in handle_request",
        why="the client was gone before its request was read, and there is nothing to answer",
        source="engineio/async_drivers/asgi.py: translate_request returns {} for http.disconnect",
        error=r"KeyError: 'REQUEST_METHOD'",
        file=("engineio/async_server.py", "engineio/asyncio_server.py"),
        function="handle_request",
    ),
    # both measured with python-socketio 5.18.1 and python-engineio 4.15.1, on uvicorn and on Werkzeug: at
    # P06b, and at P16b over long-polling
    KnownError(
        package="python-socketio",
        what="TypeError in _handle_event",
        why="a POST broke off, and its first bytes were taken for a whole packet; no handler sees it",
        source="engineio/async_drivers/asgi.py: AwaitablePayload.read ends at http.disconnect",
        error=r"TypeError: 'NoneType' object is not subscriptable",
        file=_READS_MESSAGE,
        function="_handle_event",
    ),
    KnownError(
        package="python-socketio",
        what="JSONDecodeError in decode",
        why="a POST broke off, and its first bytes were taken for a whole packet; no handler sees it",
        source="socketio/packet.py: decode reads what has come of the packet as JSON",
        error=r"json\.decoder\.JSONDecodeError: .*",
        file=("socketio/packet.py",),
        function="decode",
        below=_JSON,
    ),
)

_FRAME = re.compile(r'  File "(?P<file>.+)", line \d+, in (?P<function>.+)')


def known_error(traceback: str | None) -> KnownError | None:
    """Return the known error that a traceback's text tells of, or None."""
    lines = (traceback or "").rstrip().splitlines()
    frames = [found for line in lines if (found := _FRAME.fullmatch(line))]
    return next((row for row in KNOWN_ERRORS if lines and _is(row, frames, lines[-1])), None)


def _is(row: KnownError, frames: Sequence[re.Match[str]], last_line: str) -> bool:
    above = list(frames)
    while above and _ends(above[-1], row.below):
        above.pop()
    if not above or re.fullmatch(row.error, last_line) is None:
        return False
    return above[-1]["function"] == row.function and _ends(above[-1], row.file)


def _ends(frame: re.Match[str], endings: tuple[str, ...]) -> bool:
    path = frame["file"].replace("\\", "/")
    return any(path.endswith(f"/{ending}") for ending in endings)
