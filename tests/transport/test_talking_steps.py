"""How a visit talks: what the server sees of each step, and who watches."""

import threading

import pytest

from loadtest.navigation.assertion import Assertion, Begin, Subject
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import Handshake, HandshakeWay, Namespace, Opening
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.transport.conversation import Conversation
from tests.transport.driving import SOON_S, connected, drive, page, shaken
from tests.transport.plain_app import HANDSHAKE, PlainApp
from tests.transport.server import OPEN, Peer, Script, acts, answer, frame, gets, posts, sends, upgrades

CHAT = Namespace("/chat", "40/chat,", "41/chat,")
IN_TWO = PlainApp(
    Opening(HandshakeWay.EVENT, handshake=Handshake(HANDSHAKE, ack_id=0), others=(CHAT,)),
    namespaces=("/", "/chat"),
)
DWELLS = Departure(STAY, Manner.WS_CLOSE, dwell_s=4 * SOON_S)
OPEN_SOON = OPEN.replace("25000", "1")


def hears(into: list[str], go_along: Script | None = None, *texts: str) -> Script:
    """Go along, say something, then write down the text frames that come, up to the end."""

    def script(peer: Peer) -> None:
        if go_along is not None:
            go_along(peer)
        peer.say(*texts)
        while peer.comes():
            first, payload = peer.hear()
            into.append(payload.decode() if first == 0x81 else f"{first:#x} {payload.hex()}")

    return script


AGREES = upgrades(frame(OPEN))


def in_two(peer: Peer) -> None:
    AGREES(peer)
    assert [peer.hear(), peer.hear()] == [(0x81, b"40"), (0x81, b"40/chat,")]
    peer.say("40/chat,{}", "40{}")
    assert peer.hear() == (0x81, HANDSHAKE.encode())
    peer.say("430[true]")


OWN = '42["loadtest","no page sends this"]'


def left(at: str, manner: Manner, script: Script, app: PlainApp = PlainApp()) -> None:  # noqa: B008  # frozen
    drove = drive(page, script, departure=Departure(at, manner), app=app)
    assert drove.end == (Outcome.LEFT, None, None)
    assert drove.record.actual == ActualDeparture(at, manner)


def test_an_early_event_comes_before_connect() -> None:
    heard: list[str] = []
    left("P22", Manner.FIN, hears(heard, AGREES))
    assert heard == [HANDSHAKE]
    left("P22", Manner.FIN, hears(heard, AGREES), PlainApp(Opening(HandshakeWay.NONE)))
    assert heard == [HANDSHAKE, OWN]


def test_back_to_back_everything_is_sent_and_nothing_waited_for() -> None:
    heard: list[str] = []
    left("P23", Manner.WS_CLOSE, hears(heard, AGREES), IN_TWO)
    assert heard == ["40", "40/chat,", HANDSHAKE, "0x88 03e9"]


def test_two_connects_are_sent_for_the_apps_own_namespace() -> None:
    heard: list[str] = []

    def script(peer: Peer) -> None:
        AGREES(peer)
        heard.extend(peer.hear()[1].decode() for _ in range(3))
        peer.say("40{}", "40{}", "40/chat,{}")
        heard.append(peer.hear()[1].decode())
        peer.say("430[true]")
        peer.end()

    left("P24", Manner.FIN, script, IN_TWO)
    assert heard == ["40", "40", "40/chat,", HANDSHAKE]


def test_half_a_binary_event_is_a_header_without_its_attachment() -> None:
    heard: list[str] = []
    left("P20b", Manner.FIN, hears(heard, shaken))
    assert heard == ['451-["loadtest",{"_placeholder":true,"num":0}]']


@pytest.mark.parametrize(
    ("manner", "goodbye"),
    [(Manner.FIN, []), (Manner.SIO_DISCONNECT, ["41"]), (Manner.WS_CLOSE, ["0x88 03e9"])],
)
def test_a_namespace_is_left_once_and_the_others_as_the_manner_says(
    manner: Manner, goodbye: list[str]
) -> None:
    heard: list[str] = []

    def script(peer: Peer) -> None:
        in_two(peer)
        while peer.comes():
            first, payload = peer.hear()
            if first == 0x89:
                peer.send(frame(payload, 0x8A))
            else:
                heard.append(payload.decode() if first == 0x81 else f"{first:#x} {payload.hex()}")

    left("P26", manner, script, IN_TWO)
    assert heard == ["41/chat,", *goodbye]


