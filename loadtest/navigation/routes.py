"""The ways through the states: what is next over each transport; detours of departures."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Transport
from loadtest.navigation.states import PHASE_OF, READY, State, Step

__all__ = ["DETOURS", "MISSING", "ROUTES", "STEP_IN", "Detour", "Route"]

STEP_IN: Mapping[State, Step] = MappingProxyType(
    {
        State.NEW: Step.ASK_PAGE,
        State.HALF_REQUEST: Step.LEAVE,
        State.PAGE_ASKED: Step.READ_PAGE,
        State.PAGE_READ: Step.ASK_UPGRADE,  # but over long-polling: see ROUTES
        State.POLL_ASKED: Step.READ_POLL,
        State.POLL_OPENED: Step.SEND_CONNECT,  # but a visit that upgrades: see ROUTES
        State.HALF_POST: Step.LEAVE,
        State.PROBE_ASKED: Step.READ_PROBE_UPGRADE,
        State.PROBE_OPENED: Step.SEND_PROBE,
        State.PROBE_SENT: Step.READ_PROBE,
        State.PROBED: Step.SEND_UPGRADE,
        State.UPGRADE_SENT: Step.SEND_CONNECT,
        State.UPGRADE_ASKED: Step.READ_UPGRADE,
        State.UPGRADED: Step.READ_OPEN,
        State.OPENED: Step.SEND_CONNECT,
        State.EARLY_EVENT: Step.LEAVE,
        State.CONNECTING: Step.AWAIT_CONNECT,
        State.CONNECTED: Step.SEND_HANDSHAKE,
        State.HALF_HANDSHAKE: Step.LEAVE,
        State.HANDSHAKING: Step.AWAIT_ANSWER,
        State.BACK_TO_BACK: Step.LEAVE,
        State.SHAKEN: Step.DWELL,
        State.STEADY: Step.LEAVE,
        State.HALF_FRAME: Step.LEAVE,
        State.HALF_BINARY: Step.LEAVE,
        State.PINGED: Step.LEAVE,
        State.NAMESPACE_LEFT: Step.LEAVE,
    }
)
"""What a visit does next that has not reached its departure yet."""

_STEPS_OVER: Mapping[tuple[State, Transport], Step] = MappingProxyType(
    {
        (State.PAGE_READ, Transport.POLLING): Step.ASK_POLL,
        (State.PAGE_READ, Transport.UPGRADE): Step.ASK_POLL,
        (State.POLL_OPENED, Transport.UPGRADE): Step.ASK_PROBE,
    }
)
"""Where the ways of the transports part."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one transport to one kind of app: what is next, and which phase it is in, in each state."""

    steps: Mapping[State, Step]
    phases: Mapping[State, Phase]


def _route(transport: Transport, way: HandshakeWay) -> Route:
    steps = {state: _STEPS_OVER.get((state, transport), step) for state, step in STEP_IN.items()}
    phases = dict(PHASE_OF)
    if transport is Transport.UPGRADE:
        phases[State.POLL_OPENED] = Phase.UPGRADE
    if way is HandshakeWay.NONE:  # there is no handshake whose time it could be
        steps[State.CONNECTED], phases[State.CONNECTED] = Step.DWELL, Phase.ACTIVE
    return Route(steps, phases)


ROUTES: Mapping[tuple[Transport, HandshakeWay], Route] = MappingProxyType(
    {(transport, way): _route(transport, way) for transport in Transport for way in HandshakeWay}
)
"""Plain dicts inside: they are asked some twenty times a visit, and a proxy costs twice as much."""


@dataclass(frozen=True, slots=True)
class Detour:
    """A step that only visits to one point take."""

    states: frozenset[State]
    """Where it is taken instead of the usual step, once."""
    step: Step


def _detour(step: Step, *states: State) -> Detour:
    return Detour(frozenset(states), step)


DETOURS: Mapping[str, Detour] = MappingProxyType(
    {
        "P01": _detour(Step.SEND_HALF_REQUEST, State.NEW),
        "P06b": _detour(Step.SEND_HALF_POST, State.POLL_OPENED),
        "P16b": _detour(Step.SEND_HALF_HANDSHAKE, State.CONNECTED),
        "P20": _detour(Step.SEND_HALF_FRAME, State.STEADY),
        "P20b": _detour(Step.SEND_HALF_BINARY, State.STEADY),
        "P21": _detour(Step.AWAIT_PING, State.STEADY),
        "P22": _detour(Step.SEND_EARLY_EVENT, *READY),
        "P23": _detour(Step.SEND_BOTH, *READY),
        "P24": _detour(Step.SEND_CONNECT_TWICE, *READY),
        "P25": _detour(Step.RECONNECT, State.SHAKEN),
        "P26": _detour(Step.LEAVE_NAMESPACE, State.STEADY),
    }
)
"""The detours, by the point that each leads to. A visit that upgrades is not ready at ``POLL_OPENED`` yet."""

MISSING: Mapping[HandshakeWay, Mapping[str, str]] = MappingProxyType(
    {
        HandshakeWay.EVENT: {},
        HandshakeWay.IN_CONNECT: {"P16": "P18", "P16b": "P18", "P17": "P18", "P23": "P15"},
        HandshakeWay.NONE: {"P16b": "P19", "P17": "P19", "P18": "P19", "P23": "P15"},
    }
)
"""Points that an app does not have, and what takes their place: the next point that it has. P23 without an
event to send is CONNECT sent and nothing read: P15. Over long-polling P15 is P06, and P19 is P07."""
