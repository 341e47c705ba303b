"""What the hooks told, read from the lines of server.jsonl."""

from typing import Any

import pytest

from loadtest.report.server import Boot, Gone, ServerLines
from tests.report.building import (
    BOOT,
    T0_AT,
    boots_of,
    error,
    handler,
    histogram,
    hooked,
    server_of,
    snapshot,
)


def test_without_lines_there_were_no_hooks() -> None:
    assert server_of() is None


def test_a_process_that_no_visit_reached_is_dropped() -> None:
    assert server_of(snapshot(visits=0)) is None


def test_every_process_is_known_by_when_it_was_heard_those_that_no_visit_reached_too() -> None:
    t0 = T0_AT.timestamp()
    lines = [snapshot(sequence=n, heard_at=t0 + n) for n in (1, 2)]
    stranger = snapshot(boot="b", visits=0, command="worker.py", heard_at=t0 + 9)

    assert boots_of(*lines, stranger) == (
        Boot(BOOT, "app.py", has_seen_run=True, heard_at=(t0 + 1, t0 + 2)),
        Boot("b", "worker.py", has_seen_run=False, heard_at=(t0 + 9,)),
    )


def test_one_visit_is_enough_to_have_seen_the_run() -> None:
    (process,) = hooked(snapshot(visits=1)).processes

    assert (process.visits, process.journal_lost, process.gone) == (1, 0, ())


def test_a_process_is_read_from_its_last_snapshot() -> None:
    latency = histogram(1, 2)
    server = hooked(
        snapshot(sequence=1, visits=10, residue={"rss_bytes": 1000}),
        snapshot(
            [error([3])],
            {"sids": [3]},
            {"rss_bytes": 1500},
            sequence=2,
            visits=20,
            handlers=[handler("connect", 2, 1, latency)],
        ),
    )

    (process,) = server.processes
    assert (process.boot, process.pid, process.command, process.visits) == (BOOT, 4711, "app.py", 20)
    assert (process.residue["sids"], process.residue["tasks"]) == (1, None)
    assert (process.residue["rss_bytes"], process.first_residue["rss_bytes"]) == (1500, 1000)
    assert process.left_behind["sids"] == {3}
    assert process.left_behind["rooms"] == frozenset()
    (connect,) = process.handlers
    assert (connect.namespace, connect.event, connect.calls, connect.errors) == ("/", "connect", 2, 1)
    assert connect.latency.to_json() == latency.to_json()
    (key_error,) = process.errors
    assert (key_error.what, key_error.file, key_error.line) == (
        "KeyError in handle_disconnect",
        "nicegui/nicegui.py",
        181,
    )
    assert (key_error.count, key_error.traceback) == (1, None)
    assert key_error.navigations == {3}


def test_a_snapshot_that_was_overtaken_does_not_replace_a_later_one() -> None:
    server = hooked(snapshot(sequence=5, visits=50), snapshot(sequence=4, visits=40))

    assert server.processes[0].visits == 50


def test_a_single_snapshot_is_nothing_to_measure_growth_from() -> None:
    assert hooked(snapshot()).processes[0].first_residue == {}


def test_the_traceback_comes_from_its_own_line() -> None:
    text = {"kind": "error", "boot": BOOT, "id": 0, "traceback": "Traceback: KeyError"}

    assert hooked(text, snapshot([error([1])])).processes[0].errors[0].traceback == "Traceback: KeyError"


def test_the_journal_tells_how_each_connection_ended() -> None:
    gone = {"kind": "gone", "number": 3, "reason": None, "events": ["connect", "disconnect"], "at": 1.5}
    lines = [
        {"kind": "journal", "boot": BOOT, "entries": [gone]},
        {"kind": "journal", "boot": BOOT, "entries": [{**gone, "number": 4, "reason": "transport close"}]},
    ]

    (process,) = hooked(snapshot(), *lines).processes

    assert process.gone == (
        Gone(3, None, ("connect", "disconnect")),
        Gone(4, "transport close", ("connect", "disconnect")),
    )


def test_a_visit_with_an_error_is_known_from_the_snapshot_or_from_the_journal() -> None:
    entries = [{"kind": "error", "number": number, "error": 1} for number in (7, 8, 8)]
    journal = {"kind": "journal", "boot": BOOT, "entries": entries}

    (process,) = hooked(snapshot([error([5]), error([6, 7], id=1)]), journal).processes

    assert [sorted(one.navigations) for one in process.errors] == [[5], [6, 7, 8]]


def test_what_the_journal_lost_is_counted_once() -> None:
    journal = {"kind": "journal", "boot": BOOT, "entries": list[object]()}
    lines = [{**journal, "lost": lost} for lost in (0, 7, 9)]

    assert hooked(snapshot(), *lines).processes[0].journal_lost == 9


def test_processes_are_kept_apart_and_their_exceptions_added_up() -> None:
    server = hooked(
        snapshot([error([1, 2])], boot="a", errors_overflow=5),
        snapshot([error([3]), error([4], id=1, count=2)], boot="b"),
        snapshot([error([9])], boot="stranger", visits=0),
    )

    assert [process.boot for process in server.processes] == ["a", "b"]
    assert server.errors_count == 10


def test_the_hooks_problems_are_handed_on() -> None:
    hooks = {"installed": [], "problems": ["engineio is too old"]}

    assert hooked(snapshot(hooks=hooks)).processes[0].problems == ("engineio is too old",)


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "postcard", "boot": BOOT},
        {"kind": "journal", "boot": BOOT, "entries": [{"kind": "rumour"}]},
        {"kind": "snapshot", "boot": BOOT},
        {"kind": "error", "boot": BOOT, "id": "x", "traceback": ""},
        {"boot": BOOT},
        {},
        [],
        snapshot(handlers=[{}]),
        {**snapshot(), "residue": {"sids": "many"}},
    ],
)
def test_a_line_that_the_collector_does_not_write_is_refused(line: Any) -> None:
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        ServerLines().add(line)


def test_a_snapshot_that_cannot_be_read_does_not_replace_one_that_can() -> None:
    lines = ServerLines()
    lines.add(snapshot(sequence=1, visits=10))
    with pytest.raises(KeyError):
        lines.add(snapshot(sequence=2, visits=20, handlers=[{}]))

    server = lines.server_side()

    assert server is not None
    assert server.processes[0].visits == 10


def test_calls_that_had_not_ended_are_counted_in_the_last_snapshots_of_processes_not_silent() -> None:
    def busy(boot: str, *in_flight: int, sequence: int = 1) -> dict[str, Any]:
        calls = [{**handler(f"event {n}", 9, 0, histogram()), "in_flight": n} for n in in_flight]
        return snapshot(boot=boot, sequence=sequence, handlers=calls)

    server = hooked(busy("a", 5), busy("a", 1, 2, sequence=2), busy("b", 4), busy("c", 8))

    assert server.running_calls(()) == 15
    assert server.running_calls(("c",)) == 7
