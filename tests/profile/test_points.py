from loadtest.navigation.point import POINTS, Manner
from loadtest.profile.points import manners_markdown, points_markdown, points_text


def test_the_markdown_has_a_row_for_each_point_and_each_manner() -> None:
    assert [line.split(" | ")[0] for line in points_markdown().splitlines()[2:]] == [
        f"| {at}" for at in POINTS
    ]
    assert [line.split(" | ")[0] for line in manners_markdown().splitlines()[2:]] == [
        f"| `{manner}`" for manner in Manner
    ]


def test_manners_are_told_once_for_the_transports_that_share_them() -> None:
    rows = points_markdown().splitlines()
    assert (
        "| P16 | `before_handshake` | read the CONNECT reply, handshake not sent | all "
        "| all; over polling all but `ws_close` |"
    ) in rows
    assert (
        "| P05 | `poll_opened` | read the polling open packet, no CONNECT sent | polling, upgrade "
        "| `fin`, `rst`, `eio_close`, `silent` |"
    ) in rows


def test_the_text_says_why_a_transport_or_a_manner_cannot_be_had() -> None:
    lines = [*points_text()]
    begin = lines.index("P06   poll_connecting    posted CONNECT, reply not polled")
    assert lines[begin + 1 : begin + 4] == [
        "      over polling: all but ws_close",
        "      not over websocket, upgrade: over a WebSocket that is P15",
        "      no ws_close: long-polling has no WebSocket",
    ]
    assert "rst             TCP reset" in lines


def test_no_line_is_wider_than_a_wide_terminal() -> None:
    assert max(map(len, points_text())) <= 120
