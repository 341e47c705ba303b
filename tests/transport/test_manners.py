"""What goes over the wire when a visitor leaves."""

import math
import socket
import threading
import time

import pytest

from loadtest.navigation.point import Manner
from loadtest.transport.alarm import Alarm
from loadtest.transport.keeper import Keeper
from loadtest.transport.line import Address, Line
from loadtest.transport.manners import ACTS, Leaving
from loadtest.transport.polling import Polling, PollRequests
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from loadtest.transport.websocket import LeanWebSocket
from tests.transport.server import Peer, Script, acts, answer, frame, resets, sends, serve

GOING_AWAY = (0x88, b"\x03\xe9")


def leave(manner: Manner, script: Script, *, unread: bool = False, is_late: bool = False) -> Keeper:
    """Leave a server in this manner, with bytes of it unread or not; a late one looks when all is over."""
    has_sent = threading.Event()
    has_left = threading.Event()

    def play(peer: Peer) -> None:
        if unread:
            peer.send(frame("unread"))
        has_sent.set()
        if is_late:
            has_left.wait(10)
        script(peer)

    with serve(play) as served:
        line = Line(Address(socket.AF_INET, ("127.0.0.1", served.port)))
        line.finish_connecting()
        has_sent.wait(10)
        keeper = Keeper()
        alarm = Alarm()
        ACTS[manner](Leaving([line], LeanWebSocket(line), None, ["41/admin,"], keeper, alarm))
        alarm.close()
        has_left.set()
        if manner is Manner.SILENT:
            assert len(keeper) == 1
            keeper.release()
    return keeper


def test_every_manner_has_an_act() -> None:
    assert [*ACTS] == [*Manner]


ENDS = [
    (Manner.FIN, [], "fin"),
    (Manner.RST, [], "rst"),
    (Manner.WS_CLOSE, [GOING_AWAY], "fin"),
]


@pytest.mark.parametrize("unread", [False, True])
@pytest.mark.parametrize(("manner", "frames", "end"), ENDS)
def test_the_server_sees_the_manner_even_with_bytes_unread(
    manner: Manner, frames: list[tuple[int, bytes]], end: str, *, unread: bool
) -> None:
    seen: list[object] = []

    def script(peer: Peer) -> None:
        seen.extend(peer.hear() for _ in frames)
        seen.append(peer.end())

    leave(manner, script, unread=unread, is_late=manner is not Manner.RST)
    assert seen == [*frames, end]


def test_silence_leaves_the_connection_to_the_keeper() -> None:
    ends: list[str] = []
    leave(Manner.SILENT, lambda peer: ends.append(peer.end()))
    assert ends == ["fin"]  # the keeper's, once it lets go


GOODBYES = [(Manner.SIO_DISCONNECT, b"41/admin,"), (Manner.EIO_CLOSE, b"1")]


@pytest.mark.parametrize(("manner", "packet"), GOODBYES)
def test_a_goodbye_is_drained_until_the_server_has_dealt_with_it(manner: Manner, packet: bytes) -> None:
    seen: list[object] = []

    def script(peer: Peer) -> None:
        seen.append(peer.hear())
        for _ in range(3):
            first, payload = peer.hear()
            seen.append(first)
            peer.say("news")
            peer.send(frame(payload, 0x8A))
        peer.say("still more")
        seen.append(peer.end())
        for _ in range(5):  # on a connection that is closed already, the second one fails
            peer.say("and more")
            time.sleep(0.002)

    leave(manner, script, unread=True)
    assert seen == [(0x81, packet), 0x89, 0x89, 0x89, "fin"]


@pytest.mark.parametrize(("manner", "packet"), GOODBYES)
def test_a_server_can_go_on_writing_before_it_reads_the_goodbye(manner: Manner, packet: bytes) -> None:
    seen: list[object] = []

    def script(peer: Peer) -> None:
        for _ in range(20):  # on a connection that is closed already, the second one fails
            peer.say("news")
            time.sleep(0.002)
        seen.append(peer.hear())
        peer.end()

    leave(manner, script)
    assert seen == [(0x81, packet)]


UNCOOPERATIVE = {
    "answers no ping, and closes late": lambda peer: peer.end(),
    "answers no ping, and never closes": lambda peer: (peer.end(), threading.Event().wait(1.0)),
    "closes the WebSocket at once": lambda peer: (peer.send(frame(b"\x03\xe8", 0x88)), peer.end()),
    "closes TCP at once": lambda _: None,
    "sends what no server sends": lambda peer: (peer.send(b"\xff" * 100), peer.end()),
}


@pytest.mark.parametrize("server", UNCOOPERATIVE)
def test_a_goodbye_ends_whatever_the_server_does(server: str) -> None:
    leave(Manner.SIO_DISCONNECT, UNCOOPERATIVE[server])


def test_leaving_a_server_that_has_reset_the_connection_is_an_error() -> None:
    def script(peer: Peer) -> None:
        resets(peer)

    with serve(script) as served:
        line = Line(Address(socket.AF_INET, ("127.0.0.1", served.port)))
        with pytest.raises(ConnectionResetError):
            line.fill()
        leaving = Leaving([line], None, None, ["41"], Keeper(), Alarm())
        leaving.alarm.set(math.inf)
        with pytest.raises(OSError, match="not connected"):
            ACTS[Manner.FIN](leaving)


def say_goodbye(manner: Manner, *scripts: Script) -> None:
    """Say goodbye over long-polling to a server that follows these scripts."""
    with serve(*scripts) as served:
        target = Target.resolve(served.url)
        polling = Polling(target, PollRequests(target, "/s/", {}), Tab(), "", b"")
        polling.ask()
        alarm = Alarm()
        ACTS[manner](Leaving(polling.lines, None, polling, ["41", "41/chat,"], Keeper(), alarm))
        alarm.close()


@pytest.mark.parametrize(
    ("manner", "payload"), [(Manner.SIO_DISCONNECT, b"41\x1e41/chat,"), (Manner.EIO_CLOSE, b"1")]
)
def test_over_polling_a_goodbye_is_one_post_whose_answer_ends_it(manner: Manner, payload: bytes) -> None:
    seen: list[object] = []

    def post(peer: Peer) -> None:
        seen.append(peer.post()[1])
        peer.send(answer("ok"))
        seen.append(peer.end())

    say_goodbye(manner, Peer.end, post)
    assert seen == [payload, "fin"]


UNWILLING = {
    "refuses": acts(Peer.post, sends(answer("no", status=b"400 Bad Request")), Peer.end),
    "sends garbage": acts(Peer.post, sends(b"garbage"), Peer.end),
    "closes": acts(Peer.post),
    "resets": acts(Peer.post, resets),
    "never answers": acts(Peer.post, Peer.end),
}


@pytest.mark.parametrize("server", UNWILLING)
def test_over_polling_a_goodbye_ends_whatever_the_server_does(server: str) -> None:
    say_goodbye(Manner.EIO_CLOSE, Peer.end, UNWILLING[server])


@pytest.mark.parametrize(("manner", "end"), [(Manner.FIN, "fin"), (Manner.RST, "rst")])
def test_over_polling_both_lines_are_left(manner: Manner, end: str) -> None:
    ends: list[str] = []
    with serve(lambda peer: ends.append(peer.end()), lambda peer: ends.append(peer.end())) as served:
        lines = [Line(Address(socket.AF_INET, ("127.0.0.1", served.port))) for _ in range(2)]
        for line in lines:
            line.finish_connecting()
        ACTS[manner](Leaving(lines, None, None, [], Keeper(), Alarm()))
    assert ends == [end, end]
