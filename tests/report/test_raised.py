"""The sentences about what a server raised."""

from typing import Any

import pytest

from loadtest.report import raised
from loadtest.report.server import Channel


def finding(**changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "exceptions": 412,
        "strays": 0,
        "file": "nicegui/client.py",
        "line": 260,
        "channels": ["handler"],
        "events": ["disconnect"],
    }
    return {**known, **changes}


AT = "412 exceptions at nicegui/client.py:260"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, f"{AT}, handler of 'disconnect'"),
        ({"exceptions": 1, "file": None, "events": []}, "1 exception"),
        ({"events": ["e" * 50]}, f"{AT}, handler of '{'e' * 37}...'"),
        ({"events": ["a", "b"]}, f"{AT}, handlers of 'a' and 'b'"),
        ({"events": ["a", "b", "c", "d", "e"]}, f"{AT}, handlers of 'a', 'b', 'c' and 2 more"),
        ({"channels": ["log"], "events": []}, f"{AT}, only logged"),
        ({"channels": ["task"], "events": ["join"]}, f"{AT}, in a background task, because of 'join'"),
        (
            {"channels": ["handler", "thread", "task"]},
            f"{AT}, handler of 'disconnect', in a thread and in a background task",
        ),
        (
            {"channels": ["page", "loop"], "events": []},
            f"{AT}, in the page handler and told to the event loop's exception handler",
        ),
        (
            {"strays": 3},
            (
                "409 exceptions at nicegui/client.py:260, handler of 'disconnect'; "
                "and 3 more, from clients that are not of this run, or from no visit"
            ),
        ),
        ({"strays": 412, "channels": ["hub"], "events": []}, f"{AT}, in a greenlet"),
        ({"exceptions": None}, ""),
    ],
)
def test_where_an_error_was_raised_and_how_it_came_is_told(changes: dict[str, Any], text: str) -> None:
    assert raised.source(finding(**changes)) == text


def test_there_are_words_for_every_channel_but_the_handlers_own() -> None:
    told = {channel: raised.way([channel], []) for channel in Channel}

    assert [channel for channel, words in told.items() if not words] == ["handler"]
    assert (told[Channel.REJECTION], told[Channel.EXCEPTION]) == (
        "in a promise that nobody caught",
        "caught by nobody",
    )


@pytest.mark.parametrize(
    ("traceback", "lines"),
    [
        ("", []),
        ("KeyError: 'a'\n", ["KeyError: 'a'"]),
        ("Traceback:\n  File 1\n    x\nKeyError: 'a'\n", ["  File 1", "    x", "KeyError: 'a'"]),
        ("  File 1\n    x\n    ^\n  File 2\n    y\nKeyError: 'a'", ["  File 2", "    y", "KeyError: 'a'"]),
        ("a\nb\nc\nd\ne", ["b", "c", "d", "e"]),
        ('  File "/a/b/c/d.py", line 3, in f\n\tg()', ['  File ".../c/d.py", line 3, in f', "    g()"]),
        (f"E: {'x' * 300}", [f"E: {'x' * 194}..."]),
    ],
)
def test_a_traceback_is_told_from_the_start_of_a_frame(traceback: str, lines: list[str]) -> None:
    assert list(raised.last_frames(traceback, 4)) == lines


@pytest.mark.parametrize(
    ("count", "at", "text"),
    [
        (
            12,
            ["P06b"],
            (
                "python-engineio's own, known and harmless: KeyError in handle_request, 12 times, at P06b: "
                "the client was gone"
            ),
        ),
        (
            1,
            [],
            (
                "python-engineio's own, known and harmless: KeyError in handle_request, 1 time: "
                "the client was gone"
            ),
        ),
    ],
)
def test_errors_that_are_a_frameworks_own_are_told_in_one_line(count: int, at: list[str], text: str) -> None:
    row = {
        "package": "python-engineio",
        "what": "KeyError in handle_request",
        "why": "the client was gone",
        "count": count,
        "at": at,
    }

    assert raised.known(row) == text
