"""The protocol of one visit: a small machine over the tables of ``states``, without I/O.

The driver asks ``next_step``, does it, and says what ``happened``; text that came in goes to ``receive``.
Where the connection is (its ``State``) names the point at which a departure happens, whenever it happens.
"""

from collections.abc import Mapping
from types import MappingProxyType

from loadtest.errors import ProtocolError
from loadtest.navigation.departure import BY_CLOCK, POINTS, STAY, Departure, Manner
from loadtest.navigation.opening import HandshakeWay, Opening
from loadtest.navigation.packet import Open, Packet, PacketKind, read_open, read_packet
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.navigation.states import PHASE_OF, POINT_OF, STEP_IN, TRANSITIONS, Signal, State, Step

__all__ = ["PHASE_OF", "POINT_OF", "STEP_IN", "TRANSITIONS", "Signal", "State", "Step", "Visit"]

_STATE_OF = {point: state for state, point in POINT_OF.items()}

_HALF_STEPS: Mapping[State, tuple[State, Step]] = MappingProxyType(
    {
        State.HALF_REQUEST: (State.NEW, Step.SEND_HALF_REQUEST),
        State.HALF_HANDSHAKE: (State.CONNECTED, Step.SEND_HALF_HANDSHAKE),
        State.HALF_FRAME: (State.STEADY, Step.SEND_HALF_FRAME),
    }
)
"""Departures in the middle of a send: from which state, and by which step they are reached."""

_MISSING: Mapping[HandshakeWay, Mapping[State, State]] = MappingProxyType(
    {
        HandshakeWay.EVENT: {},
        HandshakeWay.IN_CONNECT: {
            State.CONNECTED: State.SHAKEN,
            State.HALF_HANDSHAKE: State.SHAKEN,
            State.HANDSHAKING: State.SHAKEN,
        },
        HandshakeWay.NONE: {
            State.HALF_HANDSHAKE: State.STEADY,
            State.HANDSHAKING: State.STEADY,
            State.SHAKEN: State.STEADY,
        },
    }
)
"""Points that an app does not have, and the next one that it has."""

_ACKS = frozenset({PacketKind.ACK, PacketKind.BINARY_ACK})
_ANSWERS = _ACKS | {PacketKind.EVENT, PacketKind.BINARY_EVENT}
_DETAIL_CHARACTERS = 300


