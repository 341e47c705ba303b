"""Errors of what serves pages, with the apps of python-engineio and Flask themselves."""

# ruff: noqa: ARG001  # apps have the signature that servers call

import asyncio
import inspect
import logging
from collections.abc import Iterator
from typing import Any

import engineio
import engineio.async_drivers.asgi
import engineio.middleware
import flask
import flask.app
import pytest
import werkzeug.wsgi
from werkzeug.test import EnvironBuilder

from loadtest.hooks.channels.log import watch_logging
from loadtest.hooks.channels.page import watch_asgi, watch_flask, watch_streams, watch_wsgi
from loadtest.hooks.context import Place, current
from loadtest.hooks.process import HookedProcess
from loadtest.hooks.swap import together
from tests.hooks.channels.counted import errors_of, strays_of, within
from tests.hooks.hooked_servers import RUN, environ_of

TRACE = f"00-{RUN}{7:016x}-00000000000000aa-00"


@pytest.fixture(autouse=True)
def _watched(process: HookedProcess) -> Iterator[None]:
    undo = together(
        watch_asgi(process, engineio.async_drivers.asgi),
        watch_wsgi(process, engineio.middleware),
        watch_flask(process, flask.app),
        watch_streams(process, werkzeug.wsgi),
    )
    yield
    undo()


def serve(headers: list[tuple[bytes, bytes]], error: Exception | None = None) -> int | None:
    """Let an ASGI app behind python-engineio's serve a page; return whose navigation it saw."""
    seen: list[Place | None] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        seen.append(current.get())
        if error is not None:
            raise error

    async def main() -> None:
        app = engineio.ASGIApp(engineio.AsyncServer(async_mode="asgi"), page)
        # mounted in another of the same kind
        app = engineio.ASGIApp(engineio.AsyncServer(async_mode="asgi"), app, engineio_path="other")
        await app({"type": "http", "path": "/page", "headers": headers}, None, None)

    try:
        asyncio.run(main())
    except Exception as caught:
        assert caught is error  # noqa: PT017
    (place,) = seen
    return None if place is None else place.number


def test_a_page_is_served_in_the_place_of_who_asked(process: HookedProcess) -> None:
    assert serve([(b"host", b"a"), (b"traceparent", TRACE.encode())]) == 7
    assert serve([(b"x-loadtest-navigation", TRACE[3:35].encode())]) == 7
    assert serve([(b"host", b"a")]) is None
    assert current.get() is None
    assert process.problems == []


def test_what_leaves_a_page_is_an_error_once_however_many_apps_it_passes(process: HookedProcess) -> None:
    headers = [(b"traceparent", TRACE.encode())]
    for error in (KeyError("planted"), ConnectionResetError(), KeyError("planted")):
        serve(headers, error)
    serve([], KeyError("a stranger's"))

    # the reset came out of the app's own code
    assert errors_of(process) == [("page", "KeyError", 2, [7]), ("page", "ConnectionResetError", 1, [7])]
    assert strays_of(process) == []


def test_the_wrapper_is_to_a_server_what_the_original_is() -> None:
    app = engineio.ASGIApp(engineio.AsyncServer(async_mode="asgi"))

    assert inspect.iscoroutinefunction(app.__call__)
    assert list(inspect.signature(type(app).__call__).parameters) == ["self", "scope", "receive", "send"]
    with pytest.raises(TypeError):  # so uvicorn finds out that it is not a factory
        app()


@pytest.mark.parametrize("is_mounted", [True, False])
def test_a_wsgi_page_is_served_in_the_place_of_who_asked(process: HookedProcess, is_mounted: bool) -> None:
    seen: list[Place | None] = []

    def view() -> str:
        seen.append(current.get())
        raise KeyError("planted")

    app = flask.Flask("pages")
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.add_url_rule("/page", view_func=view)
    served: Any = engineio.WSGIApp(engineio.Server(async_mode="threading"), app) if is_mounted else app
    request = {"PATH_INFO": "/page", "REQUEST_METHOD": "GET", "SERVER_NAME": "a", "SERVER_PORT": "80"}
    request |= {"wsgi.url_scheme": "http"}
    for environ in ({**request, **environ_of(7)}, request):
        with pytest.raises(KeyError):
            served(environ, lambda *_: None)

    assert [place and place.number for place in seen] == [7, None]
    assert errors_of(process) == [("page", "KeyError", 1, [7])]


def test_a_page_within_the_same_navigation_is_left_to_the_outer_one(process: HookedProcess) -> None:
    with within(Place(RUN, 7)):
        serve([(b"traceparent", TRACE.encode())], KeyError("planted"))

    assert process.recorder.tally(RUN) is not None
    assert errors_of(process) == []


def test_a_scope_that_no_server_makes_does_no_harm(process: HookedProcess) -> None:
    serve([(b"traceparent",)])  # type: ignore[list-item]

    (problem,) = process.problems
    assert problem.startswith("a fault of the hooks: ValueError in _environ_of_scope, line ")


def test_a_flask_answer_that_fails_while_it_is_sent_counts_once_for_its_navigation(
    process: HookedProcess, caplog: pytest.LogCaptureFixture
) -> None:
    app = flask.Flask(__name__)
    places: list[Place | None] = []

    @app.get("/stream")
    def stream() -> flask.Response:
        def parts() -> Iterator[bytes]:
            yield b"one"
            places.append(current.get())
            raise KeyError("planted")

        return flask.Response(parts())

    environ = {**EnvironBuilder("/stream").get_environ(), **environ_of(7)}
    call: Any = app
    answer = iter(call(environ, lambda *_: None))
    assert next(answer) == b"one"
    assert errors_of(process) == []
    with pytest.raises(KeyError) as caught:
        next(answer)
    undo = watch_logging(process, logging)
    logging.getLogger("gunicorn.error").error("Error handling request", exc_info=caught.value)
    undo()

    assert errors_of(process) == [("page", "KeyError", 1, [7])]
    assert strays_of(process) == []
    assert [place.number for place in places if place is not None] == [7]
    assert current.get() is None
    assert len(caplog.records) == 1
