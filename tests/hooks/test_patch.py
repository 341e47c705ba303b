"""Hooking server classes, and taking the hooks off again."""

import asyncio
import functools
import inspect
import types
from typing import Any

import engineio.async_server
import engineio.server
import pytest
import socketio.async_server
import socketio.server

from loadtest.hooks.patch import hook_module
from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import told, visit, visit_sync

CLASSES = {
    socketio.async_server: socketio.AsyncServer,
    socketio.server: socketio.Server,
    engineio.async_server: engineio.AsyncServer,
    engineio.server: engineio.Server,
}


@pytest.mark.parametrize("module", CLASSES)
def test_undoing_puts_the_very_function_back(module: types.ModuleType) -> None:
    process = HookedProcess()
    owner = CLASSES[module]
    original = vars(owner)["_trigger_event"]

    undo = hook_module(process, module)
    wrapper = vars(owner)["_trigger_event"]
    undo()

    assert wrapper is not original
    assert vars(owner)["_trigger_event"] is original
    assert process.problems == []


def test_a_wrapper_that_the_app_has_put_on_top_stays() -> None:
    process = HookedProcess()
    original = vars(socketio.Server)["_trigger_event"]
    undo = hook_module(process, socketio.server)
    ours = vars(socketio.Server)["_trigger_event"]

    def of_the_app(self: Any, *args: Any) -> Any:
        return ours(self, *args)

    try:
        socketio.Server._trigger_event = of_the_app
        undo()
        assert vars(socketio.Server)["_trigger_event"] is of_the_app
    finally:
        socketio.Server._trigger_event = original


def module_with(name: str, source: str) -> types.ModuleType:
    module = types.ModuleType(name)  # its functions are of this module, as the library's are
    exec(source, vars(module))
    return module


def layout_of(module: types.ModuleType) -> dict[str, Any]:
    """Return what the classes of a module hold."""
    return {name: dict(vars(value)) for name, value in vars(module).items() if inspect.isclass(value)}


@pytest.mark.parametrize(
    ("name", "source", "problem"),
    [
        ("socketio.server", "", "socketio.Server is not hooked: it has no method _trigger_event"),
        ("socketio.server", "Server = 5", "socketio.Server is not hooked: it has no method _trigger_event"),
        (
            "socketio.server",
            "class Server: _trigger_event = 5",
            "socketio.Server is not hooked: it has no method _trigger_event",
        ),
        (
            "socketio.async_server",
            "class AsyncServer:\n def _trigger_event(self, event, namespace, *args): pass",
            "socketio.AsyncServer is not hooked: _trigger_event is not a coroutine function",
        ),
        (
            "engineio.server",
            "class Server:\n async def _trigger_event(self, event): pass",
            "engineio.Server is not hooked: _trigger_event is a coroutine function",
        ),
        (
            "socketio.asyncio_server",
            "class AsyncServer:\n async def _trigger_event(self, namespace, event): pass",
            "socketio.AsyncServer is not hooked: _trigger_event takes self, namespace, event first",
        ),
        (
            "engineio.asyncio_server",
            "class AsyncServer:\n async def _trigger_event(): pass",
            "engineio.AsyncServer is not hooked: _trigger_event takes nothing first",
        ),
    ],
)
def test_a_layout_that_nobody_knows_is_left_alone_and_told(name: str, source: str, problem: str) -> None:
    process = HookedProcess()
    module = module_with(name, source)
    before = layout_of(module)

    hook_module(process, module)()

    assert (process.installed, process.missing, process.problems) == ([], [problem], [])
    assert layout_of(module) == before


def test_the_layout_before_5_10_is_hooked() -> None:
    process = HookedProcess()
    source = "class AsyncServer:\n async def _trigger_event(self, event, namespace, *args): return args"
    module = module_with("socketio.asyncio_server", source)

    undo = hook_module(process, module)

    assert process.installed == ["socketio.AsyncServer"]
    assert not inspect.iscoroutinefunction(vars(module)["AsyncServer"]._trigger_event)
    undo()
    assert inspect.iscoroutinefunction(vars(module)["AsyncServer"]._trigger_event)


def test_a_module_that_is_hooked_again_is_named_once() -> None:
    process = HookedProcess()
    undos = [hook_module(process, socketio.server), hook_module(process, socketio.server)]
    for undo in reversed(undos):
        undo()

    assert process.installed == ["socketio.Server"]


def test_a_server_that_speaks_engineio_3_is_left_alone_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socketio.base_manager.BaseManager, "eio_sid_from_sid")
    process = HookedProcess()
    original = vars(socketio.Server)["_trigger_event"]

    hook_module(process, socketio.server)()
    hook_module(process, engineio.server)()

    assert process.installed == ["engineio.Server"]
    (missing,) = process.missing
    assert missing == (
        "socketio.Server is not hooked: its manager has no eio_sid_from_sid; "
        "python-socketio 5.0 is the oldest that is known"
    )
    assert vars(socketio.Server)["_trigger_event"] is original


def plain_wrapper(original: Any) -> Any:
    return lambda *args, **kwargs: original(*args, **kwargs)


def named_wrapper(original: Any) -> Any:
    @functools.wraps(original)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        return original(self, *args, **kwargs)

    return wrapper


class ObjectWrapper:
    """As wrapt's: a callable with ``__wrapped__`` that binds like a function."""

    def __init__(self, original: Any) -> None:
        self.__wrapped__ = original

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)

    def __get__(self, instance: object, owner: type) -> Any:
        return functools.partial(self, instance)


@pytest.mark.parametrize("wrap", [plain_wrapper, named_wrapper, ObjectWrapper])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("module", [socketio.server, socketio.async_server])
def test_an_app_that_wraps_the_same_method_is_counted_and_keeps_its_wrapper(
    module: types.ModuleType, when: str, wrap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = CLASSES[module]
    process = HookedProcess()
    process.arm = lambda: None  # type: ignore[method-assign]
    original = vars(owner)["_trigger_event"]

    def wrap_it() -> None:
        monkeypatch.setattr(owner, "_trigger_event", wrap(vars(owner)["_trigger_event"]))

    if when == "before":
        wrap_it()
        theirs = vars(owner)["_trigger_event"]
    undos = [hook_module(process, one) for one in (engineio.server, engineio.async_server, module)]
    if when == "after":
        wrap_it()
        theirs = vars(owner)["_trigger_event"]
    try:
        if owner is socketio.Server:
            visit_sync(owner(async_mode="threading"), 1)
        else:
            asyncio.run(visit(owner(async_mode="asgi"), 1))
    finally:
        for undo in reversed(undos):
            undo()

    assert [(row["event"], row["calls"]) for row in told(process)["handlers"]] == [("connect", 1)]
    assert (process.missing, process.problems) == ([], [])
    assert vars(owner)["_trigger_event"] is theirs
    assert theirs is not original
