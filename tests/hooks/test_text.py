"""Texts of the app, made fit to travel."""

from loadtest.hooks.text import clip


def test_a_short_text_stays_as_it_is() -> None:
    assert clip("Größe", 5) == "Größe"


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    assert clip("0123456789", 7) == "01…6789"


def test_what_is_no_text_is_told_as_one() -> None:
    assert clip(["a"], 10) == "['a']"


def test_lone_surrogates_become_question_marks() -> None:
    assert clip("a\ud800b", 10) == "a?b"
