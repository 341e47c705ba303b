"""The Engine.IO connections of a recording."""

import json
from typing import Any

import pytest

from loadtest.discovery.engine import Family
from loadtest.discovery.har import parse_har
from loadtest.discovery.har_conversation import Conversation, Emitted, conversations
from loadtest.navigation.point import Transport
from tests.discovery.hars import document, event, recorded, websocket


def talks(*entries: dict[str, Any]) -> list[Conversation]:
    return list(conversations(parse_har(json.dumps({"log": {"entries": entries}}).encode(), "a.har")))


@pytest.mark.parametrize(
    ("name", "transport", "family", "ping_s"),
    [
        ("board", Transport.WEBSOCKET, Family.PYTHON, (2.0, 1.0)),
        ("nicegui", Transport.WEBSOCKET, Family.PYTHON, (4.0, 2.0)),
        ("upgrade", Transport.UPGRADE, Family.NODE, (25.0, 20.0)),
        ("polling", Transport.POLLING, Family.NODE, (25.0, 20.0)),
    ],
)
def test_each_load_of_the_page_has_one_connection(
    name: str, transport: Transport, family: Family, ping_s: tuple[float, float]
) -> None:
    found = conversations(recorded(name))

    assert [(talk.transport, talk.family) for talk in found] == [(transport, family)] * 2
    assert [talk.connects for talk in found] == [{"/": None}] * 2
    assert found[0].page is not found[1].page
    assert found[0].opened is not None
    assert (found[0].opened.ping_interval_s, found[0].opened.ping_timeout_s) == ping_s


@pytest.mark.parametrize(
    ("name", "event_name", "keys"),
    [
        ("board", "join", ["visitor"]),
        ("nicegui", "handshake", ["client_id", "document_id", "tab_id", "old_tab_id", "next_message_id"]),
        ("upgrade", "handshake", ["client_id"]),
        ("polling", "handshake", ["client_id"]),
    ],
)
def test_the_first_event_after_connect_is_the_handshake_with_its_acknowledgement(
    name: str, event_name: str, keys: list[str]
) -> None:
    for talk in conversations(recorded(name)):
        assert talk.emitted is not None
        assert (talk.emitted.event, talk.emitted.has_ack, talk.emitted.answer) == (event_name, True, None)
        assert list(talk.emitted.arguments[0]) == keys


def test_an_event_that_answers_is_named_where_no_acknowledgement_comes() -> None:
    answer = {"type": "receive", "time": 1, "opcode": 1, "data": '42["welcome",1]'}

    (talk,) = talks(document("x"), websocket(event('42["join"]', 0.5), answer))

    assert talk.emitted == Emitted("/", "join", (), has_ack=False, answer="welcome")


def test_what_comes_long_after_connect_was_a_persons_doing() -> None:
    (talk,) = talks(document("x"), websocket(event('42["say","hello"]', 1_700_000_009.0)))

    assert talk.emitted == Emitted("/", "say", ("hello",), has_ack=False, answer=None)  # frames without times

    late = websocket(event('42["say","hello"]', 1_700_000_009.0))
    for message in late["_webSocketMessages"][:3]:
        message["time"] = 1_700_000_000.0
    (talk,) = talks(document("x"), late)

    assert (talk.emitted, talk.later_events) == (None, ("say",))


def test_namespaces_come_in_the_order_of_their_connects_with_their_auth() -> None:
    frames = [event('40/chat,{"token":"t"}'), event('42/chat,7["join",{}]')]

    (talk,) = talks(document("x"), websocket(*frames))

    assert list(talk.connects.items()) == [("/", None), ("/chat", {"token": "t"})]
    assert talk.emitted == Emitted("/chat", "join", ({},), has_ack=False, answer=None)


def test_the_query_is_the_pages_own_part_of_it() -> None:
    (talk,) = talks(document("x"), websocket(query="token=a%20b&EIO=4&transport=websocket&t=x"))

    assert (talk.query, talk.version) == ({"token": "a b"}, "4")


def test_other_sockets_and_odd_packets_are_passed_over() -> None:
    other = websocket(query="v=1")
    odd = websocket(event("garbage"), event("42{"), event('42["a"'), event("45x-"), event("420[7]"))

    (talk,) = talks(document("x"), other, odd)

    assert (talk.emitted, talk.later_events) == (None, ())


def test_a_recording_without_frames_has_none() -> None:
    socket = websocket()
    del socket["_webSocketMessages"]

    (talk,) = talks(socket)

    assert (talk.has_frames, talk.page, talk.opened) == (False, None, None)
