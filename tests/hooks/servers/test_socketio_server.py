"""Events of real python-socketio servers, seen from the hooks."""
# ruff: noqa: ARG001, ARG002, ARG005  # handlers have the signatures that python-socketio calls

import asyncio
import contextlib
import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

import pytest
import socketio
from socketio.async_pubsub_manager import AsyncPubSubManager

from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import RUN, environ_of, leave, leave_sync, told, visit, visit_sync


def handlers_of(process: HookedProcess) -> dict[str, tuple[int, int, int]]:
    """Return event -> calls, errors, latencies."""
    return {
        row["event"]: (row["calls"], row["errors"], row["latency"]["count"])
        for row in told(process)["handlers"]
    }


def errors_of(process: HookedProcess) -> list[tuple[str, int]]:
    return [(error["what"], error["count"]) for error in told(process)["errors"]]


def new_server() -> Any:
    return socketio.AsyncServer(async_mode="asgi")


def nothing(*_: Any) -> None:
    return None


def test_calls_errors_and_navigations_of_an_event_are_counted(process: HookedProcess) -> None:
    sio = new_server()

    @sio.on("connect")  # type: ignore[untyped-decorator]
    async def connect(sid: str, environ: Any, auth: Any) -> None:
        await asyncio.sleep(0)

    @sio.on("look")  # type: ignore[untyped-decorator]
    async def look(sid: str, key: str) -> Any:
        return {"found": 5}[key]

    async def main() -> None:
        for number in range(6):
            sid = await visit(sio, number, f"e{number}")
            if number % 2:
                with pytest.raises(KeyError):
                    await sio._trigger_event("look", "/", sid, "missing")
            else:
                assert await sio._trigger_event("look", "/", sid, "found") == 5

    asyncio.run(main())
    assert handlers_of(process) == {"connect": (6, 0, 6), "look": (6, 3, 6)}
    assert errors_of(process) == [("KeyError in look", 3)]
    assert told(process)["errors"][0]["navigations"] == [1, 3, 5]


def test_strangers_are_served_and_not_counted(process: HookedProcess) -> None:
    sio = new_server()
    sio.on("connect", nothing)
    sio.on("look", lambda *_: 5)

    async def main() -> Any:
        sid = await visit(sio, None)
        answer = await sio._trigger_event("look", "/", sid)
        await leave(sio)
        return answer

    assert asyncio.run(main()) == 5
    assert (process.recorder.runs(), process.recorder.sessions, process.problems) == ([], {}, [])


def test_the_exception_passes_as_it_was_raised(process: HookedProcess) -> None:
    sio = new_server()
    planted = ValueError("planted")
    sio.on("connect", nothing)

    @sio.on("look")  # type: ignore[untyped-decorator]
    def look(sid: str) -> None:
        raise planted

    async def main() -> None:
        await sio._trigger_event("look", "/", await visit(sio, 1))

    with pytest.raises(ValueError, match="planted") as caught:
        asyncio.run(main())
    assert caught.value is planted
    assert (vars(planted), planted.args, planted.__context__, planted.__cause__) == (
        {},
        ("planted",),
        None,
        None,
    )


def takes_auth(sid: str, environ: Any, auth: Any) -> None:
    return None


def takes_less(sid: str, environ: Any) -> None:
    return None


@functools.wraps(takes_less)
def takes_less_inside(*args: Any) -> None:
    takes_less(*args)


async def takes_less_later(sid: str, environ: Any) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("connect", [takes_auth, takes_less, takes_less_inside, takes_less_later])
@pytest.mark.parametrize("auth", [None, {}])
def test_a_connect_handler_that_takes_fewer_arguments_is_no_error(
    process: HookedProcess, connect: Callable[..., Any], auth: Any
) -> None:
    sio = new_server()
    sio.on("connect", connect)

    assert asyncio.run(visit(sio, 1, auth=auth)) is not None
    assert handlers_of(process) == {"connect": (1, 0, 1)}


def fails(*_: Any) -> None:
    raise TypeError("planted")


def fails_with_auth(sid: str, environ: Any, auth: Any) -> None:
    raise TypeError("planted")


def fails_with_less(sid: str, environ: Any) -> None:
    raise TypeError("planted")


@pytest.mark.parametrize(
    ("connect", "auth"),
    [
        (fails, None),
        (fails, {"token": 1}),
        (fails_with_auth, None),
        (fails_with_auth, {"token": 1}),
        (fails_with_less, None),
    ],
)
def test_a_type_error_of_the_connect_handler_itself_is_one_error(
    process: HookedProcess, connect: Callable[..., Any], auth: Any
) -> None:
    sio = new_server()
    sio.on("connect", connect)

    with pytest.raises(TypeError):
        asyncio.run(visit(sio, 1, auth=auth))
    assert handlers_of(process) == {"connect": (1, 1, 1)}
    assert errors_of(process) == [(f"TypeError in {connect.__name__}", 1)]
    assert told(process)["errors"][0]["traceback"].endswith("TypeError: planted\n")


