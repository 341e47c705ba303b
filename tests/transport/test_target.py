"""The host under test."""

import contextlib
import socket
import ssl

import pytest

from loadtest.apps.app import Tls
from loadtest.errors import UsageError
from loadtest.transport.line import Address
from loadtest.transport.target import Target
from tests.transport.certificates import CERTIFICATE, server_context
from tests.transport.server import Peer, Served, serve

RESOLVED = [
    ("http://127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080", ""),
    ("HTTP://127.0.0.1", "127.0.0.1", "http://127.0.0.1", ""),
    ("https://127.0.0.1", "127.0.0.1", "https://127.0.0.1", ""),
    ("https://127.0.0.1:80", "127.0.0.1:80", "https://127.0.0.1:80", ""),
    ("ws://127.0.0.1:8080/", "127.0.0.1:8080", "http://127.0.0.1:8080", ""),
    ("wss://127.0.0.1/", "127.0.0.1", "https://127.0.0.1", ""),
    ("http://127.0.0.1:8080/app/", "127.0.0.1:8080", "http://127.0.0.1:8080", "/app"),
    ("http://127.0.0.1/my app/é", "127.0.0.1", "http://127.0.0.1", "/my%20app/%C3%A9"),
    ("http://[::1]:8080", "[::1]:8080", "http://[::1]:8080", ""),
]


@pytest.mark.parametrize(("url", "host_header", "origin", "base_path"), RESOLVED)
def test_an_address_is_taken_apart_once(url: str, host_header: str, origin: str, base_path: str) -> None:
    target = Target.resolve(url)
    assert (target.host_header, target.origin, target.base_path) == (host_header, origin, base_path)


MALFORMED = [
    ("", "--host: '' does not begin with http:// or https://; a host looks like http://127.0.0.1:8080"),
    (
        "127.0.0.1:8080",
        "--host: '127.0.0.1:8080' does not begin with http:// or https://; a host looks like http://127.0.0.1:8080",
    ),
    (
        "ftp://127.0.0.1",
        "--host: 'ftp://127.0.0.1' does not begin with http:// or https://; a host looks like http://127.0.0.1:8080",
    ),
    ("http://", "--host: 'http://' names no host; a host looks like http://127.0.0.1:8080"),
    ("http://:80", "--host: 'http://:80' names no host; a host looks like http://127.0.0.1:8080"),
    (
        "http://127.0.0.1:99999",
        "--host: 'http://127.0.0.1:99999' is no address (Port out of range 0-65535); a host looks like http://127.0.0.1:8080",
    ),
    (
        "http://[::1",
        "--host: 'http://[::1' is no address (Invalid IPv6 URL); a host looks like http://127.0.0.1:8080",
    ),
    (
        "http://127.0.0.1/?a=1",
        "--host: 'http://127.0.0.1/?a=1' has a query or a fragment; pages are named in the profile",
    ),
    (
        "http://127.0.0.1/#a",
        "--host: 'http://127.0.0.1/#a' has a query or a fragment; pages are named in the profile",
    ),
    (
        "http://me:secret@127.0.0.1",
        "--host: 'http://me:secret@127.0.0.1' holds a user's name; headers are named in the profile",
    ),
]


@pytest.mark.parametrize(("url", "message"), MALFORMED)
def test_a_malformed_address_is_refused_with_what_would_be_right(url: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        Target.resolve(url)
    assert str(refused.value) == message


def test_a_host_beyond_ascii_goes_over_the_wire_as_dns_writes_it() -> None:
    with pytest.raises(UsageError, match="nobody knows the host of"):
        Target.resolve("http://grüße.invalid")
    with pytest.raises(UsageError, match="names no host"):
        Target.resolve("http://ü." + "ü" * 80 + ".invalid")


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 64 + ".invalid"])
def test_a_host_that_nobody_knows_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match=f"nobody knows the host of 'http://{host}'"):
        Target.resolve(f"http://{host}")


def test_the_address_is_numeric_so_that_connecting_looks_nothing_up() -> None:
    address = Target.resolve("http://localhost:8080").address
    assert address.sockaddr[:2] in (("127.0.0.1", 8080), ("::1", 8080))


def test_the_address_that_answers_is_the_one_that_is_used_from_then_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with serve(Peer.end, Peer.end) as served:
        addresses = [
            Address(socket.AF_INET, ("127.0.0.1", closed)),
            Address(socket.AF_INET, ("127.0.0.1", served.port)),
        ]
        target = Target("http", "localhost", served.port, "", addresses)
        target.connect().close()
        assert target.address == addresses[1]
        line = target.connect()
        line.finish_connecting()
        line.close()


def test_when_no_address_answers_the_last_one_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = Address(socket.AF_INET, ("127.0.0.1", server.getsockname()[1]))
    target = Target("http", "localhost", 80, "", [closed, closed])
    with pytest.raises(ConnectionRefusedError):
        target.connect()


def test_https_is_checked_and_spoken_on_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    def script(peer: Peer) -> None:
        assert peer.take(5) == b"hello"

    with serve(script, script, context=server_context()) as served:
        target = Target.resolve(served.url)
        for _ in range(2):
            line = target.connect()
            line.send(b"hello")
            line.close()


def spoken(served: Served, tls: Tls, host: str = "localhost") -> bytes:
    """Say hello over TLS, and return what comes."""
    line = Target.resolve(f"https://{host}:{served.port}", tls).connect()
    try:
        line.send(b"hi")
        line.fill()
        return line.buffer
    finally:
        line.close()


def greets(peer: Peer) -> None:
    peer.send(peer.take(2) + b"!")
    peer.end()


def test_an_own_authority_is_trusted() -> None:
    with serve(greets, context=server_context()) as served:
        assert spoken(served, Tls(ca=CERTIFICATE.read_text())) == b"hi!"


def test_without_verifying_any_certificate_and_name_will_do() -> None:
    with serve(greets, context=server_context()) as served:
        assert spoken(served, Tls(verify=False), host="127.0.0.1") == b"hi!"


def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    def script(peer: Peer) -> None:
        with contextlib.suppress(OSError):  # the client hangs up
            server_context().wrap_socket(peer.sock, server_side=True)

    with serve(script) as served, pytest.raises(ssl.SSLCertVerificationError):
        spoken(served, Tls())


@pytest.mark.parametrize("ca", ["nonsense", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"])
def test_an_authority_without_a_certificate_is_a_mistake_of_usage(ca: str) -> None:
    with pytest.raises(UsageError, match=r"^\[app\.tls\] ca: no certificate in PEM form"):
        Target.resolve("https://127.0.0.1", Tls(ca=ca))
