"""What the hooks told, all server processes together."""

from loadtest.report.server import ServerSide
from loadtest.report.server_figures import Residue, merge_handlers, merge_residue
from tests.report.building import handler, histogram, hooked, snapshot


def test_a_handlers_figures_are_added_up_over_the_processes() -> None:
    server = hooked(
        snapshot(
            boot="a",
            handlers=[handler("disconnect", 3, 1, histogram(1, 2)), handler("connect", 3, 0, histogram(5))],
        ),
        snapshot(
            boot="b",
            handlers=[
                handler("disconnect", 4, 2, histogram(9)),
                handler("connect", 1, 0, histogram(5), "/admin"),
            ],
        ),
    )

    rows = merge_handlers(server)

    assert [(row.namespace, row.event, row.calls, row.errors) for row in rows] == [
        ("/", "connect", 3, 0),
        ("/", "disconnect", 7, 3),
        ("/admin", "connect", 1, 0),
    ]
    assert [row.in_flight for row in rows] == [0, 0, 0]
    assert rows[1].latency.to_json() == histogram(1, 2, 9).to_json()
    assert [row.ack.count for row in rows] == [0, 0, 0]


def test_acknowledgements_are_added_up_too() -> None:
    asked = [{**handler("join", 1, 0, histogram(1)), "ack": histogram(ms).to_json()} for ms in (2, 4)]

    (row,) = merge_handlers(
        hooked(snapshot(boot="a", handlers=asked[:1]), snapshot(boot="b", handlers=asked[1:]))
    )

    assert row.ack.to_json() == histogram(2, 4).to_json()


def test_calls_in_flight_are_added_up_too() -> None:
    busy = [{**handler("connect", 1, 0, histogram()), "in_flight": count} for count in (2, 3)]

    (row,) = merge_handlers(
        hooked(snapshot(boot="a", handlers=busy[:1]), snapshot(boot="b", handlers=busy[1:]))
    )

    assert row.in_flight == 5


def test_residue_is_added_up_and_growth_is_measured_from_the_first_snapshot() -> None:
    server = hooked(
        snapshot(boot="a", residue={"threads": 10, "rss_bytes": 1000, "tasks": 2, "open_files": 9}),
        snapshot(
            (),
            {"sids": [1, 2]},
            {"threads": 12, "rss_bytes": 3000, "tasks": 43, "open_files": 8},
            boot="a",
            sequence=2,
        ),
        snapshot(boot="b", residue={"threads": 4, "rss_bytes": 500, "tasks": 0, "open_files": 5}),
        snapshot(
            (),
            {"sids": [3], "rooms": [3]},
            {"threads": 3, "rss_bytes": 500, "tasks": 1, "open_files": 9},
            boot="b",
            sequence=2,
        ),
    )

    assert merge_residue(server, is_quiet=True) == Residue(
        sids=3,
        eio_sockets=0,
        rooms=1,
        environs=0,
        pending_disconnects=0,
        tasks=42,
        threads=1,
        rss_bytes=2000,
        open_files=3,
    )


def test_what_one_process_does_not_know_nobody_knows() -> None:
    server = hooked(snapshot((), {"sids": [1]}, boot="a"), snapshot(residue={"sids": None}, boot="b"))

    residue = merge_residue(server, is_quiet=True)

    assert (residue.sids, residue.rooms, residue.threads, residue.rss_bytes) == (None, 0, None, None)


def test_without_a_quiet_nothing_is_called_residue() -> None:
    residue = merge_residue(hooked(snapshot((), {"sids": [1]})), is_quiet=False)

    assert (residue.sids, residue.rooms, residue.pending_disconnects) == (None, None, None)


def test_what_stayed_in_a_process_that_went_silent_nobody_knows() -> None:
    server = hooked(snapshot((), {"sids": [1]}, boot="a"), snapshot(boot="b"))

    residue = merge_residue(server, is_quiet=True, silent_boots=["a"])

    assert (residue.sids, residue.rooms, residue.pending_disconnects) == (None, None, None)


def test_what_node_does_not_keep_is_not_unknown_but_what_it_cannot_read_is() -> None:
    python = snapshot((), {"environs": [1, 2]}, boot="a")
    unread = {"environs": None, "pending_disconnects": None}
    node = snapshot((), {"sids": [3]}, unread, boot="b", runtime="node 20.20.2")
    blind = snapshot((), {}, {"sids": None}, boot="b", runtime="node 20.20.2")

    both = merge_residue(hooked(python, node), is_quiet=True)

    assert (both.sids, both.environs, both.pending_disconnects) == (1, 2, 0)
    assert merge_residue(hooked(python, blind), is_quiet=True).sids is None
    assert merge_residue(hooked(snapshot((), {}, unread)), is_quiet=True).environs is None


def test_what_grew_in_a_process_that_has_ended_is_no_more() -> None:
    grown = {"threads": 9, "rss_bytes": 900, "tasks": 9, "open_files": 9}
    ended = [
        snapshot(boot="a", residue=dict.fromkeys(grown, 1)),
        snapshot((), {}, grown, boot="a", sequence=2),
    ]
    there = [snapshot(boot="b", residue=grown), snapshot((), {}, grown, boot="b", sequence=2)]

    residue = merge_residue(hooked(*ended, *there), is_quiet=True, living=hooked(*there))
    nobody = merge_residue(hooked(*ended), is_quiet=True, living=ServerSide(()))

    assert (residue.tasks, residue.open_files, residue.threads, residue.rss_bytes) == (0, 0, 0, 0)
    assert (nobody.tasks, nobody.sids) == (None, 0)
