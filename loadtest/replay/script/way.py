"""One way to visit and to leave, as a script does it."""

from collections.abc import Iterator
from dataclasses import dataclass

from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.opening import Handshake, HandshakeWay, Namespace, Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.protocol import Visit
from loadtest.navigation.states import PHASE_AT, Signal, State, Step
from loadtest.replay.script.source import CannotScriptError

__all__ = ["Way", "dwells", "steps_of"]

_SIGNALS = {
    Step.ASK_PAGE: Signal.PAGE_ASKED,
    Step.SEND_HALF_REQUEST: Signal.HALF_SENT,
    Step.ASK_POLL: Signal.POLL_ASKED,
    Step.READ_POLL: Signal.OPEN,
    Step.SEND_HALF_POST: Signal.HALF_SENT,
    Step.ASK_PROBE: Signal.PROBE_ASKED,
    Step.READ_PROBE_UPGRADE: Signal.SWITCHED,
    Step.SEND_PROBE: Signal.PROBE_SENT,
    Step.READ_PROBE: Signal.PROBE_ANSWER,
    Step.SEND_UPGRADE: Signal.UPGRADE_SENT,
    Step.ASK_UPGRADE: Signal.UPGRADE_ASKED,
    Step.READ_UPGRADE: Signal.SWITCHED,
    Step.READ_OPEN: Signal.OPEN,
    Step.SEND_EARLY_EVENT: Signal.EVENT_SENT,
    Step.SEND_CONNECT: Signal.CONNECT_SENT,
    Step.SEND_CONNECT_TWICE: Signal.CONNECT_SENT,
    Step.SEND_BOTH: Signal.BOTH_SENT,
    Step.SEND_HANDSHAKE: Signal.HANDSHAKE_SENT,
    Step.SEND_HALF_HANDSHAKE: Signal.HALF_SENT,
    Step.AWAIT_ANSWER: Signal.ANSWER,
    Step.DWELL: Signal.DWELT,
    Step.SEND_HALF_FRAME: Signal.HALF_SENT,
    Step.SEND_HALF_BINARY: Signal.HEADER_SENT,
    Step.AWAIT_PING: Signal.PING,
    Step.LEAVE_NAMESPACE: Signal.NAMESPACE_LEFT,
    Step.RECONNECT: Signal.LINE_LOST,
}
"""What each step leads to when all goes well; READ_PAGE and AWAIT_CONNECT depend on the app."""

_DETOURS = frozenset(
    {
        *(Step.SEND_HALF_REQUEST, Step.SEND_HALF_POST, Step.SEND_EARLY_EVENT, Step.SEND_CONNECT_TWICE),
        *(Step.SEND_BOTH, Step.SEND_HALF_HANDSHAKE, Step.SEND_HALF_FRAME, Step.SEND_HALF_BINARY),
        *(Step.AWAIT_PING, Step.LEAVE_NAMESPACE, Step.RECONNECT),
    }
)


def dwells(at: str | None) -> bool:
    """Whether a visit that leaves there comes as far as a page's steps and its dwell; None: by the clock."""
    return at not in POINTS or PHASE_AT[at or ""] is Phase.ACTIVE


@dataclass(frozen=True, slots=True)
class Way:
    """How a visit goes."""

    page: str
    at: str
    """A point's id, or ``stay``."""
    manner: Manner
    transport: Transport
    dwell_s: float = 0.0

    def __str__(self) -> str:
        dwell = f" {self.dwell_s:g} s" if self.dwell_s else ""
        return f"{self.at} {self.manner} {self.transport}{dwell}"

    @property
    def client_has(self) -> str:
        """What the client has when it leaves."""
        return "dwelt, and left as a browser does" if self.at == STAY else POINTS[self.at].client_has


def steps_of(way: Way, handshake: HandshakeWay, namespaces: int) -> Iterator[tuple[Step, State]]:
    """Yield the steps of a visit up to its leaving, each with the state that it is done in.

    The protocol itself (``navigation.protocol``) is asked, as if all went well.

    Raises:
        CannotScriptError: the app has no such point.
    """
    others = tuple(Namespace("", "", "") for _ in range(namespaces - 1))
    event = Handshake("", ack_id=0) if handshake is HandshakeWay.EVENT else None
    visit = Visit(Departure(way.at, way.manner, way.transport), 0.0)
    while (step := visit.next_step()) is not Step.LEAVE:
        yield step, visit.state
        if step is Step.READ_PAGE:
            visit.page_read(Opening(handshake, handshake=event, others=others), 0.0)
        elif step is Step.AWAIT_CONNECT:
            is_shaken = handshake is HandshakeWay.IN_CONNECT
            visit.happened(Signal.ANSWER if is_shaken else Signal.CONNECT_REPLY, 0.0)
        else:
            if step in _DETOURS:
                visit.detour_taken()
            visit.happened(_SIGNALS[step], 0.0)
    if way.at in POINTS and visit.point != way.at and not (way.at == "P07b" and visit.point == "P07"):
        raise CannotScriptError(f"the app has no {way.at}: it would leave at {visit.point}")
