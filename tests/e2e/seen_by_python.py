"""What python-socketio sees of a departure: DEPARTURES as tables, from which each cell is derived.

Every event by point, every reason by manner, and how an end is noticed by what carries the packets.
"""

from collections.abc import Mapping
from dataclasses import replace

from loadtest.navigation.point import Manner, Transport
from tests.e2e.seen import CONNECTED, NO_EVENT, OVERTAKEN_WORDS, RUNNING, SHAKEN, Seen, Story
from tests.e2e.witnessing import Cell

__all__ = ["is_polling", "seen_by_python"]

STORIES: Mapping[str, Story] = {
    **dict.fromkeys(("P04", "P05", "P06b", "P08", "P09", "P10", "P11", "P12", "P13", "P14", "P22"), NO_EVENT),
    **dict.fromkeys(("P06", "P15", "P16", "P16b"), CONNECTED),
    **dict.fromkeys(("P17", "P23"), RUNNING),
    **dict.fromkeys(("P07", "P07b", "P18", "P19", "P20", "P20b", "P21", "P24", "P25"), SHAKEN),
    "P26": (
        *("open", "connect", "connect.", "connect /second", "connect. /second"),
        *("handshake", "handshake.", "disconnect /second", "disconnect"),
    ),
}
"""By point; before P04 there is nothing but the page."""

STORIES_OF_A_CUT_POST: Mapping[str, Story] = {
    "P06b": ("open", "error"),
    "P16b": ("open", "connect", "connect.", "error", "disconnect"),
}
"""Half a POST is taken for a whole one when its connection ends."""

CLOSED, SAID_GOODBYE, TIMED_OUT, BROKEN = (
    "transport close",
    "client disconnect",
    "ping timeout",
    "transport error",
)

REASONS: Mapping[Manner, str] = {
    Manner.WS_CLOSE: CLOSED,
    Manner.FIN: CLOSED,
    Manner.RST: CLOSED,
    Manner.SIO_DISCONNECT: SAID_GOODBYE,
    Manner.EIO_CLOSE: SAID_GOODBYE,
}
"""The reason that is given at once."""

UNNOTICED_OVER_A_SOCKET = frozenset({TIMED_OUT, CLOSED})
"""python-engineio gives up on a socket after ping interval + ping timeout without a packet, and calls that
'transport close'; in a few visits of a hundred its look-out for late pongs comes first."""
UNNOTICED_OVER_POLLING = frozenset({TIMED_OUT, BROKEN})
"""A GET that has waited for so long is 'transport error' (P21, whose last GET is late); mostly the
look-out for late pongs comes first."""

_TCP = frozenset({Manner.WS_CLOSE, Manner.FIN, Manner.RST})
_CUTS = frozenset({Manner.FIN, Manner.RST})
_BEFORE_UPGRADE = frozenset({"P04", "P05", "P08", "P09", "P10"})


def is_polling(cell: Cell) -> bool:
    """Whether long-polling carries the packets while it leaves."""
    return cell.transport is Transport.POLLING or (
        cell.transport is Transport.UPGRADE and cell.at in _BEFORE_UPGRADE
    )


def seen_by_python(cell: Cell) -> tuple[Seen, ...]:
    """Return what it sees of each Engine.IO session of such a visit."""
    if cell.at not in STORIES:
        return ()
    if cell.at == "P25":  # the old one is closed by the client, once the new one is there
        return _session(replace(cell, manner=Manner.FIN)), _session(cell)
    return (_session(cell),)


def _session(cell: Cell) -> Seen:
    over_polling = is_polling(cell)
    is_unnoticed = cell.manner is Manner.SILENT or (over_polling and cell.manner in _TCP)
    unnoticed = UNNOTICED_OVER_POLLING if over_polling else UNNOTICED_OVER_A_SOCKET
    reasons = unnoticed if is_unnoticed else frozenset({REASONS[cell.manner]})
    # ``41`` leaves a namespace, not the connection: that ends as if nothing had been said.
    leaves_namespace = cell.manner is Manner.SIO_DISCONNECT
    ends = reasons if not leaves_namespace else unnoticed if over_polling else frozenset({CLOSED})
    story = STORIES[cell.at]
    if is_unnoticed and story is RUNNING:
        story = SHAKEN  # the handler has ended long before
    if over_polling and cell.manner in _CUTS:
        story = STORIES_OF_A_CUT_POST.get(cell.at, story)
    return Seen(
        story=story,
        disconnect=reasons,
        gone=ends,
        is_late=is_unnoticed or (leaves_namespace and over_polling),
        overtaken=(SHAKEN,)
        if story is RUNNING
        else OVERTAKEN_WORDS.get((cell.at, cell.transport, cell.manner), ()),
    )
