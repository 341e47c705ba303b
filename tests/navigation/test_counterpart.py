"""What stands for a point over a transport that never comes to it, and how a browser leaves there."""

import pytest

from loadtest.navigation.counterpart import browser_manner, counterpart
from loadtest.navigation.point import POINTS, Manner, Transport

WEBSOCKET, POLLING, UPGRADE = Transport
NOWHERE = {
    WEBSOCKET: {"P06b", "P07b", "P08", "P09", "P10", "P11"},
    POLLING: {"P08", "P09", "P10", "P11", "P20"},
    UPGRADE: {"P06b", "P07b"},
}


@pytest.mark.parametrize("transport", Transport)
def test_a_point_is_itself_or_one_that_the_transport_comes_to_or_nowhere(transport: Transport) -> None:
    there = {at: counterpart(point, transport) for at, point in POINTS.items()}

    assert {at for at, other in there.items() if other is None} == NOWHERE[transport]
    assert all(transport in other.manners for other in there.values() if other)
    assert all(there[at] is point for at, point in POINTS.items() if transport in point.manners)


@pytest.mark.parametrize(
    ("at", "transport", "other"),
    [
        ("P15", POLLING, "P06"),
        ("P19", POLLING, "P07"),
        ("P14", UPGRADE, "P05"),
        ("P13", POLLING, "P04"),
        ("P06", UPGRADE, "P15"),
        ("P04", WEBSOCKET, "P12"),
    ],
)
def test_what_stands_for_a_point_is_as_far_on(at: str, transport: Transport, other: str) -> None:
    assert counterpart(POINTS[at], transport) is POINTS[other]


@pytest.mark.parametrize(
    ("at", "transport", "manner"),
    [
        ("P16", WEBSOCKET, Manner.WS_CLOSE),
        ("P16", POLLING, Manner.FIN),
        ("P16b", WEBSOCKET, Manner.FIN),
        ("P07b", POLLING, Manner.EIO_CLOSE),
    ],
)
def test_a_browser_sends_a_close_frame_where_it_can(at: str, transport: Transport, manner: Manner) -> None:
    assert browser_manner(POINTS[at], transport) is manner
