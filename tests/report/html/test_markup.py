"""HTML that is escaped because there is no other way to make it."""

import pytest

from loadtest.report.html.markup import NOTHING, block, element, joined, stylesheet, visible


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = element("b", "<script>alert(1)</script>")

    assert element("p", inner, " & ", None, "<i>").html == (
        "<p><b>&lt;script&gt;alert(1)&lt;/script&gt;</b> &amp; &lt;i&gt;</p>\n"
    )


def test_attributes_are_quoted_and_escaped() -> None:
    made = element("td", class_="number", data_path="a.b", title="\"><img src=x onerror='alert(2)'>")

    assert made.html == (
        '<td class="number" data-path="a.b" '
        'title="&quot;&gt;&lt;img src=x onerror=&#x27;alert(2)&#x27;&gt;"></td>'
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("onclick", "alert(1)"), ("src", "http://192.0.2.1/x.png"), ("href", "javascript:alert(1)")],
)
def test_no_attribute_may_run_or_fetch_anything(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="the report runs nothing and asks for nothing"):
        element("a", **{name: value})


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain, é, 中, 🙂", "plain, é, 中, 🙂"),
        ("\x00\x1b[31m\t\r\n\x7f", "␀␛[31m␉␍␊␡"),
        ("\u202etxt.exe\u2066\u200b\ufeff", "\\u202etxt.exe\\u2066\\u200b\\ufeff"),
        ("\ud83d alone, \x9b31m, \ufffe", "\\ud83d alone, \\x9b31m, \\ufffe"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_of_a_text_that_is_too_long_both_ends_are_kept() -> None:
    assert visible("a" * 100_000 + "the end", 9) == "aaaaaa […99,998 more characters…] end"


def test_a_control_character_has_its_name_for_fonts_that_lack_its_symbol() -> None:
    assert joined("\x1b[2J").html == '<i title="ESC">␛</i>[2J'
    assert element("title", "\x07").html == "<title>␇</title>\n"


def test_a_title_holds_text_alone() -> None:
    with pytest.raises(TypeError, match="nothing but text"):
        element("title", element("b"))


def test_lines_of_a_block_stay_lines_whatever_they_hold() -> None:
    assert block(["a\r", "<b>\n"]).html == ('a<i title="CR">␍</i>\n&lt;b&gt;<i title="LF">␊</i>')


def test_void_and_empty_elements_have_no_end() -> None:
    assert element("meta", charset="utf-8").html == '<meta charset="utf-8">\n'
    assert element("path", d="M0 0").html == '<path d="M0 0"/>'
    assert element("rect", element("title", "x")).html == "<rect><title>x</title>\n</rect>"
    assert not NOTHING
    assert element("p")


def test_a_style_sheet_cannot_end_its_element() -> None:
    assert stylesheet("a { color: red }\n").html == "<style>\na { color: red }\n</style>\n"
    with pytest.raises(ValueError, match="'<' in it"):
        stylesheet("</style><script>")
