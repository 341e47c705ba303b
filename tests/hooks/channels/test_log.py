"""Errors that are only logged."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from loadtest.hooks.channels.log import watch_logging
from loadtest.hooks.context import Place
from loadtest.hooks.process import HookedProcess
from tests.hooks.channels.counted import errors_of, strays_of, within
from tests.hooks.hooked_servers import environ_of

log = logging.getLogger("tests.hooks.channels")


@pytest.fixture(autouse=True)
def _watched(process: HookedProcess) -> Iterator[None]:
    undo = watch_logging(process, logging)
    yield
    undo()


def log_one(level: int = logging.ERROR, kind: type[BaseException] = KeyError) -> None:
    try:
        raise kind("planted")
    except BaseException:
        log.log(level, "failed", exc_info=True)


def test_a_logged_exception_is_an_error_of_the_navigation_that_is_current(
    process: HookedProcess, place: Place
) -> None:
    with within(place):
        log_one()
        log_one(logging.WARNING)
    log_one()

    assert errors_of(process) == [("log", "KeyError", 2, [7])]
    assert strays_of(process) == [("log", "KeyError", 1)]


def test_chatter_is_none(process: HookedProcess, place: Place) -> None:
    with within(place):
        log_one(logging.INFO)
        log.error("no exception")
        log.error("no exception", exc_info=True)
        log_one(kind=SystemExit)
        log_one(kind=asyncio.CancelledError)

    assert (errors_of(process), strays_of(process)) == ([], [])


def test_an_exception_logged_again_and_again_on_its_way_is_one_error(
    process: HookedProcess, place: Place
) -> None:
    def inner() -> None:
        try:
            raise KeyError("planted")
        except KeyError:
            log.exception("failed")
            raise

    with within(place):
        for _ in range(3):
            try:
                inner()
            except KeyError as error:
                log.exception("failed")
                log.warning("failed", exc_info=error)

    assert errors_of(process) == [("log", "KeyError", 3, [7])]


def test_a_group_of_exceptions_is_one_error(process: HookedProcess, place: Place) -> None:
    with within(place):
        try:
            raise ExceptionGroup("both", [KeyError(1), ValueError(2)])
        except ExceptionGroup:
            log.exception("failed")

    assert errors_of(process) == [("log", "ExceptionGroup", 1, [7])]


def test_the_record_is_neither_formatted_nor_changed(process: HookedProcess, place: Place) -> None:
    class UnspeakableError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    records: list[logging.LogRecord] = []
    own = logging.Logger("own")
    own.addHandler(Keeping())
    with within(place):
        try:
            raise UnspeakableError
        except UnspeakableError:
            own.error("failed %s", "here", exc_info=True)

    (record,) = records
    assert (record.msg, record.args, record.exc_text, record.funcName) == (
        "failed %s",
        ("here",),
        None,
        "test_the_record_is_neither_formatted_nor_changed",
    )
    assert "message" not in vars(record)
    assert errors_of(process) == [("log", "UnspeakableError", 1, [7])]
    assert process.problems == []


def test_nothing_is_counted_any_more_once_the_hooks_are_out(process: HookedProcess, place: Place) -> None:
    process.is_active = False
    with within(place):
        log_one()

    assert strays_of(process) == []
    assert errors_of(process) == []


def test_one_object_that_many_visits_get_is_an_error_of_each(process: HookedProcess) -> None:
    refused = KeyError("made once")

    for number in (7, 8, 7, 8, 9):
        with within(process.recorder.place(environ_of(number))):
            log.error("failed", exc_info=refused)
    log.error("and once more, by whoever", exc_info=refused)

    assert errors_of(process) == [("log", "KeyError", 3, [7, 8, 9])]
    assert strays_of(process) == []
