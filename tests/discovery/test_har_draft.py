"""What a recording means for a profile."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.discovery.draft import Draft, write_draft
from loadtest.discovery.har import parse_har
from loadtest.discovery.har_draft import draft_of_recording
from loadtest.errors import LoadtestError, NotRecognisedError
from loadtest.profile.load import parse_profile
from tests.discovery.hars import document, event, recorded, websocket

ID = "18eda375-0b82-4874-8793-b7e93b2fa72b"
JOIN = event(f'42["join",{{"visitor":"{ID}"}}]')


def drafted(*entries: dict[str, Any], origin: str | None = None) -> Draft:
    read = parse_har(json.dumps({"log": {"entries": entries}}).encode(), "a.har")
    return draft_of_recording(read, "a.har", origin)


def loads(draft: Draft) -> None:
    parse_profile(write_draft(draft, "x.toml"), name="x", source="x.toml")


def app_of(draft: Draft) -> Mapping[str, Any]:
    """Return the keys beside the preset."""
    return {key: value for key, value in draft.app.items() if key != "preset"}


EXTRACT_CLIENT = {"client_id": {"regex": 'data-client="([^"]+)"'}}
HANDSHAKE = {"event": "handshake", "data": {"client_id": "$client_id"}, "ack": True}


@pytest.mark.parametrize(
    ("name", "app"),
    [
        (
            "board",
            {
                "pages": ["/"],
                "transports": ["websocket"],
                "extract": {"visitor": {"regex": 'data-visitor="([^"]+)"'}},
                "handshake": {"event": "join", "data": {"visitor": "$visitor"}, "ack": True},
            },
        ),
        ("nicegui", {"pages": ["/"]}),
        (
            "upgrade",
            {"pages": ["/"], "extract": EXTRACT_CLIENT, "handshake": HANDSHAKE},
        ),
        (
            "polling",
            {"pages": ["/"], "transports": ["polling"], "extract": EXTRACT_CLIENT, "handshake": HANDSHAKE},
        ),
    ],
)
def test_what_chromium_recorded_becomes_a_profile(name: str, app: Mapping[str, Any]) -> None:
    draft = draft_of_recording(recorded(name), f"{name}.har", None)

    assert app_of(draft) == app
    assert (draft.has_handshake, draft.advice) == (True, ())
    assert draft.told[0].startswith("2 loads of its page; ")
    loads(draft)


def test_expressions_say_what_they_were_tried_on() -> None:
    two = draft_of_recording(recorded("board"), "board.har", None)
    one = draft_of_recording(recorded("board")[:2], "board.har", None)

    assert two.notes["extract"] == "Each expression finds just its value on both pages."
    assert one.notes["extract"] == (
        "Each expression finds just its value on the page that was recorded; "
        "with a second load of the page in it, it would be sure."
    )
    assert one.app == two.app


def test_auth_and_namespaces_and_query_are_taken_over() -> None:
    frames = [event('40/chat,{"token":"abc","n":null}'), event('42/chat,["join",[1,null]]')]

    draft = drafted(document("x"), websocket(*frames, query="v=2&EIO=4&transport=websocket", path="/ws/"))

    assert app_of(draft) == {
        "pages": ["/"],
        "socket_path": "/ws/",
        "transports": ["websocket"],
        "namespaces": ["/chat", "/"],
        "query": {"v": "2"},
        "auth": {"token": "abc"},
        "handshake": {"event": "join", "data": [1]},
    }
    assert "auth: n was null, which no profile can hold: it is left out" in draft.advice
    assert "see whether it may be told" in draft.notes["auth"]
    loads(draft)


def test_a_page_that_says_nothing_after_connect_has_no_handshake() -> None:
    draft = drafted(document("x"), websocket())

    assert draft.advice == (
        "The page sent no event by itself after CONNECT: it has no handshake, and its visits none.",
    )
    assert "handshake" not in draft.app
    loads(draft)


def test_dollar_signs_of_the_app_are_its_own() -> None:
    answer = {"type": "receive", "time": 0, "opcode": 1, "data": '42["$b"]'}

    draft = drafted(document("x"), websocket(event('42["$a",{"$c":"$d"}]'), answer))

    assert draft.app["handshake"] == {"event": "$$a", "data": {"$$c": "$$d"}}
    loads(draft)


def test_a_handshake_of_several_arguments_is_told() -> None:
    draft = drafted(document("x"), websocket(event('42["join",1,2]')))

    assert draft.app["handshake"] == {"event": "join"}
    assert draft.advice[0].startswith("the page sent 2 arguments with join, and a handshake has one")
    loads(draft)


def test_what_the_recording_lacks_is_told() -> None:
    bare = websocket()
    del bare["_webSocketMessages"]

    draft = drafted(document(None), bare)

    assert draft.told[-2:] == (
        "the recording has left the page's text out, so nothing could be compared with it",
        (
            "the recording has no frames of its socket; "
            "Chrome's DevTools and Playwright, from 1.61 on, write them"
        ),
    )
    assert draft.advice[0].startswith("HANDSHAKE: what the page sent after CONNECT is not in the recording")
    assert drafted(bare).told[2] == "no page was recorded before the socket: write its path under pages"
    loads(draft)


def test_a_log_in_is_told_by_the_names_of_its_cookies() -> None:
    login = {
        "request": {
            "method": "POST",
            "url": "http://127.0.0.1:8080/login",
            "postData": {"text": "password=p"},
        },
        "response": {"status": 302, "cookies": [{"name": "session", "value": "secret"}]},
    }
    page = document("x")
    page["request"]["cookies"] = [{"name": "session", "value": "secret"}]

    draft = drafted(login, page, websocket())

    assert draft.told[-1] == "POST /login set the cookie session: if that is a log-in, say it in [app.login]"
    assert drafted(page, websocket()).told[-1] == (
        "the page was asked for with the cookie session: if the app needs it, see [app] cookies"
    )
    assert "secret" not in write_draft(draft, "x.toml")


def test_the_page_that_was_loaded_most_is_taken() -> None:
    other = [document(f'data-b="{ID}"', "/b"), websocket(JOIN)]

    draft = drafted(document("a", "/a"), websocket(), *other, *other)

    assert draft.app["pages"] == ["/b"]


@pytest.mark.parametrize(
    ("entries", "origin", "message"),
    [
        ([], None, "a.har: no Engine.IO connection was recorded (0 requests). "),
        (
            [document("x"), websocket()],
            "http://127.0.0.1:9",
            (
                "a.har: no Engine.IO connection was recorded to http://127.0.0.1:9; "
                "there are some to http://127.0.0.1:8080 (2 requests). "
            ),
        ),
        (
            [document("x"), websocket(query="EIO=3&transport=websocket")],
            None,
            "a.har: the recorded sockets speak Engine.IO 3 (Socket.IO 2 and before), which is not ",
        ),
    ],
)
def test_a_recording_without_a_socket_of_ours_is_not_recognised(
    entries: list[dict[str, Any]], origin: str | None, message: str
) -> None:
    with pytest.raises(NotRecognisedError) as caught:
        drafted(*entries, origin=origin)

    assert str(caught.value).startswith(message)


texts = st.text(max_size=12) | st.sampled_from(
    ["4", "42[", '42["a",{"b":"', '"}]', "40/x,{", ID, "0{", "2", "430[]"]
)
frames = st.lists(texts, max_size=4).map("".join).map(event)


@given(
    body=st.none() | st.lists(texts, max_size=5).map("".join),
    path=st.text(max_size=10),
    said=st.lists(frames, max_size=5),
    more=st.lists(frames, max_size=3),
)
def test_whatever_was_recorded_a_profile_or_an_error_of_ours_comes_of_it(
    body: str | None, path: str, said: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    entries = [document(body, f"/{path}"), websocket(*said), document(body), websocket(*more, *said)]
    try:
        draft = drafted(*entries)
    except LoadtestError:
        return
    loads(draft)
