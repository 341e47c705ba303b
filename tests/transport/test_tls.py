"""TLS over a line."""

import contextlib
import socket
import ssl

import pytest

from loadtest.transport.line import Address
from loadtest.transport.tls import TlsLine
from tests.transport.certificates import CERTIFICATE, server_context
from tests.transport.server import Peer, Served, serve


def line_to(served: Served, *, host: str = "localhost") -> TlsLine:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    return TlsLine(Address(socket.AF_INET, ("127.0.0.1", served.port)), context, host)


def test_bytes_go_both_ways() -> None:
    data = bytes(range(256)) * 400

    def script(peer: Peer) -> None:
        assert peer.take(len(data)) == data
        peer.send(data)

    with serve(script, context=server_context()) as served:
        line = line_to(served)
        line.finish_connecting()
        line.send(data)
        while len(line.buffer) < len(data):
            assert line.fill() is True
        assert line.buffer == data
        assert line.fill() is False
        line.close()


def test_a_server_that_drops_tcp_without_a_word_has_ended() -> None:
    def script(peer: Peer) -> None:
        assert peer.take(2) == b"hi"
        peer.sock.shutdown(socket.SHUT_RDWR)

    with serve(script, context=server_context()) as served:
        line = line_to(served)
        line.finish_connecting()
        line.send(b"hi")
        assert line.fill() is False
        line.close()


def test_a_certificate_for_another_name_is_refused() -> None:
    def script(peer: Peer) -> None:
        with contextlib.suppress(OSError):  # the client hangs up
            server_context().wrap_socket(peer.sock, server_side=True)

    with serve(script) as served:
        line = line_to(served, host="elsewhere.example")
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            line.finish_connecting()
        line.close()


def test_a_server_without_tls_is_told() -> None:
    with serve(lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as served:
        line = line_to(served)
        with pytest.raises(ssl.SSLError):
            line.finish_connecting()
        line.close()


def test_a_name_that_tls_cannot_use_opens_nothing() -> None:
    with serve(Peer.end) as served, pytest.raises(ValueError, match="server_hostname"):
        line_to(served, host="")
