"""The address that Prometheus scrapes: GET /metrics, and nothing else."""

import ipaddress
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import gevent
from gevent import socket
from gevent.event import Event
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer

from loadtest.errors import UsageError
from loadtest.exports.prometheus import Exposition

__all__ = ["Endpoint", "reachable_url"]

_BACKLOG = 64
_MOST_AT_ONCE = 16
_WITHIN_S = 10.0
"""A connection lasts no longer: who sends nothing, or reads nothing, does not hold a place for ever."""
_LONGEST_WAIT_S = 30.0
_LAST_SCRAPES = 5
"""Several may scrape: the longest time between these is taken for one's interval."""
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
StartResponse = Callable[[str, list[tuple[str, str]]], object]
_Answer = tuple[str, Exposition]


class Endpoint:
    """Listens from the process's start to its end, whichever run is on.

    A scraper is known by nothing but what it asks: a GET whose ``Host`` is this machine, and that no page of
    another origin has sent. There is nothing here to be changed, and by default only this machine reaches it.

    Args:
        bind: address and port; port 0 takes a free one.
        expose: returns the text for an ``Accept`` header.

    Raises:
        UsageError: the address cannot be bound.
    """

    def __init__(self, bind: tuple[str, int], expose: Callable[[str], Exposition]) -> None:
        address = _address(bind[0])
        self._is_loopback_only = bind[0] == "localhost" or bool(address and address.is_loopback)
        self._names = {"localhost", bind[0].lower(), *(() if self._is_loopback_only else (_own_name(),))}
        self._expose = expose
        self._scraped_at: deque[float] = deque(maxlen=_LAST_SCRAPES)
        """When the last scrapes were answered, seconds of the monotonic clock."""
        self._scraped = Event()
        self._is_hurried = False
        listener = socket.socket(socket.AF_INET6 if ":" in bind[0] else socket.AF_INET)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(bind)
            listener.listen(_BACKLOG)
        except (OSError, UnicodeError) as error:
            listener.close()
            raise UsageError(
                f"--prometheus: {bind[0]}:{bind[1]} cannot be listened on ({error}); name another, such as"
                " 127.0.0.1:0 for a free port"
            ) from error
        self._server = _Server(listener, self._answer, spawn=Pool(_MOST_AT_ONCE), log=None, error_log=None)
        self._server.start()

    @property
    def url(self) -> str:
        """Where it is scraped, from this machine."""
        return reachable_url(str(self._server.server_host), int(self._server.server_port or 0))

    def await_last_scrape(self, since: float, say: Callable[[str], object]) -> None:
        """Let who has scraped again and again come once more, for the verdict, within some time.

        Args:
            since: when the verdict was there, seconds of the monotonic clock.
        """
        gaps_s = [later - earlier for earlier, later in pairwise(self._scraped_at)]
        if self._is_hurried or not gaps_s or self._scraped_at[-1] > since:
            return
        limit_s = min(1.5 * max(gaps_s) + 1, _LONGEST_WAIT_S)
        say(f"metrics: waiting for the last scrape, {limit_s:.0f} s at most")
        self._scraped.clear()
        self._scraped.wait(limit_s)

    def hurry(self) -> None:
        """Wait for no scrape any more, nor any longer."""
        self._is_hurried = True
        self._scraped.set()

    def close(self) -> None:
        """Stop listening."""
        self._server.stop(timeout=1)

    def _answer(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, (body, content_type) = self._judge(environ)
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ]
        start_response(status, headers)
        yield b"" if environ["REQUEST_METHOD"] == "HEAD" else body
        if status.startswith("200"):
            self._scraped_at.append(time.monotonic())
            self._scraped.set()

    def _judge(self, environ: Mapping[str, Any]) -> _Answer:
        host = str(environ.get("HTTP_HOST", ""))
        if not self._is_own(host):
            return "403 Forbidden", _plain(f"{host} is not this machine")
        if "HTTP_ORIGIN" in environ or environ.get("HTTP_SEC_FETCH_SITE", "none") != "none":
            return "403 Forbidden", _plain("a page has no part in this")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", _plain("GET /metrics is all there is")
        if environ["PATH_INFO"] != "/metrics":
            return "404 Not Found", _plain("GET /metrics is all there is")
        return "200 OK", self._expose(str(environ.get("HTTP_ACCEPT", "")))

    def _is_own(self, host: str) -> bool:
        """Whether a ``Host`` means this machine, as no page's does whose name was rebound to it.

        Such a page's host is a name. Where this listens on more than loopback, any address is right.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        address = _address(name)
        if address is None:
            return name in self._names
        return address.is_loopback or not self._is_loopback_only


class _Server(WSGIServer):
    def handle(self, sock: Any, address: Any) -> None:
        """Answer one connection, or give it up."""
        timeout = gevent.Timeout.start_new(_WITHIN_S)
        try:
            super().handle(sock, address)
        except gevent.Timeout as expired:
            if expired is not timeout:
                raise
        finally:
            timeout.close()


def reachable_url(host: str, port: int) -> str:
    """Return the metrics' address for somebody on this machine."""
    host = _REACHABLE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics"


def _own_name() -> str:
    return socket.gethostname().lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _plain(text: str) -> Exposition:
    return f"{text}\n".encode(errors="replace"), "text/plain; charset=utf-8"