def test_a_ping_is_left_unanswered_at_its_point_and_answered_before() -> None:
    heard: list[str] = []

    def script(peer: Peer) -> None:
        peer.upgrade(frame(OPEN) + frame("2"))
        heard.append(peer.hear()[1].decode())
        peer.say("40{}")
        heard.extend(peer.hear()[1].decode() for _ in range(2))
        peer.say("430[true]", "2")
        while peer.comes():  # up to the one that it does not answer
            assert peer.hear() == (0x81, b"3")
            peer.say("2")

    drove = drive(page, script, departure=Departure("P21", Manner.FIN, dwell_s=SOON_S))
    assert drove.end == (Outcome.LEFT, None, None)
    assert heard == ["40", "3", HANDSHAKE]
    assert drove.record.actual == ActualDeparture("P21", Manner.FIN)


def test_a_ping_that_never_comes_is_told() -> None:
    def script(peer: Peer) -> None:
        peer.upgrade(frame(OPEN_SOON))
        peer.hear()
        peer.say("40{}")
        peer.hear()
        peer.say("430[true]")
        peer.end()

    drove = drive(page, script, departure=Departure("P21", Manner.FIN), deadline_s=2 * SOON_S)
    assert drove.end == (Outcome.TIMED_OUT, "no PING within the interval that the server named", None)
    assert drove.record.actual == ActualDeparture("P19", Manner.FIN)


def test_over_polling_a_ping_is_left_unanswered_too() -> None:
    posted: list[str] = []
    drove = drive(
        page,
        gets(OPEN, "40", '430[true]\x1e42["news"]\x1e2'),
        posts(posted),
        departure=Departure("P21", Manner.FIN, Transport.POLLING),
    )
    assert drove.record.actual == ActualDeparture("P21", Manner.FIN)
    assert posted == ["40", HANDSHAKE]


def test_over_polling_a_goodbye_is_posted_and_its_answer_waited_for() -> None:
    for manner, at, goodbye in ((Manner.EIO_CLOSE, "P07b", "1"), (Manner.SIO_DISCONNECT, "P07", "41")):
        posted: list[str] = []
        drove = drive(
            page,
            gets(OPEN, "40", "430[true]"),
            posts(posted),
            departure=Departure(at, manner, Transport.POLLING),
        )
        assert drove.end == (Outcome.LEFT, None, None)
        assert drove.record.actual == ActualDeparture(at, manner)
        assert posted == ["40", HANDSHAKE, goodbye]


@pytest.mark.parametrize("manner", [Manner.FIN, Manner.RST, Manner.SILENT])
def test_over_polling_one_leaves_with_both_lines(manner: Manner) -> None:
    ends: list[str] = []

    def get(peer: Peer) -> None:
        for payload in (OPEN, "40", "430[true]"):
            peer.request()
            peer.send(answer(payload))
        ends.append(peer.end())

    def post(peer: Peer) -> None:
        for _ in range(2):
            peer.post()
            peer.send(answer("ok"))
        ends.append(peer.end())

    drove = drive(page, get, post, departure=Departure("P07", manner, Transport.POLLING))
    assert drove.record.actual == ActualDeparture("P07", manner)
    assert ends == ["rst" if manner is Manner.RST else "fin"] * 2
    assert drove.held == (2 if manner is Manner.SILENT else 0)


WELCOME = Assertion("welcome", Subject.EVENT, "welcome", within_s=SOON_S)
ONCE = Assertion("once", Subject.EVENT, "welcome", within_s=SOON_S, times=1)
FIRST = Assertion("first", Subject.EVENT, "hello", after=Begin.CONNECT, within_s=SOON_S)
SHOOK = Assertion("shook", Subject.ACK, "handshake", within_s=SOON_S, equals=[True])


def greets(*texts: str) -> Script:
    def script(peer: Peer) -> None:
        shaken(peer)
        peer.say(*texts)
        peer.end()

    return script


def test_assertions_watch_from_connect_and_handshake_on() -> None:
    def script(peer: Peer) -> None:
        connected(peer)
        peer.say('42["hello"]')
        peer.hear()
        peer.say("430[true]", '42["welcome",1]')
        peer.end()

    drove = drive(page, script, departure=DWELLS, assertions=[WELCOME, ONCE, FIRST, SHOOK])
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert drove.record.assertions == {"welcome": None, "once": None, "first": None, "shook": None}
    assert drove.record.breaches == {}


