"""The README's tables are the code's own."""

from pathlib import Path

from loadtest.navigation.point import Manner

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

WIRE = {
    Manner.WS_CLOSE: 'WebSocket close frame 1001 "going away", then TCP close: a browser that navigates',
    Manner.FIN: "TCP close",
    Manner.RST: "TCP reset",
    Manner.SIO_DISCONNECT: "Socket.IO packet `41`, drained, then TCP close",
    Manner.EIO_CLOSE: "Engine.IO packet `1`, drained, then TCP close",
    Manner.SILENT: "nothing: the socket stays open and nobody answers pings, until the quiet is over",
}


def points_table() -> str:
    """Return the table of points as the README shows it."""
    return points_markdown()


def test_the_table_of_points_is_the_codes() -> None:
    assert points_table() in README, f"the README should hold:\n{points_table()}"


def test_the_table_of_manners_is_the_codes() -> None:
    for manner in Manner:
        assert f"| `{manner}` | {WIRE[manner]} |" in README
