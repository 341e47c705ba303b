"""Words for figures, and text of strangers made fit to be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.report.wording import amount, clipped, clipped_at_word, figure, listed, out_of, shown

anything = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 visits"), (1, "1 visit"), (2, "2 visits"), (1900, "1,900 visits")]
)
def test_an_amount_has_its_noun(count: int, text: str) -> None:
    assert amount(count, "visit") == text


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert (amount(1, "process", "processes"), amount(3, "process", "processes")) == (
        "1 process",
        "3 processes",
    )


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words: list[str], text: str) -> None:
    assert listed(words) == text


def test_a_list_may_end_in_or() -> None:
    assert listed(["P15", "P16"], "or") == "P15 or P16"


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [(412, 412, "412 of 412"), (0, 1900, "none of 1,900"), (1200, 1900, "1,200 of 1,900")],
)
def test_a_share_is_told_in_counts(count: int, of: int, text: str) -> None:
    assert out_of(count, of) == text


@pytest.mark.parametrize(("text", "clip"), [("abcde", "abcde"), ("abcdef", "ab...")])
def test_long_text_is_clipped(text: str, clip: str) -> None:
    assert clipped(text, 5) == clip


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain [bold]text[/] wörter 数", "plain [bold]text[/] wörter 数"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("two\nlines\r\tand a bell\a", "two\\nlines\\r\\tand a bell\\x07"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("no\u200bwidth", "no\\u200bwidth"),
        ("half a pair \ud83d", "half a pair \\ud83d"),
        ("a line\u2028and one", "a line\\u2028and one"),
    ],
)
def test_text_of_strangers_does_nothing_to_a_terminal(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_what_a_terminal_cannot_write_is_escaped() -> None:
    assert shown("wörter 数", "ascii") == "w\\xf6rter \\u6570"
    assert shown("wörter 数", "latin-1") == "wörter \\u6570"


@given(anything)
def test_every_text_becomes_one_line_that_can_be_written(text: str) -> None:
    seen = shown(text)

    assert seen.isprintable()
    assert seen.encode("utf-8").decode("utf-8") == seen


@pytest.mark.parametrize(
    ("value", "limit", "told"),
    [
        (412.0, 1.0, "412"),
        (123_456_789.0, 1.0, "123,456,789"),
        (12.345678901, 1.0, "12.3"),
        (1234.5678, 1.0, "1,234.6"),
        (0.012345, 0.01, "0.0123"),
        (0.5, 0.1, "0.5"),
        (12.345678901, 12.3, "12.35"),
        (200.0004, 200.0, "200.0004"),
        (-1.23456, -2.0, "-1.23"),
        (0.0, -1.0, "0"),
    ],
)
def test_a_figure_has_as_few_digits_as_show_why_it_is_too_high(value: float, limit: float, told: str) -> None:
    assert figure(value, lambda one: one <= limit) == told


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_a_figure_is_never_judged_otherwise_for_being_rounded(value: float, limit: float) -> None:
    value = round(value, 6)  # as thresholds are
    told = float(figure(value, lambda one: one < limit).replace(",", ""))

    assert (told < limit) is (value < limit)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("short", "short"),
        ("one two three four", "one two..."),
        ("onetwothreefour five", "onetwothr..."),
        ("one two th four", "one two th..."),
    ],
)
def test_text_is_cut_between_words_where_there_are_any(text: str, told: str) -> None:
    assert clipped_at_word(text, 13 if text.endswith("th four") else 12) == told
