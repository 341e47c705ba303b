"""The errors of a server in one run, all its processes together."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.report.server import Channel
from loadtest.report.server_errors import Error, ServerErrors, merge_errors
from loadtest.report.server_lines import ServerLines
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
                by_visit=dict.fromkeys(range(1, 8), 1),
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


WARM_UP_S = 12.0


def warmed(warm: Mapping[str, Any], *later: Mapping[str, Any], numbers: Collection[int]) -> ServerErrors:
    """Return the errors of a run whose warm-up ended between a first snapshot and later lines."""
    collected = ServerLines(T0 + WARM_UP_S)
    collected.add({**warm, "heard_at": T0 + 11.5, "taken_at": T0 + 11.49})
    for sequence, line in enumerate(later, start=2):
        collected.add({**line, "sequence": sequence, "heard_at": T0 + 30, "taken_at": T0 + 29.99})
    server = collected.server_side()
    assert server is not None
    return merge_errors(server, info(), numbers)


def raised(number: int, times: int = 1) -> dict[str, Any]:
    entry = {"kind": "error", "number": number, "error": 0, "at": T0}
    return {"kind": "journal", "boot": BOOT, "entries": [entry] * times, "lost": 0}


def test_an_error_is_left_out_with_its_visit_whenever_it_came() -> None:
    errors = warmed(snapshot([error([1])]), snapshot([error([1, 2, 3])]), raised(3), numbers=[1, 2])
    (one,) = errors.errors

    assert (errors.count, one.exceptions, one.left_out, one.counted) == (1, 3, 2, 1)
    assert (one.navigations, errors.by_visit) == (frozenset({1, 2, 3}), {1: 1, 2: 1, 3: 1})


def test_each_exception_of_a_visit_counts() -> None:
    errors = warmed(snapshot(), snapshot([error([1, 2], count=7)]), raised(1, 3), raised(2, 4), numbers=[1])

    assert (errors.count, errors.by_visit) == (4, {1: 3, 2: 4})


def test_exceptions_that_no_visit_is_known_for_are_left_out_by_what_had_been_told() -> None:
    """Of a journal that overran: the first twenty visits of an error are known, and its count."""
    warm, last = snapshot([error([1], count=30)]), snapshot([error([1, 2], count=100)])

    assert warmed(warm, last, numbers=[1]).count == 70
    assert warmed(warm, snapshot([error([1, 2], count=30)]), numbers=[1]).count == 1


def test_strays_are_left_out_by_what_had_been_told() -> None:
    began: dict[str, Any] = {"began_at": T0 + 1}
    errors = warmed(snapshot(strays=[stray(2)], **began), snapshot(strays=[stray(5)], **began), numbers=[1])

    assert (errors.count, errors.strays, errors.errors[0].strays) == (3, 3, 5)


def test_strays_from_before_the_run_are_not_left_out_twice() -> None:
    first = snapshot(strays=[stray(4)])  # of a process that was there before the run

    errors = warmed(first, snapshot(strays=[stray(5)]), numbers=[])

    assert (errors.count, errors.errors[0].exceptions) == (1, 1)


def test_what_had_overflown_by_the_end_of_the_warm_up_is_left_out() -> None:
    warm = snapshot(errors_overflow=3, strays_overflow=10)

    assert warmed(warm, snapshot(errors_overflow=5, strays_overflow=14), numbers=[]).overflow == 6


@given(
    st.lists(st.integers(0, 9), max_size=20),
    st.sets(st.integers(0, 9)),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_no_more_is_left_out_than_there_was(
    numbers: list[int], warm: set[int], before: int, after: int
) -> None:
    journal = [raised(number) for number in numbers]
    first, last = snapshot([error([], count=before)]), snapshot([error([], count=after)])
    (one,) = warmed(first, last, *journal, numbers=warm).errors

    assert 0 <= one.left_out <= one.exceptions == after
