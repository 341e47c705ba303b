"""Buckets of a run's time."""

import pytest

from loadtest.report.series.buckets import Buckets, width_for


def counted() -> Buckets[list[str]]:
    """Return buckets that keep words."""
    return Buckets(list, lambda earlier, later: earlier.extend(later))


def test_what_belongs_to_a_second_is_told_once_until_it_changes() -> None:
    buckets = counted()
    buckets.at(0.2).append("a")
    buckets.at(0.9).append("b")
    buckets.at(3.0).append("c")
    assert list(buckets.take()) == [(0, ["a", "b"]), (3, ["c"])]
    assert list(buckets.take()) == []
    buckets.at(0.5).append("d")
    assert list(buckets.take()) == [(0, ["a", "b", "d"])]


def test_a_time_before_t0_belongs_to_the_first_second() -> None:
    buckets = counted()
    buckets.at(-0.3).append("early")
    assert list(buckets.take()) == [(0, ["early"])]


def test_a_bucket_that_has_not_ended_stays_behind() -> None:
    buckets = counted()
    buckets.at(1.0).append("a")
    buckets.at(2.0).append("b")
    assert list(buckets.take(until_s=2.5)) == [(1, ["a"])]
    assert list(buckets.take()) == [(2, ["b"])]


def test_after_600_seconds_neighbours_are_merged_and_everything_is_told_anew() -> None:
    buckets = counted()
    for second in (0, 1, 2, 5, 599):
        buckets.at(second).append(str(second))
    assert len(list(buckets.take())) == 5
    assert not buckets.is_reset
    buckets.at(600.0).append("600")
    assert (buckets.width_s, buckets.is_reset) == (2, True)
    assert list(buckets.take()) == [
        (0, ["0", "1"]),
        (2, ["2"]),
        (4, ["5"]),
        (598, ["599"]),
        (600, ["600"]),
    ]
    assert not buckets.is_reset


def test_a_jump_ahead_doubles_the_width_as_often_as_it_takes() -> None:
    buckets = counted()
    buckets.at(1.0).append("a")
    buckets.at(100_000.0).append("z")
    assert buckets.width_s == 256
    assert list(buckets.take()) == [(0, ["a"]), (99_840, ["z"])]


def test_a_bucket_that_nothing_belongs_to_is_not_there() -> None:
    buckets = counted()
    buckets.at(5.5).append("a")
    assert [second in buckets for second in (5, 5.9, 6)] == [True, True, False]


@pytest.mark.parametrize(
    ("last_s", "most_rows", "width_s"), [(0.0, 600, 1), (599.9, 600, 1), (600.0, 600, 2), (3600.0, 600, 8)]
)
def test_the_width_is_what_buckets_would_come_to(last_s: float, most_rows: int, width_s: int) -> None:
    buckets: Buckets[list[str]] = Buckets(list, list.extend, most_rows)
    buckets.at(last_s)
    assert width_for(last_s, most_rows) == buckets.width_s == width_s
