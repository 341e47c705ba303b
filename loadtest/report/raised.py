"""The sentences about what a server raised, made from ``summary.json`` alone."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from loadtest.report.server import Channel
from loadtest.report.wording import amount, clipped, listed

__all__ = ["known", "last_frames", "source", "way"]

_LONGEST_EVENT = 40
_EVENTS = 3
_LONGEST_LINE = 200
_LONGEST_SEARCHED = 1000
"""Characters of a line in which a path is looked for: the pattern's cost grows with their square."""
_LONG_PATH = re.compile(r'File ".*[/\\]([^/\\"]+[/\\][^/\\"]+)"')

_CAME: Mapping[str, str] = MappingProxyType(
    {
        Channel.LOG: "only logged",
        Channel.LOOP: "told to the event loop's exception handler",
        Channel.THREAD: "in a thread",
        Channel.HUB: "in a greenlet",
        Channel.TASK: "in a background task",
        Channel.PAGE: "in the page handler",
        Channel.REJECTION: "in a promise that nobody caught",
        Channel.EXCEPTION: "caught by nobody",
    }
)
"""How an error came that did not leave an event's handler."""
_STRAY = "from clients that are not of this run, or from no visit"


def source(finding: Mapping[str, Any]) -> str:
    """Return where an error was raised, how often, and on which way it came; empty for other findings."""
    if finding["exceptions"] is None:
        return ""
    strays = finding["strays"]
    count = finding["exceptions"] - strays
    text = amount(count or strays, "exception")
    if finding["file"]:
        text += f" at {finding['file']}:{finding['line']}"
    came = way(finding["channels"], finding["events"])
    text += f", {came}" if came else ""
    return f"{text}; and {strays:,} more, {_STRAY}" if count and strays else text


def way(channels: Sequence[str], events: Sequence[str]) -> str:
    """Return on which ways an error came, with its events: in their handlers, or because of them."""
    ways = [_CAME[channel] for channel in channels if channel in _CAME]
    if Channel.HANDLER in channels and events:
        return listed([f"handler{'s' if len(events) > 1 else ''} of {_names(events)}", *ways])
    return f"{listed(ways)}, because of {_names(events)}" if events and ways else listed(ways)


def _names(events: Sequence[str]) -> str:
    names = [f"'{clipped(event, _LONGEST_EVENT)}'" for event in events[:_EVENTS]]
    more = [f"{len(events) - _EVENTS:,} more"] if len(events) > _EVENTS else []
    return listed([*names, *more])


def known(row: Mapping[str, Any]) -> str:
    """Return one line about errors that are a framework's own: ``server.known_errors[]``."""
    where = f", at {listed(row['at'])}" if row["at"] else ""
    times = amount(row["count"], "time")
    return f"{row['package']}'s own, known and harmless: {row['what']}, {times}{where}: {row['why']}"


def last_frames(traceback: str, most: int) -> Sequence[str]:
    """Return the end of a traceback, at most so many lines of it, from the start of a frame on.

    Of the files' paths the ends are kept, of long lines the beginnings.
    """
    lines = traceback.rstrip().splitlines()[-most:]
    starts = (place for place, line in enumerate(lines) if line.startswith("  File "))
    return [_shortened(line) for line in lines[next(starts, 0) :]]


def _shortened(line: str) -> str:
    short = _LONG_PATH.sub(r'File ".../\1"', line[:_LONGEST_SEARCHED].expandtabs(4))
    return clipped(short, _LONGEST_LINE)
