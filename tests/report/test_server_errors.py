"""The errors of a server in one run, all its processes together."""

from collections.abc import Mapping
from typing import Any

import pytest

from loadtest.report.server import Channel
from loadtest.report.server_errors import Error, ServerErrors, merge_errors
from tests.report.building import BOOT, T0_AT, error, hooked, info, snapshot
from tests.report.tracebacks import GONE

T0 = T0_AT.timestamp()


def merged(*lines: Mapping[str, Any], **changes: Any) -> ServerErrors:
    return merge_errors(hooked(*lines), info(**changes))


def stray(count: int, **changes: Any) -> dict[str, Any]:
    return error([], count=count, channel="task", namespace=None, event=None, **changes)


def told(traceback: str, kind: str = "error", **changes: Any) -> dict[str, Any]:
    """Return the line that tells an error's traceback."""
    return {"kind": kind, "boot": BOOT, **error([], **changes), "traceback": traceback}


def test_one_error_is_one_type_at_one_place_in_all_processes_handlers_and_channels() -> None:
    first = snapshot([error([1, 2, 3]), error([4], id=1, event="connect", channel="log")], boot="a")
    second = snapshot([error([5, 6, 7], id=8, event="connect", channel="task")], boot="b")

    assert merged(first, second) == ServerErrors(
        (
            Error(
                what="KeyError in handle_disconnect",
                file="nicegui/nicegui.py",
                line=181,
                channels=(Channel.HANDLER, Channel.TASK, Channel.LOG),
                namespace="/",
                events=("connect", "disconnect"),
                exceptions=7,
                strays=0,
                navigations=frozenset(range(1, 8)),
                traceback=None,
            ),
        )
    )


@pytest.mark.parametrize("other", [{"line": 9}, {"file": "x.py"}, {"what": "ValueError in f"}])
def test_another_type_or_another_place_is_another_error(other: Mapping[str, Any]) -> None:
    assert len(merged(snapshot([error([1]), error([2], id=1, **other)])).errors) == 2


def test_strays_are_counted_beside_the_visits_that_had_the_same() -> None:
    (one,) = merged(snapshot([error([1, 2])], strays=[stray(3)])).errors

    assert (one.exceptions, one.strays, sorted(one.navigations)) == (
        2,
        0,
        [1, 2],
    )  # the first snapshot had them

    lines = [snapshot(sequence=1), snapshot([error([1, 2])], strays=[stray(3)], sequence=2)]
    (one,) = merged(*lines).errors

    assert (one.exceptions, one.strays, one.channels) == (5, 3, (Channel.TASK, Channel.HANDLER))
    assert (one.namespace, one.events) == ("/", ("disconnect",))


def test_a_stray_alone_is_an_error_without_a_visit_and_without_an_event() -> None:
    (one,) = merged(snapshot(sequence=1), snapshot(strays=[stray(3)], sequence=2)).errors

    assert (one.exceptions, one.strays, one.navigations) == (3, 3, frozenset())
    assert (one.channels, one.namespace, one.events) == ((Channel.TASK,), None, ())


@pytest.mark.parametrize(
    ("began_at", "t0_at", "count"),
    [
        (None, T0_AT, 4),
        (T0 - 9.0, T0_AT, 4),
        (T0 + 1.0, T0_AT, 7),
        (T0 + 1.0, None, 4),
    ],
)
def test_strays_that_were_there_before_the_run_are_not_the_runs(
    began_at: float | None, t0_at: object, count: int
) -> None:
    lines = [snapshot(strays=[stray(seen)], sequence=seen, began_at=began_at) for seen in (3, 7)]

    errors = merged(*lines, t0_at=t0_at)

    assert (errors.count, [one.strays for one in errors.errors]) == (count, [count])


def test_strays_of_which_no_more_came_are_no_error_of_the_run() -> None:
    lines = [snapshot(strays=[stray(3)], strays_overflow=4, sequence=n) for n in (1, 2)]

    assert merged(*lines) == ServerErrors()


def test_the_clock_of_a_process_is_set_right_before_it_is_asked_when_it_began() -> None:
    def line(sequence: int, began_at: float) -> dict[str, Any]:
        times: dict[str, Any] = {"taken_at": T0 + 3600.0, "heard_at": T0, "began_at": began_at}
        return snapshot(strays=[stray(sequence)], sequence=sequence, **times)

    assert merged(line(1, T0 + 3599.0), line(3, T0 + 3599.0)).count == 2
    assert merged(line(1, T0 + 3601.0), line(3, T0 + 3601.0)).count == 3


def test_strays_of_a_process_that_no_visit_reached_are_no_matter() -> None:
    stranger = [snapshot(boot="b", visits=0, strays=[stray(n)], sequence=n) for n in (1, 2)]

    assert merged(snapshot(), *stranger).count == 0


def test_exceptions_beyond_what_the_hooks_keep_are_counted() -> None:
    lines = [
        snapshot(errors_overflow=1, strays_overflow=2, sequence=1),
        snapshot([error([1])], errors_overflow=5, strays_overflow=9, sequence=2),
    ]

    assert merged(*lines).count == 1 + 5 + 7
    assert merged(*[{**line, "began_at": T0 + 1} for line in lines]).count == 1 + 5 + 9


def test_a_frameworks_own_error_counts_for_nothing_and_is_told_apart() -> None:
    lines = [told(GONE, id=1), told("KeyError: 'a'", id=2)]
    other = {"what": "KeyError in __call__", "file": "uvicorn/middleware/proxy_headers.py", "line": 60}

    errors = merged(*lines, snapshot([error([1, 2], id=1, **other), error([3], id=2)]))

    assert errors.count == 1
    assert [one.what for one in errors.errors] == ["KeyError in handle_disconnect"]
    (known,) = errors.known
    assert known.known is not None
    assert (known.known.package, known.exceptions, sorted(known.navigations)) == (
        *("python-engineio", 2),
        [1, 2],
    )


def test_a_frameworks_own_error_is_known_among_the_strays_too() -> None:
    lines = [snapshot(sequence=1), told(GONE, "stray"), snapshot(strays=[stray(2)], sequence=2)]

    errors = merged(*lines)

    assert (errors.count, [(one.exceptions, one.strays) for one in errors.known]) == (0, [(2, 2)])


def test_an_apps_error_at_the_place_of_a_known_one_is_not_known_with_it() -> None:
    lines = [told(GONE, id=1), told("Traceback\\nKeyError: 'a'", id=2, event="connect")]
    errors = [error([1], id=1), error([2], id=2, event="connect")]

    found = merged(*lines, snapshot(errors))

    assert (found.count, len(found.known)) == (1, 1)
