"""Driving visits: what a visit meets, and the one record that comes of it."""

import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import gevent
import pytest

from loadtest.errors import UsageError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure, Manner
from loadtest.navigation.opening import Handshake, HandshakeWay, Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from tests.transport.server import OPEN, PAGE, Peer, Script, acts, frame, resets, says, sends, serve, upgrades
from tests.transport.site import HANDSHAKE, PlainApp

RUN = "0123456789abcdef"
SOON_S = 0.05


def page(peer: Peer) -> None:
    """Serve the page, and wait for the tab to be closed."""
    peer.request()
    peer.send(PAGE)
    peer.end()


def connected(peer: Peer) -> None:
    """Go along up to the CONNECT reply."""
    peer.upgrade(frame(OPEN))
    assert peer.hear() == (0x81, b"40")
    peer.say('40{"sid":"xyz"}')


def shaken(peer: Peer) -> None:
    """Go along up to the handshake's acknowledgement."""
    connected(peer)
    assert peer.hear() == (0x81, HANDSHAKE.encode())
    peer.say("430[true]")


@dataclass
class Drive:
    """One visit, and what it left behind."""

    record: NavigationRecord
    driver: Driver
    held: int

    @property
    def end(self) -> tuple[Outcome, str | None, str | None]:
        return self.record.outcome, self.record.error, self.record.detail


def drive(
    *scripts: Script,
    departure: Departure = Departure(STAY, Manner.WS_CLOSE),  # noqa: B008  # frozen
    app: PlainApp = PlainApp(),  # noqa: B008  # frozen
    deadline_s: float = 5.0,
) -> Drive:
    """Send one visit to a server that follows these scripts."""
    with serve(*scripts) as served:
        keeper = Keeper()
        deadlines_s = dict.fromkeys(Phase, deadline_s)
        driver = Driver(Target.resolve(served.url), app, deadlines_s, keeper, RUN, time.monotonic())
        tab = Tab()
        record = driver.visit(tab, Assignment(7, 0.5, "/board", departure))
        tab.close()
        held = len(keeper)
        keeper.release()
    return Drive(record, driver, held)


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
    assert [*record.phases_ms] == [*Phase]
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


AGREES = upgrades(frame(OPEN))

FAILURES: list[tuple[str, list[Script], tuple[Outcome, str, str | None], ActualDeparture]] = [
    (
        "the page is refused",
        [acts(Peer.request, sends(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), Peer.end)],
        (Outcome.REFUSED, "page answered 404", None),
        ActualDeparture("P02", Manner.FIN),
    ),
    (
        "the page lacks what the app needs",
        [acts(Peer.request, sends(PAGE.replace(b"4\r\n\r\npage", b"7\r\n\r\nnothing")), Peer.end)],
        (Outcome.FAILED, "the page lacks what its socket needs", "no client_id on the page"),
        ActualDeparture("P02", Manner.FIN),
    ),
    (
        "the page's connection is closed",
        [Peer.request],
        (Outcome.LOST, "the server closed the connection", None),
        ActualDeparture("P02", None),
    ),
    (
        "the upgrade is refused",
        [page, acts(Peer.request, sends(b"HTTP/1.1 403 No\r\n\r\nnot you"), Peer.end)],
        (Outcome.REFUSED, "upgrade answered 403", "not you"),
        ActualDeparture("P12", Manner.FIN),
    ),
    (
        "no open packet but the end",
        [page, upgrades()],
        (Outcome.LOST, "the server closed the connection", None),
        ActualDeparture("P13", None),
    ),
    (
        "a close frame",
        [page, acts(AGREES, sends(frame(b"\x03\xf3oops", 0x88)), Peer.end)],
        (Outcome.LOST, "the server closed the WebSocket", "1011 oops"),
        ActualDeparture("P15", None),
    ),
    (
        "a reset",
        [page, acts(AGREES, Peer.hear, resets)],
        (Outcome.LOST, "the server reset the connection", None),
        ActualDeparture("P15", None),
    ),
    (
        "CONNECT is refused",
        [page, acts(AGREES, says('44{"message":"no"}'), Peer.end)],
        (Outcome.REFUSED, "CONNECT refused", '{"message":"no"}'),
        ActualDeparture("P15", Manner.FIN),
    ),
    (
        "the handshake is refused",
        [page, acts(connected, Peer.hear, says("430[false]"), Peer.end)],
        (Outcome.REFUSED, "handshake refused", "[false]"),
        ActualDeparture("P17", Manner.FIN),
    ),
    (
        "a packet out of its place",
        [page, acts(upgrades(frame("40")), Peer.end)],
        (Outcome.FAILED, "not the Socket.IO protocol", "connect while upgraded"),
        ActualDeparture("P13", Manner.FIN),
    ),
    (
        "a frame that is none",
        [page, acts(upgrades(frame("x", 0xF1)), Peer.end)],
        (Outcome.FAILED, "not the WebSocket protocol", "rsv is not implemented, yet"),
        ActualDeparture("P13", Manner.FIN),
    ),
    (
        "DISCONNECT while dwelling",
        [page, acts(shaken, says("41"), Peer.end)],
        (Outcome.LOST, "the server sent DISCONNECT", None),
        ActualDeparture("P18", None),
    ),
]


