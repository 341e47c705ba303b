"""Fetches a page over a tab's kept-alive connection."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urljoin, urlsplit

from loadtest.navigation.journey import Move
from loadtest.navigation.record import Outcome
from loadtest.transport.body import decode_body
from loadtest.transport.exchange import Exchange
from loadtest.transport.fault import VisitError
from loadtest.transport.headers import BROWSER, header_lines
from loadtest.transport.line import Line
from loadtest.transport.tab import Shown, Tab
from loadtest.transport.target import Target

__all__ = ["PageFetch", "PageRequests"]

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_URL_CHARACTERS = "/%?=&+:@!$'()*,;~[]"
_NAVIGATION: Mapping[str, str] = MappingProxyType(
    {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Connection": "keep-alive",
        "Upgrade-Insecure-Requests": "1",
    }
)

_MOVE_HEADERS: Mapping[Move, bytes] = MappingProxyType(
    {Move.PREFETCH: b"Sec-Purpose: prefetch\r\n", Move.RELOAD: b"Cache-Control: max-age=0\r\n"}
)
"""Header lines that a browser adds to a page's request."""


class PageRequests:
    """The part of a page's request that is the same for every visit, prepared once for each page."""

    def __init__(self, target: Target, headers: Mapping[str, str]) -> None:
        self._target = target
        self._headers = header_lines({"Host": target.host_header}, BROWSER, _NAVIGATION, headers)
        self._prepared: dict[str, bytes] = {}
        self._referrers: dict[str, bytes] = {}

    def of(self, page: str) -> bytes:
        """Return the request for a page of the app, up to the headers that belong to a visit."""
        prepared = self._prepared.get(page)
        if prepared is None:
            prepared = self._prepared[page] = self.at(self._target.base_path + page)
        return prepared

    def extra(self, shown: Shown, move: Move) -> bytes:
        """Return the header lines that are one request's alone: where it comes from, and how."""
        extra = _MOVE_HEADERS.get(move, b"")
        if shown.referrer is None:
            return extra
        referrer = self._referrers.get(shown.referrer)
        if referrer is None:
            url = f"{self._target.origin}{self._target.base_path}{shown.referrer}"
            referrer = f"Referer: {quote(url, safe=_URL_CHARACTERS)}\r\n".encode("ascii")
            self._referrers[shown.referrer] = referrer
        return extra + referrer

    def at(self, path: str) -> bytes:
        """Return the request for a path of the host."""
        line = f"GET {quote(path, safe=_URL_CHARACTERS)} HTTP/1.1\r\n"
        return line.encode("ascii") + self._headers


class PageFetch:
    """One page on its way: asked for, then read.

    Args:
        trace: the header lines that name the visit, and what else is this request's alone.
    """

    __slots__ = ("_own", "_page", "_requests", "_tab", "_target", "_trace")

    def __init__(self, target: Target, requests: PageRequests, tab: Tab, page: str, trace: bytes) -> None:
        self._target = target
        self._requests = requests
        self._tab = tab
        self._page = page
        self._trace = trace
        self._own: Exchange | None = None

    @property
    def _exchange(self) -> Exchange:
        if self._own is None:
            self._own = Exchange(self._target)
        return self._own

    @property
    def line(self) -> Line | None:
        """The connection that the page comes over."""
        return self._own.line if self._own else None

    def give_line_away(self) -> None:
        """Let somebody else own the connection."""
        self._exchange.line = None

    def connect(self) -> Line:
        """Open a connection of its own, and wait until it stands; the tab's is left alone.

        Raises:
            OSError: there is no connection.
        """
        return self._exchange.connect()

    def send_half(self) -> None:
        """Send the first half of a request over a connection of its own.

        Raises:
            OSError: there is no connection.
        """
        request = self._complete(self._requests.of(self._page))
        self.connect().send(request[: len(request) // 2])

    def ask(self) -> None:
        """Send the request.

        Raises:
            OSError: there is no connection.
        """
        self._take_line()
        self._exchange.send(self._complete(self._requests.of(self._page)))

    def read_part(self) -> None:
        """Wait for the answer's first bytes.

        Raises:
            VisitError, OSError: there is no answer.
        """
        self._exchange.await_answer()

    def read(self) -> str:
        """Read the answer, follow redirects, and return the page's text.

        Raises:
            VisitError, OSError: there is no page.
        """
        path = self._target.base_path + self._page
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._exchange.read()
            head = answer.head
            self._tab.line = None if self._exchange.is_spent else self._exchange.line
            if head.cookies:
                self._tab.cookies.take(head.cookies)
            location = head.fields.get(b"location")
            if 200 <= head.status < 300:
                return decode_body(answer.body, head.fields)
            if head.status not in _REDIRECTS or location is None:
                raise VisitError(Outcome.REFUSED, f"page answered {head.status}", answer.words)
            path = self._follow(path, location.decode("latin-1"))
        raise VisitError(Outcome.REFUSED, f"page redirects more than {_MOST_REDIRECTS} times")

    def close(self) -> None:
        """Close the connection unless the tab keeps it; never waits."""
        if self.line is not self._tab.line:
            self._exchange.close()

    def _complete(self, request: bytes) -> bytes:
        return b"".join((request, self._trace, self._tab.cookies.header, b"\r\n"))

    def _take_line(self) -> None:
        line, self._tab.line = self._tab.line, None
        self._own = Exchange(self._target, line)

    def _follow(self, path: str, location: str) -> str:
        origin = self._target.origin
        try:
            url = urlsplit(urljoin(origin + path, location))
        except ValueError as error:
            raise VisitError(Outcome.FAILED, "page redirects to what is no address", location) from error
        if f"{url.scheme}://{url.netloc}".lower() != origin.lower():
            raise VisitError(Outcome.REFUSED, "page redirects to another host", location)
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        self._tab.line = None
        self._exchange.send(self._complete(self._requests.at(path)))
        return path
