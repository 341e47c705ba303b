"""Labels out of an app's texts."""

import pytest

from loadtest.exports.label import OTHER, Names, label_of


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("join", "join"),
        ("größe ✓", "größe ✓"),
        ('<script>"', '<script>"'),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\r\x85\u2028c", "a\\nb\\r\\x85\\u2028c"),
        ("\ud800", "\\ud800"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 97 + "..."),
        ("\x00" * 100_000, "\\x00" * 24 + "\\..."),
    ],
    ids=["word", "letters", "markup", "ansi", "lines", "surrogate", "longest", "long", "flood"],
)
def test_a_label_is_printable_and_short(text: str, label: str) -> None:
    assert label_of(text) == label


def test_names_that_come_too_late_share_one_pair() -> None:
    names = Names(most=2)

    given = [names.of("/", event) for event in ("a", "b", "c", "a", "d")]

    assert given == [("/", "a"), ("/", "b"), (OTHER, OTHER), ("/", "a"), (OTHER, OTHER)]


def test_names_that_look_the_same_share_one_pair() -> None:
    names = Names(most=2)
    looks = ["\x00", "\\x00"]

    assert [names.of("/", event) for event in looks] == [("/", "\\x00")] * 2
    assert names.of("/", "another") == ("/", "another")


def test_no_more_texts_are_kept_than_twice_the_pairs() -> None:
    names = Names(most=2)
    ends = ["x" * 200 + str(number) for number in range(1000)]

    assert {names.of("/", event) for event in ends} == {("/", "x" * 97 + "...")}
    assert len(names._labels) == 4
