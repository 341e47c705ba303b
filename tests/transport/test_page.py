"""Fetching a page."""

import pytest

from loadtest.navigation.journey import Move
from loadtest.navigation.record import Outcome
from loadtest.transport.fault import VisitError
from loadtest.transport.page import PageFetch, PageRequests
from loadtest.transport.tab import Shown, Tab
from loadtest.transport.target import Target
from tests.transport.server import PAGE, Peer, Served, resets, serve

TRACE = b"traceparent: 00-1-2-00\r\n"


def fetch_of(served: Served, tab: Tab, page: str = "/", base_path: str = "") -> PageFetch:
    target = Target.resolve(served.url + base_path)
    return PageFetch(target, PageRequests(target, {"X-Team": "a"}), tab, page, TRACE)


def ask_and_read(fetch: PageFetch) -> str:
    fetch.ask()
    return fetch.read()


def fetched(served: Served, tab: Tab) -> str:
    return ask_and_read(fetch_of(served, tab))


def failure(served: Served, tab: Tab) -> tuple[Outcome, str, str | None]:
    """Fetch a page that cannot be had, and say why."""
    fetch = fetch_of(served, tab)
    with pytest.raises(VisitError) as failed:
        ask_and_read(fetch)
    if fetch.line is not None and fetch.line is not tab.line:
        fetch.line.close()
    return failed.value.outcome, failed.value.error, failed.value.detail


def test_the_request_looks_like_a_browsers_and_names_the_visit() -> None:
    requests: list[bytes] = []

    def script(peer: Peer) -> None:
        requests.append(peer.request())
        peer.send(PAGE)

    with serve(script) as served:
        tab = Tab()
        tab.cookies.take([b"a=1"])
        fetch = fetch_of(served, tab, "/board?x=ä b", base_path="/app")
        fetch.ask()
        assert fetch.read() == "page"
        tab.close()
    assert requests == [
        b"GET /app/board?x=%C3%A4%20b HTTP/1.1\r\n"
        b"Host: 127.0.0.1:" + str(served.port).encode() + b"\r\n"
        b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) loadtest/0.1\r\n"
        b"Accept-Language: en-US,en;q=0.9\r\n"
        b"Accept-Encoding: gzip, deflate\r\n"
        b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
        b"Connection: keep-alive\r\n"
        b"Upgrade-Insecure-Requests: 1\r\n"
        b"X-Team: a\r\n"
        b"traceparent: 00-1-2-00\r\n"
        b"Cookie: a=1"
    ]


def test_a_tab_keeps_its_connection_for_the_next_page() -> None:
    def script(peer: Peer) -> None:
        for _ in range(3):
            peer.request()
            peer.send(PAGE)

    with serve(script) as served:
        tab = Tab()
        assert [fetched(served, tab) for _ in range(3)] == ["page", "page", "page"]
        tab.close()


def test_a_connection_that_the_server_wants_to_close_is_not_used_again() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    with serve(script, script) as served:
        tab = Tab()
        for _ in range(2):
            fetch = fetch_of(served, tab)
            fetch.ask()
            assert fetch.read() == "page"
            assert tab.line is None
            assert fetch.line is not None
            fetch.line.close()


def test_a_kept_connection_that_the_server_closed_meanwhile_is_tried_again_on_a_new_one() -> None:
    def once(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)

    with serve(once, once) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        assert fetched(served, tab) == "page"
        tab.close()


