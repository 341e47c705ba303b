"""What is said of how a server fared."""

from typing import Any

import pytest

from loadtest.report import vital_sentences


def grown(**counts: int | None) -> dict[str, Any]:
    known = {"tasks": None, "threads": None, "rss_bytes": None, "open_files": None}
    return {"residue": {**known, **counts}, "inventory": {"tasks": {}, "threads": {}}}


def loop(**changes: Any) -> dict[str, Any]:
    figures = {"lag_p99_ms": 1.24, "longest_stall_ms": 312.4, "stack": "in f", "at_s": 4.21}
    return {"loop": {**figures, **changes}}


@pytest.mark.parametrize(
    ("server", "text"),
    [
        (
            grown(rss_bytes=1_250_000, threads=-2, open_files=3, tasks=0),
            "; memory +1.2 MB, threads -2, open files +3, tasks +0 since the run began",
        ),
        (grown(threads=0), "; threads +0 since the run began"),
        (grown(), ""),
    ],
)
def test_growth_is_told_where_it_is_known(server: dict[str, Any], text: str) -> None:
    assert vital_sentences.growth(server) == text


def test_the_names_that_grew_most_are_told_with_what_grew() -> None:
    names = {"Board.watch": 1400, "send": 3, "poll": 2, "ping": 1, "x" * 90: 1, "gone": -9}
    server = {**grown(tasks=1398, threads=0), "inventory": {"tasks": names, "threads": {"a": 1, "b": -1}}}

    assert vital_sentences.growth(server) == (
        "; threads +0, tasks +1,398 (1,400 Board.watch, 3 send, 2 poll, 2 more names) since the run began"
    )


def test_a_long_name_is_clipped() -> None:
    server = {**grown(threads=1), "inventory": {"tasks": {}, "threads": {"x" * 90: 1}}}

    assert f"threads +1 (1 {'x' * 57}...) since" in vital_sentences.growth(server)


@pytest.mark.parametrize(
    ("server", "text"),
    [
        (loop(), "lag p99 1.2 ms, longest stall 312 ms, 4.2 s into the run"),
        (loop(longest_stall_ms=None, at_s=None), "lag p99 1.2 ms"),
        (loop(lag_p99_ms=None), ""),
    ],
)
def test_the_event_loop_is_told_where_there_is_one(server: dict[str, Any], text: str) -> None:
    assert vital_sentences.loop(server) == text


@pytest.mark.parametrize(
    ("server", "text"),
    [
        (loop(longest_stall_ms=None), ""),
        (loop(longest_stall_ms=1000.0), ""),
        (
            loop(longest_stall_ms=1250.1),
            (
                "The server's event loop stood still for 1.3 s, 4.2 s into the run, and nobody was answered; "
                "it was in"
            ),
        ),
        (
            loop(longest_stall_ms=2000, stack=None),
            (
                "The server's event loop stood still for 2.0 s, 4.2 s into the run, and nobody was answered; "
                "what it did there nobody could see"
            ),
        ),
    ],
)
def test_only_a_stall_of_more_than_a_second_is_a_warning(server: dict[str, Any], text: str) -> None:
    assert vital_sentences.stall(server) == text


def test_gauges_are_told_with_their_growth() -> None:
    gauges = {
        "clients": {"value": 1042, "growth": 1040},
        "share": {"value": 0.25, "growth": -0.5},
        "late": {"value": 3, "growth": None},
        "queue": {"value": None, "growth": None},
    }

    assert vital_sentences.gauges({"gauges": gauges}) == (
        "clients 1,042 (+1,040 since the run began), share 0.25 (-0.5 since the run began), late 3, "
        "queue not known"
    )
    assert vital_sentences.gauges({"gauges": {}}) == ""
