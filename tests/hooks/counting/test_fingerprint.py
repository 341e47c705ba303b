"""Which errors are the same, and how they are told."""
# ruff: noqa: ARG001  # handlers have the signatures that python-socketio calls

import asyncio
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from loadtest.hooks.counting.fingerprint import (
    Fault,
    fault_of,
    format_error,
    is_call_mismatch,
    root_of,
    watched_times,
)

HERE = Path(__file__).name
EMPTY: dict[str, int] = {}


def caught(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def in_module(name: str, source: str, file: str) -> types.ModuleType:
    """Return a module made from text, whose frames bear this module name and file."""
    module = types.ModuleType(name)
    exec(compile(source, file, "exec"), vars(module))
    return module


def look_up() -> None:
    EMPTY["missing"]


CALLER = "def call(function, *args): return function(*args)"
WATCHER = "def watched(function, *args): return function(*args)"


def test_an_error_is_known_by_its_type_and_the_frame_that_raised_it() -> None:
    fault = fault_of(caught(look_up))

    assert (fault.type, fault.function, Path(fault.file).name) == ("KeyError", "look_up", HERE)
    assert fault.line == look_up.__code__.co_firstlineno + 1


def test_the_same_fault_twice_is_equal_and_another_line_is_not() -> None:
    assert fault_of(caught(look_up)) == fault_of(caught(look_up))
    assert fault_of(caught(look_up)) != fault_of(caught(lambda: EMPTY["missing"]))


def test_frames_of_the_standard_library_below_the_app_are_passed_over() -> None:
    def parse() -> None:
        json.loads("{")

    assert fault_of(caught(parse)).function == "parse"


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("socketio.async_server", "/srv/socketio/async_server.py"),
        ("engineio.server", "/srv/engineio/server.py"),
        ("loadtest.hooks.servers.socketio_server", "/srv/loadtest/hooks/servers/socketio_server.py"),
        ("importlib._bootstrap", "<frozen importlib._bootstrap>"),
    ],
)
def test_frames_of_the_framework_and_of_the_hooks_are_passed_over(module: str, file: str) -> None:
    framework = in_module(module, "def emit(): raise ValueError", file)

    def handler() -> None:
        framework.emit()

    assert fault_of(caught(handler)).function == "handler"


def test_a_package_installed_beneath_the_standard_library_belongs_to_the_app() -> None:
    file = str(Path(json.__file__).parents[1] / "site-packages" / "shop" / "cart.py")
    package = in_module("shop.cart", "def pay(): raise ValueError", file)

    assert fault_of(caught(package.pay)) == Fault("ValueError", "pay", "shop/cart.py", 1)


def test_without_a_frame_of_the_app_the_deepest_counts() -> None:
    framework = in_module("socketio.server", "def emit(): raise ValueError", "/nowhere/server.py")

    error = caught(framework.emit)
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next  # without this test's own frame

    assert fault_of(error) == Fault("ValueError", "emit", "/nowhere/server.py", 1)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert fault_of(ValueError()) == Fault("ValueError", "?", "?", 0)


def test_a_file_is_named_relative_to_where_it_was_imported_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["/srv/app", *sys.path])
    module = in_module("views", "def show(): raise ValueError", "/srv/app/shop/views.py")

    assert fault_of(caught(module.show)).file == "shop/views.py"


def test_a_type_error_of_the_frameworks_own_call_is_told_from_one_of_the_app() -> None:
    framework = in_module("socketio.server", CALLER, "/nowhere/server.py")
    app = in_module("app", CALLER, "/nowhere/app.py")

    def one(argument: object) -> None:
        raise TypeError(argument)

    assert is_call_mismatch(caught(lambda: framework.call(one, 1, 2)))
    assert not is_call_mismatch(caught(lambda: framework.call(one, 1)))
    assert not is_call_mismatch(caught(lambda: app.call(one, 1, 2)))
    assert not is_call_mismatch(TypeError())
    assert not is_call_mismatch(KeyError())


