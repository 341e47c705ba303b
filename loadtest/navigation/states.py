"""The protocol of one visit as tables: states, signals, moves, points and phases."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Transport

__all__ = [
    "MOVES",
    "PHASE_AT",
    "PHASE_OF",
    "POINT_OF",
    "READY",
    "TARGET_OF",
    "TRANSITIONS",
    "Signal",
    "State",
    "Step",
    "has_history",
    "point_in",
]


class State(StrEnum):
    """How far a visit has come: what the client has."""

    NEW = "new"
    HALF_REQUEST = "half_request"
    PAGE_ASKED = "page_asked"
    PAGE_READ = "page_read"
    POLL_ASKED = "poll_asked"
    POLL_OPENED = "poll_opened"
    HALF_POST = "half_post"
    PROBE_ASKED = "probe_asked"
    PROBE_OPENED = "probe_opened"
    PROBE_SENT = "probe_sent"
    PROBED = "probed"
    UPGRADE_SENT = "upgrade_sent"
    UPGRADE_ASKED = "upgrade_asked"
    UPGRADED = "upgraded"
    OPENED = "opened"
    EARLY_EVENT = "early_event"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    HALF_HANDSHAKE = "half_handshake"
    HANDSHAKING = "handshaking"
    BACK_TO_BACK = "back_to_back"
    SHAKEN = "shaken"
    STEADY = "steady"
    HALF_FRAME = "half_frame"
    HALF_BINARY = "half_binary"
    PINGED = "pinged"
    NAMESPACE_LEFT = "namespace_left"


class Signal(StrEnum):
    """What happened: an act of the client, or something of the server's that it read."""

    HALF_SENT = "half_sent"
    PAGE_ASKED = "page_asked"
    PAGE_READ = "page_read"
    POLL_ASKED = "poll_asked"
    PROBE_ASKED = "probe_asked"
    PROBE_SENT = "probe_sent"
    PROBE_ANSWER = "probe_answer"
    UPGRADE_SENT = "upgrade_sent"
    UPGRADE_ASKED = "upgrade_asked"
    SWITCHED = "switched"
    OPEN = "open"
    EVENT_SENT = "event_sent"
    CONNECT_SENT = "connect_sent"
    CONNECT_REPLY = "connect_reply"
    HANDSHAKE_SENT = "handshake_sent"
    BOTH_SENT = "both_sent"
    ANSWER = "answer"
    DWELT = "dwelt"
    HEADER_SENT = "header_sent"
    PING = "ping"
    NAMESPACE_LEFT = "namespace_left"
    LINE_LOST = "line_lost"


class Step(StrEnum):
    """What the client does next."""

    ASK_PAGE = "ask_page"
    SEND_HALF_REQUEST = "send_half_request"
    READ_PAGE = "read_page"
    ASK_POLL = "ask_poll"
    READ_POLL = "read_poll"
    SEND_HALF_POST = "send_half_post"
    ASK_PROBE = "ask_probe"
    READ_PROBE_UPGRADE = "read_probe_upgrade"
    SEND_PROBE = "send_probe"
    READ_PROBE = "read_probe"
    SEND_UPGRADE = "send_upgrade"
    ASK_UPGRADE = "ask_upgrade"
    READ_UPGRADE = "read_upgrade"
    READ_OPEN = "read_open"
    SEND_EARLY_EVENT = "send_early_event"
    SEND_CONNECT = "send_connect"
    SEND_CONNECT_TWICE = "send_connect_twice"
    SEND_BOTH = "send_both"
    AWAIT_CONNECT = "await_connect"
    SEND_HANDSHAKE = "send_handshake"
    SEND_HALF_HANDSHAKE = "send_half_handshake"
    AWAIT_ANSWER = "await_answer"
    DWELL = "dwell"
    SEND_HALF_FRAME = "send_half_frame"
    SEND_HALF_BINARY = "send_half_binary"
    AWAIT_PING = "await_ping"
    LEAVE_NAMESPACE = "leave_namespace"
    RECONNECT = "reconnect"
    LEAVE = "leave"


