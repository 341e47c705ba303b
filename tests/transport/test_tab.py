"""A browser tab."""

import socket
import uuid

import pytest

from loadtest.navigation.journey import Move
from loadtest.navigation.opening import HandshakeWay, Opening
from loadtest.transport.line import Address, Line
from loadtest.transport.tab import Ahead, Shown, Tab
from tests.transport.server import serve


def test_each_tab_has_an_id_of_its_own() -> None:
    one, other = Tab(), Tab()
    assert str(uuid.UUID(one.tab_id)) == one.tab_id
    assert one.tab_id != other.tab_id


def test_closing_a_tab_closes_its_connection_once() -> None:
    ends: list[str] = []
    with serve(lambda peer: ends.append(peer.end())) as served:
        tab = Tab()
        tab.line = Line(Address(socket.AF_INET, ("127.0.0.1", served.port)))
        tab.line.finish_connecting()
        tab.close()
        assert tab.line is None
        tab.close()
    assert ends == ["fin"]


OPENING = Opening(HandshakeWay.NONE)


def tab_that_went(*moves: tuple[Move, str]) -> Tab:
    """Return a tab that has made these moves."""
    tab = Tab()
    for move, drawn in moves:
        tab.shows(tab.leads_to(move, drawn), move, OPENING)
    return tab


def pages(tab: Tab) -> list[str]:
    return [shown.page for shown in tab.history]


A, B = (Move.NAVIGATE, "/a"), (Move.NAVIGATE, "/b")

HISTORIES: list[tuple[list[tuple[Move, str]], list[str]]] = [
    ([A, B], ["/a", "/b"]),
    ([A, B, (Move.RELOAD, "/x")], ["/a", "/b"]),
    ([A, B, (Move.RECONNECT, "/x")], ["/a", "/b"]),
    ([A, B, (Move.BACK, "/x")], ["/a"]),
    ([A, B, (Move.BACK, "/x"), (Move.NAVIGATE, "/c")], ["/a", "/c"]),
    ([A, (Move.BACK, "/x")], ["/a", "/x"]),
    ([(Move.RELOAD, "/x")], ["/x"]),
    ([A, (Move.DUPLICATE, "/d"), (Move.PREFETCH, "/p"), (Move.ABANDON, "/q")], ["/a", "/d", "/p", "/q"]),
]


@pytest.mark.parametrize(("moves", "history"), HISTORIES)
def test_a_tab_keeps_its_history(moves: list[tuple[Move, str]], history: list[str]) -> None:
    assert pages(tab_that_went(*moves)) == history


def test_a_history_has_an_end() -> None:
    tab = tab_that_went(*((Move.NAVIGATE, f"/{number}") for number in range(30)))
    assert pages(tab) == [f"/{number}" for number in range(10, 30)]


CAN: list[tuple[list[tuple[Move, str]], set[Move]]] = [
    ([], {Move.BACK, Move.RELOAD, Move.RECONNECT}),
    ([A], {Move.BACK}),
    ([A, B], set()),
]


@pytest.mark.parametrize(("moves", "cannot"), CAN)
def test_a_tab_can_do_what_its_history_allows(moves: list[tuple[Move, str]], cannot: set[Move]) -> None:
    tab = tab_that_went(*moves)
    assert {move for move in Move if not tab.can(move)} == cannot


LEADS = [
    (Move.NAVIGATE, Shown("/x", "/b")),
    (Move.RELOAD, Shown("/b", "/a")),
    (Move.RECONNECT, Shown("/b", "/a")),
    (Move.BACK, Shown("/a", None)),
    (Move.DUPLICATE, Shown("/x", "/b")),
]


@pytest.mark.parametrize(("move", "shown"), LEADS)
def test_a_move_leads_to_a_page_with_the_referrer_that_it_had(move: Move, shown: Shown) -> None:
    assert tab_that_went(A, B).leads_to(move, "/x") == shown


def test_the_first_page_was_typed() -> None:
    assert Tab().leads_to(Move.NAVIGATE, "/x") == Shown("/x", None)


def test_a_page_ahead_is_taken_once_and_by_the_navigation_that_it_is_for() -> None:
    tab = Tab()
    assert tab.take_ahead(1) is None
    tab.ahead = ahead = Ahead(1, Shown("/a"), Move.NAVIGATE, 0.0, 5.0)
    assert tab.take_ahead(1) is ahead
    assert tab.take_ahead(1) is None
    tab.ahead = ahead
    assert tab.take_ahead(2) is None
    assert tab.ahead is None