def test_the_error_that_the_framework_hid_behind_a_second_call_is_the_root() -> None:
    framework = in_module(
        "socketio.server",
        "def call(handler):\n try: handler(1, 2)\n except TypeError: handler(1)",
        "/nowhere/server.py",
    )

    def takes_both(sid: object, reason: object) -> None:
        raise TypeError("planted")

    def takes_one(sid: object) -> None:
        raise KeyError("planted")

    def takes_any(*args: object) -> None:
        raise TypeError("planted")

    assert str(root_of(caught(lambda: framework.call(takes_both)))) == "planted"
    assert repr(root_of(caught(lambda: framework.call(takes_one)))) == "KeyError('planted')"
    assert str(root_of(caught(lambda: framework.call(takes_any)))) == "planted"


def test_hooked_calls_that_an_error_has_come_through_are_counted() -> None:
    hooks = in_module("loadtest.hooks.servers.socketio_server", WATCHER + "\n" + CALLER, "/nowhere/hooks.py")
    app = in_module("app", WATCHER, "/srv/app.py")

    assert watched_times(caught(lambda: app.watched(hooks.call, look_up))) == 0
    assert watched_times(caught(lambda: hooks.watched(hooks.call, hooks.watched, look_up))) == 2


def test_the_text_is_pythons_own_without_the_frames_of_the_hooks() -> None:
    hooks = in_module("loadtest.hooks.servers.socketio_server", CALLER, "/nowhere/hooks.py")

    text = format_error(caught(lambda: hooks.call(look_up)))

    assert text.startswith("Traceback (most recent call last):\n")
    assert text.endswith("KeyError: 'missing'\n")
    assert "/nowhere/hooks.py" not in text
    assert "in look_up" in text


def test_the_text_of_an_endless_recursion_and_of_a_huge_message_is_bounded() -> None:
    def recurse() -> None:
        recurse()

    def shout() -> None:
        raise ValueError("x" * 1_000_000)

    assert len(format_error(caught(recurse))) <= 4000
    assert len(format_error(caught(shout))) == 4000


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


class UnnameableMeta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError


class UnnameableError(Exception, metaclass=UnnameableMeta):
    pass


@pytest.mark.parametrize(
    "error", [UnspeakableError(), UnnameableError(), SyntaxError("x", ("a file", -1, 10**9, None))]
)
def test_an_error_that_cannot_be_printed_does_no_harm(error: Exception) -> None:
    def fail() -> None:
        raise error

    fault = fault_of(caught(fail))

    assert (fault.type, fault.function) == (type.__dict__["__name__"].__get__(type(error)), "fail")
    assert fault.type in format_error(error)


def test_an_error_of_a_coroutine_is_placed_where_it_was_raised() -> None:
    async def handler() -> None:
        await asyncio.sleep(0)
        look_up()

    assert fault_of(caught(lambda: asyncio.run(handler()))).function == "look_up"


class CauselessError(Exception):
    @property
    def __cause__(self) -> None:  # type: ignore[override]
        raise RuntimeError


def test_an_error_whose_traceback_cannot_be_formatted_says_so() -> None:
    def fail() -> None:
        raise CauselessError

    assert format_error(caught(fail)) == "(the traceback of this CauselessError cannot be formatted)"


def test_of_a_deep_traceback_the_deepest_frames_are_told() -> None:
    app = in_module("app", "def a(n): return b(n)\ndef b(n): return a(n - 1) if n else 1 / 0", "/a.py")

    assert format_error(caught(lambda: app.a(50))).count('  File "/a.py"') == 25


def test_a_chain_of_causes_is_told_while_it_is_short() -> None:
    def fail(causes: int) -> None:
        try:
            if causes:
                fail(causes - 1)
            raise ValueError(causes)
        except ValueError as error:
            raise ValueError(causes) from error

    short, long = caught(lambda: fail(1)), caught(lambda: fail(30))

    assert format_error(short).count("direct cause") == 2
    assert format_error(long).count("direct cause") == 0
