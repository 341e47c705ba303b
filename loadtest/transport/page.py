"""Fetches a page over a tab's kept-alive connection."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urljoin, urlsplit

from loadtest.navigation.record import Outcome
from loadtest.transport.body import decode_body, read_body
from loadtest.transport.fault import CLOSED, VisitError
from loadtest.transport.head import Head, read_head
from loadtest.transport.headers import BROWSER, header_lines
from loadtest.transport.line import Line
from loadtest.transport.tab import Tab
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


class PageRequests:
    """The part of a page's request that is the same for every visit, prepared once for each page."""

    def __init__(self, target: Target, headers: Mapping[str, str]) -> None:
        self._target = target
        self._headers = header_lines({"Host": target.host_header}, BROWSER, _NAVIGATION, headers)
        self._prepared: dict[str, bytes] = {}

    def of(self, page: str) -> bytes:
        """Return the request for a page of the app, up to the headers that belong to a visit."""
        prepared = self._prepared.get(page)
        if prepared is None:
            prepared = self._prepared[page] = self.at(self._target.base_path + page)
        return prepared

    def at(self, path: str) -> bytes:
        """Return the request for a path of the host."""
        line = f"GET {quote(path, safe=_URL_CHARACTERS)} HTTP/1.1\r\n"
        return line.encode("ascii") + self._headers


class PageFetch:
    """One page on its way: asked for, then read.

    Args:
        trace: the header lines that name the visit.
    """

    __slots__ = ("_is_reused", "_page", "_request", "_requests", "_tab", "_target", "_trace", "line")

    def __init__(self, target: Target, requests: PageRequests, tab: Tab, page: str, trace: bytes) -> None:
        self._target = target
        self._requests = requests
        self._tab = tab
        self._page = page
        self._trace = trace
        self._request = b""
        self._is_reused = False
        self.line: Line | None = None
        """The connection that the page comes over."""

    def connect(self) -> Line:
        """Open a connection of its own, and wait until it stands; the tab's is left alone.

        Raises:
            OSError: there is no connection.
        """
        self.line = self._target.connect()
        self.line.finish_connecting()
        return self.line

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
        self._send(self._requests.of(self._page))

    def read_part(self) -> None:
        """Wait for the answer's first bytes.

        Raises:
            VisitError, OSError: there is no answer.
        """
        self._await_answer()

    def read(self) -> str:
        """Read the answer, follow redirects, and return the page's text.

        Raises:
            VisitError, OSError: there is no page.
        """
        path = self._target.base_path + self._page
        for _ in range(_MOST_REDIRECTS + 1):
            head = self._read_head()
            line = self._get_line()
            body, is_kept = read_body(line, head)
            self._tab.line = line if is_kept else None
            if head.cookies:
                self._tab.cookies.take(head.cookies)
            location = head.fields.get(b"location")
            if 200 <= head.status < 300:
                return decode_body(body, head.fields)
            if head.status not in _REDIRECTS or location is None:
                raise VisitError(Outcome.REFUSED, f"page answered {head.status}", _words(body, head))
            path = self._follow(path, location.decode("latin-1"), is_kept)
        raise VisitError(Outcome.REFUSED, f"page redirects more than {_MOST_REDIRECTS} times")

    def _complete(self, request: bytes) -> bytes:
        return b"".join((request, self._trace, self._tab.cookies.header, b"\r\n"))

    def _take_line(self) -> None:
        tab = self._tab
        self.line, tab.line = tab.line, None
        self._is_reused = self.line is not None
        if self.line is None:
            self.line = self._target.connect()

    def _get_line(self) -> Line:
        assert self.line is not None, "a page is asked for before it is read"
        return self.line

    def _send(self, request: bytes) -> None:
        self._request = request
        try:
            self._get_line().send(self._complete(request))
        except OSError:
            if not self._is_reused:
                raise
            self._send_again()

    def _send_again(self) -> None:
        """Use a new connection: the server had closed the kept one before it saw the request."""
        self._get_line().close()
        self.line = None
        self._take_line()
        self._get_line().send(self._complete(self._request))

    def _await_answer(self) -> None:
        """Wait for the first bytes; a kept connection that ends before them is replaced, once."""
        line = self._get_line()
        try:
            has_come = bool(line.buffer) or line.fill()
        except OSError:
            if not self._is_reused:
                raise
            has_come = False
        if not has_come and self._is_reused:
            self._send_again()
            has_come = self._get_line().fill()
        if not has_come:
            raise VisitError(Outcome.LOST, CLOSED)

    def _read_head(self) -> Head:
        self._await_answer()
        line = self._get_line()
        head = read_head(line)
        while head.status < 200:  # 103 Early Hints and the like come before the answer
            line.buffer = line.buffer[head.size_bytes :]
            head = read_head(line)
        return head

    def _follow(self, path: str, location: str, is_kept: bool) -> str:
        origin = self._target.origin
        url = urlsplit(urljoin(origin + path, location))
        if f"{url.scheme}://{url.netloc}".lower() != origin.lower():
            raise VisitError(Outcome.REFUSED, "page redirects to another host", location)
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        if not is_kept:
            self._get_line().close()
        self._take_line()
        self._send(self._requests.at(path))
        return path


def _words(body: bytes, head: Head) -> str | None:
    """Return how a refusal's body begins, when it is text."""
    is_text = b"content-encoding" not in head.fields and b"text" in head.fields.get(b"content-type", b"")
    return body[:200].decode("utf-8", "replace").strip() if is_text else None