READY = (State.POLL_OPENED, State.UPGRADE_SENT, State.OPENED)
"""Engine.IO is open, and CONNECT comes next."""

TRANSITIONS: Mapping[tuple[State, Signal], State] = MappingProxyType(
    {
        (State.NEW, Signal.HALF_SENT): State.HALF_REQUEST,
        (State.NEW, Signal.PAGE_ASKED): State.PAGE_ASKED,
        (State.PAGE_ASKED, Signal.PAGE_READ): State.PAGE_READ,
        (State.NEW, Signal.PAGE_READ): State.PAGE_READ,  # asked for ahead, or kept: a reconnect
        (State.PAGE_READ, Signal.POLL_ASKED): State.POLL_ASKED,
        (State.POLL_ASKED, Signal.OPEN): State.POLL_OPENED,
        (State.POLL_OPENED, Signal.HALF_SENT): State.HALF_POST,
        (State.POLL_OPENED, Signal.PROBE_ASKED): State.PROBE_ASKED,
        (State.PROBE_ASKED, Signal.SWITCHED): State.PROBE_OPENED,
        (State.PROBE_OPENED, Signal.PROBE_SENT): State.PROBE_SENT,
        (State.PROBE_SENT, Signal.PROBE_ANSWER): State.PROBED,
        (State.PROBED, Signal.UPGRADE_SENT): State.UPGRADE_SENT,
        (State.PAGE_READ, Signal.UPGRADE_ASKED): State.UPGRADE_ASKED,
        (State.UPGRADE_ASKED, Signal.SWITCHED): State.UPGRADED,
        (State.UPGRADED, Signal.OPEN): State.OPENED,
        **{(ready, Signal.EVENT_SENT): State.EARLY_EVENT for ready in READY},
        **{(ready, Signal.CONNECT_SENT): State.CONNECTING for ready in READY},
        **{(ready, Signal.BOTH_SENT): State.BACK_TO_BACK for ready in READY},
        (State.CONNECTING, Signal.CONNECT_REPLY): State.CONNECTED,
        (State.CONNECTING, Signal.ANSWER): State.SHAKEN,  # the handshake was inside CONNECT
        (State.CONNECTED, Signal.HALF_SENT): State.HALF_HANDSHAKE,
        (State.CONNECTED, Signal.HANDSHAKE_SENT): State.HANDSHAKING,
        (State.CONNECTED, Signal.DWELT): State.STEADY,  # the app has no handshake
        (State.CONNECTED, Signal.LINE_LOST): State.PAGE_READ,
        (State.HANDSHAKING, Signal.ANSWER): State.SHAKEN,
        (State.SHAKEN, Signal.DWELT): State.STEADY,
        (State.SHAKEN, Signal.LINE_LOST): State.PAGE_READ,
        (State.STEADY, Signal.HALF_SENT): State.HALF_FRAME,
        (State.STEADY, Signal.HEADER_SENT): State.HALF_BINARY,
        (State.STEADY, Signal.PING): State.PINGED,
        (State.STEADY, Signal.NAMESPACE_LEFT): State.NAMESPACE_LEFT,
    }
)
"""Every move there is; any other signal in a state is a fault of the driver's."""

MOVES: Mapping[State, Mapping[Signal, State]] = MappingProxyType(
    {state: {signal: after for (at, signal), after in TRANSITIONS.items() if at is state} for state in State}
)
"""``TRANSITIONS`` by state."""