def test_a_kept_connection_that_was_reset_is_tried_again_on_a_new_one() -> None:
    def reset(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.sock.recv(1)
        resets(peer)

    def once(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)

    with serve(reset, once) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        assert tab.line is not None
        tab.line.send(b"x")
        with pytest.raises(ConnectionResetError):
            tab.line.fill()
        assert fetched(served, tab) == "page"  # sending already fails
        tab.close()


def test_a_kept_connection_that_is_reset_by_the_next_request_is_tried_again_on_a_new_one() -> None:
    def twice(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.request()
        resets(peer)

    def once(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)

    with serve(twice, once) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        assert fetched(served, tab) == "page"
        tab.close()


def test_a_kept_connection_is_not_tried_again_once_an_answer_has_begun() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.request()
        peer.send(b"HTTP/1.1 2")

    with serve(script) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        assert failure(served, tab) == (Outcome.LOST, "the server closed the connection", None)


def test_a_new_connection_that_the_server_closes_is_not_tried_again() -> None:
    with serve(Peer.request) as served:
        assert failure(served, Tab()) == (Outcome.LOST, "the server closed the connection", None)


def test_early_hints_come_before_the_answer() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" + PAGE)

    with serve(script) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        tab.close()


REFUSALS = [
    (b"404 Not Found\r\nContent-Type: text/plain", (Outcome.REFUSED, "page answered 404", "sorry")),
    (b"503 Busy\r\nContent-Type: text/html", (Outcome.REFUSED, "page answered 503", "sorry")),
    (b"500 Oh\r\nContent-Type: image/png", (Outcome.REFUSED, "page answered 500", None)),
    (b"302 Found\r\nX: no location", (Outcome.REFUSED, "page answered 302", None)),
    (
        b"302 Found\r\nLocation: http://elsewhere.example/",
        (Outcome.REFUSED, "page redirects to another host", "http://elsewhere.example/"),
    ),
    (
        b"302 Found\r\nLocation: //127.0.0.1:1/",
        (Outcome.REFUSED, "page redirects to another host", "//127.0.0.1:1/"),
    ),
    (
        b"302 Found\r\nLocation: http://[::1",
        (Outcome.FAILED, "page redirects to what is no address", "http://[::1"),
    ),
]


@pytest.mark.parametrize(("head", "end"), REFUSALS)
def test_a_refused_page_is_told_with_its_status(head: bytes, end: tuple[Outcome, str, str | None]) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 " + head + b"\r\nContent-Length: 5\r\n\r\nsorry")

    with serve(script) as served:
        tab = Tab()
        assert failure(served, tab) == end
        tab.close()


def redirect(location: bytes, more: bytes = b"") -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: " + location + more + b"\r\nContent-Length: 0\r\n\r\n"


def request_lines(peer: Peer, *answers: bytes) -> list[tuple[str, bool]]:
    """Give each request an answer; return the paths asked for, and whether the cookie came along."""
    lines = []
    for answer in answers:
        request = peer.request()
        lines.append((request.split(b" ")[1].decode(), b"\r\nCookie: s=1" in request))
        peer.send(answer)
    return lines


def test_redirects_within_the_host_are_followed_with_the_cookies_they_set() -> None:
    seen: list[list[tuple[str, bool]]] = []

    def script(peer: Peer) -> None:
        own = b"http://127.0.0.1:%d/c?d" % peer.sock.getsockname()[1]
        answers = redirect(b"/a/b", b"\r\nSet-Cookie: s=1"), redirect(b"x?y=1#z"), redirect(own), PAGE
        seen.append(request_lines(peer, *answers))

    with serve(script) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        tab.close()
    assert seen == [[("/", False), ("/a/b", True), ("/a/x?y=1", True), ("/c?d", True)]]


def test_a_redirect_on_a_connection_that_closes_is_followed_on_another() -> None:
    with serve(
        lambda peer: request_lines(peer, redirect(b"/a", b"\r\nConnection: close")),
        lambda peer: request_lines(peer, PAGE),
    ) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        tab.close()


def test_redirects_without_end_are_refused() -> None:
    with serve(lambda peer: request_lines(peer, *[redirect(b"/")] * 6)) as served:
        tab = Tab()
        assert failure(served, tab) == (Outcome.REFUSED, "page redirects more than 5 times", None)
        tab.close()


def test_half_a_request_goes_over_a_connection_of_its_own() -> None:
    halves: list[bytes] = []

    def half(peer: Peer) -> None:
        peer.end()
        halves.append(peer.buffer)

    with serve(half) as served:
        tab = Tab()
        fetch = fetch_of(served, tab)
        fetch.send_half()
        assert tab.line is None
        assert fetch.line is not None
        fetch.line.close()
    assert halves[0].startswith(b"GET / HTTP/1.1\r\n")
    assert b"\r\n\r\n" not in halves[0]


REQUESTS = [
    (Shown("/"), Move.NAVIGATE, b""),
    (Shown("/"), Move.PREFETCH, b"Sec-Purpose: prefetch\r\n"),
    (Shown("/", "/a"), Move.NAVIGATE, b"Referer: http://127.0.0.1:8080/base/a\r\n"),
    (Shown("/", "/a b?ü"), Move.BACK, b"Referer: http://127.0.0.1:8080/base/a%20b?%C3%BC\r\n"),
    (
        Shown("/", "/a"),
        Move.RELOAD,
        b"Cache-Control: max-age=0\r\nReferer: http://127.0.0.1:8080/base/a\r\n",
    ),
]


@pytest.mark.parametrize(("shown", "move", "lines"), REQUESTS)
def test_a_request_tells_where_it_comes_from_and_how(shown: Shown, move: Move, lines: bytes) -> None:
    requests = PageRequests(Target.resolve("http://127.0.0.1:8080/base/"), {})
    assert [requests.extra(shown, move) for _ in range(2)] == [lines, lines]


def test_a_page_is_prepared_once() -> None:
    requests = PageRequests(Target.resolve("http://127.0.0.1:8080"), {})
    assert requests.of("/a") is requests.of("/a")


def test_connecting_leaves_the_tabs_own_connection_alone() -> None:
    def keeps(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.end()

    with serve(keeps, Peer.end) as served:
        tab = Tab()
        assert fetched(served, tab) == "page"
        kept = tab.line
        fetch = fetch_of(served, tab)
        assert fetch.connect() is not kept
        assert tab.line is kept
        fetch.close()
        tab.close()
