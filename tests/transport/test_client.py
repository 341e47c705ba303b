"""One visit's client: what it hears, and how its page opens its socket again."""

import dataclasses
import re

import pytest

from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.opening import Again, Handshake, HandshakeWay, Opening
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.transport.driver import Assignment
from tests.transport.driving import SOON_S, drive, driver_of, page
from tests.transport.plain_app import HANDSHAKE, PlainApp
from tests.transport.server import OPEN, Peer, Script, frame, serve

PLAIN = Opening(HandshakeWay.EVENT, query="next=0", handshake=Handshake(HANDSHAKE, ack_id=0))


def opening_from(number: int) -> Opening:
    return dataclasses.replace(PLAIN, query=f"next={number}", again=AGAIN)


AGAIN = Again("_id", opening_from)
NUMBERED = PlainApp(opening_from(0))


def asks(into: list[str], *texts: str) -> Script:
    """Shake hands, say something, and keep the number that the socket was asked for with."""

    def script(peer: Peer) -> None:
        head = peer.upgrade(frame(OPEN))
        found = re.search(rb"next=(\d+)", head)
        assert found is not None
        into.append(found[1].decode())
        peer.hear()
        peer.say("40{}")
        peer.hear()
        peer.say("430[true]", *texts)
        peer.end()

    return script


SAID = [
    (('42["update",{"_id":6}]', '42["update",{"_id":7}]', '42["update",{"_id":3}]'), "8"),
    (('42["update",{"_id":"6"}]', '42["update"]', '42["update",[6]]', '42["update",{"id":6}]', "42{}"), "0"),
    ((), "0"),
]


@pytest.mark.parametrize(("texts", "number"), SAID)
def test_a_page_whose_messages_are_numbered_reconnects_from_the_next_one(
    texts: tuple[str, ...], number: str
) -> None:
    asked: list[str] = []
    with serve(page, asks(asked, *texts), asks(asked)) as served:
        driver = driver_of(served, NUMBERED, has_reconnects=True)
        tab = driver.new_tab(0)
        stays = Departure(STAY, Manner.WS_CLOSE, dwell_s=2 * SOON_S)
        records = [
            driver.visit(tab, Assignment(1, 0.0, "/", stays)),
            driver.visit(tab, Assignment(2, 0.0, "/", stays, Move.RECONNECT)),
        ]
        tab.close()
    assert [record.outcome for record in records] == [Outcome.COMPLETED] * 2
    assert asked == ["0", number]


def test_a_visit_that_reconnects_by_itself_counts_too() -> None:
    asked: list[str] = []

    def first(peer: Peer) -> None:
        peer.upgrade(frame(OPEN))
        asked.append("first")
        peer.hear()
        peer.say('42["update",{"_id":4}]', "40{}")
        peer.hear()
        peer.say("430[true]")
        peer.end()

    drove = drive(
        page, first, asks(asked), app=NUMBERED, departure=Departure("P25", Manner.FIN, dwell_s=SOON_S)
    )
    assert drove.record.actual == ActualDeparture("P25", Manner.FIN)
    assert asked == ["first", "5"]


def test_a_message_that_is_no_json_ends_only_who_listens_to_it() -> None:
    asked: list[str] = []
    stays = Departure(STAY, Manner.WS_CLOSE, dwell_s=2 * SOON_S)
    deaf = drive(page, asks(asked, '42["update"'), app=PlainApp(PLAIN), departure=stays)
    assert deaf.end == (Outcome.COMPLETED, None, None)
    hears = drive(
        page, asks(asked, '42["update"'), departure=stays, app=PlainApp(PLAIN), converse=lambda _: None
    )
    assert hears.end[:2] == (Outcome.FAILED, "not the Socket.IO protocol")
