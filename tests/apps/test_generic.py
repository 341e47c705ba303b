"""The preset generic: what a visit sends after it has read its page."""

from typing import Any

import pytest

from loadtest.apps.generic import GenericApp, build_generic
from loadtest.apps.generic_table import GenericTable
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening

TAB = "3e0fb2bd-57e5-4cc6-9d4c-3f5f4cb4c5a5"
NAVIGATION = "00c0ffee00c0ffee00000000000000ff"
DOCUMENT = "00c0ffee-00c0-4fee-8000-0000000000ff"
CALLER = Caller(TAB, NAVIGATION)
KNOWN = {"tab_id": TAB, "document_id": DOCUMENT, "navigation": NAVIGATION}
PAGE = '<body data-id="4711">\n<script>token = "a \\"b&c\\""</script>'


def app_of(**keys: Any) -> GenericApp:
    return build_generic(GenericTable.model_validate(keys))


def test_an_app_without_keys_is_plain_socketio_without_a_handshake() -> None:
    app = app_of()

    assert (app.preset, app.access.pages, app.access.socket_path) == ("generic", (("/", 1.0),), "/socket.io/")
    assert (app.access.quiet_s, app.access.headers) == (0.0, {})
    assert app.open(PAGE, CALLER) == Opening(
        HandshakeWay.NONE, query="", connect="40", disconnect="41", values=KNOWN
    )


def test_values_out_of_the_page_go_where_the_profile_wants_them() -> None:
    app = app_of(
        namespaces=["/chat"],
        extract={"id": {"regex": 'data-id="([^"]+)"'}, "token": {"regex": 'token = "(.*)"'}},
        auth={"token": "$token", "tab": ["$tab_id"], "n": 5},
        query={"id": "$id", "t y": "${token}!"},
        handshake={"event": "join", "data": {"id": "$id", "document": "$document_id"}, "ack": True},
    )

    assert app.open(PAGE, CALLER) == Opening(
        HandshakeWay.EVENT,
        query="id=4711&t%20y=a%20%5C%22b%26c%5C%22!",
        connect='40/chat,{"token":"a \\\\\\"b&c\\\\\\"","tab":["' + TAB + '"],"n":5}',
        disconnect="41/chat,",
        handshake=Handshake(packet='42/chat,0["join",{"id":"4711","document":"' + DOCUMENT + '"}]', ack_id=0),
        namespace="/chat",
        values={**KNOWN, "id": "4711", "token": 'a \\"b&c\\"'},
    )


def test_the_navigations_own_values_are_there_without_extraction() -> None:
    app = app_of(query={"n": "$navigation", "d": "$document_id", "t": "$tab_id", "x": "$$5"})

    assert app.open("", CALLER).query == f"n={NAVIGATION}&d={DOCUMENT}&t={TAB}&x=%245"


def test_a_handshake_may_be_answered_by_an_event() -> None:
    app = app_of(handshake={"event": "join", "data": "hello", "answer": "welcome"})

    assert app.open("", CALLER).handshake == Handshake('42["join","hello"]', answer="welcome")


def test_a_handshake_without_data_has_no_argument() -> None:
    app = app_of(handshake={"event": "join"})

    assert app.open("", CALLER).handshake == Handshake('42["join"]')


def test_a_list_as_data_is_one_argument() -> None:
    app = app_of(handshake={"event": "join", "data": [1, 2]})

    assert app.open("", CALLER).handshake == Handshake('42["join",[1,2]]')


@pytest.mark.parametrize(
    "regex", ['data-no="(.*)"', 'data-id="(?:4711|(x))"'], ids=["no match", "a match without its group"]
)
def test_a_page_without_a_value_is_told(regex: str) -> None:
    app = app_of(extract={"client_id": {"regex": regex}})

    with pytest.raises(ExtractionError, match=r"^the page does not hold client_id$"):
        app.open(PAGE, CALLER)


def test_two_apps_of_the_same_keys_are_equal() -> None:
    keys: dict[str, Any] = {"extract": {"id": {"regex": "(.)"}}, "handshake": {"event": "a", "data": "$id"}}

    assert app_of(**keys) == app_of(**keys)
    assert app_of(**keys) != app_of(**keys, query={"a": "b"})


def test_a_selector_or_jmespath_leads_to_a_value_too() -> None:
    body = '<body data-id="4711"><script id="data" type="application/json">{"user": {"n": 5}}</script>'
    app = app_of(
        extract={
            "id": {"css": "body", "attr": "data-id"},
            "n": {"css": "#data", "jmespath": "user.n"},
        },
        query={"id": "$id", "n": "$n"},
    )

    assert app.open(body, CALLER).query == "id=4711&n=5"
    with pytest.raises(ExtractionError, match=r"^the page does not hold n$"):
        app.open(body.replace("user", "client"), CALLER)
