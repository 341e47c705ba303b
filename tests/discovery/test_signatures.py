"""How each framework is told."""

import pytest

from loadtest.discovery.engine import Engine, Family
from loadtest.discovery.signatures import SIGNATURES, by_engine, by_page
from loadtest.navigation.packet import Open
from loadtest.navigation.point import Transport


@pytest.mark.parametrize(
    ("page", "framework", "version", "path"),
    [
        (
            '<script src="/_nicegui/2.11.0/static/nicegui.js">',
            "NiceGUI",
            "2.11.0",
            "/_nicegui_ws/socket.io/",
        ),
        (
            '{"imports": {"vue": "/sub/app/_nicegui/3.18.0/static/vue.js"}}',
            "NiceGUI",
            "3.18.0",
            "/sub/app/_nicegui_ws/socket.io/",
        ),
        ('<meta property="og:root_path" content="">', "Chainlit", None, "/ws/socket.io/"),
        ('<meta property="og:root_path" content="/chat">', "Chainlit", None, "/chat/ws/socket.io/"),
    ],
)
def test_a_page_tells_its_framework(page: str, framework: str, version: str | None, path: str) -> None:
    match = by_page(page)

    assert match is not None
    assert (match.signature.framework, match.version, match.socket_paths[0]) == (framework, version, path)


def test_a_page_that_tells_none_is_none() -> None:
    assert by_page("<html>nicegui, chainlit, reflex</html>") is None


@pytest.mark.parametrize(
    ("family", "path", "server", "preset", "is_sure"),
    [
        (Family.PYTHON, "/_event/", "uvicorn", "reflex", True),
        (Family.PYTHON, "/socket.io/", "Werkzeug/3.1.9 Python/3.11.7", "flask-socketio", False),
        (Family.PYTHON, "/socket.io/", "uvicorn", "python-socketio", True),
        (Family.NODE, "/socket.io/", "Express", "socketio-node", True),
        (Family.NODE, "/socket.io/", "", "socketio-node", False),
    ],
)
def test_a_server_tells_its_framework(
    family: Family, path: str, server: str, preset: str, is_sure: bool
) -> None:
    engine = Engine(path, (Transport.WEBSOCKET,), Open("x", 25, 20), family, server)

    match = by_engine(engine, "")

    assert match is not None
    assert (match.signature.preset, match.signature.is_sure) == (preset, is_sure)
    assert by_engine(Engine(path, (), engine.open, family, ""), server) == match  # the page may say it too


def test_a_server_of_another_kind_is_none() -> None:
    engine = Engine("/socket.io/", (Transport.WEBSOCKET,), Open("x", 25, 20), Family.OTHER, "")

    assert by_engine(engine, "") is None


def test_every_row_names_something_to_be_told_by() -> None:
    for row in SIGNATURES:
        assert row.page or row.family or row.server, row.framework