def test_a_connect_handler_that_fails_otherwise_when_called_again_is_one_error(
    process: HookedProcess,
) -> None:
    sio = new_server()

    @sio.on("connect")  # type: ignore[untyped-decorator]
    def connect(sid: str, environ: Any) -> None:
        raise KeyError("planted")

    with pytest.raises(KeyError):
        asyncio.run(visit(sio, 1))
    assert handlers_of(process) == {"connect": (1, 1, 1)}
    assert errors_of(process) == [("KeyError in connect", 1)]


@pytest.mark.parametrize(
    "refusal", [socketio.exceptions.ConnectionRefusedError("not you"), ConnectionRefusedError(), None]
)
def test_refusing_a_visitor_is_no_error(process: HookedProcess, refusal: Exception | None) -> None:
    sio = new_server()

    @sio.on("connect")  # type: ignore[untyped-decorator]
    def connect(sid: str, environ: Any, auth: Any) -> bool:
        if refusal is not None:
            raise refusal
        return False

    assert asyncio.run(visit(sio, 1)) is None
    assert handlers_of(process) == {"connect": (1, 0, 1)}


def test_a_refusal_out_of_another_handler_is_an_error(process: HookedProcess) -> None:
    sio = new_server()
    sio.on("connect", nothing)

    @sio.on("look")  # type: ignore[untyped-decorator]
    def look(sid: str) -> None:
        raise ConnectionRefusedError

    async def main() -> None:
        await sio._trigger_event("look", "/", await visit(sio, 1))

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(main())
    assert errors_of(process) == [("ConnectionRefusedError in look", 1)]


def one_argument(sid: str) -> None:
    raise KeyError(sid)


def two_arguments(sid: str, reason: str) -> None:
    raise KeyError(sid)


def two_arguments_wrong_type(sid: str, reason: str) -> None:
    raise TypeError(sid)


@pytest.mark.parametrize("disconnect", [one_argument, two_arguments, two_arguments_wrong_type])
def test_a_disconnect_handler_that_python_socketio_calls_twice_fails_once(
    process: HookedProcess, caplog: pytest.LogCaptureFixture, disconnect: Callable[..., Any]
) -> None:
    sio = new_server()
    sio.eio.logger = logging.getLogger("test")
    sio.on("connect", nothing)
    sio.on("disconnect", disconnect)

    async def main() -> None:
        for number in range(50):
            await visit(sio, number, f"e{number}")
            await leave(sio, f"e{number}")

    asyncio.run(main())
    assert sum(record.levelname == "ERROR" for record in caplog.records) == 50
    assert handlers_of(process)["disconnect"] == (50, 50, 50)
    ((what, count),) = errors_of(process)
    assert (what.split()[2], count) == (disconnect.__name__, 50)
    entries = told(process)["journal"]["entries"]
    assert [entry["kind"] for entry in entries] == ["error", "gone"] * 50
    assert [entry["number"] for entry in entries] == [n for number in range(50) for n in (number, number)]


def test_an_error_that_passes_through_two_handlers_is_counted_in_the_inner_one(
    process: HookedProcess,
) -> None:
    sio = new_server()
    sio.on("connect", nothing)

    @sio.on("bye")  # type: ignore[untyped-decorator]
    async def bye(sid: str) -> None:
        await sio.disconnect(sid)

    @sio.on("disconnect")  # type: ignore[untyped-decorator]
    def disconnect(sid: str, reason: str) -> None:
        raise KeyError(sid)

    async def main() -> None:
        await sio._trigger_event("bye", "/", await visit(sio, 1))

    with pytest.raises(KeyError):
        asyncio.run(main())
    assert {event: row[:2] for event, row in handlers_of(process).items()} == {
        "connect": (1, 0),
        "bye": (1, 0),
        "disconnect": (1, 1),
    }


def test_an_exception_object_that_the_app_raises_again_and_again_is_an_error_each_time(
    process: HookedProcess,
) -> None:
    sio = new_server()
    planted = ValueError("the only one there is")
    sio.on("connect", nothing)

    @sio.on("look")  # type: ignore[untyped-decorator]
    def look(sid: str) -> None:
        raise planted

    async def main() -> None:
        sid = await visit(sio, 1)
        for _ in range(3):
            with pytest.raises(ValueError, match="only one"):
                await sio._trigger_event("look", "/", sid)

    asyncio.run(main())
    assert errors_of(process) == [("ValueError in look", 3)]


