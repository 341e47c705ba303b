"""What the hooks told, read from the lines of server.jsonl."""

from typing import Any

import pytest

from loadtest.report.server import Boot, Channel, Gone, Inventory, Raised
from loadtest.report.server_lines import ServerLines
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
        Boot(BOOT, "app.py", has_seen_run=True, heard_at=(t0 + 1, t0 + 2), pid=4711, is_empty=True),
        Boot("b", "worker.py", has_seen_run=False, heard_at=(t0 + 9,), pid=4711, is_empty=True),
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
        Gone(3, None, ("connect", "disconnect"), at=1.5),
        Gone(4, "transport close", ("connect", "disconnect"), at=1.5),
    )


def test_a_visit_with_an_error_is_known_from_the_snapshot_or_from_the_journal() -> None:
    entries = [{"kind": "error", "number": number, "error": 1} for number in (7, 8, 8)]
    journal = {"kind": "journal", "boot": BOOT, "entries": entries}

    (process,) = hooked(snapshot([error([5]), error([6, 7], id=1)]), journal).processes

    assert [sorted(one.navigations) for one in process.errors] == [[5], [6, 7, 8]]
    assert process.raised == (Raised(7, 1, None), Raised(8, 1, None), Raised(8, 1, None))


def test_the_journal_tells_when_each_event_of_a_visit_began_and_how_long_it_took() -> None:
    times = {"opened_at": 1.0, "begun_at_ms": [0.5, 20], "took_ms": [3, None]}
    gone = {"kind": "gone", "number": 3, "reason": None, "events": ["connect", "join"], "at": 1.5, **times}
    failed = {"kind": "error", "number": 3, "error": 0, "at": 1.25}
    journal = {"kind": "journal", "boot": BOOT, "entries": [failed, gone]}

    (process,) = hooked(snapshot(), journal).processes

    assert process.raised == (Raised(3, 0, 1.25),)
    assert process.gone == (
        Gone(3, None, ("connect", "join"), 1.5, opened_at=1.0, begun_at_ms=(0.5, 20), took_ms=(3, None)),
    )


def test_an_error_says_on_which_way_it_came() -> None:
    server = hooked(snapshot([error([1]), error([2], id=1, channel="log")]))

    assert [one.channel for one in server.processes[0].errors] == [Channel.HANDLER, Channel.LOG]


def test_what_no_navigation_can_be_told_for_is_counted_with_what_the_first_snapshot_had() -> None:
    old, new = error([], count=2, channel="thread"), error([], id=1, channel="loop")
    later = [{**old, "count": 5}, {**new, "count": 4}]
    text = {"kind": "stray", "boot": BOOT, "id": 1, "traceback": "Traceback: OSError"}

    (process,) = hooked(
        snapshot(sequence=1, strays=[old], strays_overflow=1),
        text,
        snapshot(sequence=2, strays=later, strays_overflow=7),
    ).processes

    assert [(stray.error.count, stray.before) for stray in process.strays] == [(5, 2), (4, 0)]
    assert [stray.error.traceback for stray in process.strays] == [None, "Traceback: OSError"]
    assert (process.strays_overflow, process.strays_overflow_before) == (7, 1)
    assert process.errors == ()


def test_the_strays_of_a_single_snapshot_were_all_there_before() -> None:
    (process,) = hooked(snapshot(strays=[error([], count=2)], strays_overflow=3)).processes

    assert [stray.before for stray in process.strays] == [2]
    assert process.strays_overflow_before == 3


