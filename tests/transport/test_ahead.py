"""The next page, asked for before the socket is dropped, and the moves of a tab."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import gevent
import pytest

from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.transport.driver import Assignment
from loadtest.transport.tab import Tab
from tests.transport.driving import SOON_S, connected, driver_of, shaken
from tests.transport.plain_app import HANDSHAKE
from tests.transport.server import OPEN, PAGE, Peer, Script, answer, frame, gets, posts, serve

AGAIN = ["open again", "close again", "fin again"]
STAYS = Departure(STAY, Manner.WS_CLOSE)
GONE = frame(b"\x03\xe9", 0x88)


@dataclass
class Seen:
    """What the server saw, in its order."""

    events: list[str] = field(default_factory=list)

    def pages(self, *answers: bytes) -> Script:
        """Answer pages over one connection, and note each."""

        def script(peer: Peer) -> None:
            for given in answers:
                if not peer.comes():
                    return
                head = peer.request()
                purpose = " prefetch" if b"\r\nSec-Purpose: prefetch" in head else ""
                fresh = " max-age=0" if b"\r\nCache-Control: max-age=0" in head else ""
                self.events.append(head.split(b" ")[1].decode() + purpose + fresh)
                peer.send(given)
            peer.end()

        return script

    def socket(self, go_along: Callable[[Peer], None] = shaken, name: str = "") -> Script:
        """Go along, then note how the client leaves."""

        def script(peer: Peer) -> None:
            go_along(peer)
            self.events.append(f"open{name}")
            if peer.comes():
                self.events.append(f"{'close' if peer.hear() == (0x88, GONE[2:]) else 'packet'}{name}")
            self.events.append(peer.end() + name)

        return script


def journey(
    scripts: Sequence[Script], *assignments: Assignment, deadline_s: float = 5.0
) -> tuple[list[NavigationRecord], Tab]:
    """Visit one after the other in one tab that knows each time where it goes next."""
    with serve(*scripts) as served:
        driver = driver_of(served, deadline_s=deadline_s)
        tab = driver.new_tab(0)
        records = []
        for assignment, following in zip(assignments, (*assignments[1:], None), strict=True):
            records.append(driver.visit(tab, assignment, onward=lambda following=following: following))  # type: ignore[misc]  # bound at once
        tab.close()
    return records, tab


def going(number: int, page: str, move: Move = Move.NAVIGATE, departure: Departure = STAYS) -> Assignment:
    return Assignment(number, 0.0, page, departure, move)


def outcomes(records: Sequence[NavigationRecord]) -> list[tuple[Outcome, str | None]]:
    return [(record.outcome, record.error) for record in records]


COMPLETED = (Outcome.COMPLETED, None)


def assert_asked_before_it_was_dropped(seen: Seen) -> None:
    """Assert the order of what caused what.

    Each connection has a thread of its own in the server, which notes that a socket is open after it has told
    its client so: whether the client's next request is noted first is chance.
    """
    assert [event for event in seen.events if event not in ("open", *AGAIN)] == ["/a", "/b", "close", "fin"]
    assert [event for event in seen.events if event in ("open", "close", "fin")] == ["open", "close", "fin"]
    assert [event for event in seen.events if event in AGAIN] == AGAIN


def test_the_next_page_is_asked_for_before_the_socket_is_dropped() -> None:
    seen = Seen()
    scripts = [seen.pages(PAGE, PAGE), seen.socket(), seen.socket(name=" again")]
    records, _ = journey(scripts, going(1, "/a"), going(2, "/b"))
    assert_asked_before_it_was_dropped(seen)
    assert outcomes(records) == [COMPLETED, COMPLETED]
    assert [record.was_ahead for record in records] == [False, True]
    assert [record.previous for record in records] == [None, 1]
    assert [record.page for record in records] == ["/a", "/b"]
    assert Phase.PAGE in records[1].phases_ms


def test_over_polling_too() -> None:
    seen = Seen()
    over_polling = Departure(STAY, Manner.FIN, Transport.POLLING)
    posted: list[str] = []
    poll = gets(OPEN, "40", "430[true]")

    def noted(peer: Peer) -> None:
        poll(peer)
        seen.events.append("end")

    scripts = [seen.pages(PAGE, PAGE), noted, posts(posted), seen.socket()]
    records, _ = journey(scripts, going(1, "/a", departure=over_polling), going(2, "/b"))
    assert seen.events[:3] == ["/a", "/b", "end"]
    assert posted == ["40", HANDSHAKE]
    assert outcomes(records) == [COMPLETED, COMPLETED]


@pytest.mark.parametrize("manner", [Manner.FIN, Manner.RST, Manner.EIO_CLOSE])
def test_who_does_not_leave_as_a_browser_asks_for_nothing_ahead(manner: Manner) -> None:
    seen = Seen()
    scripts = [seen.pages(PAGE, PAGE), seen.socket(), seen.socket()]
    records, _ = journey(scripts, going(1, "/a", departure=Departure("P18", manner)), going(2, "/b"))
    assert [event for event in seen.events if event.startswith("/")] == ["/a", "/b"]
    assert [record.was_ahead for record in records] == [False, False]


def test_at_a_fleeting_point_the_page_is_asked_for_and_not_waited_for() -> None:
    has_closed = threading.Event()
    events: list[str] = []

    def pages(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.request()
        events.append("asked")
        assert has_closed.wait(10)  # the answer comes when the socket is gone
        peer.send(PAGE)
        peer.end()

    def socket(peer: Peer) -> None:
        peer.upgrade(frame(OPEN))
        assert peer.hear() == (0x81, b"40")
        assert peer.hear() == (0x88, b"\x03\xe9")
        events.append(peer.end())
        has_closed.set()

    leaves = Departure("P15", Manner.WS_CLOSE)
    records, _ = journey(
        [pages, socket],
        going(1, "/a", departure=leaves),
        going(2, "/b", departure=Departure("P03", Manner.FIN)),
    )
    assert sorted(events) == ["asked", "fin"]
    assert records[0].actual == ActualDeparture("P15", Manner.WS_CLOSE)
    assert [record.outcome for record in records] == [Outcome.LEFT, Outcome.LEFT]
    assert records[1].was_ahead


FAILING = [
    (answer("no", status=b"404 No"), (Outcome.REFUSED, "page answered 404")),
    (b"garbage", (Outcome.FAILED, "not HTTP")),
    (PAGE[:-1], (Outcome.LOST, "the server closed the connection")),
    (
        PAGE.replace(b"4\r\n\r\npage", b"7\r\n\r\nnothing"),
        (Outcome.FAILED, "the page lacks what its socket needs"),
    ),
]


@pytest.mark.parametrize(("given", "end"), FAILING, ids=[row[1][1] for row in FAILING])
def test_a_page_that_cannot_be_had_is_the_next_visits_outcome(given: bytes, end: tuple[Outcome, str]) -> None:
    seen = Seen()

    def pages(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.request()
        peer.send(given)

    records, tab = journey([pages, seen.socket()], going(1, "/a"), going(2, "/b"))
    assert outcomes(records) == [COMPLETED, end]
    assert records[1].was_ahead
    assert records[1].actual is not None
    assert records[1].actual.at in ("P02", "P00")
    assert tab.ahead is None


def test_a_page_that_does_not_come_in_time_is_the_next_visits_outcome() -> None:
    seen = Seen()

    def pages(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE)
        peer.request()
        peer.end()

    records, _ = journey([pages, seen.socket()], going(1, "/a"), going(2, "/b"), deadline_s=2 * SOON_S)
    assert outcomes(records) == [COMPLETED, (Outcome.TIMED_OUT, "no page within the deadline")]
    assert records[1].actual == ActualDeparture("P02", None)


def test_a_page_asked_for_ahead_that_another_navigation_was_meant_for_is_forgotten() -> None:
    seen = Seen()
    with serve(seen.pages(PAGE, PAGE, PAGE), seen.socket(), seen.socket()) as served:
        driver = driver_of(served)
        tab = driver.new_tab(0)
        driver.visit(tab, going(1, "/a"), onward=lambda: going(2, "/b"))
        record = driver.visit(tab, going(3, "/c"))
        tab.close()
    assert [event for event in seen.events if event.startswith("/")] == ["/a", "/b", "/c"]
    assert not record.was_ahead


@pytest.mark.parametrize("at", ["P00", "P01", "P02"])
def test_nothing_is_asked_for_ahead_of_who_leaves_before_the_page(at: str) -> None:
    seen = Seen()
    scripts = [seen.pages(PAGE, PAGE), seen.socket()]
    with serve(*scripts) as served:
        driver = driver_of(served)
        tab = driver.new_tab(0)
        driver.visit(tab, going(1, "/a"), onward=lambda: going(2, "/b", departure=Departure(at, Manner.FIN)))
        assert tab.ahead is None
        tab.close()
    assert seen.events == ["/a", "open", "close", "fin"]


def test_a_reload_asks_for_the_same_page_afresh_and_back_for_the_one_before() -> None:
    seen = Seen()
    sockets = [seen.socket() for _ in range(5)]
    records, tab = journey(
        [seen.pages(*[PAGE] * 5), *sockets],
        going(1, "/a"),
        going(2, "/b"),
        going(3, "/x", Move.RELOAD),
        going(4, "/x", Move.BACK),
        going(5, "/x", Move.BACK),
    )
    pages = [event for event in seen.events if event.startswith("/")]
    assert pages == ["/a", "/b", "/b max-age=0", "/a", "/x"]
    assert [record.move for record in records] == ["navigate", "navigate", "reload", "back", "navigate"]
    assert [record.planned_move for record in records[3:]] == ["back", "back"]
    assert [shown.page for shown in tab.history] == ["/a", "/x"]


def test_a_prefetch_says_so() -> None:
    seen = Seen()
    scripts = [seen.pages(PAGE), seen.socket()]
    journey(scripts, going(1, "/a", Move.PREFETCH))
    assert seen.events[0] == "/a prefetch"


def test_a_reconnect_opens_another_socket_without_a_page() -> None:
    seen = Seen()
    scripts = [seen.pages(PAGE), seen.socket(), seen.socket(name=" again")]
    records, _ = journey(scripts, going(1, "/a"), going(2, "/x", Move.RECONNECT))
    assert [event for event in seen.events if event not in AGAIN] == ["/a", "open", "close", "fin"]
    assert [event for event in seen.events if event in AGAIN] == AGAIN
    assert outcomes(records) == [COMPLETED, COMPLETED]
    assert (records[1].page, records[1].move) == ("/a", Move.RECONNECT)
    assert Phase.PAGE not in records[1].phases_ms
    assert not records[1].was_ahead


@pytest.mark.parametrize("at", ["P01", "P03"])
def test_a_reconnect_that_would_leave_before_its_socket_navigates(at: str) -> None:
    seen = Seen()
    leaves = Departure(at, Manner.FIN)
    scripts = [seen.pages(PAGE, PAGE), seen.socket(), *([seen.pages()] if at == "P01" else [])]
    records, _ = journey(scripts, going(1, "/a"), going(2, "/b", Move.RECONNECT, leaves))
    assert (records[1].move, records[1].planned_move) == (Move.NAVIGATE, Move.RECONNECT)


def test_a_tab_without_history_navigates() -> None:
    seen = Seen()
    for move in (Move.RELOAD, Move.BACK, Move.RECONNECT):
        records, _ = journey([seen.pages(PAGE), seen.socket()], going(1, "/a", move))
        assert (records[0].move, records[0].planned_move) == (Move.NAVIGATE, move)


def test_a_duplicate_has_two_sockets_and_leaves_both() -> None:
    first = threading.Event()
    events: list[object] = []

    def one(peer: Peer) -> None:
        shaken(peer)
        first.set()
        events.append((peer.hear(), peer.end()))

    def other(peer: Peer) -> None:
        assert first.is_set()
        shaken(peer)
        events.append((peer.hear(), peer.end()))

    seen = Seen()
    records, _ = journey([seen.pages(PAGE, PAGE), one, other], going(1, "/a", Move.DUPLICATE))
    left = ((0x88, b"\x03\xe9"), "fin")
    assert events == [left, left]
    assert seen.events == ["/a", "/a"]  # the copy of the tab has a page of its own
    assert outcomes(records) == [COMPLETED]
    assert records[0].actual == ActualDeparture("P19", Manner.WS_CLOSE)


def test_the_first_socket_of_a_duplicate_answers_pings_until_both_are_left() -> None:
    is_twice_there = threading.Event()
    heard: list[object] = []

    def one(peer: Peer) -> None:
        shaken(peer)
        assert is_twice_there.wait(10)
        peer.say("2", "2again")
        heard.extend([peer.hear(), peer.hear(), peer.hear(), peer.end()])

    def other(peer: Peer) -> None:
        shaken(peer)
        is_twice_there.set()
        peer.hear()
        peer.end()

    seen = Seen()
    stays = Departure(STAY, Manner.WS_CLOSE, dwell_s=4 * SOON_S)
    records, _ = journey([seen.pages(PAGE, PAGE), one, other], going(1, "/a", Move.DUPLICATE, stays))
    assert heard == [(0x81, b"3"), (0x81, b"3again"), (0x88, b"\x03\xe9"), "fin"]
    assert outcomes(records) == [COMPLETED]


def test_a_duplicate_still_takes_the_step_that_its_departure_is_about() -> None:
    seen = Seen()
    leaves = Departure("P20", Manner.FIN)
    halves: list[int] = []

    def other(peer: Peer) -> None:
        shaken(peer)
        peer.end()
        halves.append(len(peer.buffer))

    records, _ = journey(
        [seen.pages(PAGE, PAGE), seen.socket(), other], going(1, "/a", Move.DUPLICATE, leaves)
    )
    assert records[0].actual == ActualDeparture("P20", Manner.FIN)
    assert halves == [len('42["loadtest","no page sends this"]') // 2 + 3]


def test_a_haunted_visit_lets_its_ghost_go_once_it_is_there_again() -> None:
    events: list[str] = []
    is_back = threading.Event()

    def ghost(peer: Peer) -> None:
        shaken(peer)
        ended = peer.end()
        events.append(f"ghost {ended}, {'back' if is_back.is_set() else 'not back'}")

    def again(peer: Peer) -> None:
        connected(peer)
        peer.hear()
        is_back.set()
        peer.say("430[true]")
        events.append(peer.end())

    seen = Seen()
    leaves = Departure("P25", Manner.FIN, dwell_s=SOON_S)
    records, _ = journey([seen.pages(PAGE), ghost, again], going(1, "/a", departure=leaves))
    assert events == ["ghost fin, back", "fin"]
    assert records[0].actual == ActualDeparture("P25", Manner.FIN)


def test_a_visit_killed_while_it_asks_ahead_leaves_nothing_open() -> None:
    ends: list[str] = []
    is_asked = threading.Event()

    def page(peer: Peer) -> None:
        peer.request()
        peer.send(PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        ends.append(peer.end())

    def ahead(peer: Peer) -> None:
        peer.request()
        is_asked.set()
        ends.append(peer.end())

    def socket(peer: Peer) -> None:
        shaken(peer)
        ends.append(peer.end())

    with serve(page, socket, ahead) as served:
        driver = driver_of(served)
        tab = driver.new_tab(0)
        visiting = gevent.spawn(driver.visit, tab, going(1, "/a"), None, lambda: going(2, "/b"))
        until = time.monotonic() + 10
        while not is_asked.is_set():
            assert time.monotonic() < until
            gevent.sleep(0.001)
        visiting.kill()
        tab.close()
    assert ends == ["fin", "fin", "fin"]


def test_by_the_clock_as_a_browser_one_asks_ahead_too() -> None:
    seen = Seen()
    leaves = Departure(BY_CLOCK, Manner.WS_CLOSE, after_s=4 * SOON_S)
    records, _ = journey(
        [seen.pages(PAGE, PAGE), seen.socket(), seen.socket(name=" again")],
        going(1, "/a", departure=leaves),
        going(2, "/b"),
    )
    assert_asked_before_it_was_dropped(seen)
    assert records[0].actual == ActualDeparture("P19", Manner.WS_CLOSE)


def test_the_trace_of_the_page_ahead_is_the_next_visits() -> None:
    asked: list[bytes] = []

    def pages(peer: Peer) -> None:
        for _ in range(2):
            asked.append(peer.request())
            peer.send(PAGE)
        peer.end()

    seen = Seen()
    records, _ = journey([pages, seen.socket(), seen.socket()], going(1, "/a"), going(2, "/b"))
    traces = [re.search(rb"x-loadtest-navigation: (\w{32})", head) for head in asked]
    assert [trace and trace[1].decode() for trace in traces] == [record.navigation for record in records]
