"""Files that grow, cut anywhere."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.report.live.tail import Tail
from tests.report.live.growing import cut, pieces_of

LINES = ['{"number":0}', "", '{"error":"größer \\u202e 🙂"}', "not JSON", '{"number":3}']


def test_a_file_that_is_not_there_yet_has_no_lines(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "navigations.jsonl")
    assert list(tail.lines()) == []
    (tmp_path / "navigations.jsonl").write_text("one\n")
    assert list(tail.lines()) == ["one"]


def test_a_half_line_waits_for_its_other_half(tmp_path: Path) -> None:
    path = tmp_path / "navigations.jsonl"
    tail = Tail(path)
    path.write_text("one\ntw")
    assert list(tail.lines()) == ["one"]
    assert list(tail.lines()) == []
    with path.open("a") as file:
        file.write("o\n")
    assert list(tail.lines()) == ["two"]


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_the_lines_are_the_same_however_the_file_was_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("tail") / "server.jsonl"
    text = "".join(f"{line}\n" for line in LINES).encode()
    tail = Tail(path)
    found: list[str] = []
    for piece in pieces_of(text, data.draw(cut(text))):
        with path.open("ab") as file:
            file.write(piece)
        found += tail.lines()
    assert found == LINES


def test_a_line_that_is_too_long_is_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "server.jsonl"
    tail = Tail(path, longest_bytes=10)
    path.write_text("short\n" + "x" * 11)
    assert list(tail.lines()) == ["short"]
    with path.open("a") as file:
        file.write("x" * 30 + "\nnext\n")
    assert list(tail.lines()) == ["next"]
    assert tail.skipped == 1
