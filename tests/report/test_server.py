"""What the hooked processes add up to."""

from typing import Any

from tests.report.building import error, handler, histogram, hooked, snapshot


def test_processes_are_kept_apart_and_their_exceptions_added_up() -> None:
    server = hooked(
        snapshot([error([1, 2])], boot="a", errors_overflow=5),
        snapshot([error([3]), error([4], id=1, count=2)], boot="b"),
        snapshot([error([9])], boot="stranger", visits=0),
    )

    assert [process.boot for process in server.processes] == ["a", "b"]
    assert server.errors_count == 10


def test_calls_that_had_not_ended_are_counted_in_the_last_snapshots_of_processes_not_silent() -> None:
    def busy(boot: str, *in_flight: int, sequence: int = 1) -> dict[str, Any]:
        calls = [{**handler(f"event {n}", 9, 0, histogram()), "in_flight": n} for n in in_flight]
        return snapshot(boot=boot, sequence=sequence, handlers=calls)

    server = hooked(busy("a", 5), busy("a", 1, 2, sequence=2), busy("b", 4), busy("c", 8))

    assert server.running_calls(()) == 15
    assert server.running_calls(("c",)) == 7
