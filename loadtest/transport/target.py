"""The host under test: its address, looked up once, and the requests' parts that never change."""

import ssl
from urllib.parse import SplitResult, quote, urlsplit

import gevent.socket

from loadtest.apps.app import Tls
from loadtest.errors import UsageError
from loadtest.transport.line import Address, Line
from loadtest.transport.tls import TlsLine

__all__ = ["Target"]

_PORTS = {"http": 80, "https": 443}
_SAME_AS = {"ws": "http", "wss": "https"}
_STRICT = Tls()
_EXAMPLE = "a host looks like http://127.0.0.1:8080"


class Target:
    """Where every visit of a run goes; shared by all of them."""

    __slots__ = ("_addresses", "_context", "base_path", "host", "host_header", "origin", "port", "scheme")

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        base_path: str,
        addresses: list[Address],
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.scheme = scheme
        self.host = host
        self.port = port
        self.base_path = base_path
        """``""`` or ``/prefix``: what comes before every path."""
        name = f"[{host}]" if ":" in host else host
        self.host_header = name if port == _PORTS[scheme] else f"{name}:{port}"
        self.origin = f"{scheme}://{self.host_header}"
        self._addresses = addresses
        self._context = context
        """How TLS is spoken; None: not at all."""

    @classmethod
    def resolve(cls, url: str, tls: Tls = _STRICT) -> "Target":
        """Read an address, and look its host up.

        Args:
            tls: how the certificate of an ``https`` host is judged.

        Raises:
            UsageError: it is malformed, nobody knows the host, or there is no certificate in ``tls.ca``.
        """
        parts, port = _split(url)
        scheme = _SAME_AS.get(parts.scheme, parts.scheme)
        host = parts.hostname
        if scheme not in _PORTS:
            raise UsageError(f"--host: {url!r} does not begin with http:// or https://; {_EXAMPLE}")
        if not host:
            raise UsageError(f"--host: {url!r} names no host; {_EXAMPLE}")
        if parts.query or parts.fragment:
            raise UsageError(f"--host: {url!r} has a query or a fragment; pages are named in the profile")
        if parts.username is not None:
            raise UsageError(f"--host: {url!r} holds a user's name; headers are named in the profile")
        host = _ascii(url, host)
        port = port or _PORTS[scheme]
        base_path = quote(parts.path.rstrip("/"), safe="/%~:@!$&'()*+,;=")
        context = _context(tls) if scheme == "https" else None
        return cls(scheme, host, port, base_path, _look_up(url, host, port), context)

    @property
    def address(self) -> Address:
        """The address that is used: the one that answered last."""
        return self._addresses[0]

    def connect(self) -> Line:
        """Open a connection; the first address that answers is the first to be asked next time.

        Raises:
            OSError: no address answers, or TLS fails.
        """
        if self._context is None and len(self._addresses) == 1:
            return Line(self.address)  # what it comes to shows when it is first used
        addresses = self._addresses
        for address in addresses:
            try:
                line = self._open(address)
            except OSError:
                if address is addresses[-1]:
                    raise
                continue
            self._addresses = [address]
            return line
        raise AssertionError("a target has an address")

    def _open(self, address: Address) -> Line:
        line = TlsLine(address, self._context, self.host) if self._context else Line(address)
        try:
            line.finish_connecting()
        except BaseException:
            line.close()
            raise
        return line


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise UsageError(f"--host: {url!r} is no address ({error}); {_EXAMPLE}") from error


def _ascii(url: str, host: str) -> str:
    """Return a host's name as it goes over the wire."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UsageError(f"--host: {url!r} names no host ({error}); {_EXAMPLE}") from error


def _look_up(url: str, host: str, port: int) -> list[Address]:
    try:
        rows = gevent.socket.getaddrinfo(host, port, type=gevent.socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host: nobody knows the host of {url!r} ({error})") from error
    return list(dict.fromkeys(Address(int(family), sockaddr) for family, _, _, _, sockaddr in rows))


def _context(tls: Tls) -> ssl.SSLContext:
    """One for each target: making it costs ten times what a TLS connection does (SPEED.md)."""
    try:
        context = ssl.create_default_context(cadata=tls.ca)
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(f"[app.tls] ca: no certificate in PEM form ({error})") from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context
