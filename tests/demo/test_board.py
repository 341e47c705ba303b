"""The demo board as its visitors meet it, and what its server logs of those who leave early."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket

from loadtest.demo.fault import Fault
from loadtest.navigation.opening import Caller, HandshakeWay
from loadtest.profile.load import load_profile
from tests.demo.boards import Board, Visitor, board

_POINTS = ("P14", "P15", "P16", "P16b", "P17", "P18", "P19", "P20")
_VISITS = 2
_SHOWS_AT = {
    Fault.NONE: (),
    Fault.HANDSHAKE_LOOKUP: ("P15", "P16", "P16b"),
    Fault.EARLY_LEAVE: ("P18",),
}


@pytest.fixture(scope="module", params=list(Fault))
def faulty(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Fault, Board]]:
    with board(request.param, tmp_path_factory.mktemp("board") / "log") as served:
        yield request.param, served


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with board(Fault.NONE, tmp_path_factory.mktemp("board") / "log") as served:
        yield served


def connected(served: Board) -> Visitor:
    visitor = Visitor(served.url)
    visitor.send("40")
    visitor.read_until("40")
    return visitor


@pytest.mark.parametrize("point", _POINTS)
def test_a_fault_shows_at_its_points_and_at_no_other(faulty: tuple[Fault, Board], point: str) -> None:
    fault, served = faulty
    before = served.errors()
    expected = _VISITS if point in _SHOWS_AT[fault] else 0

    for visitor in [Visitor(served.url) for _ in range(_VISITS)]:
        visitor.leave_at(point)

    served.await_errors(before + expected)
    served.go_round()
    assert served.errors() - before == expected


def test_everybody_gets_a_page_with_an_id_of_their_own(mended: Board) -> None:
    one, other = Visitor(mended.url), Visitor(mended.url)

    assert one.id != other.id
    assert "VISITOR_ID" not in one.page
    assert "://" not in one.page.replace("data:,", "")  # it works offline
    one.leave()
    other.leave()


def test_pings_are_frequent(mended: Board) -> None:
    visitor = Visitor(mended.url)

    opened = json.loads(visitor.opened[1:])
    assert (opened["pingInterval"], opened["pingTimeout"]) == (2000, 1000)
    visitor.leave()


def test_a_note_is_pinned_for_those_who_are_here_and_those_who_come(mended: Board) -> None:
    one, other = connected(mended), connected(mended)
    one.join()
    other.join()

    one.send('42["note","milk"]')

    note = {"visitor": one.id, "text": "milk"}
    assert json.loads(other.read_until('42["note"')[2:]) == ["note", note]
    late = connected(mended)
    assert json.loads(late.join()[3:]) == [[note]]
    for visitor in (one, other, late):
        visitor.leave()


def test_who_stays_is_announced_and_who_leaves_is_taken_back(mended: Board) -> None:
    one, other = connected(mended), connected(mended)
    one.join()
    other.join()
    other.read_until('42["present",2]')

    one.leave()

    assert other.read_until('42["present",1]') == '42["present",1]'
    other.leave()


def test_there_is_only_the_board(mended: Board) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{mended.url}other", timeout=10)
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(f"{mended.url.replace('http', 'ws')}other", timeout=10)


def test_the_demos_profile_fits_the_demos_page(mended: Board) -> None:
    visitor = Visitor(mended.url)
    opening = load_profile("demo").app.open(visitor.page, Caller("tab", "0" * 32))

    assert opening.way is HandshakeWay.EVENT
    assert opening.handshake is not None
    assert opening.handshake.packet == visitor.handshake
    visitor.leave()


def test_a_closing_board_ends_with_status_0_whoever_is_there(tmp_path: Path) -> None:
    with board(Fault.NONE, tmp_path / "log") as served:
        visitor = Visitor(served.url)
        served.process.terminate()
        assert served.process.wait(20) == 0
        visitor.leave()
