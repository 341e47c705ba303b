"""Errors that are a framework's own."""

import asyncio
import traceback

import pytest
import socketio

from loadtest.report.known_errors import KNOWN_ERRORS, KnownError, known_error
from tests.report.tracebacks import GONE, HALF_JSON, HALF_PACKET


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (GONE, "KeyError in handle_request"),
        (
            GONE.replace("engineio/async_server.py", "engineio/asyncio_server.py"),
            "KeyError in handle_request",
        ),
        (GONE.replace("/", "\\"), "KeyError in handle_request"),
        (HALF_PACKET, "TypeError in _handle_event"),
        (HALF_PACKET.replace("socketio/async_server.py", "socketio/server.py"), "TypeError in _handle_event"),
        (HALF_JSON, "JSONDecodeError in decode"),
    ],
)
def test_a_frameworks_own_error_is_known_by_the_end_of_its_traceback(text: str, what: str) -> None:
    found = known_error(text)

    assert found is not None
    assert found.what == what


_DEEPER = '  File "/srv/app/board.py", line 9, in look\n    x\n'


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "KeyError: 'REQUEST_METHOD'",
        GONE.replace("KeyError: 'REQUEST_METHOD'", "KeyError: 'HTTP_HOST'"),
        GONE.replace("KeyError: 'REQUEST_METHOD'", "LookupError: 'REQUEST_METHOD'"),
        GONE.replace("line 238, in handle_request", "line 238, in handle_other"),
        GONE.replace("KeyError:", f"{_DEEPER}KeyError:"),
        GONE.replace("/engineio/", "/myengineio/"),
        HALF_PACKET.replace("TypeError:", f"{_DEEPER}TypeError:"),
        HALF_JSON.replace("json.decoder.JSONDecodeError:", f"{_DEEPER}json.decoder.JSONDecodeError:"),
        HALF_JSON.replace("socketio/packet.py", "board/packet.py"),
    ],
)
def test_what_differs_in_anything_is_the_apps(text: str | None) -> None:
    assert known_error(text) is None


def test_the_installed_release_raises_what_the_table_says_when_a_request_was_never_read() -> None:
    app = socketio.ASGIApp(socketio.AsyncServer(async_mode="asgi"))
    scope = {"type": "http", "method": "POST", "path": "/socket.io/", "query_string": b"", "headers": []}

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        raise AssertionError(f"nobody is there to be sent {message}")

    with pytest.raises(KeyError) as caught:
        asyncio.run(app(scope, receive, send))

    assert known_error("".join(traceback.format_exception(caught.value))) is KNOWN_ERRORS[0]


@pytest.mark.parametrize(("packet", "row"), [("2", KNOWN_ERRORS[1]), ('2["hand', KNOWN_ERRORS[2])])
def test_the_installed_release_raises_what_the_table_says_of_half_a_packet(
    packet: str, row: KnownError
) -> None:
    server = socketio.AsyncServer(async_mode="asgi")

    with pytest.raises((TypeError, ValueError)) as caught:
        asyncio.run(server._handle_eio_message("a", packet))

    assert known_error("".join(traceback.format_exception(caught.value))) is row
