"""What Socket.IO for Node sees of a departure, derived as for Python, and where the two differ and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from loadtest.navigation.point import Manner, Transport
from tests.e2e.seen import CONNECTED, NO_EVENT, OVERTAKEN_WORDS, RUNNING, SHAKEN, Seen, Story
from tests.e2e.seen_by_python import is_polling, seen_by_python
from tests.e2e.witnessing import Cell

__all__ = ["DIFFERENCES", "MIDDLEWARE", "do_differ", "seen_by_node"]

MIDDLEWARE: Story = ("open", "connect")
"""The middleware began; the event "connection" never came."""

TWICE: Story = (
    *("open", "connect", "connect", "connect.", "connect."),
    *("handshake", "handshake.", "disconnect", "disconnect"),
)

STORIES: Mapping[str, Story] = {
    **dict.fromkeys(("P04", "P05", "P06b", "P08", "P09", "P10", "P11", "P12", "P13", "P14", "P22"), NO_EVENT),
    **dict.fromkeys(("P06", "P15", "P23"), MIDDLEWARE),
    **dict.fromkeys(("P16", "P16b"), CONNECTED),
    "P17": RUNNING,
    **dict.fromkeys(("P07", "P07b", "P18", "P19", "P20", "P20b", "P21", "P25"), SHAKEN),
    "P24": TWICE,
    "P26": (
        *("open", "connect", "connect /second", "connect.", "connect. /second"),
        *("handshake", "handshake.", "disconnect /second", "disconnect"),
    ),
}

UNNOTICED: Mapping[Story, Story] = {MIDDLEWARE: CONNECTED, RUNNING: SHAKEN}
"""The handler has ended long before the end is noticed."""

OVERTAKEN: Mapping[Story, tuple[Story, ...]] = {MIDDLEWARE: (CONNECTED,), RUNNING: (SHAKEN,)}

CHANCE: Mapping[Story, tuple[Story, ...]] = {
    TWICE: (  # the first middleware was done first, and the handshake came in between
        (
            *("open", "connect", "connect", "connect.", "handshake", "connect."),
            *("handshake.", "disconnect", "disconnect"),
        ),
    )
}

CLOSED, LEFT, TIMED_OUT, BROKEN, EXPELLED = (
    "transport close",
    "client namespace disconnect",
    "ping timeout",
    "transport error",
    "forced close",
)

_TCP = frozenset({Manner.WS_CLOSE, Manner.FIN, Manner.RST})
_NO_GET = frozenset({"P04", "P05", "P06", "P22", "P23"})
"""Where a visit over long-polling leaves without a request on its way, whose end the server would see."""
_EXPELLED = frozenset({"P22", "P23"})
"""Where an event before the end of CONNECT makes the server close the connection."""


def seen_by_node(cell: Cell) -> tuple[Seen, ...]:
    """Return what it sees of each Engine.IO session of such a visit."""
    if cell.at not in STORIES:
        return ()
    if cell.at == "P25":
        return _session(replace(cell, manner=Manner.FIN)), _session(cell)
    return (_session(cell),)


def _is_expelled(cell: Cell) -> bool:
    leaves_too_early = cell.at in ("P06", "P15") and cell.manner is Manner.SIO_DISCONNECT
    return cell.at in _EXPELLED or leaves_too_early


def _is_unnoticed(cell: Cell) -> bool:
    over_polling = is_polling(cell)
    if _is_expelled(cell):
        # Over long-polling its close waits for a GET to be told in, and none comes.
        return over_polling and cell.manner is not Manner.EIO_CLOSE
    leaves_nothing = over_polling and cell.manner in _TCP and cell.at in _NO_GET
    return cell.manner is Manner.SILENT or leaves_nothing


def _session(cell: Cell) -> Seen:
    story = STORIES[cell.at]
    chance = CHANCE.get(story, ())
    late = frozenset({TIMED_OUT})
    if _is_unnoticed(cell):
        if not _is_expelled(cell):
            story = UNNOTICED.get(story, story)
        return Seen(story, late, late, is_late=True, chance=chance)
    reason = _reason(cell)
    ends = frozenset({BROKEN, CLOSED} if (cell.at, cell.manner) == ("P13", Manner.RST) else {reason})
    overtaken = OVERTAKEN.get(story, OVERTAKEN_WORDS.get((cell.at, cell.transport, cell.manner), ()))
    if cell.manner is not Manner.SIO_DISCONNECT or reason == EXPELLED:
        return Seen(story, ends, ends, is_late=False, chance=chance, overtaken=overtaken)
    if cell.at == "P17" and not is_polling(cell):
        story, chance, overtaken = CONNECTED, (RUNNING,), (SHAKEN,)
    disconnect = frozenset({LEFT, reason} if story is TWICE else {LEFT})  # only one of two sockets leaves
    return Seen(story, disconnect, ends, is_late=False, chance=chance, overtaken=overtaken)


def _reason(cell: Cell) -> str:
    """Return why its Engine.IO session ends at once."""
    if _is_expelled(cell) and not is_polling(cell):
        return EXPELLED
    if cell.manner is Manner.EIO_CLOSE:
        return CLOSED
    return BROKEN if is_polling(cell) or cell.at == "P12" else CLOSED


_NAMES_OF_PYTHONS: Mapping[frozenset[str], frozenset[str]] = {
    frozenset({TIMED_OUT, CLOSED}): frozenset({TIMED_OUT}),
    frozenset({TIMED_OUT, BROKEN}): frozenset({TIMED_OUT}),
}
_GOODBYES: Mapping[Manner, str] = {Manner.EIO_CLOSE: CLOSED, Manner.SIO_DISCONNECT: LEFT}


def _in_nodes_words(seen: Seen, manner: Manner) -> Seen:
    """Return what Python sees in Node's words: how it calls a goodbye and a client that is silent."""

    def said(reasons: frozenset[str]) -> frozenset[str]:
        if reasons == {"client disconnect"}:
            return frozenset({_GOODBYES[manner]})
        return _NAMES_OF_PYTHONS.get(reasons, reasons)

    story = tuple(event for event in seen.story if event != "error")
    return Seen(story, said(seen.disconnect), said(seen.gone), seen.is_late)


