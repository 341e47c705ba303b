"""The address that Prometheus scrapes, over real HTTP."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import gevent
import pytest

from loadtest.errors import UsageError
from loadtest.swarm.exporting.endpoint import Endpoint, reachable_url


class Scraped:
    """An end-point, and for what formats it was asked."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.asked: list[str] = []
        self.endpoint = Endpoint((address, 0), self._expose)
        self.port = int(urlsplit(self.endpoint.url).port or 0)

    def _expose(self, accept: str) -> tuple[bytes, str]:
        self.asked.append(accept)
        return b"up 1\n", "text/plain; version=0.0.4"

    def ask(self, path: str = "/metrics", method: str = "GET", **headers: str) -> tuple[int, str]:
        """Send one request from a thread of its own; return status and body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return gevent.get_hub().threadpool.apply(self._ask, (path, method, sent))

    def _ask(self, path: str, method: str, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            self.headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read().decode()
        finally:
            connection.close()


Open = Callable[[str], Scraped]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens end-points at an address; closes them."""
    there: list[Scraped] = []

    def open_at(address: str) -> Scraped:
        there.append(Scraped(address))
        return there[-1]

    yield open_at
    for scraped in there:
        scraped.endpoint.close()


@pytest.fixture
def scraped(opened: Open) -> Scraped:
    """An end-point on loopback."""
    return opened("127.0.0.1")


def test_a_scraper_is_answered_in_the_format_that_it_asks_for(scraped: Scraped) -> None:
    assert scraped.ask(Accept="application/openmetrics-text") == (200, "up 1\n")
    assert scraped.ask() == (200, "up 1\n")
    assert scraped.asked == ["application/openmetrics-text", ""]
    assert scraped.headers["content-type"] == "text/plain; version=0.0.4"
    assert scraped.headers["cache-control"] == "no-store"
    assert scraped.headers["x-content-type-options"] == "nosniff"


def test_a_head_is_answered_without_the_text(scraped: Scraped) -> None:
    assert scraped.ask(method="HEAD") == (200, "")
    assert scraped.headers["content-length"] == "5"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "example.org:9464"},
        {"Host": "192.0.2.1"},
        {"Host": "[::"},
        {"Host": ""},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-origin"},
    ],
    ids=["name", "port", "address", "broken", "empty", "origin", "null", "cross-site", "same-origin"],
)
def test_pages_are_refused_and_nothing_is_read_for_them(scraped: Scraped, headers: dict[str, str]) -> None:
    status, body = scraped.ask(**headers)

    assert (status, "up" in body, scraped.asked) == (403, False, [])


@pytest.mark.parametrize("host", ["localhost", "localhost:9464", "127.0.0.1", "127.9.9.9:1", "[::1]:9464"])
def test_every_name_of_loopback_is_this_machine(scraped: Scraped, host: str) -> None:
    assert scraped.ask(Host=host)[0] == 200


def test_who_listens_on_every_address_is_asked_by_any_and_by_its_own_name(opened: Open) -> None:
    everywhere = opened("0.0.0.0")

    assert everywhere.endpoint.url == f"http://127.0.0.1:{everywhere.port}/metrics"
    assert everywhere.ask(Host="192.0.2.1:9464")[0] == 200
    assert everywhere.ask(Host=socket.gethostname())[0] == 200
    assert everywhere.ask(Host="example.org")[0] == 403


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "GET", 404), ("/metrics/", "GET", 404), ("/metrics", "POST", 405), ("/metrics", "DELETE", 405)],
)
def test_there_is_nothing_else(scraped: Scraped, path: str, method: str, status: int) -> None:
    assert scraped.ask(path, method)[0] == status
    assert scraped.asked == []


def test_a_taken_port_is_a_mistake_that_says_what_would_be_right(scraped: Scraped) -> None:
    with pytest.raises(UsageError, match=r"--prometheus: 127\.0\.0\.1:\d+ cannot be listened on .*such as"):
        Endpoint(("127.0.0.1", scraped.port), lambda _: (b"", ""))


@pytest.mark.parametrize("address", ["192.0.2.1", "no such host", "x" * 300])
def test_an_address_that_is_not_of_this_machine_is_a_mistake(address: str) -> None:
    with pytest.raises(UsageError, match="cannot be listened on"):
        Endpoint((address, 0), lambda _: (b"", ""))


def test_who_has_scraped_only_once_is_not_waited_for(scraped: Scraped) -> None:
    said: list[str] = []
    scraped.ask()

    scraped.endpoint.await_last_scrape(time.monotonic(), said.append)

    assert said == []


def test_who_scrapes_again_and_again_comes_once_more(scraped: Scraped) -> None:
    said: list[str] = []
    for _ in range(3):
        scraped.ask()
    waiting = gevent.spawn(scraped.endpoint.await_last_scrape, time.monotonic(), said.append)
    gevent.sleep(0)

    assert said == ["metrics: waiting for the last scrape, 1 s at most"]
    assert not waiting.ready()
    scraped.ask()
    waiting.join(timeout=30)
    assert waiting.ready()


def test_a_signal_ends_the_wait_for_a_scrape(scraped: Scraped) -> None:
    said: list[str] = []
    now = time.monotonic()
    scraped.endpoint._scraped_at.extend([now - 100, now])
    waiting = gevent.spawn(scraped.endpoint.await_last_scrape, now + 1, said.append)
    gevent.sleep(0)
    assert said == ["metrics: waiting for the last scrape, 30 s at most"]

    scraped.endpoint.hurry()

    waiting.join(timeout=10)
    assert waiting.ready()
    scraped.endpoint.await_last_scrape(now + 1, said.append)
    assert len(said) == 1


def test_who_has_scraped_since_the_verdict_is_not_waited_for(scraped: Scraped) -> None:
    said: list[str] = []
    scraped.ask()
    verdict_at = time.monotonic()
    scraped.ask()

    scraped.endpoint.await_last_scrape(verdict_at, said.append)

    assert said == []


def test_who_says_nothing_does_not_keep_others_from_scraping(scraped: Scraped) -> None:
    silent = [socket.create_connection(("127.0.0.1", scraped.port)) for _ in range(12)]
    try:
        assert scraped.ask()[0] == 200
    finally:
        for one in silent:
            one.close()


def test_urls_have_brackets_around_colons() -> None:
    assert reachable_url("::", 9464) == "http://[::1]:9464/metrics"
    assert reachable_url("127.0.0.1", 1) == "http://127.0.0.1:1/metrics"
