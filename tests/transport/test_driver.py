"""Driving visits: what a visit meets, and the one record that comes of it."""

import re
import socket
import threading
import time

import gevent
import pytest

from loadtest.apps.app import Access
from loadtest.errors import UsageError
from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.opening import Caller, Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from tests.transport.driving import RUN, drive, page, shaken
from tests.transport.plain_app import PlainApp
from tests.transport.server import OPEN, PAGE, Peer, acts, frame, serve


def test_a_visit_that_stays_is_completed_and_its_record_tells_everything() -> None:
    began = time.monotonic()
    drove = drive(page, acts(shaken, Peer.end))
    lasted_s = time.monotonic() - began
    record = drove.record
    assert (record.number, record.navigation) == (7, RUN + "0000000000000007")
    assert (record.page, record.due_s) == ("/board", 0.5)
    assert (record.planned_at, record.planned_manner) == ("stay", Manner.WS_CLOSE)
    assert record.actual == ActualDeparture("P19", Manner.WS_CLOSE)
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert [*record.phases_ms] == [phase for phase in Phase if phase is not Phase.UPGRADE]
    assert record.started_s is not None
    assert record.left_s is not None
    assert 0 <= record.started_s < record.left_s < lasted_s
    assert sum(record.phases_ms.values()) / 1000 <= record.left_s - record.started_s
    assert drove.driver.ping_s == 45.0


def test_the_trace_goes_with_the_page_and_with_the_upgrade() -> None:
    requests: list[bytes] = []

    def ask(peer: Peer) -> None:
        requests.append(peer.request())
        peer.send(PAGE)
        peer.end()

    def upgrade(peer: Peer) -> None:
        requests.append(peer.upgrade(frame(OPEN)))
        peer.end()

    drive(ask, upgrade, departure=Departure("P14", Manner.FIN))
    navigation = (RUN + "0000000000000007").encode()
    spans = [re.search(rb"\r\ntraceparent: 00-(\w{32})-(\w{16})-00\r\n", request) for request in requests]
    assert [span and span[1] for span in spans] == [navigation, navigation]
    assert all(span and span[2] != b"0" * 16 for span in spans)
    assert [request.count(b"\r\nx-loadtest-navigation: " + navigation) for request in requests] == [1, 1]


def test_the_next_visit_of_a_tab_uses_its_connection_and_its_cookies() -> None:
    asked: list[bytes] = []

    def pages(peer: Peer) -> None:
        for _ in range(2):
            asked.append(peer.request())
            peer.send(PAGE.replace(b"\r\n\r\n", b"\r\nSet-Cookie: p=1\r\n\r\n"))
        peer.end()

    def upgrade(peer: Peer) -> None:
        asked.append(peer.request())
        peer.send(b"HTTP/1.1 403 No\r\n\r\n")
        peer.end()

    with serve(pages, upgrade, upgrade) as served:
        driver = Driver(Target.resolve(served.url), PlainApp(), {}, Keeper(), RUN, time.monotonic())
        tab = Tab()
        for number in range(2):
            driver.visit(tab, Assignment(number, 0.0, "/", Departure(STAY, Manner.FIN)))
        tab.close()
    assert [b"Cookie: p=1" in request for request in asked] == [False, True, True, True]


def test_a_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    driver = Driver(Target.resolve(url), PlainApp(), {}, Keeper(), RUN, time.monotonic())
    record = driver.visit(Tab(), Assignment(1, 0.0, "/", Departure(STAY, Manner.FIN)))
    assert (record.outcome, record.error) == (Outcome.FAILED, "connection refused")
    assert record.actual == ActualDeparture("P00", Manner.FIN)


def test_a_cookie_that_the_upgrade_sets_is_kept() -> None:
    def script(peer: Peer) -> None:
        peer.upgrade(fields=b"Set-Cookie: n=3\r\n")
        peer.end()

    with serve(page, script) as served:
        driver = Driver(Target.resolve(served.url), PlainApp(), {}, Keeper(), RUN, time.monotonic())
        tab = Tab()
        driver.visit(tab, Assignment(1, 0.0, "/", Departure("P13", Manner.FIN)))
        tab.close()
    assert tab.cookies.header == b"Cookie: n=3\r\n"


def test_a_killed_visit_closes_its_connections_at_once() -> None:
    ends: list[str] = []
    is_dwelling = threading.Event()

    def script(peer: Peer) -> None:
        shaken(peer)
        is_dwelling.set()
        ends.append(peer.end())

    with serve(page, script) as served:
        driver = Driver(Target.resolve(served.url), PlainApp(), {}, Keeper(), RUN, time.monotonic())
        tab = Tab()
        departure = Departure(STAY, Manner.SIO_DISCONNECT, dwell_s=60.0)
        visiting = gevent.spawn(driver.visit, tab, Assignment(1, 0.0, "/", departure))
        while not is_dwelling.is_set():
            gevent.sleep(0.001)
        visiting.kill()
        assert isinstance(visiting.value, gevent.GreenletExit)
        tab.close()
    assert ends == ["fin"]


def test_a_visit_killed_while_it_waits_for_the_page_leaves_nothing_open() -> None:
    ends: list[str] = []
    is_asked = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        is_asked.set()
        ends.append(peer.end())

    with serve(script) as served:
        driver = Driver(Target.resolve(served.url), PlainApp(), {}, Keeper(), RUN, time.monotonic())
        tab = Tab()
        visiting = gevent.spawn(driver.visit, tab, Assignment(1, 0.0, "/", Departure(STAY, Manner.FIN)))
        while not is_asked.is_set():
            gevent.sleep(0.001)
        visiting.kill()
        assert tab.line is None
    assert ends == ["fin"]


def test_a_fault_of_ours_ends_the_visit_and_not_the_user() -> None:
    class BrokenApp(PlainApp):
        def open(self, body: str, caller: Caller) -> Opening:
            raise KeyError(f"{body} {len(caller.tab_id)} {len(caller.navigation)}")

    drove = drive(page, app=BrokenApp())
    assert drove.end == (Outcome.FAILED, "a fault of loadtest's own", "KeyError('page 36 32')")


def test_headers_that_cannot_be_sent_are_a_mistake_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="is no header"):
        Driver(
            Target.resolve("http://127.0.0.1:1"),
            PlainApp(access=Access(headers={"X": "a\nb"})),
            {},
            Keeper(),
            RUN,
            0.0,
        )
