"""One visit on a network: where it gets to, and what ends it."""

import threading
import time
from collections.abc import Callable

import gevent
import pytest

from loadtest.navigation.assertion import Assertion, Subject
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.navigation.states import Step
from loadtest.transport.conversation import Conversation
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.opening_steps import OPENING_STEPS
from loadtest.transport.tab import Tab
from loadtest.transport.talking_steps import TALKING_STEPS
from loadtest.transport.target import Target
from loadtest.transport.visitor import STEPS
from tests.transport.driving import AGREES, DEADLINE_S, RUN, SOON_S, connected, drive, page, shaken
from tests.transport.plain_app import HANDSHAKE, PlainApp
from tests.transport.server import (
    OPEN,
    PAGE,
    Peer,
    Script,
    acts,
    answer,
    frame,
    gets,
    resets,
    says,
    sends,
    serve,
    upgrades,
)


def test_every_step_but_leaving_is_done_by_something_and_only_one_thing() -> None:
    assert {*STEPS} == {*Step} - {Step.LEAVE}
    assert {*OPENING_STEPS} & {*TALKING_STEPS} == set()


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
    assert 2 * SOON_S <= drove.record.left_s - drove.record.started_s < DEADLINE_S


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


def silent_after(script: Script, at: str, then: Script | None = None) -> list[str]:
    """Leave silently at a point, go on with a page if there is a server for it, then release the keeper."""
    seen: list[str] = []
    is_seen = threading.Event()

    def look(peer: Peer) -> None:
        peer.sock.settimeout(SOON_S)
        try:
            seen.append(peer.end())
        except TimeoutError:
            seen.append("open")
        is_seen.set()
        peer.sock.settimeout(10)
        seen.append(peer.end())

    scripts = [acts(script, look)] if at == "P03" else [page, acts(script, look)]
    with serve(*scripts, *([then] if then else [])) as served:
        keeper = Keeper()
        driver = Driver(Target.resolve(served.url), PlainApp(), {}, keeper, RUN, time.monotonic())
        tab = Tab()
        record = driver.visit(tab, Assignment(1, 0.0, "/", Departure(at, Manner.SILENT)))
        assert record.actual == ActualDeparture(at, Manner.SILENT)
        if then:
            driver.visit(tab, Assignment(2, 0.0, "/", Departure("P03", Manner.FIN)))
        assert len(keeper) == 1
        assert is_seen.wait(10)
        keeper.release()
        tab.close()
    return seen


def test_who_leaves_silently_keeps_the_socket_open_until_the_keeper_lets_go() -> None:
    assert silent_after(shaken, "P18") == ["open", "fin"]


def test_a_page_connection_that_was_left_silently_is_not_used_again() -> None:
    assert silent_after(acts(Peer.request, sends(PAGE)), "P03", then=page) == ["open", "fin"]


def test_a_server_that_resets_before_the_visit_can_leave_has_lost_it() -> None:
    has_reset = threading.Event()

    class WaitingApp(PlainApp):
        def open(self, body: str, caller: Caller) -> Opening:
            assert has_reset.wait(10)
            return super().open(body, caller)

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


def test_what_must_come_is_judged_by_what_was_heard_before_leaving() -> None:
    """The goodbye takes half a second, for nobody answers it; nobody listened for what should come then."""
    steady = Assertion("it ticks", Subject.EVENT, "tick", within_s=0.2, every_s=0.3)
    later = Assertion("it rings", Subject.EVENT, "ring", within_s=0.4)
    leaving = Departure("P19", Manner.SIO_DISCONNECT, dwell_s=SOON_S)

    seen = drive(
        page, acts(shaken, says('42["tick"]'), Peer.end), departure=leaving, assertions=[steady, later]
    ).record

    assert seen.phases_ms[Phase.LEAVING] > 490
    assert seen.assertions == {}


def test_whoever_emits_to_a_server_that_takes_nothing_any_more_ends_at_the_deadline() -> None:
    """The first emit's POST is never answered; the second one waits for that."""

    def post_twice(peer: Peer) -> None:
        for _ in range(2):
            peer.post()
            peer.send(answer("ok"))
        peer.end()

    def talk(said: Conversation) -> None:
        said.emit("first")
        said.think(SOON_S)
        said.emit("second")

    with gevent.Timeout(DEADLINE_S):
        drove = drive(
            page,
            gets(OPEN, '40{"sid":"xyz"}', "430[true]"),
            post_twice,
            departure=Departure(STAY, Manner.FIN, Transport.POLLING),
            converse=talk,
            deadline_s=4 * SOON_S,
        )

    assert drove.end == (Outcome.TIMED_OUT, "the server does not read within the deadline", None)