@pytest.mark.parametrize(
    ("scripts", "end", "actual"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_what_goes_wrong_is_told_with_where_it_was(
    scripts: list[Script], end: tuple[Outcome, str, str | None], actual: ActualDeparture
) -> None:
    drove = drive(*scripts, departure=Departure(STAY, Manner.WS_CLOSE, dwell_s=5.0))
    assert (drove.end, drove.record.actual) == (end, actual)
    assert Phase.LEAVING not in drove.record.phases_ms


def test_a_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    driver = Driver(Target.resolve(url), PlainApp(), {}, Keeper(), RUN, time.monotonic())
    record = driver.visit(Tab(), Assignment(1, 0.0, "/", Departure(STAY, Manner.FIN)))
    assert (record.outcome, record.error) == (Outcome.FAILED, "connection refused")
    assert record.actual == ActualDeparture("P00", Manner.FIN)


LATE: list[tuple[list[Script], str, str]] = [
    ([acts(Peer.request, Peer.end)], "no page within the deadline", "P02"),
    ([page, acts(Peer.request, Peer.end)], "no open packet within the deadline", "P12"),
    ([page, acts(upgrades(), Peer.end)], "no open packet within the deadline", "P13"),
    ([page, acts(AGREES, Peer.end)], "no answer to CONNECT within the deadline", "P15"),
    ([page, acts(connected, Peer.end)], "no answer to the handshake within the deadline", "P17"),
]


@pytest.mark.parametrize(("scripts", "error", "at"), LATE, ids=[row[1] + row[2] for row in LATE])
def test_each_phase_has_a_deadline(scripts: list[Script], error: str, at: str) -> None:
    drove = drive(*scripts, deadline_s=SOON_S)
    assert drove.end == (Outcome.TIMED_OUT, error, None)
    assert drove.record.actual == ActualDeparture(at, Manner.FIN)


def test_dwelling_has_no_deadline_but_its_own_end() -> None:
    drove = drive(
        page,
        acts(shaken, Peer.end),
        departure=Departure(STAY, Manner.WS_CLOSE, dwell_s=4 * SOON_S),
        deadline_s=SOON_S,
    )
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert drove.record.phases_ms[Phase.ACTIVE] >= 4 * SOON_S * 1000


def test_pings_are_answered_while_dwelling_and_what_else_comes_is_let_pass() -> None:
    heard: list[object] = []

    def script(peer: Peer) -> None:
        shaken(peer)
        peer.say("2", '42["news",1]', '451-["blob",{"_placeholder":true,"num":0}]')
        peer.send(frame(b"blob", 0x82))
        heard.append(peer.hear())
        peer.send(frame(b"ws", 0x89))
        heard.append(peer.hear())
        heard.append(peer.hear())
        heard.append(peer.end())

    drive(page, script, departure=Departure(STAY, Manner.WS_CLOSE, dwell_s=4 * SOON_S))
    assert heard == [(0x81, b"3"), (0x8A, b"ws"), (0x88, b"\x03\xe9"), "fin"]


CLOCKS: list[tuple[str, list[Script], Manner, ActualDeparture]] = [
    ("while the page is asked for", [Peer.end], Manner.WS_CLOSE, ActualDeparture("P02", Manner.FIN)),
    ("upgrading", [page, Peer.end], Manner.RST, ActualDeparture("P12", Manner.RST)),
    (
        "connecting",
        [page, acts(AGREES, Peer.end)],
        Manner.WS_CLOSE,
        ActualDeparture("P15", Manner.WS_CLOSE),
    ),
    (
        "dwelling",
        [page, acts(shaken, Peer.end)],
        Manner.WS_CLOSE,
        ActualDeparture("P19", Manner.WS_CLOSE),
    ),
]


@pytest.mark.parametrize(
    ("scripts", "manner", "actual"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS]
)
def test_the_clock_ends_a_visit_wherever_it_is(
    scripts: list[Script], manner: Manner, actual: ActualDeparture
) -> None:
    drove = drive(*scripts, departure=Departure(BY_CLOCK, manner, after_s=2 * SOON_S))
    assert (drove.end, drove.record.actual) == ((Outcome.LEFT, None, None), actual)
    assert drove.record.left_s is not None
    assert drove.record.started_s is not None
    assert drove.record.left_s - drove.record.started_s >= 2 * SOON_S


BEFORE: list[tuple[str, Script]] = [
    ("P00", acts()),
    ("P01", acts()),
    ("P02", acts(Peer.request, sends(PAGE[:20]))),
    ("P03", acts(Peer.request, sends(PAGE))),
]


@pytest.mark.parametrize(("at", "script"), BEFORE, ids=[at for at, _ in BEFORE])
@pytest.mark.parametrize("manner", [Manner.FIN, Manner.RST, Manner.SILENT])
def test_before_the_socket_one_leaves_with_the_pages_connection(
    at: str, script: Script, manner: Manner
) -> None:
    ends: list[str] = []
    drove = drive(acts(script, lambda peer: ends.append(peer.end())), departure=Departure(at, manner))
    assert drove.record.actual == ActualDeparture(at, manner)
    assert drove.end == (Outcome.LEFT, None, None)
    assert drove.held == (manner is Manner.SILENT)
    assert ends == ["rst" if manner is Manner.RST else "fin"]


HALVES = [("P16b", connected, HANDSHAKE), ("P20", shaken, None)]


@pytest.mark.parametrize(("at", "go_along", "text"), HALVES, ids=["P16b", "P20"])
def test_half_a_frame_is_really_half(at: str, go_along: Callable[[Peer], None], text: str | None) -> None:
    halves: list[bytes] = []

    def script(peer: Peer) -> None:
        go_along(peer)
        peer.end()
        halves.append(peer.buffer)

    drove = drive(page, script, departure=Departure(at, Manner.FIN))
    assert drove.record.actual == ActualDeparture(at, Manner.FIN)
    (half,) = halves
    size = half[1] & 0x7F
    assert half[0] == 0x81
    assert text is None or size == len(text)
    assert len(half) == (size + 6) // 2


def test_a_handshake_that_nothing_answers_is_not_waited_for() -> None:
    app = PlainApp(Opening(HandshakeWay.EVENT, handshake=Handshake('42["hi"]')))

    def script(peer: Peer) -> None:
        connected(peer)
        assert peer.hear() == (0x81, b'42["hi"]')
        peer.end()

    drove = drive(page, script, app=app)
    assert drove.end == (Outcome.COMPLETED, None, None)


def test_a_page_without_a_handshake_dwells_from_connect_on() -> None:
    drove = drive(
        page,
        acts(connected, Peer.end),
        app=PlainApp(Opening(HandshakeWay.NONE)),
        departure=Departure("P18", Manner.FIN, dwell_s=SOON_S),
    )
    assert drove.record.actual == ActualDeparture("P19", Manner.FIN)
    assert [*drove.record.phases_ms] == [Phase.PAGE, Phase.OPEN, Phase.CONNECT, Phase.ACTIVE, Phase.LEAVING]


def test_silence_is_kept_and_the_page_connection_with_it_stays_the_tabs() -> None:
    drove = drive(page, acts(shaken, Peer.end), departure=Departure("P18", Manner.SILENT))
    assert (drove.record.actual, drove.held) == (ActualDeparture("P18", Manner.SILENT), 1)


def test_a_server_that_resets_before_the_visit_can_leave_has_lost_it() -> None:
    has_reset = threading.Event()

    class WaitingApp(PlainApp):
        def open(self, body: str, tab_id: str, navigation: str) -> Opening:
            assert has_reset.wait(10)
            return super().open(body, tab_id, navigation)

    drove = drive(
        acts(Peer.request, sends(PAGE), resets, lambda _: has_reset.set()),
        app=WaitingApp(),
        departure=Departure("P03", Manner.FIN),
    )
    assert drove.end == (Outcome.LOST, "the server reset the connection", None)
    assert drove.record.actual == ActualDeparture("P03", None)


def test_a_server_that_does_not_read_the_goodbye_is_left_at_the_deadline() -> None:
    has_left = threading.Event()
    app = PlainApp(Opening(HandshakeWay.NONE, disconnect="41" + "x" * (32 << 20)))

    with serve(page, acts(connected, lambda _: has_left.wait(10))) as served:
        deadlines_s = {Phase.LEAVING: SOON_S}
        driver = Driver(Target.resolve(served.url), app, deadlines_s, Keeper(), RUN, time.monotonic())
        tab = Tab()
        record = driver.visit(tab, Assignment(1, 0.0, "/", Departure("P16", Manner.SIO_DISCONNECT)))
        has_left.set()
        tab.close()
    assert (record.outcome, record.error) == (
        Outcome.TIMED_OUT,
        "the server does not read within the deadline",
    )
    assert record.actual == ActualDeparture("P16", Manner.FIN)


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
        def open(self, body: str, tab_id: str, navigation: str) -> Opening:
            raise KeyError(f"{body} {len(tab_id)} {len(navigation)}")

    drove = drive(page, app=BrokenApp())
    assert drove.end == (Outcome.FAILED, "a fault of loadtest's own", "KeyError('page 36 32')")


def test_headers_that_cannot_be_sent_are_a_mistake_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="is no header"):
        Driver(Target.resolve("http://127.0.0.1:1"), PlainApp(headers={"X": "a\nb"}), {}, Keeper(), RUN, 0.0)
