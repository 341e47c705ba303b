"""Templates: what is a placeholder, and how values are put in."""

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.apps.template import Template, as_json, as_url, filled, names_in

VALUES = {"id": "a b", "x": '"\\é', "_y9": "100%"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$id", "a b"),
        ("${id}s", "a bs"),
        ("$id$_y9", "a b100%"),
        ("$$id", "$id"),
        ("$", "$"),
        ("$5 and $-", "$5 and $-"),
        ("50% of $id", "50% of a b"),
        ("$é", "$é"),
    ],
)
def test_placeholders_are_filled_and_all_else_stays(text: str, filled: str) -> None:
    assert Template.parse(text).fill(VALUES, str) == filled


def test_values_are_escaped_for_where_they_stand() -> None:
    assert Template.parse('{"x":"$x"}').fill(VALUES, as_json) == '{"x":"\\"\\\\\\u00e9"}'
    assert Template.parse("x=$x").fill(VALUES, as_url) == "x=%22%5C%C3%A9"


def test_text_between_placeholders_is_escaped_once() -> None:
    assert Template.parse("a b$$&$id", as_url).fill(VALUES, as_url) == "a%20b%24%26a%20b"


def test_templates_are_joined_by_plain_text() -> None:
    joined = Template.join("%", [Template.parse("$id"), Template.parse("b"), Template.parse("$_y9")])

    assert joined.fill(VALUES, str) == "a b%b%100%"


def test_no_templates_join_to_nothing() -> None:
    assert Template.join("&", []).fill({}, str) == ""


def test_names_are_found_in_keys_and_values_at_any_depth() -> None:
    value = {"$a": ["$b", {"c": "$c ${d}"}, 5, True], "e": "$$e"}

    assert names_in(value) == {"a", "b", "c", "d"}


@given(st.text(), st.text())
def test_whatever_is_put_into_json_reads_as_itself(between: str, value: str) -> None:
    text = json.dumps({"between": between.replace("$", "$$"), "value": "$value"})

    filled = Template.parse(text).fill({"value": value}, as_json)

    assert json.loads(filled) == {"between": between, "value": value}


def test_half_a_surrogate_pair_does_not_break_a_query() -> None:
    assert as_url("a\ud800") == "a%3F"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_is_put_into_a_query_reads_as_itself(value: str) -> None:
    assert parse_qs(Template.parse("q=$value").fill({"value": value}, as_url)) == {"q": [value]}


def test_a_value_out_of_toml_is_filled_at_any_depth_keys_too() -> None:
    value = {"$id": ["${id}!", {"deep": "$x"}, 5, True], "plain": "$$id"}

    assert filled(value, VALUES) == {"a b": ["a b!", {"deep": '"\\é'}, 5, True], "plain": "$id"}


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        filled(["$nobody"], VALUES)


@given(st.text())
def test_a_filled_value_stands_as_it_is(value: str) -> None:
    assert filled("$value", {"value": value}) == value
