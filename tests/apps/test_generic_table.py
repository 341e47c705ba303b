"""The keys that describe any Socket.IO app, and what is wrong with them."""

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.generic_table import GenericTable
from loadtest.apps.mistake import mistakes_of


def told(**keys: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        GenericTable.model_validate(keys)
    return [str(mistake) for mistake in mistakes_of(caught.value)]


@pytest.mark.parametrize("namespaces", [["a"], [5], ["/a,b"], ["/a b"], ["/a?b"]], ids=str)
def test_what_is_no_namespace_is_told(namespaces: Any) -> None:
    (mistake,) = told(namespaces=namespaces)

    assert mistake.startswith("namespaces[0]: ")
    assert mistake.endswith(' is not a namespace, such as "/chat"')


@pytest.mark.parametrize("namespaces", ["/a", []], ids=str)
def test_namespaces_are_a_list(namespaces: Any) -> None:
    (mistake,) = told(namespaces=namespaces)

    assert mistake.endswith(' is not a list of namespaces, such as ["/chat"]')


def test_a_namespace_is_entered_once() -> None:
    assert told(namespaces=["/a", "/b", "/a"]) == ['namespaces[2]: "/a" is there already']


def test_namespaces_are_kept_in_their_order() -> None:
    assert GenericTable.model_validate({"namespaces": ["/chat", "/"]}).namespaces == ("/chat", "/")


def test_an_event_may_be_answered_by_another() -> None:
    handshake = GenericTable.model_validate({"handshake": {"event": "join", "answer": "welcome"}}).handshake

    assert handshake is not None
    assert (handshake.ack, handshake.answer) == (False, "welcome")


@pytest.mark.parametrize(
    ("extract", "mistakes"),
    [
        ({"id": {"regex": 5}}, ["extract.id.regex: 5 is not a string"]),
        (
            {"id": {"regex": "["}},
            ['extract.id.regex: "[" is not a regular expression: unterminated character set at position 0'],
        ),
        (
            {"id": {"regex": "x"}},
            ['extract.id.regex: "x" has 0 groups, not the one (…) that holds the value'],
        ),
        (
            {"id": {"regex": "(a)(b)"}},
            ['extract.id.regex: "(a)(b)" has 2 groups, not the one (…) that holds the value'],
        ),
        (
            {"id": {"xpath": "//a"}},
            ["extract.id.xpath: unknown key; known: css, attr, regex, jmespath"],
        ),
        ({"tab_id": {"regex": "(a)"}}, ["extract.tab_id: is filled in by every visit; take another name"]),
        (
            {"4a": {"regex": "(a)"}},
            ["extract.4a: is not a name: letters, digits and _, no digit first"],
        ),
        (3, ["extract: 3 is not a table"]),
    ],
)
def test_a_wrong_extraction_is_told(extract: Any, mistakes: list[str]) -> None:
    assert told(extract=extract) == mistakes


@pytest.mark.parametrize(
    ("handshake", "mistakes"),
    [
        (5, ["handshake: 5 is not a table"]),
        ({}, ['handshake.event: is missing; write event = "handshake"']),
        (
            {"event": "join", "ack": True, "answer": "welcome"},
            ["handshake.answer: either ack = true or answer says what ends the handshake, not both"],
        ),
        ({"event": "join", "ack": "yes"}, ['handshake.ack: "yes" is not true or false']),
        (
            {"event": "join", "data": {"a": [float("nan")]}},
            ["handshake.data.a[0]: nan is not a finite number"],
        ),
        (
            {"event": "join", "data": {"a": datetime.date(1979, 5, 27)}},
            ['handshake.data.a: "1979-05-27" is a date or a time; write it as a string'],
        ),
        (
            {"event": "join", "acknowledge": True},
            ["handshake.acknowledge: unknown key; known: event, data, ack, answer"],
        ),
    ],
)
def test_a_wrong_handshake_is_told(handshake: Any, mistakes: list[str]) -> None:
    assert told(handshake=handshake) == mistakes


@pytest.mark.parametrize(
    ("key", "value", "mistakes"),
    [
        ("auth", "x", ['auth: "x" is not a table, such as { token = "$token" }']),
        ("auth", {"a": float("inf")}, ["auth.a: inf is not a finite number"]),
        ("query", "x", ['query: "x" is not a table, such as { token = "$token" }']),
        ("query", {"a": 5}, ["query.a: 5 is not a string"]),
        ("query", {"EIO": "4"}, ["query.EIO: Engine.IO writes this one itself; leave it out"]),
    ],
)
def test_a_wrong_auth_or_query_is_told(key: str, value: Any, mistakes: list[str]) -> None:
    assert told(**{key: value}) == mistakes


def test_names_that_nothing_fills_are_told_wherever_they_stand() -> None:
    assert told(
        extract={"client_id": {"regex": "(x)"}},
        auth={"deep": [{"$tab_id": "$client"}]},
        query={"q": "a$clientid-$navigation"},
        handshake={"event": "join", "data": {"a": "$client_id", "b": "$tabid $documentid"}},
    ) == [
        'auth.deep[0]."$tab_id": $client is not known ($$ is a dollar sign); did you mean client_id?',
        "query.q: $clientid is not known ($$ is a dollar sign); did you mean client_id?",
        "handshake.data.b: $documentid is not known ($$ is a dollar sign); did you mean document_id?",
        "handshake.data.b: $tabid is not known ($$ is a dollar sign); did you mean tab_id?",
    ]


def test_a_names_mistake_is_told_beside_the_shapes_own() -> None:
    assert told(handshake={"event": "join", "data": "$x", "ack": 1}) == [
        "handshake.ack: 1 is not true or false",
        "handshake.data: $x is not known ($$ is a dollar sign); known: tab_id, document_id, navigation",
    ]


def test_names_are_not_judged_while_the_extraction_itself_is_wrong() -> None:
    assert told(extract=3, query={"a": "$x"}) == ["extract: 3 is not a table"]
