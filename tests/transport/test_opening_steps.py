"""How a visit opens its connection: what the server sees of each step."""

import pytest

from loadtest.navigation.departure import Departure
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, Outcome
from tests.transport.driving import drive, page
from tests.transport.plain_app import HANDSHAKE
from tests.transport.server import OPEN, Peer, answer, gets


@pytest.mark.parametrize("manner", [Manner.FIN, Manner.RST, Manner.WS_CLOSE, Manner.SILENT])
def test_while_it_upgrades_one_leaves_with_all_lines(manner: Manner) -> None:
    ends: dict[str, object] = {}

    def get(peer: Peer) -> None:
        peer.request()
        peer.send(answer(OPEN))
        peer.request()
        ends["get"] = peer.end()

    def probe(peer: Peer) -> None:
        peer.upgrade()
        if manner is Manner.WS_CLOSE:
            assert peer.hear() == (0x88, b"\x03\xe9")
        ends["socket"] = peer.end()

    drove = drive(page, get, probe, departure=Departure("P08", manner, Transport.UPGRADE))
    assert drove.record.actual == ActualDeparture("P08", manner)
    assert ends == dict.fromkeys(("get", "socket"), "rst" if manner is Manner.RST else "fin")
    assert drove.held == (2 if manner is Manner.SILENT else 0)


def test_an_upgraded_visit_talks_over_its_websocket_alone() -> None:
    heard: list[str] = []

    def probe(peer: Peer) -> None:
        peer.upgrade()
        heard.append(peer.hear()[1].decode())
        peer.say("3probe")
        heard.extend(peer.hear()[1].decode() for _ in range(2))
        peer.say("40{}")
        heard.append(peer.hear()[1].decode())
        peer.say("430[true]")
        peer.end()

    departure = Departure("P19", Manner.FIN, Transport.UPGRADE)
    drove = drive(page, gets(OPEN, "6"), probe, departure=departure)
    assert drove.end == (Outcome.LEFT, None, None)
    assert heard == ["2probe", "5", "40", HANDSHAKE]


def test_a_ping_amid_the_upgrade_is_answered_over_the_websocket_once_that_has_taken_over() -> None:
    heard: list[str] = []

    def probe(peer: Peer) -> None:
        peer.upgrade()
        peer.hear()
        peer.say("3probe")
        heard.extend(peer.hear()[1].decode() for _ in range(3))
        peer.end()

    departure = Departure("P15", Manner.FIN, Transport.UPGRADE)
    drove = drive(page, gets(OPEN, "2\x1e6"), probe, departure=departure)
    assert drove.end == (Outcome.LEFT, None, None)
    assert heard == ["5", "3", "40"]
