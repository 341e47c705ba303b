"""Values that change from load to load, and the expressions that find them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.discovery.values import PageValue, changing_values, find_regex, name_for

ID = "4d748c7d-725a-4196-bfb5-05ff0e0cceec"
OTHER = "18eda375-0b82-4874-8793-b7e93b2fa72b"


@pytest.mark.parametrize(
    ("page", "regex"),
    [
        (f'<body data-visitor="{ID}">', 'data-visitor="([^"]+)"'),
        (f"const clientId = '{ID}';", "clientId = '([^']+)'"),
        (f'{{"a": 1, "client": "{ID}"}}', '"client": "([^"]+)"'),
        (f"query: {{'client_id': '{ID}', 'n': 0}}", "'client_id': '([^']+)'"),
        (f"<p>Session {ID} began</p>", r"Session ([\w-]+)"),
        (f"<p>{ID}</p>", None),
        ("<p>nothing</p>", None),
    ],
)
def test_the_shortest_context_that_means_something_is_taken(page: str, regex: str | None) -> None:
    assert find_regex([page], [ID]) == regex


def test_a_context_that_another_value_shares_is_not_enough() -> None:
    page = f'<a id="first" data-id="{OTHER}"><a id="second" data-id="{ID}">'

    assert find_regex([page], [ID]) == 'id="second" data-id="([^"]+)"'


def test_a_context_that_changes_too_is_left_alone() -> None:
    pages = [f'<b id="row7x" title="{ID}"> <b id="rows"  title="x">', f'<b id="row8y" title="{OTHER}">']

    assert find_regex([pages[0]], [ID]) == 'id="row7x" title="([^"]+)"'
    assert find_regex(pages, [ID, OTHER]) is None


def test_what_changes_between_two_loads_is_found_with_a_name() -> None:
    first = f'<meta content="constant"><body data-visitor="{ID}"><script>let token = "abcdef1"</script>'
    second = first.replace(ID, OTHER).replace("abcdef1", "ghijkl2")

    assert changing_values(first, second) == [
        PageValue("visitor", ID, 'data-visitor="([^"]+)"'),
        PageValue("token", "abcdef1", 'token = "([^"]+)"'),
    ]
    assert changing_values(first, first) == []


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("data-client-id", "client_id"),
        ("clientId", "clientId"),
        ("7up", "page_7up"),
        ("tab_id", "page_tab_id"),
        ("", "value"),
        ("ü", "value"),
        ("taken", "taken2"),
    ],
)
def test_a_name_is_one_that_a_profile_takes(key: str, name: str) -> None:
    assert name_for(key, ["taken"]) == name


texts = st.text(st.sampled_from("ab\"'=<> \n.*+?()[]{}^$|\\-é"), max_size=30)


@given(texts, st.text(st.sampled_from("ab.*\\(-\"'"), min_size=1, max_size=8), texts)
def test_an_expression_finds_its_value_and_nothing_else(before: str, value: str, after: str) -> None:
    page = before + value + after

    regex = find_regex([page], [value])

    assert regex is None or set(re.findall(regex, page)) == {value}


@given(texts, texts)
def test_any_two_pages_can_be_compared(first: str, second: str) -> None:
    for found in changing_values(first, second):
        assert found.value in first
        assert found.value not in second
