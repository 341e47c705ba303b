"""What the processes of a server told, added up."""

from loadtest.exports.label import OTHER
from loadtest.exports.server import ServerCounts, ServerTally
from tests.exports.snapshots import KNOWN, error, handler, newest


def nothing() -> None:
    """Do not wait for anybody."""


def counted(*processes: object, tally: ServerTally | None = None) -> ServerCounts:
    counts = (tally or ServerTally(100.0)).count(processes, nothing)  # type: ignore[arg-type]
    assert counts is not None
    return counts


def test_handlers_are_added_up_over_the_processes() -> None:
    counts = counted(
        newest("a", handlers=[handler("join", 3, 1, 0.003), handler("leave", 2)]),
        newest("b", handlers=[handler("join", 4, 0, 0.3)]),
    )

    join = counts.handlers["/", "join"]
    assert (join.calls, join.errors, join.latency.count, join.latency.sum_us) == (7, 1, 7, 1_209_000)
    assert (counts.processes, counts.handlers["/", "leave"].calls) == (2, 2)


def test_a_process_that_no_visit_has_reached_is_a_stranger() -> None:
    assert ServerTally(100.0).count([newest(visits=0, handlers=[handler("join")])], nothing) is None
    assert counted(newest("a"), newest("b", visits=0)).processes == 1


def test_errors_that_frameworks_are_known_for_do_not_count() -> None:
    counts = counted(newest(errors=[error(1, 5), error(2, 7, KNOWN)], errors_overflow=2))

    assert counts.errors == 7


def test_strays_count_from_the_first_snapshot_on() -> None:
    tally = ServerTally(100.0)
    tally.note([newest(visits=0, strays=[error(1, 3)])])

    assert counted(newest(strays=[error(1, 3)]), tally=tally).errors == 0
    assert counted(newest(strays=[error(1, 5), error(2, 1)], strays_overflow=1), tally=tally).errors == 4


def test_all_strays_count_of_a_process_that_began_in_the_run() -> None:
    assert counted(newest(began_at=101.0, strays=[error(1, 3)])).errors == 3


def test_what_is_held_is_known_of_those_alone_that_are_there() -> None:
    counts = counted(
        newest("a"), newest("b", residue={"sids": 40, "tasks": None}), newest("c", is_there=False)
    )

    assert counts.residue == {
        "sids": 42,
        "eio_sockets": 2,
        "rooms": 0,
        "environs": 4,
        "pending_disconnects": 0,
    }
    assert counts.held == {"tasks": None, "threads": 6, "open_files": 18, "rss_bytes": 8192}


def test_where_nobody_is_there_nobody_knows_what_is_held() -> None:
    counts = counted(newest(is_there=False, handlers=[handler("join", 3)]))

    assert set(counts.residue.values()) == {None}
    assert counts.handlers["/", "join"].calls == 3


def test_node_keeps_none_of_what_is_pythons_own() -> None:
    counts = counted(newest(runtime="node 20.20.2", residue={"environs": None, "sids": None}))

    assert (counts.residue["environs"], counts.residue["sids"]) == (0, None)


def test_ten_thousand_events_are_a_hundred_and_one_and_none_is_lost() -> None:
    processes = [
        newest(f"p{first}", handlers=[handler(f"event {first + n}") for n in range(2000)])
        for first in range(0, 10_000, 2000)
    ]
    waited: list[None] = []

    counts = ServerTally(100.0).count(processes, lambda: waited.append(None))

    assert counts is not None
    assert len(counts.handlers) == 101
    assert sum(one.calls for one in counts.handlers.values()) == 10_000
    assert counts.handlers[OTHER, OTHER].latency.count == 9_900
    assert len(waited) == 10_000 // 16


def test_what_was_told_under_a_name_stays_under_it() -> None:
    tally = ServerTally(100.0)
    first = counted(newest("a", handlers=[handler(f"e{n}") for n in range(100)]), tally=tally)
    later = counted(
        newest("z", handlers=[handler(f"earlier {n}") for n in range(100)]),
        newest("a", handlers=[handler(f"e{n}", 2) for n in range(100)]),
        tally=tally,
    )

    assert set(later.handlers) == {*first.handlers, (OTHER, OTHER)}
    assert all(later.handlers[labels].calls == 2 for labels in first.handlers)
