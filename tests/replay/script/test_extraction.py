"""What a script finds in a page is what the tool itself finds there."""

import html
import json
import re

import pytest

from loadtest.apps.extract import Page
from loadtest.apps.extract_table import ExtractTable
from loadtest.replay.script.extraction import extraction, subscripts
from loadtest.replay.script.source import CannotScriptError

PAGE = """<!doctype html>
<html><head>
<META content="a&amp;b" name="csrf-token">
<script id=data type="application/json">{"user": {"id": 7, "names": ["Ann", "B&amp;b"]}, "a b": "c"}</script>
</head><body class="wide board dark" data-client="c0ffee">
<p id="greeting">Hello &amp; welcome</p><p class="late">bye</p>
<input disabled name="field" value="12">
</body></html>
"""

CASES = [
    {"regex": 'data-client="([^"]+)"'},
    {"regex": '(?i)DATA-CLIENT="([a-z0-9]+)"'},
    {"css": "body", "attr": "data-client"},
    {"css": "body.board", "attr": "data-client"},
    {"css": "body.board.dark", "attr": "class"},
    {"css": "meta[name=csrf-token]", "attr": "content"},
    {"css": 'meta[name="csrf-token"]', "attr": "content"},
    {"css": "[data-client]", "attr": "class"},
    {"css": "#greeting"},
    {"css": "p.late"},
    {"css": "p#greeting", "regex": "Hello & (.*)"},
    {"css": "input[name='field']", "attr": "value"},
    {"css": "script#data", "jmespath": "user.id"},
    {"css": "script#data", "jmespath": "user.names[1]"},
    {"css": "script#data", "jmespath": "user.names[-1]"},
    {"css": "script#data", "jmespath": '"a b"'},
]


@pytest.mark.parametrize("keys", CASES, ids=lambda keys: " ".join(keys.values()))
def test_the_expression_finds_what_the_tool_finds(keys: dict[str, str]) -> None:
    table = ExtractTable.model_validate(keys)
    found = eval(extraction("value", table), {"re": re, "json": json, "html": html, "page": PAGE})

    assert found == table.prepare().find(Page(PAGE))


@pytest.mark.parametrize("css", ["div > p", "p, b", "p:first-child", "a b", "p[class^=la]", "*"])
def test_a_selector_of_more_than_one_element_is_refused(css: str) -> None:
    with pytest.raises(CannotScriptError, match="run the written profile instead"):
        extraction("value", ExtractTable.model_validate({"css": css}))


@pytest.mark.parametrize("path", ["a[*].b", "a || b", "length(a)", "a[?b]", "@", "a | b"])
def test_a_jmespath_of_more_than_keys_and_indices_is_refused(path: str) -> None:
    with pytest.raises(CannotScriptError, match="is beyond json alone"):
        subscripts("value", path)


@pytest.mark.parametrize(
    ("path", "python"),
    [("a", '["a"]'), ("a.b[0].c", '["a"]["b"][0]["c"]'), ("[1]", "[1]"), ('a."b c"', '["a"]["b c"]')],
)
def test_keys_and_indices_are_subscripts(path: str, python: str) -> None:
    assert subscripts("value", path) == python