def test_what_does_not_come_is_a_breach_and_the_visit_goes_on() -> None:
    drove = drive(page, greets('42["other"]'), departure=DWELLS, assertions=[WELCOME])
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert drove.record.breaches == {"welcome": "did not come within 0.05 s"}


def test_who_leaves_before_its_assertions_can_be_judged_is_not_judged() -> None:
    drove = drive(page, greets(), departure=Departure("P18", Manner.FIN), assertions=[WELCOME])
    assert drove.record.assertions == {}


def test_without_a_handshake_connect_starts_both() -> None:
    def script(peer: Peer) -> None:
        connected(peer)
        peer.say('42["hello"]', '42["welcome"]')
        peer.end()

    drove = drive(
        page,
        script,
        app=PlainApp(Opening(HandshakeWay.NONE)),
        departure=DWELLS,
        assertions=[WELCOME, FIRST],
    )
    assert drove.record.assertions == {"welcome": None, "first": None}


def test_assertions_start_afresh_with_another_connection() -> None:
    drove = drive(
        page,
        greets('42["welcome"]'),
        greets(),
        departure=Departure("P25", Manner.WS_CLOSE, dwell_s=4 * SOON_S),
        assertions=[WELCOME],
    )
    assert drove.record.assertions == {"welcome": "did not come within 0.05 s"}


JOINED = Assertion("joined", Subject.ACK, "join", within_s=SOON_S, equals=[True])
AFTER = Assertion("after", Subject.EVENT, "news", after=Begin.STEPS, within_s=SOON_S)


def joins(reply: str) -> Script:
    def script(peer: Peer) -> None:
        shaken(peer)
        assert peer.hear() == (0x81, b'421["join"]')
        peer.say(reply)
        peer.say('42["news"]')
        peer.end()

    return script


@pytest.mark.parametrize(("reply", "wrong"), [("431[true]", None), ("431[false]", "came with [False]")])
def test_an_acknowledgement_of_a_step_is_watched(reply: str, wrong: str | None) -> None:
    drove = drive(
        page,
        joins(reply),
        departure=DWELLS,
        assertions=[JOINED, AFTER],
        converse=lambda talk: talk.think(SOON_S) if talk.call("join") else None,
    )
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert drove.record.assertions["joined"] == wrong


def joining(talk: Conversation) -> None:
    talk.call("join", within_s=3 * SOON_S)


def waiting(talk: Conversation) -> None:
    talk.wait_for("welcome", within_s=5 * SOON_S)


def test_an_acknowledgement_that_a_step_waits_for_in_vain_is_a_breach_too() -> None:
    drove = drive(
        page,
        greets(),
        departure=DWELLS,
        assertions=[JOINED],
        converse=joining,
    )
    assert drove.end == (Outcome.TIMED_OUT, "no acknowledgement of 'join' within the deadline", None)
    assert drove.record.assertions == {"joined": "did not come within 0.05 s"}


def test_a_check_of_the_steps_is_an_assertion_of_the_record() -> None:
    def converse(talk: Conversation) -> None:
        talk.check(talk.wait_for("welcome") == [1], "welcome is one", "it is two")
        talk.check(False, "never", "as expected")

    drove = drive(page, greets('42["welcome",1]'), departure=DWELLS, converse=converse)
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert drove.record.assertions == {"welcome is one": None, "never": "as expected"}


def test_binary_goes_both_ways() -> None:
    def script(peer: Peer) -> None:
        shaken(peer)
        assert peer.hear() == (0x81, b'451-1["file",{"_placeholder":true,"num":0}]')
        assert peer.hear() == (0x82, b"\x00\xff")
        peer.say('461-1[{"_placeholder":true,"num":0}]')
        peer.send(frame(b"\xff\x00", 0x82))
        peer.end()

    answers: list[object] = []
    drove = drive(
        page, script, departure=DWELLS, converse=lambda talk: answers.extend(talk.call("file", b"\x00\xff"))
    )
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert answers == [b"\xff\x00"]