POINT_OF: Mapping[State, str] = MappingProxyType(
    {
        State.NEW: "P00",
        State.HALF_REQUEST: "P01",
        State.PAGE_ASKED: "P02",
        State.PAGE_READ: "P03",
        State.POLL_ASKED: "P04",
        State.POLL_OPENED: "P05",
        State.HALF_POST: "P06b",
        State.PROBE_ASKED: "P05",
        State.PROBE_OPENED: "P08",
        State.PROBE_SENT: "P09",
        State.PROBED: "P10",
        State.UPGRADE_SENT: "P11",
        State.UPGRADE_ASKED: "P12",
        State.UPGRADED: "P13",
        State.OPENED: "P14",
        State.EARLY_EVENT: "P22",
        State.CONNECTING: "P15",
        State.CONNECTED: "P16",
        State.HALF_HANDSHAKE: "P16b",
        State.HANDSHAKING: "P17",
        State.BACK_TO_BACK: "P23",
        State.SHAKEN: "P18",
        State.STEADY: "P19",
        State.HALF_FRAME: "P20",
        State.HALF_BINARY: "P20b",
        State.PINGED: "P21",
        State.NAMESPACE_LEFT: "P26",
    }
)
"""The point at which a visit leaves when it leaves in this state; for long-polling: ``point_in``."""

_POLLING_POINTS: Mapping[State, str] = MappingProxyType({State.CONNECTING: "P06", State.STEADY: "P07"})


def point_in(state: State, transport: Transport) -> str:
    """Return the id of the point at which a visit over this transport is while in this state."""
    if transport is Transport.POLLING and state in _POLLING_POINTS:
        return _POLLING_POINTS[state]
    return POINT_OF[state]


TARGET_OF: Mapping[str, State] = MappingProxyType(
    {
        **{point: state for state, point in POINT_OF.items() if state is not State.PROBE_ASKED},
        **{point: state for state, point in _POLLING_POINTS.items()},
        "P07b": State.STEADY,
        "P24": State.STEADY,
        "P25": State.STEADY,
    }
)
"""The state in which a visit leaves that is to leave at this point."""

_HISTORIES = frozenset({"P07b", "P24", "P25"})
"""Points that differ from P19 (P07) only by what came before, or by how they are left."""


def has_history(point: str) -> bool:
    """Whether the point is told by what the visit did before, and not by its state alone."""
    return point in _HISTORIES


PHASE_OF: Mapping[State, Phase] = MappingProxyType(
    {
        State.NEW: Phase.PAGE,
        State.HALF_REQUEST: Phase.PAGE,
        State.PAGE_ASKED: Phase.PAGE,
        State.PAGE_READ: Phase.OPEN,
        State.POLL_ASKED: Phase.OPEN,
        State.POLL_OPENED: Phase.CONNECT,  # of a visit that upgrades: UPGRADE
        State.HALF_POST: Phase.CONNECT,
        State.PROBE_ASKED: Phase.UPGRADE,
        State.PROBE_OPENED: Phase.UPGRADE,
        State.PROBE_SENT: Phase.UPGRADE,
        State.PROBED: Phase.UPGRADE,
        State.UPGRADE_SENT: Phase.CONNECT,
        State.UPGRADE_ASKED: Phase.OPEN,
        State.UPGRADED: Phase.OPEN,
        State.OPENED: Phase.CONNECT,
        State.EARLY_EVENT: Phase.CONNECT,
        State.CONNECTING: Phase.CONNECT,
        State.CONNECTED: Phase.HANDSHAKE,
        State.HALF_HANDSHAKE: Phase.HANDSHAKE,
        State.HANDSHAKING: Phase.HANDSHAKE,
        State.BACK_TO_BACK: Phase.CONNECT,
        State.SHAKEN: Phase.ACTIVE,
        State.STEADY: Phase.ACTIVE,
        State.HALF_FRAME: Phase.ACTIVE,
        State.HALF_BINARY: Phase.ACTIVE,
        State.PINGED: Phase.ACTIVE,
        State.NAMESPACE_LEFT: Phase.ACTIVE,
    }
)
"""The phase that a visit is in while in this state."""

PHASE_AT: Mapping[str, Phase] = MappingProxyType(
    {point: PHASE_OF[state] for point, state in TARGET_OF.items()}
)
"""The phase that a visit is in at a point."""
