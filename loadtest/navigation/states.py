"""The protocol of one visit as tables: states, signals, steps, and what leads to what."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from loadtest.navigation.phase import Phase

__all__ = ["PHASE_OF", "POINT_OF", "STEP_IN", "TRANSITIONS", "Signal", "State", "Step"]


class State(StrEnum):
    """How far a visit has come: what the client has."""

    NEW = "new"
    HALF_REQUEST = "half_request"
    PAGE_ASKED = "page_asked"
    PAGE_READ = "page_read"
    UPGRADE_ASKED = "upgrade_asked"
    UPGRADED = "upgraded"
    OPENED = "opened"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    HALF_HANDSHAKE = "half_handshake"
    HANDSHAKING = "handshaking"
    SHAKEN = "shaken"
    STEADY = "steady"
    HALF_FRAME = "half_frame"


class Signal(StrEnum):
    """What happened: an act of the client, or something of the server's that it read."""

    HALF_SENT = "half_sent"
    PAGE_ASKED = "page_asked"
    PAGE_READ = "page_read"
    UPGRADE_ASKED = "upgrade_asked"
    SWITCHED = "switched"
    OPEN = "open"
    CONNECT_SENT = "connect_sent"
    CONNECT_REPLY = "connect_reply"
    HANDSHAKE_SENT = "handshake_sent"
    ANSWER = "answer"
    DWELT = "dwelt"


class Step(StrEnum):
    """What the client does next."""

    ASK_PAGE = "ask_page"
    SEND_HALF_REQUEST = "send_half_request"
    READ_PAGE = "read_page"
    ASK_UPGRADE = "ask_upgrade"
    READ_UPGRADE = "read_upgrade"
    READ_OPEN = "read_open"
    SEND_CONNECT = "send_connect"
    AWAIT_CONNECT = "await_connect"
    SEND_HANDSHAKE = "send_handshake"
    SEND_HALF_HANDSHAKE = "send_half_handshake"
    AWAIT_ANSWER = "await_answer"
    DWELL = "dwell"
    SEND_HALF_FRAME = "send_half_frame"
    LEAVE = "leave"


TRANSITIONS: Mapping[tuple[State, Signal], State] = MappingProxyType(
    {
        (State.NEW, Signal.HALF_SENT): State.HALF_REQUEST,
        (State.NEW, Signal.PAGE_ASKED): State.PAGE_ASKED,
        (State.PAGE_ASKED, Signal.PAGE_READ): State.PAGE_READ,
        (State.PAGE_READ, Signal.UPGRADE_ASKED): State.UPGRADE_ASKED,
        (State.UPGRADE_ASKED, Signal.SWITCHED): State.UPGRADED,
        (State.UPGRADED, Signal.OPEN): State.OPENED,
        (State.OPENED, Signal.CONNECT_SENT): State.CONNECTING,
        (State.CONNECTING, Signal.CONNECT_REPLY): State.CONNECTED,
        (State.CONNECTING, Signal.ANSWER): State.SHAKEN,  # the handshake was inside CONNECT
        (State.CONNECTED, Signal.HALF_SENT): State.HALF_HANDSHAKE,
        (State.CONNECTED, Signal.HANDSHAKE_SENT): State.HANDSHAKING,
        (State.CONNECTED, Signal.DWELT): State.STEADY,  # the app has no handshake
        (State.HANDSHAKING, Signal.ANSWER): State.SHAKEN,
        (State.SHAKEN, Signal.DWELT): State.STEADY,
        (State.STEADY, Signal.HALF_SENT): State.HALF_FRAME,
    }
)
"""Every move there is; any other signal in a state is a fault of the driver's."""

POINT_OF: Mapping[State, str] = MappingProxyType(
    {
        State.NEW: "P00",
        State.HALF_REQUEST: "P01",
        State.PAGE_ASKED: "P02",
        State.PAGE_READ: "P03",
        State.UPGRADE_ASKED: "P12",
        State.UPGRADED: "P13",
        State.OPENED: "P14",
        State.CONNECTING: "P15",
        State.CONNECTED: "P16",
        State.HALF_HANDSHAKE: "P16b",
        State.HANDSHAKING: "P17",
        State.SHAKEN: "P18",
        State.STEADY: "P19",
        State.HALF_FRAME: "P20",
    }
)
"""The point at which a visit leaves when it leaves in this state."""

PHASE_OF: Mapping[State, Phase] = MappingProxyType(
    {
        State.NEW: Phase.PAGE,
        State.HALF_REQUEST: Phase.PAGE,
        State.PAGE_ASKED: Phase.PAGE,
        State.PAGE_READ: Phase.OPEN,
        State.UPGRADE_ASKED: Phase.OPEN,
        State.UPGRADED: Phase.OPEN,
        State.OPENED: Phase.CONNECT,
        State.CONNECTING: Phase.CONNECT,
        State.CONNECTED: Phase.HANDSHAKE,
        State.HALF_HANDSHAKE: Phase.HANDSHAKE,
        State.HANDSHAKING: Phase.HANDSHAKE,
        State.SHAKEN: Phase.ACTIVE,
        State.STEADY: Phase.ACTIVE,
        State.HALF_FRAME: Phase.ACTIVE,
    }
)
"""The phase that a visit is in while in this state."""

STEP_IN: Mapping[State, Step] = MappingProxyType(
    {
        State.NEW: Step.ASK_PAGE,
        State.HALF_REQUEST: Step.LEAVE,
        State.PAGE_ASKED: Step.READ_PAGE,
        State.PAGE_READ: Step.ASK_UPGRADE,
        State.UPGRADE_ASKED: Step.READ_UPGRADE,
        State.UPGRADED: Step.READ_OPEN,
        State.OPENED: Step.SEND_CONNECT,
        State.CONNECTING: Step.AWAIT_CONNECT,
        State.CONNECTED: Step.SEND_HANDSHAKE,
        State.HALF_HANDSHAKE: Step.LEAVE,
        State.HANDSHAKING: Step.AWAIT_ANSWER,
        State.SHAKEN: Step.DWELL,
        State.STEADY: Step.LEAVE,
        State.HALF_FRAME: Step.LEAVE,
    }
)
"""What a visit does next that has not reached its departure yet."""
