"""The protocol of one visit: a small machine over ``states`` and ``routes``, without I/O.

The driver asks ``next_step``, does it, and says what ``happened``; text that came in goes to ``receive``.
Where the connection is (its ``State``) names the point at which a departure happens, whenever it happens.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from loadtest.errors import ProtocolError
from loadtest.navigation import reception
from loadtest.navigation.counterpart import counterpart
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import HandshakeWay, Opening
from loadtest.navigation.packet import Open, Packet
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.navigation.routes import DETOURS, MISSING, ROUTES, Detour
from loadtest.navigation.states import MOVES, TARGET_OF, Signal, State, Step, has_history, point_in

__all__ = ["Visit"]

_LEFT_BY: Mapping[tuple[str, Manner], str] = MappingProxyType({("P07", Manner.EIO_CLOSE): "P07b"})
"""Where the manner makes another point of it."""

_PHASES = tuple(Phase)
_DETAIL_CHARACTERS = 300
Listener = Callable[[Packet, float], None]


class Visit:
    """One visit: what to do next, what came in, where it is, and how long each phase took.

    ``now`` is always seconds of one monotonic clock. Nothing here waits, sends or draws.
    """

    __slots__ = (
        "_is_by_clock",
        "_phase_began",
        "_route",
        "_target",
        "aim",
        "awaited",
        "departure",
        "detail",
        "detour",
        "error",
        "has_detoured",
        "leave_at",
        "left_by",
        "listener",
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
        self.leave_at: float | None = None
        """The time at which the clock ends this visit, once it is known; None when a point does."""
        self.listener: Listener | None = None
        """Called with every event and acknowledgement that comes in."""
        self.awaited: set[str] = set()
        """The namespaces whose CONNECT has been sent and not replied to."""
        self.aim = departure.at
        """The point to leave at, or what takes its place in this app; STAY and BY_CLOCK stay."""
        self.detour: Detour | None = DETOURS.get(departure.at)
        """The step that only this departure takes, until it is taken."""
        self.has_detoured = False
        """Whether it has been taken."""
        self._phase_began = started
        self._target = TARGET_OF.get(departure.at)
        self._route = ROUTES[departure.transport, HandshakeWay.EVENT]
        self._is_by_clock = departure.at == BY_CLOCK
        if departure.after_s:
            self._start_clock()
            self._go_on_past_the_point(started)
        elif self._is_by_clock:
            self._start_clock()

    @property
    def transport(self) -> Transport:
        """How its packets travel."""
        return self.departure.transport

    @property
    def is_upgrading(self) -> bool:
        """Whether a polling open packet is only the way to a WebSocket."""
        return self.transport is Transport.UPGRADE

    def _start_clock(self) -> None:
        """Start the clock of a departure by it, once its phase has begun."""
        departure = self.departure
        if self._is_by_clock and _PHASES.index(self.phase) >= _PHASES.index(departure.since):
            self.leave_at = self._phase_began + departure.after_s

    @property
    def point(self) -> str:
        """The id of the point at which the visit is."""
        if self.has_detoured and has_history(self.aim) and self.state is TARGET_OF[self.aim]:
            return self.aim
        return point_in(self.state, self.transport)

    @property
    def may_reconnect(self) -> bool:
        """Whether it is to reconnect before it leaves."""
        return self.aim == "P25"

    @property
    def is_haunted(self) -> bool:
        """Whether an old connection of it is still open which the server is to see end now."""
        return self.has_detoured and self.aim == "P25"

    @property
    def disconnects(self) -> Sequence[str]:
        """The DISCONNECT packets of the namespaces that it is in.

        Socket.IO for Node closes the connection under a client that leaves a namespace twice.
        """
        if self.opening is None:
            return ()
        everything = self.opening.disconnects
        return everything[:-1] if self.state is State.NAMESPACE_LEFT else everything

    @property
    def is_fleeting(self) -> bool:
        """Whether whoever leaves from here must not wait for anything before."""
        return POINTS[self.point].is_fleeting

    @property
    def manner(self) -> Manner:
        """The manner in which to leave from here: the planned one, or the nearest that this point allows.

        Only a departure by the clock can meet a point that does not allow its manner; a browser that goes
        before there is a WebSocket just closes TCP.
        """
        point, planned = self.point, self.departure.manner
        possible = POINTS[point].manners.get(self.transport, frozenset())
        if planned in possible or (point, planned) in _LEFT_BY:
            return planned
        return Manner.WS_CLOSE if Manner.WS_CLOSE in possible else Manner.FIN

    @property
    def dwell_s(self) -> float:
        """How long the visit dwells; jitter around a point where nothing follows is part of it."""
        departure = self.departure
        return departure.dwell_s + (departure.after_s if self._target is State.STEADY else 0.0)

    def next_step(self) -> Step:
        """Return what the client does next; ``LEAVE`` once the departure's point, or an end, is reached."""
        if self.outcome is not None:
            return Step.LEAVE
        detour = self.detour
        if detour is None:
            return Step.LEAVE if self.state is self._target else self._route.steps[self.state]
        if self.state in detour.states and not self._is_on_the_way_to_a_socket:
            return detour.step
        return self._route.steps[self.state]

    @property
    def _is_on_the_way_to_a_socket(self) -> bool:
        return self.is_upgrading and self.state is State.POLL_OPENED

    def page_read(self, opening: Opening, now: float) -> None:
        """Take over how this page opens its socket; a target that the app does not have moves to another."""
        self.opening = opening
        self._route = ROUTES[self.departure.transport, opening.way]
        aim = MISSING[opening.way].get(self.aim)
        if aim is not None:
            there = counterpart(POINTS[aim], self.transport)
            self._aim_at(there.id if there else aim)
        if self.aim == "P25" and opening.way is HandshakeWay.NONE:
            self.detour = Detour(frozenset({State.CONNECTED}), Step.RECONNECT)
        if self.aim == "P26" and not opening.others:
            self._aim_at("P07" if self.transport is Transport.POLLING else "P19")
        self.happened(Signal.PAGE_READ, now)

    def _aim_at(self, point: str) -> None:
        self.aim = point
        self._target = TARGET_OF[point]
        self.detour = DETOURS.get(point)

    def had_page(self, took_ms: float | None) -> None:
        """Take note that the page had been asked for before this visit began, and how long that took.

        None: there was none to ask for, the tab's last page opens its socket again.
        """
        if took_ms is None:
            self.phases_ms.pop(Phase.PAGE, None)
        else:
            self.phases_ms[Phase.PAGE] = took_ms

    def happened(self, signal: Signal, now: float) -> None:
        """Move on after an act or a packet.

        Raises:
            ProtocolError: the signal does not belong into this state.
        """
        state = MOVES[self.state].get(signal)
        if state is None:
            raise ProtocolError(f"{signal} while {self.state}")
        phase = self._route.phases[state]
        if phase is not self.phase:
            if signal is not Signal.LINE_LOST:
                self.phases_ms.setdefault(self.phase, (now - self._phase_began) * 1000)
            self._phase_began = now
            self.phase = phase
            if self._is_by_clock and self.leave_at is None:
                self._start_clock()
        self.state = state
        if state is self._target:
            self._go_on_past_the_point(now)

    def _go_on_past_the_point(self, now: float) -> None:
        """Let a departure with jitter end by the clock from here on, when it has come to its point."""
        departure = self.departure
        if self.state is self._target and departure.after_s and self.detour is None:
            self._target = None
            self.leave_at = now + departure.after_s

    def detour_taken(self) -> None:
        """Take note that the step that only this departure takes has been taken."""
        self.detour = None
        self.has_detoured = True

    def connect_sent(self, now: float) -> None:
        """Move on after the CONNECT packets of all namespaces."""
        if self.opening is not None:
            self.awaited = {self.opening.namespace}
            if self.opening.others:
                self.awaited.update(other.name for other in self.opening.others)
        self.happened(Signal.CONNECT_SENT, now)

    def handshake_sent(self, now: float) -> None:
        """Move on after the handshake; where nothing answers it, it is done when it is sent.

        How long sending took is no answer's time: the phase has no duration then.
        """
        self.happened(Signal.HANDSHAKE_SENT, now)
        handshake = self.opening.handshake if self.opening else None
        is_answered = handshake is not None and handshake.is_answered
        if not is_answered and self._target is not State.HANDSHAKING:
            self.happened(Signal.ANSWER, now)
            self.phases_ms.pop(Phase.HANDSHAKE, None)

    receive = reception.receive

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
        at = self.point
        if self.left_by is not None:
            at = _LEFT_BY.get((at, self.left_by), at)
        return ActualDeparture(at, self.left_by)