def test_a_cancelled_handler_is_no_error_and_not_in_flight(process: HookedProcess) -> None:
    sio = new_server()
    sio.on("connect", nothing)

    @sio.on("wait")  # type: ignore[untyped-decorator]
    async def wait(sid: str) -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        sid = await visit(sio, 1)
        task = asyncio.create_task(sio._trigger_event("wait", "/", sid))
        await asyncio.sleep(0)
        assert told(process)["handlers"][1]["in_flight"] == 1
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    (_, row) = told(process)["handlers"]
    assert (row["calls"], row["errors"], row["in_flight"]) == (1, 0, 0)


def test_a_connect_that_belongs_to_no_session_is_told_with_the_visit_whose_request_it_was(
    process: HookedProcess,
) -> None:
    sio = socketio.AsyncServer(async_mode="asgi")

    @sio.on("connect")  # type: ignore[untyped-decorator]  # python-socketio has no types
    async def connect(sid: str | None, environ: Any, auth: Any) -> None:
        if sid is None:
            raise KeyError(sid)

    async def connect_twice() -> None:
        for number in (1, 2, 3):
            await visit(sio, number, f"e{number}")
            # what python-socketio 5.5 does with a second CONNECT
            with contextlib.suppress(KeyError):
                await sio._trigger_event("connect", "/", None, environ_of(number), None)

    asyncio.run(connect_twice())

    (error,) = told(process)["errors"]
    assert (error["count"], error["navigations"]) == (3, [1, 2, 3])
    assert told(process)["visits"] == 3
    assert told(process)["handlers"][0]["calls"] == 6


def test_class_namespaces_catch_alls_and_later_handlers_are_seen(process: HookedProcess) -> None:
    sio = new_server()

    class Rooms(socketio.AsyncNamespace):  # type: ignore[misc]
        async def on_connect(self, sid: str, environ: Any) -> None:
            return None

        async def on_enter(self, sid: str) -> None:
            raise ValueError("planted")

    sio.register_namespace(Rooms("/rooms"))

    async def main() -> None:
        sid = await visit(sio, 1, namespace="/rooms")
        with pytest.raises(ValueError, match="planted"):
            await sio._trigger_event("enter", "/rooms", sid)
        sio.on("*", lambda event, sid: {}[event])
        sio.on("connect", nothing)
        sid = await visit(sio, 2, "e2")
        with pytest.raises(KeyError):
            await sio._trigger_event("anything", "/", sid)

    asyncio.run(main())
    rows = [(row["namespace"], row["event"], row["errors"]) for row in told(process)["handlers"]]
    assert rows == [
        ("/rooms", "connect", 0),
        ("/rooms", "enter", 1),
        ("/", "connect", 0),
        ("/", "anything", 1),
    ]


def test_hooks_that_come_after_the_connection_was_opened_know_it_by_its_connect(
    process: HookedProcess,
) -> None:
    sio = new_server()
    sio.on("connect", nothing)
    sio.environ["e1"] = environ_of(4)

    asyncio.run(sio._handle_connect("e1", "/", None))

    assert told(process)["visits"] == 1
    assert handlers_of(process) == {"connect": (1, 0, 1)}


def test_the_sync_server_is_counted_alike(process: HookedProcess) -> None:
    sio = socketio.Server(async_mode="threading")
    sio.eio.logger = logging.getLogger("test")
    sio.on("connect", takes_less)
    sio.on("disconnect", one_argument)

    for number in range(3):
        visit_sync(sio, number, f"e{number}")
        leave_sync(sio, f"e{number}")

    assert handlers_of(process) == {"connect": (3, 0, 3), "disconnect": (3, 3, 3)}
    assert errors_of(process) == [("KeyError in one_argument", 3)]
    assert [e["events"] for e in told(process)["journal"]["entries"] if e["kind"] == "gone"] == [
        ("connect", "disconnect")
    ] * 3


def test_the_sync_server_serves_strangers_uncounted(process: HookedProcess) -> None:
    sio = socketio.Server(async_mode="threading")
    sio.on("connect", takes_auth)
    sio.on("disconnect", nothing)

    assert visit_sync(sio, None) is not None
    leave_sync(sio)
    assert (process.recorder.runs(), process.problems) == ([], [])