def do_differ(cell: Cell) -> bool:
    """Whether Node sees something else than Python, beyond the names of reasons."""
    python = tuple(_in_nodes_words(seen, cell.manner) for seen in seen_by_python(cell))
    return python != tuple(replace(seen, chance=(), overtaken=()) for seen in seen_by_node(cell))


_SOCKETS = frozenset({Transport.WEBSOCKET, Transport.UPGRADE})
_POLLING = frozenset({Transport.POLLING})
_ALL = frozenset(Transport)
_DROPS = frozenset({Manner.WS_CLOSE, Manner.FIN, Manner.RST})
_GIVES_WORD = frozenset({Manner.EIO_CLOSE, Manner.SIO_DISCONNECT})
_NOT_SILENT = _DROPS | _GIVES_WORD


@dataclass(frozen=True, slots=True)
class Difference:
    """Cells that Node sees otherwise than Python, for one reason."""

    points: tuple[str, ...]
    transports: frozenset[Transport]
    manners: frozenset[Manner]
    sees: str
    why: str

    def covers(self, cell: Cell) -> bool:
        """Whether it is one of them."""
        return cell.at in self.points and cell.transport in self.transports and cell.manner in self.manners


DIFFERENCES = (
    Difference(
        ("P06b", "P07", "P16", "P16b", "P17", "P18", "P20b", "P21", "P24", "P26"),
        _POLLING,
        _DROPS | {Manner.SIO_DISCONNECT},
        "'transport error' at once, not at the ping time-out",
        "it watches the GET or POST that the client aborts; to python-engineio such an end says nothing",
    ),
    Difference(
        ("P08", "P09", "P10"),
        frozenset({Transport.UPGRADE}),
        _DROPS,
        "'transport error' at once, not at the ping time-out",
        "the same: a client that leaves while it probes has a GET on its way, too",
    ),
    Difference(
        ("P25",),
        _POLLING,
        frozenset(Manner),
        "the old connection's 'transport error' at once",
        "the same: its GET is aborted when the new one is there",
    ),
    Difference(
        ("P12",),
        frozenset({Transport.WEBSOCKET}),
        _DROPS,
        "'transport error'",
        "it writes its answer into a connection that is closed",
    ),
    Difference(
        ("P13",),
        frozenset({Transport.WEBSOCKET}),
        frozenset({Manner.RST}),
        "'transport error' of some, 'transport close' of others",
        "the same, when it is still about to write its open packet",
    ),
    Difference(
        ("P15",),
        _SOCKETS,
        _NOT_SILENT,
        "the middleware runs; no connection, no disconnect",
        "it drops a CONNECT whose client has gone while the middleware ran",
    ),
    Difference(
        ("P06",),
        _POLLING,
        _GIVES_WORD,
        "the middleware runs; no connection, no disconnect",
        "the same",
    ),
    Difference(
        ("P06", "P15"),
        _ALL,
        frozenset({Manner.SIO_DISCONNECT}),
        "'forced close'; over long-polling at the ping time-out",
        "DISCONNECT before the end of CONNECT makes it close the connection",
    ),
    Difference(
        ("P17",),
        _SOCKETS,
        frozenset({Manner.SIO_DISCONNECT}),
        "often no handshake",
        "it drops an event that is read together with the DISCONNECT after it",
    ),
    Difference(
        ("P22",),
        _SOCKETS,
        frozenset(Manner),
        "'forced close' at once",
        "an event before CONNECT makes it close the connection",
    ),
    Difference(
        ("P23",),
        _ALL,
        frozenset(Manner),
        "the middleware runs; no connection, no handshake; 'forced close' at once, over long-polling at the "
        "ping time-out",
        "the handshake before the end of CONNECT makes it close the connection; over long-polling that waits "
        "for a GET to be told in",
    ),
    Difference(
        ("P24",),
        _ALL,
        frozenset(Manner),
        "two connects, two disconnects; of `sio_disconnect` only one has its reason",
        "a second CONNECT that comes while the middleware runs makes a second socket",
    ),
    Difference(
        ("P26",),
        _ALL,
        frozenset(Manner),
        "both middlewares at the same time",
        "python-socketio runs the connect handlers of one connection one after the other",
    ),
)
"""Every cell that differs is covered by a row, and no row covers only cells that do not differ."""
