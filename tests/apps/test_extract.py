"""Values out of pages: what is found, and that no page makes it raise."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.apps.extract import Extraction, Page

PAGE = """<!doctype html>
<body data-id="4711" data-empty="" hidden>
<p class="note">Notes &amp; <b>bold</b></p><p class="note">more</p>
<script id="data" type="application/json">
  {"client": {"id": "a<b&amp;", "n": 5, "rate": 0.5, "is_new": true, "none": null, "tags": ["x", "y"]}}
</script>
<script>const token = "t0ken";</script>
</body>"""


def find(page: str = PAGE, regex: str | None = None, **keys: str) -> str | None:
    return Extraction(regex=re.compile(regex) if regex else None, **keys).find(Page(page))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ({"regex": 'token = "([^"]+)"'}, "t0ken"),
        ({"regex": 'token = "(?:t0ken|(x))"'}, None),
        ({"regex": "absent (.)"}, None),
        ({"css": "p.note"}, "Notes & bold"),
        ({"css": "p.absent"}, None),
        ({"css": "body", "attr": "data-id"}, "4711"),
        ({"css": "body", "attr": "data-empty"}, ""),
        ({"css": "body", "attr": "hidden"}, ""),
        ({"css": "body", "attr": "absent"}, None),
        ({"css": "p.note", "regex": "(b[a-z]+)"}, "bold"),
        ({"css": "p.note", "regex": "token = (.*)"}, None),
        ({"css": "script#data", "jmespath": "client.id"}, "a<b&amp;"),
        ({"css": "script#data", "jmespath": "client.n"}, "5"),
        ({"css": "script#data", "jmespath": "client.rate"}, "0.5"),
        ({"css": "script#data", "jmespath": "client.is_new"}, "true"),
        ({"css": "script#data", "jmespath": "client.tags[1]"}, "y"),
        ({"css": "script#data", "jmespath": "client.none"}, None),
        ({"css": "script#data", "jmespath": "client.tags"}, None),
        ({"css": "script#data", "jmespath": "client"}, None),
        ({"css": "script#data", "jmespath": "length(client.n)"}, None),
        ({"css": "script#data", "jmespath": "contains(client.id, client.n)"}, None),
        ({"css": "p.note", "jmespath": "client.id"}, None),
        ({"jmespath": "client.id"}, None),
    ],
)
def test_a_value_is_found_where_it_is_said_to_be(keys: dict[str, str], value: str | None) -> None:
    assert find(**keys) == value


def test_a_page_may_be_json_itself() -> None:
    assert find('{"clients": [{"id": "a"}, {"id": "b"}]}', jmespath="clients[-1].id") == "b"


@pytest.mark.parametrize(
    "page",
    ["[" * 100_000, "1" * 5000, '{"a": 1e999}', '{"a": NaN}', '"\ud800"', "\x00", ""],
    ids=["deep", "long", "infinite", "no number", "half a pair", "nul", "empty"],
)
def test_a_hostile_page_holds_nothing(page: str) -> None:
    assert find(page, jmespath="ceil(a)") is None
    assert find(page, css="script", jmespath="a") is None
    assert find(page, css="script", attr="a", regex="(a)") is None


@pytest.mark.parametrize("tags", ["<div>", "<p><OL >x"], ids=["divs", "lists"])
def test_a_page_that_nests_without_end_is_not_parsed(tags: str) -> None:
    page = Page(tags * 10_001 + '<p id="a">b</p>')

    assert page.tree.css_first("div, ol, p") is None
    assert Extraction(css="#a").find(page) is None


@pytest.mark.parametrize("row", ["<div><ul><li>x</ul></div>", "<tr><td>x", "<p>x"])
def test_a_page_may_be_long(row: str) -> None:
    assert find(f"<table>{row * 12_000}</table><p id=a>b</p>", css="#a") == "b"


HOSTILE = st.text(st.characters(), max_size=200) | st.lists(
    st.sampled_from(
        ["<script id=data>", "</script>", "<!--", "<svg>", "<table><p>", '{"client":', "[", "}", "&#0;"]
    )
).map("".join)


@given(HOSTILE)
def test_no_page_makes_it_raise(text: str) -> None:
    for page in (text, f'<script id="data">{text}</script>', f'{{"client": {text}}}'):
        for keys in (
            {"css": "*", "attr": "id"},
            {"css": "script#data", "jmespath": "client.id"},
            {"css": "p", "regex": "(.+)"},
            {"jmespath": "max(client) || join('', client) || contains(client, `1`) || ceil(client)"},
        ):
            assert find(page, **keys) is None or isinstance(find(page, **keys), str)


def test_a_page_is_parsed_once() -> None:
    page = Page(PAGE)

    assert page.tree is page.tree
