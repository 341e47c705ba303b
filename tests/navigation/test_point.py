"""The table of points: where a visit can end, over what, and how."""

import pytest

from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.point import POINTS, Manner, Point, Transport, find_point

WEBSOCKET, POLLING, UPGRADE = Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE


def test_points_stand_in_the_order_of_a_connections_life_then_those_with_a_history() -> None:
    assert " ".join(POINTS) == (
        "P00 P01 P02 P03 P04 P05 P06 P06b P07 P07b P08 P09 P10 P11 P12 P13 P14 P15 P16 P16b P17 P18 P19 P20 "
        "P20b P21 P22 P23 P24 P25 P26"
    )


@pytest.mark.parametrize("word", ["P16", "before_handshake"])
def test_a_point_is_found_by_its_id_and_by_its_name(word: str) -> None:
    assert find_point(word) is POINTS["P16"]


@pytest.mark.parametrize("word", ["P99", "p16", "", STAY, BY_CLOCK])
def test_other_words_are_no_points(word: str) -> None:
    assert find_point(word) is None


def test_no_two_points_share_a_name() -> None:
    assert len({point.name for point in POINTS.values()}) == len(POINTS)


@pytest.mark.parametrize(
    ("point", "transport", "manners"),
    [
        ("P03", WEBSOCKET, "fin rst silent"),
        ("P04", POLLING, "fin rst silent"),
        ("P05", UPGRADE, "eio_close fin rst silent"),
        ("P06", POLLING, "eio_close fin rst silent sio_disconnect"),
        ("P06b", POLLING, "fin rst silent"),
        ("P07", POLLING, "fin rst silent sio_disconnect"),
        ("P07b", POLLING, "eio_close"),
        ("P08", UPGRADE, "fin rst silent ws_close"),
        ("P11", UPGRADE, "eio_close fin rst silent ws_close"),
        ("P12", WEBSOCKET, "fin rst silent"),
        ("P13", WEBSOCKET, "fin rst silent ws_close"),
        ("P14", WEBSOCKET, "eio_close fin rst silent ws_close"),
        ("P15", UPGRADE, "eio_close fin rst silent sio_disconnect ws_close"),
        ("P16", POLLING, "eio_close fin rst silent sio_disconnect"),
        ("P16b", WEBSOCKET, "fin rst silent"),
        ("P20", UPGRADE, "fin rst silent"),
        ("P20b", POLLING, "fin rst silent"),
        ("P22", WEBSOCKET, "eio_close fin rst silent ws_close"),
        ("P26", WEBSOCKET, "eio_close fin rst silent sio_disconnect ws_close"),
    ],
)
def test_a_point_allows_only_what_can_be_said_there(point: str, transport: Transport, manners: str) -> None:
    assert " ".join(sorted(POINTS[point].manners[transport])) == manners


@pytest.mark.parametrize(
    ("point", "transports"),
    [
        ("P03", "polling upgrade websocket"),
        ("P05", "polling upgrade"),
        ("P06", "polling"),
        ("P10", "upgrade"),
        ("P12", "websocket"),
        ("P15", "upgrade websocket"),
        ("P16", "polling upgrade websocket"),
        ("P19", "upgrade websocket"),
        ("P25", "polling upgrade websocket"),
    ],
)
def test_a_point_is_reached_over_some_transports(point: str, transports: str) -> None:
    assert " ".join(sorted(POINTS[point].manners)) == transports


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_point_says_why_exactly_when_a_transport_that_comes_here_lacks_a_manner(point: Point) -> None:
    lacks = any(manners != frozenset(Manner) for manners in point.manners.values())

    assert bool(point.why_not) == lacks


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_point_says_why_exactly_when_a_transport_never_comes_here(point: Point) -> None:
    assert bool(point.why_no_transport) == (set(point.manners) != set(Transport))


def test_the_ways_to_leave_at_a_point_stand_in_the_order_of_their_tables() -> None:
    assert list(POINTS["P05"].ways()) == [
        (transport, manner)
        for transport in (POLLING, UPGRADE)
        for manner in (Manner.FIN, Manner.RST, Manner.EIO_CLOSE, Manner.SILENT)
    ]
    assert POINTS["P05"].all_manners == {Manner.FIN, Manner.RST, Manner.EIO_CLOSE, Manner.SILENT}
    assert POINTS["P16"].all_manners == set(Manner)


def test_who_leaves_while_a_handler_runs_must_not_wait() -> None:
    assert [point.id for point in POINTS.values() if point.is_fleeting] == ["P06", "P15", "P17", "P23"]
