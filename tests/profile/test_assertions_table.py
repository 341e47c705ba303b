"""The keys of [[assertions]]."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.navigation.assertion import Assertion, Begin, Subject
from loadtest.profile.assertions_table import AssertionTable

LEAST = {"name": "welcome", "event": "welcome"}


def built(own: str = "/", **keys: Any) -> Assertion:
    return AssertionTable.model_validate(keys).build(own)


def told(**keys: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        AssertionTable.model_validate(keys)
    return [str(mistake) for mistake in mistakes_of(caught.value)]


def test_an_event_must_arrive_within_two_seconds_of_the_handshake() -> None:
    assert built(**LEAST) == Assertion(
        "welcome", Subject.EVENT, "welcome", Begin.HANDSHAKE, 2.0, None, None, "/", None
    )


def test_every_key_has_its_place() -> None:
    assert built(
        name="once",
        event="news",
        namespace="/chat",
        after="steps",
        within_s=0.5,
        times=1,
        equals=[True, {"a": 1}],
    ) == Assertion("once", Subject.EVENT, "news", Begin.STEPS, 0.5, 1, None, "/chat", [True, {"a": 1}])
    assert built(name="beat", event="beat", after="connect", every_s=1.5) == Assertion(
        "beat", Subject.EVENT, "beat", Begin.CONNECT, 2.0, None, 1.5, "/", None
    )


def test_an_acknowledgement_is_named_by_the_event_that_asked_for_it() -> None:
    assertion = built(name="joined", ack="join", equals=[True])
    assert (assertion.subject, assertion.word, assertion.equals) == (Subject.ACK, "join", [True])


def test_without_a_namespace_it_is_the_apps_own() -> None:
    assert built("/chat", **LEAST).namespace == "/chat"
    assert built("/chat", **LEAST, namespace="/").namespace == "/"


MISTAKES = [
    (
        {},
        [
            'name: is missing; write name = "welcome arrives once"',
            'ack: write one of event = "welcome" and ack = "join" (the event that asked for it)',
        ],
    ),
    ({"name": "", "event": "a"}, ['name: "" is empty']),
    (
        {"name": "a", "event": "a", "ack": "b"},
        ['ack: write one of event = "welcome" and ack = "join" (the event that asked for it)'],
    ),
    ({**LEAST, "after": "page"}, ['after: "page" begins nothing; known: connect, handshake, steps']),
    ({**LEAST, "within_s": 0}, ["within_s: 0 is not above 0"]),
    ({**LEAST, "times": -1}, ["times: -1 is below 0"]),
    ({**LEAST, "times": 1.5}, ["times: 1.5 is not a whole number"]),
    ({**LEAST, "every_s": 0}, ["every_s: 0 is not above 0"]),
    ({**LEAST, "times": 2, "every_s": 1}, ["every_s: there is times already; write one of the two"]),
    (
        {"name": "a", "ack": "a", "every_s": 1},
        ["every_s: an acknowledgement comes once; every_s is for events"],
    ),
    ({**LEAST, "equals": True}, ["equals: true is not the list of arguments, such as [true]"]),
    ({**LEAST, "evnt": "a"}, ["evnt: unknown key; did you mean event?"]),
]


@pytest.mark.parametrize(("keys", "mistakes"), MISTAKES, ids=str)
def test_a_wrong_row_is_told(keys: dict[str, Any], mistakes: list[str]) -> None:
    assert told(**keys) == mistakes
