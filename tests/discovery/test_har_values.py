"""Which values change from visit to visit, and where a visit gets its own from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.apps.template import names_in
from loadtest.discovery.har_conversation import conversations
from loadtest.discovery.har_draft import sent_by
from loadtest.discovery.har_values import Substitution, substitute
from tests.discovery.hars import recorded

A, B, C = (f"{digit * 8}-0b82-4874-8793-b7e93b2fa72b" for digit in "abc")


def nowhere(_: str) -> None:
    return None


def replaced(*trees: Any, pages: tuple[str | None, ...] = ()) -> Substitution:
    return substitute(trees, pages or ("",) * len(trees), nowhere)


def test_a_value_of_the_page_is_extracted() -> None:
    found = replaced({"id": A}, {"id": B}, pages=(f'data-id="{A}"', f'data-id="{B}"'))

    assert (found.data, found.extract) == ({"id": "$id"}, {"id": 'data-id="([^"]+)"'})
    assert (found.verified_on, found.notes) == (2, [])


def test_a_value_of_the_only_page_is_extracted_too() -> None:
    found = replaced({"id": A}, pages=(f'data-id="{A}"',))

    assert (found.data, found.verified_on) == ({"id": "$id"}, 1)


def test_one_value_in_several_places_has_one_name() -> None:
    found = replaced({"query": {"id": A}, "data": [{"client": A}]}, pages=(f'data-id="{A}"',))

    assert found.data == {"query": {"id": "$id"}, "data": [{"client": "$id"}]}


def test_what_is_the_same_in_two_visits_stays_as_it_is() -> None:
    page = '<html lang="en-US-posix" data-key="c0ffee00">'

    found = replaced({"key": "c0ffee00"}, {"key": "c0ffee00"}, pages=(page, page))

    assert (found.data, found.extract) == ({"key": "c0ffee00"}, {})


def test_fresh_uuids_are_the_documents_and_a_kept_one_is_the_tabs() -> None:
    found = replaced({"tab": A, "document": B}, {"tab": A, "document": C})

    assert found.data == {"tab": "$tab_id", "document": "$document_id"}


def test_in_one_visit_alone_the_key_says_whether_it_is_the_tabs() -> None:
    assert replaced({"tab_id": A, "other": B}).data == {"tab_id": "$tab_id", "other": "$document_id"}


def test_two_fresh_uuids_get_the_same_and_that_is_said() -> None:
    found = replaced({"one": A, "two": B})

    assert found.data == {"one": "$document_id", "two": "$document_id"}
    assert found.notes == ["two differs from another $document_id: both get the same value"]


def test_what_nobody_knows_stays_as_recorded_and_is_said() -> None:
    trees = ({"auth": {"token": "t-123456"}}, {"auth": {"token": "t-654321"}})

    found = substitute(trees, ("", ""), lambda value: f"the answer to GET /token?{value}")

    assert found.data == {"auth": {"token": "t-123456"}}
    assert found.notes == [
        (
            "auth.token changes from visit to visit and is not on the page; it came first in the answer to "
            "GET /token?t-123456: it stands here as it was recorded"
        )
    ]
    assert "nor in any recorded answer" in replaced(*trees).notes[0]


def test_numbers_that_differ_are_said() -> None:
    assert replaced({"at": 1}, {"at": 2}).notes == ["at differs from visit to visit: 1, 2"]


@pytest.mark.parametrize("text", ["$5.00 a day", "$name", "${x}"])
def test_dollar_signs_of_the_app_are_its_own(text: str) -> None:
    found = replaced({"$key": text})

    assert names_in(found.data) == frozenset()
    assert found.data == {"$$key": text.replace("$", "$$")}


def test_a_page_without_text_leaves_nothing_to_compare() -> None:
    assert replaced({"id": "abcdefg"}, pages=(None,)).data == {"id": "abcdefg"}


def test_nicegui_told_by_its_frames_alone() -> None:
    visits = conversations(recorded("nicegui"))
    pages = [visit.page.body for visit in visits if visit.page]

    found = substitute([sent_by(visit) for visit in visits], pages, nowhere)

    assert found.data == {
        "query": {"client_id": "$client_id", "next_message_id": "0"},
        "auth": None,
        "handshake": [
            {
                "client_id": "$client_id",
                "document_id": "$document_id",
                "tab_id": "$tab_id",
                "old_tab_id": None,
                "next_message_id": 0,
            }
        ],
    }
    assert (list(found.extract), found.notes) == (["client_id"], [])


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.sampled_from([A, B]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(trees, st.none() | st.text(max_size=40)), min_size=1, max_size=3))
def test_any_visits_can_be_compared(visits: list[tuple[Any, str | None]]) -> None:
    found = substitute([tree for tree, _ in visits], [page for _, page in visits], nowhere)

    assert names_in(found.data) <= {*found.extract, "tab_id", "document_id"}
