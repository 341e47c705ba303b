"""How a visit talks over its open connection: one function for each step from CONNECT on."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence

from loadtest.navigation.assertion import Begin
from loadtest.navigation.journey import Move
from loadtest.navigation.packet import read_packet, write_event
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import Outcome
from loadtest.navigation.states import Signal, State, Step
from loadtest.transport.alarm import Rang
from loadtest.transport.channel import Message
from loadtest.transport.client import Client
from loadtest.transport.fault import VisitError
from loadtest.transport.manners import leave_by_fin
from loadtest.transport.twin import Twin

__all__ = ["TALKING_STEPS"]

_now = time.monotonic
_AFTERWARDS_S = 0.02

_OWN_EVENT = "loadtest"
"""The name of the events that no page would send: halves, and ones that come too early."""


def _send_connect(client: Client) -> None:
    client.send(client.opening.connects)
    client.visit.connect_sent(_now())


def _send_connect_twice(client: Client) -> None:
    client.send((client.opening.connect, *client.opening.connects))
    client.visit.detour_taken()
    client.visit.connect_sent(_now())


def _send_both(client: Client) -> None:
    client.send((*client.opening.connects, _handshake_packet(client)))
    client.detour(Signal.BOTH_SENT)


def _send_early_event(client: Client) -> None:
    opening = client.opening
    client.send((opening.handshake.packet if opening.handshake else _own_event(client),))
    client.detour(Signal.EVENT_SENT)


def _own_event(client: Client) -> str:
    return write_event(client.opening.namespace, _OWN_EVENT, ["no page sends this"])


def _await_connect(client: Client) -> None:
    client.read_message()
    if client.visit.state not in (State.CONNECTED, State.SHAKEN):
        return
    _listen(client)
    if client.watcher:
        client.watcher.begin(Begin.CONNECT, _now())


def _listen(client: Client) -> None:
    """Poll on, as a browser's client does at once when a GET has been answered (engine.io-client: ``_poll``).

    Who leaves then aborts a GET, which is how some servers notice.
    """
    client.open_connection.channel.listen()


def _handshake_packet(client: Client) -> str:
    assert client.opening.handshake is not None, "the protocol asks only where there is one"
    return client.opening.handshake.packet


def _send_handshake(client: Client) -> None:
    packet = _handshake_packet(client)
    client.send((packet,))
    client.visit.handshake_sent(_now())
    if client.watcher:
        sent = read_packet(packet)
        if sent.id is not None and sent.event is not None:
            client.watcher.asked(sent.namespace, sent.id, sent.event, _now())


def _send_half_post(client: Client) -> None:
    _send_half(client, client.opening.connects)


def _send_half_handshake(client: Client) -> None:
    _send_half(client, (_handshake_packet(client),))


def _send_half_frame(client: Client) -> None:
    _send_half(client, (_own_event(client),))


def _send_half(client: Client, messages: Sequence[Message]) -> None:
    client.open_connection.send_half(messages)
    client.detour(Signal.HALF_SENT)


def _send_half_binary(client: Client) -> None:
    placeholder = {"_placeholder": True, "num": 0}
    event = write_event(client.opening.namespace, _OWN_EVENT, [placeholder])
    client.send((f"451-{event[2:]}",))
    client.detour(Signal.HEADER_SENT)


def _await_answer(client: Client) -> None:
    client.read_message()
    if client.visit.state is State.SHAKEN:
        _listen(client)


def _leave_namespace(client: Client) -> None:
    client.send((client.opening.others[-1].disconnect,))
    client.detour(Signal.NAMESPACE_LEFT)


def _reconnect(client: Client) -> None:
    client.visit.detour_taken()
    _open_another(client)


def _open_another(client: Client) -> None:
    """Leave the connection as it is, unclosed and unheard, and open another."""
    client.former.append(client.open_connection)
    client.connection = None
    client.visit.happened(Signal.LINE_LOST, _now())
    client.visit.opening = client.opening_again()
    client.listen(client.opening)


def _duplicate(client: Client) -> None:
    """Open the page once more in a copy of the tab: same cookies, same sessionStorage; both stay open."""
    client.twin = Twin(client.open_connection)
    client.former.append(client.open_connection)
    client.connection = None
    client.visit.happened(Signal.LINE_LOST, _now())
    copy = client.fetch_again()
    try:
        client.visit.opening = client.read_opening(copy.read(), is_copy=True)
    finally:
        copy.close()
    client.listen(client.opening)


def _dwell(client: Client) -> None:
    """Do the steps, then stay, answering pings, until the visit's own time is up."""
    visit, errand = client.visit, client.errand
    if errand.move is Move.DUPLICATE and not client.former:
        _duplicate(client)
        return
    for ghost in client.former if visit.is_haunted else ():
        for line in ghost.lines:
            leave_by_fin(line)
        ghost.give_lines_away()
    _converse(client)
    _listen(client)
    until = _now() + visit.dwell_s if visit.leave_at is None else visit.leave_at
    if not _stay(client, until):
        return
    now = _now()
    client.alarm.set(now + client.site.deadlines_s[Phase.ACTIVE])
    visit.happened(Signal.DWELT, now)


def _stay(client: Client, until: float) -> bool:
    """Hear what comes until a time, cut off wherever it is; False when the visit has ended before."""
    if _now() < until:
        client.alarm.set(until)
        try:
            while client.visit.outcome is None:
                client.read_message()
        except Rang:
            _hear_what_has_come(client)
    return client.visit.outcome is None


def _hear_what_has_come(client: Client) -> None:
    """Take in what came in time and was not read: a generator that lags must not break an assertion."""
    if client.watcher is None:
        return
    client.alarm.set(_now() + _AFTERWARDS_S)
    with contextlib.suppress(Rang):
        while client.visit.outcome is None:
            client.read_message()


def _converse(client: Client) -> None:
    watcher, converse = client.watcher, client.errand.behaviour.converse
    if watcher:
        watcher.begin(Begin.HANDSHAKE, _now())
    if converse is not None and client.conversation is not None:
        converse(client.conversation)
        client.set_deadline(Phase.ACTIVE)
    if watcher:
        watcher.begin(Begin.STEPS, _now())


def _await_ping(client: Client) -> None:
    """Wait for the server's next ping, and leave it unanswered."""
    interval_s = client.visit.opened.ping_interval_s if client.visit.opened else 0.0
    until = _now() + interval_s + client.site.deadlines_s[Phase.ACTIVE]
    while client.visit.state is State.STEADY:
        if not client.hear_until(until):
            raise VisitError(Outcome.TIMED_OUT, "no PING within the interval that the server named")
    _listen(client)


TALKING_STEPS: Mapping[Step, Callable[[Client], None]] = {
    Step.SEND_HALF_POST: _send_half_post,
    Step.SEND_EARLY_EVENT: _send_early_event,
    Step.SEND_CONNECT: _send_connect,
    Step.SEND_CONNECT_TWICE: _send_connect_twice,
    Step.SEND_BOTH: _send_both,
    Step.AWAIT_CONNECT: _await_connect,
    Step.SEND_HANDSHAKE: _send_handshake,
    Step.SEND_HALF_HANDSHAKE: _send_half_handshake,
    Step.AWAIT_ANSWER: _await_answer,
    Step.DWELL: _dwell,
    Step.SEND_HALF_FRAME: _send_half_frame,
    Step.SEND_HALF_BINARY: _send_half_binary,
    Step.AWAIT_PING: _await_ping,
    Step.LEAVE_NAMESPACE: _leave_namespace,
    Step.RECONNECT: _reconnect,
}
"""How each of these steps is done."""