def test_the_vital_signs_are_read_from_the_first_snapshot_and_from_the_last() -> None:
    lag = histogram(1)
    loop = {"lag": lag.to_json(), "longest_ms": 300.5, "longest_at": 9.5}
    first: dict[str, Any] = {
        "inventory": {"tasks": {"Board.watch": 1}, "threads": {"MainThread": 1}},
        "gauges": {"clients": 2, "queue": None},
        "loop": {**loop, "longest_ms": None, "longest_at": None},
    }
    last: dict[str, Any] = {
        "inventory": {"tasks": {"Board.watch": 41}, "threads": {}},
        "gauges": {"clients": 4.5, "queue": None},
        "loop": loop,
        "began_at": 1.5,
        "runtime": "node 20.20.2",
        "is_last": True,
        "hooks": {"installed": [], "problems": [], "missing": ["socketio.Server: unknown"]},
    }
    stall = {"kind": "stall", "boot": BOOT, "loop": {**loop, "stack": "in sleep"}}

    (process,) = hooked(snapshot(**first), stall, snapshot(sequence=2, **last)).processes

    assert process.first_inventory == Inventory({"Board.watch": 1}, {"MainThread": 1})
    assert process.inventory == Inventory({"Board.watch": 41}, {})
    assert (process.first_gauges, process.gauges) == ({"clients": 2}, {"clients": 4.5, "queue": None})
    assert process.loop is not None
    assert process.loop.lag.to_json() == lag.to_json()
    assert process.first_loop is not None
    assert process.first_loop.longest_ms is None
    assert [(one.longest_ms, one.longest_at, one.stack) for one in process.stalls] == [
        (300.5, 9.5, "in sleep")
    ]
    assert (process.began_at, process.runtime, process.is_last) == (1.5, "node 20.20.2", True)
    assert process.missing == ("socketio.Server: unknown",)


def test_what_older_hooks_do_not_tell_is_not_known() -> None:
    (process,) = hooked(snapshot(sequence=1), snapshot(sequence=2)).processes

    assert (process.runtime, process.began_at, process.is_last) == ("python 3.11.7", None, False)
    assert (process.loop, process.first_loop, process.stalls) == (None, None, ())
    assert (process.strays, process.missing, process.gauges) == ((), (), {})
    assert (process.inventory, process.first_inventory) == (Inventory({}, {}), None)


def test_growth_is_measured_from_the_first_snapshot_that_could_tell() -> None:
    lines = [
        snapshot(sequence=1, residue={"threads": 4}),
        snapshot(sequence=2, residue={"threads": 5, "tasks": 2}, gauges={"clients": 7, "queue": None}),
        snapshot(sequence=3, residue={"threads": 6, "tasks": 9}, gauges={"clients": 8, "queue": 1}),
    ]

    (process,) = hooked(*lines).processes

    assert (process.first_residue["threads"], process.first_residue["tasks"]) == (4, 2)
    assert process.first_gauges == {"clients": 7}


def test_acknowledgements_have_a_latency_of_their_own() -> None:
    plain = handler("connect", 1, 0, histogram(1))
    (process,) = hooked(snapshot(handlers=[plain, {**plain, "ack": histogram(2, 3).to_json()}])).processes

    assert [one.ack.count for one in process.handlers] == [0, 2]


def test_what_could_not_be_hooked_is_known_of_processes_that_no_visit_reached_too() -> None:
    hooks = {"installed": [], "problems": [], "missing": ["engineio.Server: unknown"]}

    assert [boot.missing for boot in boots_of(snapshot(visits=0, hooks=hooks))] == [
        ("engineio.Server: unknown",)
    ]


def test_what_the_journal_lost_is_counted_once() -> None:
    journal = {"kind": "journal", "boot": BOOT, "entries": list[object]()}
    lines = [{**journal, "lost": lost} for lost in (0, 7, 9)]

    assert hooked(snapshot(), *lines).processes[0].journal_lost == 9


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
        snapshot(gauges={"clients": float("nan")}),
        snapshot(gauges={"clients": "many"}),
        snapshot(inventory={"tasks": ["a"]}),
        snapshot(loop={"lag": {}, "longest_ms": None, "longest_at": None}),
        snapshot(loop={"lag": histogram().to_json()}),
        snapshot(strays=[{}]),
        snapshot([error([1], channel="postcard")]),
        snapshot(began_at=float("inf")),
        {
            "kind": "journal",
            "boot": BOOT,
            "entries": [
                {"kind": "gone", "number": 1, "reason": None, "events": ["connect"], "begun_at_ms": [1, 2]}
            ],
        },
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
