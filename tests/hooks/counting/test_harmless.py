"""What is an error, and what is not."""

import asyncio
import concurrent.futures
import errno
import ssl
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import socketio.exceptions
import werkzeug.exceptions
import wsproto.utilities

from loadtest.hooks.counting.harmless import is_harmless
from tests.hooks.counting.test_fingerprint import in_module

CATCH = """
def fail(error):
    raise error

def caught(error):
    try:
        fail(error)
    except BaseException as raised:
        return raised
"""


def raised(error: BaseException, module: str = "uvicorn.protocols") -> BaseException:
    """Return the exception with a traceback of this module's frames alone."""
    caught: BaseException = in_module(module, CATCH, "/srv/server.py").caught(error)
    return caught


def raised_through(outer: str, inner: str, error: BaseException) -> BaseException:
    """Return the exception as it came out of one module's function that had called another's."""
    fail = in_module(inner, CATCH, f"/srv/site-packages/{inner}.py").fail
    module = in_module(outer, CATCH.replace("def fail(error):\n    raise error\n", ""), "/srv/app.py")
    vars(module)["fail"] = fail
    caught: BaseException = module.caught(error)
    return caught


@pytest.mark.parametrize(
    "error",
    [
        asyncio.CancelledError(),
        KeyboardInterrupt(),
        SystemExit(3),
        GeneratorExit(),
        concurrent.futures.CancelledError(),
        socketio.exceptions.ConnectionRefusedError("not you"),
        werkzeug.exceptions.NotFound(),
    ],
)
def test_refusals_and_work_that_was_called_off_are_none_wherever_raised(error: BaseException) -> None:
    assert is_harmless(raised(error))
    assert is_harmless(raised(error, "app"))


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        OSError(),
        OSError(errno.EBADF, "Bad file descriptor"),
        ssl.SSLError(1, "bad record"),
        asyncio.IncompleteReadError(b"", 4),
        wsproto.utilities.LocalProtocolError("closed"),
    ],
)
def test_a_client_that_has_left_is_none_unless_the_apps_own_code_was_concerned(error: Exception) -> None:
    assert is_harmless(raised(error))
    assert not is_harmless(raised(error, "app"))


@pytest.mark.parametrize(
    "error",
    [KeyError("REQUEST_METHOD"), OSError(errno.ENOSPC, "No space left"), StopIteration(), TimeoutError()],
)
def test_anything_else_is_an_error_even_where_only_servers_were_concerned(error: Exception) -> None:
    assert not is_harmless(raised(error))


def test_a_page_that_still_read_or_wrote_when_its_visitor_had_left_is_none() -> None:
    # aiohttp raises in its HTTP client what it raises where the app writes its answer
    assert is_harmless(raised_through("app", "aiohttp.web_response", ConnectionResetError("closing")))
    assert not is_harmless(raised_through("app", "aiohttp.client_reqrep", ConnectionResetError("closing")))
    # gevent, where the app still reads a request
    assert is_harmless(raised_through("app", "gevent.pywsgi", OSError("unexpected end of file")))
    assert not is_harmless(raised_through("app", "gevent.pywsgi", KeyError("REQUEST_METHOD")))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("starlette.requests", "ClientDisconnect"),
        ("tornado.iostream", "StreamClosedError"),
        ("django.http", "UnreadablePostError"),
    ],
)
def test_a_handler_that_is_told_that_its_visitor_has_left_is_none(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = type(name, (OSError,), {})
    monkeypatch.setitem(sys.modules, module, SimpleNamespace(**{name: gone}))

    assert is_harmless(raised(gone(), "app"))


def test_a_group_is_none_if_all_of_its_exceptions_are_none() -> None:
    gone, error = raised(BrokenPipeError()), raised(KeyError())

    assert is_harmless(raised(BaseExceptionGroup("two", [gone, BaseExceptionGroup("inner", [gone])]), "app"))
    assert not is_harmless(raised(BaseExceptionGroup("two", [gone, BaseExceptionGroup("inner", [error])])))


def test_how_python_engineio_ends_the_request_of_a_websocket_is_none() -> None:
    assert is_harmless(raised(StopIteration(), "engineio.async_drivers._websocket_wsgi"))
    assert is_harmless(raised(ConnectionError(), "engineio.async_drivers._websocket_wsgi"))


def test_a_class_that_lies_about_itself_does_no_harm() -> None:
    class StrangeMeta(type):
        def __instancecheck__(cls, instance: object) -> bool:
            raise RuntimeError

        def __subclasscheck__(cls, subclass: type) -> bool:
            raise RuntimeError

    class StrangeError(Exception, metaclass=StrangeMeta):
        @property  # type: ignore[misc]
        def __class__(self) -> Any:
            raise RuntimeError

        @property
        def __traceback__(self) -> Any:  # type: ignore[override]
            raise RuntimeError

    assert not is_harmless(StrangeError())
