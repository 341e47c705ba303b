"""One TCP connection and its buffer."""

import errno
import socket
import threading

import pytest

from loadtest.transport.line import Address, Line
from tests.transport.server import Peer, resets, serve


def line_to(port: int) -> Line:
    return Line(Address(socket.AF_INET, ("127.0.0.1", port)))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_what_is_sent_arrives_and_what_comes_back_is_added_to_the_buffer() -> None:
    def script(peer: Peer) -> None:
        assert peer.take(5) == b"hello"
        peer.send(b"one")
        assert peer.take(4) == b"more"
        peer.send(b"two")

    with serve(script) as served:
        line = line_to(served.port)
        line.send(b"hello")
        assert line.fill() is True
        line.send(b"more")
        assert line.fill() is True
        assert line.buffer == b"onetwo"
        assert line.fill() is False
        assert line.buffer == b"onetwo"
        line.close()


def test_a_closed_port_is_told_by_the_first_use() -> None:
    line = line_to(closed_port())
    with pytest.raises(ConnectionRefusedError):
        line.send(b"hello")
    line.close()


def test_a_closed_port_is_told_by_waiting_for_the_connection() -> None:
    line = line_to(closed_port())
    with pytest.raises(ConnectionRefusedError):
        line.finish_connecting()
    line.close()


def test_an_address_that_no_connection_can_be_opened_to_is_an_error_and_leaks_nothing() -> None:
    with pytest.raises(OSError) as refused:  # noqa: PT011  # the number says which
        Line(Address(socket.AF_INET, ("255.255.255.255", 80)))
    assert refused.value.errno in (errno.ENETUNREACH, errno.EACCES)


def test_a_connection_that_stands_can_be_waited_for_again() -> None:
    with serve(Peer.end) as served:
        line = line_to(served.port)
        line.finish_connecting()
        line.finish_connecting()
        assert line.is_quiet()
        line.close()


def test_more_than_the_system_buffers_is_sent_whole() -> None:
    may_read = threading.Event()
    data = bytes(range(256)) * 64 * 1024

    def script(peer: Peer) -> None:
        may_read.wait(10)
        assert peer.take(len(data)) == data
        peer.send(b"all")

    with serve(script) as served:
        line = line_to(served.port)
        line.finish_connecting()
        threading.Timer(0.05, may_read.set).start()
        line.send(data)
        line.fill()
        assert line.buffer == b"all"
        line.close()


def test_sending_to_a_server_that_has_reset_the_connection_is_an_error() -> None:
    def script(peer: Peer) -> None:
        assert peer.take(1) == b"x"
        resets(peer)

    with serve(script) as served:
        line = line_to(served.port)
        line.send(b"x")
        with pytest.raises(ConnectionResetError):
            line.fill()
        with pytest.raises(BrokenPipeError):
            line.send(b"y")
        line.close()


def test_draining_throws_away_what_has_come_and_tells_whether_the_server_has_closed() -> None:
    may_close = threading.Event()

    def script(peer: Peer) -> None:
        peer.send(b"x" * 100)
        may_close.wait(10)

    with serve(script) as served:
        line = line_to(served.port)
        line.fill()
        assert line.drain() is False
        assert line.buffer == b""
        may_close.set()
        line.await_end()
        assert line.drain() is True
        line.close()


def test_the_end_is_awaited_through_everything_that_still_comes() -> None:
    def script(peer: Peer) -> None:
        assert peer.end() == "fin"
        peer.send(b"late" * 1000)

    with serve(script) as served:
        line = line_to(served.port)
        line.send(b"x")
        line.half_close()
        line.await_end()
        line.close()


@pytest.mark.parametrize(("is_reset", "end"), [(False, "fin"), (True, "rst")])
def test_a_line_closes_as_it_is_told(is_reset: bool, end: str) -> None:
    ends: list[str] = []
    with serve(lambda peer: ends.append(peer.end())) as served:
        line = line_to(served.port)
        line.finish_connecting()
        if is_reset:
            line.reset()
        else:
            line.close()
    assert ends == [end]


def test_closing_twice_is_harmless() -> None:
    with serve(Peer.end) as served:
        line = line_to(served.port)
        line.send(b"x")
        line.close()
        line.close()
