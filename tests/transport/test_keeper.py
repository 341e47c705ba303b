"""The owner of silent connections."""

import socket
import threading

from loadtest.transport.keeper import Keeper
from loadtest.transport.line import Address, Line
from tests.transport.server import Peer, serve


def test_what_is_held_stays_open_until_the_release() -> None:
    ends: list[str] = []
    is_still_open = threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.settimeout(0.05)
        try:
            peer.end()
        except TimeoutError:
            ends.append("open")
        is_still_open.set()
        peer.sock.settimeout(10)
        ends.append(peer.end())

    with serve(script) as served:
        keeper = Keeper()
        line = Line(Address(socket.AF_INET, ("127.0.0.1", served.port)))
        line.finish_connecting()
        keeper.hold(line)
        del line
        assert len(keeper) == 1
        is_still_open.wait(10)
        keeper.release()
        assert len(keeper) == 0
    assert ends == ["open", "fin"]