class Visit:
    """One visit: what to do next, what came in, where it is, and how long each phase took.

    ``now`` is always seconds of one monotonic clock. Nothing here waits, sends or draws.
    """

    __slots__ = (
        "_phase_began",
        "_target",
        "departure",
        "detail",
        "error",
        "left_by",
        "opened",
        "opening",
        "outcome",
        "phase",
        "phases_ms",
        "started",
        "state",
    )

    def __init__(self, departure: Departure, started: float) -> None:
        self.departure = departure
        self.started = started
        self.state = State.NEW
        self.opening: Opening | None = None
        self.opened: Open | None = None
        self.outcome: Outcome | None = None
        self.error: str | None = None
        self.detail: str | None = None
        self.left_by: Manner | None = None
        self.phase = Phase.PAGE
        """The phase that the visit is in, up to its leaving."""
        self.phases_ms: dict[Phase, float] = {}
        self._phase_began = started
        self._target = _STATE_OF[departure.at] if departure.at in POINTS else None

    def _phase_in(self, state: State) -> Phase:
        if state is State.CONNECTED and self.opening and self.opening.way is HandshakeWay.NONE:
            return Phase.ACTIVE  # there is no handshake whose time it could be
        return PHASE_OF[state]

    @property
    def leave_at(self) -> float | None:
        """The time at which the clock ends this visit, or None when a point does."""
        return self.started + self.departure.after_s if self.departure.at == BY_CLOCK else None

    @property
    def manner(self) -> Manner:
        """The manner in which to leave from here: the planned one, or the nearest that this point allows.

        Only a departure by the clock can meet a point that does not allow its manner; a browser that goes
        before there is a WebSocket just closes TCP.
        """
        possible = POINTS[POINT_OF[self.state]].manners
        if self.departure.manner in possible:
            return self.departure.manner
        return Manner.WS_CLOSE if Manner.WS_CLOSE in possible else Manner.FIN

    def next_step(self) -> Step:
        """Return what the client does next; ``LEAVE`` once the departure's point, or an end, is reached."""
        if self.outcome is not None or self.state is self._target:
            return Step.LEAVE
        half = _HALF_STEPS.get(self._target) if self._target else None
        if half and self.state is half[0]:
            return half[1]
        if self.state is State.CONNECTED and self.opening and self.opening.way is HandshakeWay.NONE:
            return Step.DWELL
        return STEP_IN[self.state]

    def page_read(self, opening: Opening, now: float) -> None:
        """Take over how this page opens its socket; a target that the app does not have moves to the next."""
        self.opening = opening
        if self._target is not None:
            self._target = _MISSING[opening.way].get(self._target, self._target)
        self.happened(Signal.PAGE_READ, now)

    def happened(self, signal: Signal, now: float) -> None:
        """Move on after an act or a packet.

        Raises:
            ProtocolError: the signal does not belong into this state.
        """
        state = TRANSITIONS.get((self.state, signal))
        if state is None:
            raise ProtocolError(f"{signal} while {self.state}")
        phase = self._phase_in(state)
        if phase is not self.phase:
            self.phases_ms[self.phase] = (now - self._phase_began) * 1000
            self._phase_began = now
            self.phase = phase
        self.state = state

    def handshake_sent(self, now: float) -> None:
        """Move on after the handshake; where nothing answers it, it is done when it is sent."""
        self.happened(Signal.HANDSHAKE_SENT, now)
        handshake = self.opening.handshake if self.opening else None
        is_answered = handshake is not None and handshake.is_answered
        if not is_answered and self._target is not State.HANDSHAKING:
            self.happened(Signal.ANSWER, now)

    def receive(self, text: str, now: float) -> str | None:
        """Take in one text frame; return the text frame that must be sent in answer, if any.

        Raises:
            ProtocolError: no server of this protocol sends this, or sends it here.
        """
        if text[:2] == "42" and self.state is not State.HANDSHAKING:
            return None  # an event that nobody waits for: most of what a long visit hears
        packet = read_packet(text)
        if packet.kind is PacketKind.PING:
            return "3" + packet.data
        self._take(packet, now)
        return None

    def _take(self, packet: Packet, now: float) -> None:
        match packet.kind:
            case PacketKind.OPEN if self.state is State.UPGRADED:
                self.opened = read_open(packet)
                self.happened(Signal.OPEN, now)
            case PacketKind.CONNECT if self.state is State.CONNECTING:
                in_connect = self.opening is not None and self.opening.way is HandshakeWay.IN_CONNECT
                self.happened(Signal.ANSWER if in_connect else Signal.CONNECT_REPLY, now)
            case PacketKind.CONNECT_ERROR:
                self.end(Outcome.REFUSED, "CONNECT refused", packet.data)
            case PacketKind.DISCONNECT:
                self.end(Outcome.LOST, "the server sent DISCONNECT")
            case PacketKind.CLOSE:
                self.end(Outcome.LOST, "the server sent an Engine.IO close")
            case _ if packet.kind in _ANSWERS and self.state is State.HANDSHAKING:
                self._take_answer(packet, now)
            case PacketKind.OPEN | PacketKind.CONNECT:
                raise ProtocolError(f"{packet.kind} while {self.state}")
            case _:
                pass  # an event, a late acknowledgement, a noop: nothing of the protocol's

    def _take_answer(self, packet: Packet, now: float) -> None:
        handshake = self.opening.handshake if self.opening else None
        if handshake is None:
            return
        if packet.kind in _ACKS:
            if handshake.ack_id is None or packet.id != handshake.ack_id:
                return
            if handshake.refusal is not None and packet.data.replace(" ", "") == handshake.refusal:
                self.end(Outcome.REFUSED, "handshake refused", packet.data)
                return
        elif handshake.answer is None or packet.event != handshake.answer:
            return
        self.happened(Signal.ANSWER, now)

    def end(self, outcome: Outcome, error: str, detail: str | None = None) -> None:
        """End the visit otherwise than planned; only the first end counts."""
        if self.outcome is None:
            self.outcome = outcome
            self.error = error
            self.detail = detail[:_DETAIL_CHARACTERS] if detail else None

    def leave(self, manner: Manner | None, began: float, now: float) -> None:
        """Close the account: the visit began to leave at ``began`` and gave its socket up at ``now``.

        ``manner`` is what was really done, None when the server ended the connection. Only a visit that
        leaves as planned has passed through the phases *active* and *leaving*.
        """
        self.left_by = manner
        if self.outcome is not None:
            return
        if self.phase is Phase.ACTIVE:
            self.phases_ms[Phase.ACTIVE] = (began - self._phase_began) * 1000
        self.phases_ms[Phase.LEAVING] = (now - began) * 1000
        self.outcome = Outcome.COMPLETED if self.departure.at == STAY else Outcome.LEFT

    @property
    def actual(self) -> ActualDeparture:
        """Where the connection was when it ended, and how it was left."""
        return ActualDeparture(POINT_OF[self.state], self.left_by)
