"""Hooking server classes, and taking the hooks off again."""

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
    module = types.ModuleType(name)
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
