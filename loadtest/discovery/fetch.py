"""Requests of somebody who looks around: bounded in time and size, whatever the other side does."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urljoin, urlsplit

from websocket import WebSocketException

from loadtest.apps.app import Access
from loadtest.errors import LoadtestError
from loadtest.transport.alarm import Alarm, Rang
from loadtest.transport.body import decode_body
from loadtest.transport.exchange import Exchange
from loadtest.transport.fault import fault_of
from loadtest.transport.head import Head
from loadtest.transport.headers import BROWSER, header_lines
from loadtest.transport.login import log_in, new_tab
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests, read_upgrade
from loadtest.transport.websocket import LeanWebSocket

__all__ = ["Answer", "Fetcher", "Patience", "UnansweredError"]

_T = TypeVar("_T")
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_URL_CHARACTERS = "/%?=&+:@!$'()*,;~[]"
_FAULTS = (LoadtestError, OSError, WebSocketException)
_HEADERS: Mapping[str, str] = MappingProxyType({"Accept": "*/*", "Connection": "close"})
_MOST_WORDS = 200


class UnansweredError(LoadtestError):
    """A request has no answer that can be used; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long somebody waits who looks around."""

    each_s: float
    """For one answer."""
    total_s: float
    """For everything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    fields: Mapping[bytes, bytes]
    body: str
    path: str
    """Where it came from in the end, with the query: redirects on the same host are followed."""

    @property
    def is_ok(self) -> bool:
        """Whether the server gave what was asked for."""
        return 200 <= self.status < 300

    @property
    def server(self) -> str:
        """What the server says that it is."""
        words = (self.fields.get(name, b"") for name in (b"server", b"x-powered-by"))
        return " ".join(word.decode("latin-1") for word in words if word)


class Fetcher:
    """Asks one host, one connection for each request, until its patience is over.

    It belongs to the greenlet that made it.

    Args:
        access: what its visitors bring along: headers, cookies, a log-in.
    """

    def __init__(self, target: Target, access: Access, patience: Patience) -> None:
        self.target = target
        self.patience = patience
        self._access = access
        self._tab = new_tab(access, 0)
        self._alarm = Alarm()
        self._until = time.monotonic() + patience.total_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.close()

    @property
    def is_patient(self) -> bool:
        """Whether there is time for another question."""
        return time.monotonic() < self._until

    def log_in(self) -> None:
        """Log in, where visitors do.

        Raises:
            UnansweredError: the server refuses, or does not answer.
        """
        self._bounded(lambda: log_in(self.target, self._access, self._tab, b""))

    def get(self, path: str) -> Answer:
        """Fetch a path of the host, with its query.

        Raises:
            UnansweredError: there is no answer.
        """
        return self._bounded(lambda: self._follow("GET", path, ""))

    def post(self, path: str, body: str) -> Answer:
        """Send text.

        Raises:
            UnansweredError: there is no answer.
        """
        return self._bounded(lambda: self._follow("POST", path, body))

    @contextmanager
    def websocket(self, socket_path: str) -> Iterator[Callable[[Callable[[LeanWebSocket], _T]], _T]]:
        """Open a WebSocket to an Engine.IO server, and yield what does one bounded exchange over it.

        Args:
            socket_path: below the target's base path, with a slash at both ends.

        Raises:
            UnansweredError: it cannot be had; or, from an exchange, there was no answer.
        """
        socket = self._bounded(lambda: self._upgrade(socket_path))
        try:
            yield lambda exchange: self._bounded(lambda: exchange(socket))
        finally:
            socket.line.close()

    def _bounded(self, act: Callable[[], _T]) -> _T:
        now = time.monotonic()
        each_s = min(self.patience.each_s, self._until - now)
        if each_s <= 0:
            raise UnansweredError(f"no time left: {self.patience.total_s:g} s are over")
        self._alarm.set(now + each_s)
        try:
            return act()
        except Rang:
            raise UnansweredError(f"no answer within {each_s:.2g} s") from None
        except UnansweredError:
            raise
        except _FAULTS as error:
            fault = fault_of(error)
            why = f"{fault.error}: {fault.detail}" if fault.detail else fault.error
            raise UnansweredError(why[:_MOST_WORDS]) from error
        finally:
            self._alarm.close()

    def _follow(self, method: str, path: str, body: str) -> Answer:
        for _ in range(_MOST_REDIRECTS + 1):
            head, text = self._ask(method, path, body.encode())
            location = head.fields.get(b"location")
            if head.status not in _REDIRECTS or location is None:
                return Answer(head.status, head.fields, text, path)
            path = self._next_path(path, location.decode("latin-1"))
            method, body = "GET", ""
        raise UnansweredError(f"redirected more than {_MOST_REDIRECTS} times")

    def _next_path(self, path: str, location: str) -> str:
        origin = self.target.origin
        try:
            url = urlsplit(urljoin(origin + path, location))
        except ValueError:
            raise UnansweredError(f"redirected to what is no address: {location[:100]}") from None
        if f"{url.scheme}://{url.netloc}".lower() != origin.lower():
            raise UnansweredError(f"redirected to another host: {location[:100]}")
        return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"

    def _ask(self, method: str, path: str, body: bytes) -> tuple[Head, str]:
        lengths = {"Content-Type": "text/plain;charset=UTF-8", "Content-Length": str(len(body))}
        own = {"Host": self.target.host_header, "Origin": self.target.origin}
        lines = header_lines(own, BROWSER, _HEADERS, lengths if body else {}, self._access.headers)
        line = f"{method} {quote(path, safe=_URL_CHARACTERS)} HTTP/1.1\r\n".encode("ascii")
        exchange = Exchange(self.target)
        try:
            exchange.send(b"".join((line, lines, self._tab.cookies.header, b"\r\n", body)))
            answer = exchange.read()
        finally:
            exchange.close()
        self._tab.cookies.take(answer.head.cookies)
        return answer.head, decode_body(answer.body, answer.head.fields)

    def _upgrade(self, socket_path: str) -> LeanWebSocket:
        requests = UpgradeRequests(self.target, socket_path, self._access.headers)
        upgrade = requests.of("", b"", self._tab.cookies.header)
        line = self.target.connect()
        try:
            line.send(upgrade.request)
            read_upgrade(line, upgrade.accept)
        except BaseException:
            line.close()
            raise
        return LeanWebSocket(line)
