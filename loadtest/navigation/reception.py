"""What a visit takes in: one text frame at a time, and what each means in its state."""

from typing import TYPE_CHECKING

from loadtest.errors import ProtocolError
from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.packet import Packet, PacketKind, read_open, read_packet
from loadtest.navigation.record import Outcome
from loadtest.navigation.states import Signal, State, Step

if TYPE_CHECKING:
    from loadtest.navigation.protocol import Visit  # which has ``receive`` as its method

__all__ = ["receive"]

_ACKS = frozenset({PacketKind.ACK, PacketKind.BINARY_ACK})
_ANSWERS = _ACKS | {PacketKind.EVENT, PacketKind.BINARY_EVENT}
_ROOT = {"/"}
_PROBE = "probe"


def receive(visit: "Visit", text: str, now: float) -> str | None:
    """Take in one text frame; return the text frame that must be sent in answer, if any.

    Raises:
        ProtocolError: no server of this protocol sends this, or sends it here.
    """
    if text[:2] == "42" and visit.state is not State.HANDSHAKING and visit.listener is None:
        return None  # an event that nobody waits for: most of what a long visit hears
    if visit.listener is None and _receive_fast(visit, text, now):
        return None
    packet = read_packet(text)
    if packet.kind is PacketKind.PING:
        if visit.detour and visit.detour.step is Step.AWAIT_PING and visit.state is State.STEADY:
            visit.detour_taken()
            visit.happened(Signal.PING, now)
            return None
        return "3" + packet.data
    if visit.listener is not None and packet.kind in _ANSWERS:
        visit.listener(packet, now)
    _take(visit, packet, now)
    return None


def _receive_fast(visit: "Visit", text: str, now: float) -> bool:
    """Take in one of the two answers that nearly every visit gets, just as ``_take`` would."""
    if visit.state is State.CONNECTING:
        if text[:3] == "40{" and visit.awaited == _ROOT:
            visit.awaited = set()
            _connected(visit, now)
            return True
    elif visit.state is State.HANDSHAKING and visit.opening is not None:
        handshake = visit.opening.handshake
        if handshake is None or handshake.refusal is not None or handshake.ack_id is None:
            return False
        if text.startswith(f"43{handshake.ack_id}["):
            visit.happened(Signal.ANSWER, now)
            return True
    return False


def _take(visit: "Visit", packet: Packet, now: float) -> None:
    match packet.kind:
        case PacketKind.OPEN if visit.state in (State.UPGRADED, State.POLL_ASKED):
            visit.opened = read_open(packet)
            visit.happened(Signal.OPEN, now)
        case PacketKind.PONG if visit.state is State.PROBE_SENT and packet.data == _PROBE:
            visit.happened(Signal.PROBE_ANSWER, now)
        case PacketKind.CONNECT if visit.state is State.CONNECTING:
            _take_connect(visit, packet, now)
        case PacketKind.CONNECT | PacketKind.CONNECT_ERROR if _is_answer_to_second_connect(visit, packet):
            pass
        case PacketKind.CONNECT_ERROR:
            visit.end(Outcome.REFUSED, "CONNECT refused", packet.data)
        case PacketKind.DISCONNECT:
            visit.end(Outcome.LOST, "the server sent DISCONNECT")
        case PacketKind.CLOSE:
            visit.end(Outcome.LOST, "the server sent an Engine.IO close")
        case _ if packet.kind in _ANSWERS and visit.state is State.HANDSHAKING:
            _take_answer(visit, packet, now)
        case PacketKind.OPEN | PacketKind.CONNECT:
            raise ProtocolError(f"{packet.kind} while {visit.state}")
        case _:
            pass  # an event, a late acknowledgement, a noop: nothing of the protocol's


def _take_connect(visit: "Visit", packet: Packet, now: float) -> None:
    visit.awaited.discard(packet.namespace)
    if not visit.awaited:
        _connected(visit, now)


def _connected(visit: "Visit", now: float) -> None:
    in_connect = visit.opening is not None and visit.opening.way is HandshakeWay.IN_CONNECT
    visit.happened(Signal.ANSWER if in_connect else Signal.CONNECT_REPLY, now)


def _is_answer_to_second_connect(visit: "Visit", packet: Packet) -> bool:
    is_first = visit.state is State.CONNECTING
    return visit.aim == "P24" and visit.has_detoured and not is_first and packet.namespace == _space(visit)


def _space(visit: "Visit") -> str:
    return visit.opening.namespace if visit.opening else "/"


def _take_answer(visit: "Visit", packet: Packet, now: float) -> None:
    handshake = visit.opening.handshake if visit.opening else None
    if handshake is None:
        return
    if packet.kind in _ACKS:
        if handshake.ack_id is None or packet.id != handshake.ack_id:
            return
        if handshake.refusal is not None and packet.data.replace(" ", "") == handshake.refusal:
            visit.end(Outcome.REFUSED, "handshake refused", packet.data)
            return
    elif handshake.answer is None or packet.event != handshake.answer:
        return
    visit.happened(Signal.ANSWER, now)
