"""Asking a host: whatever it does, the answer or the reason comes in time."""

import time
from pathlib import Path

import pytest

from loadtest.apps.app import Access
from loadtest.discovery.fetch import Fetcher, Patience, UnansweredError
from loadtest.transport.target import Target
from tests.discovery.hosts import HTML, app, everywhere, http
from tests.transport.server import Peer

SOON = Patience(each_s=0.2, total_s=0.5)
PATIENT = Patience(each_s=10, total_s=20)


def silent(peer: Peer) -> None:
    """Read, and say nothing."""
    peer.end()


def endless(peer: Peer) -> None:
    """Send a page that never ends."""
    peer.request()
    peer.send(HTML + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.send(b"10000\r\n" + bytes(65536) + b"\r\n")


def trickling(peer: Peer) -> None:
    """Send a header line after the other, for ever."""
    peer.send(HTML)
    while True:
        peer.send(b"X-More: 1\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize("act", [silent, trickling])
def test_a_server_that_never_comes_to_an_end_is_given_up(act: object) -> None:
    with everywhere(act) as target, Fetcher(target, Access(), SOON) as fetcher:  # type: ignore[arg-type]
        with pytest.raises(UnansweredError, match=r"^no answer within 0\.2 s$"):
            fetcher.get("/")
        assert fetcher.is_patient


def test_an_endless_page_is_cut_off() -> None:
    with (
        everywhere(endless) as target,
        Fetcher(target, Access(), PATIENT) as fetcher,
        pytest.raises(UnansweredError, match="larger than 16 MiB"),
    ):
        fetcher.get("/")


def test_when_all_the_time_is_over_nothing_is_asked_any_more() -> None:
    with everywhere(silent) as target, Fetcher(target, Access(), Patience(0.2, 0.3)) as fetcher:
        for _ in range(2):
            with pytest.raises(UnansweredError, match="no answer within"):
                fetcher.get("/")
        with pytest.raises(UnansweredError, match=r"no time left: 0\.3 s are over"):
            fetcher.get("/")
        assert not fetcher.is_patient


@pytest.mark.parametrize(
    ("location", "why"),
    [
        (b"/again", "redirected more than 5 times"),
        (b"http://elsewhere.invalid/", "redirected to another host: http://elsewhere.invalid/"),
        (b"http://[", "redirected to what is no address: http://["),
    ],
)
def test_a_redirect_that_leads_nowhere_has_a_reason(location: bytes, why: str) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"

    def redirect(peer: Peer) -> None:
        peer.request()
        peer.send(answer)

    with (
        everywhere(redirect) as target,
        Fetcher(target, Access(), PATIENT) as fetcher,
        pytest.raises(UnansweredError) as caught,
    ):
        fetcher.get("/")
    assert str(caught.value) == why


def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path) -> None:
    with (
        app(tmp_path, locations={"/": "/board?a=1"}, pages={"/board": "here"}) as running,
        Fetcher(Target.resolve(running.url), Access(), PATIENT) as fetcher,
    ):
        answer = fetcher.get("/")

    assert (answer.status, answer.body, answer.path, answer.server) == (200, "here", "/board?a=1", "uvicorn")


def test_cookies_of_visitors_and_of_the_server_are_sent_back() -> None:
    seen: list[bytes] = []

    def take(peer: Peer) -> None:
        seen.append(peer.request())
        peer.send(http(b"ok", HTML + b"Set-Cookie: session=x; Path=/\r\n"))

    access = Access(cookies={"lang": "en"}, headers={"X-Key": "k"})
    with everywhere(take) as target, Fetcher(target, access, PATIENT) as fetcher:
        fetcher.get("/")
        fetcher.post("/a", "text")

    assert b"Cookie: lang=en\r\n" in seen[0] + b"\r\n"
    assert b"\r\nX-Key: k\r\n" in seen[0]
    assert b"Cookie: lang=en; session=x" in seen[1]
    assert seen[1].startswith(b"POST /a HTTP/1.1\r\n")


def test_a_websocket_that_is_refused_says_so(tmp_path: Path) -> None:
    with (
        app(tmp_path) as running,
        Fetcher(Target.resolve(running.url), Access(), PATIENT) as fetcher,
        pytest.raises(UnansweredError, match="upgrade answered 403"),
        fetcher.websocket("/nowhere/"),
    ):
        pass
