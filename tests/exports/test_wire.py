"""A reading on its way to the process that pushes."""

import pytest

from loadtest.exports.wire import Push, from_line, to_line
from tests.exports.snapshots import handler, newest
from tests.exports.standing import reading


def test_a_reading_comes_out_as_it_went_in() -> None:
    push = Push(reading(newest(handlers=[handler("\ud800\n")]), state="over"), 1007.5)

    line = to_line(push)

    assert from_line(line) == push
    assert line.count(b"\n") == 1


def test_what_was_cut_short_is_told() -> None:
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        from_line(to_line(Push(reading(), 1.0))[:100])
