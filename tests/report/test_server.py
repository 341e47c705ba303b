"""What the hooked processes add up to."""

from typing import Any

from tests.report.building import error, handler, histogram, hooked, snapshot


def test_processes_that_saw_the_run_are_kept_apart() -> None:
    server = hooked(
        snapshot([error([1, 2])], boot="a", errors_overflow=5),
        snapshot([error([3]), error([4], id=1, count=2)], boot="b"),
        snapshot([error([9])], boot="stranger", visits=0),
    )

    assert [process.boot for process in server.processes] == ["a", "b"]
    assert [len(process.errors) for process in server.processes] == [1, 2]


def test_calls_that_had_not_ended_are_counted_in_the_last_snapshots_of_processes_that_are_there() -> None:
    def busy(boot: str, *in_flight: int, sequence: int = 1) -> dict[str, Any]:
        calls = [{**handler(f"event {n}", 9, 0, histogram()), "in_flight": n} for n in in_flight]
        return snapshot(boot=boot, sequence=sequence, handlers=calls)

    server = hooked(busy("a", 5), busy("a", 1, 2, sequence=2), busy("b", 4), busy("c", 8))

    assert server.running_calls(()) == 15
    assert server.running_calls(("c",)) == 7


def test_a_process_that_has_ended_runs_nothing() -> None:
    calls = [{**handler("connect", 9, 0, histogram()), "in_flight": 2}]
    server = hooked(snapshot(boot="a", handlers=calls, is_last=True), snapshot(boot="b", handlers=calls))

    assert server.running_calls(()) == 2
