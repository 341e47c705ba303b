"""The keys of [[app.steps]]: what a page does between its handshake and its leaving."""

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.generic_table import GenericTable
from loadtest.apps.mistake import mistakes_of
from loadtest.apps.steps_table import StepTable, leaves, unknown_names
from loadtest.navigation.act import Act, Emit, Think, Wait
from loadtest.navigation.draw import Distribution, Law

ACTS: list[tuple[dict[str, Any], Act]] = [
    ({"emit": "hi"}, Emit("hi", namespace="/chat")),
    ({"emit": "hi", "data": {"a": [1, True, "$x"]}}, Emit("hi", ({"a": [1, True, "$x"]},), "/chat")),
    ({"emit": "hi", "args": ["a", 2]}, Emit("hi", ("a", 2), "/chat")),
    ({"emit": "hi", "args": []}, Emit("hi", (), "/chat")),
    ({"emit": "hi", "data": 0}, Emit("hi", (0,), "/chat")),
    (
        {"emit": "hi", "namespace": "/", "ack": True, "within_s": 0.5, "save": {"t": "[0].t"}},
        Emit("hi", namespace="/", ack=True, within_s=0.5, save={"t": "[0].t"}),
    ),
    ({"emit": "file", "bytes": 1024}, Emit("file", namespace="/chat", attachment_bytes=1024)),
    ({"emit": "file", "bytes": 0}, Emit("file", namespace="/chat", attachment_bytes=0)),
    ({"wait_for": "news"}, Wait("news", "/chat", 10.0)),
    (
        {"wait_for": "news", "within_s": 2, "namespace": "/n", "save": {"id": "[0]"}},
        Wait("news", "/n", 2.0, {"id": "[0]"}),
    ),
    ({"think_s": 0.5}, Think(Distribution(Law.CONSTANT, 0.5))),
    ({"think_s": {"uniform": [1, 2]}}, Think(Distribution(Law.UNIFORM, 1.0, 2.0))),
]


@pytest.mark.parametrize(("keys", "act"), ACTS, ids=[str(keys) for keys, _ in ACTS])
def test_a_step_is_one_act_in_the_apps_own_namespace_unless_it_names_another(
    keys: dict[str, Any], act: Act
) -> None:
    assert StepTable.model_validate(keys).act("/chat") == act


ONE = 'a step has one of emit = "event", wait_for = "event", think_s = 0.5'
ONLY_EMIT = "only a step with emit has it; leave it out"
NO_PAUSE = "a step that thinks neither sends nor waits for anything; leave it out"

MISTAKES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [f"think_s: is missing; {ONE}"]),
    ({"emit": "a", "wait_for": "b"}, [f"think_s: has emit and wait_for; {ONE}"]),
    ({"emit": "a", "think_s": 1}, [f"think_s: has emit and think_s; {ONE}"]),
    ({"emit": 5}, ["emit: 5 is not a string", f"think_s: is missing; {ONE}"]),
    ({"think_s": -1}, ["think_s: -1 is below 0"]),
    ({"emit": "a", "data": 1, "args": [1]}, ["args: there is data already; write one of the two"]),
    ({"emit": "a", "args": 1}, ["args: 1 is not a list of arguments; write data for one"]),
    (
        {"emit": "a", "data": {"at": datetime.date(2026, 1, 2), "x": [float("inf")]}},
        [
            'data.at: "2026-01-02" is a date or a time; write it as a string',
            "data.x[0]: inf is not a finite number",
        ],
    ),
    ({"emit": "a", "bytes": -1}, ["bytes: -1 is below 0"]),
    ({"emit": "a", "bytes": 2**30}, ["bytes: 1073741824 is above 16,777,216"]),
    ({"emit": "a", "within_s": 0}, ["within_s: 0 is not above 0"]),
    ({"emit": "a", "ack": 1}, ["ack: 1 is not true or false"]),
    ({"emit": "a", "acks": True}, ["acks: unknown key; did you mean ack?"]),
    (
        {"emit": "a", "save": {"t": "[0]"}},
        ["save: nothing answers this event: write ack = true to save what the answer holds"],
    ),
    ({"wait_for": "a", "save": []}, ['save: [] is not a table, such as { token = "[0].token" }']),
    (
        {"wait_for": "a", "save": {"5": "[0]", "ü": "[0]", "a": 5, "b": "[0"}},
        [
            "save.5: is not a name: letters, digits and _, no digit first",
            'save."ü": is not a name: letters, digits and _, no digit first',
            "save.a: 5 is not a string",
            'save.b: "[0" is not a JMESPath expression: Invalid jmespath expression: Incomplete expression:',
        ],
    ),
    ({"wait_for": "a", "data": 1, "ack": True}, [f"data: {ONLY_EMIT}", f"ack: {ONLY_EMIT}"]),
    (
        {"think_s": 1, "namespace": "/", "within_s": 1, "save": {}, "bytes": 1},
        [
            f"namespace: {NO_PAUSE}",
            f"bytes: {ONLY_EMIT}",
            f"within_s: {NO_PAUSE}",
            f"save: {NO_PAUSE}",
        ],
    ),
]


