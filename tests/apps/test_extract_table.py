"""The keys of one extraction, and what is wrong with them."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.extract import Extraction
from loadtest.apps.extract_table import ExtractTable
from loadtest.apps.mistake import mistakes_of


@pytest.mark.parametrize(
    ("keys", "mistakes"),
    [
        ({}, ['says nowhere to look; write regex = \'data-id="([^"]+)"\', css or jmespath']),
        ({"css": 5}, ["css: 5 is not a string"]),
        ({"css": "p["}, ['css: "p[" is not a CSS selector, such as "script#data"']),
        ({"css": ""}, ['css: "" is not a CSS selector, such as "script#data"']),
        ({"attr": "id"}, ['says nowhere to look; write regex = \'data-id="([^"]+)"\', css or jmespath']),
        ({"attr": "id", "regex": "(a)"}, ["attr: needs css, which says whose attribute it is"]),
        ({"css": "a", "attr": True}, ["attr: true is not a string"]),
        ({"regex": "(a)", "jmespath": "a"}, ["jmespath: there is regex already; write one of the two"]),
        (
            {"regex": "("},
            ['regex: "(" is not a regular expression: missing ), unterminated subpattern at position 0'],
        ),
        ({"jmespath": ["a"]}, ['jmespath: ["a"] is not a string']),
        (
            {"jmespath": ""},
            ['jmespath: "" is not a JMESPath expression: Invalid JMESPath expression: cannot be empty.'],
        ),
        (
            {"jmespath": "client["},
            [
                (
                    'jmespath: "client[" is not a JMESPath expression: '
                    "Invalid jmespath expression: Incomplete expression"
                ),
            ],
        ),
        (
            {"css": "[", "regex": "x"},
            [
                'css: "[" is not a CSS selector, such as "script#data"',
                'regex: "x" has 0 groups, not the one (…) that holds the value',
            ],
        ),
    ],
)
def test_a_wrong_extraction_is_told(keys: dict[str, Any], mistakes: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        ExtractTable.model_validate(keys)

    assert [str(mistake) for mistake in mistakes_of(caught.value)] == mistakes


def test_one_element_and_one_expression_go_together() -> None:
    table = ExtractTable.model_validate({"css": "script#data", "jmespath": "client.id"})

    assert table.prepare() == Extraction(css="script#data", jmespath="client.id")