def test_a_fault_of_the_hooks_in_the_middle_of_an_error_changes_nothing(process: HookedProcess) -> None:
    sio = socketio.Server(async_mode="threading")
    planted = KeyError("planted")
    sio.on("connect", nothing)

    @sio.on("look")  # type: ignore[untyped-decorator]
    def look(sid: str) -> None:
        raise planted

    sid = visit_sync(sio, 1)
    process.recorder.fail = process.recorder.end = None  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyError) as caught:
        sio._trigger_event("look", "/", sid)
    process.recorder.begin = None  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyError) as again:
        sio._trigger_event("look", "/", sid)

    assert caught.value is again.value is planted
    assert [problem.partition(",")[0] for problem in process.problems] == [
        "a fault of the hooks: TypeError in _fail",
        "a fault of the hooks: TypeError in _end",
        "a fault of the hooks: TypeError in _begin",
    ]


def test_a_fault_of_the_hooks_never_reaches_the_app(process: HookedProcess) -> None:
    sio = new_server()
    sio.on("connect", nothing)
    sio.on("look", lambda *_: 5)

    async def main() -> Any:
        sid = await visit(sio, 1)
        process.recorder.begin = None  # type: ignore[method-assign, assignment]
        answer = await sio._trigger_event("look", "/", sid)
        process.recorder.sessions = None  # type: ignore[assignment]
        process.recorder.connections = None  # type: ignore[assignment]
        again = await sio._trigger_event("look", "/", sid)
        await leave(sio)
        return answer, again

    assert asyncio.run(main()) == (5, 5)
    assert [problem.partition(" in ")[0] for problem in process.problems] == [
        "a fault of the hooks: TypeError",
        "a fault of the hooks: AttributeError",
        "a fault of the hooks: AttributeError",
    ]


def test_events_after_the_hooks_were_disarmed_pass_uncounted(process: HookedProcess) -> None:
    sio = new_server()
    sio.on("connect", nothing)
    process.disarm()

    assert asyncio.run(visit(sio, 1)) is not None
    assert process.recorder.tally(RUN) is None


def test_the_wrapper_shows_the_originals_name_and_signature(process: HookedProcess) -> None:
    assert process.is_active
    parameters = inspect.signature(socketio.AsyncServer._trigger_event).parameters
    assert list(parameters) == ["self", "event", "namespace", "args"]
    assert socketio.AsyncServer._trigger_event.__qualname__ == "AsyncServer._trigger_event"


class OwnManager(socketio.AsyncManager):  # type: ignore[misc]  # python-socketio has no types
    """A manager of the app's, as those for message queues are."""

    async def connect(self, eio_sid: str, namespace: str) -> str:
        sid: str = await super().connect(eio_sid, namespace)
        return sid


class Queued(AsyncPubSubManager):  # type: ignore[misc]
    """A manager that tells others, as the Redis and AMQP managers do."""

    async def _publish(self, data: Any) -> None:
        """Tell nobody."""

    async def _listen(self) -> Any:
        await asyncio.Event().wait()
        yield


OPTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "always_connect": lambda: {"always_connect": True},
    "handlers in turn": lambda: {"async_handlers": False},
    "a manager of the app's": lambda: {"client_manager": OwnManager()},
    "a manager with a queue": lambda: {"client_manager": Queued()},
    "every namespace": lambda: {"namespaces": "*"},
    "some namespaces": lambda: {"namespaces": ["/", "/any"]},
}


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("namespace", ["/", "/any"])
def test_a_server_of_any_settings_is_counted_and_what_stays_is_told(
    options: str, namespace: str, process: HookedProcess
) -> None:
    settings = {"namespaces": "*", **OPTIONS[options]()}
    counts: dict[str, dict[str, Any]] = {}

    def note(when: str) -> None:
        reading = process.read_residue()
        counts[when] = {kind: reading.count(RUN, kind) for kind in ("sids", "rooms", "pending_disconnects")}

    async def main() -> None:
        sio = socketio.AsyncServer(async_mode="asgi", **settings)
        sio.on("connect", nothing, namespace=namespace)
        sio.on("disconnect", nothing, namespace=namespace)
        sio.on("*", nothing, namespace="*")
        sid = await visit(sio, 1, namespace=namespace)
        await sio._trigger_event("look", namespace, sid, 5)
        note("during")
        await leave(sio)
        note("after")

    asyncio.run(main())
    assert handlers_of(process) == {"connect": (1, 0, 1), "look": (1, 0, 1), "disconnect": (1, 0, 1)}
    assert counts == {
        "during": {"sids": 1, "rooms": 1, "pending_disconnects": 0},
        "after": {"sids": 0, "rooms": 0, "pending_disconnects": 0},
    }
    assert (process.problems, process.missing) == ([], [])