@pytest.mark.parametrize(("keys", "mistakes"), MISTAKES, ids=[str(keys) for keys, _ in MISTAKES])
def test_a_wrong_step_is_told(keys: dict[str, Any], mistakes: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        StepTable.model_validate(keys)
    assert [str(mistake) for mistake in mistakes_of(caught.value)] == mistakes


def test_all_mistakes_of_all_steps_are_told_with_their_places() -> None:
    with pytest.raises(ValidationError) as caught:
        GenericTable.model_validate({"steps": [{"emit": "a", "args": 1}, {"think_s": 1}, {"wait_for": 5}]})
    assert [str(mistake) for mistake in mistakes_of(caught.value)] == [
        "steps[0].args: 1 is not a list of arguments; write data for one",
        "steps[2].wait_for: 5 is not a string",
        f"steps[2].think_s: is missing; {ONE}",
    ]


def test_a_name_is_known_once_a_step_before_has_saved_it() -> None:
    table = GenericTable.model_validate(
        {
            "data": [{"user": "ann"}],
            "extract": {"client_id": {"regex": "(x)"}},
            "steps": [
                {"emit": "a", "data": {"$tab_id": "$client_id $user $$x"}},
                {"emit": "b", "args": ["$token", "${tokem}"], "ack": True, "save": {"token": "[0]"}},
                {"emit": "c", "data": {"deep": ["$token", "$nothing"]}},
            ],
        }
    )
    assert [str(mistake) for mistake in table.wrong_steps()] == [
        (
            "steps[1].args[0]: $token is not known ($$ is a dollar sign); "
            "known: tab_id, document_id, navigation, user, client_id"
        ),
        (
            "steps[1].args[1]: $tokem is not known ($$ is a dollar sign); "
            "known: tab_id, document_id, navigation, user, client_id"
        ),
        (
            "steps[2].data.deep[1]: $nothing is not known ($$ is a dollar sign); "
            "known: tab_id, document_id, navigation, user, client_id, token"
        ),
    ]


def test_leaves_are_values_and_the_keys_of_tables_each_with_its_place() -> None:
    assert list(leaves({"a": [1, {"b": "c"}]})) == [
        (("a",), "a"),
        (("a", 0), 1),
        (("a", 1, "b"), "b"),
        (("a", 1, "b"), "c"),
    ]
    assert list(leaves("x")) == [((), "x")]


def test_unknown_names_are_told_in_order_with_the_nearest_known() -> None:
    assert [str(mistake) for mistake in unknown_names("$b ${tokn} $a", ["a", "token"])] == [
        "$b is not known ($$ is a dollar sign); known: a, token",
        "$tokn is not known ($$ is a dollar sign); did you mean token?",
    ]