def test_binary_goes_both_ways_over_polling() -> None:
    posted: list[str] = []
    answers: list[object] = []
    drove = drive(
        page,
        gets(OPEN, "40", "430[true]", '461-1[{"_placeholder":true,"num":0}]\x1eb/wA='),
        posts(posted),
        departure=Departure(STAY, Manner.FIN, Transport.POLLING, dwell_s=SOON_S),
        converse=lambda talk: answers.extend(talk.call("file", b"\x00\xff")),
    )
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert posted[2:] == ['451-1["file",{"_placeholder":true,"num":0}]\x1ebAP8=']
    assert answers == [b"\xff\x00"]


ENDS: list[tuple[str, Script, tuple[Outcome, str | None, str | None]]] = [
    (
        "in vain",
        greets('42["other"]'),
        (Outcome.TIMED_OUT, "no event 'welcome' within the deadline", None),
    ),
    ("DISCONNECT", greets("41"), (Outcome.LOST, "the server sent DISCONNECT", None)),
    ("the end", shaken, (Outcome.LOST, "the server closed the connection", None)),
    (
        "a close frame",
        acts(shaken, sends(frame(b"\x03\xf3oops", 0x88)), Peer.end),
        (Outcome.LOST, "the server closed the WebSocket", "1011 oops"),
    ),
    (
        "half a message",
        acts(shaken, sends(frame('42["welcome"]')[:6]), Peer.end),
        (Outcome.TIMED_OUT, "half a message, and no rest within the deadline", None),
    ),
    (
        "no JSON",
        greets('42["welcome"'),
        (Outcome.FAILED, "not the Socket.IO protocol", "a event packet without JSON: '[\"welcome\"'"),
    ),
]


@pytest.mark.parametrize(("script", "end"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS])
def test_what_ends_a_wait_of_the_steps_ends_the_visit(
    script: Script, end: tuple[Outcome, str | None, str | None]
) -> None:
    drove = drive(
        page,
        script,
        departure=DWELLS,
        deadline_s=3 * SOON_S,
        converse=waiting,
    )
    assert drove.end == end
    assert drove.record.actual is not None
    assert drove.record.actual.at == "P18"


@pytest.mark.parametrize("sent", [b"", frame('42["welcome"]')[:6]], ids=["silence", "half a message"])
def test_the_clock_ends_a_visit_amid_its_steps(sent: bytes) -> None:
    drove = drive(
        page,
        acts(shaken, sends(sent), Peer.end),
        departure=Departure(BY_CLOCK, Manner.FIN, after_s=2 * SOON_S),
        converse=waiting,
    )
    assert drove.end == (Outcome.LEFT, None, None)
    assert drove.record.actual == ActualDeparture("P18", Manner.FIN)


def test_pings_are_answered_while_the_steps_think() -> None:
    heard: list[str] = []
    drove = drive(
        page,
        hears(heard, shaken, "2", '42["news"]', "2"),
        departure=Departure(STAY, Manner.WS_CLOSE),
        converse=lambda talk: talk.think(2 * SOON_S),
    )
    assert drove.end == (Outcome.COMPLETED, None, None)
    assert heard == ["3", "3", "0x88 03e9"]


def test_values_of_the_page_are_known_to_the_steps() -> None:
    known: list[object] = []
    app = PlainApp(Opening(HandshakeWay.NONE, values={"client_id": "c0ffee"}))
    drive(
        page,
        acts(connected, Peer.end),
        app=app,
        departure=Departure(STAY, Manner.WS_CLOSE),
        converse=lambda talk: known.append(dict(talk.values)),
    )
    assert known == [{"client_id": "c0ffee"}]


def test_a_wait_that_is_broken_off_in_a_long_frame_goes_on_where_it_was() -> None:
    has_thought = threading.Event()
    news = frame('42["news","' + "x" * 70_000 + "\u0081 " + "1" * 40 + '"]')
    cut = news.index(b"\x81 ")  # where the rest looks like a frame of its own, an Engine.IO close

    def script(peer: Peer) -> None:
        shaken(peer)
        peer.send(news[:cut])
        assert has_thought.wait(10)
        peer.send(news[cut:] + frame("2"))
        assert peer.hear() == (0x81, b"41")  # nobody answered the ping
        peer.end()

    drove = drive(
        page,
        script,
        departure=Departure("P21", Manner.SIO_DISCONNECT, dwell_s=SOON_S, after_s=0.0),
        converse=lambda _: threading.Timer(4 * SOON_S, has_thought.set).start(),
    )
    assert drove.record.actual == ActualDeparture("P21", Manner.SIO_DISCONNECT)
