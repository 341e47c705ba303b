"""The preset reflex: the tab's token, and the hydrate event of each release."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.apps.reflex import ReflexApp, ReflexTable, build_reflex
from loadtest.navigation.act import Emit
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening

TAB = "ecac0a4a-982f-4aba-87bf-8fbb63f15ddf"
NAVIGATION = "f7b8e4ab405a0812fe46003da91f4ff2"
CALLER = Caller(TAB, NAVIGATION)
DOCUMENT = "f7b8e4ab-405a-4812-8e46-003da91f4ff2"
VALUES = {"tab_id": TAB, "document_id": DOCUMENT, "navigation": NAVIGATION}
PONG = '"pong"'


def app_of(**keys: Any) -> ReflexApp:
    return build_reflex(ReflexTable.model_validate(keys))


def test_the_hydrate_event_of_0_10_is_inside_connect() -> None:
    assert app_of().open(PONG, CALLER) == Opening(
        HandshakeWay.IN_CONNECT,
        query=f"token={TAB}",
        connect=(
            '40/_event,{"event":{"name":"reflex___state____state.hydrate_and_load",'
            '"router_data":{"pathname":"/","asPath":"/"}}}'
        ),
        disconnect="41/_event,",
        namespace="/_event",
        values=VALUES,
    )


def test_the_hydrate_event_of_0_9_comes_after_connect() -> None:
    assert app_of(hydrate="event", route="/notes").open(PONG, CALLER) == Opening(
        HandshakeWay.EVENT,
        query=f"token={TAB}",
        connect="40/_event,",
        disconnect="41/_event,",
        handshake=Handshake(
            '42/_event,["event",{"name":"reflex___state____state.hydrate",'
            '"router_data":{"pathname":"/notes","asPath":"/notes"}}]',
            answer="event",
        ),
        namespace="/_event",
        values=VALUES,
    )


def test_the_on_load_event_of_0_9_follows_and_is_no_template() -> None:
    access = app_of(hydrate="event", route="/$notes", steps=[{"emit": "event"}]).access

    assert access.steps == (
        Emit(
            "event",
            (
                {
                    "name": (
                        "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal"
                    ),
                    "router_data": {"pathname": "/$$notes", "asPath": "/$$notes"},
                },
            ),
            "/_event",
        ),
        Emit("event", (), "/_event"),
    )


def test_a_backend_under_a_path_has_its_namespace_there_too() -> None:
    app = app_of(socket_path="/api/_event")

    assert (app.access.socket_path, app.disconnect) == ("/api/_event/", "41/api/_event,")
    assert app.connect.startswith("40/api/_event,{")


def test_the_preset_knows_a_page_that_a_backend_alone_has() -> None:
    app = app_of()

    assert (app.preset, app.access.pages, app.access.socket_path, app.access.quiet_s) == (
        "reflex",
        (("/ping", 1.0),),
        "/_event/",
        0.0,
    )
    assert app.access.transports == ("websocket",)  # the server takes no other


def test_a_profile_may_say_otherwise() -> None:
    app = app_of(pages=["/notes"], quiet_s=5, headers={"a": "b"})

    assert (app.access.pages, app.access.quiet_s, app.access.headers) == ((("/notes", 1.0),), 5.0, {"a": "b"})


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"hydrate": "later"}, 'hydrate: "later" is not one of connect, event'),
        ({"hydrate": []}, "hydrate: [] is not one of connect, event"),
        ({"route": "notes"}, 'route: "notes" is not a path that begins with a slash, such as "/"'),
        ({"route": 5}, 'route: 5 is not a path that begins with a slash, such as "/"'),
    ],
)
def test_a_wrong_key_is_told(keys: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ReflexTable.model_validate(keys)

    assert [str(each) for each in mistakes_of(caught.value)] == [mistake]
