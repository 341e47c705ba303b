"""What readers get that come late, or now and then."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.report.live.backlog import Backlog


def phases(*rows: tuple[int, str, int], reset: bool = False, width_s: int = 1) -> dict[str, Any]:
    """Return a message with rows of (t, phase, count)."""
    told = [{"t": t, "phase": phase, "count": count} for t, phase, count in rows]
    return {"type": "phases", "width_s": width_s, "reset": reset, "rows": told}


def test_a_reader_that_comes_late_gets_one_message_of_each_type() -> None:
    backlog = Backlog()
    for message in (
        {"type": "run", "id": "a", "t0_at": None},
        {"type": "run", "id": "a", "t0_at": "now"},
        phases((0, "page", 1), (0, "open", 1)),
        {"type": "summary", "summary": {"seed": 1}},
        phases((0, "page", 2), (1, "page", 5)),
        {"type": "summary", "summary": {"seed": 2}},
    ):
        backlog.add(message)
    assert backlog.sequence == 6
    assert backlog.since(0) == [
        {"type": "run", "id": "a", "t0_at": "now"},
        phases((0, "page", 2), (0, "open", 1), (1, "page", 5)),
        {"type": "summary", "summary": {"seed": 2}},
    ]


def test_a_reader_gets_only_what_came_after_what_it_knows() -> None:
    backlog = Backlog()
    backlog.add({"type": "run", "id": "a"})
    known = backlog.add(phases((0, "page", 1), (1, "page", 1)))
    assert backlog.since(known) == []
    backlog.add(phases((1, "page", 4)))
    assert backlog.since(known) == [phases((1, "page", 4))]


def test_a_reset_makes_the_rows_before_it_void_for_who_has_seen_them() -> None:
    backlog = Backlog()
    known = backlog.add(phases((0, "page", 1), (1, "page", 2)))
    reset = backlog.add(phases((0, "page", 3), reset=True, width_s=2))
    backlog.add(phases((2, "page", 1), width_s=2))
    assert backlog.since(known) == [phases((0, "page", 3), (2, "page", 1), reset=True, width_s=2)]
    assert backlog.since(reset) == [phases((2, "page", 1), width_s=2)]


def test_the_end_takes_the_place_of_the_summary() -> None:
    backlog = Backlog()
    backlog.add({"type": "summary", "summary": {"verdict": None}})
    backlog.add({"type": "end", "summary": {"verdict": "fail"}})
    assert backlog.since(0) == [{"type": "end", "summary": {"verdict": "fail"}}]


def test_a_number_that_is_not_known_yet_gets_everything() -> None:
    backlog = Backlog()
    backlog.add({"type": "run", "id": "b"})
    assert backlog.since(7) == [{"type": "run", "id": "b"}]
    assert backlog.since(-1) == [{"type": "run", "id": "b"}]


def test_memory_is_bounded_by_the_oldest_rows() -> None:
    backlog = Backlog()
    for start in range(0, 30_000, 1000):
        backlog.add(phases(*((t, "page", 1) for t in range(start, start + 1000))))
    (message,) = backlog.since(0)
    assert (len(message["rows"]), message["rows"][0]["t"]) == (20_000, 10_000)


@pytest.mark.parametrize("message", [{"type": "other"}, {}, {"type": "phases", "rows": [{}]}])
def test_what_no_follower_tells_is_refused_and_changes_nothing(message: dict[str, Any]) -> None:
    backlog = Backlog()
    with pytest.raises(KeyError):
        backlog.add(message)
    assert (backlog.sequence, backlog.since(0)) == (0, [])


MESSAGES = st.lists(
    st.builds(
        lambda rows, reset: phases(*rows, reset=reset),
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["page", "open"]), st.integers(1, 9))),
        st.booleans(),
    ),
    max_size=12,
)


def held(messages: list[Any]) -> dict[tuple[int, str], int]:
    """Return what a browser holds after messages."""
    rows: dict[tuple[int, str], int] = {}
    for message in messages:
        if message["reset"]:
            rows.clear()
        rows |= {(row["t"], row["phase"]): row["count"] for row in message["rows"]}
    return rows


@given(MESSAGES, st.sets(st.integers(0, 11)))
@settings(deadline=None)
def test_who_asks_now_and_then_holds_the_same_as_who_heard_every_message(
    messages: list[dict[str, Any]], asks: set[int]
) -> None:
    backlog, known, heard = Backlog(), 0, []
    for index, message in enumerate(messages):
        backlog.add(message)
        if index in asks:
            heard += backlog.since(known)
            known = backlog.sequence
    heard += backlog.since(known)
    assert held(heard) == held(messages)
