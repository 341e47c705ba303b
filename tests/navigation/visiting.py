"""Goes through a visit without I/O, with a server that answers well."""

import dataclasses

from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.opening import Handshake, HandshakeWay, Namespace, Opening
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.protocol import Visit
from loadtest.navigation.routes import DETOURS
from loadtest.navigation.states import Signal, Step

WEBSOCKET, POLLING, UPGRADE = Transport

HANDSHAKE = Handshake('420["handshake",{}]', ack_id=0, refusal="[false]")
WITH_EVENT = Opening(HandshakeWay.EVENT, handshake=HANDSHAKE)
IN_CONNECT = Opening(HandshakeWay.IN_CONNECT)
WITHOUT = Opening(HandshakeWay.NONE)
UNANSWERED = Opening(HandshakeWay.EVENT, handshake=Handshake('42["handshake",{}]'))
CHAT = Namespace("/chat", "40/chat,", "41/chat,")
WITH_TWO = dataclasses.replace(WITH_EVENT, others=(CHAT,))
OPEN = '0{"sid":"abc","pingInterval":25000,"pingTimeout":20000}'

ACTS = {
    Step.SEND_HALF_REQUEST: Signal.HALF_SENT,
    Step.ASK_PAGE: Signal.PAGE_ASKED,
    Step.ASK_POLL: Signal.POLL_ASKED,
    Step.SEND_HALF_POST: Signal.HALF_SENT,
    Step.ASK_PROBE: Signal.PROBE_ASKED,
    Step.READ_PROBE_UPGRADE: Signal.SWITCHED,
    Step.SEND_PROBE: Signal.PROBE_SENT,
    Step.SEND_UPGRADE: Signal.UPGRADE_SENT,
    Step.ASK_UPGRADE: Signal.UPGRADE_ASKED,
    Step.READ_UPGRADE: Signal.SWITCHED,
    Step.SEND_EARLY_EVENT: Signal.EVENT_SENT,
    Step.SEND_BOTH: Signal.BOTH_SENT,
    Step.SEND_HALF_HANDSHAKE: Signal.HALF_SENT,
    Step.SEND_HALF_FRAME: Signal.HALF_SENT,
    Step.SEND_HALF_BINARY: Signal.HEADER_SENT,
    Step.LEAVE_NAMESPACE: Signal.NAMESPACE_LEFT,
    Step.RECONNECT: Signal.LINE_LOST,
    Step.DWELL: Signal.DWELT,
}
DETOUR_STEPS = {detour.step for detour in DETOURS.values()}
SERVER = {
    Step.READ_OPEN: [OPEN],
    Step.READ_POLL: [OPEN],
    Step.READ_PROBE: ["3probe"],
    Step.AWAIT_CONNECT: ['40{"sid":"xyz"}', '40/chat,{"sid":"uvw"}'],
    Step.AWAIT_ANSWER: ['42["welcome"]', "430[true]"],
}
"""What a server that answers well sends; an app waits for one of the two answers."""


def answer(visit: Visit, step: Step, now: float) -> None:
    """Let the server answer, up to what the visit waits for."""
    state = visit.state
    for frame in SERVER[step]:
        if visit.state is state:
            assert visit.receive(frame, now) is None


def do(visit: Visit, step: Step, opening: Opening, now: float) -> None:
    """Do one step, with a server that answers well."""
    if step is Step.READ_PAGE:
        visit.page_read(opening, now)
    elif step is Step.SEND_HANDSHAKE:
        visit.handshake_sent(now)
    elif step is Step.SEND_CONNECT:
        visit.connect_sent(now)
    elif step is Step.SEND_CONNECT_TWICE:
        visit.detour_taken()
        visit.connect_sent(now)
    elif step is Step.AWAIT_PING:
        assert visit.receive("2", now) is None
    elif step in SERVER:
        answer(visit, step, now)
    else:
        if step in DETOUR_STEPS:
            visit.detour_taken()
        visit.happened(ACTS[step], now)


def go(visit: Visit, opening: Opening = WITH_EVENT, until: Step = Step.LEAVE) -> list[Step]:
    """Do what the visit asks for, a second for each step."""
    steps: list[Step] = []
    now = visit.started
    while (step := visit.next_step()) is not until:
        assert len(steps) < 50, "a visit ends"
        now += 1.0
        steps.append(step)
        do(visit, step, opening, now)
    return steps


def visiting(at: str, manner: Manner = Manner.FIN, transport: Transport = Transport.WEBSOCKET) -> Visit:
    return Visit(Departure(at, manner, transport), started=100.0)


def at_step(
    step: Step, opening: Opening = WITH_EVENT, transport: Transport = WEBSOCKET, at: str = STAY
) -> Visit:
    """Return a visit that is about to do this step."""
    visit = visiting(at, transport=transport)
    go(visit, opening, until=step)
    return visit


def go_until(visit: Visit, opening: Opening, step: Step) -> None:
    """Go as far as this step, or to the departure when that comes first."""
    now = visit.started
    while visit.next_step() not in (step, Step.LEAVE):
        now += 1.0
        do(visit, visit.next_step(), opening, now)
